"""Thermal and Power: two resources with all sensors, on boards before Gen 14."""

from aiohttp import ClientSession
import pytest

from aiosupermicro import SupermicroRedfishClient, SupermicroRedfishError
from tests.library import CHASSIS, THERMAL, connected_client, link, rewrite_board
from tests.simulator import Bmc, Board
from tests.simulator.gen14 import make_gen14


async def test_sensors_of_boards_of_2017_have_name_and_id(
    session: ClientSession,
) -> None:
    """Decode the keys FanName and MemberID of these boards."""
    board = rewrite_board(Board.load("x12spi-tf"), '"MemberId":', '"MemberID":')
    fans = [
        {"FanName" if key == "Name" else key: value for key, value in fan.items()}
        for fan in board.resources[THERMAL]["Fans"]
    ]
    board.resources[THERMAL]["Fans"] = fans
    async with connected_client(Bmc(board), session) as client:
        data = await client.async_get_dynamic_data()
    assert data.thermal
    assert data.power
    assert [fan.name for fan in data.thermal.fans] == [fan["FanName"] for fan in fans]
    for sensors in (
        data.thermal.fans,
        data.thermal.temperatures,
        data.power.voltages,
        data.power.power_supplies,
    ):
        assert [item.member_id for item in sensors] == [
            str(place) for place in range(len(sensors))
        ]
    assert data.thermal.get_fan("2") is data.thermal.fans[2]


async def test_sensor_keeps_name_and_number_at_other_place(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Identify sensors by name and number when their order in the list changes."""
    before = await client.async_get_thermal()
    body = bmc.resource(THERMAL)
    for key in ("Temperatures", "Fans"):
        moved = [
            sensor | {"MemberId": str(place)}
            for place, sensor in enumerate(reversed(body[key]))
        ]
        body[key] = moved
    bmc.put(THERMAL, body)
    after = await client.async_get_thermal()
    for name in ("temperatures", "fans"):
        old, new = (
            {(item.name, item.sensor_number): item.reading for item in vars(data)[name]}
            for data in (before, after)
        )
        assert len(old) > 3
        assert new == old
        assert vars(before)[name] != vars(after)[name]


async def test_thermal_and_power_are_preferred_to_subsystems(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Read two resources instead of dozens on boards that have both."""
    for name in ("ThermalSubsystem", "PowerSubsystem", "EnvironmentMetrics"):
        bmc.change(CHASSIS, {name: link(f"{CHASSIS}/{name}")})
        bmc.put(f"{CHASSIS}/{name}", link(f"{CHASSIS}/{name}"))
    data = await client.async_get_dynamic_data()
    assert data.thermal
    assert data.thermal.temperatures
    assert not [item for item in bmc.requests if "Subsystem" in item.path]


@pytest.mark.parametrize("status", [404, 503])
async def test_thermal_that_was_read_is_not_replaced(
    client: SupermicroRedfishClient, bmc: Bmc, status: int
) -> None:
    """Report the failure instead of the readings of a subsystem beside it."""
    thermal = bmc.store[THERMAL]
    make_gen14(bmc)
    bmc.put(THERMAL, thermal)
    bmc.change(CHASSIS, {"Thermal": link(THERMAL)})
    before = await client.async_get_thermal()
    assert len(before.temperatures) == len(thermal["Temperatures"])
    bmc.fail(THERMAL, status=status)
    with pytest.raises(SupermicroRedfishError):
        await client.async_get_thermal()
