"""Use Home Assistant's HTTP and WebSocket API in the same way as its web page."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

from aiohttp import ClientError, ClientSession, ClientWebSocketResponse, WSMsgType
from yarl import URL

from .console import DemoError

USERNAME = "demo"
PASSWORD = "demo"
"""The password of the user, except with a real BMC: any local user could sign in."""

_ONBOARDING = "api/onboarding"


class HomeAssistantApi:
    """Client of a Home Assistant."""

    def __init__(self, session: ClientSession, url: URL) -> None:
        """Initialize without an access token."""
        self.url = url
        self._session = session
        self._headers: dict[str, str] = {}

    async def is_reachable(self) -> bool:
        """Return whether Home Assistant answers requests."""
        try:
            async with self._session.get(self.url / _ONBOARDING) as response:
                return response.ok
        except ClientError:
            return False

    async def is_running(self) -> bool:
        """Return whether Home Assistant has finished its start."""
        config = await self.get("api/config")
        return bool(config["state"] == "RUNNING")

    async def version(self) -> str:
        """Return the version of Home Assistant."""
        config = await self.get("api/config")
        return str(config["version"])

    async def sign_in(self, code: str) -> None:
        """Exchange an authorization code for an access token."""
        grant = {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": self.client_id,
        }
        async with self._session.post(self.url / "auth/token", data=grant) as response:
            token = await response.json()
        self._headers = {"Authorization": f"Bearer {token['access_token']}"}

    @property
    def client_id(self) -> str:
        """The OAuth client id of the web page."""
        return str(self.url / "")

    async def get(self, path: str) -> Any:
        """Send a GET request and return the JSON of the response."""
        return await self._request("GET", path, None)

    async def post(self, path: str, body: Any = None) -> Any:
        """Send a POST request and return the JSON of the response."""
        return await self._request("POST", path, body)

    async def update_entity(self, name: str) -> None:
        """Let the integration of an entity read its state now."""
        service = "api/services/homeassistant/update_entity"
        await self.post(service, {"entity_id": name})

    async def _request(self, method: str, path: str, body: Any) -> Any:
        """Send a request and return the JSON of the response."""
        try:
            async with self._session.request(
                method, self.url / path, json=body, headers=self._headers
            ) as response:
                if not response.ok:
                    reason = (await response.text()).strip()
                    raise DemoError(f"{path} returned {response.status}: {reason}")
                return await response.json()
        except ClientError as error:
            raise DemoError(f"{path} is not responding: {error}") from None

    @asynccontextmanager
    async def websocket(self) -> AsyncIterator[WebSocket]:
        """Open an authenticated WebSocket."""
        address = self.url / "api/websocket"
        async with self._session.ws_connect(address, max_msg_size=0) as connection:
            await connection.receive_json()
            token = self._headers["Authorization"].removeprefix("Bearer ")
            await connection.send_json({"type": "auth", "access_token": token})
            await connection.receive_json()
            yield WebSocket(connection)


class WebSocket:
    """Authenticated WebSocket of a Home Assistant."""

    def __init__(self, connection: ClientWebSocketResponse) -> None:
        """Initialize the numbering of commands."""
        self._connection = connection
        self._numbers = count(1)
        self._lock = asyncio.Lock()

    async def call(self, command: str, **fields: Any) -> Any:
        """Send a command and return its result."""
        number = next(self._numbers)
        async with self._lock:
            await self._connection.send_json({"id": number, "type": command, **fields})
            message = await self._connection.receive()
        if message.type is not WSMsgType.TEXT:
            raise DemoError(f"{command} has no response: the WebSocket was closed")
        response = message.json()
        if not response["success"]:
            raise DemoError(f"{command} failed: {response['error']['message']}")
        return response["result"]


async def onboard(api: HomeAssistantApi, password: str) -> None:
    """Create the user, sign in and complete the remaining onboarding steps."""
    owner = {
        "client_id": api.client_id,
        "name": USERNAME.capitalize(),
        "username": USERNAME,
        "password": password,
        "language": "en",
    }
    created = await api.post(f"{_ONBOARDING}/users", owner)
    await api.sign_in(created["auth_code"])
    redirect = {"client_id": api.client_id, "redirect_uri": api.client_id}
    for step in await api.get(_ONBOARDING):
        if not step["done"]:
            is_last = step["step"] == "integration"
            body = redirect if is_last else None
            await api.post(f"{_ONBOARDING}/{step['step']}", body)
