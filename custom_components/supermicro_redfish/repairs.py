"""Repair issues of a server, and the flows that fix them."""

from collections.abc import Iterable, Mapping
from typing import cast, override

from homeassistant.components.repairs import (
    ConfirmRepairFlow,
    RepairsFlow,
    RepairsFlowResult,
)
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST, CONF_VERIFY_SSL
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.helpers.issue_registry import IssueSeverity
from homeassistant.helpers.translation import async_get_cached_translations
import voluptuous as vol

from .aiosupermicro import (
    CertificateError,
    LicenseError,
    SupermicroRedfishError,
    async_get_server_certificate,
)
from .const import (
    CONF_ENTERED_HOST,
    CONF_REMOVED_ENTITIES,
    CONF_UNVERIFIED_CERTIFICATE,
    DOMAIN,
    LOGGER,
    MAX_ENTITIES,
)
from .util import display_text, escape_markdown, format_fingerprint

_ENTITY_KEYS = {
    "license": "licences",
    "log_entries": "health_log",
    "snooping": "post_code",
}
"""Keys of the entities of resources that have another name."""

ISSUE_CERTIFICATE = "certificate_changed"
ISSUE_FAN_CONTROL = "fan_control"
ISSUE_FAN_FLOOR = "fan_floor_raised"
ISSUE_FANS_HELD = "fans_not_given_back"
ISSUE_LICENSE = "license_missing"
ISSUE_MIGRATION = "entities_migrated"
ISSUE_TOO_MANY = "too_many_entities"
ISSUE_UNVERIFIED = "certificate_unverified"

FAN_ISSUES = (ISSUE_FAN_CONTROL, ISSUE_FAN_FLOOR)
_ISSUES = (
    *FAN_ISSUES,
    ISSUE_FANS_HELD,
    ISSUE_CERTIFICATE,
    ISSUE_LICENSE,
    ISSUE_MIGRATION,
    ISSUE_TOO_MANY,
    ISSUE_UNVERIFIED,
)


async def async_report_certificate(
    hass: HomeAssistant, entry: ConfigEntry, error: CertificateError
) -> None:
    """Create an issue that offers to trust the BMC's current certificate."""
    try:
        fingerprint = (
            error.fingerprint
            or (await async_get_server_certificate(entry.data[CONF_HOST])).fingerprint
        )
    except SupermicroRedfishError as failure:
        LOGGER.debug("%s: certificate cannot be read: %s", entry.title, failure)
        return
    async_create_certificate_issue(hass, entry, fingerprint)


