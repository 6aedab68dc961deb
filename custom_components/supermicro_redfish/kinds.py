"""The kinds of items that entities stand for: where they are read, and their names."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
import re
from typing import Any, Final

from .aiosupermicro import (
    Drive,
    PowerControl,
    PowerSupply,
    ResetType,
    SupermicroRedfishClient,
)
from .aiosupermicro.models import Sensor
from .coordinator import SupermicroCoordinator, SupermicroRuntimeData
from .data import LOG_ENTRIES, async_get_log_entries
from .items import (
    drives,
    fan_duties,
    fans,
    inner_temperatures,
    main_temperatures,
    other_temperatures,
    power_controls,
    single,
    supplies,
    voltages,
)

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
    is_removable: bool = False
    """Whether items go for good, and may come back as new ones."""
    resource: str = ""
    """The name that the items' resource has in the cadence's data."""
    read_fn: Callable[[Client], Awaitable[Any]] | None = None
    """Reads that resource alone; None where nobody changes it."""

    def items(self, data: SupermicroRuntimeData) -> Mapping[str, ItemT]:
        """Return the items as they were last read."""
        return self.coordinator_fn(data).items(self.items_fn)

    async def async_read_back(self, data: SupermicroRuntimeData) -> None:
        """Show what became of a command."""
        if read := self.read_fn:
            await self.coordinator_fn(data).async_read_back(
                self.resource, lambda: read(data.client)
            )


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
) -> Kind[ItemT]:
    """Return the kind of a resource of which there is one, or none, by its name."""
    return replace(
        one(coordinator_fn, lambda data: getattr(data, name)),
        resource=name,
        read_fn=read_fn,
    )


def part[WholeT, ItemT](
    whole: Kind[WholeT], item_fn: Callable[[WholeT], ItemT | None]
) -> Kind[ItemT]:
    """Return the kind of what belongs to a thing and is read with it."""

    def items(data: Any) -> Mapping[str, ItemT]:
        wholes = whole.items_fn(data).values()
        return single(next(map(item_fn, wholes), None))

    return Kind(
        coordinator_fn=whole.coordinator_fn,
        items_fn=items,
        resource=whole.resource,
        read_fn=whole.read_fn,
    )


SYSTEM: Final = resource(dynamic, "system", Client.async_get_system)
THERMAL: Final = resource(dynamic, "thermal", Client.async_get_thermal)
POWER: Final = resource(dynamic, "power", Client.async_get_power)
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
LOG: Final = resource(static, LOG_ENTRIES, async_get_log_entries)
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
    is_removable=True,
)
MAIN_TEMPERATURES: Final = replace(_TEMPERATURES, items_fn=main_temperatures)
OTHER_TEMPERATURES: Final = _TEMPERATURES
INNER_TEMPERATURES: Final = replace(
    _TEMPERATURES, coordinator_fn=static, items_fn=inner_temperatures
)
FANS: Final = Kind[Sensor](coordinator_fn=dynamic, items_fn=fans, suffix=" RPM")
FAN_DUTIES: Final = Kind[Sensor](
    coordinator_fn=dynamic, items_fn=fan_duties, suffix=" PWM"
)
VOLTAGES: Final = Kind[Sensor](coordinator_fn=dynamic, items_fn=voltages)
POWER_CONTROLS: Final = Kind[PowerControl](
    coordinator_fn=dynamic, items_fn=power_controls
)
SUPPLIES: Final = Kind[PowerSupply](
    coordinator_fn=dynamic,
    items_fn=supplies,
    numbered=re.compile(r"Power Supply Bay (\d+)", re.IGNORECASE),
    is_removable=True,
)
DRIVES: Final = Kind[Drive](
    coordinator_fn=static,
    items_fn=drives,
    numbered=re.compile(r"Disk\.Bay\.(\d+(?: #.+)?)"),
    label_fn=lambda drive: drive.location,
    is_removable=True,
)
