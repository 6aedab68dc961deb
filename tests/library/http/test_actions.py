"""Actions and other writes: repetition, tasks and redirects."""

from collections.abc import Awaitable, Callable
import json

from aiohttp import ClientSession
import pytest

from aiosupermicro import (
    ConnectionError,  # noqa: A004
    InvalidRequestError,
    InvalidResponseError,
    ResetType,
    SupermicroRedfishClient,
)
from tests.library import (
    MANAGER,
    MANAGER_RESET,
    ROOT,
    SESSIONS,
    SYSTEM,
    SYSTEM_RESET,
    connected_client,
    inject_fault,
    light_led,
    set_timeout,
    statuses,
    take_calls,
    take_requests,
)
from tests.simulator import Bmc, Board, serve

Command = Callable[[SupermicroRedfishClient], Awaitable[None]]


def _power_off(client: SupermicroRedfishClient) -> Awaitable[None]:
    """Power the host off."""
    return client.async_system_reset(ResetType.FORCE_OFF)


def _restart_bmc(client: SupermicroRedfishClient) -> Awaitable[None]:
    """Restart the BMC."""
    return client.async_manager_reset()


TASK = f"{ROOT}/TaskService/Tasks/7"


RESETS = [(_power_off, SYSTEM_RESET), (_restart_bmc, MANAGER_RESET)]
WRITES = [(light_led, SYSTEM), *RESETS]


@pytest.mark.parametrize("status", [412, 428])
@pytest.mark.parametrize(("command", "target"), RESETS)
async def test_action_is_repeated_with_etag_of_its_resource(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    command: Command,
    target: str,
    status: int,
) -> None:
    """Read the resource that owns the action after a 412 or 428."""
    await client.async_get_all_data()
    owner = target.partition("/Actions/")[0]
    bmc.fail(target, status=status, method="POST", times=1)
    take_requests(bmc)
    await command(client)
    first, read, second = bmc.requests
    assert [(item.method, item.path) for item in bmc.requests] == [
        ("POST", target),
        ("GET", owner),
        ("POST", target),
    ]
    assert "if-match" not in first.headers
    assert read.status == 304
    assert second.headers["if-match"].strip('"')
    assert second.status == 200


@pytest.mark.parametrize("status", [412, 428])
@pytest.mark.parametrize(
    ("command", "method", "target"),
    [(light_led, "PATCH", SYSTEM), (_power_off, "POST", SYSTEM_RESET)],
)
async def test_write_is_repeated_with_etag_and_wildcard(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    command: Command,
    method: str,
    target: str,
    status: int,
) -> None:
    """Try the ETag of the resource, then the wildcard, then raise the last error."""
    bmc.fail(target, status=status, method=method)
    with pytest.raises(InvalidRequestError) as caught:
        await command(client)
    assert caught.value.status == status
    assert statuses(bmc, method, target) == [status] * 3
    sent = [request for request in bmc.requests if request.method == method]
    assert sent[-1].headers["if-match"] == "*"


async def test_bmc_that_requires_etags_is_commanded(session: ClientSession) -> None:
    """Send ETags to a BMC that requires them for resources and for actions."""
    bmc = Bmc(Board.load("x12spi-tf"), if_match_required=True)
    async with connected_client(bmc, session) as client:
        await light_led(client)
        await _power_off(client)
        assert (bmc.indicator_led, bmc.power_state) == ("Lit", "PoweringOff")
        await client.async_clear_log()
        assert await client.async_get_log_entries() == []
        sent = [status for method, _, status in take_requests(bmc) if method == "POST"]
    assert sent.count(428) == 2


