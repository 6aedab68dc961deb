"""Test collections that are read with one request ($expand)."""

from typing import Any, get_args

import pytest

from aiosupermicro import DynamicData, SupermicroRedfishClient
from aiosupermicro.const import EXPAND_RETRY_SECONDS
from aiosupermicro.resources import expand_requests, expand_verdicts, expansion
from tests.conftest import Clock
from tests.library import ROOT, collection, link
from tests.simulator import Bmc
from tests.simulator.etags import EtagSpelling, with_etag
from tests.simulator.expand import Expand
from tests.simulator.gen14 import FANS, fan, make_gen14

WORKING = ("correct", "bmcweb")
BROKEN = [kind for kind in get_args(Expand) if kind not in WORKING]


@pytest.fixture
def bmc(bmc: Bmc) -> Bmc:
    """Turn the board into one of Gen 14 that expands collections."""
    make_gen14(bmc)
    bmc.expand, bmc.expand_advertised = "correct", True
    return bmc


@pytest.fixture
def expansion_clock(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Let the expander use the BMC's clock."""
    for module in (expansion, expand_requests, expand_verdicts):
        monkeypatch.setattr(module, "monotonic", clock)
    return clock


def _speeds(data: DynamicData) -> list[float | None]:
    """Return the speeds of the fans."""
    assert data.thermal
    return [fan.reading for fan in data.thermal.fans]


def _set_speeds(bmc: Bmc, first: int) -> list[int]:
    """Change the speed of each fan, and return all speeds."""
    speeds = [first + number for number in range(8)]
    for number, speed in enumerate(speeds, start=1):
        changes = {"SpeedPercent": {"SpeedRPM": speed}}
        bmc.change(f"{FANS}/FAN{number}", changes)
    return speeds


def _expansions(bmc: Bmc, path: str = FANS) -> int:
    """Return the number of requests with a query since the last call."""
    number = sum("expand" in r.query for r in bmc.requests if r.path == path)
    bmc.requests.clear()
    return number


async def test_expanded_fans_are_of_this_poll(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Read all fans in each poll, with fewer requests than one by one."""
    await client.async_get_static_data()
    for first in (2000, 3000, 4000):
        speeds = _set_speeds(bmc, first)
        bmc.requests.clear()
        data = await client.async_get_dynamic_data()
        assert _speeds(data) == speeds
        assert len(bmc.requests) <= 6
        assert _expansions(bmc) == 1


@pytest.mark.parametrize("kind", BROKEN)
async def test_broken_expansion_takes_one_request(
    client: SupermicroRedfishClient, bmc: Bmc, kind: Expand, expansion_clock: Clock
) -> None:
    """Read all members singly; retry after a day, or never after a 501."""
    bmc.expand = kind
    await client.async_get_static_data()
    assert _expansions(bmc) == 1
    assert len(_speeds(await client.async_get_dynamic_data())) == 8
    await client.async_get_static_data()
    assert _expansions(bmc) == 0
    expansion_clock.tick(EXPAND_RETRY_SECONDS + 1)
    await client.async_get_static_data()
    assert _expansions(bmc) == (kind != "501")


@pytest.mark.parametrize("whole", [0, 3, 7])
@pytest.mark.parametrize("kept", [set(), {"@odata.type", "Status"}])
async def test_members_that_expansion_truncates_are_read(
    client: SupermicroRedfishClient, bmc: Bmc, whole: int, kept: set[str]
) -> None:
    """Read all fans singly if an expansion has one whole fan, whichever it is."""
    fans = bmc.resource(FANS)
    members = [bmc.resource(member["@odata.id"]) for member in fans["Members"]]
    kept = kept | {"@odata.id", "Id", "Name"}
    truncated = [
        {key: value for key, value in member.items() if key in kept or place == whole}
        for place, member in enumerate(members)
    ]
    bmc.fail(FANS, status=200, body=fans | {"Members": truncated})
    speeds = _set_speeds(bmc, 2000)
    await client.async_get_static_data()
    assert _speeds(await client.async_get_dynamic_data()) == speeds
    assert _expansions(bmc) == 1
    assert not client.discovery["readings"]["expand"]["verified"]


@pytest.mark.parametrize("state", ["Absent", "Disabled", "StandbyOffline"])
async def test_fan_that_is_off_needs_no_speed_in_an_expansion(
    client: SupermicroRedfishClient, bmc: Bmc, state: str
) -> None:
    """Expand fans of which one is not fitted, or off."""
    path = f"{FANS}/FAN2"
    off = {"Id": "FAN2", "Name": "FAN2", "Status": {"State": state}}
    bmc.put(path, link(path) | off)
    await client.async_get_static_data()
    await client.async_get_dynamic_data()
    assert "Fans" in client.discovery["readings"]["expand"]["verified"]


async def test_speeds_that_expansion_drops_are_read(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Read the fans singly if an expansion lacks all speeds, as another kind works."""
    await client.async_get_memory()
    fans = bmc.resource(FANS)
    members = [bmc.resource(member["@odata.id"]) for member in fans["Members"]]
    for member in members:
        del member["SpeedPercent"]
    bmc.fail(FANS, status=200, body=fans | {"Members": members})
    speeds = _set_speeds(bmc, 2000)
    await client.async_get_static_data()
    assert _speeds(await client.async_get_dynamic_data()) == speeds
    assert _expansions(bmc) == 1


@pytest.mark.parametrize(
    "features",
    [
        None,
        "nonsense",
        {"ExpandQuery": None},
        {"ExpandQuery": {"NoLinks": False, "Links": True, "Levels": True}},
    ],
)
async def test_expansion_needs_to_be_advertised(
    client: SupermicroRedfishClient, bmc: Bmc, features: Any
) -> None:
    """Send no query to a board whose root does not advertise it."""
    bmc.expand_advertised = None
    root = bmc.resource(ROOT) | {"ProtocolFeaturesSupported": features}
    bmc.put(ROOT, root)
    await client.async_get_static_data()
    assert _expansions(bmc) == 0


@pytest.mark.parametrize("kind", BROKEN)
async def test_expansion_that_ceases_to_work_is_replaced(
    client: SupermicroRedfishClient, bmc: Bmc, kind: Expand
) -> None:
    """Return all fans with right speeds when new firmware breaks the query."""
    await client.async_get_static_data()
    await client.async_get_dynamic_data()
    bmc.expand = kind
    for first in (5000, 6000, 7000):
        speeds = _set_speeds(bmc, first)
        known = {*range(1001, 1009), *range(5000, 5008), *range(6000, 6008), *speeds}
        data = await client.async_get_dynamic_data()
        assert len(_speeds(data)) == 8
        assert set(_speeds(data)) <= known


async def test_error_with_members_is_used(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Keep the members of an error response, and read the failed one on its own."""
    await client.async_get_static_data()
    await client.async_get_dynamic_data()
    speeds = _set_speeds(bmc, 8000)
    members = [bmc.resource(f"{FANS}/FAN{n}") for n in range(1, 8)]
    body = {"Members": [*members, {"@odata.id": f"{FANS}/FAN8"}], "error": {}}
    bmc.fail(FANS, status=500, body=body)
    bmc.requests.clear()
    data = await client.async_get_dynamic_data()
    assert _speeds(data) == speeds
    assert f"{FANS}/FAN8" in [request.path for request in bmc.requests]


async def test_fan_that_poll_lists_is_read_without_another_request(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Return an added fan in the second poll, before the next static read."""
    await client.async_get_static_data()
    await client.async_get_dynamic_data()
    names = [f"FAN{number}" for number in range(1, 10)]
    bmc.put(FANS, collection(FANS, names))
    bmc.put(f"{FANS}/FAN9", link(f"{FANS}/FAN9") | fan(9, 1009))
    await client.async_get_dynamic_data()
    bmc.requests.clear()
    await client.async_get_static_data()
    assert _expansions(bmc) == 0
    assert 1009 in _speeds(await client.async_get_dynamic_data())


@pytest.mark.parametrize("spelling", get_args(EtagSpelling))
async def test_etag_of_a_collection_does_not_freeze_its_members(
    client: SupermicroRedfishClient, bmc: Bmc, spelling: EtagSpelling
) -> None:
    """Show changed members whose collection has the same ETag as before."""
    bmc.etags = spelling
    bmc.put(FANS, with_etag(bmc.resource(FANS)))
    await client.async_get_dynamic_data(complete=True)
    for first in (2000, 3000):
        speeds = _set_speeds(bmc, first)
        assert _speeds(await client.async_get_dynamic_data()) == speeds
    assert _expansions(bmc) > 0


@pytest.mark.parametrize("holder", [1, 8])
async def test_partial_copy_inside_a_member_replaces_no_other_member(
    client: SupermicroRedfishClient, bmc: Bmc, holder: int
) -> None:
    """Return the speed of a listed fan, wherever else some of it is shown."""
    await client.async_get_static_data()
    speeds = _set_speeds(bmc, 2000)
    parts = [link(f"{FANS}/FAN{n}") | {"Id": f"FAN{n}"} for n in range(1, 9)]
    bmc.change(f"{FANS}/FAN{holder}", {"RelatedItem": parts})
    bmc.requests.clear()
    data = await client.async_get_dynamic_data()
    assert _speeds(data) == speeds
    assert _expansions(bmc) == 1


def test_failed_member_is_not_replaced_by_a_copy() -> None:
    """Leave a member without a body that is only a link, and read it singly."""
    failed, whole, inner = (link(f"/fans/{name}") for name in ("1", "2", "2/inner"))
    part, rest = {"Id": "1"}, {"Id": "2", "Name": "2"}
    parts = [failed | part, inner | rest, inner | part]
    body = {"Members": [failed, whole | rest | {"RelatedItem": parts}]}
    response = expand_requests.find_members(body, 0.0)
    assert response.members == ["/fans/1", "/fans/2"]
    assert not response.has_bodies
    assert response.bodies.keys() == {"/fans/2", "/fans/2/inner"}
    assert response.inner == {"/fans/2/inner": inner | rest}
