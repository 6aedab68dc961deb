"""Temperatures, fans, voltages, power, energy, drives, versions and the boot."""

from collections.abc import Callable, Mapping
from typing import Any

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import (
    MAX_LENGTH_STATE_STATE,
    REVOLUTIONS_PER_MINUTE,
    EntityCategory,
    UnitOfElectricPotential,
    UnitOfEnergy,
    UnitOfPower,
    UnitOfRatio,
    UnitOfTemperature,
    UnitOfTime,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from . import sources
from .aiosupermicro import (
    Drive,
    Health,
    License,
    LLDPReceive,
    LogEntry,
    Manager,
    Power,
    PowerControl,
    PowerSupply,
    Snooping,
    System,
    Thermal,
)
from .aiosupermicro.models import Sensor
from .boot import BOOT_STATES
from .coordinator import (
    SupermicroConfigEntry,
    SupermicroRuntimeData,
)
from .energy import EnergySensor
from .entity import SupermicroEntity, async_add_items
from .items import (
    can_be_acknowledged,
    headroom_degrees,
    headroom_sensor,
    unacknowledged,
)
from .privileges import Access, Privileges
from .sensor_entity import (
    BootProgressSensor,
    ResponseTimeSensor,
    SupermicroSensor,
    SupermicroSensorDescription,
)
from .sources import Kind

PARALLEL_UPDATES = 0


def _licences(licence: License) -> str | None:
    """Return the names of the installed licences, as many as a state can hold."""
    names = ", ".join(entry.name for entry in licence.licenses if entry.name)
    return names[:MAX_LENGTH_STATE_STATE] or None


def _health(health: Health | str | None) -> str | None:
    """Return a health that has a translation, None for any other."""
    return health.name.lower() if isinstance(health, Health) else None


def _neighbour(neighbour: LLDPReceive) -> str | None:
    """Return what the switch calls itself, or else its address."""
    name = neighbour.system_name or neighbour.chassis_id
    return name and name[:MAX_LENGTH_STATE_STATE]


def _neighbour_attributes(neighbour: LLDPReceive) -> Mapping[str, Any]:
    """Return where at the switch the BMC is plugged in."""
    return {
        "port": neighbour.port_id,
        "chassis": neighbour.chassis_id,
        "description": neighbour.system_description,
        "address": neighbour.management_address_ipv4,
    }


def _tells_of_boot(data: SupermicroRuntimeData) -> bool:
    """Tell whether the board says more of a boot than that the host is on."""
    system = data.dynamic.data.system or System()
    return system.boot_progress.is_valid or data.static.data.snooping is not None


def _temperature(
    kind: Kind[Sensor], *, key: str = "temperature", is_main: bool = False
) -> SupermicroSensorDescription[Sensor]:
    """Describe the temperatures of a kind: those that all want, or the many others."""
    return SupermicroSensorDescription[Sensor](
        key=key,
        translation_key="temperature",
        kind=kind,
        device_class=SensorDeviceClass.TEMPERATURE,
        entity_category=None if is_main else EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=is_main,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        value_fn=lambda sensor: sensor.reading,
    )


def _fan(
    key: str, kind: Kind[Sensor], unit: str
) -> SupermicroSensorDescription[Sensor]:
    """Describe what fans tell of themselves."""
    return SupermicroSensorDescription[Sensor](
        key=key,
        kind=kind,
        entity_category=EntityCategory.DIAGNOSTIC,
        native_unit_of_measurement=unit,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        value_fn=lambda fan: fan.reading,
    )


def _power(
    key: str, value_fn: Callable[[PowerControl], float | None]
) -> SupermicroSensorDescription[PowerControl]:
    """Describe what else is known of the machine's power."""
    return SupermicroSensorDescription[PowerControl](
        key=key,
        device_class=SensorDeviceClass.POWER,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        native_unit_of_measurement=UnitOfPower.WATT,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        kind=sources.POWER_CONTROL,
        has_fn=lambda control: value_fn(control) is not None,
        value_fn=value_fn,
    )


def _supply(
    key: str,
    value_fn: Callable[[PowerSupply], float | None],
    *,
    device_class: SensorDeviceClass = SensorDeviceClass.POWER,
    unit: str = UnitOfPower.WATT,
) -> SupermicroSensorDescription[PowerSupply]:
    """Describe what a power supply measures.

    One that stands without mains measures nothing, but is there; a module with nothing
    but a fan is none.
    """
    return SupermicroSensorDescription[PowerSupply](
        key=key,
        device_class=device_class,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        native_unit_of_measurement=unit,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        kind=sources.SUPPLIES,
        has_fn=lambda supply: supply.delivers_power,
        value_fn=value_fn,
    )


DESCRIPTIONS: tuple[SupermicroSensorDescription[Any], ...] = (
    _temperature(sources.MAIN_TEMPERATURES, is_main=True),
    _temperature(sources.OTHER_TEMPERATURES),
    _temperature(sources.INNER_TEMPERATURES, key="inner_temperature"),
    SupermicroSensorDescription[Thermal](
        key="headroom",
        device_class=SensorDeviceClass.TEMPERATURE_DELTA,
        entity_category=EntityCategory.DIAGNOSTIC,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        kind=sources.THERMAL,
        has_fn=lambda thermal: headroom_degrees(thermal) is not None,
        value_fn=headroom_degrees,
        attributes_fn=lambda thermal: {"sensor": headroom_sensor(thermal)},
    ),
    _fan("fan", sources.FANS, REVOLUTIONS_PER_MINUTE),
    _fan("fan_duty", sources.FAN_DUTIES, UnitOfRatio.PERCENTAGE),
    SupermicroSensorDescription[Sensor](
        key="voltage",
        device_class=SensorDeviceClass.VOLTAGE,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        native_unit_of_measurement=UnitOfElectricPotential.VOLT,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=2,
        kind=sources.VOLTAGES,
        value_fn=lambda sensor: sensor.reading,
    ),
    SupermicroSensorDescription[Power](
        key="power_consumption",
        device_class=SensorDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.WATT,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        kind=sources.POWER,
        has_fn=lambda power: power.total_power_consumed_watts is not None,
        value_fn=lambda power: power.total_power_consumed_watts,
    ),
    SupermicroSensorDescription[Power](
        key="energy",
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        state_class=SensorStateClass.TOTAL_INCREASING,
        suggested_display_precision=2,
        kind=sources.POWER,
        has_fn=lambda power: power.total_power_consumed_watts is not None,
    ),
    _power("power_minimum", lambda power: power.power_metrics.min_consumed_watts),
    _power("power_average", lambda power: power.power_metrics.average_consumed_watts),
    _power("power_maximum", lambda power: power.power_metrics.max_consumed_watts),
    _power("power_limit", lambda power: power.power_limit.limit_in_watts),
    _supply("power_supply_input", lambda supply: supply.power_input_watts),
    _supply("power_supply_output", lambda supply: supply.power_output_watts),
    _supply(
        "power_supply_voltage",
        lambda supply: supply.line_input_voltage,
        device_class=SensorDeviceClass.VOLTAGE,
        unit=UnitOfElectricPotential.VOLT,
    ),
    SupermicroSensorDescription[PowerSupply](
        key="power_supply_health",
        device_class=SensorDeviceClass.ENUM,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        options=[health.name.lower() for health in Health],
        kind=sources.SUPPLIES,
        value_fn=lambda supply: _health(supply.status.health),
    ),
    SupermicroSensorDescription[System](
        key="boot_progress",
        device_class=SensorDeviceClass.ENUM,
        entity_category=EntityCategory.DIAGNOSTIC,
        options=BOOT_STATES,
        offered_fn=_tells_of_boot,
        kind=sources.SYSTEM,
        has_fn=lambda system: system.power_state is not None,
    ),
    SupermicroSensorDescription[System](
        key="bios_version",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        kind=sources.SYSTEM,
        has_fn=lambda system: system.bios_version is not None,
        value_fn=lambda system: system.bios_version,
    ),
    SupermicroSensorDescription[System](
        key="host_last_reset",
        device_class=SensorDeviceClass.UPTIME,
        entity_category=EntityCategory.DIAGNOSTIC,
        kind=sources.SYSTEM,
        has_fn=lambda system: system.last_reset_at is not None,
        value_fn=lambda system: system.last_reset_at,
    ),
    SupermicroSensorDescription[Manager](
        key="bmc_version",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        kind=sources.MANAGER,
        has_fn=lambda manager: manager.firmware_version is not None,
        value_fn=lambda manager: manager.firmware_version,
    ),
    SupermicroSensorDescription[Manager](
        key="bmc_last_reset",
        device_class=SensorDeviceClass.UPTIME,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        kind=sources.MANAGER,
        has_fn=lambda manager: manager.last_reset_at is not None,
        value_fn=lambda manager: manager.last_reset_at,
    ),
    SupermicroSensorDescription[Snooping](
        key="post_code",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        kind=sources.SNOOPING,
        is_fed_by_host=True,
        value_fn=lambda snooping: snooping.post_code,
    ),
    SupermicroSensorDescription[Drive](
        key="drive_temperature",
        device_class=SensorDeviceClass.TEMPERATURE,
        entity_category=EntityCategory.DIAGNOSTIC,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        kind=sources.DRIVES,
        has_fn=lambda drive: drive.temperature_celsius is not None,
        is_fed_by_host=True,
        value_fn=lambda drive: drive.temperature_celsius,
    ),
    SupermicroSensorDescription[Drive](
        key="drive_life_used",
        entity_category=EntityCategory.DIAGNOSTIC,
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        kind=sources.DRIVES,
        has_fn=lambda drive: drive.life_used_percent is not None,
        value_fn=lambda drive: drive.life_used_percent,
    ),
    SupermicroSensorDescription[tuple[LogEntry, ...]](
        key="unacknowledged_events",
        entity_category=EntityCategory.DIAGNOSTIC,
        state_class=SensorStateClass.MEASUREMENT,
        kind=sources.LOG,
        has_fn=can_be_acknowledged,
        value_fn=unacknowledged,
    ),
    SupermicroSensorDescription[LLDPReceive](
        key="lldp_neighbour",
        entity_category=EntityCategory.DIAGNOSTIC,
        kind=sources.NEIGHBOUR,
        value_fn=_neighbour,
        attributes_fn=_neighbour_attributes,
    ),
    SupermicroSensorDescription[License](
        key="licences",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        kind=sources.LICENSE,
        value_fn=_licences,
    ),
    SupermicroSensorDescription[Any](
        key="response_time",
        device_class=SensorDeviceClass.DURATION,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        native_unit_of_measurement=UnitOfTime.MILLISECONDS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        kind=sources.ANSWERS,
    ),
    SupermicroSensorDescription[Privileges](
        key="account_access",
        device_class=SensorDeviceClass.ENUM,
        options=[access.value for access in Access],
        entity_category=EntityCategory.DIAGNOSTIC,
        kind=sources.PRIVILEGES,
        value_fn=lambda privileges: privileges.access,
    ),
)

ENTITIES: Mapping[str, type[SupermicroEntity[Any]]] = {
    "boot_progress": BootProgressSensor,
    "energy": EnergySensor,
    "response_time": ResponseTimeSensor,
}
"""The sensors that look at more than their item; the others are plain ones."""


def _entity(
    entry: SupermicroConfigEntry,
    description: SupermicroSensorDescription[Any],
    key: str,
) -> SupermicroEntity[Any]:
    """Return the entity for an item."""
    return ENTITIES.get(description.key, SupermicroSensor)(entry, description, key)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SupermicroConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the sensors of a server."""
    async_add_items(hass, entry, async_add_entities, DESCRIPTIONS, _entity)
