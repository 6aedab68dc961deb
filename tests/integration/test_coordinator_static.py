"""Test resources that fail, are missing or are slow."""

import asyncio

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest

from tests.conftest import until
from tests.simulator import Bmc

from . import (
    DYNAMIC,
    STATIC,
    entity,
    entity_id,
    logged_problems,
    requests_since,
    set_up,
)
from .conftest import Elapse
from .health_log import EVENT
from .paths import (
    BACKPLANE,
    CERTIFICATES,
    DRIVE,
    DRIVE_TEMPERATURE,
    FAN_MODE,
    GET_DYNAMIC,
    LOG,
    MANAGER,
    NICS,
    NTP,
    POWER,
    RESET_INFO,
    STORAGE,
    SYSTEM,
    THERMAL,
)
from .repair_flow import open_issues
from .sensors import CPU

LOGS = f"{SYSTEM}/LogServices"
CERTIFICATE_EXPIRING = "binary_sensor.certificate_expiring"
CONSUMPTION = "sensor.power_consumption"

RESOURCES: tuple[tuple[str, tuple[int, ...], str | None], ...] = (
    (f"{STORAGE}*", (500, 503, 403, 404), DRIVE_TEMPERATURE),
    (f"{LOGS}*", (500, 503, 403, 404), EVENT),
    (f"{CERTIFICATES}*", (500, 503, 403, 404), CERTIFICATE_EXPIRING),
    (THERMAL, (503, 404), CPU),
    (POWER, (503, 403), CONSUMPTION),
    (FAN_MODE, (503, 403), "select.fan_mode"),
    (NTP, (404, 500), "switch.ntp"),
    (MANAGER, (503,), "button.restart_bmc"),
    (RESET_INFO, (404, 503, 403), None),
    (NICS, (404,), None),
)
"""Resources, the errors of their responses, and an entity of each."""


