"""Log in to the simulated BMC: open session request and RAKP messages."""

from __future__ import annotations

from dataclasses import dataclass, field
import os
import struct
from typing import TYPE_CHECKING

from .packets import OPEN_RESPONSE, RAKP2, RAKP4, SUITES, Keys, wrap_plain

if TYPE_CHECKING:
    from .server import IpmiServer

GUID = bytes(range(16))
LEVELS = {"Administrator": 4, "Operator": 3, "ReadOnly": 2}

NO_RESOURCES, INVALID_SESSION, ROLE_NOT_ALLOWED = 0x01, 0x02, 0x0A
UNKNOWN_NAME, WRONG_CODE, NO_SUITE = 0x0D, 0x0F, 0x11

_PENDING_SECONDS = 10.0
"""A login that is not complete by then is discarded."""


@dataclass(eq=False)
class IpmiSession:
    """A session, or a login that is not complete."""

    number: int
    console: int
    """Number of the session on the side of the client."""
    keys: Keys
    used: float
    """Time of the last packet."""
    console_random: bytes = b""
    bmc_random: bytes = b""
    identity: bytes = b""
    """Role, and user name with its length."""
    is_open: bool = False
    level: int = 2
    sent: int = 0
    received: set[int] = field(default_factory=set)
    """Sequence numbers of received packets."""


class IpmiSessions:
    """The sessions of an IPMI BMC."""

    def __init__(self, server: IpmiServer) -> None:
        """Initialize without sessions."""
        self._server = server
        self._sessions: dict[int, IpmiSession] = {}
        self._next = 0x02000001

    @property
    def open(self) -> list[IpmiSession]:
        """The open sessions."""
        self._expire()
        return [item for item in self._sessions.values() if item.is_open]

    def get(self, number: int) -> IpmiSession | None:
        """Return an open session."""
        return next((item for item in self.open if item.number == number), None)

    def close(self, session: IpmiSession) -> None:
        """Close a session."""
        self._sessions.pop(session.number, None)

    def clear(self) -> None:
        """Close all sessions, as a restart does."""
        self._sessions.clear()

    def _expire(self) -> None:
        """Close sessions without packets for too long."""
        now, timeout = self._server.now, self._server.session_timeout
        self._sessions = {
            number: item
            for number, item in self._sessions.items()
            if now - item.used < (timeout if item.is_open else _PENDING_SECONDS)
        }

    def open_session(self, payload: bytes) -> bytes:
        """Return the response to an open session request."""
        if len(payload) < 32:
            return b""
        tag, level = payload[0], payload[1]
        (console,) = struct.unpack_from("<I", payload, 4)
        algorithms = (payload[12], payload[20], payload[28])
        suite = next((key for key, item in SUITES.items() if item == algorithms), -1)
        if suite not in self._server.cipher_suites:
            return self._refuse(OPEN_RESPONSE, tag, NO_SUITE, console)
        if len(self.open) >= self._server.session_limit:
            return self._refuse(OPEN_RESPONSE, tag, NO_RESOURCES, console)
        for session in self._sessions.values():  # a retransmission
            if session.console == console and not session.is_open:
                break
        else:
            session = self._new(console, suite)
        numbers = struct.pack("<II", console, session.number)
        head = bytes([tag, 0, level or 4, 0])
        forced = self._server.forced_suite
        chosen = self._algorithms(suite if forced is None else forced)
        return wrap_plain(OPEN_RESPONSE, head + numbers + chosen)

    def _algorithms(self, suite: int) -> bytes:
        """Return the algorithms of a cipher suite, as a response contains them."""
        numbers = enumerate(SUITES[suite])
        return b"".join(bytes([kind, 0, 0, 8, item, 0, 0, 0]) for kind, item in numbers)

    def _new(self, console: int, suite: int) -> IpmiSession:
        """Create a login."""
        self._next += 1
        session = IpmiSession(self._next, console, Keys(suite), self._server.now)
        self._sessions[session.number] = session
        return session

    def rakp1(self, payload: bytes) -> bytes:
        """Return RAKP 2, in which the BMC proves that it knows the password."""
        session = self._pending(payload)
        if session is None:
            return self._refuse(RAKP2, payload[0], INVALID_SESSION)
        role, name = payload[24], payload[28 : 28 + payload[27]]
        self._server.login_attempts += 1
        bmc = self._server.bmc
        if name != bmc.username.encode():
            return self._refuse(RAKP2, payload[0], UNKNOWN_NAME, session.console)
        if role & 0x0F > LEVELS[bmc.role]:
            return self._refuse(RAKP2, payload[0], ROLE_NOT_ALLOWED, session.console)
        session.console_random, session.bmc_random = payload[8:24], os.urandom(16)
        session.identity = bytes([role, len(name)]) + name
        proof = session.keys.digest(
            self._password,
            struct.pack("<II", session.console, session.number),
            session.console_random,
            session.bmc_random,
            GUID,
            session.identity,
        )
        head = bytes([payload[0], 0, 0, 0]) + struct.pack("<I", session.console)
        return wrap_plain(RAKP2, head + session.bmc_random + GUID + proof)

    def rakp3(self, payload: bytes) -> bytes:
        """Verify the proof of the client, open the session, and return RAKP 4."""
        session = self._pending(payload)
        if session is None:
            return self._refuse(RAKP4, payload[0], INVALID_SESSION)
        if payload[1]:
            self._server.failed_logins += 1
            self.close(session)
            return b""
        keys = session.keys
        expected = keys.digest(
            self._password,
            session.bmc_random,
            struct.pack("<I", session.console),
            session.identity,
        )
        if payload[8:] != expected:
            self._server.failed_logins += 1
            self.close(session)
            return self._refuse(RAKP4, payload[0], WRONG_CODE, session.console)
        sik = keys.digest(
            self._server.bmc_key or self._password,
            session.console_random,
            session.bmc_random,
            session.identity,
        )
        keys.derive(sik)
        session.is_open = True
        session.used = self._server.now
        self._server.logins += 1
        proof = keys.digest(
            sik, session.console_random, struct.pack("<I", session.number), GUID
        )
        head = bytes([payload[0], 0, 0, 0]) + struct.pack("<I", session.console)
        return wrap_plain(RAKP4, head + proof[: keys.code_length])

    @property
    def _password(self) -> bytes:
        """The password of the account, padded."""
        return self._server.bmc.password.encode()[:20].ljust(20, b"\0")

    def _pending(self, payload: bytes) -> IpmiSession | None:
        """Return the incomplete login that a RAKP message belongs to.

        The reserved bytes after the status must be zero.
        """
        self._expire()
        if len(payload) < 8 or any(payload[2:4]):
            return None
        session = self._sessions.get(struct.unpack_from("<I", payload, 4)[0])
        return None if session is None or session.is_open else session

    def _refuse(self, kind: int, tag: int, status: int, console: int = 0) -> bytes:
        """Return a message with an error status."""
        payload = bytes([tag, status, 0, 0]) + struct.pack("<I", console)
        return wrap_plain(kind, payload)
