"""The table of ends is true, and a BMC that is added twice is one server."""

import asyncio

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er, issue_registry as ir
import pytest

from custom_components.supermicro_redfish.const import DOMAIN
from tests.integration import STATIC, requests_since
from tests.integration.dialog import add

from .ends import ENDS, RELOADED, REMOVED, TWICE, End, Twice
from .scene import Scene
from .test_matrix import require_end, require_log, require_plain_log

SESSION_SECONDS = 300


@pytest.mark.parametrize("end", [pytest.param(end, id=end.of) for end in ENDS])
async def test_an_end_in_the_middle(
    hass: HomeAssistant, scene: Scene, entry: ConfigEntry, end: End
) -> None:
    """Nobody complains of it, and nothing is left of it."""
    await end.doing(scene, entry)
    bmc = scene.bmc
    since = len(bmc.requests)
    await end.ending(hass, entry)
    await asyncio.gather(*scene.tasks, return_exceptions=True)
    assert bmc.login_attempts == end.logins
    assert scene.sessions == end.sessions
    assert len(bmc.requests) - since <= end.requests, requests_since(bmc, since)
    assert bmc.peak_parallel <= 2
    require_log(scene, end.log)
    require_plain_log(scene)
    if end.state:
        assert entry.state is end.state
    if end.ending is REMOVED:
        assert not hass.config_entries.async_entries(DOMAIN)
        assert not er.async_get(hass).entities
        assert not [key for key in ir.async_get(hass).issues if key[0] == DOMAIN]
    if end.ending is RELOADED:
        await require_end(scene, entry)
    since = len(bmc.requests)
    if hass.is_running:
        await scene.elapse(STATIC)
    assert requests_since(bmc, since) == []
    scene.clock.tick(SESSION_SECONDS)
    assert scene.sessions == 0


@pytest.mark.parametrize("twice", [pytest.param(row, id=row.of) for row in TWICE])
async def test_the_same_bmc_twice(
    hass: HomeAssistant, scene: Scene, twice: Twice
) -> None:
    """It is known by its MAC: one entry, at the address that was entered last."""
    bmc, port = scene.bmc, scene.server.port
    first = await add(hass, scene.account | {"host": twice.first.format(port=port)})
    assert first["type"] is FlowResultType.CREATE_ENTRY
    logins = bmc.login_attempts
    second = await add(hass, scene.account | {"host": twice.second.format(port=port)})
    assert (second["type"], second["reason"]) == (
        FlowResultType.ABORT,
        "already_configured",
    )
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    host = twice.second.removeprefix("https://").format(port=port).removesuffix("/")
    assert entry.data["host"] == host
    assert entry.state is ConfigEntryState.LOADED
    is_other = twice.first.partition(":")[0] != host.partition(":")[0]
    assert bmc.login_attempts - logins == 1 + is_other
    assert scene.sessions == 1
    require_log(scene, ())
    await require_end(scene, entry)
