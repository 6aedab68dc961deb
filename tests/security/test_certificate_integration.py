"""Verify that the integration sends no credentials to an impostor.

The impostor takes over the address of the BMC, or announces itself as the BMC.
"""

from collections.abc import Awaitable, Callable

from homeassistant.config_entries import ConfigEntryState
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.supermicro_redfish.aiosupermicro import CertificateError
from tests.integration import mac_address
from tests.integration.discovery import announce, lease
from tests.scenario.hass_instance import HassInstance
from tests.simulator import Bmc, Server

from .impostor import Authority, Impostor


@pytest.fixture(autouse=True)
def light_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limit the setup to the platform that these tests control."""
    monkeypatch.setattr("custom_components.supermicro_redfish.PLATFORMS", ["light"])


@pytest.fixture
def account(impostor: Impostor, bmc: Bmc) -> dict[str, str]:
    """Return the input that adds the server."""
    host = impostor.proxy.host
    return {"host": host, "username": bmc.username, "password": bmc.password}


@pytest.fixture
def trust() -> str:
    """Return the TLS setting of the entry; tests may override it."""
    return "pinned"


@pytest.fixture
async def entry(
    request: pytest.FixtureRequest,
    instance: HassInstance,
    bmc: Bmc,
    server: Server,
    impostor: Impostor,
    trust: str,
) -> MockConfigEntry:
    """Return a loaded entry whose address the impostor can take over."""
    if trust == "verified":
        request.getfixturevalue("authority")
    verify_ssl = {"verified": True, "unverified": False, "pinned": None}[trust]
    host = impostor.proxy.host
    entry = instance.create_entry(bmc, server, host=host, verify_ssl=verify_ssl)
    await instance.set_up()
    assert entry.state is ConfigEntryState.LOADED
    return entry


async def command(instance: HassInstance) -> None:
    """Turn the identify LED on; the first attempt detects the lost connection."""
    with pytest.raises(HomeAssistantError):
        await instance.call("light.identify_led", "turn_on")
    with pytest.raises(HomeAssistantError, match="certificate"):
        await instance.call("light.identify_led", "turn_on")


async def log_in(instance: HassInstance) -> None:
    """Log in after the loss of the session."""
    client = instance.entry.runtime_data.client
    await client.async_disconnect()
    with pytest.raises(CertificateError):
        await client.async_connect()


OPERATIONS: dict[str, Callable[[HassInstance], Awaitable[None]]] = {
    "poll": HassInstance.refresh,
    "set_up": HassInstance.reload,
    "command": command,
    "login": log_in,
    "unload": HassInstance.unload,
}


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("trust", ["pinned", "verified"])
async def test_entry_sends_nothing_to_impostor(
    instance: HassInstance,
    entry: MockConfigEntry,
    bmc: Bmc,
    impostor: Impostor,
    trust: str,
    operation: str,
) -> None:
    """Reject an impostor in every operation, and recover afterwards."""
    impostor.take_over()
    await OPERATIONS[operation](instance)
    await instance.settle()
    assert impostor.bmc.requests == []

    impostor.leave()
    await instance.reload()
    assert entry.state is ConfigEntryState.LOADED
    assert bmc.open_sessions


@pytest.mark.parametrize("trust", ["unverified"])
async def test_unverified_entry_accepts_impostor(
    instance: HassInstance, entry: MockConfigEntry, impostor: Impostor, trust: str
) -> None:
    """Accept an impostor without verification, which proves the test setup."""
    impostor.take_over()
    await instance.reload()
    assert impostor.received_credentials
    assert impostor.bmc.logins == 1


async def test_config_flow_sends_no_credentials_before_confirmation(
    instance: HassInstance, impostor: Impostor, account: dict[str, str]
) -> None:
    """Read only the public service root before the user confirms the certificate."""
    impostor.take_over()
    form = await instance.fill_in(await instance.open_dialog(), account)
    assert form["step_id"] == "certificate"
    assert impostor.bmc.requests
    assert impostor.received_credentials == []


async def test_config_flow_rejects_certificate_that_changed_after_confirmation(
    instance: HassInstance, bmc: Bmc, impostor: Impostor, account: dict[str, str]
) -> None:
    """Trust only the certificate that the dialog has shown."""
    form = await instance.fill_in(await instance.open_dialog(), account)
    impostor.take_over()
    form = await instance.fill_in(form, {"certificate": "pin"})
    assert form["errors"] == {"base": "certificate_changed"}
    form = await instance.fill_in(form, account)
    assert form["step_id"] == "certificate"
    assert impostor.received_credentials == []
    assert bmc.login_attempts == 0


async def test_config_flow_rejects_untrusted_certificate_after_trusted_one(
    instance: HassInstance,
    impostor: Impostor,
    account: dict[str, str],
    authority: Authority,
) -> None:
    """Reject an impostor that appears between the probe and the login."""
    authority.on_use = lambda use: impostor.take_over() if use == 2 else None
    form = await instance.fill_in(await instance.open_dialog(), account)
    assert form["errors"] == {"base": "certificate_changed"}
    assert impostor.bmc.requests == []
    impostor.leave()
    result = await instance.fill_in(form, account)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"]["verify_ssl"] is True


@pytest.mark.parametrize("flow", ["reauth", "reconfigure"])
async def test_config_flow_sends_no_new_password_to_impostor(
    instance: HassInstance,
    entry: MockConfigEntry,
    server: Server,
    impostor: Impostor,
    account: dict[str, str],
    flow: str,
) -> None:
    """Show a certificate that differs from that of the entry before the login."""
    if flow == "reauth":
        del account["host"]
        form = await entry.start_reauth_flow(instance.hass)
    else:
        form = await entry.start_reconfigure_flow(instance.hass)
    impostor.take_over()
    form = await instance.fill_in(form, account)
    assert form["step_id"] == "certificate"
    assert impostor.received_credentials == []
    assert entry.data["verify_ssl"] == server.certificate_sha256


@pytest.mark.parametrize("trust", ["unverified"])
async def test_reconfigure_flow_verifies_new_host_of_unverified_entry(
    instance: HassInstance,
    entry: MockConfigEntry,
    bmc: Bmc,
    impostor: Impostor,
    trust: str,
) -> None:
    """Ask again how to verify a host when its address changes."""
    form = await entry.start_reconfigure_flow(instance.hass)
    answers = {"host": impostor.server.host, "username": bmc.username}
    form = await instance.fill_in(form, answers)
    assert form["step_id"] == "certificate"
    assert impostor.received_credentials == []


@pytest.mark.parametrize("source", ["ssdp", "dhcp"])
@pytest.mark.parametrize("trust", ["pinned", "verified", "unverified"])
async def test_discovery_sends_no_credentials_to_new_address(
    instance: HassInstance,
    entry: MockConfigEntry,
    bmc: Bmc,
    impostor: Impostor,
    source: str,
    trust: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Keep the credentials when a forged packet announces another address.

    An impostor needs only the public service root of the BMC to announce itself. An
    entry without verification is unverified at its own address only.
    """
    hass = instance.hass
    if source == "ssdp":
        await announce(hass, f"{impostor.server.url}/redfish/v1/")
    else:
        # All servers of a test have the same address, so a port represents a host.
        monkeypatch.setattr(
            "custom_components.supermicro_redfish.config_flow.moved_host",
            lambda _host, _address: impostor.server.host,
        )
        await lease(hass, mac_address(bmc), "127.0.0.2")
    await instance.settle()
    if entry.state is ConfigEntryState.LOADED:
        await instance.refresh()
    assert impostor.received_credentials == []
    assert impostor.bmc.logins == 0
