"""The library and the published client: both are `aiosupermicro`, with the same API."""

import asyncio
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from aiohttp import ClientSession

from tests.bench.clients import driver

_PUBLISHED_CONCURRENCY = 5
"""What the published integration sets; the library has its own default."""


def create(session: ClientSession, host: str, name: str) -> Any:
    """Return a client as the integration that it belongs to makes it."""
    client = import_module("aiosupermicro").SupermicroRedfishClient(
        session, host, "ADMIN", "ADMIN"
    )
    if name == "published":
        client.set_max_concurrent_requests(_PUBLISHED_CONCURRENCY)
    return client


def require_sensors(thermal: Any) -> None:
    """Fail where a client has read nothing, and took that for an answer."""
    if not thermal or not thermal.temperatures:
        raise ValueError("it reads no temperature of this board")


class Client:
    """Either of them."""

    def __init__(self, job: dict[str, Any]) -> None:
        """Make it, in an event loop."""
        self._session = ClientSession()
        self._client = create(self._session, job["host"], job["client"])

    @property
    def ways(self) -> Mapping[str, driver.Way]:
        """What it can do."""
        return {"dynamic": self._dynamic, "three": self._three, "static": self._static}

    async def connect(self) -> None:
        """Log in."""
        await self._client.async_connect()

    async def close(self) -> None:
        """Log out."""
        await self._client.async_disconnect()
        await self._session.close()

    async def _dynamic(self) -> None:
        """Read what it calls dynamic."""
        require_sensors((await self._client.async_get_dynamic_data()).thermal)

    async def _three(self) -> None:
        """Read the power state, the LED, the health and all sensors, and no more."""
        _, thermal, _ = await asyncio.gather(
            self._client.async_get_system(),
            self._client.async_get_thermal(),
            self._client.async_get_power(),
        )
        require_sensors(thermal)

    async def _static(self) -> None:
        """Read what it calls static."""
        static = await self._client.async_get_static_data()
        if not static.chassis or not static.chassis.id:
            raise ValueError("it reads no chassis of this board")


if __name__ == "__main__":
    driver.main(Client)