async def test_action_is_repeated_with_wildcard_without_etag(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Send If-Match: * if the resource has no ETag or cannot be read."""
    for status in (428, 404):
        await client.async_get_system()
        bmc.fail(SYSTEM, status=404, method="GET")
        bmc.fail(SYSTEM_RESET, status=428, method="POST", times=1)
        if status == 428:
            bmc.fail(SYSTEM, status=200, body={"Id": "1"}, method="GET", times=1)
        await client.async_system_reset(ResetType.FORCE_OFF)
        assert bmc.requests[-1].headers["if-match"] == "*"
        bmc.heal()


@pytest.mark.parametrize(
    "fault", ["drop", "hang", 503, 401, 404, 403, "page", "unreachable"]
)
@pytest.mark.parametrize(("command", "target"), RESETS)
async def test_accepted_action_counts_as_done_without_its_task(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    command: Command,
    target: str,
    fault: str | int,
) -> None:
    """Return although the task cannot be read while the BMC restarts."""
    await client.async_get_all_data()
    headers = {"Location": TASK}
    bmc.fail(target, status=202, body={}, headers=headers, method="POST")
    if fault == "hang":
        set_timeout(client, 0.2)
    if fault == "unreachable":
        bmc.fail(TASK, status=401)
        bmc.drop(SESSIONS)
    else:
        inject_fault(bmc, TASK, fault)
    await command(client)
    assert take_calls(bmc).count(("POST", target)) == 1


@pytest.mark.parametrize(("command", "target"), RESETS)
async def test_failed_task_is_an_error_of_its_action(
    client: SupermicroRedfishClient, bmc: Bmc, command: Command, target: str
) -> None:
    """Raise the error that the task reports."""
    bmc.put(TASK, {"@odata.id": TASK, "TaskState": "Exception"})
    headers = {"Location": TASK}
    bmc.fail(target, status=202, body={}, headers=headers, method="POST")
    with pytest.raises(InvalidRequestError, match="The task"):
        await command(client)


@pytest.mark.parametrize(("command", "target"), WRITES)
async def test_write_succeeds_with_truncated_response(
    client: SupermicroRedfishClient, bmc: Bmc, command: Command, target: str
) -> None:
    """Use the status of a response whose body ends early."""
    await client.async_get_all_data()
    bmc.cut(target)
    await command(client)
    assert [path for _, path in take_calls(bmc)].count(target) >= 1
    bmc.heal()
    bmc.restart(0)


async def test_reset_without_response_is_an_error(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Report a broken connection, and do not send the reset again."""
    await client.async_get_all_data()
    bmc.drop(SYSTEM_RESET)
    with pytest.raises(ConnectionError) as caught:
        await _power_off(client)
    assert caught.value.is_broken
    assert take_calls(bmc).count(("POST", SYSTEM_RESET)) == 1


async def test_bmc_restart_without_response_succeeds_if_bmc_is_down(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Return if the BMC breaks the connection and becomes unreachable."""
    await client.async_get_all_data()
    bmc.drop(MANAGER_RESET, is_executed=True)
    take_requests(bmc)
    await _restart_bmc(client)
    assert bmc.is_down
    sent = take_calls(bmc)
    assert sent[:2] == [("POST", MANAGER_RESET), ("GET", ROOT)]
    assert set(sent[2:]) <= {("GET", ROOT)}  # repeated by aiohttp
    bmc.heal()
    bmc.restart(0)


@pytest.mark.parametrize("status", [200, 503])
async def test_bmc_restart_without_response_fails_if_bmc_responds(
    client: SupermicroRedfishClient, bmc: Bmc, status: int
) -> None:
    """Report a broken connection to a BMC that still responds.

    The BMC may not have received the command.
    """
    await client.async_get_all_data()
    bmc.drop(MANAGER_RESET)
    if status != 200:
        bmc.fail(ROOT, status=status)
    with pytest.raises(ConnectionError) as caught:
        await _restart_bmc(client)
    assert caught.value.is_broken


async def test_restart_of_unreachable_bmc_is_an_error(
    session: ClientSession, bmc: Bmc
) -> None:
    """Report a BMC that was unreachable before the command was sent."""
    async with serve(bmc) as server:
        client = SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN")
        bmc.on_request(SYSTEM, lambda: bmc.drop("*"))
        with pytest.raises(ConnectionError) as broken:
            await _restart_bmc(client)
        assert broken.value.path == MANAGER
        bmc.heal()
        await client.async_get_all_data()
    with pytest.raises(ConnectionError) as refused:
        await _restart_bmc(client)
    assert not refused.value.is_broken
    bmc.expire_sessions()
    await client.async_disconnect()


@pytest.mark.parametrize("status", [307, 308])
async def test_redirected_write_keeps_method_and_body(
    client: SupermicroRedfishClient, bmc: Bmc, status: int
) -> None:
    """Follow a 307 or 308 for changes, actions and logins."""
    elsewhere = f"{ROOT}/Elsewhere"
    bmc.put(elsewhere, bmc.resource(SYSTEM))
    for path, location in (
        (SYSTEM, elsewhere),
        (SYSTEM_RESET, f"{SYSTEM_RESET}/"),
        (SESSIONS, f"{SESSIONS}/"),
    ):
        headers = {"Location": location}
        method = "PATCH" if path == SYSTEM else "POST"
        bmc.fail(path, status=status, headers=headers, method=method, times=1)
    await light_led(client)
    await _power_off(client)
    assert bmc.resource(elsewhere)["IndicatorLED"] == "Lit"
    assert bmc.power_state == "PoweringOff"
    sent = [(item.method, json.dumps(item.body)) for item in bmc.requests if item.body]
    assert len(sent) == 6
    assert len(set(sent)) == 3


@pytest.mark.parametrize("status", [301, 302, 303, 304])
@pytest.mark.parametrize(("command", "target"), WRITES)
async def test_ambiguous_redirect_of_write_is_not_followed(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    command: Command,
    target: str,
    status: int,
) -> None:
    """Raise an error for a status that leaves open whether the write was done."""
    await client.async_get_all_data()
    method = "PATCH" if target == SYSTEM else "POST"
    bmc.fail(target, status=status, headers={"Location": f"{target}/"}, method=method)
    with pytest.raises(InvalidResponseError, match=str(status)):
        await command(client)
    assert take_calls(bmc).count((method, target)) == 1


@pytest.mark.parametrize("status", [307, 308])
async def test_redirect_of_write_to_other_host_is_not_followed(
    client: SupermicroRedfishClient, bmc: Bmc, status: int
) -> None:
    """Send token and password only to the BMC's own address."""
    headers = {"Location": "https://192.0.2.66/"}
    for path in (SYSTEM_RESET, SESSIONS):
        bmc.fail(path, status=status, headers=headers, method="POST")
        with pytest.raises(InvalidResponseError, match="leads away"):
            await _power_off(client)
        bmc.heal()
        bmc.expire_sessions()
