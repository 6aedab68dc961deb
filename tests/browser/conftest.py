"""One Home Assistant and one browser, in which everything is tried."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
import re

import pytest

from tests.demo.configuration import ROOT
from tests.demo.environment import Started, started
from tests.demo.options import parse
from tests.demo.report import Findings
from tests.simulator import Bmc, Server

from .browser import Visitor, visitor
from .pages import add_server, sign_in

_EXPECTED = re.compile("could not authenticate|Authentication failed|another one$")
"""What Home Assistant's log says of passwords and certificates that tests change."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the screenshots go elsewhere."""
    folder = ROOT / ".cache" / "screenshots"
    parser.addoption("--screenshots", type=Path, default=folder, metavar="DIR")


@dataclass(frozen=True, kw_only=True)
class Added:
    """A server that was added in the browser."""

    server: Server
    visitor: Visitor
    demo: Started
    fingerprint: str
    """What the dialogue showed."""

    @property
    def bmc(self) -> Bmc:
        """The simulated BMC."""
        return self.server.bmc


@pytest.fixture(scope="session")
def screenshots(request: pytest.FixtureRequest) -> Path:
    """Return the folder that the screenshots go to."""
    folder: Path = request.config.getoption("--screenshots")
    return folder


@pytest.fixture(scope="session")
async def added(screenshots: Path) -> AsyncIterator[Added]:
    """Add the server to a new Home Assistant."""
    findings = Findings()
    async with (
        started(parse(["--check", "--bare"]), findings) as demo,
        visitor(demo.stage.url, screenshots) as somebody,
    ):
        await sign_in(somebody)
        target = demo.stage.target
        assert target.server
        fingerprint = await add_server(somebody, target, somebody.look)
        yield Added(
            server=target.server, visitor=somebody, demo=demo, fingerprint=fingerprint
        )
    assert [text for text in findings.problems if not _EXPECTED.search(text)] == []


@pytest.fixture
async def console(added: Added, request: pytest.FixtureRequest) -> AsyncIterator[None]:
    """Keep what the page looks like in the end, and fail on errors of its console."""
    yield
    await added.visitor.look(request.node.name)
    errors = added.visitor.take_errors()
    assert errors == []
