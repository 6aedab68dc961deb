"""Build the environment of the demo in three stages and remove it at the end.

`Environment` has a BMC and a configuration folder. `StartedDemo` adds Home Assistant
with a user. `RunningDemo` adds the config entry of the server. The browser tests begin
with the second stage.
"""

import asyncio
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
import socket

from aiohttp import ClientSession
from yarl import URL

from tests.simulator import Server, serve
from tests.simulator.ipmi import serve_ipmi
from tests.simulator.shipped import create_bmc

from .api import HomeAssistantApi, WebSocket, onboard
from .certificate import CertificateCheck
from .config_flow import add_server
from .configuration import HOST, temporary_configuration
from .console import DemoError, print_progress
from .inventory import Inventory, read_inventory
from .options import Options
from .process import exit_error, find_interpreter, home_assistant
from .report import Report
from .traffic import write_request_log

_START_SECONDS = 180
_READ_SECONDS = 2
"""Seconds between two reads of the entities."""
_MAX_READS = 30


@dataclass(frozen=True, kw_only=True)
class Target:
    """Address and account of the BMC to add."""

    host: str
    username: str
    password: str
    fingerprint: str | None = None
    """Fingerprint of the certificate; None to ask the user."""
    server: Server | None = None
    """The simulated BMC; None with a real one."""
    ipmi_port: int | None = None
    """UDP port of the simulated BMC; None with a real one."""

    @property
    def form_data(self) -> dict[str, str]:
        """The values of the config flow's form."""
        return {
            "host": self.host,
            "username": self.username,
            "password": self.password,
        }


@dataclass(frozen=True, kw_only=True)
class Environment:
    """BMC, configuration folder and address of a Home Assistant that is not started."""

    target: Target
    config: Path
    port: int
    python: str
    """The interpreter with Home Assistant."""
    owner_password: str
    """The password of Home Assistant's user."""

    @property
    def url(self) -> URL:
        """The address of Home Assistant's page."""
        return URL.build(scheme="http", host=HOST, port=self.port)


@dataclass(frozen=True, kw_only=True)
class StartedDemo:
    """A running Home Assistant with a user and without the server."""

    environment: Environment
    process: Process
    api: HomeAssistantApi


@dataclass(frozen=True, kw_only=True)
class RunningDemo(StartedDemo):
    """A running Home Assistant with the server."""

    inventory: Inventory


@asynccontextmanager
async def running_demo(options: Options, report: Report) -> AsyncIterator[RunningDemo]:
    """Provide a Home Assistant with the server."""
    async with started_demo(options, report) as demo:
        inventory = await _add_server(demo, report)
        yield RunningDemo(
            environment=demo.environment,
            process=demo.process,
            api=demo.api,
            inventory=inventory,
        )


@asynccontextmanager
async def started_demo(options: Options, report: Report) -> AsyncIterator[StartedDemo]:
    """Provide a Home Assistant that has completed its onboarding."""
    async with (
        _environment(options, report) as environment,
        home_assistant(environment.config, environment.python) as process,
        ClientSession() as session,
    ):
        api = HomeAssistantApi(session, environment.url)
        await _onboard(api, process, environment.owner_password)
        report.add(home_assistant=await api.version())
        yield StartedDemo(environment=environment, process=process, api=api)


@asynccontextmanager
async def _environment(options: Options, report: Report) -> AsyncIterator[Environment]:
    """Provide a BMC and a configuration folder, and report their state at the end."""
    port = _free_port(options.port)
    python = await find_interpreter(options.home_assistant)
    async with _open_target(options) as target:
        if options.board:
            print_progress(
                f"Simulated BMC {options.board.name} at https://{target.host}"
            )
        with temporary_configuration(port, options.keep, bare=options.bare) as config:
            try:
                yield Environment(
                    target=target,
                    config=config,
                    port=port,
                    python=python,
                    owner_password=options.owner_password,
                )
            finally:
                report.add_connections(target.server)
                report.add_log(config)
                if target.server:
                    write_request_log(target.server.bmc, config)


@asynccontextmanager
async def _open_target(options: Options) -> AsyncIterator[Target]:
    """Provide the real BMC of the options, or start a simulated one."""
    if options.board is None:
        yield Target(
            host=options.host,
            username=options.username,
            password=options.password,
            fingerprint=options.fingerprint,
        )
        return
    bmc = create_bmc(options.board)
    async with serve(bmc) as server, serve_ipmi(bmc) as ipmi:
        yield Target(
            host=server.host,
            username=bmc.username,
            password=bmc.password,
            fingerprint=server.certificate_sha256,
            server=server,
            ipmi_port=ipmi.port,
        )


def _free_port(port: int | None) -> int:
    """Return the requested port if it is free, or any free port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port or 0))
        except OSError as error:
            raise DemoError(
                f"port {port} of {HOST} cannot be used: {error.strerror}; "
                "choose another one with --port"
            ) from None
        free: int = probe.getsockname()[1]
        return free


async def _onboard(api: HomeAssistantApi, process: Process, password: str) -> None:
    """Wait for Home Assistant and create its user."""
    print_progress("Starting Home Assistant …")
    await _wait_until(api.is_reachable, process)
    print_progress("Creating its user …")
    await onboard(api, password)
    await _wait_until(api.is_running, process)


async def _add_server(demo: StartedDemo, report: Report) -> Inventory:
    """Add the server through the config flow and return its devices and entities."""
    target = demo.environment.target
    async with demo.api.websocket() as websocket:
        print_progress(f"Adding the server at {target.host} …")
        check = CertificateCheck(target.fingerprint)
        entry_id = await add_server(demo.api, websocket, target.form_data, check)
        inventory = await _read_whole_inventory(websocket, entry_id)
    report.add_inventory(inventory)
    if not inventory.is_loaded:
        raise DemoError(
            f"the state of the server's config entry is {inventory.state}: "
            f"{inventory.reason}"
        )
    return inventory


async def _read_whole_inventory(websocket: WebSocket, entry_id: str) -> Inventory:
    """Read the entities of a server once no more appear.

    The static data is read in the background.
    """
    inventory = await read_inventory(websocket, entry_id)
    for _ in range(_MAX_READS):
        await asyncio.sleep(_READ_SECONDS)
        before, inventory = inventory, await read_inventory(websocket, entry_id)
        if len(inventory.entities) == len(before.entities):
            break
    return inventory


async def _wait_until(
    condition: Callable[[], Awaitable[bool]], process: Process
) -> None:
    """Wait until a condition holds.

    Raises:
        DemoError: Home Assistant has ended or takes too long.

    """
    try:
        async with asyncio.timeout(_START_SECONDS):
            while not await condition():
                if process.returncode is not None:
                    raise exit_error(process)
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise DemoError(
            f"Home Assistant did not start within {_START_SECONDS} seconds"
        ) from None
