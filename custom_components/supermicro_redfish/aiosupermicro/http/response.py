"""Receive the response of a BMC and check it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
import re
from typing import Any

from aiohttp import ClientError, ClientResponse

from .. import exceptions
from ..const import OPTIONAL_BODY_SECONDS
from .document import Document, async_parse_document

_NOT_MODIFIED = 304
_FIRST_REDIRECT = 300
_FIRST_ERROR = 400

_EXCERPT_BYTES = 80
_LAST_WORD = re.compile(rb"[^\s<>\"']*\Z")


@dataclass(slots=True)
class RawResponse:
    """Response as received, maybe with an incomplete body."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    failure: ClientError | OSError | None
    """The reason why the body is incomplete."""

    @property
    def is_error(self) -> bool:
        """Return whether the status is that of an error (400 or more)."""
        return self.status >= _FIRST_ERROR


@dataclass(slots=True)
class Response:
    """Successful HTTP response, or "not modified"."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: dict[str, Any]
    """The JSON object; empty for a write or a 304 without one."""
    document: Document | None = field(default=None, repr=False)
    """The document that the object was parsed from."""

    @property
    def not_modified(self) -> bool:
        """Return whether the resource has not changed (304)."""
        return self.status == _NOT_MODIFIED


async def async_receive(
    response: ClientResponse, method: str, max_bytes: int, limit: asyncio.Timeout
) -> RawResponse:
    """Read the body of a response, also an incomplete one.

    The body of an error, and of a write that has succeeded, is optional: a BMC that
    restarts may not send it. An incomplete or missing one is then no failure. A success
    with more bytes than the maximum is a failure, since no BMC sends it.

    Args:
        response: The response; its headers were received.
        method: The method of the request.
        max_bytes: The maximum size of the body.
        limit: The running time limit of the request. An optional body replaces it by a
            shorter one, and it does not apply afterwards.

    """
    body = bytearray()
    failure: ClientError | OSError | None = None
    is_optional = method != "GET" or response.status >= _FIRST_REDIRECT
    try:
        if is_optional and not response.content.at_eof():
            async with _limit_optional_body(limit):
                await _async_read_body(response, body, max_bytes)
        else:
            await _async_read_body(response, body, max_bytes)
    except exceptions.InvalidResponseError:
        if response.status < _FIRST_REDIRECT:
            raise
    except (ClientError, OSError) as error:
        failure = None if is_optional else error
        if response.status < _FIRST_REDIRECT:
            body.clear()
    return RawResponse(response.status, response.headers, bytes(body), failure)


def _limit_optional_body(limit: asyncio.Timeout) -> asyncio.Timeout:
    """Return a shorter time limit that replaces that of the request."""
    ends_at = asyncio.get_running_loop().time() + OPTIONAL_BODY_SECONDS
    ends_at = min(ends_at, limit.when() or ends_at)
    limit.reschedule(None)
    return asyncio.timeout_at(ends_at)


async def _async_read_body(
    response: ClientResponse, body: bytearray, max_bytes: int
) -> None:
    """Append the whole body; raise if it is larger than any real resource."""
    while chunk := await response.content.readany():
        body += chunk
        if len(body) > max_bytes:
            path = response.url.path
            message = f"{path} returned more than {max_bytes} bytes"
            raise exceptions.InvalidResponseError(message, path=path)


async def async_check_response(
    raw: RawResponse, method: str, path: str, known: Document | None
) -> Response:
    """Return a successful response; raise the exception of any other status."""
    status = raw.status
    if raw.failure is not None:
        message = f"{method} {path} returned an incomplete body: {raw.failure}"
        raise exceptions.ServiceUnavailableError(message, status=status, path=path)
    document = await async_parse_document(raw.body, known)
    body = document.content
    if raw.is_error:
        retry_after = _parse_seconds(raw.headers.get("Retry-After"))
        raise exceptions.error_from_response(status, method, path, body, retry_after)
    is_not_modified = status == _NOT_MODIFIED and method == "GET"
    is_optional = method != "GET" or is_not_modified
    if is_optional and (body is None or _is_cut(body)):
        body = {}
    is_redirect = status >= _FIRST_REDIRECT and not is_not_modified
    if not isinstance(body, dict) or is_redirect:
        message = (
            f"{method} {path} returned {status} without a JSON object: "
            f"{_excerpt(raw.body)}"
        )
        raise exceptions.InvalidResponseError(message, status=status, path=path)
    return Response(status, raw.headers, body, document)


def _is_cut(body: Any) -> bool:
    """Return whether a body is the beginning of a JSON object."""
    return isinstance(body, bytes) and body.lstrip().startswith(b"{")


def _excerpt(raw: bytes) -> str:
    """Return the first words of a body, without the word at the cut."""
    start = raw[:_EXCERPT_BYTES]
    return repr(start if start == raw else _LAST_WORD.sub(b"", start))


def _parse_seconds(retry_after: str | None) -> float | None:
    """Return a Retry-After in seconds, None for a date, which no BMC sends."""
    seconds = float(retry_after) if retry_after and retry_after.isdecimal() else inf
    return seconds if seconds < inf else None
