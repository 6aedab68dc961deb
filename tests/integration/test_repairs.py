"""What only the owner of a server can mend."""

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.supermicro_redfish.aiosupermicro import CertificateError
from custom_components.supermicro_redfish.const import DOMAIN
from custom_components.supermicro_redfish.issues import async_report_certificate
from custom_components.supermicro_redfish.repairs import async_create_fix_flow
from tests.simulator import Bmc, Server
from tests.simulator.certificate import Certificate

from . import (
    LICENSES,
    LLDP,
    MINUTE,
    NICS,
    ROOT,
    change_identity,
    entity,
    entry_state,
    logged_problems,
    set_up,
)
from .conftest import Elapse
from .repair_flow import fix_issue, open_issues


async def test_a_certificate_that_changes_gets_no_password_and_raises_an_issue(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    server: Server,
    new_certificate: Certificate,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """One click accepts the one that was shown, and all is as before."""
    old = server.certificate_sha256
    server.renew_certificate(new_certificate)
    bmc.restart(seconds=90)
    await elapse(20 * MINUTE)
    assert bmc.login_attempts == 1
    assert entity(hass, loaded, "sensor.power_consumption").state == STATE_UNAVAILABLE
    assert len(logged_problems(caplog)) <= 2

    (issue,) = open_issues(hass)
    assert issue.is_fixable
    assert issue.severity is ir.IssueSeverity.ERROR
    shown = await fix_issue(hass, issue)
    assert shown["name"] == loaded.title
    assert shown["old"].replace(":", "").lower() == old
    assert shown["new"].replace(":", "").lower() == new_certificate.sha256

    assert loaded.data["verify_ssl"] == new_certificate.sha256
    assert entry_state(loaded) is ConfigEntryState.LOADED
    assert entity(hass, loaded, "sensor.power_consumption").state == "118"
    assert open_issues(hass) == []
    assert bmc.open_sessions == 1


async def test_a_certificate_that_changed_before_the_set_up_is_an_issue_too(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, server: Server
) -> None:
    """Nothing is sent; the click sets the entry up."""
    server.renew_certificate()
    await set_up(hass, entry)
    assert entry_state(entry) is ConfigEntryState.SETUP_RETRY
    assert bmc.requests == []
    (issue,) = open_issues(hass)
    await fix_issue(hass, issue)
    assert entry_state(entry) is ConfigEntryState.LOADED
    assert open_issues(hass) == []


async def test_what_is_accepted_is_what_was_shown(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, server: Server
) -> None:
    """A third certificate is another question."""
    server.renew_certificate()
    await set_up(hass, entry)
    (issue,) = open_issues(hass)
    server.renew_certificate()
    await fix_issue(hass, issue)
    assert entry_state(entry) is ConfigEntryState.SETUP_RETRY
    assert bmc.requests == []
    (issue,) = open_issues(hass)
    shown = await fix_issue(hass, issue)
    assert shown["new"].replace(":", "").lower() == server.certificate_sha256
    assert entry_state(entry) is ConfigEntryState.LOADED


async def test_an_issue_goes_when_the_old_certificate_is_back(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    server: Server,
    new_certificate: Certificate,
    elapse: Elapse,
) -> None:
    """Nobody has to accept anything then."""
    old = server._certificate
    server.renew_certificate(new_certificate)
    bmc.restart(seconds=90)
    await elapse(10 * MINUTE)
    assert open_issues(hass)
    server.renew_certificate(old)
    await elapse(10 * MINUTE)
    assert open_issues(hass) == []
    assert entity(hass, loaded, "sensor.power_consumption").state == "118"


async def test_a_certificate_that_nobody_vouches_for_any_more_is_an_issue(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, server: Server
) -> None:
    """It may have expired, or a factory's own be back."""
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, "verify_ssl": True}
    )
    await set_up(hass, entry)
    assert bmc.requests == []
    (issue,) = open_issues(hass)
    assert issue.translation_key == "certificate_untrusted"
    await fix_issue(hass, issue)
    assert entry.data["verify_ssl"] == server.certificate_sha256
    assert entry_state(entry) is ConfigEntryState.LOADED


