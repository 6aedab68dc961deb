"""Missing and failing resources, and how long the reader remembers them."""

from collections.abc import Callable
from copy import deepcopy

from aiohttp import ClientSession
import pytest

from aiosupermicro import (
    NotFoundError,
    ServiceUnavailableError,
    SupermicroRedfishClient,
)
from aiosupermicro.const import RETRY_UNAVAILABLE_SECONDS
from aiosupermicro.resources import availability, link_reads, path_finder
from tests.conftest import Clock
from tests.library import (
    CHASSIS,
    FAN_MODE,
    MANAGER,
    MEMORY,
    ROOT,
    SYSTEM,
    THERMAL,
    connected_client,
    put_members,
    statuses,
    take_calls,
)
from tests.simulator import Bmc
from tests.simulator.changes import REMOVED

SYSTEMS = f"{ROOT}/Systems"


async def test_missing_resource_is_requested_once_per_connection(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Remember a dead link until the next connection."""
    bmc.remove(FAN_MODE)
    for _ in range(3):
        assert (await client.async_get_static_data()).fan_mode is None
    assert take_calls(bmc).count(("GET", FAN_MODE)) == 1
    await client.async_disconnect()
    await client.async_connect()
    await client.async_get_static_data()
    assert ("GET", FAN_MODE) in take_calls(bmc)


@pytest.mark.parametrize(
    ("path", "method"),
    [(SYSTEM, "system"), (CHASSIS, "chassis"), (MANAGER, "manager")],
)
async def test_resource_of_every_machine_is_requested_again(
    client: SupermicroRedfishClient, bmc: Bmc, path: str, method: str
) -> None:
    """Read the board once the BMC has started, which has answered with 404 before."""
    read = getattr(client, f"async_get_{method}")
    bmc.fail(path, status=404)
    with pytest.raises(NotFoundError):
        await read()
    bmc.heal()
    assert await read()


@pytest.mark.parametrize(
    "break_bmc",
    [
        lambda bmc: bmc.fail(SYSTEMS, status=404),
        lambda bmc: bmc.fail(SYSTEM, status=404),
        lambda bmc: put_members(bmc, SYSTEMS, []),
        lambda bmc: bmc.change(ROOT, {"Systems": REMOVED}),
    ],
    ids=["collection is missing", "system is missing", "no member", "no link"],
)
async def test_nothing_is_empty_without_a_system(
    bmc: Bmc, session: ClientSession, break_bmc: Callable[[Bmc], None]
) -> None:
    """Raise an error for all parts of a machine until the BMC shows its system.

    An empty list would say that the machine has none.
    """
    healthy = {path: deepcopy(bmc.resource(path)) for path in (ROOT, SYSTEMS)}
    break_bmc(bmc)
    names = ("memory", "storage", "virtual_media", "thermal", "dynamic_data")
    async with connected_client(bmc, session) as client:
        for _ in range(2):
            for name in names:
                with pytest.raises(ServiceUnavailableError):
                    await getattr(client, f"async_get_{name}")()
        bmc.heal()
        for path, body in healthy.items():
            bmc.put(path, body)
        for name in names:
            assert await getattr(client, f"async_get_{name}")()


@pytest.mark.parametrize("status", [404, 500])
async def test_failing_chassis_costs_its_own_resources_only(
    client: SupermicroRedfishClient, bmc: Bmc, status: int
) -> None:
    """Read all that the system and the BMC have, and the drives of the storage."""
    bmc.fail(CHASSIS, status=status)
    for _ in range(2):
        data = await client.async_get_static_data()
        assert data.manager
        assert data.ntp
        assert data.fan_mode
        assert data.chassis is None
        assert len(await client.async_get_drives()) == 2


@pytest.mark.parametrize(
    ("wrong", "names"),
    [
        ({"system": "2"}, ("memory", "storage", "manager", "thermal")),
        ({"chassis": "2"}, ("network_adapters", "pcie_devices", "thermal", "sensors")),
    ],
    ids=["system", "chassis"],
)
async def test_nothing_is_empty_with_a_wrong_id(
    bmc: Bmc, session: ClientSession, wrong: dict[str, str], names: tuple[str, ...]
) -> None:
    """Raise an error that names the wanted Id, for all parts of that resource."""
    async with connected_client(bmc, session, **wrong) as client:
        for name in names:
            with pytest.raises(ServiceUnavailableError, match=r"(system|chassis) 2$"):
                await getattr(client, f"async_get_{name}")()


@pytest.mark.parametrize(
    ("method", "path"), [("async_get_thermal", THERMAL), ("async_get_memory", MEMORY)]
)
async def test_resource_read_before_is_not_remembered_as_missing(
    client: SupermicroRedfishClient, bmc: Bmc, method: str, path: str
) -> None:
    """Raise NotFoundError for a starting BMC, and read the resource later."""
    read = getattr(client, method)
    before = await read()
    assert before
    bmc.fail(path, status=404, times=1)
    with pytest.raises(NotFoundError):
        await read()
    assert await read() == before


async def test_failed_resource_is_read_in_next_poll(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Request a resource once per poll, and return it again after the failure."""
    before = await client.async_get_dynamic_data()
    for status in (503, 404, 403, 429, 500):
        bmc.requests.clear()
        bmc.fail(THERMAL, status=status, times=1)
        data = await client.async_get_dynamic_data()
        assert data.thermal is None
        assert data.system
        assert data.power
        assert data.errors["thermal"].status == status
        assert statuses(bmc, "GET", THERMAL) == [status]
        assert await client.async_get_dynamic_data() == before


async def test_static_read_uses_resources_just_read_for_their_links(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Use the chassis that the first poll has just read for its links."""
    await client.async_get_dynamic_data()
    assert take_calls(bmc).count(("GET", CHASSIS)) == 1
    assert (await client.async_get_static_data()).chassis
    assert ("GET", CHASSIS) not in take_calls(bmc)
    bmc.change(CHASSIS, {"SerialNumber": "new"})
    chassis = (await client.async_get_static_data()).chassis
    assert chassis
    assert chassis.serial_number == "new"


async def test_failure_of_fan_mode_is_forgotten_after_an_hour(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Read the fan mode again for a caller that reads dynamic data only."""
    monkeypatch.setattr(link_reads, "monotonic", clock)
    monkeypatch.setattr(availability, "monotonic", clock)
    monkeypatch.setattr(path_finder, "monotonic", clock)
    bmc.fail(FAN_MODE, status=500)
    for _ in range(3):
        assert "fan_mode" in (await client.async_get_dynamic_data()).errors
    assert statuses(bmc, "GET", FAN_MODE) == [500]
    bmc.heal()
    clock.tick(RETRY_UNAVAILABLE_SECONDS)
    data = await client.async_get_dynamic_data()
    assert data.fan_mode
    assert data.errors == {}
