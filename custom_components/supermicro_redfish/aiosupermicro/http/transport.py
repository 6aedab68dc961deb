"""Send HTTP requests to a BMC and map failures to exceptions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import (
    AbstractAsyncContextManager,
    asynccontextmanager,
    closing,
)
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import ip_address
import logging
from math import inf
import re
import ssl
from string import punctuation
from time import monotonic
from typing import Any
from urllib.parse import quote

from aiohttp import (
    ClientConnectionError,
    ClientConnectorCertificateError,
    ClientConnectorError,
    ClientError,
    ClientPayloadError,
    ClientResponse,
    ClientResponseError,
    ClientSession,
    ClientTimeout,
    Fingerprint,
    ServerFingerprintMismatch,
)
from yarl import URL

from .. import exceptions
from ..const import (
    AUTH_TOKEN_HEADER,
    DEFAULT_TIMEOUT,
    MAX_ANONYMOUS_BODY_BYTES,
    MAX_BODY_BYTES,
    MAX_CACHED_RESOURCES,
    MAX_CONCURRENT_REQUESTS,
    MAX_REDIRECTS,
    OPTIONAL_BODY_SECONDS,
    SECOND_REQUEST_DELAY,
)
from .cache import NewestItems
from .document import Document, async_parse_document
from .limiter import HangDetector, RequestLimiter
from .stats import RequestStats

_LOGGER = logging.getLogger(__name__)

_OK = 200
_NOT_MODIFIED = 304
_FIRST_REDIRECT = 300
_FIRST_ERROR = 400
_REDIRECTS = (301, 302, 303, 307, 308)

# For a write, 301, 302 and 303 are ambiguous: some servers have already executed it,
# others expect it at the new location. Only 307 and 308 cannot execute it twice.
_WRITE_REDIRECTS = (307, 308)

# Created at import, where reading files is allowed. aiohttp's default would be that of
# the caller's session, which may have verification switched off.
_VERIFYING = ssl.create_default_context()

# Some services answer with a page to a request without these.
_HEADERS = {"Accept": "application/json", "OData-Version": "4.0"}

# Redirects and errors are handled here.
_NO_AUTOMATISMS = {"allow_redirects": False, "raise_for_status": False}

_EXCERPT_BYTES = 80
_LAST_WORD = re.compile(rb"[^\s<>\"']*\Z")

_HOST_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.IGNORECASE)


def base_url(host: str) -> URL:
    """Return the https URL of a host name, IP address, `host:port` or https URL.

    Raises:
        ValueError: The text is none of these.

    """
    text = host.strip()
    if text.count(":") > 1 and not text.startswith("[") and "://" not in text:
        text = f"[{text}]"
    try:
        url = URL(text if "://" in text else f"https://{text}")
        origin = url.origin()
    except ValueError:
        origin = url = URL()
    is_plain = url in (origin, origin / "") and text.isprintable()
    is_https = url.scheme == "https" and url.port != 0
    if not (_is_host(url.raw_host or "") and is_https and is_plain):
        shown = host.rpartition("@")[2]  # the part before may be a password
        raise ValueError(f"{shown!r} is not a host name, IP address or https URL")
    return origin


def _is_host(name: str) -> bool:
    """Return whether a text is an IP address or a host name."""
    try:
        ip_address(name)
    except ValueError:
        labels = name.removesuffix(".").split(".")
        return all(_HOST_LABEL.fullmatch(label) for label in labels)
    return True


@dataclass(slots=True)
class _RawResponse:
    """Response as received, maybe with an incomplete body."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    failure: ClientError | OSError | None
    """The reason why the body is incomplete."""


@dataclass(frozen=True)
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
        """Whether the resource has not changed (304)."""
        return self.status == _NOT_MODIFIED


