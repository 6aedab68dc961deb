"""The README's example of the library runs as it stands there."""

from pathlib import Path
import re
import subprocess
import sys

import pytest

from aiosupermicro import SupermicroRedfishClient
from tests.conftest import until
from tests.simulator import Bmc, Server

README = Path(__file__).parents[2] / "README.md"


def _example(host: str) -> str:
    """Return the example, for another BMC than the one it names."""
    blocks: list[str] = re.findall(
        r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL
    )
    (example,) = [block for block in blocks if "aiosupermicro" in block]
    assert "192.0.2.10" in example
    return example.replace("192.0.2.10", host)


async def test_the_example_prints_every_temperature(
    server: Server, bmc: Bmc, client: SupermicroRedfishClient
) -> None:
    """A reader who copies it sees the sensors of the server, and leaves no session."""
    thermal = await client.async_get_thermal()
    expected = [f"{t.name} {t.reading} °C" for t in thermal.available_temperatures]
    assert expected
    before = bmc.logins
    process = subprocess.Popen(  # noqa: S603, ASYNC220 - it runs beside the server
        [sys.executable, "-c", _example(server.host)],
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    await until(lambda: process.poll() is not None)
    printed, _ = process.communicate()
    assert process.returncode == 0
    assert printed.splitlines() == expected
    assert bmc.logins == before + 1


def test_there_is_one_example() -> None:
    """It names a BMC that cannot be anybody's."""
    assert "192.0.2.10" not in _example("127.0.0.1")


pytestmark = pytest.mark.usefixtures("network")
