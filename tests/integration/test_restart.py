"""Test a restart with the discovery of the last run."""

import asyncio
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import EVENT_STATE_CHANGED, STATE_UNAVAILABLE
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.storage import Store
import pytest

from custom_components.supermicro_redfish.const import DOMAIN
from tests.simulator import Bmc
from tests.simulator.gen14 import add_sensors, make_gen14
from tests.simulator.responses import license_error

from . import (
    DYNAMIC,
    MANAGER,
    MINUTE,
    NICS,
    ROOT,
    STATIC,
    available_keys,
    change_identity,
    entity,
    entity_id,
    entry_state,
    recorded,
    registered_keys,
    requests_since,
    set_up,
    states,
    unload,
)
from .conftest import Elapse
from .paths import (
    BACKPLANE,
    CHASSIS,
    DRIVE_TEMPERATURE,
    DRIVES,
    FAN_MODE,
    OEM,
    POWER,
    STORAGE,
    THERMAL,
)

type Storage = dict[str, Any]

MAX_REQUESTS = 6
"""Maximum number of requests before Home Assistant shows the first reading."""
TEMPERATURE = "sensor.temperature_CPU Temp"


@pytest.fixture(autouse=True)
def storage(hass_storage: Storage) -> Storage:
    """Return the files of Home Assistant's storage."""
    return hass_storage


def key_of(entry: ConfigEntry) -> str:
    """Return the key of the stored discovery."""
    return f"{DOMAIN}.{entry.entry_id}.discovery"


class FirstReading:
    """Recorder of the requests before the first state of an entity."""

    def __init__(self, hass: HomeAssistant, bmc: Bmc) -> None:
        """Start recording."""
        self._bmc = bmc
        self._since = len(bmc.requests)
        self.requests: list[str] = []
        self._remove = hass.bus.async_listen(EVENT_STATE_CHANGED, self._check)

    @callback
    def _check(self, event: Event[EventStateChangedData]) -> None:
        """Record the requests once an entity has a state."""
        state = event.data["new_state"]
        if state and state.state != STATE_UNAVAILABLE:
            self.requests = requests_since(self._bmc, self._since)
            self._remove()


