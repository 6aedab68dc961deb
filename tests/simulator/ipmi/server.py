"""Serve IPMI over LAN on 127.0.0.1: UDP packets, their loss, and other faults."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import KW_ONLY, dataclass, field
import random
from typing import Any, NamedTuple, cast

from tests.simulator.bmc import Bmc
from tests.simulator.cooling import Cooling

from .commands import INVALID, capabilities, cipher_suites, execute
from .packets import (
    ENCRYPTED_AND_SIGNED,
    MESSAGE,
    OPEN_REQUEST,
    RAKP1,
    RAKP3,
    Command,
    build_response,
    parse_command,
    parse_header,
    wrap_1_5,
)
from .sessions import IpmiSession, IpmiSessions

HOST = "127.0.0.1"
_WINDOW = 32

_APP, _CAPABILITIES, _CIPHER_SUITES = 0x06, 0x38, 0x54

Address = tuple[str, int]


class Received(NamedTuple):
    """A command that the BMC executed, in the order of execution."""

    function: int
    number: int
    data: bytes
    code: int
    """Completion code."""
    time: float
    """Time of the BMC's clock."""


@dataclass(eq=False, repr=False)
class IpmiServer(asyncio.DatagramProtocol):
    """The IPMI service of a BMC. All fields are switches that tests may change."""

    bmc: Bmc
    _: KW_ONLY
    cipher_suites: tuple[int, ...] = (3, 17)
    ipmi_2: bool = True
    """False for a BMC that offers IPMI 1.5 only."""
    forced_suite: int | None = None
    """Cipher suite that the BMC chooses, whichever is requested."""
    bmc_key: bytes = b""
    """BMC key (Kg); empty for none."""
    session_limit: int = 4
    session_timeout: float = 60.0
    stack: str = "aspeed"
    """Firmware stack, a name of `commands.STACKS`."""
    fan_level: int = 3
    """Privilege level that fan commands need; whether an operator suffices is
    unknown."""
    product_id: int = 0x1B0F
    """Product id in the device id; this one is an X11SCM in the list of ipmitool."""
    zones: int | None = None
    """Number of fan zones; None for as many as the names of the fans suggest."""
    missing_zone: int = INVALID
    """Completion code of a duty whose zone is missing."""
    completion_codes: dict[tuple[int, ...], int] = field(default_factory=dict)
    """Completion codes by network function, command, and any number of data bytes."""
    shown_mode: int | None = None
    """Byte that is returned instead of the fan mode."""
    shown_duty: int | None = None
    """Byte that is returned instead of a duty."""
    is_silent: bool = False
    loss: float = 0.0
    """Share of packets that are lost, in each direction."""
    seed: int = 0
    """Seed of the losses."""
    duplicates: int = 1
    """Number of copies of each sent packet."""
    latency: float = 0.0
    """Delay of each response in seconds."""
    drop_packet: Callable[[bytes, bool], bool] = lambda _packet, _is_received: False
    """Decide for each packet whether it is lost."""

    packets: int = field(default=0, init=False)
    """Number of packets that arrived, including lost ones."""
    commands: list[Received] = field(default_factory=list, init=False)
    """All executed commands within sessions."""
    logins: int = field(default=0, init=False)
    login_attempts: int = field(default=0, init=False)
    """Number of received RAKP 1 messages, which name an account."""
    failed_logins: int = field(default=0, init=False)
    port: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        """Start the simulation of the cooling, which Redfish shows as well."""
        if self.bmc.cooling is None:
            self.bmc.cooling = Cooling(self.bmc, zones=self.zones)
        self.cooling = self.bmc.cooling
        self.sessions = IpmiSessions(self)
        self._random = random.Random(self.seed)  # noqa: S311 - a run has to be repeatable
        self._boots = self.bmc.boots
        self._transport: asyncio.DatagramTransport | None = None

    @property
    def now(self) -> float:
        """The time of the BMC's clock."""
        return self.bmc.scheduler.now

    @property
    def open_sessions(self) -> int:
        """The number of open sessions."""
        return len(self.sessions.open)

    @property
    def is_serving(self) -> bool:
        """Return whether packets are received: IPMI over LAN may be disabled."""
        protocols = self.bmc.store.first_of("ManagerNetworkProtocol")
        is_enabled = protocols.get("IPMI", {}).get("ProtocolEnabled") is not False
        return is_enabled and not (self.is_silent or self.bmc.is_down)

    def sent(self, function: int, number: int, *data: int) -> list[Received]:
        """Return the executed commands that start with given bytes."""
        return [
            item
            for item in self.commands
            if (item.function, item.number) == (function, number)
            and item.data.startswith(bytes(data))
        ]

    async def listen(self, port: int = 0, host: str = HOST) -> None:
        """Open the UDP port; 0 is any free one."""
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: self, local_addr=(host, port))
        assert self._transport
        self.port = self._transport.get_extra_info("sockname")[1]

    def close(self) -> None:
        """Close the UDP port."""
        if self._transport:
            self._transport.close()

    # Called by asyncio

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the socket."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: Address) -> None:
        """Handle a packet, and send its response."""
        self.packets += 1
        self.bmc.scheduler.run_due()
        if self._boots != self.bmc.boots:
            self._boots = self.bmc.boots
            self.sessions.clear()
        if not self.is_serving or self._is_lost(data, is_received=True):
            return
        if response := self._respond(data):
            loop = asyncio.get_running_loop()
            if self.latency:
                loop.call_later(self.latency, self._send, response, addr)
            else:  # a timer would never end while time stands still
                loop.call_soon(self._send, response, addr)

    def _send(self, packet: bytes, addr: Address) -> None:
        """Send a packet unless it is lost."""
        if self._transport is None or self._transport.is_closing():
            return
        for _ in range(self.duplicates):
            if not self._is_lost(packet, is_received=False):
                self._transport.sendto(packet, addr)

    def _is_lost(self, packet: bytes, *, is_received: bool) -> bool:
        """Return whether a packet is lost."""
        return self.drop_packet(packet, is_received) or (
            self._random.random() < self.loss
        )

    def _respond(self, packet: bytes) -> bytes:
        """Return the response to a packet; empty if there is none."""
        if len(packet) > 14 and packet[4] == 0:
            return self._respond_outside_session(packet[14:])
        header = parse_header(packet) if self.ipmi_2 else None
        if header is None:
            return b""
        login_steps = {
            OPEN_REQUEST: self.sessions.open_session,
            RAKP1: self.sessions.rakp1,
            RAKP3: self.sessions.rakp3,
        }
        if step := login_steps.get(header.kind):
            return step(header.payload)
        session = self.sessions.get(header.session)
        if session is None or header.kind != ENCRYPTED_AND_SIGNED | MESSAGE:
            return b""
        message = session.keys.unwrap(packet, header.payload)
        if message is None or not self._is_new(session, header.sequence):
            return b""
        session.used = self.now
        return self._respond_in_session(session, message)

    def _respond_outside_session(self, message: bytes) -> bytes:
        """Return the response to a command that needs no session."""
        command = parse_command(message)
        if command is None or command.function != _APP:
            return b""
        if command.number == _CAPABILITIES:
            return wrap_1_5(build_response(command, *capabilities(self, command)))
        if command.number == _CIPHER_SUITES and self.ipmi_2:
            return wrap_1_5(build_response(command, *cipher_suites(self, command)))
        return b""

    def _respond_in_session(self, session: IpmiSession, message: bytes) -> bytes:
        """Execute a command, and return its response."""
        command = parse_command(message)
        if command is None:
            return b""
        code, data = execute(self, session, command)
        self._record(command, code)
        session.sent += 1
        response = build_response(command, code, data)
        return session.keys.wrap(session.console, session.sent, response)

    def _record(self, command: Command, code: int) -> None:
        """Record an executed command."""
        self.commands.append(
            Received(command.function, command.number, command.data, code, self.now)
        )

    def _is_new(self, session: IpmiSession, sequence: int) -> bool:
        """Return whether a packet is no repetition, and record it."""
        highest = max(session.received, default=0)
        if sequence in session.received or sequence <= highest - _WINDOW:
            return False
        session.received.add(sequence)
        return True


@asynccontextmanager
async def serve_ipmi(
    bmc: Bmc, *, port: int = 0, host: str = HOST, **switches: Any
) -> AsyncIterator[IpmiServer]:
    """Serve IPMI of a BMC on 127.0.0.1; `switches` are the fields of IpmiServer."""
    server = IpmiServer(bmc, **switches)
    await server.listen(port, host)
    try:
        yield server
    finally:
        server.close()
