"""Static collections that are read with one request ($expand), and the verdicts."""

import json
from math import inf
from typing import Any, get_args

from aiohttp import ClientSession
import pytest

from aiosupermicro import NotFoundError, SupermicroRedfishClient
from aiosupermicro.const import (
    EXPAND_BUSY_SECONDS,
    EXPAND_FRESH_SECONDS,
    EXPAND_RETRY_SECONDS,
)
from aiosupermicro.models import Memory
from aiosupermicro.resources import expand_requests, expand_verdicts, expansion
from tests.conftest import Clock
from tests.library import (
    CHASSIS,
    MANAGER,
    ROOT,
    SYSTEM,
    connected_client,
    link,
    put_collection,
    statuses,
)
from tests.simulator import Bmc
from tests.simulator.expand import Expand
from tests.simulator.gen14 import SENSORS, SUPPLIES, add_sensors, make_gen14

DIMMS = f"{SYSTEM}/Memory"
EXPAND = "$expand=.($levels=1)"
PROCESSORS = f"{SYSTEM}/Processors"
STORAGE = f"{SYSTEM}/Storage"
WORKING: tuple[Expand, ...] = ("correct", "bmcweb")
BROKEN = [kind for kind in get_args(Expand) if kind not in WORKING]


@pytest.fixture
def bmc(bmc: Bmc) -> Bmc:
    """Let the BMC expand collections."""
    bmc.expand, bmc.expand_advertised = "correct", True
    return bmc


