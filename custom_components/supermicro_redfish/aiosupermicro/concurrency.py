"""Run coroutines concurrently; the first error wins."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any, TypeVar

_T = TypeVar("_T")
_ResultT = TypeVar("_ResultT")


async def gather_or_raise(*coroutines: Coroutine[Any, Any, Any]) -> list[Any]:
    """Return all results; raise the first error after canceling the others."""
    tasks: list[asyncio.Task[Any]] = []
    try:
        async with asyncio.TaskGroup() as group:
            tasks += [group.create_task(coroutine) for coroutine in coroutines]
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
    return [task.result() for task in tasks]


async def run_in_turn(
    function: Callable[[_T], Coroutine[Any, Any, None]],
    items: Iterable[_T],
    delay: float,
) -> None:
    """Call a function for one item after the other, or for all if that is slow.

    Quick calls need no task of their own. After the delay, in seconds, the items that
    are left start together. Errors are handled as in `gather_or_raise`.
    """
    waiting = iter(items)

    def start_rest() -> None:
        for item in waiting:
            group.create_task(function(item))

    try:
        async with asyncio.TaskGroup() as group:
            timer = asyncio.get_running_loop().call_later(delay, start_rest)
            try:
                for item in waiting:
                    await function(item)
            finally:
                timer.cancel()
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None


async def map_limited(
    function: Callable[[_T], Awaitable[_ResultT]], items: Iterable[_T], limit: int
) -> list[_ResultT]:
    """Return the result for each item in order, with at most `limit` running.

    If all items were queued at once, a poll would wait behind the last of them. Errors
    are handled as in `gather_or_raise`.
    """
    queue = list(items)
    waiting = iter(enumerate(queue))
    results: dict[int, _ResultT] = {}

    async def work() -> None:
        for place, item in waiting:
            results[place] = await function(item)

    await gather_or_raise(*(work() for _ in range(limit)))
    return [results[place] for place in range(len(queue))]
