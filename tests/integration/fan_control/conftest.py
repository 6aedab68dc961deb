"""Fixtures: an entry with the fan control, and the simulated IPMI."""

import asyncio
from collections.abc import AsyncIterator
import math
import time

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.supermicro_redfish.fan_control import access
from tests.conftest import Clock
from tests.integration import DYNAMIC
from tests.integration.conftest import Elapse
from tests.simulator import Bmc
from tests.simulator.ipmi import IpmiServer, serve_ipmi

from .fans import set_percentage, start_fan_control


@pytest.fixture
async def ipmi(bmc: Bmc, network: None) -> AsyncIterator[IpmiServer]:
    """Serve IPMI of the simulated BMC."""
    async with serve_ipmi(bmc) as server:
        yield server


@pytest.fixture
def without_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Skip the waits after commands, since time stands still."""
    monkeypatch.setattr(access, "WRITE_SECONDS", 0.0)
    monkeypatch.setattr(access, "MODE_SECONDS", (0.0, 10.0))


@pytest.fixture
async def controlled(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    without_waits: None,
    entry: MockConfigEntry,
    ipmi: IpmiServer,
) -> ConfigEntry:
    """Return a loaded entry with the fan control on."""
    await start_fan_control(hass, entry, ipmi)
    assert entry.state is ConfigEntryState.LOADED
    return entry


@pytest.fixture
async def held(
    hass: HomeAssistant, controlled: ConfigEntry, elapse: Elapse
) -> ConfigEntry:
    """Return a loaded entry that holds the first zone at 40 %, a poll later."""
    await set_percentage(hass, controlled, 40)
    await elapse(DYNAMIC)
    return controlled


@pytest.fixture
def elapse_finely(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, clock: Clock
) -> Elapse:
    """Return a function that advances time in small steps while commands wait."""

    async def advance(seconds: float, step: float = 0.5) -> None:
        for _ in range(math.ceil(seconds / step)):
            freezer.tick(step)
            clock.tick(step)
            async_fire_time_changed(hass)
            for _ in range(50):
                await asyncio.sleep(0)
            # Packets on the network take real time.
            await hass.async_add_executor_job(time.sleep, 0.005)

    return advance
