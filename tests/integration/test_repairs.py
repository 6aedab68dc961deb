"""What only the owner of a server can mend."""

from homeassistant.components.repairs import DOMAIN as REPAIRS
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest

from custom_components.supermicro_redfish.aiosupermicro import CertificateError
from custom_components.supermicro_redfish.const import DOMAIN
from custom_components.supermicro_redfish.repairs import (
    async_create_fix_flow,
    async_report_certificate,
)
from tests.simulator import Bmc, Server
from tests.simulator.certificate import Certificate

from . import (
    LICENSES,
    LLDP,
    MINUTE,
    NICS,
    ROOT,
    become_another,
    complaints,
    entity,
    lifecycle,
    set_up,
)
from .conftest import Elapse


@pytest.fixture(scope="module")
def renewed() -> Certificate:
    """Return another certificate, made before time stands still."""
    return Certificate.generate()


def issues(hass: HomeAssistant) -> list[ir.IssueEntry]:
    """Return the issues of the integration that are open."""
    return [
        issue
        for issue in ir.async_get(hass).issues.values()
        if issue.domain == DOMAIN and issue.active
    ]


async def mend(hass: HomeAssistant, issue: ir.IssueEntry) -> dict[str, str]:
    """Click through what mends an issue; return what was shown."""
    await async_setup_component(hass, REPAIRS, {})
    flows = hass.data[REPAIRS]["flow_manager"]
    form = await flows.async_init(DOMAIN, data={"issue_id": issue.issue_id})
    assert form["step_id"] == "confirm"
    shown: dict[str, str] = form["description_placeholders"]
    result = await flows.async_configure(form["flow_id"], {})
    assert result["type"] == "create_entry"
    await hass.async_block_till_done(wait_background_tasks=True)
    return shown


