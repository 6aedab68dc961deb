"""Run the demo: serve its page, or check it and exit."""

import asyncio
import signal
import sys

from .api import USERNAME
from .console import DemoError, print_document, print_error, print_progress
from .environment import Environment, RunningDemo, running_demo
from .inventory import Inventory, format_table
from .options import Options, parse
from .process import RESTART, exit_error, home_assistant
from .report import Report
from .traffic import TrafficCounter

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> int:
    """Run the demo and return its exit code."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return asyncio.run(_run(parse()))
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


async def _run(options: Options) -> int:
    """Run the demo until it is done or a signal ends it."""
    received = _handle_signals()
    report = Report()
    try:
        await (check if options.check else serve)(options, report)
    except asyncio.CancelledError:
        return 128 + received[0] if options.check else 0
    except DemoError as error:
        report.problems.insert(0, str(error))
        report.add(error=str(error))
    if options.check:
        print_document(report.document)
    for problem in report.problems:
        print_error(problem)
    return bool(report.problems)


def _handle_signals() -> list[int]:
    """Cancel this task at the first signal, which cleans up, and ignore later ones.

    The returned list receives the numbers of the signals.
    """
    task = asyncio.current_task()
    loop = asyncio.get_running_loop()
    received: list[int] = []

    def cancel(number: int) -> None:
        """Cancel the task."""
        received.append(number)
        if task is not None and len(received) == 1:
            task.cancel()

    for number in _SIGNALS:
        loop.add_signal_handler(number, cancel, number)
    return received


async def check(options: Options, report: Report) -> None:
    """Set everything up, count the requests and stop."""
    async with running_demo(options, report) as demo:
        report.add(requests=await _count_requests(demo))


async def serve(options: Options, report: Report) -> None:
    """Serve the page until the task is canceled.

    Home Assistant is started again whenever it asks for a restart.
    """
    async with running_demo(options, report) as demo:
        environment = demo.environment
        print_overview(environment, demo.inventory)
        process = demo.process
        while await process.wait() == RESTART:
            print_progress("Restarting Home Assistant …")
            async with home_assistant(
                environment.config, environment.python
            ) as process:
                await process.wait()
        raise exit_error(process)


async def _count_requests(demo: RunningDemo) -> dict[str, int | None]:
    """Count the requests of set-up and polls; None for each with a real BMC."""
    server = demo.environment.target.server
    if server is None:
        return dict.fromkeys(("config_flow", "setup", "dynamic_poll", "static_poll"))
    print_progress("Counting its requests …")
    counter = TrafficCounter(server.bmc)
    counts: dict[str, int | None] = {**await counter.count_setup()}
    return counts | await counter.count_polls(demo.api, demo.inventory.entities)


def print_overview(environment: Environment, inventory: Inventory) -> None:
    """Print addresses, accounts and the entities of the server."""
    url, target = environment.url, environment.target
    device = inventory.device
    account = f"  {target.username} / {target.password}" if target.server else ""
    lines = [
        "",
        f"Home Assistant  {url}",
        f"Sign in         {USERNAME} / {environment.owner_password}",
        f"{inventory.title:<14}  {url / 'config/devices/device' / device['id']}",
        f"Its BMC         {device['configuration_url']}{account}",
        *([f"IPMI port       {target.ipmi_port}"] if target.ipmi_port else []),
        "",
        *format_table(inventory.entities, prefix=f"{device['name']} "),
        "",
        "Press Ctrl-C to stop.",
    ]
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()
