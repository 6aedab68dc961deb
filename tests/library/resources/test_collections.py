"""Collections in pages, with missing members, and with unlicensed members."""

import asyncio
from typing import Any

import pytest

from aiosupermicro import (
    InvalidResponseError,
    LicenseError,
    NotFoundError,
    ServiceUnavailableError,
    SupermicroRedfishClient,
)
from aiosupermicro.const import MAX_PAGES
from tests.conftest import until
from tests.library import (
    CHASSIS,
    ENTRIES,
    MEMORY,
    SYSTEM,
    link,
    put_collection,
    put_pages,
    requested_paths,
    set_timeout,
)
from tests.simulator import Bmc

NEXT = "Members@odata.nextLink"


@pytest.fixture
def modules(bmc: Bmc) -> list[str]:
    """Return the paths of four memory modules, the only members of their collection."""
    names = [f"Module{number}" for number in range(4)]
    modules = {name: {"Id": name, "CapacityMiB": 1024} for name in names}
    put_collection(bmc, MEMORY, modules)
    return [f"{MEMORY}/{name}" for name in names]


async def _ids(client: SupermicroRedfishClient) -> list[str | None]:
    """Return the Ids of the memory modules that the client reads."""
    return [module.id for module in await client.async_get_memory()]


@pytest.mark.parametrize(
    "last", [None, MEMORY, f"{MEMORY}/Page1", "", 5, "https:nowhere"]
)
async def test_collection_is_read_across_pages(
    client: SupermicroRedfishClient, bmc: Bmc, modules: list[str], last: Any
) -> None:
    """Follow the links to all pages, up to a repeated or invalid link."""
    links = [link(path) for path in modules]
    put_pages(bmc, MEMORY, [links[:2], links[2:3], links[3:]], last)
    for _ in range(2):
        bmc.requests.clear()
        assert await _ids(client) == ["Module0", "Module1", "Module2", "Module3"]
    assert len(bmc.requests) == 3 + 4


@pytest.mark.parametrize("host", ["https://bmc.lan", "//192.0.2.1"])
async def test_next_page_with_other_host_name_is_read_from_bmc(
    client: SupermicroRedfishClient, bmc: Bmc, modules: list[str], host: str
) -> None:
    """Follow an absolute link on the host that the client is connected to."""
    links = [link(path) for path in modules]
    put_pages(bmc, MEMORY, [links[:3], links[3:]])
    bmc.change(MEMORY, {NEXT: f"{host}{MEMORY}/Page1"})
    assert len(await _ids(client)) == 4


async def test_repeated_page_ends_collection(
    client: SupermicroRedfishClient, bmc: Bmc, modules: list[str]
) -> None:
    """Return each member once from a BMC that ignores the query of its own link."""
    bmc.change(MEMORY, {NEXT: f"{MEMORY}?$skip=2"})
    assert len(await _ids(client)) == len(modules)
    entries = bmc.resource(ENTRIES)["Members"]
    bmc.change(ENTRIES, {NEXT: f"{ENTRIES}?$skip=2"})
    assert len(await client.async_get_log_entries()) == len(entries)


