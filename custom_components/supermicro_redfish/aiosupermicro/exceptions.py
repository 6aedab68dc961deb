"""What can go wrong between a caller and a BMC.

SupermicroRedfishError
├── AuthenticationError       user name or password refused, or session lost (401)
├── AuthorizationError        the account may not do this (403)
│   └── LicenseError          the BMC wants a licence for it (OemLicenseNotPassed)
├── NotFoundError             this board does not have the resource (404)
├── InvalidRequestError       the BMC refused what was asked (400 and other 4xx)
├── RateLimitError            asked too often (429)
├── ServiceUnavailableError   the BMC cannot serve now (503 and other 5xx)
├── ConnectionError           no connection, or it broke; also the builtin of this name
│   └── CertificateError      the BMC's certificate is not the one to be trusted
├── TimeoutError              no answer in time; also the builtin of this name
└── InvalidResponseError      an answer that is not Redfish
"""

from __future__ import annotations

import builtins
import json
from typing import Any

from .payload import one_line

__all__ = [
    "ENDS_ALL",
    "HTTP_STATUS_EXCEPTIONS",
    "AuthenticationError",
    "AuthorizationError",
    "CertificateError",
    "ConnectionError",
    "InvalidRequestError",
    "InvalidResponseError",
    "LicenseError",
    "NotFoundError",
    "RateLimitError",
    "ServiceUnavailableError",
    "SupermicroRedfishError",
    "TimeoutError",
    "error_from_reply",
    "raise_for_status",
]

_SAYS_NOTHING = "See ExtendedInfo"
_LICENSE_MISSING = "OemLicenseNotPassed"
_SEVERITIES = ("critical", "warning")
_BMC_WORDS = ("bmc_message", "message_id", "license", "path")


class SupermicroRedfishError(Exception):
    """Anything that this library raises about a BMC."""

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
        """Keep what is known of the failure.

        Args:
            message: What failed, for a reader.
            status: The HTTP status, None where there was no answer.
            path: The resource that was asked for.
            bmc_message: The BMC's own words, from @Message.ExtendedInfo.
            message_id: The registry's key of those words.
            retry_after: Seconds that the BMC wants to be left alone.

        """
        super().__init__(one_line(message))
        self.status = status
        self.path = path
        self.bmc_message = bmc_message
        self.message_id = message_id
        self.retry_after = retry_after

    def hide(self, secret: str) -> None:
        """Take a secret out of the words of a BMC that repeats what it was told."""
        for spelling in _spellings(secret):
            self.args = tuple(str(text).replace(spelling, "***") for text in self.args)
            for name in _BMC_WORDS:
                if text := getattr(self, name, None):
                    setattr(self, name, text.replace(spelling, "***"))


class AuthenticationError(SupermicroRedfishError):
    """The user name or password was refused, or a session ended twice in a row."""


class AuthorizationError(SupermicroRedfishError):
    """The account is not allowed to do this."""


class LicenseError(AuthorizationError):
    """The BMC wants a licence for this resource; a new login would not help."""

    license: str | None = None
    """The licences that would do, in the BMC's words, such as "DCMS"."""


class NotFoundError(SupermicroRedfishError):
    """The board does not have the resource."""


class InvalidRequestError(SupermicroRedfishError):
    """The BMC refused what was asked of it."""


class RateLimitError(SupermicroRedfishError):
    """The BMC was asked too often."""


class ServiceUnavailableError(SupermicroRedfishError):
    """The BMC cannot serve now, as while it starts."""


class ConnectionError(SupermicroRedfishError, builtins.ConnectionError):  # noqa: A001
    """There is no connection to the BMC, or it broke."""

    def __init__(
        self, message: str = "", *, is_broken: bool = False, **details: Any
    ) -> None:
        """Keep whether the request was sent: nobody knows what became of it then."""
        super().__init__(message, **details)
        self.is_broken = is_broken


