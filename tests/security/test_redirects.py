"""Verify that redirects and links never lead credentials to another host."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
import json
from typing import Any

from aiohttp import ClientSession
import pytest

from custom_components.supermicro_redfish.aiosupermicro import (
    SupermicroRedfishClient,
    SupermicroRedfishError,
)
from tests.integration import paths
from tests.simulator import Bmc, Server

from .impostor import Impostor

OWN_SESSION = f"{paths.SESSIONS}/1"
TASK = f"{paths.ROOT}/Tasks/1"

type Operation = Callable[[SupermicroRedfishClient], Awaitable[Any]]


@pytest.fixture(autouse=True)
def custom_integrations() -> None:
    """Run these tests without Home Assistant."""


@pytest.fixture
async def client(server: Server, bmc: Bmc) -> AsyncIterator[SupermicroRedfishClient]:
    """Return a client that accepts any certificate."""
    async with ClientSession() as session:
        client = SupermicroRedfishClient(
            session, server.host, bmc.username, bmc.password, timeout=2
        )
        yield client
        bmc.heal()
        await client.async_disconnect()


LOCATIONS = {
    "other_port": "https://{other}{path}",
    "other_host": "https://localhost:{other_port}{path}",
    "no_scheme": "//{other}{path}",
    "capitals": "HTTPS://{other}{path}",
    "downgrade": "http://{plain}{path}",
    "downgrade_here": "http://{bmc}{path}",
    "name_of_the_bmc": "https://{bmc}@{other}{path}",
    "account": "https://ADMIN:ADMIN@{other}{path}",
    "backslashes": "\\\\{other}{path}",
    "slash_backslash": "/\\{other}{path}",
    "scheme_backslashes": "https:\\\\{other}{path}",
    "backslash_at": "https://{other}\\@{bmc}{path}",
    "three_slashes": "https:///{other}{path}",
    "tab": "/\t/{other}{path}",
    "tab_in_scheme": "ht\ttps://{other}{path}",
    "spaces": "  https://{other}{path}",
    "dots": "/..//{other}{path}",
    "semicolon": "https://{other};@{bmc}{path}",
    "hash": "https://{other}#@{bmc}{path}",
    "question": "https://{other}?@{bmc}{path}",
}
"""Spellings of an address on the other host."""

LINKS = [
    LOCATIONS[name]
    for name in ("other_port", "no_scheme", "downgrade", "slash_backslash", "tab")
]

REDIRECTS = [
    *((status, form) for status in (300, 301, 302, 303, 305, 308) for form in LINKS),
    *((307, form) for form in LOCATIONS.values()),
]

OPERATIONS: dict[str, tuple[str, str, Operation]] = {
    "read": ("GET", paths.THERMAL, lambda client: client.async_get_thermal()),
    "write": (
        "PATCH",
        paths.SYSTEM,
        lambda client: client.async_set_indicator_led("Lit"),
    ),
    "action": (
        "POST",
        paths.RESET,
        lambda client: client.async_system_reset("GracefulRestart"),
    ),
    "login": ("POST", paths.SESSIONS, lambda client: client.async_connect()),
    "root": ("GET", paths.ROOT, lambda client: client.async_connect()),
    "logout": ("DELETE", OWN_SESSION, lambda client: client.async_disconnect()),
}


async def start(
    client: SupermicroRedfishClient, bmc: Bmc, *, is_basic: bool, logs_in: bool
) -> None:
    """Start a new connection, by session or by Basic authentication."""
    bmc.heal()
    await client.async_disconnect()
    if is_basic:
        bmc.fail(paths.SESSIONS, status=405, method="POST")
    if logs_in:
        await client.async_connect()
        await client.async_get_system()
        headers = bmc.requests[-1].headers
        assert ("authorization" in headers) is is_basic
        assert ("x-auth-token" in headers) is not is_basic


async def test_impostor_detects_requests_and_connections(impostor: Impostor) -> None:
    """Verify that the impostor notices each request and connection."""
    async with ClientSession() as session:
        client = SupermicroRedfishClient(
            session, impostor.server.host, "ADMIN", "ADMIN"
        )
        await client.async_connect()
        await client.async_disconnect()
        async with session.get(impostor.plain.url, headers={"X-Auth-Token": "t"}):
            pass
    assert impostor.bmc.logins == 1
    assert impostor.bmc.requests[-1].token == "t"
    assert impostor.plain.connections == 1


@pytest.mark.parametrize(
    ("name", "is_basic"),
    [
        *((name, False) for name in OPERATIONS),
        *((name, True) for name in OPERATIONS if name != "logout"),
    ],
)
async def test_redirect_leads_to_no_other_host(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    impostor: Impostor,
    name: str,
    is_basic: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """Send no request to the other host, for any status and spelling."""
    method, path, operation = OPERATIONS[name]
    logs_in = name not in ("login", "root")
    for status, form in REDIRECTS:
        location = impostor.url(form, path)
        await start(client, bmc, is_basic=is_basic, logs_in=logs_in)
        headers = {"Location": location}
        bmc.fail(path, status=status, headers=headers, method=method)
        with suppress(SupermicroRedfishError):
            await operation(client)
        impostor.assert_no_connection((status, location))
        sent = [(request.method, request.path) for request in bmc.requests]
        assert (method, path) in sent


def _action(key: str) -> Callable[[Any], Any]:
    """Return a function that makes a link part of the reset action."""
    return lambda link: {"Actions": {"#ComputerSystem.Reset": {key: link["@odata.id"]}}}


PLACES: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "system": (f"{paths.ROOT}/Systems", lambda link: {"Members": {0: link}}),
    "chassis": (f"{paths.ROOT}/Chassis", lambda link: {"Members": {0: link}}),
    "manager": (f"{paths.ROOT}/Managers", lambda link: {"Members": {0: link}}),
    "systems": (paths.ROOT, lambda link: {"Systems": link}),
    "session_service": (paths.ROOT, lambda link: {"SessionService": link}),
    "sessions": (paths.ROOT, lambda link: {"Links": {"Sessions": link}}),
    "thermal": (paths.CHASSIS, lambda link: {"Thermal": link}),
    "fan_mode": (
        paths.MANAGER,
        lambda link: {"Oem": {"Supermicro": {"FanMode": link}}},
    ),
    "drives": (paths.STORAGE, lambda link: {"Members": {0: link}}),
    "next_page": (
        paths.LOG,
        lambda link: {"Members@odata.nextLink": link["@odata.id"]},
    ),
    "action": (paths.SYSTEM, _action("target")),
    "action_info": (paths.SYSTEM, _action("@Redfish.ActionInfo")),
    "own": (paths.THERMAL, lambda link: link),
    "members": (paths.MEMORY, lambda link: {"Members": {0: link}}),
}
"""The places of links: a resource, and a change that puts a link into it."""


async def use_client(client: SupermicroRedfishClient) -> None:
    """Read and write through all kinds of links, and ignore failures."""
    for operation in (
        client.async_connect,
        client.async_get_all_data,
        client.async_get_drives,
        client.async_get_memory,
        client.async_get_log_entries,
        lambda: client.async_system_reset("GracefulRestart"),
        lambda: client.async_set_fan_mode("FullSpeed"),
        lambda: client.async_set_indicator_led("Lit"),
        client.async_disconnect,
    ):
        with suppress(SupermicroRedfishError):
            await operation()


@pytest.mark.parametrize("place", PLACES)
async def test_link_leads_to_no_other_host(
    client: SupermicroRedfishClient, bmc: Bmc, impostor: Impostor, place: str
) -> None:
    """Send no request to the other host, for a link in any place and spelling."""
    path, change = PLACES[place]
    before = bmc.resource(path)
    for form in LINKS:
        link = {"@odata.id": impostor.url(form, paths.SYSTEM)}
        bmc.change(path, change(link))
        await use_client(client)
        impostor.assert_no_connection(link)
        bmc.put(path, before)
    assert bmc.logins


async def test_recording_contacts_no_other_host(
    client: SupermicroRedfishClient, bmc: Bmc, impostor: Impostor
) -> None:
    """Send no request to the other host when all links are followed."""
    for n, form in enumerate(LOCATIONS.values()):
        bmc.change(
            paths.MANAGER, {f"Odd{n}": {"@odata.id": impostor.url(form, paths.SYSTEM)}}
        )
    bodies = await client.async_read_all_resources(lambda *_: None)
    impostor.assert_no_connection()
    assert len(bodies) > 60


@pytest.mark.parametrize("form", LOCATIONS)
async def test_session_location_leads_to_no_other_host(
    client: SupermicroRedfishClient, bmc: Bmc, impostor: Impostor, form: str
) -> None:
    """Delete a session on the BMC, whatever its Location is."""
    location = impostor.url(LOCATIONS[form], OWN_SESSION)
    token = bmc.sessions.create(bmc.username).token
    headers = {"X-Auth-Token": token, "Location": location}
    bmc.fail(paths.SESSIONS, status=201, headers=headers, method="POST", body=b"{}")
    await use_client(client)
    impostor.assert_no_connection()
    deletes = [item for item in bmc.requests if item.method == "DELETE"]
    assert {request.token for request in deletes} <= {token}


@pytest.mark.parametrize("form", LOCATIONS)
async def test_task_location_leads_to_no_other_host(
    client: SupermicroRedfishClient, bmc: Bmc, impostor: Impostor, form: str
) -> None:
    """Poll a task on the BMC only."""
    location = impostor.url(LOCATIONS[form], TASK)
    task = {"@odata.id": location, "TaskMonitor": location, "TaskState": "Running"}
    bmc.fail(
        f"{paths.SYSTEM}/Actions/*",
        status=202,
        body=json.dumps(task),
        headers={"Location": location},
    )
    bmc.fail(TASK, status=404)
    with suppress(SupermicroRedfishError):
        await client.async_system_reset("GracefulRestart")
    impostor.assert_no_connection()
    assert any(request.method == "POST" for request in bmc.requests)
