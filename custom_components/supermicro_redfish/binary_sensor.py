"""Whether the host is on, and whether anything is not as it should be."""

from collections.abc import Callable
from dataclasses import dataclass
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
from .aiosupermicro import Certificate, Chassis, Drive, Power, System
from .coordinator import SupermicroConfigEntry
from .entity import ItemDescription, SupermicroEntity, async_add_items
from .items import has_power, has_problem
from .sources import Kind

PARALLEL_UPDATES = 0

_EXPIRY: Final = timedelta(days=30)
"""How long before its end a certificate is called expiring."""


@dataclass(frozen=True, kw_only=True)
class SupermicroBinarySensorDescription[ItemT](
    ItemDescription[ItemT], BinarySensorEntityDescription
):
    """Describe something that is so or not."""

    is_on_fn: Callable[[ItemT], bool | None]


def _problem[ItemT](
    key: str,
    kind: Kind[ItemT],
    is_on_fn: Callable[[ItemT], bool | None],
    *,
    entity_category: EntityCategory | None = EntityCategory.DIAGNOSTIC,
) -> SupermicroBinarySensorDescription[ItemT]:
    """Describe a problem of items of which the BMC says how they fare."""
    return SupermicroBinarySensorDescription[ItemT](
        key=key,
        kind=kind,
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=entity_category,
        has_fn=lambda item: is_on_fn(item) is not None,
        is_on_fn=is_on_fn,
    )


def _has_failed(drive: Drive) -> bool | None:
    """Tell whether a drive is not well, or says itself that it will not be for long."""
    told = [has_problem(drive.status), drive.is_failing]
    return True if True in told else None if told[0] is None else False


def _is_battery_bad(power: Power) -> bool | None:
    """Tell whether the board's battery has to be replaced."""
    is_healthy = power.is_battery_healthy
    return None if is_healthy is None else not is_healthy


def _has_spare(power: Power) -> bool:
    """Tell whether there is more than one supply; of one alone, none can be lost.

    Boards of one supply tell of a group of several all the same.
    """
    supplies = [item for item in power.power_supplies if item.delivers_power]
    return len(supplies) > 1 and power.is_redundant is not None


def _is_not_redundant(power: Power) -> bool | None:
    """Tell whether the loss of one more power supply would be that of the host."""
    return None if power.is_redundant is None else not power.is_redundant


def _is_expiring(certificate: Certificate) -> bool | None:
    """Tell whether a certificate has to be replaced soon, or is over."""
    ends = certificate.valid_not_after
    return None if ends is None else ends - dt_util.utcnow() < _EXPIRY


DESCRIPTIONS: tuple[SupermicroBinarySensorDescription[Any], ...] = (
    SupermicroBinarySensorDescription[System](
        key="host_power",
        device_class=BinarySensorDeviceClass.POWER,
        kind=sources.SYSTEM,
        has_fn=lambda system: system.power_state is not None,
        is_on_fn=has_power,
    ),
    _problem(
        "system_problem",
        sources.SYSTEM,
        lambda system: has_problem(system.status),
        entity_category=None,
    ),
    _problem(
        "processor_problem",
        sources.SYSTEM,
        lambda system: has_problem(system.processor_summary.status),
    ),
    _problem(
        "memory_problem",
        sources.SYSTEM,
        lambda system: has_problem(system.memory_summary.status),
    ),
    _problem(
        "power_supply_problem",
        sources.SUPPLIES,
        lambda supply: has_problem(supply.status),
    ),
    SupermicroBinarySensorDescription[Power](
        key="redundancy_problem",
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
        kind=sources.POWER,
        has_fn=_has_spare,
        is_on_fn=_is_not_redundant,
    ),
    _problem(
        "battery_problem",
        sources.POWER,
        _is_battery_bad,
    ),
    _problem(
        "chassis_problem",
        sources.CHASSIS,
        lambda chassis: has_problem(chassis.status),
    ),
    _problem(
        "bmc_problem",
        sources.MANAGER,
        lambda manager: has_problem(manager.status),
    ),
    _problem("drive_problem", sources.DRIVES, _has_failed),
    _problem(
        "certificate_expiring",
        sources.CERTIFICATE,
        _is_expiring,
    ),
    SupermicroBinarySensorDescription[Chassis](
        key="intrusion",
        device_class=BinarySensorDeviceClass.TAMPER,
        entity_category=EntityCategory.DIAGNOSTIC,
        kind=sources.CHASSIS,
        has_fn=lambda chassis: chassis.is_intruded is not None,
        is_on_fn=lambda chassis: chassis.is_intruded,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SupermicroConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up what is so or not."""
    async_add_items(
        hass, entry, async_add_entities, DESCRIPTIONS, SupermicroBinarySensor
    )


class SupermicroBinarySensor(SupermicroEntity[Any], BinarySensorEntity):
    """Something of the server that is so or not."""

    entity_description: SupermicroBinarySensorDescription[Any]

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether it is so, None where the BMC does not say."""
        return self.entity_description.is_on_fn(self.item)
