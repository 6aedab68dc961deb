"""Print the temperatures of a server, as an example of a user's program."""

# ruff: noqa: T201 - a program prints

from __future__ import annotations

import asyncio
import sys

from aiohttp import ClientSession

from aiosupermicro import (
    AuthenticationError,
    ConnectionError as BmcConnectionError,
    NotFoundError,
    SupermicroRedfishClient,
    SupermicroRedfishError,
)
from aiosupermicro.models import Health, PowerState, System, Temperature


def describe(sensor: Temperature) -> str:
    """Return the line of a sensor."""
    reading: float | None = sensor.reading
    return f"{sensor.name} {'unknown' if reading is None else f'{reading} °C'}"


def is_running(system: System) -> bool:
    """Return whether the host is on."""
    return system.power_state is PowerState.ON


async def read(client: SupermicroRedfishClient) -> list[str]:
    """Return the lines to print."""
    system = await client.async_get_system()
    thermal = await client.async_get_thermal()
    lines = [describe(sensor) for sensor in thermal.available_temperatures]
    lines.append(f"host on: {is_running(system)}")
    try:
        drives = await client.async_get_drives()
    except NotFoundError:
        return lines
    bad = [drive for drive in drives if drive.status.health is Health.CRITICAL]
    return [*lines, f"bad drives: {len(bad)}"]


async def main(host: str, username: str, password: str) -> int:
    """Print the temperatures, and return the exit code."""
    client: SupermicroRedfishClient
    try:
        async with (
            ClientSession() as session,
            SupermicroRedfishClient(session, host, username, password) as client,
        ):
            print("\n".join(await read(client)))
    except AuthenticationError:
        print("wrong password")
        return 2
    except (BmcConnectionError, SupermicroRedfishError) as error:
        print(f"failed: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(*sys.argv[1:4])))
