"""Requests of aiohttp and no more: what no client that uses it can save."""

from collections.abc import Mapping
import json
from typing import Any

from aiohttp import ClientSession

from tests.bench.clients import driver

_ROOT = "/redfish/v1/"


class Client:
    """Reads bodies, on one connection and with ETags, and decodes none of them."""

    def __init__(self, job: dict[str, Any]) -> None:
        """Know where the BMC is."""
        self._session = ClientSession(f"https://{job['host']}")
        self._headers: dict[str, str] = {}
        self._paths: list[str] = []
        self._etags: dict[str, str] = {}

    @property
    def ways(self) -> Mapping[str, driver.Way]:
        """What it can do."""
        return {"three": self._three}

    async def connect(self) -> None:
        """Log in, and find the three resources."""
        login = {"UserName": "ADMIN", "Password": "ADMIN"}
        path = f"{_ROOT}SessionService/Sessions"
        async with self._session.post(path, json=login, ssl=False) as answer:
            self._headers["X-Auth-Token"] = answer.headers["X-Auth-Token"]
            self._login = answer.headers["Location"]
        system, chassis = [await self._first(key) for key in ("Systems", "Chassis")]
        parts = json.loads(await self._get(chassis))
        sensors = [parts[key]["@odata.id"] for key in ("Thermal", "Power")]
        self._paths = [system, *sensors]
        self._etags.clear()

    async def close(self) -> None:
        """Log out."""
        options: dict[str, Any] = {"headers": self._headers, "ssl": False}
        async with self._session.delete(self._login, **options):
            await self._session.close()

    async def _three(self) -> None:
        """Read the system, Thermal and Power."""
        for path in self._paths:
            await self._get(path)

    async def _first(self, key: str) -> str:
        """Return where the first system or chassis is."""
        body = json.loads(await self._get(f"{_ROOT}{key}"))
        return str(body["Members"][0]["@odata.id"])

    async def _get(self, path: str) -> bytes:
        """Return a body, empty where it has not changed."""
        headers = dict(self._headers)
        if etag := self._etags.get(path):
            headers["If-None-Match"] = etag
        async with self._session.get(path, headers=headers, ssl=False) as answer:
            if etag := answer.headers.get("ETag"):
                self._etags[path] = etag
            return await answer.read()


if __name__ == "__main__":
    driver.main(Client)
