"""Measure plain requests of aiohttp, the minimum for each client that uses it."""

from collections.abc import Mapping
import json
from typing import Any

from aiohttp import ClientSession

from tests.bench.clients import driver

_ROOT = "/redfish/v1/"


class Client:
    """Client that reads bodies with ETags on one connection and decodes none."""

    def __init__(self, job: dict[str, Any]) -> None:
        """Initialize with the address of the BMC."""
        self._session = ClientSession(f"https://{job['host']}")
        self._headers: dict[str, str] = {}
        self._paths: list[str] = []
        self._etags: dict[str, str] = {}

    @property
    def operations(self) -> Mapping[str, driver.Operation]:
        """The client's operations."""
        return {"minimal": self._minimal}

    async def connect(self) -> None:
        """Log in and find system, Thermal and Power."""
        credentials = {"UserName": "ADMIN", "Password": "ADMIN"}
        path = f"{_ROOT}SessionService/Sessions"
        async with self._session.post(path, json=credentials, ssl=False) as response:
            self._headers["X-Auth-Token"] = response.headers["X-Auth-Token"]
            self._login = response.headers["Location"]
        system, chassis = [await self._first(key) for key in ("Systems", "Chassis")]
        body = json.loads(await self._get(chassis))
        sensors = [body[key]["@odata.id"] for key in ("Thermal", "Power")]
        self._paths = [system, *sensors]
        self._etags.clear()

    async def close(self) -> None:
        """Log out."""
        options: dict[str, Any] = {"headers": self._headers, "ssl": False}
        async with self._session.delete(self._login, **options):
            await self._session.close()

    async def _minimal(self) -> None:
        """Read system, Thermal and Power."""
        for path in self._paths:
            await self._get(path)

    async def _first(self, key: str) -> str:
        """Return the path of the first member of a collection."""
        body = json.loads(await self._get(f"{_ROOT}{key}"))
        return str(body["Members"][0]["@odata.id"])

    async def _get(self, path: str) -> bytes:
        """Return a body, which is empty if the resource is unchanged."""
        headers = dict(self._headers)
        if etag := self._etags.get(path):
            headers["If-None-Match"] = etag
        async with self._session.get(path, headers=headers, ssl=False) as response:
            if etag := response.headers.get("ETag"):
                self._etags[path] = etag
            return await response.read()


if __name__ == "__main__":
    driver.main(Client)
