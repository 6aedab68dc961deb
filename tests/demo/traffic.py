"""Count the requests to the simulated BMC by their cause."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
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
_MEASURED = ("power", "voltage", "temperature")
"""Device classes of sensors with dynamic data; temperatures of drives are static."""
_STATIC_PLATFORMS = ("binary_sensor", "select", "switch", "button", "event")
"""Platforms of which some entities have static data, and others dynamic data."""


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
        enabled = [entity for entity in entities if not entity.disabled]
        dynamic = await self._poll(api, find_dynamic(enabled), [])
        static = await self._poll(api, find_static(enabled), dynamic)
        for cadence, polled in (("dynamic", dynamic), ("static", static)):
            if not polled:
                print_progress(f"This board has no entity for a {cadence} poll")
        return {
            "dynamic_poll": len(dynamic) or None,
            "static_poll": len(static) or None,
        }

    async def _poll(
        self, api: HomeAssistantApi, entities: Sequence[Entity], others: Sequence[str]
    ) -> list[str]:
        """Update entities and return the requests of this poll alone.

        The coordinators also poll on their own schedule. If such a poll coincides with
        this one, the update is repeated.
        """
        requests: list[str] = []
        for _ in range(_ATTEMPTS if entities else 0):
            before = len(await self._requests())
            target = {"entity_id": [entity.entity_id for entity in entities]}
            await api.post("api/services/homeassistant/update_entity", target)
            requests = without_poll((await self._requests())[before:], others)
            if requests and len(set(requests)) == len(requests):
                break
            await asyncio.sleep(_COOLDOWN_SECONDS)
        return requests


def find_dynamic(entities: Iterable[Entity]) -> list[Entity]:
    """Return one entity with dynamic data, an empty list if there is none."""
    lights = [entity for entity in entities if entity.platform == "light"]
    sensors = [
        entity
        for device_class in _MEASURED
        for entity in entities
        if entity.platform == "sensor" and entity.device_class == device_class
    ]
    return [*sensors, *lights][:1]


def find_static(entities: Iterable[Entity]) -> list[Entity]:
    """Return the entities that include all with static data, and some with dynamic."""
    return [entity for entity in entities if entity.platform in _STATIC_PLATFORMS]


def without_poll(requests: Sequence[str], poll: Sequence[str]) -> list[str]:
    """Return requests without those of another poll, if they include all of these.

    Both polls may read the same resource.
    """
    rest = Counter(requests) - Counter(poll)
    return list(rest.elements()) if set(poll) <= set(requests) else list(requests)


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
