"""Fixtures: an entry with the fan control, and the simulated IPMI."""

import asyncio
from collections.abc import AsyncIterator, Iterator
import math
import socket

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
def long_step() -> float:
    """Return the step of a long time: a session over IPMI expires after a minute."""
    return DYNAMIC


@pytest.fixture
def probe(network: None) -> Iterator[socket.socket]:
    """Return a UDP socket that is connected to itself."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        probe.connect(probe.getsockname())
        probe.settimeout(0)
        yield probe


@pytest.fixture
def elapse_finely(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    clock: Clock,
    probe: socket.socket,
) -> Elapse:
    """Return a function that advances time in small steps while commands wait.

    A busy machine delivers packets late, but in order. When a packet of the probe has
    arrived, all packets that were sent before it have arrived as well.
    """

    async def deliver_packets() -> None:
        probe.send(b"probe")
        await hass.loop.sock_recv(probe, 16)

    async def advance(seconds: float, step: float | None = None) -> None:
        step = step or 0.5
        for _ in range(math.ceil(seconds / step)):
            freezer.tick(step)
            clock.tick(step)
            async_fire_time_changed(hass)
            for _ in range(50):
                await asyncio.sleep(0)
                await deliver_packets()

    return advance
