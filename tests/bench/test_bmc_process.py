"""Test the simulated BMCs and the boards of the benchmark."""

import asyncio
from dataclasses import asdict
import gc
import json
import time
from typing import Any

from aiohttp import ClientSession
import pytest

from tests.simulator import Board
from tests.simulator.etags import ETAG
from tests.simulator.testing import THERMAL

from .bmc_process import BmcGroup, count_bytes
from .boards import (
    GEN14,
    SHIPPED,
    load_board,
    mac_address,
    with_unique_ids,
    without_etags,
    without_licenses,
)
from .measurements.decoding import decodable_bodies
from .processes import Conditions
from .worker import StallMonitor


@pytest.fixture
def shipped() -> Board:
    """Return the board that comes with the simulator."""
    return Board.load(SHIPPED)


def create_job(**conditions: object) -> dict[str, object]:
    """Return the job of a process with simulated BMCs."""
    return asdict(Conditions(board=SHIPPED, **conditions))  # type: ignore[arg-type]


async def read(host: str, path: str) -> tuple[bytes, str | None]:
    """Return body and ETag of a resource, read on a connection of its own."""
    async with (
        ClientSession() as session,
        session.post(
            f"https://{host}/redfish/v1/SessionService/Sessions",
            json={"UserName": "ADMIN", "Password": "ADMIN"},
            ssl=False,
        ) as login,
        session.get(
            f"https://{host}{path}",
            headers={"X-Auth-Token": login.headers["X-Auth-Token"]},
            ssl=False,
        ) as response,
    ):
        return await response.read(), response.headers.get("ETag")


async def test_counts_are_complete(network: None, shipped: Board) -> None:
    """Count the bytes of TLS: more than the body, but less than twice the body.

    Both ends are in this process, so the bytes sent and received are equal.
    """
    with count_bytes() as traffic:
        group = BmcGroup(create_job(latency=0.05), traffic)
        async with group.serve(shipped) as server:
            body, _ = await read(server.host, THERMAL)
            counts = group.take_counts()
            assert group.take_counts()["service_times"] == []
    assert counts["requests"] == 2
    assert counts["logins"] == counts["sessions"] == 1
    assert 1 <= counts["handshakes"] <= 2
    assert len(body) < counts["sent"] < 2 * len(body)
    assert counts["received"] == counts["sent"]
    assert len(counts["service_times"]) == 2
    assert min(counts["service_times"]) > 0.05


async def test_service_time_excludes_the_wait_for_a_worker(
    network: None, shipped: Board
) -> None:
    """Measure the work of the BMC and not the queue of its clients."""
    with count_bytes() as traffic:
        group = BmcGroup(create_job(latency=0.05, workers=1), traffic)
        async with group.serve(shipped) as server, ClientSession() as session:
            url = f"{server.url}/redfish/v1"
            requests = [session.get(url, ssl=False) for _ in range(3)]
            for request in requests:
                await request
    assert max(group.service_times) < 0.1


@pytest.mark.parametrize("changing", [True, False])
async def test_changing_reading_has_a_new_etag(
    network: None, shipped: Board, *, changing: bool
) -> None:
    """Change body and ETag together with every request, or neither of them."""
    with count_bytes() as traffic:
        group = BmcGroup(create_job(changing=changing), traffic)
        async with group.serve(shipped) as server:
            first, second = [await read(server.host, THERMAL) for _ in range(2)]
    assert (first != second) is changing


@pytest.mark.parametrize("all_changing", [True, False])
async def test_first_reading_or_all_readings_change(
    network: None, shipped: Board, *, all_changing: bool
) -> None:
    """Change as many readings of a resource as the conditions demand."""
    with count_bytes() as traffic:
        group = BmcGroup(create_job(all_changing=all_changing), traffic)
        async with group.serve(shipped) as server:
            bodies = [json.loads((await read(server.host, THERMAL))[0]) for _ in "12"]
    first, second = (
        [item["ReadingCelsius"] for item in body["Temperatures"]] for body in bodies
    )
    changed = [new != old for old, new in zip(first, second, strict=True)]
    present = [old is not None for old in first]
    assert sum(changed) == (sum(present) if all_changing else 1)


