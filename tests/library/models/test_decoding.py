"""Decoding of resources into models."""

from dataclasses import fields
from datetime import UTC, datetime
from enum import Enum
import json
import re
from types import MappingProxyType
from typing import Any
import unicodedata

from hypothesis import given, settings, strategies as st
import pytest

from aiosupermicro.http.document import Document, parse_document
from aiosupermicro.models import (
    NTP,
    Action,
    ActionInfo,
    Battery,
    FanMode,
    FanModeType,
    Health,
    Memory,
    Model,
    NodeManagerStatistics,
    PowerControl,
    PowerSupply,
    ResetType,
    State,
    Status,
    System,
    Temperature,
    Thermal,
    enums,
)
from aiosupermicro.models.values import parse_datetime
from aiosupermicro.resources.decoded import DecodedResources
from aiosupermicro.resources.endpoints import THERMAL

from .catalog import ALL_MODELS, JSON, KEYS, UNRECORDED, boards, needs_recordings


def _keys(value: Any) -> set[str]:
    """Return all keys of a document, and of documents inside its strings."""
    if isinstance(value, str) and value.startswith("{"):
        value = json.loads(value)
    if isinstance(value, dict):
        return set(value).union(*map(_keys, value.values()))
    if isinstance(value, list):
        return set().union(*map(_keys, value))
    return set()


@needs_recordings
def test_every_key_is_on_some_board() -> None:
    """Read no key that is on no board, as it may be misspelled."""
    recorded = set().union(
        *(
            _keys(json.loads(file.read_text(encoding="utf-8")))
            for board in boards()
            for file in board.rglob("*.json")
        )
    )
    misspelled = set(KEYS) - recorded - set(UNRECORDED)
    assert not misspelled, (
        f"No recorded board has {sorted(misspelled)}: correct the spelling in the "
        "model, or add the key with its source to UNRECORDED in catalog.py"
    )


@pytest.mark.parametrize("model", ALL_MODELS, ids=lambda model: model.__name__)
def test_empty_resource_decodes_to_none(model: type[Model]) -> None:
    """Return None and empty tuples at every depth."""

    def assert_empty(item: Model) -> None:
        for field in fields(item):
            value = getattr(item, field.name)
            if isinstance(value, Model):
                assert_empty(value)
            else:
                assert value in (None, ())

    assert_empty(model.from_dict({}))


_VALUES: st.SearchStrategy[Any] = st.sampled_from(
    [None, 5, 40, "CPU", "", True, {"Name": "nested"}, []]
)
_ITEMS = st.dictionaries(
    st.sampled_from(["Name", "FanName", "ReadingCelsius", "Status", "Odd"]), _VALUES
)
_LISTS = st.lists(_ITEMS | _VALUES, max_size=4) | _ITEMS | _VALUES
_RESOURCES = st.fixed_dictionaries(
    {}, optional={"Id": _VALUES, "Temperatures": _LISTS, "Fans": _LISTS}
)


@given(bodies=st.lists(_RESOURCES, min_size=2, max_size=4), data=st.data())
def test_changed_resource_decodes_to_the_model_of_a_new_one(
    bodies: list[dict[str, Any]], data: st.DataObject
) -> None:
    """Decode one resource after the other, whether similar or not."""
    bodies += [_change_values(body, data) for body in bodies for _ in range(3)]
    documents: dict[str, Document] = {}
    decoded, document = DecodedResources(documents.get), None
    for body in bodies:
        document = parse_document(json.dumps(body).encode(), document)
        documents["Thermal"] = document
        found = decoded.decode(THERMAL, document.content, "Thermal")
        assert found == Thermal.from_dict(body)
        assert repr(found) == repr(Thermal.from_dict(body))


def _change_values(part: Any, data: st.DataObject) -> Any:
    """Return a copy in which some scalar values are others."""
    if isinstance(part, dict):
        return {key: _change_values(value, data) for key, value in part.items()}
    if isinstance(part, list):
        return [_change_values(value, data) for value in part]
    return data.draw(st.sampled_from([part, part, None, 7, 8.5, "GPU"]))


