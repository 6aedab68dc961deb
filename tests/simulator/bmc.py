"""The state of a simulated BMC, and what the hardware behind it may do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
import copy
from dataclasses import KW_ONLY, dataclass, field
from datetime import UTC, datetime, timedelta
import time
from typing import Any, Literal

from .board import Board, normalise
from .changes import change
from .completion import ROOT, SESSION_SERVICE, SESSIONS, link
from .etags import ETAG, with_etag
from .faults import Fault, Faults
from .host import Host, Times
from .host_state import affect
from .messages import JSON_TYPE, Answer, Json, Phrasebook
from .privileges import show_role
from .scheduler import Agenda, Clock
from .sessions import Session, Sessions
from .store import Store
from .tasks import Tasks

_READINGS = {
    "Temperatures": "ReadingCelsius",
    "Fans": "Reading",
    "Voltages": "ReadingVolts",
}


@dataclass
class Exchange:
    """A request and what became of it."""

    method: str
    path: str
    """Without a slash at the end, and without the query."""
    query: str
    headers: Mapping[str, str]
    """By lower-case names."""
    token: str | None
    body: Any = None
    """The request's JSON; None if it has none."""
    status: int = 0
    """Zero as long as there is no answer, and if there never is one."""
    seconds: float = 0.0


@dataclass(eq=False, repr=False)
class Bmc:
    """A BMC that answers as a recorded board, and changes as a living one.

    Where nobody recorded what a BMC does, a keyword lets it do either thing.
    """

    board: Board
    _: KW_ONLY
    username: str = "ADMIN"
    password: str = "ADMIN"
    role: Literal["Administrator", "Operator", "ReadOnly"] = "Administrator"
    """What the account that logs in may do: a ReadOnly one may not write."""
    clock: Clock = time.monotonic
    session_limit: int = 16
    session_timeout: float | None = None
    """Seconds; None is what the board recorded, 300 on most."""
    session_expiry: Literal["idle", "login"] = "idle"
    """Whether the timeout counts from the last use or from the login."""
    sessions_enabled: bool = True
    """Some X11 refuse to open sessions, though Basic authentication works."""
    basic_auth: bool = True
    """Other boards take sessions only."""
    location: Literal["relative", "absolute"] = "relative"
    """How a login tells where its session is."""
    etag_header: bool = True
    not_modified: bool = True
    """Whether If-None-Match is heeded."""
    if_match_demanded: bool = False
    """Whether a write must name the ETag of what it changes."""
    html_404: bool = False
    """Whether the web server answers for what is missing, with a page."""
    write_answer: Literal["success", "resource", "nothing"] = "success"
    unlicensed: tuple[str, ...] = ()
    """Beginnings of paths that a licence is missing for."""
    power_seconds: float = 3.0
    shutdown_seconds: float = 10.0
    boot_seconds: float = 30.0
    task_seconds: float = 2.0
    restart_seconds: float = 20.0
    """How long the BMC is away after Manager.Reset."""
    os_answers: bool = True
    """Whether the host shuts down when it is asked to."""
    requests: list[Exchange] = field(default_factory=list, init=False)
    """Every request, in order of arrival."""
    login_attempts: int = field(default=0, init=False)
    """How often somebody asked for a session, answered or not."""
    logins: int = field(default=0, init=False)
    """How often somebody got one."""
    boots: int = field(default=1, init=False)
    """How often the BMC has started; each time its connections break."""
    peak_parallel: int = field(default=0, init=False)
    """The most requests that were worked on at once."""

    def __post_init__(self) -> None:
        """Put the board into operation."""
        self.store = Store(self.board.resources)
        # The sessions of those who recorded the board are over.
        self.store.clear_below(SESSIONS)
        self.phrases = Phrasebook(old=self.board.is_old)
        self.faults = Faults()
        self.agenda = Agenda(self.clock)
        recorded = self.store[SESSION_SERVICE].get("SessionTimeout", 300)
        self.sessions = Sessions(
            self.clock,
            limit=self.session_limit,
            timeout=self.session_timeout or float(recorded),
            expiry=self.session_expiry,
        )
        self.tasks = Tasks(self)
        times = Times(self.power_seconds, self.shutdown_seconds, self.boot_seconds)
        self.host = Host(self.agenda, times, answers=self.os_answers)
        self.host.on_boot = self._use_boot_override
        self._began = self._down_until = self.agenda.now
        self._down_status: int | None = None

    # What tests look at

    @property
    def open_sessions(self) -> int:
        """How many logins there are that have not expired."""
        return len(self.sessions)

    @property
    def power_state(self) -> str:
        """The power state of the host."""
        self.agenda.settle()
        return self.host.state

    @property
    def fan_mode(self) -> str | None:
        """The fan mode, wherever the board has it."""
        mode: str | None = self._first_of("FanMode").get("Mode")
        return mode

    @property
    def ntp_enabled(self) -> bool | None:
        """Whether NTP is on, wherever the board says so."""
        enabled: bool | None = self._first_of("NTP").get("NTPEnable")
        return enabled

    @property
    def indicator_led(self) -> str | None:
        """What the identify LED does: Off, Lit or Blinking."""
        led: str | None = self._first_of("ComputerSystem").get("IndicatorLED")
        return led

    @property
    def is_locked_down(self) -> bool:
        """Whether the system lockdown refuses writes."""
        return bool(self._first_of("SysLockdown").get("SysLockdownEnabled"))

    def has(self, path: str) -> bool:
        """Whether there is such a resource."""
        parent, _, name = normalise(path).rpartition("/")
        if parent == SESSIONS:
            return self.sessions.get(name) is not None
        return path in self.store

    def resource(self, path: str) -> Json:
        """Return a resource as it would be served now; KeyError if there is none."""
        self.agenda.settle()
        path = normalise(path)
        body = self._body(path)
        if ETAG in body and body != self.board.resources.get(path):
            return with_etag(body)
        return body

    # What the hardware does

    def change(self, path: str, changes: Mapping[Any, Any]) -> None:
        """Merge changes into a resource from the hardware's side.

        Objects merge, None is a value, `REMOVED` takes a key away. Of a list, the
        changed items are named by index or Name:
        `{"PowerSupplies": {"Power Supply Bay 2": {"LineInputVoltage": None}}}`.
        """
        change(self.store[path], dict(changes))

    def put(self, path: str, body: Json) -> None:
        """Add a resource, or put another in its place."""
        self.store[path] = body

    def remove(self, path: str) -> None:
        """Take a resource away."""
        del self.store[path]

    def set_reading(self, name: str, reading: float | None) -> None:
        """Let a temperature, fan or voltage read something else."""
        for path in [*self.store.find("Thermal"), *self.store.find("Power")]:
            for key, value in _READINGS.items():
                for sensor in self.store[path].get(key, ()):
                    if name in (sensor.get("Name"), sensor.get("FanName")):
                        sensor[value] = reading
                        return
        raise KeyError(name)

    def power(self, reset_type: str) -> None:
        """Switch the host on or off, as its power button or a client would."""
        self.agenda.settle()
        self.host.reset(reset_type)

    def change_password(self, password: str) -> None:
        """Change the password; who is logged in stays so."""
        self.password = password

    def expire_sessions(self) -> None:
        """Forget all logins, as a restarted BMC does."""
        self.sessions.clear()

    def restart(
        self, seconds: float | None = None, *, status: int | None = None
    ) -> None:
        """Restart the BMC: nothing is answered for a while, and logins are gone.

        With a status, this one is answered meanwhile.
        """
        seconds = self.restart_seconds if seconds is None else seconds
        self._down_until = self.agenda.now + seconds
        self._down_status = status
        self.boots += 1
        self.expire_sessions()
        manager = self.store.first_of("Manager")
        if "LastResetTime" in manager:
            manager["LastResetTime"] = self.date_time()

    # What goes wrong; of several faults for a path the newest one counts

    def fail(
        self,
        path: str,
        *,
        status: int = 500,
        body: Json | bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
        content_type: str = JSON_TYPE,
        method: str | None = None,
        times: int | None = None,
    ) -> None:
        """Answer requests wrongly; without a body, with an error of that status.

        The path may be `*` or end in one. Without `times` it lasts until `heal`.
        """
        if body is None:
            body = self.phrases.error(status).body
        answer = Answer(status, body, dict(headers or {}), content_type)
        self.faults.add(Fault(path, method, times, answer))

    def hang(self, path: str, seconds: float, *, times: int | None = None) -> None:
        """Answer requests late."""
        self.faults.add(Fault(path, times=times, seconds=seconds))

    def drop(
        self, path: str, *, times: int | None = None, is_done: bool = False
    ) -> None:
        """Abort the connection instead of answering, whether or not it is done."""
        self.faults.add(Fault(path, times=times, is_drop=True, is_done=is_done))

    def cut(self, path: str, *, times: int | None = None) -> None:
        """Reset the connection in the middle of the answer."""
        self.faults.add(Fault(path, times=times, delivery="cut"))

    def stall(self, path: str, *, times: int | None = None) -> None:
        """Send half of the answer, and then nothing more."""
        self.faults.add(Fault(path, times=times, delivery="stalled"))

    def trickle(self, path: str, seconds: float, *, times: int | None = None) -> None:
        """Send the answer in small pieces, for so long."""
        self.faults.add(
            Fault(path, times=times, delivery="trickled", delivery_seconds=seconds)
        )

    def upon(self, path: str, act: Callable[[], None]) -> None:
        """Let something happen just as the next request for a path is answered."""
        self.faults.add(Fault(path, times=1, act=act))

    def heal(self) -> None:
        """End all faults."""
        self.faults.clear()

    # What the answering of requests works with

    def record(self, exchange: Exchange) -> None:
        """Take note of a request that has arrived."""
        self.requests.append(exchange)
        if (exchange.method, exchange.path) == ("POST", SESSIONS):
            self.login_attempts += 1

    @property
    def is_down(self) -> bool:
        """Whether the BMC is restarting."""
        return self.agenda.now < self._down_until

    @property
    def down_answer(self) -> Answer | None:
        """What a restarting BMC answers, if anything."""
        status = self._down_status
        return None if status is None else self.phrases.error(status)

    @property
    def machine(self) -> tuple[str, str]:
        """The paths of the system and the chassis that are the machine itself."""
        system = self.store.first_member(f"{ROOT}/Systems")
        return system, self.store.first_member(f"{ROOT}/Chassis")

    def date_time(self) -> str:
        """Return the BMC's time, which went on from when it was recorded."""
        recorded = self.store.first_of("Manager").get("DateTime")
        start = datetime.fromisoformat(recorded) if recorded else datetime.now(UTC)
        now = start + timedelta(seconds=round(self.agenda.now - self._began))
        text = now.isoformat(timespec="seconds")
        return text if self.board.is_old else text.replace("+00:00", "Z")

    def _body(self, path: str) -> Json:
        """Return a copy of a body with all that is not stored in it."""
        parent, _, name = path.rpartition("/")
        if parent == SESSIONS:
            if session := self.sessions.get(name):
                return self._session_body(session)
            raise KeyError(path)
        body = copy.deepcopy(self.store[path])
        if path == SESSIONS:
            members = [link(f"{SESSIONS}/{item}") for item in self.sessions.ids]
            body |= {"Members": members, "Members@odata.count": len(members)}
        elif path == SESSION_SERVICE:
            body["SessionTimeout"] = round(self.sessions.timeout)
        affect(body, self.host, old=self.board.is_old)
        show_role(self, body)
        return body

    def _session_body(self, session: Session) -> Json:
        """Return the resource of a login, which never shows the token."""
        is_old = self.board.is_old
        context = {"@odata.context": f"{ROOT}/$metadata#Session.Session"}
        body = {
            **(context if is_old else {}),
            "@odata.type": f"#Session.{'v1_0_0' if is_old else 'v1_3_0'}.Session",
            "@odata.id": f"{SESSIONS}/{session.id}",
            "Id": session.id,
            "Name": "User Session",
            "Description": "Manager User Session",
            "UserName": session.user,
            "Oem": {},
        }
        return with_etag(body) if self.board.has_etags else body

    def _first_of(self, kind: str) -> Json:
        """Return the first resource of a type as it is now."""
        self.agenda.settle()
        return self.store.first_of(kind)

    def _use_boot_override(self) -> None:
        """Forget a boot source that was set for one boot only."""
        boot = self.store.first_of("ComputerSystem").get("Boot", {})
        if boot.get("BootSourceOverrideEnabled") == "Once":
            boot["BootSourceOverrideEnabled"] = "Disabled"
            boot["BootSourceOverrideTarget"] = "None"