class Transport:
    """Send requests to one host; every request of a client passes through here."""

    def __init__(
        self,
        session: ClientSession,
        host: str,
        *,
        verify_ssl: bool | ssl.SSLContext | str = False,
        timeout: float = DEFAULT_TIMEOUT,
    ) -> None:
        """Prepare the requests to a host; nothing is sent yet.

        Args:
            session: The caller's session, which is never closed here.
            host: Name, IPv4 or IPv6 address, with or without port, or https URL.
            verify_ssl: True to verify the certificate against the system's
                authorities, an SSL context to verify it against others, a SHA-256
                fingerprint to accept only that certificate, False to accept any.
            timeout: Seconds for one request, without the wait for a slot.

        Raises:
            ValueError: The host or the fingerprint is malformed.

        """
        self.url = base_url(host)
        self._session = session
        self._ssl: Any = verify_ssl
        if verify_ssl is True:
            self._ssl = _VERIFYING
        elif isinstance(verify_ssl, str):
            self._ssl = _parse_fingerprint(verify_ssl)
        self._timeout = timeout
        self._urls: NewestItems[str, URL] = NewestItems(MAX_CACHED_RESOURCES)
        """URLs of paths on this host."""
        self._limiter = RequestLimiter(MAX_CONCURRENT_REQUESTS, SECOND_REQUEST_DELAY)
        self._hang_detector = HangDetector()
        self._may_retry = False
        """Whether the BMC has responded since the last retry."""
        self.responded_at = -inf
        """The time of the last response, by `time.monotonic`."""
        self.stats = RequestStats()

    def exclusive(self) -> AbstractAsyncContextManager[None]:
        """Return a context in which no request is sent."""
        return self._limiter.slot(exclusive=True)

    def set_max_concurrent_requests(self, limit: int) -> None:
        """Set the number of concurrent requests."""
        self._limiter.set_limit(limit)

    async def send(  # noqa: PLR0913 - all but two are optional
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: Mapping[str, Any] | None = None,
        before_send: Callable[[], None] = lambda: None,
        known: Document | None = None,
        max_seconds: float = inf,
    ) -> Response:
        """Send a request and return its response, following redirects on the host.

        Args:
            method: The HTTP method; any other than GET is sent exclusively.
            path: The path on this host.
            headers: Headers to send beside the default ones.
            json: The body.
            before_send: Called after the wait for a slot; an exception cancels the
                request.
            known: The former document of the resource; the response shares its parts.
            max_seconds: The limit, where less than the transport's own.

        Raises:
            SupermicroRedfishError: There was no response, or it is an error or not
                Redfish.

        """
        content = {
            "headers": {**_HEADERS, **headers} if headers else _HEADERS,
            "json": json,
            "timeout": _create_timeout(min(max_seconds, self._timeout)),
            "ssl": self._ssl,
            **_NO_AUTOMATISMS,
        }
        hangs = self._hang_detector.hangs
        limiter = self._limiter
        priority = limiter.get_priority(exclusive=method != "GET")
        if not limiter.acquire(priority):
            await limiter.async_wait(priority)
        try:
            if hangs != self._hang_detector.hangs:
                message = f"{method} {path} was not sent: the BMC is not responding"
                raise exceptions.TimeoutError(message, path=path)
            before_send()
            try:
                raw = await self._send_with_redirects(method, path, content)
                return await _async_check_response(raw, method, path, known)
            except exceptions.SupermicroRedfishError as error:
                _redact_secrets(error, {**(headers or {}), **(json or {})})
                raise
        finally:
            limiter.release(priority)

    @asynccontextmanager
    async def stream(
        self, path: str, headers: Mapping[str, str]
    ) -> AsyncIterator[ClientResponse]:
        """Provide a response whose body has no end, on a connection of its own.

        It occupies a slot only until its headers were received. Errors of the caller's
        reads are mapped as well.

        Raises:
            SupermicroRedfishError: There was no response, or it is an error.

        """
        try:
            async with self._limiter.slot(exclusive=False):
                response = await self._open_stream(path, headers)
            with closing(response):
                yield response
        except exceptions.SupermicroRedfishError as error:
            _redact_secrets(error, headers)
            raise
        except (ClientError, OSError) as error:
            # aiohttp's errors about a response contain the headers of the request.
            cause = None if isinstance(error, ClientResponseError) else error
            raise _map_error(f"GET {path}", path, error) from cause

    async def _open_stream(
        self, path: str, headers: Mapping[str, str]
    ) -> ClientResponse:
        """Return a successful response without its body."""
        self.stats.total_requests += 1
        async with asyncio.timeout(self._timeout):
            response = await self._session.request(
                "GET",
                self._on_this_host(path),
                headers={**_HEADERS, **headers},
                ssl=self._ssl,
                timeout=ClientTimeout(total=None),
                allow_redirects=False,
                raise_for_status=False,
            )
            if response.status != _OK:
                with closing(response):
                    raw = await _receive(response, "GET", MAX_ANONYMOUS_BODY_BYTES)
                    await _async_check_response(raw, "GET", path, None)
        return response

    async def _send_with_redirects(
        self, method: str, path: str, content: dict[str, Any]
    ) -> _RawResponse:
        """Send a request, again for each redirect to another path of this host.

        The content has the names of aiohttp's parameters, as in the methods below.
        """
        redirects = _REDIRECTS if method == "GET" else _WRITE_REDIRECTS
        url = self._on_this_host(path)
        for _ in range(MAX_REDIRECTS):
            raw = await self._send_with_retry(method, url, content)
            if raw.status not in redirects or not (
                target := raw.headers.get("Location")
            ):
                return raw
            url = self._on_this_host(target)
        raise exceptions.InvalidResponseError(
            f"{path} has too many redirects", path=path
        )

    async def _send_with_retry(
        self, method: str, url: URL, content: dict[str, Any]
    ) -> _RawResponse:
        """Send one request; send a read again if its connection was already dead.

        After a restart of the BMC the pooled connections are dead, and only their use
        shows it. aiohttp repeats a read once, but may pick the next dead connection.
        """
        try:
            return await self._send_once(method, url, content)
        except exceptions.ConnectionError as error:
            if method != "GET" or not error.is_broken or not self._may_retry:
                raise
        self._may_retry = False
        return await self._send_once(method, url, content)

    async def _send_once(
        self, method: str, url: URL, content: dict[str, Any]
    ) -> _RawResponse:
        """Send one request and read its response, also an incomplete one."""
        if self._session.closed:
            raise exceptions.ConnectionError("The caller has closed the HTTP session")
        self.stats.total_requests += 1
        started, mark = monotonic(), self._hang_detector.request_started()
        try:
            async with self._session.request(
                method,
                url,
                **content,
            ) as response:
                raw = await _receive(response, method, _max_bytes(content["headers"]))
        except (ClientError, OSError) as error:
            failure = error
        else:
            self._record(raw, mark, monotonic() - started)
            # Only sessions are deleted; the id of one does not belong in a log.
            if _LOGGER.isEnabledFor(logging.DEBUG):
                shown = url.parent if method == "DELETE" else url
                _LOGGER.debug("%s %s: %s", method, shown.raw_path, raw.status)
            return raw
        self.stats.errors += 1
        if isinstance(failure, TimeoutError):
            self._hang_detector.request_timed_out(mark)
        # aiohttp's errors about a response contain the headers of the request.
        cause = None if isinstance(failure, ClientResponseError) else failure
        raise _map_error(f"{method} {url.path}", url.path, failure) from cause

    def _record(self, raw: _RawResponse, mark: int, seconds: float) -> None:
        """Count a response; a body that never arrives is a time-out."""
        self._may_retry = True
        self.responded_at = monotonic()
        self.stats.record_response_time(seconds)
        self.stats.errors += raw.status >= _FIRST_ERROR or raw.failure is not None
        if isinstance(raw.failure, TimeoutError):
            self._hang_detector.request_timed_out(mark)
        else:
            self._hang_detector.response_received()

    def _on_this_host(self, path: str) -> URL:
        """Return the URL of a path; raise if it is on another host."""
        if known := self._urls.get(path):
            return known
        quoted = quote(path, safe=punctuation, errors="surrogatepass")
        try:
            url = self.url.join(URL(quoted, encoded=True))
            is_here = url.origin() == self.url
        except ValueError:
            is_here = False
        if not is_here:
            message = f"{path} leads away from {self.url.authority}"
            raise exceptions.InvalidResponseError(message, path=path)
        # aiohttp would use credentials in a URL for basic authentication.
        self._urls[path] = url = url.with_user(None)
        return url


