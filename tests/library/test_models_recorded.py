"""Every entry that a board was recorded with stands in the models as it was sent."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from enum import StrEnum
from typing import Any, get_args, get_type_hints

import pytest

from aiosupermicro import models as m
from aiosupermicro.models import Model
from aiosupermicro.models.base import FieldSpec, field_plan
from tests.conftest import RECORDINGS

from .models import ALL_MODELS, UNRECORDED, needs_recordings
from .recorded import RECORDED_RESOURCES, RESOURCES, kind_of
from .tables import NEVER_FILLED, NEVER_RECORDED, PARTS, TABLES

RECORDED_BOARDS = {*RECORDINGS, "x13-oem"}

each_kind = pytest.mark.parametrize(
    ("kind", "bodies"),
    [
        pytest.param(kind, bodies, id=f"{board}-{kind}")
        for (board, kind), bodies in RECORDED_RESOURCES.items()
    ],
)


def _pairs(model: Model, body: dict[str, Any]) -> Iterator[tuple[Model, Any]]:
    """Return a model and what it was decoded from, and so its parts."""
    yield model, body
    for (parent, key), field in PARTS.items():
        if isinstance(model, parent) and isinstance(body.get(key), list):
            yield from zip(getattr(model, field), body[key], strict=True)


def _follow(body: Any, place: str) -> Any:
    """Return what stands at a place in a document, as far as it says anything."""
    for key in place.split("/"):
        body = body.get(key) if isinstance(body, dict) else None
    if isinstance(body, list):
        return tuple(
            item for entry in body if (item := _follow_text(entry)) is not None
        )
    return _follow_text(body)


def _follow_text(raw: Any) -> Any:
    """Return a value, None for a text that says nothing."""
    return (raw.strip() or None) if isinstance(raw, str) else raw


def _attribute(model: Any, path: str) -> Any:
    """Return an attribute of a model or of one of its parts."""
    for name in path.split("."):
        model = getattr(model, name) if model is not None else None
    return model


@each_kind
def test_every_entry_has_the_recorded_values(
    kind: str, bodies: list[dict[str, Any]]
) -> None:
    """Every attribute is what stands in the record, for every entry of every board."""
    for body in bodies:
        for model, raw in _pairs(RESOURCES[kind].from_dict(body), body):
            for line in TABLES.get(type(model), ()):
                attribute, place = line.split(" ")
                found = _attribute(model, attribute)
                expected = _follow(raw, place)
                assert (line, found or None) == (line, expected or None)
                assert found == expected or found in (None, ())


@each_kind
def test_every_name_is_a_resource_of_its_own(
    kind: str, bodies: list[dict[str, Any]]
) -> None:
    """What every resource says of itself can be read without knowing its schema."""
    for body in bodies:
        resource = m.OdataResource.from_dict(body)
        assert resource.odata_id == body["@odata.id"]
        assert kind_of({"@odata.type": resource.odata_type}) == kind
        assert resource.id == body.get("Id")
        assert resource.name == body["Name"]


@needs_recordings
def test_no_recorded_value_is_news_to_an_enum() -> None:
    """What boards were recorded with has a member, wherever there is an enum."""
    plain = {
        (type(model), name, item)
        for (board, kind), bodies in RECORDED_RESOURCES.items()
        if board in RECORDED_BOARDS
        for body in bodies
        for model in _all_parts(RESOURCES[kind].from_dict(body))
        for name, enum in _enums(type(model)).items()
        for item in _items(getattr(model, name))
        if not isinstance(item, enum)
    }
    assert not plain


def _items(value: Any) -> tuple[Any, ...]:
    """Return what a field holds, as a tuple in any case."""
    if isinstance(value, tuple):
        return value
    return () if value is None else (value,)


def _all_parts(model: Model) -> Iterator[Model]:
    """Return a model and all that it is made of."""
    yield model
    for field in fields(model):
        value = getattr(model, field.name)
        for part in _items(value):
            if isinstance(part, Model):
                yield from _all_parts(part)


def _enums(model: type[Model]) -> dict[str, type[StrEnum]]:
    """Return the fields of a model that are enums, or tuples of them."""
    return {
        name: kind
        for name, hint in get_type_hints(model).items()
        for outer in (hint, *get_args(hint))
        for kind in (outer, *get_args(outer))
        if isinstance(kind, type) and issubclass(kind, StrEnum)
    }


@needs_recordings
def test_every_field_is_filled_by_some_board() -> None:
    """A field of the wrong type or place would be silent, so some board fills each."""
    filled = {
        (model, field)
        for (_, kind), bodies in RECORDED_RESOURCES.items()
        for body in bodies
        for part in _all_parts(RESOURCES[kind].from_dict(body))
        for model in type(part).__mro__
        for field in _filled(part)
    }
    empty = {
        (model, step.name)
        for model in set(ALL_MODELS) - NEVER_RECORDED.keys()
        for step in field_plan(model)
        if (model, step.name) not in filled and not _is_unrecorded(step)
    }
    assert empty <= set(NEVER_FILLED)


def _filled(model: Model) -> Iterator[str]:
    """Return the fields of a model that hold anything."""
    for field in fields(model):
        value = getattr(model, field.name)
        if value not in (None, ()) and value != getattr(type(model)(), field.name):
            yield field.name


def _is_unrecorded(step: FieldSpec) -> bool:
    """Return whether a field is only where no board in reach has anything."""
    return all(not UNRECORDED.keys().isdisjoint(path) for path in step.paths)


@needs_recordings
@pytest.mark.parametrize(
    ("board", "expected"),
    [
        (
            "x10sdv",
            {"EthernetInterface": 5, "LogEntry": 2, "Memory": 4, "Processor": 1},
        ),
        ("x11dpu", {"Chassis": 2, "Power": 1, "Storage": 1}),
        ("x12-fw0104", {"EthernetInterface": 1, "Power": 1, "Thermal": 1}),
        ("x13-oem", {"Drive": 1, "LldpService": 1, "QueryLicense": 1}),
        (
            "x13-sys-821ge-tnhr",
            {
                "Drive": 8,
                "EthernetInterface": 14,
                "EventDestination": 16,
                "LogEntry": 609,
                "Memory": 32,
                "NetworkAdapter": 10,
                "PCIeDevice": 26,
                "Port": 11,
                "Processor": 2,
                "SoftwareInventory": 106,
            },
        ),
        (
            "gb300-openbmc",
            {
                "Drive": 10,
                "EnvironmentMetrics": 40,
                "Memory": 6,
                "Sensor": 266,
                "SoftwareInventory": 33,
                "ThermalMetrics": 28,
            },
        ),
    ],
)
def test_the_tables_see_every_entry(board: str, expected: dict[str, int]) -> None:
    """The table tests have as many entries as were recorded."""
    found = {kind: len(RECORDED_RESOURCES[board, kind]) for kind in expected}
    assert found == expected


@needs_recordings
def test_the_parts_of_a_temperature_are_numbers() -> None:
    """X13 sends the temperature of each GPU as a text, beside their highest."""
    (body,) = RECORDED_RESOURCES["x13-sys-821ge-tnhr", "Thermal"]
    thermal = m.Thermal.from_dict(body)
    detailed = {t.name: t for t in thermal.temperatures if t.details}
    assert len(detailed) == 5
    for raw in body["Temperatures"]:
        if details := raw.get("Oem", {}).get("Supermicro", {}).get("Details"):
            temperature = detailed[raw["Name"]]
            assert {d.name: d.reading_celsius for d in temperature.details} == {
                name: float(text) for name, text in details.items()
            }
            assert temperature.reading == max(
                detail.reading_celsius or 0 for detail in temperature.details
            )


@needs_recordings
def test_recorded_licences() -> None:
    """A licence is a JSON document in a text."""
    (body,) = RECORDED_RESOURCES["x13-oem", "QueryLicense"]
    licence = m.License.from_dict(body)
    assert licence.is_licensed
    assert [
        (entry.license_id, entry.name, entry.created_on) for entry in licence.licenses
    ] == [
        ("1", "SFT-OOB-LIC", date(2024, 9, 18)),
        ("2", "SFT-DCMS-SINGLE", date(2024, 9, 18)),
    ]
    assert "REDACTED" not in repr(licence)


@needs_recordings
def test_recorded_firmware() -> None:
    """The inventory tells versions in its own words, and places without firmware."""
    inventory = {
        item.id: item
        for body in RECORDED_RESOURCES["x13-sys-821ge-tnhr", "SoftwareInventory"]
        if (item := m.FirmwareInventory.from_dict(body)).id
    }
    assert inventory["BIOS"].version == "BIOS Date: 08/04/2023 Ver 1.4"
    assert inventory["BIOS"].installed_version == "1.4"
    assert inventory["BMC"].installed_version == "11.01.01"
    missing = {id_ for id_, item in inventory.items() if item.is_present is False}
    assert len(missing) == 2
    assert "Backup_BMC" in missing
    assert all(inventory[id_].installed_version is None for id_ in missing)


@needs_recordings
def test_recorded_log_entries_have_codes_and_moments() -> None:
    """Health events of X13 all have a code, and every entry says when it was."""
    bodies = RECORDED_RESOURCES["x13-sys-821ge-tnhr", "LogEntry"]
    entries = [m.LogEntry.from_dict(body) for body in bodies]
    assert all(entry.created_at is not None for entry in entries)
    codes = Counter(entry.code for entry in entries if entry.entry_type == "SEL")
    assert codes["PWR-0001"]
    assert None not in codes
    for entry in entries:
        parts = (f"[{entry.code}] " if entry.code else "") + (entry.text or "")
        assert "".join(parts.split()) == "".join((entry.message or "").split())


@needs_recordings
def test_recorded_certificates_have_the_fingerprint_that_they_tell() -> None:
    """The fingerprint is the BMC's own, and OpenBMC's can be worked out."""
    for board in ("x13-sys-821ge-tnhr", "gb300-openbmc"):
        for body in RECORDED_RESOURCES[board, "Certificate"]:
            certificate = m.Certificate.from_dict(body)
            assert certificate.sha256_fingerprint
            if certificate.fingerprint:
                told = certificate.fingerprint.replace(":", "").lower()
                assert certificate.sha256_fingerprint == told


@needs_recordings
def test_recorded_statistics_have_a_moment() -> None:
    """X13 puts a colon before the offset to UTC."""
    for board in ("x10sdv", "x13-oem", "x13-sys-821ge-tnhr"):
        (body,) = RECORDED_RESOURCES[board, "SmcNodeManager"]
        (statistics,) = m.NodeManager.from_dict(body).statistics
        assert statistics.measured_at is not None


@needs_recordings
def test_recorded_supplies_are_redundant_only_if_they_are_well() -> None:
    """The board calls the redundancy OK while one of two supplies is Critical."""
    redundant = {
        board: m.Power.from_dict(body).is_redundant
        for (board, kind), bodies in RECORDED_RESOURCES.items()
        if kind == "Power" and board in RECORDED_BOARDS
        for body in bodies
    }
    assert redundant == {
        "x10sdv": None,
        "x11dpu": False,
        "x12-fw0104": False,
        "x13-sys-821ge-tnhr": True,
    }
