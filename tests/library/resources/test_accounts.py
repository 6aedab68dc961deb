"""The role of the client's account, however the account names it."""

from typing import Any

import pytest

from aiosupermicro import (
    NotFoundError,
    ServiceUnavailableError,
    SupermicroRedfishClient,
)
from tests.library import ROOT, link, put_collection, requested_paths
from tests.simulator import Bmc
from tests.simulator.changes import REMOVED

SERVICE = f"{ROOT}/AccountService"
ACCOUNTS, ROLES = f"{SERVICE}/Accounts", f"{SERVICE}/Roles"
MAX_REQUESTS = 6

CUSTOM: dict[str, Any] = {
    "AssignedPrivileges": ["Login", "ConfigureSelf"],
    "IsPredefined": False,
}


def put_accounts(bmc: Bmc, count: int, **account: Any) -> None:
    """Give the board some accounts, of which the second is the client's."""
    others = {
        str(n): {"UserName": f"user{n}", "RoleId": "Operator"}
        for n in range(1, count + 1)
    }
    put_collection(bmc, ACCOUNTS, others | {"2": {"UserName": "ADMIN", **account}})


async def role_id(client: SupermicroRedfishClient, bmc: Bmc) -> str | None:
    """Return the Id of the role, read with few requests."""
    await client.async_get_system()
    bmc.requests.clear()
    role = await client.async_get_role()
    assert len(bmc.requests) <= MAX_REQUESTS, requested_paths(bmc)
    return role.id


@pytest.mark.parametrize("name", ["ReadOnly", "Operator", "Administrator"])
@pytest.mark.parametrize("links", [None, {}, {"Role": None}, {"Role": {}}])
async def test_role_is_found_by_role_id(
    client: SupermicroRedfishClient, bmc: Bmc, name: str, links: Any
) -> None:
    """Find the standard role that an account names without a link."""
    own = {} if links is None else {"Links": links}
    put_accounts(bmc, 2, RoleId=name, **own)
    roles = {
        role: {"Id": role, "RoleId": role, "AssignedPrivileges": ["Login"]}
        for role in ("Administrator", "Operator", "ReadOnly")
    }
    put_collection(bmc, ROLES, roles)
    assert await role_id(client, bmc) == name


@pytest.mark.parametrize(
    "role",
    [
        {"Id": "Auditors"},
        {"Id": "4", "RoleId": "Auditors"},
        {"Id": "4", "Name": "Auditors"},
    ],
    ids=["Id", "RoleId", "name"],
)
async def test_custom_role_is_found_by_any_of_its_names(
    client: SupermicroRedfishClient, bmc: Bmc, role: dict[str, Any]
) -> None:
    """Find a role whose path does not end in the RoleId of the account.

    The roles that the standard defines are not read.
    """
    put_accounts(bmc, 2, RoleId="Auditors")
    names = ("Administrator", "Operator", "ReadOnly", "NoAccess")
    standard = {name: {"Id": name} for name in names}
    put_collection(bmc, ROLES, {"4": role | CUSTOM} | standard)
    assert await role_id(client, bmc) == role["Id"]
    read = [path for path in requested_paths(bmc) if path.startswith(f"{ROLES}/")]
    assert read == [f"{ROLES}/4"]


@pytest.mark.parametrize("count", [2, 3, 16])
async def test_requests_for_a_role_are_limited(
    client: SupermicroRedfishClient, bmc: Bmc, count: int
) -> None:
    """Send at most six requests for many accounts and many custom roles."""
    put_accounts(bmc, count, RoleId="Nobody's role")
    custom = {f"Custom{n}": {"Id": f"Custom{n}"} for n in range(16)}
    put_collection(bmc, ROLES, custom)
    await client.async_get_system()
    bmc.requests.clear()
    with pytest.raises(NotFoundError):
        await client.async_get_role()
    assert len(bmc.requests) <= MAX_REQUESTS, requested_paths(bmc)


async def test_account_of_the_factory_is_the_first_of_many(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Find ADMIN although only three of sixteen accounts are read."""
    others = {str(n): {"UserName": f"user{n}"} for n in range(2, 17)}
    factory = {"UserName": "ADMIN", "RoleId": "Operator"}
    put_collection(bmc, ACCOUNTS, {"1": factory} | others)
    assert await role_id(client, bmc) == "Operator"


async def test_linked_role_is_preferred(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Follow the link of an account that names another role as well."""
    links = {"Role": link(f"{ROLES}/ReadOnly")}
    put_accounts(bmc, 2, RoleId="Administrator", Links=links)
    assert await role_id(client, bmc) == "ReadOnly"


DEAD = {"Role": link(f"{ROLES}/Dead")}


async def test_dead_link_to_a_role_falls_back_to_its_id(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Find the role by its Id, within the same number of requests."""
    put_accounts(bmc, 2, RoleId="ReadOnly", Links=DEAD)
    put_collection(bmc, ROLES, {"ReadOnly": {"Id": "ReadOnly"}})
    assert await role_id(client, bmc) == "ReadOnly"


async def test_fallback_for_a_dead_link_is_limited(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Send no seventh request if three accounts and a dead link were read before."""
    own = {"UserName": "ADMIN", "RoleId": "ReadOnly", "Links": DEAD}
    others = {str(n): {"UserName": f"user{n}"} for n in (1, 2)}
    put_collection(bmc, ACCOUNTS, others | {"3": own})
    await client.async_get_system()
    bmc.requests.clear()
    with pytest.raises(NotFoundError):
        await client.async_get_role()
    assert len(bmc.requests) <= MAX_REQUESTS, requested_paths(bmc)


async def test_role_that_cannot_be_read_is_an_error(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Raise the error of a linked role that exists."""
    links = {"Role": link(f"{ROLES}/ReadOnly")}
    put_accounts(bmc, 2, RoleId="Administrator", Links=links)
    bmc.fail(f"{ROLES}/ReadOnly", status=503)
    with pytest.raises(ServiceUnavailableError):
        await client.async_get_role()


async def test_account_that_cannot_be_read_is_an_error(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Do not claim that the account has no role; read it once it can be read."""
    put_accounts(bmc, 2, RoleId="ReadOnly")
    put_collection(bmc, ROLES, {"ReadOnly": {"RoleId": "ReadOnly"}})
    bmc.fail(f"{ACCOUNTS}/2", status=503)
    with pytest.raises(ServiceUnavailableError):
        await client.async_get_role()
    bmc.heal()
    assert (await client.async_get_role()).role_id == "ReadOnly"


async def test_account_without_any_role_is_not_found(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Raise NotFoundError, on which all controls are offered."""
    put_accounts(bmc, 2)
    with pytest.raises(NotFoundError):
        await client.async_get_role()
    put_accounts(bmc, 2, RoleId="ReadOnly")
    bmc.change(SERVICE, {"Roles": REMOVED})
    await client.async_disconnect()
    await client.async_connect()
    with pytest.raises(NotFoundError):
        await client.async_get_role()
