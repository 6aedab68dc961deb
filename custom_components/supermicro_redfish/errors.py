"""What the user is told for each exception of the library: one table for all."""

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Concatenate, TypedDict

from homeassistant.exceptions import HomeAssistantError

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

if TYPE_CHECKING:
    from .coordinator import SupermicroRuntimeData
    from .entity import SupermicroEntity

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
async def commanding(data: SupermicroRuntimeData) -> AsyncIterator[None]:
    """Translate what can go wrong while the BMC is commanded.

    What the account is not allowed to do tells of its privileges.
    """
    try:
        yield
    except SupermicroRedfishError as error:
        if translation_key(error) == TRANSLATION_KEYS[AuthorizationError]:
            await data.account.async_learn()
        raise HomeAssistantError(**translated(error)) from error


def command[EntityT: SupermicroEntity[Any], **P](
    func: Callable[Concatenate[EntityT, P], Awaitable[None]],
) -> Callable[Concatenate[EntityT, P], Coroutine[Any, Any, None]]:
    """Let an entity command the BMC."""

    async def handler(self: EntityT, /, *args: P.args, **kwargs: P.kwargs) -> None:
        async with commanding(self.coordinator.config_entry.runtime_data):
            await func(self, *args, **kwargs)

    return handler