class CertificateError(ConnectionError):
    """The BMC's certificate is not the one to be trusted; nothing was sent to it."""

    def __init__(
        self, message: str = "", *, fingerprint: str | None = None, **details: Any
    ) -> None:
        """Keep the SHA-256 fingerprint that the BMC shows now, where it is known."""
        super().__init__(message, **details)
        self.fingerprint = fingerprint


class TimeoutError(SupermicroRedfishError, builtins.TimeoutError):  # noqa: A001
    """The BMC did not answer in time."""


class InvalidResponseError(SupermicroRedfishError):
    """The answer is not Redfish: not JSON, no object, too large, or a page."""


ENDS_ALL = (AuthenticationError, ConnectionError)
"""What tells that no other resource would be answered either."""

HTTP_STATUS_EXCEPTIONS: dict[int, type[SupermicroRedfishError]] = {
    400: InvalidRequestError,
    401: AuthenticationError,
    403: AuthorizationError,
    404: NotFoundError,
    429: RateLimitError,
    503: ServiceUnavailableError,
}


def raise_for_status(status: int, message: str = "") -> None:
    """Raise the exception of an HTTP status, if it is that of an error."""
    if status >= 400:  # noqa: PLR2004
        raise _kind(status)(message, status=status)


def _spellings(secret: str) -> set[str]:
    """Return a secret as it is, as JSON has it, and as the bytes of either."""
    texts = {json.dumps(secret, ensure_ascii=plain)[1:-1] for plain in (True, False)}
    texts |= {secret, one_line(secret)}
    return {*texts, *(repr(text.encode())[2:-1] for text in texts)} - {""}


def _kind(status: int) -> type[SupermicroRedfishError]:
    """Return the exception for an HTTP status."""
    other = InvalidRequestError if status < 500 else ServiceUnavailableError  # noqa: PLR2004
    return HTTP_STATUS_EXCEPTIONS.get(status, other)


def error_from_reply(
    status: int,
    method: str,
    path: str,
    body: Any,
    retry_after: float | None = None,
) -> SupermicroRedfishError:
    """Return the exception that an HTTP error status and its body stand for."""
    notice = _worst_notice(body)
    bmc_message, message_id = _text(notice, "Message"), _text(notice, "MessageId")
    if bmc_message and _SAYS_NOTHING in bmc_message:
        bmc_message = None
    kind = _kind(status)
    if message_id and message_id.endswith(_LICENSE_MISSING):
        kind = LicenseError
    error = kind(
        f"{method} {path} failed with status {status}"
        + (f": {bmc_message}" if bmc_message else ""),
        status=status,
        path=path,
        bmc_message=bmc_message,
        message_id=message_id,
        retry_after=retry_after,
    )
    if isinstance(error, LicenseError):
        error.license = _first_argument(notice)
    return error


def _worst_notice(body: Any) -> dict[str, Any]:
    """Return the most severe entry of @Message.ExtendedInfo, or the error itself."""
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return {}
    notices = error.get("@Message.ExtendedInfo")
    notices = notices if isinstance(notices, list) else [notices]
    notices = [notice for notice in notices if isinstance(notice, dict)]
    return min(notices, key=_rank, default=error)


def _rank(notice: dict[str, Any]) -> int:
    """Rank a notice by severity, the worst first."""
    severity = (_text(notice, "Severity") or "").lower()
    return _SEVERITIES.index(severity) if severity in _SEVERITIES else len(_SEVERITIES)


def _text(notice: dict[str, Any], key: str) -> str | None:
    """Return a text of a notice; half of the firmwares write "message" in small."""
    value = notice.get(key, notice.get(key[0].lower() + key[1:]))
    return one_line(value) or None if isinstance(value, str) else None


def _first_argument(notice: dict[str, Any]) -> str | None:
    """Return the first message argument, which names the licences wanted."""
    arguments = notice.get("MessageArgs")
    first = arguments[0] if isinstance(arguments, list) and arguments else None
    return one_line(first) or None if isinstance(first, str) else None
