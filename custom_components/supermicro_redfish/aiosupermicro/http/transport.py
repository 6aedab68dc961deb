"""Send HTTP requests to a BMC and map failures to exceptions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import (
    AbstractAsyncContextManager,
    asynccontextmanager,
    closing,
)
import logging
from math import inf
import ssl
from time import monotonic
from types import MappingProxyType
from typing import Any

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
    MAX_CONCURRENT_REQUESTS,
    MAX_REDIRECTS,
    MAX_REMEMBERED_ERRORS,
    REDFISH_ROOT,
    SECOND_REQUEST_DELAY,
)
from .cache import NewestItems
from .document import Document
from .limiter import HangDetector, RequestLimiter
from .response import RawResponse, Response, async_check_response, async_receive
from .stats import RequestStats
from .urls import HostUrls

_LOGGER = logging.getLogger(__name__)

_OK = 200
_REDIRECTS = (301, 302, 303, 307, 308)

# For a write, 301, 302 and 303 are ambiguous: some servers have already executed it,
# others expect it at the new location. Only 307 and 308 cannot execute it twice.
_WRITE_REDIRECTS = (307, 308)

# Created at import, where reading files is allowed. aiohttp's default would be that of
# the caller's session, which may have verification switched off.
_VERIFYING = ssl.create_default_context()

# Some services answer with a page to a request without these.
_HEADERS = {"Accept": "application/json", "OData-Version": "4.0"}


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
            timeout: Seconds for one request, without the wait for a slot; 0 for no
                limit.

        Raises:
            ValueError: The host or the fingerprint is malformed.

        """
        self._urls = HostUrls(host)
        self.authority = self._urls.base.authority
        """The host, with its port unless this is 443."""
        self._session = session
        # Redirects, errors and time limits are handled here.
        self._options: dict[str, Any] = {
            "ssl": _select_verification(verify_ssl=verify_ssl),
            "allow_redirects": False,
            "raise_for_status": False,
            "timeout": ClientTimeout(total=None),
        }
        self._timeout = timeout or inf
        self._limiter = RequestLimiter(MAX_CONCURRENT_REQUESTS, SECOND_REQUEST_DELAY)
        self._hang_detector = HangDetector()
        self._may_retry = False
        """Whether the BMC has responded since the last retry."""
        self._dropped: NewestItems[URL, None] = NewestItems(MAX_REMEMBERED_ERRORS)
        """Resources for which the BMC closes the connection, though it responds."""
        self.responded_at = -inf
        """The time of the last response, by `time.monotonic`."""
        self.stats = RequestStats()

    @property
    def second_request_delay(self) -> float:
        """Seconds that a request may take before a concurrent one is sent.

        It is shorter than the timeout. So the other requests of a poll wait for a slot
        before the first one can time out, and are not sent if that reveals a hang.
        """
        return min(self._limiter.delay, self._timeout / 2)

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
        headers: Mapping[str, str] = MappingProxyType({}),
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
        content = {"headers": {**_HEADERS, **headers}, "json": json, **self._options}
        seconds = min(max_seconds, self._timeout)
        hangs = self._hang_detector.hangs
        async with self._limiter.slot(exclusive=method != "GET"):
            if hangs != self._hang_detector.hangs:
                message = f"{method} {path} was not sent: the BMC is not responding"
                raise exceptions.TimeoutError(message, path=path)
            before_send()
            try:
                raw = await self._send_until_final(method, path, seconds, content)
                return await async_check_response(raw, method, path, known)
            except exceptions.SupermicroRedfishError as error:
                _redact_secrets(error, {**headers, **(json or {})})
                raise

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
        async with asyncio.timeout(self._timeout) as limit:
            response = await self._session.request(
                "GET",
                self._urls.get(path),
                headers={**_HEADERS, **headers},
                **self._options,
            )
            if response.status != _OK:
                with closing(response):
                    raw = await async_receive(
                        response, "GET", MAX_ANONYMOUS_BODY_BYTES, limit
                    )
                    await async_check_response(raw, "GET", path, None)
        return response

    async def _send_until_final(
        self, method: str, path: str, seconds: float, content: dict[str, Any]
    ) -> RawResponse:
        """Send a request, and follow redirects on this host.

        The content has the names of aiohttp's parameters, as in `_send_once`.
        """
        redirects = _REDIRECTS if method == "GET" else _WRITE_REDIRECTS
        url = self._urls.get(path)
        for _ in range(MAX_REDIRECTS):
            if method == "GET":
                raw = await self._send_read(url, seconds, content)
            else:
                raw = await self._send_once(method, url, seconds, content)
            if raw.status not in redirects or not (
                target := raw.headers.get("Location")
            ):
                return raw
            url = self._urls.get(target)
        raise exceptions.InvalidResponseError(
            f"{path} has too many redirects", path=path
        )

    async def _send_read(
        self, url: URL, seconds: float, content: dict[str, Any]
    ) -> RawResponse:
        """Send a read, and retry it over a new connection if it was lost.

        After a restart of the BMC the pooled connections are dead, and only their use
        shows it. aiohttp repeats a read once, but may pick the next dead connection.

        Where a web server fails at one resource, it may close the connection instead of
        a response. Such a read is not retried again until it succeeds.

        Raises:
            ConnectionError: The BMC does not respond for the service root either.
            InvalidResponseError: It responds for the root, but not for this resource.

        """
        try:
            raw = await self._send_once("GET", url, seconds, content)
        except exceptions.ConnectionError as error:
            if not error.is_broken or not self._may_retry:
                raise
            self._may_retry = False
            if url in self._dropped:
                await self._require_lost(url, error)
                raise
        else:
            self._dropped.pop(url, None)
            return raw
        try:
            return await self._send_once("GET", url, seconds, content)
        except exceptions.ConnectionError as error:
            if error.is_broken:
                await self._require_lost(url, error)
            raise

    async def _require_lost(self, url: URL, error: exceptions.ConnectionError) -> None:
        """Raise InvalidResponseError if the BMC responds for the service root."""
        root = self._urls.get(REDFISH_ROOT)
        if url == root:
            return
        content = {"headers": _HEADERS, **self._options}
        try:
            await self._send_once("GET", root, self._timeout, content)
        except exceptions.SupermicroRedfishError:
            return
        self._dropped[url] = None
        raise exceptions.InvalidResponseError(str(error), path=error.path) from error

    async def _send_once(
        self, method: str, url: URL, seconds: float, content: dict[str, Any]
    ) -> RawResponse:
        """Send one request and read its response, also an incomplete one."""
        if self._session.closed:
            raise exceptions.ConnectionError("The caller has closed the HTTP session")
        self.stats.total_requests += 1
        started, mark = monotonic(), self._hang_detector.request_started()
        try:
            async with asyncio.timeout(seconds) as limit:
                response = await self._session.request(method, url, **content)
                with closing(response):
                    max_bytes = _max_bytes(content["headers"])
                    raw = await async_receive(response, method, max_bytes, limit)
        except (ClientError, OSError) as error:
            failure = error
        else:
            self._record(raw, monotonic() - started)
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

    def _record(self, raw: RawResponse, seconds: float) -> None:
        """Record a response."""
        self._may_retry = True
        self.responded_at = monotonic()
        self.stats.record_response_time(seconds)
        self.stats.errors += raw.is_error or raw.failure is not None
        self._hang_detector.response_received()


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


def _select_verification(
    *,
    verify_ssl: bool | ssl.SSLContext | str,
) -> bool | ssl.SSLContext | Fingerprint:
    """Return aiohttp's value for a way of verifying the certificate."""
    if verify_ssl is True:
        return _VERIFYING
    if not isinstance(verify_ssl, str):
        return verify_ssl
    try:
        return Fingerprint(bytes.fromhex(verify_ssl.replace(":", "")))
    except ValueError as error:
        raise ValueError(f"{verify_ssl!r} is not a SHA-256 fingerprint") from error


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