def test_models_of_unchanged_parts_stay_the_same_objects() -> None:
    """Decode only the item that has changed; keep all where no field has changed."""
    readings = [{"Name": name, "ReadingCelsius": 40} for name in ("CPU", "Inlet")]
    body = {"Temperatures": readings, "Fans": [{"Name": "FAN1"}], "Odd": 1}
    documents: dict[str, Document] = {}
    decoded, document = DecodedResources(documents.get), None
    models = []
    for reading, odd in ((40, 1), (41, 1), (41, 2)):
        readings[0]["ReadingCelsius"], body["Odd"] = reading, odd
        document = parse_document(json.dumps(body).encode(), document)
        documents["Thermal"] = document
        models.append(decoded.decode(THERMAL, document.content, "Thermal"))
    first, second, third = models
    assert [t.reading for t in second.temperatures] == [41, 40]
    assert second.temperatures[1] is first.temperatures[1]
    assert second.fans is first.fans
    assert third is second


def test_resource_of_another_version_is_decoded_as_a_new_one() -> None:
    """Ignore changes since a document that was not decoded."""
    documents: dict[str, Document] = {}
    decoded, document = DecodedResources(documents.get), None
    for speeds in ([1, 1], [2, 1], [2, 2]):
        body = {"Fans": [{"Name": "FAN", "Reading": speed} for speed in speeds]}
        document = parse_document(json.dumps(body).encode(), document)
        documents["Thermal"] = document
        if speeds != [2, 1]:
            found = decoded.decode(THERMAL, document.content, "Thermal")
    assert [fan.speed for fan in found.fans] == [2, 2]


@pytest.mark.parametrize("nonsense", [None, 1, "text", [1]])
@pytest.mark.parametrize("model", ALL_MODELS, ids=lambda model: model.__name__)
def test_value_that_is_no_object_decodes_to_empty_model(
    model: type[Model], nonsense: Any
) -> None:
    """Accept any value as a member of a list."""
    assert model.from_dict(nonsense) == model()


def test_any_mapping_is_decoded() -> None:
    """Accept a mapping that is no dict."""
    body = MappingProxyType({"Name": "CPU Temp"})
    assert Temperature.from_dict(body).name == "CPU Temp"


def test_equal_statuses_are_one_object() -> None:
    """Reuse the status that hundreds of parts have in each poll."""
    healthy = {"State": "Enabled", "Health": "OK"}
    assert Status.from_dict(healthy) is Status.from_dict(
        healthy | {"HealthRollup": None}
    )
    odd = {"State": "Dozing", "Health": " OK"}
    assert Status.from_dict(odd) == Status(state="Dozing", health="OK")
    assert Status.from_dict({"State": [], "Health": "OK"}) == Status(health=Health.OK)


@settings(deadline=None)
@given(raw=JSON)
def test_invalid_value_affects_one_field(raw: Any) -> None:
    """Decode all other fields, whatever value one field has."""
    temperature = {"Name": "CPU Temp", "ReadingCelsius": 41}
    for key in ("MemberId", "Status", "SensorNumber", "UpperThresholdFatal", "Odd"):
        thermal = Thermal.from_dict(
            {"Temperatures": [temperature | {key: raw}], "Fans": raw, "Id": raw}
        )
        assert thermal.temperatures[0].reading_celsius == 41


@pytest.mark.parametrize(
    "value",
    [
        *("N/A", "41 C", "", "nan", "inf", "1e999", "0x29", "4 1", "٤١", "9" * 90),
        *(True, None, [], {}, float("nan"), float("inf"), 10**400),
    ],
    ids=lambda value: f"{type(value).__name__}-{str(value)[:12]}",
)
def test_reading_is_finite_number_or_none(value: Any) -> None:
    """Return None for texts that are no number, booleans, infinity and huge numbers."""
    assert Temperature.from_dict({"ReadingCelsius": value}).reading_celsius is None


