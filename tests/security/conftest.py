"""The Home Assistant of the integration's tests, and somebody who listens in."""

from collections.abc import AsyncIterator
import ssl

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest

from custom_components.supermicro_redfish import client as trusting
from custom_components.supermicro_redfish.aiosupermicro import transport
from custom_components.supermicro_redfish.const import DOMAIN
from tests.integration.conftest import (
    board,
    custom_integrations,
    enable_event_loop_debug,
    entity_registry_enabled_by_default,
    entry,
    short_timeout,
)
from tests.simulator import Bmc, Server, serve
from tests.simulator.certificate import Certificate

from .proxy import Proxy, forwarding

__all__ = [
    "board",
    "custom_integrations",
    "enable_event_loop_debug",
    "entity_registry_enabled_by_default",
    "entry",
    "short_timeout",
]

_FORGED = Certificate.generate()
_TRUSTED = Certificate.generate("127.0.0.1")


@pytest.fixture
def thief(bmc: Bmc) -> Bmc:
    """Return a BMC that pretends to be the other one, and takes any account."""
    return Bmc(
        bmc.board,
        clock=bmc.clock,
        username=bmc.username,
        password=bmc.password,
        task_seconds=0,
    )


@pytest.fixture
async def lair(network: None, thief: Bmc) -> AsyncIterator[Server]:
    """Serve it, with a certificate of its own."""
    async with serve(thief) as running:
        running.renew_certificate(_FORGED)
        yield running


@pytest.fixture
def authority(server: Server, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """Let the BMC have a certificate that everybody here trusts."""
    server.renew_certificate(_TRUSTED)
    context = ssl.create_default_context(cadata=_TRUSTED.pem.decode())
    monkeypatch.setattr(trusting, "get_default_context", lambda: context)
    monkeypatch.setattr(transport, "_VERIFIED", context)
    return context


@pytest.fixture
async def proxy(server: Server) -> AsyncIterator[Proxy]:
    """Return an address that leads to the BMC, until it is made to lead elsewhere."""
    async with forwarding(server.port) as running:
        yield running


@pytest.fixture
async def tidy(hass: HomeAssistant, bmc: Bmc) -> AsyncIterator[None]:
    """Unload what a dialogue has added."""
    yield
    bmc.heal()
    for added in hass.config_entries.async_entries(DOMAIN):
        if added.state in (ConfigEntryState.LOADED, ConfigEntryState.SETUP_RETRY):
            await hass.config_entries.async_unload(added.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
