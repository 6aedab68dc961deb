"""Test the migration of the entities and the device of the published integration."""

from collections.abc import AsyncIterator, Callable
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.supermicro_redfish import published as published_module
from custom_components.supermicro_redfish.const import DOMAIN
from tests.simulator import Bmc, Server

from . import POWER, PROTOCOLS, SYSTEM, THERMAL, entity, mac_address, recorded, set_up
from .published import (
    ROWS,
    Row,
    added_entry,
    all_rows,
    register,
    register_entity,
    registered_ids,
    replacements,
)

CPU = Row("CPU Temp", "sensor.temperature_CPU Temp")


@pytest.fixture
async def published(
    hass: HomeAssistant, bmc: Bmc, server: Server
) -> AsyncIterator[ConfigEntry]:
    """Return an entry of the published integration, and unload it at the end."""
    async with added_entry(hass, bmc, server) as entry:
        yield entry


def new_id(entry: ConfigEntry, row: Row) -> str:
    """Return the unique id that an entity has after the migration."""
    return f"{entry.unique_id}_{row.new.partition('.')[2]}"


def is_same_platform(key: str, row: Row) -> bool:
    """Return whether an entity has a counterpart on its own platform."""
    return key.partition(".")[0] == row.new.partition(".")[0]


# The table


async def test_migration_maps_every_entity(
    hass: HomeAssistant, published: ConfigEntry, bmc: Bmc
) -> None:
    """Keep the entity ids of all entities with a counterpart, and remove the others."""
    register(hass, published, bmc)
    rows = {
        f"{published.entry_id}_{key.partition('.')[2]}": key for key in all_rows(bmc)
    }
    before = {eid: rows[uid] for eid, uid in registered_ids(hass, published).items()}
    assert len(before) == 29 + 12 + 4 + 13
    await set_up(hass, published)

    assert published.state is ConfigEntryState.LOADED
    assert published.unique_id == mac_address(bmc)
    after = registered_ids(hass, published)
    removed = {}
    for entity_id, key in before.items():
        row = all_rows(bmc)[key]
        if is_same_platform(key, row):
            assert after[entity_id] == new_id(published, row), key
        else:
            assert entity_id not in after, key
            platform = row.new.partition(".")[0]
            removed[entity_id] = er.async_get(hass).async_get_entity_id(
                platform, DOMAIN, new_id(published, row)
            )
    assert replacements(hass) == removed
    assert sorted(filter(None, removed.values())) == [
        "light.supermicro_bsn1_identify_led",
        "sensor.supermicro_bsn1_licenses",
        "switch.supermicro_bsn1_neighbor_discovery_lldp",
        "switch.supermicro_bsn1_time_synchronization_ntp",
    ]


def test_migration_table_is_complete() -> None:
    """Map each key of the published integration to a description that exists."""
    assert {key: row.new for key, row in ROWS.items()} == published_module.COUNTERPARTS
    for key, new in published_module.COUNTERPARTS.items():
        platform, _, name = new.partition(".")
        rows = published_module._ROWS.get(platform, ())
        if is_same_platform(key, Row("", new)):
            assert name in [row.key for row in rows], key


async def test_migration_keeps_customization(
    hass: HomeAssistant, published: ConfigEntry, bmc: Bmc
) -> None:
    """Keep names, areas, and the choice to enable or disable an entity."""
    registry = er.async_get(hass)
    register(hass, published, bmc)
    power, mode = "sensor.supermicro_bsn1_power_consumption", "select.bsn1_mode"
    registry.async_update_entity(
        "select.supermicro_bsn1_fan_mode", new_entity_id=mode, disabled_by=None
    )
    registry.async_update_entity(power, name="Draw", icon="mdi:flash")
    fan = "sensor.supermicro_bsn1_fan1"
    registry.async_update_entity(fan, disabled_by=er.RegistryEntryDisabler.USER)
    await set_up(hass, published)

    assert entity(hass, published, "sensor.power_consumption").entity_id == power
    assert hass.states.get(power).state == "118"  # type: ignore[union-attr]
    assert registry.entities[power].name == "Draw"
    assert registry.entities[power].icon == "mdi:flash"
    assert entity(hass, published, "select.fan_mode").entity_id == mode
    assert registry.entities[fan].disabled_by is er.RegistryEntryDisabler.USER
    assert registry.entities["sensor.supermicro_bsn1_12v"].disabled
    temperature = entity(hass, published, "sensor.temperature_PCH Temp")
    assert temperature.entity_id == "sensor.supermicro_bsn1_pch_temp"


