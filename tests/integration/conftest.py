"""Fixtures: Home Assistant with an entry for the simulated BMC."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from functools import cache
import logging
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

# Import before Home Assistant does: the test kit has a package of this name as well.
import custom_components.supermicro_redfish  # noqa: F401
from custom_components.supermicro_redfish.aiosupermicro import (
    Certificate as CertificateModel,
    SupermicroRedfishClient,
)
from custom_components.supermicro_redfish.const import DOMAIN
from tests.conftest import Clock
from tests.simulator import Bmc, Board, Server
from tests.simulator.certificate import Certificate, process_certificate
from tests.simulator.power_record import PowerRecord

from . import DYNAMIC, HOUR, STATIC, mac_address, set_up
from .automations import BLUEPRINTS, Automations
from .energy import Meter, varying_power
from .health_log import FiredEvents
from .published import added_entry, register

SHORT_TIMEOUT = 0.25


class Elapse(Protocol):
    """A function that advances the time of Home Assistant and the BMC."""

    async def __call__(self, seconds: float, step: float | None = None) -> None:
        """Advance the time by seconds, step by step.

        A step is a dynamic interval by default; from a static interval on, it is long.
        """


# freezegun replaces the class `datetime`. Models and certificates refer to the original
# one, so both are prepared before time is frozen.
CertificateModel.from_dict({})
process_certificate()

# One message for each entity takes 4 % of the time.
logging.getLogger("homeassistant.helpers.entity_registry").setLevel(logging.WARNING)

load_board = cache(Board.load)
"""Load a board once for all tests. A BMC works on a copy of it."""


@pytest.fixture
def board(request: pytest.FixtureRequest) -> Board:
    """Return the shipped board, or the one that an indirect parameter selects.

    A recorded board is selected by its folder. Without the recordings, skip the test.
    """
    source = getattr(request, "param", "x12spi-tf")
    if isinstance(source, Path) and not source.is_dir():
        pytest.skip(f"no recorded board in {source}")
    return load_board(source)


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Keep asyncio's debug mode off, which would double the duration of the tests."""


@pytest.fixture(autouse=True)
def custom_integrations(enable_custom_integrations: None) -> None:
    """Make the integration available to Home Assistant."""


@pytest.fixture
async def entry(
    hass: HomeAssistant, server: Server, bmc: Bmc
) -> AsyncIterator[ConfigEntry]:
    """Return an entry for the BMC that is not set up, and unload it at the end."""
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
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, entry: ConfigEntry
) -> ConfigEntry:
    """Return the loaded entry. Time stands still until `elapse` advances it."""
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    return entry


@pytest.fixture
def without_platforms(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set up entries without any platform."""
    monkeypatch.setattr("custom_components.supermicro_redfish.PLATFORMS", [])


@pytest.fixture
async def unload_entries(
    hass: HomeAssistant, server: Server, without_platforms: None
) -> AsyncIterator[None]:
    """Set up entries without platforms and unload all of them at the end."""
    yield
    for entry in hass.config_entries.async_loaded_entries(DOMAIN):
        await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


@pytest.fixture
def short_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reduce the default timeout of the client."""
    defaults = SupermicroRedfishClient.__init__.__kwdefaults__
    assert defaults
    monkeypatch.setitem(defaults, "timeout", SHORT_TIMEOUT)


@pytest.fixture
def long_step() -> float:
    """Return the step of a long time: few polls, but the session does not expire."""
    return STATIC / 4


@pytest.fixture
def elapse(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, clock: Clock, long_step: float
) -> Elapse:
    """Return a function that advances the time of Home Assistant and the BMC.

    Time advances in steps, in each of which each timer fires once at most.
    """

    async def advance(seconds: float, step: float | None = None) -> None:
        step = step or (long_step if seconds >= STATIC else DYNAMIC)
        for start in range(0, math.ceil(seconds), int(step)):
            duration = min(step, seconds - start)
            freezer.tick(duration)
            clock.tick(duration)
            async_fire_time_changed(hass)
            await hass.async_block_till_done(wait_background_tasks=True)
            await _finish_requests()

    return advance


async def _finish_requests() -> None:
    """Wait for pending requests of failed polls before more time passes.

    A stream of events has no end.
    """
    tasks = [
        task
        for task in asyncio.all_tasks()
        if "aiosupermicro" in str(code := getattr(task.get_coro(), "cr_code", ""))
        and "_async_listen" not in str(code)
    ]
    if tasks:
        await asyncio.wait(tasks)


@pytest.fixture
def entity_registry_enabled_by_default() -> Iterator[None]:
    """Enable all entities, including those that are disabled by default."""
    with patch(
        "homeassistant.helpers.entity.Entity.entity_registry_enabled_default",
        return_value=True,
    ):
        yield


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Write snapshots in Home Assistant's format."""
    return snapshot.use_extension(HomeAssistantSnapshotExtension)


@pytest.fixture(scope="session")
def new_certificate() -> Certificate:
    """Return another certificate, generated before a test freezes the time."""
    return Certificate.generate()


@pytest.fixture
def user_input(server: Server, bmc: Bmc) -> dict[str, str]:
    """Return the input of the dialog that adds the server."""
    return {"host": server.host, "username": bmc.username, "password": bmc.password}


@pytest.fixture
def closed_port(network: None) -> str:
    """Return an address that refuses connections."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{unused.getsockname()[1]}"


@pytest.fixture
def blueprints(hass: HomeAssistant, tmp_path: Path) -> None:
    """Copy the blueprints to the folder for imported blueprints."""
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
    """Set up automations and the helpers that the blueprints require.

    The automations are stopped before the entry that they control is unloaded.
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
def fired(hass: HomeAssistant) -> FiredEvents:
    """Record the events from the beginning of the test."""
    return FiredEvents(hass)


@pytest.fixture
def record(bmc: Bmc, freezer: FrozenDateTimeFactory) -> PowerRecord:
    """Return a power history of the BMC that began eight days ago."""
    record = bmc.record_power(varying_power)
    age = timedelta(days=8)
    record.started -= age.total_seconds()
    record.started_at -= age
    return record


@pytest.fixture
async def meter(
    hass: HomeAssistant,
    record: PowerRecord,
    loaded: ConfigEntry,
    clock: Clock,
    freezer: FrozenDateTimeFactory,
    elapse: Elapse,
) -> Meter:
    """Return the meter of a Home Assistant that has counted for an hour."""
    meter = Meter(hass, loaded, clock, freezer, record, clock.now)
    await elapse(HOUR)
    assert meter.counted == pytest.approx(meter.true, rel=0.01)
    return meter


@pytest.fixture
async def published(
    hass: HomeAssistant, bmc: Bmc, server: Server, freezer: FrozenDateTimeFactory
) -> AsyncIterator[ConfigEntry]:
    """Return an entry of the published integration, and unload all at the end."""
    async with added_entry(hass, bmc, server) as entry:
        register(hass, entry, bmc)
        yield entry
