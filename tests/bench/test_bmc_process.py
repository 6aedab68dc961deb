"""Test the simulated BMCs and the boards of the benchmark."""

from dataclasses import asdict

from aiohttp import ClientSession
import pytest

from tests.simulator import Board
from tests.simulator.etags import ETAG
from tests.simulator.testing import THERMAL

from .bmc_process import BmcGroup, count_bytes
from .boards import (
    SHIPPED,
    mac_address,
    with_unique_ids,
    without_etags,
    without_licenses,
)
from .measurements.decoding import decodable_bodies
from .processes import Conditions


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
    """Change body and ETag with every request, or neither of them."""
    with count_bytes() as traffic:
        group = BmcGroup(create_job(changing=changing), traffic)
        async with group.serve(shipped) as server:
            first, second = [await read(server.host, THERMAL) for _ in range(2)]
    assert (first != second) is changing


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
