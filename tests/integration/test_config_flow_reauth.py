"""Test the reauthentication flow."""

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from tests.simulator import Bmc, Server, serve

from . import HOUR, change_identity, entry_state, set_up, unload
from .conftest import Elapse
from .dialog import fill_in, reauth_form
from .discovery import announce

pytestmark = pytest.mark.usefixtures("unload_entries")

NEW_ACCOUNT = {"username": "ADMIN", "password": "new"}


async def test_reauth_flow_stores_new_password(
    hass: HomeAssistant, bmc: Bmc, entry: ConfigEntry
) -> None:
    """Try the old password once, ask for the new one and load the entry."""
    bmc.change_password("new")
    await set_up(hass, entry)
    assert entry_state(entry) is ConfigEntryState.SETUP_ERROR
    assert bmc.login_attempts == 1
    form = await reauth_form(hass)
    assert form["step_id"] == "reauth_confirm"

    for wrong in ("newer", "newest"):
        form = await fill_in(hass, form, NEW_ACCOUNT | {"password": wrong})
        assert form["errors"] == {"base": "invalid_auth"}
    form = await fill_in(hass, form, {"username": NEW_ACCOUNT["username"]})
    assert form["errors"] == {"password": "password_missing"}
    assert bmc.login_attempts == 3

    result = await fill_in(hass, form, NEW_ACCOUNT)
    assert result["reason"] == "reauth_successful"
    assert entry.data["password"] == "new"
    assert entry_state(entry) is ConfigEntryState.LOADED
    assert bmc.open_sessions == 1


async def test_reauth_flow_starts_when_password_changes_later(
    hass: HomeAssistant, bmc: Bmc, loaded: ConfigEntry, elapse: Elapse
) -> None:
    """Stop polling after one attempt, so that the BMC does not lock the account."""
    bmc.change_password("new")
    bmc.expire_sessions()
    await elapse(HOUR)
    assert bmc.login_attempts == 2
    result = await fill_in(hass, await reauth_form(hass), NEW_ACCOUNT)
    assert result["reason"] == "reauth_successful"
    assert entry_state(loaded) is ConfigEntryState.LOADED
    assert bmc.open_sessions == 1


@pytest.mark.parametrize("is_pinned", [False, True])
async def test_reauth_flow_keeps_certificate_setting(
    hass: HomeAssistant, bmc: Bmc, entry: ConfigEntry, *, is_pinned: bool
) -> None:
    """Skip the certificate step for an unchanged or unverified certificate."""
    if not is_pinned:
        hass.config_entries.async_update_entry(
            entry, data={**entry.data, "verify_ssl": False}
        )
    before = entry.data["verify_ssl"]
    bmc.change_password("new")
    await set_up(hass, entry)
    result = await fill_in(hass, await reauth_form(hass), NEW_ACCOUNT)
    assert result["reason"] == "reauth_successful"
    assert entry.data["verify_ssl"] == before


async def test_reauth_flow_confirms_new_certificate(
    hass: HomeAssistant, bmc: Bmc, server: Server, entry: ConfigEntry
) -> None:
    """Show the certificate step after a factory reset, which changes both."""
    bmc.change_password("new")
    await set_up(hass, entry)
    server.renew_certificate()
    form = await fill_in(hass, await reauth_form(hass), NEW_ACCOUNT)
    assert form["step_id"] == "certificate"
    assert bmc.login_attempts == 1
    result = await fill_in(hass, form, {"certificate": "pin"})
    assert result["reason"] == "reauth_successful"
    assert entry.data["verify_ssl"] == server.certificate_sha256


async def test_reauth_flow_rejects_other_bmc(
    hass: HomeAssistant, bmc: Bmc, entry: ConfigEntry
) -> None:
    """Abort when another BMC answers at the address."""
    bmc.change_password("new")
    await set_up(hass, entry)
    change_identity(bmc)
    result = await fill_in(hass, await reauth_form(hass), NEW_ACCOUNT)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "wrong_device")
    assert entry.data["password"] == "ADMIN"
    assert bmc.open_sessions == 0


async def test_reauth_flow_keeps_address_that_changed_meanwhile(
    hass: HomeAssistant, bmc: Bmc, server: Server, entry: ConfigEntry
) -> None:
    """Use and keep the address that discovery has set while the form was open."""
    bmc.change_password("new")
    await set_up(hass, entry)
    form = await reauth_form(hass)
    async with serve(bmc) as moved:
        pinned = {**entry.data, "verify_ssl": moved.certificate_sha256}
        hass.config_entries.async_update_entry(entry, data=pinned)
        await server.refuse()
        wrong = NEW_ACCOUNT | {"password": "newer"}
        form = await fill_in(hass, form, wrong)
        assert form["errors"] == {"base": "cannot_connect"}
        assert (await announce(hass, moved.url))["reason"] == "already_configured"
        result = await fill_in(hass, form, NEW_ACCOUNT)
        assert result["reason"] == "reauth_successful"
        assert entry.data["host"] == moved.host
        assert entry_state(entry) is ConfigEntryState.LOADED
        await unload(hass, entry)
