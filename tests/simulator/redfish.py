"""Handle requests: authenticate, check privileges, dispatch by method."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from .actions import SEPARATOR, execute_action
from .documents import METADATA, find_registry, metadata
from .etags import ETAG, accepts, matches, spell
from .expand import parse_expand, respond_expanded
from .patch import execute_patch
from .privileges import (
    require_event_privilege,
    require_read_privilege,
    require_write_privilege,
)
from .resources import (
    ROOT,
    SESSIONS,
    JsonObject,
    normalize_path,
    parse_json,
    resource_type,
)
from .responses import (
    HTML_TYPE,
    JSON_TYPE,
    NOT_FOUND_PAGE,
    WELCOME_PAGE,
    XML_TYPE,
    RedfishError,
    Response,
    license_error,
)
from .validation import is_writable

if TYPE_CHECKING:
    from .bmc import Bmc

_QUERIES = ("$expand", "$select", "$filter", "$skip")
"""The queries that services support. `$skip` belongs to the pages of `$expand`."""

PUBLIC = ("/redfish", ROOT)
"""The paths that can be read without authentication."""


@dataclass(frozen=True)
class Request:
    """A received request."""

    method: str
    target: str
    """The path in the spelling of the client."""
    query: str
    headers: Mapping[str, str]
    """Headers by lower-case name."""
    payload: bytes
    server: str
    """The URL of the server, without a path."""

    @property
    def path(self) -> str:
        """The path in the spelling of the boards, without a slash at the end."""
        return normalize_path(self.target)

    @property
    def token(self) -> str | None:
        """The session token."""
        return self.headers.get("x-auth-token")

    @property
    def json(self) -> JsonObject:
        """The JSON object in the body; RedfishError if there is none."""
        body = parse_json(self.payload)
        if not isinstance(body, dict):
            raise RedfishError("Base.MalformedJSON")
        return body


def handle(bmc: Bmc, request: Request) -> Response:
    """Execute a request, and return its response."""
    bmc.scheduler.run_due()
    if not bmc.required_headers.items() <= request.headers.items():
        return Response(200, WELCOME_PAGE, content_type=HTML_TYPE)
    try:
        return _handle(bmc, request)
    except RedfishError as error:
        if error.message == "Base.ResourceMissingAtURI" and bmc.html_404:
            return Response(404, NOT_FOUND_PAGE, content_type=HTML_TYPE)
        return bmc.response_builder.from_error(error)


def _handle(bmc: Bmc, request: Request) -> Response:
    """Check the license and the authentication, and dispatch by method."""
    path, method = request.path, request.method
    if ROOT in bmc.unlicensed:
        # Old X11 boards reject even the root, and name three licenses.
        raise RedfishError("Base.OemLicenseNotPassed", "SUM DCMS OOB ")
    _check_odata(request)
    if (method, path.removesuffix("/Members")) == ("POST", SESSIONS):
        return _login(bmc, request)
    if path not in PUBLIC or method not in ("GET", "HEAD"):
        _authenticate(bmc, request)
    if any(_is_at_or_below(path, gated) for gated in bmc.unlicensed):
        raise license_error()
    if handler := _METHODS.get(method):
        return handler(bmc, request)
    raise _missing_or_not_allowed(bmc, path)


def _check_odata(request: Request) -> None:
    """Reject another OData version, and queries that the root does not advertise.

    No recording shows this: the DMTF demands it.
    """
    if request.headers.get("odata-version", "4.0") != "4.0":
        raise RedfishError("Base.HeaderInvalid", "OData-Version")
    for name in parse_qs(request.query, keep_blank_values=True):
        if name.startswith("$") and name not in _QUERIES:
            raise RedfishError("Base.QueryParameterUnsupported", name)


def _login(bmc: Bmc, request: Request) -> Response:
    """Open a session."""
    credentials = request.json
    for key in ("UserName", "Password"):
        if key not in credentials:
            raise RedfishError("Base.PropertyMissing", key, related=(f"/{key}",))
    if not bmc.sessions_enabled or (
        (credentials["UserName"], credentials["Password"])
        != (bmc.username, bmc.password)
    ):
        raise _unauthorized(SESSIONS)
    if bmc.sessions.full:
        raise RedfishError("Base.SessionLimitExceeded")
    if bmc.login_response == "no token":
        return bmc.response_builder.success()
    session = bmc.sessions.create(bmc.username)
    bmc.logins += 1
    token = {"X-Auth-Token": session.token}
    if bmc.login_response == "token only":
        return Response(201, {"Name": "User Session"}, token)
    path = f"{SESSIONS}/{session.id}"
    prefix = request.server if bmc.location == "absolute" else ""
    return Response(201, bmc.resource(path), token | {"Location": f"{prefix}{path}"})


def _authenticate(bmc: Bmc, request: Request) -> None:
    """Reject a request without a valid session token or password."""
    if request.token is not None:
        if bmc.sessions.use(request.token):
            return
    elif bmc.basic_auth and _basic_credentials(request) == (bmc.username, bmc.password):
        return
    raise _unauthorized(request.path)


def _basic_credentials(request: Request) -> tuple[str, str] | None:
    """Return the user and password of Basic authentication."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, _, password = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return user, password


