"""The static cadence: each part costs itself only, and nothing is asked for in vain."""

import asyncio
from collections import Counter

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import (
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
)
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.helpers.event import async_track_state_change_event
import pytest

from custom_components.supermicro_redfish.const import CONF_DYNAMIC_INTERVAL, DOMAIN
from tests.conftest import RECORDED, until
from tests.simulator import Bmc, Board

from . import (
    BACKPLANE,
    BAY_2,
    CERTIFICATES,
    DRIVE,
    DRIVES,
    DYNAMIC,
    FAN_MODE,
    LOG,
    POWER,
    STATIC,
    STORAGE,
    SYSTEM,
    THERMAL,
    asked,
    complaints,
    entity,
    entity_id,
    set_up,
)
from .conftest import Elapse, load_board

LOGS = f"{SYSTEM}/LogServices"
TEMPERATURE = "sensor.drive_temperature_Disk.Bay.0"
PARTS = {
    STORAGE: TEMPERATURE,
    LOGS: "event.health_log",
    CERTIFICATES: "binary_sensor.certificate_expiring",
}
EVERY_PART = pytest.mark.parametrize("path", PARTS)


@EVERY_PART
@pytest.mark.parametrize("status", [500, 503, 403, 404])
async def test_a_part_that_fails_at_first_costs_itself_only(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, path: str, status: int
) -> None:
    """The others are shown."""
    bmc.fail(f"{path}*", status=status)
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    for part, of in PARTS.items():
        assert (entity_id(hass, entry, of) is None) is (part == path)


@EVERY_PART
async def test_a_part_that_could_not_be_read_is_shown_once_it_can(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse, path: str
) -> None:
    """No reload is needed."""
    bmc.fail(f"{path}*", status=503)
    await set_up(hass, entry)
    bmc.heal()
    await elapse(STATIC)
    assert entity(hass, entry, PARTS[path]).state != STATE_UNAVAILABLE


@EVERY_PART
@pytest.mark.parametrize("status", [404, 403])
async def test_what_the_board_lacks_or_refuses_is_asked_for_once(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
    path: str,
    status: int,
) -> None:
    """And is nothing to complain about in the log."""
    if status == 404:
        for resource in list(bmc.board.resources):
            if resource.startswith(path):
                bmc.remove(resource)
    else:
        bmc.unlicensed = (path,)
    await set_up(hass, entry)
    await elapse(2 * STATIC)
    assert asked(bmc).count(f"GET {path}") == 1
    assert entity_id(hass, entry, PARTS[path]) is None
    assert complaints(caplog) == []


async def test_a_licence_that_only_a_drive_wants_is_asked_for_once(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """The groups of drives alone would be read in vain."""
    bmc.unlicensed = (f"{BACKPLANE}/Drives",)
    await set_up(hass, entry)
    since = len(bmc.requests)
    await elapse(STATIC)
    assert not [r for r in asked(bmc, since) if STORAGE in r or BACKPLANE in r]
    issues = ir.async_get(hass).issues
    assert [issue for domain, issue in issues if domain == DOMAIN]


async def test_no_poll_waits_for_a_part_that_takes_its_time(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """The parts are read one after the other, so that a place is left for a poll."""
    await set_up(hass, entry)
    static, dynamic = entry.runtime_data.static, entry.runtime_data.dynamic
    for path in (DRIVE, LOG):
        bmc.hang(path, 0.5)
    since = len(bmc.requests)
    slow = hass.async_create_task(static.async_refresh())
    while f"GET {DRIVE}" not in asked(bmc, since):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    await dynamic.async_refresh()
    assert dynamic.last_update_success
    assert f"GET {THERMAL}" in asked(bmc, since)
    assert f"GET {LOG}" not in asked(bmc, since)
    await slow
    assert f"GET {LOG}" in asked(bmc, since)


async def test_what_moves_is_read_anew_when_the_set_up_took_long(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """A slow BMC takes minutes for all the rest: nobody is shown what was before."""
    options = {CONF_DYNAMIC_INTERVAL: 1}
    hass.config_entries.async_update_entry(entry, options=options)
    bmc.hang(FAN_MODE, 1.2, times=1)
    await set_up(hass, entry)
    assert asked(bmc).count(f"GET {THERMAL}") == 2


async def test_what_changed_while_the_bmc_was_away_is_never_shown_as_it_was(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """What was missed is shown when it has been read anew, not when the BMC is back."""
    fan_mode, ntp = (
        entity_id(hass, loaded, of) for of in ("select.fan_mode", "switch.ntp")
    )
    shown: dict[str, list[str]] = {str(fan_mode): [], str(ntp): []}

    @callback
    def see(event: Event[EventStateChangedData]) -> None:
        if new := event.data["new_state"]:
            shown[new.entity_id].append(new.state)

    async_track_state_change_event(hass, shown, see)
    bmc.drop("*")
    await elapse(STATIC + DYNAMIC)
    bmc.change(FAN_MODE, {"Mode": "FullSpeed"})
    bmc.heal()
    await elapse(2 * DYNAMIC)
    assert shown == {
        fan_mode: [STATE_UNAVAILABLE, "full_speed"],
        ntp: [STATE_UNAVAILABLE, "on"],
    }


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
    assert entity_id(hass, entry, TEMPERATURE) is None
    bmc.change(DRIVES, {"Drives": links})
    await elapse(STATIC)
    assert entity(hass, entry, TEMPERATURE).state == "34"


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
    assert entity(hass, loaded, TEMPERATURE).state == STATE_UNAVAILABLE
    await elapse(2 * STATIC)
    assert drive_entities(hass, loaded) == 3
    await elapse(STATIC)
    assert drive_entities(hass, loaded) == 0
    assert entity_id(hass, loaded, "sensor.drive_temperature_Disk.Bay.1")

    bmc.change(DRIVES, {"Drives": links})
    await elapse(STATIC)
    assert drive_entities(hass, loaded) == 3
    assert entity(hass, loaded, TEMPERATURE).state == "34"


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
    assert entity(hass, loaded, TEMPERATURE).state == "34"


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
    assert entity(hass, loaded, TEMPERATURE).state == STATE_UNAVAILABLE


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


async def test_a_poll_does_not_wait_for_what_is_read_rarely(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """However much there is of it: one of two places is always free."""
    await set_up(hass, entry)
    bmc.hang("*", 0.02)
    since = len(bmc.requests)
    runtime_data = entry.runtime_data
    rest = hass.async_create_task(runtime_data.static.async_refresh())
    await until(lambda: len(bmc.requests) > since + 1)
    before = len(bmc.requests)
    await runtime_data.dynamic.async_refresh()
    meanwhile = asked(bmc, before)
    assert {f"GET {path}" for path in (SYSTEM, THERMAL, POWER)} <= set(meanwhile)
    assert len(meanwhile) <= 2 * 3
    await rest
    assert len(bmc.requests) - before > len(meanwhile)
