"""Defects of the published client in reading logs: those of M7."""

from typing import Any

import pytest

from aiosupermicro import NotFoundError, SupermicroRedfishClient
from tests.library import ENTRIES, LOG, SYSTEM, collection, link
from tests.simulator import Bmc


async def test_m7_two_logs_are_told_apart(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Health events and maintenance, each in three requests, then in one."""
    events = await client.async_get_log_entries()
    assert [entry.message for entry in events] == [
        entry["Message"] for entry in bmc.resource(ENTRIES)["Members"]
    ]
    audit = await client.async_get_manager_log_entries()
    assert {entry.entry_type for entry in audit} == {"Oem"}
    assert {entry.entry_type for entry in events} == {"SEL"}
    bmc.requests.clear()
    assert await client.async_get_log_entries() == events
    assert [item.path for item in bmc.requests][-1] == ENTRIES
    assert len(bmc.requests) <= 2


def _entries(bmc: Bmc, ids: list[int]) -> list[dict[str, Any]]:
    """Return entries with these ids, whose messages tell their order."""
    entry = bmc.resource(ENTRIES)["Members"][0]
    return [
        entry | {"Id": str(number), "Message": f"[X-{place}] event {place}"}
        for place, number in enumerate(ids)
    ]


LOGS = [
    ([1, 2, 3, 4], False),
    ([4, 3, 2, 1], True),
    ([4095, 4096, 1, 2], False),
    ([2, 1, 4096, 4095], True),
    ([5], False),
    ([], False),
]
"""The ids of entries as they are sent, and whether they run backwards."""


async def test_m7_entries_come_newest_last(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Whichever way the log runs, and where the numbers begin anew."""
    entry = bmc.resource(ENTRIES)["Members"][0]
    for ids, is_reversed in LOGS:
        sent = [entry | {"Id": str(number)} for number in ids]
        bmc.put(ENTRIES, link(ENTRIES) | {"Members": sent})
        wanted = [str(number) for number in (ids[::-1] if is_reversed else ids)]
        assert [entry.id for entry in await client.async_get_log_entries()] == wanted
        for place, known in enumerate(wanted):
            later = await client.async_get_log_entries(after=known)
            assert [entry.id for entry in later] == wanted[place + 1 :]
        assert len(await client.async_get_log_entries(after="9999")) == len(ids)


async def test_m7_an_id_may_be_longer_than_any_number(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Python reads no number of thousands of digits; the entries are read."""
    entry = bmc.resource(ENTRIES)["Members"][0]
    ids = ["1", "9" * 5000, "2"]
    bmc.put(ENTRIES, link(ENTRIES) | {"Members": [entry | {"Id": i} for i in ids]})
    assert [entry.id for entry in await client.async_get_log_entries()] == ids


async def test_m7_a_log_in_pages(client: SupermicroRedfishClient, bmc: Bmc) -> None:
    """Each page names the next one; one that leads back to itself is the last."""
    entries = _entries(bmc, [1, 2, 3, 4, 5])
    pages = [entries[:2], entries[2:4], entries[4:]]
    paths = [ENTRIES, f"{ENTRIES}/Page2", f"{ENTRIES}/Page3"]
    for path, following, page in zip(paths, [*paths[1:], None], pages, strict=True):
        more = {"Members@odata.nextLink": following} if following else {}
        bmc.put(path, link(path) | {"Members": page} | more)
    assert len(await client.async_get_log_entries()) == 5
    bmc.change(paths[2], {"Members@odata.nextLink": ENTRIES})
    bmc.requests.clear()
    assert len(await client.async_get_log_entries()) == 5
    assert len(bmc.requests) <= 4


async def test_m7_entries_that_are_only_linked(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Each is read, in the order of the links; an entry by itself is nothing."""
    entries = _entries(bmc, [1, 2, 3])
    for entry in entries:
        bmc.put(f"{ENTRIES}/{entry['Id']}", entry)
    links = collection(ENTRIES, ["1", "2", "3"])["Members"]
    bmc.put(ENTRIES, link(ENTRIES) | {"Members": [*links, None, "?", {}, 5]})
    found = await client.async_get_log_entries()
    assert [entry.id for entry in found] == ["1", "2", "3"]


async def test_m7_a_log_without_a_name_is_not_the_one(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """The log of health events is known by its kind."""
    other = f"{SYSTEM}/LogServices/Dump"
    bmc.put(other, {"Entries": link(f"{other}/Entries")})
    bmc.put(f"{other}/Entries", {"Members": []})
    logs = f"{SYSTEM}/LogServices"
    bmc.put(logs, link(logs) | {"Members": [link(other), link(LOG)]})
    assert len(await client.async_get_log_entries()) == 9
    assert len(await client.async_get_log_entries("Log1")) == 9
    with pytest.raises(NotFoundError, match="SEL"):
        await client.async_get_log_entries("SEL")


async def test_m7_another_log_may_be_out_of_reach(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """It hides neither the log of health events nor that this is gone itself."""
    logs, gone = f"{SYSTEM}/LogServices", f"{SYSTEM}/LogServices/Dump"
    bmc.put(logs, link(logs) | {"Members": [link(gone), link(LOG)]})
    assert len(await client.async_get_log_entries()) == 9
    with pytest.raises(NotFoundError):
        await client.async_get_log_entries("Dump")
    await client.async_disconnect()
    await client.async_connect()
    other = {"Id": "Dump", "Entries": link(f"{gone}/Entries")}
    bmc.put(gone, other)
    bmc.fail(LOG, status=404)
    with pytest.raises(NotFoundError):
        await client.async_get_log_entries()
