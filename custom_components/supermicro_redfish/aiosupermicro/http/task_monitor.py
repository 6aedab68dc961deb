"""Follow the task that a BMC starts for an accepted write (202)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from time import monotonic

from .. import exceptions
from ..const import TASK_POLL_SECONDS, TASK_TIMEOUT_SECONDS
from ..payload import path_of
from .response import Response

_ACCEPTED = 202
_ACTIVE_STATES = ("New", "Starting", "Running", "Pending", "Stopping", "Suspended")
_FAILED_STATES = ("Exception", "Killed", "Cancelled", "Interrupted")


async def async_wait_for_task(
    response: Response, get: Callable[[str], Awaitable[Response]]
) -> None:
    """Wait until the task of a response has ended, for half a minute at most.

    A task that takes longer is no longer followed. A task that the BMC no longer knows
    has ended.

    Raises:
        InvalidRequestError: The task failed.

    """
    path = path_of(response.headers.get("Location"))
    if response.status != _ACCEPTED or not path:
        return
    deadline = monotonic() + TASK_TIMEOUT_SECONDS
    with suppress(exceptions.NotFoundError):
        task = await get(path)
        while _is_active(task) and monotonic() < deadline:
            await asyncio.sleep(TASK_POLL_SECONDS)
            task = await get(path)
        _raise_if_failed(task, path)


def _is_active(task: Response) -> bool:
    """Return whether a task, or its monitor, is not finished yet."""
    return task.status == _ACCEPTED or task.body.get("TaskState") in _ACTIVE_STATES


def _raise_if_failed(task: Response, path: str) -> None:
    """Raise the error that a failed task reports."""
    if task.body.get("TaskState") in _FAILED_STATES:
        error = {"error": {"@Message.ExtendedInfo": task.body.get("Messages")}}
        raise exceptions.error_from_response(400, "The task", path, error)
