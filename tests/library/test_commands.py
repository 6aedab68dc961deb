"""What becomes of a command: sent once, done when it was accepted, sent on."""

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
from tests.simulator import Bmc, Board, serve

from . import MANAGER, ROOT, SESSIONS, SYSTEM, answers, light

RESET = f"{SYSTEM}/Actions/ComputerSystem.Reset"
MANAGER_RESET = f"{MANAGER}/Actions/Manager.Reset"
TASK = f"{ROOT}/TaskService/Tasks/7"

Command = Callable[[SupermicroRedfishClient], Awaitable[None]]


def _switch_off(client: SupermicroRedfishClient) -> Awaitable[None]:
    """Switch the host off."""
    return client.async_system_reset(ResetType.FORCE_OFF)


def _restart(client: SupermicroRedfishClient) -> Awaitable[None]:
    """Restart the BMC."""
    return client.async_manager_reset()


RESETS = [(_switch_off, RESET), (_restart, MANAGER_RESET)]


# With the ETag of what they change


@pytest.mark.parametrize("status", [412, 428])
@pytest.mark.parametrize(("command", "target"), RESETS)
async def test_an_action_is_sent_with_the_etag_of_its_resource(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    command: Command,
    target: str,
    status: int,
) -> None:
    """There is nothing to be read at the action's own path."""
    await client.async_get_all_data()
    owner = target.partition("/Actions/")[0]
    bmc.fail(target, status=status, method="POST", times=1)
    answers(bmc)
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


async def test_a_bmc_that_demands_etags_is_commanded(session: ClientSession) -> None:
    """It takes them for its resources and for what is done to these."""
    bmc = Bmc(Board.load("x12spi-tf"), if_match_required=True)
    async with (
        serve(bmc) as server,
        SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN") as client,
    ):
        await light(client)
        await _switch_off(client)
        assert (bmc.indicator_led, bmc.power_state) == ("Lit", "PoweringOff")
        await client.async_clear_log()
        assert await client.async_get_log_entries() == []
        asked = [status for method, _, status in answers(bmc) if method == "POST"]
    assert asked.count(428) == 2


