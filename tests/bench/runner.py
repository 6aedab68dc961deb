"""What all measurements share: the plan, the clients and their jobs."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
import sys
from typing import Any

from tests.simulator import Board

from .errors import BenchError
from .plan import Plan
from .processes import Conditions, simulated, work
from .stats import Spread

Times = list[dict[str, Any]]


@dataclass(frozen=True)
class Way:
    """How a client does a task, and in which column that is shown."""

    column: str
    client: str
    """Whose environment."""
    module: str
    name: str


TASK = (
    Way("ours", "ours", "supermicro", "dynamic"),
    Way("published", "published", "supermicro", "three"),
    Way("published_poll", "published", "supermicro", "dynamic"),
    Way("sushy", "sushy", "openstack", "three"),
    Way("dmtf", "dmtf", "dmtf", "three"),
    Way("bare", "ours", "aiohttp_only", "three"),
)
"""The dynamic refresh; the calls that are cheapest are named in the text."""

STATIC = (
    Way("ours", "ours", "supermicro", "static"),
    Way("published", "published", "supermicro", "static"),
    Way("sushy", "sushy", "openstack", "static"),
    Way("dmtf", "dmtf", "dmtf", "static"),
)


@dataclass(frozen=True)
class Bench:
    """One run."""

    plan: Plan
    environments: dict[str, Path]
    failures: list[str] = field(default_factory=list)
    """What a client could not do, in its own words."""

    async def one_by_one(
        self, ways: tuple[Way, ...], conditions: Conditions, *, cold: bool = False
    ) -> dict[str, Times]:
        """Let clients do a task against the same BMC; who cannot is left out."""
        async with simulated(conditions) as site:
            all_times = [await self._do(way, site, cold=cold) for way in ways]
        return self._sort(ways, all_times, conditions)

    async def together(
        self, ways: tuple[Way, ...], conditions: Conditions
    ) -> dict[str, Times]:
        """Let clients that mostly wait do a task at once, each with its own BMC."""

        async def one(way: Way) -> Times | str:
            async with simulated(conditions) as site:
                return await self._do(way, site, cold=False)

        return self._sort(ways, await asyncio.gather(*map(one, ways)), conditions)

    async def _do(self, way: Way, site: dict[str, Any], *, cold: bool) -> Times | str:
        """Let a client do a task; return why it cannot, if so."""
        job = {
            "host": site["bmcs"][0]["host"],
            "control": site["control"],
            "times": self.plan.polls,
            "client": way.client,
            "way": way.name,
            "cold": cold,
        }
        python = self.environments[way.client]
        try:
            found: Times = await work(python, f"clients.{way.module}", job)
        except BenchError as error:
            return str(error).strip().splitlines()[-1]
        return found

    def _sort(
        self,
        ways: tuple[Way, ...],
        all_times: list[Times | str],
        conditions: Conditions,
    ) -> dict[str, Times]:
        """Return by column what was measured, and take note of what was not."""
        found = {}
        for way, times in zip(ways, all_times, strict=True):
            if isinstance(times, str):
                board = board_name(conditions.board)
                self.failures.append(f"{way.column} on {board}: {times}")
            else:
                found[way.column] = times
        return found

    async def home(
        self, module: str, conditions: Conditions, **job: object
    ) -> dict[str, Any]:
        """Let a Home Assistant with the integration do a job."""
        async with simulated(conditions) as site:
            found: dict[str, Any] = await work(
                sys.executable, f"home_assistant.{module}", site | job
            )
            return found


def say(text: str) -> None:
    """Tell whoever waits how far it is."""
    sys.stderr.write(f"script/bench: {text}\n")


def spread(times: Times, key: str | Callable[[dict[str, Any]], float]) -> Spread:
    """Sum up one figure of several times."""
    if callable(key):
        return Spread.of(key(one) for one in times)
    return Spread.of(one[key] for one in times)


def etag_modes(board: str) -> dict[str, bool]:
    """Return with and without ETags, by what that is called; old boards have none."""
    if Board.load(board).has_etags:
        return {"ETags on": True, "ETags off": False}
    return {"no ETags": True}


def board_name(board: str) -> str:
    """Return the name of a board without its folder."""
    return Path(board).name
