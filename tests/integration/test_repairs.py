"""Test the repair issues for certificates and licenses."""

from homeassistant.config_entries import (
    ConfigEntry,
    ConfigEntryDisabler,
    ConfigEntryState,
)
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.supermicro_redfish.aiosupermicro import CertificateError
from custom_components.supermicro_redfish.const import DOMAIN
from custom_components.supermicro_redfish.repairs import (
    async_create_fix_flow,
    async_report_certificate,
)
from tests.simulator import Bmc, Server
from tests.simulator.certificate import Certificate

from . import MINUTE, entity, entry_state, logged_problems, reload, set_up
from .conftest import Elapse
from .paths import LICENSES, LLDP
from .repair_flow import fix_issue, issue_keys, open_issues

POWER = "sensor.power_consumption"


def digits(fingerprint: str) -> str:
    """Return a fingerprint as lowercase digits without colons."""
    return fingerprint.replace(":", "").lower()


# Certificates


async def test_disabled_entry_has_no_certificate_issue(
    hass: HomeAssistant,
    entry: ConfigEntry,
    server: Server,
    new_certificate: Certificate,
) -> None:
    """Delete the issue also if the setup has failed before."""
    server.renew_certificate(new_certificate)
    await set_up(hass, entry)
    assert entry_state(entry) is ConfigEntryState.SETUP_RETRY
    assert issue_keys(hass) == {"certificate_changed"}
    await hass.config_entries.async_set_disabled_by(
        entry.entry_id, ConfigEntryDisabler.USER
    )
    assert issue_keys(hass) == set()


async def test_changed_certificate_stops_polls_until_accepted(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    server: Server,
    new_certificate: Certificate,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Send no password, show both fingerprints, and recover with one confirmation."""
    old = server.certificate_sha256
    server.renew_certificate(new_certificate)
    bmc.restart(seconds=90)
    await elapse(20 * MINUTE)
    assert bmc.login_attempts == 1
    assert entity(hass, loaded, POWER).state == STATE_UNAVAILABLE
    assert len(logged_problems(caplog)) <= 2

    (issue,) = open_issues(hass)
    assert issue.is_fixable
    assert issue.severity is ir.IssueSeverity.ERROR
    shown = await fix_issue(hass, issue)
    assert shown["name"] == loaded.title
    assert digits(shown["old"]) == old
    assert digits(shown["new"]) == new_certificate.sha256

    assert loaded.data["verify_ssl"] == new_certificate.sha256
    assert entry_state(loaded) is ConfigEntryState.LOADED
    assert entity(hass, loaded, POWER).state == "118"
    assert open_issues(hass) == []
    assert bmc.open_sessions == 1


async def test_certificate_changed_before_setup_creates_issue(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, server: Server
) -> None:
    """Send no request, and set the entry up when the certificate is accepted."""
    server.renew_certificate()
    await set_up(hass, entry)
    assert entry_state(entry) is ConfigEntryState.SETUP_RETRY
    assert bmc.requests == []
    (issue,) = open_issues(hass)
    await fix_issue(hass, issue)
    assert entry_state(entry) is ConfigEntryState.LOADED
    assert open_issues(hass) == []


async def test_issue_is_deleted_when_old_certificate_is_back(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    server: Server,
    new_certificate: Certificate,
    elapse: Elapse,
) -> None:
    """Recover without an action of the user."""
    old = server._certificate
    server.renew_certificate(new_certificate)
    bmc.restart(seconds=90)
    await elapse(10 * MINUTE)
    assert open_issues(hass)
    server.renew_certificate(old)
    await elapse(10 * MINUTE)
    assert open_issues(hass) == []
    assert entity(hass, loaded, POWER).state == "118"


async def test_untrusted_certificate_creates_issue(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, server: Server
) -> None:
    """Offer to pin a certificate that has expired or was reset to the factory's."""
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


async def test_unreachable_bmc_creates_no_certificate_issue(
    hass: HomeAssistant, entry: ConfigEntry, server: Server
) -> None:
    """Wait for the next attempt if the certificate cannot be read."""
    for host, issues in (("127.0.0.1:1", 0), (server.host, 1)):
        data = {**entry.data, "host": host, "verify_ssl": True}
        hass.config_entries.async_update_entry(entry, data=data)
        await async_report_certificate(hass, entry, CertificateError("untrusted"))
        assert len(open_issues(hass)) == issues


async def test_issue_is_deleted_with_its_entry(
    hass: HomeAssistant, entry: ConfigEntry, server: Server
) -> None:
    """Delete the issues of a removed server."""
    server.renew_certificate()
    await set_up(hass, entry)
    assert open_issues(hass)
    await hass.config_entries.async_remove(entry.entry_id)
    assert open_issues(hass) == []


async def test_repair_of_removed_entry_ends_without_error(
    hass: HomeAssistant, entry: ConfigEntry, server: Server
) -> None:
    """Accept the confirmation of a form that is still open in a browser."""
    server.renew_certificate()
    await set_up(hass, entry)
    (issue,) = open_issues(hass)
    flow = await async_create_fix_flow(hass, issue.issue_id, dict(issue.data or {}))
    flow.hass = hass
    await hass.config_entries.async_remove(entry.entry_id)
    assert (await flow.async_step_confirm({}))["type"] == "create_entry"  # type: ignore[attr-defined]
    assert not hass.config_entries.async_entries(DOMAIN)


# Licenses


async def test_missing_license_creates_one_issue_that_can_be_ignored(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """List the missing resources and the license; keep the issue ignored.

    The resources are requested again after an hour at the earliest.
    """
    bmc.unlicensed = (LICENSES, LLDP)
    await set_up(hass, entry)
    assert entry_state(entry) is ConfigEntryState.LOADED
    (issue,) = open_issues(hass)
    assert not issue.is_fixable
    assert issue.translation_placeholders
    parts = issue.translation_placeholders["parts"]
    assert parts == "Licenses, Neighbor discovery (LLDP)"
    assert "DCMS" in issue.translation_placeholders["licenses"]
    ir.async_ignore_issue(hass, DOMAIN, issue.issue_id, ignore=True)
    since = len(bmc.requests)
    await elapse(50 * MINUTE)
    await reload(hass, entry)
    (issue,) = open_issues(hass)
    assert issue.dismissed_version
    refused = [request for request in bmc.requests[since:] if request.status == 403]
    assert len(refused) == 2
    assert bmc.login_attempts == 2
    assert logged_problems(caplog) == []


async def test_activated_license_deletes_issue(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Read the resource again when the entry is reloaded."""
    bmc.unlicensed = (LLDP,)
    await set_up(hass, entry)
    assert open_issues(hass)
    bmc.unlicensed = ()
    await reload(hass, entry)
    assert open_issues(hass) == []
    assert entity(hass, entry, "switch.lldp").state != STATE_UNAVAILABLE
