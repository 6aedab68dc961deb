"""Parts that come and go, and what becomes of their entities."""

from collections import Counter

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.supermicro_redfish.const import DOMAIN
from tests.conftest import RECORDED
from tests.simulator import Bmc, Board

from . import (
    BACKPLANE,
    BAY_2,
    DRIVE,
    DRIVE_TEMPERATURE,
    DRIVES,
    DYNAMIC,
    POWER,
    STATIC,
    STORAGE,
    THERMAL,
    entity,
    entity_id,
    set_up,
)
from .conftest import Elapse, load_board

# Drives that come and go


async def test_a_drive_that_is_added_gets_its_entities(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Without a reload."""
    links = bmc.resource(DRIVES)["Drives"]
    bmc.change(DRIVES, {"Drives": links[1:]})
    bmc.change(
        f"{BACKPLANE}/Drives",
        {"Members": bmc.resource(f"{BACKPLANE}/Drives")["Members"][1:]},
    )
    await set_up(hass, entry)
    assert entity_id(hass, entry, DRIVE_TEMPERATURE) is None
    bmc.change(DRIVES, {"Drives": links})
    await elapse(STATIC)
    assert entity(hass, entry, DRIVE_TEMPERATURE).state == "34"


def pull(bmc: Bmc) -> None:
    """Pull the first drive."""
    for path, key in ((DRIVES, "Drives"), (f"{BACKPLANE}/Drives", "Members")):
        bmc.change(path, {key: bmc.resource(path)[key][1:]})


def drive_entities(hass: HomeAssistant, entry: ConfigEntry) -> int:
    """Return how many entities the first drive has."""
    registered = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    return sum(item.unique_id.endswith("Disk.Bay.0") for item in registered)


async def test_a_drive_that_is_gone_for_good_loses_its_entities(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """After an hour; and gets them back when it is back."""
    links = bmc.resource(DRIVES)["Drives"]
    assert drive_entities(hass, loaded) == 3
    pull(bmc)
    await elapse(STATIC)
    assert entity(hass, loaded, DRIVE_TEMPERATURE).state == STATE_UNAVAILABLE
    await elapse(2 * STATIC)
    assert drive_entities(hass, loaded) == 3
    await elapse(STATIC)
    assert drive_entities(hass, loaded) == 0
    assert entity_id(hass, loaded, "sensor.drive_temperature_Disk.Bay.1")

    bmc.change(DRIVES, {"Drives": links})
    await elapse(STATIC)
    assert drive_entities(hass, loaded) == 3
    assert entity(hass, loaded, DRIVE_TEMPERATURE).state == "34"


async def test_a_bay_that_is_empty_for_good_loses_its_entities(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Where the BMC goes on to list it; a drive that is put in gets them back."""
    status = bmc.resource(DRIVE)["Status"]
    bmc.change(DRIVE, {"Status": {"State": "Absent", "Health": None}})
    await elapse(4 * STATIC)
    assert drive_entities(hass, loaded) == 0
    bmc.change(DRIVE, {"Status": status})
    await elapse(STATIC)
    assert drive_entities(hass, loaded) == 3
    assert entity(hass, loaded, DRIVE_TEMPERATURE).state == "34"


async def test_a_drive_that_comes_back_in_time_keeps_its_entities(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """It is the readings in a row that count."""
    links = bmc.resource(DRIVES)["Drives"]
    for _ in range(2):
        pull(bmc)
        await elapse(3 * STATIC)
        bmc.change(DRIVES, {"Drives": links})
        await elapse(STATIC)
        assert drive_entities(hass, loaded) == 3


async def test_drives_of_a_host_that_is_off_are_not_gone(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """They have no power."""
    bmc.power("ForceOff")
    pull(bmc)
    await elapse(6 * STATIC)
    assert drive_entities(hass, loaded) == 3


async def test_drives_that_cannot_be_read_are_not_gone(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """They are unavailable."""
    bmc.fail(f"{STORAGE}*", status=503)
    await elapse(6 * STATIC)
    assert drive_entities(hass, loaded) == 3
    assert entity(hass, loaded, DRIVE_TEMPERATURE).state == STATE_UNAVAILABLE


# Power supplies and memory that come and go
BANK = "DIMME~H Temp"


def part_entities(hass: HomeAssistant, entry: ConfigEntry, name: str) -> int:
    """Return how many entities a supply or sensor has."""
    registered = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    return sum(item.unique_id.endswith(name) for item in registered)


@pytest.mark.parametrize(
    ("path", "key", "name", "count"),
    [
        pytest.param(POWER, "PowerSupplies", BAY_2, 5, id="supply"),
        pytest.param(THERMAL, "Temperatures", BANK, 1, id="memory"),
    ],
)
@pytest.mark.parametrize("is_listed", [True, False])
async def test_a_part_that_is_gone_for_good_loses_its_entities(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    path: str,
    key: str,
    name: str,
    count: int,
    *,
    is_listed: bool,
) -> None:
    """After an hour; and gets them back when it is back."""
    fitted = bmc.resource(path)[key]
    before = set(er.async_get(hass).entities)
    bmc.change(path, {key: {name: {"Status": {"State": "Absent", "Health": None}}}})
    if not is_listed:
        bmc.change(path, {key: [item for item in fitted if item["Name"] != name]})
    await elapse(3 * STATIC)
    assert part_entities(hass, loaded, name) == count
    await elapse(STATIC)
    assert part_entities(hass, loaded, name) == 0

    bmc.change(path, {key: fitted})
    await elapse(DYNAMIC)
    assert part_entities(hass, loaded, name) == count
    assert set(er.async_get(hass).entities) == before


@pytest.mark.parametrize("off", [True, False])
async def test_parts_that_are_only_missing_for_now_keep_their_entities(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, *, off: bool
) -> None:
    """Where the host is off, or the BMC has just started and tells of nothing."""
    before = set(er.async_get(hass).entities)
    if off:
        bmc.power("ForceOff")
    for path, key in ((POWER, "PowerSupplies"), (THERMAL, "Temperatures")):
        bmc.change(path, {key: []})
    await elapse(6 * STATIC)
    assert set(er.async_get(hass).entities) == before


async def test_a_fan_that_is_gone_is_missed(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """It belongs to the case: that it is gone is a fault."""
    absent = {"Status": {"State": "Absent", "Health": None}, "Reading": None}
    bmc.change(THERMAL, {"Fans": {"FAN1": absent}})
    await elapse(6 * STATIC)
    assert entity(hass, loaded, "sensor.fan_FAN1").state == STATE_UNKNOWN


# Kinds of entities that come and go


async def test_an_entity_of_a_kind_that_is_gone_is_removed(
    hass: HomeAssistant, entry: ConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    """It comes from an older version; what others have is left alone."""
    old = [
        entity_registry.async_get_or_create(
            platform, DOMAIN, f"{entry.unique_id}_{key}", config_entry=entry
        ).entity_id
        for platform, key in (
            ("sensor", "forecast"),
            ("sensor", "fanatic_FAN1"),
            ("binary_sensor", "fan_FAN1"),
            ("update", "firmware"),
        )
    ]
    kept = entity_registry.async_get_or_create(
        "sensor", DOMAIN, f"{entry.unique_id}_temperature_P2 Temp", config_entry=entry
    ).entity_id
    await set_up(hass, entry)
    assert [of for of in old if entity_registry.async_get(of)] == []
    assert entity_registry.async_get(kept)


class TestRecordedBoards:
    """What was recorded from hardware."""

    @pytest.fixture
    def board(self, request: pytest.FixtureRequest) -> Board:
        """Return a recorded board."""
        if not RECORDED.is_dir():
            pytest.skip(f"no recorded boards in {RECORDED}")
        return load_board(RECORDED / request.param)

    @pytest.mark.parametrize(
        ("board", "drives"),
        [
            ("x10sdv", 0),
            ("x11dpu", 0),
            ("x12-fw0104", 0),
            ("x13-sys-821ge-tnhr", 8),
            ("gb300-openbmc", 0),
        ],
        indirect=["board"],
    )
    async def test_there_is_an_entity_for_every_drive_that_tells(
        self, hass: HomeAssistant, loaded: ConfigEntry, drives: int
    ) -> None:
        """And for no empty bay."""
        registered = er.async_entries_for_config_entry(
            er.async_get(hass), loaded.entry_id
        )
        kinds = Counter(
            item.unique_id.removeprefix(f"{loaded.unique_id}_").split("_Disk")[0]
            for item in registered
            if "_drive_" in item.unique_id
        )
        keys = ("drive_temperature", "drive_life_used", "drive_problem")
        assert kinds == (dict.fromkeys(keys, drives) if drives else {})
