"""A server's life in Home Assistant: set-up, polls, outages and the end."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
import logging

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed
from syrupy.assertion import SnapshotAssertion

from custom_components.supermicro_redfish.const import DYNAMIC_INTERVAL
from tests.conftest import until
from tests.simulator import REMOVED, Bmc, Server

from . import (
    BACKPLANE,
    CHASSIS,
    DYNAMIC,
    FAN_MODE,
    LICENSES,
    LLDP,
    LOG,
    MANAGER,
    NICS,
    NTP,
    POWER,
    PROTOCOLS,
    RESET_INFO,
    ROOT,
    SESSIONS,
    SNOOPING,
    STATIC,
    STORAGE,
    SYSTEM,
    THERMAL,
    asked,
    call,
    complaints,
    entity,
    entity_id,
    lifecycle,
    set_up,
    states,
)
from .conftest import Elapse

GET_DYNAMIC = [f"GET {SYSTEM}", f"GET {THERMAL}", f"GET {POWER}"]
DRIVES = f"{STORAGE}/NVMeSSD"
GET_STATIC = [
    f"GET {path}"
    for path in (
        CHASSIS,
        MANAGER,
        FAN_MODE,
        NTP,
        LLDP,
        SNOOPING,
        LICENSES,
        PROTOCOLS,
        STORAGE,
        DRIVES,
        f"{BACKPLANE}/Drives/Disk.Bay.0",
        f"{BACKPLANE}/Drives/Disk.Bay.1",
        LOG,
    )
]
OF_SYSTEM = (
    "light.identify_led",
    "switch.host_power",
    "number.",
    "select.boot_source",
    "sensor.boot_progress",
    "binary_sensor.host_power",
    "binary_sensor.system_problem",
    "binary_sensor.processor_problem",
    "binary_sensor.memory_problem",
)
OF_POWER = (
    "sensor.voltage",
    "sensor.power_",
    "sensor.energy",
    "binary_sensor.power_supply",
    "binary_sensor.redundancy",
    "binary_sensor.battery",
)
DELETE = f"DELETE {SESSIONS}/1"
HOUR = 3600
RETRY = 600
"""Seconds after which Home Assistant has surely tried to set an entry up again."""

type Spoil = Callable[[Bmc], None]
type End = Callable[[HomeAssistant, ConfigEntry], Awaitable[None]]


def tracebacks(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was logged with a traceback that users see."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.levelno >= logging.INFO and record.exc_info
    ]


def unavailable(hass: HomeAssistant) -> set[str]:
    """Return the entities that are not available."""
    return {of for of, state in states(hass).items() if state == STATE_UNAVAILABLE}


async def unload(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Unload an entry."""
    assert await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


async def begin_poll(hass: HomeAssistant, bmc: Bmc, until: str = THERMAL) -> None:
    """Begin a poll, and return when it has read the system and waits for the rest."""
    since = len(bmc.requests)
    async_fire_time_changed(hass, dt_util.utcnow() + DYNAMIC_INTERVAL)
    while f"GET {until}" not in asked(bmc, since):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    assert bmc.requests[since].status


async def stop(hass: HomeAssistant, _: ConfigEntry) -> None:
    """Let Home Assistant stop, which unloads nothing."""
    await hass.async_stop(force=True)


# The beginning and the end


async def test_a_set_up_asks_for_nothing_twice(loaded: ConfigEntry, bmc: Bmc) -> None:
    """What both coordinators need, such as the system, is asked for once."""
    assert loaded.state is ConfigEntryState.LOADED
    requests = asked(bmc)
    assert len(requests) == len(set(requests))
    assert all(request.status < 400 for request in bmc.requests)


async def test_a_set_up_asks_for_what_is_shown(
    loaded: ConfigEntry, bmc: Bmc, snapshot: SnapshotAssertion
) -> None:
    """The way from the root to it, and nothing besides."""
    assert loaded.state is ConfigEntryState.LOADED
    assert sorted(asked(bmc)) == snapshot


