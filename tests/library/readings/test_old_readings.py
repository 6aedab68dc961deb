"""Readings that a resource no longer shows, or that are from before an outage."""

from typing import Any

from aiohttp import ClientSession
import pytest

from aiosupermicro import DynamicData, SupermicroRedfishClient, SupermicroRedfishError
from aiosupermicro.const import KEPT_READING_SECONDS
from aiosupermicro.readings import (
    excerpts,
    readings,
    round_robin,
    sensor_pool,
    source,
    source_schedule,
)
from aiosupermicro.resources import (
    availability,
    expand_requests,
    expand_verdicts,
    expansion,
)
from tests.conftest import Clock
from tests.library import connected_client, link
from tests.simulator import Bmc, Board
from tests.simulator.expand import Expand
from tests.simulator.gen14 import (
    CHASSIS,
    ENVIRONMENT,
    FANS,
    METRICS,
    SENSORS,
    SUPPLIES,
    add_gpus,
    add_report,
    add_sensors,
    gen14_board,
    mark_stale,
)


@pytest.fixture
def board() -> Board:
    """Return a board of Gen 14 whose chassis has sensors."""
    return gen14_board(add_sensors)


@pytest.fixture
def readings_clock(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Let readings use the BMC's clock."""
    for module in (
        availability,
        excerpts,
        expand_requests,
        expand_verdicts,
        expansion,
        readings,
        round_robin,
        sensor_pool,
        source,
        source_schedule,
    ):
        monkeypatch.setattr(module, "monotonic", clock)
    return clock


def _values(data: DynamicData) -> dict[str | None, float | None]:
    """Return the power draw, temperatures, fan speeds and voltages by name."""
    assert data.thermal
    assert data.power
    thermal, power = data.thermal, data.power
    return (
        {"draw": power.total_power_consumed_watts}
        | {sensor.name: sensor.reading for sensor in thermal.temperatures}
        | {fan.name: fan.reading for fan in thermal.fans}
        | {sensor.name: sensor.reading for sensor in power.voltages}
    )


_WITHOUT_READINGS: dict[str, dict[str, Any]] = {
    "empty": {},
    "null": {"PowerWatts": None, "TemperatureReadingsCelsius": None},
    "empty parts": {"PowerWatts": {}, "TemperatureReadingsCelsius": []},
    "wrong types": {"PowerWatts": [], "TemperatureReadingsCelsius": {}},
}


@pytest.mark.parametrize("body", _WITHOUT_READINGS)
@pytest.mark.parametrize(
    ("path", "name", "value"),
    [(ENVIRONMENT, "draw", 207.5), (METRICS, "CPU Temp", 61)],
)
async def test_resource_that_shows_nothing_for_once_is_read_again(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    path: str,
    name: str,
    value: float,
    body: str,
) -> None:
    """Show no value while the resource shows none, and its value afterward."""
    assert _values(await client.async_get_dynamic_data(complete=True))[name] == value
    whole = bmc.store[path]
    bmc.put(path, link(path) | _WITHOUT_READINGS[body])
    assert _values(await client.async_get_dynamic_data())[name] is None
    bmc.put(path, whole)
    assert _values(await client.async_get_dynamic_data())[name] == value


@pytest.mark.parametrize(
    ("path", "name", "value"),
    [(ENVIRONMENT, "draw", 207.5), (METRICS, "CPU Temp", 61)],
)
async def test_resource_that_shows_nothing_at_first_is_read_again(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    readings_clock: Clock,
    path: str,
    name: str,
    value: float,
) -> None:
    """Find the sensors with the next read of the static data."""
    whole = bmc.store[path]
    bmc.put(path, link(path))
    await client.async_get_dynamic_data(complete=True)
    await client.async_get_static_data()
    bmc.put(path, whole)
    readings_clock.tick(900)
    await client.async_get_static_data()
    readings_clock.tick(30)
    assert _values(await client.async_get_dynamic_data())[name] == value


async def _fail(client: SupermicroRedfishClient, bmc: Bmc) -> None:
    """Poll once while the BMC drops all connections."""
    bmc.drop("*")
    with pytest.raises(SupermicroRedfishError):
        await client.async_get_dynamic_data()
    bmc.heal()


@pytest.mark.parametrize(
    ("seconds", "is_long"), [(120, False), (268, False), (272, True), (600, True)]
)
async def test_reading_from_before_an_outage_is_kept_for_minutes_only(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    readings_clock: Clock,
    *,
    seconds: int,
    is_long: bool,
) -> None:
    """Leave a reading older than five minutes out until its resource is read."""
    before = _values(await client.async_get_dynamic_data(complete=True))
    assert len(before) == 1 + 2 + 8 + 2
    for _ in range(2):
        readings_clock.tick(seconds / 2)
        await _fail(client, bmc)
    readings_clock.tick(30)
    data = await client.async_get_dynamic_data()
    assert data.reading_age == (0 if is_long else seconds + 30)
    known = {name for name, value in _values(data).items() if value is not None}
    assert {"draw", "CPU Temp"} < known
    missing = before.keys() - known
    assert bool(missing) is is_long
    for _ in range(3):
        readings_clock.tick(30)
        data = await client.async_get_dynamic_data()
    assert _values(data) == before


async def test_slow_round_without_an_outage_keeps_readings(
    client: SupermicroRedfishClient, readings_clock: Clock
) -> None:
    """Keep the readings of a board that is polled once in ten minutes."""
    before = _values(await client.async_get_dynamic_data(complete=True))
    readings_clock.tick(2 * KEPT_READING_SECONDS)
    data = await client.async_get_dynamic_data()
    assert _values(data) == before
    assert data.reading_age == 2 * KEPT_READING_SECONDS


async def test_sensor_that_is_no_longer_shown_does_not_age(
    client: SupermicroRedfishClient, bmc: Bmc, readings_clock: Clock
) -> None:
    """Return the age of the shown readings only."""
    await client.async_get_dynamic_data(complete=True)
    key = "TemperatureReadingsCelsius"
    bmc.change(METRICS, {key: bmc.store[METRICS][key][:1]})
    for _ in range(5):
        readings_clock.tick(30)
        data = await client.async_get_dynamic_data()
    assert data.thermal
    assert [sensor.name for sensor in data.thermal.temperatures] == ["CPU Temp"]
    assert data.reading_age <= 60


def _move_all(bmc: Bmc) -> None:
    """Add a hundred to the readings of all sensors and the speeds of all fans."""
    for path in [path for path in bmc.store.paths if f"{SENSORS}/" in path]:
        bmc.change(path, {"Reading": bmc.store[path]["Reading"] + 100})
    for path in [path for path in bmc.store.paths if f"{FANS}/" in path]:
        speed = bmc.store[path]["SpeedPercent"]["SpeedRPM"]
        bmc.change(path, {"SpeedPercent": {"SpeedRPM": speed + 100}})


@pytest.mark.parametrize("kind", ["400", "500", "501", "HTML", "ignored"])
@pytest.mark.parametrize("is_found_by_poll", [True, False])
async def test_value_of_a_former_expansion_never_returns(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    readings_clock: Clock,
    *,
    kind: Expand,
    is_found_by_poll: bool,
) -> None:
    """Keep the values that were read one by one after an expansion has failed."""
    bmc.expand, bmc.expand_advertised = "correct", True
    await client.async_get_dynamic_data(complete=True)
    await client.async_get_static_data()
    for _ in range(2):
        readings_clock.tick(30)
        await client.async_get_dynamic_data()
    before = _values(await client.async_get_dynamic_data())
    bmc.expand = kind
    readings_clock.tick(90)
    if not is_found_by_poll:
        await client.async_get_static_data()
    _move_all(bmc)
    for _ in range(9):
        readings_clock.tick(30)
        data = await client.async_get_dynamic_data()
    after = _values(data)
    assert {after[f"FAN{number}"] for number in range(1, 9)} == {*range(1101, 1109)}
    assert {after["V5"], after["V12"]} == {105.1, 112.1}
    readings_clock.tick(90)
    await client.async_get_static_data()
    readings_clock.tick(30)
    assert _values(await client.async_get_dynamic_data()) == after
    assert after.keys() == before.keys()


async def test_sensors_of_a_failing_report_are_read_in_turns(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Read the sensors of each GPU, also if one of them fails."""
    report = add_report(bmc, "GPUs", add_gpus(bmc, 3))
    await client.async_get_dynamic_data(complete=True)
    await client.async_get_static_data()
    data = await client.async_get_dynamic_data()
    sensors = [sensor.path or "" for sensor in data.sensors]
    assert len(sensors) == 3 * 5
    bmc.fail(report, status=500)
    for path in sensors:
        bmc.change(path, {"Reading": bmc.store[path]["Reading"] + 1})
    bmc.fail(sensors[0], status=500)
    for _ in range(2 * len(sensors)):
        data = await client.async_get_dynamic_data()
    shown = {sensor.path: sensor.reading for sensor in data.sensors}
    assert shown.pop(sensors[0]) is None
    assert shown == {path: bmc.store[path]["Reading"] for path in sensors[1:]}


async def test_power_limit_is_that_of_the_last_read(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Show no limit that an empty resource no longer shows."""
    bmc.change(ENVIRONMENT, {"PowerLimitWatts": {"SetPoint": 500}})
    data = await client.async_get_dynamic_data(complete=True)
    assert data.power
    (control,) = data.power.power_control
    assert control.power_limit.limit_in_watts == 500
    bmc.put(ENVIRONMENT, link(ENVIRONMENT))
    data = await client.async_get_dynamic_data()
    assert data.power
    (control,) = data.power.power_control
    assert control.power_limit.limit_in_watts is None


@pytest.mark.parametrize("expand", ["400", "bmcweb"])
async def test_sensors_of_a_missing_part_have_no_value(
    client: SupermicroRedfishClient, bmc: Bmc, expand: Expand
) -> None:
    """Show no value of a GPU whose metrics are stale and whose sensors are gone."""
    bmc.expand, bmc.expand_advertised = expand, True
    sensors = add_gpus(bmc, 2)
    report = add_report(bmc, "GPUs", sensors)
    await client.async_get_dynamic_data(complete=True)
    await client.async_get_static_data()
    data = await client.async_get_dynamic_data()
    assert all(sensor.reading is not None for sensor in data.sensors)
    gone = [path for path in sensors if "GPU_0" in path]
    for path in gone:
        mark_stale(bmc, report, path)
        bmc.fail(path, status=404)
    for _ in range(len(gone)):
        data = await client.async_get_dynamic_data()
    values = {sensor.path: sensor.reading for sensor in data.sensors}
    assert {values[path] for path in gone if path in values} == {None}
    assert all(values[path] is not None for path in values.keys() - gone)


@pytest.mark.parametrize("path", [ENVIRONMENT, METRICS])
async def test_failing_part_keeps_the_readings_of_the_other(
    client: SupermicroRedfishClient, bmc: Bmc, readings_clock: Clock, path: str
) -> None:
    """Show the fans if the power draw fails for good, and the supplies if they do."""
    await client.async_get_dynamic_data(complete=True)
    bmc.fail(path, status=500)
    for _ in range(6):
        readings_clock.tick(KEPT_READING_SECONDS + 1)
        data = await client.async_get_dynamic_data()
        if path == ENVIRONMENT:
            assert data.thermal
            assert len(data.thermal.fans) == 8
        else:
            assert data.power
            assert len(data.power.power_supplies) == 2


async def _poll_for_an_hour(client: SupermicroRedfishClient, clock: Clock) -> None:
    """Poll every ten minutes for less than an hour; each poll has to fail."""
    for _ in range(6):
        clock.tick(600)
        data = await client.async_get_dynamic_data()
        assert METRICS in data.errors
        assert not (data.thermal and data.thermal.temperatures)


@pytest.mark.parametrize("expand", ["bmcweb", "400"])
async def test_metrics_that_new_firmware_lacks_are_replaced_by_sensors(
    client: SupermicroRedfishClient, bmc: Bmc, readings_clock: Clock, expand: Expand
) -> None:
    """Read the sensors an hour later, and the metrics again if they come back."""
    bmc.expand = expand
    await client.async_get_dynamic_data(complete=True)
    bmc.fail(METRICS, status=404)
    await _poll_for_an_hour(client, readings_clock)
    for _ in range(2):
        readings_clock.tick(600)
        data = await client.async_get_dynamic_data()
    assert _values(data)["CPU Temp"] == 61
    assert METRICS not in data.errors
    bmc.requests.clear()
    readings_clock.tick(30)
    await client.async_get_dynamic_data()
    assert METRICS not in {request.path for request in bmc.requests}
    bmc.heal()
    readings_clock.tick(3_601)
    await client.async_get_static_data()
    readings_clock.tick(30)
    await client.async_get_dynamic_data()
    assert METRICS in {request.path for request in bmc.requests}


async def test_failing_chassis_after_a_restart_costs_no_reading(
    bmc: Bmc, session: ClientSession, readings_clock: Clock
) -> None:
    """Read the fallback also when Thermal and Power are looked for again."""
    async with connected_client(bmc, session) as client:
        await client.async_get_all_data()
        discovery = client.discovery
    bmc.fail(CHASSIS, status=500)
    async with connected_client(bmc, session, discovery=discovery) as client:
        for _ in range(4):
            data = await client.async_get_dynamic_data()
            assert data.thermal
            assert data.thermal.temperatures
            assert data.power
            readings_clock.tick(3700)


async def test_metrics_of_a_starting_bmc_are_not_replaced(
    client: SupermicroRedfishClient, bmc: Bmc, readings_clock: Clock
) -> None:
    """Report an error for as long as the chassis is missing as well."""
    await client.async_get_dynamic_data(complete=True)
    bmc.fail(f"{CHASSIS}*", status=404)
    for _ in range(2):
        await _poll_for_an_hour(client, readings_clock)
    data = await client.async_get_dynamic_data()
    assert {"thermal", "power"} <= data.errors.keys()


@pytest.mark.parametrize("collection", [SENSORS, FANS, SUPPLIES])
@pytest.mark.parametrize("expand", ["bmcweb", "400"])
async def test_values_from_before_an_empty_collection_are_not_shown(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    readings_clock: Clock,
    expand: Expand,
    collection: str,
) -> None:
    """Show a member again when it was read, if it was not listed for minutes."""
    bmc.expand = expand
    await client.async_get_dynamic_data(complete=True)
    await client.async_get_static_data()
    bmc.fail(f"{collection}*", status=200, body={})
    for _ in range(3):
        readings_clock.tick(KEPT_READING_SECONDS / 2)
        await client.async_get_static_data()
        await client.async_get_dynamic_data()
    bmc.heal()
    await client.async_get_static_data()
    data = await client.async_get_dynamic_data()
    assert data.reading_age < KEPT_READING_SECONDS
    for _ in range(8):
        data = await client.async_get_dynamic_data()
    assert None not in _values(data).values()
    assert data.power
    assert len(data.power.power_supplies) == 2
