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


def main() -> None:
    """Decode the whole board again and again; print the seconds of each time."""
    job = json.loads(sys.argv[1])
    work = decoders(job)
    seconds = []
    for _ in range(job["times"] + 1):
        began = time.process_time()
        for decode, body in work:
            decode(body)
        seconds.append(time.process_time() - began)
    print(json.dumps(seconds[1:]))  # noqa: T201 - for who started this


if __name__ == "__main__":
    main()
