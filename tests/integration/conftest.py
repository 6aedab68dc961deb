"""A Home Assistant that has the integration, and an entry for the simulated BMC."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from functools import cache
import math
from pathlib import Path
import shutil
import socket
from typing import Any, Protocol
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
from syrupy.assertion import SnapshotAssertion

# Before Home Assistant looks for it: the test kit has a package of this name, too.
import custom_components.supermicro_redfish  # noqa: F401
from custom_components.supermicro_redfish.aiosupermicro import (
    Certificate as CertificateModel,
    SupermicroRedfishClient,
)
from custom_components.supermicro_redfish.const import DOMAIN
from tests.conftest import Clock
from tests.simulator import Bmc, Board, Server
from tests.simulator.certificate import Certificate, process_certificate

from . import DYNAMIC, mac_address, set_up
from .automations import BLUEPRINTS, Automations
from .health_log import Fired

IMPATIENCE = 0.25
"""Seconds for which the impatient client waits."""


class Elapse(Protocol):
    """Lets time pass, for Home Assistant and for the BMC."""

    async def __call__(self, seconds: float, step: float = DYNAMIC) -> None:
        """Let seconds pass, step by step."""


# While time stands still, the class of moments is another one than models name and
# certificates take.
CertificateModel.from_dict({})
process_certificate()

load_board = cache(Board.load)
"""Loads a board once for all tests; a BMC works on a copy of it."""


@pytest.fixture
def board() -> Board:
    """Return the shipped board; tests may choose another."""
    return load_board("x12spi-tf")


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Leave asyncio's debug mode off: it takes as long as the tests themselves."""


@pytest.fixture(autouse=True)
def custom_integrations(enable_custom_integrations: None) -> None:
    """Let Home Assistant find the integration."""


@pytest.fixture
async def entry(
    hass: HomeAssistant, server: Server, bmc: Bmc
) -> AsyncIterator[ConfigEntry]:
    """Return an entry for the BMC, not set up yet; it is unloaded at the end."""
    new = MockConfigEntry(
        domain=DOMAIN,
        title=bmc.board.name,
        unique_id=mac_address(bmc),
        data={
            "host": server.host,
            "username": bmc.username,
            "password": bmc.password,
            "verify_ssl": server.certificate_sha256,
        },
    )
    new.add_to_hass(hass)
    yield new
    bmc.heal()
    if hass.is_running and new.state in (
        ConfigEntryState.LOADED,
        ConfigEntryState.SETUP_RETRY,
    ):
        await hass.config_entries.async_unload(new.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)


@pytest.fixture
async def loaded(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entry: ConfigEntry,
) -> ConfigEntry:
    """Return the entry, set up, with the time standing still until it is moved."""
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    return entry


@pytest.fixture
def without_entities(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add servers without their entities."""
    monkeypatch.setattr("custom_components.supermicro_redfish.PLATFORMS", [])


@pytest.fixture
async def unloaded(
    hass: HomeAssistant, server: Server, without_entities: None
) -> AsyncIterator[None]:
    """Add servers without their entities, and unload them at the end."""
    yield
    for entry in hass.config_entries.async_loaded_entries(DOMAIN):
        await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


@pytest.fixture
def short_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the client wait for a moment only."""
    defaults = SupermicroRedfishClient.__init__.__kwdefaults__
    assert defaults
    monkeypatch.setitem(defaults, "timeout", IMPATIENCE)


@pytest.fixture
def elapse(hass: HomeAssistant, freezer: FrozenDateTimeFactory, clock: Clock) -> Elapse:
    """Return what lets time pass, for Home Assistant and for the BMC.

    It passes in steps, for a session that nobody uses for long would be another thing.
    """

    async def pass_by(seconds: float, step: float = DYNAMIC) -> None:
        for begun in range(0, math.ceil(seconds), int(step)):
            passes = min(step, seconds - begun)
            freezer.tick(passes)
            clock.tick(passes)
            async_fire_time_changed(hass)
            await hass.async_block_till_done(wait_background_tasks=True)
            await _finish_requests()

    return pass_by


async def _finish_requests() -> None:
    """Wait for requests whose poll has failed already, before more time passes."""
    tasks = [
        task
        for task in asyncio.all_tasks()
        if "aiosupermicro" in str(getattr(task.get_coro(), "cr_code", ""))
    ]
    if tasks:
        await asyncio.wait(tasks)


@pytest.fixture
def entity_registry_enabled_by_default() -> Iterator[None]:
    """Enable the entities that wait to be asked for, too."""
    with patch(
        "homeassistant.helpers.entity.Entity.entity_registry_enabled_default",
        return_value=True,
    ):
        yield


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Write snapshots the way Home Assistant does."""
    return snapshot.use_extension(HomeAssistantSnapshotExtension)


@pytest.fixture(scope="session")
def new_certificate() -> Certificate:
    """Return another certificate, generated before a test freezes the time."""
    return Certificate.generate()


@pytest.fixture
def user_input(server: Server, bmc: Bmc) -> dict[str, str]:
    """Return what the user enters."""
    return {"host": server.host, "username": bmc.username, "password": bmc.password}


@pytest.fixture
def closed_port(network: None) -> str:
    """Return an address at which nobody answers."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{unused.getsockname()[1]}"


@pytest.fixture
def blueprints(hass: HomeAssistant, tmp_path: Path) -> None:
    """Put the blueprints where Home Assistant puts those that it imports."""
    shutil.copytree(BLUEPRINTS, tmp_path / "blueprints/automation/supermicro_redfish")
    hass.config.config_dir = str(tmp_path)


@pytest.fixture
async def automations(
    hass: HomeAssistant,
    blueprints: None,
    freezer: FrozenDateTimeFactory,
    clock: Clock,
    loaded: ConfigEntry,
) -> AsyncIterator[Automations]:
    """Return the automations, with the helpers that the blueprints ask for.

    They end before the server is unloaded, which they may act upon.
    """
    helpers: dict[str, Any] = {
        "input_text": {"former_mode": {}},
        "persistent_notification": {},
        "input_boolean": {"mains": {"initial": True}, "shut_down": {}},
    }
    for domain, config in helpers.items():
        assert await async_setup_component(hass, domain, {domain: config})
    running = Automations(hass, freezer, clock)
    yield running
    await running.stop()


@pytest.fixture
async def ready(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entry: ConfigEntry,
    bmc: Bmc,
    entity_registry_enabled_by_default: None,
) -> ConfigEntry:
    """Return a loaded entry with all its entities."""
    await set_up(hass, entry)
    bmc.shutdown_seconds = 10
    return entry


@pytest.fixture
def fired(hass: HomeAssistant) -> Fired:
    """Return the events that are fired from the test's beginning on."""
    return Fired(hass)