@pytest.mark.parametrize(
    ("value", "reading"),
    [("41", 41), (" 41.0 ", 41.0), ("-5", -5), ("+4.1e1", 41.0), ("41.", 41.0)],
)
def test_number_is_read_from_text(value: str, reading: float) -> None:
    """Read a number that is sent as a text, as some firmware does."""
    temperature = {"ReadingCelsius": value, "SensorNumber": f" {value} "}
    sensor = Temperature.from_dict(temperature)
    assert sensor.reading_celsius == reading
    assert sensor.sensor_number == int(reading)


@given(number=st.floats(allow_nan=False, allow_infinity=False))
def test_every_finite_number_is_read_from_text(number: float) -> None:
    """Decode a number and its text to equal values."""
    sensor = Temperature.from_dict({"ReadingCelsius": repr(number)})
    assert sensor.reading_celsius == number


@given(text=st.text())
def test_text_has_no_control_characters(text: str) -> None:
    """Drop control characters other than new lines and tabs; keep all others."""
    name = Temperature.from_dict({"Name": text}).name or ""
    assert all(c in "\n\t" or unicodedata.category(c) != "Cc" for c in name)
    kept = "".join(c for c in text if unicodedata.category(c) != "Cc")
    assert "".join(name.split()) == "".join(kept.split())


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("SN\x01123", "SN123"),
        ("\x00", None),
        ("a\r\nb", "a\nb"),
        ("a\rb", "a\nb"),
        ("\x7fPS1\x85", "PS1"),
    ],
)
def test_control_characters_are_dropped(raw: str, text: str | None) -> None:
    """Keep the rest of a text with characters that JSON forbids."""
    supply = PowerSupply.from_dict({"SerialNumber": raw})
    assert supply.serial_number == text


def test_id_is_read_from_number() -> None:
    """Read a MemberId that is sent as a number."""
    assert Temperature.from_dict({"MemberId": 3}).member_id == "3"
    assert Temperature.from_dict({"MemberId": 0}).member_id == "0"
    assert Temperature.from_dict({"MemberId": True}).member_id is None


@pytest.mark.parametrize("watts", [0, 32767, 65535, " 32767 "])
def test_sentinel_of_power_is_none(watts: Any) -> None:
    """Return None for values that boards send for a missing limit or capacity."""
    limit = PowerControl.from_dict({"PowerLimit": {"LimitInWatts": watts}})
    assert limit.power_limit.limit_in_watts is None
    supply = PowerSupply.from_dict({"PowerCapacityWatts": watts})
    assert supply.power_capacity_watts is None


@pytest.mark.parametrize(
    ("body", "capacity"),
    [
        ({"VolatileSizeMiB": 16384, "NonVolatileSizeMiB": 16384}, 32768),
        ({"NonVolatileSizeMiB": 131072}, 131072),
        ({"CapacityMiB": 8192, "NonVolatileSizeMiB": 1}, 8192),
        ({}, None),
    ],
)
def test_capacity_of_nvdimm_is_that_of_its_parts(
    body: dict[str, int], capacity: int | None
) -> None:
    """Add the sizes of a module that reports no capacity."""
    assert Memory.from_dict(body).capacity_mib == capacity


@pytest.mark.parametrize("blank", ["", "          ", None])
def test_blank_string_decodes_to_none(blank: str | None) -> None:
    """Treat a serial number of ten spaces as missing, as X10 boards send it."""
    assert System.from_dict({"SerialNumber": blank}).serial_number is None


def test_absent_sensor_has_no_reading() -> None:
    """Ignore the reading of 0 that old boards send for an absent sensor."""
    absent = {"Status": {"State": "Absent"}, "ReadingCelsius": 0}
    assert Temperature.from_dict(absent).reading is None
    enabled = {"Status": {"State": "Enabled"}, "ReadingCelsius": 0}
    assert Temperature.from_dict(enabled).reading == 0


