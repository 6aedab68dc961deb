"""Measure the decoding of a board's JSON to models."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from importlib import import_module
import json
from pathlib import Path
import time
from typing import Any

from tests.bench.worker import main


def load_decoders(job: dict[str, Any]) -> list[tuple[Callable[[Any], Any], Any]]:
    """Return a decoder and a body for each resource of a board."""
    models = import_module("aiosupermicro.models")
    bodies = json.loads(Path(job["bodies"]).read_text("utf-8"))
    return [(getattr(models, name).from_dict, body) for name, body in bodies]


def find_failures(job: dict[str, Any]) -> list[int]:
    """Return the indexes of the resources that a client cannot decode."""
    failed = []
    for index, (decode, body) in enumerate(load_decoders(job)):
        try:
            decode(body)
        except TypeError, ValueError, AttributeError, LookupError:
            failed.append(index)
    return failed


def count_fields(value: Any) -> int:
    """Return the number of a model's public fields, including nested models."""
    if is_dataclass(value):
        names = [field.name for field in fields(value) if field.name[0] != "_"]
        return sum(count_fields(getattr(value, name)) for name in names)
    if isinstance(value, (list, tuple)):
        return sum(map(count_fields, value))
    return 1


def measure(job: dict[str, Any]) -> dict[str, Any]:
    """Decode the whole board repeatedly; return seconds and the number of fields."""
    decoders = load_decoders(job)
    seconds = []
    for _ in range(job["times"] + 1):
        start = time.process_time()
        for decode, body in decoders:
            decode(body)
        seconds.append(time.process_time() - start)
    number = sum(count_fields(decode(body)) for decode, body in decoders)
    return {"seconds": seconds[1:], "fields": number}


async def run(job: dict[str, Any]) -> Any:
    """Measure the decoding, or find failures if there are no repetitions."""
    return measure(job) if job["times"] else find_failures(job)


if __name__ == "__main__":
    main(run)
