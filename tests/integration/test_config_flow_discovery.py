"""Test the discovery of BMCs by SSDP and DHCP."""

from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from tests.simulator import REMOVED, Bmc, Server, serve

from . import entry_state, logged_problems, mac_address, requests_since, set_up, unload
from .dialog import add, submit
from .discovery import announce, lease
from .paths import ROOT

pytestmark = pytest.mark.usefixtures("without_platforms")

both_protocols = pytest.mark.parametrize("protocol", ["ssdp", "dhcp"])


@pytest.fixture
def account(bmc: Bmc) -> dict[str, str]:
    """Return the input for a discovered BMC."""
    return {"username": bmc.username, "password": bmc.password}


@pytest.mark.parametrize("has_header", [False, True])
async def test_announced_bmc_can_be_added(
    hass: HomeAssistant,
    bmc: Bmc,
    server: Server,
    account: dict[str, str],
    *,
    has_header: bool,
) -> None:
    """Ask for the account, and create the same entry as for an entered host."""
    url = f"{server.url}/redfish/v1/"
    form = await (
        announce(hass, "http://127.0.0.1:1900/description.xml", {"al": f"<{url}>"})
        if has_header
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
    await unload(hass, result["result"])


async def test_discovered_bmc_can_be_added_by_its_address(
    hass: HomeAssistant, server: Server, user_input: dict[str, str]
) -> None:
    """Create the entry, and end the discovery that waits for the user."""
    assert (await announce(hass, server.url))["step_id"] == "discovery_confirm"
    result = await add(hass, user_input)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert hass.config_entries.flow.async_progress() == []
    await unload(hass, result["result"])


async def test_discovery_accepts_next_attempt_after_wrong_password(
    hass: HomeAssistant, server: Server, account: dict[str, str]
) -> None:
    """Show the form again for the same BMC."""
    form = await announce(hass, server.url)
    form = await submit(hass, form, account | {"password": "wrong"})
    assert (form["step_id"], form["errors"]) == (
        "discovery_confirm",
        {"base": "invalid_auth"},
    )
    result = await submit(hass, form, account)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await unload(hass, result["result"])


async def test_discovery_recognizes_old_board_by_mac_prefix(
    hass: HomeAssistant, bmc: Bmc, server: Server
) -> None:
    """Offer X10 and X11 as well, although their root names no vendor."""
    bmc.change(ROOT, {"Oem": REMOVED})
    assert (await announce(hass, server.url))["step_id"] == "discovery_confirm"


@pytest.mark.parametrize(
    "root",
    [
        pytest.param({"Oem": REMOVED, "Vendor": "Dell"}, id="other vendor"),
        pytest.param(
            {"Oem": REMOVED, "UUID": "00000000-0000-0000-0000-AABBCC001122"},
            id="other vendor's MAC",
        ),
        pytest.param({"Oem": REMOVED, "UUID": None}, id="unknown"),
    ],
)
async def test_discovery_ignores_other_vendors(
    hass: HomeAssistant,
    bmc: Bmc,
    server: Server,
    root: dict[Any, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Log no message, as BMCs of all vendors announce the same service."""
    bmc.change(ROOT, root)
    result = await announce(hass, server.url)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "not_supported")
    assert bmc.login_attempts == 0
    assert logged_problems(caplog) == []


@pytest.mark.usefixtures("network")
@pytest.mark.parametrize(
    "location", [None, "", "not an address", "https://", "https://127.0.0.1:9/"]
)
async def test_discovery_ignores_unusable_announcement(
    hass: HomeAssistant, location: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    """Ignore a malformed location, and a sender that does not respond."""
    result = await announce(hass, location)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "not_supported")
    assert logged_problems(caplog) == []


async def discover(
    hass: HomeAssistant, bmc: Bmc, server: Server, protocol: str
) -> str | None:
    """Discover the BMC by a protocol, and return the reason of the abort."""
    result = await (
        announce(hass, server.url)
        if protocol == "ssdp"
        else lease(hass, mac_address(bmc))
    )
    return result["reason"]


@both_protocols
async def test_discovery_sends_no_request_for_configured_host(
    hass: HomeAssistant, bmc: Bmc, server: Server, entry: ConfigEntry, protocol: str
) -> None:
    """Abort without reading the root."""
    assert await discover(hass, bmc, server, protocol) == "already_configured"
    assert bmc.requests == []


@both_protocols
async def test_discovery_updates_address_and_keeps_port(
    hass: HomeAssistant, bmc: Bmc, server: Server, entry: ConfigEntry, protocol: str
) -> None:
    """Store the new address of a configured server."""
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, "host": f"127.0.0.9:{server.port}"}
    )
    assert await discover(hass, bmc, server, protocol) == "already_configured"
    assert entry.data["host"] == server.host
    await set_up(hass, entry)
    assert entry_state(entry) is ConfigEntryState.LOADED


async def test_discovery_keeps_host_name(
    hass: HomeAssistant, bmc: Bmc, server: Server, entry: ConfigEntry
) -> None:
    """Keep the host name that the user entered instead of the new address."""
    host = f"bmc.example:{server.port}"
    hass.config_entries.async_update_entry(entry, data={**entry.data, "host": host})
    assert (await lease(hass, mac_address(bmc)))["reason"] == "already_configured"
    assert (await announce(hass, server.url))["reason"] == "already_configured"
    assert entry.data["host"] == host


async def test_discovery_does_not_follow_to_other_bmc(
    hass: HomeAssistant, bmc: Bmc, server: Server, entry: ConfigEntry
) -> None:
    """Trust the BMC's own identity, not the DHCP server's."""
    host = f"127.0.0.9:{server.port}"
    hass.config_entries.async_update_entry(entry, data={**entry.data, "host": host})
    bmc.change(ROOT, {"UUID": "00000000-0000-0000-0000-7CC255000001"})
    assert (await lease(hass, mac_address(bmc)))["reason"] == "not_supported"
    assert entry.data["host"] == host


@pytest.mark.parametrize("is_waiting", [False, True])
async def test_discovery_recognizes_bmc_by_uuid_of_service_root(
    hass: HomeAssistant, bmc: Bmc, user_input: dict[str, str], *, is_waiting: bool
) -> None:
    """Offer no BMC again whose root has another identifier than its entry.

    It is offered before it is added at another address: that flow ends.
    """
    bmc.change(ROOT, {"UUID": "5A5A1F0E-93A4-4C5A-8D5B-6F1F6D6C7E01"})
    async with serve(bmc) as announced:
        if is_waiting:
            form = await announce(hass, announced.url)
            assert form["step_id"] == "discovery_confirm"
        result = await add(hass, user_input)
        assert result["result"].unique_id == mac_address(bmc)
        assert hass.config_entries.flow.async_progress() == []
        form = await announce(hass, announced.url)
        assert form["reason"] == "already_configured"
        await unload(hass, result["result"])
        form = await announce(hass, announced.url)
        assert form["reason"] == "already_configured"
