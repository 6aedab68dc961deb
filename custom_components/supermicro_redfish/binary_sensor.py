"""Binary sensors: power state, problems and intrusion."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final, override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from . import sources
from .aiosupermicro import (
    Certificate,
    Chassis,
    Drive,
    DynamicData,
    FirmwareInventory,
    Health,
    LeakDetector,
    Power,
    Status,
    System,
)
from .entity import ItemDescription, SupermicroEntity, async_add_items
from .runtime_data import SupermicroConfigEntry
from .sources import EntitySource
from .util import has_power

PARALLEL_UPDATES = 0

_EXPIRY_WARNING: Final = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class SupermicroBinarySensorDescription[ItemT](
    ItemDescription[ItemT], BinarySensorEntityDescription
):
    """Describe a binary sensor."""

    is_on_fn: Callable[[ItemT], bool | None] = lambda _: None
    """Return the state; sensors with a class of their own do not need it."""


def _problem[ItemT](
    key: str,
    source: EntitySource[ItemT],
    is_on_fn: Callable[[ItemT], bool | None],
    *,
    entity_category: EntityCategory | None = EntityCategory.DIAGNOSTIC,
    is_optional: bool = True,
) -> SupermicroBinarySensorDescription[ItemT]:
    """Describe a problem; an optional one needs a board that reports the health."""
    return SupermicroBinarySensorDescription[ItemT](
        key=key,
        source=source,
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=entity_category,
        has_fn=lambda item: not is_optional or is_on_fn(item) is not None,
        is_on_fn=is_on_fn,
    )


def _has_problem(status: Status) -> bool | None:
    """Return whether a component or one of its parts has a problem.

    None if the BMC reports no health that Redfish defines, or the component is not
    fitted.
    """
    healths = [
        health
        for health in (status.health, status.health_rollup)
        if isinstance(health, Health)
    ]
    if not healths or status.is_absent:
        return None
    return any(health != Health.OK for health in healths)


def _has_drive_problem(drive: Drive) -> bool | None:
    """Return whether a drive has a problem, or predicts its own failure."""
    return drive.is_failing or _has_problem(drive.status)


def _has_battery_problem(power: Power) -> bool | None:
    """Return whether the board's battery has to be replaced."""
    is_healthy = power.is_battery_healthy
    return None if is_healthy is None else not is_healthy


def _has_redundancy(power: Power) -> bool:
    """Return whether the board has several power supplies and reports redundancy.

    Boards with a single supply report a redundancy group of several as well.
    """
    supplies = [supply for supply in power.power_supplies if supply.delivers_power]
    groups = [group.min_num_needed for group in power.redundancy[:1]]
    return len(supplies) > 1 and groups not in ([], [None])


def _has_redundancy_problem(power: Power) -> bool | None:
    """Return whether the failure of another power supply would stop the host."""
    return None if power.is_redundant is None else not power.is_redundant


def _is_expiring(certificate: Certificate) -> bool | None:
    """Return whether a certificate has expired or expires soon."""
    expires_at = certificate.valid_not_after
    if expires_at is None:
        return None
    return expires_at - dt_util.utcnow() < _EXPIRY_WARNING


class SupermicroBinarySensor(SupermicroEntity[Any], BinarySensorEntity):
    """Binary sensor of a server."""

    entity_description: SupermicroBinarySensorDescription[Any]

    @property
    @override
    def is_on(self) -> bool | None:
        """State of the binary sensor, None if the BMC does not report it."""
        return self.entity_description.is_on_fn(self.item)


