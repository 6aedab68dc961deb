"""The BMCs that clients are measured against."""

from dataclasses import asdict

from aiohttp import ClientSession
import pytest

from tests.simulator import Board
from tests.simulator.etags import ETAG
from tests.simulator.testing import THERMAL

from .bmc_process import Site, mac_address, numbered, without_etags, without_licences
from .measurements.decoding import bodies
from .processes import Conditions
from .wire import metered

BOARD = "x12spi-tf"


@pytest.fixture
def shipped() -> Board:
    """Return the board that comes with the simulator."""
    return Board.load(BOARD)


def job(**traits: object) -> dict[str, object]:
    """Return what a process of BMCs is told."""
    return asdict(Conditions(board=BOARD, **traits))  # type: ignore[arg-type]


async def read(host: str, path: str) -> tuple[bytes, str | None]:
    """Read a resource on a connection of its own."""
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


async def test_all_is_counted(network: None, shipped: Board) -> None:
    """Bytes are those of TLS: more than the body, but not another body more.

    Here both ends are in one process, so that what is sent is also received.
    """
    with metered() as wire:
        site = Site(job(latency=0.05), wire)
        async with site.bmc(shipped) as server:
            body, _ = await read(server.host, THERMAL)
            found = site.meter()
            assert site.meter()["services"] == []
    assert found["requests"] == 2
    assert found["logins"] == found["sessions"] == 1
    assert 1 <= found["handshakes"] <= 2
    assert len(body) < found["sent"] < 2 * len(body)
    assert found["received"] == found["sent"]
    assert len(found["services"]) == 2
    assert min(found["services"]) > 0.05


async def test_waiting_for_a_turn_is_no_service(network: None, shipped: Board) -> None:
    """The limit is about what a BMC works, not about how long its clients queue."""
    with metered() as wire:
        site = Site(job(latency=0.05, workers=1), wire)
        async with site.bmc(shipped) as server, ClientSession() as session:
            url = f"{server.url}/redfish/v1"
            requests = [session.get(url, ssl=False) for _ in range(3)]
            for request in requests:
                await request
    assert max(site.services) < 0.1


@pytest.mark.parametrize("moving", [True, False])
async def test_readings_move_or_not(
    network: None, shipped: Board, *, moving: bool
) -> None:
    """A reading that moved has another ETag, which is what clients go by."""
    with metered() as wire:
        async with Site(job(moving=moving), wire).bmc(shipped) as server:
            first, again = [await read(server.host, THERMAL) for _ in range(2)]
    assert (first != again) is moving


def test_every_bmc_is_somebody(shipped: Board) -> None:
    """Home Assistant tells servers by the MAC address, and refuses local ones."""
    boards = [numbered(shipped, number) for number in (0, 1, 299)]
    macs = [mac_address(board) for board in boards]
    assert len(set(macs)) == 3
    assert {mac[:8] for mac in macs} == {macs[0][:8]}
    roots = {board.resources["/redfish/v1"]["UUID"] for board in boards}
    assert len(roots) == 3


def test_a_board_without_etags_or_licences_is_the_same_otherwise(
    shipped: Board,
) -> None:
    """Nothing else is taken away."""
    plain = without_etags(shipped)
    assert plain.resources.keys() == shipped.resources.keys()
    assert not any(ETAG in body for body in plain.resources.values())
    bare = without_licences(shipped)
    changed = [
        path
        for path in bare.resources
        if bare.resources[path] != shipped.resources[path]
    ]
    assert [path.rpartition("/")[2] for path in changed] == ["QueryLicense"]


def test_what_is_decoded_is_a_whole_board(shipped: Board) -> None:
    """Of all that both clients know, log entries included."""
    models = [model for model, _ in bodies(shipped)]
    assert {"System", "Thermal", "Power", "Manager", "LogEntry"} <= set(models)
    assert len(models) > 40
