"""Read and write the resources of a BMC under one session."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from functools import partial
import logging
from types import MappingProxyType
from typing import Any, TypeGuard

from .. import exceptions
from ..const import LOGOUT_SECONDS, REDFISH_ROOT
from ..payload import is_header_text, normalize_path
from .authenticated_requests import AuthenticatedRequests
from .authenticator import Authenticator
from .cache import ETagCache
from .credentials import Credentials
from .document import Document
from .event_stream import async_listen
from .pending_reads import PendingReads
from .response import Response
from .task_monitor import async_wait_for_task
from .transport import Transport

_LOGGER = logging.getLogger(__name__)

_WANTS_ETAG = (412, 428)
_BODY_ETAG = "@odata.etag"
_ANY_ETAG = "*"

_ROOT = normalize_path(REDFISH_ROOT)
_ROOTS = (_ROOT, REDFISH_ROOT)
_NO_HEADERS: Mapping[str, str] = MappingProxyType({})

# It returns NetworkProtocolServiceConfigureFailed for a value that is already set.
_REJECTS_SAME_VALUE = "ManagerNetworkProtocol"


class Connection:
    """Read and write resources with one account, with ETags and tasks."""

    def __init__(self, transport: Transport, authenticator: Authenticator) -> None:
        """Initialize the connection; nothing is sent yet."""
        self._transport = transport
        self._authenticator = authenticator
        self._cache = ETagCache()
        self.working_etag: str | None = None
        """Place of the ETags that the BMC accepts, "header" or "body", if known."""
        self._pending_reads = PendingReads()
        self._streams: set[asyncio.Task[None]] = set()
        self._requests = AuthenticatedRequests(authenticator, self._async_get_root)
        self.is_closed = False
        """Whether requests are refused, since `async_close`."""
        self._closing: asyncio.Task[None] | None = None

    async def async_open(self) -> None:
        """Log in unless there is a login already; open a closed connection again.

        A login is also tried after one that was refused.

        Raises:
            AuthenticationError: The user name or password was refused.
            SupermicroRedfishError: The BMC did not respond.

        """
        if self._closing is not None:
            await asyncio.wait([self._closing])
        self.is_closed = False
        self._authenticator.allow_retry()
        await self._requests.async_log_in()

    def reopen(self) -> None:
        """Allow requests again, without a new login and after `async_close`."""
        self.is_closed = False

    async def async_close(self) -> None:
        """Cancel all reads, clear the cache and delete the session.

        Nothing is sent afterwards, so that a late reader cannot create another session.
        Closing continues when the caller is canceled. Where the BMC hangs, the caller
        waits for a few seconds only.
        """
        self.is_closed = True
        if self._closing is None or self._closing.done():
            self._closing = asyncio.create_task(self._async_close())
        await asyncio.wait([self._closing], timeout=LOGOUT_SECONDS)

    async def _async_close(self) -> None:
        """Cancel all reads and streams, then delete the session."""
        reads = self._pending_reads.cancel()
        for stream in self._streams:
            stream.cancel()
        await asyncio.gather(*reads, *self._streams, return_exceptions=True)
        self._cache.invalidate_all()
        await self._authenticator.async_logout()

    def async_get(self, path: str) -> Coroutine[Any, Any, dict[str, Any]]:
        """Return a resource, the same object while it is unchanged.

        Concurrent reads of one path share the request of the first caller. If this is
        canceled, the next one sends it again.
        """
        return self._pending_reads.async_get(normalize_path(path), self._async_read)

    def get_cached(self, path: str) -> dict[str, Any] | None:
        """Return the cached value of a resource, None if it was never read."""
        return self._cache.get_cached(normalize_path(path))

    def get_document(self, path: str) -> Document | None:
        """Return the document of a cached resource, None without one."""
        return self._cache.get_document(normalize_path(path))

    def get_recent(self, path: str, seconds: float) -> dict[str, Any] | None:
        """Return a resource that was cached in the last seconds, or None."""
        return self._cache.get_recent(normalize_path(path), seconds)

    def is_pending(self, path: str) -> bool:
        """Return whether a read of a resource is running."""
        return normalize_path(path) in self._pending_reads

    @property
    def cached_resources(self) -> dict[str, dict[str, Any]]:
        """The cached value of every resource, by its path."""
        return dict(self._cache.cached_data)

    def store(self, path: str, body: dict[str, Any]) -> None:
        """Cache a resource that another one contained."""
        self._cache.store(normalize_path(path), None, body)

    def invalidate(self, path: str) -> None:
        """Remove a resource from the cache, before or after a change."""
        self._cache.invalidate(normalize_path(path))

    async def async_patch(
        self,
        path: str,
        changes: Mapping[str, Any],
        *,
        current: Mapping[str, Any] | None = None,
    ) -> None:
        """Change properties of a resource and wait until they are changed.

        A change without effect is not sent. The cached value suffices to see that a
        change has an effect. That it has none is verified by a read. Where a resource
        rejects a value that is already set, the read always comes first.

        Args:
            path: The path of the resource.
            changes: The properties to change.
            current: The resource as it was read in another way, if it was.

        """
        cached = self.get_cached(path) if current is None else current
        has_effect = cached is not None and not _contains(cached, changes)
        odata_type = str((cached or {}).get("@odata.type"))
        if not has_effect or _REJECTS_SAME_VALUE in odata_type:
            if not _contains(await self.async_get(path), changes):
                await self._async_write("PATCH", path, changes)
            return
        try:
            await self._async_write("PATCH", path, changes)
        except exceptions.InvalidRequestError:
            # Another client may have made the same change since the last read.
            if not await self._async_has_values(path, changes):
                raise

    async def async_post(self, path: str, body: Mapping[str, Any]) -> None:
        """Invoke an action and wait for its task, if it has one."""
        await self._async_write("POST", path, body)

    async def async_listen(
        self,
        path: str,
        on_open: Callable[[], None],
        on_events: Callable[[int], None],
    ) -> None:
        """Receive server-sent events until the BMC or the client closes the stream.

        Arguments and errors are those of `event_stream.async_listen`.
        """
        task = asyncio.create_task(self._async_listen(path, on_open, on_events))
        self._streams.add(task)
        task.add_done_callback(self._finish_stream)
        try:
            await asyncio.wait([task])
        finally:
            task.cancel()
        if task.cancelled():
            raise exceptions.ConnectionError(f"GET {path}: the client was closed")
        task.result()

    async def _async_listen(
        self,
        path: str,
        on_open: Callable[[], None],
        on_events: Callable[[int], None],
    ) -> None:
        """Open a stream; log in again if the session has expired."""
        self._require_open()

        async def listen(credentials: Credentials) -> None:
            self._authenticator.mark_used(credentials)
            await async_listen(
                self._transport, path, credentials.headers, on_open, on_events
            )

        await self._requests.async_send(path, listen)

    def _finish_stream(self, task: asyncio.Task[None]) -> None:
        """Remove a closed stream; retrieve its exception, so that it is not logged."""
        self._streams.discard(task)
        if not task.cancelled():
            task.exception()

    async def _async_read(self, path: str) -> dict[str, Any]:
        """Read a resource; return the cached value if the response is a 304.

        The ETag of an expanded collection may be that of its links, which stays equal
        while the members change.
        """
        cached, etag, known = self._cache.get_version(path)
        if "?" in path:
            etag = None
        headers = {"If-None-Match": etag} if etag else _NO_HEADERS
        response = await self._async_send("GET", path, headers=headers, known=known)
        if response.not_modified:
            if cached is None:
                message = f"GET {path} returned 304 to an unconditional request"
                raise exceptions.InvalidResponseError(
                    message, status=response.status, path=path
                )
            self._transport.stats.cache_hits += 1
            self._record_etag(etag, cached)
            return cached
        if "error" in response.body and "@odata.id" not in response.body:
            message = f"GET {path} returned {response.status} with an error"
            raise exceptions.InvalidResponseError(
                message, status=response.status, path=path
            )
        etag = next(self._sort_etags(response.headers.get("ETag"), response.body), None)
        self._cache.store(path, etag, response.body, response.document)
        return response.body

    def _sort_etags(self, etag: str | None, body: Mapping[str, Any]) -> Iterator[str]:
        """Return the ETag of a header and that of the body, the working one first."""
        etags = [etag, body.get(_BODY_ETAG)]
        if self.working_etag == "body":
            etags.reverse()
        return filter(_is_etag, etags)

    def _record_etag(self, etag: str | None, body: Mapping[str, Any]) -> None:
        """Record the place of an ETag that the BMC has accepted."""
        self.working_etag = "body" if etag == body.get(_BODY_ETAG) else "header"

    async def _async_has_values(self, path: str, changes: Mapping[str, Any]) -> bool:
        """Return whether the values of a rejected change are in effect anyway."""
        try:
            return _contains(await self.async_get(path), changes)
        except exceptions.SupermicroRedfishError:
            return False
        finally:
            self.invalidate(path)

    async def _async_write(
        self, method: str, path: str, body: Mapping[str, Any]
    ) -> None:
        """Send a write, follow its task and invalidate the resource."""
        self.invalidate(path)
        try:
            response = await self._async_send_with_etag(method, path, body)
            await self._async_follow_task(method, path, response)
        finally:
            self.invalidate(path)

    async def _async_send_with_etag(
        self, method: str, path: str, body: Mapping[str, Any]
    ) -> Response:
        """Send a write; repeat it with the ETag of its resource if the BMC demands one.

        Some boards spell the ETag in the header unlike the one in the body and accept
        only the latter, others accept only the wildcard.
        """
        try:
            return await self._async_send(method, path, json=body)
        except exceptions.InvalidRequestError as error:
            if error.status not in _WANTS_ETAG:
                raise
            refusal = error
        resource, etags = await self._async_get_etags(path.partition("/Actions/")[0])
        for etag in (*etags, _ANY_ETAG):
            try:
                response = await self._async_send(
                    method, path, json=body, headers={"If-Match": etag}
                )
            except exceptions.InvalidRequestError as error:
                if error.status not in _WANTS_ETAG:
                    raise
                refusal = error
                continue
            if etag != _ANY_ETAG:
                self._record_etag(etag, resource)
            return response
        raise refusal

    async def _async_get_etags(self, path: str) -> tuple[dict[str, Any], list[str]]:
        """Read a resource; return it with its ETags, the working one first."""
        try:
            body = await self.async_get(path)
        except exceptions.NotFoundError:
            self.invalidate(path)
            return {}, []
        etag = self._cache.get_etag(normalize_path(path))
        return body, [*dict.fromkeys(self._sort_etags(etag, body))]

    async def _async_follow_task(
        self, method: str, path: str, response: Response
    ) -> None:
        """Wait until the task of a write, if any, has ended.

        An accepted action succeeds even if its task can no longer be read: the action
        may be the restart of the BMC.
        """
        try:
            await async_wait_for_task(response, self._async_get_response)
        except exceptions.InvalidRequestError:
            raise
        except exceptions.SupermicroRedfishError as error:
            if method != "POST":
                raise
            _LOGGER.debug("The task of %s could not be followed: %s", path, error)

    async def _async_get_response(self, path: str) -> Response:
        """Return the response to a read, bypassing the cache."""
        return await self._async_send("GET", path)

    async def _async_send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] = _NO_HEADERS,
        **content: Any,
    ) -> Response:
        """Send a request with credentials.

        The service root is public and read without credentials.
        """
        self._require_open()
        if path in _ROOTS:
            return await self._transport.send(
                method, REDFISH_ROOT, headers=headers, **content
            )

        def send(credentials: Credentials) -> Awaitable[Response]:
            return self._transport.send(
                method,
                path,
                headers={**headers, **credentials.headers},
                before_send=partial(self._authenticator.mark_used, credentials),
                **content,
            )

        return await self._requests.async_send(path, send)

    async def _async_get_root(self) -> dict[str, Any]:
        """Return the service root, which was mostly read before.

        Raises:
            ConnectionError: The client was closed.

        """
        root = self._cache.get_cached(_ROOT) or await self.async_get(_ROOT)
        self._require_open()
        return root

    def _require_open(self) -> None:
        """Raise ConnectionError if the client was closed."""
        if self.is_closed:
            message = "The client is closed, until async_connect"
            raise exceptions.ConnectionError(message)


def _is_etag(value: Any) -> TypeGuard[str]:
    """Return whether a value may be sent in a header."""
    return isinstance(value, str) and is_header_text(value)


def _contains(body: Any, changes: Any) -> bool:
    """Return whether a resource already has the values of a change."""
    if isinstance(changes, Mapping):
        return isinstance(body, Mapping) and all(
            key in body and _contains(body[key], value)
            for key, value in changes.items()
        )
    return bool(body == changes)
