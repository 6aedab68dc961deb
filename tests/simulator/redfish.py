"""Answering requests: who may, what is there, what is refused."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .actions import SEPARATOR, act
from .board import normalise
from .completion import ROOT, SESSIONS
from .etags import ETAG, matches
from .messages import HTML_TYPE, JSON_TYPE, NOT_FOUND_PAGE, Answer, Json, Refusal, parse
from .patch import write
from .privileges import check_read, check_write
from .sessions import Session
from .validation import is_writable, type_of

if TYPE_CHECKING:
    from .bmc import Bmc

PUBLIC = ("/redfish", ROOT)
"""What can be read without logging in."""


@dataclass(frozen=True)
class Request:
    """A request as it came over the wire."""

    method: str
    target: str
    """The path as it was sent."""
    query: str
    headers: Mapping[str, str]
    """By lower-case names."""
    payload: bytes
    server: str
    """The URL of the server."""

    @property
    def path(self) -> str:
        """The path as boards spell it: a slash at its end means nothing."""
        return normalise(self.target)

    @property
    def token(self) -> str | None:
        """The token of the session."""
        return self.headers.get("x-auth-token")

    @property
    def json(self) -> Json:
        """The JSON object of the body."""
        body = parse(self.payload)
        if not isinstance(body, dict):
            raise Refusal("Base.MalformedJSON")
        return body


def answer(bmc: Bmc, request: Request) -> Answer:
    """Return the BMC's answer to a request."""
    bmc.agenda.settle()
    try:
        return _answer(bmc, request)
    except Refusal as refusal:
        if refusal.message == "Base.ResourceMissingAtURI" and bmc.html_404:
            return Answer(404, NOT_FOUND_PAGE, content_type=HTML_TYPE)
        return bmc.phrases.refuse(refusal)


def _answer(bmc: Bmc, request: Request) -> Answer:
    """Let in who may come in, and do what is asked."""
    path, method = request.path, request.method
    if ROOT in bmc.unlicensed:
        # Old X11 boards name three licences, and refuse even the root.
        raise Refusal("Base.OemLicenseNotPassed", "SUM DCMS OOB ")
    if (method, path) == ("POST", SESSIONS):
        return _login(bmc, request)
    if path not in PUBLIC or method not in ("GET", "HEAD"):
        _authenticate(bmc, request)
    if any(_is_at_or_below(path, gated) for gated in bmc.unlicensed):
        raise Refusal("SMC.OemLicenseNotPassed", "DCMS ", related=("",))
    if handler := _METHODS.get(method):
        return handler(bmc, request)
    raise _missing(bmc, path)


def _login(bmc: Bmc, request: Request) -> Answer:
    """Open a session."""
    credentials = request.json
    for key in ("UserName", "Password"):
        if key not in credentials:
            raise Refusal("Base.PropertyMissing", key, related=(f"/{key}",))
    if not bmc.sessions_enabled or (
        (credentials["UserName"], credentials["Password"])
        != (bmc.username, bmc.password)
    ):
        raise _unauthorized(SESSIONS)
    if bmc.sessions.full:
        raise Refusal("Base.SessionLimitExceeded")
    session = bmc.sessions.create(bmc.username)
    bmc.logins += 1
    path = f"{SESSIONS}/{session.id}"
    prefix = request.server if bmc.location == "absolute" else ""
    headers = {"X-Auth-Token": session.token, "Location": f"{prefix}{path}"}
    return Answer(201, bmc.resource(path), headers)


def _authenticate(bmc: Bmc, request: Request) -> None:
    """Refuse who is not logged in."""
    if request.token is not None:
        if bmc.sessions.use(request.token):
            return
    elif bmc.basic_auth and _basic(request) == (bmc.username, bmc.password):
        return
    raise _unauthorized(request.path)


