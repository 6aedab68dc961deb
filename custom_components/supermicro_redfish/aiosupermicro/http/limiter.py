"""Limit concurrent requests and detect a hung BMC."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from enum import IntEnum

_Waiter = asyncio.Future[None]

_is_in_background: ContextVar[bool] = ContextVar("is_in_background", default=False)


class Priority(IntEnum):
    """Order in which waiting requests are sent; the lowest value goes first."""

    WRITE = 0
    """Exclusive: no other request runs beside a write."""
    READ = 1
    """Limited to a few at a time."""
    BACKGROUND = 2
    """One at a time, and only while no other request waits."""


@contextmanager
def background() -> Iterator[None]:
    """Give all reads in this context the priority `BACKGROUND`.

    They never occupy the last slot, so that a poll or a command does not wait behind
    a long series of them.
    """
    token = _is_in_background.set(True)
    try:
        yield
    finally:
        _is_in_background.reset(token)


class RequestLimiter:
    """Admit a few reads at a time, or one write alone.

    Each concurrent request is a connection of its own. For a BMC a TLS handshake is
    more work than an answer. A second read is therefore admitted only when the first
    one has run for `delay` seconds.
    """

    def __init__(self, limit: int, delay: float = 0.0) -> None:
        """Set the limit.

        Args:
            limit: The number of concurrent reads.
            delay: Seconds until one more read is admitted beside the running ones. The
                count starts again when no request is running.

        """
        self._limit = limit
        self._delay = delay
        self._waiting: dict[Priority, deque[_Waiter]] = {
            priority: deque() for priority in Priority
        }
        self._running: dict[_Waiter, Priority] = {}
        self._slots = 0
        self._timer: asyncio.TimerHandle | None = None
        self._reset_slots()

    def set_limit(self, limit: int) -> None:
        """Set the number of concurrent reads and drop the delay.

        Running requests are not interrupted.
        """
        self._limit, self._delay = limit, 0.0
        self._reset_slots()
        self._admit()

    @asynccontextmanager
    async def slot(self, *, exclusive: bool) -> AsyncIterator[None]:
        """Wait for a slot and hold it; an exclusive one for all of them."""
        read = Priority.BACKGROUND if _is_in_background.get() else Priority.READ
        waiter: _Waiter = asyncio.get_running_loop().create_future()
        queue = self._waiting[Priority.WRITE if exclusive else read]
        queue.append(waiter)
        self._admit()
        try:
            await waiter
            yield
        finally:
            self._running.pop(waiter, None)
            if waiter in queue:
                queue.remove(waiter)
            self._admit()
            if not self._running:
                self._reset_slots()

    def _admit(self) -> None:
        """Admit waiting requests by priority; one that has to wait blocks the rest."""
        for priority, queue in self._waiting.items():
            while queue and self._has_slot(priority):
                waiter = queue.popleft()
                if not waiter.done():
                    self._running[waiter] = priority
                    waiter.set_result(None)
                    self._schedule_slot()
            if queue:
                return

    def _has_slot(self, priority: Priority) -> bool:
        """Return whether one more request of a priority may run."""
        running = self._running.values()
        if priority is Priority.WRITE or Priority.WRITE in running:
            return not running
        is_second = priority is Priority.BACKGROUND and priority in running
        return len(running) < self._slots and not is_second

    def _reset_slots(self) -> None:
        """Reset the slots to one, or to all of them without a delay."""
        self._slots = 1 if self._delay else self._limit
        if self._timer:
            self._timer.cancel()

    def _schedule_slot(self) -> None:
        """Add a slot after the delay."""
        if self._timer:
            self._timer.cancel()
        if self._slots < self._limit:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._delay, self._add_slot)

    def _add_slot(self) -> None:
        """Add a slot now."""
        self._slots += 1
        self._admit()


class HangDetector:
    """Detect a BMC that no longer responds at all.

    One request that times out is a slow resource. Two requests that time out, with no
    response to any other in between, are a hung BMC: requests that wait for a slot
    would time out as well.
    """

    def __init__(self) -> None:
        """Initialize without a hang."""
        self.hangs = 0
        """The number of hangs detected so far."""
        self._unanswered = 0
        self._responses = 0

    def request_started(self) -> int:
        """Count a request; return the mark that `request_timed_out` takes."""
        self._unanswered += 1
        return self._responses

    def response_received(self) -> None:
        """Count a response."""
        self._unanswered = 0
        self._responses += 1

    def request_timed_out(self, mark: int) -> None:
        """Count a time-out, which is a hang without a response since the mark."""
        if mark == self._responses and self._unanswered > 1:
            self.hangs += 1
