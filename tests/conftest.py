"""Fixtures of the simulated BMC for all tests."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from time import monotonic

import pytest

from tests.simulator import Bmc, Board, Server, serve

RECORDED = Path(__file__).parents[2] / "shared" / "boards"
"""Recorded boards, in a folder beside the checkout. It may be missing."""

RECORDINGS = sorted(
    folder.name
    for folder in RECORDED.glob("*")
    if (folder / "redfish/v1/Chassis").is_dir() and folder.name != "x13-oem"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option with which script/test limits its time."""
    parser.addoption(
        "--cases",
        type=int,
        metavar="N",
        help="run at most N cases of each parametrized test, evenly spread, and no "
        "long test",
    )


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Deselect most cases of parametrized tests and the long tests, if asked to."""
    if not (number := config.getoption("cases")):
        return
    functions: dict[str, list[pytest.Item]] = {}
    for item in items:
        if item.get_closest_marker("long"):
            continue
        functions.setdefault(item.nodeid.partition("[")[0], []).append(item)
    selected: set[pytest.Item] = set()
    for cases in functions.values():
        limit = len(cases) if cases[0].get_closest_marker("all_cases") else number
        selected.update(cases[place] for place in spread(len(cases), limit))
    config.hook.pytest_deselected(
        items=[item for item in items if item not in selected]
    )
    items[:] = [item for item in items if item in selected]


def spread(count: int, number: int) -> list[int]:
    """Return evenly distributed indexes of cases, including the first and last."""
    if count <= number:
        return [*range(count)]
    last = max(1, number - 1)
    return [place * (count - 1) // last for place in range(number)]


class Clock:
    """A clock that tests advance by hand."""

    def __init__(self) -> None:
        """Initialize with the time of `time.monotonic`, which other parts may use.

        Whole seconds, so that differences are exact.
        """
        self.now = float(int(monotonic()))

    def __call__(self) -> float:
        """Return the time in seconds."""
        return self.now

    def tick(self, seconds: float) -> None:
        """Advance the time."""
        self.now += seconds


async def until(condition: Callable[[], bool]) -> None:
    """Wait until a condition is true; fail the test after three seconds."""
    for _ in range(300):
        if condition():
            return
        await asyncio.sleep(0.01)
    pytest.fail("The condition did not become true within three seconds")


@pytest.fixture
def clock() -> Clock:
    """Return the clock of the simulated BMC."""
    return Clock()


@pytest.fixture
def board() -> Board:
    """Return the board of the simulated BMC. Tests may override it."""
    return Board.load("x12spi-tf")


@pytest.fixture
def bmc(board: Board, clock: Clock) -> Bmc:
    """Return the simulated BMC."""
    return Bmc(board, clock=clock, task_seconds=0)


@pytest.fixture
def network(request: pytest.FixtureRequest) -> None:
    """Allow sockets, which the test kit of Home Assistant blocks if it is installed."""
    if request.config.pluginmanager.has_plugin("socket"):
        request.getfixturevalue("socket_enabled")


@pytest.fixture
async def server(network: None, bmc: Bmc) -> AsyncIterator[Server]:
    """Serve the simulated BMC over TLS."""
    async with serve(bmc) as running:
        yield running
