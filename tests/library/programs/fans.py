"""Print the fan mode of a server over IPMI, as an example of a user's program."""

# ruff: noqa: T201 - a program prints

from __future__ import annotations

import asyncio
import sys

from aiosupermicro import SupermicroRedfishError
from aiosupermicro.ipmi import FanMode, IpmiClient


async def main(host: str, port: str, username: str, password: str) -> int:
    """Print the fan mode and the duty of zone 0, and return the exit code."""
    client = IpmiClient(host, username, password, port=int(port))
    try:
        await client.async_connect()
        mode = await client.async_get_fan_mode()
        duty: int | None = await client.async_get_zone_duty(0)
    except SupermicroRedfishError as error:
        print(f"failed: {error}")
        return 1
    finally:
        await client.async_close()
    name = mode.name if isinstance(mode, FanMode) else str(mode)
    print(f"mode {name}, duty {duty} %")
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(*sys.argv[1:5])))
