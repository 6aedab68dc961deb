"""Days of troubles, one after the other and sometimes two at once."""

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

from custom_components.supermicro_redfish.aiosupermicro import Certificate as Model
from tests.scenario.virtual_time import START, Clock, Timeline, going_by
from tests.simulator.certificate import Certificate, process_certificate

from .environment import CERTIFICATES, SoakError, World, world
from .faults import TROUBLES, Trouble
from .footprint import Footprint

DAY = 86400.0
_LOOK_SECONDS = 10.0
_QUIET_SECONDS = 1200.0
_BETWEEN_SECONDS = 4.0
"""More than any answer takes when nothing is wrong, less than two polls are apart."""
_MOST_AT_ONCE = 2


class Soak:
    """Lets days pass in a world, and tells of them."""

    def __init__(
        self, world: World, loop: Timeline, kinds: Mapping[Trouble, int]
    ) -> None:
        """Begin with the entry set up; troubles come by their weight."""
        self._world = world
        self._loop = loop
        self._kinds = kinds
        self._troubles: set[asyncio.Task[None]] = set()
        self._first: Footprint | None = None
        self._said = 0
        self._told: Counter[str] = Counter()
        self._began = freezegun.api.real_monotonic()

    async def live(self, seconds: float) -> None:
        """Let time pass, with all that may happen in it, and unload the entry."""
        if abs((dt_util.utcnow() - START).total_seconds()) > DAY:
            raise SoakError("Home Assistant's own clock is another one")
        routines = [
            asyncio.create_task(self._watch(), name="watch"),
            asyncio.create_task(self._move(), name="move"),
        ]
        days = asyncio.create_task(self._live(seconds), name="days")
        try:
            await asyncio.wait([days, *routines], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (*routines, days, *self._troubles):
                if not task.done():
                    task.cancel()
            await asyncio.gather(
                *routines, days, *self._troubles, return_exceptions=True
            )
        for task in (*routines, days):
            if not task.cancelled() and (error := task.exception()):
                raise error
        await self._unload()

    async def _live(self, seconds: float) -> None:
        """Live day after day."""
        elapsed = 0.0
        while elapsed < seconds:
            length = min(DAY, seconds - elapsed)
            elapsed += length
            await self._suffer(self._world.clock.now + length)
            await self._rest()
            self._report(elapsed)

    async def _suffer(self, until: float) -> None:
        """Let troubles begin at random, as long as it is day."""
        world = self._world
        kinds, weights = list(self._kinds), list(self._kinds.values())
        while world.clock.now < until:
            await asyncio.sleep(world.random.expovariate(1 / _QUIET_SECONDS))
            if len(self._troubles) < _MOST_AT_ONCE:
                (trouble,) = world.random.choices(kinds, weights)
                task = asyncio.create_task(self._have(trouble))
                self._troubles.add(task)
                task.add_done_callback(self._troubles.discard)

    async def _have(self, trouble: Trouble) -> None:
        """Have a trouble from its beginning to its end."""
        world = self._world
        world.active += 1
        world.tally[trouble.__name__] += 1
        world.tell(trouble.__name__)
        try:
            await trouble(world)
        except Exception as error:  # noqa: BLE001 - the soak has to fail by it
            world.complaints.append(f"{trouble.__name__} ended in {error!r}")
        finally:
            world.active -= 1
            if not world.active:
                world.bmc.heal()

    async def _rest(self) -> None:
        """Wait until nothing is wrong any more and all has recovered."""
        world = self._world
        while self._troubles:
            await asyncio.wait(self._troubles)
        await asyncio.sleep(world.told.recovery(is_often=False) + 700)
        sent = -1
        while sent != world.conduct.count["requests"]:
            sent = world.conduct.count["requests"]
            await asyncio.sleep(_BETWEEN_SECONDS)
        world.check_log()

    async def _watch(self) -> None:
        """Look at everything all the time."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            self._world.check()
            self._world.bmc.requests.clear()

    async def _move(self) -> None:
        """Let the readings move."""
        while True:
            await asyncio.sleep(self._world.random.uniform(4, 20))
            self._world.nature.move()

    def _report(self, elapsed: float) -> None:
        """Tell of a day, and compare what it left with what the first one did."""
        world = self._world
        world.told.forget(DAY)
        now = Footprint.take(self._loop)
        if self._first is None:
            self._first = now
        for text in now.growth(self._first):
            world.complain(f"Not flat: {text}")
        count = world.conduct.count
        today, self._told = count - self._told, Counter(count)
        troubles, world.tally = world.tally, Counter()
        kinds = ", ".join(f"{kind} {n}" for kind, n in troubles.most_common())
        say(
            f"day {elapsed / DAY:.2f}: {troubles.total()} troubles ({kinds}); "
            f"{today['polls']} polls, {today['requests']} requests, "
            f"{today['logins']} logins, {world.conduct.peak} at once at most; {now}; "
            f"{len(world.complaints)} violations, "
            f"{freezegun.api.real_monotonic() - self._began:.0f} s"
        )
        for text in world.complaints[self._said :]:
            say(f"violation: {text}")
        self._said = len(world.complaints)

    async def _unload(self) -> None:
        """Unload the entry: nothing of it may be left, here or at the BMC."""
        world, there = self._world, self._world.home
        with world.conduct.user():
            await there.hass.config_entries.async_unload(there.entry.entry_id)
            await there.hass.async_block_till_done()
            await asyncio.sleep(1)
        if left := Footprint.take(self._loop).ours:
            world.complain(f"Left after unloading: {dict(left)}")
        if world.conduct.open_sessions:
            world.complain("A session is left after unloading")
        sent = world.conduct.count["requests"]
        await asyncio.sleep(3600)
        if world.conduct.count["requests"] != sent:
            world.complain("Requests were sent after unloading")


def say(text: str) -> None:
    """Tell something at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


@cache
def _other_certificate() -> Certificate:
    """Return another certificate than the usual one, made once."""
    return Certificate.generate()


@contextmanager
def _only_new_objects() -> Iterator[None]:
    """Leave what was there before out of what is cleaned up and counted."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def run(
    seconds: float, seed: int, troubles: Mapping[Trouble, int] = TROUBLES
) -> list[str]:
    """Live for some simulated seconds; return what was not as it has to be."""
    # While time is left out, moments are of another class than models name.
    Model.from_dict({})
    CERTIFICATES[:] = [process_certificate(), _other_certificate()]
    random.seed(seed)
    clock = Clock()
    complaints: list[str] = []

    async def live() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, Timeline)
        chance = Random(seed)  # noqa: S311 - it has to be repeatable
        async with world(clock, chance) as new:
            traits = (f"{name} {value}" for name, value in new.traits.items())
            say(f"the BMC: {', '.join(traits)}")
            try:
                await Soak(new, loop, troubles).live(seconds)
            except SoakError as error:
                new.complaints.append(str(error))
            finally:
                complaints.extend(new.complaints)

    with (
        _only_new_objects(),
        going_by(clock),
        asyncio.Runner(loop_factory=lambda: Timeline(clock)) as runner,
    ):
        runner.run(live())
    return complaints
