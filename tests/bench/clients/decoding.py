"""How fast the JSON of a board becomes models."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from importlib import import_module
import json
from pathlib import Path
import sys
import time
from typing import Any


def decoders(job: dict[str, Any]) -> list[tuple[Callable[[Any], Any], Any]]:
    """Return what decodes each resource of a board; both clients know all of them."""
    models = import_module("aiosupermicro.models")
    bodies = json.loads(Path(job["bodies"]).read_text("utf-8"))
    return [(getattr(models, name).from_dict, body) for name, body in bodies]


def failing(job: dict[str, Any]) -> list[int]:
    """Return which resources a client cannot decode, by their place."""
    failed = []
    for place, (decode, body) in enumerate(decoders(job)):
        try:
            decode(body)
        except TypeError, ValueError, AttributeError, LookupError:
            failed.append(place)
    return failed


def breadth(value: Any) -> int:
    """Return how many fields a model has, those of the models inside it included."""
    if is_dataclass(value):
        known = [field.name for field in fields(value) if field.name[0] != "_"]
        return sum(breadth(getattr(value, name)) for name in known)
    if isinstance(value, (list, tuple)):
        return sum(map(breadth, value))
    return 1


def timed(job: dict[str, Any]) -> dict[str, Any]:
    """Decode the whole board again and again; return the seconds of each time."""
    work = decoders(job)
    seconds = []
    for _ in range(job["times"] + 1):
        began = time.process_time()
        for decode, body in work:
            decode(body)
        seconds.append(time.process_time() - began)
    found = sum(breadth(decode(body)) for decode, body in work)
    return {"seconds": seconds[1:], "fields": found}


def main() -> None:
    """Do the job of the command line; without a number of times, only try it."""
    job = json.loads(sys.argv[1])
    found = timed(job) if job["times"] else failing(job)
    print(json.dumps(found))  # noqa: T201 - for who started this


if __name__ == "__main__":
    main()
