"""The demo from its beginning to its end."""

import asyncio
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
import socket

from aiohttp import ClientSession
from yarl import URL

from .api import Page
from .config_flow import add_server
from .configuration import HOST, temporary_configuration
from .console import print_overview, say
from .errors import DemoError
from .inventory import Survey, survey
from .onboarding import onboard
from .options import Options
from .process import RESTART, ended, home_assistant, interpreter
from .report import Findings
from .target import Target, open_target
from .traffic import Traffic, write_requests

_START_SECONDS = 180


@dataclass(frozen=True, kw_only=True)
class Stage:
    """What is there before Home Assistant is started."""

    target: Target
    config: Path
    port: int
    python: str
    """The interpreter that has Home Assistant."""

    @property
    def url(self) -> URL:
        """The address of Home Assistant's page."""
        return URL.build(scheme="http", host=HOST, port=self.port)


@dataclass(frozen=True, kw_only=True)
class Started:
    """A Home Assistant that has a user, and no server yet."""

    stage: Stage
    process: Process
    page: Page


@dataclass(frozen=True, kw_only=True)
class Running(Started):
    """A Home Assistant that has the server."""

    found: Survey


async def check(options: Options, findings: Findings) -> None:
    """Find out how everything works, and leave."""
    async with running(options, findings) as demo:
        findings.note(requests=await _count_requests(demo))


async def show(options: Options, findings: Findings) -> None:
    """Serve the page until somebody ends it, and as often as it is restarted."""
    async with running(options, findings) as demo:
        print_overview(demo.stage.url, demo.stage.target, demo.found)
        process = demo.process
        while await process.wait() == RESTART:
            say("Restarting Home Assistant …")
            async with home_assistant(demo.stage.config, demo.stage.python) as process:
                await process.wait()
        raise ended(process)


@asynccontextmanager
async def running(options: Options, findings: Findings) -> AsyncIterator[Running]:
    """Have everything that the demo shows, until the end of the context."""
    async with started(options, findings) as demo:
        found = await _add_server(demo, findings)
        yield Running(
            stage=demo.stage, process=demo.process, page=demo.page, found=found
        )


@asynccontextmanager
async def started(options: Options, findings: Findings) -> AsyncIterator[Started]:
    """Have Home Assistant after the first visit, until the end of the context."""
    async with (
        _stage(options, findings) as stage,
        home_assistant(stage.config, stage.python) as process,
        ClientSession() as session,
    ):
        page = Page(session, stage.url)
        await _visit(page, process)
        findings.note(home_assistant=await page.version())
        yield Started(stage=stage, process=process, page=page)


@asynccontextmanager
async def _stage(options: Options, findings: Findings) -> AsyncIterator[Stage]:
    """Have a BMC and a configuration; look at what is left of either in the end."""
    port = _free_port(options.port)
    python = await interpreter(options.home_assistant)
    async with open_target(options) as target:
        if options.board:
            say(f"Simulated BMC {options.board.name} at https://{target.host}")
        with temporary_configuration(port, options.keep, bare=options.bare) as config:
            try:
                yield Stage(target=target, config=config, port=port, python=python)
            finally:
                findings.note_traffic(target)
                findings.note_log(config)
                if target.server:
                    write_requests(target.server.bmc, config)


def _free_port(wanted: int | None) -> int:
    """Return the wanted port, or any, if nobody uses it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, wanted or 0))
        except OSError as error:
            raise DemoError(
                f"port {wanted} of {HOST} cannot be used: {error.strerror}; "
                "choose another one with --port"
            ) from None
        port: int = probe.getsockname()[1]
        return port


async def _visit(page: Page, process: Process) -> None:
    """Do what a user does at the first visit."""
    say("Starting Home Assistant …")
    await _until(page.is_there, process)
    say("Creating its user …")
    await onboard(page)
    await _until(page.is_running, process)


async def _add_server(demo: Started, findings: Findings) -> Survey:
    """Add the server as a user does, and see what comes of it."""
    target = demo.stage.target
    async with demo.page.socket() as websocket:
        say(f"Adding the server at {target.host} …")
        entry_id = await add_server(demo.page, websocket, target.answers)
        found = await survey(websocket, entry_id)
    findings.note_survey(found)
    if not found.is_loaded:
        raise DemoError(f"the server's entry is in {found.state}: {found.reason}")
    return found


async def _until(condition: Callable[[], Awaitable[bool]], process: Process) -> None:
    """Wait for Home Assistant, as long as there is hope."""
    try:
        async with asyncio.timeout(_START_SECONDS):
            while not await condition():
                if process.returncode is not None:
                    raise ended(process)
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise DemoError(
            f"Home Assistant did not start within {_START_SECONDS} seconds"
        ) from None


async def _count_requests(demo: Running) -> dict[str, int | None]:
    """Count what the set-up and the polls ask of the BMC; a real one is not counted."""
    server = demo.stage.target.server
    if server is None:
        return dict.fromkeys(("dialogue", "setup", "dynamic_poll", "static_poll"))
    say("Counting its requests …")
    traffic = Traffic(server.bmc)
    counts: dict[str, int | None] = {**await traffic.set_up()}
    return counts | await traffic.polls(demo.page, demo.found.entities, say)
