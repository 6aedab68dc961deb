"""Collections in pages, with dead links, and with members that want a licence."""

import asyncio
from typing import Any

import pytest

from aiosupermicro import (
    AuthorizationError,
    InvalidResponseError,
    LicenseError,
    NotFoundError,
    ServiceUnavailableError,
    SupermicroRedfishClient,
)
from aiosupermicro.resources.collections import MAX_PAGES
from tests.conftest import until
from tests.simulator import Bmc

from . import ENTRIES, MEMORY, SYSTEM, link

NEXT = "Members@odata.nextLink"


def _put_pages(bmc: Bmc, path: str, pages: list[list[Any]], last: Any = None) -> None:
    """Put a collection that comes in pages, each of which links to the next."""
    places = [path, *(f"{path}/Page{number}" for number in range(1, len(pages)))]
    for place, members, following in zip(
        places, pages, [*places[1:], last], strict=True
    ):
        more = {} if following is None else {NEXT: following}
        bmc.put(place, link(path) | {"Members": members} | more)


@pytest.fixture
def modules(bmc: Bmc) -> list[str]:
    """Return where four memory modules are, of which the collection has no more."""
    paths = [f"{MEMORY}/Module{number}" for number in range(4)]
    for path in paths:
        bmc.put(path, {"Id": path.rpartition("/")[2], "CapacityMiB": 1024})
    bmc.put(MEMORY, link(MEMORY) | {"Members": [link(path) for path in paths]})
    return paths


async def _ids(client: SupermicroRedfishClient) -> list[str | None]:
    """Return the Ids of the modules that the client reads."""
    return [module.id for module in await client.async_get_memory()]


@pytest.mark.parametrize(
    "last", [None, MEMORY, f"{MEMORY}/Page1", "", 5, "https:nowhere"]
)
async def test_a_collection_in_pages(
    client: SupermicroRedfishClient, bmc: Bmc, modules: list[str], last: Any
) -> None:
    """Each page names the next; one that leads back, or nowhere, is the last."""
    links = [link(path) for path in modules]
    _put_pages(bmc, MEMORY, [links[:2], links[2:3], links[3:]], last)
    for _ in range(2):
        bmc.requests.clear()
        assert await _ids(client) == ["Module0", "Module1", "Module2", "Module3"]
    assert len(bmc.requests) == 3 + 4


@pytest.mark.parametrize("host", ["https://bmc.lan", "//192.0.2.1"])
async def test_a_next_page_under_another_name_of_the_bmc(
    client: SupermicroRedfishClient, bmc: Bmc, modules: list[str], host: str
) -> None:
    """An absolute link is followed on the host that the client talks to."""
    links = [link(path) for path in modules]
    _put_pages(bmc, MEMORY, [links[:3], links[3:]])
    bmc.change(MEMORY, {NEXT: f"{host}{MEMORY}/Page1"})
    assert len(await _ids(client)) == 4


async def test_pages_that_are_all_alike(
    client: SupermicroRedfishClient, bmc: Bmc, modules: list[str]
) -> None:
    """A BMC that does not heed its own link gives nothing twice."""
    bmc.change(MEMORY, {NEXT: f"{MEMORY}?$skip=2"})
    assert len(await _ids(client)) == len(modules)
    entries = bmc.resource(ENTRIES)["Members"]
    bmc.change(ENTRIES, {NEXT: f"{ENTRIES}?$skip=2"})
    assert len(await client.async_get_log_entries()) == len(entries)


