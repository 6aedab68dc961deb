"""Neither a redirect nor a link takes token or password to another host."""

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
from tests.simulator import Bmc, Server, serve
from tests.simulator.testing import CHASSIS, MANAGER, SYSTEM, THERMAL

ROOT = "/redfish/v1"
SERVICE = f"{ROOT}/SessionService"
SESSIONS = f"{SERVICE}/Sessions"
MINE = f"{SESSIONS}/1"
STORAGE = f"{SYSTEM}/Storage"

type Work = Callable[[SupermicroRedfishClient], Awaitable[Any]]


@pytest.fixture(autouse=True)
def custom_integrations() -> None:
    """Do without Home Assistant."""


@pytest.fixture
async def client(
    network: None, server: Server, bmc: Bmc
) -> AsyncIterator[SupermicroRedfishClient]:
    """Return a client that verifies nothing, so that nothing but itself holds it."""
    async with ClientSession() as session:
        client = SupermicroRedfishClient(
            session, server.host, bmc.username, bmc.password, timeout=2
        )
        yield client
        bmc.heal()
        await client.async_disconnect()


@pytest.fixture
async def plain(network: None, thief: Bmc) -> AsyncIterator[Server]:
    """Serve the thief without TLS, too."""
    async with serve(thief, tls=False) as running:
        yield running


@pytest.fixture
def nothing_stolen(thief: Bmc, lair: Server, plain: Server) -> Callable[[], bool]:
    """Return what tells that nobody has come to the thief, not even to say hello."""
    return lambda: not thief.requests and not lair.connections + plain.connections


LOCATIONS = {
    "other_port": "https://{lair}{path}",
    "other_host": "https://localhost:{lair_port}{path}",
    "no_scheme": "//{lair}{path}",
    "capitals": "HTTPS://{lair}{path}",
    "downgrade": "http://{plain}{path}",
    "downgrade_here": "http://{bmc}{path}",
    "name_of_the_bmc": "https://{bmc}@{lair}{path}",
    "account": "https://ADMIN:ADMIN@{lair}{path}",
    "backslashes": "\\\\{lair}{path}",
    "slash_backslash": "/\\{lair}{path}",
    "scheme_backslashes": "https:\\\\{lair}{path}",
    "backslash_at": "https://{lair}\\@{bmc}{path}",
    "three_slashes": "https:///{lair}{path}",
    "tab": "/\t/{lair}{path}",
    "tab_in_scheme": "ht\ttps://{lair}{path}",
    "spaces": "  https://{lair}{path}",
    "dots": "/..//{lair}{path}",
    "semicolon": "https://{lair};@{bmc}{path}",
    "hash": "https://{lair}#@{bmc}{path}",
    "question": "https://{lair}?@{bmc}{path}",
}

LINKS = [
    LOCATIONS[name]
    for name in ("other_port", "no_scheme", "downgrade", "slash_backslash", "tab")
]

REDIRECTS = [
    *((status, form) for status in (300, 301, 302, 303, 305, 308) for form in LINKS),
    *((307, form) for form in LOCATIONS.values()),
]

WORKS: dict[str, tuple[str, str, Work]] = {
    "read": ("GET", THERMAL, lambda client: client.async_get_thermal()),
    "write": ("PATCH", SYSTEM, lambda client: client.async_set_indicator_led("Lit")),
    "action": (
        "POST",
        f"{SYSTEM}/Actions/ComputerSystem.Reset",
        lambda client: client.async_system_reset("GracefulRestart"),
    ),
    "login": ("POST", SESSIONS, lambda client: client.async_connect()),
    "root": ("GET", ROOT, lambda client: client.async_connect()),
    "logout": ("DELETE", MINE, lambda client: client.async_disconnect()),
}


def spelt(form: str, server: Server, lair: Server, plain: Server, path: str) -> str:
    """Return an address of the thief."""
    return form.format(
        bmc=server.host,
        lair=lair.host,
        lair_port=lair.port,
        plain=plain.host,
        path=path,
    )


async def begin(
    client: SupermicroRedfishClient, bmc: Bmc, *, is_basic: bool, is_in: bool
) -> None:
    """Begin anew, with a session or with the password in each request."""
    bmc.heal()
    await client.async_disconnect()
    if is_basic:
        bmc.fail(SESSIONS, status=405, method="POST")
    if is_in:
        await client.async_connect()
        await client.async_get_system()
        shown = bmc.requests[-1].headers
        assert ("authorization" in shown, "x-auth-token" in shown) == (
            is_basic,
            not is_basic,
        )


async def test_the_trap_works(
    network: None, lair: Server, plain: Server, thief: Bmc
) -> None:
    """Whoever goes there is seen, with what is shown."""
    async with ClientSession() as session:
        client = SupermicroRedfishClient(session, lair.host, "ADMIN", "ADMIN")
        await client.async_connect()
        await client.async_disconnect()
        async with session.get(plain.url, headers={"X-Auth-Token": "t"}):
            pass
    assert thief.logins == 1
    assert thief.requests[-1].token == "t"
    assert plain.connections == 1


