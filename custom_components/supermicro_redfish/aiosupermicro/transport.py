"""One HTTP request to a BMC: how many at a time, for how long, and what came back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
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

from . import exceptions
from .const import (
    AUTH_TOKEN_HEADER,
    DEFAULT_TIMEOUT,
    MAX_BODY_BYTES,
    MAX_CONCURRENT_REQUESTS,
    MAX_REDIRECTS,
    PATIENCE_SECONDS,
)
from .documents import parsed
from .gate import Gate, Silence
from .stats import RequestStats

_LOGGER = logging.getLogger(__name__)

_NOT_MODIFIED = 304
_FIRST_REDIRECT = 300
_FIRST_ERROR = 400
_REDIRECTS = (301, 302, 303, 307, 308)

# A write is sent on only where the BMC says that it may be. By 301, 302 and 303 some
# mean that it was done, others that it is to be done there: it might be done twice.
_REDIRECTS_OF_WRITES = (307, 308)

# Made here, where it may read files. To leave it to aiohttp would be to leave it to the
# caller's session, which may have been made to verify nothing.
_VERIFIED = ssl.create_default_context()

_EXCERPT_BYTES = 80
_LAST_WORD = re.compile(rb"[^\s<>\"']*\Z")

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.IGNORECASE)


def base_url(host: str) -> URL:
    """Return the https address of a BMC given as name, IP, with port, or as URL.

    Raises:
        ValueError: The host is none of these.

    """
    text = host.strip()
    if text.count(":") > 1 and not text.startswith("[") and "://" not in text:
        text = f"[{text}]"
    try:
        url = URL(text if "://" in text else f"https://{text}")
        origin = url.origin()
    except ValueError:
        origin = url = URL()
    plain = url in (origin, origin / "") and text.isprintable()
    is_https = url.scheme == "https" and url.port != 0
    if not (_is_host(url.raw_host or "") and is_https and plain):
        shown = host.rpartition("@")[2]  # what stands before may be a password
        raise ValueError(f"{shown!r} is no host name, IP address or https URL")
    return origin


def _is_host(name: str) -> bool:
    """Tell whether this is an IP address or a name of a host."""
    try:
        ip_address(name)
    except ValueError:
        labels = name.removesuffix(".").split(".")
        return all(_LABEL.fullmatch(label) for label in labels)
    return True


@dataclass(frozen=True)
class Reply:
    """What a BMC answered: a success, or "not modified"."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: dict[str, Any]
    """The JSON object; empty where a write or a 304 came without one."""

    @property
    def not_modified(self) -> bool:
        """Whether the resource is as it was when its ETag was given."""
        return self.status == _NOT_MODIFIED


