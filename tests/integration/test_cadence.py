"""How often the host is read: more often while its power state changes."""

from collections import Counter
from collections.abc import Callable

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
import pytest

from custom_components.supermicro_redfish.host_poller import TRANSITION_SECONDS
from tests.simulator import Bmc

from . import (
    DYNAMIC,
    FAN_MODE,
    POWER,
    QUICK,
    RESET_INFO,
    SNOOPING,
    THERMAL,
    asked,
    call,
    set_up,
    states,
)
from .cadence import GET_ALL, GET_POST_CODE, GET_SYSTEM, polls, power_off, press
from .conftest import Elapse


def has_sensors(bmc: Bmc) -> tuple[str, bool]:
    """Return the state of the host, and whether its sensors can be read."""
    return bmc.power_state, bmc.host.has_sensors


async def ticks(bmc: Bmc, elapse: Elapse, seconds: float) -> list[list[str]]:
    """Return what was asked in each of the quick intervals of some seconds."""
    found = []
    for _ in range(int(seconds / QUICK)):
        since = len(bmc.requests)
        await elapse(QUICK, QUICK)
        found.append(sorted(asked(bmc, since)))
    return found


async def test_a_shutdown_is_followed_by_the_system_alone(
    hass: HomeAssistant, ready: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Once it is off, all is read, and the cadence is what it was."""
    await elapse(DYNAMIC)
    await press(hass, ready, "graceful_shutdown")
    assert await ticks(bmc, elapse, 10) == [
        [GET_SYSTEM],
        sorted([GET_SYSTEM, *GET_ALL.elements()]),
    ]
    assert bmc.power_state == "Off"
    assert ready.runtime_data.dynamic.data.system.power_state == "Off"
    assert await ticks(bmc, elapse, DYNAMIC) == [[]] * 5 + [sorted(GET_ALL.elements())]


async def test_sensors_are_read_as_often_as_ever_meanwhile(
    hass: HomeAssistant, ready: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """A host that takes its time to shut down goes on being hot."""
    bmc.host.accepts_shutdown = False
    await elapse(DYNAMIC)
    await press(hass, ready, "graceful_shutdown")
    since = len(bmc.requests)
    await elapse(90, QUICK)
    assert polls(bmc, since) == {
        GET_SYSTEM: 18,
        f"GET {THERMAL}": 3,
        f"GET {POWER}": 3,
        GET_POST_CODE: 0,
    }


async def test_patience_ends_after_two_minutes(
    hass: HomeAssistant, ready: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """An operating system that does not answer is not waited for any longer."""
    bmc.host.accepts_shutdown = False
    await press(hass, ready, "graceful_shutdown")
    await elapse(TRANSITION_SECONDS, QUICK)
    since = len(bmc.requests)
    await elapse(2 * DYNAMIC, QUICK)
    assert polls(bmc, since)[GET_SYSTEM] == 2


async def test_a_start_is_followed_until_the_sensors_are_back(
    hass: HomeAssistant, ready: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """They come later than the power; with them the cadence is what it was."""
    fans = [of for of in states(hass, "sensor") if "fan" in of]
    await power_off(bmc, elapse)
    bmc.host.accepts_shutdown = True
    await press(hass, ready, "on")
    assert bmc.power_state == "PoweringOn"
    await elapse(2 * QUICK, QUICK)
    assert has_sensors(bmc) == ("On", False)
    assert ready.runtime_data.dynamic.update_interval.total_seconds() == QUICK
    await elapse(QUICK, QUICK)
    assert has_sensors(bmc) == ("On", True)
    assert fans
    assert {states(hass)[of] for of in fans}.isdisjoint({"unknown", "unavailable"})
    assert ready.runtime_data.dynamic.update_interval.total_seconds() == DYNAMIC


async def test_sensors_need_not_be_known_from_before(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entry: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
) -> None:
    """Home Assistant may have started while the host was off."""
    bmc.power("ForceOff")
    await elapse(DYNAMIC)
    await set_up(hass, entry)
    await press(hass, entry, "on")
    await elapse(2 * QUICK, QUICK)
    assert entry.runtime_data.dynamic.update_interval.total_seconds() == QUICK
    await elapse(2 * QUICK, QUICK)
    assert entry.runtime_data.dynamic.update_interval.total_seconds() == DYNAMIC


@pytest.mark.parametrize("key", ["force_restart", "graceful_restart", "power_cycle"])
async def test_a_restart_has_not_settled_before_it_has_begun(
    hass: HomeAssistant, ready: ConfigEntry, bmc: Bmc, elapse: Elapse, key: str
) -> None:
    """A host that is still on is no host that is on again."""
    await press(hass, ready, key)
    shown = []
    for _ in range(int(TRANSITION_SECONDS / QUICK)):
        await elapse(1, 1)
        await elapse(QUICK - 1, QUICK - 1)
        shown.append(ready.runtime_data.dynamic.data.system.power_state)
        if ready.runtime_data.dynamic.update_interval.total_seconds() == DYNAMIC:
            break
    assert "On" not in shown[:1]
    assert shown[-1] == bmc.power_state == "On"
    assert bmc.host.has_sensors
    assert QUICK * len(shown) < TRANSITION_SECONDS


async def test_a_restart_that_shows_no_other_state_ends_with_patience(
    hass: HomeAssistant, ready: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """A warm restart does not cut the power, and some boards show nothing of it."""
    bmc.host.accepts_shutdown = False
    await press(hass, ready, "graceful_restart")
    since = len(bmc.requests)
    await elapse(TRANSITION_SECONDS - DYNAMIC, QUICK)
    assert polls(bmc, since)[GET_SYSTEM] == (TRANSITION_SECONDS - DYNAMIC) / QUICK
    await elapse(DYNAMIC, QUICK)
    since = len(bmc.requests)
    await elapse(DYNAMIC, QUICK)
    assert polls(bmc, since)[GET_SYSTEM] == 1


@pytest.mark.parametrize("at_first", ["On", "Off"])
async def test_the_power_button_leads_to_the_other_state(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entry: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    entity_registry_enabled_by_default: None,
    at_first: str,
) -> None:
    """It is one button for both ways."""
    types = {"AllowableValues": ["On", "PushPowerButton"]}
    bmc.change(RESET_INFO, {"Parameters": {0: types}})
    await set_up(hass, entry)
    if at_first == "Off":
        await power_off(bmc, elapse)
    await press(hass, entry, "push_power_button")
    await elapse(4 * QUICK, QUICK)
    assert bmc.power_state == {"On": "Off", "Off": "On"}[at_first]
    assert entry.runtime_data.dynamic.data.system.power_state == bmc.power_state
    assert entry.runtime_data.dynamic.update_interval.total_seconds() == DYNAMIC


async def test_an_interrupt_changes_no_power_state(
    hass: HomeAssistant, ready: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """There is nothing to follow."""
    await press(hass, ready, "nmi")
    since = len(bmc.requests)
    await elapse(DYNAMIC, QUICK)
    assert polls(bmc, since)[GET_SYSTEM] == 1


async def test_what_others_do_to_the_host_is_followed_as_soon_as_it_is_seen(
    hass: HomeAssistant, ready: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Somebody may have used the server's own button."""
    bmc.host._times = bmc.host._times.__class__(power=3, shutdown=50, boot=30)
    bmc.power("GracefulShutdown")
    await elapse(DYNAMIC)
    assert ready.runtime_data.dynamic.data.system.power_state == "PoweringOff"
    await elapse(20, QUICK)
    assert ready.runtime_data.dynamic.data.system.power_state == "Off"
    assert ready.runtime_data.dynamic.update_interval.total_seconds() == DYNAMIC


async def test_a_host_that_hangs_on_its_way_is_followed_once(
    hass: HomeAssistant, ready: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Not for hours."""
    bmc.host._times = bmc.host._times.__class__(power=3, shutdown=9999, boot=30)
    bmc.power("GracefulShutdown")
    await elapse(DYNAMIC + TRANSITION_SECONDS, QUICK)
    since = len(bmc.requests)
    await elapse(10 * DYNAMIC, QUICK)
    assert bmc.power_state == "PoweringOff"
    assert polls(bmc, since)[GET_SYSTEM] == 10


async def test_the_post_code_is_read_along_until_it_stays(
    hass: HomeAssistant, ready: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """It tells how far the BIOS is; else it is read with what changes rarely."""
    await power_off(bmc, elapse)
    await press(hass, ready, "on")
    codes = []
    for _ in range(4):
        await elapse(QUICK, QUICK)
        codes.append(ready.runtime_data.static.data.snooping.post_code)
    assert codes == ["02", "b0", "b0", "b0"]
    await elapse(DYNAMIC)
    assert ready.runtime_data.static.data.snooping.post_code == "aa"
    await elapse(TRANSITION_SECONDS)
    since = len(bmc.requests)
    await elapse(DYNAMIC)
    assert GET_POST_CODE not in asked(bmc, since)


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda bmc: bmc.remove(SNOOPING), id="none"),
        pytest.param(lambda bmc: bmc.fail(SNOOPING, status=503), id="busy"),
    ],
)
async def test_a_start_is_followed_without_post_codes_too(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entry: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    spoil: Callable[[Bmc], None],
) -> None:
    """They are an extra."""
    spoil(bmc)
    await set_up(hass, entry)
    await power_off(bmc, elapse)
    await press(hass, entry, "on")
    await elapse(4 * QUICK, QUICK)
    assert entry.runtime_data.dynamic.data.system.power_state == "On"
    assert entry.runtime_data.dynamic.last_update_success
    assert "unavailable" not in states(hass, "sensor").values()


async def test_other_commands_do_not_change_the_cadence(
    hass: HomeAssistant, ready: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """What they touch is read back, and that is all."""
    since = len(bmc.requests)
    await call(hass, ready, "select.fan_mode", "select_option", option="full_speed")
    assert f"GET {FAN_MODE}" in asked(bmc, since)
    await elapse(DYNAMIC, QUICK)
    assert polls(bmc, since) == GET_ALL | Counter({GET_POST_CODE: 0})


async def test_a_reading_of_the_system_alone_is_none_of_the_sensors(
    hass: HomeAssistant, ready: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Energy would be counted from a power that was measured before."""
    told: list[str] = []
    dynamic = ready.runtime_data.dynamic
    dynamic.async_add_poll_listener(lambda data: told.append(data.system.power_state))
    await elapse(DYNAMIC)
    await press(hass, ready, "graceful_shutdown")
    await elapse(QUICK, QUICK)
    assert told == ["On"]
    await elapse(QUICK, QUICK)
    assert told == ["On", "Off"]


async def test_a_start_that_somebody_else_gave_is_followed_on_boards_that_are_quick(
    hass: HomeAssistant, ready: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Old boards tell no state between off and on: the next poll sees it on."""
    await power_off(bmc, elapse)
    bmc.power("On")
    bmc.host.accepts_shutdown = True
    await elapse(DYNAMIC)
    assert bmc.power_state == "On"
    since = len(bmc.requests)
    await elapse(QUICK, QUICK)
    assert polls(bmc, since)[GET_POST_CODE] == 1
