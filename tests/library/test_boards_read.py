"""Every board can be read by every method, in the order and with the choices it has."""

from typing import Any

from aiohttp import ClientSession
import pytest

from aiosupermicro import (
    NotFoundError,
    RedfishData,
    SupermicroRedfishClient,
    SupermicroRedfishError,
)
from tests.simulator import Bmc, serve

from . import OPENBMC, ROOT
from .boards import BOARDS, ids, load, read

pytestmark = pytest.mark.usefixtures("network")


@pytest.mark.parametrize("name", BOARDS)
async def test_every_method_reads_or_finds_nothing(name: str) -> None:
    """Nothing fails but what the board has no link or no file for."""
    for system in ids(name, "system"):
        outcomes, bmc = await read(name, system)
        for outcome in outcomes.values():
            if isinstance(outcome, SupermicroRedfishError):
                assert type(outcome) is NotFoundError
                assert outcome.path not in bmc.board.resources
            elif isinstance(outcome, RedfishData):
                assert outcome.errors == {}
        assert {request.status for request in bmc.requests} <= {200, 201, 304, 404}
        assert bmc.logins == 1
        assert bmc.open_sessions == 0
        assert bmc.peak_parallel <= 2


@pytest.mark.parametrize("name", BOARDS)
@pytest.mark.parametrize("what", ["system", "chassis"])
async def test_another_can_be_chosen_and_no_other(
    name: str, what: str, session: ClientSession
) -> None:
    """The host's own without a word, any by its Id, and nothing for what is not."""
    own = (await read(name)).outcomes[f"async_get_{what}"]
    async with serve(Bmc(load(name))) as server:

        async def get(chosen: str | None) -> tuple[str, str]:
            choice: dict[str, Any] = {what: chosen}
            async with SupermicroRedfishClient(
                session, server.host, "ADMIN", "ADMIN", **choice
            ) as client:
                found = await getattr(client, f"async_get_{what}")()
                return found.id, client.paths[what].rpartition("/")[2]

        for chosen in (None, *ids(name, what)):
            assert await get(chosen) == (chosen or own.id,) * 2
        with pytest.raises(NotFoundError, match="none"):
            await get("none")


@pytest.mark.parametrize("name", BOARDS)
async def test_no_refresh_is_more_than_ten_requests(
    name: str, session: ClientSession
) -> None:
    """Whatever the board: not the first one, which finds it, nor any later one."""
    bmc = Bmc(load(name))
    async with (
        serve(bmc) as server,
        SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN") as client,
    ):
        for most in (10, *[10 if name == OPENBMC else 3] * 36):
            data = await client.async_get_dynamic_data()
            assert len(bmc.requests) <= most
            bmc.requests.clear()
        assert data.is_complete


ORDERED = {
    "async_get_processors": "Systems/{}/Processors",
    "async_get_memory": "Systems/{}/Memory",
    "async_get_firmware_inventory": "UpdateService/FirmwareInventory",
    "async_get_log_entries": "Systems/{}/LogServices/Log1/Entries",
    "async_get_manager_log_entries": "Managers/{}/LogServices/Log1/Entries",
}


@pytest.mark.parametrize("method", ORDERED)
@pytest.mark.parametrize("name", BOARDS)
async def test_lists_keep_the_boards_order(name: str, method: str) -> None:
    """The members of a collection come as the board lists them."""
    outcomes, bmc = await read(name)
    recorded = bmc.board.resources
    path = f"{ROOT}/{ORDERED[method].format(ids(name, 'system')[0])}"
    members = recorded.get(path, {}).get("Members", ())
    bodies = [recorded.get(member["@odata.id"], member) for member in members]
    if bodies and all("Id" in body for body in bodies):
        assert [item.id for item in outcomes[method]] == [body["Id"] for body in bodies]
