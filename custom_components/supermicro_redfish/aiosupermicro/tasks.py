"""Tasks that a BMC starts for a write which it accepts but has yet to do (202)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from time import monotonic

from . import exceptions
from .const import TASK_POLL_SECONDS, TASK_TIMEOUT_SECONDS
from .links import path_of
from .transport import Reply

_ACCEPTED = 202
_UNDER_WAY = ("New", "Starting", "Running", "Pending", "Stopping", "Suspended")
_FAILED = ("Exception", "Killed", "Cancelled", "Interrupted")


async def async_wait_for_task(
    reply: Reply, get: Callable[[str], Awaitable[Reply]]
) -> None:
    """Wait until the task that a reply announces has ended, or for half a minute.

    A task that goes on for longer is left to itself, and one that is forgotten by
    the BMC has ended.

    Raises:
        InvalidRequestError: The task failed.

    """
    path = path_of(reply.headers.get("Location"))
    if reply.status != _ACCEPTED or not path:
        return
    end = monotonic() + TASK_TIMEOUT_SECONDS
    with suppress(exceptions.NotFoundError):
        task = await get(path)
        while _is_under_way(task) and monotonic() < end:
            await asyncio.sleep(TASK_POLL_SECONDS)
            task = await get(path)
        _raise_if_failed(task, path)


def _is_under_way(task: Reply) -> bool:
    """Tell whether a task, or its monitor, says that it goes on."""
    return task.status == _ACCEPTED or task.body.get("TaskState") in _UNDER_WAY


def _raise_if_failed(task: Reply, path: str) -> None:
    """Raise what a failed task says of itself."""
    if task.body.get("TaskState") in _FAILED:
        error = {"error": {"@Message.ExtendedInfo": task.body.get("Messages")}}
        raise exceptions.error_from_response(400, "The task", path, error)