class Transport:
    """The one funnel that every request to a BMC goes through."""

    def __init__(
        self,
        session: ClientSession,
        host: str,
        *,
        verify_ssl: bool | ssl.SSLContext | str = False,
        timeout: float = DEFAULT_TIMEOUT,
    ) -> None:
        """Aim at a host; nothing is sent yet.

        Args:
            session: The caller's session, which is never closed here.
            host: Name, IPv4 or IPv6 address, with or without port, or https URL.
            verify_ssl: True for a certificate that the system's authorities vouch
                for, a context with authorities of your own, the SHA-256 fingerprint
                of the only certificate to accept, or False for any.
            timeout: Seconds for a whole request, waiting for its turn excepted.

        Raises:
            ValueError: The host or the fingerprint is malformed.

        """
        self.url = base_url(host)
        self._session = session
        self._ssl: Any = verify_ssl
        if verify_ssl is True:
            self._ssl = _VERIFIED
        elif isinstance(verify_ssl, str):
            self._ssl = _fingerprint(verify_ssl)
        self._seconds = timeout
        self._gate = Gate(MAX_CONCURRENT_REQUESTS, PATIENCE_SECONDS)
        self._silence = Silence()
        self._was_heard = False
        """Whether the BMC has answered since a connection broke last."""
        self.stats = RequestStats()

    def set_max_concurrent_requests(self, places: int) -> None:
        """Set how many requests may be under way at a time."""
        self._gate.set_places(places)

    async def send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: Mapping[str, Any] | None = None,
        before: Callable[[], None] = lambda: None,
        seconds: float = inf,
    ) -> Reply:
        """Send a request and return the answer to it, following redirects on the host.

        Args:
            method: The HTTP method; anything but GET is sent alone.
            path: The path on this host.
            headers: What is sent beside the usual ones.
            json: The body.
            before: Called when the request has waited for its turn; what it raises
                keeps the request from being sent.
            seconds: How long it may take, where that is less than usual.

        Raises:
            SupermicroRedfishError: The answer is an error, no Redfish, or none.

        """
        timeout = ClientTimeout(total=min(seconds, self._seconds))
        silences = self._silence.count
        async with self._gate.enter(alone=method != "GET"):
            if silences != self._silence.count:
                message = f"{method} {path} was not sent: the BMC answers nothing"
                raise exceptions.TimeoutError(message, path=path)
            before()
            try:
                return await self._follow(
                    method, path, headers=headers, json=json, timeout=timeout
                )
            except exceptions.SupermicroRedfishError as error:
                for secret in _secrets({**(headers or {}), **(json or {})}):
                    error.redact(secret)
                raise

    async def _follow(self, method: str, path: str, **content: Any) -> Reply:
        """Send a request wherever on this host the BMC redirects it to.

        The content is as aiohttp takes it, here and in what sends it.
        """
        redirects = _REDIRECTS if method == "GET" else _REDIRECTS_OF_WRITES
        url = self._on_this_host(path)
        for _ in range(MAX_REDIRECTS):
            response, raw = await self._exchange(method, url, **content)
            target = response.headers.get("Location")
            if response.status not in redirects or not target:
                return _reply(response, method, path, raw)
            url = self._on_this_host(target)
        raise exceptions.InvalidResponseError(f"{path} redirects in circles", path=path)

    async def _exchange(
        self, method: str, url: URL, **content: Any
    ) -> tuple[ClientResponse, bytes]:
        """Send one request and read its answer to the end.

        A BMC that has restarted leaves dead connections behind, which only who uses
        them finds out. aiohttp repeats a read once, which meets the next of them.
        """
        try:
            return await self._try(method, url, **content)
        except exceptions.ConnectionError as error:
            is_unheard = error.is_broken and not isinstance(
                error.__cause__, ClientPayloadError
            )
            if method != "GET" or not is_unheard or not self._was_heard:
                raise
        self._was_heard = False
        return await self._try(method, url, **content)

    async def _try(
        self, method: str, url: URL, **content: Any
    ) -> tuple[ClientResponse, bytes]:
        """Send one request over whatever connection there is."""
        if self._session.closed:
            raise exceptions.ConnectionError("The caller has closed the HTTP session")
        self.stats.total_requests += 1
        began, answers = monotonic(), self._silence.ask()
        try:
            async with self._session.request(
                method,
                url,
                **content,
                ssl=self._ssl,
                allow_redirects=False,
                raise_for_status=False,
            ) as response:
                raw = await _read(response, method)
        except (ClientError, OSError) as error:
            failure = error
        else:
            self._silence.hear()
            self._was_heard = True
            self.stats.record_response_time(monotonic() - began)
            self.stats.errors += response.status >= _FIRST_ERROR
            # Nothing but sessions is deleted, and which one it was nobody has to know.
            shown = url.parent if method == "DELETE" else url
            _LOGGER.debug("%s %s: %s", method, shown.raw_path, response.status)
            return response, raw
        self.stats.errors += 1
        if isinstance(failure, TimeoutError):
            self._silence.give_up(answers)
        # aiohttp's errors about an answer show the headers that were sent.
        cause = None if isinstance(failure, ClientResponseError) else failure
        raise _failure(f"{method} {url.path}", url.path, failure) from cause

    def _on_this_host(self, path: str) -> URL:
        """Return the URL of a path, refusing to leave the host."""
        plain = quote(path, safe=punctuation, errors="surrogatepass")
        try:
            url = self.url.join(URL(plain, encoded=True))
            is_here = url.origin() == self.url
        except ValueError:
            is_here = False
        if not is_here:
            message = f"{path} leads away from {self.url.authority}"
            raise exceptions.InvalidResponseError(message, path=path)
        # aiohttp would log in as whoever is named in a URL.
        return url.with_user(None)


