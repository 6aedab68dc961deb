"""Examples of the published README, and our section for its users."""

import asyncio
from collections.abc import AsyncIterator
import os
import re
import sys
from textwrap import indent
from typing import Any

from aiohttp import ClientSession
import pytest

import aiosupermicro
from aiosupermicro import SupermicroRedfishClient, auth, const
from tests.conftest import RECORDED, RECORDINGS
from tests.library import connected_client
from tests.simulator import Bmc, Board, Server, serve

from .pypi import ROOT, published_readme

HOST = "192.168.1.100"
X12, X13 = "x12spi-tf", "x13-sys-821ge-tnhr"

_FRAME = """
import asyncio
from aiohttp import ClientSession
from aiosupermicro import *
import aiosupermicro

async def main():
    async with (
        ClientSession() as session,
        SupermicroRedfishClient(session, "{host}", "ADMIN", "ADMIN") as client,
    ):
{example}

asyncio.run(main())
"""


@pytest.fixture(params=[X12, *{X13} & {*RECORDINGS}])
async def board_server(
    request: pytest.FixtureRequest, network: None
) -> AsyncIterator[Server]:
    """Serve an X12 and an X13 board."""
    is_shipped = request.param in Board.names()
    bmc = Bmc(Board.load(request.param if is_shipped else RECORDED / request.param))
    async with serve(bmc) as server:
        yield server


def _examples(host: str) -> list[str]:
    """Return each example of the published README as a program."""
    blocks = re.findall(r"```python\n(.*?)```", published_readme(), re.DOTALL)
    return [
        block
        if "asyncio.run" in block
        else _FRAME.format(host=host, example=indent(block, " " * 8))
        for block in (item.replace(HOST, host) for item in blocks)
    ]


async def _run(program: str) -> str:
    """Run a program in a process of its own, and return its output."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONWARNINGS": "error"},
    )
    printed, complaints = await process.communicate()
    assert (process.returncode, complaints.decode()) == (0, ""), program
    return printed.decode()


async def test_published_examples_run(board_server: Server) -> None:
    """Run each example without an error, and leave no session."""
    bmc = board_server.bmc
    examples = _examples(board_server.host)
    assert len(examples) >= 6
    output = ""
    for example in examples:
        output += await _run(example)
        assert bmc.open_sessions == 0
    system = bmc.resource("/redfish/v1/Systems/1")
    assert "Power State: On\n" in output
    assert f"System: {system['Model']}\n" in output
    assert "Fans: Optimal\n" in output
    assert re.search(r"^Power Consumption: \d", output, re.MULTILINE)
    assert re.search(r"°C$", output, re.MULTILINE)
    assert re.search(r"\d RPM$", output, re.MULTILINE)
    assert re.search(r"^Cache hit rate: \d+\.\d%$", output, re.MULTILINE)
    assert "None" not in output


def _section() -> str:
    """Return the section of the README for users of the published client."""
    text = (ROOT / "README.md").read_text("utf-8")
    found = re.search(r"### Coming from .*?\n(.*?)\n##", text, re.DOTALL)
    assert found
    return found[1]


def test_names_in_the_section_exist() -> None:
    """Require that the library has each name in the section."""
    words = re.findall(r"`([A-Za-z_.]+)`", _section())
    methods = [word for word in words if word.startswith("async_")]
    members = [
        word.split(".") for word in words if re.fullmatch(r"[A-Z]\w+\.\w+", word)
    ]
    errors = [word for word in words if word.endswith("Error")]
    assert len(methods) >= 4
    assert len(members) >= 5
    assert all(hasattr(SupermicroRedfishClient, name) for name in methods)
    assert all(hasattr(_class(name), member) for name, member in members)
    assert all(issubclass(_class(name), Exception) for name in errors)
    assert const.REDFISH_ROOT == "/redfish/v1/"
    assert const.MAX_CONCURRENT_REQUESTS == 2


def _class(name: str) -> Any:
    """Return a class of the package or of its module `auth`."""
    return getattr(aiosupermicro, name, None) or getattr(auth, name)


@pytest.mark.parametrize("prefix", ["-", "+"])
@pytest.mark.parametrize("lacks", [False, True])
async def test_lines_of_the_section(
    session: ClientSession,
    capsys: pytest.CaptureFixture[str],
    prefix: str,
    *,
    lacks: bool,
) -> None:
    """Run the lines of both versions in the section."""
    (block,) = re.findall(r"```diff\n(.*?)```", _section(), re.DOTALL)
    lines = [line for line in block.splitlines() if line[0] in (" ", prefix)]
    body = indent("\n".join(line[1:] for line in lines), " " * 4)
    namespace: dict[str, Any] = {}
    exec(f"async def run(client):\n{body}", namespace)  # noqa: S102 - of the README
    bmc = Bmc(Board.load(X12))
    if lacks:
        for name in ("FanMode", "NTP"):
            bmc.remove(f"/redfish/v1/Managers/1/Oem/Supermicro/{name}")
    async with connected_client(bmc, session) as client:
        if lacks and prefix == "-":
            with pytest.raises(AttributeError):
                await namespace["run"](client)
        else:
            await namespace["run"](client)
    printed = capsys.readouterr().out
    assert bool(printed) is not (lacks and prefix == "-")
    assert ("status 404" in printed) is (lacks and prefix == "+")
