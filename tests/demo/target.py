"""The BMC that is added: a simulated one, or a real one somewhere."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.simulator import Bmc, Server, serve

from .options import Options


@dataclass(frozen=True, kw_only=True)
class Target:
    """How to reach a BMC."""

    host: str
    username: str
    password: str
    server: Server | None = None
    """The simulated BMC, whose inside can be looked at."""

    @property
    def answers(self) -> dict[str, str]:
        """What the dialogue asks for."""
        return {
            "host": self.host,
            "username": self.username,
            "password": self.password,
        }


@asynccontextmanager
async def open_target(options: Options) -> AsyncIterator[Target]:
    """Have a BMC: start the simulated one, unless a real one is given."""
    if options.board is None:
        yield Target(
            host=options.host, username=options.username, password=options.password
        )
        return
    bmc = Bmc(options.board)
    async with serve(bmc) as server:
        yield Target(
            host=server.host,
            username=bmc.username,
            password=bmc.password,
            server=server,
        )
