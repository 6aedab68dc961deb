"""Test the start, which waits only for identity, system, Thermal and Power."""

import asyncio
from collections.abc import Iterator
import time

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.supermicro_redfish.const import DOMAIN
from tests.conftest import Clock, until
from tests.simulator import Bmc
from tests.simulator.responses import license_error

from . import (
    DYNAMIC,
    MINUTE,
    call,
    entity,
    entity_id,
    registered_keys,
    requests_since,
    set_up,
    states,
    unload,
)
from .conftest import Elapse
from .paths import (
    CERTIFICATES,
    CHASSIS,
    DRIVE,
    DRIVE_TEMPERATURE,
    DRIVES,
    FAN_MODE,
    LICENSES,
    LOG,
    MANAGER,
    PROTOCOLS,
    RESET_INFO,
    ROOT,
    SNOOPING,
    STORAGE,
    THERMAL,
)

SLOW = (LICENSES, STORAGE, LOG, CERTIFICATES)
"""The resources that nothing else may wait for."""
MAX_EARLIER = 4
"""More requests than a poll may wait for, and fewer than the static data takes."""
TEMPERATURE = "sensor.temperature_CPU Temp"
CONTROL = "select.fan_mode"


async def start(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Set up an entry without waiting for its background tasks."""
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED


async def finish(hass: HomeAssistant) -> None:
    """Wait for all background tasks."""
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_first_reading_waits_for_no_static_resource(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Show temperatures while every static resource hangs."""
    for path in (MANAGER, *SLOW, f"{ROOT}/AccountService"):
        bmc.hang(path, 0.5)
    started_at = time.perf_counter()
    await start(hass, entry)
    assert time.perf_counter() - started_at < 0.5
    assert float(entity(hass, entry, TEMPERATURE).state)
    assert entity_id(hass, entry, DRIVE_TEMPERATURE) is None
    await finish(hass)
    assert float(entity(hass, entry, DRIVE_TEMPERATURE).state)


@pytest.mark.long
async def test_slow_resources_delay_no_settings(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Show the quick resources before the slow ones are requested."""
    for path in SLOW:
        bmc.hang(path, 0.3)
    await start(hass, entry)
    await until(lambda: not set(SLOW).isdisjoint(_paths(bmc)))
    assert entity(hass, entry, CONTROL).state == "optimal"
    await finish(hass)


async def test_slow_resources_take_turns(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Read a log of one request before the last one of many drives."""
    bmc.hang(f"{STORAGE}*", 0.1)
    bmc.hang(f"{DRIVES}*", 0.1)
    await set_up(hass, entry)
    paths = _paths(bmc)
    assert paths.index(LOG) < paths.index(DRIVE)


def _paths(bmc: Bmc) -> list[str]:
    """Return the paths of all requests."""
    return [request.path for request in bmc.requests]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        *((path, 503) for path in (CHASSIS, MANAGER, FAN_MODE, PROTOCOLS, *SLOW)),
        *((path, 404) for path in (CHASSIS, MANAGER, SNOOPING, RESET_INFO)),
        *((path, 403) for path in SLOW),
    ],
)
async def test_failing_static_resource_affects_only_its_own_entities(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, path: str, status: int
) -> None:
    """Show all other entities, after the first start and after a restart."""
    await set_up(hass, entry)
    await unload(hass, entry)
    before = registered_keys(hass, entry)
    body = license_error() if status == 403 else None
    bmc.fail(path, status=status, body=body)
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    assert float(entity(hass, entry, TEMPERATURE).state)
    assert registered_keys(hass, entry) == before
    shown = [state for state in states(hass).values() if state != STATE_UNAVAILABLE]
    assert len(shown) > 20
    bmc.heal()


