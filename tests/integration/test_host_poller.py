"""Test the quick polls that follow a change of the host's power state."""

from collections import Counter
import json

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
import pytest

from tests.simulator import Bmc

from . import (
    DYNAMIC,
    QUICK,
    TRANSITION,
    Mutation,
    call,
    requests_since,
    set_host_times,
    set_up,
    states,
)
from .conftest import Elapse
from .host_poller import (
    GET_POST_CODE,
    GET_SYSTEM,
    count_reads,
    interval,
    polled_power_state,
    power_off,
    press_reset,
)
from .paths import FAN_MODE, GET_DYNAMIC, POWER, RESET_INFO, SNOOPING, THERMAL

pytestmark = pytest.mark.usefixtures("freezer", "entity_registry_enabled_by_default")


def power_and_sensors(bmc: Bmc) -> tuple[str, bool]:
    """Return the power state of the host and whether its sensors can be read."""
    return bmc.power_state, bmc.host.has_sensors


async def requests_by_interval(
    bmc: Bmc, elapse: Elapse, seconds: float
) -> list[list[str]]:
    """Return the requests in each of the quick intervals of some seconds."""
    found = []
    for _ in range(int(seconds / QUICK)):
        since = len(bmc.requests)
        await elapse(QUICK, QUICK)
        found.append(sorted(requests_since(bmc, since)))
    return found


