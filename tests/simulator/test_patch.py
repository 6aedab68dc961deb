"""The simulated BMC against hardware.md: what may be written, and what it does."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Clock
from tests.simulator import REMOVED, Bmc, Board
from tests.simulator.resources import ROOT, SESSIONS
from tests.simulator.testing import (
    CHASSIS,
    MANAGER,
    OEM,
    POWER,
    RESET,
    SYSTEM,
    THERMAL,
    as_old,
    changed,
    logged_in,
)

pytestmark = pytest.mark.usefixtures("network")

FAN_MODE, NTP, LOCKDOWN = f"{OEM}/FanMode", f"{OEM}/NTP", f"{OEM}/SysLockdown"
PROTOCOLS = f"{MANAGER}/NetworkProtocol"
DRIVE = f"{ROOT}/Chassis/NVMeSSD.0.Group.0.StorageBackplane/Drives/Disk.Bay.0"
SUCCESS = {
    "code": "Base.v1_10_3.Success",
    "message": "Successfully Completed Request.",
}


# PATCH


async def test_fan_mode() -> None:
    """A write is answered with a success body, and changes what is read."""
    async with logged_in() as client:
        before = await client.get(FAN_MODE)
        response = await client.patch(FAN_MODE, {"Mode": "FullSpeed"})
        assert (response.status, response.body) == (200, {"Success": SUCCESS})
        assert client.bmc.fan_mode == "FullSpeed"
        after = await client.get(FAN_MODE)
        assert after.body["Mode"] == "FullSpeed"
        assert after.headers["ETag"] != before.headers["ETag"]


@pytest.mark.parametrize(
    ("path", "body", "message_id"),
    [
        (FAN_MODE, {"Mode": "PUE2"}, "Base.PropertyValueNotInList"),
        (FAN_MODE, {"Mode": 1}, "Base.PropertyValueTypeError"),
        (FAN_MODE, {"Mode": None}, "Base.PropertyValueTypeError"),
        (FAN_MODE, {"FanMode": "Optimal"}, "Base.PropertyUnknown"),
        (FAN_MODE, {"Name": "x"}, "Base.PropertyNotWritable"),
        (FAN_MODE, {}, "Base.EmptyJSON"),
        (FAN_MODE, [{"Mode": "Optimal"}], "Base.MalformedJSON"),
        (SYSTEM, {"IndicatorLED": "On"}, "Base.PropertyValueNotInList"),
        (SYSTEM, {"LocationIndicatorActive": "true"}, "Base.PropertyValueTypeError"),
        (SYSTEM, {"PowerState": "Off"}, "Base.PropertyNotWritable"),
        (SYSTEM, {"PowerOnDelaySeconds": 2}, "Base.PropertyValueOutOfRange"),
        (SYSTEM, {"PowerOnDelaySeconds": True}, "Base.PropertyValueTypeError"),
        (SYSTEM, {"Boot": "Pxe"}, "Base.PropertyNotWritable"),
        (
            SYSTEM,
            {"Boot": {"BootSourceOverrideTarget": "CD/DVD"}},
            "Base.PropertyValueNotInList",
        ),
        (
            CHASSIS,
            {"PhysicalSecurity": {"IntrusionSensor": "HardwareIntrusion"}},
            "Base.PropertyValueNotInList",
        ),
        (MANAGER, {"AutoDSTEnabled": True}, "Base.PropertyValueNotInList"),
        (
            PROTOCOLS,
            {"SSH": {"ProtocolEnabled": True}},
            "SMC.NetworkProtocolServiceConfigureFailed",
        ),
        (
            f"{ROOT}/SessionService",
            {"SessionTimeout": 5},
            "Base.PropertyValueOutOfRange",
        ),
    ],
)
async def test_refused_writes(path: str, body: Any, message_id: str) -> None:
    """What cannot be written is refused with a reason, and changes nothing."""
    async with logged_in() as client:
        before = client.bmc.resource(path)
        response = await client.patch(path, body)
        assert (response.status, response.message_id) == (400, message_id)
        assert client.bmc.resource(path) == before


async def test_refused_requests() -> None:
    """The body must be JSON and say so; what has no such method is answered 405."""
    async with logged_in() as client:
        as_json = {"Content-Type": "application/json"}
        response = await client.send("PATCH", FAN_MODE, data=b"{", headers=as_json)
        assert (response.status, response.message_id) == (400, "Base.MalformedJSON")
        response = await client.send("PATCH", FAN_MODE, data=b'{"Mode": "HeavyIO"}')
        assert response.status == 415
        assert (await client.patch(f"{ROOT}/Nothing", {"a": 1})).status == 404
        for method, path in (
            *(("PATCH", THERMAL), ("PATCH", SESSIONS), ("PUT", FAN_MODE)),
            *(("POST", SYSTEM), ("DELETE", SYSTEM)),
        ):
            response = await client.send(method, path, json={"a": 1})
            assert (response.status, response.message_id) == (
                405,
                "Base.OperationNotAllowed",
            )
        assert client.bmc.fan_mode == "Optimal"


@pytest.mark.parametrize(
    ("path", "patch", "led", "active"),
    [
        (SYSTEM, {"IndicatorLED": "Lit"}, "Lit", True),
        (CHASSIS, {"IndicatorLED": "Blinking"}, "Blinking", True),
        (SYSTEM, {"LocationIndicatorActive": True}, "Blinking", True),
        (CHASSIS, {"LocationIndicatorActive": False}, "Off", False),
    ],
)
async def test_identify_led(
    path: str,
    patch: dict[str, Any],
    led: str,
    active: bool,  # noqa: FBT001
) -> None:
    """There is one LED: system and chassis, and both of its properties, agree."""
    async with logged_in() as client:
        assert (await client.patch(path, patch)).status == 200
        for other in (SYSTEM, CHASSIS):
            body = (await client.get(other)).body
            assert (body["IndicatorLED"], body["LocationIndicatorActive"]) == (
                led,
                active,
            )
        assert client.bmc.indicator_led == led


async def test_led_of_boards_without_location_indicator() -> None:
    """No key is added that a board does not have."""
    board = changed({SYSTEM: {"LocationIndicatorActive": REMOVED}})
    async with logged_in(board) as client:
        await client.patch(SYSTEM, {"IndicatorLED": "Lit"})
        assert "LocationIndicatorActive" not in client.bmc.resource(SYSTEM)
        response = await client.patch(SYSTEM, {"LocationIndicatorActive": True})
        assert response.message_id == "Base.PropertyUnknown"


async def test_drive_led() -> None:
    """A drive's LED is its own."""
    async with logged_in() as client:
        response = await client.post(
            f"{DRIVE}/Actions/Oem/SmcDrive.Indicate", {"Active": True}
        )
        assert response.status == 200
        assert client.bmc.resource(DRIVE)["LocationIndicatorActive"] is True
        assert client.bmc.indicator_led == "Off"