async def test_a_certificate_that_changes_gets_no_password_and_raises_an_issue(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    server: Server,
    renewed: Certificate,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """One click accepts the one that was shown, and all is as before."""
    old = server.certificate_sha256
    server.renew_certificate(renewed)
    bmc.restart(seconds=90)
    await elapse(20 * MINUTE)
    assert bmc.login_attempts == 1
    assert entity(hass, loaded, "sensor.power_consumption").state == STATE_UNAVAILABLE
    assert len(complaints(caplog)) <= 2

    (issue,) = issues(hass)
    assert issue.is_fixable
    assert issue.severity is ir.IssueSeverity.ERROR
    shown = await mend(hass, issue)
    assert shown["name"] == loaded.title
    assert shown["old"].replace(":", "").lower() == old
    assert shown["new"].replace(":", "").lower() == renewed.sha256

    assert loaded.data["verify_ssl"] == renewed.sha256
    assert lifecycle(loaded) is ConfigEntryState.LOADED
    assert entity(hass, loaded, "sensor.power_consumption").state == "118"
    assert issues(hass) == []
    assert bmc.open_sessions == 1


async def test_a_certificate_that_changed_before_the_set_up_is_an_issue_too(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, server: Server
) -> None:
    """Nothing is sent; the click sets the entry up."""
    server.renew_certificate()
    await set_up(hass, entry)
    assert lifecycle(entry) is ConfigEntryState.SETUP_RETRY
    assert bmc.requests == []
    (issue,) = issues(hass)
    await mend(hass, issue)
    assert lifecycle(entry) is ConfigEntryState.LOADED
    assert issues(hass) == []


async def test_what_is_accepted_is_what_was_shown(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, server: Server
) -> None:
    """A third certificate is another question."""
    server.renew_certificate()
    await set_up(hass, entry)
    (issue,) = issues(hass)
    server.renew_certificate()
    await mend(hass, issue)
    assert lifecycle(entry) is ConfigEntryState.SETUP_RETRY
    assert bmc.requests == []
    (issue,) = issues(hass)
    shown = await mend(hass, issue)
    assert shown["new"].replace(":", "").lower() == server.certificate_sha256
    assert lifecycle(entry) is ConfigEntryState.LOADED


async def test_an_issue_goes_when_the_old_certificate_is_back(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    server: Server,
    renewed: Certificate,
    elapse: Elapse,
) -> None:
    """Nobody has to accept anything then."""
    old = server._certificate
    server.renew_certificate(renewed)
    bmc.restart(seconds=90)
    await elapse(10 * MINUTE)
    assert issues(hass)
    server.renew_certificate(old)
    await elapse(10 * MINUTE)
    assert issues(hass) == []
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
    (issue,) = issues(hass)
    assert issue.translation_key == "certificate_untrusted"
    await mend(hass, issue)
    assert entry.data["verify_ssl"] == server.certificate_sha256
    assert lifecycle(entry) is ConfigEntryState.LOADED


async def test_an_issue_goes_with_its_server(
    hass: HomeAssistant, entry: ConfigEntry, server: Server
) -> None:
    """Whoever removes it has mended it."""
    server.renew_certificate()
    await set_up(hass, entry)
    assert issues(hass)
    await hass.config_entries.async_remove(entry.entry_id)
    assert issues(hass) == []


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
    assert lifecycle(entry) is ConfigEntryState.LOADED
    (issue,) = issues(hass)
    assert not issue.is_fixable
    assert issue.translation_placeholders
    assert issue.translation_placeholders["parts"] == "license, lldp"
    assert "DCMS" in issue.translation_placeholders["licenses"]
    ir.async_ignore_issue(hass, DOMAIN, issue.issue_id, ignore=True)
    since = len(bmc.requests)
    await elapse(60 * MINUTE)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    (issue,) = issues(hass)
    assert issue.dismissed_version
    refused = [request for request in bmc.requests[since:] if request.status == 403]
    assert len(refused) == 2
    assert bmc.login_attempts == 2
    assert complaints(caplog) == []


async def test_a_licence_that_was_activated_ends_the_matter(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """It is asked for again when the entry is loaded anew."""
    bmc.unlicensed = (LLDP,)
    await set_up(hass, entry)
    assert issues(hass)
    bmc.unlicensed = ()
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert issues(hass) == []
    assert entity(hass, entry, "switch.lldp").state != STATE_UNAVAILABLE


async def test_a_server_that_is_removed_meanwhile_needs_no_mending(
    hass: HomeAssistant, entry: ConfigEntry, server: Server
) -> None:
    """The question may be open in a browser still."""
    server.renew_certificate()
    await set_up(hass, entry)
    (issue,) = issues(hass)
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
    become_another(bmc)
    await set_up(hass, entry)
    assert lifecycle(entry) is ConfigEntryState.SETUP_ERROR
    assert entry.error_reason_translation_key == "wrong_device"
    assert bmc.open_sessions == 0
    assert hass.states.async_all() == []


async def test_a_root_that_tells_nothing_is_no_reason_to_doubt(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Then the BMC's network interface tells which one it is."""
    bmc.change(ROOT, {"UUID": "5a5a1f0e-93a4-4c5a-8d5b-6f1f6d6c7e01"})
    await set_up(hass, entry)
    assert lifecycle(entry) is ConfigEntryState.LOADED
    assert any(request.path == f"{NICS}/1" for request in bmc.requests)


async def test_a_certificate_that_nobody_can_show_is_no_question(
    hass: HomeAssistant, entry: ConfigEntry, server: Server
) -> None:
    """The BMC is gone before it could be looked at; the next attempt tells."""
    gone = {**entry.data, "host": "127.0.0.1:1", "verify_ssl": True}
    hass.config_entries.async_update_entry(entry, data=gone)
    await async_report_certificate(hass, entry, CertificateError("untrusted"))
    assert issues(hass) == []
    there = {**gone, "host": server.host}
    hass.config_entries.async_update_entry(entry, data=there)
    await async_report_certificate(hass, entry, CertificateError("untrusted"))
    assert len(issues(hass)) == 1
