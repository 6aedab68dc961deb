"""Run an environment for days, with one or two random faults at a time."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
import gc
import random
from random import Random
import sys

import freezegun.api
from homeassistant.util import dt as dt_util

from tests.scenario.virtual_time import (
    START,
    VirtualClock,
    VirtualTimeLoop,
    run_in_virtual_time,
)
from tests.simulator.certificate import Certificate

from .boards import BOARDS, SoakBoard
from .environment import Environment, SoakError, probe_fans, run_environment
from .faults import FAULTS, SoakFault
from .footprint import Footprint

DAY = 86400.0
_CHECK_SECONDS = 10.0
_MEAN_PAUSE_SECONDS = 1200.0
_RECOVERY_SECONDS = 700
_QUIET_SECONDS = 4.0
"""Seconds longer than any response without faults, shorter than an interval."""
_MAX_FAULTS = 2


class Soak:
    """Inject faults into an environment and report each day."""

    def __init__(
        self,
        environment: Environment,
        loop: VirtualTimeLoop,
        faults: Mapping[SoakFault, int],
    ) -> None:
        """Begin with a loaded entry; `faults` gives the frequency of each fault."""
        self._env = environment
        self._loop = loop
        self._weights = faults
        self._running: set[asyncio.Task[None]] = set()
        self._first: Footprint | None = None
        self._printed = 0
        self._counted: Counter[str] = Counter()
        self._began = freezegun.api.real_monotonic()

    async def run(self, seconds: float) -> None:
        """Inject faults and check all states for some seconds, then unload."""
        if abs((dt_util.utcnow() - START).total_seconds()) > DAY:
            raise SoakError("Home Assistant does not use the virtual time")
        routines = [
            asyncio.create_task(self._check_states(), name="check"),
            asyncio.create_task(self._change_readings(), name="workload"),
        ]
        days = asyncio.create_task(self._run_days(seconds), name="days")
        try:
            await asyncio.wait([days, *routines], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (*routines, days, *self._running):
                if not task.done():
                    task.cancel()
            await asyncio.gather(
                *routines, days, *self._running, return_exceptions=True
            )
        for task in (*routines, days):
            if not task.cancelled() and (error := task.exception()):
                raise error
        await self._check_unload()

    async def _run_days(self, seconds: float) -> None:
        """Run for the given time, day after day."""
        elapsed = 0.0
        while elapsed < seconds:
            length = min(DAY, seconds - elapsed)
            elapsed += length
            await self._inject_faults(self._env.clock.now + length)
            await self._wait_for_recovery()
            self._report(elapsed)

    async def _inject_faults(self, until: float) -> None:
        """Start random faults until the end of the day."""
        env = self._env
        faults, weights = list(self._weights), list(self._weights.values())
        while env.clock.now < until:
            await asyncio.sleep(env.random.expovariate(1 / _MEAN_PAUSE_SECONDS))
            if len(self._running) < _MAX_FAULTS:
                (fault,) = env.random.choices(faults, weights)
                task = asyncio.create_task(self._inject(fault))
                self._running.add(task)
                task.add_done_callback(self._running.discard)

    async def _inject(self, fault: SoakFault) -> None:
        """Run one fault from its injection to its recovery."""
        env, name = self._env, fault.__name__
        env.active_faults += 1
        env.injected[name] += 1
        env.note(name)
        try:
            await fault(env)
        except Exception as error:  # noqa: BLE001 - it fails the soak
            env.violations.append(f"{name} failed with {error!r}")
        finally:
            env.active_faults -= 1
            if not env.active_faults:
                env.bmc.heal()

    async def _wait_for_recovery(self) -> None:
        """Wait until all faults have ended and all states have recovered."""
        env = self._env
        while self._running:
            await asyncio.wait(self._running)
        recovery = env.expected.recovery_seconds(is_dynamic=False)
        await asyncio.sleep(recovery + _RECOVERY_SECONDS)
        sent = -1
        while sent != env.traffic.count["requests"]:
            sent = env.traffic.count["requests"]
            await asyncio.sleep(_QUIET_SECONDS)
        env.check_log()

    async def _check_states(self) -> None:
        """Check all states periodically."""
        while True:
            await asyncio.sleep(_CHECK_SECONDS)
            self._env.check()
            self._env.bmc.requests.clear()

    async def _change_readings(self) -> None:
        """Change readings at random intervals."""
        while True:
            await asyncio.sleep(self._env.random.uniform(4, 20))
            self._env.workload.change_readings()

    def _report(self, elapsed: float) -> None:
        """Print a summary of the day, and compare the footprint with the first day."""
        env, traffic = self._env, self._env.traffic
        env.expected.forget(DAY)
        cached = env.cached_resources
        now = Footprint.measure(self._loop, cached)
        env.check_cache(cached)
        if self._first is None:
            self._first = now
        for text in now.growth(self._first):
            env.report_violation(f"Footprint grew: {text}")
        today, self._counted = traffic.count - self._counted, Counter(traffic.count)
        injected, env.injected = env.injected, Counter()
        faults = ", ".join(f"{name} {n}" for name, n in injected.most_common())
        write_line(
            f"{env.name}, day {elapsed / DAY:.2f}: "
            f"{injected.total()} faults ({faults}); "
            f"{today['polls']} polls, {today['requests']} requests, "
            f"{today['logins']} logins, at most {traffic.peak} in parallel; {now}, "
            f"{len(cached)} cached resources; "
            f"{len(env.violations)} violations, "
            f"{freezegun.api.real_monotonic() - self._began:.0f} s"
        )
        for text in env.violations[self._printed :]:
            write_line(f"{env.name}, violation: {text}")
        self._printed = len(env.violations)

    async def _check_unload(self) -> None:
        """Unload the entry; check for remaining tasks and sessions."""
        env = self._env
        with env.traffic.user_action():
            await env.instance.unload()
            await asyncio.sleep(1)
        if left := Footprint.measure(self._loop).ours:
            env.report_violation(f"Left after unloading: {dict(left)}")
        if env.traffic.open_sessions:
            env.report_violation("A session is left after unloading")
        sent = env.traffic.count["requests"]
        await asyncio.sleep(3600)
        if env.traffic.count["requests"] != sent:
            env.report_violation("Requests were sent after unloading")


async def _report_fans(env: Environment) -> None:
    """Print whether fan curves run; the probe may reject a board."""
    if not env.board.is_calibrated:
        write_line(f"{env.name}: fan curves run in python -m tests.soak.fan_control")
    elif reason := await probe_fans(env):
        write_line(f"{env.name}: no fan curves, as the probe refuses them: {reason}")
    else:
        env.report_violation("The fan control is not refused")


def write_line(text: str) -> None:
    """Write a line of the report without delay."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


