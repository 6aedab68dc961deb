"""Links to arbitrary paths, and links that are not followed."""

from dataclasses import replace
import json
from typing import Any

from aiohttp import ClientSession
import pytest

from aiosupermicro import FanModeType, NotFoundError, ResetType, SupermicroRedfishClient
from tests.library import (
    CHASSIS,
    MANAGER,
    OEM,
    ROOT,
    SYSTEM,
    connected_client,
    link,
    put_members,
    requested_paths,
    rewrite_board,
    take_calls,
)
from tests.simulator import Bmc, Board
from tests.simulator.changes import REMOVED


@pytest.mark.parametrize(
    ("pattern", "replacement"),
    [
        (r"/(Systems|Chassis|Managers)/1\b", r"/\1/Self"),
        (r"/(Systems|Chassis|Managers)/1\b", r"/\1/{node-7}~a.b"),
        (r'("@odata.id": "/redfish/v1/[^"#]*[^/"#])"', r'\1/"'),
        (r'("target": "/redfish/v1/[^"#]*[^/"#])"', r'\1/"'),
    ],
    ids=["Self", "odd", "slashes", "slashes of actions"],
)
async def test_client_follows_links_to_any_path(
    client: SupermicroRedfishClient,
    session: ClientSession,
    pattern: str,
    replacement: str,
) -> None:
    """Read and command a board with other Ids, or with a slash at the end of links."""
    expected = await client.async_get_all_data()
    await client.async_disconnect()
    bmc = Bmc(rewrite_board(Board.load("x12spi-tf"), pattern, replacement))
    async with connected_client(bmc, session) as own_client:
        data = await own_client.async_get_all_data()
        assert data.errors == {}
        for name in ("thermal", "power", "manager", "fan_mode", "ntp", "reset_types"):
            ours, theirs = (vars(item)[name] for item in (data, expected))
            if name == "manager":
                ours, theirs = (replace(item, reset=None) for item in (ours, theirs))
            assert ours == theirs
        await own_client.async_set_fan_mode(FanModeType.FULL_SPEED)
        await own_client.async_system_reset(ResetType.FORCE_OFF)
        sent = requested_paths(bmc)
    assert bmc.fan_mode == "FullSpeed"
    assert bmc.power_state == "PoweringOff"
    assert {item.status for item in bmc.requests} <= {200, 201, 304}
    assert len([path for path in sent if path.endswith("/Thermal")]) == 1


async def test_trailing_slash_in_link_is_ignored(session: ClientSession) -> None:
    """Read each resource once, even if only some links end in a slash.

    The system is found by its Id in both cases.
    """
    sent = []
    for ending in ("", "/"):
        bmc = Bmc(Board.load("x12spi-tf"))
        for key, other in (("Chassis", CHASSIS), ("ManagedBy", MANAGER)):
            bmc.change(SYSTEM, {"Links": {key: REMOVED}})
            bmc.change(SYSTEM, {"Links": {key: [link(other + ending)]}})
        put_members(bmc, f"{ROOT}/Systems", [link(SYSTEM + ending)])
        async with connected_client(bmc, session, system="1") as client:
            assert (await client.async_get_all_data()).errors == {}
            await client.async_get_certificates()
        sent.append(sorted(item.path for item in bmc.requests))
    assert sent[0] == sent[1]


@pytest.mark.parametrize("link", ["https://192.0.2.66/x", "//192.0.2.66/x", "#Type", 7])
async def test_link_to_other_host_is_not_followed(
    client: SupermicroRedfishClient, bmc: Bmc, link: Any
) -> None:
    """Follow only a path on the BMC itself."""
    fan_mode = {"FanMode": {"@odata.id": link}}
    bmc.change(MANAGER, {"Oem": {"Supermicro": fan_mode}})
    with pytest.raises(NotFoundError):
        await client.async_get_fan_mode()


NAMES = ["a b", "a\r\nX-Auth-Token: b", "a\x00b", "ü", "\ud800", "%zz", "[::", "a\\b"]


async def test_link_with_unusual_characters_is_escaped(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Escape the link, or report the resource as missing."""
    for name in NAMES:
        body = bmc.resource(MANAGER)
        body["Oem"] = {"Supermicro": {"FanMode": link(f"{OEM}/{name}")}}
        bmc.fail(MANAGER, status=200, body=json.dumps(body))
        with pytest.raises(NotFoundError):
            await client.async_get_fan_mode()
        sent = bmc.requests[-1]
        assert sent.path.startswith(f"{OEM}/")
        assert sent.token != "b"
        await client.async_disconnect()
        await client.async_connect()


async def test_resource_without_link_is_not_requested(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Raise NotFoundError without a request."""
    bmc.change(MANAGER, {"Oem": {"Supermicro": {"FanMode": None}}})
    await client.async_get_manager()
    take_calls(bmc)
    with pytest.raises(NotFoundError):
        await client.async_get_fan_mode()
    assert take_calls(bmc) == []


async def test_action_without_usable_target_uses_standard_path(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Handle targets that some X11 boards send as absolute URLs, and others omit."""
    target = f"https://192.0.2.1{SYSTEM}/Actions/ComputerSystem.Reset"
    reset = {"#ComputerSystem.Reset": {"target": target}}
    bmc.change(SYSTEM, {"Actions": reset})
    await client.async_system_reset(ResetType.FORCE_OFF)
    assert bmc.power_state == "PoweringOff"


async def test_manager_is_the_one_that_the_system_names(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Follow the link of the system, even if another manager comes first."""
    own = bmc.resource(MANAGER)
    other = f"{ROOT}/Managers/Enclosure"
    bmc.put(other, own | link(other) | {"Id": "Enclosure"})
    bmc.put(f"{ROOT}/Managers", link(f"{ROOT}/Managers") | {"Members": [link(other)]})
    assert (await client.async_get_manager()).id == own["Id"]


@pytest.mark.parametrize(
    ("is_first", "counts"), [(True, (1, 1)), (False, (0, 1))], ids=["poll", "address"]
)
async def test_first_poll_uses_system_that_was_read_for_its_links(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    counts: tuple[int, int],
    *,
    is_first: bool,
) -> None:
    """Use the system that was read before or by the first poll, and only once."""
    if not is_first:
        assert await client.async_get_mac_address()
    for requests in counts:
        bmc.requests.clear()
        assert (await client.async_get_dynamic_data()).system
        assert requested_paths(bmc).count(SYSTEM) == requests
