"""What only the owner of a server can mend, as repair issues."""

from collections.abc import Mapping

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
from .const import DOMAIN, LOGGER
from .util import plain, with_colons

CERTIFICATE = "certificate_changed"
LICENSE = "license_missing"


def issue_id(entry: ConfigEntry, kind: str) -> str:
    """Return the id of an issue of a server."""
    return f"{kind}_{entry.entry_id}"


async def async_report_certificate(
    hass: HomeAssistant, entry: ConfigEntry, error: CertificateError
) -> None:
    """Ask whether the certificate that the BMC shows now is to be accepted."""
    try:
        shown = (
            error.fingerprint
            or (await async_get_server_certificate(entry.data[CONF_HOST])).fingerprint
        )
    except SupermicroRedfishError as gone:
        LOGGER.debug("%s: the certificate cannot be read: %s", entry.title, gone)
        return
    pinned = entry.data[CONF_VERIFY_SSL]
    is_pinned = isinstance(pinned, str)
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id(entry, CERTIFICATE),
        data={"entry_id": entry.entry_id, "fingerprint": shown},
        is_fixable=True,
        severity=IssueSeverity.ERROR,
        translation_key=CERTIFICATE if is_pinned else "certificate_untrusted",
        translation_placeholders={
            "name": entry.title,
            "old": with_colons(pinned) if is_pinned else "-",
            "new": with_colons(shown),
        },
    )


@callback
def async_report_licenses(
    hass: HomeAssistant,
    entry: ConfigEntry,
    errors: Mapping[str, SupermicroRedfishError],
) -> None:
    """Name what a licence is missing for, once, and forget it when there is one."""
    wanted = {
        part: error for part, error in errors.items() if isinstance(error, LicenseError)
    }
    if not wanted:
        async_forget(hass, entry, LICENSE)
        return
    licenses = {error.license for error in wanted.values() if error.license}
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id(entry, LICENSE),
        is_fixable=False,
        severity=IssueSeverity.WARNING,
        translation_key=LICENSE,
        translation_placeholders={
            "name": entry.title,
            "parts": ", ".join(sorted(part.replace("_", " ") for part in wanted)),
            "licenses": plain(", ".join(sorted(licenses))) or "-",
        },
    )


@callback
def async_forget(hass: HomeAssistant, entry: ConfigEntry, *kinds: str) -> None:
    """Take back what is mended; without a kind, all that there is of a server."""
    for kind in kinds or (CERTIFICATE, LICENSE):
        ir.async_delete_issue(hass, DOMAIN, issue_id(entry, kind))