@lru_cache
def _create_timeout(seconds: float) -> ClientTimeout:
    """Return the limit for a whole request."""
    return ClientTimeout(total=seconds)


def _redact_secrets(
    error: exceptions.SupermicroRedfishError, content: Mapping[str, Any]
) -> None:
    """Redact the secrets among the headers and the body of a request in an error."""
    for key in (AUTH_TOKEN_HEADER, "Authorization", "Password"):
        if secret := content.get(key):
            error.redact(secret.removeprefix("Basic "))


def _max_bytes(headers: Mapping[str, str]) -> int:
    """Return the maximum size of the response to a request with these headers."""
    has_credentials = AUTH_TOKEN_HEADER in headers or "Authorization" in headers
    return MAX_BODY_BYTES if has_credentials else MAX_ANONYMOUS_BODY_BYTES


def _parse_fingerprint(text: str) -> Fingerprint:
    """Return a SHA-256 fingerprint from hexadecimal, with or without colons."""
    try:
        return Fingerprint(bytes.fromhex(text.replace(":", "")))
    except ValueError as error:
        raise ValueError(f"{text!r} is not a SHA-256 fingerprint") from error


def _map_error(
    request: str, path: str, error: ClientError | OSError
) -> exceptions.SupermicroRedfishError:
    """Return the library's exception for one of aiohttp or the system."""
    if isinstance(error, TimeoutError):
        return exceptions.TimeoutError(f"{request} timed out", path=path)
    if isinstance(error, ServerFingerprintMismatch):
        return exceptions.CertificateError(
            f"{request} was not sent: the BMC's certificate has changed",
            path=path,
            fingerprint=error.got.hex(),
        )
    if isinstance(error, ClientConnectorCertificateError):
        message = f"{request} was not sent: certificate verification failed"
        return exceptions.CertificateError(message, path=path)
    if isinstance(error, ClientConnectorError):
        reason = error.os_error.strerror or error.os_error
        message = f"{request} could not connect: {reason}"
        return exceptions.ConnectionError(message, path=path)
    if isinstance(error, (ClientConnectionError, ClientPayloadError, OSError)):
        message = f"{request} lost the connection: {error}"
        return exceptions.ConnectionError(message, path=path, is_broken=True)
    message = f"{request} got an invalid HTTP response: {' '.join(str(error).split())}"
    return exceptions.InvalidResponseError(message, path=path)


