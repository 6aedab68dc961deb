"""The dialogue by which a server is added, as the web page leads through it."""

from collections.abc import Iterable, Mapping
from typing import Any

from .api import Page, Socket
from .configuration import DOMAIN
from .errors import DemoError

_FLOWS = "api/config/config_entries/flow"
_MOST_STEPS = 10

type Json = dict[str, Any]


async def add_server(page: Page, socket: Socket, answers: Mapping[str, str]) -> str:
    """Fill in every form; return the id of the config entry that comes of it.

    Raises:
        DemoError: It did not come to that; the message is what the user would read.

    """
    start = {"handler": DOMAIN, "show_advanced_options": False}
    step = await page.post(_FLOWS, start)
    for _ in range(_MOST_STEPS):
        if step["type"] != "form" or step["errors"]:
            break
        form = filled(step["data_schema"], answers)
        step = await page.post(f"{_FLOWS}/{step['flow_id']}", form)
    if step["type"] == "create_entry":
        entry_id: str = step["result"]["entry_id"]
        return entry_id
    raise DemoError(f"the server was not added: {await _explain(socket, step)}")


def filled(schema: Iterable[Json], answers: Mapping[str, str]) -> Json:
    """Return a form filled with the answers, and with its defaults for all else."""
    form: Json = {}
    for field in schema:
        name = field["name"]
        suggested = (field.get("description") or {}).get("suggested_value")
        if field.get("type") == "expandable":
            form[name] = filled(field["schema"], answers)
        elif name in answers:
            form[name] = answers[name]
        elif (value := field.get("default", suggested)) is not None:
            form[name] = value
        elif field.get("required"):
            raise DemoError(f"the dialogue asks for {name!r}, which has no default")
    return form


async def _explain(socket: Socket, step: Json) -> str:
    """Return why a dialogue came to no good end, in the words of the web page."""
    if step["type"] not in ("form", "abort"):
        return f"its step {step.get('step_id')!r} is a {step['type']}"
    answer = await socket.ask(
        "frontend/get_translations",
        language="en",
        category="config",
        integration=[DOMAIN],
        config_flow=True,
    )
    return "; ".join(explanations(step, answer["resources"])) or (
        f"its step {step.get('step_id')!r} did not end"
    )


def explanations(step: Json, texts: Mapping[str, str]) -> list[str]:
    """Return the messages of a form's fields, or that of an end without an entry."""
    prefix = f"component.{DOMAIN}.config"
    if step["type"] == "abort":
        keys = {"": f"{prefix}.abort.{step['reason']}"}
    else:
        keys = {
            "" if field == "base" else f"{field}: ": f"{prefix}.error.{error}"
            for field, error in (step["errors"] or {}).items()
        }
    return [
        f"{field}{_formatted(texts.get(key, key), step)}" for field, key in keys.items()
    ]


def _formatted(text: str, step: Json) -> str:
    """Return a text with the placeholders of its step replaced."""
    for name, value in (step.get("description_placeholders") or {}).items():
        text = text.replace(f"{{{name}}}", str(value))
    return text
