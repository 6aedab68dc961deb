"""The simulated BMC against hardware.md: actions, and the power of the host."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from tests.conftest import Clock
from tests.simulator import REMOVED, Bmc, Board
from tests.simulator.resources import ROOT
from tests.simulator.testing import (
    CHASSIS,
    MANAGER,
    OEM,
    POWER,
    RESET,
    SYSTEM,
    THERMAL,
    Client,
    as_old,
    changed,
    logged_in,
)

pytestmark = pytest.mark.usefixtures("network")


# Actions


@pytest.mark.parametrize(
    ("body", "message_id"),
    [
        ({}, "Base.ActionParameterMissing"),
        ({"ResetType": "PushPowerButton"}, "Base.ActionParameterValueNotInList"),
        ({"ResetType": ["ForceOff"]}, "Base.ActionParameterValueNotInList"),
        (
            {"ResetType": "GracefulShutdownGracefulRestart"},
            "Base.ActionParameterValueNotInList",
        ),
    ],
)
async def test_refused_resets(body: dict[str, Any], message_id: str) -> None:
    """Only what the ActionInfo lists can be done, whatever the resource glues."""
    async with logged_in() as client:
        response = await client.post(RESET, body)
        assert (response.status, response.message_id) == (400, message_id)
        assert client.bmc.power_state == "On"


@pytest.mark.parametrize(
    ("inline", "reset_type", "status"),
    [
        (["On", "GracefulShutdownGracefulRestart"], "GracefulRestart", 200),
        (["On", "GracefulShutdownGracefulRestart"], "ForceOff", 400),
        (REMOVED, "FullPowerCycle", 200),
        (REMOVED, "Reboot", 400),
        (REMOVED, ["On"], 400),
        (REMOVED, None, 400),
    ],
)
async def test_resets_without_action_info(
    inline: Any, reset_type: Any, status: int
) -> None:
    """Without an ActionInfo the resource's own list counts, or else any type."""
    actions = {
        "#ComputerSystem.Reset": {
            "@Redfish.ActionInfo": REMOVED,
            "ResetType@Redfish.AllowableValues": inline,
        }
    }
    async with logged_in(changed({SYSTEM: {"Actions": actions}})) as client:
        body = {"ResetType": reset_type} if reset_type else {}
        assert (await client.post(RESET, body)).status == status


@pytest.mark.parametrize("target", [REMOVED, f"https://192.0.2.17{RESET}"])
async def test_targets_of_old_boards(target: Any) -> None:
    """The target may be missing, or a whole URL."""
    actions = {"#ComputerSystem.Reset": {"target": target}}
    async with logged_in(changed({SYSTEM: {"Actions": actions}})) as client:
        assert (await client.post(RESET, {"ResetType": "ForceOff"})).status == 200
        assert client.bmc.power_state == "PoweringOff"


async def test_other_actions() -> None:
    """A known action is answered with success, an unknown one is not there."""
    async with logged_in() as client:
        for path, status in (
            (f"{SYSTEM}/Bios/Actions/Bios.ResetBios", 200),
            (f"{SYSTEM}/Actions/ComputerSystem.Decommission", 404),
            (f"{ROOT}/Nothing/Actions/Nothing.Reset", 404),
        ):
            assert (await client.post(path)).status == status
        response = await client.send("POST", RESET, data=b"[]")
        assert response.message_id == "Base.MalformedJSON"


async def test_manager_reset(clock: Clock) -> None:
    """The answer still comes; then the BMC is away, and the host is not."""
    async with logged_in(clock=clock, restart_seconds=30) as client:
        path = f"{MANAGER}/Actions/Manager.Reset"
        assert (await client.post(path, {"ResetType": "PowerCycle"})).status == 400
        clock.tick(10)
        assert (await client.post(path, {"ResetType": "GracefulRestart"})).status == 200
        with pytest.raises(aiohttp.ClientError):
            await client.get(MANAGER)
        clock.tick(30)
        assert (await client.get(MANAGER)).status == 401
        await client.login()
        body = (await client.get(MANAGER)).body
        assert body["LastResetTime"] == "2026-10-02T19:02:47Z"
        assert client.bmc.power_state == "On"


async def test_clear_log() -> None:
    """A log that was cleared is empty, and its entries are gone."""
    log = f"{SYSTEM}/LogServices/Log1"
    async with logged_in() as client:
        assert (await client.get(f"{log}/Entries/1")).body["EntryType"] == "SEL"
        assert (await client.post(f"{log}/Actions/LogService.ClearLog")).status == 200
        entries = (await client.get(f"{log}/Entries")).body
        assert (entries["Members"], entries["Members@odata.count"]) == ([], 0)
        assert (await client.get(f"{log}/Entries/1")).status == 404
        other = (await client.get(f"{MANAGER}/LogServices/Log1/Entries")).body
        assert other["Members"]


# Power

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
def test_power_states(
    clock: Clock, reset_types: list[str], states: dict[int, str]
) -> None:
    """Every reset takes its time, and can be overtaken by the next one."""
    bmc = Bmc(Board.load("x12spi-tf"), clock=clock, **TIMES)
    for reset_type in reset_types:
        bmc.power(reset_type)
    began = clock.now
    for seconds, state in states.items():
        clock.now = began + seconds
        assert (seconds, bmc.power_state) == (seconds, state)
        assert bmc.resource(SYSTEM)["PowerState"] == state
        assert bmc.resource(CHASSIS)["PowerState"] == state


