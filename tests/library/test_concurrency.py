"""Test how coroutines of the library run one after the other or together."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest

from aiosupermicro.concurrency import gather_or_raise, run_in_turn


async def test_quick_calls_run_in_turn_without_tasks() -> None:
    """Call the function for each item in the task of the caller."""
    caller = asyncio.current_task()
    calls: list[str] = []

    async def call(item: str) -> None:
        assert asyncio.current_task() is caller
        await asyncio.sleep(0)
        calls.append(item)

    await run_in_turn(call, "abc", delay=60)
    assert calls == ["a", "b", "c"]


async def test_calls_run_together_when_the_first_one_is_slow() -> None:
    """Start the items that are left after the delay, each of them once."""
    started: list[str] = []
    together = asyncio.Event()

    async def call(item: str) -> None:
        started.append(item)
        if len(started) == 3:
            together.set()
        await together.wait()

    async with asyncio.timeout(5):
        await run_in_turn(call, "abc", delay=0.01)
    assert started == ["a", "b", "c"]


@pytest.mark.parametrize("failing", ["a", "c"])
async def test_first_error_cancels_the_other_calls(failing: str) -> None:
    """Raise the error itself, and leave no call behind."""
    canceled: list[str] = []
    tasks = asyncio.all_tasks()

    async def call(item: str) -> None:
        if item == failing:
            await asyncio.sleep(0.02)
            raise ValueError(item)
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            canceled.append(item)
            raise

    with pytest.raises(ValueError, match=failing):
        await run_in_turn(call, "abc", delay=0.001)
    assert sorted(canceled) == sorted({"a", "b", "c"} - {failing})
    assert asyncio.all_tasks() == tasks


async def _fail_late() -> None:
    """Raise an error after the caller has begun to wait for the end of the group."""
    await asyncio.sleep(0.02)
    raise ValueError("late")


async def _gather() -> None:
    """Let one of two coroutines fail."""
    await gather_or_raise(_fail_late(), asyncio.sleep(60))


async def _run_in_turn() -> None:
    """Let the second of two calls fail, after the first one has ended."""
    calls = {"a": lambda: asyncio.sleep(0.01), "b": _fail_late}
    await run_in_turn(lambda item: calls[item](), "ab", delay=0.001)


@pytest.mark.parametrize("run", [_gather, _run_in_turn])
async def test_error_does_not_mark_the_caller_as_canceled(
    run: Callable[[], Awaitable[None]],
) -> None:
    """Let later timeouts work on each Python, and Ctrl-C interrupt the program."""
    caller = asyncio.current_task()
    assert caller
    with pytest.raises(ValueError, match="late"):
        await run()
    assert caller.cancelling() == 0
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await asyncio.sleep(60)


async def test_caller_that_is_being_canceled_remains_so() -> None:
    """Take back no cancellation but that of the group, also in nested groups."""

    async def fail_when_canceled() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            raise KeyError

    async def call(item: str) -> None:
        if item == "a":
            await gather_or_raise(fail_when_canceled(), asyncio.sleep(60))
        await _fail_late()

    counts: list[int] = []

    async def run_while_canceled() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            with suppress(KeyError, ValueError):
                await run_in_turn(call, "ab", delay=0.001)
        caller = asyncio.current_task()
        assert caller
        counts.append(caller.cancelling())

    task = asyncio.create_task(run_while_canceled())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    assert counts == [1]


async def test_timeout_of_the_caller_cancels_the_calls() -> None:
    """Raise the caller's own error, and leave no call behind."""
    tasks = asyncio.all_tasks()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await run_in_turn(asyncio.sleep, (60, 60), delay=0.001)
    assert asyncio.all_tasks() == tasks
