"""Resources that are read along with the one that contains them ($expand)."""

from typing import Any, get_args

from aiohttp import ClientSession
import pytest

from aiosupermicro import SupermicroRedfishClient
from aiosupermicro.const import EXPAND_FRESH_SECONDS
from aiosupermicro.http import cache
from aiosupermicro.resources import expand_requests, expansion, tree_expansion
from tests.conftest import Clock
from tests.library import CHASSIS, MANAGER, ROOT, connected_client, requested_paths
from tests.simulator import Bmc
from tests.simulator.expand import Expand
from tests.simulator.gen14 import FANS, METRICS, make_gen14
from tests.simulator.mutations import add_leak_detectors

THERMAL = f"{CHASSIS}/ThermalSubsystem"
DETECTORS = f"{THERMAL}/LeakDetection/LeakDetectors"
NAMES = ("Manifold", "ColdPlate", "Base")
PROTOCOL = f"{MANAGER}/NetworkProtocol"
ACCOUNTS = f"{ROOT}/AccountService"
WORKING: tuple[Expand, ...] = ("correct", "bmcweb")
BROKEN = [kind for kind in get_args(Expand) if kind not in WORKING]


@pytest.fixture
def bmc(bmc: Bmc) -> Bmc:
    """Let a BMC of Gen 14 expand up to six levels, as OpenBMC does."""
    make_gen14(bmc)
    add_leak_detectors(bmc, *NAMES)
    for path in (THERMAL, METRICS):
        name = path.rpartition("/")[2]
        bmc.change(path, {"Id": name, "Name": name})
    allow_levels(bmc, 6)
    bmc.expand = "bmcweb"
    return bmc


def allow_levels(bmc: Bmc, levels: int) -> None:
    """Set the number of levels that the service root advertises."""
    flags = dict.fromkeys(("ExpandAll", "Levels", "Links", "NoLinks"), True)
    expand = {"ExpandQuery": flags | {"MaxLevels": levels}}
    bmc.change(ROOT, {"ProtocolFeaturesSupported": expand})


def sent_below(bmc: Bmc, path: str) -> list[str]:
    """Return the requests for a resource and those below it, with their query."""
    sent = [f"{r.path}?{r.query}".rstrip("?") for r in bmc.requests]
    return [request for request in sent if request.startswith(path)]


async def readings(client: SupermicroRedfishClient) -> dict[str | None, Any]:
    """Return the fans by name, and the states of the leak detectors by id."""
    data = await client.async_get_all_data()
    assert data.errors == {}
    assert data.thermal
    return {fan.name: fan for fan in data.thermal.fans} | {
        detector.id: detector.is_leaking for detector in data.leak_detectors
    }


async def test_subsystem_is_read_with_the_parts_inside(
    client: SupermicroRedfishClient, bmc: Bmc, session: ClientSession
) -> None:
    """Compare one fan and one leak detector, and request only temperatures as well."""
    await client.async_get_memory()
    bmc.requests.clear()
    found = await readings(client)
    assert len(found) == 8 + len(NAMES)
    sent = sent_below(bmc, THERMAL)
    assert sent[0] == f"{THERMAL}?$expand=.($levels=3)"
    kinds = {path.rpartition("/")[0] for path in sent[1:]}
    assert kinds == {FANS, DETECTORS, THERMAL}
    assert METRICS in sent
    assert len(sent) == 4
    bmc.expand = "400"
    async with connected_client(bmc, session) as other:
        assert await readings(other) == found


