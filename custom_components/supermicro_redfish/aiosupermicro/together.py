"""Doing several things at once, and failing as one of them failed."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any


async def async_together(*things: Coroutine[Any, Any, Any]) -> list[Any]:
    """Return all results; the first failure ends the rest and is raised itself."""
    tasks: list[asyncio.Task[Any]] = []
    try:
        async with asyncio.TaskGroup() as group:
            tasks += [group.create_task(thing) for thing in things]
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
    return [task.result() for task in tasks]
