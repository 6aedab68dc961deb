"""Test the reconfiguration flow."""

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from tests.simulator import Bmc, Server

from . import change_identity, entry_state
from .dialog import fill_in, suggested_values

pytestmark = pytest.mark.usefixtures("unload_entries")


@pytest.mark.parametrize("password", [{}, {"password": ""}, {"password": "ADMIN"}])
async def test_reconfigure_flow_changes_host(
    hass: HomeAssistant,
    bmc: Bmc,
    server: Server,
    entry: ConfigEntry,
    password: dict[str, str],
) -> None:
    """Accept a new host without asking for the password."""
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, "host": "127.0.0.1:9"}
    )
    form = await entry.start_reconfigure_flow(hass)  # type: ignore[attr-defined]
    assert suggested_values(form)["host"] == "127.0.0.1:9"
    assert suggested_values(form)["password"] is None
    wrong = {"host": "not a host!", "username": "ADMIN"}
    form = await fill_in(hass, form, wrong)
    assert suggested_values(form)["password"] is None
    result = await fill_in(
        hass, form, {"host": server.url, "username": "ADMIN", **password}
    )
    assert result["reason"] == "reconfigure_successful"
    assert entry.data["host"] == server.host
    assert entry_state(entry) is ConfigEntryState.LOADED
    assert bmc.open_sessions == 1


async def test_reconfigure_flow_rejects_other_bmc(
    hass: HomeAssistant, bmc: Bmc, server: Server, loaded: ConfigEntry
) -> None:
    """Abort, because the history of an entry belongs to one server."""
    before = dict(loaded.data)
    change_identity(bmc)
    form = await loaded.start_reconfigure_flow(hass)  # type: ignore[attr-defined]
    result = await fill_in(hass, form, {"host": server.host, "username": "ADMIN"})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "wrong_device")
    assert loaded.data == before


async def test_reconfigure_flow_accepts_next_attempt_after_error(
    hass: HomeAssistant, server: Server, loaded: ConfigEntry, closed_port: str
) -> None:
    """Leave the entry unchanged until the new host works."""
    form = await loaded.start_reconfigure_flow(hass)  # type: ignore[attr-defined]
    for host, errors in {
        "no address": {"host": "invalid_host"},
        closed_port: {"base": "cannot_connect"},
    }.items():
        form = await fill_in(hass, form, {"host": host, "username": "ADMIN"})
        assert form["errors"] == errors
        assert loaded.data["host"] == server.host
    result = await fill_in(hass, form, {"host": server.host, "username": "ADMIN"})
    assert result["reason"] == "reconfigure_successful"


async def test_reconfigure_flow_uses_stored_password_for_empty_field(
    hass: HomeAssistant, server: Server, bmc: Bmc, loaded: ConfigEntry
) -> None:
    """Use the stored password for an empty field, also after a mistyped one."""
    form = await loaded.start_reconfigure_flow(hass)  # type: ignore[attr-defined]
    user_input = {"host": server.host, "username": "ADMIN"}
    form = await fill_in(hass, form, {**user_input, "password": "mistyped"})
    assert form["errors"] == {"base": "invalid_auth"}
    attempts = bmc.login_attempts
    result = await fill_in(hass, form, user_input)
    assert result["reason"] == "reconfigure_successful"
    assert loaded.data["password"] == "ADMIN"
    assert bmc.login_attempts == attempts + 2  # the dialog's and the entry's


async def test_reconfigure_flow_pins_unverified_certificate(
    hass: HomeAssistant, server: Server, entry: ConfigEntry
) -> None:
    """Show the certificate step again, so that users can change their decision."""
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, "verify_ssl": False}
    )
    form = await entry.start_reconfigure_flow(hass)  # type: ignore[attr-defined]
    form = await fill_in(hass, form, {"host": server.host, "username": "ADMIN"})
    assert form["step_id"] == "certificate"
    await fill_in(hass, form, {"certificate": "pin"})
    assert entry.data["verify_ssl"] == server.certificate_sha256
