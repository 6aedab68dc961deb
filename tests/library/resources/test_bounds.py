"""Bounds on the memory of a client, and on the lists that it decodes."""

from collections.abc import Iterator
from itertools import count
import json
from typing import Any

import pytest

from aiosupermicro import (
    ETagCache,
    InvalidResponseError,
    NotFoundError,
    SupermicroRedfishClient,
)
from aiosupermicro.const import (
    MAX_CACHED_BYTES,
    MAX_CACHED_RESOURCES,
    MAX_LIST_ITEMS,
    MAX_LOG_ENTRIES,
    MAX_REMEMBERED_ERRORS,
    MAX_VALUES,
)
from aiosupermicro.http import cache
from aiosupermicro.http.document import Document, parse_document
from tests.library import ENTRIES, MEMORY, THERMAL, link, put_pages, take_calls
from tests.library.boards import BOARDS, load
from tests.simulator import Bmc


def _kept(client: SupermicroRedfishClient) -> int:
    """Return the estimated memory of the cache."""
    return client._connection._cache._size


def _document(memory: int) -> Document:
    """Return a document of this size in memory."""
    return Document({}, b"{}", memory, version=1)


def _rename(bmc: Bmc, numbers: Iterator[int], amount: int, size: int = 10) -> None:
    """Give the memory modules new names."""
    modules = {f"{MEMORY}/New{next(numbers)}": {"A": "x" * size} for _ in range(amount)}
    bmc.put(MEMORY, link(MEMORY) | {"Members": [*map(link, modules)]})
    for path, body in modules.items():
        bmc.put(path, link(path) | body)


@pytest.mark.parametrize("limit", ["entries", "bytes"])
async def test_cache_forgets_members_that_are_no_longer_read(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    monkeypatch: pytest.MonkeyPatch,
    limit: str,
) -> None:
    """Keep the links that a poll needs while the names of members change."""
    await client.async_get_all_data()
    await client.async_get_memory()
    max_bytes = MAX_CACHED_BYTES
    if limit == "entries":
        monkeypatch.setattr(cache, "MAX_CACHED_RESOURCES", 80)
    else:
        max_bytes = _kept(client) + 11_000_000
        monkeypatch.setattr(cache, "MAX_CACHED_BYTES", max_bytes)
    numbers = count()
    take_calls(bmc)
    await client.async_get_all_data()
    requests = take_calls(bmc)
    for _ in range(6):
        _rename(bmc, numbers, 20, 10 if limit == "entries" else 10_000)
        await client.async_get_memory()
        assert len(client.cached_resources) <= 80 or limit != "entries"
        assert _kept(client) <= max_bytes
        take_calls(bmc)
        await client.async_get_all_data()
        assert sorted(take_calls(bmc)) == sorted(requests)
    assert f"{MEMORY}/New0" not in client.cached_resources


def test_cache_removes_the_resource_that_was_not_used_for_longest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Count entries and bytes, also after a change and an invalidation."""
    monkeypatch.setattr(cache, "MAX_CACHED_RESOURCES", 3)
    monkeypatch.setattr(cache, "MAX_CACHED_BYTES", 100)
    found = ETagCache()
    for path in "abc":
        found.store(path, path, {"Id": path}, _document(30))
    assert found.get_cached("a")
    found.store("d", None, {}, _document(10))
    assert [*found.cached_data] == ["c", "a", "d"]
    assert [*found.etags] == ["a", "c"]
    found.store("c", None, {}, _document(60))
    assert [*found.cached_data] == ["a", "d", "c"]
    found.store("d", "d", {}, _document(20))
    assert [*found.cached_data] == ["c", "d"]
    assert found._size == 80
    found.invalidate("c")
    found.invalidate("never stored")
    found.store("huge", "1", {}, _document(1_000))
    assert [*found.cached_data] == ["huge"]  # the caller has it anyway
    found.invalidate_all()
    assert (found._size, found._documents) == (0, {})


async def test_errors_of_changing_members_are_forgotten(
    client: SupermicroRedfishClient, bmc: Bmc, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Remember a bounded number of errors."""
    monkeypatch.setattr(client._reader.members.errors, "_limit", 30)
    for start in range(0, 200, 20):
        names = [f"{MEMORY}/{number}/Gone" for number in range(start, start + 20)]
        bmc.put(MEMORY, link(MEMORY) | {"Members": [*map(link, names)]})
        with pytest.raises(NotFoundError):
            await client.async_get_memory()
        assert len(client.member_errors) <= 30
    assert names[-1] in client.member_errors
    assert client._reader.availability._failures._limit == MAX_REMEMBERED_ERRORS


async def test_pages_of_a_collection_are_bounded(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Stop reading a collection that is larger than any document may be."""
    await client.async_get_memory()
    wide = [*range(MAX_VALUES // 2 - 100)]
    put_pages(bmc, MEMORY, [[wide, number] for number in range(8)])
    take_calls(bmc)
    with pytest.raises(InvalidResponseError, match="too large"):
        await client.async_get_memory()
    assert len(take_calls(bmc)) <= 6


@pytest.mark.parametrize("is_newest_first", [False, True])
async def test_log_returns_the_newest_entries(
    client: SupermicroRedfishClient, bmc: Bmc, *, is_newest_first: bool
) -> None:
    """Decode the newest entries of a log that is larger than any real one."""
    numbers = [*range(MAX_LOG_ENTRIES + 5_000)]
    members = [{"Id": str(number), "Message": "x"} for number in numbers]
    members = members[::-1] if is_newest_first else members
    bmc.put(ENTRIES, link(ENTRIES) | {"Members": members})
    entries = await client.async_get_log_entries()
    assert [entry.id for entry in entries] == [*map(str, numbers[-MAX_LOG_ENTRIES:])]


async def test_list_of_a_resource_is_bounded(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Decode a bounded number of sensors."""
    bmc.change(THERMAL, {"Temperatures": [{"Name": str(n)} for n in range(5_000)]})
    thermal = await client.async_get_thermal()
    assert len(thermal.temperatures) == MAX_LIST_ITEMS


def _longest_list(value: Any) -> int:
    """Return the length of the longest list in a document, without collections."""
    if isinstance(value, dict):
        inner = [item for key, item in value.items() if key != "Members"]
        return max(map(_longest_list, inner), default=0)
    if isinstance(value, list):
        return max(len(value), *map(_longest_list, value), 0)
    return 0


@pytest.mark.parametrize("name", BOARDS)
def test_boards_are_far_below_bounds_of_memory(name: str) -> None:
    """Leave a wide margin between each recorded board and the bounds."""
    resources = load(name).resources
    assert len(resources) * 3 < MAX_CACHED_RESOURCES
    assert len(resources) * 3 < MAX_REMEMBERED_ERRORS
    bodies = [json.dumps(body).encode() for body in resources.values()]
    size = sum(parse_document(body).memory for body in bodies)
    assert size * 3 < MAX_CACHED_BYTES
    members = [body.get("Members", ()) for body in resources.values()]
    assert max(map(len, members)) * 10 < MAX_LOG_ENTRIES
    assert max(map(_longest_list, resources.values())) * 3 < MAX_LIST_ITEMS
