"""The simulated BMC against the recordings: its boards, and who may read them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
import hashlib
import json
from pathlib import Path
import re
from typing import Any

import aiohttp
import pytest

from tests.conftest import RECORDED, Clock
from tests.simulator import Bmc, Board, BoardError
from tests.simulator.resources import ROOT, SESSIONS
from tests.simulator.testing import (
    CHASSIS,
    MANAGER,
    POWER,
    SYSTEM,
    THERMAL,
    as_old,
    connected,
    logged_in,
)

pytestmark = pytest.mark.usefixtures("network")

FOLDERS = [
    *Board.names(),
    *sorted(str(path.parent) for path in RECORDED.glob("*/redfish")),
]
BOARD_NAMES = [Path(folder).name for folder in FOLDERS]

# How many recorded ETags verify: hardware.md section 13 and the boards' READMEs.
VERIFIED = {"x13-sys-821ge-tnhr": 562, "x12-fw0104": 9, "x13-oem": 15}

# What the recordings lack on the way in, besides log entries and /redfish itself.
COMPLETED = {
    "x11dpu": {"SessionService", "SessionService/Sessions"},
    "x12-fw0104": {
        "",
        "Systems",
        "Chassis",
        "Chassis/1",
        "Managers",
        "Managers/1/EthernetInterfaces",
        "SessionService",
        "SessionService/Sessions",
    },
    "x13-oem": {
        "Systems",
        "Chassis",
        "Managers",
        "Oem/Supermicro/DumpService/Dumps",
        "SessionService",
        "SessionService/Sessions",
    },
}


def links(value: Any) -> Iterator[str]:
    """Go through all links in a body."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        if key in ("@odata.id", "@Redfish.ActionInfo") and item.startswith("/"):
            yield item.partition("#")[0].rstrip("/")
        elif isinstance(item, (dict, list)):
            yield from links(item)


def etag_of(body: dict[str, Any]) -> str:
    """Return the ETag that hardware.md section 13 prescribes."""
    rest = {key: value for key, value in body.items() if key != "@odata.etag"}
    text = json.dumps(rest, separators=(",", ":"), ensure_ascii=False)
    return f'"{hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()}"'


# Boards


@pytest.mark.parametrize("name", Board.names())
def test_shipped_boards_are_whole(name: str) -> None:
    """Every link resolves, and every ETag is right."""
    board = Board.load(name)
    for path, body in board.resources.items():
        assert set(links(body)) <= set(board.resources), path
        if "@odata.id" in body:
            assert body["@odata.etag"] == etag_of(body), path


@pytest.mark.parametrize("name", Board.names())
def test_shipped_boards_are_invented(name: str) -> None:
    """No address or serial number of a recorded board is published."""
    keys = re.compile(r'"(?:SerialNumber|UUID|MACAddress|GUID)": ?"([^"]*)"')
    theirs = "".join(file.read_text() for file in RECORDED.rglob("*.json"))
    for identifier in keys.findall(json.dumps(Board.load(name).resources)):
        assert f'"{identifier}"' not in theirs


@pytest.mark.parametrize("folder", FOLDERS, ids=BOARD_NAMES)
def test_boards_are_served_as_recorded(folder: str) -> None:
    """Nothing differs from the recording but who is logged in."""
    board = Board.load(folder)
    bmc = Bmc(board)
    recorded = {
        path: body
        for path, body in board.resources.items()
        if path not in board.synthesised
    }
    for path, body in recorded.items():
        if not path.startswith(SESSIONS):
            assert bmc.resource(path) == body
    etags = [body for body in recorded.values() if "@odata.etag" in body]
    right = [body for body in etags if body["@odata.etag"] == etag_of(body)]
    assert len(right) == VERIFIED.get(board.name, len(etags))


@pytest.mark.parametrize("folder", FOLDERS, ids=BOARD_NAMES)
def test_only_the_way_in_is_completed(folder: str) -> None:
    """What is added holds links to what is there, and log entries of collections."""
    board = Board.load(folder)
    added = {
        path.removeprefix(ROOT).lstrip("/")
        for path in board.synthesised - {"/redfish"}
        if "/Entries/" not in path
    }
    assert added == COMPLETED.get(board.name, set())
    for path in board.synthesised:
        assert set(links(board.resources[path])) <= set(board.resources)
        if "/Entries/" in path:
            entries = board.resources[path.rpartition("/")[0]]["Members"]
            body = dict(board.resources[path])
            body.pop("@odata.etag", None)
            assert body in entries


