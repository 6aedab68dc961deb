"""From the call of a service to the right state."""

import asyncio
import json
import sys
import time
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import (
    Event,
    EventStateChangedData,
    HomeAssistant,
    State,
    callback,
)
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_state_change_event

from custom_components.supermicro_redfish.const import DOMAIN
from tests.bench.errors import BenchError
from tests.bench.home_assistant.hass_instance import add, house, set_up, settle
from tests.bench.worker import Meter, difference

COMMANDS = {"identify LED": "light.identify_led", "fan mode": "select.fan_mode"}
_SECONDS = 30


def find(hass: HomeAssistant, entry: ConfigEntry, of: str) -> str | None:
    """Return the id of the entity `platform.key`, None if this board has none."""
    platform, _, key = of.partition(".")
    unique_id = f"{entry.unique_id}_{key}"
    return er.async_get(hass).async_get_entity_id(platform, DOMAIN, unique_id)


def shown(hass: HomeAssistant, entity_id: str) -> State:
    """Return what an entity shows."""
    state = hass.states.get(entity_id)
    if state is None:
        raise BenchError(f"{entity_id} has no state")
    return state


def change(state: State) -> tuple[str, dict[str, Any], str]:
    """Return the service that changes an entity, its data and what is right then."""
    if state.domain == "light":
        wanted = "off" if state.state == "on" else "on"
        return f"turn_{wanted}", {}, wanted
    options = state.attributes["options"]
    option = options[(options.index(state.state) + 1) % len(options)]
    return "select_option", {"option": option}, option


async def until(hass: HomeAssistant, entity_id: str, wanted: str) -> None:
    """Wait until an entity shows what it should."""
    right = asyncio.Event()

    @callback
    def look(_: Event[EventStateChangedData] | None = None) -> None:
        if shown(hass, entity_id).state == wanted:
            right.set()

    stop = async_track_state_change_event(hass, entity_id, look)
    look()
    async with asyncio.timeout(_SECONDS):
        await right.wait()
    stop()


async def command(hass: HomeAssistant, entity_id: str, meter: Meter) -> dict[str, Any]:
    """Change an entity, and wait until it shows the change."""
    service, data, wanted = change(shown(hass, entity_id))
    before = meter.read()
    began = time.perf_counter()
    await hass.services.async_call(
        entity_id.partition(".")[0],
        service,
        data,
        blocking=True,
        target={"entity_id": entity_id},
    )
    await until(hass, entity_id, wanted)
    wall = time.perf_counter() - began
    return {"wall": wall} | difference(before, meter.read())


async def run(job: dict[str, Any]) -> dict[str, Any]:
    """Give each command several times."""
    meter = Meter(job["control"])
    found = {}
    async with house() as hass:
        entry = add(hass, job["bmcs"][0])
        await set_up(hass, entry)
        await settle(hass)
        for name, of in COMMANDS.items():
            if entity_id := find(hass, entry, of):
                await command(hass, entity_id, meter)
                found[name] = [
                    await command(hass, entity_id, meter) for _ in range(job["times"])
                ]
    return found


if __name__ == "__main__":
    print(json.dumps(asyncio.run(run(json.loads(sys.argv[1])))))  # noqa: T201
