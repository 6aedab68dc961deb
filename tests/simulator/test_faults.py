"""Apply faults: wrong, late, partial and missing responses, and restarts."""

from __future__ import annotations

import asyncio
import json
import time

import aiohttp
import pytest

from tests.conftest import Clock
from tests.simulator.resources import ROOT
from tests.simulator.testing import MANAGER, SYSTEM, THERMAL, logged_in

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
    """Reset the connection in mid-body, stop there, or send the body slowly."""
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


async def test_server_cancels_pending_requests_on_close() -> None:
    """Leave no task behind for a client that did not wait for its response."""
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