async def test_boot_override(clock: Clock) -> None:
    """A whole override holds for one boot; of a bare target the rest falls back."""
    override = {
        "BootSourceOverrideTarget": "Pxe",
        "BootSourceOverrideEnabled": "Once",
        "BootSourceOverrideMode": "UEFI",
    }
    async with logged_in(clock=clock) as client:
        await client.patch(SYSTEM, {"Boot": override})
        boot = client.bmc.resource(SYSTEM)["Boot"]
        assert boot | override == boot
        client.bmc.power("PowerCycle")
        clock.tick(60)
        boot = client.bmc.resource(SYSTEM)["Boot"]
        assert boot["BootSourceOverrideEnabled"] == "Disabled"
        assert boot["BootSourceOverrideTarget"] == "None"
        await client.patch(SYSTEM, {"Boot": {"BootSourceOverrideTarget": "Pxe"}})
        boot = client.bmc.resource(SYSTEM)["Boot"]
        assert boot["BootSourceOverrideMode"] == "Legacy"


async def test_boot_override_without_mode() -> None:
    """Boards of the old family refuse the mode, which they do not have."""
    board = changed({SYSTEM: {"Boot": {"BootSourceOverrideMode": REMOVED}}})
    async with logged_in(board) as client:
        for extra, status in (({"BootSourceOverrideMode": "UEFI"}, 400), ({}, 200)):
            patch = {"BootSourceOverrideTarget": "Pxe"} | extra
            assert (await client.patch(SYSTEM, {"Boot": patch})).status == status
        enabled = client.bmc.resource(SYSTEM)["Boot"]["BootSourceOverrideEnabled"]
        assert enabled == "Disabled"