async def test_a_set_up_and_an_hour_of_polls_are_nothing_to_complain_about(
    loaded: ConfigEntry,
    bmc: Bmc,
    server: Server,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """One login does, and one connection (B6)."""
    since = len(bmc.requests)
    for _ in range(int(HOUR / DYNAMIC)):
        await elapse(DYNAMIC)
    polls = asked(bmc, since)
    assert polls.count(f"GET {THERMAL}") == HOUR / DYNAMIC
    assert polls.count(f"GET {MANAGER}") == HOUR / STATIC
    assert bmc.login_attempts == 1
    assert server.handshakes == 1
    assert bmc.peak_parallel == 1
    assert bmc.open_sessions == 1
    assert complaints(caplog) == []


async def test_a_dynamic_poll_asks_for_what_moves(
    loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """It is three requests."""
    since = len(bmc.requests)
    await elapse(DYNAMIC)
    assert sorted(asked(bmc, since)) == sorted(GET_DYNAMIC)
    assert loaded.runtime_data.dynamic.last_update_success


async def test_a_static_poll_asks_for_what_is_shown(
    loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """It is one request for each resource."""
    await elapse(DYNAMIC)
    since = len(bmc.requests)
    await elapse(STATIC - DYNAMIC)
    assert loaded.runtime_data.static.last_update_success
    assert Counter(asked(bmc, since)) == Counter(GET_STATIC) + Counter(
        GET_DYNAMIC * int(STATIC / DYNAMIC - 1)
    )


async def test_unloading_gives_the_session_back(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """And nothing is asked for after that."""
    await unload(hass, loaded)
    assert loaded.state is ConfigEntryState.NOT_LOADED
    assert bmc.open_sessions == 0
    assert asked(bmc)[-1] == DELETE
    since = len(bmc.requests)
    await elapse(STATIC)
    assert asked(bmc, since) == []


async def test_reloading_gives_one_session_back_and_takes_another(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """A reload is an end and a beginning."""
    await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert bmc.logins == 2
    assert bmc.open_sessions == 1


async def test_the_end_of_home_assistant_gives_the_session_back(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, caplog: pytest.LogCaptureFixture
) -> None:
    """Home Assistant unloads nothing when it stops."""
    await stop(hass, loaded)
    assert bmc.open_sessions == 0
    assert asked(bmc)[-1] == DELETE
    assert complaints(caplog) == []


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("end", [unload, stop])
async def test_an_end_during_a_poll_leaves_no_session_and_no_complaint(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    caplog: pytest.LogCaptureFixture,
    end: End,
) -> None:
    """The poll is broken off, which is no failure of the BMC."""
    await set_up(hass, entry)
    bmc.hang(THERMAL, 0.1, times=1)
    await begin_poll(hass, bmc)
    await end(hass, entry)
    assert bmc.open_sessions == 0
    assert bmc.logins == 1
    assert complaints(caplog) == []


@pytest.mark.parametrize("end", [unload, stop])
async def test_an_end_during_a_command_leaves_no_session_and_no_complaint(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    caplog: pytest.LogCaptureFixture,
    end: End,
) -> None:
    """The command is done, but what became of it is not read any more."""
    await set_up(hass, entry)
    bmc.hang(SYSTEM, 0.1, times=1)
    since = len(bmc.requests)
    command = asyncio.create_task(call(hass, entry, "light.identify_led", "turn_on"))
    await until(lambda: f"PATCH {SYSTEM}" in asked(bmc, since))
    await end(hass, entry)
    await command
    assert bmc.indicator_led == "Lit"
    assert asked(bmc, since) == [f"PATCH {SYSTEM}", DELETE]
    assert bmc.open_sessions == 0
    assert complaints(caplog) == []


# What may be wrong when an entry is set up


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda bmc: bmc.drop("*"), id="gone"),
        pytest.param(lambda bmc: bmc.hang("*", 0.5), id="hanging"),
        pytest.param(lambda bmc: bmc.fail("*", status=503), id="starting"),
        pytest.param(lambda bmc: bmc.fail("*", status=404), id="nothing there"),
        pytest.param(lambda bmc: bmc.fail("*", body="<html>"), id="a page"),
        pytest.param(lambda bmc: bmc.drop(SESSIONS), id="no login"),
        pytest.param(lambda bmc: bmc.fail(f"{ROOT}/Systems", status=503), id="systems"),
        pytest.param(lambda bmc: bmc.drop(SYSTEM), id="system"),
        pytest.param(
            lambda bmc: bmc.fail(f"{ROOT}/Systems*", status=503), id="all of it"
        ),
    ],
)
async def test_a_bmc_that_cannot_be_read_is_tried_again_later(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    device_registry: dr.DeviceRegistry,
    spoil: Spoil,
) -> None:
    """Nothing is shown of it, and no session stays open (B2, M12)."""
    spoil(bmc)
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert not dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    assert bmc.open_sessions == 0
    assert bmc.login_attempts <= 1

    bmc.heal()
    await hass.config_entries.async_reload(entry.entry_id)
    assert lifecycle(entry) is ConfigEntryState.LOADED
    assert bmc.open_sessions == 1


async def test_a_bmc_that_was_starting_is_loaded_once_it_has_started(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Home Assistant tries again by itself."""
    bmc.restart(status=503)
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    await elapse(RETRY)
    assert lifecycle(entry) is ConfigEntryState.LOADED
    assert bmc.logins == 1


@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")
@pytest.mark.parametrize(("version", "tries"), [("1.11.0", 1), ("1.0.1", 2)])
async def test_a_wrong_password_is_tried_once_and_never_again(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
    version: str,
    tries: int,
) -> None:
    """A BMC locks the account after three attempts (B4).

    Some old boards refuse to open sessions though the password is right; there it is
    shown a second time, the other way.
    """
    bmc.change(ROOT, {"RedfishVersion": version})
    bmc.change_password("changed")
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert entry.error_reason_translation_key == "invalid_auth"
    await elapse(HOUR)
    assert bmc.login_attempts == 1
    assert [request.status for request in bmc.requests].count(401) == tries
    assert bmc.open_sessions == 0
    assert tracebacks(caplog) == []


@pytest.mark.parametrize(
    ("path", "status", "missing"),
    [
        (THERMAL, 503, "sensor.temperature_CPU Temp"),
        (THERMAL, 404, "sensor.temperature_CPU Temp"),
        (POWER, 503, "sensor.power_consumption"),
        (POWER, 403, "sensor.power_consumption"),
        (FAN_MODE, 503, "select.fan_mode"),
        (FAN_MODE, 403, "select.fan_mode"),
        (NTP, 404, "switch.ntp"),
        (NTP, 500, "switch.ntp"),
        (MANAGER, 503, "button.restart_bmc"),
        (RESET_INFO, 404, None),
        (RESET_INFO, 503, None),
        (RESET_INFO, 403, None),
        (NICS, 404, None),
    ],
)
async def test_a_part_that_cannot_be_read_does_not_keep_the_others_from_being_shown(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    path: str,
    status: int,
    missing: str | None,
) -> None:
    """A board may lack it, want a licence for it, or fail."""
    bmc.fail(path, status=status)
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    assert entity(hass, entry, "light.identify_led").state == "off"
    if missing:
        assert entity_id(hass, entry, missing) is None


async def test_what_could_not_be_read_at_first_is_shown_as_soon_as_it_can(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """No reload is needed for it."""
    bmc.fail(FAN_MODE, status=503)
    bmc.fail(THERMAL, status=503)
    await set_up(hass, entry)
    bmc.heal()
    await elapse(DYNAMIC)
    assert entity(hass, entry, "sensor.temperature_CPU Temp").state == "44"
    await elapse(STATIC)
    assert entity(hass, entry, "select.fan_mode").state == "optimal"


@pytest.mark.parametrize(("path", "status"), [(THERMAL, 404), (POWER, 403)])
async def test_what_a_board_does_not_have_is_asked_for_once(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    path: str,
    status: int,
) -> None:
    """Nor is what only a licence would open."""
    if status == 404:
        bmc.remove(path)
    else:
        bmc.unlicensed = (path,)
    await set_up(hass, entry)
    await elapse(DYNAMIC)
    await elapse(DYNAMIC)
    assert asked(bmc).count(f"GET {path}") == 1


async def test_the_server_is_one_device(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    server: Server,
    device_registry: dr.DeviceRegistry,
    snapshot: SnapshotAssertion,
) -> None:
    """It shows what the BMC says of the server, and leads to the BMC's own page."""
    (device,) = dr.async_entries_for_config_entry(device_registry, loaded.entry_id)
    assert device.configuration_url == server.url
    assert {
        "connections": device.connections,
        "identifiers": device.identifiers,
        "manufacturer": device.manufacturer,
        "model": device.model,
        "model_id": device.model_id,
        "name": device.name,
        "serial_number": device.serial_number,
        "sw_version": device.sw_version,
    } == snapshot


@pytest.mark.parametrize("path", [CHASSIS, MANAGER])
async def test_the_device_is_complete_once_all_has_been_read(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    device_registry: dr.DeviceRegistry,
    path: str,
) -> None:
    """What a part that failed at first would have said is added later."""
    bmc.fail(path, status=503)
    await set_up(hass, entry)
    bmc.heal()
    await elapse(STATIC)
    (device,) = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    assert device.model == "X12SPI-TF"
    assert device.sw_version == "01.04.15"


async def test_the_device_shows_the_firmware_that_it_has_now(
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    device_registry: dr.DeviceRegistry,
) -> None:
    """An update of the firmware restarts the BMC, not Home Assistant."""
    bmc.change(MANAGER, {"FirmwareVersion": "01.05.02"})
    await elapse(STATIC)
    (device,) = dr.async_entries_for_config_entry(device_registry, loaded.entry_id)
    assert device.sw_version == "01.05.02"


@pytest.mark.parametrize("path", [SYSTEM, CHASSIS, MANAGER])
async def test_the_device_forgets_nothing_that_cannot_be_read_now(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    device_registry: dr.DeviceRegistry,
    path: str,
) -> None:
    """Neither in a poll, nor when Home Assistant starts."""
    (before,) = dr.async_entries_for_config_entry(device_registry, loaded.entry_id)
    bmc.fail(path, status=503)
    bmc.change(FAN_MODE, {"Mode": "Standard"})
    await elapse(STATIC)
    await hass.config_entries.async_reload(loaded.entry_id)
    (device,) = dr.async_entries_for_config_entry(device_registry, loaded.entry_id)
    for attribute in ("manufacturer", "model", "serial_number", "sw_version"):
        assert getattr(device, attribute) == getattr(before, attribute)


# What may go wrong afterwards


OUTAGES = pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda bmc: bmc.drop("*"), id="gone"),
        pytest.param(lambda bmc: bmc.fail("*", status=503), id="starting"),
        pytest.param(lambda bmc: bmc.fail("*", status=404), id="nothing there"),
        pytest.param(lambda bmc: bmc.fail("*", body="<html>"), id="a page"),
    ],
)


