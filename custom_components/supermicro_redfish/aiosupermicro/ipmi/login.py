"""Open a session: capabilities, open session request, RAKP 1 to 4, privilege level.

The steps are those of the IPMI specification 2.0, sections 13.15 to 13.32. Both sides
prove that they know the password without sending it: the BMC first, in RAKP 2.
"""

from __future__ import annotations

from dataclasses import dataclass
import hmac
import os
import secrets

from .. import exceptions
from ..const import IPMI_LOGIN_STEP_SECONDS, IPMI_RAKP_SECONDS
from .cipher_suites import CIPHER_SUITES, CipherSuite
from .exceptions import (
    BmcKeyError,
    IpmiCommandError,
    SecureSessionUnavailableError,
    error_from_status,
)
from .packets import (
    PayloadType,
    Request,
    decode_login,
    decode_message,
    decode_outside_session,
    encode_login,
    encode_message,
    encode_outside_session,
)
from .session import Session, SessionKeys
from .transport import Endpoint, TimeLimit

_ADMINISTRATOR, _OPERATOR = 4, 3
_LEVELS = (_ADMINISTRATOR, _OPERATOR)
"""Privilege levels in the order of attempts."""

_FIND_ACCOUNT_BY_NAME = 0x10
_RANDOM_LENGTH = 16
_RAKP_2_LENGTH = 40

_PRESENT_CHANNEL = 0x0E
_IPMI_2_DATA = 0x80
_IPMI_2_SESSIONS = 0x02
_CAPABILITIES = Request(
    0x06, 0x38, bytes((_IPMI_2_DATA | _PRESENT_CHANNEL, _ADMINISTRATOR))
)
_SET_PRIVILEGE_LEVEL = 0x3B
_LEVEL_NOT_ALLOWED = (0x80, 0x81)

# Status codes of RMCP+ messages.
_UNKNOWN_SUITE = (0x04, 0x05, 0x06, 0x07, 0x10, 0x11)
_WRONG_LEVEL = (0x09, 0x0A)
_WRONG_CODE = 0x0F
_STALE = (0x02, 0x08, _WRONG_CODE)
"""Status codes of a login that was confused by a repeated packet."""

_ATTEMPTS = 3
"""Maximum number of logins in an operation that the BMC refuses as stale."""


@dataclass(frozen=True, repr=False)
class Account:
    """User name, password and BMC key (Kg), as the bytes of the protocol."""

    username: bytes
    password: bytes
    bmc_key: bytes | None = None


class _StatusError(Exception):
    """Status of a message of the BMC that is not zero."""

    def __init__(self, status: int) -> None:
        """Initialize with the status."""
        super().__init__(f"RMCP+ status 0x{status:02X}")
        self.status = status


class _RestartError(Exception):
    """Login that has to start again, because packets were lost."""


async def async_log_in(
    endpoint: Endpoint, account: Account, limit: TimeLimit
) -> Session:
    """Open a session with the highest privilege level up to administrator.

    The BMC refuses a cipher suite or a privilege level before the password matters, so
    another one is not another attempt with the password.

    Raises:
        AuthenticationError: Wrong user name, password or BMC key.
        SecureSessionUnavailableError: No IPMI 2.0, or no cipher suite 17 or 3.
        ServiceUnavailableError: Too many open sessions.
        TimeoutError: No response in time.
        ConnectionError: The port is closed, or the network is unreachable.

    """
    await _async_require_ipmi_2(endpoint, limit)
    choices = _Choices()
    while True:
        suite, level = choices.suites[0], choices.levels[0]
        login = _Login(endpoint, account, limit, suite, level)
        try:
            session = await login.async_run()
        except _RestartError:
            continue
        except _StatusError as error:
            choices.discard(error.status)
        else:
            try:
                await _async_raise_privilege(session, choices.levels, limit)
            except BaseException:
                session.abandon()
                raise
            return session


