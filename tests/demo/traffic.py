"""What reaches the simulated BMC, and how much of it is whose."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
import re

from tests.simulator import Bmc, Exchange

from .api import Page
from .configuration import REQUESTS
from .inventory import Entity

_QUIET_SECONDS = 0.4
_PATIENCE = 100
"""How often to look for quiet; a request that was given up is never over."""
_COOLDOWN_SECONDS = 11
"""Home Assistant does not refresh a coordinator twice within ten seconds."""
_ATTEMPTS = 3

_LOGOUT = re.compile(r"DELETE .*/SessionService/Sessions/[^/]+")
_MEASURED = ("temperature", "power", "voltage")
_PLATFORMS = {
    "dynamic": ("sensor", "light"),
    "static": ("select", "switch", "button"),
}


class Traffic:
    """The requests that the simulated BMC was sent."""

    def __init__(self, bmc: Bmc) -> None:
        """Look at a BMC."""
        self._bmc = bmc

    async def requests(self) -> list[str]:
        """Wait until nothing is asked any more, and return all that was."""
        for _ in range(_PATIENCE):
            before = len(self._bmc.requests)
            await asyncio.sleep(_QUIET_SECONDS)
            exchanges = self._bmc.requests
            if len(exchanges) == before and all(map(_is_over, exchanges)):
                break
        return [f"{item.method} {item.path}" for item in exchanges]

    async def set_up(self) -> dict[str, int]:
        """Count the requests of the dialogue, and those of the entry's set-up.

        The dialogue is over when it gives its session back.
        """
        requests = await self.requests()
        logouts = [n for n, item in enumerate(requests, 1) if _LOGOUT.fullmatch(item)]
        dialogue = logouts[-1] if logouts else len(requests)
        return {"dialogue": dialogue, "setup": len(requests) - dialogue}

    async def polls(
        self, page: Page, entities: Sequence[Entity], say: Callable[[str], None]
    ) -> dict[str, int | None]:
        """Count the requests of a poll of either cadence, None where there is none."""
        counts: dict[str, int | None] = {}
        polled: list[str] = []
        for cadence in _PLATFORMS:
            entity = entity_of(cadence, entities)
            if entity is None:
                say(f"No entity of this board can be asked for a {cadence} poll")
            else:
                polled = await self._poll(page, entity, polled)
            counts[f"{cadence}_poll"] = len(polled) if entity else None
        return counts

    async def _poll(
        self, page: Page, entity: Entity, others: Sequence[str]
    ) -> list[str]:
        """Return the requests by which an entity is updated, and no others.

        Both coordinators poll by themselves, too: when such a poll falls together
        with this one, it is done again.
        """
        for _ in range(_ATTEMPTS):
            before = len(await self.requests())
            target = {"entity_id": entity.entity_id}
            await page.post("api/services/homeassistant/update_entity", target)
            requests = (await self.requests())[before:]
            if is_one_poll(requests, others):
                break
            await asyncio.sleep(_COOLDOWN_SECONDS)
        return requests


def entity_of(cadence: str, entities: Sequence[Entity]) -> Entity | None:
    """Return an entity whose update is a poll of that cadence, if there is one."""
    platforms = _PLATFORMS[cadence]
    candidates = [
        entity
        for entity in entities
        if not entity.disabled
        and entity.platform in platforms
        and (entity.platform != "sensor" or entity.device_class in _MEASURED)
    ]
    return min(candidates, key=lambda e: platforms.index(e.platform), default=None)


def is_one_poll(requests: Sequence[str], others: Sequence[str]) -> bool:
    """Tell whether requests can be those of one poll and not of another one, too."""
    is_mixed = bool(others) and set(others) <= set(requests)
    return bool(requests) and len(set(requests)) == len(requests) and not is_mixed


def write_requests(bmc: Bmc, folder: Path) -> None:
    """Write a log of all requests, one a line."""
    lines = (
        f"{item.status} {item.seconds * 1000:5.0f} ms  {item.method} {item.path}\n"
        for item in bmc.requests
    )
    (folder / REQUESTS).write_text("".join(lines))


def _is_over(exchange: Exchange) -> bool:
    """Tell whether a request was answered."""
    return exchange.status != 0
