"""The simulated BMC that every test talks to."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.simulator import Bmc, Board, Server, serve

RECORDED = Path(__file__).parents[2] / "shared" / "boards"
"""Recorded boards, beside the checkout where there are any."""

RECORDINGS = sorted(
    folder.name
    for folder in RECORDED.glob("*")
    if (folder / "redfish/v1/Chassis").is_dir() and folder.name != "x13-oem"
)


class Clock:
    """A clock that tests move by hand."""

    def __init__(self) -> None:
        """Start at some moment."""
        self.now = 1000.0

    def __call__(self) -> float:
        """Return the time in seconds."""
        return self.now

    def tick(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something is so, for a few seconds at the most."""
    for _ in range(300):
        if condition():
            return
        await asyncio.sleep(0.01)
    pytest.fail("It never was")


@pytest.fixture
def clock() -> Clock:
    """Return the clock that the BMC goes by."""
    return Clock()


@pytest.fixture
def board() -> Board:
    """Return the board in the server; tests may choose another."""
    return Board.load("x12spi-tf")


@pytest.fixture
def bmc(board: Board, clock: Clock) -> Bmc:
    """Return the simulated BMC."""
    return Bmc(board, clock=clock, task_seconds=0)


@pytest.fixture
def network(request: pytest.FixtureRequest) -> None:
    """Allow sockets, which Home Assistant's test kit forbids where it is there."""
    if request.config.pluginmanager.has_plugin("socket"):
        request.getfixturevalue("socket_enabled")


@pytest.fixture
async def server(network: None, bmc: Bmc) -> AsyncIterator[Server]:
    """Serve the simulated BMC over TLS."""
    async with serve(bmc) as running:
        yield running
