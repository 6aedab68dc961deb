"""Repair issues of the fan control."""

from collections.abc import Mapping

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.issue_registry import IssueSeverity

from ..repairs import (
    ISSUE_FAN_CONTROL,
    ISSUE_FAN_FLOOR,
    ISSUE_FANS_HELD,
    async_delete_issues,
    create_issue,
)
from ..util import display_text, escape_markdown


@callback
def async_report_fan_trip(
    hass: HomeAssistant, entry: ConfigEntry, reason: str | None, sensor: str
) -> None:
    """Create the issue of an end of the fan control, or delete it without a reason."""
    if reason is None:
        async_delete_issues(hass, entry, ISSUE_FAN_CONTROL)
        return
    create_issue(
        hass,
        entry,
        ISSUE_FAN_CONTROL,
        {"sensor": escape_markdown(display_text(sensor)) or "-"},
        fix_data={"reason": reason},
        severity=IssueSeverity.ERROR,
        translation_key=f"{ISSUE_FAN_CONTROL}_{reason}",
        is_persistent=True,
    )


@callback
def async_report_fan_floors(
    hass: HomeAssistant, entry: ConfigEntry, floors: Mapping[int, int]
) -> None:
    """Create the issue of duties that were too low for the fans."""
    raised = ", ".join(f"{zone + 1}: {duty} %" for zone, duty in sorted(floors.items()))
    create_issue(hass, entry, ISSUE_FAN_FLOOR, {"zones": raised})


@callback
def async_report_fans_held(
    hass: HomeAssistant, entry: ConfigEntry, *, is_held: bool
) -> None:
    """Create the issue of fans that could not be given back to the BMC, or delete it.

    The user has to act on the BMC, so that the issue outlives its config entry.
    """
    if not is_held:
        async_delete_issues(hass, entry, ISSUE_FANS_HELD)
        return
    create_issue(
        hass,
        entry,
        ISSUE_FANS_HELD,
        {},
        fix_data={},
        severity=IssueSeverity.CRITICAL,
        is_persistent=True,
    )