def _get(bmc: Bmc, request: Request) -> Response:
    """Read a resource; the condition of an expansion is that of its collection."""
    if request.path == METADATA:
        return Response(200, metadata(bmc), content_type=XML_TYPE)
    if registry := find_registry(bmc, request.path):
        return Response(200, registry)
    if request.path == bmc.event_streams.path:
        require_event_privilege(bmc)
        return Response(200, delivery="events")
    if not bmc.has(request.path):
        raise _missing_or_not_allowed(bmc, request.path)
    body = bmc.resource(request.path)
    require_read_privilege(bmc, body)
    etag = body.get(ETAG)
    shown, header = spell(body, bmc.etags)
    headers = {"ETag": header} if header else {}
    condition = request.headers.get("if-none-match")
    if bmc.not_modified and etag and condition and matches(condition, etag):
        return Response(304, headers=headers)
    if query := parse_expand(request.query):
        return respond_expanded(bmc, request.path, query)
    return Response(200, shown, headers)


def _patch(bmc: Bmc, request: Request) -> Response:
    """Write to a resource."""
    path = request.path
    if not bmc.has(path) or not is_writable(bmc.resource(path)):
        raise _missing_or_not_allowed(bmc, path)
    is_lockdown = resource_type(bmc.resource(path)) == "SysLockdown"
    _require_write(bmc, path, in_lockdown=is_lockdown)
    if not request.headers.get("content-type", "").startswith(JSON_TYPE):
        raise RedfishError("Base.UnrecognizedRequestBody")
    patch = request.json
    if not patch:
        raise RedfishError("Base.EmptyJSON")
    _check_if_match(bmc, request)
    return execute_patch(bmc, path, patch)


def _post(bmc: Bmc, request: Request) -> Response:
    """Execute an action."""
    if SEPARATOR not in request.path:
        raise _missing_or_not_allowed(bmc, request.path)
    _require_write(bmc, request.path.partition(SEPARATOR)[0])
    _check_if_match(bmc, request)
    return execute_action(bmc, request.path, request.json if request.payload else {})


def _delete(bmc: Bmc, request: Request) -> Response:
    """Close a session, the only resource that can be deleted."""
    parent, _, name = request.path.rpartition("/")
    session = bmc.sessions.get(name) if parent == SESSIONS else None
    if session is None:
        raise _missing_or_not_allowed(bmc, request.path)
    if session.token != request.token:
        _require_write(bmc, parent, in_lockdown=True)
    bmc.sessions.delete(session)
    return bmc.response_builder.success()


_METHODS = {
    "GET": _get,
    "HEAD": _get,
    "PATCH": _patch,
    "POST": _post,
    "DELETE": _delete,
}


def _is_at_or_below(path: str, start: str) -> bool:
    """Return whether a path equals another one or is below it."""
    start = normalize_path(start)
    return path == start or path.startswith(f"{start}/")


def _require_write(bmc: Bmc, path: str, *, in_lockdown: bool = False) -> None:
    """Reject a write without the privilege, and any write during a lockdown."""
    require_write_privilege(bmc, path)
    if bmc.is_locked_down and not in_lockdown:
        raise RedfishError("SMC.OemSystemLockdownEnabled")


def _check_if_match(bmc: Bmc, request: Request) -> None:
    """Reject a write if `If-Match` is required, or names another ETag."""
    owner = request.path.partition(SEPARATOR)[0]
    body = bmc.resource(owner) if bmc.has(owner) else {}
    if ETAG not in body:
        return
    condition = request.headers.get("if-match")
    is_required = bmc.if_match_required or bmc.if_match != "any tag"
    if condition is None and is_required:
        raise RedfishError("Base.PreconditionRequired")
    if not accepts(condition, body, bmc.etags, bmc.if_match):
        raise RedfishError("Base.PreconditionFailed")


def _missing_or_not_allowed(bmc: Bmc, path: str) -> RedfishError:
    """Return the error for a missing resource or an unsupported method."""
    if bmc.has(path):
        return RedfishError("Base.OperationNotAllowed")
    return RedfishError("Base.ResourceMissingAtURI", path)


def _unauthorized(path: str) -> RedfishError:
    """Return the error for a request without authentication, as it was recorded."""
    return RedfishError(
        "Base.ResourceAtUriUnauthorized",
        path,
        "unauthorized",
        related=("unauthorized",),
    )