async def test_parts_are_polled_as_before(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Expand the collections inside in each poll, without comparing them again."""
    await client.async_get_memory()
    await readings(client)
    bmc.change(f"{FANS}/FAN1", {"SpeedPercent": {"Reading": 7, "SpeedRPM": 777}})
    bmc.requests.clear()
    data = await client.async_get_dynamic_data()
    assert data.thermal
    assert 777 in [fan.reading_rpm for fan in data.thermal.fans]
    expand = "?$expand=.($levels=1)"
    polled = {METRICS, f"{FANS}{expand}", f"{DETECTORS}{expand}"}
    assert {*sent_below(bmc, THERMAL)} == polled


async def test_too_few_levels_are_no_use(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Read the plain resource if the BMC would not show all parts."""
    allow_levels(bmc, 2)
    await client.async_get_memory()
    bmc.requests.clear()
    assert len(await readings(client)) == 8 + len(NAMES)
    assert sent_below(bmc, THERMAL)[0] == THERMAL


@pytest.mark.parametrize("kind", BROKEN)
async def test_broken_expansion_loses_no_part(
    client: SupermicroRedfishClient, bmc: Bmc, kind: Expand
) -> None:
    """Find all parts with single reads after firmware has broken the query."""
    await client.async_get_memory()
    bmc.expand = kind
    assert len(await readings(client)) == 8 + len(NAMES)
    assert (await client.async_get_network_protocol()).protocols
    assert await client.async_get_certificates()
    assert await client.async_get_role()


async def test_incomplete_collection_inside_is_not_used(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Read the fans one by one if the subsystem does not show all of them."""
    await client.async_get_memory()
    bmc.change(FANS, {"Members@odata.count": 9})
    bmc.requests.clear()
    assert len(await readings(client)) == 8 + len(NAMES)
    assert sent_below(bmc, THERMAL)[0] == f"{THERMAL}?$expand=.($levels=3)"
    assert {f"{FANS}/FAN{number}" for number in range(1, 9)} <= {*requested_paths(bmc)}


def change_expansion(bmc: Bmc, path: str, changes: dict[str, Any]) -> None:
    """Change a part of the thermal subsystem in the expansion only."""
    name = path.rpartition("/")[2]
    body = bmc.resource(THERMAL) | {name: bmc.resource(path) | changes}
    bmc.fail(THERMAL, status=200, body=body)


@pytest.mark.parametrize(
    ("number", "changes"),
    [
        (3, {}),
        (3, {"Members@odata.count": None}),
        (3, {"Members@odata.count": 3, "Members@odata.nextLink": f"{FANS}?$skip=3"}),
        (0, {}),
        (0, {"Members@odata.count": 0}),
    ],
    ids=str,
)
@pytest.mark.parametrize("has_bodies", [True, False])
async def test_truncated_collection_inside_is_not_used(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    number: int,
    changes: dict[str, Any],
    *,
    has_bodies: bool,
) -> None:
    """Read the plain list of fans if the subsystem shows some of them or none."""
    await client.async_get_memory()
    members = bmc.resource(FANS)["Members"][:number]
    if has_bodies:
        members = [bmc.resource(member["@odata.id"]) for member in members]
    change_expansion(bmc, FANS, {"Members": members} | changes)
    bmc.expand = "400"
    bmc.requests.clear()
    assert len(await readings(client)) == 8 + len(NAMES)
    assert FANS in sent_below(bmc, FANS)


async def test_temperatures_dropped_inside_are_read(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Read measured values without the query, which may drop them."""
    await client.async_get_memory()
    change_expansion(bmc, METRICS, {"TemperatureReadingsCelsius": []})
    data = await client.async_get_all_data()
    assert data.thermal
    assert [sensor.reading for sensor in data.thermal.temperatures] == [51]


async def test_states_dropped_by_expansion_are_read(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Read leak detectors one by one if their expansion lacks all states."""
    allow_levels(bmc, 2)
    await client.async_get_memory()
    listed = bmc.resource(DETECTORS)
    members = [bmc.resource(member["@odata.id"]) for member in listed["Members"]]
    for member in members:
        del member["DetectorState"]
    bmc.fail(DETECTORS, status=200, body=listed | {"Members": members})
    found = await readings(client)
    assert [found[name] for name in NAMES] == [False] * len(NAMES)


async def test_unsupported_tree_affects_only_its_kind(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Continue to expand collections and other trees after a 501 for one of them."""
    await client.async_get_memory()
    bmc.fail(THERMAL, status=501, times=1)
    bmc.requests.clear()
    assert len(await readings(client)) == 8 + len(NAMES)
    assert f"{FANS}?$expand=.($levels=1)" in sent_below(bmc, FANS)
    assert await client.async_get_certificates()
    assert f"{PROTOCOL}?$expand=.($levels=2)" in sent_below(bmc, PROTOCOL)


async def test_failing_part_affects_only_itself(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Read the plain resource if the whole response is an error."""
    await client.async_get_memory()
    bmc.fail(f"{PROTOCOL}", status=500, times=1)
    protocol = await client.async_get_network_protocol()
    assert protocol.protocols
    assert requested_paths(bmc).count(PROTOCOL) == 2
    assert await client.async_get_certificates()


@pytest.mark.parametrize(
    ("seconds", "requests"), [(0, 0), (EXPAND_FRESH_SECONDS + 1, 1)]
)
async def test_resource_inside_is_used_for_a_minute(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    seconds: int,
    requests: int,
) -> None:
    """Request a list that came along unless it is wanted soon after."""
    for module in (cache, expand_requests, expansion, tree_expansion):
        monkeypatch.setattr(module, "monotonic", clock)
    await client.async_get_memory()
    await client.async_get_account_service()
    clock.tick(seconds)
    bmc.requests.clear()
    assert await client.async_get_role()
    assert requested_paths(bmc).count(f"{ACCOUNTS}/Accounts") == requests
