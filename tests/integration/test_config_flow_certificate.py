"""Adding a server: its certificate is shown before the password is sent."""

import ssl

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.supermicro_redfish import client
from tests.simulator import Bmc, Server
from tests.simulator.certificate import Certificate

from . import ROOT, asked, lifecycle
from .dialogue import begin, fill_in, submit

pytestmark = pytest.mark.usefixtures("unloaded")


@pytest.fixture
def trusted(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the BMC have a certificate that this machine trusts."""
    certificate = Certificate.generate("127.0.0.1")
    server.renew_certificate(certificate)
    context = ssl.create_default_context(cadata=certificate.pem.decode())
    monkeypatch.setattr(client, "get_default_context", lambda: context)


async def test_a_certificate_is_shown_before_the_password_is_sent(
    hass: HomeAssistant, bmc: Bmc, server: Server, user_input: dict[str, str]
) -> None:
    """What is shown is what a browser would show; until then only the root is read."""
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
    assert asked(bmc) == [f"GET {ROOT}"]
    assert not any("authorization" in request.headers for request in bmc.requests)

    result = await fill_in(hass, form, {"certificate": "pin"})
    assert result["data"]["verify_ssl"] == server.certificate_sha256


async def test_a_certificate_need_not_be_pinned(
    hass: HomeAssistant, server: Server, user_input: dict[str, str]
) -> None:
    """Whoever renews it often may do without; then any is taken."""
    result = await submit(hass, await begin(hass), user_input, certificate="unverified")
    assert result["data"]["verify_ssl"] is False
    entry = result["result"]
    server.renew_certificate()
    await hass.config_entries.async_reload(entry.entry_id)
    assert lifecycle(entry) is ConfigEntryState.LOADED


async def test_a_certificate_that_somebody_vouches_for_needs_no_question(
    hass: HomeAssistant,
    trusted: None,
    user_input: dict[str, str],
) -> None:
    """It is checked from then on as well."""
    result = await fill_in(hass, await begin(hass), user_input)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"]["verify_ssl"] is True
    assert lifecycle(result["result"]) is ConfigEntryState.LOADED


async def test_a_certificate_is_asked_about_only_once(
    hass: HomeAssistant, bmc: Bmc, user_input: dict[str, str]
) -> None:
    """After a mistyped password the next attempt goes straight to the login."""
    wrong = user_input | {"password": "mistyped"}
    form = await submit(hass, await begin(hass), wrong)
    assert form["errors"] == {"base": "invalid_auth"}
    result = await fill_in(hass, form, user_input)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert bmc.login_attempts == 3


async def test_another_certificate_is_asked_about_anew(
    hass: HomeAssistant, server: Server, user_input: dict[str, str]
) -> None:
    """What was said about the first says nothing about the second."""
    wrong = user_input | {"password": "mistyped"}
    form = await submit(hass, await begin(hass), wrong)
    server.renew_certificate()
    form = await fill_in(hass, form, user_input)
    assert form["step_id"] == "certificate"


async def test_a_certificate_that_changes_under_the_users_eyes_gets_no_password(
    hass: HomeAssistant, bmc: Bmc, server: Server, user_input: dict[str, str]
) -> None:
    """The one that was shown is the one that is trusted."""
    form = await fill_in(hass, await begin(hass), user_input)
    server.renew_certificate()
    form = await fill_in(hass, form, {"certificate": "pin"})
    assert form["errors"] == {"base": "certificate_changed"}
    assert bmc.login_attempts == 0
    result = await submit(hass, form, user_input)
    assert result["type"] is FlowResultType.CREATE_ENTRY
