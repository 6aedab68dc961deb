"""Measure the memory, tasks and timers of this process."""

import asyncio
from collections import Counter
from collections.abc import Mapping
import ctypes
from dataclasses import dataclass
import gc
from pathlib import Path
import resource
from typing import Any

from tests.scenario.virtual_time import VirtualTimeLoop

_OURS = "supermicro"
_LISTENER = "_EventListener._async_run"
"""Task that looks for a stream of events after a start at which none was known yet."""
_STATM = Path("/proc/self/statm")
_CACHE_MEBIBYTES = 10.0
"""Memory of the largest board's cached resources, which faults may fill."""


@dataclass(frozen=True)
class Footprint:
    """The resources in use at a moment without faults."""

    mebibytes: float
    objects: int
    """Objects other than the cached resources.

    The number of these depends on the ways of reading that faults have required since
    the entry was set up. They are checked on their own.
    """
    tasks: Counter[str]
    timers: Counter[str]

    @classmethod
    def measure(
        cls, loop: VirtualTimeLoop, cached: Mapping[str, Any] | None = None
    ) -> Footprint:
        """Collect garbage and measure; `cached` are the cached resources."""
        for _ in range(2):
            gc.collect()
        if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
            trim(0)  # free memory counts otherwise
        pages = int(_STATM.read_text(encoding="ascii").split()[1])
        return cls(
            mebibytes=pages * resource.getpagesize() / 2**20,
            objects=len(gc.get_objects()) - count_containers(cached or {}),
            tasks=Counter(_name(task.get_coro()) for task in asyncio.all_tasks(loop)),
            timers=Counter(_name(timer._callback) for timer in loop.timers),  # type: ignore[attr-defined]
        )

    @property
    def ours(self) -> Counter[str]:
        """The tasks and timers of the integration and the library."""
        both = self.tasks + self.timers
        return Counter({name: n for name, n in both.items() if _OURS in name})

    def growth(self, before: Footprint) -> list[str]:
        """Return all growth beyond its tolerance.

        Bounded memories fill for the first days. One object per poll is 20,000 a week.
        """
        found = []
        if self.mebibytes > before.mebibytes * 1.05 + 8 + _CACHE_MEBIBYTES:
            found.append(f"{self.mebibytes:.0f} MiB after {before.mebibytes:.0f}")
        if self.objects > before.objects * 1.03 + 4000:
            found.append(f"{self.objects} objects after {before.objects}")
        for kind in ("tasks", "timers"):
            now, then = getattr(self, kind), getattr(before, kind)
            if now.total() > then.total() + 2:
                found.append(f"more {kind}: {dict(now - then)}")
        listener = Counter({name: 1 for name in self.ours if _LISTENER in name})
        if new := self.ours - (before.ours | listener):
            found.append(f"more of the integration: {dict(new)}")
        return found

    def __str__(self) -> str:
        """Return a summary for the report."""
        return (
            f"{self.mebibytes:.1f} MiB, {self.objects} objects, "
            f"{self.tasks.total()} tasks, {self.timers.total()} timers"
        )


def count_containers(resources: Mapping[str, Any]) -> int:
    """Return the number of different objects and lists in some JSON."""
    found, remaining = set(), [*resources.values()]
    while remaining:
        value = remaining.pop()
        if isinstance(value, (dict, list)) and id(value) not in found:
            found.add(id(value))
            remaining += value.values() if isinstance(value, dict) else value
    return len(found)


def _name(called: Any) -> str:
    """Return file, name and owner of a coroutine or callback."""
    target = getattr(called, "__wrapped__", called)
    owner = getattr(target, "__self__", None)
    code = getattr(target, "cr_code", None) or getattr(target, "__code__", None)
    place = getattr(code, "co_filename", "").rpartition("/site-packages/")[2]
    name = getattr(target, "__qualname__", type(target).__name__)
    return f"{place} {name} {type(owner).__module__ if owner is not None else ''}"
