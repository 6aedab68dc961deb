"""Models hold what boards say, and only that."""

from dataclasses import fields
import json
from pathlib import Path
from typing import Any

from hypothesis import given, settings, strategies as st
import pytest

from aiosupermicro import (
    NTP,
    Chassis,
    FanMode,
    FanModeType,
    Health,
    Manager,
    Power,
    PowerSupply,
    ResetType,
    State,
    System,
    Temperature,
    Thermal,
    models,
)
from aiosupermicro.models import Action, ActionInfo, Model
from aiosupermicro.models.base import plan
from tests.conftest import RECORDED, RECORDINGS
from tests.simulator import Board

ALL_MODELS = sorted(
    {
        model
        for model in vars(models).values()
        if isinstance(model, type) and issubclass(model, Model)
    },
    key=lambda model: model.__name__,
)

KEYS = sorted(
    {
        key
        for model in ALL_MODELS
        for step in plan(model)
        for path in step.paths
        for key in path
    }
)

JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(KEYS), inner),
    max_leaves=20,
)

# What no board in reach has, and who says that it exists.
UNRECORDED = {
    "MemberID": "boards of 2017, hardware.md",
    "FanName": "boards of 2017, hardware.md",
    "OemLastState": "X12 at Redfish 1.14 and B200, hardware.md",
    "CapacityWatts": "the vendor's guide for Gen 14, hardware.md",
    "Family": "the published client; DMTF's ProcessorId has EffectiveFamily",
    "TotalEnabledCores": "the published client; DMTF's Processor",
    "ProcessorMemory": "the published client; DMTF's Processor",
    "TotalCacheMiB": "the published client",
    "UefiTargetBootSourceOverride": "the published client; DMTF's ComputerSystem",
    "Telnet": "the published client; DMTF's ManagerNetworkProtocol",
    "SubscriptionTypes": "the published client",
    "TransferProtocol@Redfish.AllowableValues": "the published client",
    "SessionType": "the published client; DMTF's Session",
    "CreatedTime": "the published client; DMTF's Session",
    "RAIDType": "DMTF's Volume",
    "VolumeType": "DMTF's Volume",
    "SpeedPercent": "DMTF's Fan",
    "InputVoltage": "DMTF's PowerSupplyMetrics",
    "InputCurrentAmps": "DMTF's PowerSupplyMetrics",
    "InputPowerWatts": "DMTF's PowerSupplyMetrics",
    "OutputPowerWatts": "DMTF's PowerSupplyMetrics",
    "FanSpeedPercent": "DMTF's PowerSupplyMetrics",
    "ChassisId": "DMTF's Port.LLDPReceive, by the firmware's schema",
    "ChassisIdSubtype": "DMTF's Port.LLDPReceive, by the firmware's schema",
    "PortIdSubtype": "DMTF's Port.LLDPReceive, by the firmware's schema",
    "SystemName": "DMTF's Port.LLDPReceive, by the firmware's schema",
    "SystemDescription": "DMTF's Port.LLDPReceive, by the firmware's schema",
    "SystemCapabilities": "DMTF's Port.LLDPReceive, by the firmware's schema",
    "ManagementAddressIPv4": "DMTF's Port.LLDPReceive, by the firmware's schema",
    "ManagementAddressIPv6": "DMTF's Port.LLDPReceive, by the firmware's schema",
    "ManagementAddressMAC": "DMTF's Port.LLDPReceive, by the firmware's schema",
    "ManagementVlanId": "DMTF's Port.LLDPReceive, by the firmware's schema",
}


def boards() -> list[Path]:
    """Return the folders of all boards, shipped and recorded."""
    shipped = [Path("tests/simulator/boards") / name for name in Board.names()]
    return [*shipped, *(path for path in RECORDED.glob("*") if path.is_dir())]


