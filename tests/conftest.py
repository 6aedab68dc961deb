"""Fixtures of the simulated BMC for all tests."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

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
    """Add the option that script/test uses for the second Python version."""
    parser.addoption(
        "--first-case",
        action="store_true",
        help="run only the first case of each parametrized test",
    )


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Keep only the first case of each parametrized test, if asked to."""
    if config.getoption("first_case"):
        functions = {item.nodeid.partition("[")[0]: item for item in reversed(items)}
        items[:] = reversed(functions.values())


class Clock:
    """A clock that tests advance by hand."""

    def __init__(self) -> None:
        """Initialize with an arbitrary time."""
        self.now = 1000.0

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
