"""A Home Assistant, a simulated BMC, and the faults that can be injected."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Self

from tests.conftest import Clock
from tests.integration import requests_since
from tests.integration.conftest import Elapse
from tests.simulator import Bmc, Server, serve
from tests.simulator.certificate import Certificate, process_certificate

from .hass_instance import HassInstance, run_home_assistant
from .network import NAME, Network

SHIPPED_BOARD: Final = "x12spi-tf"
OTHER_USER: Final = "other"
"""User name of sessions that other clients have opened."""
RESTART_SECONDS: Final = 240
_NOTICE_SECONDS: Final = 0.02
"""Seconds until a client detects that a connection was closed."""
_DNS_CACHE_SECONDS: Final = 11
"""The time after which aiohttp resolves a name again."""


@dataclass(kw_only=True)
class Scenario:
    """A BMC, a Home Assistant and the network between them."""

    instance: HassInstance
    bmc: Bmc
    server: Server
    network: Network
    clock: Clock
    elapse: Elapse
    """Let time pass for Home Assistant and for the BMC."""
    other_certificate: Certificate
    """A certificate besides the one that the BMC begins with."""
    is_listening: bool = field(default=True, init=False)
    """Whether the BMC accepts TLS connections."""

    @classmethod
    @asynccontextmanager
    async def run(
        cls, bmc: Bmc, *, latency: float = 0, **fields: Any
    ) -> AsyncIterator[Self]:
        """Serve a BMC, run Home Assistant, and provide a scenario with both.

        Args:
            bmc: The simulated BMC.
            latency: The seconds that each response takes.
            fields: The other fields of the scenario.

        """
        with Network(asyncio.get_running_loop()).installed() as network:
            async with (
                serve(bmc, latency=latency) as server,
                run_home_assistant() as instance,
            ):
                yield cls(
                    instance=instance,
                    bmc=bmc,
                    server=server,
                    network=network,
                    **fields,
                )

    @property
    def host(self) -> str:
        """The name and port of the BMC."""
        return f"{NAME}:{self.server.port}"

    @property
    def account(self) -> dict[str, str]:
        """The user input that adds the server."""
        bmc = self.bmc
        return {"host": self.host, "username": bmc.username, "password": "ADMIN"}

    @property
    def open_sessions(self) -> int:
        """The number of open sessions, without those of other users."""
        ids = self.bmc.sessions.ids
        found = [self.bmc.sessions.get(number) for number in ids]
        return sum(1 for item in found if item and item.user != OTHER_USER)

    def create_entry(self) -> None:
        """Create an entry for the BMC by its name; it is not set up."""
        self.instance.create_entry(self.bmc, self.server, host=self.host)

    def path(self, kind: str) -> str:
        """Return the path of the board's first resource of a Redfish type."""
        return self.bmc.store.find(kind)[0]

    def requests_since(self, number: int) -> list[str]:
        """Return the requests to the BMC after the first `number` ones."""
        return requests_since(self.bmc, number)

    # The network

    async def close_port(self) -> None:
        """Refuse connections."""
        self.is_listening = False
        await self.server.refuse()
        await asyncio.sleep(_NOTICE_SECONDS)

    async def open_port(self) -> None:
        """Accept TLS connections again."""
        await self.server.refuse()
        await self.server.listen()
        self.is_listening = True

    async def serve_without_tls(self) -> None:
        """Speak plain HTTP on the port of the BMC."""
        await self.close_port()
        await self.server.listen(plain=True)

    async def close_connections(self) -> None:
        """Close all connections on the side of the BMC."""
        self.server.close_connections()
        await asyncio.sleep(_NOTICE_SECONDS)

    async def lose_route(self) -> None:
        """Make the BMC unreachable."""
        self.network.has_route = False
        await self.close_connections()

    async def lose_name(self) -> None:
        """Make the name of the BMC unknown, and let the cache of aiohttp expire."""
        self.network.resolves_name = False
        await self.close_connections()
        await self.elapse(_DNS_CACHE_SECONDS)

    # Trust, sessions and accounts

    def swap_certificate(self) -> None:
        """Replace the certificate of the BMC by the other one."""
        shown = self.server.certificate_sha256
        is_other = shown == self.other_certificate.sha256
        new = process_certificate() if is_other else self.other_certificate
        self.server.renew_certificate(new)

    async def change_certificate(self) -> None:
        """Restart the web server of the BMC with another certificate."""
        self.swap_certificate()
        self.bmc.expire_sessions()
        await self.close_connections()

    def fill_sessions(self) -> None:
        """Let another user occupy all sessions, including ours."""
        self.bmc.expire_sessions()
        while not self.bmc.sessions.full:
            self.bmc.sessions.create(OTHER_USER)

    def change_password(self, password: str) -> None:
        """Change the password, which ends all sessions."""
        self.bmc.change_password(password)
        self.bmc.expire_sessions()

    # The host

    async def power_off(self) -> None:
        """Switch the host off at its button."""
        self.bmc.power("ForceOff")
        await self.elapse(60)

    async def power_on(self) -> None:
        """Switch the host on and let it boot."""
        self.bmc.power("On")
        await self.elapse(60)

    async def start_boot(self) -> None:
        """Start the boot of the host just before a poll."""
        await self.power_off()
        await self.elapse(25)
        self.bmc.power("On")

    # Recovery

    async def recover(self) -> None:
        """Undo all faults."""
        bmc = self.bmc
        self.network.has_route = self.network.resolves_name = True
        bmc.heal()
        bmc.password, bmc.role, bmc.unlicensed = "ADMIN", "Administrator", ()
        bmc.if_match_required, bmc.not_modified = False, True
        bmc.etags, bmc.if_match = "equal", "any tag"
        for session in filter(None, map(bmc.sessions.get, bmc.sessions.ids)):
            if session.user == OTHER_USER:
                bmc.sessions.delete(session)
        for path, body in bmc.board.resources.items():
            bmc.put(path, body)
        if self.server.certificate_sha256 == self.other_certificate.sha256:
            self.swap_certificate()
            self.server.close_connections()
        if not self.is_listening:
            await self.open_port()
        if bmc.is_down:
            await self.elapse(RESTART_SECONDS)
