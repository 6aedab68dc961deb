"""A logged-in connection: conditional reads, writes, and the tasks they start."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
import logging
from typing import Any

from . import exceptions
from .cache import ETagCache
from .const import LOGOUT_SECONDS, REDFISH_ROOT
from .links import normalised
from .login import Credential, Login
from .tasks import async_wait_for_task
from .transport import Reply, Transport

_LOGGER = logging.getLogger(__name__)

_WANTS_ETAG = (412, 428)

# It answers NetworkProtocolServiceConfigureFailed to a protocol that is so already.
_REFUSES_NO_CHANGE = "ManagerNetworkProtocol"


@dataclass(eq=False)
class _Read:
    """A read under way."""

    task: asyncio.Task[dict[str, Any]]
    waiting: int = 0
    """How many callers wait for it."""


class Connection:
    """Reads and writes the resources of one BMC under one session."""

    def __init__(self, transport: Transport, auth: Login) -> None:
        """Keep the parts; nothing is sent yet."""
        self._transport = transport
        self._auth = auth
        self._cache = ETagCache()
        self._reading: dict[str, _Read] = {}
        self._closed = False
        self._ending: asyncio.Task[None] | None = None

    async def async_login(self) -> None:
        """Log in, unless that was done, and open what was closed.

        Raises:
            AuthenticationError: User name or password were refused.
            SupermicroRedfishError: The BMC could not be asked.

        """
        if self._ending is not None:
            await asyncio.wait([self._ending])
        self._closed = False
        await self._async_credential()

    async def async_close(self) -> None:
        """Stop reading, forget everything and give the session back.

        Nothing is sent after that, so that a late reader makes no new session. It is
        carried out even if the caller does not wait for it, and where a BMC hangs, the
        caller does not wait for long.
        """
        self._closed = True
        if self._ending is None or self._ending.done():
            self._ending = asyncio.create_task(self._async_end())
        await asyncio.wait([self._ending], timeout=LOGOUT_SECONDS)

    async def _async_end(self) -> None:
        """End all reads, and then the session."""
        reading = [read.task for read in self._reading.values()]
        for task in reading:
            task.cancel()
        await asyncio.gather(*reading, return_exceptions=True)
        self._cache.invalidate_all()
        await self._auth.async_logout()

    async def async_get(self, path: str) -> dict[str, Any]:
        """Return a resource as it is now; the same object when it has not changed.

        Identical reads under way are one request, which ends when nobody waits for
        it any more.
        """
        path = normalised(path)
        if (read := self._reading.get(path)) is None:
            read = _Read(asyncio.create_task(self._async_read(path)))
            self._reading[path] = read
            read.task.add_done_callback(lambda _: self._end_reading(path, read))
        read.waiting += 1
        try:
            await asyncio.wait([read.task])
        finally:
            read.waiting -= 1
            if not read.waiting and not read.task.done():
                self._leave(path, read)
                read.task.cancel()
        if read.task.cancelled():
            raise exceptions.ConnectionError(f"GET {path}: the client was closed")
        return read.task.result()

    def known(self, path: str) -> dict[str, Any] | None:
        """Return a resource as it was last read, None if it never was."""
        return self._cache.get_cached(normalised(path))

    @property
    def all_known(self) -> dict[str, dict[str, Any]]:
        """Every resource as it was last read, by its path."""
        return dict(self._cache.cached_data)

    async def async_patch(self, path: str, changes: Mapping[str, Any]) -> None:
        """Change properties of a resource, and wait until they are changed.

        A change that changes nothing is not sent. What was read last tells that it is
        a change, without another read; that it is none, only a read right now tells. If
        somebody else has made the same change since, it is made once more, or refused,
        which is as good. Where it would be refused for sure, the read comes first.
        """
        known = self.known(path)
        is_change = known is not None and not _contains(known, changes)
        if not is_change or _REFUSES_NO_CHANGE in str((known or {}).get("@odata.type")):
            if not _contains(await self.async_get(path), changes):
                await self._async_write("PATCH", path, changes)
            return
        try:
            await self._async_write("PATCH", path, changes)
        except exceptions.InvalidRequestError:
            if not await self._async_is_so(path, changes):
                raise

    async def async_post(self, path: str, body: Mapping[str, Any]) -> None:
        """Start an action, and wait for its task where it has one."""
        await self._async_write("POST", path, body)

    def forget(self, path: str) -> None:
        """Forget what was read: it has changed, or soon will."""
        self._cache.invalidate(normalised(path))

    def _end_reading(self, path: str, read: _Read) -> None:
        """Take note that a read has ended, even if nobody waits for it any more."""
        self._leave(path, read)
        if not read.task.cancelled():
            read.task.exception()

    def _leave(self, path: str, read: _Read) -> None:
        """Let nobody join a read any more."""
        if self._reading.get(path) is read:
            del self._reading[path]

    async def _async_read(self, path: str) -> dict[str, Any]:
        """Read a resource, from memory where the BMC says that it is unchanged."""
        known, etag = self._cache.get_cached(path), self._cache.get_etag(path)
        headers = {"If-None-Match": etag} if etag else {}
        reply = await self._async_send("GET", path, headers=headers)
        if reply.not_modified:
            if known is None:
                message = f"GET {path} is not modified, which nobody asked"
                raise exceptions.InvalidResponseError(message, path=path)
            self._transport.stats.cache_hits += 1
            return known
        if "error" in reply.body and "@odata.id" not in reply.body:
            message = f"GET {path} answered {reply.status} with an error"
            raise exceptions.InvalidResponseError(message, path=path)
        etag = reply.headers.get("ETag") or reply.body.get("@odata.etag")
        is_etag = isinstance(etag, str) and etag.isascii() and etag.isprintable()
        self._cache.store(path, etag if is_etag else None, reply.body)
        return reply.body

    async def _async_is_so(self, path: str, changes: Mapping[str, Any]) -> bool:
        """Tell whether a change that was refused had been made already."""
        try:
            return _contains(await self.async_get(path), changes)
        except exceptions.SupermicroRedfishError:
            return False
        finally:
            self.forget(path)

    async def _async_write(
        self, method: str, path: str, body: Mapping[str, Any]
    ) -> None:
        """Send a write, follow its task to the end and forget the resource."""
        self.forget(path)
        try:
            reply = await self._async_send_matching(method, path, body)
            await self._async_follow(method, path, reply)
        finally:
            self.forget(path)

    async def _async_send_matching(
        self, method: str, path: str, body: Mapping[str, Any]
    ) -> Reply:
        """Send a write, with the ETag of what it changes if the BMC asks for one."""
        try:
            return await self._async_send(method, path, json=body)
        except exceptions.InvalidRequestError as error:
            if error.status not in _WANTS_ETAG:
                raise
        owner = path.partition("/Actions/")[0]
        try:
            await self.async_get(owner)
        except exceptions.NotFoundError:
            self.forget(owner)
        headers = {"If-Match": self._cache.get_etag(normalised(owner)) or "*"}
        return await self._async_send(method, path, json=body, headers=headers)

    async def _async_follow(self, method: str, path: str, reply: Reply) -> None:
        """Wait until the task that a write has started, if any, has ended.

        An action that the BMC has accepted is done: if it cannot be asked for the task
        any more, it restarts, as it was told to.
        """
        try:
            await async_wait_for_task(reply, self._async_look)
        except exceptions.InvalidRequestError:
            raise
        except exceptions.SupermicroRedfishError as error:
            if method != "POST":
                raise
            _LOGGER.debug("The task of %s could not be followed: %s", path, error)

    async def _async_look(self, path: str) -> Reply:
        """Return the answer to a read as it is."""
        return await self._async_send("GET", path)

    async def _async_send(self, method: str, path: str, **content: Any) -> Reply:
        """Send a request under the session, logging in anew where it was dropped."""
        if normalised(path) == normalised(REDFISH_ROOT):
            self._require_open()
            return await self._transport.send(method, REDFISH_ROOT, **content)
        credential = await self._async_credential()
        try:
            return await self._async_send_as(credential, method, path, **content)
        except exceptions.AuthenticationError:
            credential = await self._async_credential(stale=credential)
            return await self._async_send_as(credential, method, path, **content)

    async def _async_send_as(
        self,
        credential: Credential,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: Mapping[str, Any] | None = None,
    ) -> Reply:
        """Send a request with a credential."""
        headers = {**(headers or {}), **credential.headers}
        use = partial(self._auth.use, credential)
        return await self._transport.send(
            method, path, headers=headers, json=json, before=use
        )

    async def _async_credential(self, stale: Credential | None = None) -> Credential:
        """Return a credential, logging in where the service root says to."""
        root = self.known(REDFISH_ROOT) or await self.async_get(REDFISH_ROOT)
        self._require_open()
        return await self._auth.async_credential(root, stale=stale)

    def _require_open(self) -> None:
        """Raise ConnectionError where the client was closed."""
        if self._closed:
            raise exceptions.ConnectionError("The client is closed")


def _contains(body: Any, changes: Any) -> bool:
    """Tell whether a resource already has what a change would give it."""
    if isinstance(changes, Mapping):
        return isinstance(body, Mapping) and all(
            key in body and _contains(body[key], value)
            for key, value in changes.items()
        )
    return bool(body == changes)
