"""Models hold what boards say, and only that."""

from dataclasses import fields
from datetime import UTC, datetime
import json
from types import MappingProxyType
from typing import Any

from hypothesis import given, settings
import pytest

from aiosupermicro import (
    NTP,
    FanMode,
    FanModeType,
    Health,
    PowerSupply,
    ResetType,
    State,
    System,
    Temperature,
    Thermal,
)
from aiosupermicro.models import (
    Action,
    ActionInfo,
    Battery,
    Model,
    NodeManagerStatistics,
    Status,
)
from aiosupermicro.models.base import parse_datetime

from .models import ALL_MODELS, JSON, KEYS, UNRECORDED, boards, needs_recordings
from .promised import ALWAYS_VALID


def _keys(value: Any) -> set[str]:
    """Return every key that occurs in a document, and in one inside a text."""
    if isinstance(value, str) and value.startswith("{"):
        value = json.loads(value)
    if isinstance(value, dict):
        return set(value).union(*map(_keys, value.values()))
    if isinstance(value, list):
        return set().union(*map(_keys, value))
    return set()


@needs_recordings
def test_every_key_is_on_some_board() -> None:
    """A misspelt name would be silent, so every key must occur on a board."""
    recorded = set().union(
        *(
            _keys(json.loads(file.read_text(encoding="utf-8")))
            for board in boards()
            for file in board.rglob("*.json")
        )
    )
    assert set(KEYS) - recorded <= set(UNRECORDED)


@pytest.mark.parametrize("model", ALL_MODELS, ids=lambda model: model.__name__)
def test_nothing_is_made_up(model: type[Model]) -> None:
    """An empty resource gives None and empty tuples, at every depth."""

    def assert_empty(item: Model) -> None:
        for field in fields(item):
            value = getattr(item, field.name)
            if isinstance(value, Model):
                assert_empty(value)
            else:
                assert value in (None, ())

    assert_empty(model.from_dict({}))


@pytest.mark.parametrize("nonsense", [None, 1, "text", [1]])
@pytest.mark.parametrize("model", ALL_MODELS, ids=lambda model: model.__name__)
def test_what_is_no_object_gives_nothing(model: type[Model], nonsense: Any) -> None:
    """A member of a list may be anything."""
    assert model.from_dict(nonsense) == model()


def test_an_object_of_another_kind_is_read_all_the_same() -> None:
    """A caller may hand in what JSON does not make."""
    body = MappingProxyType({"Name": "CPU Temp"})
    assert Temperature.from_dict(body).name == "CPU Temp"


def test_parts_that_fare_alike_share_a_status() -> None:
    """A board says the same of a hundred parts, in each poll."""
    well = {"State": "Enabled", "Health": "OK"}
    assert Status.from_dict(well) is Status.from_dict(well | {"HealthRollup": None})
    odd = {"State": "Dozing", "Health": " OK"}
    assert Status.from_dict(odd) == Status(state="Dozing", health="OK")
    assert Status.from_dict({"State": [], "Health": "OK"}) == Status(health=Health.OK)


@settings(deadline=None)
@given(raw=JSON)
def test_any_value_costs_one_field_at_most(raw: Any) -> None:
    """Whatever stands in one key, the other keys are read."""
    temperature = {"Name": "CPU Temp", "ReadingCelsius": 41}
    for key in ("MemberId", "Status", "SensorNumber", "UpperThresholdFatal", "Odd"):
        thermal = Thermal.from_dict(
            {"Temperatures": [temperature | {key: raw}], "Fans": raw, "Id": raw}
        )
        assert thermal.temperatures[0].reading_celsius == 41


@pytest.mark.parametrize(
    "value", ["N/A", "41", True, None, [], {}, float("nan"), float("inf"), 10**400]
)
def test_what_is_no_number_is_no_reading(value: Any) -> None:
    """A reading is a finite number or None."""
    assert Temperature.from_dict({"ReadingCelsius": value}).reading_celsius is None


