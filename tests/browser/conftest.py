"""Fixtures for the browser tests: one Home Assistant and one browser for all."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
import re

import pytest

from tests.demo.api import HomeAssistantApi
from tests.demo.configuration import ROOT
from tests.demo.environment import started_demo
from tests.demo.options import parse
from tests.demo.report import Report
from tests.simulator import Bmc, Server

from .browser import BrowserSession, browser_session
from .pages import add_server, sign_in

_EXPECTED = re.compile(
    "could not authenticate|Authentication failed|certificate has changed$"
)
"""Log records caused by the passwords and certificates that tests change."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add an option for the folder of the screenshots."""
    folder = ROOT / ".cache" / "screenshots"
    parser.addoption("--screenshots", type=Path, default=folder, metavar="DIR")


@dataclass(frozen=True, kw_only=True)
class AddedServer:
    """A server that was added in the browser."""

    server: Server
    browser: BrowserSession
    api: HomeAssistantApi
    ipmi_port: int
    config: Path
    """The configuration folder of Home Assistant."""
    fingerprint: str
    """The certificate fingerprint shown by the dialog."""

    @property
    def bmc(self) -> Bmc:
        """The simulated BMC."""
        return self.server.bmc

    async def update(self) -> None:
        """Poll the BMC now."""
        await self.api.update_entity("sensor.x12spi_tf_power_consumption")


@pytest.fixture(scope="session")
def screenshots(request: pytest.FixtureRequest) -> Path:
    """Return the folder of the screenshots."""
    folder: Path = request.config.getoption("--screenshots")
    return folder


@pytest.fixture(scope="session")
async def added(screenshots: Path) -> AsyncIterator[AddedServer]:
    """Add the server to a new Home Assistant.

    At the end, Home Assistant's log must contain no unexpected problem.
    """
    report = Report()
    async with (
        started_demo(parse(["--check", "--bare"]), report) as demo,
        browser_session(demo.environment.url, screenshots) as browser,
    ):
        await sign_in(browser)
        target = demo.environment.target
        assert target.server
        fingerprint = await add_server(browser, target, browser.take_screenshot)
        yield AddedServer(
            server=target.server,
            browser=browser,
            api=demo.api,
            ipmi_port=target.ipmi_port or 0,
            config=demo.environment.config,
            fingerprint=fingerprint,
        )
    assert [text for text in report.problems if not _EXPECTED.search(text)] == []


@pytest.fixture
async def console(
    added: AddedServer, request: pytest.FixtureRequest
) -> AsyncIterator[None]:
    """Take a screenshot after the test and fail on errors of the browser console."""
    yield
    await added.browser.take_screenshot(request.node.name)
    errors = added.browser.take_errors()
    assert errors == []
