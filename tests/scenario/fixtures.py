"""Fixtures of scenarios that run under pytest, for a star import in a conftest."""

from collections.abc import AsyncIterator

from homeassistant.core import HomeAssistant
import pytest

from tests.integration import DYNAMIC
from tests.integration.conftest import (
    board,
    custom_integrations,
    elapse,
    enable_event_loop_debug,
    entity_registry_enabled_by_default,
    new_certificate,
    short_timeout,
)
from tests.simulator import Bmc, Server

from .hass_instance import HassInstance

__all__ = [
    "board",
    "custom_integrations",
    "elapse",
    "enable_event_loop_debug",
    "entity_registry_enabled_by_default",
    "instance",
    "long_step",
    "new_certificate",
    "short_timeout",
]


@pytest.fixture
def long_step() -> float:
    """Return the step of a long time: scenarios verify the states after each poll."""
    return DYNAMIC


@pytest.fixture
async def instance(
    hass: HomeAssistant, bmc: Bmc, server: Server
) -> AsyncIterator[HassInstance]:
    """Return the Home Assistant of the test kit; unload all entries at the end."""
    instance = HassInstance(hass)
    yield instance
    bmc.heal()
    await instance.unload_all()
