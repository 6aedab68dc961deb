"""Run fan curves for days in virtual time, with changing load and random faults."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from functools import partial
import itertools
from pathlib import Path
from random import Random
import shutil

from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component

from custom_components.supermicro_redfish.fan_control.controller import FanController
from tests.integration.conftest import load_board
from tests.integration.fan_control.fans import ZONE_1, ZONE_2, fan_options
from tests.integration.paths import THERMAL
from tests.integration.repair_flow import fix_issue, open_issues
from tests.scenario.hass_instance import HassInstance, run_home_assistant
from tests.scenario.network import Network
from tests.scenario.virtual_time import VirtualClock, run_in_virtual_time
from tests.simulator import Bmc, serve
from tests.simulator.cooling import Cooling
from tests.simulator.ipmi import IpmiServer, serve_ipmi

from .soak import write_line

DAY = 86400.0
_BLUEPRINTS = Path(__file__).parents[2] / "blueprints/automation/supermicro_redfish"
_MARGIN = 5.0
"""Distance in degrees that temperatures keep to their critical limits."""
_MAX_PUMPING_POLLS = 3
_POLL = 30.0
_MEAN_PAUSE = 2400.0
"""Mean seconds between two faults."""
_MIN_CHANGE = 60.0
"""Minimum seconds between a change of the mode and taking control."""
_CONFIRM_SECONDS = 600.0
"""Seconds until the user confirms an issue."""
_SENSORS = ("CPU Temp", "System Temp")


@dataclass
class FanWeek:
    """A Home Assistant with two fan curves, and a BMC with faults."""

    instance: HassInstance
    bmc: Bmc
    ipmi: IpmiServer
    random: Random
    clock: VirtualClock
    violations: list[str] = field(default_factory=list)
    faults: int = 0
    trips: int = 0
    hottest: float = 0.0
    """Highest temperature of the processor, in degrees Celsius."""
    controlled: int = 0
    """Polls in which Home Assistant held the fans."""
    polls: int = 0
    _history: deque[str] = field(default_factory=lambda: deque(maxlen=4), init=False)

    def __str__(self) -> str:
        """Return a summary."""
        return (
            f"{self.polls * _POLL / DAY:.2f} days: {self.faults} faults, "
            f"{self.trips} trips, {len(self.cooling.mode_writes)} mode writes, "
            f"in control in {self.controlled} of {self.polls} polls, "
            f"{len(self.violations)} violations"
        )

    @property
    def cooling(self) -> Cooling:
        """The simulated fans and temperatures."""
        return self.ipmi.cooling

    @property
    def controller(self) -> FanController | None:
        """The controller of the loaded entry."""
        data = getattr(self.instance.entry, "runtime_data", None)
        return data.fan_controller if data else None

    async def run(self, seconds: float, *, has_faults: bool) -> None:
        """Run for some seconds, then end the control."""
        routines = [self._change_load(), self._confirm()]
        if has_faults:
            routines.append(self._inject_faults())
        tasks = [asyncio.create_task(routine) for routine in routines]
        try:
            await self._check(self.clock.now + seconds)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        self.ipmi.is_silent, self.ipmi.loss = False, 0.0
        self.bmc.heal()
        await asyncio.sleep(10 * _POLL)
        await self.instance.hass.services.async_call(
            "automation", "turn_off", {"entity_id": "all"}, blocking=True
        )
        await self.instance.unload()
        if self.bmc.fan_mode == "FullSpeed" and min(self.cooling.duties.values()) < 100:
            self._report("The fans were not given back at the end")

    def _report(self, text: str) -> None:
        """Record a violation, with the faults before it."""
        faults = ", ".join(self._history)
        time = f"{self.clock.elapsed / 3600:.2f} h"
        self.violations.append(f"{time}: {text}\n    after: {faults}")

    async def _check(self, until: float) -> None:
        """Check temperatures and pumping with each poll, and mode changes."""
        pumping, checked = 0, 1
        while self.clock.now < until:
            await asyncio.sleep(_POLL)
            self.bmc.scheduler.run_due()
            self.bmc.requests.clear()
            self.ipmi.commands.clear()
            is_ours = bool(self.controller and self.controller.data.in_control)
            self.polls += 1
            if not self.polls * _POLL % (DAY / 8):
                write_line(str(self))
            self.controlled += is_ours
            self.hottest = max(self.hottest, self.cooling.celsius(_SENSORS[0]))
            for item in self.cooling._temperatures:
                limit = (item.critical or 1000) - _MARGIN
                if is_ours and item.celsius > limit:
                    self._report(f"{item.name} is at {item.celsius:.1f} °C")
            pumping = pumping + 1 if is_ours and self.cooling.is_boosted else 0
            if pumping > _MAX_PUMPING_POLLS:
                self._report(f"The fans pump at {self.cooling.duties}")
            checked = self._check_mode_writes(checked)

    def _check_mode_writes(self, first: int) -> int:
        """Check the writes of the mode from a position on, and return their number."""
        writes = self.cooling.mode_writes
        for (before, former), (now, mode) in itertools.pairwise(writes[first - 1 :]):
            is_taken = mode == "FullSpeed"  # the guard does not wait
            if is_taken and now - before < _MIN_CHANGE:
                self._report(f"{mode} was written {now - before:.0f} s after {former}")
        return max(first, len(writes))

    async def _change_load(self) -> None:
        """Change the load every few minutes, and the air once in a while."""
        while True:
            self.cooling.load = self.random.choice((0.2, 0.6, 1.0, 1.5, 2.2))
            self.cooling.ambient = self.random.uniform(18, 30)
            await asyncio.sleep(self.random.uniform(120, 1800))

    async def _confirm(self) -> None:
        """Confirm each issue that ends the control."""
        while True:
            await asyncio.sleep(_CONFIRM_SECONDS)
            for issue in open_issues(self.instance.hass):
                if issue.is_fixable:
                    self.trips += 1
                    with suppress(HomeAssistantError, AssertionError):
                        await fix_issue(self.instance.hass, issue)

    async def _inject_faults(self) -> None:
        """Cause random faults in a loop."""
        kinds: list[Callable[[], Awaitable[None]]] = [
            self._silence,
            self._lose_packets,
            self._fail_redfish,
            self._restart,
            self._overwrite_duty,
            self._change_mode,
            self._reload,
            self._cycle_power,
        ]
        while True:
            await asyncio.sleep(self.random.expovariate(1 / _MEAN_PAUSE))
            self.faults += 1
            inject = self.random.choice(kinds)
            hours = self.clock.elapsed / 3600
            self._history.append(f"{hours:.2f} h {inject.__name__.lstrip('_')}")
            await inject()

    async def _silence(self) -> None:
        """Stop the responses of IPMI for a while."""
        self.ipmi.is_silent = True
        await asyncio.sleep(self.random.uniform(5, 300))
        self.ipmi.is_silent = False

    async def _lose_packets(self) -> None:
        """Lose packets of IPMI."""
        self.ipmi.loss = self.random.choice((0.1, 0.5))
        await asyncio.sleep(self.random.uniform(60, 1200))
        self.ipmi.loss = 0.0

    async def _fail_redfish(self) -> None:
        """Make the reads of temperatures over Redfish fail."""
        self.bmc.fail(THERMAL, status=503)
        await asyncio.sleep(self.random.uniform(30, 300))
        self.bmc.heal()

    async def _restart(self) -> None:
        """Restart the BMC."""
        self.bmc.restart(self.random.uniform(30, 120))
        await asyncio.sleep(300)

    async def _overwrite_duty(self) -> None:
        """Write a duty as another program does."""
        self.cooling.set_duty(self.random.randint(0, 1), self.random.randint(5, 100))

    async def _change_mode(self) -> None:
        """Write a mode as another program does."""
        store = self.bmc.store.first_of("FanMode")
        store["Mode"] = self.random.choice(("Optimal", "Standard"))
        await asyncio.sleep(120)

    async def _reload(self) -> None:
        """Reload the entry."""
        await self.instance.reload()

    async def _cycle_power(self) -> None:
        """Switch the host off, and on again."""
        self.bmc.power("ForceOff")
        await asyncio.sleep(self.random.uniform(60, 600))
        self.bmc.power("On")
        await asyncio.sleep(180)


async def _start_curves(instance: HassInstance) -> None:
    """Start an automation for each zone."""
    hass = instance.hass
    folder = Path(hass.config.config_dir) / "blueprints/automation/supermicro_redfish"
    await hass.async_add_executor_job(partial(shutil.copytree, _BLUEPRINTS, folder))
    sensors = [instance.find(f"sensor.temperature_{name}") for name in _SENSORS]
    path = "supermicro_redfish/fan_curve.yaml"
    automations = [
        {
            "alias": zone,
            "use_blueprint": {
                "path": path,
                "input": {"sensors": sensors, "zone": instance.find(zone), "floor": 15},
            },
        }
        for zone in (ZONE_1, ZONE_2)
    ]
    assert await async_setup_component(hass, "homeassistant", {})
    assert await async_setup_component(hass, "automation", {"automation": automations})
    await hass.async_start()


def run(seconds: float, seed: int, *, has_faults: bool = True) -> FanWeek:
    """Run for some simulated seconds."""
    clock, weeks = VirtualClock(), []

    async def simulate() -> None:
        bmc = Bmc(load_board("x12spi-tf"), clock=clock, task_seconds=0)
        loop = asyncio.get_running_loop()
        async with AsyncExitStack() as stack:
            stack.enter_context(Network(loop).installed())
            server = await stack.enter_async_context(serve(bmc))
            ipmi = await stack.enter_async_context(serve_ipmi(bmc, seed=seed))
            instance = await stack.enter_async_context(run_home_assistant())
            entry = instance.create_entry(bmc, server)
            options = fan_options(ipmi, floor=12)
            instance.hass.config_entries.async_update_entry(entry, options=options)
            await instance.set_up()
            await _start_curves(instance)
            source = Random(seed)  # noqa: S311 - a run has to be repeatable
            week = FanWeek(instance, bmc, ipmi, source, clock)
            weeks.append(week)
            await week.run(seconds, has_faults=has_faults)

    with run_in_virtual_time(clock) as runner:
        runner.run(simulate())
    return weeks[0]
