"""Measure this library and the published client, which have the same API."""

import asyncio
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from aiohttp import ClientSession

from tests.bench.clients import driver

_PUBLISHED_CONCURRENCY = 5
"""The setting of the published integration; the library has a default of its own."""


def create_client(session: ClientSession, host: str, name: str) -> Any:
    """Return a client with the settings of its integration."""
    client = import_module("aiosupermicro").SupermicroRedfishClient(
        session, host, "ADMIN", "ADMIN"
    )
    if name == "published":
        client.set_max_concurrent_requests(_PUBLISHED_CONCURRENCY)
    return client


def require_sensors(thermal: Any) -> None:
    """Raise an error if a client returned no temperature."""
    if not thermal or not thermal.temperatures:
        raise ValueError("no temperature was read from this board")


class Client:
    """Client of this library, or the published one."""

    def __init__(self, job: dict[str, Any]) -> None:
        """Initialize in an event loop."""
        self._session = ClientSession()
        self._client = create_client(self._session, job["host"], job["client"])
        self._has_static_data = False

    @property
    def operations(self) -> Mapping[str, driver.Operation]:
        """The client's operations."""
        return {
            "dynamic": self._dynamic,
            "minimal": self._minimal,
            "minimal_single": self._minimal_single,
            "static": self._static,
        }

    async def connect(self) -> None:
        """Log in."""
        await self._client.async_connect()

    async def close(self) -> None:
        """Log out."""
        await self._client.async_disconnect()
        await self._session.close()

    async def _dynamic(self) -> None:
        """Read the client's dynamic data, at first after the static data.

        As in the integrations, that read finds how a board can be read at once.
        """
        if not self._has_static_data:
            self._has_static_data = True
            await self._client.async_get_static_data()
        require_sensors((await self._client.async_get_dynamic_data()).thermal)

    async def _minimal(self) -> None:
        """Read only power state, LED, health and all sensors."""
        _, thermal, _ = await asyncio.gather(
            self._client.async_get_system(),
            self._client.async_get_thermal(),
            self._client.async_get_power(),
        )
        require_sensors(thermal)

    async def _minimal_single(self) -> None:
        """Read the same with one request at a time."""
        self._client.set_max_concurrent_requests(1)
        await self._minimal()

    async def _static(self) -> None:
        """Read the client's static data."""
        static = await self._client.async_get_static_data()
        if not static.chassis or not static.chassis.id:
            raise ValueError("no chassis was read from this board")


if __name__ == "__main__":
    driver.main(Client)