def test_enum_members_are_named_after_their_values() -> None:
    """Require that the name of each enum member follows from its value."""
    members: list[Enum] = [
        member
        for enum in vars(enums).values()
        if isinstance(enum, type) and issubclass(enum, Enum)
        for member in enum
        if enum.__module__ == enums.__name__
    ]
    assert len(members) > 100
    for member in members:
        letters = re.sub(r"[\W_]", "", str(member.value)).lower()
        assert letters == member.name.replace("_", "").lower()


def test_unknown_enum_value_is_kept() -> None:
    """Keep a fan mode that is in no enum, so that it can be sent back."""
    modes = ["Optimal", "Smart Speed"]
    fan_mode = FanMode.from_dict(
        {"Mode": "Smart Speed", "Mode@Redfish.AllowableValues": modes}
    )
    assert fan_mode.mode == "Smart Speed"
    assert fan_mode.available_modes == (FanModeType.OPTIMAL, "Smart Speed")


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        (["On", "ForceOff"], (ResetType.ON, ResetType.FORCE_OFF)),
        (
            ["GracefulShutdownGracefulRestart", "Nmi"],
            (ResetType.GRACEFUL_SHUTDOWN, ResetType.GRACEFUL_RESTART, ResetType.NMI),
        ),
        (["ForceOn", "ACCycle"], (ResetType.FORCE_ON, "ACCycle")),
    ],
)
def test_joined_reset_types_are_split(
    listed: list[str], expected: tuple[str, ...]
) -> None:
    """Split the two reset types that two X12 firmwares join into one."""
    action = Action.from_dict({"ResetType@Redfish.AllowableValues": listed})
    assert action.reset_types == expected
    parameter = {"Name": "ResetType", "AllowableValues": listed}
    assert ActionInfo.from_dict({"Parameters": [parameter]}).reset_types == expected


def test_models_of_equal_resources_are_equal() -> None:
    """Return equal models for polls without a change."""
    body = {"Fans": [{"Name": "FAN1", "Reading": 900, "Status": {"Health": "OK"}}]}
    assert Thermal.from_dict(body) == Thermal.from_dict(body)
    assert Thermal.from_dict(body).fans[0].status.health is Health.OK
    assert State("Absent") is State.ABSENT


def test_model_is_valid_if_it_has_a_value() -> None:
    """Distinguish an empty resource from one with any value."""
    assert NTP.from_dict({"NTPEnable": False}).is_valid
    absent = {"Status": {"State": "Absent"}, "Name": "FAN1", "Reading": 0}
    assert not Thermal.from_dict({"Fans": [absent]}).fans[0].is_valid
    assert PowerSupply.from_dict({"Status": {"State": "Enabled"}}).is_valid


def test_absent_part_has_no_health() -> None:
    """Ignore the health Critical that OpenBMC sends for sensors of an empty bay."""
    assert (
        Status.from_dict({"State": "Absent", "Health": "Critical"}).is_healthy is None
    )
    assert (
        Status.from_dict({"State": "Enabled", "Health": "Critical"}).is_healthy is False
    )
    assert Battery.from_dict({"Status": {"Health": "OK"}}).is_healthy


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2023-11-30T21:01:15Z", datetime(2023, 11, 30, 21, 1, 15, tzinfo=UTC)),
        ("2023-11-30T21:04:18:+00:00", datetime(2023, 11, 30, 21, 4, 18, tzinfo=UTC)),
        (
            "2023-11-30T21:04:18.5:+00:00",
            datetime(2023, 11, 30, 21, 4, 18, 500_000, tzinfo=UTC),
        ),
        ("2023-11-30T23:04:18+02:00", datetime(2023, 11, 30, 21, 4, 18, tzinfo=UTC)),
        ("2023-11-30T21:01:15", None),
        ("1970-01-01T00:00:00+00:00", None),
        ("T00:00:00Z", None),
        ("", None),
        (None, None),
        (20231130, None),
    ],
)
def test_time_has_offset_and_was_set(text: Any, expected: datetime | None) -> None:
    """Return None for a time without an offset, or of a clock that was never set."""
    assert parse_datetime(text) == expected
    assert NodeManagerStatistics.from_dict({"Timestamp": text}).measured_at == expected
