"""Values in unusual spellings, which are decoded without a loss."""

import json
from typing import Any

from hypothesis import given, strategies as st
import pytest

from aiosupermicro import Memory, Power, Thermal
from aiosupermicro.models import LLDP, EnvironmentMetrics, PowerSupply
from aiosupermicro.payload import parse_json


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        *(("41", 41), (" 41.0 ", 41.0), ("-3.5", -3.5), ("+7", 7), ("1e2", 100.0)),
        *((40, 40), (41.5, 41.5), ("0", 0), ("007", 7)),
        *(("41 C", None), ("N/A", None), ("", None), (" ", None), ("nan", None)),
        *(("inf", None), ("1e999", None), ("0x10", None), ("1_000", None)),
        *(("٤١", None), ("41,5", None), ("--1", None), (True, None), ([41], None)),
    ],
)
def test_number_is_read_from_text(raw: Any, expected: float | None) -> None:
    """Read a text that is a number, and drop one that only begins as one."""
    thermal = Thermal.from_dict(
        {
            "Temperatures": [
                {
                    "Name": "CPU Temp",
                    "ReadingCelsius": raw,
                    "UpperThresholdCritical": raw,
                    "Status": {"State": "Enabled"},
                }
            ]
        }
    )
    (sensor,) = thermal.temperatures
    assert sensor.reading == expected
    assert sensor.upper_threshold_critical == expected


@pytest.mark.parametrize(
    ("model", "key", "attribute"),
    [
        (Memory, "CapacityMiB", "capacity_mib"),
        (Memory, "OperatingSpeedMhz", "operating_speed_mhz"),
        (PowerSupply, "PowerInputWatts", "power_input_watts"),
        (PowerSupply, "LineInputVoltage", "line_input_voltage"),
    ],
)
def test_numbers_of_any_resource_are_read_from_texts(
    model: Any, key: str, attribute: str
) -> None:
    """Read integers and decimals that are sent as texts, in all models."""
    assert getattr(model.from_dict({key: "230"}), attribute) == 230
    assert getattr(model.from_dict({key: "230 units"}), attribute) is None


@given(st.integers(-(10**30), 10**30) | st.floats(allow_nan=False))
def test_every_number_is_read_alike_as_text(number: float) -> None:
    """Decode a number and its text to equal values."""
    supply, text = (
        PowerSupply.from_dict({"PowerInputWatts": value})
        for value in (number, str(number))
    )
    assert supply.power_input_watts == text.power_input_watts or abs(number) > 1e38


_CONTROLS = "".join(chr(code) for code in (*range(32), *range(127, 160)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x01P1234\x02", "P1234"),
        ("P12\x0034", "P1234"),
        ("\x1bP1234", "P1234"),
        ("P1234\x7f", "P1234"),
        ("P1234\r", "P1234"),
        ("\x01\x02", None),
    ],
)
def test_control_character_is_dropped(text: str, expected: str | None) -> None:
    """Read a document with unescaped control characters, and remove them."""
    raw = json.dumps({"SerialNumber": "@"}).replace("@", text).encode("latin-1")
    assert PowerSupply.from_dict(parse_json(raw)).serial_number == expected


def test_line_breaks_of_a_neighbor_are_kept() -> None:
    """Read a single CR in the description of a neighbor as a line break."""
    raw = b'{"LLDPReceive": {"SystemDescription": "Switch\r1.2\r\n(c)"}}'
    body = parse_json(raw)
    assert body["LLDPReceive"]["SystemDescription"] == "Switch\r1.2\r\n(c)"
    receive = LLDP.from_dict(body).receive
    assert receive.system_description == "Switch\n1.2\n(c)"


@given(st.text(st.characters(codec="utf-8", exclude_characters='"\\')))
def test_any_raw_text_is_read(text: str) -> None:
    """Read every document with unescaped text, and remove control characters."""
    body = parse_json(f'{{"SerialNumber": "{text}", "Name": "x"}}'.encode())
    supply = PowerSupply.from_dict(body)
    assert supply.name == "x"
    shown = supply.serial_number or ""
    assert not set(shown) & set(_CONTROLS) - {"\n", "\t"}