async def test_shutdown_is_followed_by_reading_the_system_only(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Read everything once the host is off, and return to the usual interval."""
    await elapse(DYNAMIC)
    await press_reset(hass, loaded, "graceful_shutdown")
    assert await requests_by_interval(bmc, elapse, 10) == [
        [GET_SYSTEM],
        sorted([GET_SYSTEM, *GET_DYNAMIC]),
    ]
    assert bmc.power_state == "Off"
    assert polled_power_state(loaded) == "Off"
    expected: list[list[str]] = [[]] * 5 + [sorted(GET_DYNAMIC)]
    assert await requests_by_interval(bmc, elapse, DYNAMIC) == expected


async def test_quick_polls_read_sensors_at_the_usual_interval(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Monitor the temperatures of a host that takes long to shut down."""
    bmc.host.accepts_shutdown = False
    await elapse(DYNAMIC)
    await press_reset(hass, loaded, "graceful_shutdown")
    since = len(bmc.requests)
    await elapse(90, QUICK)
    assert count_reads(bmc, since) == {
        GET_SYSTEM: 18,
        f"GET {THERMAL}": 3,
        f"GET {POWER}": 3,
        GET_POST_CODE: 0,
    }


async def test_quick_polls_end_after_two_minutes(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Stop quick polls if the operating system ignores the request."""
    bmc.host.accepts_shutdown = False
    await press_reset(hass, loaded, "graceful_shutdown")
    await elapse(TRANSITION, QUICK)
    since = len(bmc.requests)
    await elapse(2 * DYNAMIC, QUICK)
    assert count_reads(bmc, since)[GET_SYSTEM] == 2


async def test_power_on_is_followed_until_sensors_are_back(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Continue the quick polls until the sensors, which come after the power."""
    fans = [entity_id for entity_id in states(hass, "sensor") if "fan" in entity_id]
    await power_off(bmc, elapse)
    bmc.host.accepts_shutdown = True
    await press_reset(hass, loaded, "on")
    assert bmc.power_state == "PoweringOn"
    await elapse(2 * QUICK, QUICK)
    assert power_and_sensors(bmc) == ("On", False)
    assert interval(loaded) == QUICK
    await elapse(QUICK, QUICK)
    assert power_and_sensors(bmc) == ("On", True)
    assert fans
    assert {states(hass)[fan] for fan in fans}.isdisjoint({"unknown", "unavailable"})
    assert interval(loaded) == DYNAMIC


async def test_power_on_is_followed_without_known_sensors(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Wait for sensors also if Home Assistant started while the host was off."""
    bmc.power("ForceOff")
    await elapse(DYNAMIC)
    await set_up(hass, entry)
    await press_reset(hass, entry, "on")
    await elapse(2 * QUICK, QUICK)
    assert interval(entry) == QUICK
    await elapse(2 * QUICK, QUICK)
    assert interval(entry) == DYNAMIC


@pytest.mark.parametrize("key", ["force_restart", "graceful_restart", "power_cycle"])
async def test_restart_is_followed_until_host_is_on_again(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, key: str
) -> None:
    """Continue quick polls until the host was off and is on again."""
    await press_reset(hass, loaded, key)
    polled = []
    for _ in range(int(TRANSITION / QUICK)):
        await elapse(1, 1)
        await elapse(QUICK - 1, QUICK - 1)
        polled.append(polled_power_state(loaded))
        if interval(loaded) == DYNAMIC:
            break
    assert "On" not in polled[:1]
    assert polled[-1] == bmc.power_state == "On"
    assert bmc.host.has_sensors
    assert QUICK * len(polled) < TRANSITION


async def test_restart_without_visible_transition_is_followed_until_timeout(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Continue quick polls after a warm restart, during which the power stays on."""
    bmc.host.accepts_shutdown = False
    await press_reset(hass, loaded, "graceful_restart")
    since = len(bmc.requests)
    await elapse(TRANSITION - DYNAMIC, QUICK)
    expected = (TRANSITION - DYNAMIC) / QUICK
    assert count_reads(bmc, since)[GET_SYSTEM] == expected
    await elapse(DYNAMIC, QUICK)
    since = len(bmc.requests)
    await elapse(DYNAMIC, QUICK)
    assert count_reads(bmc, since)[GET_SYSTEM] == 1


@pytest.mark.parametrize(("before", "after"), [("On", "Off"), ("Off", "On")])
async def test_power_button_is_followed_to_the_other_state(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    before: str,
    after: str,
) -> None:
    """Expect the opposite of the former state, as one button does both."""
    types = {"AllowableValues": ["On", "PushPowerButton"]}
    bmc.change(RESET_INFO, {"Parameters": {0: types}})
    await set_up(hass, entry)
    if before == "Off":
        await power_off(bmc, elapse)
    await press_reset(hass, entry, "push_power_button")
    await elapse(4 * QUICK, QUICK)
    assert bmc.power_state == after
    assert polled_power_state(entry) == bmc.power_state
    assert interval(entry) == DYNAMIC


async def test_nmi_is_not_followed(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Keep the usual interval, because an interrupt changes no power state."""
    await press_reset(hass, loaded, "nmi")
    since = len(bmc.requests)
    await elapse(DYNAMIC, QUICK)
    assert count_reads(bmc, since)[GET_SYSTEM] == 1


async def test_foreign_shutdown_is_followed_once_detected(
    loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Follow a transition that was not started here, such as by the power button."""
    set_host_times(bmc, shutdown=50)
    bmc.power("GracefulShutdown")
    await elapse(DYNAMIC)
    assert polled_power_state(loaded) == "PoweringOff"
    await elapse(20, QUICK)
    assert polled_power_state(loaded) == "Off"
    assert interval(loaded) == DYNAMIC


async def test_foreign_power_on_is_followed_without_transition_state(
    loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Follow the boot on old boards, which report no state between off and on."""
    await power_off(bmc, elapse)
    bmc.power("On")
    bmc.host.accepts_shutdown = True
    await elapse(DYNAMIC)
    assert bmc.power_state == "On"
    since = len(bmc.requests)
    await elapse(QUICK, QUICK)
    assert count_reads(bmc, since)[GET_POST_CODE] == 1


async def test_endless_transition_is_followed_once(
    loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Return to the usual interval when a host stays in a transition for hours."""
    set_host_times(bmc, shutdown=9999)
    bmc.power("GracefulShutdown")
    await elapse(DYNAMIC + TRANSITION, QUICK)
    since = len(bmc.requests)
    await elapse(10 * DYNAMIC, QUICK)
    assert bmc.power_state == "PoweringOff"
    assert count_reads(bmc, since)[GET_SYSTEM] == 10


async def test_post_code_is_read_during_boot(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Read the POST code until it stays, and with the static resources otherwise."""
    await power_off(bmc, elapse)
    await press_reset(hass, loaded, "on")
    codes = []
    for _ in range(4):
        await elapse(QUICK, QUICK)
        codes.append(loaded.runtime_data.static.data.snooping.post_code)
    assert codes == ["02", "b0", "b0", "b0"]
    await elapse(DYNAMIC)
    assert loaded.runtime_data.static.data.snooping.post_code == "aa"
    await elapse(TRANSITION)
    since = len(bmc.requests)
    await elapse(DYNAMIC)
    assert GET_POST_CODE not in requests_since(bmc, since)


async def test_post_code_is_read_although_the_boot_begins_late(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Read the POST code for two minutes while it is still that of the last boot."""
    last = json.dumps(bmc.resource(SNOOPING))
    await power_off(bmc, elapse)
    bmc.fail(SNOOPING, status=200, body=last)
    await press_reset(hass, loaded, "on")
    await elapse(3 * QUICK, QUICK)
    assert polled_power_state(loaded) == "On"
    since = len(bmc.requests)
    await elapse(DYNAMIC, QUICK)
    assert GET_POST_CODE in requests_since(bmc, since)
    await elapse(TRANSITION, QUICK)
    since = len(bmc.requests)
    await elapse(2 * DYNAMIC, QUICK)
    assert GET_POST_CODE not in requests_since(bmc, since)


async def test_post_code_that_changes_prolongs_the_boot(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Read the POST code until two minutes after its last change."""
    code = bmc.resource(SNOOPING)
    await power_off(bmc, elapse)
    bmc.fail(SNOOPING, status=200, body=json.dumps(code))
    await press_reset(hass, loaded, "on")
    await elapse(TRANSITION - 2 * DYNAMIC, QUICK)
    bmc.heal()
    bmc.fail(SNOOPING, status=200, body=json.dumps(code | {"PostCode": "b4"}))
    await elapse(TRANSITION, QUICK)
    since = len(bmc.requests)
    await elapse(DYNAMIC, QUICK)
    assert GET_POST_CODE in requests_since(bmc, since)


@pytest.mark.parametrize(
    "mutate",
    [
        pytest.param(lambda bmc: bmc.remove(SNOOPING), id="missing"),
        pytest.param(lambda bmc: bmc.fail(SNOOPING, status=503), id="busy"),
    ],
)
async def test_power_on_is_followed_without_post_codes(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse, mutate: Mutation
) -> None:
    """Treat POST codes as optional."""
    mutate(bmc)
    await set_up(hass, entry)
    await power_off(bmc, elapse)
    await press_reset(hass, entry, "on")
    await elapse(4 * QUICK, QUICK)
    assert polled_power_state(entry) == "On"
    assert entry.runtime_data.dynamic.last_update_success
    assert "unavailable" not in states(hass, "sensor").values()


async def test_other_commands_keep_the_interval(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Read back the changed resource, and nothing else."""
    since = len(bmc.requests)
    await call(hass, loaded, "select.fan_mode", "select_option", option="full_speed")
    assert f"GET {FAN_MODE}" in requests_since(bmc, since)
    await elapse(DYNAMIC, QUICK)
    assert count_reads(bmc, since) == Counter(GET_DYNAMIC) | Counter({GET_POST_CODE: 0})


async def test_quick_poll_does_not_notify_read_listeners(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Notify only after the sensors were read.

    Otherwise energy would be counted from a power that was measured before.
    """
    notified: list[str] = []
    dynamic = loaded.runtime_data.dynamic
    dynamic.async_add_poll_listener(
        lambda data: notified.append(data.system.power_state)
    )
    await elapse(DYNAMIC)
    await press_reset(hass, loaded, "graceful_shutdown")
    await elapse(QUICK, QUICK)
    assert notified == ["On"]
    await elapse(QUICK, QUICK)
    assert notified == ["On", "Off"]
