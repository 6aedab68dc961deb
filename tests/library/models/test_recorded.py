"""Decoding of the resources of recorded boards."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from enum import StrEnum
import json
from typing import Any, get_args, get_type_hints

import pytest

from aiosupermicro import models as m
from aiosupermicro.http.document import parse_document
from aiosupermicro.models import Model
from aiosupermicro.models.changes import decode_changes
from tests.conftest import RECORDINGS

from .catalog import PATHS, UNRECORDED, needs_recordings
from .recorded import RECORDED_RESOURCES, RESOURCES, schema_of
from .tables import NEVER_FILLED, NEVER_RECORDED, SECOND_PLACES, TABLES, Place

RECORDED_BOARDS = {*RECORDINGS, "x13-oem"}


each_schema = pytest.mark.parametrize(
    ("schema", "bodies"),
    [
        pytest.param(schema, bodies, id=f"{board}-{schema}")
        for (board, schema), bodies in RECORDED_RESOURCES.items()
    ],
)


def _recorded(body: Any, place: Place) -> Any:
    """Return the recorded value at a place; None for a blank string."""
    for key in (place,) if isinstance(place, str) else place:
        body = body.get(key) if isinstance(body, dict) else None
    return (body.strip() or None) if isinstance(body, str) else body


def _compare(model: Model, body: Any) -> None:
    """Verify that a model and its parts have the recorded values."""
    for field, place in TABLES.get(type(model), {}).items():
        found, expected = getattr(model, field), _recorded(body, place)
        if expected is None and (second := SECOND_PLACES.get((type(model), field))):
            expected = _recorded(body, second)
        if isinstance(found, Model):
            _compare(found, expected)
        elif isinstance(expected, list) and isinstance(next(iter(found), None), Model):
            for part, inner in zip(found, expected, strict=True):
                _compare(part, inner)
        else:
            if isinstance(expected, list):
                texts = (_recorded({"": item}, "") for item in expected)
                expected = tuple(text for text in texts if text is not None)
            assert (type(model), place, found or None) == (
                *(type(model), place),
                expected or None,
            )
            assert found == expected or found in (None, ())


def _change_each(part: Any) -> Iterator[Any]:
    """Return copies of a part with one other scalar value each.

    Texts with a comma are left out: such a change is not found without a new parsing.
    """
    if not isinstance(part, (dict, list)):
        others = (None, 17, 1.5, "Changed", "") if "," not in str(part) else ()
        yield from (other for other in others if repr(other) != repr(part))
        return
    for key, value in part.items() if isinstance(part, dict) else enumerate(part[:2]):
        for changed in _change_each(value):
            copy = part.copy()
            copy[key] = changed
            yield copy


@each_schema
def test_changed_value_decodes_to_the_model_of_a_new_resource(
    schema: str, bodies: list[Any]
) -> None:
    """Decode a resource with one other value as if it were a new one."""
    model = RESOURCES[schema]
    for body in bodies[:3]:
        known, former = model.from_dict(body), parse_document(json.dumps(body).encode())
        for changed in _change_each(body):
            document = parse_document(json.dumps(changed).encode(), former)
            assert document.former == former.version
            assert repr(document.content) == repr(changed)
            found = decode_changes(model, changed, known, document.changes)
            assert repr(found) == repr(model.from_dict(changed))
            assert vars(found).keys() == vars(model.from_dict(changed)).keys()


@each_schema
def test_fields_have_recorded_values(schema: str, bodies: list[dict[str, Any]]) -> None:
    """Decode every field of every entry to the value in the recording."""
    for body in bodies:
        _compare(RESOURCES[schema].from_dict(body), body)


@each_schema
def test_resource_has_common_properties(
    schema: str, bodies: list[dict[str, Any]]
) -> None:
    """Decode the properties of all resources without knowing their schema."""
    for body in bodies:
        resource = m.OdataResource.from_dict(body)
        assert resource.odata_id == body["@odata.id"]
        assert schema_of({"@odata.type": resource.odata_type}) == schema
        assert resource.id == body.get("Id")
        assert resource.name == body["Name"]


@pytest.mark.long
@needs_recordings
def test_recorded_values_are_members_of_enums() -> None:
    """Require an enum member for each recorded value of a field with an enum."""
    plain = {
        (type(model), name, item)
        for (board, schema), bodies in RECORDED_RESOURCES.items()
        if board in RECORDED_BOARDS
        for body in bodies
        for model in _all_parts(RESOURCES[schema].from_dict(body))
        for name, enum in _enums(type(model)).items()
        for item in _items(getattr(model, name))
        if not isinstance(item, enum)
    }
    assert not plain


def _items(value: Any) -> tuple[Any, ...]:
    """Return the value of a field as a tuple."""
    if isinstance(value, tuple):
        return value
    return () if value is None else (value,)


def _all_parts(model: Model) -> Iterator[Model]:
    """Return a model and all its parts."""
    yield model
    for field in fields(model):
        value = getattr(model, field.name)
        for part in _items(value):
            if isinstance(part, Model):
                yield from _all_parts(part)


def _enums(model: type[Model]) -> dict[str, type[StrEnum]]:
    """Return the fields of a model that hold enums or tuples of them."""
    return {
        name: enum
        for name, hint in get_type_hints(model).items()
        for outer in (hint, *get_args(hint))
        for enum in (outer, *get_args(outer))
        if isinstance(enum, type) and issubclass(enum, StrEnum)
    }


@needs_recordings
def test_every_field_has_a_value_on_some_board() -> None:
    """Find fields of the wrong type or place, which would always be None."""
    filled = {
        (model, field)
        for (_, schema), bodies in RECORDED_RESOURCES.items()
        for body in bodies
        for part in _all_parts(RESOURCES[schema].from_dict(body))
        for model in type(part).__mro__
        for field in _filled(part)
    }
    empty = {
        (model, name)
        for (model, name), paths in PATHS.items()
        if model not in NEVER_RECORDED
        and (model, name) not in filled
        and not all(UNRECORDED.keys() & set(path) for path in paths)
    }
    unexplained = [
        f"{model.__name__}.{name}"
        for model, name in sorted(empty - set(NEVER_FILLED), key=str)
    ]
    assert not unexplained, (
        f"No recorded board fills {unexplained}: add a new resource to RESOURCES in "
        "recorded.py, correct the type or the key in the model, or add the field with "
        "the reason to NEVER_FILLED in tables.py"
    )


def _filled(model: Model) -> Iterator[str]:
    """Return the fields of a model that have a value."""
    for field in fields(model):
        value = getattr(model, field.name)
        if value not in (None, ()) and value != getattr(type(model)(), field.name):
            yield field.name


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
def test_recordings_have_expected_number_of_entries(
    board: str, expected: dict[str, int]
) -> None:
    """Compare as many entries as were recorded."""
    found = {schema: len(RECORDED_RESOURCES[board, schema]) for schema in expected}
    assert found == expected


@needs_recordings
def test_recorded_details_of_temperatures_are_numbers() -> None:
    """Convert the temperature of each GPU, which X13 sends as a string."""
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
def test_recorded_licenses_are_decoded() -> None:
    """Decode the JSON document inside a string."""
    (body,) = RECORDED_RESOURCES["x13-oem", "QueryLicense"]
    license_ = m.License.from_dict(body)
    assert license_.is_licensed
    assert [
        (entry.license_id, entry.name, entry.created_on) for entry in license_.licenses
    ] == [
        ("1", "SFT-OOB-LIC", date(2024, 9, 18)),
        ("2", "SFT-DCMS-SINGLE", date(2024, 9, 18)),
    ]
    assert "REDACTED" not in repr(license_)


@needs_recordings
def test_recorded_firmware_has_versions() -> None:
    """Extract the installed versions, and detect empty slots."""
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
def test_recorded_log_entries_have_code_and_time() -> None:
    """Extract the code of each health event of X13, and the time of each entry."""
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
def test_recorded_certificates_have_fingerprint() -> None:
    """Compute the fingerprint; it equals the BMC's own where there is one."""
    for board in ("x13-sys-821ge-tnhr", "gb300-openbmc"):
        for body in RECORDED_RESOURCES[board, "Certificate"]:
            certificate = m.Certificate.from_dict(body)
            assert certificate.sha256_fingerprint
            if certificate.fingerprint:
                expected = certificate.fingerprint.replace(":", "").lower()
                assert certificate.sha256_fingerprint == expected


@needs_recordings
def test_recorded_statistics_have_time() -> None:
    """Accept the colon that X13 adds before the offset to UTC."""
    for board in ("x10sdv", "x13-oem", "x13-sys-821ge-tnhr"):
        (body,) = RECORDED_RESOURCES[board, "SmcNodeManager"]
        (statistics,) = m.NodeManager.from_dict(body).statistics
        assert statistics.measured_at is not None


@needs_recordings
def test_recorded_supplies_are_redundant_if_healthy() -> None:
    """Ignore the redundancy that a board with a critical supply reports as OK."""
    redundant = {
        board: m.Power.from_dict(body).is_redundant
        for (board, schema), bodies in RECORDED_RESOURCES.items()
        if schema == "Power" and board in RECORDED_BOARDS
        for body in bodies
    }
    assert redundant == {
        "x10sdv": None,
        "x11dpu": False,
        "x12-fw0104": False,
        "x13-sys-821ge-tnhr": True,
    }
