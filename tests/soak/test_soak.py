"""Test the product with a short soak, and the soak with known defects."""

from collections import Counter
from dataclasses import replace

import pytest

from .boards import BOARDS
from .defects import DEFECTS, Defect, wrong_readings
from .environment import Environment
from .fan_week import run as run_fans
from .footprint import Footprint, count_containers
from .soak import run

HOUR = 3600.0


@pytest.mark.long
@pytest.mark.parametrize(("board", "hours"), [("x12", 2), ("gen14", 1)])
def test_soak_of_some_hours_finds_no_violation(
    network: None, board: str, hours: int
) -> None:
    """Run with all faults; script/nightly runs for days, also with OpenBMC."""
    assert run(hours * HOUR, seed=1, board=BOARDS[board]) == []


@pytest.mark.long
def test_calibration_finds_the_entities_of_sensors(network: None) -> None:
    """Report wrong readings of a board whose sensors are resources of their own."""
    violations = run(
        0.5 * HOUR, seed=1, faults={wrong_readings: 1}, board=BOARDS["gen14"]
    )
    for kind in ("temperature_CPU", "voltage_V12"):
        assert any(
            f"sensor.{kind}" in text and "never reported" in text for text in violations
        )


@pytest.mark.long
def test_fan_curves_keep_limits_and_mode_for_six_hours(network: None) -> None:
    """Require no trip and only one mode change while the load changes."""
    soak = run_fans(6 * HOUR, seed=1, has_faults=False)
    assert soak.violations == []
    assert soak.trips == 0
    assert soak.controlled >= soak.polls - 5
    assert [mode for _, mode in soak.cooling.mode_writes] == ["FullSpeed", "Optimal"]
    assert 50 < soak.hottest < 86


@pytest.mark.long
def test_fan_curves_keep_limits_for_three_hours_of_faults(network: None) -> None:
    """Run with all IPMI faults; script/nightly runs for a week."""
    week = run_fans(3 * HOUR, seed=1)
    assert week.violations == []
    assert week.controlled > week.polls / 2


@pytest.mark.long
@pytest.mark.parametrize(
    "defect", [pytest.param(item, id=item.name) for item in DEFECTS]
)
def test_soak_finds_defect(
    network: None, monkeypatch: pytest.MonkeyPatch, defect: Defect
) -> None:
    """Verify that a defect leads to its violation.

    Without defects there are no violations, so each one is caused by the defect.
    """
    for patch in defect.patches:
        monkeypatch.setattr(*patch)
    violations = run(0.5 * HOUR, seed=1, faults={defect.fault: 1})
    assert any(defect.violation in text for text in violations), violations


async def _slow_responses(env: Environment) -> None:
    """Delay all responses by the longest time of the fault `slow`."""
    with env.failing("slow", "*", is_slow=True, seconds=20):
        await env.minutes(15, 20)


@pytest.mark.long
def test_values_may_be_as_old_as_a_slow_poll_with_a_login(network: None) -> None:
    """Accept values until a poll ends whose session has expired.

    The sessions of this seed expire a time after the login, so also while in use.
    """
    assert run(0.5 * HOUR, seed=69975, faults={_slow_responses: 1}) == []


def test_footprint_reports_growth() -> None:
    """Verify that growth of memory, objects, tasks and timers is reported."""
    before = Footprint(200, 300_000, Counter(a=1), Counter(b=1))
    assert before.growth(before) == []
    for grown in (
        replace(before, mebibytes=230),
        replace(before, objects=320_000),
        replace(before, tasks=Counter(a=5)),
        replace(before, timers=Counter(b=5)),
        replace(before, timers=Counter({"b": 1, "custom_components.supermicro": 1})),
    ):
        assert len(grown.growth(before)) == 1


def test_containers_of_cached_resources_are_counted_once() -> None:
    """Count objects and lists, also where two resources share them."""
    shared = {"Members": [{"Id": "1"}, "text"]}
    assert count_containers({"/a": {"Status": shared}, "/b": shared}) == 4