@callback
def async_create_certificate_issue(
    hass: HomeAssistant, entry: ConfigEntry, fingerprint: str
) -> None:
    """Create the issue of an unexpected or unverified certificate.

    It names the address, and the one that the user entered if they differ. Discovery
    changes the address of a BMC that has moved, and another device could pretend to
    be that BMC.
    """
    pinned = entry.data[CONF_VERIFY_SSL]
    host, entered = entry.data[CONF_HOST], entry.data.get(CONF_ENTERED_HOST)
    is_moved = entered not in (None, host)
    if pinned is False:
        issue, key = ISSUE_UNVERIFIED, ISSUE_UNVERIFIED
    else:
        issue = ISSUE_CERTIFICATE
        key = ISSUE_CERTIFICATE if isinstance(pinned, str) else "certificate_untrusted"
        key = f"{key}_moved" if is_moved else key
    placeholders = {
        "host": escape_markdown(host),
        "entered": escape_markdown(str(entered)),
        "old": format_fingerprint(pinned) if isinstance(pinned, str) else "-",
        "new": format_fingerprint(fingerprint),
    }
    create_issue(
        hass,
        entry,
        issue,
        placeholders,
        fix_data={"host": host, "fingerprint": fingerprint},
        severity=IssueSeverity.WARNING if pinned is False else IssueSeverity.ERROR,
        translation_key=key,
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
    placeholders = {
        "parts": ", ".join(_part_names(hass, unlicensed)),
        "licenses": escape_markdown(", ".join(sorted(licenses))) or "-",
    }
    create_issue(hass, entry, ISSUE_LICENSE, placeholders)


@callback
def _part_names(hass: HomeAssistant, resources: Iterable[str]) -> list[str]:
    """Return the names of the resources' entities, else those of the resources."""
    texts = async_get_cached_translations(hass, hass.config.language, "entity", DOMAIN)
    names = {
        path.split(".")[-2]: text
        for path, text in texts.items()
        if path.endswith(".name") and "state_attributes" not in path
    }
    return sorted(
        names.get(_ENTITY_KEYS.get(name, name), name.replace("_", " "))
        for name in resources
    )


@callback
def async_report_too_many_entities(
    hass: HomeAssistant, entry: ConfigEntry, *, is_limited: bool
) -> None:
    """Create an issue for a BMC with more parts than are added, or delete it."""
    if is_limited:
        create_issue(hass, entry, ISSUE_TOO_MANY, {"limit": str(MAX_ENTITIES)})
    else:
        async_delete_issues(hass, entry, ISSUE_TOO_MANY)


@callback
def async_report_migration(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Create the issues of a migrated server, or delete those that are settled.

    An issue that exists is not deleted before, so that one that the user ignores stays
    ignored.
    """
    removed = entry.data.get(CONF_REMOVED_ENTITIES)
    if removed is None:
        async_delete_issues(hass, entry, ISSUE_MIGRATION)
    else:
        text = _list_removed(hass, entry, removed)
        create_issue(hass, entry, ISSUE_MIGRATION, {"removed": text}, fix_data={})
    fingerprint = entry.data.get(CONF_UNVERIFIED_CERTIFICATE)
    if fingerprint is None or entry.data[CONF_VERIFY_SSL] is not False:
        async_delete_issues(hass, entry, ISSUE_UNVERIFIED)
    else:
        async_create_certificate_issue(hass, entry, fingerprint)


def create_issue(  # noqa: PLR0913 - all but four are optional
    hass: HomeAssistant,
    entry: ConfigEntry,
    issue: str,
    placeholders: dict[str, str],
    *,
    fix_data: dict[str, str] | None = None,
    severity: IssueSeverity = IssueSeverity.WARNING,
    translation_key: str | None = None,
    is_persistent: bool = False,
) -> None:
    """Create an issue of a server; one with data for a flow is fixable."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        _issue_id(entry, issue),
        data=None if fix_data is None else {"entry_id": entry.entry_id, **fix_data},
        is_fixable=fix_data is not None,
        is_persistent=is_persistent,
        severity=severity,
        translation_key=translation_key or issue,
        translation_placeholders={"name": display_text(entry.title), **placeholders},
    )


def _list_removed(
    hass: HomeAssistant, entry: ConfigEntry, removed: Mapping[str, str]
) -> str:
    """Return removed entities as a Markdown list, each with its replacement.

    Markdown has no effect on entity ids between backticks, which they cannot contain.
    """
    registry = er.async_get(hass)
    lines = []
    for entity_id, counterpart in removed.items():
        platform, _, key = counterpart.partition(".")
        replacement = registry.async_get_entity_id(
            platform, DOMAIN, f"{entry.unique_id}_{key}"
        )
        new = f"`{replacement}`" if replacement else "-"
        lines.append(f"- `{entity_id}` → {new}")
    return "\n".join(lines) or "-"


@callback
def async_delete_issues(hass: HomeAssistant, entry: ConfigEntry, *issues: str) -> None:
    """Delete some issues of a server, or all of them."""
    for issue in issues or _ISSUES:
        ir.async_delete_issue(hass, DOMAIN, _issue_id(entry, issue))


def _issue_id(entry: ConfigEntry, issue: str) -> str:
    """Return the id of an issue of a server."""
    return f"{issue}_{entry.entry_id}"


class CertificateRepairFlow(RepairsFlow):
    """Flow that pins the certificate that it shows, and reloads the entry.

    The certificate has to be the one that the BMC still presents on submit. Otherwise
    the flow shows the new one.
    """

    def __init__(self, entry_id: str) -> None:
        """Initialize the flow."""
        self._entry_id = entry_id
        self._shown: tuple[str, str] | None = None
        """Host and fingerprint that the form shows."""

    async def async_step_init(
        self,
        user_input: dict[str, str] | None = None,  # noqa: ARG002 - always None
    ) -> RepairsFlowResult:
        """Show the form."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Show the fingerprint, and pin it if it is still the current one."""
        entry = self.hass.config_entries.async_get_entry(self._entry_id)
        if entry is None:
            return self.async_create_entry(data={})
        if user_input is None or self._shown is None:
            return self._show_form({})
        host = entry.data[CONF_HOST]
        try:
            certificate = await async_get_server_certificate(host)
        except SupermicroRedfishError:
            return self._show_form({"base": "cannot_connect"})
        if (host, certificate.fingerprint) != self._shown:
            async_create_certificate_issue(self.hass, entry, certificate.fingerprint)
            return self._show_form({"base": "certificate_changed"})
        _update_and_reload(
            self.hass,
            self._entry_id,
            {CONF_VERIFY_SSL: certificate.fingerprint},
            CONF_UNVERIFIED_CERTIFICATE,
        )
        return self.async_create_entry(data={})

    def _show_form(self, errors: dict[str, str]) -> RepairsFlowResult:
        """Show the issue with its current data, and remember the data."""
        placeholders: Mapping[str, str] = {}
        if issue := ir.async_get(self.hass).async_get_issue(DOMAIN, self.issue_id):
            data = issue.data or {}
            self._shown = (str(data["host"]), str(data["fingerprint"]))
            placeholders = issue.translation_placeholders or {}
        return self.async_show_form(
            step_id="confirm",
            data_schema=vol.Schema({}),
            description_placeholders=placeholders,
            errors=errors,
        )


class _EntryRepairFlow(ConfirmRepairFlow):
    """Flow that settles an issue of a config entry once it is confirmed."""

    def __init__(self, entry_id: str) -> None:
        """Initialize the flow."""
        self._entry_id = entry_id


class MigrationRepairFlow(_EntryRepairFlow):
    """Flow that ends the support for automations from before a migration."""

    @override
    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Show the removed entities, and forget them."""
        if user_input is not None:
            _update_and_reload(self.hass, self._entry_id, {}, CONF_REMOVED_ENTITIES)
        return await super().async_step_confirm(user_input)


class FanControlRepairFlow(_EntryRepairFlow):
    """Flow that allows the fan control again."""

    @override
    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Show the reason, and allow control."""
        entry = self.hass.config_entries.async_get_entry(self._entry_id)
        if user_input is not None and entry is not None:
            data = getattr(entry, "runtime_data", None)
            if data is None or data.fan_controller is None:
                return self.async_abort(reason="not_loaded")
            await data.fan_controller.async_clear_trip()
        return await super().async_step_confirm(user_input)


@callback
def _update_and_reload(
    hass: HomeAssistant, entry_id: str, updates: Mapping[str, str], settled: str
) -> None:
    """Update the data of a config entry, if it still exists, and reload it.

    The data of the settled issue is removed, so that the issue does not return.
    """
    entries = hass.config_entries
    if entry := entries.async_get_entry(entry_id):
        data = {key: value for key, value in entry.data.items() if key != settled}
        entries.async_update_entry(entry, data={**data, **updates})
        entries.async_schedule_reload(entry_id)


async def async_create_fix_flow(
    hass: HomeAssistant,  # noqa: ARG001 - Home Assistant's signature
    issue_id: str,
    data: dict[str, str | int | float | None] | None,
) -> RepairsFlow:
    """Create the flow for a fixable issue; that of a certificate has a fingerprint."""
    if issue_id.startswith(ISSUE_FANS_HELD):
        return ConfirmRepairFlow()
    issue_data = cast("dict[str, str]", data)
    if "reason" in issue_data:
        return FanControlRepairFlow(issue_data["entry_id"])
    if "fingerprint" in issue_data:
        return CertificateRepairFlow(issue_data["entry_id"])
    return MigrationRepairFlow(issue_data["entry_id"])