@pytest.fixture
def expansion_clock(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Let the expander use the BMC's clock."""
    for module in (expansion, expand_requests, expand_verdicts):
        monkeypatch.setattr(module, "monotonic", clock)
    return clock


def _take(bmc: Bmc) -> list[str]:
    """Return the requests since the last call, with their query."""
    taken = [f"{r.path}?{r.query}".rstrip("?") for r in bmc.requests]
    bmc.requests.clear()
    return taken


def _count_expansions(bmc: Bmc) -> int:
    """Return the number of expansions since the last call."""
    return sum("expand" in request for request in _take(bmc))


async def _get_dimms(client: SupermicroRedfishClient) -> list[Memory]:
    """Clear the cache, and return the memory modules."""
    return await client.async_get_memory()


def _add_processor(bmc: Bmc) -> None:
    """Give the system two processors."""
    processors = {name: {"Id": name, "Name": f"CPU{name}"} for name in ("1", "2")}
    put_collection(bmc, PROCESSORS, processors)


@pytest.mark.parametrize("kind", WORKING)
async def test_collection_is_compared_once_and_then_read_at_once(
    client: SupermicroRedfishClient, bmc: Bmc, kind: Expand
) -> None:
    """Read the collection and one member on its own the first time only."""
    bmc.expand = "400"
    expected = await _get_dimms(client)
    client._reader.expander.reset()
    bmc.expand = kind
    _take(bmc)
    assert await _get_dimms(client) == expected
    assert _take(bmc) == [DIMMS, f"{DIMMS}?$expand=.($levels=1)"]
    for serial in ("A", "B"):
        bmc.change(f"{DIMMS}/1", {"SerialNumber": serial})
        assert (await _get_dimms(client))[0].serial_number == serial
        assert _take(bmc) == [f"{DIMMS}?$expand=.($levels=1)"]


async def test_verdicts_are_part_of_the_discovery(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Offer the verdicts on expansion to the next client."""
    bmc.expand = "correct"
    await _get_dimms(client)
    await client.async_get_system()
    assert client.discovery["readings"]["expand"]["verified"] == ["Memory"]


@pytest.mark.parametrize("kind", BROKEN)
async def test_broken_expansion_takes_one_request_and_loses_no_member(
    client: SupermicroRedfishClient, bmc: Bmc, kind: Expand, expansion_clock: Clock
) -> None:
    """Expand no other collection of such firmware, and the first one a day later."""
    bmc.expand = kind
    assert len(await client.async_get_memory()) == 4
    assert _count_expansions(bmc) == 1
    await client.async_get_memory()
    await client.async_get_firmware_inventory()
    await client.async_get_boot_options()
    assert _count_expansions(bmc) == 0
    expansion_clock.tick(EXPAND_RETRY_SECONDS + 1)
    assert len(await client.async_get_memory()) == 4
    assert _count_expansions(bmc) == (kind != "501")


async def test_expansion_that_closes_the_connection_loses_no_member(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Read the members on their own if the BMC does not respond to an expanded read.

    Until the library gives up, it and aiohttp send each such request twice.
    """
    await client.async_get_memory()
    bmc.change(f"{DIMMS}/1", {"SerialNumber": "B"})
    bmc.drop(DIMMS, times=4)
    dimms = await client.async_get_memory()
    assert dimms[0].serial_number == "B"
    assert len(dimms) == 4


@pytest.mark.parametrize("kind", BROKEN)
async def test_expansion_that_ceases_to_work_loses_no_member(
    client: SupermicroRedfishClient, bmc: Bmc, kind: Expand
) -> None:
    """Read the members on their own after an update of the firmware."""
    await client.async_get_memory()
    bmc.expand = kind
    for serial in ("A", "B"):
        bmc.change(f"{DIMMS}/1", {"SerialNumber": serial})
        dimms = await client.async_get_memory()
        assert len(dimms) == 4
        if kind != "half the properties":
            assert dimms[0].serial_number == serial


@pytest.mark.parametrize("kind", ["404", "500"])
async def test_members_of_error_response_are_used(
    client: SupermicroRedfishClient, bmc: Bmc, kind: str
) -> None:
    """Read only the failed member on its own, also in the first trial."""
    bmc.expand = "bmcweb"
    bmc.break_resource(f"{DIMMS}/2", kind)
    for _ in range(2):
        assert len(await client.async_get_memory()) == 3
        assert [*client.member_errors] == [f"{DIMMS}/2"]
        bmc.heal()
        bmc.break_resource(f"{DIMMS}/2", kind)
    _take(bmc)
    assert len(await client.async_get_memory()) == 3
    assert _take(bmc) == [f"{DIMMS}?$expand=.($levels=1)", f"{DIMMS}/2"]
    bmc.heal()
    assert len(await client.async_get_memory()) == 4
    assert client.member_errors == {}


async def test_missing_members_are_not_read_one_by_one(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Read one member of a response without any; find them once they are there."""
    bmc.expand = "bmcweb"
    await client.async_get_memory()
    _add_processor(bmc)
    for number in (1, 2):
        bmc.break_resource(f"{PROCESSORS}/{number}", "404")
    for _ in range(2):
        _take(bmc)
        with pytest.raises(NotFoundError) as raised:
            await client.async_get_processors()
        assert raised.value.status == 404
        assert _take(bmc) == [f"{PROCESSORS}?{EXPAND}", f"{PROCESSORS}/1"]
    bmc.heal()
    assert len(await client.async_get_processors()) == 2
    assert _take(bmc) == [f"{PROCESSORS}?{EXPAND}"]


async def test_single_read_contradicts_missing_members(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Read the members one by one if only their expansion is missing."""
    await client.async_get_memory()
    _add_processor(bmc)
    bmc.fail(PROCESSORS, status=404, body=bmc.resource(PROCESSORS), times=1)
    assert len(await client.async_get_processors()) == 2
    assert client.member_errors == {}
    _take(bmc)
    assert len(await client.async_get_processors()) == 2
    assert _count_expansions(bmc) == 0


async def test_earlier_expansion_does_not_confirm_missing_members(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Read one member each time, also if no member was read since the last time."""
    bmc.expand = "bmcweb"
    await client.async_get_memory()
    _add_processor(bmc)
    for number in (1, 2):
        bmc.break_resource(f"{PROCESSORS}/{number}", "404")
    assert len(await client._reader.members.async_list(PROCESSORS)) == 2
    bmc.heal()
    bmc.fail(PROCESSORS, status=404, body=bmc.resource(PROCESSORS), times=1)
    assert len(await client.async_get_processors()) == 2


async def test_slow_expansion_is_used_but_not_repeated(
    client: SupermicroRedfishClient, bmc: Bmc, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Use the result of a slow expansion, and read members singly afterwards."""
    monkeypatch.setattr(expand_requests, "EXPAND_MAX_SECONDS", 0.0)
    assert len(await client.async_get_memory()) == 4
    assert _count_expansions(bmc) == 1
    assert len(await client.async_get_memory()) == 4
    assert _count_expansions(bmc) == 0


async def test_busy_bmc_is_asked_again_soon(
    client: SupermicroRedfishClient, bmc: Bmc, expansion_clock: Clock
) -> None:
    """Repeat the expansion soon after a 503, not a day later."""
    await client.async_get_memory()
    bmc.fail(DIMMS, status=503, times=1)
    assert len(await client.async_get_memory()) == 4
    assert _count_expansions(bmc) == 2
    expansion_clock.tick(EXPAND_BUSY_SECONDS + 1)
    await client.async_get_memory()
    assert _count_expansions(bmc) == 1


async def test_bmc_that_stays_busy_is_asked_less_and_less(
    client: SupermicroRedfishClient, bmc: Bmc, expansion_clock: Clock
) -> None:
    """Double the pause each time, up to a day."""
    await client.async_get_memory()
    bmc.expand = "503"
    pause = EXPAND_BUSY_SECONDS
    for _ in range(13):
        for is_due, seconds in ((True, pause - 1), (False, 2)):
            bmc.requests.clear()
            assert len(await client.async_get_memory()) == 4
            assert statuses(bmc, "GET", DIMMS).count(503) == is_due
            expansion_clock.tick(seconds)
        pause = min(2 * pause, EXPAND_RETRY_SECONDS)
    assert pause == EXPAND_RETRY_SECONDS


async def test_success_ends_the_pauses_of_a_busy_bmc(
    client: SupermicroRedfishClient, bmc: Bmc, expansion_clock: Clock
) -> None:
    """Ask soon again if the BMC was busy only once, however often that was before."""
    await client.async_get_memory()
    for _ in range(4):
        bmc.expand = "503"
        await client.async_get_memory()
        bmc.expand = "correct"
        expansion_clock.tick(EXPAND_BUSY_SECONDS + 1)
        bmc.requests.clear()
        await client.async_get_memory()
        assert _count_expansions(bmc) == 1


async def test_other_kind_that_fails_affects_only_itself(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Continue to expand collections of the working kind."""
    await client.async_get_memory()
    bmc.expand = "half the properties"
    found = await client.async_get_firmware_inventory()
    assert len(found) == len(
        bmc.resource(f"{ROOT}/UpdateService/FirmwareInventory")["Members"]
    )
    bmc.expand = "correct"
    _take(bmc)
    await client.async_get_firmware_inventory()
    assert _count_expansions(bmc) == 0
    await client.async_get_memory()
    assert _count_expansions(bmc) == 1


async def test_working_firmware_is_compared_for_measured_values_only(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Read a single member of a later kind only if it has a reading."""
    await client.async_get_memory()
    _take(bmc)
    await client.async_get_processors()
    assert _take(bmc) == [f"{SYSTEM}/Processors?{EXPAND}"]
    add_sensors(bmc)
    await client.async_get_sensors()
    sent = _take(bmc)
    assert sent[-2] == f"{SENSORS}?{EXPAND}"
    assert sent[-1].startswith(f"{SENSORS}/")


async def test_resource_inside_members_is_compared(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Read power supplies one by one if the expansion of their metrics is wrong."""
    make_gen14(bmc)
    await client.async_get_memory()
    correct = bmc.resource(f"{SUPPLIES}/1/Metrics")
    members = [
        bmc.resource(f"{SUPPLIES}/{number}")
        | {"Metrics": link(f"{SUPPLIES}/{number}/Metrics") | {"Id": "Metrics"}}
        for number in ("1", "2")
    ]
    bmc.fail(SUPPLIES, status=200, body={"Members": members})
    power = await client.async_get_power()
    watts = correct["OutputPowerWatts"]["Reading"]
    assert {s.power_output_watts for s in power.power_supplies} == {watts}


async def test_reused_expansion_keeps_its_time(
    client: SupermicroRedfishClient, bmc: Bmc, expansion_clock: Clock
) -> None:
    """Return members and the resources inside them with the time of the request."""
    make_gen14(bmc)
    await client.async_get_memory()
    await client.async_get_power()
    expander, metrics = client._reader.expander, f"{SUPPLIES}/1/Metrics"
    members = [f"{SUPPLIES}/{number}" for number in ("1", "2")]
    requested_at = expansion_clock.now
    await expander.async_read(SUPPLIES, members)
    expansion_clock.tick(EXPAND_FRESH_SECONDS - 10)
    found = await expander.async_read(SUPPLIES, members, since=-inf)
    assert [found[path].read_at for path in members] == [requested_at] * 2
    reused = expander.take(metrics)
    assert reused
    assert reused.read_at == requested_at


async def test_reused_expansion_replaces_no_newer_one(
    client: SupermicroRedfishClient, bmc: Bmc, expansion_clock: Clock
) -> None:
    """Keep the resources of a list that was requested after the last poll."""
    make_gen14(bmc)
    await client.async_get_memory()
    await client.async_get_power()
    expander, metrics = client._reader.expander, f"{SUPPLIES}/1/Metrics"
    members = [f"{SUPPLIES}/{number}" for number in ("1", "2")]
    await expander.async_read(SUPPLIES, members)
    expansion_clock.tick(10)
    bmc.change(metrics, {"OutputPowerWatts": {"Reading": 150}})
    assert await expander.async_list(SUPPLIES) == members
    await expander.async_read(SUPPLIES, members, since=-inf)
    newest = expander.take(metrics)
    assert newest
    assert newest.body["OutputPowerWatts"] == {"Reading": 150}
    assert newest.read_at == expansion_clock.now
    cached = client.cached_resources[metrics]
    assert cached["OutputPowerWatts"] == {"Reading": 150}


async def test_readings_are_read_in_bulk_only_by_their_own_collections(
    client: SupermicroRedfishClient, bmc: Bmc, session: ClientSession
) -> None:
    """Ignore expansions of other collections, and remember those of the fans."""
    make_gen14(bmc)
    await client.async_get_memory()
    assert (client.expands_collections, client.reads_in_bulk) == (True, False)
    await client.async_get_all_data()
    assert client.reads_in_bulk
    discovery = json.loads(json.dumps(client.discovery))
    async with connected_client(bmc, session, discovery=discovery) as other:
        assert await other.async_is_same_bmc()
        assert other.reads_in_bulk


async def test_drives_are_read_with_their_storage(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Expand two levels where drives are lists of links, and at most those allowed."""
    paths = [f"{STORAGE}/1/Drives/{name}" for name in range(6)]
    for path in paths:
        bmc.put(path, {"@odata.id": path, "Id": path[-1], "Name": f"Bay {path[-1]}"})
    links = [{"@odata.id": path} for path in paths]
    group = {"Id": "1", "Name": "Storage", "Drives": links}
    put_collection(bmc, STORAGE, {"1": group})
    bmc.change(SYSTEM, {"Storage": {"@odata.id": STORAGE}})
    await client.async_get_memory()
    for _ in range(2):
        _take(bmc)
        drives = await client.async_get_drives()
        assert {f"Bay {n}" for n in range(6)} <= {drive.name for drive in drives}
        assert not [path for path in _take(bmc) if f"{STORAGE}/1/Drives" in path]


async def test_verdicts_survive_restart(bmc: Bmc, session: ClientSession) -> None:
    """Repeat no trial after a restart, whatever its verdict was."""
    async with connected_client(bmc, session) as client:
        await client.async_get_all_data()
        await client.async_get_memory()
        discovery = json.loads(json.dumps(client.discovery))
    _take(bmc)
    async with connected_client(bmc, session, discovery=discovery) as client:
        await client.async_get_memory()
        assert f"{DIMMS}?$expand=.($levels=1)" in (requests := _take(bmc))
        assert DIMMS not in requests
    bmc.expand = "500"
    async with connected_client(bmc, session) as client:
        await client.async_get_all_data()
        await client.async_get_memory()
        assert _count_expansions(bmc) == 1
        discovery = json.loads(json.dumps(client.discovery))
    async with connected_client(bmc, session, discovery=discovery) as client:
        assert len(await client.async_get_memory()) == 4
        assert _count_expansions(bmc) == 0


async def test_suspension_ends_at_its_time_after_restart(
    bmc: Bmc, session: ClientSession, expansion_clock: Clock
) -> None:
    """Repeat the expansion of a busy BMC as soon as without the restart."""
    async with connected_client(bmc, session) as client:
        await client.async_get_all_data()
        await client.async_get_memory()
        bmc.fail(DIMMS, status=503, times=1)
        await client.async_get_memory()
        discovery = json.loads(json.dumps(client.discovery))
    _take(bmc)
    async with connected_client(bmc, session, discovery=discovery) as client:
        for expected in (0, 1):
            await client.async_get_memory()
            assert _count_expansions(bmc) == expected
            expansion_clock.tick(61)


@pytest.mark.parametrize("first", ["501", "correct"])
async def test_new_firmware_is_tried_anew(
    bmc: Bmc, session: ClientSession, first: Expand
) -> None:
    """Discard the verdicts of another version, at a restart and while running."""
    bmc.expand = first
    second: Expand = "correct" if first == "501" else "501"
    async with connected_client(bmc, session) as client:
        await client.async_get_all_data()
        await client.async_get_memory()
        bmc.expand = second
        bmc.change(MANAGER, {"FirmwareVersion": "99.01"})
        await client.async_get_manager()
        _take(bmc)
        assert len(await client.async_get_memory()) == 4
        assert _count_expansions(bmc) == 1
        discovery = json.loads(json.dumps(client.discovery))
    bmc.expand = first
    bmc.change(MANAGER, {"FirmwareVersion": "99.02"})
    async with connected_client(bmc, session, discovery=discovery) as client:
        await client.async_get_manager()
        _take(bmc)
        assert len(await client.async_get_memory()) == 4
        assert _count_expansions(bmc) == 1


async def test_new_firmware_shows_its_own_resources(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Use no drive that an expansion by the earlier version has shown."""
    bay = f"{CHASSIS}/Drives/9"
    bmc.put(bay, {"@odata.id": bay, "Id": "9", "Name": "Bay 9", "SerialNumber": "A"})
    group = {"Id": "1", "Name": "Storage", "Drives": [link(bay)]}
    put_collection(bmc, STORAGE, {"1": group})
    bmc.change(SYSTEM, {"Storage": link(STORAGE)})
    await client.async_get_manager()
    await client.async_get_memory()
    await client.async_get_volumes()
    bmc.change(bay, {"SerialNumber": "B"})
    bmc.change(MANAGER, {"FirmwareVersion": "99.01"})
    await client.async_get_manager()
    drives = await client.async_get_drives()
    assert [drive.serial_number for drive in drives if drive.id == "9"] == ["B"]


@pytest.mark.parametrize(
    "exported",
    [
        None,
        [],
        {"verified": None, "retry_at": None},
        {"verified": [1, None, {}], "retry_at": {"*": "soon"}},
        {"verified": "Memory", "retry_at": [1]},
        {"retry_at": {"*": -1e300}},
        {"retry_at": {"*": float("nan")}},
    ],
    ids=str,
)
async def test_malformed_verdicts_are_ignored(
    client: SupermicroRedfishClient, exported: Any
) -> None:
    """Expand again if a stored verdict is malformed."""
    client._reader.expander.verdicts.restore(exported)
    assert len(await client.async_get_memory()) == 4
    assert client._reader.expander.has_worked
