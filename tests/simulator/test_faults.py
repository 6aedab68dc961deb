"""Apply faults: wrong, late, partial and missing responses, and restarts."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import aiohttp
import pytest

from tests.conftest import Clock
from tests.simulator.faults import BROKEN_BODIES, BROKEN_RESOURCES
from tests.simulator.resources import ROOT
from tests.simulator.responses import WELCOME_PAGE, license_error
from tests.simulator.testing import MANAGER, SYSTEM, THERMAL, logged_in

DIMMS = f"{SYSTEM}/Memory"

BROKEN = {
    "HTML": (200, WELCOME_PAGE),
    "null": (200, None),
    "empty object": (200, {}),
    "list": (200, [{"Id": "1"}]),
    "half a body": json.JSONDecodeError,
    "timeout": TimeoutError,
}
"""Outcome of a read by the kind of failure of the resource."""

pytestmark = pytest.mark.usefixtures("network")


async def test_fail_replaces_responses_until_healed() -> None:
    """Apply to a path, a prefix or all paths; the newest fault takes precedence."""
    async with logged_in() as client:
        client.bmc.fail(THERMAL, status=503, headers={"Retry-After": "5"}, times=1)
        response = await client.get(THERMAL)
        assert (response.status, response.headers["Retry-After"]) == (503, "5")
        assert response.body["error"]["code"] == "Base.v1_10_3.GeneralError"
        assert (await client.get(THERMAL)).status == 200
        client.bmc.fail("Managers*", body={"a": 1}, method="PATCH")
        assert (await client.get(MANAGER)).status == 200
        assert (await client.patch(MANAGER, {})).body == {"a": 1}
        client.bmc.fail("*", status=200, body="<p>", content_type="text/html")
        response = await client.get(SYSTEM)
        assert (response.status, response.body) == (200, b"<p>")
        assert (await client.get(ROOT)).body == b"<p>"
        client.bmc.fail("Systems/1", status=200, body=b'{"Id": ')
        with pytest.raises(json.JSONDecodeError):
            await client.get(SYSTEM)
        client.bmc.heal()
        assert (await client.get(SYSTEM)).body["Id"] == "1"


async def test_hang_and_drop_are_recorded() -> None:
    """Record the duration of a late response, and no status for a missing one."""
    async with logged_in() as client:
        client.bmc.hang(THERMAL, 0.1)
        began = time.perf_counter()
        assert (await client.get(THERMAL)).status == 200
        assert time.perf_counter() - began >= 0.1
        assert client.bmc.requests[-1].seconds >= 0.1
        client.bmc.drop(SYSTEM)
        with pytest.raises(aiohttp.ClientError):
            await client.get(SYSTEM)
        assert client.bmc.requests[-1].status == 0


async def test_cut_stall_and_trickle_deliver_body_in_parts() -> None:
    """Reset the connection in the body, stop there, or send the body slowly."""
    async with logged_in() as client:
        whole = (await client.get(THERMAL)).body
        client.bmc.cut(THERMAL, times=1)
        with pytest.raises(aiohttp.ClientError):
            await client.get(THERMAL)
        # aiohttp repeats a request that gets no response at all.
        client.bmc.cut(THERMAL, times=2)
        with pytest.raises(aiohttp.ClientError):
            await client.get(THERMAL, headers={"If-None-Match": "*"})
        client.bmc.stall(THERMAL, times=1)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.get(THERMAL), 0.1)
        client.bmc.trickle(THERMAL, 0.1, times=1)
        began = time.perf_counter()
        assert (await client.get(THERMAL)).body == whole
        assert time.perf_counter() - began >= 0.08
        statuses = [item.status for item in client.bmc.requests[1:]]
        assert statuses == [200, 200, 304, 304, 200, 200]


ENDLESS = {"chunked_endless", "stalled"}


@pytest.mark.parametrize("kind", BROKEN_BODIES)
@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (200, {}, None),
        (401, {}, None),
        (401, {}, b""),
        (403, {}, license_error()),
        (404, {}, None),
        (429, {"Retry-After": "7"}, None),
        (500, {}, None),
        (503, {"Retry-After": "7"}, None),
    ],
)
async def test_body_breaks_after_status_and_headers(
    kind: str, status: int, headers: dict[str, str], body: Any
) -> None:
    """Send the status line, the headers and half of the body, and then recover."""
    delivery = BROKEN_BODIES[kind]
    async with logged_in() as client:
        client.bmc.fail(
            THERMAL,
            status=status,
            headers=headers,
            body=body,
            delivery=delivery,
            times=1,
        )
        async with client.request("GET", THERMAL) as response:
            assert response.status == status
            assert headers.items() <= dict(response.headers).items()
            is_chunked = response.headers.get("Transfer-Encoding") == "chunked"
            assert is_chunked is delivery.startswith("chunked")
            is_gzip = response.headers.get("Content-Encoding") == "gzip"
            assert is_gzip is (delivery == "bad_gzip")
            error = TimeoutError if delivery in ENDLESS else aiohttp.ClientPayloadError
            with pytest.raises((error, aiohttp.ClientConnectionError)):
                await asyncio.wait_for(response.read(), 0.1)
        assert client.bmc.requests[-1].status == status
        assert (await client.get(THERMAL)).status == 200


async def test_broken_body_contains_half_of_error() -> None:
    """Send enough of a license error that its message id can be read."""
    async with logged_in() as client:
        client.bmc.fail(
            THERMAL, status=403, body=license_error(), delivery="chunked_closed"
        )
        async with client.request("GET", THERMAL) as response:
            begin = await response.content.readany()
    assert b"OemLicenseNotPassed" in begin
    assert not begin.endswith(b"}")


@pytest.mark.parametrize("kind", BROKEN_RESOURCES)
async def test_resource_breaks_in_named_way(kind: str) -> None:
    """Let one member of a collection fail, and leave the others alone."""
    async with logged_in() as client:
        client.bmc.break_resource(f"{DIMMS}/2", kind, times=1)
        outcome: Any
        try:
            response = await asyncio.wait_for(client.get(f"{DIMMS}/2"), 0.2)
            outcome = response.status, response.body
        except (TimeoutError, ValueError, aiohttp.ClientError) as error:
            outcome = type(error)
        if kind == "redirect loop":
            # The client follows the first redirect only, as the fault ends there.
            assert outcome[0] == 200
            assert client.bmc.requests[-2].status == 307
            client.bmc.break_resource(f"{DIMMS}/2", kind)
            with pytest.raises(aiohttp.TooManyRedirects):
                await client.get(f"{DIMMS}/2")
            client.bmc.heal()
        elif kind in ("403", "404", "500"):
            assert outcome[0] == int(kind)
        else:
            assert outcome == BROKEN[kind]
        assert (await client.get(f"{DIMMS}/1")).status == 200
        assert (await client.get(f"{DIMMS}/2")).body["Id"] == "2"


async def test_server_cancels_pending_requests_on_close() -> None:
    """Cancel the task of a client that did not wait for its response."""
    before = asyncio.all_tasks()
    async with logged_in() as client:
        client.bmc.hang("*", 60)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.get(SYSTEM), 0.05)
    assert asyncio.all_tasks() == before


@pytest.mark.parametrize("status", [None, 503])
async def test_restart_stops_responses_and_closes_sessions(
    clock: Clock, status: int | None
) -> None:
    """Send no response or an error while the BMC is down; then demand a login."""
    async with logged_in(clock=clock) as client:
        client.bmc.restart(60, status=status)
        if status is None:
            with pytest.raises(aiohttp.ClientError):
                await client.get(ROOT)
        else:
            assert (await client.get(ROOT)).status == status
        clock.tick(60)
        assert (await client.get(ROOT)).status == 200
        assert (await client.get(SYSTEM)).status == 401
