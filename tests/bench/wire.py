"""How many bytes go over the wire: TLS records, handshakes included."""

from asyncio import Transport
from asyncio.sslproto import SSLProtocol
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch


@dataclass
class Wire:
    """The bytes of all TLS connections of this process."""

    received: int = 0
    sent: int = 0


@contextmanager
def metered() -> Iterator[Wire]:
    """Count the bytes between asyncio's TLS and its sockets."""
    wire = Wire()
    take: Any = SSLProtocol.buffer_updated
    begin = SSLProtocol.connection_made

    def buffer_updated(protocol: SSLProtocol, nbytes: int) -> None:
        wire.received += nbytes
        take(protocol, nbytes)

    def connection_made(protocol: SSLProtocol, transport: Transport) -> None:
        write = transport.write

        def count(data: bytes) -> None:
            wire.sent += len(data)
            write(data)

        transport.write = count  # type: ignore[method-assign,assignment]
        begin(protocol, transport)

    with (
        patch.object(SSLProtocol, "buffer_updated", buffer_updated),
        patch.object(SSLProtocol, "connection_made", connection_made),
    ):
        yield wire
