"""Fixtures of scenarios that run under pytest."""

import asyncio
from collections.abc import AsyncIterator

from homeassistant.core import HomeAssistant
import pytest

from tests.simulator import Bmc, Board, Server

from .hass_instance import HassInstance
from .integration_helpers import (
    custom_integrations,
    elapse,
    enable_event_loop_debug,
    entity_registry_enabled_by_default,
    short_timeout,
)
from .network import Network
from .scenario import SHIPPED_BOARD, load_board

__all__ = [
    "board",
    "board_name",
    "custom_integrations",
    "elapse",
    "enable_event_loop_debug",
    "entity_registry_enabled_by_default",
    "instance",
    "short_timeout",
    "simulated_network",
]


@pytest.fixture
def board_name() -> str:
    """Return the name of the board; a parameter of a test may replace it."""
    return SHIPPED_BOARD


@pytest.fixture
def board(board_name: str) -> Board:
    """Return the board that is simulated."""
    return load_board(board_name)


@pytest.fixture
async def instance(
    hass: HomeAssistant, bmc: Bmc, server: Server
) -> AsyncIterator[HassInstance]:
    """Return the Home Assistant of the test kit; unload all entries at the end."""
    instance = HassInstance(hass)
    yield instance
    bmc.heal()
    await instance.unload_all()


@pytest.fixture
async def simulated_network() -> AsyncIterator[Network]:
    """Return the network that all connections of the event loop go through."""
    with Network(asyncio.get_running_loop()).installed() as network:
        yield network
