"""Test which fans are assigned to a zone after a command."""

import pytest

from custom_components.supermicro_redfish.aiosupermicro.models import Thermal
from custom_components.supermicro_redfish.fan_control.zone_fans import ZoneFans


def speeds(**fans: float) -> Thermal:
    """Return readings of fans in rpm."""
    rows = [
        {
            "Name": name,
            "Reading": rpm,
            "ReadingUnits": "RPM",
            "Status": {"State": "Enabled", "Health": "OK"},
        }
        for name, rpm in fans.items()
    ]
    return Thermal.from_dict({"Fans": rows})


@pytest.mark.parametrize(
    ("rpm", "follows"),
    [(2000, True), (1400, True), (1100, False), (1010, False), (900, False)],
)
def test_fan_is_assigned_if_its_speed_follows_clearly(
    rpm: float, *, follows: bool
) -> None:
    """Ignore a fan whose speed changes by less than a third of the duty's share."""
    fans = ZoneFans({})
    fans.observe(speeds(FAN1=1000, FANA=1000))
    fans.note_change(0, 40, 80)
    assert fans.observe(speeds(FAN1=rpm, FANA=1000)) is follows
    assert fans.fans_of(0) == (("FAN1",) if follows else ())


@pytest.mark.parametrize("old", [None, 75])
def test_fan_is_not_assigned_after_an_unclear_change(old: int | None) -> None:
    """Ignore a change of less than ten percentage points, or of unknown size."""
    fans = ZoneFans({})
    fans.observe(speeds(FAN1=1000))
    fans.note_change(0, old, 80)
    assert fans.observe(speeds(FAN1=1070)) is False
    assert fans.fans_of(0) == ()