async def test_an_action_of_a_resource_without_an_etag(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """It is sent whatever the resource is, or where that cannot be read."""
    for status in (428, 404):
        await client.async_get_system()
        bmc.fail(SYSTEM, status=404, method="GET")
        bmc.fail(RESET, status=428, method="POST", times=1)
        if status == 428:
            bmc.fail(SYSTEM, status=200, body={"Id": "1"}, method="GET", times=1)
        await client.async_system_reset(ResetType.FORCE_OFF)
        assert bmc.requests[-1].headers["if-match"] == "*"
        bmc.heal()


async def test_an_action_that_is_refused_with_its_etag_is_not_sent_again(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Twice in all, and the refusal is what is raised."""
    bmc.fail(RESET, status=412, method="POST")
    with pytest.raises(InvalidRequestError) as caught:
        await _switch_off(client)
    assert caught.value.status == 412
    assert [item for item in answers(bmc) if item[0] == "POST"][1:] == [
        ("POST", RESET, 412),
        ("POST", RESET, 412),
    ]


# Accepted, and then nothing


@pytest.mark.parametrize(
    "after", ["drop", "hang", "503", "401", "404", "403", "page", "down"]
)
@pytest.mark.parametrize(("command", "target"), RESETS)
async def test_what_was_accepted_is_done(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    command: Command,
    target: str,
    after: str,
) -> None:
    """The BMC restarts, and nobody can be asked how it went."""
    await client.async_get_all_data()
    headers = {"Location": TASK}
    bmc.fail(target, status=202, body={}, headers=headers, method="POST")
    if after == "drop":
        bmc.drop(TASK)
    elif after == "hang":
        client._transport._timeout = 0.2
        bmc.hang(TASK, 3600)
    elif after == "page":
        bmc.fail(TASK, status=200, body="<html>", content_type="text/html")
    elif after == "down":
        bmc.fail(TASK, status=401)
        bmc.drop(SESSIONS)
    else:
        bmc.fail(TASK, status=int(after))
    await command(client)
    assert [path for method, path, _ in answers(bmc) if method == "POST"].count(
        target
    ) == 1


@pytest.mark.parametrize(("command", "target"), RESETS)
async def test_a_task_that_failed_is_an_error_of_the_action(
    client: SupermicroRedfishClient, bmc: Bmc, command: Command, target: str
) -> None:
    """The BMC is there and says so."""
    bmc.put(TASK, {"@odata.id": TASK, "TaskState": "Exception"})
    headers = {"Location": TASK}
    bmc.fail(target, status=202, body={}, headers=headers, method="POST")
    with pytest.raises(InvalidRequestError, match="The task"):
        await command(client)


@pytest.mark.parametrize(("command", "target"), [*RESETS, (light, SYSTEM)])
async def test_an_answer_that_breaks_off_has_told_its_status(
    client: SupermicroRedfishClient, bmc: Bmc, command: Command, target: str
) -> None:
    """The head of it says that the command was accepted."""
    await client.async_get_all_data()
    bmc.cut(target)
    await command(client)
    assert [path for _, path, _ in answers(bmc)].count(target) >= 1
    bmc.heal()
    bmc.restart(0)


async def test_an_answer_to_a_read_that_breaks_off_is_none(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Nor is a refusal that does."""
    await client.async_get_system()
    bmc.cut(SYSTEM)
    with pytest.raises(ConnectionError) as caught:
        await client.async_get_system()
    assert caught.value.is_broken


# No answer at all


async def test_a_reset_that_was_not_answered_may_not_have_been_heard(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """It is not sent again, and nobody says that it was done."""
    await client.async_get_all_data()
    bmc.drop(RESET)
    with pytest.raises(ConnectionError) as caught:
        await _switch_off(client)
    assert caught.value.is_broken
    assert [item[:2] for item in answers(bmc)].count(("POST", RESET)) == 1


async def test_a_bmc_that_restarts_before_it_answers(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """It breaks the connection off, and is away when it is looked for."""
    await client.async_get_all_data()
    bmc.drop(MANAGER_RESET, is_executed=True)
    answers(bmc)
    await _restart(client)
    assert bmc.is_down
    asked = [item[:2] for item in answers(bmc)]
    assert asked[:2] == [("POST", MANAGER_RESET), ("GET", ROOT)]
    assert set(asked[2:]) <= {("GET", ROOT)}  # aiohttp's own second attempt
    bmc.heal()
    bmc.restart(0)


@pytest.mark.parametrize("status", [200, 503])
async def test_a_bmc_that_breaks_off_and_is_still_there(
    client: SupermicroRedfishClient, bmc: Bmc, status: int
) -> None:
    """It did not restart at once; whether it has heard, nobody knows."""
    await client.async_get_all_data()
    bmc.drop(MANAGER_RESET)
    if status != 200:
        bmc.fail(ROOT, status=status)
    with pytest.raises(ConnectionError) as caught:
        await _restart(client)
    assert caught.value.is_broken


async def test_a_bmc_that_cannot_be_reached_was_not_restarted(
    session: ClientSession, bmc: Bmc
) -> None:
    """Neither where it was away before, nor where it goes away at the first look."""
    async with serve(bmc) as server:
        client = SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN")
        bmc.drop(MANAGER)
        with pytest.raises(ConnectionError) as broken:
            await _restart(client)
        assert broken.value.path == MANAGER
        bmc.heal()
        await client.async_get_all_data()
    with pytest.raises(ConnectionError) as refused:
        await _restart(client)
    assert not refused.value.is_broken
    bmc.expire_sessions()
    await client.async_disconnect()


# Elsewhere on the host


@pytest.mark.parametrize("status", [307, 308])
async def test_a_write_is_sent_on_as_it_is(
    client: SupermicroRedfishClient, bmc: Bmc, status: int
) -> None:
    """Method and body stay, for changes, actions and logins."""
    elsewhere = f"{ROOT}/Elsewhere"
    bmc.put(elsewhere, bmc.resource(SYSTEM))
    for path, location in (
        (SYSTEM, elsewhere),
        (RESET, f"{RESET}/"),
        (SESSIONS, f"{SESSIONS}/"),
    ):
        headers = {"Location": location}
        method = "PATCH" if path == SYSTEM else "POST"
        bmc.fail(path, status=status, headers=headers, method=method, times=1)
    await light(client)
    await _switch_off(client)
    assert bmc.resource(elsewhere)["IndicatorLED"] == "Lit"
    assert bmc.power_state == "PoweringOff"
    sent = [(item.method, json.dumps(item.body)) for item in bmc.requests if item.body]
    assert len(sent) == 6
    assert len(set(sent)) == 3


@pytest.mark.parametrize("status", [301, 302, 303])
@pytest.mark.parametrize(("command", "target"), [(light, SYSTEM), *RESETS])
async def test_a_write_that_may_have_been_done_is_not_sent_on(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    command: Command,
    target: str,
    status: int,
) -> None:
    """Some mean by it that it was, others that it is to be done there."""
    await client.async_get_all_data()
    method = "PATCH" if target == SYSTEM else "POST"
    bmc.fail(target, status=status, headers={"Location": f"{target}/"}, method=method)
    with pytest.raises(InvalidResponseError):
        await command(client)
    assert [item[:2] for item in answers(bmc)].count((method, target)) == 1


@pytest.mark.parametrize("status", [307, 308])
async def test_a_write_is_not_sent_elsewhere(
    client: SupermicroRedfishClient, bmc: Bmc, status: int
) -> None:
    """Neither the token nor the password leaves the BMC's own address."""
    headers = {"Location": "https://192.0.2.66/"}
    for path in (RESET, SESSIONS):
        bmc.fail(path, status=status, headers=headers, method="POST")
        with pytest.raises(InvalidResponseError, match="leads away"):
            await _switch_off(client)
        bmc.heal()
        bmc.expire_sessions()


async def test_a_read_is_sent_on_with_303_too(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """For a read it says no more than the others."""
    headers = {"Location": f"{SYSTEM}/"}
    bmc.fail(SYSTEM, status=303, headers=headers, times=1)
    assert (await client.async_get_system()).is_on
