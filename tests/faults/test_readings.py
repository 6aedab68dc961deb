"""The faults of the matrix on boards of Gen 14, with each way of reading.

Where no request succeeds, only the lost connection is shown. Everywhere else a state is
the right one, or the entity has none; and all states are back after the fault.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import (
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
import pytest

from tests.integration import DYNAMIC
from tests.integration.paths import BMC_CONNECTION
from tests.scenario.fault_scenario import FaultScenario
from tests.scenario.fault_table import Fault, perform
from tests.simulator import Bmc, Board
from tests.simulator.expand import Expand
from tests.simulator.gen14 import (
    METRICS,
    REPORTS,
    add_gpus,
    add_report,
    add_sensors,
    gen14_board,
)

from .matrix import MATRIX

MAX_REQUESTS = 10
"""Maximum number of requests of a poll."""
NAMES = (
    "connection refused",
    "no response in time",
    "connection reset in the body",
    "connection closed when a request arrives",
    "responses trickle but complete in time",
    "401 once",
    "404 of all resources",
    "429",
    "500",
    "503",
    "HTML page instead of each resource",
    "empty body",
    "truncated JSON",
    "JSON list",
    "all sessions in use",
    "BMC restarts for four minutes",
)
"""Rows of the matrix that do not concern a resource of other boards."""
FAULTS = [fault for fault in MATRIX if fault.name in NAMES]
NO_STATE = {STATE_UNAVAILABLE, STATE_UNKNOWN}
RESPONSE_TIME = "sensor.response_time"
COUNTED = ("sensor.energy", "sensor.reading_age", RESPONSE_TIME)
"""Entities whose state changes with each poll."""


@dataclass(frozen=True)
class Way:
    """A way of reading sensors, with a board that supports it."""

    expand: Expand
    changes: tuple[Callable[[Bmc], object], ...] = ()
    source: str = ""
    """The prefix of the resources that show the values."""


def _add_reports(bmc: Bmc) -> None:
    """Add a report on all sensors."""
    add_report(bmc, "All", [path for path in bmc.store.paths if "/Sensors/" in path])


WAYS = {
    "expanded collections": Way("bmcweb", (add_sensors,), "/redfish/v1/Chassis/1/*"),
    "metric reports": Way("400", (add_sensors, add_gpus, _add_reports), f"{REPORTS}*"),
    "round robin": Way("400", (), f"{METRICS}*"),
}


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> Way:
    """Return each way of reading."""
    return WAYS[request.param]


@pytest.fixture
def board(way: Way) -> Board:
    """Return the board of a way."""
    return gen14_board(*way.changes)


@pytest.fixture
def bmc(bmc: Bmc, way: Way) -> Bmc:
    """Let the BMC expand collections as its way does."""
    bmc.expand, bmc.expand_advertised = way.expand, True
    return bmc


async def _set_up(scenario: FaultScenario) -> dict[str, str]:
    """Set up the entry; return the states once all reports were found."""
    scenario.create_entry()
    await scenario.instance.set_up()
    assert scenario.instance.state is ConfigEntryState.LOADED
    for _ in range(3):
        await scenario.elapse(DYNAMIC)
    return _states(scenario)


def _states(scenario: FaultScenario) -> dict[str, str]:
    """Return the states of all entities that do not change with each poll."""
    states: dict[str, Any] = scenario.instance.states
    return {key: state for key, state in states.items() if not key.startswith(COUNTED)}


def _assert_no_wrong_state(scenario: FaultScenario, before: dict[str, str]) -> None:
    """Check that readings are right or unavailable, and that the connection is right.

    The connection always has a state. It is off if and only if nothing else has one.
    """
    readings: dict[str, str] = scenario.instance.states
    connection = readings.pop(BMC_CONNECTION)
    is_lost = {*readings.values()} == {STATE_UNAVAILABLE}
    assert connection == (STATE_OFF if is_lost else STATE_ON)
    for key, state in _states(scenario).items():
        if key != BMC_CONNECTION:
            assert state in {before.get(key, state), *NO_STATE}


async def _assert_recovery(scenario: FaultScenario, before: dict[str, str]) -> None:
    """Check that all states are restored without additional requests."""
    for _ in range(10):
        if _states(scenario) == before:
            break
        await scenario.elapse(DYNAMIC)
    assert _states(scenario) == before
    requests = len(scenario.bmc.requests)
    await scenario.elapse(DYNAMIC)
    assert len(scenario.bmc.requests) - requests <= MAX_REQUESTS
    await scenario.instance.unload()
    assert scenario.open_sessions == 0


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
async def test_fault_shows_no_wrong_state_and_recovers(
    scenario: FaultScenario, fault: Fault
) -> None:
    """Show the right reading, or none, during the fault."""
    before = await _set_up(scenario)
    await perform(fault.inject, scenario)
    for _ in range(3):
        await scenario.elapse(DYNAMIC)
        _assert_no_wrong_state(scenario, before)
    await perform(fault.recover, scenario)
    await _assert_recovery(scenario, before)


@pytest.mark.parametrize("status", [400, 404, 500, 503])
async def test_way_that_ceases_to_work_is_replaced(
    scenario: FaultScenario, way: Way, status: int
) -> None:
    """Restore all readings when the resources of a way fail for some polls."""
    before = await _set_up(scenario)
    scenario.bmc.fail(way.source, status=status)
    for _ in range(3):
        await scenario.elapse(DYNAMIC)
        _assert_no_wrong_state(scenario, before)
    scenario.bmc.heal()
    await _assert_recovery(scenario, before)


def test_rows_exist() -> None:
    """Verify that each name in the list is a row of the matrix."""
    assert {fault.name for fault in FAULTS} == {*NAMES}
