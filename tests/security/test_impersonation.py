"""Test that another device on the network cannot take the place of a known BMC."""

from collections.abc import AsyncIterator
from typing import Any

from homeassistant.components.repairs import DOMAIN as REPAIRS
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import aiohttp_client
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.setup import async_setup_component
import pytest

from custom_components.supermicro_redfish.const import DOMAIN
from tests.integration import entry_state, mac_address, set_up
from tests.integration.conftest import entry
from tests.integration.dialog import add
from tests.integration.discovery import announce, lease
from tests.integration.paths import ROOT, SESSIONS
from tests.integration.repair_flow import open_issues
from tests.scenario.network import Resolver
from tests.simulator import Bmc, Server, serve
from tests.simulator.certificate import Certificate

__all__ = ["entry"]

_FORGED = Certificate.generate()

every_trust = pytest.mark.parametrize("trust", ["pinned", "verified", "unverified"])
both_protocols = pytest.mark.parametrize("protocol", ["ssdp", "dhcp"])


@pytest.fixture
async def copy(bmc: Bmc) -> Bmc:
    """Return a BMC with the MAC address and all resources of the known one."""
    return Bmc(bmc.board, clock=bmc.clock, task_seconds=0)


@pytest.fixture
async def other(network: None, copy: Bmc) -> AsyncIterator[Server]:
    """Serve the copy with a certificate of its own."""
    async with serve(copy) as running:
        running.renew_certificate(_FORGED)
        yield running


async def _discover(
    hass: HomeAssistant, bmc: Bmc, other: Server, protocol: str
) -> None:
    """Let the other device announce itself, or get a lease with the MAC address."""
    result = await (
        announce(hass, f"{other.url}/redfish/v1/")
        if protocol == "ssdp"
        else lease(hass, mac_address(bmc))
    )
    assert result["reason"] == "already_configured"
    assert (result["description_placeholders"] or {})["name"]


@every_trust
@both_protocols
async def test_discovery_does_not_move_entry_to_other_certificate(
    hass: HomeAssistant,
    bmc: Bmc,
    copy: Bmc,
    other: Server,
    entry: ConfigEntry,
    protocol: str,
    trust: str,
) -> None:
    """Keep the address unless the certificate at the new one is trusted."""
    trusts: dict[str, Any] = {"verified": True, "unverified": False}
    data = {
        **entry.data,
        "host": f"127.0.0.9:{other.port}",
        "verify_ssl": trusts.get(trust, entry.data["verify_ssl"]),
    }
    hass.config_entries.async_update_entry(entry, data=data)
    await _discover(hass, bmc, other, protocol)
    assert entry.data == data
    assert copy.login_attempts == 0


@both_protocols
async def test_discovery_moves_pinned_entry_to_its_certificate(
    hass: HomeAssistant,
    bmc: Bmc,
    copy: Bmc,
    other: Server,
    entry: ConfigEntry,
    protocol: str,
) -> None:
    """Update the address, and store the address that the user entered."""
    entered = f"127.0.0.9:{other.port}"
    data = {**entry.data, "host": entered, "verify_ssl": other.certificate_sha256}
    hass.config_entries.async_update_entry(entry, data=data)
    await _discover(hass, bmc, other, protocol)
    assert entry.data == data | {"host": other.host, "entered_host": entered}
    assert copy.login_attempts == 0


async def test_nothing_on_the_page_sends_the_password_to_other_device(
    hass: HomeAssistant,
    bmc: Bmc,
    copy: Bmc,
    other: Server,
    server: Server,
    entry: ConfigEntry,
) -> None:
    """Show no button that trusts the other device after an announcement."""
    await set_up(hass, entry)
    for protocol in ("ssdp", "dhcp", "ssdp"):
        await _discover(hass, bmc, other, protocol)
    assert open_issues(hass) == []
    assert hass.config_entries.flow.async_progress() == []
    await hass.config_entries.async_reload(entry.entry_id)
    assert entry_state(entry) is ConfigEntryState.LOADED
    assert entry.data["host"] == server.host
    assert copy.login_attempts == 0
    assert all(request.token is None for request in copy.requests)


