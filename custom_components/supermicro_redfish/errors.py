"""What the user is told for each exception of the library: one table for all."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypedDict

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryAuthFailed, HomeAssistantError

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
    ServiceUnavailableError,
    SupermicroRedfishError,
    TimeoutError,  # noqa: A004
)
from .const import DOMAIN
from .issues import CERTIFICATE, async_forget, async_report_certificate

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
    SupermicroRedfishError: "unknown",
}


_LOCKED_DOWN = "OemSystemLockdownEnabled"


class Translation(TypedDict):
    """The arguments by which Home Assistant's exceptions are translated."""

    translation_domain: str
    translation_key: str
    translation_placeholders: dict[str, str]


def translation_key(error: SupermicroRedfishError) -> str:
    """Return the key of what the user is told.

    A lockdown refuses with the status of a missing privilege, whoever asks.
    """
    if (error.message_id or "").endswith(_LOCKED_DOWN):
        return TRANSLATION_KEYS[InvalidRequestError]
    return next(
        TRANSLATION_KEYS[kind]
        for kind in type(error).__mro__
        if kind in TRANSLATION_KEYS
    )


def translated(error: SupermicroRedfishError) -> Translation:
    """Return what the user is told, with the BMC's own words where there are any."""
    return Translation(
        translation_domain=DOMAIN,
        translation_key=translation_key(error),
        translation_placeholders={"error": error.bmc_message or str(error)},
    )


@asynccontextmanager
async def reading(
    hass: HomeAssistant,
    entry: ConfigEntry,
    failed: Callable[[SupermicroRedfishError], HomeAssistantError],
) -> AsyncIterator[None]:
    """Translate what can go wrong while the BMC is read.

    A certificate that is not the expected one is an issue until a reading succeeds.

    Args:
        hass: Home Assistant.
        entry: The server's entry.
        failed: Makes what is raised for any error but a refused login.

    Raises:
        ConfigEntryAuthFailed: The login was refused.

    """
    try:
        yield
    except AuthenticationError as error:
        raise ConfigEntryAuthFailed(**translated(error)) from error
    except SupermicroRedfishError as error:
        if isinstance(error, CertificateError):
            await async_report_certificate(hass, entry, error)
        raise failed(error) from error
    async_forget(hass, entry, CERTIFICATE)