async def test_intrusion_reset() -> None:
    """A tripped sensor can be set to Normal where there is one."""
    async with logged_in() as client:
        tripped = {"PhysicalSecurity": {"IntrusionSensor": "HardwareIntrusion"}}
        normal = {"PhysicalSecurity": {"IntrusionSensor": "Normal"}}
        client.bmc.change(CHASSIS, tripped)
        assert (await client.patch(CHASSIS, normal)).status == 200
        security = client.bmc.resource(CHASSIS)["PhysicalSecurity"]
        assert security["IntrusionSensor"] == "Normal"
        client.bmc.change(CHASSIS, {"PhysicalSecurity": REMOVED})
        response = await client.patch(CHASSIS, normal)
        assert response.message_id == "Base.PropertyUnknown"


async def test_ntp_is_a_task(clock: Clock) -> None:
    """NTP's PATCH is accepted; the value moves when the task has completed."""
    async with logged_in(clock=clock, task_seconds=5) as client:
        response = await client.patch(NTP, {"NTPEnable": False})
        assert response.status == 202
        accepted = response.body["Accepted"]
        (info,) = accepted["@Message.ExtendedInfo"]
        assert accepted["code"] == "Base.v1_10_3.Accepted"
        assert info["MessageId"] == "SMC.1.0.OemNtpAcceptedMessage"
        location = response.headers["Location"]
        assert info["MessageArgs"] == [location]
        for wait, state, enabled in ((0, "Running", True), (5, "Completed", False)):
            clock.tick(wait)
            assert (await client.get(location)).body["TaskState"] == state
            assert client.bmc.ntp_enabled is enabled
        tasks = (await client.get(f"{ROOT}/TaskService/Tasks")).body
        assert tasks["Members"] == [{"@odata.id": location}]
        protocols = (await client.get(PROTOCOLS)).body
        assert protocols["NTP"]["ProtocolEnabled"] is False


@pytest.mark.parametrize(
    ("enabled", "patch", "refusal"),
    [
        (True, {"PrimaryNTPServer": "192.0.2.5"}, None),
        (False, {"PrimaryNTPServer": "192.0.2.5"}, "SMC.OemNtpPatchSettingCondition"),
        (False, {"NTPEnable": True, "PrimaryNTPServer": "192.0.2.5"}, None),
        (
            False,
            {"NTPEnable": True, "PrimaryNTPServer": "", "SecondaryNTPServer": ""},
            "SMC.OemNtpMissingItem",
        ),
        (False, {"DaylightSavingTime": True}, None),
    ],
)
async def test_ntp_servers(
    enabled: bool,  # noqa: FBT001
    patch: dict[str, Any],
    refusal: str | None,
) -> None:
    """Servers are set while NTP is on or switched on; it needs one of them."""
    async with logged_in(
        changed({NTP: {"NTPEnable": enabled}}), task_seconds=0
    ) as client:
        response = await client.patch(NTP, patch)
        assert response.status == (400 if refusal else 202)
        ntp = client.bmc.resource(NTP)
        if refusal:
            assert response.message_id == refusal
            assert ntp["PrimaryNTPServer"] == "pool.ntp.org"
        else:
            assert ntp | patch == ntp


async def test_ntp_of_the_old_family() -> None:
    """Without a task service, which X10 has disabled, NTP changes at once."""
    board = as_old(changed({f"{ROOT}/TaskService": {"ServiceEnabled": False}}))
    async with logged_in(board) as client:
        response = await client.patch(NTP, {"NTPEnable": False})
        assert response.status == 200
        assert response.body["Success"]["code"] == "Base.v1_4_0.Success"
        assert response.body["Success"]["Message"]
        assert client.bmc.ntp_enabled is False


