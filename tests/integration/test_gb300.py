"""Entities and devices of machines whose processors have chassis of their own."""

from collections import Counter
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest

from custom_components.supermicro_redfish import async_remove_config_entry_device
from custom_components.supermicro_redfish.const import DOMAIN
from tests.simulator import REMOVED, Bmc, Board
from tests.simulator.gen14 import (
    FANS,
    REPORTS,
    TELEMETRY,
    add_gpus,
    add_report,
    add_sensors,
    gen14_board,
)
from tests.simulator.resources import ROOT

from . import (
    DYNAMIC,
    STATIC,
    Mutation,
    device_id,
    entity,
    entity_id,
    recorded,
    registry_entry,
    set_up,
    unload,
)
from .conftest import Elapse

GPU = "HGX GPU 0"
GPU_TEMPERATURE = f"sensor.inner_temperature_{GPU} TEMP 0"
OTHER_TEMPERATURE = "sensor.inner_temperature_HGX GPU 1 TEMP 0"


def _add_report(bmc: Bmc) -> None:
    """Add a report on the sensors of the GPUs."""
    sensors = [path for path in bmc.store.paths if "/Sensors/HGX" in path]
    add_report(bmc, "GPUs", sensors)


@pytest.fixture
def gpu_board() -> Board:
    """Return a board of Gen 14 with two GPUs in metric reports."""
    return gen14_board(add_sensors, add_gpus, _add_report)


@pytest.fixture
def board(request: pytest.FixtureRequest, gpu_board: Board) -> Board:
    """Return the board with GPUs, or a recorded one."""
    if not hasattr(request, "param"):
        return gpu_board
    if not request.param.is_dir():
        pytest.skip(f"no recorded board in {request.param}")
    return Board.load(request.param)


async def test_gpus_are_devices_with_temperature_power_and_energy(
    hass: HomeAssistant, loaded: ConfigEntry
) -> None:
    """Name the values of a whole GPU by the measured quantity."""
    for number in range(2):
        device = gpu_device(hass, loaded, number)
        assert device
        assert device.name == f"GPU {number}"
        assert device.parent_device_id == device_id(hass, loaded)
        entries = er.async_entries_for_device(
            er.async_get(hass), device.id, include_disabled_entities=True
        )
        assert {e.original_name: e.disabled_by is None for e in entries} == {
            "Temperature": True,
            "Power": True,
            "Energy": True,
            "DRAM 0 temperature": False,
        }
    assert entity(hass, loaded, GPU_TEMPERATURE).state == "32.0"
    assert entity(hass, loaded, f"sensor.inner_power_{GPU} Power 0").state == "230.0"
    energy = entity(hass, loaded, f"sensor.inner_energy_{GPU} Energy 0")
    assert float(energy.state) == 10
    assert energy.attributes["unit_of_measurement"] == "kWh"
    assert energy.attributes["state_class"] == "total_increasing"


