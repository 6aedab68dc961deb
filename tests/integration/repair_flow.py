"""The integration's repair issues, and the flow that fixes them."""

from homeassistant.components.repairs import DOMAIN as REPAIRS
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component

from custom_components.supermicro_redfish.const import DOMAIN


def open_issues(hass: HomeAssistant) -> list[ir.IssueEntry]:
    """Return the active issues of the integration."""
    return [
        issue
        for issue in ir.async_get(hass).issues.values()
        if issue.domain == DOMAIN and issue.active
    ]


def issue_keys(hass: HomeAssistant) -> set[str | None]:
    """Return the translation keys of the active issues."""
    return {issue.translation_key for issue in open_issues(hass)}


async def fix_issue(hass: HomeAssistant, issue: ir.IssueEntry) -> dict[str, str]:
    """Confirm the fix of an issue and return the placeholders of the form."""
    await async_setup_component(hass, REPAIRS, {})
    flows = hass.data[REPAIRS]["flow_manager"]
    form = await flows.async_init(DOMAIN, data={"issue_id": issue.issue_id})
    assert form["step_id"] == "confirm"
    placeholders: dict[str, str] = form["description_placeholders"]
    result = await flows.async_configure(form["flow_id"], {})
    assert result["type"] == "create_entry"
    await hass.async_block_till_done(wait_background_tasks=True)
    return placeholders
