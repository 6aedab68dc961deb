"""Another address: a server may move, but not become another."""

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from tests.simulator import Bmc, Server

from . import change_identity, entry_state
from .dialog import fill_in, suggested_values

pytestmark = pytest.mark.usefixtures("unloaded")


@pytest.mark.parametrize("password", [{}, {"password": "ADMIN"}])
async def test_a_server_can_be_given_another_address(
    hass: HomeAssistant,
    bmc: Bmc,
    server: Server,
    entry: ConfigEntry,
    password: dict[str, str],
) -> None:
    """The password need not be entered again, and is not shown."""
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, "host": "127.0.0.1:9"}
    )
    form = await entry.start_reconfigure_flow(hass)  # type: ignore[attr-defined]
    assert suggested_values(form)["host"] == "127.0.0.1:9"
    assert suggested_values(form)["password"] is None
    result = await fill_in(
        hass, form, {"host": server.url, "username": "ADMIN", **password}
    )
    assert result["reason"] == "reconfigure_successful"
    assert entry.data["host"] == server.host
    assert entry_state(entry) is ConfigEntryState.LOADED
    assert bmc.open_sessions == 1


async def test_a_server_cannot_become_another(
    hass: HomeAssistant, bmc: Bmc, server: Server, loaded: ConfigEntry
) -> None:
    """Its history is that of one machine."""
    before = dict(loaded.data)
    change_identity(bmc)
    form = await loaded.start_reconfigure_flow(hass)  # type: ignore[attr-defined]
    result = await fill_in(hass, form, {"host": server.host, "username": "ADMIN"})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "wrong_device")
    assert loaded.data == before


async def test_a_mistake_in_a_new_address_can_be_mended(
    hass: HomeAssistant,
    server: Server,
    loaded: ConfigEntry,
    closed_port: str,
) -> None:
    """The entry stays as it is until then."""
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


async def test_a_field_that_is_left_empty_means_the_stored_password(
    hass: HomeAssistant, server: Server, bmc: Bmc, loaded: ConfigEntry
) -> None:
    """Also after another one was tried, which would lock the account in the end."""
    form = await loaded.start_reconfigure_flow(hass)  # type: ignore[attr-defined]
    known = {"host": server.host, "username": "ADMIN"}
    form = await fill_in(hass, form, {**known, "password": "mistyped"})
    assert form["errors"] == {"base": "invalid_auth"}
    attempts = bmc.login_attempts
    result = await fill_in(hass, form, known)
    assert result["reason"] == "reconfigure_successful"
    assert loaded.data["password"] == "ADMIN"
    assert bmc.login_attempts == attempts + 2  # the dialogue's and the entry's


async def test_an_unverified_certificate_can_be_pinned_later(
    hass: HomeAssistant, server: Server, entry: ConfigEntry
) -> None:
    """Whoever reconfigures is asked about it, and may change their mind."""
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, "verify_ssl": False}
    )
    form = await entry.start_reconfigure_flow(hass)  # type: ignore[attr-defined]
    form = await fill_in(hass, form, {"host": server.host, "username": "ADMIN"})
    assert form["step_id"] == "certificate"
    await fill_in(hass, form, {"certificate": "pin"})
    assert entry.data["verify_ssl"] == server.certificate_sha256
