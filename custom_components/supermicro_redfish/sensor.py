"""Temperatures, fans, voltages and power."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import (
    MAX_LENGTH_STATE_STATE,
    REVOLUTIONS_PER_MINUTE,
    EntityCategory,
    UnitOfElectricPotential,
    UnitOfPower,
    UnitOfRatio,
    UnitOfTemperature,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType

from .aiosupermicro import (
    DynamicData,
    Fan,
    Health,
    License,
    Power,
    PowerSupply,
    Snooping,
    Thermal,
)
from .aiosupermicro.models import Sensor
from .coordinator import SupermicroConfigEntry
from .entity import (
    ItemDescription,
    SupermicroEntity,
    async_add_items,
    dynamic,
    single,
    static,
)

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class SupermicroSensorDescription[ItemT](
    ItemDescription[ItemT], SensorEntityDescription
):
    """Describe a sensor that exists once for every item of a kind."""

    value_fn: Callable[[ItemT], StateType]


def _by_name[ItemT: (Sensor, PowerSupply)](
    items: Iterable[ItemT],
) -> Mapping[str, ItemT]:
    """Return items by name; their place in the list may shift."""
    named: dict[str, ItemT] = {}
    for item in items:
        name = item.name or f"#{item.member_id}"
        named[f"{name} #{item.member_id}" if name in named else name] = item
    return named


def _thermal(data: DynamicData) -> Thermal:
    """Return the temperatures and fans, none where they could not be read."""
    return data.thermal or Thermal()


def _fans(data: DynamicData, *, is_duty: bool) -> list[Fan]:
    """Return the fans that tell their speed, or those that tell their duty."""
    return [fan for fan in _thermal(data).fans if fan.is_duty is is_duty]


def _power(data: DynamicData) -> Power:
    """Return everything about power, nothing where it could not be read."""
    return data.power or Power()


def _is_fitted(item: Sensor | PowerSupply) -> bool:
    """Tell whether the part is there."""
    return item.is_fitted


def _licences(licence: License) -> str | None:
    """Return the names of the installed licences, as many as a state can hold."""
    names = ", ".join(entry.name for entry in licence.licenses if entry.name)
    return names[:MAX_LENGTH_STATE_STATE] or None


def _health(health: Health | str | None) -> str | None:
    """Return a health that has a translation, None for any other."""
    return health.name.lower() if isinstance(health, Health) else None


DESCRIPTIONS: tuple[SupermicroSensorDescription[Any], ...] = (
    SupermicroSensorDescription[Sensor](
        key="temperature",
        translation_key="temperature",
        device_class=SensorDeviceClass.TEMPERATURE,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        suffix=" Temp",
        coordinator_fn=dynamic,
        items_fn=lambda data: _by_name(_thermal(data).temperatures),
        has_fn=_is_fitted,
        value_fn=lambda sensor: sensor.reading,
    ),
    SupermicroSensorDescription[Sensor](
        key="fan",
        translation_key="fan",
        native_unit_of_measurement=REVOLUTIONS_PER_MINUTE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        suffix=" RPM",
        coordinator_fn=dynamic,
        items_fn=lambda data: _by_name(_fans(data, is_duty=False)),
        has_fn=_is_fitted,
        value_fn=lambda fan: fan.reading,
    ),
    SupermicroSensorDescription[Sensor](
        key="fan_duty",
        translation_key="fan_duty",
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        suffix=" PWM",
        coordinator_fn=dynamic,
        items_fn=lambda data: _by_name(_fans(data, is_duty=True)),
        has_fn=_is_fitted,
        value_fn=lambda fan: fan.reading,
    ),
    SupermicroSensorDescription[Sensor](
        key="voltage",
        translation_key="voltage",
        device_class=SensorDeviceClass.VOLTAGE,
        entity_category=EntityCategory.DIAGNOSTIC,
        native_unit_of_measurement=UnitOfElectricPotential.VOLT,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=2,
        coordinator_fn=dynamic,
        items_fn=lambda data: _by_name(_power(data).voltages),
        has_fn=_is_fitted,
        value_fn=lambda sensor: sensor.reading,
    ),
    SupermicroSensorDescription[Power](
        key="power_consumption",
        translation_key="power_consumption",
        device_class=SensorDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.WATT,
        state_class=SensorStateClass.MEASUREMENT,
        coordinator_fn=dynamic,
        items_fn=lambda data: single(data.power),
        has_fn=lambda power: power.total_power_consumed_watts is not None,
        value_fn=lambda power: power.total_power_consumed_watts,
    ),
    SupermicroSensorDescription[PowerSupply](
        key="power_supply_output",
        translation_key="power_supply_output",
        device_class=SensorDeviceClass.POWER,
        entity_category=EntityCategory.DIAGNOSTIC,
        native_unit_of_measurement=UnitOfPower.WATT,
        state_class=SensorStateClass.MEASUREMENT,
        coordinator_fn=dynamic,
        items_fn=lambda data: _by_name(_power(data).power_supplies),
        has_fn=lambda supply: _is_fitted(supply) and supply.delivers_power,
        value_fn=lambda supply: supply.power_output_watts,
    ),
    SupermicroSensorDescription[PowerSupply](
        key="power_supply_health",
        translation_key="power_supply_health",
        device_class=SensorDeviceClass.ENUM,
        entity_category=EntityCategory.DIAGNOSTIC,
        options=[health.name.lower() for health in Health],
        coordinator_fn=dynamic,
        items_fn=lambda data: _by_name(_power(data).power_supplies),
        has_fn=_is_fitted,
        value_fn=lambda supply: _health(supply.status.health),
    ),
    SupermicroSensorDescription[Snooping](
        key="post_code",
        translation_key="post_code",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        coordinator_fn=static,
        items_fn=lambda data: single(data.snooping),
        value_fn=lambda snooping: snooping.post_code,
    ),
    SupermicroSensorDescription[License](
        key="licences",
        translation_key="licences",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        coordinator_fn=static,
        items_fn=lambda data: single(data.license),
        value_fn=_licences,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SupermicroConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the sensors of a server."""
    async_add_items(hass, entry, async_add_entities, DESCRIPTIONS, SupermicroSensor)


class SupermicroSensor(SupermicroEntity[Any], SensorEntity):
    """A measurement of the server."""

    entity_description: SupermicroSensorDescription[Any]

    @property
    @override
    def native_value(self) -> StateType:
        """What is measured; None while nothing is, as with the host off."""
        return self.entity_description.value_fn(self.item)