@pytest.mark.long
async def test_registered_entities_are_unavailable_until_they_are_read(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Keep the entities whose resources are late, with their names."""
    await set_up(hass, entry)
    before = states(hass)
    await unload(hass, entry)
    for path in (MANAGER, *SLOW):
        bmc.hang(path, 0.3)
    await start(hass, entry)
    late = states(hass)
    assert late.keys() == before.keys()
    for key in (DRIVE_TEMPERATURE, CONTROL):
        assert entity(hass, entry, key).state == STATE_UNAVAILABLE
    assert float(entity(hass, entry, TEMPERATURE).state)
    await finish(hass)
    after = states(hass)
    assert after.keys() == before.keys()
    assert {key for key in after if after[key] == STATE_UNAVAILABLE} == {
        key for key in before if before[key] == STATE_UNAVAILABLE
    }


async def test_entities_are_removed_only_after_a_complete_read(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Keep an entity without description while reads of the static data fail."""
    await set_up(hass, entry)
    registry = er.async_get(hass)
    stale = registry.async_get_or_create(
        "sensor", DOMAIN, f"{entry.unique_id}_dropped", config_entry=entry
    ).entity_id
    await unload(hass, entry)
    for path in (CHASSIS, f"{MANAGER}*"):
        bmc.fail(path, status=503)
    await set_up(hass, entry)
    assert registry.async_get(stale)
    bmc.heal()
    await elapse(MINUTE)
    assert registry.async_get(stale) is None
    assert entity(hass, entry, CONTROL).state == "optimal"


async def test_failed_first_read_is_repeated_after_a_minute(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Repeat the first read of the static data soon after it has failed."""
    for path in (CHASSIS, f"{MANAGER}*"):
        bmc.fail(path, status=503)
    await set_up(hass, entry)
    assert entity_id(hass, entry, CONTROL) is None
    bmc.heal()
    await elapse(MINUTE)
    assert entity(hass, entry, CONTROL).state == "optimal"


async def test_read_is_repeated_after_outage_during_first_read(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Read the static data as soon as the BMC is back."""
    bmc.on_request(MANAGER, lambda: bmc.drop("*"))
    await set_up(hass, entry)
    assert entity(hass, entry, TEMPERATURE).state == STATE_UNAVAILABLE
    bmc.heal()
    await elapse(MINUTE)
    assert float(entity(hass, entry, TEMPERATURE).state)
    assert entity(hass, entry, CONTROL).state == "optimal"


@pytest.mark.parametrize("is_read_back", [False, True])
async def test_poll_does_not_wait_for_static_data(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    freezer: FrozenDateTimeFactory,
    clock: Clock,
    elapse: Elapse,
    *,
    is_read_back: bool,
) -> None:
    """Send the requests of a poll first, also after a failed read in the background.

    The first read of the static data fails, or that after a log was not read back.
    """
    if is_read_back:
        await set_up(hass, entry)
    bmc.drop(LOG)
    if is_read_back:
        await call(hass, entry, "button.acknowledge_events", "press")
    else:
        await set_up(hass, entry)
    await finish(hass)
    bmc.heal()
    await elapse(MINUTE)

    def poll() -> None:
        freezer.tick(DYNAMIC)
        clock.tick(DYNAMIC)
        async_fire_time_changed(hass)

    since = len(bmc.requests)
    bmc.on_request("*", poll)
    await entry.runtime_data.static.async_refresh()
    await finish(hass)
    assert _paths(bmc)[since:].index(THERMAL) < MAX_EARLIER


@pytest.mark.parametrize("path", [MANAGER, *SLOW])
async def test_unload_ends_the_read(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, path: str
) -> None:
    """Close the session, cancel all tasks and remove all entities."""
    bmc.hang(path, 30)
    await start(hass, entry)
    await until(lambda: path in _paths(bmc))
    started_at = time.perf_counter()
    await unload(hass, entry)
    assert time.perf_counter() - started_at < 5
    assert bmc.open_sessions == 0
    since = len(bmc.requests)
    await finish(hass)
    assert requests_since(bmc, since) == []
    assert not [*_library_tasks()]
    assert {*states(hass).values()} == {STATE_UNAVAILABLE}


def _library_tasks() -> Iterator[asyncio.Task[object]]:
    """Return the tasks of the library that are running."""
    for task in asyncio.all_tasks():
        if "aiosupermicro" in str(getattr(task.get_coro(), "cr_code", "")):
            yield task


async def test_controls_wait_for_the_privileges(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Add no control before the privileges of the account are known.

    The role is read last, after the setting of the control.
    """
    seen: list[tuple[bool, str | None]] = []

    def look() -> None:
        """Record, before the role is read, whether setting and control exist."""
        seen.append((FAN_MODE in _paths(bmc), entity_id(hass, entry, CONTROL)))

    bmc.on_request(f"{ROOT}/AccountService/Roles/Administrator", look)
    await set_up(hass, entry)
    assert seen == [(True, None)]
    assert entity(hass, entry, CONTROL).state == "optimal"


async def test_ignored_license_issue_stays_ignored(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Keep the issue of the last run until the static data was read."""
    bmc.fail(f"{STORAGE}*", status=403, body=license_error())
    await set_up(hass, entry)
    issues = ir.async_get(hass)
    (issue,) = [key for key in issues.issues if key[0] == DOMAIN]
    ir.async_ignore_issue(hass, *issue, ignore=True)
    await unload(hass, entry)
    bmc.hang(LICENSES, 0.2)
    await start(hass, entry)
    assert issue in issues.issues
    await finish(hass)
    assert issues.issues[issue].dismissed_version


def _device(hass: HomeAssistant, entry: ConfigEntry) -> dr.DeviceEntry:
    """Return the server's device."""
    registry = dr.async_get(hass)
    (device,) = dr.async_entries_for_config_entry(registry, entry.entry_id)
    return device


async def test_device_is_described_from_the_start_of_a_restart(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Keep model, firmware and serial number until they are read again."""
    await set_up(hass, entry)
    before = _device(hass, entry)
    await unload(hass, entry)
    for path in (CHASSIS, MANAGER):
        bmc.hang(path, 0.3)
    await start(hass, entry)
    device = _device(hass, entry)
    for attribute in ("manufacturer", "model", "serial_number", "sw_version"):
        assert getattr(device, attribute) == getattr(before, attribute)
    await finish(hass)