@pytest.mark.parametrize("folder", FOLDERS, ids=BOARD_NAMES)
async def test_every_board_can_be_walked(folder: str) -> None:
    """Links lead from the root to what was recorded of the machine."""
    board = Board.load(folder)
    near = re.compile(rf"{ROOT}(/(Systems|Chassis|Managers)(/\w+(/\w+)?)?)?")
    async with logged_in(board) as client:
        reached: dict[str, int] = {}
        ahead = [ROOT]
        while ahead:
            path = ahead.pop()
            response = await client.get(path)
            reached[path] = response.status
            if response.status == 200:
                known = {*reached, *ahead}
                ahead += sorted(
                    set(filter(near.fullmatch, links(response.body))) - known
                )
    machine = {SYSTEM, CHASSIS, MANAGER, THERMAL, POWER} & set(board.resources)
    assert {path: reached.get(path) for path in machine} == dict.fromkeys(machine, 200)
    assert all((s == 200) == (p in board.resources) for p, s in reached.items())


@pytest.mark.parametrize("name", ["redfish", "."])
def test_a_board_is_found_in_either_folder(name: str) -> None:
    """The folder may hold `redfish`, or be it."""
    folder = Path(__file__).parent / "boards/x12spi-tf"
    assert Board.load(folder / name).name == "x12spi-tf"


def test_a_board_that_is_none(tmp_path: Path) -> None:
    """The message names the boards there are; a broken body names its file."""
    with pytest.raises(BoardError, match="x12spi-tf"):
        Board.load(tmp_path)
    (tmp_path / "redfish/v1").mkdir(parents=True)
    for content in ("{", "[]"):
        (tmp_path / "redfish/v1/index.json").write_text(content)
        with pytest.raises(BoardError, match=r"index\.json is not"):
            Board.load(tmp_path)


# Who may read


@pytest.mark.parametrize("path", [ROOT, f"{ROOT}/", "/redfish"])
async def test_the_root_needs_no_login(path: str) -> None:
    """The service root can be read by everybody, in either spelling."""
    async with connected() as client:
        response = await client.get(path)
    assert response.status == 200
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["OData-Version"] == "4.0"


async def test_everything_else_needs_one() -> None:
    """Even what does not exist is answered 401, whatever the method."""
    async with connected() as client:
        for method in ("GET", "PATCH", "POST", "DELETE", "PUT"):
            for path in (SYSTEM, f"{ROOT}/Nothing"):
                assert (await client.send(method, path)).status == 401
        assert (await client.patch(ROOT, {"Name": "x"})).status == 401


@pytest.mark.parametrize(
    ("is_old", "base", "key"),
    [(True, "Base.v1_4_0", "Message"), (False, "Base.v1_10_3", "message")],
)
async def test_401_body(is_old: bool, base: str, key: str) -> None:  # noqa: FBT001
    """The body is the recorded one, in the spelling of its family."""
    board = Board.load("x12spi-tf")
    bmc = Bmc(as_old(board) if is_old else board)
    async with connected(bmc) as client:
        response = await client.get(f"{ROOT}/Chassis")
    assert response.body == {
        "error": {
            "code": f"{base}.GeneralError",
            key: "A general error has occurred. See ExtendedInfo for more information.",
            "@Message.ExtendedInfo": [
                {
                    "MessageId": f"{base}.ResourceAtUriUnauthorized",
                    "Severity": "Critical",
                    "Resolution": "Ensure that the appropriate access is provided for "
                    "the service in order for it to access the URI.",
                    "Message": "While accessing the resource at /redfish/v1/Chassis, "
                    "the service received an authorization error unauthorized.",
                    "MessageArgs": ["/redfish/v1/Chassis", "unauthorized"],
                    "RelatedProperties": ["unauthorized"],
                }
            ],
        }
    }
    if is_old and (file := RECORDED / "errors/401-x10.json").exists():
        assert response.body == json.loads(file.read_text())["body"]


# Sessions


async def test_login() -> None:
    """A login gives a token and says, without a host, where its session is."""
    bmc = Bmc(Board.load("x12spi-tf"))
    async with connected(bmc) as client:
        response = await client.login()
        assert response.status == 201
        assert re.fullmatch("[a-z0-9]{32}", response.headers["X-Auth-Token"])
        assert response.headers["Location"] == f"{SESSIONS}/1"
        session = await client.get(response.headers["Location"])
        assert session.body["UserName"] == "ADMIN"
        assert response.headers["X-Auth-Token"] not in json.dumps(session.body)
        members = (await client.get(SESSIONS)).body["Members"]
        assert members == [{"@odata.id": f"{SESSIONS}/1"}]
    assert (bmc.logins, bmc.login_attempts, bmc.open_sessions) == (1, 1, 1)


