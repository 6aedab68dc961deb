"""The kinds of items that entities stand for: where they are read, and their names."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
import re
from typing import Any, Final

from .aiosupermicro import (
    Drive,
    Power,
    PowerControl,
    PowerSupply,
    ResetType,
    SupermicroRedfishClient,
    SupermicroRedfishError,
)
from .aiosupermicro.models import Sensor
from .const import LOGGER
from .coordinator import SupermicroCoordinator, SupermicroRuntimeData
from .items import (
    drives,
    fan_duties,
    fans,
    has_drive,
    inner_temperatures,
    is_fitted,
    main_temperatures,
    other_temperatures,
    single,
    supplies,
    voltages,
)
from .models import async_get_log_entries

Client = SupermicroRedfishClient

type CoordinatorFn = Callable[[SupermicroRuntimeData], SupermicroCoordinator[Any]]
"""Says which of a server's coordinators is meant."""


@dataclass(frozen=True, kw_only=True)
class Kind[ItemT]:
    """Items of a server that are alike, of which there may be one, many or none."""

    coordinator_fn: CoordinatorFn
    """The cadence at which the items are read."""
    items_fn: Callable[[Any], Mapping[str, ItemT]]
    """The items in that cadence's data, by an identifier that stays the same."""
    suffix: str = ""
    """What the board's names of such items end in and the entity's name says."""
    numbered: re.Pattern[str] | None = None
    """The names that say nothing but a number, which is said in better words."""
    label_fn: Callable[[ItemT], str | None] = lambda _: None
    """What is written at an item, where the board knows it."""
    is_there_fn: Callable[[ItemT], bool] = lambda _: True
    """Whether an item is there, and not only its place."""
    is_removable: bool = False
    """Whether items go for good, and may come back as new ones."""

    def items(self, data: SupermicroRuntimeData) -> Mapping[str, ItemT]:
        """Return the items as they were last read."""
        return self.coordinator_fn(data).items(self.items_fn)


@dataclass(frozen=True, kw_only=True)
class Resource[ItemT](Kind[ItemT]):
    """A resource of which there is one, or none, or a part of such a one."""

    name: str
    """What the cadence's data calls it."""
    read_fn: Callable[[Client], Awaitable[Any]]
    """Reads it alone."""

    async def async_read(self, data: SupermicroRuntimeData) -> Any:
        """Read the resource outside its cadence, show it and return it.

        Raises:
            SupermicroRedfishError: It could not be read.

        """
        found = await self.read_fn(data.client)
        self.coordinator_fn(data).async_show(self.name, found)
        return found

    async def async_read_back(self, data: SupermicroRuntimeData) -> None:
        """Show what became of a command.

        The command worked, whatever becomes of the reading: then a poll has to show it.
        """
        coordinator = self.coordinator_fn(data)
        try:
            await self.async_read(data)
        except SupermicroRedfishError as error:
            LOGGER.debug(
                "%s: %s was not read back: %s", coordinator.name, self.name, error
            )
            if not coordinator.hass.is_stopping:
                await coordinator.async_request_refresh()


def dynamic(runtime_data: SupermicroRuntimeData) -> SupermicroCoordinator[Any]:
    """Return the coordinator of what moves often."""
    return runtime_data.dynamic


def static(runtime_data: SupermicroRuntimeData) -> SupermicroCoordinator[Any]:
    """Return the coordinator of what moves rarely."""
    return runtime_data.static


def account(runtime_data: SupermicroRuntimeData) -> SupermicroCoordinator[Any]:
    """Return the coordinator of what the account may do."""
    return runtime_data.account


def one[ItemT](
    coordinator_fn: CoordinatorFn,
    item_fn: Callable[[Any], ItemT | None],
) -> Kind[ItemT]:
    """Return the kind of a thing of which there is one, or none."""
    return Kind(
        coordinator_fn=coordinator_fn, items_fn=lambda data: single(item_fn(data))
    )