class StaticAndDynamicSensor(SupermicroBinarySensor):
    """Binary sensor that depends on static and dynamic data."""

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the coordinator of the dynamic data as well."""
        await super().async_added_to_hass()
        self.async_on_remove(
            self.runtime_data.dynamic.async_add_listener(
                self._handle_coordinator_update
            )
        )


class ChassisProblemSensor(StaticAndDynamicSensor):
    """Problem of the chassis, by its own health or by a leak inside it."""

    @property
    @override
    def is_on(self) -> bool | None:
        """Return whether the chassis has a problem, None if it is unknown."""
        detectors = self.runtime_data.dynamic.data.leak_detectors
        has_leak = any(detector.is_leaking for detector in detectors)
        return has_leak or super().is_on

    @property
    @override
    def _state_inputs(self) -> tuple[Any, ...]:
        """Inputs of the state, with the leak detectors."""
        detectors = self.runtime_data.dynamic.data.leak_detectors
        return (*super()._state_inputs, detectors)


class CertificateSensor(SupermicroBinarySensor):
    """Certificate that expires soon, or has expired."""

    @property
    @override
    def _state_inputs(self) -> tuple[Any, ...]:
        """Inputs of the state, including the state itself, which time changes."""
        return (*super()._state_inputs, self.is_on)


class StagedBiosSensor(StaticAndDynamicSensor):
    """BIOS that waits for a restart of the host."""

    @property
    @override
    def _state_inputs(self) -> tuple[Any, ...]:
        """Inputs of the state, with the system, which has the running version."""
        return (*super()._state_inputs, self.runtime_data.dynamic.data.system)

    @property
    @override
    def available(self) -> bool:
        """Return whether both versions were read in the last polls."""
        return super().available and self.runtime_data.dynamic.data.system is not None

    @property
    @override
    def is_on(self) -> bool | None:
        """Return whether the staged BIOS differs from the running one, if known."""
        system = self.runtime_data.dynamic.data.system
        running = system and system.bios_version
        staged = self.item.installed_version
        if running is None or self.item.is_present is None:
            return None
        return staged is not None and staged != running


class ConnectionSensor(SupermicroBinarySensor):
    """Connection to the BMC.

    It is available while the BMC is not, so that automations can react to an outage.
    """

    @property
    @override
    def _state_inputs(self) -> tuple[Any, ...]:
        """Inputs of the state: only the state, as each poll is a new item."""
        return (self.is_on,)

    @property
    @override
    def available(self) -> bool:
        """Return True: the state of the connection is always known."""
        return True

    @property
    @override
    def is_on(self) -> bool:
        """Return whether the BMC has responded to the last poll."""
        return self.coordinator.last_update_success


DESCRIPTIONS: tuple[SupermicroBinarySensorDescription[Any], ...] = (
    SupermicroBinarySensorDescription[System](
        key="host_power",
        device_class=BinarySensorDeviceClass.POWER,
        source=sources.SYSTEM,
        has_fn=lambda system: system.power_state is not None,
        is_on_fn=has_power,
    ),
    _problem(
        "system_problem",
        sources.SYSTEM,
        lambda system: _has_problem(system.status),
        entity_category=None,
    ),
    _problem(
        "processor_problem",
        sources.SYSTEM,
        lambda system: _has_problem(system.processor_summary.status),
    ),
    _problem(
        "memory_problem",
        sources.SYSTEM,
        lambda system: _has_problem(system.memory_summary.status),
    ),
    _problem(
        "power_supply_problem",
        sources.SUPPLIES,
        lambda supply: _has_problem(supply.status),
        is_optional=False,
    ),
    SupermicroBinarySensorDescription[Power](
        key="redundancy_problem",
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
        source=sources.POWER,
        has_fn=_has_redundancy,
        is_on_fn=_has_redundancy_problem,
    ),
    _problem("battery_problem", sources.POWER, _has_battery_problem),
    replace(
        _problem(
            "chassis_problem",
            sources.CHASSIS,
            lambda chassis: _has_problem(chassis.status),
        ),
        entity_class=ChassisProblemSensor,
    ),
    _problem(
        "bmc_problem", sources.MANAGER, lambda manager: _has_problem(manager.status)
    ),
    SupermicroBinarySensorDescription[DynamicData](
        key="bmc_connection",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
        source=sources.POLL,
        entity_class=ConnectionSensor,
    ),
    _problem("drive_problem", sources.DRIVES, _has_drive_problem, is_optional=False),
    SupermicroBinarySensorDescription[LeakDetector](
        key="leak",
        device_class=BinarySensorDeviceClass.MOISTURE,
        source=sources.LEAK_DETECTORS,
        is_on_fn=lambda detector: detector.is_leaking,
    ),
    SupermicroBinarySensorDescription[FirmwareInventory](
        key="staged_bios",
        device_class=BinarySensorDeviceClass.UPDATE,
        entity_category=EntityCategory.DIAGNOSTIC,
        source=sources.STAGED_BIOS,
        entity_class=StagedBiosSensor,
        is_on_fn=lambda _: None,
    ),
    replace(
        _problem("certificate_expiring", sources.CERTIFICATE, _is_expiring),
        entity_class=CertificateSensor,
    ),
    SupermicroBinarySensorDescription[Chassis](
        key="intrusion",
        device_class=BinarySensorDeviceClass.TAMPER,
        entity_category=EntityCategory.DIAGNOSTIC,
        source=sources.CHASSIS,
        has_fn=lambda chassis: chassis.physical_security.intrusion_sensor is not None,
        is_on_fn=lambda chassis: chassis.is_intruded,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SupermicroConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the binary sensors of a server."""
    async_add_items(
        hass, entry, async_add_entities, DESCRIPTIONS, SupermicroBinarySensor
    )
