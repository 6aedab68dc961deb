"""Repair issues of a server, and the flow that fixes a changed certificate."""

from collections.abc import Mapping
from typing import cast, override

from homeassistant.components.repairs import (
    ConfirmRepairFlow,
    RepairsFlow,
    RepairsFlowResult,
)
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST, CONF_VERIFY_SSL
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.issue_registry import IssueSeverity

from .aiosupermicro import (
    CertificateError,
    LicenseError,
    SupermicroRedfishError,
    async_get_server_certificate,
)
from .const import DOMAIN, LOGGER, MAX_ENTITIES
from .util import display_text, escape_markdown, format_fingerprint

ISSUE_CERTIFICATE = "certificate_changed"
ISSUE_LICENSE = "license_missing"
ISSUE_TOO_MANY = "too_many_entities"


async def async_report_certificate(
    hass: HomeAssistant, entry: ConfigEntry, error: CertificateError
) -> None:
    """Create an issue that offers to trust the BMC's present certificate."""
    try:
        fingerprint = (
            error.fingerprint
            or (await async_get_server_certificate(entry.data[CONF_HOST])).fingerprint
        )
    except SupermicroRedfishError as failure:
        LOGGER.debug("%s: certificate cannot be read: %s", entry.title, failure)
        return
    pinned = entry.data[CONF_VERIFY_SSL]
    is_pinned = isinstance(pinned, str)
    ir.async_create_issue(
        hass,
        DOMAIN,
        _issue_id(entry, ISSUE_CERTIFICATE),
        data={"entry_id": entry.entry_id, "fingerprint": fingerprint},
        is_fixable=True,
        severity=IssueSeverity.ERROR,
        translation_key=ISSUE_CERTIFICATE if is_pinned else "certificate_untrusted",
        translation_placeholders={
            "name": entry.title,
            "old": format_fingerprint(pinned) if is_pinned else "-",
            "new": format_fingerprint(fingerprint),
        },
    )


@callback
def async_report_licenses(
    hass: HomeAssistant,
    entry: ConfigEntry,
    errors: Mapping[str, SupermicroRedfishError],
) -> None:
    """Create an issue for missing licenses, or delete it if none is missing."""
    unlicensed = {
        name: error
        for name, error in errors.items()
        if isinstance(error, LicenseError) and not name.startswith("/")
    }
    if not unlicensed:
        async_delete_issues(hass, entry, ISSUE_LICENSE)
        return
    licenses = {error.license for error in unlicensed.values() if error.license}
    ir.async_create_issue(
        hass,
        DOMAIN,
        _issue_id(entry, ISSUE_LICENSE),
        is_fixable=False,
        severity=IssueSeverity.WARNING,
        translation_key=ISSUE_LICENSE,
        translation_placeholders={
            "name": display_text(entry.title),
            "parts": ", ".join(sorted(name.replace("_", " ") for name in unlicensed)),
            "licenses": escape_markdown(", ".join(sorted(licenses))) or "-",
        },
    )


@callback
def async_report_too_many_entities(
    hass: HomeAssistant, entry: ConfigEntry, *, is_limited: bool
) -> None:
    """Create an issue for a BMC with more parts than are added, or delete it."""
    if not is_limited:
        async_delete_issues(hass, entry, ISSUE_TOO_MANY)
        return
    ir.async_create_issue(
        hass,
        DOMAIN,
        _issue_id(entry, ISSUE_TOO_MANY),
        is_fixable=False,
        severity=IssueSeverity.WARNING,
        translation_key=ISSUE_TOO_MANY,
        translation_placeholders={
            "name": display_text(entry.title),
            "limit": str(MAX_ENTITIES),
        },
    )


@callback
def async_delete_issues(hass: HomeAssistant, entry: ConfigEntry, *issues: str) -> None:
    """Delete some issues of a server, or all of them."""
    for issue in issues or (ISSUE_CERTIFICATE, ISSUE_LICENSE, ISSUE_TOO_MANY):
        ir.async_delete_issue(hass, DOMAIN, _issue_id(entry, issue))


def _issue_id(entry: ConfigEntry, issue: str) -> str:
    """Return the id of an issue of a server."""
    return f"{issue}_{entry.entry_id}"


class CertificateRepairFlow(ConfirmRepairFlow):
    """Flow that pins the certificate shown in the issue and reloads the entry."""

    def __init__(self, entry_id: str, fingerprint: str) -> None:
        """Initialize the flow.

        The fingerprint is that of the issue, even if the certificate has changed again.
        """
        self._entry_id = entry_id
        self._fingerprint = fingerprint

    @override
    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Show the old and the new fingerprint, and pin the new one."""
        if user_input is None:
            return await super().async_step_confirm()
        entries = self.hass.config_entries
        if entry := entries.async_get_entry(self._entry_id):
            data = {**entry.data, CONF_VERIFY_SSL: self._fingerprint}
            entries.async_update_entry(entry, data=data)
            entries.async_schedule_reload(entry.entry_id)
        return self.async_create_entry(data={})


async def async_create_fix_flow(
    hass: HomeAssistant,  # noqa: ARG001 - Home Assistant's signature
    issue_id: str,  # noqa: ARG001
    data: dict[str, str | int | float | None] | None,
) -> RepairsFlow:
    """Create the flow for the only fixable issue, that of a changed certificate."""
    issue_data = cast("dict[str, str]", data)
    return CertificateRepairFlow(issue_data["entry_id"], issue_data["fingerprint"])