def _secrets(shown: Mapping[str, Any]) -> Iterator[str]:
    """Return what a request shows to be let in, among its headers and its body."""
    for key in (AUTH_TOKEN_HEADER, "Authorization", "Password"):
        if secret := shown.get(key):
            yield secret.removeprefix("Basic ")


def _fingerprint(text: str) -> Fingerprint:
    """Return a SHA-256 fingerprint given in hexadecimal, with or without colons."""
    try:
        return Fingerprint(bytes.fromhex(text.replace(":", "")))
    except ValueError as error:
        raise ValueError(f"{text!r} is no SHA-256 fingerprint") from error


def _failure(
    request: str, path: str, error: ClientError | OSError
) -> exceptions.SupermicroRedfishError:
    """Return what the failure of a request is for the caller."""
    if isinstance(error, TimeoutError):
        return exceptions.TimeoutError(f"{request} got no answer in time", path=path)
    if isinstance(error, ServerFingerprintMismatch):
        return exceptions.CertificateError(
            f"{request} was not sent: the BMC's certificate is another one",
            path=path,
            fingerprint=error.got.hex(),
        )
    if isinstance(error, ClientConnectorCertificateError):
        message = f"{request} was not sent: nobody vouches for the BMC's certificate"
        return exceptions.CertificateError(message, path=path)
    if isinstance(error, ClientConnectorError):
        reason = error.os_error.strerror or error.os_error
        message = f"{request} found no connection: {reason}"
        return exceptions.ConnectionError(message, path=path)
    if isinstance(error, (ClientConnectionError, ClientPayloadError, OSError)):
        message = f"{request} has no connection any more: {error}"
        return exceptions.ConnectionError(message, path=path, is_broken=True)
    message = f"{request} got no HTTP answer: {' '.join(str(error).split())}"
    return exceptions.InvalidResponseError(message, path=path)


async def _read(response: ClientResponse, method: str) -> bytes:
    """Read a body to its end, giving up on one that no BMC would send.

    A write is done with its status: a BMC that restarts does not say more.
    """
    path, body = response.url.path, bytearray()
    try:
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                message = f"{path} answered with more than {MAX_BODY_BYTES} bytes"
                raise exceptions.InvalidResponseError(message, path=path)
    except (ClientError, OSError):
        if method == "GET" or response.status >= _FIRST_REDIRECT:
            raise
        return b""
    return bytes(body)


def _reply(response: ClientResponse, method: str, path: str, raw: bytes) -> Reply:
    """Return a success, or raise what the status stands for."""
    status = response.status
    body = parsed(raw)
    if status >= _FIRST_ERROR:
        retry_after = _seconds(response.headers.get("Retry-After"))
        raise exceptions.error_from_response(status, method, path, body, retry_after)
    is_as_known = status == _NOT_MODIFIED and method == "GET"
    if body is None and (method != "GET" or is_as_known):
        body = {}
    is_elsewhere = status >= _FIRST_REDIRECT and not is_as_known
    if not isinstance(body, dict) or is_elsewhere:
        message = (
            f"{method} {path} answered {status} with no JSON object: {_start(raw)}"
        )
        raise exceptions.InvalidResponseError(message, status=status, path=path)
    return Reply(status, response.headers, body)


def _start(raw: bytes) -> str:
    """Return how an answer begins, to the end of a word: half a token is no word."""
    start = raw[:_EXCERPT_BYTES]
    return repr(start if start == raw else _LAST_WORD.sub(b"", start))


def _seconds(retry_after: str | None) -> float | None:
    """Return a Retry-After in seconds; None for a date, which no BMC sends."""
    seconds = float(retry_after) if retry_after and retry_after.isdecimal() else inf
    return seconds if seconds < inf else None
