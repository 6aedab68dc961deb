"""What the demo tells: progress while it works, and what it has in the end."""

from collections.abc import Iterable, Iterator
import json
import sys
import time
from typing import Any

from yarl import URL

from .inventory import Entity, Survey
from .onboarding import PASSWORD, USERNAME
from .target import Target

_BEGAN = time.monotonic()


def say(text: str) -> None:
    """Tell what is being done, with the seconds since the start."""
    sys.stderr.write(f"{time.monotonic() - _BEGAN:5.1f} s  {text}\n")


def complain(text: str) -> None:
    """Tell what is wrong."""
    sys.stderr.write(f"script/demo: {text}\n")


def print_document(document: dict[str, Any]) -> None:
    """Print the document of a check."""
    sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def print_overview(url: URL, target: Target, found: Survey) -> None:
    """Print where to look, and what there is to see."""
    account = f"  {target.username} / {target.password}" if target.server else ""
    lines = [
        "",
        f"Home Assistant  {url}",
        f"Sign in         {USERNAME} / {PASSWORD}",
        f"{found.title:<14}  {url / 'config/devices/device' / found.device['id']}",
        f"Its BMC         {found.device['configuration_url']}{account}",
        "",
        *table(found.entities, prefix=f"{found.device['name']} "),
        "",
        "Ctrl-C ends it.",
    ]
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def table(entities: Iterable[Entity], prefix: str) -> Iterator[str]:
    """Return the lines of a table of entities; the prefix of names is left out."""
    rows = [
        ("Entity", "Name", "State"),
        *(
            (entity.entity_id, (entity.name or "").removeprefix(prefix), shown(entity))
            for entity in entities
        ),
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = zip(row, widths, strict=True)
        yield "  ".join(f"{cell:<{width}}" for cell, width in cells).rstrip()


def shown(entity: Entity) -> str:
    """Return a state with its unit."""
    if entity.disabled:
        return "(disabled)"
    return " ".join(filter(None, (entity.state, entity.unit)))
