"""Authenticate requests: public paths, sessions and Basic authentication."""

from __future__ import annotations

from dataclasses import replace
import json
import re
from typing import Any

import aiohttp
import pytest

from tests.conftest import RECORDED, Clock
from tests.simulator import Bmc, Board
from tests.simulator.resources import ROOT, SESSIONS
from tests.simulator.testing import SYSTEM, as_old, connected, logged_in

pytestmark = pytest.mark.usefixtures("network")


@pytest.mark.parametrize("path", [ROOT, f"{ROOT}/", "/redfish"])
async def test_root_needs_no_authentication(path: str) -> None:
    """Return the service root to any client, with or without a final slash."""
    async with connected() as client:
        response = await client.get(path)
    assert response.status == 200
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["OData-Version"] == "4.0"


async def test_other_paths_need_authentication() -> None:
    """Respond with 401 even for a missing path, and for any method."""
    async with connected() as client:
        for method in ("GET", "PATCH", "POST", "DELETE", "PUT"):
            for path in (SYSTEM, f"{ROOT}/Nothing"):
                assert (await client.send(method, path)).status == 401
        assert (await client.patch(ROOT, {"Name": "x"})).status == 401


@pytest.mark.parametrize(
    ("is_old", "base", "key"),
    [(True, "Base.v1_4_0", "Message"), (False, "Base.v1_10_3", "message")],
)
async def test_401_body_equals_recording(*, is_old: bool, base: str, key: str) -> None:
    """Return the recorded error body in the spelling of the firmware family."""
    board = Board.load("x12spi-tf")
    async with connected(Bmc(as_old(board) if is_old else board)) as client:
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


async def test_login_returns_token_and_relative_location() -> None:
    """Return the token in a header only, and list the session in the collection."""
    async with connected() as client:
        response = await client.login()
        assert response.status == 201
        assert re.fullmatch("[a-z0-9]{32}", response.headers["X-Auth-Token"])
        assert response.headers["Location"] == f"{SESSIONS}/1"
        session = await client.get(response.headers["Location"])
        assert session.body["UserName"] == "ADMIN"
        assert response.headers["X-Auth-Token"] not in json.dumps(session.body)
        members = (await client.get(SESSIONS)).body["Members"]
        assert members == [{"@odata.id": f"{SESSIONS}/1"}]
    bmc = client.bmc
    assert (bmc.logins, bmc.login_attempts, bmc.open_sessions) == (1, 1, 1)


async def test_login_returns_absolute_location_when_configured() -> None:
    """Return a complete URL as the Location of a session."""
    async with connected(Bmc(Board.load("x12spi-tf"), location="absolute")) as client:
        location = (await client.login()).headers["Location"]
    assert location == f"{client.server.url}{SESSIONS}/1"


async def test_login_returns_token_alone_when_configured() -> None:
    """Return no Location and no Id. The session is found in the collection."""
    async with connected(
        Bmc(Board.load("x12spi-tf"), login_response="token only")
    ) as client:
        response = await client.login()
        assert response.status == 201
        assert "Location" not in response.headers
        assert not {"Id", "@odata.id"} & response.body.keys()
        (member,) = (await client.get(SESSIONS)).body["Members"]
        assert (await client.get(member["@odata.id"])).body["UserName"] == "ADMIN"


async def test_login_returns_no_token_when_configured() -> None:
    """Respond with 200 and without a token, and open no session."""
    async with connected(
        Bmc(Board.load("x12spi-tf"), login_response="no token")
    ) as client:
        response = await client.login()
        assert response.status == 200
        assert "X-Auth-Token" not in response.headers
        assert (client.bmc.login_attempts, client.bmc.open_sessions) == (1, 0)
        assert (await client.login(password="wrong")).status == 401


@pytest.mark.parametrize(
    ("username", "password"), [("ADMIN", "admin"), ("admin", "ADMIN"), ("", "")]
)
async def test_login_rejects_wrong_credentials(username: str, password: str) -> None:
    """Respond with 401 to a wrong user or password, and count the attempt."""
    async with connected() as client:
        assert (await client.login(username, password)).status == 401
    bmc = client.bmc
    assert (bmc.logins, bmc.login_attempts, bmc.open_sessions) == (0, 1, 0)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"UserName": "ADMIN"}', b"[" * 99999])
async def test_login_rejects_incomplete_body(body: bytes) -> None:
    """Respond with 400 unless the body is a JSON object with user and password."""
    async with connected() as client:
        response = await client.send("POST", SESSIONS, data=body)
    assert response.status == 400
    assert response.message_id in ("Base.MalformedJSON", "Base.PropertyMissing")


async def test_login_respects_session_limit() -> None:
    """Respond with 503 at the limit, and reuse the number of a closed session."""
    async with logged_in(session_limit=2) as client:
        first = client.headers
        await client.login()
        response = await client.login()
        assert response.rejection == (503, "Base.SessionLimitExceeded")
        deleted = await client.send("DELETE", f"{SESSIONS}/1", headers=first)
        assert deleted.status == 200
        assert deleted.body["Success"]["code"] == "Base.v1_10_3.Success"
        assert (await client.get(SYSTEM, headers=first)).status == 401
        assert (await client.login()).headers["Location"] == f"{SESSIONS}/1"
        assert (await client.send("DELETE", f"{SESSIONS}/7")).status == 404
    assert client.bmc.open_sessions == 2


@pytest.mark.parametrize(("expiry", "status"), [("idle", 200), ("login", 401)])
async def test_session_expires(clock: Clock, expiry: str, status: int) -> None:
    """Expire a session after its last use, or after the login when configured."""
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


async def test_recorded_sessions_are_closed() -> None:
    """Remove the sessions that were open when the board was recorded."""
    board = Board.load("x12spi-tf")
    recorded = {f"{SESSIONS}/4": {"@odata.type": "#Session.v1_3_0.Session"}}
    board = replace(board, resources=board.resources | recorded)
    async with logged_in(board) as client:
        assert (await client.get(f"{SESSIONS}/4")).status == 404


async def test_new_password_applies_to_next_login() -> None:
    """Keep open sessions after a change of the password until they are expired."""
    async with logged_in() as client:
        client.bmc.change_password("changed")
        assert (await client.get(SYSTEM)).status == 200
        client.bmc.expire_sessions()
        assert (await client.get(SYSTEM)).status == 401
        assert (await client.login()).status == 401
        assert (await client.login(password="changed")).status == 201


@pytest.mark.parametrize(
    ("options", "password", "status"),
    [
        ({}, "ADMIN", 200),
        ({}, "wrong", 401),
        ({"basic_auth": False}, "ADMIN", 401),
        ({"sessions_enabled": False}, "ADMIN", 200),
    ],
)
async def test_basic_authentication(
    options: dict[str, Any], password: str, status: int
) -> None:
    """Accept Basic, sessions or both, as configured."""
    header = {"Authorization": aiohttp.encode_basic_auth("ADMIN", password)}
    async with connected(Bmc(Board.load("x12spi-tf"), **options)) as client:
        assert (await client.get(SYSTEM, headers=header)).status == status
        assert (await client.get(SYSTEM, headers={"Authorization": "x"})).status == 401
        is_open = options.get("sessions_enabled", True)
        assert (await client.login()).status == (201 if is_open else 401)