def test_boards_have_unique_ids(shipped: Board) -> None:
    """Create MAC addresses of the same vendor, and different UUIDs.

    Home Assistant identifies servers by the MAC address and rejects local addresses.
    """
    boards = [with_unique_ids(shipped, number) for number in (0, 1, 299)]
    macs = [mac_address(board) for board in boards]
    assert len(set(macs)) == 3
    assert {mac[:8] for mac in macs} == {macs[0][:8]}
    roots = {board.resources["/redfish/v1"]["UUID"] for board in boards}
    assert len(roots) == 3


def test_board_without_etags_or_licenses_is_otherwise_unchanged(
    shipped: Board,
) -> None:
    """Remove only the ETags, or only the licenses."""
    no_etags = without_etags(shipped)
    assert no_etags.resources.keys() == shipped.resources.keys()
    assert not any(ETAG in body for body in no_etags.resources.values())
    no_licenses = without_licenses(shipped)
    changed = [
        path
        for path in no_licenses.resources
        if no_licenses.resources[path] != shipped.resources[path]
    ]
    assert [path.rpartition("/")[2] for path in changed] == ["QueryLicense"]


def test_decodable_bodies_cover_a_whole_board(shipped: Board) -> None:
    """Include the models of both clients, log entries among them."""
    models = [model for model, _ in decodable_bodies(shipped)]
    assert {"System", "Thermal", "Power", "Manager", "LogEntry"} <= set(models)
    assert len(models) > 40


async def test_moved_readings_differ_by_one(network: None, shipped: Board) -> None:
    """Move all readings of a resource, and nothing else."""
    with count_bytes() as traffic:
        group = BmcGroup(create_job(changing=False), traffic)
        async with group.serve(shipped) as server:
            before, _ = await read(server.host, THERMAL)
            group.move_readings()
            after, _ = await read(server.host, THERMAL)
    old, new = json.loads(before), json.loads(after)
    for key, reading in (("Temperatures", "ReadingCelsius"), ("Fans", "Reading")):
        for sensor in old[key]:
            if sensor.get(reading) is not None:
                sensor[reading] += 1
    assert new == old | {"@odata.etag": new["@odata.etag"]}
    assert before != after


async def test_slow_resources_delay_no_reading(network: None, shipped: Board) -> None:
    """Slow down the log, and neither Thermal nor the root."""
    with count_bytes() as traffic:
        group = BmcGroup(create_job(slow=0.2), traffic)
        async with group.serve(shipped) as server:
            seconds = []
            for path in (THERMAL, "/redfish/v1/Systems/1/LogServices"):
                start = time.perf_counter()
                await read(server.host, path)
                seconds.append(time.perf_counter() - start)
    assert seconds[1] > 0.2
    assert seconds[1] > seconds[0]


def test_board_of_gen14_has_the_readings_of_the_shipped_one(shipped: Board) -> None:
    """Move each temperature, fan and supply to a resource of its own."""
    board = load_board(GEN14)
    chassis = board.resources["/redfish/v1/Chassis/1"]
    assert not {"Thermal", "Power"} & chassis.keys()
    assert THERMAL not in board.resources
    readings = [
        body["Reading"]
        for path, body in board.resources.items()
        if "/Sensors/" in path and body["ReadingType"] == "Temperature"
    ]
    listed = shipped.resources[THERMAL]["Temperatures"]
    assert readings == [sensor.get("ReadingCelsius") for sensor in listed]
    for body in board.resources.values():
        for member in body.get("Members", ()):
            assert "@odata.id" not in member or member["@odata.id"] in board.resources


async def test_stall_is_known_with_and_without_garbage_collection() -> None:
    """Subtract the collections from the stall that contains them."""
    garbage: list[list[Any]] = [[] for _ in range(300_000)]
    with StallMonitor() as stalls:
        await asyncio.sleep(0.01)
        gc.collect()
        await asyncio.sleep(0.01)
    assert len(garbage) == 300_000
    assert stalls.garbage_collection > 0.002
    assert stalls.cpu >= stalls.garbage_collection
    assert stalls.without_collection <= stalls.cpu - stalls.garbage_collection + 0.002
