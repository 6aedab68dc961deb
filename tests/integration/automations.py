"""Letting automations of blueprints run while time passes, also over a restart."""

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

_PATIENT = {
    "_ScriptRun._async_step_wait_template",
    "_ScriptRun._async_run_long_action",
    "_async_wait_until_off",
    "Lock.acquire",
    "Script.async_run",
}
"""What waits for time to pass, for its turn, or for another task."""

_QUIET_ROUNDS = 10
"""Rounds of the event loop after which nothing comes any more."""


@dataclass
class Automations:
    """The automations of a Home Assistant, and the time that passes for them."""

    hass: HomeAssistant
    freezer: FrozenDateTimeFactory
    clock: Clock
    config: list[dict[str, Any]] = field(default_factory=list)
    notifications: list[str] = field(default_factory=list)
    """The texts that were shown, the last one at the end."""

    async def use(self, blueprint: str, **inputs: Any) -> None:
        """Let an automation made of a blueprint run."""
        use = {"path": f"supermicro_redfish/{blueprint}.yaml", "input": inputs}
        self.config = [{"alias": blueprint, "use_blueprint": use}]
        persistent_notification.async_register_callback(self.hass, self._note)
        assert await async_setup_component(self.hass, "homeassistant", {})
        config = {"automation": self.config}
        assert await async_setup_component(self.hass, "automation", config)
        await self.settle()
        shown = self.hass.states.async_all("automation")
        assert [state.state for state in shown] == ["on"]

    async def elapse(self, seconds: float) -> None:
        """Let seconds pass, for Home Assistant and for the BMC."""
        for begun in range(0, math.ceil(seconds), int(DYNAMIC)):
            passes = min(DYNAMIC, seconds - begun)
            self.freezer.tick(passes)
            self.clock.tick(passes)
            async_fire_time_changed(self.hass)
            await self.settle()

    async def settle(self) -> None:
        """Wait until nothing is left to do before more time passes.

        What has just been woken up looks patient until its turn comes.
        """
        quiet = 0
        for _ in range(20_000):
            await asyncio.sleep(0)
            quiet = quiet + 1 if all(map(_is_patient, self._tasks())) else 0
            if quiet == _QUIET_ROUNDS:
                return
        pytest.fail("Something goes on and on")

    async def stop(self) -> None:
        """End what still waits, a shutdown first: its automation waits for it."""
        for task in self._tasks():
            if "_async_wait_until_off" in _steps(task):
                task.cancel()
        await self.reload([])
        await self.settle()

    async def reload(self, config: list[dict[str, Any]]) -> None:
        """Put other automations in the place of those that there are."""
        with patch(
            "homeassistant.config.load_yaml_config_file",
            return_value={"automation": config},
        ):
            await self.hass.services.async_call("automation", "reload", blocking=True)
        await self.settle()

    async def restart(
        self, entry: ConfigEntry, meanwhile: Callable[[], None] = lambda: None
    ) -> None:
        """Restart Home Assistant, with something that happens while it is off.

        The helpers keep what they held, as they do over a restart.
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
    def _note(self, _: Any, shown: dict[str, Any]) -> None:
        """Take note of what is shown."""
        self.notifications += [each["message"] for each in shown.values()]

    def _tasks(self) -> set[asyncio.Task[Any]]:
        """Return what Home Assistant is at; it does not count the runs of scripts."""
        runs = {
            task for task in asyncio.all_tasks() if "_ScriptRun." in _steps(task)[0]
        }
        ours = self.hass._tasks | self.hass._background_tasks
        return runs | {task for task in ours if isinstance(task, asyncio.Task)}


def _is_patient(task: asyncio.Task[Any]) -> bool:
    """Tell whether a task waits for something else than the network."""
    return task.done() or not _PATIENT.isdisjoint(_steps(task))


def _steps(task: asyncio.Task[Any]) -> list[str]:
    """Return the names of the coroutines that wait for each other in a task."""
    awaited: Any = task.get_coro()
    names = []
    while code := getattr(awaited, "cr_code", None):
        names.append(code.co_qualname)
        awaited = awaited.cr_await
    return names or [""]
