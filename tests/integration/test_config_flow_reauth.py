"""Another password: it is asked for once the BMC refuses the old one."""

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from tests.simulator import Bmc, Server

from . import change_identity, entry_state, set_up
from .conftest import Elapse
from .dialog import fill_in, reauth_form

pytestmark = pytest.mark.usefixtures("unloaded")


async def test_a_new_password_is_asked_for_and_taken(
    hass: HomeAssistant, bmc: Bmc, entry: ConfigEntry
) -> None:
    """One attempt with the old one, a question, and all is well again."""
    bmc.change_password("new")
    await set_up(hass, entry)
    assert entry_state(entry) is ConfigEntryState.SETUP_ERROR
    assert bmc.login_attempts == 1
    form = await reauth_form(hass)
    assert form["step_id"] == "reauth_confirm"

    for wrong in ("newer", "newest"):
        form = await fill_in(hass, form, {"username": "ADMIN", "password": wrong})
        assert form["errors"] == {"base": "invalid_auth"}
    assert bmc.login_attempts == 3

    result = await fill_in(hass, form, {"username": "ADMIN", "password": "new"})
    assert result["reason"] == "reauth_successful"
    assert entry.data["password"] == "new"
    assert entry_state(entry) is ConfigEntryState.LOADED
    assert bmc.open_sessions == 1


async def test_a_password_that_changes_meanwhile_is_asked_for(
    hass: HomeAssistant, bmc: Bmc, loaded: ConfigEntry, elapse: Elapse
) -> None:
    """Polling stops after the one attempt, for the BMC would lock the account."""
    bmc.change_password("new")
    bmc.expire_sessions()
    await elapse(3600)
    assert bmc.login_attempts == 2
    form = await reauth_form(hass)
    result = await fill_in(hass, form, {"username": "ADMIN", "password": "new"})
    assert result["reason"] == "reauth_successful"
    assert entry_state(loaded) is ConfigEntryState.LOADED
    assert bmc.open_sessions == 1


@pytest.mark.parametrize("verify_ssl", [False, "pinned"])
async def test_a_new_password_is_no_reason_to_ask_about_the_certificate(
    hass: HomeAssistant,
    bmc: Bmc,
    entry: ConfigEntry,
    verify_ssl: bool | str,  # noqa: FBT001
) -> None:
    """Neither where it is pinned nor where it is not."""
    if verify_ssl is False:
        hass.config_entries.async_update_entry(
            entry, data={**entry.data, "verify_ssl": False}
        )
    before = entry.data["verify_ssl"]
    bmc.change_password("new")
    await set_up(hass, entry)
    form = await reauth_form(hass)
    result = await fill_in(hass, form, {"username": "ADMIN", "password": "new"})
    assert result["reason"] == "reauth_successful"
    assert entry.data["verify_ssl"] == before


async def test_a_new_certificate_is_asked_about_with_a_new_password(
    hass: HomeAssistant, bmc: Bmc, server: Server, entry: ConfigEntry
) -> None:
    """A reset to the factory's settings changes both."""
    bmc.change_password("new")
    await set_up(hass, entry)
    server.renew_certificate()
    form = await reauth_form(hass)
    account = {"username": "ADMIN", "password": "new"}
    form = await fill_in(hass, form, account)
    assert form["step_id"] == "certificate"
    assert bmc.login_attempts == 1
    result = await fill_in(hass, form, {"certificate": "pin"})
    assert result["reason"] == "reauth_successful"
    assert entry.data["verify_ssl"] == server.certificate_sha256


async def test_a_password_of_another_bmc_is_not_taken(
    hass: HomeAssistant, bmc: Bmc, entry: ConfigEntry
) -> None:
    """An address may lead elsewhere by now."""
    bmc.change_password("new")
    await set_up(hass, entry)
    change_identity(bmc)
    form = await reauth_form(hass)
    result = await fill_in(hass, form, {"username": "ADMIN", "password": "new"})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "wrong_device")
    assert entry.data["password"] == "ADMIN"
    assert bmc.open_sessions == 0
