"""Test the simulated fans and temperatures, and the log of pumping fans."""

from typing import Any

import pytest

from tests.conftest import RECORDED, RECORDINGS, Clock

from . import Bmc, Board
from .cooling import Cooling
from .testing import SYSTEM, THERMAL

SEL = f"{SYSTEM}/LogServices/Log1/Entries"


@pytest.fixture
def cooling(bmc: Bmc) -> Cooling:
    """Start the simulation on the shipped board."""
    bmc.cooling = Cooling(bmc)
    return bmc.cooling


def readings(bmc: Bmc) -> dict[str, Any]:
    """Return the reading of each fan and temperature."""
    thermal = bmc.resource(THERMAL)
    fans = {item["Name"]: item["Reading"] for item in thermal["Fans"]}
    items = thermal["Temperatures"]
    return fans | {item["Name"]: item["ReadingCelsius"] for item in items}


def health(bmc: Bmc, name: str) -> str | None:
    """Return the health of a fan or temperature."""
    thermal = bmc.resource(THERMAL)
    items = (*thermal["Fans"], *thermal["Temperatures"])
    (item,) = [item for item in items if item["Name"] == name]
    value: str | None = item["Status"].get("Health")
    return value


def fan_events(bmc: Bmc) -> list[tuple[str, str]]:
    """Return the name and direction of each event of a fan."""
    entries = bmc.resource(SEL)["Members"]
    return [
        (item["Message"].partition(",")[0], item["EntryCode"])
        for item in entries
        if item.get("SensorType") == "Fan"
    ]


def pass_time(bmc: Bmc, clock: Clock, seconds: float) -> None:
    """Let time pass on the BMC."""
    clock.tick(seconds)
    bmc.scheduler.run_due()


def test_recorded_state_is_stable(bmc: Bmc, clock: Clock, cooling: Cooling) -> None:
    """Keep all readings in the recorded mode with the recorded load."""
    before = readings(bmc)
    pass_time(bmc, clock, 3600)
    assert readings(bmc) == before


def test_duty_changes_speeds_soon_and_temperatures_later(
    bmc: Bmc, clock: Clock, cooling: Cooling
) -> None:
    """Change the speeds of one zone, and the temperatures later."""
    before = readings(bmc)
    cooling.set_mode("FullSpeed")
    cooling.set_duty(0, 60)
    cooling.set_duty(1, 30)
    pass_time(bmc, clock, 10)
    soon = readings(bmc)
    assert soon["FAN1"] == pytest.approx(2 * before["FAN1"], abs=140)
    assert soon["FANA"] == before["FANA"]
    assert soon["CPU Temp"] > before["CPU Temp"] - 6
    pass_time(bmc, clock, 600)
    later = readings(bmc)
    assert later["CPU Temp"] <= before["CPU Temp"] - 6
    assert later["NIC Temp"] == before["NIC Temp"]


def test_duty_is_ignored_outside_of_full(
    bmc: Bmc, clock: Clock, cooling: Cooling
) -> None:
    """Ignore a duty in other modes, and start the mode Full with 100 %."""
    before = readings(bmc)
    cooling.set_duty(0, 80)
    pass_time(bmc, clock, 30)
    assert readings(bmc) == before
    assert cooling.zone_duty(0) == 30
    cooling.set_mode("FullSpeed")
    assert cooling.zone_duty(0) == 100


def test_load_heats_and_automatic_modes_react(
    bmc: Bmc, clock: Clock, cooling: Cooling
) -> None:
    """Raise the duty with the load in the mode Optimal, but not in Full."""
    cooling.load = 4
    pass_time(bmc, clock, 900)
    automatic = readings(bmc)
    assert automatic["CPU Temp"] > 60
    assert cooling.zone_duty(0) > 35
    assert health(bmc, "CPU Temp") == "OK"
    cooling.set_mode("FullSpeed")
    cooling.duties = {0: 15, 1: 15}
    pass_time(bmc, clock, 900)
    assert readings(bmc)["CPU Temp"] >= 91
    assert health(bmc, "CPU Temp") == "Critical"


