"""Allow or reject requests by the role of the account, and by the system lockdown."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.resources import ROOT, SESSIONS
from tests.simulator.testing import (
    CHASSIS,
    FAN_MODE,
    MANAGER,
    OEM,
    RESET,
    SYSTEM,
    logged_in,
)

pytestmark = pytest.mark.usefixtures("network")

ACCOUNTS = f"{ROOT}/AccountService/Accounts"
LOCKDOWN = f"{OEM}/SysLockdown"
REJECTED = (403, "Base.InsufficientPrivilege")
ROLES = ["Administrator", "Operator", "ReadOnly"]

HOST = [
    ("PATCH", SYSTEM, {"IndicatorLED": "Lit"}),
    ("PATCH", CHASSIS, {"IndicatorLED": "Lit"}),
    ("POST", RESET, {"ResetType": "Nmi"}),
]
BMC = [
    ("PATCH", FAN_MODE, {"Mode": "Optimal"}),
    ("PATCH", f"{MANAGER}/NetworkProtocol", {"SNMP": {"ProtocolEnabled": True}}),
    ("POST", f"{MANAGER}/Actions/Manager.Reset", {}),
    ("POST", f"{SYSTEM}/LogServices/Log1/Actions/LogService.ClearLog", {}),
]


@pytest.mark.parametrize(("method", "path", "body"), [*HOST, *BMC])
@pytest.mark.parametrize("role", ROLES)
async def test_role_limits_writes(
    role: str, method: str, path: str, body: dict[str, Any]
) -> None:
    """Allow an operator to control the host, and an administrator also the BMC."""
    is_host = (method, path, body) in HOST
    is_allowed = role == "Administrator" or (role == "Operator" and is_host)
    async with logged_in(role=role) as client:
        response = await client.send(method, path, json=body)
        assert (response.status == 403) is not is_allowed
        if not is_allowed:
            assert response.rejection == REJECTED


async def test_read_only_role_reads_and_logs_out() -> None:
    """Allow a read-only account to read, and to close its own session."""
    async with logged_in(role="ReadOnly") as client:
        assert (await client.get(FAN_MODE)).status == 200
        assert (await client.send("DELETE", f"{SESSIONS}/1")).status == 200


@pytest.mark.parametrize("role", ROLES)
async def test_account_shows_its_role(role: str) -> None:
    """Return the role of the account and a link to it."""
    async with logged_in(role=role) as client:
        account = (await client.get(f"{ACCOUNTS}/2")).body
        assert account["RoleId"] == role
        assert account["Links"]["Role"]["@odata.id"].endswith(f"/Roles/{role}")


@pytest.mark.parametrize("role", ROLES)
async def test_role_limits_reads_of_other_accounts(role: str) -> None:
    """Return the list of accounts to all roles, and others' accounts to some."""
    async with logged_in(role=role) as client:
        assert (await client.get(ACCOUNTS)).status == 200
        status = (await client.get(f"{ACCOUNTS}/3")).status
        assert status == (200 if role == "Administrator" else 403)


@pytest.mark.parametrize("role", ["Administrator", "Operator"])
async def test_missing_role_has_predefined_privileges(role: str) -> None:
    """Use the privileges that are equal on all boards if a role was not recorded."""
    async with logged_in(role=role) as client:
        client.bmc.remove(f"{ROOT}/AccountService/Roles/{role}")
        response = await client.patch(SYSTEM, {"IndicatorLED": "Lit"})
        assert response.status == 200
        response = await client.patch(FAN_MODE, {"Mode": "Optimal"})
        assert (response.status == 200) is (role == "Administrator")


async def test_system_lockdown_rejects_writes() -> None:
    """Reject all writes but the one that ends the lockdown."""
    fan_mode = {"Mode": "HeavyIO"}
    async with logged_in() as client:
        response = await client.patch(LOCKDOWN, {"SysLockdownEnabled": True})
        assert response.status == 200
        response = await client.patch(FAN_MODE, fan_mode)
        assert response.rejection == (403, "SMC.OemSystemLockdownEnabled")
        assert (await client.post(RESET, {"ResetType": "On"})).status == 403
        response = await client.patch(LOCKDOWN, {"SysLockdownEnabled": False})
        assert response.status == 200
        assert (await client.patch(FAN_MODE, fan_mode)).status == 200
