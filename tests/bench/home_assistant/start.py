"""Measure the start until Home Assistant shows the first reading of an entry."""

import time
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import EVENT_STATE_CHANGED, STATE_UNAVAILABLE
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from pytest_homeassistant_custom_component.common import mock_storage

from tests.bench.home_assistant.hass_instance import (
    add_entry,
    hass_instance,
    set_up_entry,
)
from tests.bench.worker import BmcControl, main


async def run(job: dict[str, Any]) -> dict[str, Any]:
    """Start with and without the discovery of the last run, several times each.

    The first start is not counted: it also loads the integration.
    """
    control = BmcControl(job["control_port"])
    samples: dict[str, list[dict[str, float]]] = {"cold": [], "warm": []}
    async with hass_instance() as hass:
        entry = add_entry(hass, job["bmcs"][0])
        with mock_storage() as storage:
            await _start(hass, entry, control)
            for _ in range(job["times"]):
                storage.clear()
                samples["cold"].append(await _start(hass, entry, control))
                samples["warm"].append(await _start(hass, entry, control))
    return samples


async def _start(
    hass: HomeAssistant, entry: ConfigEntry, control: BmcControl
) -> dict[str, float]:
    """Set up an entry, unload it, and return the time and requests that it took."""
    sample: dict[str, float] = {}
    requests = control.read_counts()["requests"]
    started_at = time.perf_counter()

    @callback
    def record(event: Event[EventStateChangedData]) -> None:
        """Record the first state that an entity shows."""
        state = event.data["new_state"]
        if state and state.state != STATE_UNAVAILABLE and not sample:
            sample["first_seconds"] = time.perf_counter() - started_at
            sample["first_requests"] = control.read_counts()["requests"] - requests

    remove = hass.bus.async_listen(EVENT_STATE_CHANGED, record)
    await set_up_entry(hass, entry)
    sample["all_seconds"] = time.perf_counter() - started_at
    sample["all_requests"] = control.read_counts()["requests"] - requests
    remove()
    await hass.config_entries.async_unload(entry.entry_id)
    return sample


if __name__ == "__main__":
    main(run)
