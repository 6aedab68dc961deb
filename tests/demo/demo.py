"""Running the demo, and ending it at whatever moment."""

import asyncio
import signal

from .console import complain, print_document
from .environment import check, show
from .errors import DemoError
from .options import Options, parse
from .report import Findings

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> int:
    """Run the demo; return its exit code."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return asyncio.run(_run(parse()))
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


async def _run(options: Options) -> int:
    """Run the demo to its end, or to the signal that ends it."""
    caught = _catch_signals()
    findings = Findings()
    try:
        await (check if options.check else show)(options, findings)
    except asyncio.CancelledError:
        return 128 + caught[0] if options.check else 0
    except DemoError as error:
        findings.problems.insert(0, str(error))
        findings.note(error=str(error))
    if options.check:
        print_document(findings.document)
    for problem in findings.problems:
        complain(problem)
    return bool(findings.problems)


def _catch_signals() -> list[int]:
    """Let the first signal end this task, which cleans up, and later ones nothing."""
    task = asyncio.current_task()
    loop = asyncio.get_running_loop()
    caught: list[int] = []

    def end(number: int) -> None:
        """End the task."""
        caught.append(number)
        if task is not None and len(caught) == 1:
            task.cancel()

    for number in _SIGNALS:
        loop.add_signal_handler(number, end, number)
    return caught
