"""Test the dialog that adds a server."""

from aiohttp import ThreadedResolver
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import aiohttp_client
import pytest
import voluptuous as vol

from custom_components.supermicro_redfish.const import DOMAIN
from custom_components.supermicro_redfish.forms import FAN_CONTROL_FORM, LOGIN_FORMS
from tests.simulator import Bmc, Server

from . import requests_since, set_up, unload
from .dialog import add, begin, submit
from .paths import ROOT, SESSIONS

pytestmark = pytest.mark.usefixtures("unload_entries")


class Resolver(ThreadedResolver):
    """A resolver for one test: the first test closes the test kit's resolver."""

    async def real_close(self) -> None:
        """Close the resolver, which Home Assistant calls."""


async def test_config_flow_creates_entry(
    hass: HomeAssistant, server: Server, user_input: dict[str, str]
) -> None:
    """Use the model as the title and the BMC's MAC address as the unique id."""
    form = await begin(hass)
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "user")
    assert not form["errors"]

    result = await submit(hass, form, user_input)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "X12SPI-TF"
    assert result["data"] == {**user_input, "verify_ssl": server.certificate_sha256}
    assert result["result"].unique_id == "7c:c2:55:5a:00:f1"


@pytest.mark.parametrize(
    "form",
    [*LOGIN_FORMS.values(), FAN_CONTROL_FORM],
    ids=[*LOGIN_FORMS, "fan_control"],
)
def test_password_managers_recognize_the_account(form: vol.Schema) -> None:
    """Hide the password, and name the purpose of both fields as browsers expect it."""
    configs = {str(field): selector.config for field, selector in form.schema.items()}
    assert configs["username"]["autocomplete"] == "username"
    assert configs["password"]["autocomplete"] == "current-password"
    assert configs["password"]["type"] == "password"


async def test_config_flow_and_entry_log_in_once_each(
    hass: HomeAssistant, bmc: Bmc, user_input: dict[str, str]
) -> None:
    """Log the dialog's session out before the entry opens its own."""
    result = await add(hass, user_input)
    assert bmc.login_attempts == bmc.logins == 2
    assert bmc.open_sessions == 1
    sessions = [request for request in requests_since(bmc) if SESSIONS in request]
    assert sessions == [f"POST {SESSIONS}", f"DELETE {SESSIONS}/1", f"POST {SESSIONS}"]

    await unload(hass, result["result"])
    assert bmc.open_sessions == 0
    assert bmc.logins == 2


async def test_config_flow_reads_each_resource_once(
    hass: HomeAssistant, bmc: Bmc, user_input: dict[str, str]
) -> None:
    """Save requests, because a BMC may take six seconds for its manager alone.

    Only the root is read twice: before and after the certificate is trusted.
    """
    await add(hass, user_input)
    requests = requests_since(bmc)
    dialog = requests[: requests.index(f"DELETE {SESSIONS}/1")]
    assert dialog[:2] == 2 * [f"GET {ROOT}"]
    assert len(dialog[1:]) == len(set(dialog[1:]))


@pytest.mark.parametrize("spelling", ["https://{}", "https://{}/", " {} "])
async def test_config_flow_normalizes_host(
    hass: HomeAssistant, user_input: dict[str, str], spelling: str
) -> None:
    """Accept an address from a browser, without scheme, slash and spaces around it."""
    result = await add(hass, user_input | {"host": spelling.format(user_input["host"])})
    assert result["data"]["host"] == user_input["host"]


@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")
async def test_config_flow_works_without_free_session(
    hass: HomeAssistant, bmc: Bmc, user_input: dict[str, str]
) -> None:
    """Use Basic authentication when other clients occupy all sessions."""
    while not bmc.sessions.full:
        bmc.sessions.create("somebody")
    assert (await add(hass, user_input))["type"] is FlowResultType.CREATE_ENTRY
    assert bmc.logins == 0


@pytest.mark.parametrize("spelling", ["{}", "https://{}/"])
async def test_config_flow_aborts_for_configured_bmc(
    hass: HomeAssistant,
    bmc: Bmc,
    entry: ConfigEntry,
    user_input: dict[str, str],
    spelling: str,
) -> None:
    """Recognize the BMC by its MAC address, however its host is spelled."""
    await set_up(hass, entry)
    result = await add(hass, user_input | {"host": spelling.format(user_input["host"])})
    assert (result["type"], result["reason"]) == (
        FlowResultType.ABORT,
        "already_configured",
    )
    assert len(hass.config_entries.async_entries(DOMAIN)) == 1
    assert bmc.open_sessions == 1


async def test_config_flow_keeps_host_of_configured_bmc(
    hass: HomeAssistant,
    bmc: Bmc,
    server: Server,
    entry: ConfigEntry,
    user_input: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Name the entry of the BMC, which a user changes by Reconfigure."""
    monkeypatch.setattr(aiohttp_client, "_async_make_resolver", lambda _: Resolver())
    await set_up(hass, entry)
    new_input = user_input | {"host": f"localhost:{server.port}"}
    result = await add(hass, new_input)
    assert result["reason"] == "already_configured"
    assert result["description_placeholders"] == {"name": entry.title}
    assert entry.data["host"] == server.host
    assert entry.state is ConfigEntryState.LOADED
    assert bmc.open_sessions == 1
