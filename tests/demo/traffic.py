"""Count the requests to the simulated BMC by their cause."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
import re

from tests.simulator import Bmc, Exchange

from .api import HomeAssistantApi
from .configuration import REQUESTS
from .console import print_progress
from .inventory import Entity

_QUIET_SECONDS = 0.4
_MAX_CHECKS = 100
"""Limit of checks for quiet; a request that its client gave up never completes."""
_COOLDOWN_SECONDS = 11
"""Home Assistant refreshes a coordinator at most once within ten seconds."""
_ATTEMPTS = 3

_LOGOUT = re.compile(r"DELETE .*/SessionService/Sessions/[^/]+")
_MEASURED = ("temperature", "power", "voltage")
_PLATFORMS = {
    "dynamic": ("sensor", "light"),
    "static": ("select", "switch", "button"),
}


class TrafficCounter:
    """Counter of the requests to a simulated BMC."""

    def __init__(self, bmc: Bmc) -> None:
        """Initialize with a BMC."""
        self._bmc = bmc

    async def _requests(self) -> list[str]:
        """Wait until all requests are complete and return them."""
        for _ in range(_MAX_CHECKS):
            before = len(self._bmc.requests)
            await asyncio.sleep(_QUIET_SECONDS)
            exchanges = self._bmc.requests
            if len(exchanges) == before and all(map(_is_complete, exchanges)):
                break
        return [f"{item.method} {item.path}" for item in exchanges]

    async def count_setup(self) -> dict[str, int]:
        """Count the requests of the config flow and those of the entry's set-up.

        The config flow ends with the logout of its session.
        """
        requests = await self._requests()
        logouts = [n for n, item in enumerate(requests, 1) if _LOGOUT.fullmatch(item)]
        config_flow = logouts[-1] if logouts else len(requests)
        return {"config_flow": config_flow, "setup": len(requests) - config_flow}

    async def count_polls(
        self, api: HomeAssistantApi, entities: Sequence[Entity]
    ) -> dict[str, int | None]:
        """Count the requests of a poll of each cadence.

        The count is None if the board has no entity of that cadence.
        """
        counts: dict[str, int | None] = {}
        polled: list[str] = []
        for cadence in _PLATFORMS:
            entity = find_polled_entity(cadence, entities)
            if entity is None:
                print_progress(f"This board has no entity for a {cadence} poll")
            else:
                polled = await self._poll(api, entity, polled)
            counts[f"{cadence}_poll"] = len(polled) if entity else None
        return counts

    async def _poll(
        self, api: HomeAssistantApi, entity: Entity, others: Sequence[str]
    ) -> list[str]:
        """Update an entity and return the requests of this poll alone.

        The coordinators also poll on their own schedule. If such a poll coincides with
        this one, the update is repeated.
        """
        for _ in range(_ATTEMPTS):
            before = len(await self._requests())
            target = {"entity_id": entity.entity_id}
            await api.post("api/services/homeassistant/update_entity", target)
            requests = (await self._requests())[before:]
            if is_single_poll(requests, others):
                break
            await asyncio.sleep(_COOLDOWN_SECONDS)
        return requests


def find_polled_entity(cadence: str, entities: Sequence[Entity]) -> Entity | None:
    """Return an entity that a poll of a cadence updates, or None."""
    platforms = _PLATFORMS[cadence]
    candidates = [
        entity
        for entity in entities
        if not entity.disabled
        and entity.platform in platforms
        and (entity.platform != "sensor" or entity.device_class in _MEASURED)
    ]
    return min(candidates, key=lambda e: platforms.index(e.platform), default=None)


def is_single_poll(requests: Sequence[str], others: Sequence[str]) -> bool:
    """Return whether requests belong to one poll, without those of another one."""
    is_mixed = bool(others) and set(others) <= set(requests)
    return bool(requests) and len(set(requests)) == len(requests) and not is_mixed


def write_request_log(bmc: Bmc, folder: Path) -> None:
    """Write a log with one request per line."""
    lines = (
        f"{item.status} {item.seconds * 1000:5.0f} ms  {item.method} {item.path}\n"
        for item in bmc.requests
    )
    (folder / REQUESTS).write_text("".join(lines))


def _is_complete(exchange: Exchange) -> bool:
    """Return whether a request has a response."""
    return exchange.status != 0
