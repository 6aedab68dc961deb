"""Registries in the state in which the published integration leaves them."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
from homeassistant.util import slugify
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.supermicro_redfish.const import DOMAIN
from tests.simulator import Bmc, Server

from . import POWER, SYSTEM, THERMAL
from .repair_flow import open_issues

MODE = "select.fan_mode"
SOURCE = "select.boot_source"
DEVICE_NAME = "Supermicro BSN1"
DISABLED = er.RegistryEntryDisabler.INTEGRATION
OPTIONS = {
    "scan_interval": 60,
    "burst_interval": 5,
    "burst_duration": 60,
    "static_interval": 600,
    "max_concurrent_requests": 5,
}


class Row(NamedTuple):
    """An entity of the published integration, with its replacement."""

    name: str
    new: str
    """Platform and key of the same entity, or of its replacement on another platform.

    Empty if nothing replaces it.
    """
    is_enabled: bool = True


ROWS = {
    "binary_sensor.system_power": Row("System power", "binary_sensor.host_power"),
    "binary_sensor.system_health": Row("System health", "binary_sensor.system_problem"),
    "binary_sensor.chassis_health": Row(
        "Chassis health", "binary_sensor.chassis_problem", is_enabled=False
    ),
    "binary_sensor.bmc_health": Row(
        "BMC health", "binary_sensor.bmc_problem", is_enabled=False
    ),
    "binary_sensor.intrusion": Row(
        "Chassis intrusion", "binary_sensor.intrusion", is_enabled=False
    ),
    "binary_sensor.license_active": Row(
        "License active", "sensor.licences", is_enabled=False
    ),
    "binary_sensor.cmos_battery": Row(
        "CMOS battery", "binary_sensor.battery_problem", is_enabled=False
    ),
    "binary_sensor.ntp_enabled": Row("NTP enabled", "switch.ntp", is_enabled=False),
    "binary_sensor.lldp_enabled": Row("LLDP enabled", "switch.lldp", is_enabled=False),
    "sensor.power_consumption": Row("Power consumption", "sensor.power_consumption"),
    "sensor.bios_version": Row("BIOS version", "sensor.bios_version", is_enabled=False),
    "sensor.bmc_firmware": Row("BMC firmware", "sensor.bmc_version", is_enabled=False),
    "sensor.post_code": Row("POST code", "sensor.post_code", is_enabled=False),
    "sensor.api_response_time": Row(
        "API response time", "sensor.response_time", is_enabled=False
    ),
    "button.power_on": Row("Power on", "button.reset_on"),
    "button.power_off": Row("Power off", "button.reset_force_off"),
    "button.graceful_shutdown": Row(
        "Graceful shutdown", "button.reset_graceful_shutdown"
    ),
    "button.graceful_restart": Row("Graceful restart", "button.reset_graceful_restart"),
    "button.force_restart": Row(
        "Force restart", "button.reset_force_restart", is_enabled=False
    ),
    "button.bmc_restart": Row("BMC restart", "button.restart_bmc", is_enabled=False),
    "button.send_nmi": Row("Send NMI", "button.reset_nmi", is_enabled=False),
    "button.reset_intrusion": Row(
        "Reset intrusion", "button.rearm_intrusion", is_enabled=False
    ),
    "switch.indicator_led": Row("Indicator LED", "light.identify_led"),
    "switch.http_protocol": Row(
        "HTTP protocol", "switch.protocol_http", is_enabled=False
    ),
    "switch.ssh_protocol": Row("SSH protocol", "switch.protocol_ssh", is_enabled=False),
    "switch.ipmi_protocol": Row(
        "IPMI protocol", "switch.protocol_ipmi", is_enabled=False
    ),
    "switch.snmp_protocol": Row(
        "SNMP protocol", "switch.protocol_snmp", is_enabled=False
    ),
    "select.fan_mode": Row("Fan mode", "select.fan_mode", is_enabled=False),
    "select.boot_source": Row("Boot source", "select.boot_source", is_enabled=False),
}
"""All entities that a server has once."""

SENSORS = {
    "temperature": (THERMAL, "Temperatures"),
    "fan": (THERMAL, "Fans"),
    "voltage": (POWER, "Voltages"),
}


def sensor_rows(bmc: Bmc) -> Iterator[tuple[str, Row]]:
    """Return the temperatures, fans and voltages, by platform and key."""
    for kind, (path, items) in SENSORS.items():
        for item in bmc.resource(path)[items] if bmc.has(path) else ():
            if item["Status"]["State"] == "Enabled":
                is_duty = item.get("ReadingUnits") == "Percent"
                new = f"sensor.{'fan_duty' if is_duty else kind}_{item['Name']}"
                row = Row(item["Name"], new, is_enabled=kind != "voltage")
                yield f"sensor.{kind}_{item['MemberId']}", row


def all_rows(bmc: Bmc) -> dict[str, Row]:
    """Return all entities that the published integration creates for a board."""
    return ROWS | dict(sensor_rows(bmc))


def add_entry(
    hass: HomeAssistant,
    bmc: Bmc,
    server: Server,
    *,
    options: dict[str, Any] | None = None,
    **data: Any,
) -> MockConfigEntry:
    """Add an entry of the published integration."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        version=1,
        minor_version=1,
        title="Supermicro SYS-1",
        unique_id=None,
        data={
            "host": server.host,
            "username": bmc.username,
            "password": bmc.password,
            "verify_ssl": False,
            **data,
        },
        options=options or {},
    )
    entry.add_to_hass(hass)
    return entry