async def test_issue_names_both_addresses_after_a_move(
    hass: HomeAssistant, bmc: Bmc, other: Server, entry: ConfigEntry
) -> None:
    """Show where the BMC was found and which address the user entered."""
    entered = f"127.0.0.9:{other.port}"
    data = {**entry.data, "host": entered, "verify_ssl": other.certificate_sha256}
    hass.config_entries.async_update_entry(entry, data=data)
    await _discover(hass, bmc, other, "ssdp")
    other.renew_certificate()
    await set_up(hass, entry)
    (issue,) = open_issues(hass)
    assert issue.translation_key == "certificate_changed_moved"
    placeholders = issue.translation_placeholders or {}
    assert "127\\.0\\.0\\.9" in placeholders["entered"]
    assert str(other.port) in placeholders["host"]


@pytest.mark.parametrize("trust", ["pin", "unverified"])
async def test_user_flow_does_not_change_entry_of_claimed_mac(
    hass: HomeAssistant, copy: Bmc, other: Server, entry: ConfigEntry, trust: str
) -> None:
    """Abort with the name of the entry, and do not change the entry."""
    before = dict(entry.data)
    user_input = {
        "host": other.host,
        "username": copy.username,
        "password": copy.password,
    }
    result = await add(hass, user_input)
    assert result["reason"] == "already_configured"
    assert result["description_placeholders"] == {"name": entry.title}
    assert dict(entry.data) == before


@pytest.mark.parametrize("step", ["announce", "add"])
async def test_flow_keeps_no_cookie(
    hass: HomeAssistant,
    copy: Bmc,
    other: Server,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    """Use a separate session without cookies of other hosts."""
    monkeypatch.setattr(aiohttp_client, "_async_make_resolver", lambda _: Resolver())
    host = f"localhost:{other.port}"  # a jar takes no cookie of an address
    for path in (ROOT, SESSIONS):
        copy.fail(
            path,
            status=200,
            method="GET",
            body=copy.resource(path),
            headers={"Set-Cookie": "id=1; Path=/"},
        )
    if step == "announce":
        url = f"https://{host}/redfish/v1/"
        assert (await announce(hass, url))["step_id"] == "discovery_confirm"
    else:
        user_input = {"host": host, "username": "ADMIN", "password": "wrong"}
        assert (await add(hass, user_input))["errors"]
    for verify_ssl in (True, False):
        assert not list(async_get_clientsession(hass, verify_ssl).cookie_jar)


async def test_repair_pins_only_the_certificate_that_is_shown_and_present(
    hass: HomeAssistant, bmc: Bmc, server: Server, entry: ConfigEntry
) -> None:
    """Show the form again if the certificate has changed since it was shown."""
    server.renew_certificate()
    await set_up(hass, entry)
    (issue,) = open_issues(hass)
    await async_setup_component(hass, REPAIRS, {})
    flows = hass.data[REPAIRS]["flow_manager"]
    form = await flows.async_init(DOMAIN, data={"issue_id": issue.issue_id})
    pinned = entry.data["verify_ssl"]
    for _ in range(2):
        server.renew_certificate()
        shown = form["description_placeholders"]["new"]
        form = await flows.async_configure(form["flow_id"], {})
        assert form["errors"] == {"base": "certificate_changed"}
        assert form["description_placeholders"]["new"] != shown
        assert entry.data["verify_ssl"] == pinned
    await server.refuse()
    form = await flows.async_configure(form["flow_id"], {})
    assert form["errors"] == {"base": "cannot_connect"}
    await server.listen()
    assert bmc.requests == []
    result = await flows.async_configure(form["flow_id"], {})
    assert result["type"] == "create_entry"
    assert entry.data["verify_ssl"] == server.certificate_sha256
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entry_state(entry) is ConfigEntryState.LOADED


async def test_repair_shows_form_again_if_host_has_changed(
    hass: HomeAssistant, bmc: Bmc, server: Server, other: Server, entry: ConfigEntry
) -> None:
    """Pin no certificate of an address that the form did not show."""
    server.renew_certificate()
    await set_up(hass, entry)
    (issue,) = open_issues(hass)
    await async_setup_component(hass, REPAIRS, {})
    flows = hass.data[REPAIRS]["flow_manager"]
    form = await flows.async_init(DOMAIN, data={"issue_id": issue.issue_id})
    data = {**entry.data, "host": other.host}
    hass.config_entries.async_update_entry(entry, data=data)
    form = await flows.async_configure(form["flow_id"], {})
    assert form["errors"] == {"base": "certificate_changed"}
    assert str(other.port) in form["description_placeholders"]["host"]
    assert entry.data == data
