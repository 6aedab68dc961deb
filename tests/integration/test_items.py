"""Keys of parts that have the same name, over polls and over restarts."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from custom_components.supermicro_redfish import sources
from custom_components.supermicro_redfish.aiosupermicro import (
    Drive,
    DynamicData,
    LeakDetector,
    Power,
    Thermal,
)
from custom_components.supermicro_redfish.models import ServerData
from custom_components.supermicro_redfish.models.items import KeyMemory
from custom_components.supermicro_redfish.sources import EntitySource

type Part = dict[str, Any]

OK = {"Status": {"State": "Enabled", "Health": "OK"}}


@pytest.fixture(autouse=True)
def custom_integrations() -> None:
    """Run these tests without Home Assistant."""


def supplies(*parts: Part) -> DynamicData:
    """Return data with the given power supplies."""
    return DynamicData(power=Power.from_dict({"PowerSupplies": [*parts]}))


def fans(*parts: Part) -> DynamicData:
    """Return data with the given fans."""
    return DynamicData(thermal=Thermal.from_dict({"Fans": [*parts]}))


def temperatures(*parts: Part) -> DynamicData:
    """Return data with the given temperatures."""
    return DynamicData(thermal=Thermal.from_dict({"Temperatures": [*parts]}))


def voltages(*parts: Part) -> DynamicData:
    """Return data with the given voltages."""
    return DynamicData(power=Power.from_dict({"Voltages": [*parts]}))


KINDS: dict[
    str, tuple[EntitySource[Any], Callable[..., DynamicData | ServerData], str]
] = {
    "supplies": (sources.SUPPLIES, supplies, "PowerOutputWatts"),
    "fans": (sources.FANS, fans, "Reading"),
    "temperatures": (sources.OTHER_TEMPERATURES, temperatures, "ReadingCelsius"),
    "voltages": (sources.VOLTAGES, voltages, "ReadingVolts"),
}
"""Each kind of part: its source, its data and the property of its reading."""

kinds = pytest.mark.parametrize("kind", KINDS)


def keys(
    kind: str, parts: Iterable[Part], memory: KeyMemory | None = None
) -> dict[Any, str]:
    """Return the key of each part by its reading."""
    source, make_data, reading = KINDS[kind]
    memory = memory or KeyMemory(list)
    data = make_data(*(OK | {reading: place} | part for place, part in parts_of(parts)))
    items = memory.keep(source, source.items_fn(data))
    value = "power_output_watts" if kind == "supplies" else "_raw_reading"
    return {getattr(item, value): key for key, item in items.items()}


def parts_of(parts: Iterable[Part]) -> list[tuple[int, Part]]:
    """Return parts with the reading that shows which one it is."""
    return [(part.get("at", place), part) for place, part in enumerate(parts)]


@kinds
def test_row_without_any_value_is_no_part(kind: str) -> None:
    """Omit the empty rows that a starting BMC may list."""
    source, make_data, reading = KINDS[kind]
    part = OK | {reading: 5, "Name": "A"}
    assert [*source.items_fn(make_data({}, part, {}))] == ["A"]


def named(name: str | None, *ids: Any) -> list[Part]:
    """Return parts of one name with these Ids; each has a reading of its own."""
    return [
        {"Name": name, "at": place} | ({} if part is None else {"MemberId": part})
        for place, part in enumerate(ids)
    ]


@kinds
@pytest.mark.parametrize("name", ["Standard part", "", None])
@pytest.mark.parametrize(
    "ids",
    [
        *(("Part0", "Part1", "Part2", "Part3"), ("0", "1", "2"), (0, 1, 2)),
        *((None, None, None, None), ("0", "0", "0"), ("0", None, "0"), (0, "0")),
    ],
    ids=str,
)
def test_part_of_a_repeated_name_has_a_key_of_its_own(
    kind: str, name: str | None, ids: tuple[Any, ...]
) -> None:
    """Give each part a key of its own, whatever names and Ids the parts have."""
    found = keys(kind, named(name, *ids))
    assert len(found) == len({*found.values()}) == len(ids)


@kinds
@pytest.mark.parametrize(
    "ids", [("Part0", "Part1", "Part2", "Part3"), ("3", "1", "2"), (0, 1)], ids=str
)
def test_part_keeps_its_key_in_a_list_of_another_order(
    kind: str, ids: tuple[Any, ...]
) -> None:
    """Use name and Id, in the next poll as well as after a restart."""
    parts = named("Standard part", *ids)
    memory = KeyMemory(list)
    first = keys(kind, parts, memory)
    assert keys(kind, parts[::-1], memory) == first
    assert keys(kind, parts[1:] + parts[:1], memory) == first
    assert keys(kind, parts[::-1]) == first


@pytest.mark.parametrize("ids", [(None, None), ("0", "0")], ids=str)
def test_supply_without_id_is_known_by_its_serial_number(ids: tuple[Any, ...]) -> None:
    """Use a digest of the serial number, and show no serial number in the key."""
    parts = [
        part | {"SerialNumber": f"SERIAL{place}"}
        for place, part in enumerate(named("Power Supply", *ids))
    ]
    first = keys("supplies", parts)
    assert keys("supplies", parts[::-1]) == first
    assert "SERIAL" not in str(first)


@kinds
def test_unique_name_is_the_key_whatever_the_id(kind: str) -> None:
    """Ignore the Ids of sensors with different names, which are their positions."""
    memory = KeyMemory(list)
    for ids in (("0", "1"), ("1", "0"), ("0", "0")):
        parts = [named("A", ids[0])[0], named("B", ids[1])[0] | {"at": 1}]
        assert keys(kind, parts, memory) == {0: "A", 1: "B"}


@kinds
def test_part_keeps_its_key_while_the_other_is_missing(kind: str) -> None:
    """Keep the longer key for the rest of a repeated name, over a restart as well."""
    parts = named("Standard part", "Part0", "Part1")
    memory = KeyMemory(list)
    first = keys(kind, parts, memory)
    assert first == {0: "Standard part #Part0", 1: "Standard part #Part1"}
    assert keys(kind, parts[1:], memory) == {1: first[1]}
    assert keys(kind, parts[::-1], memory) == first
    registered = [f"mac_kind_{key}" for key in first.values()]
    assert keys(kind, parts[1:], KeyMemory(lambda: registered)) == {1: first[1]}


@kinds
def test_part_keeps_its_key_when_another_one_is_added(kind: str) -> None:
    """Keep the short key of a name that is repeated from now on."""
    parts = named("Standard part", "Part0", "Part1", "Part2")
    memory = KeyMemory(list)
    assert keys(kind, parts[:1], memory) == {0: "Standard part"}
    expected = {0: "Standard part", 1: "Standard part #Part1"}
    assert keys(kind, parts[1::-1], memory) == expected
    assert keys(kind, parts[::-1], memory) == expected | {2: "Standard part #Part2"}
    assert keys(kind, parts[:1], memory) == {0: "Standard part"}


def test_renumbered_part_takes_no_key_of_another() -> None:
    """Give each part one key when parts of the same name exchange their Ids."""
    memory = KeyMemory(list)
    keys("fans", named("Standard part", "0"), memory)
    for ids in (("1", "0"), ("0", "1"), ("1",), ("0", "1", "2"), ("2", "1")):
        found = keys("fans", named("Standard part", *ids), memory)
        assert len({*found.values()}) == len(ids)


@pytest.mark.parametrize("name", ["Standard part", "", None])
@pytest.mark.parametrize(
    "ids", [("0", "1", "2"), ("0", "0", "0"), (None, None, None), ("0", None, "0")]
)
def test_drive_and_detector_of_a_repeated_name_have_keys_of_their_own(
    name: str | None, ids: tuple[str | None, ...]
) -> None:
    """Give each drive and leak detector a key of its own."""
    status = {"Status": {"State": "Enabled"}}
    parts = [{"Name": name, "Id": item_id} | status for item_id in ids]
    drives = tuple(map(Drive.from_dict, parts))
    detectors = tuple(map(LeakDetector.from_dict, parts))
    static, dynamic = ServerData(drives=drives), DynamicData(leak_detectors=detectors)
    assert len(sources.DRIVES.items_fn(static)) == len(ids)
    assert len(sources.LEAK_DETECTORS.items_fn(dynamic)) == len(ids)


@pytest.mark.parametrize(
    "others",
    [
        [("PSU #1", "3")],
        [("PSU #1", None)],
        [("PSU #1", None), ("PSU #1", None)],
        [("PSU #2 #", "3"), ("PSU #2", "3")],
    ],
)
@pytest.mark.parametrize("is_reversed", [False, True])
def test_part_named_like_the_key_of_another_has_a_key_of_its_own(
    others: list[tuple[str, str | None]], *, is_reversed: bool
) -> None:
    """Give different keys to parts even if a name equals another part's key."""
    names = [("PSU", "1"), ("PSU", "2"), ("PSU", "1 (1)"), *others]
    parts = [
        {"Name": name, "MemberId": member_id, "PowerOutputWatts": watts}
        for watts, (name, member_id) in enumerate(names, start=1)
    ]
    items = sources.SUPPLIES.items_fn(
        supplies(*(parts[::-1] if is_reversed else parts))
    )
    watts = sorted(item.power_output_watts or 0 for item in items.values())
    assert watts == [*range(1, len(names) + 1)]