@pytest.mark.parametrize(
    "board",
    [recorded("x10sdv"), recorded("x12-fw0104"), recorded("x13-sys-821ge-tnhr")],
    indirect=True,
)
async def test_migration_accounts_for_every_entity_of_recorded_boards(
    hass: HomeAssistant, published: ConfigEntry, bmc: Bmc
) -> None:
    """Keep each entity under its id, or list it as removed."""
    register(hass, published, bmc)
    before = registered_ids(hass, published)
    rows = all_rows(bmc)
    await set_up(hass, published)
    after = registered_ids(hass, published)
    assert not any(uid.startswith(published.entry_id) for uid in after.values())
    assert before.keys() - after.keys() == set(replacements(hass))
    for entity_id in before.keys() & after.keys():
        platform = entity_id.partition(".")[0]
        key = before[entity_id].removeprefix(f"{published.entry_id}_")
        assert after[entity_id] == new_id(published, rows[f"{platform}.{key}"])
    for key, row in rows.items():
        if key.startswith(("sensor.temperature", "sensor.fan", "sensor.voltage")):
            assert new_id(published, row) in after.values()


# Temperatures, fans and voltages


async def test_migration_follows_names_if_member_ids_have_moved(
    hass: HomeAssistant, published: ConfigEntry, bmc: Bmc
) -> None:
    """Keep the history of each sensor that the board lists at another position."""
    register(hass, published, bmc)
    before = {
        row.name: key.partition(".")[2]
        for key, row in all_rows(bmc).items()
        if key.startswith(("sensor.temperature", "sensor.fan", "sensor.voltage"))
    }
    for path, lists in ((THERMAL, ("Temperatures", "Fans")), (POWER, ("Voltages",))):
        for name in lists:
            items = bmc.resource(path)[name][::-1]
            for position, item in enumerate(items):
                item["MemberId"] = str(position)
            bmc.change(path, {name: items})
    registry = er.async_get(hass)
    ids = {
        name: registry.async_get_entity_id(
            "sensor", DOMAIN, f"{published.entry_id}_{key}"
        )
        for name, key in before.items()
    }
    await set_up(hass, published)
    for key, row in all_rows(bmc).items():
        if row.name in ids:
            registered = registry.entities[ids[row.name] or ""]
            assert registered.unique_id == new_id(published, row), key
    assert entity(hass, published, CPU.new).state == "44"


def rename(bmc: Bmc, name: str, new_name: str) -> None:
    """Change the name of a temperature or a fan."""
    for items in ("Temperatures", "Fans"):
        if name in [item["Name"] for item in bmc.resource(THERMAL)[items]]:
            bmc.change(THERMAL, {items: {name: {"Name": new_name}}})


def drop(bmc: Bmc, name: str) -> None:
    """Remove a temperature, so that the following ones move up."""
    items = [x for x in bmc.resource(THERMAL)["Temperatures"] if x["Name"] != name]
    for position, item in enumerate(items):
        item["MemberId"] = str(position)
    bmc.change(THERMAL, {"Temperatures": items})


def turn_into_duty(bmc: Bmc) -> None:
    """Report the speed of a fan as a duty cycle."""
    bmc.change(THERMAL, {"Fans": {"FAN1": {"ReadingUnits": "Percent"}}})