@pytest.mark.parametrize(
    ("work", "is_basic"),
    [
        *((work, False) for work in WORKS),
        *((work, True) for work in WORKS if work != "logout"),
    ],
)
async def test_a_redirect_takes_nothing_elsewhere(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    server: Server,
    lair: Server,
    plain: Server,
    nothing_stolen: Callable[[], bool],
    work: str,
    is_basic: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """Whatever its status and however its Location is written."""
    method, path, do = WORKS[work]
    is_first = work in ("login", "root")
    for status, form in REDIRECTS:
        location = spelt(form, server, lair, plain, path)
        await begin(client, bmc, is_basic=is_basic, is_in=not is_first)
        headers = {"Location": location}
        bmc.fail(path, status=status, headers=headers, method=method)
        with suppress(SupermicroRedfishError):
            await do(client)
        assert nothing_stolen(), (status, location)
        met = [(request.method, request.path) for request in bmc.requests]
        assert (method, path) in met


PLACES: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "system": (f"{ROOT}/Systems", lambda link: {"Members": {0: link}}),
    "chassis": (f"{ROOT}/Chassis", lambda link: {"Members": {0: link}}),
    "manager": (f"{ROOT}/Managers", lambda link: {"Members": {0: link}}),
    "systems": (ROOT, lambda link: {"Systems": link}),
    "session_service": (ROOT, lambda link: {"SessionService": link}),
    "sessions": (ROOT, lambda link: {"Links": {"Sessions": link}}),
    "thermal": (CHASSIS, lambda link: {"Thermal": link}),
    "fan_mode": (MANAGER, lambda link: {"Oem": {"Supermicro": {"FanMode": link}}}),
    "drives": (STORAGE, lambda link: {"Members": {0: link}}),
    "next_page": (
        f"{SYSTEM}/LogServices/Log1/Entries",
        lambda link: {"Members@odata.nextLink": link["@odata.id"]},
    ),
    "action": (
        SYSTEM,
        lambda link: {
            "Actions": {"#ComputerSystem.Reset": {"target": link["@odata.id"]}}
        },
    ),
    "action_info": (
        SYSTEM,
        lambda link: {
            "Actions": {
                "#ComputerSystem.Reset": {"@Redfish.ActionInfo": link["@odata.id"]}
            }
        },
    ),
    "own": (THERMAL, lambda link: link),
    "members": (f"{SYSTEM}/Memory", lambda link: {"Members": {0: link}}),
}


async def everything(client: SupermicroRedfishClient) -> None:
    """Read and write all that a client is used for; what fails, fails."""
    for do in (
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
            await do()


@pytest.mark.parametrize("place", PLACES)
async def test_a_link_takes_nothing_elsewhere(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    server: Server,
    lair: Server,
    plain: Server,
    nothing_stolen: Callable[[], bool],
    place: str,
) -> None:
    """Wherever a BMC links to its resources, and however that is written."""
    path, linked = PLACES[place]
    before = bmc.resource(path)
    for form in LINKS:
        link = {"@odata.id": spelt(form, server, lair, plain, f"{ROOT}/Systems/1")}
        bmc.change(path, linked(link))
        await everything(client)
        assert nothing_stolen(), link
        bmc.put(path, before)
    assert bmc.logins


async def test_a_recording_takes_nothing_elsewhere(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    server: Server,
    lair: Server,
    plain: Server,
    nothing_stolen: Callable[[], bool],
) -> None:
    """Every link that there is, is followed for it."""
    for n, form in enumerate(LOCATIONS.values()):
        link = spelt(form, server, lair, plain, f"{ROOT}/Systems/1")
        bmc.change(MANAGER, {f"Odd{n}": {"@odata.id": link}})
    bodies = await client.async_read_all_resources(lambda *_: None)
    assert nothing_stolen()
    assert len(bodies) > 60


@pytest.mark.parametrize("form", LOCATIONS)
async def test_a_session_elsewhere_is_given_back_here(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    server: Server,
    lair: Server,
    plain: Server,
    nothing_stolen: Callable[[], bool],
    form: str,
) -> None:
    """A Location says where a session is, and not on which host."""
    location = spelt(LOCATIONS[form], server, lair, plain, MINE)
    token = bmc.sessions.create(bmc.username).token
    headers = {"X-Auth-Token": token, "Location": location}
    bmc.fail(SESSIONS, status=201, headers=headers, method="POST", body=b"{}")
    await everything(client)
    assert nothing_stolen()
    shown = [request.token for request in bmc.requests if request.method == "DELETE"]
    assert set(shown) <= {token}


@pytest.mark.parametrize("form", LOCATIONS)
async def test_a_task_elsewhere_is_not_followed(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    server: Server,
    lair: Server,
    plain: Server,
    nothing_stolen: Callable[[], bool],
    form: str,
) -> None:
    """An action that takes time says where to ask how far it is."""
    location = spelt(LOCATIONS[form], server, lair, plain, f"{ROOT}/Tasks/1")
    task = {"@odata.id": location, "TaskMonitor": location, "TaskState": "Running"}
    bmc.fail(
        f"{SYSTEM}/Actions/*",
        status=202,
        body=json.dumps(task),
        headers={"Location": location},
    )
    bmc.fail(f"{ROOT}/Tasks/1", status=404)
    with suppress(SupermicroRedfishError):
        await client.async_system_reset("GracefulRestart")
    assert nothing_stolen()
    assert any(request.method == "POST" for request in bmc.requests)
