"""Tasks that a BMC starts for a write, and their results."""

from typing import Any

from aiohttp import ClientSession
import pytest

from aiosupermicro import (
    InvalidRequestError,
    ServiceUnavailableError,
    SupermicroRedfishClient,
)
from aiosupermicro.http import task_monitor
from tests.conftest import Clock
from tests.library import NTP, ROOT, connected_client
from tests.simulator import Bmc, Board


async def test_write_returns_after_end_of_its_task(session: ClientSession) -> None:
    """Wait for the task that the BMC starts with a 202."""
    bmc = Bmc(Board.load("x12spi-tf"), task_seconds=0.3)
    async with connected_client(bmc, session) as client:
        await client.async_set_ntp_enabled(enabled=False)
        assert bmc.ntp_enabled is False


async def test_endless_task_is_polled_for_half_a_minute(
    session: ClientSession, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Return after half a minute, even if responses are slow."""
    now = Clock()
    monkeypatch.setattr(task_monitor, "monotonic", now)
    monkeypatch.setattr(task_monitor, "TASK_POLL_SECONDS", 0)
    bmc = Bmc(Board.load("x12spi-tf"), clock=clock, task_seconds=1e6)
    async with connected_client(bmc, session) as client:
        await client.async_get_ntp()
        send = client._transport.send

        async def slow(*args: Any, **content: Any) -> Any:
            now.tick(6)
            return await send(*args, **content)

        monkeypatch.setattr(client._transport, "send", slow)
        await client.async_set_ntp_enabled(enabled=False)
    sent = [item for item in bmc.requests if "/TaskService/" in item.path]
    assert 4 <= len(sent) <= 6


@pytest.mark.parametrize(
    "location",
    [
        "https://bmc.lan/redfish/v1/TaskService/Tasks/7",
        "/redfish/v1/TaskService/Tasks/7",
    ],
)
@pytest.mark.parametrize("state", ["Exception", "Killed", "Cancelled", "Interrupted"])
async def test_failed_task_raises_its_message(
    client: SupermicroRedfishClient, bmc: Bmc, location: str, state: str
) -> None:
    """Report message and message id of the task, with any host in its location."""
    message = {"Message": "No server.", "MessageId": "SMC.1.0.OemNtpMissingItem"}
    task = f"{ROOT}/TaskService/Tasks/7"
    bmc.put(task, {"@odata.id": task, "TaskState": state, "Messages": [message]})
    headers = {"Location": location}
    bmc.fail(NTP, status=202, body={}, headers=headers, method="PATCH")
    with pytest.raises(InvalidRequestError) as caught:
        await client.async_set_ntp_enabled(enabled=False)
    assert caught.value.bmc_message == "No server."
    assert caught.value.message_id == "SMC.1.0.OemNtpMissingItem"


async def test_missing_task_counts_as_done(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Treat a task that is missing, or that has no path, as completed."""
    for headers in ({"Location": f"{ROOT}/TaskService/Tasks/99"}, {}):
        bmc.fail(NTP, status=202, body={}, headers=headers, method="PATCH", times=1)
        await client.async_set_ntp_enabled(enabled=False)


async def test_unreadable_task_fails_a_change(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Raise an error, since the settings may not have been changed."""
    task = f"{ROOT}/TaskService/Tasks/7"
    bmc.fail(NTP, status=202, body={}, headers={"Location": task}, method="PATCH")
    bmc.fail(task, status=503)
    with pytest.raises(ServiceUnavailableError) as caught:
        await client.async_set_ntp_enabled(enabled=False)
    assert caught.value.path == task
