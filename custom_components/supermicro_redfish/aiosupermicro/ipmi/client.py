"""Control the fans of a BMC by IPMI: the public API of this package."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
import logging

from .. import exceptions
from ..const import (
    IPMI_CLOSE_SECONDS,
    IPMI_IDLE_SESSION_SECONDS,
    IPMI_OPERATION_SECONDS,
    IPMI_PORT,
    IPMI_SESSION_SECONDS,
    IPMI_WRITE_SECONDS,
)
from .exceptions import IpmiCommandError
from .login import Account, async_log_in
from .models import DeviceId, FanMode, fan_mode_from_byte
from .packets import Request
from .session import Session
from .transport import Endpoint, TimeLimit

_LOGGER = logging.getLogger(__name__)

_MAX_USERNAME_BYTES = 16
_MAX_PASSWORD_BYTES = 20
_MAX_PORT = 0xFFFF
_MAX_PERCENT = 100

_BUSY = 0xC0
_DUPLICATE = 0xCF
_NO_ZONE = (0xC9, 0xCB, 0xCC)
"""Completion codes of a duty whose zone is missing. Which one a BMC uses is unknown."""

_GET_DEVICE_ID = Request(0x06, 0x01)
_OEM = 0x30
_FAN_MODE = 0x45
_DUTY = (0x70, 0x66)
_READ, _WRITE = 0x00, 0x01


class IpmiClient:
    """Fan mode and duty of the fan zones of a BMC.

    Commands are sent one at a time, over one session. If the BMC closes it, as it does
    after a minute without a command, the next command logs in again, once. Clients do
    not share sessions: each one has its own, and its own socket.

    Each method ends within ten seconds, and within five if the BMC is silent. It raises

    - ConnectionError if the port is closed or the network is unreachable;
    - SecureSessionUnavailableError (a ConnectionError) without IPMI 2.0, or without a
      cipher suite that encrypts;
    - TimeoutError without a response in time;
    - AuthenticationError for a wrong account, and BmcKeyError (an AuthenticationError)
      for a wrong BMC key. No further login is attempted until `async_connect`;
    - AuthorizationError if the account may not even be an operator over IPMI;
    - ServiceUnavailableError if the BMC has no free session;
    - IpmiCommandError for a rejected command;
    - InvalidResponseError for a response that is too short.
    """

    def __init__(
        self,
        host: str,
        username: str,
        password: str,
        *,
        port: int = IPMI_PORT,
        bmc_key: bytes | None = None,
    ) -> None:
        """Initialize the client; nothing is sent yet.

        Args:
            host: Name, IPv4 or IPv6 address of the BMC, the latter also in brackets.
            username: Account of the BMC, the same as for Redfish on most boards.
            password: Its password.
            port: UDP port.
            bmc_key: BMC key (Kg) of up to 20 bytes; None for a BMC without one.

        Raises:
            ValueError: A value is too long for IPMI, or out of range.

        """
        self._host = host.strip().removeprefix("[").removesuffix("]")
        self._port = port
        self._account = Account(username.encode(), password.encode(), bmc_key or None)
        _require_length("user name", self._account.username, _MAX_USERNAME_BYTES)
        _require_length("password", self._account.password, _MAX_PASSWORD_BYTES)
        _require_length("BMC key", bmc_key or b"", _MAX_PASSWORD_BYTES)
        if not 0 < port <= _MAX_PORT:
            raise ValueError(f"The port {port} is out of range")
        self._lock = asyncio.Lock()
        self._is_open = False
        self._endpoint: Endpoint | None = None
        self._session: Session | None = None
        self._refusal: exceptions.AuthenticationError | None = None

    def __repr__(self) -> str:
        """Return the address without the account."""
        return f"IpmiClient({self._host!r}, port={self._port})"

    async def async_connect(self) -> None:
        """Log in unless there is a session; the password is used for one attempt."""
        self._is_open = True
        self._refusal = None
        async with self._operation() as limit:
            if self._session is None:
                await self._async_log_in(limit)

    async def async_close(self) -> None:
        """Close the session, within a second; commands that are running fail."""
        self._is_open = False
        try:
            async with asyncio.timeout(IPMI_CLOSE_SECONDS), self._lock:
                if self._session is not None:
                    await self._session.async_close(TimeLimit(IPMI_CLOSE_SECONDS))
                    self._session = None
        except TimeoutError:
            _LOGGER.debug("%r: the IPMI session could not be closed in time", self)
        finally:
            self._drop()

    async def async_send(
        self, network_function: int, command: int, data: bytes = b""
    ) -> bytes:
        """Send a command, and return the data after the completion code.

        The command is repeated until a response arrives, so that the BMC may execute
        it more than once.
        """
        request = Request(network_function, command, data)
        async with self._operation() as limit:
            return await self._async_send(request, limit)

    async def async_get_device_id(self) -> DeviceId:
        """Return manufacturer, product, firmware and IPMI version of the BMC."""
        async with self._operation() as limit:
            return DeviceId.decode(await self._async_send(_GET_DEVICE_ID, limit))

    async def async_get_fan_mode(self) -> FanMode | int:
        """Return the fan mode; an unknown byte is returned unchanged."""
        async with self._operation() as limit:
            return await self._async_get_fan_mode(limit)

    async def async_set_fan_mode(self, mode: FanMode | int) -> None:
        """Set the fan mode.

        Some boards interrupt their fans when a mode is written again. So the write is
        repeated only if the mode, which is read first, has not changed.
        """
        request = Request(_OEM, _FAN_MODE, bytes((_WRITE, mode)))
        async with self._operation() as limit:
            while True:
                try:
                    await _repeat_while_busy(
                        lambda: self._async_send_once(request, limit), limit
                    )
                except exceptions.TimeoutError:
                    if await self._async_get_fan_mode(limit) != mode:
                        continue
                return

    async def async_get_zone_duty(self, zone: int) -> int | None:
        """Return the duty of a fan zone in percent; None if there is no such zone.

        Outside of the mode FULL the BMC controls the fans, and the duty is without
        effect. A value above 100 is returned unchanged: it is not a percentage.
        """
        data = bytes((_DUTY[1], _READ, zone))
        try:
            data = await self.async_send(_OEM, _DUTY[0], data)
        except IpmiCommandError as error:
            if error.completion_code in _NO_ZONE:
                return None
            raise
        return _first_byte(data)

    async def async_set_zone_duty(self, zone: int, percent: int) -> None:
        """Set the duty of a fan zone in percent.

        The BMC accepts and ignores it outside of the mode FULL.

        Raises:
            ValueError: The duty is not between 0 and 100.

        """
        if not 0 <= percent <= _MAX_PERCENT:
            raise ValueError(f"A duty of {percent} % is not between 0 % and 100 %")
        data = bytes((_DUTY[1], _WRITE, zone, percent))
        await self.async_send(_OEM, _DUTY[0], data)

    @asynccontextmanager
    async def _operation(self) -> AsyncIterator[TimeLimit]:
        """Wait for the previous operation, and limit this one.

        After a lost connection or a time-out, the next operation logs in again. After
        an AuthenticationError, each one raises it again until `async_connect`.
        """
        async with self._lock:
            if self._refusal is not None:
                raise type(self._refusal)(str(self._refusal))
            try:
                yield TimeLimit(IPMI_OPERATION_SECONDS)
            except exceptions.AuthenticationError as error:
                self._refusal = error
                self._drop()
                raise
            except (exceptions.ConnectionError, exceptions.TimeoutError):
                self._drop()
                raise

    async def _async_send(self, request: Request, limit: TimeLimit) -> bytes:
        """Send a command; without a response, send it once more over a new session."""
        return await _repeat_while_busy(
            lambda: self._async_send_or_log_in(request, limit), limit
        )

    async def _async_send_once(self, request: Request, limit: TimeLimit) -> bytes:
        """Send a command in a single packet."""
        session = self._session or await self._async_log_in(limit)
        seconds = IPMI_WRITE_SECONDS
        return await session.async_send(
            request, limit, seconds=seconds, interval=seconds
        )

    async def _async_send_or_log_in(self, request: Request, limit: TimeLimit) -> bytes:
        """Send a command over the current session, or over a new one."""
        if (session := self._session) is not None:
            is_idle = session.is_idle
            seconds = IPMI_IDLE_SESSION_SECONDS if is_idle else IPMI_SESSION_SECONDS
            try:
                return await session.async_send(request, limit, seconds=seconds)
            except exceptions.TimeoutError:
                _LOGGER.debug("%r: the IPMI session does not respond", self)
                session.abandon()
                self._session = None
        session = await self._async_log_in(limit)
        return await session.async_send(request, limit)

    async def _async_get_fan_mode(self, limit: TimeLimit) -> FanMode | int:
        """Return the fan mode within an operation."""
        request = Request(_OEM, _FAN_MODE, bytes((_READ,)))
        return fan_mode_from_byte(_first_byte(await self._async_send(request, limit)))

    async def _async_log_in(self, limit: TimeLimit) -> Session:
        """Open a session, and the socket if there is none."""
        if self._endpoint is None and self._is_open:
            self._endpoint = await Endpoint.async_open(self._host, self._port, limit)
        if self._endpoint is None or not self._is_open:
            self._drop()
            raise exceptions.ConnectionError("The IPMI client is closed")
        self._session = await async_log_in(self._endpoint, self._account, limit)
        _LOGGER.debug("%r: opened an IPMI session", self)
        return self._session

    def _drop(self) -> None:
        """Close the socket and the session, without waiting for a response."""
        if self._session is not None:
            self._session.abandon()
        if self._endpoint is not None:
            self._endpoint.close()
        self._endpoint = self._session = None


async def _repeat_while_busy(
    send: Callable[[], Awaitable[bytes]], limit: TimeLimit
) -> bytes:
    """Send a command again while the BMC is busy or reports a duplicate."""
    while True:
        try:
            return await send()
        except IpmiCommandError as error:
            if error.completion_code not in (_BUSY, _DUPLICATE):
                raise
            if limit.remaining <= 2 * IPMI_WRITE_SECONDS:
                raise
        await asyncio.sleep(IPMI_WRITE_SECONDS)


def _require_length(name: str, value: bytes, maximum: int) -> None:
    """Raise ValueError if a value is longer than IPMI allows."""
    if len(value) > maximum:
        raise ValueError(f"The {name} exceeds the limit of IPMI: {maximum} bytes")


def _first_byte(data: bytes) -> int:
    """Return the first byte of a response; raise InvalidResponseError without one."""
    if not data:
        raise exceptions.InvalidResponseError("The IPMI response has no data")
    return data[0]