def _basic(request: Request) -> tuple[str, str] | None:
    """Return the user and password of Basic authentication."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, _, password = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return user, password


def _get(bmc: Bmc, request: Request) -> Answer:
    """Read a resource."""
    if not bmc.has(request.path):
        raise _missing(bmc, request.path)
    # The root advertises $expand, but those who tried it say that it does not work.
    if "$expand" in request.query or "%24expand" in request.query:
        raise Refusal("Base.QueryNotSupported")
    body = bmc.resource(request.path)
    check_read(bmc, body)
    etag = body.get(ETAG)
    headers = {"ETag": etag} if etag and bmc.etag_header else {}
    condition = request.headers.get("if-none-match")
    if bmc.not_modified and etag and condition and matches(condition, etag):
        return Answer(304, headers=headers)
    return Answer(200, body, headers)


def _patch(bmc: Bmc, request: Request) -> Answer:
    """Write to a resource."""
    path = request.path
    if not bmc.has(path) or not is_writable(bmc.resource(path)):
        raise _missing(bmc, path)
    is_lockdown = type_of(bmc.resource(path)) == "SysLockdown"
    _check_may_write(bmc, path, despite_lockdown=is_lockdown)
    if not request.headers.get("content-type", "").startswith(JSON_TYPE):
        raise Refusal("Base.UnrecognizedRequestBody")
    patch = request.json
    if not patch:
        raise Refusal("Base.EmptyJSON")
    _check_etag(bmc, request)
    return write(bmc, path, patch)


def _post(bmc: Bmc, request: Request) -> Answer:
    """Carry out an action."""
    if SEPARATOR not in request.path:
        raise _missing(bmc, request.path)
    _check_may_write(bmc, request.path.partition(SEPARATOR)[0])
    _check_etag(bmc, request)
    return act(bmc, request.path, request.json if request.payload else {})


def _delete(bmc: Bmc, request: Request) -> Answer:
    """Close a session; nothing else can be deleted."""
    parent, _, name = request.path.rpartition("/")
    session = bmc.sessions.get(name) if parent == SESSIONS else None
    if session is None:
        raise _missing(bmc, request.path)
    if not _is_own(session, request):
        _check_may_write(bmc, parent, despite_lockdown=True)
    bmc.sessions.delete(session)
    return bmc.phrases.success()


_METHODS = {
    "GET": _get,
    "HEAD": _get,
    "PATCH": _patch,
    "POST": _post,
    "DELETE": _delete,
}


def _is_at_or_below(path: str, start: str) -> bool:
    """Whether a path is a certain one, or one below it."""
    start = normalise(start)
    return path == start or path.startswith(f"{start}/")


def _is_own(session: Session, request: Request) -> bool:
    """Whether a request was sent within a session."""
    return session.token == request.token


def _check_may_write(bmc: Bmc, path: str, *, despite_lockdown: bool = False) -> None:
    """Refuse writes without the privilege, and all of them during a lockdown."""
    check_write(bmc, path)
    if bmc.is_locked_down and not despite_lockdown:
        raise Refusal("SMC.OemSystemLockdownEnabled")


def _check_etag(bmc: Bmc, request: Request) -> None:
    """Refuse a write to another state of the resource than the client has seen."""
    owner = request.path.partition(SEPARATOR)[0]
    etag = bmc.resource(owner).get(ETAG) if bmc.has(owner) else None
    condition = request.headers.get("if-match")
    if etag and condition is None and bmc.if_match_demanded:
        raise Refusal("Base.PreconditionRequired")
    if etag and condition and not matches(condition, etag):
        raise Refusal("Base.PreconditionFailed")


def _missing(bmc: Bmc, path: str) -> Refusal:
    """Return why a method cannot be used: no such resource, or no such method."""
    if bmc.has(path):
        return Refusal("Base.OperationNotAllowed")
    return Refusal("Base.ResourceMissingAtURI", path)


def _unauthorized(path: str) -> Refusal:
    """Return the refusal of who is not logged in, as it was recorded."""
    return Refusal(
        "Base.ResourceAtUriUnauthorized",
        path,
        "unauthorized",
        related=("unauthorized",),
    )
