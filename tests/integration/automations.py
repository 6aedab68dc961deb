"""Automations of the blueprints, and a clock for their tests."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
import math
from pathlib import Path
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components import persistent_notification
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CoreState, HomeAssistant, callback
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from tests.conftest import Clock

from . import DYNAMIC, set_up

BLUEPRINTS = Path(__file__).parents[2] / "blueprints/automation/supermicro_redfish"

_WAITING = {
    "_ScriptRun._async_step_delay",
    "_ScriptRun._async_step_wait_template",
    "_ScriptRun._async_run_long_action",
    "_async_wait_until_off",
    "Lock.acquire",
    "Script.async_run",
}
"""Coroutines that wait for time, for a lock or for another task."""

_IDLE_ITERATIONS = 10
"""Iterations of the event loop without work after which all work is done."""


@dataclass
class Automations:
    """Home Assistant with automations of the blueprints."""

    hass: HomeAssistant
    freezer: FrozenDateTimeFactory
    clock: Clock
    config: list[dict[str, Any]] = field(default_factory=list)
    notifications: list[str] = field(default_factory=list)
    """The messages of the persistent notifications, the newest last."""

    async def use(self, blueprint: str, **inputs: Any) -> None:
        """Start an automation of a blueprint."""
        use = {"path": f"supermicro_redfish/{blueprint}.yaml", "input": inputs}
        self.config = [{"alias": blueprint, "use_blueprint": use}]
        persistent_notification.async_register_callback(
            self.hass, self._add_notifications
        )
        assert await async_setup_component(self.hass, "homeassistant", {})
        config = {"automation": self.config}
        assert await async_setup_component(self.hass, "automation", config)
        await self.settle()
        automations = self.hass.states.async_all("automation")
        assert [state.state for state in automations] == ["on"]

    async def elapse(self, seconds: float) -> None:
        """Advance the time of Home Assistant and the BMC by seconds."""
        for start in range(0, math.ceil(seconds), int(DYNAMIC)):
            duration = min(DYNAMIC, seconds - start)
            self.freezer.tick(duration)
            self.clock.tick(duration)
            async_fire_time_changed(self.hass)
            await self.settle()

    async def settle(self) -> None:
        """Wait until each task is done or only waits for time to pass.

        A task that was just woken up appears to wait until the event loop runs it.
        """
        idle = 0
        for _ in range(20_000):
            await asyncio.sleep(0)
            idle = idle + 1 if all(map(_is_waiting, self._tasks())) else 0
            if idle == _IDLE_ITERATIONS:
                return
        pytest.fail("A task does not come to an end")

    async def stop(self) -> None:
        """Cancel a shutdown that an automation waits for, and stop all automations."""
        for task in self._tasks():
            if "_async_wait_until_off" in _awaited_names(task):
                task.cancel()
        await self.reload([])
        await self.settle()

    async def reload(self, config: list[dict[str, Any]]) -> None:
        """Replace the automations by others."""
        with patch(
            "homeassistant.config.load_yaml_config_file",
            return_value={"automation": config},
        ):
            await self.hass.services.async_call("automation", "reload", blocking=True)
        await self.settle()

    async def restart(
        self, entry: ConfigEntry, meanwhile: Callable[[], None] = lambda: None
    ) -> None:
        """Restart Home Assistant; call a function while it is stopped.

        The helpers keep their values, as they do over a restart.
        """
        await self.reload([])
        await self.hass.config_entries.async_unload(entry.entry_id)
        self.hass.set_state(CoreState.not_running)
        meanwhile()
        await set_up(self.hass, entry)
        await self.reload(self.config)
        await self.hass.async_start()
        await self.settle()

    @callback
    def _add_notifications(self, _: Any, notifications: dict[str, Any]) -> None:
        """Record the messages of notifications."""
        self.notifications += [item["message"] for item in notifications.values()]

    def _tasks(self) -> set[asyncio.Task[Any]]:
        """Return Home Assistant's tasks and the runs of scripts, which it omits."""
        runs = {
            task
            for task in asyncio.all_tasks()
            if "_ScriptRun." in _awaited_names(task)[0]
        }
        tracked = self.hass._tasks | self.hass._background_tasks
        return runs | {task for task in tracked if isinstance(task, asyncio.Task)}


def _is_waiting(task: asyncio.Task[Any]) -> bool:
    """Return whether a task is done, or waits for anything but the network."""
    return task.done() or not _WAITING.isdisjoint(_awaited_names(task))


def _awaited_names(task: asyncio.Task[Any]) -> list[str]:
    """Return the names of a task's coroutines, from the outermost inwards."""
    awaited: Any = task.get_coro()
    names = []
    while code := getattr(awaited, "cr_code", None):
        names.append(code.co_qualname)
        awaited = awaited.cr_await
    return names or [""]