@pytest.mark.parametrize("blank", ["", "          ", None])
def test_a_blank_text_is_absent(blank: str | None) -> None:
    """X10 boards fill a serial number that nobody set with ten spaces."""
    assert System.from_dict({"SerialNumber": blank}).serial_number is None


def test_an_absent_sensor_measures_nothing() -> None:
    """Old boards say 0 for a sensor that is not there."""
    absent = {"Status": {"State": "Absent"}, "ReadingCelsius": 0}
    assert Temperature.from_dict(absent).reading is None
    enabled = {"Status": {"State": "Enabled"}, "ReadingCelsius": 0}
    assert Temperature.from_dict(enabled).reading == 0


def test_an_unknown_value_stays_as_it_is() -> None:
    """A fan mode that no enum knows must survive being sent back."""
    modes = ["Optimal", "Smart Speed"]
    fan_mode = FanMode.from_dict(
        {"Mode": "Smart Speed", "Mode@Redfish.AllowableValues": modes}
    )
    assert fan_mode.mode == "Smart Speed"
    assert fan_mode.available_modes == (FanModeType.OPTIMAL, "Smart Speed")


def test_boards_of_2017_spell_two_keys_otherwise() -> None:
    """MemberID and FanName are read as MemberId and Name are."""
    thermal = Thermal.from_dict(
        {"Fans": [{"MemberID": "1", "FanName": "FAN2", "Reading": 900}]}
    )
    fan = thermal.get_fan("1")
    assert fan is not None
    assert (fan.name, fan.reading_rpm) == ("FAN2", 900)


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
def test_reset_types_are_taken_apart(
    listed: list[str], expected: tuple[str, ...]
) -> None:
    """Two X12 firmwares glue two reset types into one."""
    action = Action.from_dict({"ResetType@Redfish.AllowableValues": listed})
    assert action.reset_types == expected
    parameter = {"Name": "ResetType", "AllowableValues": listed}
    assert ActionInfo.from_dict({"Parameters": [parameter]}).reset_types == expected


def test_equal_resources_are_equal() -> None:
    """Polls that bring nothing new compare equal, so that nobody is woken."""
    body = {"Fans": [{"Name": "FAN1", "Reading": 900, "Status": {"Health": "OK"}}]}
    assert Thermal.from_dict(body) == Thermal.from_dict(body)
    assert Thermal.from_dict(body).fans[0].status.health is Health.OK
    assert State("Absent") is State.ABSENT


def test_what_said_nothing_is_not_valid() -> None:
    """Each model tells an empty resource from one that says anything."""
    for model in ALL_MODELS:
        is_always = model.__name__ in ALWAYS_VALID
        assert model.from_dict({}).is_valid is is_always
    assert NTP.from_dict({"NTPEnable": False}).is_valid
    absent = {"Status": {"State": "Absent"}, "Name": "FAN1", "Reading": 0}
    assert not Thermal.from_dict({"Fans": [absent]}).fans[0].is_valid
    assert PowerSupply.from_dict({"Status": {"State": "Enabled"}}).is_valid


def test_what_is_absent_is_neither_well_nor_ill() -> None:
    """OpenBMC calls the sensor of an empty bay Critical."""
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
        ("2023-11-30T23:04:18+02:00", datetime(2023, 11, 30, 21, 4, 18, tzinfo=UTC)),
        ("2023-11-30T21:01:15", None),
        ("1970-01-01T00:00:00+00:00", None),
        ("T00:00:00Z", None),
        ("", None),
        (None, None),
        (20231130, None),
    ],
)
def test_moments_know_their_offset(text: Any, expected: datetime | None) -> None:
    """A time without an offset, or of a clock that nobody set, is none."""
    assert parse_datetime(text) == expected
    assert NodeManagerStatistics.from_dict({"Timestamp": text}).measured_at == expected
