"""Properties of Power: draw, supplies, redundancy and battery."""

from typing import Any

import pytest

from aiosupermicro.models import Power, PowerSupply


@pytest.mark.parametrize(
    ("supply", "watts", "delivers"),
    [
        ({"LastPowerOutputWatts": 199}, 199, True),
        ({"PowerOutputWatts": 329, "PowerCapacityWatts": 3000}, 329, True),
        ({"PowerOutputWatts": None, "PowerCapacityWatts": 2200}, None, True),
        ({"PowerOutputWatts": None, "PowerCapacityWatts": None}, None, False),
    ],
    ids=["x11", "x13", "no AC input", "fan-only module"],
)
def test_power_supply_has_output_of_any_generation(
    supply: dict[str, Any], watts: float | None, *, delivers: bool
) -> None:
    """Decode both keys of the output; detect fan-only modules, which have none."""
    decoded = PowerSupply.from_dict(supply)
    assert decoded.power_output_watts == decoded.last_power_output_watts == watts
    assert decoded.delivers_power is delivers


def test_power_draw_without_measuring_supplies_is_none() -> None:
    """Ignore the 0 W that a board without measuring supplies reports."""
    control = {"PowerControl": [{"PowerConsumedWatts": 0}]}
    assert Power.from_dict(control).total_power_consumed_watts is None
    supplies = {"PowerSupplies": [{"Name": "Power Supply Bay 1"}]}
    assert Power.from_dict(control | supplies).total_power_consumed_watts == 0
    assert Power.from_dict({}).total_power_consumed_watts is None


@pytest.mark.parametrize(
    ("watts", "total"),
    [([118], 118), ([None, 70], 70), ([118, 70], 118), ([None], None), ([], None)],
)
def test_power_draw_is_first_measured_value(
    watts: list[float | None], total: float | None
) -> None:
    """Return one value, as measured parts may contain each other."""
    controls = [{"PowerConsumedWatts": value} for value in watts]
    power = Power.from_dict({"PowerControl": controls, "PowerSupplies": [{}]})
    assert power.total_power_consumed_watts == total


@pytest.mark.parametrize(
    ("healths", "redundant"),
    [(["OK", "OK"], True), (["OK", "Critical"], False), (["OK"], False), ([], None)],
)
def test_redundancy_is_derived_from_supplies(
    healths: list[str], *, redundant: bool | None
) -> None:
    """Ignore the redundancy of the board, which is OK whatever its supplies report."""
    supplies = [
        {"PowerCapacityWatts": 1600, "Status": {"State": "Enabled", "Health": health}}
        for health in healths
    ]
    fans = {"Status": {"State": "Enabled", "Health": "OK"}}
    group = {"MinNumNeeded": 1, "Status": {"Health": "OK"}}
    body = {"PowerSupplies": [*supplies, fans], "Redundancy": [group]}
    assert Power.from_dict(body).is_redundant is redundant
    assert Power.from_dict({"PowerSupplies": supplies}).is_redundant is None


_OK, _BAD = {"State": "Enabled", "Health": "OK"}, {"Health": "Critical"}


_VBAT = {"Name": "VBAT", "ReadingVolts": 3.1}


@pytest.mark.parametrize(
    ("body", "is_healthy"),
    [
        ({}, None),
        ({"Voltages": [{"Name": "12V", "Status": _BAD}]}, None),
        ({"Voltages": [_VBAT]}, None),
        ({"Voltages": [_VBAT | {"Status": _OK}]}, True),
        ({"Voltages": [_VBAT | {"Status": _BAD}]}, False),
        ({"Oem": {"Supermicro": {"Battery": {"Status": _OK}}}}, True),
        ({"Oem": {"Supermicro": {"Battery": {"Status": _BAD}}}}, False),
    ],
)
def test_battery_is_resource_or_voltage(
    body: dict[str, Any], *, is_healthy: bool | None
) -> None:
    """Derive the health of the battery from the voltages on X10."""
    assert Power.from_dict(body).is_battery_healthy is is_healthy
