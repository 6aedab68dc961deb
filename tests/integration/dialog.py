"""Steps through the config flow's dialogs."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import SOURCE_USER, ConfigFlowResult
from homeassistant.core import HomeAssistant

from custom_components.supermicro_redfish.const import DOMAIN


async def begin(hass: HomeAssistant) -> ConfigFlowResult:
    """Open the dialog that adds a server."""
    return await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )


async def fill_in(
    hass: HomeAssistant, form: ConfigFlowResult, user_input: Mapping[str, Any]
) -> ConfigFlowResult:
    """Submit one form."""
    result = await hass.config_entries.flow.async_configure(
        form["flow_id"], dict(user_input)
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    return result


async def submit(
    hass: HomeAssistant,
    form: ConfigFlowResult,
    user_input: Mapping[str, Any],
    *,
    certificate: str = "pin",
) -> ConfigFlowResult:
    """Submit a form, and the form of the certificate if it follows."""
    result = await fill_in(hass, form, user_input)
    if result.get("step_id") != "certificate":
        return result
    return await fill_in(hass, result, {"certificate": certificate})


async def add(hass: HomeAssistant, user_input: Mapping[str, Any]) -> ConfigFlowResult:
    """Add a server by submitting all forms of the dialog."""
    return await submit(hass, await begin(hass), user_input)


async def reauth_form(hass: HomeAssistant) -> ConfigFlowResult:
    """Return the form of the reauthentication flow, which must be the only flow."""
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == "reauth"
    return flow


def suggested_values(form: ConfigFlowResult) -> dict[str, Any]:
    """Return the suggested values of a form's fields."""
    assert form["data_schema"]
    return {
        str(marker): (marker.description or {}).get("suggested_value")
        for marker in form["data_schema"].schema
    }
