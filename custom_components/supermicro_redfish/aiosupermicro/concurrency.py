"""Run coroutines concurrently; the first error wins."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable
import sys
from types import TracebackType
from typing import Any, TypeVar

_T = TypeVar("_T")
_ResultT = TypeVar("_ResultT")


if sys.version_info >= (3, 13):
    _BaseGroup = asyncio.TaskGroup
else:

    class _BaseGroup(asyncio.TaskGroup):
        """Take back the group's own cancellation of its caller.

        A failed task cancels the caller, to end what that awaits. If the caller already
        waits for the end of the group, asyncio does not take that back up to Python
        3.12: Ctrl-C then ends a program with CancelledError. Up to 3.11.3, as in Debian
        12, also each later timeout of the caller raises that.
        """

        _parent_task: asyncio.Task[Any]
        _parent_cancel_requested: bool

        async def __aexit__(
            self,
            kind: type[BaseException] | None,
            error: BaseException | None,
            traceback: TracebackType | None,
        ) -> None:
            is_taken_back = self._parent_cancel_requested
            try:
                await super().__aexit__(kind, error, traceback)
            finally:
                if self._parent_cancel_requested and not is_taken_back:
                    self._parent_task.uncancel()


class _TaskGroup(_BaseGroup):
    """Run tasks until the first error, which cancels the others and is raised."""

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            await super().__aexit__(kind, error, traceback)
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None


async def gather_or_raise(*coroutines: Coroutine[Any, Any, Any]) -> list[Any]:
    """Return all results; raise the first error after canceling the others."""
    async with _TaskGroup() as group:
        tasks = [group.create_task(coroutine) for coroutine in coroutines]
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

    async with _TaskGroup() as group:
        timer = asyncio.get_running_loop().call_later(delay, start_rest)
        try:
            for item in waiting:
                await function(item)
        finally:
            timer.cancel()


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