class _Choices:
    """Cipher suites and privilege levels that the BMC has not refused."""

    def __init__(self) -> None:
        """Initialize with all cipher suites and privilege levels."""
        self.suites = list(CIPHER_SUITES)
        self.levels = list(_LEVELS)
        self._attempts = _ATTEMPTS

    def discard(self, status: int) -> None:
        """Discard the refused choice, or raise the exception of the refusal."""
        if status in _UNKNOWN_SUITE:
            self.suites.pop(0)
            if not self.suites:
                raise SecureSessionUnavailableError(
                    "The BMC offers neither of the IPMI cipher suites 17 and 3"
                )
        elif status in _WRONG_LEVEL and len(self.levels) > 1:
            self.levels.pop(0)
        elif status in _STALE and self._attempts > 1:
            self._attempts -= 1
        else:
            raise error_from_status(status)


async def _async_require_ipmi_2(endpoint: Endpoint, limit: TimeLimit) -> None:
    """Raise SecureSessionUnavailableError if the BMC has no IPMI 2.0."""

    def parse(packet: bytes) -> bytes | None:
        if (message := decode_outside_session(packet)) is None:
            return None
        return decode_message(message, _CAPABILITIES, 0)

    packet = encode_outside_session(encode_message(_CAPABILITIES, 0))
    try:
        data = await endpoint.async_exchange(lambda: packet, parse, limit)
    except IpmiCommandError:
        data = b""
    has_extensions = len(data) > 3 and data[1] & _IPMI_2_DATA  # noqa: PLR2004
    if not has_extensions or not data[3] & _IPMI_2_SESSIONS:
        raise SecureSessionUnavailableError(
            "The BMC offers only IPMI 1.5, which does not encrypt anything"
        )


async def _async_raise_privilege(
    session: Session, levels: list[int], limit: TimeLimit
) -> None:
    """Set the highest possible privilege level; a session starts at that of a user."""
    for level in levels:
        request = Request(0x06, _SET_PRIVILEGE_LEVEL, bytes((level,)))
        try:
            await session.async_send(request, limit)
        except IpmiCommandError as error:
            if error.completion_code not in _LEVEL_NOT_ALLOWED:
                raise
        else:
            return


