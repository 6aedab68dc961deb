"""Exceptions of the library.

The first level of the tree gives the scope of a failure. An error of the whole
connection means that every other request would fail as well. A ResourceError concerns
one resource: others may still succeed.

SupermicroRedfishError
├── AuthenticationError           credentials rejected, or session lost (401)
├── ConnectionError               no connection, or connection lost
│   └── CertificateError          untrusted TLS certificate
└── ResourceError                 failure of a single resource
    ├── AuthorizationError        missing privilege (403, or 401 in a valid session)
    │   └── LicenseError          missing license (OemLicenseNotPassed)
    ├── NotFoundError             resource missing on this board (404)
    ├── InvalidRequestError       request rejected (400 and other 4xx)
    ├── RateLimitError            too many requests (429)
    ├── ServiceUnavailableError   service unavailable (5xx, incomplete body, no system)
    ├── TimeoutError              no response in time
    └── InvalidResponseError      response is not valid Redfish

ConnectionError and TimeoutError also derive from the builtin of the same name.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterator
import json
import re
from typing import Any

from .const import MAX_ERROR_LENGTH
from .payload import one_line
from .redaction.sensitive_text import redact_secrets, shorten

# The package re-exports these names; the others are imported from this module.
__all__ = [
    "AuthenticationError",
    "AuthorizationError",
    "CertificateError",
    "ConnectionError",
    "InvalidRequestError",
    "InvalidResponseError",
    "LicenseError",
    "NotFoundError",
    "RateLimitError",
    "ResourceError",
    "ServiceUnavailableError",
    "SupermicroRedfishError",
    "TimeoutError",
]

_PLACEHOLDER_MESSAGE = "See ExtendedInfo"
_LICENSE_MISSING = "OemLicenseNotPassed"
_SEVERITIES = ("critical", "warning")
_TEXT_ATTRIBUTES = ("bmc_message", "message_id", "license", "path")


class SupermicroRedfishError(Exception):
    """Base class of all exceptions of this library."""

    def __init__(
        self,
        message: str = "",
        *,
        status: int | None = None,
        path: str | None = None,
        bmc_message: str | None = None,
        message_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        """Initialize the exception.

        Args:
            message: Description of the failure.
            status: HTTP status; None without a response.
            path: Path of the requested resource.
            bmc_message: Message of the BMC, from @Message.ExtendedInfo.
            message_id: Registry key of that message (MessageId).
            retry_after: Delay in seconds that the BMC requests (Retry-After).

        """
        super().__init__(_safe_text(message))
        self.status = status
        self.path = path
        self.bmc_message = bmc_message and _safe_text(bmc_message)
        self.message_id = message_id
        self.retry_after = retry_after
        self.members: tuple[Any, ...] = ()
        """Members of a collection in an error response, which may concern only one."""

    def redact(self, secret: str) -> None:
        """Replace a secret in all texts.

        Some BMCs repeat the request in their error message.
        """
        for spelling in _spellings(secret):
            self.args = tuple(str(text).replace(spelling, "***") for text in self.args)
            for name in _TEXT_ATTRIBUTES:
                if text := getattr(self, name, None):
                    setattr(self, name, text.replace(spelling, "***"))
            if self.members and spelling in repr(self.members):
                self.members = ()


class AuthenticationError(SupermicroRedfishError):
    """Rejected credentials, or a session that ended twice in a row."""

    is_session_error: bool = False
    """Whether only the session was rejected, right after the BMC opened it."""


class ConnectionError(SupermicroRedfishError, builtins.ConnectionError):  # noqa: A001
    """Failed or lost connection to the BMC."""

    def __init__(
        self, message: str = "", *, is_broken: bool = False, **details: Any
    ) -> None:
        """Initialize the exception.

        Args:
            message: Description of the failure.
            is_broken: Whether the connection was lost after the request was sent.
                The BMC may have executed the request.
            **details: Arguments of SupermicroRedfishError.

        """
        super().__init__(message, **details)
        self.is_broken = is_broken


class CertificateError(ConnectionError):
    """Untrusted TLS certificate; no request was sent."""

    def __init__(
        self, message: str = "", *, fingerprint: str | None = None, **details: Any
    ) -> None:
        """Initialize the exception.

        Args:
            message: Description of the failure.
            fingerprint: SHA-256 fingerprint of the current certificate; None if
                unknown.
            **details: Arguments of ConnectionError.

        """
        super().__init__(message, **details)
        self.fingerprint = fingerprint


class ResourceError(SupermicroRedfishError):
    """Failure of a single resource; requests for other resources may succeed."""


class AuthorizationError(ResourceError):
    """Missing privilege of the account."""


class LicenseError(AuthorizationError):
    """Missing license for the resource; a new login does not help."""

    license: str | None = None
    """Sufficient licenses as named by the BMC, such as "DCMS"; None if not named."""


class NotFoundError(ResourceError):
    """Resource that is missing on this board."""


class InvalidRequestError(ResourceError):
    """Request that the BMC rejected."""


class RateLimitError(ResourceError):
    """Request that the BMC rejected after too many requests."""


class ServiceUnavailableError(ResourceError):
    """Service that is unavailable, for example while the BMC starts."""


class TimeoutError(ResourceError, builtins.TimeoutError):  # noqa: A001
    """No response in time."""


class InvalidResponseError(ResourceError):
    """Response that is not valid Redfish.

    It is not JSON, not an object, too large, or an HTML page.
    """


HTTP_STATUS_EXCEPTIONS: dict[int, type[SupermicroRedfishError]] = {
    400: InvalidRequestError,
    401: AuthenticationError,
    403: AuthorizationError,
    404: NotFoundError,
    429: RateLimitError,
    503: ServiceUnavailableError,
}


def raise_for_status(status: int, message: str = "") -> None:
    """Raise the matching exception for an HTTP error status."""
    if status >= 400:  # noqa: PLR2004
        raise _exception_class(status)(message, status=status)


def _safe_text(text: str) -> str:
    """Return a text as one line of limited length without passwords and keys."""
    return shorten(redact_secrets(one_line(text)), MAX_ERROR_LENGTH)


def _spellings(secret: str) -> set[str]:
    """Return all encodings of a secret: plain, as JSON, and as bytes of either."""
    texts = {json.dumps(secret, ensure_ascii=only)[1:-1] for only in (True, False)}
    texts |= {secret, one_line(secret)}
    return {*texts, *(repr(text.encode())[2:-1] for text in texts)} - {""}


def _exception_class(status: int) -> type[SupermicroRedfishError]:
    """Return the exception class for an HTTP error status."""
    other = InvalidRequestError if status < 500 else ServiceUnavailableError  # noqa: PLR2004
    return HTTP_STATUS_EXCEPTIONS.get(status, other)


def error_from_response(
    status: int,
    method: str,
    path: str,
    body: Any,
    retry_after: float | None = None,
) -> SupermicroRedfishError:
    """Return the exception for an HTTP error status and its body."""
    info = _most_severe_info(body)
    bmc_message, message_id = _text(info, "Message"), _text(info, "MessageId")
    if bmc_message and _PLACEHOLDER_MESSAGE in bmc_message:
        bmc_message = None
    exception_class = _exception_class(status)
    if message_id and message_id.endswith(_LICENSE_MISSING):
        exception_class = LicenseError
    error = exception_class(
        f"{method} {path} failed with status {status}"
        + (f": {bmc_message}" if bmc_message else ""),
        status=status,
        path=path,
        bmc_message=bmc_message,
        message_id=message_id,
        retry_after=retry_after,
    )
    members = body.get("Members") if isinstance(body, dict) else None
    error.members = tuple(members) if isinstance(members, list) else ()
    if isinstance(error, LicenseError):
        error.license = _first_argument(info)
    return error


def _most_severe_info(body: Any) -> dict[str, Any]:
    """Return the most severe entry of @Message.ExtendedInfo, or the error itself."""
    if isinstance(body, bytes):
        return {key: value for key, value in _parse_truncated(body) if value}
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return {}
    infos = error.get("@Message.ExtendedInfo")
    infos = infos if isinstance(infos, list) else [infos]
    infos = [info for info in infos if isinstance(info, dict)]
    return min(infos, key=_severity_rank, default=error)


def _parse_truncated(body: bytes) -> Iterator[tuple[str, str]]:
    """Return the first message of a truncated error body."""
    text = body.decode(errors="replace")
    for key in ("MessageId", "Message"):
        if match := re.search(rf'"{key}"\s*:\s*"((?:[^"\\]|\\.)*)"', text):
            yield key, match[1]


def _severity_rank(info: dict[str, Any]) -> int:
    """Return the sort rank of an entry; the most severe one has the lowest rank."""
    severity = (_text(info, "Severity") or "").lower()
    return _SEVERITIES.index(severity) if severity in _SEVERITIES else len(_SEVERITIES)


def _text(info: dict[str, Any], key: str) -> str | None:
    """Return a text of an entry as one line.

    About half of the firmware versions write the key in camel case ("message").
    """
    value = info.get(key, info.get(key[0].lower() + key[1:]))
    return one_line(value) or None if isinstance(value, str) else None


def _first_argument(info: dict[str, Any]) -> str | None:
    """Return the first of MessageArgs, which names the sufficient licenses."""
    arguments = info.get("MessageArgs")
    first = arguments[0] if isinstance(arguments, list) and arguments else None
    return one_line(first) or None if isinstance(first, str) else None
