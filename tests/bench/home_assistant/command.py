"""Measure commands, from the service call to the new state."""

import asyncio
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
from tests.bench.home_assistant.hass_instance import (
    add_entry,
    hass_instance,
    set_up_entry,
    wait_until_idle,
)
from tests.bench.processes import BenchError
from tests.bench.worker import BmcControl, difference, main

COMMANDS = {"identify LED": "light.identify_led", "fan mode": "select.fan_mode"}
"""Platform and key of the entity for each command."""

_TIMEOUT_SECONDS = 30


def find_entity(hass: HomeAssistant, entry: ConfigEntry, path: str) -> str | None:
    """Return the id of an entity by `platform.key`, or None if it is missing."""
    platform, _, key = path.partition(".")
    unique_id = f"{entry.unique_id}_{key}"
    return er.async_get(hass).async_get_entity_id(platform, DOMAIN, unique_id)


def current_state(hass: HomeAssistant, entity_id: str) -> State:
    """Return the state of an entity."""
    state = hass.states.get(entity_id)
    if state is None:
        raise BenchError(f"{entity_id} has no state")
    return state


def choose_command(state: State) -> tuple[str, dict[str, Any], str]:
    """Return a service that changes an entity, its data and the expected state."""
    if state.domain == "light":
        expected = "off" if state.state == "on" else "on"
        return f"turn_{expected}", {}, expected
    options = state.attributes["options"]
    option = options[(options.index(state.state) + 1) % len(options)]
    return "select_option", {"option": option}, option


async def wait_for_state(hass: HomeAssistant, entity_id: str, expected: str) -> None:
    """Wait until an entity has a state."""
    reached = asyncio.Event()

    @callback
    def check(_: Event[EventStateChangedData] | None = None) -> None:
        if current_state(hass, entity_id).state == expected:
            reached.set()

    stop = async_track_state_change_event(hass, entity_id, check)
    check()
    async with asyncio.timeout(_TIMEOUT_SECONDS):
        await reached.wait()
    stop()


async def send_command(
    hass: HomeAssistant, entity_id: str, control: BmcControl
) -> dict[str, Any]:
    """Change an entity, wait for its new state and return time and counts."""
    service, data, expected = choose_command(current_state(hass, entity_id))
    before = control.read_counts()
    start = time.perf_counter()
    await hass.services.async_call(
        entity_id.partition(".")[0],
        service,
        data,
        blocking=True,
        target={"entity_id": entity_id},
    )
    await wait_for_state(hass, entity_id, expected)
    wall = time.perf_counter() - start
    return {"wall": wall} | difference(before, control.read_counts())


async def run(job: dict[str, Any]) -> dict[str, Any]:
    """Send each command several times, after one that is not counted."""
    control = BmcControl(job["control_port"])
    samples = {}
    async with hass_instance() as hass:
        entry = add_entry(hass, job["bmcs"][0])
        await set_up_entry(hass, entry)
        await wait_until_idle(hass)
        for name, path in COMMANDS.items():
            if entity_id := find_entity(hass, entry, path):
                await send_command(hass, entity_id, control)
                samples[name] = [
                    await send_command(hass, entity_id, control)
                    for _ in range(job["times"])
                ]
    return samples


if __name__ == "__main__":
    main(run)
