"""Read resources with `$expand`, in all configured variants."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from tests.simulator import Board
from tests.simulator.expand import Expand
from tests.simulator.resources import ROOT
from tests.simulator.responses import WELCOME_PAGE
from tests.simulator.testing import CHASSIS, MANAGER, SYSTEM, Client, logged_in

pytestmark = pytest.mark.usefixtures("network")

DIMMS = f"{SYSTEM}/Memory"
ONE_LEVEL = "?$expand=.($levels=1)"


async def expanded(client: Client, path: str = DIMMS, query: str = ONE_LEVEL) -> Any:
    """Return the body of a resource that is read with `$expand`."""
    response = await client.get(f"{path}{query}")
    assert response.status == 200
    return response.body


@pytest.mark.parametrize("query", ["?$expand=.", ONE_LEVEL, "?%24expand=*"])
async def test_expansion_equals_single_reads(query: str) -> None:
    """Replace each member with the result of a single read."""
    async with logged_in(expand="correct") as client:
        plain = (await client.get(DIMMS)).body
        members = [
            (await client.get(item["@odata.id"])).body for item in plain["Members"]
        ]
        assert await expanded(client, query=query) == plain | {"Members": members}


async def test_expansion_observes_levels_and_links() -> None:
    """Expand to the given level, and the links in `Links` on request."""
    async with logged_in(expand="correct") as client:
        root = await expanded(client, ROOT)
        assert root["Systems"]["Members"] == [{"@odata.id": SYSTEM}]
        root = await expanded(client, ROOT, "?$expand=.($levels=2)")
        assert root["Systems"]["Members"][0]["Id"] == "1"
        chassis = await expanded(client, CHASSIS)
        assert "Temperatures" in chassis["Thermal"]
        assert chassis["Links"]["ManagedBy"] == [{"@odata.id": MANAGER}]
        chassis = await expanded(client, CHASSIS, "?$expand=~")
        assert chassis["Thermal"] == {"@odata.id": f"{CHASSIS}/Thermal"}
        assert chassis["Links"]["ManagedBy"][0]["Id"] == "1"
        response = await client.get(f"{CHASSIS}?$expand=everything")
        assert response.rejection == (400, "Base.QueryNotSupported")


@pytest.mark.parametrize("kind", ["400", "500", "501"])
async def test_expansion_is_rejected(kind: Expand) -> None:
    """Respond with an error to a read with `$expand` only."""
    async with logged_in(expand=kind) as client:
        assert (await client.get(f"{DIMMS}{ONE_LEVEL}")).status == int(kind)
        assert (await client.get(DIMMS)).status == 200


async def test_expansion_is_ignored_or_returns_page() -> None:
    """Return the plain collection, or HTML with status 200."""
    async with logged_in(expand="ignored") as client:
        assert await expanded(client) == (await client.get(DIMMS)).body
        client.bmc.expand = "HTML"
        assert await expanded(client) == WELCOME_PAGE


async def test_expansion_lacks_members_or_properties() -> None:
    """Omit one member, or half of the properties of each member."""
    async with logged_in(expand="fewer members") as client:
        whole = (await client.get(f"{DIMMS}/1")).body
        body = await expanded(client)
        assert len(body["Members"]) == body["Members@odata.count"] - 1 == 3
        assert body["Members"][0] == whole
        client.bmc.expand = "half the properties"
        member = (await expanded(client))["Members"][0]
        assert member.items() < whole.items()
        assert member["@odata.id"] == f"{DIMMS}/1"
        client.bmc.expand = "links only"
        members = (await expanded(client, CHASSIS.rpartition("/")[0]))["Members"]
        assert "Thermal" in members[0]
        assert not {"Id", "Name", "ChassisType"} & members[0].keys()


async def test_expansion_is_paged() -> None:
    """Return two members at a time, with a link to the next ones."""
    async with logged_in(expand="paged") as client:
        ids, query = [], f"{DIMMS}{ONE_LEVEL}"
        while query:
            body = (await client.get(query)).body
            assert body["Members@odata.count"] == 4
            ids.append([item["Id"] for item in body["Members"]])
            query = body.get("Members@odata.nextLink")
    assert ids == [["1", "2"], ["3", "4"]]


@pytest.mark.parametrize("is_advertised", [True, False, None])
async def test_root_advertises_expansion(*, is_advertised: bool | None) -> None:
    """Show whether the query is supported, or the recorded root."""
    async with logged_in(expand_advertised=is_advertised) as client:
        features = (await client.get(ROOT)).body["ProtocolFeaturesSupported"]
        assert ("ExpandQuery" in features) is (is_advertised is not False)
        recorded = Board.load("x12spi-tf").resources[ROOT]
        is_recorded = features == recorded["ProtocolFeaturesSupported"]
        assert is_recorded is (is_advertised is not False)


def test_ways_are_listed() -> None:
    """Require the names of all variants, by which tests select them."""
    assert len(get_args(Expand)) == 12


@pytest.mark.parametrize(("kind", "status"), [("404", 404), ("500", 500)])
async def test_bmcweb_keeps_link_of_failed_member(kind: str, status: int) -> None:
    """Return all other members, with the worst status of all."""
    async with logged_in(expand="bmcweb") as client:
        client.bmc.break_resource(f"{DIMMS}/2", kind)
        response = await client.get(f"{DIMMS}{ONE_LEVEL}")
        assert response.status == status
        members = response.body["Members"]
        assert [len(member) > 1 for member in members] == [True, False, True, True]
        assert "error" in response.body
        assert (await client.get(f"{DIMMS}/1")).status == 200
        client.bmc.heal()
        assert (await client.get(f"{DIMMS}{ONE_LEVEL}")).status == 200


async def test_bmcweb_empties_sensors_on_failure_and_refuses_select() -> None:
    """Return no sensor at all if one of them fails with a 500."""
    async with logged_in(expand="bmcweb") as client:
        sensors = f"{CHASSIS}/Sensors"
        member = (await client.get(sensors)).body["Members"][0]["@odata.id"]
        client.bmc.break_resource(member, "500")
        response = await client.get(f"{sensors}{ONE_LEVEL}")
        assert (response.status, response.body["Members"]) == (500, [])
        response = await client.get(f"{DIMMS}{ONE_LEVEL}&$select=Id")
        assert response.rejection == (400, "Base.QueryNotSupported")
