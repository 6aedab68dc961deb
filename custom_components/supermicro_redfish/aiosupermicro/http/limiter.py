"""Limit concurrent requests and detect a hung BMC."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from enum import IntEnum
from typing import Any

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

    They run one at a time, and start only while no other request waits, so that a poll
    or a command waits for at most one of them.
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
        self.delay = delay
        """Seconds until one more read is admitted; 0 after the limit was set."""
        self._waiting: dict[Priority, deque[_Waiter]] = {
            priority: deque() for priority in Priority
        }
        self._running: list[Priority] = []
        self._slots = 0
        self._admitted_at = 0.0
        """The time of the last admission, by the clock of the event loop."""
        self._timer: asyncio.TimerHandle | None = None
        self._reset_slots()

    def set_limit(self, limit: int) -> None:
        """Set the number of concurrent reads and drop the delay.

        Running requests are not interrupted.
        """
        self._limit, self.delay = limit, 0.0
        self._reset_slots()
        self._admit()

    def slot(self, *, exclusive: bool) -> _Slot:
        """Return a context that waits for a slot and holds it.

        An exclusive one holds all of them.
        """
        if exclusive:
            return _Slot(self, Priority.WRITE)
        is_background = _is_in_background.get()
        return _Slot(self, Priority.BACKGROUND if is_background else Priority.READ)

    async def async_acquire(self, priority: Priority) -> None:
        """Wait for a slot; the caller releases it."""
        if self._may_pass(priority):
            self._start(priority)
            return
        waiter: _Waiter = asyncio.get_running_loop().create_future()
        self._waiting[priority].append(waiter)
        self._schedule_slot()
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter.cancelled():
                with suppress(ValueError):
                    self._waiting[priority].remove(waiter)
                self._admit()
            else:
                self.release(priority)
            raise

    def release(self, priority: Priority) -> None:
        """Release a slot.

        Background reads are admitted a moment later, so that the next read of a series
        is admitted before them.
        """
        self._running.remove(priority)
        self._admit(Priority.READ)
        if not self._running:
            self._reset_slots()
        if self._waiting[Priority.BACKGROUND]:
            asyncio.get_running_loop().call_soon(self._admit)

    def _may_pass(self, priority: Priority) -> bool:
        """Return whether a request may run at once, ahead of less urgent ones."""
        for urgency, queue in self._waiting.items():
            if queue and urgency <= priority:
                return False
        self._add_slot_if_due()
        return self._has_slot(priority)

    def _start(self, priority: Priority) -> None:
        """Record a request that runs from now on."""
        self._running.append(priority)
        self._admitted_at = asyncio.get_running_loop().time()

    def _admit(self, lowest: Priority = Priority.BACKGROUND) -> None:
        """Admit waiting requests by priority; one that has to wait blocks the rest."""
        for priority, queue in self._waiting.items():
            if priority > lowest:
                return
            while queue and self._has_slot(priority):
                waiter = queue.popleft()
                if not waiter.done():
                    self._start(priority)
                    waiter.set_result(None)
            if queue:
                self._schedule_slot()
                return

    def _has_slot(self, priority: Priority) -> bool:
        """Return whether one more request of a priority may run."""
        running = self._running
        if priority is Priority.WRITE or Priority.WRITE in running:
            return not running
        is_second = priority is Priority.BACKGROUND and priority in running
        return len(running) < self._slots and not is_second

    def _reset_slots(self) -> None:
        """Reset the slots to one, or to all of them without a delay."""
        self._slots = 1 if self.delay else self._limit
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _add_slot_if_due(self) -> None:
        """Add a slot if the running requests take longer than the delay."""
        if self._running and self._slots < self._limit:
            now = asyncio.get_running_loop().time()
            self._slots += now >= self._admitted_at + self.delay

    def _schedule_slot(self) -> None:
        """Add a slot for a waiting request when it is due."""
        if self._timer is None and self._running and self._slots < self._limit:
            loop = asyncio.get_running_loop()
            due = self._admitted_at + self.delay
            self._timer = loop.call_at(due, self._on_timer)

    def _on_timer(self) -> None:
        """Admit a waiting request, unless others were admitted since."""
        self._timer = None
        self._add_slot_if_due()
        self._admit()


class _Slot:
    """Context of a request."""

    def __init__(self, limiter: RequestLimiter, priority: Priority) -> None:
        """Keep the limiter and the priority of the request."""
        self._limiter = limiter
        self._priority = priority

    def __aenter__(self) -> Coroutine[Any, Any, None]:
        """Wait for a slot."""
        return self._limiter.async_acquire(self._priority)

    async def __aexit__(self, *_: object) -> None:
        """Release the slot."""
        self._limiter.release(self._priority)


class HangDetector:
    """Detect a BMC that no longer responds at all.

    A request that times out alone is a slow resource. It is a hang if no request was
    answered since it started, and another one is unanswered as well: requests that wait
    for a slot would time out too.
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
        """Count a hang if there was no response since the mark to any request."""
        if mark == self._responses and self._unanswered > 1:
            self.hangs += 1