@cache
def _other_certificate() -> Certificate:
    """Generate a second certificate once."""
    return Certificate.generate()


@contextmanager
def _only_new_objects() -> Iterator[None]:
    """Exclude all existing objects from garbage collection and from the footprint."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def run(
    seconds: float,
    seed: int,
    faults: Mapping[SoakFault, int] = FAULTS,
    board: SoakBoard = BOARDS["x12"],
) -> list[str]:
    """Run a soak for some simulated seconds and return all violations."""
    faults = {
        fault: weight
        for fault, weight in faults.items()
        if fault.__name__ not in board.without
    }
    other_certificate = _other_certificate()
    random.seed(seed)
    clock = VirtualClock()
    violations: list[str] = []

    async def run_soak() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualTimeLoop)
        source = Random(seed)  # noqa: S311 - a run has to be repeatable
        async with run_environment(clock, source, other_certificate, board) as env:
            traits = (f"{name} {value}" for name, value in env.traits.items())
            write_line(f"{env.name}: {', '.join(traits)}")
            await _report_fans(env)
            try:
                await Soak(env, loop, faults).run(seconds)
            except SoakError as error:
                env.violations.append(str(error))
            finally:
                violations.extend(env.violations)

    with run_in_virtual_time(clock) as runner, _only_new_objects():
        runner.run(run_soak())
    return violations