class _Login:
    """Login attempt with a given cipher suite and privilege level."""

    def __init__(
        self,
        endpoint: Endpoint,
        account: Account,
        limit: TimeLimit,
        suite: CipherSuite,
        level: int,
    ) -> None:
        """Initialize with new random numbers."""
        self._endpoint = endpoint
        self._account = account
        self._limit = limit
        self._suite = suite
        self._level = level
        self._tag = secrets.randbelow(256)
        self._console_id = os.urandom(3) + b"\x01"  # is never zero
        self._bmc_id = b""
        self._console_random = os.urandom(_RANDOM_LENGTH)
        self._bmc_random = b""
        self._guid = b""

    async def async_run(self) -> Session:
        """Exchange all messages of the login.

        Raises:
            _StatusError: The BMC refused the suite, the level or the account.
            _RestartError: Packets were lost after the BMC had proved the password.

        """
        await self._async_open()
        await self._async_verify_bmc()
        sik = await self._async_verify_console()
        keys = SessionKeys.derive(self._suite, sik)
        return Session(
            self._endpoint,
            keys,
            int.from_bytes(self._console_id, "little"),
            int.from_bytes(self._bmc_id, "little"),
        )

    async def _async_open(self) -> None:
        """Negotiate the algorithms and the session ids."""
        algorithms = b"".join(
            bytes((kind, 0, 0, 8, number, 0, 0, 0))
            for kind, number in enumerate(self._suite.algorithms)
        )
        payload = bytes((self._level, 0, 0)) + self._console_id + algorithms
        answer = await self._async_exchange(
            PayloadType.OPEN_SESSION_REQUEST, PayloadType.OPEN_SESSION_RESPONSE, payload
        )
        if len(answer) < 36 or answer[16::8] != algorithms[4::8]:  # noqa: PLR2004
            raise SecureSessionUnavailableError(
                "The BMC chose another IPMI cipher suite than the requested one"
            )
        self._bmc_id = answer[8:12]

    async def _async_verify_bmc(self) -> None:
        """Exchange RAKP 1 and 2, and verify the BMC's proof of the password."""
        name = self._identity
        payload = bytes(3) + self._bmc_id + self._console_random
        payload += name[:1] + bytes(2) + name[1:]
        answer = await self._async_exchange(
            PayloadType.RAKP_1, PayloadType.RAKP_2, payload
        )
        if len(answer) < _RAKP_2_LENGTH:
            raise exceptions.InvalidResponseError("The IPMI login has a short RAKP 2")
        self._bmc_random, self._guid = answer[8:24], answer[24:40]
        randoms = self._console_random + self._bmc_random
        proof = self._console_id + self._bmc_id + randoms + self._guid + name
        if not hmac.compare_digest(self._hash(proof), answer[40:]):
            self._endpoint.send_once(self._encode_rakp_3(_WRONG_CODE))
            raise exceptions.AuthenticationError("The BMC rejected the IPMI password")

    async def _async_verify_console(self) -> bytes:
        """Exchange RAKP 3 and 4, and return the integrity key of the session.

        The password is right, as RAKP 2 has proved.
        """
        proof = self._hash(self._bmc_random + self._console_id + self._identity)
        payload = bytes(3) + self._bmc_id + proof
        answer = await self._async_exchange(
            PayloadType.RAKP_3, PayloadType.RAKP_4, payload
        )
        randoms = self._console_random + self._bmc_random
        key = self._account.bmc_key or self._padded_password
        sik = self._suite.hash(key, randoms + self._identity)
        proof = self._console_random + self._bmc_id + self._guid
        if not hmac.compare_digest(self._suite.code(sik, proof), answer[8:]):
            raise BmcKeyError("The BMC has another IPMI BMC key (Kg)")
        return sik

    async def _async_exchange(
        self, request: PayloadType, response: PayloadType, payload: bytes
    ) -> bytes:
        """Send a message of the login, and return the payload of the response.

        Raises:
            _StatusError: The status of the response is not zero.
            _RestartError: No response, although the BMC was there a moment ago.

        """
        self._tag = (self._tag + 1) % 256
        packet = encode_login(request, bytes((self._tag,)) + payload)
        try:
            return await self._endpoint.async_exchange(
                lambda: packet,
                lambda received: self._parse(received, response),
                self._limit,
                seconds=IPMI_LOGIN_STEP_SECONDS,
                interval=IPMI_RAKP_SECONDS,
            )
        except exceptions.TimeoutError:
            if self._limit.remaining > 0:
                raise _RestartError from None
            raise

    def _parse(self, packet: bytes, kind: PayloadType) -> bytes | None:
        """Return the payload of a response to the latest message, or None."""
        payload = decode_login(packet, kind)
        if payload is None or len(payload) < 2 or payload[0] != self._tag:  # noqa: PLR2004
            return None
        if payload[1]:
            raise _StatusError(payload[1])
        is_mine = len(payload) >= 8 and payload[4:8] == self._console_id  # noqa: PLR2004
        return payload if is_mine else None

    def _encode_rakp_3(self, status: int) -> bytes:
        """Encode a RAKP 3 that makes the BMC discard the login."""
        payload = bytes((self._tag, status, 0, 0)) + self._bmc_id
        return encode_login(PayloadType.RAKP_3, payload)

    def _hash(self, data: bytes) -> bytes:
        """Return the hash of data that proves the password."""
        return self._suite.hash(self._padded_password, data)

    @property
    def _padded_password(self) -> bytes:
        """The password as the BMC stores it."""
        return self._account.password.ljust(20, b"\0")

    @property
    def _identity(self) -> bytes:
        """The requested role, and the user name with its length."""
        name = self._account.username
        return bytes((self._level | _FIND_ACCOUNT_BY_NAME, len(name))) + name
