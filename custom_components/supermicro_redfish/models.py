"""What the static cadence reads: the library's static data, and what else is shown."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
import time
from typing import Any

from .aiosupermicro import (
    Certificate,
    Drive,
    LicenseError,
    LogEntry,
    NotFoundError,
    StaticData,
    SupermicroRedfishClient,
    SupermicroRedfishError,
    background,
)
from .aiosupermicro.exceptions import ENDS_ALL

_CERTIFICATE_SECONDS = 24 * 3600
"""How long a certificate that was read is good for: it hardly ever changes."""


@dataclass(frozen=True, kw_only=True)
class ServerData(StaticData):
    """What changes rarely, each part None where the board lacks or refuses it."""

    drives: tuple[Drive, ...] | None = None
    log_entries: tuple[LogEntry, ...] | None = None
    """The health event log, oldest first."""
    certificate: Certificate | None = None
    """The one of the BMC's web server."""


async def async_get_log_entries(
    client: SupermicroRedfishClient,
) -> tuple[LogEntry, ...]:
    """Return the health event log as a value that does not change."""
    return tuple(await client.async_get_log_entries())


class ServerReader:
    """Reads the static data, one part after the other, and in no hurry.

    A BMC answers two requests at a time: a poll of what moves always finds one of
    these places free.
    """

    def __init__(self, client: SupermicroRedfishClient) -> None:
        """Read through a client."""
        self._client = client
        self._parts: dict[str, Callable[[], Awaitable[Any]]] = {
            "drives": self._async_get_drives,
            "log_entries": lambda: async_get_log_entries(client),
            "certificate": self._async_get_certificate,
        }
        self._had: set[str] = set()
        self._refused: dict[str, LicenseError] = {}
        self._certificate: Certificate | None = None
        self._certificate_read: float | None = None

    async def async_read(self) -> ServerData:
        """Read all parts; one that fails costs itself only.

        Raises:
            SupermicroRedfishError: The BMC cannot be reached, or refuses the login.

        """
        with background():
            return await self._async_read_all()

    async def _async_read_all(self) -> ServerData:
        """Read all parts."""
        static = await self._client.async_get_static_data()
        found: dict[str, Any] = {}
        errors = dict(static.errors)
        for name, read in self._parts.items():
            try:
                found[name] = await self._async_read_part(name, read)
            except ENDS_ALL:
                raise
            except SupermicroRedfishError as error:
                errors[name] = error
        return ServerData(**vars(static) | found | {"errors": errors})

    async def _async_read_part(
        self, name: str, read: Callable[[], Awaitable[Any]]
    ) -> Any:
        """Read a part, None if the board never had it; ask for no licence twice."""
        if refused := self._refused.get(name):
            raise refused.with_traceback(None)
        try:
            found = await read()
        except LicenseError as error:
            if name not in self._had:
                self._refused[name] = error
            raise
        except NotFoundError:
            if name in self._had:
                raise
            return None
        self._had.add(name)
        return found

    async def _async_get_drives(self) -> tuple[Drive, ...]:
        """Return the drives of all groups."""
        return tuple(await self._client.async_get_drives())

    async def _async_get_certificate(self) -> Certificate | None:
        """Return the certificate of the BMC's web server, read once a day."""
        now = time.monotonic()
        read = self._certificate_read
        if read is None or now - read >= _CERTIFICATE_SECONDS:
            certificates = await self._client.async_get_certificates()
            self._certificate = next(iter(certificates), None)
            self._certificate_read = now
        return self._certificate
