"""Sensors: temperatures, fans, voltages, power, energy, drives, versions and state."""

from abc import abstractmethod
import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
import time
from typing import Any, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import (
    REVOLUTIONS_PER_MINUTE,
    EntityCategory,
    Platform,
    UnitOfElectricPotential,
    UnitOfEnergy,
    UnitOfPower,
    UnitOfRatio,
    UnitOfTemperature,
    UnitOfTime,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.restore_state import RestoreEntity
from homeassistant.helpers.typing import StateType
from homeassistant.util import dt as dt_util

from . import sources
from .aiosupermicro import (
    Drive,
    DynamicData,
    FirmwareInventory,
    Health,
    License,
    LicenseError,
    LLDPReceive,
    LogEntry,
    Manager,
    NotFoundError,
    Power,
    PowerAverage,
    PowerControl,
    PowerSupply,
    SensorResource,
    Snooping,
    SupermicroRedfishError,
    System,
    VirtualMedia,
    background,
)
from .aiosupermicro.models import Sensor
from .const import DOMAIN, LOGGER
from .entity import ItemDescription, SupermicroEntity, async_add_items, unique_id
from .models import AccessLevel, Headroom, Privileges
from .models.energy import LONGEST_GAP, EnergyGap, EnergyMeter
from .runtime_data import SupermicroConfigEntry, SupermicroRuntimeData
from .sources import EntitySource
from .util import (
    BOOT_STATES,
    boot_progress,
    display_text,
    entry_attributes,
    entry_severity,
    is_host_off,
    supports_acknowledgment,
)

PARALLEL_UPDATES = 0

_JOULES_PER_KWH = 3_600_000


@dataclass(frozen=True, kw_only=True)
class SupermicroSensorDescription[ItemT](
    ItemDescription[ItemT], SensorEntityDescription
):
    """Describe a sensor."""

    value_fn: Callable[[ItemT], StateType | datetime] = lambda _: None
    """Return the value; sensors with a class of their own do not need it."""
    attributes_fn: Callable[[ItemT], Mapping[str, Any]] = lambda _: {}
    requires_host_power: bool = False
    """Whether the value is obsolete while the host is off; the BMC may keep it."""


class SupermicroSensor(SupermicroEntity[Any], SensorEntity):
    """Sensor of a server."""

    entity_description: SupermicroSensorDescription[Any]

    @property
    @override
    def native_value(self) -> StateType | datetime:
        """Value of the sensor, None if it has no reading, as with the host off."""
        description = self.entity_description
        if not description.source.is_present_fn(self.item):
            return None
        if description.requires_host_power and is_host_off(
            self.runtime_data.dynamic.data
        ):
            return None
        value = description.value_fn(self.item)
        return display_text(value) or None if isinstance(value, str) else value

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        """Attributes of the sensor."""
        return self.entity_description.attributes_fn(self.item)


class BootProgressSensor(SupermicroEntity[System], SensorEntity):
    """Boot progress of the host, from the system and the POST code."""

    entity_description: SupermicroSensorDescription[System]

    @override
    async def async_added_to_hass(self) -> None:
        """Listen also to the coordinator of the POST code."""
        await super().async_added_to_hass()
        self.async_on_remove(
            self.runtime_data.static.async_add_listener(self._handle_coordinator_update)
        )

    @property
    @override
    def native_value(self) -> str | None:
        """Boot state, None if it is unknown."""
        return boot_progress(self.item, self.runtime_data.static.data.snooping)

    @property
    @override
    def _state_inputs(self) -> tuple[Any, ...]:
        """Inputs of the state, with the POST code."""
        return (*super()._state_inputs, self.runtime_data.static.data.snooping)


class HeadroomSensor(SupermicroSensor):
    """Smallest distance of a temperature to its critical limit."""

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        """Name of the nearest sensor's entity, else the board's name of the sensor."""
        nearest: Sensor | None = self.item.sensor
        return {"sensor": nearest and (self._entity_name(nearest) or nearest.name)}

    def _entity_name(self, nearest: Sensor) -> str | None:
        """Return the name of the entity of a temperature, None without an entity."""
        registry = er.async_get(self.hass)
        entry = self.coordinator.config_entry
        for row in DESCRIPTIONS:
            if row.text_key != "temperature":
                continue
            for key, sensor in row.source.get_items(self.runtime_data).items():
                entity_id = registry.async_get_entity_id(
                    Platform.SENSOR, DOMAIN, unique_id(entry, row, key)
                )
                if sensor is nearest and entity_id:
                    registered = registry.entities[entity_id]
                    return registered.name or registered.original_name
        return None


class PollSensor(SupermicroEntity[DynamicData], SensorEntity):
    """Sensor whose value changes with every poll, even if the data does not."""

    entity_description: SupermicroSensorDescription[DynamicData]

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to all polls."""
        self._attr_native_value = self._get_value(self.item)
        await super().async_added_to_hass()
        self.async_on_remove(
            self.coordinator.async_add_poll_listener(self._handle_poll)
        )

    @callback
    def _handle_poll(self, data: DynamicData) -> None:
        """Show the value after a poll, whose data the coordinator does not have yet."""
        self._attr_native_value = self._get_value(data)
        self._handle_coordinator_update()

    @property
    @override
    def _state_inputs(self) -> tuple[Any, ...]:
        """Inputs of the state, with the value."""
        return (*super()._state_inputs, self._attr_native_value)

    @abstractmethod
    def _get_value(self, data: DynamicData) -> float:
        """Return the value after a poll."""


class ResponseTimeSensor(PollSensor):
    """Mean response time of the BMC over the last hundred requests."""

    @override
    def _get_value(self, data: DynamicData) -> float:
        """Return the current mean in milliseconds."""
        return self.runtime_data.client.stats.avg_response_time_ms


class ReadingAgeSensor(PollSensor):
    """Age of the oldest reading, on boards whose sensors are read in turns."""

    @override
    def _get_value(self, data: DynamicData) -> float:
        """Return the age in seconds, at the time of the poll."""
        return round(data.reading_age)


class EnergySensor(SupermicroEntity[Power], SensorEntity, RestoreEntity):
    """Energy that the server has used since Home Assistant began to count.

    A host that is off does not interrupt the count: the BMC then reports the standby
    power or 0 W. After a gap, the power history of the BMC is read.
    """

    entity_description: SupermicroSensorDescription[Power]
    _unrecorded_attributes = frozenset({"uncounted_hours"})

    def __init__(
        self,
        entry: SupermicroConfigEntry,
        description: SupermicroSensorDescription[Power],
        key: str,
    ) -> None:
        """Initialize the sensor with an empty meter."""
        super().__init__(entry, description, key)
        self._meter = EnergyMeter()
        self._reading: asyncio.Task[None] | None = None
        """Task that reads the BMC's power history."""

    @override
    async def async_added_to_hass(self) -> None:
        """Restore the meter and listen to all polls.

        Home Assistant adds an entity again when its id changes. The data stored under
        the new id is that of another entity.
        """
        stored = await self.async_get_last_extra_data()
        if stored and self._meter.watts is None:
            self._meter = EnergyMeter.from_dict(stored.as_dict())
        self._count(self.coordinator.data)
        self.async_on_remove(self._stop_reading)
        await super().async_added_to_hass()
        self.async_on_remove(
            self.coordinator.async_add_poll_listener(self._handle_poll)
        )

    @property
    @override
    def native_value(self) -> float:
        """Energy in kWh."""
        return self._meter.kilowatt_hours

    @property
    @override
    def extra_state_attributes(self) -> dict[str, float]:
        """Time that was not counted."""
        return {"uncounted_hours": self._meter.uncounted_hours}

    @property
    @override
    def _state_inputs(self) -> tuple[Any, ...]:
        """Inputs of the state, with the meter's values."""
        meter = self._meter
        return (*super()._state_inputs, meter.watt_hours, meter.uncounted_seconds)

    @property
    @override
    def extra_restore_state_data(self) -> EnergyMeter:
        """Data to store until the next start of Home Assistant."""
        return self._meter

    @callback
    def _stop_reading(self) -> None:
        """Stop reading the BMC's power history."""
        if self._reading:
            self._reading.cancel()

    @callback
    def _handle_poll(self, data: DynamicData) -> None:
        """Count a poll, also one with the same power as before."""
        self._count(data)
        self._handle_coordinator_update()

    def _count(self, data: DynamicData) -> None:
        """Count the power of a poll, if it has a reading."""
        power = data.power
        if power and (watts := power.total_power_consumed_watts) is not None:
            self._meter.count(watts, time.monotonic())
        if self._meter.gap and (self._reading is None or self._reading.done()):
            self._reading = self.coordinator.config_entry.async_create_background_task(
                self.hass,
                self._async_count_gap(self._meter.gap),
                "Read the power of the past",
            )

    async def _async_count_gap(self, gap: EnergyGap) -> None:
        """Count a gap from the BMC's power history.

        A BMC that has just started may fail to return it. The next poll tries again.
        """
        age = timedelta(seconds=time.monotonic() - gap.begin)
        history: list[PowerAverage] = []
        try:
            with background():
                history = await self.runtime_data.client.async_read_power_history(
                    dt_util.utcnow() - age
                )
        except SupermicroRedfishError as error:
            LOGGER.debug(
                "%s: power history unavailable: %s", self.coordinator.name, error
            )
            is_final = isinstance(error, (NotFoundError, LicenseError))
            if not is_final and time.monotonic() - gap.end < LONGEST_GAP:
                return
        if self._meter.gap is gap:
            self._meter.count_gap(history)
            self._handle_coordinator_update()


def _license_names(license_: License) -> str | None:
    """Return the names of the installed licenses."""
    return ", ".join(entry.name for entry in license_.licenses if entry.name) or None


def _health(health: Health | str | None) -> str | None:
    """Return the state of a health, None if Redfish does not define it."""
    return health.name.lower() if isinstance(health, Health) else None


def _medium(slot: VirtualMedia) -> str | None:
    """Return the file name of the medium in a slot, or whether it has one.

    None if that is unknown.
    """
    if slot.is_inserted is None:
        return None
    return slot.file_name or "inserted" if slot.is_inserted else "empty"


def _neighbor_name(neighbor: LLDPReceive) -> str | None:
    """Return the name of the switch, or else its address."""
    return neighbor.system_name or neighbor.chassis_id


def _neighbor_attributes(neighbor: LLDPReceive) -> Mapping[str, Any]:
    """Return the port of the switch that the BMC is connected to."""
    texts = {
        "port": neighbor.port_id,
        "chassis": neighbor.chassis_id,
        "description": neighbor.system_description,
        "address": neighbor.management_address_ipv4,
    }
    return {key: text and display_text(text) for key, text in texts.items()}


def _last_message(entries: Sequence[LogEntry]) -> str | None:
    """Return the message of the newest entry."""
    return entries[-1].text if entries else None


def _last_entry_attributes(entries: Sequence[LogEntry]) -> Mapping[str, Any]:
    """Return the severity and the details of the newest entry."""
    if not entries:
        return {}
    entry = entries[-1]
    attributes = entry_attributes(entry)
    del attributes["message"]  # it is the state
    return {"severity": entry_severity(entry), **attributes}


def _count_unacknowledged(entries: Iterable[LogEntry]) -> int:
    """Return the number of entries that are not acknowledged."""
    return sum(entry.is_acknowledged is False for entry in entries)


def _reports_boot(data: SupermicroRuntimeData) -> bool:
    """Return whether the board reports more of a boot than the power state."""
    system = data.dynamic.data.system or System()
    return system.boot_progress.is_valid or data.static.data.snooping is not None


def _graded[ItemT: (Sensor, SensorResource)](
    key: str, source: EntitySource[ItemT], *, is_main: bool, **properties: Any
) -> SupermicroSensorDescription[ItemT]:
    """Describe a measurement; the user has to enable all but the main ones."""
    defaults: dict[str, Any] = {
        "state_class": SensorStateClass.MEASUREMENT,
        "suggested_display_precision": 0,
        "value_fn": lambda sensor: sensor.reading,
    }
    return SupermicroSensorDescription[ItemT](
        key=key,
        source=source,
        entity_category=None if is_main else EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=is_main,
        **defaults | properties,
    )


def _temperature[ItemT: (Sensor, SensorResource)](
    source: EntitySource[ItemT], *, key: str = "temperature", is_main: bool = False
) -> SupermicroSensorDescription[ItemT]:
    """Describe temperatures."""
    return _graded(
        key,
        source,
        is_main=is_main,
        translation_key="temperature",
        device_class=SensorDeviceClass.TEMPERATURE,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
    )


def _inner_power(
    source: EntitySource[SensorResource], *, is_main: bool
) -> SupermicroSensorDescription[SensorResource]:
    """Describe the power of parts."""
    return _graded(
        "inner_power",
        source,
        is_main=is_main,
        device_class=SensorDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.WATT,
    )


def _inner_energy(
    source: EntitySource[SensorResource], *, is_main: bool
) -> SupermicroSensorDescription[SensorResource]:
    """Describe the energy counters of parts."""
    return _graded(
        "inner_energy",
        source,
        is_main=is_main,
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        state_class=SensorStateClass.TOTAL_INCREASING,
        suggested_display_precision=2,
        value_fn=_kilowatt_hours,
    )


def _kilowatt_hours(sensor: SensorResource) -> float | None:
    """Return the reading of an energy counter in kWh, rounded to 0.1 Wh."""
    if sensor.reading is None:
        return None
    is_joules = sensor.reading_type == "EnergyJoules"
    return round(sensor.reading / (_JOULES_PER_KWH if is_joules else 1), 4)


def _fan(
    key: str, source: EntitySource[Sensor], unit: str
) -> SupermicroSensorDescription[Sensor]:
    """Describe the speed or duty cycle of fans."""
    return SupermicroSensorDescription[Sensor](
        key=key,
        source=source,
        entity_category=EntityCategory.DIAGNOSTIC,
        native_unit_of_measurement=unit,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        value_fn=lambda fan: fan.reading,
    )


def _power(
    key: str, value_fn: Callable[[PowerControl], float | None]
) -> SupermicroSensorDescription[PowerControl]:
    """Describe a statistic or limit of the machine's power."""
    return SupermicroSensorDescription[PowerControl](
        key=key,
        device_class=SensorDeviceClass.POWER,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        native_unit_of_measurement=UnitOfPower.WATT,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        source=sources.POWER_CONTROL,
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
    """Describe a measurement of the power supplies.

    A supply without mains has no reading but exists. A module with nothing but a fan is
    no supply.
    """
    return SupermicroSensorDescription[PowerSupply](
        key=key,
        device_class=device_class,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        native_unit_of_measurement=unit,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        source=sources.SUPPLIES,
        has_fn=lambda supply: supply.delivers_power,
        value_fn=value_fn,
    )


DESCRIPTIONS: tuple[SupermicroSensorDescription[Any], ...] = (
    _temperature(sources.MAIN_TEMPERATURES, is_main=True),
    _temperature(sources.OTHER_TEMPERATURES),
    _temperature(sources.PROCESSOR_TEMPERATURES, key="inner_temperature", is_main=True),
    _temperature(sources.INNER_TEMPERATURES, key="inner_temperature"),
    _inner_power(sources.PROCESSOR_POWERS, is_main=True),
    _inner_power(sources.INNER_POWERS, is_main=False),
    _inner_energy(sources.PROCESSOR_ENERGIES, is_main=True),
    _inner_energy(sources.INNER_ENERGIES, is_main=False),
    SupermicroSensorDescription[Headroom](
        key="headroom",
        device_class=SensorDeviceClass.TEMPERATURE_DELTA,
        entity_category=EntityCategory.DIAGNOSTIC,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        source=sources.HEADROOM,
        has_fn=lambda headroom: headroom.degrees is not None,
        value_fn=lambda headroom: headroom.degrees,
        entity_class=HeadroomSensor,
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
        source=sources.VOLTAGES,
        value_fn=lambda sensor: sensor.reading,
    ),
    SupermicroSensorDescription[Power](
        key="power_consumption",
        device_class=SensorDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.WATT,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        source=sources.POWER_DRAW,
        has_fn=lambda power: power.total_power_consumed_watts is not None,
        value_fn=lambda power: power.total_power_consumed_watts,
    ),
    SupermicroSensorDescription[Power](
        key="energy",
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        state_class=SensorStateClass.TOTAL_INCREASING,
        suggested_display_precision=2,
        source=sources.POWER_DRAW,
        entity_class=EnergySensor,
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
        source=sources.SUPPLIES,
        value_fn=lambda supply: _health(supply.status.health),
    ),
    SupermicroSensorDescription[System](
        key="boot_progress",
        device_class=SensorDeviceClass.ENUM,
        entity_category=EntityCategory.DIAGNOSTIC,
        options=BOOT_STATES,
        source=sources.SYSTEM,
        entity_class=BootProgressSensor,
        supported_fn=_reports_boot,
        has_fn=lambda system: system.power_state is not None,
    ),
    SupermicroSensorDescription[System](
        key="bios_version",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        source=sources.SYSTEM,
        has_fn=lambda system: system.bios_version is not None,
        value_fn=lambda system: system.bios_version,
    ),
    SupermicroSensorDescription[System](
        key="host_last_reset",
        device_class=SensorDeviceClass.UPTIME,
        entity_category=EntityCategory.DIAGNOSTIC,
        source=sources.SYSTEM,
        has_fn=lambda system: system.last_reset_at is not None,
        value_fn=lambda system: system.last_reset_at,
    ),
    SupermicroSensorDescription[VirtualMedia](
        key="virtual_media",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        source=sources.VIRTUAL_MEDIA,
        value_fn=_medium,
        attributes_fn=lambda slot: {"slot": slot.id},
    ),
    SupermicroSensorDescription[FirmwareInventory](
        key="firmware_version",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        source=sources.FIRMWARE,
        value_fn=lambda image: image.installed_version,
    ),
    SupermicroSensorDescription[Manager](
        key="bmc_version",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        source=sources.MANAGER,
        has_fn=lambda manager: manager.firmware_version is not None,
        value_fn=lambda manager: manager.firmware_version,
    ),
    SupermicroSensorDescription[Manager](
        key="bmc_last_reset",
        device_class=SensorDeviceClass.UPTIME,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        source=sources.MANAGER,
        has_fn=lambda manager: manager.last_reset_at is not None,
        value_fn=lambda manager: manager.last_reset_at,
    ),
    SupermicroSensorDescription[Snooping](
        key="post_code",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        source=sources.SNOOPING,
        requires_host_power=True,
        value_fn=lambda snooping: snooping.post_code,
    ),
    SupermicroSensorDescription[Drive](
        key="drive_temperature",
        device_class=SensorDeviceClass.TEMPERATURE,
        entity_category=EntityCategory.DIAGNOSTIC,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        source=sources.DRIVES,
        has_fn=lambda drive: drive.temperature_celsius is not None,
        requires_host_power=True,
        value_fn=lambda drive: drive.temperature_celsius,
    ),
    SupermicroSensorDescription[Drive](
        key="drive_life_used",
        entity_category=EntityCategory.DIAGNOSTIC,
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        source=sources.DRIVES,
        has_fn=lambda drive: drive.life_used_percent is not None,
        value_fn=lambda drive: drive.life_used_percent,
    ),
    SupermicroSensorDescription[tuple[LogEntry, ...]](
        key="last_event",
        source=sources.LOG,
        value_fn=_last_message,
        attributes_fn=_last_entry_attributes,
    ),
    SupermicroSensorDescription[tuple[LogEntry, ...]](
        key="unacknowledged_events",
        entity_category=EntityCategory.DIAGNOSTIC,
        state_class=SensorStateClass.MEASUREMENT,
        source=sources.LOG,
        has_fn=supports_acknowledgment,
        value_fn=_count_unacknowledged,
    ),
    SupermicroSensorDescription[LLDPReceive](
        key="lldp_neighbour",
        entity_category=EntityCategory.DIAGNOSTIC,
        source=sources.NEIGHBOR,
        value_fn=_neighbor_name,
        attributes_fn=_neighbor_attributes,
    ),
    SupermicroSensorDescription[License](
        key="licences",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        source=sources.LICENSE,
        value_fn=_license_names,
    ),
    SupermicroSensorDescription[DynamicData](
        key="reading_age",
        device_class=SensorDeviceClass.DURATION,
        entity_category=EntityCategory.DIAGNOSTIC,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        source=sources.POLL,
        entity_class=ReadingAgeSensor,
        has_fn=lambda data: data.is_read_in_turns,
    ),
    SupermicroSensorDescription[DynamicData](
        key="response_time",
        device_class=SensorDeviceClass.DURATION,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        native_unit_of_measurement=UnitOfTime.MILLISECONDS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        source=sources.POLL,
        entity_class=ResponseTimeSensor,
    ),
    SupermicroSensorDescription[Privileges](
        key="account_access",
        device_class=SensorDeviceClass.ENUM,
        options=[level.value for level in AccessLevel],
        entity_category=EntityCategory.DIAGNOSTIC,
        source=sources.PRIVILEGES,
        value_fn=lambda privileges: privileges.access_level,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SupermicroConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the sensors of a server."""
    async_add_items(hass, entry, async_add_entities, DESCRIPTIONS, SupermicroSensor)