async def test_pages_without_end(
    client: SupermicroRedfishClient, bmc: Bmc, modules: list[str]
) -> None:
    """Somewhere it is enough, and a part is not passed off as the whole."""
    pages = [[link(modules[0])], []] * (MAX_PAGES // 2)
    _put_pages(bmc, MEMORY, pages)
    assert await _ids(client) == ["Module0"]
    _put_pages(bmc, MEMORY, [*pages, []])
    with pytest.raises(InvalidResponseError, match="pages"):
        await client.async_get_memory()


@pytest.mark.usefixtures("modules")
async def test_a_page_that_fails(client: SupermicroRedfishClient, bmc: Bmc) -> None:
    """Half a collection is no collection."""
    bmc.change(MEMORY, {NEXT: f"{MEMORY}/Page1"})
    with pytest.raises(NotFoundError):
        await client.async_get_memory()


async def test_a_dead_link_costs_one_member(
    client: SupermicroRedfishClient, bmc: Bmc, modules: list[str]
) -> None:
    """The others are read, and it is as well once it is there."""
    bmc.fail(modules[1], status=404)
    assert await _ids(client) == ["Module0", "Module2", "Module3"]
    bmc.heal()
    assert len(await _ids(client)) == 4
    bmc.fail(f"{MEMORY}/*", status=404)
    with pytest.raises(NotFoundError):
        await client.async_get_memory()


async def test_a_licence_costs_one_member(
    client: SupermicroRedfishClient, bmc: Bmc, modules: list[str]
) -> None:
    """What wants one is not asked for again, until the next connection."""
    bmc.unlicensed = (modules[0],)
    for _ in range(2):
        assert await _ids(client) == ["Module1", "Module2", "Module3"]
    assert [r.path for r in bmc.requests].count(modules[0]) == 1
    bmc.unlicensed = (*modules,)
    with pytest.raises(LicenseError):
        await client.async_get_memory()
    bmc.unlicensed = ()
    await client.async_disconnect()
    await client.async_connect()
    assert len(await _ids(client)) == 4


@pytest.mark.parametrize("status", [403, 503])
async def test_any_other_failure_of_a_member_is_one(
    client: SupermicroRedfishClient, bmc: Bmc, modules: list[str], status: int
) -> None:
    """What could not be read is not passed off as what is not there."""
    bmc.fail(modules[2], status=status)
    error = ServiceUnavailableError if status == 503 else AuthorizationError
    with pytest.raises(error):
        await client.async_get_memory()


async def test_a_long_collection_does_not_hold_back_a_poll(
    client: SupermicroRedfishClient, bmc: Bmc, modules: list[str]
) -> None:
    """Whoever asks meanwhile comes next, not after the last member."""
    await client.async_get_memory()
    bmc.requests.clear()
    bmc.hang(f"{MEMORY}/*", 0.05)
    reading = asyncio.create_task(client.async_get_memory())
    await until(lambda: len(bmc.requests) > 0)
    await client.async_get_system()
    await reading
    paths = [request.path for request in bmc.requests]
    assert paths.index(SYSTEM) < paths.index(modules[-1])


async def test_one_card_without_its_ports(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """A collection below a member is none where its link is dead."""
    chassis = "/redfish/v1/Chassis/1"
    cards = f"{chassis}/NetworkAdapters"
    bmc.change(chassis, {"NetworkAdapters": link(cards)})
    bmc.put(cards, {"Members": [link(f"{cards}/{name}") for name in "AB"]})
    for name in "AB":
        bmc.put(f"{cards}/{name}", {"Ports": link(f"{cards}/{name}/Ports")})
    ports = f"{cards}/A/Ports"
    bmc.put(ports, {"Members": [link(f"{ports}/1")]})
    bmc.put(f"{ports}/1", {"Id": "1"})
    assert [port.id for port in await client.async_get_ports()] == ["1"]
    bmc.remove(ports)
    assert await client.async_get_ports() == []
    bmc.put(ports, {"Members": [link(f"{ports}/1")]})
    bmc.unlicensed = (ports, f"{cards}/B/Ports")
    with pytest.raises(LicenseError):
        await client.async_get_ports()


def _put_entries(bmc: Bmc, names: list[str]) -> None:
    """Put a log whose entries are only linked."""
    bmc.put(ENTRIES, {"Members": [link(f"{ENTRIES}/{name}") for name in names]})
    for name in names:
        bmc.put(f"{ENTRIES}/{name}", {"Id": name, "Message": f"event {name}"})


@pytest.mark.parametrize("is_reversed", [False, True])
async def test_of_linked_entries_only_the_new_ones_are_read(
    client: SupermicroRedfishClient, bmc: Bmc, *, is_reversed: bool
) -> None:
    """One new entry of fifty is one request, and one for the list of them."""
    names = [str(number) for number in range(4060, 4097)] + ["1", "2"]
    _put_entries(bmc, names[::-1] if is_reversed else names)
    everything = await client.async_get_log_entries()
    assert [entry.id for entry in everything] == names
    for known in ("4095", "4096", "1"):
        bmc.requests.clear()
        new = await client.async_get_log_entries(after=known)
        expected = names[names.index(known) + 1 :]
        assert [entry.id for entry in new] == expected
        assert len(bmc.requests) == 1 + len(expected)
    assert await client.async_get_log_entries(after="2") == []
    assert await client.async_get_log_entries(after="none") == everything


async def test_a_linked_entry_that_is_gone(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """An entry that is deleted while the others are read is no failure."""
    _put_entries(bmc, ["1", "2", "3"])
    bmc.remove(f"{ENTRIES}/2")
    found = await client.async_get_log_entries()
    assert [entry.id for entry in found] == ["1", "3"]


async def test_links_that_are_called_otherwise_than_the_entries(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Then all are read, and the entries' own Ids tell which are new."""
    _put_entries(bmc, ["a", "b", "c"])
    for name, number in (("a", "1"), ("b", "2"), ("c", "3")):
        bmc.change(f"{ENTRIES}/{name}", {"Id": number})
    found = await client.async_get_log_entries(after="2")
    assert [entry.id for entry in found] == ["3"]


async def test_entries_without_an_id(client: SupermicroRedfishClient, bmc: Bmc) -> None:
    """None of them is taken for the one after which nobody asked."""
    bmc.put(ENTRIES, {"Members": [{"Message": "a", "Severity": "OK"}] * 3})
    assert len(await client.async_get_log_entries()) == 3
