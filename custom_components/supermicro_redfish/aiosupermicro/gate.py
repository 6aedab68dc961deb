"""Whose turn it is to send a request, and whether anything is answered at all."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

Turn = asyncio.Future[None]


class Gate:
    """Lets a few readers through at a time, or one writer and nobody else.

    Each comes in when it is its turn, but writers before readers: who gives a command
    waits for no poll.
    """

    def __init__(self, places: int) -> None:
        """Set how many readers may be inside."""
        self._places = places
        self._writers: deque[Turn] = deque()
        self._readers: deque[Turn] = deque()
        self._inside: dict[Turn, bool] = {}
        """Those who are inside, and whether each wants to be alone."""

    def set_places(self, places: int) -> None:
        """Set how many readers may be inside; who is inside stays until it is done."""
        self._places = places
        self._let_in()

    @asynccontextmanager
    async def enter(self, *, alone: bool) -> AsyncIterator[None]:
        """Wait for a place, or for all of them."""
        turn: Turn = asyncio.get_running_loop().create_future()
        queue = self._writers if alone else self._readers
        queue.append(turn)
        self._let_in()
        try:
            await turn
            yield
        finally:
            self._inside.pop(turn, None)
            if turn in queue:
                queue.remove(turn)
            self._let_in()

    def _let_in(self) -> None:
        """Let in all who may come in now."""
        while queue := self._writers or self._readers:
            alone = queue is self._writers
            is_taken = alone or any(self._inside.values())
            if len(self._inside) >= (1 if is_taken else self._places):
                return
            turn = queue.popleft()
            if not turn.done():
                self._inside[turn] = alone
                turn.set_result(None)


class Silence:
    """Tells when a BMC has stopped answering anything.

    One request without an answer is a slow resource; two of them, with no answer to
    any other meanwhile, are a BMC that hangs, and what waits behind them would too.
    """

    def __init__(self) -> None:
        """Begin with a BMC that may answer."""
        self.count = 0
        """How often the BMC was found to be silent."""
        self._asked = 0
        self._answers = 0

    def ask(self) -> int:
        """Take note of a request; return what `give_up` wants to know of it."""
        self._asked += 1
        return self._answers

    def hear(self) -> None:
        """Take note of an answer."""
        self._asked = 0
        self._answers += 1

    def give_up(self, answers: int) -> None:
        """Take note of a request without an answer in its time."""
        if answers == self._answers and self._asked > 1:
            self.count += 1
