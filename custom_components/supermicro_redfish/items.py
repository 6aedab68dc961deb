"""The parts of a server that entities stand for, and what can be told of them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
import re
from typing import Protocol

from .aiosupermicro import (
    Drive,
    DynamicData,
    Health,
    LogEntry,
    Power,
    PowerState,
    PowerSupply,
    Status,
    System,
    Thermal,
)
from .aiosupermicro.models import Sensor
from .models import ServerData

# "CPU Temp", "CPU1 Temp", "System Temp", "Inlet Temp", but not "CPU1_VRMIN Temp" nor
# "GPU Inlet Temp". The context alone does not tell: X10 calls all of them CPU.
_MAIN_TEMPERATURE = re.compile(
    r"(CPU ?\d*|System|Inlet|Ambient|Intake)( Temp(erature)?)?", re.IGNORECASE
)
_LIMIT = "TempLimit"

_MAIN_CONTEXTS = {None, "CPU", "SystemBoard", "Intake", "Chassis", "Room"}


class Named(Protocol):
    """A part that a board lists, with a name."""

    @property
    def name(self) -> str | None:
        """What the board calls it."""


def single[ItemT](item: ItemT | None) -> Mapping[str, ItemT]:
    """Return a thing of which there is one, or none, as a mapping of items."""
    return {} if item is None else {"": item}


def by_name[ItemT: Named](
    items: Iterable[ItemT], id_fn: Callable[[ItemT], str | None]
) -> Mapping[str, ItemT]:
    """Return parts by name; their place in the list may shift.

    Where a name is missing or not the only one, the id has to tell them apart. What has
    neither is an empty row, as a BMC that is starting may list them.
    """
    named: dict[str, ItemT] = {}
    for item in items:
        if name := item.name or (f"#{item_id}" if (item_id := id_fn(item)) else None):
            named[f"{name} #{id_fn(item)}" if name in named else name] = item
    return named


def _listed[ItemT: (Sensor, PowerSupply)](
    items: Iterable[ItemT],
) -> Mapping[str, ItemT]:
    """Return the entries of a list in Thermal or Power by name."""
    return by_name(items, lambda item: item.member_id)


def _thermal(data: DynamicData) -> Thermal:
    """Return the temperatures and fans, none where they could not be read."""
    return data.thermal or Thermal()


def _power(data: DynamicData) -> Power:
    """Return everything about power, nothing where it could not be read."""
    return data.power or Power()


def _is_main(sensor: Sensor) -> bool:
    """Tell whether this is the temperature of a processor or of the air around."""
    is_named = _MAIN_TEMPERATURE.fullmatch(sensor.name or "")
    return bool(is_named) and sensor.physical_context in _MAIN_CONTEXTS


def is_of_memory(name: str) -> bool:
    """Tell whether a temperature is that of a bank of DIMMs, by the sensor's name."""
    return "DIMM" in name.upper()


def main_temperatures(data: DynamicData) -> Mapping[str, Sensor]:
    """Return the temperatures that everybody wants to see."""
    found = _listed(_thermal(data).temperatures)
    return {name: sensor for name, sensor in found.items() if _is_main(sensor)}


def other_temperatures(data: DynamicData) -> Mapping[str, Sensor]:
    """Return the temperatures of memory, regulators, cards and the like."""
    found = _listed(_thermal(data).temperatures)
    return {name: sensor for name, sensor in found.items() if not _is_main(sensor)}


def fans(data: DynamicData) -> Mapping[str, Sensor]:
    """Return the fans that tell their speed."""
    return _listed(fan for fan in _thermal(data).fans if not fan.is_duty)


def fan_duties(data: DynamicData) -> Mapping[str, Sensor]:
    """Return the fans that tell their duty."""
    return _listed(fan for fan in _thermal(data).fans if fan.is_duty)


def voltages(data: DynamicData) -> Mapping[str, Sensor]:
    """Return the voltages."""
    return _listed(_power(data).voltages)


def supplies(data: DynamicData) -> Mapping[str, PowerSupply]:
    """Return the bays of power supplies."""
    return _listed(_power(data).power_supplies)


def inner_temperatures(data: ServerData) -> Mapping[str, Sensor]:
    """Return the temperatures inside a machine of many chassis, each of them once.

    What OpenBMC calls TempLimit is a distance to a limit and no temperature.
    """
    return {
        sensor.name: sensor
        for thermal in reversed(list(data.inner_thermal.values()))
        for sensor in thermal.temperatures
        if sensor.name and _LIMIT not in sensor.name
    }


def drives(data: ServerData) -> Mapping[str, Drive]:
    """Return the drives by their bay.

    OpenBMC lists a bay twice, once as empty and once with its drive.
    """
    found = data.drives or ()
    fitted = {drive.name for drive in found if has_drive(drive)}
    listed = [d for d in found if has_drive(d) or d.name not in fitted]
    return by_name(listed, lambda drive: drive.serial_number or drive.id)


def is_fitted(item: Sensor | PowerSupply) -> bool:
    """Tell whether the part is there."""
    return item.is_fitted


def has_drive(drive: Drive) -> bool:
    """Tell whether there is a drive in the bay."""
    return not drive.status.is_absent


def has_power(system: System) -> bool | None:
    """Tell whether the host has power; None where the BMC does not say.

    It has while it shuts down: what waits for it to be off must not cut its power.
    """
    state = system.power_state
    return state != PowerState.OFF if isinstance(state, PowerState) else None


def has_problem(status: Status) -> bool | None:
    """Tell whether a part or what it consists of is not well.

    None where the BMC does not say, or where the part is not there.
    """
    told = [health for health in (status.health, status.health_rollup) if health]
    if not told or status.is_absent:
        return None
    return any(health != Health.OK for health in told)


@dataclass(frozen=True, kw_only=True)
class Headroom:
    """How far the sensor that is nearest to its limit is away from it."""

    degrees: float
    sensor: str | None
    """The sensor's name."""


def headroom_degrees(thermal: Thermal) -> float | None:
    """Return how far the sensor that is nearest to its limit is away from it."""
    least = headroom(thermal)
    return None if least is None else least.degrees


def headroom_sensor(thermal: Thermal) -> str | None:
    """Return the name of the sensor that is nearest to its limit."""
    least = headroom(thermal)
    return None if least is None else least.sensor


def headroom(thermal: Thermal) -> Headroom | None:
    """Return the least distance to an upper critical threshold, None of none.

    A threshold of zero is how old boards say that there is none.
    """
    distances = [
        Headroom(degrees=limit - reading, sensor=sensor.name)
        for sensor in thermal.temperatures
        if (limit := sensor.upper_threshold_critical) and limit > 0
        if (reading := sensor.reading) is not None
    ]
    return min(distances, key=lambda distance: distance.degrees, default=None)


def unacknowledged(entries: Iterable[LogEntry]) -> int:
    """Return how many entries wait for somebody to acknowledge them."""
    return sum(entry.is_acknowledged is False for entry in entries)


def can_be_acknowledged(entries: Iterable[LogEntry]) -> bool:
    """Tell whether the board's entries can be acknowledged at all."""
    return any(entry.is_acknowledged is not None for entry in entries)
