"""Control the power of the host, and change the hardware behind the BMC."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Clock
from tests.simulator import REMOVED, Bmc, Board
from tests.simulator.resources import ROOT
from tests.simulator.testing import (
    CHASSIS,
    OEM,
    POWER,
    RESET,
    SYSTEM,
    THERMAL,
    Client,
    as_old,
    logged_in,
)

pytestmark = pytest.mark.usefixtures("network")

TIMES: dict[str, Any] = {
    "power_seconds": 3,
    "shutdown_seconds": 10,
    "boot_seconds": 100,
}


@pytest.mark.parametrize(
    ("reset_types", "states"),
    [
        (["ForceOff"], {0: "PoweringOff", 2: "PoweringOff", 3: "Off", 99: "Off"}),
        (["GracefulShutdown"], {0: "PoweringOff", 9: "PoweringOff", 10: "Off"}),
        (["GracefulShutdown", "ForceOff"], {2: "PoweringOff", 3: "Off"}),
        (
            ["ForceRestart"],
            {2: "PoweringOff", 3: "Off", 6: "PoweringOn", 8: "PoweringOn", 9: "On"},
        ),
        (["PowerCycle"], {3: "Off", 9: "On"}),
        (
            ["GracefulRestart"],
            {9: "PoweringOff", 10: "Off", 15: "PoweringOn", 16: "On"},
        ),
        (["Nmi"], {0: "On", 99: "On"}),
        (["On"], {0: "On"}),
        (["ForceOff", "On"], {0: "PoweringOn", 3: "On"}),
        (["PushPowerButton"], {10: "Off"}),
        (["ForceOff", "PushPowerButton"], {3: "On"}),
        (["GracefulShutdown", "On"], {3: "On", 99: "On"}),
        (["GracefulRestart", "ForceOff"], {3: "Off", 99: "Off"}),
    ],
    ids=str,
)
def test_reset_changes_power_state_over_time(
    clock: Clock, reset_types: list[str], states: dict[int, str]
) -> None:
    """Go through the transitional states; let a later reset replace the transition."""
    bmc = Bmc(Board.load("x12spi-tf"), clock=clock, **TIMES)
    for reset_type in reset_types:
        bmc.power(reset_type)
    began = clock.now
    for seconds, state in states.items():
        clock.now = began + seconds
        assert (seconds, bmc.power_state) == (seconds, state)
        assert bmc.resource(SYSTEM)["PowerState"] == state
        assert bmc.resource(CHASSIS)["PowerState"] == state


def test_restart_finishes_without_intermediate_reads(clock: Clock) -> None:
    """Run all overdue transitions at the first read, each at its own time."""
    bmc = Bmc(Board.load("x12spi-tf"), clock=clock, **TIMES)
    bmc.power("GracefulRestart")
    clock.tick(16 + 99)
    progress = bmc.resource(SYSTEM)["BootProgress"]["LastState"]
    assert progress == "SystemHardwareInitializationComplete"
    assert bmc.resource(f"{OEM}/Snooping")["PostCode"] == "a2"
    clock.tick(1)
    assert bmc.resource(f"{OEM}/Snooping")["PostCode"] == "aa"


def test_graceful_shutdown_is_ignored_when_configured(clock: Clock) -> None:
    """Keep the host on after a graceful shutdown, and force it off on demand."""
    bmc = Bmc(Board.load("x12spi-tf"), clock=clock, os_accepts_shutdown=False, **TIMES)
    bmc.power("GracefulShutdown")
    clock.tick(60)
    assert bmc.power_state == "On"
    bmc.power("ForceOff")
    clock.tick(3)
    assert bmc.power_state == "Off"


async def switch_off(client: Client, clock: Clock) -> None:
    """Switch the host off with a request."""
    assert (await client.post(RESET, {"ResetType": "ForceOff"})).status == 200
    clock.tick(3)
    assert client.bmc.power_state == "Off"


async def test_reset_rejects_types_that_need_running_host(clock: Clock) -> None:
    """Reject a restart or shutdown while off; accept ForceOff and ForceOn."""
    async with logged_in(clock=clock, **TIMES) as client:
        await switch_off(client, clock)
        for reset_type in ("GracefulShutdown", "ForceRestart", "PowerCycle", "Nmi"):
            response = await client.post(RESET, {"ResetType": reset_type})
            assert response.rejection == (400, "Base.ActionNotSupported")
        assert (await client.post(RESET, {"ResetType": "ForceOff"})).status == 200
        assert client.bmc.power_state == "Off"
        assert (await client.post(RESET, {"ResetType": "ForceOn"})).status == 200
        assert client.bmc.power_state == "PoweringOn"


def enabled(body: dict[str, Any], *lists: str) -> set[str]:
    """Return the names of the sensors in the state Enabled."""
    return {
        sensor["Name"]
        for key in lists
        for sensor in body[key]
        if sensor["Status"]["State"] == "Enabled"
    }


async def test_host_off_leaves_only_standby_sensors(clock: Clock) -> None:
    """Show all other sensors as absent, and limit the power consumption."""
    async with logged_in(clock=clock, **TIMES) as client:
        details = {"Oem": {"Supermicro": {"Details": {"CPU 1 Temp": "44"}}}}
        client.bmc.change(THERMAL, {"Temperatures": {"CPU Temp": details}})
        await switch_off(client, clock)
        thermal = (await client.get(THERMAL)).body
        assert enabled(thermal, "Temperatures", "Fans") == {
            "Inlet Temp",
            "PCH Temp",
            "System Temp",
            "Peripheral Temp",
        }
        cpu, fan = thermal["Temperatures"][0], thermal["Fans"][0]
        recorded = client.bmc.board.resources[THERMAL]
        # The last sensor of each list is recorded as absent.
        absent = recorded["Temperatures"][-1]
        changes = ("@odata.id", "MemberId", "Name", "SensorNumber")
        common = (*changes, "PhysicalContext", "RelatedItem")
        assert cpu == absent | {key: cpu[key] for key in common}
        assert fan == recorded["Fans"][-1] | {key: fan[key] for key in changes}
        power = (await client.get(POWER)).body
        assert enabled(power, "Voltages") == {
            *("5VSB", "3.3VSB", "1.8V PCH", "PVNN PCH", "1.05V PCH"),
            *("2.5V BMC", "1.2V BMC"),
        }
        assert power["PowerControl"][0]["PowerConsumedWatts"] == 9
        assert [s["PowerOutputWatts"] for s in power["PowerSupplies"]] == [4, 4]
        assert power["PowerSupplies"][0]["Status"]["Health"] == "OK"
        body = client.bmc.resource(SYSTEM)
        assert body["BootProgress"]["LastState"] == "None"
        assert client.bmc.resource(f"{OEM}/Snooping")["PostCode"] == "00"


async def test_boot_restores_sensors_after_power_state(clock: Clock) -> None:
    """Restore the sensors during the boot, and all resources at its end."""
    async with logged_in(clock=clock, **TIMES) as client:
        before = (await client.get(THERMAL)).body
        await switch_off(client, clock)
        assert (await client.post(RESET, {"ResetType": "On"})).status == 200
        clock.tick(4)
        assert client.bmc.power_state == "On"
        assert "CPU Temp" not in enabled(client.bmc.resource(THERMAL), "Temperatures")
        progress = client.bmc.resource(SYSTEM)["BootProgress"]["LastState"]
        assert progress == "PrimaryProcessorInitializationStarted"
        power = client.bmc.resource(POWER)["PowerControl"][0]
        assert power["PowerConsumedWatts"] == 118
        clock.tick(30)
        assert (await client.get(THERMAL)).body == before
        clock.tick(70)
        for path in (SYSTEM, CHASSIS, POWER, f"{OEM}/Snooping"):
            assert client.bmc.resource(path) == client.bmc.board.resources[path]


def test_old_family_shows_absent_sensors_as_zero(clock: Clock) -> None:
    """Replace measured values by zeros, where the new family has nulls."""
    bmc = Bmc(as_old(Board.load("x12spi-tf")), clock=clock, **TIMES)
    bmc.change(THERMAL, {"Fans": {0: {"Name": REMOVED, "FanName": "FAN1"}}})
    bmc.set_reading("FAN1", 1200)
    assert bmc.resource(THERMAL)["Fans"][0]["Reading"] == 1200
    bmc.power("ForceOff")
    clock.tick(3)
    body = bmc.resource(THERMAL)
    cpu, fan = body["Temperatures"][0], body["Fans"][0]
    assert cpu["Status"] == {"State": "Absent"}
    assert (cpu["ReadingCelsius"], cpu["UpperThresholdFatal"]) == (0, 0)
    assert (cpu["SensorNumber"], fan["ReadingUnits"], fan["Reading"]) == (1, "RPM", 0)


def test_bmc_merges_changes_by_hardware() -> None:
    """Merge objects, find list items by index or name, and accept null values."""
    bmc = Bmc(Board.load("x12spi-tf"))
    bmc.change(
        POWER,
        {
            "PowerSupplies": {
                "Power Supply Bay 2": {
                    "Status": {"Health": "Critical"},
                    "PowerOutputWatts": None,
                }
            },
            "Voltages": {0: {"PhysicalContext": REMOVED}},
        },
    )
    body = bmc.resource(POWER)
    supply = body["PowerSupplies"][1]
    assert supply["Status"] == {"State": "Enabled", "Health": "Critical"}
    assert supply["PowerOutputWatts"] is None
    assert supply["PowerInputWatts"] == 55
    assert "PhysicalContext" not in body["Voltages"][0]
    bmc.set_reading("FAN1", 0)
    bmc.set_reading("12V", 11.9)
    assert bmc.resource(THERMAL)["Fans"][0]["Reading"] == 0
    with pytest.raises(KeyError):
        bmc.set_reading("FAN99", 1)
    with pytest.raises(KeyError):
        bmc.change(POWER, {"Voltages": {"13V": {}}})
    bmc.put("Managers/2", {"Id": "2"})
    assert bmc.resource(f"{ROOT}/Managers/2/") == {"Id": "2"}
    bmc.remove(THERMAL)
    with pytest.raises(KeyError):
        bmc.resource(THERMAL)
    assert THERMAL in bmc.board.resources