@pytest.mark.parametrize("watts", [32767, 65535, 0, "32767.0"])
def test_sentinel_is_no_limit(watts: Any) -> None:
    """Return None for placeholders of missing limits and capacities."""
    power = Power.from_dict(
        {
            "PowerControl": [
                {
                    "PowerConsumedWatts": 207,
                    "PowerCapacityWatts": watts,
                    "PowerLimit": {"LimitInWatts": watts},
                }
            ],
            "PowerSupplies": [{"PowerCapacityWatts": watts}],
        }
    )
    (control,) = power.power_control
    assert control.power_consumed_watts == 207
    assert control.power_capacity_watts is None
    assert control.power_limit.limit_in_watts is None
    assert power.power_supplies[0].power_capacity_watts is None
    metrics = EnvironmentMetrics.from_dict({"PowerLimitWatts": {"SetPoint": watts}})
    assert metrics.power_limit_watts.set_point is None


def test_real_limit_is_kept() -> None:
    """Return limits and capacities that a machine may have."""
    for watts in (1, 1600, 32766, 32768, 33000.5):
        limit = {"PowerLimit": {"LimitInWatts": watts}}
        power = Power.from_dict({"PowerControl": [limit]})
        assert power.power_control[0].power_limit.limit_in_watts == watts


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ({"VolatileSizeMiB": 16384, "NonVolatileSizeMiB": 16384}, 32768),
        ({"VolatileSizeMiB": 16384}, 16384),
        ({"NonVolatileSizeMiB": 131072}, 131072),
        ({"VolatileSizeMiB": 0, "NonVolatileSizeMiB": "131072"}, 131072),
        ({"CapacityMiB": 1024, "VolatileSizeMiB": 512}, 1024),
        ({"CapacityMiB": None, "NonVolatileSizeMiB": 256}, 256),
        ({}, None),
        ({"VolatileSizeMiB": None}, None),
    ],
)
def test_capacity_is_the_sum_of_the_sizes(
    sizes: dict[str, Any], expected: int | None
) -> None:
    """Return the capacity of an NVDIMM that reports only the sizes of its parts."""
    assert Memory.from_dict(sizes).capacity_mib == expected


SUPPLY = {"PowerCapacityWatts": 800, "Status": {"State": "Enabled", "Health": "OK"}}
UNKNOWN: tuple[dict[str, Any], ...] = (
    {"PowerCapacityWatts": 800},
    {"PowerCapacityWatts": 800, "Status": None},
    {"PowerCapacityWatts": 800, "Status": {"State": "Enabled"}},
    {"PowerCapacityWatts": 800, "Status": {"State": "Enabled", "Health": "Unknown"}},
    {"PowerCapacityWatts": 800, "Status": {"State": "Enabled", "Health": None}},
)
FAILED = SUPPLY | {"Status": {"State": "Enabled", "Health": "Critical"}}


@pytest.mark.parametrize("unknown", UNKNOWN)
def test_unknown_supply_is_neither_good_nor_bad(unknown: dict[str, Any]) -> None:
    """Report redundancy only if the known supplies determine it."""

    def is_redundant(*supplies: dict[str, Any]) -> bool | None:
        redundancy = [{"MinNumNeeded": 1}]
        body = {"PowerSupplies": [*supplies], "Redundancy": redundancy}
        return Power.from_dict(body).is_redundant

    assert is_redundant(unknown, unknown) is None
    assert is_redundant(SUPPLY, unknown) is None
    assert is_redundant(SUPPLY, SUPPLY, unknown) is True
    assert is_redundant(FAILED, unknown) is False
    assert is_redundant(FAILED, SUPPLY) is False
    assert is_redundant(SUPPLY, SUPPLY) is True
    assert is_redundant() is None
    absent = {"PowerCapacityWatts": 800, "Status": {"State": "Absent"}}
    assert is_redundant(SUPPLY, absent) is False
    assert PowerSupply.from_dict(unknown).is_healthy is None
