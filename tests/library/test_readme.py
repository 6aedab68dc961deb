"""The README's example of the library runs as it stands there."""

import asyncio
import os
from pathlib import Path
import re
import sys

from tests.simulator import Bmc, Server

README = Path(__file__).parents[2] / "README.md"
HOST = "192.0.2.10"
"""A BMC that cannot be anybody's."""


def _example(host: str) -> str:
    """Return the example, for another BMC than the one it names."""
    text = README.read_text(encoding="utf-8")
    blocks: list[str] = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    (example,) = [block for block in blocks if "aiosupermicro" in block]
    assert HOST in example
    return example.replace(HOST, host)


async def test_the_example_prints_every_temperature(server: Server, bmc: Bmc) -> None:
    """A reader who copies it sees the sensors of the server, and leaves no session."""
    expected = [
        f"{sensor['Name']} {sensor['ReadingCelsius']} °C"
        for sensor in bmc.resource("/redfish/v1/Chassis/1/Thermal")["Temperatures"]
        if sensor["Status"]["State"] == "Enabled"
    ]
    assert expected
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _example(server.host)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONWARNINGS": "error"},
    )
    printed, complaints = await process.communicate()
    assert (process.returncode, complaints.decode()) == (0, "")
    assert printed.decode().splitlines() == expected
    assert (bmc.logins, bmc.open_sessions) == (1, 0)