async def _receive(
    response: ClientResponse, method: str, max_bytes: int
) -> _RawResponse:
    """Read the body of a response, also an incomplete one.

    The body of an error, and of a write that has succeeded, is optional: a BMC that
    restarts may not send it. An incomplete or missing one is then no failure. A success
    with more than the limit is one: no BMC sends it.
    """
    body = bytearray()
    failure: ClientError | OSError | None = None
    is_optional = method != "GET" or response.status >= _FIRST_REDIRECT
    try:
        if is_optional:
            async with asyncio.timeout(OPTIONAL_BODY_SECONDS):
                await _read_body(response, body, max_bytes)
        else:
            await _read_body(response, body, max_bytes)
    except exceptions.InvalidResponseError:
        if response.status < _FIRST_REDIRECT:
            raise
    except (ClientError, OSError) as error:
        failure = None if is_optional else error
        if response.status < _FIRST_REDIRECT:
            body.clear()
    return _RawResponse(response.status, response.headers, bytes(body), failure)


async def _read_body(response: ClientResponse, body: bytearray, max_bytes: int) -> None:
    """Append the whole body; raise if it is larger than any real resource."""
    while chunk := await response.content.readany():
        body += chunk
        if len(body) > max_bytes:
            path = response.url.path
            message = f"{path} returned more than {max_bytes} bytes"
            raise exceptions.InvalidResponseError(message, path=path)


async def _async_check_response(
    raw: _RawResponse, method: str, path: str, known: Document | None
) -> Response:
    """Return the response of a success, raise the exception of any other."""
    status = raw.status
    if isinstance(raw.failure, TimeoutError):
        raise exceptions.TimeoutError(f"{method} {path} timed out", path=path)
    if raw.failure is not None:
        message = f"{method} {path} returned an incomplete body: {raw.failure}"
        raise exceptions.ServiceUnavailableError(message, path=path)
    document = await async_parse_document(raw.body, known)
    body = document.content
    if status >= _FIRST_ERROR:
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
    """Return the first words of a body; a word cut off may be part of a token."""
    start = raw[:_EXCERPT_BYTES]
    return repr(start if start == raw else _LAST_WORD.sub(b"", start))


def _parse_seconds(retry_after: str | None) -> float | None:
    """Return a Retry-After in seconds, None for a date, which no BMC sends."""
    seconds = float(retry_after) if retry_after and retry_after.isdecimal() else inf
    return seconds if seconds < inf else None