@asynccontextmanager
async def added_entry(
    hass: HomeAssistant, bmc: Bmc, server: Server
) -> AsyncIterator[MockConfigEntry]:
    """Add an entry of the published integration, and unload all entries at the end."""
    yield add_entry(hass, bmc, server)
    bmc.heal()
    for entry in hass.config_entries.async_entries(DOMAIN):
        await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


def register(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, uuid: str | None = None
) -> dr.DeviceEntry:
    """Register the device and all entities."""
    uuid = bmc.resource(SYSTEM)["UUID"] if uuid is None else uuid
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id,
        identifiers={(DOMAIN, uuid)},
        name=DEVICE_NAME,
        hw_version="X12SPI-TF",
    )
    for key, row in all_rows(bmc).items():
        register_entity(hass, entry, key, row, device.id)
    return device


def register_entity(
    hass: HomeAssistant,
    entry: ConfigEntry,
    key: str,
    row: Row,
    device_id: str | None = None,
) -> str:
    """Register one entity and return its entity id."""
    platform, _, name = key.partition(".")
    registered = er.async_get(hass).async_get_or_create(
        platform,
        DOMAIN,
        f"{entry.entry_id}_{name}",
        config_entry=entry,
        device_id=device_id,
        has_entity_name=True,
        original_name=row.name,
        suggested_object_id=slugify(f"{DEVICE_NAME} {row.name}"),
        disabled_by=None if row.is_enabled else DISABLED,
    )
    return registered.entity_id


def customize(hass: HomeAssistant, device_id: str) -> None:
    """Give a device an area, labels and a name, as a user does."""
    area = ar.async_get(hass).async_create("Basement")
    dr.async_get(hass).async_update_device(
        device_id, area_id=area.id, labels={"rack"}, name_by_user="Rack 1"
    )


def registered_ids(hass: HomeAssistant, entry: ConfigEntry) -> dict[str, str]:
    """Return the unique ids of all entities of an entry, by entity id."""
    entries = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    return {item.entity_id: item.unique_id for item in entries}


def issues_by_key(hass: HomeAssistant) -> dict[str, ir.IssueEntry]:
    """Return the active issues of the integration by translation key."""
    return {str(issue.translation_key): issue for issue in open_issues(hass)}


def replacements(hass: HomeAssistant) -> dict[str, str]:
    """Return the removed entities of the issue, each with its replacement."""
    placeholders = issues_by_key(hass)["entities_migrated"].translation_placeholders
    assert placeholders
    lines = (line.split("`") for line in placeholders["removed"].splitlines())
    return {parts[1]: parts[3] if len(parts) > 3 else "" for parts in lines}


async def settle(hass: HomeAssistant) -> None:
    """Wait until nothing is left to do."""
    await hass.async_block_till_done(wait_background_tasks=True)
