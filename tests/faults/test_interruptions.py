"""Tests of interrupted operations, and of a BMC that is added twice."""

import asyncio

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er, issue_registry as ir
import pytest

from custom_components.supermicro_redfish.const import DOMAIN
from tests.integration import STATIC
from tests.scenario.fault_scenario import FaultScenario

from .interruptions import INTERRUPTIONS, RELOAD, REMOVE, Interruption

SESSION_TIMEOUT = 300
"""Seconds after which the BMC ends an idle session."""

ADDRESS, NAME = "127.0.0.1:{port}", "bmc.example:{port}"


@pytest.mark.parametrize(
    "interruption", [pytest.param(item, id=item.name) for item in INTERRUPTIONS]
)
async def test_interruption_leaves_nothing_behind(
    hass: HomeAssistant, scenario: FaultScenario, interruption: Interruption
) -> None:
    """Verify that no session, request, log line or registry entry is left."""
    instance, bmc = scenario.instance, scenario.bmc
    await interruption.operation(scenario)
    since = len(bmc.requests)
    await interruption.end(instance)
    await asyncio.gather(*scenario.tasks, return_exceptions=True)
    assert bmc.login_attempts == interruption.logins
    assert scenario.open_sessions == interruption.sessions
    sent = scenario.requests_since(since)
    assert len(sent) <= interruption.requests, sent
    assert bmc.peak_parallel <= 2
    scenario.assert_log(interruption.log)
    scenario.assert_plain_log()
    if interruption.state:
        assert instance.state is interruption.state
    if interruption.end is REMOVE:
        assert not hass.config_entries.async_entries(DOMAIN)
        assert not er.async_get(hass).entities
        assert not [key for key in ir.async_get(hass).issues if key[0] == DOMAIN]
    if interruption.end is RELOAD:
        await scenario.assert_clean_end()
    since = len(bmc.requests)
    if hass.is_running:
        await scenario.elapse(STATIC)
    assert scenario.requests_since(since) == []
    scenario.clock.tick(SESSION_TIMEOUT)
    assert scenario.open_sessions == 0


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(ADDRESS, NAME, id="address, then name"),
        pytest.param(NAME, ADDRESS, id="name, then address"),
        pytest.param(NAME, f"https://{NAME}/", id="name, then URL"),
    ],
)
async def test_bmc_added_twice_keeps_one_entry_with_first_address(
    hass: HomeAssistant, scenario: FaultScenario, first: str, second: str
) -> None:
    """Recognize the BMC by its MAC address, which any device could claim to have."""
    instance, bmc, port = scenario.instance, scenario.bmc, scenario.server.port

    def account(host: str) -> dict[str, str]:
        return scenario.account | {"host": host.format(port=port)}

    result = await instance.add_server(account(first))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    logins = bmc.login_attempts
    result = await instance.add_server(account(second))
    assert (result["type"], result["reason"]) == (
        FlowResultType.ABORT,
        "already_configured",
    )
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    host = first.removeprefix("https://").format(port=port).removesuffix("/")
    assert entry.data["host"] == host
    assert entry.state is ConfigEntryState.LOADED
    assert bmc.login_attempts - logins == 1
    assert scenario.open_sessions == 1
    scenario.assert_log(())
    await scenario.assert_clean_end()
