"""Logs: the selection of the log, the order of entries, and new entries."""

from typing import Any

import pytest

from aiosupermicro import (
    LogEntry,
    NotFoundError,
    ResourceError,
    SupermicroRedfishClient,
)
from aiosupermicro.const import MAX_PAGES, RETRY_UNAVAILABLE_SECONDS
from aiosupermicro.resources import availability, link_reads
from tests.conftest import Clock
from tests.library import (
    ENTRIES,
    LOG,
    SYSTEM,
    inject_fault,
    link,
    put_collection,
    put_members,
    put_pages,
    requested_paths,
)
from tests.simulator import Bmc


async def test_health_events_and_maintenance_events_are_separate(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Read each log with three requests, and with one later on."""
    events = await client.async_get_log_entries()
    assert [entry.message for entry in events] == [
        entry["Message"] for entry in bmc.resource(ENTRIES)["Members"]
    ]
    audit = await client.async_get_manager_log_entries()
    assert {entry.entry_type for entry in audit} == {"Oem"}
    assert {entry.entry_type for entry in events} == {"SEL"}
    bmc.requests.clear()
    assert await client.async_get_log_entries() == events
    assert requested_paths(bmc)[-1] == ENTRIES
    assert len(bmc.requests) <= 2


def _entries(bmc: Bmc, ids: list[int]) -> list[dict[str, Any]]:
    """Return entries with these Ids, numbered in their messages."""
    entry = bmc.resource(ENTRIES)["Members"][0]
    return [
        entry | {"Id": str(number), "Message": f"[X-{place}] event {place}"}
        for place, number in enumerate(ids)
    ]


async def _ids(client: SupermicroRedfishClient, **options: str) -> list[str | None]:
    """Return the Ids of the entries that the client reads."""
    return [entry.id for entry in await client.async_get_log_entries(**options)]


LOG_SERVICES = f"{SYSTEM}/LogServices"
OTHER_LOG = f"{LOG_SERVICES}/Dump"

LOGS = [
    ([1, 2, 3, 4], False),
    ([4, 3, 2, 1], True),
    ([4095, 4096, 1, 2], False),
    ([2, 1, 4096, 4095], True),
    ([10, 9, 8], True),
    ([20261120100000000000002, 20261120100000000000001], True),
    ([5], False),
    ([], False),
]
"""The Ids of entries as they are sent, and whether the newest comes first."""


async def test_entries_are_returned_oldest_first(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Detect the direction of a log, even if its numbers start again."""
    entry = bmc.resource(ENTRIES)["Members"][0]
    for ids, is_reversed in LOGS:
        sent = [entry | {"Id": str(number)} for number in ids]
        put_members(bmc, ENTRIES, sent)
        wanted = [str(number) for number in (ids[::-1] if is_reversed else ids)]
        assert await _ids(client) == wanted
        for place, last_id in enumerate(wanted):
            assert await _ids(client, after=last_id) == wanted[place + 1 :]
        assert len(await client.async_get_log_entries(after="9999")) == len(ids)


async def test_log_is_found_once_it_is_listed(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Read the list of logs again if it was empty, as while the BMC starts."""
    listed = bmc.resource(LOG_SERVICES)["Members"]
    put_members(bmc, LOG_SERVICES, [])
    for _ in range(2):
        with pytest.raises(NotFoundError):
            await client.async_get_log_entries()
    put_members(bmc, LOG_SERVICES, listed)
    assert await client.async_get_log_entries()


async def test_entry_with_huge_id_is_returned(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Read entries with an Id of thousands of digits, which Python cannot convert."""
    entry = bmc.resource(ENTRIES)["Members"][0]
    ids = ["1", "9" * 5000, "2"]
    put_members(bmc, ENTRIES, [entry | {"Id": i} for i in ids])
    assert await _ids(client) == ids


async def test_log_is_read_across_pages(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Follow the links to all pages, up to a repeated one."""
    entries = _entries(bmc, [1, 2, 3, 4, 5])
    pages = [entries[:2], entries[2:4], entries[4:]]
    put_pages(bmc, ENTRIES, pages)
    assert len(await client.async_get_log_entries()) == 5
    put_pages(bmc, ENTRIES, pages, last=ENTRIES)
    bmc.requests.clear()
    assert len(await client.async_get_log_entries()) == 5
    assert len(bmc.requests) <= 4


@pytest.mark.parametrize("fault", [404, 500, "page"])
async def test_failing_page_keeps_the_pages_before(
    client: SupermicroRedfishClient, bmc: Bmc, fault: str | int
) -> None:
    """Return the entries of the pages that were read, and the error of the log."""
    entries = _entries(bmc, [1, 2, 3, 4, 5])
    put_pages(bmc, ENTRIES, [entries[:2], entries[2:4], entries[4:]])
    inject_fault(bmc, f"{ENTRIES}/Page2", fault)
    assert await _ids(client) == ["1", "2", "3", "4"]
    assert await _ids(client, after="3") == ["4"]
    assert ENTRIES in client.member_errors
    bmc.heal()
    assert await _ids(client) == ["1", "2", "3", "4", "5"]
    assert client.member_errors == {}
    inject_fault(bmc, ENTRIES, fault)
    with pytest.raises(ResourceError):
        await client.async_get_log_entries()


async def test_log_with_too_many_pages_keeps_the_first(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Return the entries of a hundred pages."""
    entries = _entries(bmc, [*range(1, MAX_PAGES + 3)])
    put_pages(bmc, ENTRIES, [[entry] for entry in entries])
    assert len(await _ids(client)) == MAX_PAGES


async def test_links_with_a_type_are_read(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Return no blank entry for a link with annotations, or for annotations alone."""
    entries = _entries(bmc, [1, 2, 3])
    put_collection(bmc, ENTRIES, {entry["Id"]: entry for entry in entries})
    kind = {"@odata.type": "#LogEntry.v1_8_0.LogEntry"}
    links = [member | kind for member in bmc.resource(ENTRIES)["Members"]]
    put_members(bmc, ENTRIES, [*links, kind])
    found = await client.async_get_log_entries()
    assert [entry.message for entry in found] == [e.message for e in found if e.message]
    assert [entry.id for entry in found] == ["1", "2", "3"]
    bmc.requests.clear()
    assert await _ids(client, after="2") == ["3"]
    assert requested_paths(bmc) == [ENTRIES, f"{ENTRIES}/3"]


async def test_linked_entries_are_read_in_order_of_links(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Ignore members that are neither an entry nor a link."""
    entries = _entries(bmc, [1, 2, 3])
    put_collection(bmc, ENTRIES, {entry["Id"]: entry for entry in entries})
    links = bmc.resource(ENTRIES)["Members"]
    put_members(bmc, ENTRIES, [*links, None, "?", {}, 5])
    assert await _ids(client) == ["1", "2", "3"]


async def test_health_event_log_is_selected_by_type(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Skip a log without a type or an Id."""
    bmc.put(OTHER_LOG, {"Entries": link(f"{OTHER_LOG}/Entries")})
    put_members(bmc, f"{OTHER_LOG}/Entries", [])
    put_members(bmc, LOG_SERVICES, [link(OTHER_LOG), link(LOG)])
    assert len(await client.async_get_log_entries()) == 9
    assert len(await client.async_get_log_entries("Log1")) == 9
    with pytest.raises(NotFoundError, match="SEL"):
        await client.async_get_log_entries("SEL")


async def test_missing_log_does_not_hide_others(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Read the log of health events even if another log is missing."""
    put_members(bmc, LOG_SERVICES, [link(OTHER_LOG), link(LOG)])
    assert len(await client.async_get_log_entries()) == 9
    with pytest.raises(NotFoundError):
        await client.async_get_log_entries("Dump")
    await client.async_disconnect()
    await client.async_connect()
    bmc.put(OTHER_LOG, {"Id": "Dump", "Entries": link(f"{OTHER_LOG}/Entries")})
    bmc.fail(LOG, status=404)
    with pytest.raises(NotFoundError):
        await client.async_get_log_entries()


async def test_dead_links_to_logs_are_followed_once_an_hour(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Wait an hour before following dead links to log services again."""
    monkeypatch.setattr(link_reads, "monotonic", clock)
    monkeypatch.setattr(availability, "monotonic", clock)
    bmc.break_resource(LOG, "404")
    for requests in (1, 0):
        bmc.requests.clear()
        with pytest.raises(NotFoundError):
            await client.async_get_log_entries()
        assert requested_paths(bmc).count(LOG) == requests
    bmc.heal()
    clock.tick(RETRY_UNAVAILABLE_SECONDS + 1)
    assert await client.async_get_log_entries()


async def test_entries_have_acknowledged_state(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Return None for entries of severity OK, which have no such state."""
    sent = bmc.resource(ENTRIES)["Members"]
    marks = [
        entry.get("Oem", {}).get("Supermicro", {}).get("MarkAsAcknowledged")
        for entry in sent
    ]
    entries = await client.async_get_log_entries()
    assert [entry.is_acknowledged for entry in entries] == marks
    assert {True, False, None} >= set(marks) > {None}
    assert LogEntry().is_acknowledged is None


def _put_entries(bmc: Bmc, names: list[str]) -> None:
    """Add a log whose entries are only linked."""
    entries = {name: {"Id": name, "Message": f"event {name}"} for name in names}
    put_collection(bmc, ENTRIES, entries)


@pytest.mark.parametrize("is_reversed", [False, True])
async def test_only_new_linked_entries_are_read(
    client: SupermicroRedfishClient, bmc: Bmc, *, is_reversed: bool
) -> None:
    """Read the list, and one resource for each entry after the last known one."""
    names = [str(number) for number in range(4060, 4097)] + ["1", "2"]
    _put_entries(bmc, names[::-1] if is_reversed else names)
    everything = await client.async_get_log_entries()
    assert [entry.id for entry in everything] == names
    for last_id in ("4095", "4096", "1"):
        bmc.requests.clear()
        expected = names[names.index(last_id) + 1 :]
        assert await _ids(client, after=last_id) == expected
        assert len(bmc.requests) == 1 + len(expected)
    assert await client.async_get_log_entries(after="2") == []
    assert await client.async_get_log_entries(after="none") == everything


async def test_deleted_linked_entry_is_left_out(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Read the other entries if one is deleted meanwhile."""
    _put_entries(bmc, ["1", "2", "3"])
    bmc.remove(f"{ENTRIES}/2")
    assert await _ids(client) == ["1", "3"]


async def test_linked_entries_are_compared_by_their_own_ids(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Read all entries if their links do not end in their Ids."""
    _put_entries(bmc, ["a", "b", "c"])
    for name, number in (("a", "1"), ("b", "2"), ("c", "3")):
        bmc.change(f"{ENTRIES}/{name}", {"Id": number})
    assert await _ids(client, after="2") == ["3"]


async def test_entries_without_id_are_returned(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Return all entries, as none of them is the last known entry."""
    put_members(bmc, ENTRIES, [{"Message": "a", "Severity": "OK"}] * 3)
    assert len(await client.async_get_log_entries()) == 3
