"""Whose turn it is to send a request, and whether anything is answered at all."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from enum import IntEnum

Turn = asyncio.Future[None]

_is_in_background: ContextVar[bool] = ContextVar("is_in_background", default=False)


class Kind(IntEnum):
    """Who waits for a turn; those that come first here go first."""

    COMMAND = 0
    """Alone: who gives a command waits for no read."""
    READ = 1
    """One after the other, or a few at a time where that takes long."""
    BACKGROUND = 2
    """One at a time, and only while nobody else waits."""


@contextmanager
def background() -> Iterator[None]:
    """Let all that is read in this context give way to what others read or command.

    What is in no hurry then never takes the last place, however much there is of it.
    """
    token = _is_in_background.set(True)
    try:
        yield
    finally:
        _is_in_background.reset(token)


class Gate:
    """Lets a few readers through at a time, or one writer and nobody else.

    Each reader inside is a connection, and to open one is more work for a BMC than to
    answer. So the second comes in only when the first has been inside for a while.
    """

    def __init__(self, places: int, patience: float = 0.0) -> None:
        """Set how many readers may be inside.

        Args:
            places: The most that may be inside.
            patience: Seconds after which one more may be inside than before; it takes
                them again when everybody has left.

        """
        self._places = places
        self._patience = patience
        self._waiting: dict[Kind, deque[Turn]] = {kind: deque() for kind in Kind}
        self._inside: dict[Turn, Kind] = {}
        self._room = 0
        self._timer: asyncio.TimerHandle | None = None
        self._start_afresh()

    def set_places(self, places: int) -> None:
        """Set how many readers may be inside at once; who is inside stays."""
        self._places, self._patience = places, 0.0
        self._start_afresh()
        self._let_in()

    @asynccontextmanager
    async def enter(self, *, alone: bool) -> AsyncIterator[None]:
        """Wait for a place, or for all of them."""
        read = Kind.BACKGROUND if _is_in_background.get() else Kind.READ
        turn: Turn = asyncio.get_running_loop().create_future()
        queue = self._waiting[Kind.COMMAND if alone else read]
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
            if not self._inside:
                self._start_afresh()

    def _let_in(self) -> None:
        """Let in all who may come in now; who waits keeps out all that come later."""
        for kind, queue in self._waiting.items():
            while queue and self._has_room(kind):
                turn = queue.popleft()
                if not turn.done():
                    self._inside[turn] = kind
                    turn.set_result(None)
                    self._be_patient()
            if queue:
                return

    def _has_room(self, kind: Kind) -> bool:
        """Tell whether one more of a kind may come in."""
        inside = self._inside.values()
        if kind is Kind.COMMAND or Kind.COMMAND in inside:
            return not inside
        is_second = kind is Kind.BACKGROUND and kind in inside
        return len(inside) < self._room and not is_second

    def _start_afresh(self) -> None:
        """Have room for one, or for all where nobody has to be patient."""
        self._room = 1 if self._patience else self._places
        if self._timer:
            self._timer.cancel()

    def _be_patient(self) -> None:
        """Have room for one more, but not yet."""
        if self._timer:
            self._timer.cancel()
        if self._room < self._places:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._patience, self._make_room)

    def _make_room(self) -> None:
        """Have room for one more."""
        self._room += 1
        self._let_in()


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
