"""Test the issues of migrated servers: certificate, entities, options of selects."""

from unittest.mock import patch

from homeassistant.components.diagnostics import REDACTED
from homeassistant.config_entries import (
    ConfigEntry,
    ConfigEntryState,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import (
    entity_registry as er,
    issue_registry as ir,
)
import pytest

from custom_components.supermicro_redfish.aiosupermicro import SupermicroRedfishError
from custom_components.supermicro_redfish.const import DOMAIN
from custom_components.supermicro_redfish.diagnostics import (
    async_get_config_entry_diagnostics,
)
from tests.simulator import Bmc, Server

from . import FAN_MODE, SYSTEM, call, entity, entry_state, set_up, unload
from .published import (
    MODE,
    ROWS,
    SOURCE,
    issues_by_key,
    register_entity,
    registered_ids,
    settle,
)
from .repair_flow import fix_issue

# The certificate


def verify_ssl(entry: ConfigEntry) -> bool | str:
    """Return the setting of the certificate."""
    setting: bool | str = entry.data["verify_ssl"]
    return setting


async def test_migration_offers_to_pin_certificate(
    hass: HomeAssistant, published: ConfigEntry, server: Server
) -> None:
    """Skip the verification until the user confirms; pin the shown certificate."""
    await set_up(hass, published)
    assert verify_ssl(published) is False
    issue = issues_by_key(hass)["certificate_unverified"]
    assert issue.is_fixable
    assert issue.severity is ir.IssueSeverity.WARNING
    shown = await fix_issue(hass, issue)
    assert shown["new"].replace(":", "").lower() == server.certificate_sha256
    assert verify_ssl(published) == server.certificate_sha256
    assert entry_state(published) is ConfigEntryState.LOADED
    assert "certificate_unverified" not in issues_by_key(hass)

    unverified = {**published.data, "verify_ssl": False}
    hass.config_entries.async_update_entry(published, data=unverified)
    await hass.config_entries.async_reload(published.entry_id)
    assert "certificate_unverified" not in issues_by_key(hass)


async def test_ignored_issues_stay_ignored(
    hass: HomeAssistant, published: ConfigEntry
) -> None:
    """Remember the choice of the user over restarts."""
    await set_up(hass, published)
    for issue in issues_by_key(hass).values():
        ir.async_ignore_issue(hass, DOMAIN, issue.issue_id, ignore=True)
    await hass.config_entries.async_reload(published.entry_id)
    await settle(hass)
    issues = issues_by_key(hass)
    assert set(issues) == {"certificate_unverified", "entities_migrated"}
    assert all(issue.dismissed_version for issue in issues.values())


async def test_decision_in_reconfigure_flow_settles_certificate_issue(
    hass: HomeAssistant, published: ConfigEntry, server: Server
) -> None:
    """Create no further issue after the decision of the user."""
    await set_up(hass, published)
    flows = hass.config_entries.flow
    form = await published.start_reconfigure_flow(hass)  # type: ignore[attr-defined]
    user_input = {"host": server.host, "username": "ADMIN"}
    form = await flows.async_configure(form["flow_id"], user_input)
    await flows.async_configure(form["flow_id"], {"certificate": "unverified"})
    await settle(hass)
    assert published.data["verify_ssl"] is False
    assert set(issues_by_key(hass)) == {"entities_migrated"}


async def test_verified_certificate_settles_certificate_issue(
    hass: HomeAssistant, published: ConfigEntry, server: Server
) -> None:
    """Delete the issue if the certificate has been pinned in another way."""
    await set_up(hass, published)
    pinned = {**published.data, "verify_ssl": server.certificate_sha256}
    hass.config_entries.async_update_entry(published, data=pinned)
    await hass.config_entries.async_reload(published.entry_id)
    assert set(issues_by_key(hass)) == {"entities_migrated"}


async def test_migration_keeps_verification(
    hass: HomeAssistant, published: ConfigEntry, bmc: Bmc, server: Server
) -> None:
    """Send no request to a BMC with an invalid certificate; offer to pin it."""
    verified = {**published.data, "verify_ssl": True}
    hass.config_entries.async_update_entry(published, data=verified)
    await set_up(hass, published)
    assert entry_state(published) is ConfigEntryState.SETUP_RETRY
    assert bmc.requests == []
    await fix_issue(hass, issues_by_key(hass)["certificate_untrusted"])
    assert entry_state(published) is ConfigEntryState.LOADED
    assert published.data["verify_ssl"] == server.certificate_sha256
    assert set(issues_by_key(hass)) == {"entities_migrated"}


async def test_migration_goes_on_without_certificate(
    hass: HomeAssistant, published: ConfigEntry
) -> None:
    """Create no certificate issue if the certificate cannot be read."""
    error = SupermicroRedfishError("malformed")
    name = "custom_components.supermicro_redfish.migration.async_get_server_certificate"
    with patch(name, side_effect=error):
        await set_up(hass, published)
    assert entry_state(published) is ConfigEntryState.LOADED
    assert set(issues_by_key(hass)) == {"entities_migrated"}


# Options of the selects


@pytest.mark.parametrize(
    ("option", "mode"),
    [
        ("Full Speed", "FullSpeed"),
        ("Heavy I/O", "HeavyIO"),
        ("PUE Optimal", "PUEOptimal"),
        ("Standard", "Standard"),
        ("PUE2", "PUE2"),
        ("full_speed", "FullSpeed"),
    ],
)
async def test_migrated_fan_mode_accepts_old_option(
    hass: HomeAssistant, published: ConfigEntry, bmc: Bmc, option: str, mode: str
) -> None:
    """Accept an old option, and show the new one as the state."""
    modes = ["Standard", "FullSpeed", "Optimal", "HeavyIO", "PUEOptimal", "PUE2"]
    bmc.change(FAN_MODE, {"Mode@Redfish.AllowableValues": modes})
    enable(hass, MODE)
    await set_up(hass, published)
    await call(hass, published, MODE, "select_option", option=option)
    assert bmc.fan_mode == mode
    states = ["standard", "full_speed", "optimal", "heavy_io", "pue_optimal", "pue2"]
    assert entity(hass, published, MODE).state == states[modes.index(mode)]


def enable(hass: HomeAssistant, key: str) -> None:
    """Enable a select that the published integration disables."""
    entity_id = f"select.supermicro_bsn1_{key.partition('.')[2]}"
    er.async_get(hass).async_update_entity(entity_id, disabled_by=None)


@pytest.mark.parametrize(
    ("option", "source"),
    [
        ("PXE", "Pxe"),
        ("HDD", "Hdd"),
        ("CD/DVD", "Cd"),
        ("USB", "Usb"),
        ("BIOS Setup", "BiosSetup"),
        ("UEFI HTTP", "UefiHttp"),
        ("Floppy", "Floppy"),
        ("UsbCd", "UsbCd"),
        ("None", "None"),
    ],
)
async def test_migrated_boot_source_accepts_old_option(
    hass: HomeAssistant, published: ConfigEntry, bmc: Bmc, option: str, source: str
) -> None:
    """Accept the names that the published integration gave to boot sources."""
    enable(hass, SOURCE)
    bmc.change(SYSTEM, {"Boot": {"BootSourceOverrideTarget": "Hdd"}})
    await set_up(hass, published)
    await call(hass, published, SOURCE, "select_option", option=option)
    assert bmc.resource(SYSTEM)["Boot"]["BootSourceOverrideTarget"] == source


async def test_confirmation_removes_old_options(
    hass: HomeAssistant, published: ConfigEntry, bmc: Bmc
) -> None:
    """Offer the old options after the new ones until the user confirms."""
    enable(hass, MODE)
    await set_up(hass, published)
    options = entity(hass, published, MODE).attributes["options"]
    new = ["standard", "full_speed", "optimal", "heavy_io"]
    assert options == [*new, "Standard", "Optimal", "Full Speed", "Heavy I/O"]
    assert entity(hass, published, MODE).state == "optimal"

    issue = issues_by_key(hass)["entities_migrated"]
    assert issue.severity is ir.IssueSeverity.WARNING
    shown = await fix_issue(hass, issue)
    assert "`switch.supermicro_bsn1_indicator_led`" in shown["removed"]
    assert entity(hass, published, MODE).attributes["options"] == new
    with pytest.raises(ServiceValidationError):
        await call(hass, published, MODE, "select_option", option="Full Speed")
    assert set(issues_by_key(hass)) == {"certificate_unverified"}
    await hass.config_entries.async_reload(published.entry_id)
    assert set(issues_by_key(hass)) == {"certificate_unverified"}


async def test_diagnostics_hide_removed_entities(
    hass: HomeAssistant, published: ConfigEntry
) -> None:
    """Redact entity ids, which contain a serial number in the published integration."""
    await set_up(hass, published)
    diagnostics = await async_get_config_entry_diagnostics(hass, published)
    assert diagnostics["entry"]["removed_entities"] == REDACTED
    assert "bsn1" not in str(diagnostics["entry"])


async def test_migration_without_entities_raises_no_issue(
    hass: HomeAssistant, bmc: Bmc, server: Server, published: ConfigEntry
) -> None:
    """Create no issue if the entry was never loaded."""
    for entity_id in registered_ids(hass, published):
        er.async_get(hass).async_remove(entity_id)
    await set_up(hass, published)
    assert set(issues_by_key(hass)) == {"certificate_unverified"}


async def test_issues_end_with_their_server(
    hass: HomeAssistant, published: ConfigEntry
) -> None:
    """Keep the issues while the server is unloaded, and delete them with it."""
    await set_up(hass, published)
    issues = issues_by_key(hass)
    await unload(hass, published)
    assert issues_by_key(hass) == issues
    await hass.config_entries.async_remove(published.entry_id)
    assert issues_by_key(hass) == {}


async def test_migration_lists_nothing_if_nothing_is_removed(
    hass: HomeAssistant, published: ConfigEntry
) -> None:
    """Create the issue for the new options, with an empty list."""
    for entity_id in registered_ids(hass, published):
        er.async_get(hass).async_remove(entity_id)
    register_entity(hass, published, MODE, ROWS[MODE])
    await set_up(hass, published)
    issue = issues_by_key(hass)["entities_migrated"]
    assert issue.translation_placeholders == {"name": published.title, "removed": "-"}
