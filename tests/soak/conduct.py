"""How the integration has to behave towards the BMC, judged by what the BMC sees."""

import base64
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
import json
import math
from typing import Any

from aiohttp import web

from tests.simulator import Bmc, Server
from tests.simulator.redfish import Request
from tests.simulator.responses import Response

from .shown import SESSIONS
from .timeline import Clock
from .told import Told

_IDLE_SHARE = 0.8
"""After this part of its timeout an idle session may be renewed before it is used."""
_MOST_AT_ONCE = 2
_CROSSING_SECONDS = 0.01
_MANY = 5
_READABLE = ("whole", "trickled")
_USER_SECONDS = 60.0
"""How long after a user has done something that still explains what happens."""


@dataclass(eq=False)
class _Session:
    """A session whose token has arrived at the client."""

    token: str
    path: str
    used: float
    idled: float = -math.inf
    """When it was used again after it had idled for long."""
    is_refused: bool = False
    is_given_back: bool = False


class Conduct:
    """Sees every exchange on the wire, and complains of what must not be."""

    def __init__(
        self, bmc: Bmc, clock: Clock, told: Told, complain: Callable[[str], None]
    ) -> None:
        """Watch a BMC, and hand on what it tells."""
        self._bmc = bmc
        self._clock = clock
        self._told = told
        self._complain = complain
        self._sessions: list[_Session] = []
        self._refused: dict[tuple[str, str], float] = {}
        self._asking: list[web.BaseRequest] = []
        self._attempts: deque[float] = deque(maxlen=_MANY)
        self._users = 0
        self._user_left = -_USER_SECONDS
        self.count: Counter[str] = Counter()
        """What was seen how often: requests, polls, logins, handshakes."""
        self.peak = 0
        """The most requests that somebody waited for at once."""

    def watch(self, server: Server) -> None:
        """See everything that a server is asked from now on."""
        exchange, answer = server._exchange, server._get_response

        async def watched(request: web.BaseRequest) -> web.StreamResponse:
            payload = await request.read()
            self._ask(request, payload)
            try:
                response = await exchange(request)
            finally:
                self._asking.remove(request)
            if request.transport is not None and not request.transport.is_closing():
                self._answer(request, payload, response)
            return response

        async def heard(request: Request) -> Response | None:
            said = await answer(request)
            # A "not modified" has no body that could be cut off.
            is_whole = said and (said.status == 304 or said.delivery in _READABLE)
            if said and is_whole and request.method == "GET":
                self._hear(request.path, said)
            return said

        server._exchange = watched  # type: ignore[method-assign]
        server._get_response = heard  # type: ignore[method-assign]

    @contextmanager
    def user(self) -> Iterator[None]:
        """Take note that a user does something, which may cost logins.

        What the user enters may be tried once more, even if it was refused before.
        """
        self._users += 1
        self._refused.clear()
        try:
            yield
        finally:
            self._users -= 1
            self._user_left = self._clock.now

    @property
    def open_sessions(self) -> int:
        """How many sessions are open that somebody still knows of."""
        return sum(self._is_open(session) for session in self._sessions)

    @property
    def is_user_there(self) -> bool:
        """Tell whether a user has done something right now."""
        return self._users > 0 or self._clock.now < self._user_left + _USER_SECONDS

    def _is_open(self, session: _Session) -> bool:
        """Tell whether the BMC still has a session that was not given back."""
        if session.is_given_back:
            return False
        len(self._bmc.sessions)  # lets those go that have idled for too long
        return any(item.token == session.token for item in self._bmc.sessions._open)

    def _ask(self, request: web.BaseRequest, payload: bytes) -> None:
        """Judge a request by itself."""
        self._asking.append(request)
        waiting = [
            item
            for item in self._asking
            if item.transport is not None and not item.transport.is_closing()
        ]
        self.peak = max(self.peak, len(waiting))
        most = _MOST_AT_ONCE * (2 if self.is_user_there else 1)
        if len(waiting) > most:
            paths = ", ".join(f"{item.method} {item.path}" for item in waiting)
            self._complain(f"{len(waiting)} requests at once: {paths}")
        self.count["requests"] += 1
        if request.path.rstrip("/").endswith("/Thermal"):
            self.count["polls"] += 1
        shown = _credentials(request, payload)
        if shown and (refused := self._refused.get(shown)):
            ago = self._clock.now - refused
            text = f"A refused password was shown again, {ago:.1f} s later"
            # Of two reads at once, the second is sent before the first is refused.
            if request.method == "POST" or ago > _CROSSING_SECONDS:
                self._complain(f"{text}: {shown}, {request.method} {request.path}")
        if request.method == "POST" and request.path.rstrip("/") == SESSIONS:
            self._attempt()
        if session := self._session(request):
            self._use(session)
            if request.method == "DELETE":
                self._give_back(session)

    def _answer(
        self, request: web.BaseRequest, payload: bytes, response: web.StreamResponse
    ) -> None:
        """Judge what an answer that arrives brings about."""
        path = request.path.rstrip("/")
        if response.status == 401:
            # One that takes passwords in sessions alone says nothing of the password.
            is_told = request.method == "POST" or self._bmc.basic_auth
            if is_told and (shown := _credentials(request, payload)):
                self._refused[shown] = self._clock.now
            if session := self._session(request):
                session.is_refused = True
        elif (request.method, path) == ("POST", SESSIONS) and response.status == 201:
            self._log_in(response)

    def _hear(self, path: str, answer: Response) -> None:
        """Hand on what the BMC says of a resource."""
        if answer.status == 304:
            self._told.hear(path, self._bmc.resource(path))
        elif answer.status == 404:
            self._told.hear(path, {})
        elif answer.status == 200:
            body = _parsed(answer.payload)
            if isinstance(body, dict) and "error" not in body:
                self._told.hear(path, body)

    def _log_in(self, response: web.StreamResponse) -> None:
        """Judge a login: the last token has to be lost, and its session not open."""
        self.count["logins"] += 1
        for session in self._sessions:
            if not self._is_open(session) or self.is_user_there:
                continue
            reason = "after a stray refusal" if session.is_refused else "for nothing"
            self._complain(f"A second session was opened {reason}: {session.path}")
        token, path = response.headers["X-Auth-Token"], response.headers["Location"]
        known = [item for item in self._sessions if self._is_open(item)]
        self._sessions = [*known, _Session(token, path, self._clock.now)]

    def _attempt(self) -> None:
        """Judge how often somebody tries to log in: once for each poll, at most."""
        self._attempts.append(self._clock.now)
        since = self._attempts[0]
        is_many = len(self._attempts) == _MANY and self._clock.now - since < 20
        if is_many and not self.is_user_there:
            self._complain(f"{_MANY} attempts to log in within 20 s")

    def _use(self, session: _Session) -> None:
        """Take note that a session is used."""
        now = self._clock.now
        if now - session.used > _IDLE_SHARE * self._bmc.sessions.timeout:
            session.idled = now
        session.used = now

    def _give_back(self, session: _Session) -> None:
        """Judge the end of a session: there has to be a reason for it."""
        has_idled = self._clock.now - session.idled < _USER_SECONDS
        is_lost = not self._is_open(session) or session.is_refused
        if not (has_idled or is_lost or self.is_user_there):
            calm = self._told.is_calm_since(100)
            if calm:
                self._complain(f"A session was given up for nothing: {session.path}")
        session.is_given_back = True

    def _session(self, request: web.BaseRequest) -> _Session | None:
        """Return the session that a request is sent under."""
        token = request.headers.get("X-Auth-Token")
        return next((item for item in self._sessions if item.token == token), None)


def _credentials(request: web.BaseRequest, payload: bytes) -> tuple[str, str] | None:
    """Return the user name and password that a request shows."""
    kind, _, basic = request.headers.get("Authorization", "").partition(" ")
    if kind == "Basic":
        username, _, password = base64.b64decode(basic).decode().partition(":")
        return username, password
    if request.method == "POST" and request.path.rstrip("/") == SESSIONS:
        body = _parsed(payload)
        return body["UserName"], body["Password"]
    return None


def _parsed(payload: Any) -> Any:
    """Return the JSON of a body, None where it is none."""
    try:
        return json.loads(payload)
    except TypeError, ValueError:
        return None
