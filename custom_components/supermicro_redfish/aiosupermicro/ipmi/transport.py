"""Exchange UDP packets with a BMC: retransmission, time limits, socket errors."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
import math
from typing import TypeVar, cast

from .. import exceptions
from ..const import (
    IPMI_MAX_QUEUED_PACKETS,
    IPMI_RETRANSMIT_SECONDS,
    IPMI_SILENCE_SECONDS,
)

_T = TypeVar("_T")

_CLOCK_RESOLUTION = 1e-6
"""Minimum seconds by which a timer may end early."""


class TimeLimit:
    """End of an operation: in total, and earlier without packets of the BMC."""

    def __init__(self, seconds: float) -> None:
        """Start a time limit; the operation ends after `seconds` at the latest."""
        self._time = asyncio.get_running_loop().time
        self._end = self._time() + seconds
        self.mark_heard()

    def mark_heard(self) -> None:
        """Record a received packet."""
        self._silent_end = self._time() + IPMI_SILENCE_SECONDS

    @property
    def remaining(self) -> float:
        """Remaining seconds; zero or less after the end.

        Less than the clock resolves counts as zero: nothing can be waited for.
        """
        seconds = min(self._end, self._silent_end) - self._time()
        return seconds if seconds > _CLOCK_RESOLUTION else min(seconds, 0.0)


class Endpoint(asyncio.DatagramProtocol):
    """A UDP socket that is connected to a BMC.

    The operating system drops packets from any other address.
    """

    def __init__(self) -> None:
        """Initialize without a socket; see `async_open`."""
        self._received: asyncio.Queue[bytes] = asyncio.Queue(IPMI_MAX_QUEUED_PACKETS)
        self._error: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport: asyncio.DatagramTransport | None = None

    @classmethod
    async def async_open(cls, host: str, port: int, limit: TimeLimit) -> Endpoint:
        """Open a socket.

        Raises:
            ConnectionError: The host name is unknown, or there is no route.
            TimeoutError: The name server did not respond in time.

        """
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(limit.remaining):
                _, endpoint = await loop.create_datagram_endpoint(
                    cls, remote_addr=(host, port)
                )
        except TimeoutError as error:
            raise exceptions.TimeoutError(f"Cannot resolve {host} in time") from error
        except (OSError, UnicodeError) as error:
            message = f"Cannot open a UDP socket to {host}: {error}"
            raise exceptions.ConnectionError(message) from error
        return endpoint

    async def async_exchange(
        self,
        build: Callable[[], bytes],
        parse: Callable[[bytes], _T | None],
        limit: TimeLimit,
        *,
        seconds: float = math.inf,
        interval: float = IPMI_RETRANSMIT_SECONDS,
    ) -> _T:
        """Send a packet repeatedly until a response arrives; return the response.

        Args:
            build: Return the packet, a new one for each transmission.
            parse: Return the response in a received packet, or None if it has none.
            limit: End of the whole operation.
            seconds: Maximum duration of this exchange.
            interval: Seconds between two transmissions.

        Raises:
            TimeoutError: No response in time.
            ConnectionError: The port is closed, the network is unreachable, or the
                endpoint was closed.

        """
        time = asyncio.get_running_loop().time
        end = time() + min(seconds, limit.remaining)
        # A timer may end before its time by the resolution of the clock.
        while end - time() > _CLOCK_RESOLUTION:
            self.send_once(build())
            pause = min(time() + interval, end)
            while (packet := await self._async_receive(pause - time())) is not None:
                limit.mark_heard()
                if (response := parse(packet)) is not None:
                    return response
        raise exceptions.TimeoutError("The BMC did not respond to IPMI in time")

    def send_once(self, packet: bytes) -> None:
        """Send a packet; only the next receive raises an error of the socket."""
        if self._transport is not None and not self._error.done():
            self._transport.sendto(packet)

    def close(self) -> None:
        """Close the socket; a running exchange fails."""
        self._fail(exceptions.ConnectionError("The IPMI connection was closed"))
        if self._transport is not None:
            self._transport.close()

    async def _async_receive(self, seconds: float) -> bytes | None:
        """Return the next received packet; None after some seconds.

        Raises:
            ConnectionError: The socket has failed or was closed.

        """
        if seconds <= 0:
            return None
        packet = asyncio.ensure_future(self._received.get())
        try:
            await asyncio.wait(
                (packet, self._error),
                timeout=seconds,
                return_when=asyncio.FIRST_COMPLETED,
            )
            if packet.done():
                return packet.result()
        finally:
            packet.cancel()
        if self._error.done():
            self._error.result()
        return None

    # Called by asyncio

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the socket."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, _address: object) -> None:
        """Queue a packet, or drop it if too many wait."""
        with suppress(asyncio.QueueFull):
            self._received.put_nowait(data)

    def error_received(self, exc: Exception) -> None:
        """End a running exchange: the port is closed or the network unreachable."""
        self._fail(exceptions.ConnectionError(f"IPMI over LAN is unreachable: {exc}"))

    def connection_lost(self, _exc: Exception | None) -> None:
        """End a running exchange."""
        self._fail(exceptions.ConnectionError("The IPMI socket was closed"))

    def _fail(self, error: exceptions.ConnectionError) -> None:
        """Store the first error, without a warning if no exchange raises it."""
        if not self._error.done():
            self._error.set_exception(error)
            self._error.exception()
