"""What HACS does: one folder is copied, and that is all there is."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.demo.configuration import DOMAIN, ROOT
from tests.demo.environment import Started, started
from tests.demo.options import parse
from tests.demo.report import Findings

from .browser import visitor
from .pages import Device, add_server, sign_in

NEWEST = "2026.11.0"

_OURS = ("aiosupermicro", "custom_components", "tests")
_FIND = "import sys, importlib.util as u; print(*map(u.find_spec, sys.argv[1:]))"


@pytest.fixture(scope="module")
async def bare(findings: Findings) -> AsyncIterator[Started]:
    """Start the newest release as it comes, with the folder in it."""
    options = parse(["--check", "--bare", "--home-assistant", NEWEST])
    async with started(options, findings) as demo:
        yield demo


@pytest.fixture(scope="module")
def findings() -> Findings:
    """Return what is known of that Home Assistant."""
    return Findings()


async def test_nothing_else_of_this_project_is_there(bare: Started) -> None:
    """Neither in its folder nor where its Python looks."""
    installed = bare.stage.config / "custom_components"
    assert [path.name for path in installed.iterdir()] == [DOMAIN]
    assert not installed.is_relative_to(ROOT)
    assert not [path for path in installed.rglob("*") if path.is_symlink()]
    assert await _find(bare) == ["None"] * len(_OURS)


async def test_it_is_set_up_through_the_page(
    bare: Started, findings: Findings, screenshots: Path
) -> None:
    """Which shows the server afterwards, and Home Assistant's log has no complaint."""
    target = bare.stage.target
    assert target.server
    async with visitor(bare.stage.url, screenshots / NEWEST) as somebody:
        await sign_in(somebody)
        fingerprint = await add_server(somebody, target, somebody.look)
        device = Device(somebody)
        await device.open()
        await device.shows("CPU temperature", "44 °C")
        await somebody.look("device")
        assert somebody.take_errors() == []
    assert fingerprint == target.server.certificate_sha256
    findings.note_log(bare.stage.config)
    assert findings.problems == []
    assert findings.document["home_assistant"] == NEWEST


async def _find(bare: Started) -> list[str]:
    """Return where that Home Assistant's Python would find what is ours."""
    search = await asyncio.create_subprocess_exec(
        *(bare.stage.python, "-P", "-c", _FIND, *_OURS),
        cwd=bare.stage.config,
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await search.communicate()
    return output.decode().split()
