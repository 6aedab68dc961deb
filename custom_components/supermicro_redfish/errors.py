"""Map the library's exceptions to Home Assistant's, with translated messages."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
import logging
from typing import TypedDict

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryAuthFailed, HomeAssistantError
from homeassistant.helpers.update_coordinator import UpdateFailed

from .aiosupermicro import (
    AuthenticationError,
    AuthorizationError,
    CertificateError,
    ConnectionError,  # noqa: A004
    InvalidRequestError,
    InvalidResponseError,
    LicenseError,
    NotFoundError,
    RateLimitError,
    ResourceError,
    ServiceUnavailableError,
    SupermicroRedfishError,
    TimeoutError,  # noqa: A004
)
from .const import DOMAIN, LOGGER, MAX_LOGGED_ERRORS, MAX_MESSAGE_LENGTH
from .repairs import (
    ISSUE_CERTIFICATE,
    async_delete_issues,
    async_report_certificate,
)
from .util import display_text

TRANSLATION_KEYS: dict[type[SupermicroRedfishError], str] = {
    AuthenticationError: "invalid_auth",
    LicenseError: "license_missing",
    AuthorizationError: "not_authorized",
    NotFoundError: "not_found",
    InvalidRequestError: "refused",
    RateLimitError: "busy",
    ServiceUnavailableError: "busy",
    CertificateError: "certificate_changed",
    ConnectionError: "cannot_connect",
    TimeoutError: "timeout",
    InvalidResponseError: "invalid_response",
    ResourceError: "unknown",
    SupermicroRedfishError: "unknown",
}

MAX_RETRY_AFTER = 300.0
"""Upper limit for Retry-After, in seconds.

It is also the time between two attempts while the BMC shows an unexpected certificate.
"""
_LOCKED_DOWN = "OemSystemLockdownEnabled"


class Translation(TypedDict):
    """Arguments that translate an exception of Home Assistant."""

    translation_domain: str
    translation_key: str
    translation_placeholders: dict[str, str]


def translation_key(error: SupermicroRedfishError) -> str:
    """Return the translation key of an exception.

    A system lockdown rejects commands of every account with the status of a missing
    privilege (403).
    """
    if (error.message_id or "").endswith(_LOCKED_DOWN):
        return TRANSLATION_KEYS[InvalidRequestError]
    return next(
        TRANSLATION_KEYS[base]
        for base in type(error).__mro__
        if base in TRANSLATION_KEYS
    )


def translated(error: SupermicroRedfishError) -> Translation:
    """Return the translation of an exception, with the BMC's own message if any."""
    return Translation(
        translation_domain=DOMAIN,
        translation_key=translation_key(error),
        translation_placeholders={
            "error": display_text(error.bmc_message or str(error), MAX_MESSAGE_LENGTH)
        },
    )


def update_failed(error: SupermicroRedfishError) -> UpdateFailed:
    """Return the exception of a failed poll, with the time until the next one."""
    is_certificate = isinstance(error, CertificateError)
    requested = MAX_RETRY_AFTER if is_certificate else error.retry_after
    retry_after = None if requested is None else min(requested, MAX_RETRY_AFTER)
    return UpdateFailed(**translated(error), retry_after=retry_after)


@asynccontextmanager
async def translate_update_errors(
    hass: HomeAssistant,
    entry: ConfigEntry,
    exception_fn: Callable[[SupermicroRedfishError], HomeAssistantError],
) -> AsyncIterator[None]:
    """Translate exceptions while the BMC is read.

    An unexpected certificate is a repair issue until a read succeeds. Where the BMC
    accepts the password but rejects the session, the user cannot do anything: the
    failure may pass.

    Args:
        hass: Home Assistant.
        entry: The server's config entry.
        exception_fn: Return the exception for all errors but rejected credentials.

    Raises:
        ConfigEntryAuthFailed: The BMC rejected the credentials.

    """
    try:
        yield
    except AuthenticationError as error:
        if error.is_session_error:
            raise exception_fn(error) from error
        raise ConfigEntryAuthFailed(**translated(error)) from error
    except SupermicroRedfishError as error:
        if isinstance(error, CertificateError):
            await async_report_certificate(hass, entry, error)
        raise exception_fn(error) from error
    async_delete_issues(hass, entry, ISSUE_CERTIFICATE)


class FailureLog:
    """Log once when a resource fails, and once when it recovers."""

    def __init__(self, name: str) -> None:
        """Initialize the log of a coordinator with this name."""
        self._name = name
        self._failing: set[str] = set()

    def record(self, errors: Mapping[str, SupermicroRedfishError]) -> None:
        """Log the differences to the failures of the last poll.

        A dead link of the board is no reason for a warning. A missing license is not
        logged: it has a repair issue.
        """
        errors = {
            name: error
            for name, error in errors.items()
            if not isinstance(error, LicenseError)
        }
        for name in sorted(errors.keys() - self._failing)[:MAX_LOGGED_ERRORS]:
            error = errors[name]
            is_dead_link = name.startswith("/") and error.status == HTTPStatus.NOT_FOUND
            level = logging.INFO if is_dead_link else logging.WARNING
            LOGGER.log(level, "%s: %s cannot be read: %s", self._name, name, error)
        for name in sorted(self._failing - errors.keys())[:MAX_LOGGED_ERRORS]:
            LOGGER.info("%s: %s can be read again", self._name, name)
        self._failing = set(errors)