@pytest.mark.parametrize(
    ("mutate", "key", "name", "new"),
    [
        (lambda _: None, "temperature_0", "CPU Temp", "temperature_CPU Temp"),
        (lambda _: None, "temperature_2", "CPU Temp", "temperature_CPU Temp"),
        (lambda _: None, "temperature_0", None, "temperature_CPU Temp"),
        (lambda _: None, "temperature_2", "Unknown", "temperature_PCH Temp"),
        (lambda _: None, "temperature_", "PCH Temp", "temperature_PCH Temp"),
        (lambda _: None, "temperature_99", "Gone", None),
        (lambda _: None, "fan_", "Unknown", None),
        (lambda _: None, "fan_4", "FANA", "fan_FANA"),
        (lambda _: None, "voltage_3", "12V", "voltage_12V"),
        (turn_into_duty, "fan_0", "FAN1", "fan_duty_FAN1"),
        (
            lambda bmc: rename(bmc, "CPU Temp", "CPU1 Temp"),
            "temperature_0",
            "CPU Temp",
            "temperature_CPU1 Temp",
        ),
        (
            lambda bmc: drop(bmc, "PCH Temp"),
            "temperature_2",
            "PCH Temp",
            "temperature_System Temp",
        ),
        (lambda bmc: rename(bmc, "FAN2", "FAN1"), "fan_0", "FAN1", "fan_FAN1 #0"),
        (lambda bmc: rename(bmc, "FAN2", "FAN1"), "fan_1", "FAN1", "fan_FAN1 #1"),
        (lambda bmc: rename(bmc, "FAN2", "FAN1"), "fan_9", "FAN1", None),
        (lambda bmc: rename(bmc, "FAN2", "FAN1"), "fan_2", "FAN1", None),
    ],
)
async def test_migration_matches_sensor(
    hass: HomeAssistant,
    published: ConfigEntry,
    bmc: Bmc,
    mutate: Callable[[Bmc], None],
    key: str,
    name: str | None,
    new: str | None,
) -> None:
    """Match by a unique name, or else by the MemberId."""
    mutate(bmc)
    row = Row(name or "", "")._replace(name=name)  # type: ignore[arg-type]
    entity_id = register_entity(hass, published, f"sensor.{key}", row)
    await set_up(hass, published)
    expected = f"{published.unique_id}_{new}" if new else None
    assert registered_ids(hass, published).get(entity_id) == expected


async def test_migration_gives_no_sensor_the_place_of_another(
    hass: HomeAssistant, published: ConfigEntry, bmc: Bmc
) -> None:
    """Remove a missing sensor, even if another one now has its MemberId."""
    register(hass, published, bmc)
    drop(bmc, "PCH Temp")
    await set_up(hass, published)
    after = registered_ids(hass, published)
    assert "sensor.supermicro_bsn1_pch_temp" not in after
    assert replacements(hass)["sensor.supermicro_bsn1_pch_temp"] == ""
    system = f"{published.unique_id}_temperature_System Temp"
    assert after["sensor.supermicro_bsn1_system_temp"] == system


async def test_migration_guesses_nothing_between_sensors_of_one_name(
    hass: HomeAssistant, published: ConfigEntry, bmc: Bmc
) -> None:
    """Match no sensors of the same name, even if one of them matches."""
    rename(bmc, "FAN2", "FAN1")
    known, unknown = (
        register_entity(hass, published, f"sensor.fan_{member_id}", Row("FAN1", ""))
        for member_id in (0, 9)
    )
    await set_up(hass, published)
    after = registered_ids(hass, published)
    assert after[known] == f"{published.unique_id}_fan_FAN1 #0"
    assert replacements(hass) == {unknown: ""}


def fail_thermal(bmc: Bmc) -> None:
    """Make the read of the temperatures fail."""
    bmc.fail(THERMAL, status=500)


def empty_thermal(bmc: Bmc) -> None:
    """Return an empty list of temperatures, as a starting BMC does."""
    bmc.change(THERMAL, {"Temperatures": [], "Fans": []})


