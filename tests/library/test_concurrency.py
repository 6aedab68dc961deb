"""Test how coroutines of the library run one after the other or together."""

import asyncio

import pytest

from aiosupermicro.concurrency import run_in_turn


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
