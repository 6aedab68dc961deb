"""Serve a board from the command line: `python -m tests.simulator BOARD`."""

from __future__ import annotations

import argparse
import asyncio
from contextlib import AsyncExitStack
import json
import signal
import sys
from typing import Any

from . import Bmc, BoardError, serve
from .ipmi import serve_ipmi
from .shipped import NAMES, create_bmc, load_board


def parse() -> argparse.Namespace:
    """Parse the command line."""
    shipped = ", ".join(NAMES)
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulator", description="A simulated Supermicro BMC."
    )
    parser.add_argument(
        "board",
        help=f"a shipped board ({shipped}), a folder that contains redfish/v1, "
        "or a file of diagnostics",
    )
    parser.add_argument("--port", type=int, default=0, help="default: any free port")
    parser.add_argument(
        "--ipmi-port", type=int, help="UDP port of IPMI; 0 for any free port"
    )
    parser.add_argument("--http", action="store_true", help="serve without TLS")
    parser.add_argument("--username", default="ADMIN")
    parser.add_argument("--password", default="ADMIN")
    parser.add_argument(
        "--latency", type=float, default=0.0, help="delay of each request in seconds"
    )
    parser.add_argument(
        "--sessions", type=int, default=16, help="maximum number of open sessions"
    )
    parser.add_argument(
        "--session-timeout",
        type=float,
        default=300.0,
        help="idle seconds until expiry",
    )
    return parser.parse_args()


async def run(bmc: Bmc, options: argparse.Namespace) -> None:
    """Serve until SIGINT or SIGTERM, and print the URL and credentials as JSON."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(
            serve(bmc, tls=not options.http, port=options.port, latency=options.latency)
        )
        ready: dict[str, Any] = {
            "url": server.url,
            "username": bmc.username,
            "password": bmc.password,
            "certificate_sha256": server.certificate_sha256,
        }
        if options.ipmi_port is not None:
            service = serve_ipmi(bmc, port=options.ipmi_port)
            ready["ipmi_port"] = (await stack.enter_async_context(service)).port
        print(json.dumps(ready), flush=True)  # noqa: T201 - output of the command
        await stop.wait()


def main() -> int:
    """Run the simulator, and return its exit code."""
    options = parse()
    try:
        bmc = create_bmc(
            load_board(options.board),
            username=options.username,
            password=options.password,
            session_limit=options.sessions,
            session_timeout=options.session_timeout,
        )
        asyncio.run(run(bmc, options))
    except (BoardError, OSError, OverflowError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
