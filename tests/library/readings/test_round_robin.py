"""Round robin: a few of many small resources in each poll."""

from typing import Any

from aiosupermicro import DynamicData, SupermicroRedfishClient
from tests.library import CHASSIS, collection, link
from tests.simulator import Bmc

THERMALS, POWERS = f"{CHASSIS}/ThermalSubsystem", f"{CHASSIS}/PowerSubsystem"


PARTS = {
    f"{THERMALS}/Fans": [f"FAN{number}" for number in range(12)],
    f"{CHASSIS}/Sensors": [f"T{number}" for number in range(12)],
    f"{POWERS}/PowerSupplies": [str(number) for number in range(4)],
}


def _put_subsystems(bmc: Bmc) -> None:
    """Add a resource for each sensor, fan and power supply."""
    new = ("ThermalSubsystem", "PowerSubsystem", "Sensors", "EnvironmentMetrics")
    links = {name: link(f"{CHASSIS}/{name}") for name in new}
    bmc.change(CHASSIS, {"Thermal": None, "Power": None} | links)
    metrics = f"{THERMALS}/ThermalMetrics"
    fans = {"Fans": link(f"{THERMALS}/Fans"), "ThermalMetrics": link(metrics)}
    bmc.put(THERMALS, link(THERMALS) | fans)
    bmc.put(metrics, link(metrics) | {"TemperatureReadingsCelsius": []})
    bmc.put(POWERS, link(POWERS) | {"PowerSupplies": link(f"{POWERS}/PowerSupplies")})
    bmc.put(f"{CHASSIS}/EnvironmentMetrics", {"PowerWatts": {"Reading": 100}})
    for path, names in PARTS.items():
        bmc.put(path, collection(path, names))


def _set_readings(bmc: Bmc, value: int) -> None:
    """Set all readings to a value."""
    for path, names in PARTS.items():
        for name in names:
            body: dict[str, Any] = {"Id": name, "Name": name}
            body |= {"Reading": value, "ReadingType": "Temperature"}
            body["SpeedPercent"] = {"SpeedRPM": value}
            body["Metrics"] = link(f"{path}/{name}/Metrics")
            bmc.put(f"{path}/{name}", body)
            output = {"OutputPowerWatts": {"Reading": value}}
            bmc.put(f"{path}/{name}/Metrics", output)


async def _poll(client: SupermicroRedfishClient, bmc: Bmc, times: int) -> DynamicData:
    """Return the data of the last of some polls, none of more than ten requests."""
    for _ in range(times):
        data = await client.async_get_dynamic_data()
        assert len(bmc.requests) <= 10
        bmc.requests.clear()
    return data


async def test_round_robin_reads_all_parts_within_ten_requests_per_poll(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Read all fans, sensors, supplies and their metrics in turns."""
    _put_subsystems(bmc)
    _set_readings(bmc, 1)
    assert (await _poll(client, bmc, 9)).is_complete
    _set_readings(bmc, 2)
    data = await _poll(client, bmc, 8)
    assert data.thermal
    assert {t.reading for t in data.thermal.temperatures} == {2}
    assert {fan.reading_rpm for fan in data.thermal.fans} == {2}
    assert data.power
    assert {item.power_output_watts for item in data.power.power_supplies} == {2}
    assert len(data.thermal.temperatures) == len(data.thermal.fans) == 12