def switch_off(bmc: Bmc) -> None:
    """Switch the host off, with a board that then lists fewer sensors."""
    bmc.host.state = "Off"
    drop(bmc, "CPU Temp")


@pytest.mark.parametrize("mutate", [fail_thermal, empty_thermal, switch_off])
async def test_migration_keeps_sensors_that_may_come_back(
    hass: HomeAssistant,
    published: ConfigEntry,
    bmc: Bmc,
    mutate: Callable[[Bmc], None],
) -> None:
    """Use the registered name if the list of the board is incomplete."""
    register(hass, published, bmc)
    mutate(bmc)
    await set_up(hass, published)
    after = registered_ids(hass, published)
    assert after["sensor.supermicro_bsn1_cpu_temp"] == new_id(published, CPU)
    assert "sensor.supermicro_bsn1_cpu_temp" not in replacements(hass)


# Support by the board and the account


@pytest.mark.parametrize(
    ("key", "path", "changes"),
    [
        (
            "button.send_nmi",
            f"{SYSTEM}/ResetActionInfo",
            {"Parameters": {0: {"AllowableValues": ["On", "ForceOff"]}}},
        ),
        (
            "binary_sensor.intrusion",
            "/redfish/v1/Chassis/1",
            {"PhysicalSecurity": None},
        ),
        ("button.reset_intrusion", "/redfish/v1/Chassis/1", {"PhysicalSecurity": None}),
        ("switch.ssh_protocol", PROTOCOLS, {"SSH": None}),
        ("sensor.bios_version", SYSTEM, {"BiosVersion": None}),
    ],
)
async def test_migration_removes_unsupported_entity(
    hass: HomeAssistant,
    published: ConfigEntry,
    bmc: Bmc,
    key: str,
    path: str,
    changes: dict[str, Any],
) -> None:
    """Remove entities that the published integration creates for every board."""
    entity_id = register_entity(hass, published, key, ROWS[key])
    bmc.change(path, changes)
    await set_up(hass, published)
    assert entity_id not in registered_ids(hass, published)
    assert replacements(hass) == {entity_id: ""}


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("button.send_nmi", f"{SYSTEM}/ResetActionInfo"),
        ("switch.ssh_protocol", PROTOCOLS),
        ("binary_sensor.cmos_battery", POWER),
    ],
)
async def test_migration_keeps_entity_of_resource_that_fails(
    hass: HomeAssistant, published: ConfigEntry, bmc: Bmc, key: str, path: str
) -> None:
    """Assume that the board supports a resource that fails."""
    entity_id = register_entity(hass, published, key, ROWS[key])
    bmc.fail(path, status=500)
    await set_up(hass, published)
    assert registered_ids(hass, published)[entity_id] == new_id(published, ROWS[key])


async def test_migration_keeps_entity_that_needs_the_host(
    hass: HomeAssistant, published: ConfigEntry, bmc: Bmc
) -> None:
    """Keep the entity of the power while the host is off."""
    key = "sensor.power_consumption"
    entity_id = register_entity(hass, published, key, ROWS[key])
    bmc.host.state = "Off"
    bmc.change(POWER, {"PowerControl": []})
    await set_up(hass, published)
    assert registered_ids(hass, published)[entity_id] == new_id(published, ROWS[key])


async def test_migration_removes_controls_of_read_only_account(
    hass: HomeAssistant, published: ConfigEntry, bmc: Bmc
) -> None:
    """List the controls that the account is not allowed to use."""
    bmc.role = "ReadOnly"
    register(hass, published, bmc)
    await set_up(hass, published)
    platforms = {key.partition(".")[0] for key in registered_ids(hass, published)}
    assert platforms == {"binary_sensor", "sensor", "event"}
    assert replacements(hass)["button.supermicro_bsn1_power_on"] == ""
    assert replacements(hass)["switch.supermicro_bsn1_indicator_led"] == ""
