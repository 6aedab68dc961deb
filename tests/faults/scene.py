"""What faults are made of: the BMC, its server, and the way to it."""

import asyncio
from dataclasses import KW_ONLY, dataclass, field
from datetime import timedelta
import errno
import json
import os
import socket
from typing import Any

from aiohttp import ThreadedResolver
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest

from custom_components.supermicro_redfish.const import DOMAIN
from tests.conftest import Clock
from tests.integration import (
    BACKPLANE,
    FAN_MODE,
    MANAGER,
    STORAGE,
    SYSTEM,
    THERMAL,
    logged_problems,
)
from tests.integration.conftest import Elapse
from tests.integration.dialog import fill_in, reauth_form
from tests.integration.repair_flow import fix_issue, open_issues
from tests.simulator import Bmc, Server
from tests.simulator.certificate import Certificate, process_certificate

NAME = "bmc.example"
OTHERS = "somebody"
HOUR = timedelta(hours=1)
DAY = 24 * 3600
RESTART = 240
NOTICED = 0.02
"""Seconds after which a connection is known to be closed."""
MOVES = {
    f"{MANAGER}/Oem/Supermicro": f"{MANAGER}/Oem/SMC",
    f"{MANAGER}/LicenseManager": f"{MANAGER}/Oem/SMC/Licenses",
}
"""What new firmware has elsewhere."""
REMEMBERED = 11
"""Seconds after which aiohttp looks a name up again."""
GROUP = f"{STORAGE}/NVMeSSD"
DRIVES = f"{BACKPLANE}/Drives"
MEMORY = f"{SYSTEM}/Memory"


class Names(ThreadedResolver):
    """Looks names up as this test wants it; the test kit's own goes out of it."""

    async def real_close(self) -> None:
        """Be closed by Home Assistant."""


class Network:
    """The way from Home Assistant to the BMC, which has a name."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin with a way that is open."""
        self._connect = loop.sock_connect
        self._look_up = loop.getaddrinfo
        self.has_route = True
        self.knows_name = True

    async def sock_connect(self, sock: socket.socket, address: Any) -> None:
        """Connect, if there is a route."""
        if not self.has_route:
            raise OSError(errno.EHOSTUNREACH, os.strerror(errno.EHOSTUNREACH))
        await self._connect(sock, address)

    async def getaddrinfo(self, host: str, port: int, **hints: Any) -> list[Any]:
        """Look the name up, if it is known."""
        if host == NAME and not self.knows_name:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        host = "127.0.0.1" if host == NAME else host
        return await self._look_up(host, port, **hints)


