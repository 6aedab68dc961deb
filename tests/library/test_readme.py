"""The README's example of the library."""

import asyncio
import os
from pathlib import Path
import re
import sys

from tests.library import THERMAL
from tests.simulator import Bmc, Server

README = Path(__file__).parents[2] / "README.md"


HOST = "192.0.2.10"
"""An address for documentation, which no BMC has."""


def _example(host: str) -> str:
    """Return the example for another host than its own."""
    text = README.read_text(encoding="utf-8")
    blocks: list[str] = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    (example,) = [block for block in blocks if "aiosupermicro" in block]
    assert HOST in example
    return example.replace(HOST, host)


async def test_readme_example_prints_every_temperature(
    server: Server, bmc: Bmc
) -> None:
    """Print the sensors of the server, and delete the session."""
    expected = [
        f"{sensor['Name']} {sensor['ReadingCelsius']} °C"
        for sensor in bmc.resource(THERMAL)["Temperatures"]
        if sensor["Status"]["State"] == "Enabled"
    ]
    assert expected
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _example(server.host)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONWARNINGS": "error"},
    )
    printed, errors = await process.communicate()
    assert (process.returncode, errors.decode()) == (0, "")
    assert printed.decode().splitlines() == expected
    assert (bmc.logins, bmc.open_sessions) == (1, 0)