async def test_static_data_is_read_every_fifteen_minutes_by_default(
    loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Read resources that hardly change no more often than that."""
    assert loaded.runtime_data.static.update_interval.total_seconds() == 15 * 60
    since = len(bmc.requests)
    await elapse(14 * 60)
    assert f"GET {NTP}" not in requests_since(bmc, since)
    await elapse(2 * 60)
    assert f"GET {NTP}" in requests_since(bmc, since)


@pytest.mark.parametrize(
    ("path", "status"),
    [(path, status) for path, statuses, _ in RESOURCES for status in statuses],
)
async def test_setup_succeeds_without_one_resource(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, path: str, status: int
) -> None:
    """Create the other entities when a resource is missing, unlicensed or fails.

    The manager is an exception: it has the links to some of the other resources.
    """
    bmc.fail(path, status=status)
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    assert entity(hass, entry, "light.identify_led").state == "off"
    for other, _, key in RESOURCES:
        if key and (other == path or path != MANAGER):
            assert (entity_id(hass, entry, key) is None) is (other == path)


@pytest.mark.parametrize(
    ("path", "interval", "key", "state"),
    [
        (f"{STORAGE}*", STATIC, DRIVE_TEMPERATURE, "34"),
        (f"{LOGS}*", STATIC, EVENT, "unknown"),
        (f"{CERTIFICATES}*", STATIC, CERTIFICATE_EXPIRING, "off"),
        (FAN_MODE, STATIC, "select.fan_mode", "optimal"),
        (THERMAL, DYNAMIC, CPU, "44"),
    ],
)
async def test_entities_are_created_when_failed_resource_recovers(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    path: str,
    interval: float,
    key: str,
    state: str,
) -> None:
    """Create the entities without a reload."""
    bmc.fail(path, status=503)
    await set_up(hass, entry)
    bmc.heal()
    await elapse(interval)
    assert entity(hass, entry, key).state == state


@pytest.mark.parametrize("is_licensed", [True, False])
@pytest.mark.parametrize(
    ("path", "key"),
    [
        (STORAGE, DRIVE_TEMPERATURE),
        (LOGS, EVENT),
        (CERTIFICATES, CERTIFICATE_EXPIRING),
        (THERMAL, CPU),
        (POWER, CONSUMPTION),
    ],
)
async def test_missing_or_unlicensed_resource_is_read_once(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
    path: str,
    key: str,
    *,
    is_licensed: bool,
) -> None:
    """Request the resource only at setup, and log no problem."""
    if is_licensed:
        for resource in [r for r in bmc.board.resources if r.startswith(path)]:
            bmc.remove(resource)
    else:
        bmc.unlicensed = (path,)
    await set_up(hass, entry)
    await elapse(2 * STATIC)
    assert requests_since(bmc).count(f"GET {path}") == 1
    assert entity_id(hass, entry, key) is None
    assert logged_problems(caplog) == []


async def test_error_of_a_drive_ends_when_it_is_read_again(
    loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Keep no error of the last poll, which the static data begin with."""
    static = loaded.runtime_data.static
    bmc.fail(DRIVE, status=500)
    await elapse(STATIC)
    assert [*static.data.errors] == [DRIVE]
    bmc.heal()
    await elapse(STATIC)
    assert static.data.errors == {}


async def test_unlicensed_drives_are_read_once(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Stop reading the storage as well, if only its drives require a license."""
    bmc.unlicensed = (f"{BACKPLANE}/Drives",)
    await set_up(hass, entry)
    since = len(bmc.requests)
    await elapse(STATIC)
    requests = requests_since(bmc, since)
    assert not [r for r in requests if STORAGE in r or BACKPLANE in r]
    assert open_issues(hass)


@pytest.mark.long
async def test_dynamic_poll_runs_between_slow_static_reads(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Request static resources one after the other, so that a dynamic poll can run."""
    await set_up(hass, entry)
    static, dynamic = entry.runtime_data.static, entry.runtime_data.dynamic
    for path in (DRIVE, LOG):
        bmc.hang(path, 0.5)
    since = len(bmc.requests)
    slow = hass.async_create_task(static.async_refresh())
    slow_requests = {f"GET {DRIVE}", f"GET {LOG}"}
    while slow_requests.isdisjoint(requests_since(bmc, since)):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    await dynamic.async_refresh()
    assert dynamic.last_update_success
    assert f"GET {THERMAL}" in requests_since(bmc, since)
    assert not slow_requests <= {*requests_since(bmc, since)}
    await slow
    assert slow_requests <= {*requests_since(bmc, since)}


async def test_dynamic_poll_has_priority_over_static_poll(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Keep one of the two concurrent requests free, however much is read."""
    await set_up(hass, entry)
    bmc.hang("*", 0.02)
    since = len(bmc.requests)
    runtime_data = entry.runtime_data
    rest = hass.async_create_task(runtime_data.static.async_refresh())
    await until(lambda: len(bmc.requests) > since + 1)
    before = len(bmc.requests)
    await runtime_data.dynamic.async_refresh()
    meanwhile = requests_since(bmc, before)
    assert set(GET_DYNAMIC) <= set(meanwhile)
    assert len(meanwhile) <= 2 * 3
    await rest
    assert len(bmc.requests) - before > len(meanwhile)


async def test_dead_link_is_logged_once_and_skipped(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Read the chassis behind dead links without a warning."""
    gone, links = "/redfish/v1/Chassis/Gone", bmc.resource(SYSTEM)["Links"]
    chassis = [{"@odata.id": gone}, *links["Chassis"]]
    bmc.change(SYSTEM, {"Links": links | {"Chassis": chassis}})
    await set_up(hass, entry)
    await elapse(3 * STATIC, STATIC)
    assert entity(hass, entry, CPU).state
    assert entity(hass, entry, CONSUMPTION).state
    assert logged_problems(caplog) == []
    logged = [record for record in caplog.records if gone in record.getMessage()]
    assert len([record for record in logged if record.levelname == "INFO"]) == 1
