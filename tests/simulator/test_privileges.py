"""What an account of the simulated BMC may do."""

from typing import Any

import pytest

from tests.simulator import Board
from tests.simulator.testing import CHASSIS, MANAGER, OEM, RESET, SYSTEM, logged_in

ACCOUNTS = "/redfish/v1/AccountService/Accounts"
REFUSED = "Base.InsufficientPrivilege"

HOST = [
    ("PATCH", SYSTEM, {"IndicatorLED": "Lit"}),
    ("PATCH", CHASSIS, {"IndicatorLED": "Lit"}),
    ("POST", RESET, {"ResetType": "Nmi"}),
]
BMC = [
    ("PATCH", f"{OEM}/FanMode", {"Mode": "Optimal"}),
    ("PATCH", f"{MANAGER}/NetworkProtocol", {"SNMP": {"ProtocolEnabled": True}}),
    ("POST", f"{MANAGER}/Actions/Manager.Reset", {}),
    ("POST", f"{SYSTEM}/LogServices/Log1/Actions/LogService.ClearLog", {}),
]


@pytest.mark.parametrize(("method", "path", "body"), [*HOST, *BMC])
@pytest.mark.parametrize("role", ["Administrator", "Operator", "ReadOnly"])
async def test_a_role_may_write_what_its_privileges_say(
    network: None, role: Any, method: str, path: str, body: Any
) -> None:
    """An operator commands the host, an administrator the BMC as well."""
    is_host = (method, path, body) in HOST
    may = role == "Administrator" or (role == "Operator" and is_host)
    async with logged_in(role=role) as client:
        response = await client.send(method, path, json=body)
        assert (response.status == 403) is not may
        if not may:
            assert response.message_id == REFUSED


@pytest.mark.parametrize("role", ["Administrator", "Operator", "ReadOnly"])
async def test_an_account_shows_its_own_role(network: None, role: Any) -> None:
    """And links to it."""
    async with logged_in(role=role) as client:
        account = (await client.get(f"{ACCOUNTS}/2")).body
        assert account["RoleId"] == role
        assert account["Links"]["Role"]["@odata.id"].endswith(f"/Roles/{role}")


@pytest.mark.parametrize("role", ["Administrator", "Operator", "ReadOnly"])
async def test_only_who_may_change_the_accounts_of_others_may_see_them(
    network: None, role: Any
) -> None:
    """The list of them everybody may see."""
    async with logged_in(role=role) as client:
        assert (await client.get(ACCOUNTS)).status == 200
        status = (await client.get(f"{ACCOUNTS}/3")).status
        assert status == (200 if role == "Administrator" else 403)


async def test_a_board_without_roles_has_those_that_all_have(network: None) -> None:
    """Some were not recorded."""
    board = Board.load("x12spi-tf")
    for role in ("Administrator", "Operator"):
        async with logged_in(board, role=role) as client:
            client.bmc.remove(f"/redfish/v1/AccountService/Roles/{role}")
            response = await client.patch(SYSTEM, {"IndicatorLED": "Lit"})
            assert response.status == 200
            response = await client.patch(f"{OEM}/FanMode", {"Mode": "Optimal"})
            assert (response.status == 200) is (role == "Administrator")