def _keys(value: Any) -> set[str]:
    """Return every key that occurs in a document, and in one inside a text."""
    if isinstance(value, str) and value.startswith("{"):
        value = json.loads(value)
    if isinstance(value, dict):
        return set(value).union(*map(_keys, value.values()))
    if isinstance(value, list):
        return set().union(*map(_keys, value))
    return set()


@pytest.mark.skipif(not RECORDINGS, reason="No recorded boards in reach")
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


@given(raw=JSON)
def test_any_value_costs_one_field_at_most(raw: Any) -> None:
    """Whatever stands in one key, the other keys are read."""
    temperature = {"Name": "CPU Temp", "ReadingCelsius": 41}
    for key in ("MemberId", "Status", "SensorNumber", "UpperThresholdFatal", "Odd"):
        thermal = Thermal.from_dict(
            {"Temperatures": [temperature | {key: raw}], "Fans": raw, "Id": raw}
        )
        assert thermal.temperatures[0].reading_celsius == 41


@settings(deadline=None)
@given(document=st.dictionaries(st.sampled_from(KEYS) | st.text(), JSON))
def test_any_document_gives_a_model(document: dict[str, Any]) -> None:
    """No document raises."""
    for model in ALL_MODELS:
        assert isinstance(model.from_dict(document), model)


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


@pytest.mark.parametrize(
    ("supply", "watts", "delivers"),
    [
        ({"LastPowerOutputWatts": 199}, 199, True),
        ({"PowerOutputWatts": 329, "PowerCapacityWatts": 3000}, 329, True),
        ({"PowerOutputWatts": None, "PowerCapacityWatts": 2200}, None, True),
        ({"PowerOutputWatts": None, "PowerCapacityWatts": None}, None, False),
    ],
    ids=["x11", "x13", "no mains", "fan-only module"],
)
def test_power_supplies_of_all_generations(
    supply: dict[str, Any], watts: float | None, *, delivers: bool
) -> None:
    """What a supply delivers has two names, and a fan-only module delivers nothing."""
    decoded = PowerSupply.from_dict(supply)
    assert decoded.power_output_watts == decoded.last_power_output_watts == watts
    assert decoded.delivers_power is delivers


def test_no_supply_that_measures_means_no_power_draw() -> None:
    """A board whose supplies say nothing reports 0 W while it runs."""
    control = {"PowerControl": [{"PowerConsumedWatts": 0}]}
    assert Power.from_dict(control).total_power_consumed_watts is None
    supplies = {"PowerSupplies": [{"Name": "Power Supply Bay 1"}]}
    assert Power.from_dict(control | supplies).total_power_consumed_watts == 0
    assert Power.from_dict({}).total_power_consumed_watts is None


def test_a_board_that_does_not_say_is_neither_on_nor_closed() -> None:
    """What is absent is unknown: never off, never normal, never healthy."""
    system, chassis = System.from_dict({}), Chassis.from_dict({})
    assert (system.is_on, system.is_healthy) == (None, None)
    assert (chassis.is_intruded, chassis.power_state) == (None, None)
    assert NTP.from_dict({}).enabled is None


def test_the_mac_address_is_in_the_managers_uuid() -> None:
    """Supermicro firmware ends the manager's UUID in the BMC's MAC address."""
    uuid = "00000000-0000-0000-0000-7CC25550A8FF"
    assert Manager.from_dict({"UUID": uuid}).mac_address == "7CC25550A8FF"
    random = "12345678-1234-1234-1234-123456789ABC"
    assert Manager.from_dict({"UUID": random}).mac_address is None


def test_equal_resources_are_equal() -> None:
    """Polls that bring nothing new compare equal, so that nobody is woken."""
    body = {"Fans": [{"Name": "FAN1", "Reading": 900, "Status": {"Health": "OK"}}]}
    assert Thermal.from_dict(body) == Thermal.from_dict(body)
    assert Thermal.from_dict(body).fans[0].status.health is Health.OK
    assert State("Absent") is State.ABSENT