@OUTAGES
async def test_an_outage_is_logged_once_and_so_is_its_end(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
    spoil: Spoil,
) -> None:
    """What is polled often is unavailable meanwhile, and back with the BMC (B1)."""
    before = states(hass)
    caplog.clear()
    spoil(bmc)
    for _ in range(4):
        await elapse(DYNAMIC)
    assert set(states(hass, "sensor").values()) == {STATE_UNAVAILABLE}
    assert set(states(hass, "light").values()) == {STATE_UNAVAILABLE}
    assert len(complaints(caplog)) == 1

    bmc.heal()
    await elapse(DYNAMIC)
    assert states(hass) == before
    assert len(complaints(caplog)) == 1
    assert caplog.text.count(" recovered") == 1
    assert loaded.state is ConfigEntryState.LOADED


async def test_all_entities_are_unavailable_while_the_bmc_is_gone(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Also those of what is polled rarely: nothing can be commanded either."""
    bmc.drop("*")
    await elapse(DYNAMIC)
    assert set(states(hass).values()) == {STATE_UNAVAILABLE}
    assert loaded.state is ConfigEntryState.LOADED


async def test_all_entities_are_back_with_the_bmc_after_a_long_outage(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """What is polled rarely does not wait for its next turn."""
    before = states(hass)
    bmc.drop("*")
    await elapse(STATIC)
    await elapse(DYNAMIC)
    bmc.heal()
    await elapse(DYNAMIC)
    assert states(hass) == before
    assert loaded.state is ConfigEntryState.LOADED


@pytest.mark.parametrize("status", [503, 404])
@pytest.mark.parametrize(
    ("path", "after", "belongs"),
    [
        (SYSTEM, DYNAMIC, OF_SYSTEM),
        (THERMAL, DYNAMIC, ("sensor.temperature", "sensor.fan", "sensor.headroom")),
        (POWER, DYNAMIC, OF_POWER),
        (FAN_MODE, STATIC, ("select.fan_mode",)),
        (NTP, STATIC, ("switch.ntp",)),
        (CHASSIS, STATIC, ("binary_sensor.chassis", "binary_sensor.intrusion")),
        (DRIVES, STATIC, ("sensor.drive", "binary_sensor.drive")),
        (LOG, STATIC, ("sensor.unacknowledged", "event.health_log")),
    ],
)
async def test_a_part_that_fails_takes_its_own_entities_along_only(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    path: str,
    after: float,
    belongs: tuple[str, ...],
    status: int,
) -> None:
    """Nothing turns to off or to zero, and all come back with the part (B1, M2)."""
    before = states(hass)
    affected = {of for of in before if _kind(hass, loaded, of).startswith(belongs)}
    bmc.fail(path, status=status)
    await elapse(after)
    assert unavailable(hass) == affected
    assert {of: state for of, state in states(hass).items() if of not in affected} == {
        of: state for of, state in before.items() if of not in affected
    }

    bmc.heal()
    await elapse(after)
    assert states(hass) == before
    assert bmc.login_attempts == 1


def _kind(hass: HomeAssistant, entry: ConfigEntry, of: str) -> str:
    """Return what an entity is, `platform.key`."""
    registered = er.async_get(hass).async_get(of)
    assert registered
    key = registered.unique_id.removeprefix(f"{entry.unique_id}_")
    return f"{registered.domain}.{key}"


async def test_a_part_that_fails_is_logged_once(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Whoever finds entities unavailable finds the reason in the log."""
    caplog.clear()
    bmc.fail(THERMAL, status=503)
    await elapse(DYNAMIC)
    await elapse(DYNAMIC)
    assert unavailable(hass)
    assert len(complaints(caplog)) == 1
    assert loaded.state is ConfigEntryState.LOADED


async def test_a_bmc_that_wants_to_be_left_alone_for_ever_is_asked_again(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """A Retry-After that no BMC can mean does not end the polling."""
    bmc.fail("*", status=503, headers={"Retry-After": "99999999"}, times=3)
    await elapse(DYNAMIC)
    assert not loaded.runtime_data.dynamic.last_update_success
    await elapse(300 + DYNAMIC)
    assert loaded.runtime_data.dynamic.last_update_success


async def test_a_bmc_that_asks_for_time_gets_it(
    loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Retry-After is respected."""
    bmc.fail("*", status=503, headers={"Retry-After": "120"}, times=3)
    await elapse(DYNAMIC)
    since = len(bmc.requests)
    await elapse(DYNAMIC)
    assert asked(bmc, since) == []
    await elapse(120)
    assert f"GET {THERMAL}" in asked(bmc, since)
    assert loaded.runtime_data.dynamic.last_update_success


async def test_what_is_read_rarely_gets_its_time_too(
    loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """A BMC that can be reached and asks for time is not asked at each poll."""
    await elapse(STATIC - DYNAMIC)
    for path in GET_STATIC:
        place = path.removeprefix("GET ")
        bmc.fail(place, status=503, headers={"Retry-After": "300"})
    since = len(bmc.requests)
    for reading in range(40, 48):
        bmc.set_reading("CPU Temp", reading)
        await elapse(DYNAMIC)
    assert asked(bmc, since).count(f"GET {MANAGER}") == 1
    assert not loaded.runtime_data.static.last_update_success


async def test_a_dropped_session_is_replaced_once_and_nobody_notices(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Several requests that meet a 401 together lead to one login (M3)."""
    before = states(hass)
    bmc.expire_sessions()
    await elapse(DYNAMIC)
    assert states(hass) == before
    assert bmc.login_attempts == 2
    assert bmc.open_sessions == 1
    assert loaded.state is ConfigEntryState.LOADED


async def test_a_password_that_was_changed_is_tried_once_more_and_never_again(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Nothing happens while the session lasts; then all is unavailable (B4)."""
    bmc.change_password("changed")
    await elapse(DYNAMIC)
    assert unavailable(hass) == set()

    bmc.expire_sessions()
    for _ in range(4):
        await elapse(STATIC)
    assert bmc.login_attempts == 2
    assert set(states(hass).values()) == {STATE_UNAVAILABLE}
    assert tracebacks(caplog) == []

    bmc.change_password("ADMIN")
    await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert unavailable(hass) == set()
    assert bmc.login_attempts == 3


async def test_a_restarted_bmc_is_read_again_with_one_new_login(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Its sessions are gone, and it drops connections while it is away."""
    before = states(hass)
    bmc.restart(100)
    await elapse(DYNAMIC)
    await elapse(DYNAMIC)
    await elapse(DYNAMIC)
    await elapse(DYNAMIC)
    assert states(hass) == before
    assert bmc.logins == 2
    assert bmc.open_sessions == 1
    assert loaded.state is ConfigEntryState.LOADED


@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")
async def test_a_full_table_of_sessions_costs_few_requests(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """The password goes with each request; a login is tried now and then (B7)."""
    before = states(hass)
    bmc.expire_sessions()
    while not bmc.sessions.full:
        bmc.sessions.create("somebody")
    since = len(bmc.requests)
    for _ in range(4):
        await elapse(DYNAMIC)
    assert states(hass) == before
    assert len(asked(bmc, since)) <= 4 * 3 + 6
    assert loaded.state is ConfigEntryState.LOADED


def put_subsystem(bmc: Bmc, fans: int) -> list[str]:
    """Let a board have a resource for each fan, as Gen 14 does; return their paths."""
    subsystem = f"{CHASSIS}/ThermalSubsystem"
    paths = [f"{subsystem}/Fans/{number}" for number in range(fans)]
    links = [{"@odata.id": path} for path in paths]
    new = {"Thermal": REMOVED, "ThermalSubsystem": {"@odata.id": subsystem}}
    bmc.change(CHASSIS, new)
    bmc.put(subsystem, {"Fans": {"@odata.id": f"{subsystem}/Fans"}})
    bmc.put(f"{subsystem}/Fans", {"Members": links})
    for path in paths:
        name = f"FAN{path[-1]}"
        bmc.put(path, {"@odata.id": path, "Name": name, "SpeedPercent": {"Reading": 9}})
    return paths


async def test_a_poll_that_is_under_way_does_not_undo_a_command(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """What was read back after a command is newer than what the poll read before.

    Only where a poll is one request after the other a command comes in between.
    """
    fans = put_subsystem(bmc, 3)
    await set_up(hass, entry)
    for fan in fans:
        bmc.hang(fan, 0.1, times=1)
    bmc.change(POWER, {"PowerControl": {0: {"PowerConsumedWatts": 119}}})
    await begin_poll(hass, bmc, fans[0])
    await call(hass, entry, "light.identify_led", "turn_on")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert f"GET {fans[-1]}" in asked(bmc, asked(bmc).index(f"PATCH {SYSTEM}"))
    assert entity(hass, entry, "sensor.power_consumption").state == "119"
    assert bmc.indicator_led == "Lit"
    assert entity(hass, entry, "light.identify_led").state == "on"