@pytest.mark.parametrize(
    ("username", "password"), [("ADMIN", "admin"), ("admin", "ADMIN"), ("", "")]
)
async def test_wrong_password(username: str, password: str) -> None:
    """A wrong user or password is answered 401, and counted as an attempt."""
    bmc = Bmc(Board.load("x12spi-tf"))
    async with connected(bmc) as client:
        assert (await client.login(username, password)).status == 401
    assert (bmc.logins, bmc.login_attempts, bmc.open_sessions) == (0, 1, 0)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"UserName": "ADMIN"}', b"[" * 99999])
async def test_login_without_credentials(body: bytes) -> None:
    """A login needs a JSON object with both."""
    async with connected() as client:
        response = await client.send("POST", SESSIONS, data=body)
    assert response.status == 400
    assert response.message_id in ("Base.MalformedJSON", "Base.PropertyMissing")


async def test_session_limit() -> None:
    """No more sessions are opened than there is room for; logging out makes some."""
    async with logged_in(session_limit=2) as client:
        first = client.headers
        await client.login()
        response = await client.login()
        assert response.status == 503
        assert response.message_id == "Base.SessionLimitExceeded"
        deleted = await client.send("DELETE", f"{SESSIONS}/1", headers=first)
        assert deleted.status == 200
        assert deleted.body["Success"]["code"] == "Base.v1_10_3.Success"
        assert (await client.get(SYSTEM, headers=first)).status == 401
        assert (await client.login()).headers["Location"] == f"{SESSIONS}/1"
        assert (await client.send("DELETE", f"{SESSIONS}/7")).status == 404
    assert client.bmc.open_sessions == 2


@pytest.mark.parametrize(("expiry", "status"), [("idle", 200), ("login", 401)])
async def test_session_timeout(clock: Clock, expiry: str, status: int) -> None:
    """A session lasts while it is used, or by a switch from its login on."""
    async with logged_in(
        clock=clock, session_timeout=60, session_expiry=expiry
    ) as client:
        service = await client.get(f"{ROOT}/SessionService")
        assert service.body["SessionTimeout"] == 60
        clock.tick(59)
        assert (await client.get(SYSTEM)).status == 200
        clock.tick(59)
        assert (await client.get(SYSTEM)).status == status
        clock.tick(60)
        assert client.bmc.open_sessions == 0
        assert (await client.get(SYSTEM)).status == 401


async def test_sessions_of_the_recording_are_over() -> None:
    """Who was logged in when the board was recorded no longer is."""
    board = Board.load("x12spi-tf")
    ghost = {f"{SESSIONS}/4": {"@odata.type": "#Session.v1_3_0.Session"}}
    async with logged_in(replace(board, resources=board.resources | ghost)) as client:
        assert (await client.get(f"{SESSIONS}/4")).status == 404


async def test_expired_tokens_and_new_passwords() -> None:
    """A restarted BMC forgets logins; a new password counts from the next one on."""
    async with logged_in() as client:
        client.bmc.change_password("changed")
        assert (await client.get(SYSTEM)).status == 200
        client.bmc.expire_sessions()
        assert (await client.get(SYSTEM)).status == 401
        assert (await client.login()).status == 401
        assert (await client.login(password="changed")).status == 201


@pytest.mark.parametrize(
    ("traits", "password", "status"),
    [
        ({}, "ADMIN", 200),
        ({}, "wrong", 401),
        ({"basic_auth": False}, "ADMIN", 401),
        ({"sessions_enabled": False}, "ADMIN", 200),
    ],
)
async def test_basic_authentication(
    traits: dict[str, bool], password: str, status: int
) -> None:
    """Some boards take only sessions, others only Basic."""
    header = {"Authorization": aiohttp.encode_basic_auth("ADMIN", password)}
    async with connected(Bmc(Board.load("x12spi-tf"), **traits)) as client:  # type: ignore[arg-type]  # bools only
        assert (await client.get(SYSTEM, headers=header)).status == status
        assert (await client.get(SYSTEM, headers={"Authorization": "x"})).status == 401
        is_open = traits.get("sessions_enabled", True)
        assert (await client.login()).status == (201 if is_open else 401)


async def test_absolute_location() -> None:
    """By a switch a login's Location is a whole URL."""
    async with connected(Bmc(Board.load("x12spi-tf"), location="absolute")) as client:
        location = (await client.login()).headers["Location"]
    assert location == f"{client.server.url}{SESSIONS}/1"