def resource[ItemT](
    coordinator_fn: CoordinatorFn,
    name: str,
    read_fn: Callable[[Client], Awaitable[ItemT]],
) -> Resource[ItemT]:
    """Return the kind of a resource by its name in the cadence's data."""
    return Resource(
        coordinator_fn=coordinator_fn,
        items_fn=lambda data: single(getattr(data, name)),
        name=name,
        read_fn=read_fn,
    )


def part[WholeT, ItemT](
    whole: Resource[WholeT], item_fn: Callable[[WholeT], ItemT | None]
) -> Resource[ItemT]:
    """Return the kind of what belongs to a thing and is read with it."""

    def items(data: Any) -> Mapping[str, ItemT]:
        wholes = whole.items_fn(data).values()
        return single(next(map(item_fn, wholes), None))

    return Resource(
        coordinator_fn=whole.coordinator_fn,
        items_fn=items,
        name=whole.name,
        read_fn=whole.read_fn,
    )


def _measured(power: Power) -> PowerControl | None:
    """Return what tells the power of the machine, if it measures anything."""
    is_measured = power.total_power_consumed_watts is not None
    return power.power_control[0] if is_measured else None


SYSTEM: Final = resource(dynamic, "system", Client.async_get_system)
THERMAL: Final = resource(dynamic, "thermal", Client.async_get_thermal)
POWER: Final = resource(dynamic, "power", Client.async_get_power)
POWER_CONTROL: Final = part(POWER, _measured)
CHASSIS: Final = resource(static, "chassis", Client.async_get_chassis)
MANAGER: Final = resource(static, "manager", Client.async_get_manager)
FAN_MODE: Final = resource(static, "fan_mode", Client.async_get_fan_mode)
NTP: Final = resource(static, "ntp", Client.async_get_ntp)
LLDP: Final = resource(static, "lldp", Client.async_get_lldp)
NEIGHBOUR: Final = part(LLDP, lambda lldp: lldp.neighbour)
SNOOPING: Final = resource(static, "snooping", Client.async_get_snooping)
LICENSE: Final = resource(static, "license", Client.async_get_license)
NETWORK_PROTOCOL: Final = resource(
    static, "network_protocol", Client.async_get_network_protocol
)
LOG: Final = resource(static, "log_entries", async_get_log_entries)
CERTIFICATE: Final = one(static, lambda data: data.certificate)
PRIVILEGES: Final = one(account, lambda data: data)
ANSWERS: Final = one(dynamic, lambda data: data)
"""What a poll brings, whatever it is."""

UNKNOWN_RESETS: Final = Kind[str](
    coordinator_fn=static,
    items_fn=lambda data: {
        value: value for value in data.reset_types if not isinstance(value, ResetType)
    },
)
_TEMPERATURES: Final = Kind[Sensor](
    coordinator_fn=dynamic,
    items_fn=other_temperatures,
    suffix=" Temp",
    is_there_fn=is_fitted,
    is_removable=True,
)
MAIN_TEMPERATURES: Final = replace(_TEMPERATURES, items_fn=main_temperatures)
OTHER_TEMPERATURES: Final = _TEMPERATURES
INNER_TEMPERATURES: Final = replace(
    _TEMPERATURES, coordinator_fn=static, items_fn=inner_temperatures
)
FANS: Final = Kind[Sensor](
    coordinator_fn=dynamic, items_fn=fans, suffix=" RPM", is_there_fn=is_fitted
)
FAN_DUTIES: Final = replace(FANS, items_fn=fan_duties, suffix=" PWM")
VOLTAGES: Final = Kind[Sensor](
    coordinator_fn=dynamic, items_fn=voltages, is_there_fn=is_fitted
)
SUPPLIES: Final = Kind[PowerSupply](
    coordinator_fn=dynamic,
    items_fn=supplies,
    numbered=re.compile(r"Power Supply Bay (\d+)", re.IGNORECASE),
    is_there_fn=is_fitted,
    is_removable=True,
)
DRIVES: Final = Kind[Drive](
    coordinator_fn=static,
    items_fn=drives,
    numbered=re.compile(r"Disk\.Bay\.(\d+(?: #.+)?)"),
    label_fn=lambda drive: drive.location,
    is_there_fn=has_drive,
    is_removable=True,
)
