"""Home Assistant's web page, as far as a browser's requests go."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

from aiohttp import ClientError, ClientSession, ClientWebSocketResponse, WSMsgType
from yarl import URL

from .errors import DemoError


class Page:
    """The requests of somebody who has Home Assistant's web page open."""

    def __init__(self, session: ClientSession, url: URL) -> None:
        """Go to an address; nobody is signed in yet."""
        self.url = url
        self._session = session
        self._headers: dict[str, str] = {}

    async def is_there(self) -> bool:
        """Tell whether Home Assistant answers already."""
        try:
            async with self._session.get(self.url / "api/onboarding") as response:
                return response.ok
        except ClientError:
            return False

    async def is_running(self) -> bool:
        """Tell whether Home Assistant has started everything."""
        config = await self.get("api/config")
        return bool(config["state"] == "RUNNING")

    async def version(self) -> str:
        """Return the version of Home Assistant."""
        config = await self.get("api/config")
        return str(config["version"])

    async def sign_in(self, code: str) -> None:
        """Sign in with the code that was given for doing so."""
        grant = {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": self.client_id,
        }
        async with self._session.post(self.url / "auth/token", data=grant) as response:
            answer = await response.json()
        self._headers = {"Authorization": f"Bearer {answer['access_token']}"}

    @property
    def client_id(self) -> str:
        """By what the web page calls itself when it signs somebody in."""
        return str(self.url / "")

    async def get(self, path: str) -> Any:
        """Return the answer to a GET."""
        return await self._request("GET", path, None)

    async def post(self, path: str, body: Any = None) -> Any:
        """Return the answer to a POST."""
        return await self._request("POST", path, body)

    async def _request(self, method: str, path: str, body: Any) -> Any:
        """Return the answer to a request, as JSON."""
        try:
            async with self._session.request(
                method, self.url / path, json=body, headers=self._headers
            ) as response:
                if not response.ok:
                    reason = (await response.text()).strip()
                    raise DemoError(f"{path} answers {response.status}: {reason}")
                return await response.json()
        except ClientError as error:
            raise DemoError(f"{path} does not answer: {error}") from None

    @asynccontextmanager
    async def socket(self) -> AsyncIterator[Socket]:
        """Open the websocket by which the page gets all that it shows."""
        address = self.url / "api/websocket"
        async with self._session.ws_connect(address, max_msg_size=0) as connection:
            await connection.receive_json()
            token = self._headers["Authorization"].removeprefix("Bearer ")
            await connection.send_json({"type": "auth", "access_token": token})
            await connection.receive_json()
            yield Socket(connection)


class Socket:
    """The websocket of somebody who is signed in."""

    def __init__(self, connection: ClientWebSocketResponse) -> None:
        """Start to number the commands."""
        self._connection = connection
        self._numbers = count(1)
        self._lock = asyncio.Lock()

    async def ask(self, kind: str, **fields: Any) -> Any:
        """Return the result of a command."""
        number = next(self._numbers)
        async with self._lock:
            await self._connection.send_json({"id": number, "type": kind, **fields})
            message = await self._connection.receive()
        if message.type is not WSMsgType.TEXT:
            raise DemoError(f"{kind} is not answered: the websocket was closed")
        answer = message.json()
        if not answer["success"]:
            raise DemoError(f"{kind} answers: {answer['error']['message']}")
        return answer["result"]
