"""Complete the config flow over HTTP in the same way as the web page."""

from collections.abc import Iterable, Mapping
from typing import Any

from .api import HomeAssistantApi, WebSocket
from .certificate import CertificateCheck
from .configuration import DOMAIN
from .console import DemoError

_FLOWS = "api/config/config_entries/flow"
_MAX_STEPS = 10

type Json = dict[str, Any]


async def add_server(
    api: HomeAssistantApi,
    websocket: WebSocket,
    form_data: Mapping[str, str],
    certificate: CertificateCheck,
) -> str:
    """Submit every form and return the id of the new config entry.

    Raises:
        DemoError: No entry was created; the message is the text shown to the user.

    """
    start = {"handler": DOMAIN, "show_advanced_options": False}
    step = await api.post(_FLOWS, start)
    for _ in range(_MAX_STEPS):
        if step["type"] != "form" or step["errors"]:
            break
        if step["step_id"] == "certificate":
            await certificate.confirm(step["description_placeholders"])
        form = fill_form(step["data_schema"], form_data)
        step = await api.post(f"{_FLOWS}/{step['flow_id']}", form)
    if step["type"] == "create_entry":
        entry_id: str = step["result"]["entry_id"]
        return entry_id
    reason = await _describe_failure(websocket, step)
    raise DemoError(f"the server was not added: {reason}")


def fill_form(schema: Iterable[Json], form_data: Mapping[str, str]) -> Json:
    """Return a form with the given values, and with defaults for all other fields."""
    form: Json = {}
    for field in schema:
        name = field["name"]
        suggested = (field.get("description") or {}).get("suggested_value")
        if field.get("type") == "expandable":
            form[name] = fill_form(field["schema"], form_data)
        elif name in form_data:
            form[name] = form_data[name]
        elif (value := field.get("default", suggested)) is not None:
            form[name] = value
        elif field.get("required"):
            raise DemoError(f"the config flow requires {name!r}, which has no default")
    return form


async def _describe_failure(websocket: WebSocket, step: Json) -> str:
    """Return the web page's texts for a config flow that created no entry."""
    if step["type"] not in ("form", "abort"):
        return f"its step {step.get('step_id')!r} is of type {step['type']}"
    translations = await websocket.call(
        "frontend/get_translations",
        language="en",
        category="config",
        integration=[DOMAIN],
        config_flow=True,
    )
    return "; ".join(error_messages(step, translations["resources"])) or (
        f"its step {step.get('step_id')!r} did not end"
    )


def error_messages(step: Json, texts: Mapping[str, str]) -> list[str]:
    """Return the messages of a form's fields, or the reason of an aborted flow."""
    prefix = f"component.{DOMAIN}.config"
    if step["type"] == "abort":
        keys = {"": f"{prefix}.abort.{step['reason']}"}
    else:
        keys = {
            "" if field == "base" else f"{field}: ": f"{prefix}.error.{error}"
            for field, error in (step["errors"] or {}).items()
        }
    return [
        f"{field}{_replace_placeholders(texts.get(key, key), step)}"
        for field, key in keys.items()
    ]


def _replace_placeholders(text: str, step: Json) -> str:
    """Return a text with the placeholders of its step replaced."""
    for name, value in (step.get("description_placeholders") or {}).items():
        text = text.replace(f"{{{name}}}", str(value))
    return text
