"""Two faults at once: the twenty likeliest pairs, and why they are likely.

The faults are those of the matrix, by their names; the second comes right after the
first, and is watched at the polls.
"""

from collections.abc import Awaitable
from dataclasses import dataclass
import inspect

from homeassistant.const import STATE_UNKNOWN

from tests.scenario.fault_table import Fault, Poll, View
from tests.scenario.scenario import RESTART, Scene

from .matrix import (
    DRIVE,
    DRIVE_TEMPERATURE,
    GONE,
    MATRIX,
    NO_THERMALS,
    OF_HOST,
    OFF,
    THERMALS,
)

ROWS = {row.fault: row for row in MATRIX}

RESTARTS = "the BMC restarts for four minutes"
NEW_CERTIFICATE = "the certificate has changed"
NEW_PASSWORD = "the password was changed"
FULL = "the table of sessions is full"


@dataclass(frozen=True)
class Pair:
    """Two faults at once, and what becomes of them."""

    first: str
    second: str
    why: str
    """Why they come together."""
    poll: Poll
    mended: Fault = Scene.mend

    @property
    def fault(self) -> str:
        """What it is, in plain words."""
        return f"{self.first}, and {self.second}"

    @property
    def is_slow(self) -> bool:
        """Whether somebody loses patience."""
        return ROWS[self.first].is_slow or ROWS[self.second].is_slow

    async def made(self, scene: Scene) -> None:
        """Let both go wrong."""
        for name in (self.first, self.second):
            made: Awaitable[None] | None = ROWS[name].made(scene)
            if inspect.isawaitable(made):
                await made


async def accept_and_enter(scene: Scene) -> None:
    """Let the user accept the certificate, and then enter the new password."""
    await scene.accept_certificate()
    await scene.enter_password()


async def wait_and_accept(scene: Scene) -> None:
    """Let the BMC come up, and the user accept its certificate."""
    await scene.elapse(RESTART)
    await scene.accept_certificate()