def test_one_late_look_sees_the_same(clock: Clock) -> None:
    """Nobody has to look while a restart is going on for it to come to its end."""
    bmc = Bmc(Board.load("x12spi-tf"), clock=clock, **TIMES)
    bmc.power("GracefulRestart")
    clock.tick(16 + 99)
    progress = bmc.resource(SYSTEM)["BootProgress"]["LastState"]
    assert progress == "SystemHardwareInitializationComplete"
    assert bmc.resource(f"{OEM}/Snooping")["PostCode"] == "a2"
    clock.tick(1)
    assert bmc.resource(f"{OEM}/Snooping")["PostCode"] == "aa"


def test_host_that_does_not_answer(clock: Clock) -> None:
    """An operating system may not heed the power button; force still works."""
    bmc = Bmc(Board.load("x12spi-tf"), clock=clock, os_answers=False, **TIMES)
    bmc.power("GracefulShutdown")
    clock.tick(60)
    assert bmc.power_state == "On"
    bmc.power("ForceOff")
    clock.tick(3)
    assert bmc.power_state == "Off"


async def switched_off(client: Client, clock: Clock) -> None:
    """Switch the host off, as a client does."""
    assert (await client.post(RESET, {"ResetType": "ForceOff"})).status == 200
    clock.tick(3)
    assert client.bmc.power_state == "Off"


async def test_resets_while_off(clock: Clock) -> None:
    """What does not run cannot be ended or restarted; it can be left off."""
    async with logged_in(clock=clock, **TIMES) as client:
        await switched_off(client, clock)
        for reset_type in ("GracefulShutdown", "ForceRestart", "PowerCycle", "Nmi"):
            response = await client.post(RESET, {"ResetType": reset_type})
            assert (response.status, response.message_id) == (
                400,
                "Base.ActionNotSupported",
            )
        assert (await client.post(RESET, {"ResetType": "ForceOff"})).status == 200
        assert client.bmc.power_state == "Off"
        assert (await client.post(RESET, {"ResetType": "ForceOn"})).status == 200
        assert client.bmc.power_state == "PoweringOn"


def fitted(body: dict[str, Any], *lists: str) -> set[str]:
    """Return the names of the sensors that can be read."""
    return {
        sensor["Name"]
        for key in lists
        for sensor in body[key]
        if sensor["Status"]["State"] == "Enabled"
    }


async def test_sensors_of_a_host_that_is_off(clock: Clock) -> None:
    """Only what hangs on standby can be read, and the machine draws little."""
    async with logged_in(clock=clock, **TIMES) as client:
        details = {"Oem": {"Supermicro": {"Details": {"CPU 1 Temp": "44"}}}}
        client.bmc.change(THERMAL, {"Temperatures": {"CPU Temp": details}})
        await switched_off(client, clock)
        thermal = (await client.get(THERMAL)).body
        assert fitted(thermal, "Temperatures", "Fans") == {
            "Inlet Temp",
            "PCH Temp",
            "System Temp",
            "Peripheral Temp",
        }
        cpu, fan = thermal["Temperatures"][0], thermal["Fans"][0]
        recorded = client.bmc.board.resources[THERMAL]
        # As the recordings show what is not fitted.
        absent = recorded["Temperatures"][-1]
        changes = ("@odata.id", "MemberId", "Name", "SensorNumber")
        common = (*changes, "PhysicalContext", "RelatedItem")
        assert cpu == absent | {key: cpu[key] for key in common}
        assert fan == recorded["Fans"][-1] | {key: fan[key] for key in changes}
        power = (await client.get(POWER)).body
        assert fitted(power, "Voltages") == {
            *("5VSB", "3.3VSB", "1.8V PCH", "PVNN PCH", "1.05V PCH"),
            *("2.5V BMC", "1.2V BMC"),
        }
        assert power["PowerControl"][0]["PowerConsumedWatts"] == 9
        assert [s["PowerOutputWatts"] for s in power["PowerSupplies"]] == [4, 4]
        assert power["PowerSupplies"][0]["Status"]["Health"] == "OK"
        body = client.bmc.resource(SYSTEM)
        assert body["BootProgress"]["LastState"] == "None"
        assert client.bmc.resource(f"{OEM}/Snooping")["PostCode"] == "00"


async def test_sensors_come_back(clock: Clock) -> None:
    """The sensors follow the power state after a while, and are as before."""
    async with logged_in(clock=clock, **TIMES) as client:
        before = (await client.get(THERMAL)).body
        await switched_off(client, clock)
        assert (await client.post(RESET, {"ResetType": "On"})).status == 200
        clock.tick(4)
        assert client.bmc.power_state == "On"
        assert "CPU Temp" not in fitted(client.bmc.resource(THERMAL), "Temperatures")
        progress = client.bmc.resource(SYSTEM)["BootProgress"]["LastState"]
        assert progress == "PrimaryProcessorInitializationStarted"
        power = client.bmc.resource(POWER)["PowerControl"][0]
        assert power["PowerConsumedWatts"] == 118
        clock.tick(30)
        assert (await client.get(THERMAL)).body == before
        clock.tick(70)
        for path in (SYSTEM, CHASSIS, POWER, f"{OEM}/Snooping"):
            assert client.bmc.resource(path) == client.bmc.board.resources[path]


def test_absent_on_the_old_family(clock: Clock) -> None:
    """There an absent sensor has zeros, where the new family has nulls."""
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
