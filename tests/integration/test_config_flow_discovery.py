"""A BMC that announces itself, or that was given another address."""

from typing import Any

from homeassistant.config_entries import (
    ConfigEntry,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from tests.simulator import REMOVED, Bmc, Server

from . import ROOT, entry_state, logged_problems, mac_address, requests_since, set_up
from .dialog import submit
from .discovery import announce, lease

OTHER_MAC = "aabbcc001122"

pytestmark = pytest.mark.usefixtures("without_entities")


@pytest.fixture
def account(bmc: Bmc) -> dict[str, str]:
    """Return what the user enters for a BMC that was found."""
    return {"username": bmc.username, "password": bmc.password}


async def unload(hass: HomeAssistant, result: ConfigFlowResult) -> None:
    """Unload what was added."""
    await hass.config_entries.async_unload(result["result"].entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


@pytest.mark.parametrize("header", [None, "al"])
async def test_a_bmc_that_announces_itself_is_offered(
    hass: HomeAssistant,
    bmc: Bmc,
    server: Server,
    account: dict[str, str],
    header: str | None,
) -> None:
    """Its account is asked for, then it is added as one that was entered by hand."""
    url = f"{server.url}/redfish/v1/"
    form = await (
        announce(hass, "http://127.0.0.1:1900/description.xml", {"al": f"<{url}>"})
        if header
        else announce(hass, url)
    )
    assert form["step_id"] == "discovery_confirm"
    assert requests_since(bmc) == [f"GET {ROOT}"]
    (flow,) = hass.config_entries.flow.async_progress()
    assert server.host in flow["context"]["title_placeholders"]["name"]

    result = await submit(hass, form, account)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].unique_id == mac_address(bmc)
    assert result["data"]["host"] == server.host
    await unload(hass, result)


async def test_a_wrong_password_for_what_was_found_can_be_mended(
    hass: HomeAssistant, server: Server, account: dict[str, str]
) -> None:
    """The form comes back, and knows which BMC it was about."""
    form = await announce(hass, server.url)
    form = await submit(hass, form, account | {"password": "wrong"})
    assert (form["step_id"], form["errors"]) == (
        "discovery_confirm",
        {"base": "invalid_auth"},
    )
    result = await submit(hass, form, account)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await unload(hass, result)


async def test_an_old_board_is_known_by_the_makers_mac(
    hass: HomeAssistant, bmc: Bmc, server: Server
) -> None:
    """The root of X10 and X11 does not say who made it."""
    bmc.change(ROOT, {"Oem": REMOVED})
    assert (await announce(hass, server.url))["step_id"] == "discovery_confirm"


@pytest.mark.parametrize(
    "root",
    [
        pytest.param({"Oem": REMOVED, "Vendor": "Dell"}, id="another maker"),
        pytest.param(
            {"Oem": REMOVED, "UUID": "00000000-0000-0000-0000-AABBCC001122"},
            id="another maker's MAC",
        ),
        pytest.param({"Oem": REMOVED, "UUID": None}, id="nobody"),
    ],
)
async def test_what_is_no_supermicro_is_passed_over(
    hass: HomeAssistant,
    bmc: Bmc,
    server: Server,
    root: dict[Any, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """In silence: every maker's BMC announces the same service."""
    bmc.change(ROOT, root)
    result = await announce(hass, server.url)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "not_supported")
    assert bmc.login_attempts == 0
    assert logged_problems(caplog) == []


@pytest.mark.parametrize(
    "location", [None, "", "not an address", "https://", "https://127.0.0.1:9/"]
)
async def test_an_announcement_that_leads_nowhere_is_passed_over(
    hass: HomeAssistant,
    network: None,
    location: str | None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It may be malformed, or its sender gone."""
    result = await announce(hass, location)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "not_supported")
    assert logged_problems(caplog) == []


@pytest.mark.parametrize("by", ["ssdp", "dhcp"])
async def test_a_server_that_was_added_is_not_asked_again_at_its_address(
    hass: HomeAssistant, bmc: Bmc, server: Server, entry: ConfigEntry, by: str
) -> None:
    """Not even for its root."""
    if by == "ssdp":
        result = await announce(hass, server.url)
    else:
        result = await lease(hass, mac_address(bmc))
    assert result["reason"] == "already_configured"
    assert bmc.requests == []


@pytest.mark.parametrize("by", ["ssdp", "dhcp"])
async def test_a_server_is_followed_to_its_new_address(
    hass: HomeAssistant, bmc: Bmc, server: Server, entry: ConfigEntry, by: str
) -> None:
    """Its port stays."""
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, "host": f"127.0.0.9:{server.port}"}
    )
    if by == "ssdp":
        result = await announce(hass, server.url)
    else:
        result = await lease(hass, mac_address(bmc))
    assert result["reason"] == "already_configured"
    assert entry.data["host"] == server.host
    await set_up(hass, entry)
    assert entry_state(entry) is ConfigEntryState.LOADED


async def test_a_server_that_was_entered_by_name_keeps_it(
    hass: HomeAssistant, bmc: Bmc, server: Server, entry: ConfigEntry
) -> None:
    """Whoever entered it lets it lead to wherever the server is."""
    host = f"bmc.example:{server.port}"
    hass.config_entries.async_update_entry(entry, data={**entry.data, "host": host})
    assert (await lease(hass, mac_address(bmc)))["reason"] == "already_configured"
    assert (await announce(hass, server.url))["reason"] == "already_configured"
    assert entry.data["host"] == host


async def test_an_address_that_another_bmc_has_taken_is_not_followed_to(
    hass: HomeAssistant, bmc: Bmc, server: Server, entry: ConfigEntry
) -> None:
    """The BMC itself tells which one it is, not who gave it the address."""
    host = f"127.0.0.9:{server.port}"
    hass.config_entries.async_update_entry(entry, data={**entry.data, "host": host})
    bmc.change(ROOT, {"UUID": "00000000-0000-0000-0000-7CC255000001"})
    assert (await lease(hass, mac_address(bmc)))["reason"] == "not_supported"
    assert entry.data["host"] == host
