"""Share one request among all callers that read the same resource."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from .. import exceptions

_Body = dict[str, Any]


class PendingReads:
    """The running reads of a connection, by path."""

    def __init__(self) -> None:
        """Initialize without reads."""
        self._reads: dict[str, _PendingRead] = {}

    def __contains__(self, path: str) -> bool:
        """Return whether a read of a resource is running."""
        return path in self._reads

    async def async_get(
        self, path: str, read_fn: Callable[[str], Awaitable[_Body]]
    ) -> _Body:
        """Return a resource; concurrent callers share the read of the first one.

        If this one is canceled, the next caller reads again.

        Args:
            path: The path of the resource.
            read_fn: The function that sends the request.

        Raises:
            SupermicroRedfishError: The read failed, or `cancel` has ended it.

        """
        while (read := self._reads.get(path)) is not None:
            if (shared := await read.follow()) is not None:
                return shared
        read = self._reads[path] = _PendingRead()
        result: _Body | Exception | None = None
        try:
            async with read.timeout:
                result = body = await read_fn(path)
        except exceptions.SupermicroRedfishError as error:
            result = error
            raise
        except TimeoutError:
            result = exceptions.ConnectionError(f"GET {path}: the client was closed")
            raise result from None
        finally:
            del self._reads[path]
            read.finish(result)
        return body

    def cancel(self) -> list[asyncio.Future[_Body | None]]:
        """Cancel all reads with an error; return the futures of their results."""
        reads = [*self._reads.values()]
        results = [read.follow() for read in reads]
        for read in reads:
            read.cancel()
        return results


class _PendingRead:
    """Running read of a resource, and other callers that wait for it."""

    def __init__(self) -> None:
        """Initialize without waiting callers."""
        self.timeout = asyncio.timeout(None)
        """Timeout that never expires by itself; `cancel` lets it expire."""
        self._followers: list[asyncio.Future[_Body | None]] = []

    def follow(self) -> asyncio.Future[_Body | None]:
        """Return a future of the result for one more caller."""
        follower = asyncio.get_running_loop().create_future()
        self._followers.append(follower)
        return follower

    def cancel(self) -> None:
        """End the read with an error."""
        if not self.timeout.expired():
            self.timeout.reschedule(0)

    def finish(self, result: _Body | Exception | None) -> None:
        """Set the result for all waiting callers."""
        for follower in self._followers:
            if follower.done():
                continue
            if isinstance(result, Exception):
                follower.set_exception(result)
            else:
                follower.set_result(result)
