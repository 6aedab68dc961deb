"""Bounds on responses, and on values that are sent in a header."""

import asyncio
from dataclasses import replace
import json
from time import perf_counter
from typing import Any
from unittest.mock import patch

from aiohttp import ClientSession
import pytest

from aiosupermicro import (
    InvalidResponseError,
    SupermicroRedfishClient,
    SupermicroRedfishError,
)
from aiosupermicro.auth import SessionAuth
from aiosupermicro.const import (
    MAX_ANONYMOUS_BODY_BYTES,
    MAX_BODY_BYTES,
    MAX_VALUES,
    PARSE_IN_THREAD_BYTES,
)
from aiosupermicro.http import response, transport
from aiosupermicro.payload import count_values, parse_json
from tests.library import ROOT, SESSIONS, THERMAL
from tests.library.boards import BOARDS, load
from tests.simulator import Bmc, Server

_STALL_SECONDS = 0.5
"""Maximum stall of the event loop; a busy test machine needs some reserve."""

SMALL_VALUES = {
    "objects": '{"":{}}',
    "lists": "[[],[]]",
    "numbers": "0,0,0,0",
    "texts": '"","",""',
    "pairs": '{"a":0}',
}
"""JSON with the most values in the fewest bytes."""


def _fill(part: str, size: int) -> str:
    """Return a JSON object of about this size, made of small parts."""
    return f'{{"Members":[{",".join([part] * (size // (len(part) + 1)))}]}}'


async def _measure_stall(read: Any) -> float:
    """Return the longest stall of the event loop, in seconds, during a read."""
    longest = 0.0

    async def watch() -> None:
        nonlocal longest
        while True:
            started = perf_counter()
            await asyncio.sleep(0.001)
            longest = max(longest, perf_counter() - started)

    task = asyncio.create_task(watch())
    await asyncio.sleep(0)
    try:
        with pytest.raises(SupermicroRedfishError):
            await read
        await asyncio.sleep(0.002)
    finally:
        task.cancel()
    return longest


@pytest.mark.parametrize("part", SMALL_VALUES.values(), ids=SMALL_VALUES)
def test_parser_rejects_too_many_values(part: str) -> None:
    """Create no object of a document that has too many values."""
    raw = _fill(part, MAX_BODY_BYTES - 100).encode()
    with patch("json.loads") as loads:
        assert parse_json(raw) is raw
    loads.assert_not_called()
    few = _fill(part, MAX_VALUES // 2).encode()
    assert parse_json(few) == json.loads(few)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_parser_counts_values_in_every_encoding(encoding: str) -> None:
    """Find the separators in every encoding that JSON may have."""
    assert count_values("[1,2,[3]]".encode(encoding)) >= 4
    raw = _fill("{}", 1_200_000).encode(encoding)
    assert parse_json(raw) is raw


@pytest.mark.parametrize("part", ['{"":{}}', '"' + "a" * 60 + '"'])
async def test_response_without_credentials_is_limited(
    client: SupermicroRedfishClient, bmc: Bmc, part: str
) -> None:
    """Reject a large service root, which any device may announce, without a stall."""
    bmc.fail(ROOT, status=200, body=_fill(part, MAX_BODY_BYTES - 100))
    reads = [client.async_get_service_root() for _ in range(4)]
    assert await _measure_stall(asyncio.gather(*reads)) < _STALL_SECONDS
    bmc.heal()
    bmc.fail(ROOT, status=200, body=_fill(part, MAX_ANONYMOUS_BODY_BYTES + 100))
    with pytest.raises(InvalidResponseError, match="more than 65536 bytes"):
        await client.async_get_service_root()
    bmc.heal()
    assert (await client.async_get_service_root()).redfish_version


async def test_response_to_login_is_limited(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Reject a large response to a login, and a large error page."""
    for status in (201, 400):
        body = _fill("0", 2 * MAX_ANONYMOUS_BODY_BYTES)
        bmc.fail(SESSIONS, status=status, body=body, method="POST")
        with pytest.raises(SupermicroRedfishError):
            await client.async_connect()
        bmc.heal()


async def test_large_document_is_parsed_without_stall(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Parse a large document in a thread, also one with escapes and deep parts."""
    await client.async_get_chassis()
    part = '{"a":"\\ud800"}'
    body = _fill(part, MAX_VALUES * 6)
    assert PARSE_IN_THREAD_BYTES < len(body) < MAX_BODY_BYTES
    assert count_values(body.encode()) < MAX_VALUES
    bmc.fail(THERMAL, status=200, body=body[:-1])  # no JSON: only the parser fails
    assert await _measure_stall(client.async_get_thermal()) < _STALL_SECONDS
    bmc.heal()
    bmc.fail(THERMAL, status=200, body=body[:-1] + "," + "[" * 200 + "]" * 200 + "}")
    assert await _measure_stall(client.async_get_thermal()) < _STALL_SECONDS


@pytest.mark.parametrize("name", BOARDS)
def test_boards_are_far_below_bounds_of_responses(name: str) -> None:
    """Require a factor of ten between each recorded board and the bounds."""
    board = load(name)
    bodies = {
        path: json.dumps(body, indent=2).encode()
        for path, body in board.resources.items()
    }
    assert len(bodies[ROOT]) * 10 < MAX_ANONYMOUS_BODY_BYTES
    assert max(map(len, bodies.values())) * 10 < MAX_BODY_BYTES
    assert max(map(count_values, bodies.values())) * 10 < MAX_VALUES


UNSENDABLE = ["a\x01b", "a\x7fb", "a\tb", "ä", "\udce9"]


@pytest.mark.parametrize("token", UNSENDABLE)
async def test_token_that_is_no_valid_header_is_rejected(
    client: SupermicroRedfishClient,
    server: Server,
    session: ClientSession,
    bmc: Bmc,
    monkeypatch: pytest.MonkeyPatch,
    token: str,
) -> None:
    """Raise InvalidResponseError; do not send the password instead."""
    # The simulator cannot send these either, but a real web server can.
    receive = response.async_receive

    async def receive_hostile(*arguments: Any) -> Any:
        raw = await receive(*arguments)
        if "X-Auth-Token" not in raw.headers:
            return raw
        return replace(raw, headers={**raw.headers, "X-Auth-Token": token})

    monkeypatch.setattr(transport, "async_receive", receive_hostile)
    with pytest.raises(InvalidResponseError):
        await client.async_get_thermal()
    other = SessionAuth(session, server.host, bmc.username, bmc.password)
    with pytest.raises(InvalidResponseError):
        await other.async_get_headers()
    assert not [item for item in bmc.requests if "authorization" in item.headers]
    bmc.expire_sessions()


@pytest.mark.parametrize("text", ["a\x00", "a\r\nX: 1", "\x7f", "\ud800", "\x85"])
async def test_client_rejects_unsendable_credentials(
    session: ClientSession, text: str
) -> None:
    """Raise a clear error that does not repeat the password."""
    with pytest.raises(ValueError, match="password has a character") as caught:
        SupermicroRedfishClient(session, "bmc", "ADMIN", f"Secret-9{text}")
    assert "Secret-9" not in str(caught.value)
    with pytest.raises(ValueError, match="user name has a character"):
        SupermicroRedfishClient(session, "bmc", text, "")
    with pytest.raises(ValueError, match="user name has a character"):
        SessionAuth(session, "bmc", text, "")
    SupermicroRedfishClient(session, "bmc", "Jürgen 1", 'ä "€" \u00a0 \U0001f600')
