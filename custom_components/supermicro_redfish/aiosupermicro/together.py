"""Doing several things at once, and failing as one of them failed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any, TypeVar

_T = TypeVar("_T")
_ResultT = TypeVar("_ResultT")


async def async_together(*things: Coroutine[Any, Any, Any]) -> list[Any]:
    """Return all results; the first failure ends the rest and is raised itself."""
    tasks: list[asyncio.Task[Any]] = []
    try:
        async with asyncio.TaskGroup() as group:
            tasks += [group.create_task(thing) for thing in things]
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
    return [task.result() for task in tasks]


async def async_each(
    read: Callable[[_T], Awaitable[_ResultT]], items: Iterable[_T], at_a_time: int
) -> list[_ResultT]:
    """Return what is read for each item, in their order, a few at a time.

    Were all of them queued at once, whoever comes next would wait for the last: a long
    collection must not hold back a poll. Failures are as with `async_together`.
    """
    queue = list(items)
    waiting = iter(enumerate(queue))
    results: dict[int, _ResultT] = {}

    async def work() -> None:
        for place, item in waiting:
            results[place] = await read(item)

    await async_together(*(work() for _ in range(at_a_time)))
    return [results[place] for place in range(len(queue))]
