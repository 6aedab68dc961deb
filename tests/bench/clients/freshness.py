"""Measure the share of readings that are of the current poll."""

from collections.abc import Iterator
from typing import Any

from aiohttp import ClientSession

from tests.bench.clients.supermicro import create_client, require_sensors
from tests.bench.worker import BmcControl, main

_WARM_POLLS = 50
"""Polls until each reading was read at least once, also where polls take turns."""
_TOLERANCE = 0.01


def find_readings(data: Any) -> Iterator[tuple[tuple[str, Any, Any], float]]:
    """Return the readings of a poll, with their list, name and Id."""
    thermal, power = data.thermal, data.power
    lists = [
        ("temperatures", thermal and thermal.temperatures, "reading_celsius"),
        ("fans", thermal and thermal.fans, "reading_rpm"),
        ("supplies", power and power.power_supplies, "power_output_watts"),
        ("voltages", power and power.voltages, "reading_volts"),
        ("power", power and power.power_control, "power_consumed_watts"),
        ("sensors", getattr(data, "sensors", ()), "reading"),
    ]
    for kind, items, attribute in lists:
        for item in items or ():
            item_id = getattr(item, "member_id", None) or getattr(item, "id", None)
            reading = getattr(item, attribute, None)
            if isinstance(reading, (int, float)):
                yield (kind, item.name, item_id), reading


async def run(job: dict[str, Any]) -> list[dict[str, float]]:
    """Move all readings before each poll, and count those that have moved as well.

    The first move makes resources agree that were recorded at different times.
    """
    control = BmcControl(job["control_port"])
    samples = []
    async with ClientSession() as session:
        client = create_client(session, job["host"], job["client"])
        await client.async_connect()
        control.move_readings()
        await client.async_get_static_data()  # finds ways of reading
        data = None
        for _ in range(_WARM_POLLS):
            data = await client.async_get_dynamic_data()
        require_sensors(data.thermal if data else None)
        known = dict(find_readings(data))
        for moves in range(1, job["times"] + 1):
            control.move_readings()
            before = control.read_counts()
            readings = dict(find_readings(await client.async_get_dynamic_data()))
            requests = control.read_counts()["requests"] - before["requests"]
            fresh = sum(
                abs(readings.get(key, 0) - reading - moves) < _TOLERANCE
                for key, reading in known.items()
            )
            share = fresh / len(known)
            samples.append(
                {"share": share, "readings": len(known), "requests": requests}
            )
        await client.async_disconnect()
    return samples


if __name__ == "__main__":
    main(run)
