"""Send bodies in parts: delayed, truncated, or with an invalid encoding."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
import gzip
import socket
import struct

from aiohttp import web

from .responses import Response

NEVER = 24 * 3600.0
"""Seconds that exceed the timeout of any client."""

_TRICKLE_PIECES = 10

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
"""Value of SO_LINGER that turns the close of a connection into a reset."""


async def send_in_parts(
    request: web.BaseRequest, response: Response, headers: Mapping[str, str]
) -> web.StreamResponse:
    """Send the status line and the headers, and then a part of the body."""
    body = response.payload
    stream = web.StreamResponse(status=response.status, headers=headers)
    if response.delivery == "bad_gzip":
        body = _corrupt_gzip(body)
        stream.headers["Content-Encoding"] = "gzip"
    if response.delivery in ("chunked_endless", "chunked_closed"):
        stream.enable_chunked_encoding()
    else:
        # A body that never comes has a length too.
        stream.content_length = max(len(body), 1)
    await stream.prepare(request)
    with suppress(ConnectionError):
        if response.delivery == "bad_gzip":
            await stream.write(body)
        elif response.delivery == "trickled":
            await _trickle(stream, body, response.seconds)
        else:
            await _break_off(request, stream, response)
    return stream


def reset_connection(request: web.BaseRequest) -> None:
    """Reset a connection."""
    if request.transport is not None:
        wire: socket.socket = request.transport.get_extra_info("socket")
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        request.transport.abort()


def _corrupt_gzip(body: bytes) -> bytes:
    """Return a body that begins as gzip and ends with invalid bytes."""
    packed = gzip.compress(body)
    return packed[: len(packed) // 2].ljust(len(packed), b"\xff")


async def _trickle(stream: web.StreamResponse, body: bytes, seconds: float) -> None:
    """Send a body in small pieces."""
    size = len(body) // _TRICKLE_PIECES + 1
    for begin in range(0, len(body), size):
        await stream.write(body[begin : begin + size])
        await asyncio.sleep(seconds / _TRICKLE_PIECES)


async def _break_off(
    request: web.BaseRequest, stream: web.StreamResponse, response: Response
) -> None:
    """Send half of a body, and stall, close or reset the connection."""
    half = response.payload[: len(response.payload) // 2 + 1]
    if half:
        await stream.write(half)
    if response.delivery == "cut":
        reset_connection(request)
    elif response.delivery in ("short", "chunked_closed"):
        if request.transport is not None:
            request.transport.close()
    else:
        await asyncio.sleep(NEVER)
