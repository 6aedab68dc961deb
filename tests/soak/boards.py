"""The boards of a soak, and the values of their sensors.

A board other than the shipped one gets a table of its sensors by a calibration: each
sensor has another reading at first, so that its reading identifies its entities.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from homeassistant.core import State

from tests.conftest import RECORDED
from tests.integration import paths
from tests.scenario.entity_values import (
    HOST_POWERED,
    SHIPPED_TABLE,
    VALUES,
    Body,
    Values,
    ValueTable,
)
from tests.scenario.scenario import SHIPPED_BOARD
from tests.simulator import Bmc, Board
from tests.simulator.gen14 import (
    ENVIRONMENT,
    METRICS,
    SENSORS,
    add_gpus,
    add_report,
    add_sensors,
    gen14_board,
)

if TYPE_CHECKING:
    from tests.scenario.hass_instance import HassInstance

_GB300 = RECORDED / "gb300-openbmc"
_COUNTERS = ("EnergyJoules", "EnergykWh")
_FIRST, _STEP = 20.13, 0.25
"""Reading of the first sensor, and the difference to the next one."""


@dataclass(frozen=True, kw_only=True)
class SoakBoard:
    """A board, and its differences from the shipped one."""

    load: Callable[[], Board]
    is_calibrated: bool = True
    """Whether the values of its sensors are found by a calibration."""
    traits: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the simulated BMC."""
    values: Mapping[str, Callable[[Body], Values]] = field(default_factory=dict)
    """Values of other resources, by path."""
    system: str = paths.SYSTEM
    places: tuple[str, ...]
    """Paths and prefixes of faults."""
    resources: tuple[str, ...]
    """Resources whose body may be wrong."""
    without: frozenset[str] = frozenset()
    """Names of faults that the board has no parts for."""
    intervals: tuple[int, ...] = (10, 30, 30, 60, 300)
    """Polling intervals in seconds, for a random choice."""
    max_watts: float = 700.0
    has_all_entities: bool = True
    """Whether entities are enabled that are disabled by default."""


def _sensors(bmc: Bmc) -> list[str]:
    """Return the paths of all sensors with a reading, other than counters."""
    return [
        path
        for path in bmc.store.paths
        if "/Sensors/" in path
        and isinstance(bmc.store[path].get("Reading"), (int, float))
        and bmc.store[path].get("ReadingType") not in _COUNTERS
    ]


def spread_readings(bmc: Bmc) -> dict[str, float]:
    """Give each sensor another reading, and return it by path."""
    readings = {
        path: round(_FIRST + number * _STEP, 2)
        for number, path in enumerate(_sensors(bmc))
    }
    for path, reading in readings.items():
        bmc.store[path]["Reading"] = reading
    return readings


def calibrate(
    board: SoakBoard, instance: HassInstance, readings: Mapping[str, float]
) -> ValueTable:
    """Return the table of a board whose sensors have different readings."""
    hass = instance.hass
    by_state = defaultdict(list)
    for entity_id, entity in instance.entities.items():
        by_state[_number(hass.states.get(entity_id))].append(entity)
    found = {path: by_state[value] for path, value in readings.items()}
    values: dict[str, Callable[[Body], Values]] = dict(board.values)
    values |= {path: partial(_reading, shown) for path, shown in found.items() if shown}
    entities = {entity for shown in found.values() for entity in shown}
    others = {entity for fn in board.values.values() for entity in fn({})}
    return ValueTable(
        values=values,
        # Where one request does not show all sensors, each waits for its turn.
        dynamic=frozenset({board.system}),
        host_powered=(*HOST_POWERED, *entities),
        is_checked=lambda entity: (
            entity in entities
            or (entity in others and SHIPPED_TABLE.is_checked(entity))
        ),
        system=board.system,
        has_copies=True,
    )


def _reading(entities: list[str], body: Body) -> Values:
    """Return the reading of a sensor for its entities."""
    return dict.fromkeys(entities, body.get("Reading"))


def _number(state: State | None) -> float | None:
    """Return a state as a number, None if it is none."""
    try:
        return float(state.state) if state else None
    except ValueError:
        return None


def _add_reports(bmc: Bmc) -> None:
    """Add a report on all sensors."""
    add_report(bmc, "All", [path for path in bmc.store.paths if "/Sensors/" in path])


def _load_openbmc() -> Board:
    """Return the recorded GB300, or else a board with its ways of reading."""
    if _GB300.is_dir():
        return Board.load(_GB300)
    return gen14_board(add_sensors, add_gpus, _add_reports)


def _host_power(body: Body) -> Values:
    """Return the power state of a system."""
    power = body.get("PowerState")
    return {"binary_sensor.host_power": None if power is None else power != "Off"}


_GENERAL = ("*", "*", f"{paths.SESSION_SERVICE}*", f"{paths.ROOT}/Systems*")
_SETTINGS = {
    path: fn for path, fn in VALUES.items() if path not in (paths.THERMAL, paths.POWER)
}
_OPENBMC_SYSTEM = f"{paths.ROOT}/Systems/{'System_0' if _GB300.is_dir() else '1'}"

BOARDS: dict[str, SoakBoard] = {
    "x12": SoakBoard(
        load=partial(Board.load, SHIPPED_BOARD),
        is_calibrated=False,
        values=VALUES,
        places=(
            *_GENERAL,
            paths.SYSTEM,
            paths.THERMAL,
            paths.POWER,
            paths.CHASSIS,
            paths.LOG,
            paths.BAYS[0],
            paths.FAN_MODE,
            f"{paths.MANAGER}*",
        ),
        resources=(
            paths.SYSTEM,
            paths.THERMAL,
            paths.POWER,
            paths.CHASSIS,
            paths.FAN_MODE,
        ),
    ),
    "gen14": SoakBoard(
        load=partial(gen14_board, add_sensors),
        traits={"expand": "bmcweb", "expand_advertised": True},
        values=_SETTINGS,
        places=(
            *_GENERAL,
            paths.SYSTEM,
            SENSORS,
            f"{paths.CHASSIS}*",
            METRICS,
            ENVIRONMENT,
            paths.LOG,
            f"{paths.MANAGER}*",
        ),
        resources=(paths.SYSTEM, SENSORS, ENVIRONMENT, paths.CHASSIS, paths.FAN_MODE),
        without=frozenset({"parts_removed"}),
        intervals=(30, 30, 60),
    ),
    "openbmc": SoakBoard(
        load=_load_openbmc,
        traits={"expand": "bmcweb", "expand_advertised": True},
        values={_OPENBMC_SYSTEM: _host_power},
        system=_OPENBMC_SYSTEM,
        places=(
            *_GENERAL,
            _OPENBMC_SYSTEM,
            f"{paths.ROOT}/Chassis*",
            f"{paths.ROOT}/TelemetryService/MetricReports/*",
            f"{paths.ROOT}/Managers*",
        ),
        resources=(_OPENBMC_SYSTEM, f"{paths.ROOT}/TelemetryService"),
        without=frozenset(
            {"parts_removed", "log_entries", "command", "reset_host", "restart_bmc"}
        ),
        intervals=(30, 30, 60),
        max_watts=20_000.0,
        has_all_entities=False,
    ),
}
"""The boards by name. The shipped one has a table of its own."""
