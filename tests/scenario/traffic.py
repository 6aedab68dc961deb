"""Check the traffic of the integration: load, logins and sessions."""

import base64
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
import json
import math
from typing import Any

from aiohttp import web

from tests.conftest import Clock
from tests.integration.paths import SESSIONS
from tests.simulator import Bmc, Server
from tests.simulator.redfish import Request
from tests.simulator.responses import Response

from .expected import ExpectedState

_IDLE_SHARE = 0.8
"""The part of its timeout after which an idle session may be renewed before use."""
_MAX_PARALLEL = 2
_CROSSING_SECONDS = 0.01
"""Seconds in which a second read may be sent before the first one is rejected."""
_MAX_LOGIN_ATTEMPTS = 5
_LOGIN_WINDOW_SECONDS = 20
_READABLE = ("whole", "trickled")
_USER_SECONDS = 60.0
"""Seconds after an action of the user in which further logins are accepted."""


@dataclass(eq=False)
class _Session:
    """A session that the client has opened."""

    token: str
    path: str
    used: float
    idled: float = -math.inf
    """The last time that it was used after it had been idle for long."""
    is_rejected: bool = False
    is_deleted: bool = False


class TrafficChecker:
    """Observe every exchange with the BMC and report violations."""

    def __init__(
        self,
        bmc: Bmc,
        clock: Clock,
        expected: ExpectedState,
        report: Callable[[str], None],
    ) -> None:
        """Observe a BMC, and record its resources in `expected`."""
        self._bmc = bmc
        self._clock = clock
        self._expected = expected
        self._report = report
        self._sessions: list[_Session] = []
        self._rejected: dict[tuple[str, str], float] = {}
        self._pending: list[web.BaseRequest] = []
        self._attempts: deque[float] = deque(maxlen=_MAX_LOGIN_ATTEMPTS)
        self._user_actions = 0
        self._user_left = -_USER_SECONDS
        self.count: Counter[str] = Counter()
        """The numbers of requests, polls, logins and log records."""
        self.peak = 0
        """The maximum number of parallel requests."""

    def observe(self, server: Server) -> None:
        """Observe all exchanges of a server from now on."""
        exchange, get_response = server._exchange, server._get_response

        async def observed_exchange(request: web.BaseRequest) -> web.StreamResponse:
            payload = await request.read()
            self._check_request(request, payload)
            try:
                response = await exchange(request)
            finally:
                self._pending.remove(request)
            if _is_connected(request):
                self._check_response(request, payload, response)
            return response

        async def observed_response(request: Request) -> Response | None:
            response = await get_response(request)
            # A 304 has no body that could be cut off.
            if (
                response
                and request.method == "GET"
                and (response.status == 304 or response.delivery in _READABLE)
            ):
                self._record(request.path, response)
            return response

        server._exchange = observed_exchange  # type: ignore[method-assign]
        server._get_response = observed_response  # type: ignore[method-assign]

    @contextmanager
    def user_action(self) -> Iterator[None]:
        """Accept the logins that an action of the user causes.

        A rejected password may be sent once more, because the user may enter it again.
        """
        self._user_actions += 1
        self._rejected.clear()
        try:
            yield
        finally:
            self._user_actions -= 1
            self._user_left = self._clock.now

    @property
    def open_sessions(self) -> int:
        """The number of open sessions that the client has not deleted."""
        return sum(self._is_open(session) for session in self._sessions)

    @property
    def is_user_active(self) -> bool:
        """Return whether the user acts now or did so recently."""
        recently = self._clock.now < self._user_left + _USER_SECONDS
        return self._user_actions > 0 or recently

    def _is_open(self, session: _Session) -> bool:
        """Return whether the BMC still has a session that was not deleted."""
        if session.is_deleted:
            return False
        len(self._bmc.sessions)  # expires the idle ones
        return any(item.token == session.token for item in self._bmc.sessions._open)

    def _check_request(self, request: web.BaseRequest, payload: bytes) -> None:
        """Check the load, the credentials and the session of a request."""
        self._pending.append(request)
        self._check_load()
        self.count["requests"] += 1
        path = request.path.rstrip("/")
        self.count["polls"] += path == self._expected.table.system
        credentials = _credentials(request, payload)
        if credentials and (rejected := self._rejected.get(credentials)):
            age = self._clock.now - rejected
            if request.method == "POST" or age > _CROSSING_SECONDS:
                self._report(
                    f"Rejected password sent again after {age:.1f} s: {credentials}, "
                    f"{request.method} {request.path}"
                )
        if (request.method, path) == ("POST", SESSIONS):
            self._check_login_attempt()
        if session := self._session(request):
            now = self._clock.now
            if now - session.used > _IDLE_SHARE * self._bmc.sessions.timeout:
                session.idled = now
            session.used = now
            if request.method == "DELETE":
                self._check_logout(session)

    def _check_load(self) -> None:
        """Check the number of parallel requests; a reload doubles the limit."""
        waiting = [item for item in self._pending if _is_connected(item)]
        self.peak = max(self.peak, len(waiting))
        if len(waiting) > _MAX_PARALLEL * (2 if self.is_user_active else 1):
            paths = ", ".join(f"{item.method} {item.path}" for item in waiting)
            self._report(f"{len(waiting)} parallel requests: {paths}")

    def _check_response(
        self, request: web.BaseRequest, payload: bytes, response: web.StreamResponse
    ) -> None:
        """Record rejected credentials, and check new sessions."""
        if response.status == 401:
            # Without Basic authentication, a 401 to a read does not reject a password.
            is_judged = request.method == "POST" or self._bmc.basic_auth
            if is_judged and (credentials := _credentials(request, payload)):
                self._rejected[credentials] = self._clock.now
            if session := self._session(request):
                session.is_rejected = True
        elif response.status == 201 and request.path.rstrip("/") == SESSIONS:
            self._check_login(response)

    def _record(self, path: str, response: Response) -> None:
        """Record the values of a resource that was sent."""
        if response.status == 304:
            self._expected.record(path, self._bmc.resource(path))
        elif response.status == 404:
            self._expected.record(path, {})
        elif response.status == 200:
            body = _parse(response.payload)
            if isinstance(body, dict) and "error" not in body:
                self._expected.record(path, body)

    def _check_login(self, response: web.StreamResponse) -> None:
        """Check that no earlier session is still open."""
        self.count["logins"] += 1
        for session in self._sessions:
            if self._is_open(session) and not self.is_user_active:
                reason = "a stray 401" if session.is_rejected else "no reason"
                self._report(f"Second session opened after {reason}: {session.path}")
        token, path = response.headers["X-Auth-Token"], response.headers["Location"]
        known = [item for item in self._sessions if self._is_open(item)]
        self._sessions = [*known, _Session(token, path, self._clock.now)]

    def _check_login_attempt(self) -> None:
        """Check the rate of login attempts, which is one for each poll at most."""
        self._attempts.append(self._clock.now)
        seconds = self._clock.now - self._attempts[0]
        is_full = len(self._attempts) == _MAX_LOGIN_ATTEMPTS
        if is_full and seconds < _LOGIN_WINDOW_SECONDS and not self.is_user_active:
            self._report(
                f"{_MAX_LOGIN_ATTEMPTS} login attempts in {_LOGIN_WINDOW_SECONDS} s"
            )

    def _check_logout(self, session: _Session) -> None:
        """Check that the session may be deleted."""
        has_idled = self._clock.now - session.idled < _USER_SECONDS
        is_lost = not self._is_open(session) or session.is_rejected
        is_explained = has_idled or is_lost or self.is_user_active
        if not is_explained and self._expected.is_undisturbed_for(100):
            self._report(f"Session deleted without a reason: {session.path}")
        session.is_deleted = True

    def _session(self, request: web.BaseRequest) -> _Session | None:
        """Return the session of a request."""
        token = request.headers.get("X-Auth-Token")
        return next((item for item in self._sessions if item.token == token), None)


def _is_connected(request: web.BaseRequest) -> bool:
    """Return whether the client still waits for a response."""
    return request.transport is not None and not request.transport.is_closing()


def _credentials(request: web.BaseRequest, payload: bytes) -> tuple[str, str] | None:
    """Return the user name and password in a request."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme == "Basic":
        username, _, password = base64.b64decode(value).decode().partition(":")
        return username, password
    if request.method == "POST" and request.path.rstrip("/") == SESSIONS:
        body = _parse(payload)
        return body["UserName"], body["Password"]
    return None


def _parse(payload: Any) -> Any:
    """Return the JSON of a body, None if it is not JSON."""
    try:
        return json.loads(payload)
    except TypeError, ValueError:
        return None