PAIRS: tuple[Pair, ...] = (
    Pair(
        RESTARTS,
        NEW_CERTIFICATE,
        why="a firmware update makes a new certificate",
        poll=Poll(
            shows=GONE,
            log=("certificate is another one",),
            asks=("certificate_changed",),
            requests=0,
            sessions=0,
            logins_after=1,
        ),
        mended=wait_and_accept,
    ),
    Pair(
        RESTARTS,
        NEW_PASSWORD,
        why="a reset to factory defaults",
        poll=Poll(
            shows=GONE,
            log=("no connection any more",),
            asks=("reauth",),
            seconds=RESTART + 60,
            requests=20,
            logins=1,
            sessions=0,
            logins_after=2,
        ),
        mended=Scene.enter_password,
    ),
    Pair(
        RESTARTS,
        "503",
        why="the web server is up before the Redfish service",
        poll=Poll(
            shows=GONE,
            log=("no connection any more",),
            seconds=RESTART + 60,
            requests=26,
            sessions=0,
            logins_after=1,
        ),
    ),
    Pair(
        RESTARTS,
        "the name is not known",
        why="one power cut hits the server and the router",
        poll=Poll(
            shows=GONE,
            log=("not known",),
            requests=0,
            sessions=0,
            logins_after=1,
        ),
    ),
    Pair(
        RESTARTS,
        "the host is off",
        why="the server's plug was pulled, and the host waits for its button",
        poll=Poll(
            shows=GONE,
            log=("no connection any more",),
            requests=20,
            sessions=0,
            after=OFF,
            logins_after=1,
        ),
    ),
    Pair(
        "the BMC's clock jumps back by half a century",
        RESTARTS,
        why="its battery is empty",
        poll=Poll(
            shows=GONE,
            log=("no connection any more",),
            requests=12,
            sessions=0,
            logins_after=1,
        ),
    ),
    Pair(
        NEW_CERTIFICATE,
        NEW_PASSWORD,
        why="another BMC, or a reset to factory defaults, that nobody has seen",
        poll=Poll(
            shows=GONE,
            log=("certificate is another one",),
            asks=("certificate_changed",),
            requests=0,
            sessions=0,
            log_after=("could not authenticate",),
            logins_after=3,
        ),
        mended=accept_and_enter,
    ),
    Pair(
        NEW_CERTIFICATE,
        "a page in the place of every resource",
        why="a proxy or a captive portal is in between",
        poll=Poll(
            shows=GONE,
            log=("certificate is another one",),
            asks=("certificate_changed",),
            requests=0,
            sessions=0,
            back_after=300,
            logins_after=1,
        ),
    ),
    Pair(
        "the host boots",
        "every answer trickles, but comes in time",
        why="the BMC is busy with the host",
        poll=Poll(
            shows=View(
                unknown=OF_HOST,
                says={"sensor.boot_progress": "processor_initialization"},
            ),
            passing=("sensor.drive_temperature",),
            seconds=5,
            requests=16,
            back_after=60,
        ),
    ),
    Pair(
        "the host is off",
        "null for every key",
        why="a BMC may have nothing to say of the sensors then",
        poll=Poll(
            shows=View(
                unavailable=THERMALS[:2],
                unknown=("sensor.drive_temperature", "sensor.headroom"),
                says=OFF.says,
            ),
            requests=16,
            after=OFF,
        ),
    ),
    Pair(
        "the host is off",
        "a drive is added",
        why="that is how one adds a drive",
        poll=Poll(
            shows=View(
                unknown=OFF.unknown,
                says={**OFF.says, **DRIVE.says, DRIVE_TEMPERATURE: STATE_UNKNOWN},
            ),
            seconds=900,
            requests=110,
            after=DRIVE,
        ),
        mended=Scene.switch_on,
    ),
    Pair(
        "the host is off",
        "a module of memory is added",
        why="that is how one adds memory",
        poll=Poll(shows=OFF, seconds=900, requests=110),
        mended=Scene.switch_on,
    ),
    Pair(
        FULL,
        NEW_PASSWORD,
        why="a script with the old password has taken all sessions",
        poll=Poll(
            shows=GONE,
            log=("refuses",),
            asks=("reauth",),
            requests=8,
            logins=1,
            sessions=0,
            logins_after=2,
        ),
        mended=Scene.enter_password,
    ),
    Pair(
        FULL,
        "the connection is closed between two polls",
        why="a BMC with many clients is short of connections, too",
        poll=Poll(requests=15, logins=1, sessions=0, sessions_after=0),
    ),
    Pair(
        "401 once",
        "the connection is closed just as a request comes",
        why="its web server has crashed, and came up again",
        poll=Poll(requests=15, logins=1),
    ),
    Pair(
        "every answer trickles, but comes in time",
        "401 once",
        why="a busy BMC drops sessions",
        poll=Poll(requests=15, logins=1),
    ),
    Pair(
        "JSON that is cut short, in one resource",
        "401 once",
        why="its web server is out of memory",
        poll=Poll(
            shows=NO_THERMALS,
            log=("thermal cannot be read",),
            requests=15,
            logins=1,
        ),
    ),
    Pair(
        "Home Assistant's machine sleeps for a day",
        "host unreachable",
        why="a machine wakes up before its network does",
        poll=Poll(
            shows=GONE,
            log=("No route to host",),
            requests=35,
            logins=1,
        ),
    ),
    Pair(
        "new firmware has moved all that is Supermicro's own",
        "403 for want of a licence",
        why="new firmware asks for licences that the old one did not",
        poll=Poll(
            shows=NO_THERMALS,
            log=("no connection any more",),
            asks=("license_missing",),
            passing=("",),
            seconds=900,
            requests=112,
            logins=1,
        ),
    ),
    Pair(
        "503",
        "a sensor vanishes",
        why="a part fails and takes the BMC along for a while",
        poll=Poll(
            shows=GONE,
            log=("busy",),
            after=View(unavailable=("sensor.temperature_PCH",)),
        ),
        mended=lambda scene: scene.bmc.heal(),
    ),
)
