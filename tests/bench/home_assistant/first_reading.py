"""Measure a start of Home Assistant up to the first reading of a sensor."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
import time
from typing import Any

from homeassistant.const import EVENT_STATE_CHANGED, STATE_OFF, STATE_ON
from homeassistant.core import Event, EventStateChangedData, State, callback

from tests.bench.home_assistant.hass_instance import (
    add_entry,
    hass_instance,
    set_up_entry,
    wait_until_idle,
)
from tests.bench.processes import BenchError
from tests.bench.worker import BmcControl, difference, main

_ENTRY_ID = "bench"


def is_reading(state: State | None) -> bool:
    """Return whether a state is a number that the BMC measures."""
    if state is None or state.attributes.get("state_class") != "measurement":
        return False
    is_duration = state.attributes.get("device_class") == "duration"
    number = state.state.lstrip("-").replace(".", "", 1)
    return number.isdecimal() and not is_duration


def is_power_state(state: State | None) -> bool:
    """Return whether a state is that of the host's power."""
    if state is None or state.attributes.get("device_class") != "power":
        return False
    return state.state in (STATE_ON, STATE_OFF)


async def start(job: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Start a Home Assistant with one entry; return time and counts.

    The host of one recorded board is off: of this one, it is the power state.
    """
    control = BmcControl(job["control_port"])
    first: dict[Callable[[State | None], bool], dict[str, Any]] = {}
    async with hass_instance(folder) as hass:
        entry = add_entry(hass, job["bmcs"][0], entry_id=_ENTRY_ID)
        before, begin = control.read_counts(), time.perf_counter()

        @callback
        def record(event: Event[EventStateChangedData]) -> None:
            """Record the first reading and the first power state."""
            wall = time.perf_counter() - begin
            for is_wanted in (is_reading, is_power_state):
                if is_wanted not in first and is_wanted(event.data["new_state"]):
                    counts = difference(before, control.read_counts())
                    first[is_wanted] = {"wall": wall} | counts

        hass.bus.async_listen(EVENT_STATE_CHANGED, record)
        await set_up_entry(hass, entry)
        await wait_until_idle(hass)
    if found := first.get(is_reading) or first.get(is_power_state):
        return found
    raise BenchError("no sensor has a reading")


async def run(job: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Start several times, each time without and with the files of an earlier run.

    The first start is not counted: it also loads the integration.
    """
    samples: dict[str, list[dict[str, Any]]] = {"cold": [], "warm": []}
    for _ in range(job["times"] + 1):
        with TemporaryDirectory() as folder:
            for found in samples.values():
                found.append(await start(job, Path(folder)))
    return {kind: found[1:] for kind, found in samples.items()}


if __name__ == "__main__":
    main(run)