@dataclass
class Scene:
    """A BMC, Home Assistant, and all that is between them."""

    _: KW_ONLY
    hass: HomeAssistant
    bmc: Bmc
    server: Server
    way: Network
    clock: Clock
    elapse: Elapse
    renewed: Certificate
    """Another certificate than the BMC has."""
    caplog: pytest.LogCaptureFixture
    monkeypatch: pytest.MonkeyPatch
    tasks: list[asyncio.Future[Any]] = field(default_factory=list, init=False)
    """What was begun and is to be waited for."""
    is_listening: bool = field(default=True, init=False)
    """Whether the BMC's web server is at its port as it should be."""

    @property
    def host(self) -> str:
        """The BMC's name and port."""
        return f"{NAME}:{self.server.port}"

    @property
    def account(self) -> dict[str, str]:
        """What a user enters to add the server."""
        bmc = self.bmc
        return {"host": self.host, "username": bmc.username, "password": "ADMIN"}

    @property
    def sessions(self) -> int:
        """How many sessions of ours are open, not those of others."""
        ids = self.bmc.sessions.ids
        found = [self.bmc.sessions.get(number) for number in ids]
        return sum(1 for item in found if item and item.user != OTHERS)

    @property
    def questions(self) -> list[str]:
        """What the user is asked: the sources of dialogues, the kinds of issues."""
        flows = self.hass.config_entries.flow.async_progress_by_handler(DOMAIN)
        issues = ir.async_get(self.hass).issues.values()
        return [
            *(flow["context"]["source"] for flow in flows),
            *(
                str(issue.translation_key)
                for issue in issues
                if issue.domain == DOMAIN and issue.active
            ),
        ]

    @property
    def log(self) -> list[str]:
        """What was logged about the integration as a warning or worse."""
        return logged_problems(self.caplog)

    async def close_port(self) -> None:
        """Let nobody listen at the BMC's port."""
        self.is_listening = False
        await self.server.refuse()
        await asyncio.sleep(NOTICED)

    async def open_port(self) -> None:
        """Let the BMC listen at its port again, over TLS."""
        await self.server.refuse()
        await self.server.listen()
        self.is_listening = True

    async def change_unseen(self) -> None:
        """Let the BMC be out of reach, and others change what it shows."""
        await self.close_port()
        self.bmc.set_reading("CPU Temp", 61)
        self.bmc.change(FAN_MODE, {"Mode": "Standard"})

    async def speak_no_tls(self) -> None:
        """Let the BMC's web server come up without TLS."""
        await self.close_port()
        await self.server.listen(plain=True)

    async def close_connections(self) -> None:
        """Let the BMC close its connections, and Home Assistant take note of it."""
        self.server.close_connections()
        await asyncio.sleep(NOTICED)

    async def lose_route(self) -> None:
        """Let no way lead to the BMC."""
        self.way.has_route = False
        await self.close_connections()

    async def lose_name(self) -> None:
        """Let nobody know the BMC's name, and nobody remember it."""
        self.way.knows_name = False
        await self.close_connections()
        await self.elapse(REMEMBERED)

    async def change_certificate(self) -> None:
        """Let the BMC come up with another certificate."""
        self.server.renew_certificate(self.renewed)
        self.bmc.expire_sessions()
        await self.close_connections()

    def fill_sessions(self) -> None:
        """Let others take all sessions, ours among them."""
        self.bmc.expire_sessions()
        while not self.bmc.sessions.full:
            self.bmc.sessions.create(OTHERS)

    def change_password(self) -> None:
        """Let somebody change the password, which ends all sessions."""
        self.bmc.change_password("changed")
        self.bmc.expire_sessions()

    async def switch_off(self) -> None:
        """Let somebody switch the host off at its button."""
        self.bmc.power("ForceOff")
        await self.elapse(60)

    async def begin_to_boot(self) -> None:
        """Let the host have been off, and have power again just before a poll."""
        await self.switch_off()
        await self.elapse(25)
        self.bmc.power("On")

    async def switch_on(self) -> None:
        """Let somebody switch the host on, and let it boot."""
        self.bmc.power("On")
        await self.elapse(60)

    def set_clock_back(self) -> None:
        """Let somebody set the clock of Home Assistant's machine back."""
        now = dt_util.utcnow
        self.monkeypatch.setattr(dt_util, "utcnow", lambda: now() - HOUR)

    async def sleep(self) -> None:
        """Let Home Assistant's machine sleep for a day."""
        await self.elapse(DAY, DAY)

    def pull_sensor(self) -> None:
        """Let the BMC no longer list the PCH's temperature."""
        sensors = self.bmc.resource(THERMAL)["Temperatures"]
        others = [item for item in sensors if item["Name"] != "PCH Temp"]
        self.bmc.change(THERMAL, {"Temperatures": others})

    def nothing_but_nulls(self) -> None:
        """Let Thermal have all of its keys, and no values."""
        self.bmc.put(THERMAL, dict.fromkeys(self.bmc.resource(THERMAL)))

    def add_drive(self) -> None:
        """Let somebody put a third drive in."""
        old, new = f"{DRIVES}/Disk.Bay.1", f"{DRIVES}/Disk.Bay.2"
        body = self.bmc.resource(old)
        body |= {"@odata.id": new, "Id": "Disk.Bay.2", "Name": "Disk.Bay.2"}
        self.bmc.put(new, body)
        for path, key in ((GROUP, "Drives"), (DRIVES, "Members")):
            links = self.bmc.resource(path)[key]
            self.bmc.change(path, {key: [*links, {"@odata.id": new}]})

    def add_memory(self) -> None:
        """Let the host have a module of memory more."""
        old, new = f"{MEMORY}/1", f"{MEMORY}/9"
        body = self.bmc.resource(old)
        self.bmc.put(new, body | {"@odata.id": new, "Id": "9"})
        links = self.bmc.resource(MEMORY)["Members"]
        self.bmc.change(MEMORY, {"Members": [*links, {"@odata.id": new}]})
        summary = self.bmc.resource(SYSTEM)["MemorySummary"]
        total = 2 * summary["TotalSystemMemoryGiB"]
        self.bmc.change(SYSTEM, {"MemorySummary": {"TotalSystemMemoryGiB": total}})

    def move_oem(self) -> None:
        """Let new firmware have everything of Supermicro's in another place."""
        bmc = self.bmc
        moved = {
            path: path.replace(old, new)
            for old, new in MOVES.items()
            for path in bmc.board.resources
            if path.startswith(old)
        }
        for path in (MANAGER, *moved):
            text = json.dumps(bmc.resource(path))
            for old, new in MOVES.items():
                text = text.replace(old, new)
            bmc.remove(path)
            bmc.put(moved.get(path, path), json.loads(text))
        bmc.change(MANAGER, {"FirmwareVersion": "01.05.02"})
        bmc.restart(120)

    async def accept_certificate(self) -> None:
        """Let the user accept the certificate that is shown."""
        (issue,) = open_issues(self.hass)
        await fix_issue(self.hass, issue)

    async def enter_password(self) -> None:
        """Let the user enter the BMC's password."""
        form = await reauth_form(self.hass)
        account = {"username": "ADMIN", "password": self.bmc.password}
        await fill_in(self.hass, form, account)

    async def mend_and_enter_password(self) -> None:
        """Let everything be as it was, and the user enter the password."""
        await self.mend()
        await self.enter_password()

    async def mend(self) -> None:
        """Let everything be as it was."""
        bmc = self.bmc
        self.way.has_route = self.way.knows_name = True
        bmc.heal()
        bmc.password, bmc.role, bmc.unlicensed = "ADMIN", "Administrator", ()
        bmc.if_match_required, bmc.not_modified = False, True
        for session in filter(None, map(bmc.sessions.get, bmc.sessions.ids)):
            if session.user == OTHERS:
                bmc.sessions.delete(session)
        for path, body in bmc.board.resources.items():
            bmc.put(path, body)
        await self._mend_server()
        if bmc.is_down:
            await self.elapse(RESTART)

    async def _mend_server(self) -> None:
        """Let the server be reached as ever, with its own certificate."""
        if self.server.certificate_sha256 == self.renewed.sha256:
            self.server.renew_certificate(process_certificate())
            self.server.close_connections()
        if not self.is_listening:
            await self.open_port()