def test_low_duty_makes_fans_pump(bmc: Bmc, clock: Clock, cooling: Cooling) -> None:
    """Log pairs of events about every 35 s, and boost all fans in between."""
    cooling.set_mode("FullSpeed")
    cooling.set_duty(1, 30)
    cooling.set_duty(0, 10)
    boosted = []
    for _ in range(350):
        pass_time(bmc, clock, 1)
        boosted.append(readings(bmc)["FANA"] > 3000)
    events = [item for item in fan_events(bmc) if item[0] == "FAN2"]
    asserted = events.count(("FAN2", "Assert"))
    assert 8 <= asserted <= 11
    assert asserted - events.count(("FAN2", "Deassert")) in (0, 1)
    assert 0.6 < boosted.count(True) / len(boosted) < 0.9
    cooling.set_duty(0, 20)
    pass_time(bmc, clock, 60)
    count = len(fan_events(bmc))
    pass_time(bmc, clock, 600)
    assert len(fan_events(bmc)) == count
    assert health(bmc, "FAN1") == "OK"


def test_slow_fan_is_critical(bmc: Bmc, clock: Clock, cooling: Cooling) -> None:
    """Show the health Critical for a fan below its threshold."""
    cooling.set_mode("FullSpeed")
    cooling.duties = {0: 5, 1: 5}
    seen = set()
    for _ in range(60):
        pass_time(bmc, clock, 1)
        seen.add((readings(bmc)["FAN1"] < 420, health(bmc, "FAN1")))
    assert seen == {(True, "Critical"), (False, "OK")}


def test_restart_leaves_the_mode_full(bmc: Bmc, clock: Clock, cooling: Cooling) -> None:
    """Show no fan readings at first, and drive all zones at 100 %."""
    bmc.restart(30)
    pass_time(bmc, clock, 40)
    assert bmc.fan_mode == "FullSpeed"
    assert readings(bmc)["FAN1"] is None
    assert health(bmc, "FAN1") is None
    cooling.set_duty(0, 30)
    assert cooling.zone_duty(0) == 100
    pass_time(bmc, clock, 70)
    assert readings(bmc)["FAN1"] > 3000
    cooling.set_duty(0, 30)
    assert cooling.zone_duty(0) == 30


def test_host_that_is_off_has_no_fans(bmc: Bmc, clock: Clock, cooling: Cooling) -> None:
    """Stop the fans without events, and cool down."""
    bmc.power("ForceOff")
    pass_time(bmc, clock, 3600)
    assert readings(bmc)["FAN1"] is None
    assert cooling.celsius("CPU Temp") == pytest.approx(24, abs=1)
    assert fan_events(bmc) == []


def test_absent_fans_stay_absent(bmc: Bmc, clock: Clock, cooling: Cooling) -> None:
    """Keep sensors without a reading unchanged."""
    pass_time(bmc, clock, 60)
    assert readings(bmc)["FAN4"] is None
    assert readings(bmc)["M2_SSD2 Temp"] is None


@pytest.mark.parametrize("name", RECORDINGS)
def test_recorded_boards_are_simulated(name: str, clock: Clock) -> None:
    """Simulate any board, starting with the recorded readings."""
    bmc = Bmc(Board.load(str(RECORDED / name)), clock=clock)
    before = [bmc.resource(path) for path in bmc.store.find("Thermal")[:1]]
    bmc.cooling = Cooling(bmc)
    pass_time(bmc, clock, 60)
    after = [bmc.resource(path) for path in bmc.store.find("Thermal")[:1]]
    for old, new in zip(before, after, strict=True):
        for fan_before, fan_after in zip(
            old.get("Fans", ()), new.get("Fans", ()), strict=True
        ):
            assert fan_after["Reading"] == pytest.approx(fan_before["Reading"], rel=0.1)


def test_long_time_without_requests_is_skipped(
    bmc: Bmc, clock: Clock, cooling: Cooling
) -> None:
    """Show the final state at once, even after years."""
    cooling.set_mode("FullSpeed")
    cooling.set_duty(0, 60)
    pass_time(bmc, clock, 1.7e9)
    assert readings(bmc)["FAN1"] > 1900
    assert bmc.fan_mode == "FullSpeed"


def test_cooling_is_constant_until_it_is_started(bmc: Bmc, clock: Clock) -> None:
    """Keep all readings while IPMI is not served."""
    before = readings(bmc)
    pass_time(bmc, clock, 3600)
    assert readings(bmc) == before
    assert bmc.cooling is None