@pytest.mark.parametrize(
    "board",
    [
        pytest.param("x12spi-tf", id="x12spi-tf"),
        recorded("x10sdv"),
        recorded("x13-sys-821ge-tnhr"),
        recorded("gb300-openbmc"),
    ],
    indirect=True,
)
async def test_restart_takes_few_requests_to_first_reading(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """Log in, and read system, Thermal and Power at the stored paths."""
    await unload(hass, loaded)
    first = FirstReading(hass, bmc)
    await set_up(hass, loaded)
    assert 0 < len(first.requests) <= MAX_REQUESTS


async def test_restart_of_gen14_takes_few_requests_to_first_reading(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Leave power supplies and voltages to the second poll."""
    make_gen14(bmc)
    add_sensors(bmc)
    bmc.expand, bmc.expand_advertised = "bmcweb", True
    await set_up(hass, entry)
    shown = states(hass)
    await unload(hass, entry)
    first = FirstReading(hass, bmc)
    await set_up(hass, entry)
    assert 0 < len(first.requests) <= MAX_REQUESTS
    await entry.runtime_data.dynamic.async_refresh()
    assert states(hass).keys() == shown.keys()
    assert STATE_UNAVAILABLE not in states(hass).values()


async def test_restart_shows_the_same_entities(
    hass: HomeAssistant, loaded: ConfigEntry, storage: Storage
) -> None:
    """Find the same items at the stored paths, and store the paths again."""
    before = registered_keys(hass, loaded)
    shown = states(hass)
    await unload(hass, loaded)
    remembered = storage[key_of(loaded)]["data"]
    await set_up(hass, loaded)
    assert registered_keys(hass, loaded) == before
    assert states(hass).keys() == shown.keys()
    assert storage[key_of(loaded)]["data"]["paths"] == remembered["paths"]


async def test_stored_discovery_has_no_secrets(
    loaded: ConfigEntry, bmc: Bmc, storage: Storage
) -> None:
    """Store neither the account nor an identifier of the server."""
    text = str(storage[key_of(loaded)])
    assert str(bmc.resource(MANAGER)["FirmwareVersion"]) in text
    secrets = (bmc.username, bmc.password, loaded.data["host"], loaded.unique_id)
    for secret in secrets:
        assert str(secret) not in text


async def test_moved_resources_are_found_after_firmware_update(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, storage: Storage
) -> None:
    """Show all entities in the first poll after the update, and store the new paths."""
    before = registered_keys(hass, loaded)
    await unload(hass, loaded)
    new = f"{CHASSIS}/Temperatures"
    bmc.put(new, bmc.resource(THERMAL))
    bmc.remove(THERMAL)
    bmc.change(CHASSIS, {"Thermal": {"@odata.id": new}})
    bmc.put(f"{OEM}/Fans", bmc.resource(FAN_MODE) | {"Mode": "HeavyIO"})
    links = {"Supermicro": {"FanMode": {"@odata.id": f"{OEM}/Fans"}}}
    bmc.change(MANAGER, {"FirmwareVersion": "01.05.02", "Oem": links})
    await set_up(hass, loaded)
    assert float(entity(hass, loaded, TEMPERATURE).state)
    assert entity(hass, loaded, "select.fan_mode").state == "heavy_io"
    assert registered_keys(hass, loaded) == before
    data = storage[key_of(loaded)]["data"]
    assert data["firmware"] == "01.05.02"
    assert data["paths"]["thermal"] == new


async def test_board_may_lose_and_gain_thermal(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Use the successors of Thermal and Power as long as they are missing."""
    bodies = {path: bmc.resource(path) for path in (CHASSIS, THERMAL, POWER)}
    await unload(hass, loaded)
    keys = ("ThermalSubsystem", "PowerSubsystem", "EnvironmentMetrics")
    links = {key: {"@odata.id": f"{CHASSIS}/{key}"} for key in keys}
    bmc.change(CHASSIS, {"Thermal": None, "Power": None, **links})
    for path in (THERMAL, POWER):
        bmc.remove(path)
    bmc.put(f"{CHASSIS}/ThermalSubsystem", {"Id": "ThermalSubsystem"})
    bmc.put(f"{CHASSIS}/PowerSubsystem", {"Id": "PowerSubsystem"})
    bmc.put(f"{CHASSIS}/EnvironmentMetrics", {"PowerWatts": {"Reading": 207.5}})
    await set_up(hass, loaded)
    assert entity(hass, loaded, "sensor.power_consumption").state == "207.5"
    assert entity(hass, loaded, TEMPERATURE).state == STATE_UNAVAILABLE
    await unload(hass, loaded)
    for path, body in bodies.items():
        bmc.put(path, body)
    await set_up(hass, loaded)
    await elapse(MINUTE)
    assert float(entity(hass, loaded, TEMPERATURE).state)


@pytest.mark.parametrize(
    "board",
    [
        pytest.param("x12spi-tf", id="x12spi-tf"),
        recorded("x13-sys-821ge-tnhr"),
        recorded("gb300-openbmc"),
    ],
    indirect=True,
)
@pytest.mark.parametrize("path", ["Systems*", "Chassis*", "Managers*", "*"])
@pytest.mark.parametrize("has_static_read", [False, True])
async def test_resources_of_a_starting_bmc_are_requested_again(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    path: str,
    *,
    has_static_read: bool,
) -> None:
    """Show all entities with the next reads, although stored paths returned 404.

    A missing resource would not be requested for an hour. After the search for the
    chassis of a GB300, its leak detectors are read in turns.
    """
    available = available_keys(hass, loaded)
    await unload(hass, loaded)
    await set_up(hass, loaded)
    bmc.fail(path, status=404)
    await elapse(DYNAMIC)
    await elapse(STATIC if has_static_read else DYNAMIC)
    bmc.heal()
    if has_static_read:
        await elapse(STATIC)
    for _ in range(4):
        await elapse(DYNAMIC)
    assert available_keys(hass, loaded) - {"sensor.reading_age"} == available


@pytest.mark.long
@pytest.mark.parametrize("board", [recorded("gb300-openbmc")], indirect=True)
async def test_gpus_are_shown_soon_after_a_chassis_was_missing(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Keep the findings of an earlier run, also of resources that are expanded."""
    bmc.expand, bmc.expand_advertised = "bmcweb", True
    await set_up(hass, entry)
    available = available_keys(hass, entry)
    await unload(hass, entry)
    await set_up(hass, entry)
    await elapse(STATIC)
    bmc.fail("Chassis*", status=404)
    for _ in range(2):
        await elapse(STATIC)
    bmc.heal()
    for _ in range(2):
        await elapse(DYNAMIC)
    gpus = {key for key in available if "inner_" in key}
    assert gpus
    assert gpus <= available_keys(hass, entry)


@pytest.mark.long
@pytest.mark.parametrize(
    ("board", "path"),
    [
        pytest.param("x12spi-tf", MANAGER, id="manager"),
        pytest.param("x12spi-tf", CHASSIS, id="chassis"),
        recorded("gb300-openbmc", f"{ROOT}/TelemetryService"),
    ],
    indirect=["board"],
)
async def test_links_of_an_empty_resource_are_looked_for_again(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    storage: Storage,
    elapse: Elapse,
    path: str,
) -> None:
    """Show all entities soon after a first start, at which a resource had no links.

    Without the links, what they lead to would count as missing for an hour or a day.
    """
    available = available_keys(hass, loaded)
    await unload(hass, loaded)
    del storage[key_of(loaded)]
    bmc.fail(path, status=200, body={"@odata.id": path})
    await set_up(hass, loaded)
    await elapse(DYNAMIC)
    bmc.heal()
    for _ in range(2):
        await elapse(STATIC, step=DYNAMIC)
    assert available_keys(hass, loaded) - {"sensor.reading_age"} == available


async def test_discovery_of_future_version_is_a_cold_start(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, storage: Storage
) -> None:
    """Ignore the stored discovery, discover the board and replace the discovery."""
    await unload(hass, loaded)
    stored = storage[key_of(loaded)]
    storage[key_of(loaded)] = {**stored, "data": {**stored["data"], "version": 99}}
    since = len(bmc.requests)
    await set_up(hass, loaded)
    assert f"GET {ROOT}/Systems" in requests_since(bmc, since)
    assert float(entity(hass, loaded, TEMPERATURE).state)
    assert storage[key_of(loaded)]["data"]["version"] == 1


@pytest.mark.parametrize("has_mac", [True, False])
async def test_other_bmc_gets_no_entities_after_restart(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    storage: Storage,
    *,
    has_mac: bool,
) -> None:
    """Refuse another BMC, with or without its identity in the service root."""
    if not has_mac:
        bmc.change(ROOT, {"UUID": "6d3a5c1e-0000-4000-8000-000000000001"})
    await set_up(hass, entry)
    await unload(hass, entry)
    before = storage[key_of(entry)]
    change_identity(bmc)
    if not has_mac:
        bmc.change(ROOT, {"UUID": "6d3a5c1e-0000-4000-8000-000000000002"})
    await set_up(hass, entry)
    assert entry_state(entry) is ConfigEntryState.SETUP_RETRY
    assert {*states(hass).values()} == {STATE_UNAVAILABLE}
    assert storage[key_of(entry)] == before


async def test_known_bmc_without_mac_needs_no_manager(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Recognize the BMC by service root and system, as on OpenBMC."""
    bmc.change(ROOT, {"UUID": "6d3a5c1e-0000-4000-8000-000000000001"})
    await set_up(hass, entry)
    assert f"GET {NICS}" in requests_since(bmc)
    await unload(hass, entry)
    since = len(bmc.requests)
    first = FirstReading(hass, bmc)
    await set_up(hass, entry)
    assert len(first.requests) <= MAX_REQUESTS
    assert f"GET {NICS}" not in requests_since(bmc, since)


@pytest.mark.long
async def test_removed_drive_stays_until_four_complete_reads(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Keep the entities of a drive that is missing when Home Assistant starts."""
    await unload(hass, loaded)
    links = bmc.resource(DRIVES)["Drives"][1:]
    bmc.change(DRIVES, {"Drives": links})
    bmc.change(BACKPLANE, {"Links": {"Drives": links}})
    bmc.fail(STORAGE, status=503)
    await set_up(hass, loaded)
    await elapse(4 * STATIC)
    assert entity_id(hass, loaded, DRIVE_TEMPERATURE)
    bmc.heal()
    await elapse(3 * STATIC)
    assert entity_id(hass, loaded, DRIVE_TEMPERATURE)
    await elapse(STATIC)
    assert entity_id(hass, loaded, DRIVE_TEMPERATURE) is None


@pytest.mark.long
async def test_reload_requests_refused_license_again(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """Show the drives once the user has installed the license."""
    bmc.fail(f"{STORAGE}*", status=403, body=license_error())
    await unload(hass, loaded)
    await set_up(hass, loaded)
    assert entity(hass, loaded, DRIVE_TEMPERATURE).state == STATE_UNAVAILABLE
    bmc.heal()
    await unload(hass, loaded)
    await set_up(hass, loaded)
    assert float(entity(hass, loaded, DRIVE_TEMPERATURE).state)


async def test_removed_entry_leaves_no_file_after_a_slow_write(
    hass: HomeAssistant, loaded: ConfigEntry, storage: Storage
) -> None:
    """Wait for the last write before the file is removed."""
    save = Store.async_save

    async def save_slowly(store: Store[Any], data: Any) -> None:
        for _ in range(200):
            await asyncio.sleep(0)
        await save(store, data)

    storage.pop(key_of(loaded))
    loaded.runtime_data.store._saved = {}
    with patch.object(Store, "async_save", save_slowly):
        await hass.config_entries.async_remove(loaded.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
    assert key_of(loaded) not in storage


async def test_removed_entry_leaves_no_file(
    hass: HomeAssistant, loaded: ConfigEntry, storage: Storage
) -> None:
    """Remove the discovery with the server."""
    assert key_of(loaded) in storage
    await hass.config_entries.async_remove(loaded.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert key_of(loaded) not in storage