async def test_network_protocols() -> None:
    """A protocol that really changes does so by a task; NTP changes everywhere."""
    async with logged_in(task_seconds=0) as client:
        response = await client.patch(PROTOCOLS, {"SSH": {"ProtocolEnabled": False}})
        assert response.status == 202
        assert client.bmc.resource(PROTOCOLS)["SSH"]["ProtocolEnabled"] is False
        await client.patch(PROTOCOLS, {"NTP": {"NTPServers": ["192.0.2.9"]}})
        ntp = client.bmc.resource(NTP)
        assert (ntp["PrimaryNTPServer"], ntp["SecondaryNTPServer"]) == ("192.0.2.9", "")


async def test_if_match() -> None:
    """A write that names another ETag than the current one is refused."""
    async with logged_in() as client:
        etag = (await client.get(FAN_MODE)).headers["ETag"]
        for condition, status in (('"x"', 412), (etag, 200), (etag, 412), ("*", 200)):
            response = await client.patch(
                FAN_MODE, {"Mode": "Standard"}, {"If-Match": condition}
            )
            assert response.status == status


async def test_demanded_if_match() -> None:
    """By a switch every write must name the ETag that it has seen."""
    async with logged_in(if_match_demanded=True, etag_header=False) as client:
        response = await client.patch(FAN_MODE, {"Mode": "Standard"})
        assert (response.status, response.message_id) == (
            428,
            "Base.PreconditionRequired",
        )
        etag = (await client.get(FAN_MODE)).body["@odata.etag"]
        response = await client.patch(
            FAN_MODE, {"Mode": "Standard"}, {"If-Match": etag}
        )
        assert response.status == 200


@pytest.mark.parametrize(
    ("answer", "status", "key"), [("resource", 200, "Mode"), ("nothing", 204, None)]
)
async def test_other_answers_to_writes(
    answer: str, status: int, key: str | None
) -> None:
    """Nobody recorded the answer to a write: by a switch it is another one."""
    async with logged_in(write_answer=answer) as client:
        response = await client.patch(FAN_MODE, {"Mode": "HeavyIO"})
        assert response.status == status
        assert (key in response.body) if key else not response.body


async def test_read_only_account() -> None:
    """Who may only read is refused all writes but logging out."""
    async with logged_in(role="ReadOnly") as client:
        assert (await client.get(FAN_MODE)).status == 200
        for response in (
            await client.patch(FAN_MODE, {"Mode": "HeavyIO"}),
            await client.post(RESET, {"ResetType": "ForceOff"}),
        ):
            assert (response.status, response.message_id) == (
                403,
                "Base.InsufficientPrivilege",
            )
        assert (await client.send("DELETE", f"{SESSIONS}/1")).status == 200


async def test_system_lockdown() -> None:
    """A lockdown refuses every write but the one that ends it."""
    async with logged_in() as client:
        assert (
            await client.patch(LOCKDOWN, {"SysLockdownEnabled": True})
        ).status == 200
        response = await client.patch(FAN_MODE, {"Mode": "HeavyIO"})
        assert (response.status, response.message_id) == (
            403,
            "SMC.OemSystemLockdownEnabled",
        )
        assert (await client.post(RESET, {"ResetType": "On"})).status == 403
        assert (
            await client.patch(LOCKDOWN, {"SysLockdownEnabled": False})
        ).status == 200
        assert (await client.patch(FAN_MODE, {"Mode": "HeavyIO"})).status == 200


async def test_account_and_session_settings() -> None:
    """A password takes effect and is not shown; a timeout is."""
    account = f"{ROOT}/AccountService/Accounts/2"
    async with logged_in() as client:
        assert (await client.patch(account, {"Password": "changed1"})).status == 200
        assert client.bmc.resource(account)["Password"] is None
        assert (await client.login()).status == 401
        service = f"{ROOT}/SessionService"
        assert (await client.patch(service, {"SessionTimeout": 600})).status == 200
        assert (await client.get(service)).body["SessionTimeout"] == 600


# The hardware's side


def test_changes_of_the_hardware() -> None:
    """Objects merge, list items go by index or name, None is a value."""
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
