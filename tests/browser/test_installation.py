"""Test an installation as HACS makes it: a copy of one folder."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.demo.configuration import DOMAIN, ROOT
from tests.demo.environment import StartedDemo, started_demo
from tests.demo.options import parse
from tests.demo.report import Report

from .browser import browser_session
from .pages import DevicePage, add_server, sign_in

NEWEST = "2026.11.0"

pytestmark = pytest.mark.long

_OURS = ("aiosupermicro", "custom_components", "tests")
_FIND = "import sys, importlib.util as u; print(*map(u.find_spec, sys.argv[1:]))"


@pytest.fixture(scope="module")
def report() -> Report:
    """Return the report of this Home Assistant."""
    return Report()


@pytest.fixture(scope="module")
async def demo(report: Report) -> AsyncIterator[StartedDemo]:
    """Start the newest release of Home Assistant with the integration's folder."""
    options = parse(["--check", "--bare", "--home-assistant", NEWEST])
    async with started_demo(options, report) as demo:
        yield demo


async def test_installation_contains_nothing_else_of_this_project(
    demo: StartedDemo,
) -> None:
    """Keep the project out of the configuration folder and the import path."""
    installed = demo.environment.config / "custom_components"
    assert [path.name for path in installed.iterdir()] == [DOMAIN]
    assert not installed.is_relative_to(ROOT)
    assert not [path for path in installed.rglob("*") if path.is_symlink()]
    assert await _find_packages(demo) == ["None"] * len(_OURS)


async def test_installation_is_set_up_through_the_page(
    demo: StartedDemo, report: Report, screenshots: Path
) -> None:
    """Show the server in the page, and log no problem."""
    target = demo.environment.target
    assert target.server
    async with browser_session(demo.environment.url, screenshots / NEWEST) as browser:
        await sign_in(browser)
        fingerprint = await add_server(browser, target, browser.take_screenshot)
        device = DevicePage(browser)
        await device.open()
        await device.expect_state("CPU temperature", "44 °C")
        await browser.take_screenshot("device")
        assert browser.take_errors() == []
    assert fingerprint == target.server.certificate_sha256
    report.add_log(demo.environment.config)
    assert report.problems == []
    assert report.document["home_assistant"] == NEWEST


async def _find_packages(demo: StartedDemo) -> list[str]:
    """Return the specs of the project's packages in the demo's interpreter."""
    search = await asyncio.create_subprocess_exec(
        *(demo.environment.python, "-P", "-c", _FIND, *_OURS),
        cwd=demo.environment.config,
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await search.communicate()
    return output.decode().split()
