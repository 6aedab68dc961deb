"""Measure a start of Home Assistant up to the first reading of a sensor."""

from pathlib import Path
from tempfile import TemporaryDirectory
import time
from typing import Any

from homeassistant.const import EVENT_STATE_CHANGED
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


async def start(job: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Start a Home Assistant with one entry; return time and counts."""
    control = BmcControl(job["control_port"])
    samples: list[dict[str, Any]] = []
    async with hass_instance(folder) as hass:
        entry = add_entry(hass, job["bmcs"][0], entry_id=_ENTRY_ID)
        before, begin = control.read_counts(), time.perf_counter()

        @callback
        def record(event: Event[EventStateChangedData]) -> None:
            """Record the first reading."""
            if not samples and is_reading(event.data["new_state"]):
                wall = time.perf_counter() - begin
                samples.append(
                    {"wall": wall} | difference(before, control.read_counts())
                )

        hass.bus.async_listen(EVENT_STATE_CHANGED, record)
        await set_up_entry(hass, entry)
        await wait_until_idle(hass)
    if not samples:
        raise BenchError("no sensor has a reading")
    return samples[0]


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