async def test_too_many_pages_are_an_error(
    client: SupermicroRedfishClient, bmc: Bmc, modules: list[str]
) -> None:
    """Raise an error instead of returning a part of a collection."""
    pages = [[link(modules[0])], []] * (MAX_PAGES // 2)
    put_pages(bmc, MEMORY, pages)
    assert await _ids(client) == ["Module0"]
    put_pages(bmc, MEMORY, [*pages, []])
    with pytest.raises(InvalidResponseError, match="pages"):
        await client.async_get_memory()


@pytest.mark.usefixtures("modules")
async def test_missing_page_is_an_error(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Raise an error instead of returning a part of a collection."""
    bmc.change(MEMORY, {NEXT: f"{MEMORY}/Page1"})
    with pytest.raises(NotFoundError):
        await client.async_get_memory()


async def test_missing_member_is_left_out(
    client: SupermicroRedfishClient, bmc: Bmc, modules: list[str]
) -> None:
    """Return the other members, and the missing one once it is available."""
    bmc.fail(modules[1], status=404)
    assert await _ids(client) == ["Module0", "Module2", "Module3"]
    bmc.heal()
    assert len(await _ids(client)) == 4
    bmc.fail(f"{MEMORY}/*", status=404)
    with pytest.raises(NotFoundError):
        await client.async_get_memory()


async def test_unlicensed_member_is_left_out(
    client: SupermicroRedfishClient, bmc: Bmc, modules: list[str]
) -> None:
    """Request the member once per connection, and return the other members."""
    bmc.unlicensed = (modules[0],)
    for _ in range(2):
        assert await _ids(client) == ["Module1", "Module2", "Module3"]
    assert requested_paths(bmc).count(modules[0]) == 1
    bmc.unlicensed = (*modules,)
    with pytest.raises(LicenseError):
        await client.async_get_memory()
    bmc.unlicensed = ()
    await client.async_disconnect()
    await client.async_connect()
    assert len(await _ids(client)) == 4


@pytest.mark.parametrize("status", [403, 404, 500, 503])
async def test_failed_member_affects_only_itself(
    client: SupermicroRedfishClient, bmc: Bmc, modules: list[str], status: int
) -> None:
    """Return the other members, and record the error of the failed one by path."""
    bmc.fail(modules[2], status=status)
    assert len(await client.async_get_memory()) == len(modules) - 1
    (path,) = client.member_errors
    assert path == modules[2]
    assert client.member_errors[path].status == status
    bmc.heal()
    assert len(await client.async_get_memory()) == len(modules)
    assert client.member_errors == {}


@pytest.mark.parametrize("is_missing", [False, True])
async def test_single_timeouts_do_not_end_a_series(
    client: SupermicroRedfishClient, bmc: Bmc, modules: list[str], *, is_missing: bool
) -> None:
    """Request all members if the BMC responds between two time-outs."""
    client.set_max_concurrent_requests(1)
    await _ids(client)
    set_timeout(client, 0.2)
    for path in modules[::2]:
        bmc.hang(path, 60)
    if is_missing:
        bmc.fail(modules[1], status=404)
    expected = ["Module3"] if is_missing else ["Module1", "Module3"]
    assert await _ids(client) == expected


async def test_failure_of_all_members_is_an_error(
    client: SupermicroRedfishClient, bmc: Bmc, modules: list[str]
) -> None:
    """Raise an error instead of returning an empty list."""
    bmc.fail(f"{MEMORY}/*", status=503)
    with pytest.raises(ServiceUnavailableError):
        await client.async_get_memory()
    assert set(client.member_errors) == set(modules)


async def test_long_collection_does_not_delay_poll(
    client: SupermicroRedfishClient, bmc: Bmc, modules: list[str]
) -> None:
    """Send other requests between the requests for members."""
    await client.async_get_memory()
    bmc.requests.clear()
    bmc.hang(f"{MEMORY}/*", 0.05)
    reading = asyncio.create_task(client.async_get_memory())
    await until(lambda: len(bmc.requests) > 0)
    await client.async_get_system()
    await reading
    paths = requested_paths(bmc)
    assert paths.index(SYSTEM) < paths.index(modules[-1])


async def test_missing_ports_of_one_adapter_are_left_out(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Treat a collection below a member as empty if its link is dead."""
    cards = f"{CHASSIS}/NetworkAdapters"
    ports = f"{cards}/A/Ports"
    bmc.change(CHASSIS, {"NetworkAdapters": link(cards)})
    adapters = {name: {"Ports": link(f"{cards}/{name}/Ports")} for name in "AB"}
    put_collection(bmc, cards, adapters)
    put_collection(bmc, ports, {"1": {"Id": "1"}})
    assert [port.id for port in await client.async_get_ports()] == ["1"]
    bmc.remove(ports)
    assert await client.async_get_ports() == []
    put_collection(bmc, ports, {"1": {"Id": "1"}})
    bmc.unlicensed = (ports, f"{cards}/B/Ports")
    with pytest.raises(LicenseError):
        await client.async_get_ports()
