"""Execute PATCH requests: validation, effects, tasks and conditions."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Clock
from tests.simulator import REMOVED
from tests.simulator.resources import ROOT, SESSIONS
from tests.simulator.testing import (
    CHASSIS,
    FAN_MODE,
    MANAGER,
    OEM,
    SYSTEM,
    THERMAL,
    as_old,
    changed_board,
    logged_in,
)

pytestmark = pytest.mark.usefixtures("network")

NTP = f"{OEM}/NTP"
PROTOCOLS = f"{MANAGER}/NetworkProtocol"
DRIVE = f"{ROOT}/Chassis/NVMeSSD.0.Group.0.StorageBackplane/Drives/Disk.Bay.0"
SUCCESS = {
    "code": "Base.v1_10_3.Success",
    "message": "Successfully Completed Request.",
}


async def test_patch_changes_resource_and_etag() -> None:
    """Respond with a success message, and return the new value to later reads."""
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
async def test_patch_rejects_invalid_body(
    path: str, body: Any, message_id: str
) -> None:
    """Respond with 400 and the reason, and change nothing."""
    async with logged_in() as client:
        before = client.bmc.resource(path)
        response = await client.patch(path, body)
        assert response.rejection == (400, message_id)
        assert client.bmc.resource(path) == before


async def test_write_rejects_invalid_content_and_method() -> None:
    """Demand JSON with its content type, and a method that the resource supports."""
    async with logged_in() as client:
        as_json = {"Content-Type": "application/json"}
        response = await client.send("PATCH", FAN_MODE, data=b"{", headers=as_json)
        assert response.rejection == (400, "Base.MalformedJSON")
        response = await client.send("PATCH", FAN_MODE, data=b'{"Mode": "HeavyIO"}')
        assert response.status == 415
        assert (await client.patch(f"{ROOT}/Nothing", {"a": 1})).status == 404
        for method, path in (
            *(("PATCH", THERMAL), ("PATCH", SESSIONS), ("PUT", FAN_MODE)),
            *(("POST", SYSTEM), ("DELETE", SYSTEM)),
        ):
            response = await client.send(method, path, json={"a": 1})
            assert response.rejection == (405, "Base.OperationNotAllowed")
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
async def test_patch_of_identify_led_changes_system_and_chassis(
    *, path: str, patch: dict[str, Any], led: str, active: bool
) -> None:
    """Keep both properties of the one LED equal, on the system and the chassis."""
    async with logged_in() as client:
        assert (await client.patch(path, patch)).status == 200
        for other in (SYSTEM, CHASSIS):
            body = (await client.get(other)).body
            assert body["IndicatorLED"] == led
            assert body["LocationIndicatorActive"] is active
        assert client.bmc.indicator_led == led


async def test_patch_of_led_adds_no_location_indicator() -> None:
    """Keep the property missing on a board without it; reject its write."""
    board = changed_board({SYSTEM: {"LocationIndicatorActive": REMOVED}})
    async with logged_in(board) as client:
        await client.patch(SYSTEM, {"IndicatorLED": "Lit"})
        assert "LocationIndicatorActive" not in client.bmc.resource(SYSTEM)
        response = await client.patch(SYSTEM, {"LocationIndicatorActive": True})
        assert response.message_id == "Base.PropertyUnknown"


async def test_drive_led_is_independent_of_identify_led() -> None:
    """Set the LED of one drive, and leave the identify LED off."""
    async with logged_in() as client:
        response = await client.post(
            f"{DRIVE}/Actions/Oem/SmcDrive.Indicate", {"Active": True}
        )
        assert response.status == 200
        assert client.bmc.resource(DRIVE)["LocationIndicatorActive"] is True
        assert client.bmc.indicator_led == "Off"


async def test_boot_override_applies_to_one_boot(clock: Clock) -> None:
    """Disable the override after the boot; reset the mode if only a target is set."""
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
    """Reject the mode on boards of the old family, which do not have it."""
    board = changed_board({SYSTEM: {"Boot": {"BootSourceOverrideMode": REMOVED}}})
    async with logged_in(board) as client:
        for extra, status in (({"BootSourceOverrideMode": "UEFI"}, 400), ({}, 200)):
            patch = {"BootSourceOverrideTarget": "Pxe"} | extra
            assert (await client.patch(SYSTEM, {"Boot": patch})).status == status
        enabled = client.bmc.resource(SYSTEM)["Boot"]["BootSourceOverrideEnabled"]
        assert enabled == "Disabled"


async def test_intrusion_sensor_can_be_reset_if_present() -> None:
    """Set a tripped sensor to Normal, and reject that on a board without one."""
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


async def test_patch_of_ntp_starts_task(clock: Clock) -> None:
    """Respond with 202, and change the value when the task completes."""
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
    ("enabled", "patch", "rejection"),
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
async def test_patch_of_ntp_servers_needs_enabled_ntp(
    *, enabled: bool, patch: dict[str, Any], rejection: str | None
) -> None:
    """Set servers only while NTP is or becomes enabled, which needs one of them."""
    async with logged_in(
        changed_board({NTP: {"NTPEnable": enabled}}), task_seconds=0
    ) as client:
        response = await client.patch(NTP, patch)
        assert response.status == (400 if rejection else 202)
        ntp = client.bmc.resource(NTP)
        if rejection:
            assert response.message_id == rejection
            assert ntp["PrimaryNTPServer"] == "pool.ntp.org"
        else:
            assert ntp | patch == ntp


async def test_patch_of_ntp_applies_at_once_without_task_service() -> None:
    """Respond with 200 on X10 boards, which have a disabled task service."""
    board = as_old(changed_board({f"{ROOT}/TaskService": {"ServiceEnabled": False}}))
    async with logged_in(board) as client:
        response = await client.patch(NTP, {"NTPEnable": False})
        assert response.status == 200
        assert response.body["Success"]["code"] == "Base.v1_4_0.Success"
        assert response.body["Success"]["Message"]
        assert client.bmc.ntp_enabled is False


async def test_patch_of_network_protocols_starts_task() -> None:
    """Change a protocol in a task, and copy the NTP servers to the OEM resource."""
    async with logged_in(task_seconds=0) as client:
        response = await client.patch(PROTOCOLS, {"SSH": {"ProtocolEnabled": False}})
        assert response.status == 202
        assert client.bmc.resource(PROTOCOLS)["SSH"]["ProtocolEnabled"] is False
        await client.patch(PROTOCOLS, {"NTP": {"NTPServers": ["192.0.2.9"]}})
        ntp = client.bmc.resource(NTP)
        assert (ntp["PrimaryNTPServer"], ntp["SecondaryNTPServer"]) == ("192.0.2.9", "")


async def test_patch_rejects_outdated_if_match() -> None:
    """Respond with 412 unless the header names the current ETag or is `*`."""
    async with logged_in() as client:
        etag = (await client.get(FAN_MODE)).headers["ETag"]
        for condition, status in (('"x"', 412), (etag, 200), (etag, 412), ("*", 200)):
            response = await client.patch(
                FAN_MODE, {"Mode": "Standard"}, {"If-Match": condition}
            )
            assert response.status == status


async def test_patch_needs_if_match_when_configured() -> None:
    """Respond with 428 to a write without an ETag."""
    async with logged_in(if_match_required=True, etag_header=False) as client:
        response = await client.patch(FAN_MODE, {"Mode": "Standard"})
        assert response.rejection == (428, "Base.PreconditionRequired")
        etag = (await client.get(FAN_MODE)).body["@odata.etag"]
        if_match = {"If-Match": etag}
        response = await client.patch(FAN_MODE, {"Mode": "Standard"}, if_match)
        assert response.status == 200


@pytest.mark.parametrize(
    ("options", "statuses"),
    [
        ({}, (200, 200, 200, 200)),
        ({"etags": "quoted twice"}, (200, 412, 200, 200)),
        ({"etags": "quoted twice", "if_match": "body's tag"}, (428, 412, 200, 412)),
        ({"etags": "weak", "if_match": "body's tag"}, (428, 200, 200, 412)),
        ({"etags": "quoted twice", "if_match": "*"}, (428, 412, 412, 200)),
        ({"if_match": "*"}, (428, 412, 412, 200)),
    ],
)
async def test_patch_accepts_if_match_as_configured(
    options: dict[str, Any], statuses: tuple[int, ...]
) -> None:
    """Accept a write without a condition, the header's tag, the body's tag or `*`."""
    async with logged_in(**options) as client:
        for index, expected in enumerate(statuses):
            resource = await client.get(FAN_MODE)
            tags = (None, resource.headers["ETag"], resource.body["@odata.etag"], "*")
            tag = tags[index]
            patch = {"Mode": "Standard" if index % 2 else "FullSpeed"}
            headers = {} if tag is None else {"If-Match": tag}
            response = await client.patch(FAN_MODE, patch, headers)
            assert response.status == expected, tag


@pytest.mark.parametrize(
    ("body", "status", "key"), [("resource", 200, "Mode"), ("nothing", 204, None)]
)
async def test_patch_responds_with_resource_or_nothing_when_configured(
    body: str, status: int, key: str | None
) -> None:
    """Support all plausible responses, as no response to a write was recorded."""
    async with logged_in(write_response=body) as client:
        response = await client.patch(FAN_MODE, {"Mode": "HeavyIO"})
        assert response.status == status
        assert (key in response.body) if key else not response.body


async def test_patch_of_password_and_session_timeout_takes_effect() -> None:
    """Show the new timeout, but not the new password."""
    account = f"{ROOT}/AccountService/Accounts/2"
    async with logged_in() as client:
        assert (await client.patch(account, {"Password": "changed1"})).status == 200
        assert client.bmc.resource(account)["Password"] is None
        assert (await client.login()).status == 401
        service = f"{ROOT}/SessionService"
        assert (await client.patch(service, {"SessionTimeout": 600})).status == 200
        assert (await client.get(service)).body["SessionTimeout"] == 600
