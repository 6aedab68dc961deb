"""Execute actions: their targets, parameters and effects."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from tests.conftest import Clock
from tests.simulator import REMOVED
from tests.simulator.resources import ROOT
from tests.simulator.testing import MANAGER, RESET, SYSTEM, changed_board, logged_in

pytestmark = pytest.mark.usefixtures("network")


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
async def test_reset_rejects_type_that_action_info_lacks(
    body: dict[str, Any], message_id: str
) -> None:
    """Accept only values of the ActionInfo, which overrides the inline list."""
    async with logged_in() as client:
        response = await client.post(RESET, body)
        assert response.rejection == (400, message_id)
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
async def test_reset_without_action_info_uses_inline_list(
    inline: Any, reset_type: Any, status: int
) -> None:
    """Accept the types that the resource lists; without a list, all known types."""
    actions = {
        "#ComputerSystem.Reset": {
            "@Redfish.ActionInfo": REMOVED,
            "ResetType@Redfish.AllowableValues": inline,
        }
    }
    async with logged_in(changed_board({SYSTEM: {"Actions": actions}})) as client:
        body = {"ResetType": reset_type} if reset_type else {}
        assert (await client.post(RESET, body)).status == status


@pytest.mark.parametrize("target", [REMOVED, f"https://192.0.2.17{RESET}"])
async def test_action_accepts_missing_or_absolute_target(target: Any) -> None:
    """Execute an action with a missing target or a complete URL, as on X11."""
    actions = {"#ComputerSystem.Reset": {"target": target}}
    async with logged_in(changed_board({SYSTEM: {"Actions": actions}})) as client:
        assert (await client.post(RESET, {"ResetType": "ForceOff"})).status == 200
        assert client.bmc.power_state == "PoweringOff"


async def test_action_without_effect_succeeds_if_listed() -> None:
    """Respond with 200 to a listed action, and with 404 to any other one."""
    async with logged_in() as client:
        for path, status in (
            (f"{SYSTEM}/Bios/Actions/Bios.ResetBios", 200),
            (f"{SYSTEM}/Actions/ComputerSystem.Decommission", 404),
            (f"{ROOT}/Nothing/Actions/Nothing.Reset", 404),
        ):
            assert (await client.post(path)).status == status
        response = await client.send("POST", RESET, data=b"[]")
        assert response.message_id == "Base.MalformedJSON"


async def test_manager_reset_restarts_bmc_after_response(clock: Clock) -> None:
    """Respond, be down for a while, close sessions, and leave the host on."""
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


async def test_clear_log_removes_entries_of_one_log() -> None:
    """Empty the collection, remove its entries, and keep the other log."""
    log = f"{SYSTEM}/LogServices/Log1"
    async with logged_in() as client:
        assert (await client.get(f"{log}/Entries/1")).body["EntryType"] == "SEL"
        assert (await client.post(f"{log}/Actions/LogService.ClearLog")).status == 200
        entries = (await client.get(f"{log}/Entries")).body
        assert (entries["Members"], entries["Members@odata.count"]) == ([], 0)
        assert (await client.get(f"{log}/Entries/1")).status == 404
        other = (await client.get(f"{MANAGER}/LogServices/Log1/Entries")).body
        assert other["Members"]
