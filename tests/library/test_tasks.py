"""What a BMC has accepted and does later is followed to its end."""

from typing import Any

from aiohttp import ClientSession
import pytest

from aiosupermicro import (
    InvalidRequestError,
    SupermicroRedfishClient,
    SupermicroRedfishError,
)
from aiosupermicro.http import task_monitor
from tests.conftest import Clock
from tests.simulator import Bmc, Board, serve

from . import NTP, ROOT, SESSIONS


async def test_a_task_that_never_ends_is_left(
    session: ClientSession, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is followed for half a minute, however slowly the BMC answers."""
    now = Clock()
    monkeypatch.setattr(task_monitor, "monotonic", now)
    monkeypatch.setattr(task_monitor, "TASK_POLL_SECONDS", 0)
    bmc = Bmc(Board.load("x12spi-tf"), clock=clock, task_seconds=1e6)
    async with (
        serve(bmc) as server,
        SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN") as client,
    ):
        await client.async_get_ntp()
        send = client._transport.send

        async def slow(*args: Any, **content: Any) -> Any:
            now.tick(6)
            return await send(*args, **content)

        monkeypatch.setattr(client._transport, "send", slow)
        await client.async_set_ntp_enabled(enabled=False)
    asked = [item for item in bmc.requests if "/TaskService/" in item.path]
    assert 4 <= len(asked) <= 6


@pytest.mark.parametrize(
    "location",
    [
        "https://bmc.lan/redfish/v1/TaskService/Tasks/7",
        "/redfish/v1/TaskService/Tasks/7",
    ],
)
@pytest.mark.parametrize("state", ["Exception", "Killed", "Cancelled", "Interrupted"])
async def test_a_task_that_fails_is_an_error(
    client: SupermicroRedfishClient, bmc: Bmc, location: str, state: str
) -> None:
    """It says why, wherever it says that it is."""
    message = {"Message": "No server.", "MessageId": "SMC.1.0.OemNtpMissingItem"}
    task = f"{ROOT}/TaskService/Tasks/7"
    bmc.put(task, {"@odata.id": task, "TaskState": state, "Messages": [message]})
    headers = {"Location": location}
    bmc.fail(NTP, status=202, body={}, headers=headers, method="PATCH")
    with pytest.raises(InvalidRequestError) as caught:
        await client.async_set_ntp_enabled(enabled=False)
    assert caught.value.bmc_message == "No server."
    assert caught.value.message_id == "SMC.1.0.OemNtpMissingItem"


async def test_a_task_that_is_forgotten_has_ended(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """A BMC keeps no task for ever, and some name none."""
    for headers in ({"Location": f"{ROOT}/TaskService/Tasks/99"}, {}):
        bmc.fail(NTP, status=202, body={}, headers=headers, method="PATCH", times=1)
        await client.async_set_ntp_enabled(enabled=False)


async def test_a_password_that_the_bmc_repeats_is_in_no_error(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Neither in the words of the BMC nor in the first characters of its answer."""
    bmc.change_password("Secret-9")
    own = SupermicroRedfishClient(
        client._transport._session, client._transport.url.authority, "ADMIN", "Secret-9"
    )
    notice = {
        "Message": "Secret-9 is no value for Password.",
        "MessageId": "Base.1.0.X",
    }
    body = {"error": {"@Message.ExtendedInfo": [notice]}}
    bmc.fail(SESSIONS, status=400, body=body)
    with pytest.raises(InvalidRequestError) as caught:
        await own.async_connect()
    assert "Secret-9" not in f"{caught.value!r} {vars(caught.value)}"
    assert "no value for Password" in str(caught.value)
    bmc.fail(SESSIONS, status=200, body='"Secret-9"')
    with pytest.raises(SupermicroRedfishError) as broken:
        await own.async_connect()
    assert "Secret-9" not in f"{broken.value!r} {vars(broken.value)}"
