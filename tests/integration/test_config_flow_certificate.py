"""Test the certificate step of the config flow."""

import ssl

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.supermicro_redfish import client
from tests.simulator import Bmc, Server
from tests.simulator.certificate import Certificate

from . import entry_state, requests_since
from .dialog import begin, fill_in, submit
from .paths import ROOT

pytestmark = pytest.mark.usefixtures("unload_entries")


@pytest.fixture
def trusted_certificate(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the BMC a certificate of a trusted authority."""
    certificate = Certificate.generate("127.0.0.1")
    server.renew_certificate(certificate)
    context = ssl.create_default_context(cadata=certificate.pem.decode())
    monkeypatch.setattr(client, "get_default_context", lambda: context)


async def test_certificate_is_shown_before_password_is_sent(
    hass: HomeAssistant, bmc: Bmc, server: Server, user_input: dict[str, str]
) -> None:
    """Show the details of the certificate; read only the service root before."""
    form = await fill_in(hass, await begin(hass), user_input)
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "certificate")
    assert server.certificate_sha256
    shown = form["description_placeholders"]
    assert shown
    assert shown["fingerprint"].replace(":", "").lower() == server.certificate_sha256
    assert shown["fingerprint"].count(":") == 31
    assert shown["url"] == f"https://{server.host}"
    assert "CN=IPMI" in shown["subject"]
    assert shown["issuer"] == shown["subject"]
    assert shown["not_before"] < shown["not_after"]
    assert requests_since(bmc) == [f"GET {ROOT}"]
    assert not any("authorization" in request.headers for request in bmc.requests)

    result = await fill_in(hass, form, {"certificate": "pin"})
    assert result["data"]["verify_ssl"] == server.certificate_sha256


async def test_unverified_certificate_may_change(
    hass: HomeAssistant, server: Server, user_input: dict[str, str]
) -> None:
    """Accept any certificate, because some users renew it often."""
    result = await submit(hass, await begin(hass), user_input, certificate="unverified")
    assert result["data"]["verify_ssl"] is False
    entry = result["result"]
    server.renew_certificate()
    await hass.config_entries.async_reload(entry.entry_id)
    assert entry_state(entry) is ConfigEntryState.LOADED


@pytest.mark.usefixtures("trusted_certificate")
async def test_trusted_certificate_needs_no_confirmation(
    hass: HomeAssistant, user_input: dict[str, str]
) -> None:
    """Skip the step, and verify the certificate from then on."""
    result = await fill_in(hass, await begin(hass), user_input)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"]["verify_ssl"] is True
    assert entry_state(result["result"]) is ConfigEntryState.LOADED


async def test_certificate_is_confirmed_once_per_dialog(
    hass: HomeAssistant, bmc: Bmc, user_input: dict[str, str]
) -> None:
    """Log in without the step after a mistyped password."""
    wrong = user_input | {"password": "mistyped"}
    form = await submit(hass, await begin(hass), wrong)
    assert form["errors"] == {"base": "invalid_auth"}
    result = await fill_in(hass, form, user_input)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert bmc.login_attempts == 3


async def test_new_certificate_is_confirmed_again(
    hass: HomeAssistant, server: Server, user_input: dict[str, str]
) -> None:
    """Show the step again when the certificate has changed between two attempts."""
    wrong = user_input | {"password": "mistyped"}
    form = await submit(hass, await begin(hass), wrong)
    server.renew_certificate()
    form = await fill_in(hass, form, user_input)
    assert form["step_id"] == "certificate"


async def test_certificate_that_changes_during_confirmation_is_rejected(
    hass: HomeAssistant, bmc: Bmc, server: Server, user_input: dict[str, str]
) -> None:
    """Trust only the shown certificate, and send no password to another server."""
    form = await fill_in(hass, await begin(hass), user_input)
    server.renew_certificate()
    form = await fill_in(hass, form, {"certificate": "pin"})
    assert form["errors"] == {"base": "certificate_changed"}
    assert bmc.login_attempts == 0
    result = await submit(hass, form, user_input)
    assert result["type"] is FlowResultType.CREATE_ENTRY
