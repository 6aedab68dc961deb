"""How fast the JSON of a board becomes models."""

from collections.abc import Callable
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


def timed(job: dict[str, Any]) -> list[float]:
    """Decode the whole board again and again; return the seconds of each time."""
    work = decoders(job)
    seconds = []
    for _ in range(job["times"] + 1):
        began = time.process_time()
        for decode, body in work:
            decode(body)
        seconds.append(time.process_time() - began)
    return seconds[1:]


def main() -> None:
    """Do the job of the command line; without a number of times, only try it."""
    job = json.loads(sys.argv[1])
    found = timed(job) if job["times"] else failing(job)
    print(json.dumps(found))  # noqa: T201 - for who started this


if __name__ == "__main__":
    main()