async def test_gpu_is_named_by_its_processor_among_other_related_items(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Ignore a chassis in front of the processor that a sensor belongs to."""
    path = next(path for path in bmc.store.paths if path.endswith("GPU_0_TEMP_0"))
    (processor,) = bmc.resource(path)["RelatedItem"]
    chassis = {"@odata.id": "/redfish/v1/Chassis/Tray"}
    bmc.change(path, {"RelatedItem": [chassis, processor]})
    await set_up(hass, entry)
    device_of_gpu = registry_entry(hass, entry, GPU_TEMPERATURE).device_id
    device = dr.async_get(hass).async_get(str(device_of_gpu))
    assert device
    assert device.name == "GPU 0"


def gpu_device(
    hass: HomeAssistant, entry: ConfigEntry, number: int
) -> dr.ChildDeviceEntry | None:
    """Return the device of a GPU, None if it is not registered."""
    return dr.async_get(hass).async_get_child_device_by_identifier(
        (DOMAIN, f"{entry.unique_id}_GPU {number}"), entry.entry_id
    )


def remove_gpu(bmc: Bmc, number: int) -> list[Any]:
    """Remove a GPU from the report, and return the metrics of all GPUs."""
    metrics: list[Any] = bmc.resource(f"{REPORTS}/GPUs")["MetricValues"]
    name = f"GPU_{number}"
    rest = [metric for metric in metrics if name not in metric["MetricProperty"]]
    bmc.change(f"{REPORTS}/GPUs", {"MetricValues": rest})
    return metrics


async def test_added_gpu_gets_device_with_entities(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Create the device of a GPU that appears later, without a reload."""
    metrics = remove_gpu(bmc, 1)
    await set_up(hass, entry)
    assert gpu_device(hass, entry, 0)
    assert gpu_device(hass, entry, 1) is None
    bmc.change(f"{REPORTS}/GPUs", {"MetricValues": metrics})
    await elapse(STATIC + DYNAMIC)
    assert gpu_device(hass, entry, 1)
    assert float(entity(hass, entry, OTHER_TEMPERATURE).state) == 33


async def delete_device(hass: HomeAssistant, entry: ConfigEntry, device: str) -> bool:
    """Delete a device as the user does; return whether the integration allows it."""
    assert entry.supports_remove_device
    registry = dr.async_get(hass)
    registered = registry.async_get(device, include_composite_devices=False)
    assert registered
    is_allowed = await async_remove_config_entry_device(hass, entry, registered)
    await hass.async_block_till_done()
    return is_allowed


@pytest.mark.long
async def test_removed_gpu_can_be_deleted_and_comes_back(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
) -> None:
    """Keep the device of a missing GPU until the user deletes it."""
    metrics = remove_gpu(bmc, 1)
    await elapse(6 * STATIC)
    device = gpu_device(hass, loaded, 1)
    assert device
    assert entity(hass, loaded, OTHER_TEMPERATURE).state == STATE_UNAVAILABLE
    assert await delete_device(hass, loaded, device.id)
    assert gpu_device(hass, loaded, 1) is None
    assert entity_id(hass, loaded, OTHER_TEMPERATURE) is None
    assert gpu_device(hass, loaded, 0)

    bmc.change(f"{REPORTS}/GPUs", {"MetricValues": metrics})
    await elapse(DYNAMIC)
    assert gpu_device(hass, loaded, 1)
    assert float(entity(hass, loaded, OTHER_TEMPERATURE).state) == 33


@pytest.mark.parametrize(
    "mutate",
    [
        pytest.param(lambda _: None, id="present"),
        pytest.param(lambda bmc: bmc.drop("*"), id="unreachable"),
        pytest.param(lambda bmc: bmc.fail("*", status=503), id="starting"),
        pytest.param(
            lambda bmc: (bmc.power("ForceOff"), remove_gpu(bmc, 1)), id="host off"
        ),
    ],
)
async def test_gpu_that_may_be_present_cannot_be_deleted(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    mutate: Mutation,
) -> None:
    """Reject the deletion of a device unless a complete poll lacks its part."""
    mutate(bmc)
    await elapse(2 * DYNAMIC)
    device = gpu_device(hass, loaded, 1)
    assert device
    assert not await delete_device(hass, loaded, device.id)
    assert not await delete_device(hass, loaded, device_id(hass, loaded))


@pytest.mark.parametrize("has_store", [True, False])
async def test_gpu_cannot_be_deleted_while_its_report_is_unread(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    hass_storage: dict[str, Any],
    *,
    has_store: bool,
) -> None:
    """Reject the deletion after a start, with a known report or none."""
    await unload(hass, loaded)
    if not has_store:
        hass_storage.clear()
    bmc.fail(f"{TELEMETRY}/MetricReportDefinitions", status=503)
    bmc.fail(f"{REPORTS}/GPUs", status=503)
    await set_up(hass, loaded)
    assert loaded.state is ConfigEntryState.LOADED
    device = gpu_device(hass, loaded, 1)
    assert device
    assert not await delete_device(hass, loaded, device.id)


async def test_values_of_gpus_follow_each_poll(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Show the temperature of the last poll, and unavailable for a lost sensor."""
    path = next(path for path in bmc.store.paths if path.endswith("GPU_0_TEMP_0"))
    for reading in (41, 42):
        bmc.change(path, {"Reading": reading})
        await elapse(DYNAMIC)
        assert float(entity(hass, loaded, GPU_TEMPERATURE).state) == reading
    bmc.change(path, {"Reading": None})
    await elapse(DYNAMIC)
    assert entity(hass, loaded, GPU_TEMPERATURE).state == "unknown"


async def test_first_values_of_gpus_need_no_second_poll(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Show the values that the search for metric reports has read."""
    bmc.expand, bmc.expand_advertised = "bmcweb", True
    await set_up(hass, entry)
    assert entity(hass, entry, GPU_TEMPERATURE).state == "32.0"
    sent = [request.path for request in bmc.requests]
    assert sent.count(f"{TELEMETRY}/MetricReports/GPUs") == 1


async def test_energy_of_a_gpu_has_no_gaps(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """Show the whole count of the GPU after a stop of Home Assistant."""
    path = next(path for path in bmc.store.paths if path.endswith("GPU_0_Energy_0"))
    key = f"sensor.inner_energy_{GPU} Energy 0"
    assert float(entity(hass, loaded, key).state) == 10
    await unload(hass, loaded)
    bmc.change(path, {"Reading": 3_600_000 * 15.5})
    await set_up(hass, loaded)
    assert float(entity(hass, loaded, key).state) == 15.5


async def test_margin_of_earlier_version_is_removed(
    hass: HomeAssistant, entry: ConfigEntry
) -> None:
    """Remove the entity of a distance to a limit, and keep that of a temperature."""
    keys = {f"sensor.inner_temperature_{GPU} TEMP {number}" for number in (0, 1)}
    for key in keys:
        er.async_get(hass).async_get_or_create(
            Platform.SENSOR,
            DOMAIN,
            f"{entry.unique_id}_{key.partition('.')[2]}",
            config_entry=entry,
        )
    await set_up(hass, entry)
    assert [entity_id(hass, entry, key) is None for key in sorted(keys)] == [
        False,
        True,
    ]


async def test_unique_ids_and_entity_ids_survive_restart(
    hass: HomeAssistant, loaded: ConfigEntry
) -> None:
    """Restore the same entities on the same devices."""
    registry = er.async_get(hass)

    def registered() -> dict[str, Any]:
        entries = er.async_entries_for_config_entry(registry, loaded.entry_id)
        return {e.unique_id: (e.entity_id, e.device_id) for e in entries}

    before = registered()
    await unload(hass, loaded)
    await set_up(hass, loaded)
    assert registered() == before


async def test_entities_stay_while_reports_fail(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Keep the entities of GPUs that cannot be read after a restart."""
    await unload(hass, loaded)
    bmc.fail(f"{TELEMETRY}*", status=500)
    await set_up(hass, loaded)
    assert entity_id(hass, loaded, GPU_TEMPERATURE)
    bmc.heal()
    await elapse(4 * DYNAMIC)
    assert float(entity(hass, loaded, GPU_TEMPERATURE).state) == 32


@pytest.mark.parametrize("board", [recorded("gb300-openbmc")], indirect=True)
@pytest.mark.parametrize("kind", ["bmcweb", "400"])
async def test_gb300_shows_all_readings(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse, kind: Any
) -> None:
    """Create an entity for each temperature, power, fan, duty and energy counter."""
    bmc.expand = kind
    since = len(bmc.requests)
    await set_up(hass, entry)
    assert len(bmc.requests) - since <= (53 if kind == "bmcweb" else 230)
    entries = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    prefix = f"{entry.unique_id}_"
    kinds = Counter(
        item.unique_id.removeprefix(prefix).partition(" ")[0].partition("_HGX")[0]
        for item in entries
    )
    assert sum(n for kind, n in kinds.items() if "temperature" in kind) == 32
    assert sum(n for kind, n in kinds.items() if "inner_power" in kind) == 21
    assert sum(n for kind, n in kinds.items() if "inner_energy" in kind) == 6
    assert kinds["fan_Chassis"] == 16
    assert kinds["fan_duty_Chassis"] == 8
    names = {str(item.original_name) for item in entries}
    assert not [name for name in names if "Temp 0" in name or "TEMP" in name]
    enabled = [item for item in entries if not item.disabled_by]
    main = [str(e.original_name) for e in enabled if "_inner_" in e.unique_id]
    assert Counter(main)["Temperature"] == Counter(main)["Power"] == 4
    since = len(bmc.requests)
    await elapse(DYNAMIC)
    assert len(bmc.requests) - since <= 6
    assert not entity_id(hass, entry, f"sensor.inner_temperature_{GPU} TEMP 1")


@pytest.mark.parametrize("board", [recorded("gb300-openbmc")], indirect=True)
@pytest.mark.parametrize("kind", ["bmcweb", "400"])
async def test_distance_to_a_limit_that_fails_at_first_gets_no_entity(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse, kind: Any
) -> None:
    """Wait for a sensor of a GPU that only the metrics of its chassis show."""
    bmc.expand = kind
    bmc.change(ROOT, {"TelemetryService": REMOVED})
    (path,) = (path for path in bmc.store.paths if path.endswith("HGX_GPU_0_TEMP_1"))
    bmc.fail(path, status=503)
    key = f"sensor.inner_temperature_{GPU} TEMP 1"
    await set_up(hass, entry)
    for _ in range(3):
        await elapse(STATIC)
        assert entity_id(hass, entry, GPU_TEMPERATURE)
        assert not entity_id(hass, entry, key)
        bmc.heal()


async def test_age_of_readings_is_shown_where_fans_are_read_in_turns(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Read all fans before their entities are made, then four in each poll."""
    await set_up(hass, entry)
    for number in range(1, 9):
        assert entity(hass, entry, f"sensor.fan_FAN{number}").state == str(
            1000 + number
        )
    await elapse(DYNAMIC)
    assert float(entity(hass, entry, "sensor.reading_age").state) >= DYNAMIC
    for _ in range(2):
        await elapse(DYNAMIC)
    age = entity(hass, entry, "sensor.reading_age")
    assert DYNAMIC <= float(age.state) <= 3 * DYNAMIC
    assert registry_entry(hass, entry, "sensor.reading_age").entity_category
    assert [r.path for r in bmc.requests].count(f"{FANS}/FAN1") <= 4


async def test_age_of_readings_is_not_shown_where_all_are_new(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Create no sensor for the age if one request reads all fans."""
    bmc.expand, bmc.expand_advertised = "bmcweb", True
    await set_up(hass, entry)
    for _ in range(3):
        await elapse(DYNAMIC)
    assert not entity_id(hass, entry, "sensor.reading_age")


async def test_gpus_are_read_in_turns_while_all_reports_fail(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Show new values of the GPUs, and the age of the oldest one."""
    bmc.expand, bmc.expand_advertised = "bmcweb", True
    add_gpus(bmc, 8)
    add_report(bmc, "All", [path for path in bmc.store.paths if "/Sensors/" in path])
    await set_up(hass, entry)
    bmc.fail(f"{REPORTS}/*", status=503)
    gpus = [path for path in bmc.store.paths if path.endswith("_TEMP_0")]
    for number in range(4):
        for path in gpus:
            bmc.change(path, {"Reading": 40 + number})
        await elapse(DYNAMIC)
    for number in range(8):
        key = f"sensor.inner_temperature_HGX GPU {number} TEMP 0"
        assert float(entity(hass, entry, key).state) >= 41
    age = float(entity(hass, entry, "sensor.reading_age").state)
    assert DYNAMIC <= age <= 2 * DYNAMIC