async def test_an_issue_goes_with_its_server(
    hass: HomeAssistant, entry: ConfigEntry, server: Server
) -> None:
    """Whoever removes it has mended it."""
    server.renew_certificate()
    await set_up(hass, entry)
    assert open_issues(hass)
    await hass.config_entries.async_remove(entry.entry_id)
    assert open_issues(hass) == []


async def test_a_missing_licence_is_told_once_and_can_be_ignored(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It names what is missing and which licence helps; nothing nags after that."""
    bmc.unlicensed = (LICENSES, LLDP)
    await set_up(hass, entry)
    assert entry_state(entry) is ConfigEntryState.LOADED
    (issue,) = open_issues(hass)
    assert not issue.is_fixable
    assert issue.translation_placeholders
    assert issue.translation_placeholders["parts"] == "license, lldp"
    assert "DCMS" in issue.translation_placeholders["licenses"]
    ir.async_ignore_issue(hass, DOMAIN, issue.issue_id, ignore=True)
    since = len(bmc.requests)
    await elapse(60 * MINUTE)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    (issue,) = open_issues(hass)
    assert issue.dismissed_version
    refused = [request for request in bmc.requests[since:] if request.status == 403]
    assert len(refused) == 2
    assert bmc.login_attempts == 2
    assert logged_problems(caplog) == []


async def test_a_licence_that_was_activated_ends_the_matter(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """It is asked for again when the entry is loaded anew."""
    bmc.unlicensed = (LLDP,)
    await set_up(hass, entry)
    assert open_issues(hass)
    bmc.unlicensed = ()
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert open_issues(hass) == []
    assert entity(hass, entry, "switch.lldp").state != STATE_UNAVAILABLE


async def test_a_server_that_is_removed_meanwhile_needs_no_mending(
    hass: HomeAssistant, entry: ConfigEntry, server: Server
) -> None:
    """The question may be open in a browser still."""
    server.renew_certificate()
    await set_up(hass, entry)
    (issue,) = open_issues(hass)
    flow = await async_create_fix_flow(hass, issue.issue_id, dict(issue.data or {}))
    flow.hass = hass
    await hass.config_entries.async_remove(entry.entry_id)
    assert (await flow.async_step_confirm({}))["type"] == "create_entry"  # type: ignore[attr-defined]
    assert not hass.config_entries.async_entries(DOMAIN)


# Another BMC at the address


async def test_another_bmc_at_the_address_is_not_read(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Its values would be taken for those of the server; it is left alone at once."""
    change_identity(bmc)
    await set_up(hass, entry)
    assert entry_state(entry) is ConfigEntryState.SETUP_ERROR
    assert entry.error_reason_translation_key == "wrong_device"
    assert bmc.open_sessions == 0
    assert hass.states.async_all() == []


async def test_a_root_that_tells_nothing_is_no_reason_to_doubt(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Then the BMC's network interface tells which one it is."""
    bmc.change(ROOT, {"UUID": "5a5a1f0e-93a4-4c5a-8d5b-6f1f6d6c7e01"})
    await set_up(hass, entry)
    assert entry_state(entry) is ConfigEntryState.LOADED
    assert any(request.path == f"{NICS}/1" for request in bmc.requests)


async def test_a_certificate_that_nobody_can_show_is_no_question(
    hass: HomeAssistant, entry: ConfigEntry, server: Server
) -> None:
    """The BMC is gone before it could be looked at; the next attempt tells."""
    gone = {**entry.data, "host": "127.0.0.1:1", "verify_ssl": True}
    hass.config_entries.async_update_entry(entry, data=gone)
    await async_report_certificate(hass, entry, CertificateError("untrusted"))
    assert open_issues(hass) == []
    there = {**gone, "host": server.host}
    hass.config_entries.async_update_entry(entry, data=there)
    await async_report_certificate(hass, entry, CertificateError("untrusted"))
    assert len(open_issues(hass)) == 1
