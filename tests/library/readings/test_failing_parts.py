"""Resources that fail, from the start or later: each costs its own readings only."""

import pytest

from aiosupermicro import DynamicData, Power, SupermicroRedfishClient, Thermal
from tests.simulator import Bmc, Board
from tests.simulator.expand import Expand
from tests.simulator.gen14 import (
    ENVIRONMENT,
    FANS,
    METRICS,
    POWER_SUBSYSTEM,
    SENSORS,
    SUPPLIES,
    THERMAL_SUBSYSTEM,
    add_report,
    add_sensors,
    gen14_board,
)

from . import poll_after_discovery, sensor_paths

CASES = {
    ENVIRONMENT: {"draw"},
    METRICS: set[str](),
    FANS: {"fans"},
    SENSORS: {"voltages"},
    SUPPLIES: {"supplies"},
    THERMAL_SUBSYSTEM: {"fans"},
    POWER_SUBSYSTEM: {"supplies"},
}
"""The readings that depend on a resource, by its path."""


@pytest.fixture
def board() -> Board:
    """Return a board of Gen 14 whose chassis has sensors."""
    return gen14_board(add_sensors)


def _shown(data: DynamicData) -> set[str]:
    """Return the kinds of readings that have values."""
    thermal, power = data.thermal or Thermal(), data.power or Power()
    found = {
        "temperatures": thermal.temperatures,
        "fans": thermal.fans,
        "draw": power.total_power_consumed_watts,
        "supplies": power.power_supplies,
        "voltages": power.voltages,
    }
    return {name for name, value in found.items() if value}


@pytest.mark.parametrize("expand", ["bmcweb", "400"])
@pytest.mark.parametrize("status", [500, 403])
@pytest.mark.parametrize("path", CASES)
async def test_resource_that_fails_from_the_start_costs_its_own_readings(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    monkeypatch: pytest.MonkeyPatch,
    *,
    path: str,
    status: int,
    expand: Expand,
) -> None:
    """Show all other readings and the error, and everything once it succeeds."""
    retry = "aiosupermicro.readings.source_schedule.SOURCE_RETRY_SECONDS"
    monkeypatch.setattr(retry, 0)
    bmc.expand = expand
    everything = {"temperatures", "fans", "draw", "supplies", "voltages"}
    bmc.fail(path, status=status)
    data = await poll_after_discovery(client)
    assert _shown(data) == everything - CASES[path]
    assert data.errors
    bmc.heal()
    data = await poll_after_discovery(client)
    assert _shown(data) == everything
    assert not data.errors


LATER = {
    ENVIRONMENT: ("draw", 0),
    METRICS: ("temperatures", 0),
    f"{FANS}*": ("fans", 3),
    f"{SENSORS}*": ("voltages", 3),
    f"{SUPPLIES}*": ("supplies", 3),
}
"""The readings that a resource costs if it fails later, and the polls until then.

Fans, sensors and supplies that are read in turns are discarded in turns.
"""


@pytest.mark.parametrize("expand", ["bmcweb", "400"])
@pytest.mark.parametrize("status", [500, 404])
@pytest.mark.parametrize("path", LATER)
async def test_resource_that_fails_later_costs_its_own_readings(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    *,
    path: str,
    status: int,
    expand: Expand,
) -> None:
    """Show all other readings, and no value of a resource that failed before."""
    bmc.expand = expand
    before = _shown(await poll_after_discovery(client))
    lost, polls = LATER[path]
    bmc.fail(path, status=status)
    for _ in range(polls):
        assert before - _shown(await client.async_get_dynamic_data()) <= {lost}
    for _ in range(3):
        data = await client.async_get_dynamic_data()
        assert _shown(data) == before - {lost}
    bmc.heal()
    for _ in range(polls + 1):
        data = await client.async_get_dynamic_data()
    assert _shown(data) == before


async def test_error_is_raised_if_nothing_can_be_read(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Report Thermal as failed if no way shows a temperature or a fan."""
    for path in (METRICS, FANS, SENSORS, ENVIRONMENT):
        bmc.fail(path, status=500)
    data = await client.async_get_dynamic_data(complete=True)
    assert data.thermal is None
    assert "thermal" in data.errors
    assert data.power
    bmc.heal()
    assert "temperatures" in _shown(await poll_after_discovery(client))


def _set_redundancy(bmc: Bmc, needed: int) -> None:
    """Set the number of power supplies that the board needs."""
    group = {"MinNumNeeded": needed, "MaxNumSupported": 2, "RedundancyType": "NPlusM"}
    changes = {"PowerSupplyRedundancy": [group]}
    bmc.change(POWER_SUBSYSTEM, {"CapacityWatts": 2000 * needed} | changes)


async def test_redundancy_is_read_with_the_static_data(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Show the redundancy of now, not that of the first read."""
    _set_redundancy(bmc, 1)
    power = (await poll_after_discovery(client)).power
    assert power
    assert power.redundancy[0].min_num_needed == 1
    _set_redundancy(bmc, 2)
    await client.async_get_static_data()
    power = (await client.async_get_dynamic_data()).power
    assert power
    assert power.redundancy[0].min_num_needed == 2
    assert power.power_control[0].power_capacity_watts == 4000


async def test_power_limit_is_read_while_a_report_shows_the_draw(
    client: SupermicroRedfishClient, bmc: Bmc, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read EnvironmentMetrics with the static data, at most once a minute."""
    monkeypatch.setattr("aiosupermicro.readings.sensor_pool.EXPAND_FRESH_SECONDS", 0)
    add_report(bmc, "Host", sensor_paths(bmc))
    limits = []
    for watts in (500, 900):
        limit = {"PowerLimitWatts": {"SetPoint": watts, "ControlMode": "Automatic"}}
        bmc.change(ENVIRONMENT, limit)
        power = (await poll_after_discovery(client)).power
        assert power
        limits.append(power.power_control[0].power_limit.limit_in_watts)
    assert limits == [500, 900]
