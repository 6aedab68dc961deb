"""State of a simulated BMC, and its changes by hardware and faults."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, InitVar, dataclass, field
from datetime import UTC, datetime, timedelta
import time
from typing import TYPE_CHECKING, Any, Literal

from .board import Board
from .changes import change
from .etags import ETAG, EtagSpelling, IfMatch, with_etag
from .event_streams import EventStreams
from .expand import Expand, advertise
from .faults import FaultControls, Faults
from .host import Host, HostTimes
from .host_state import show_host_state
from .power_record import TELEMETRY, PowerRecord, reports
from .privileges import show_role
from .resources import (
    ROOT,
    SESSION_SERVICE,
    SESSIONS,
    JsonObject,
    copy_json,
    link,
    normalize_path,
)
from .responses import Response, ResponseBuilder
from .scheduler import Clock, Scheduler
from .sensors import show_sensors
from .sessions import Session, Sessions
from .store import Store
from .tasks import Tasks

if TYPE_CHECKING:
    from .cooling import Cooling

_READINGS = {
    "Temperatures": "ReadingCelsius",
    "Fans": "Reading",
    "Voltages": "ReadingVolts",
}


@dataclass
class Exchange:
    """A received request and its response."""

    method: str
    path: str
    """The path without a slash at the end, and without the query."""
    query: str
    headers: Mapping[str, str]
    """Headers by lower-case name."""
    token: str | None
    body: Any = None
    """The JSON of the request; None if it has none."""
    status: int = 0
    """HTTP status; zero before the response, and if there is none."""
    seconds: float = 0.0
    """Duration until the response."""


@dataclass(eq=False, repr=False)
class Bmc(FaultControls):
    """A BMC that starts as a recorded board and reacts to writes, time and faults.

    The keywords select the behavior that differs between firmware families or that no
    recording shows.
    """

    board: Board
    _: KW_ONLY
    username: str = "ADMIN"
    password: str = "ADMIN"
    role: Literal["Administrator", "Operator", "ReadOnly"] = "Administrator"
    """Role of the account, and with it its privileges."""
    clock: Clock = time.monotonic
    session_limit: int = 16
    session_timeout: float | None = None
    """Seconds; None for the recorded value, which is 300 on most boards."""
    session_expiry: Literal["idle", "login"] = "idle"
    """Whether the timeout starts at the last use or at the login."""
    sessions_enabled: bool = True
    """Whether sessions can be opened. Some X11 boards accept only Basic."""
    basic_auth: bool = True
    """Whether Basic authentication works. Some boards accept sessions only."""
    login_response: Literal["session", "token only", "no token"] = "session"
    """Response to a login: 201 with token, Location and session; 201 with the token and
    without Location and Id; or 200 without a token, for which no session opens."""
    location: Literal["relative", "absolute"] = "relative"
    """Format of the Location header of a login: a path or a complete URL."""
    etag_header: InitVar[bool] = True
    """False for `etags="body only"`."""
    etags: EtagSpelling = "equal"
    """Spelling of ETags in the header and in the body."""
    not_modified: bool = True
    """Whether the response to a matching If-None-Match is 304."""
    if_match_required: bool = False
    """Whether a write without If-Match is rejected."""
    if_match: IfMatch = "any tag"
    """The values of If-Match that a write accepts."""
    expand: Expand = "400"
    """Response to a read with `$expand`."""
    expand_advertised: bool | None = None
    """Whether the root advertises `$expand`; None for the recorded root."""
    html_404: bool = False
    """Whether the response to a missing path is an HTML page of the web server."""
    required_headers: Mapping[str, str] = field(default_factory=dict)
    """Headers without which the response is an HTML page, in lower case."""
    write_response: Literal["success", "resource", "nothing"] = "success"
    """Body of the response to a PATCH: a message, the resource or none."""
    unlicensed: tuple[str, ...] = ()
    """Paths that need a missing license, together with all paths below them."""
    media_parameters: tuple[str, ...] = ()
    """Parameters that InsertMedia requires beside the image."""
    media_error: bool = False
    """Whether InsertMedia rejects every image, with the request in its message."""
    power_seconds: float = 3.0
    """Duration of switching the host on, and of forcing it off."""
    shutdown_seconds: float = 10.0
    """Duration of a graceful shutdown."""
    boot_seconds: float = 30.0
    """Duration of the BIOS."""
    task_seconds: float = 2.0
    """Duration of a task."""
    restart_seconds: float = 20.0
    """Downtime of the BMC after Manager.Reset."""
    os_accepts_shutdown: bool = True
    """Whether the operating system reacts to a graceful shutdown."""
    requests: list[Exchange] = field(default_factory=list, init=False)
    """All requests in order of arrival."""
    login_attempts: int = field(default=0, init=False)
    """Number of requests for a session, successful or not."""
    logins: int = field(default=0, init=False)
    """Number of opened sessions."""
    boots: int = field(default=1, init=False)
    """Number of starts of the BMC. Each one breaks the open connections."""
    peak_parallel: int = field(default=0, init=False)
    """Highest number of requests that were processed at once."""

    def __post_init__(self, etag_header: bool) -> None:
        """Build the state from the board."""
        if not etag_header:
            self.etags = "body only"
        self.store = Store(self.board.resources)
        # The sessions of the recording are closed.
        self.store.clear_below(SESSIONS)
        self.response_builder = ResponseBuilder(old=self.board.is_old)
        self.faults = Faults()
        self.scheduler = Scheduler(self.clock)
        recorded = self.store[SESSION_SERVICE].get("SessionTimeout", 300)
        self.sessions = Sessions(
            self.clock,
            limit=self.session_limit,
            timeout=self.session_timeout or float(recorded),
            expiry=self.session_expiry,
        )
        self.tasks = Tasks(self)
        times = HostTimes(self.power_seconds, self.shutdown_seconds, self.boot_seconds)
        self.host = Host(
            self.scheduler, times, accepts_shutdown=self.os_accepts_shutdown
        )
        self.host.on_boot = self._use_boot_override
        self.event_streams = EventStreams()
        self.power_record: PowerRecord | None = None
        self.cooling: Cooling | None = None
        """Simulated fans and temperatures; None while all readings are constant."""
        self._started = self._down_until = self.scheduler.now
        self._down_status: int | None = None

    # State for tests to inspect

    @property
    def open_sessions(self) -> int:
        """The number of open sessions."""
        return len(self.sessions)

    @property
    def power_state(self) -> str:
        """The power state of the host."""
        self.scheduler.run_due()
        return self.host.state

    @property
    def fan_mode(self) -> str | None:
        """The fan mode, at the path where the board has it."""
        mode: str | None = self._first_of("FanMode").get("Mode")
        return mode

    @property
    def ntp_enabled(self) -> bool | None:
        """Return whether NTP is enabled, at the path where the board has it."""
        enabled: bool | None = self._first_of("NTP").get("NTPEnable")
        return enabled

    @property
    def indicator_led(self) -> str | None:
        """The state of the identify LED: Off, Lit or Blinking."""
        led: str | None = self._first_of("ComputerSystem").get("IndicatorLED")
        return led

    @property
    def is_locked_down(self) -> bool:
        """Return whether the system lockdown rejects writes."""
        return bool(self._first_of("SysLockdown").get("SysLockdownEnabled"))

    def has(self, path: str) -> bool:
        """Return whether a resource exists."""
        parent, _, name = normalize_path(path).rpartition("/")
        if parent == SESSIONS:
            return self.sessions.get(name) is not None
        return path in self.store

    def resource(self, path: str) -> JsonObject:
        """Return the current body of a resource; raise KeyError if it is missing."""
        self.scheduler.run_due()
        path = normalize_path(path)
        body = self._body(path)
        if ETAG in body and body != self.board.resources.get(path):
            return with_etag(body)
        return body

    # Changes by the hardware

    def change(self, path: str, changes: Mapping[Any, Any]) -> None:
        """Merge changes into a resource.

        Objects are merged, None is a value, and `REMOVED` removes a key. The keys of a
        list's changes are indexes or the `Name` of items:
        `{"PowerSupplies": {"Power Supply Bay 2": {"LineInputVoltage": None}}}`.
        """
        change(self.store[path], dict(changes))

    def put(self, path: str, body: JsonObject) -> None:
        """Add or replace a resource."""
        self.store[path] = body

    def remove(self, path: str) -> None:
        """Remove a resource."""
        del self.store[path]

    def set_reading(self, name: str, reading: float | None) -> None:
        """Set the reading of a temperature, fan or voltage sensor."""
        for path in [*self.store.find("Thermal"), *self.store.find("Power")]:
            for key, value in _READINGS.items():
                for sensor in self.store[path].get(key, ()):
                    if name in (sensor.get("Name"), sensor.get("FanName")):
                        sensor[value] = reading
                        return
        raise KeyError(name)

    def power(self, reset_type: str) -> None:
        """Reset the host, as its power button or a client does."""
        self.scheduler.run_due()
        self.host.reset(reset_type)

    def record_power(
        self, watts_fn: Callable[[float], float], *, has_reports: bool = True
    ) -> PowerRecord:
        """Simulate a varying power, which the BMC records in reports.

        Args:
            watts_fn: Power by the time since the start of the record, in seconds.
            has_reports: Whether the BMC has reports of the past.

        """
        started = self.scheduler.now
        self.power_record = PowerRecord(
            lambda now: watts_fn(now - started),
            started,
            datetime.now(UTC),
            self.store.find("Power")[0],
        )
        if has_reports:
            for path, body in reports().items():
                if path not in self.store:
                    self.put(path, body)
            self.store[ROOT]["TelemetryService"] = link(TELEMETRY)
        return self.power_record

    def enable_event_streams(self) -> EventStreams:
        """Add the streams of server-sent events that OpenBMC has."""
        path = self.store.find("EventService")[0]
        self.event_streams.path = f"{path}/SSE"
        self.store[path]["ServerSentEventUri"] = self.event_streams.path
        return self.event_streams

    def change_password(self, password: str) -> None:
        """Change the password. Open sessions stay open."""
        self.password = password

    def expire_sessions(self) -> None:
        """Close all sessions, as a restart of the BMC does."""
        self.sessions.clear()

    def restart(
        self, seconds: float | None = None, *, status: int | None = None
    ) -> None:
        """Restart the BMC: close sessions and connections, and be down for a while.

        While it is down, it closes connections without a response, or responds with an
        error of the given status.
        """
        seconds = self.restart_seconds if seconds is None else seconds
        self._down_until = self.scheduler.now + seconds
        self._down_status = status
        self.boots += 1
        self.expire_sessions()
        if self.cooling is not None:
            self.cooling.restart(seconds)
        manager = self.store.first_of("Manager")
        if "LastResetTime" in manager:
            manager["LastResetTime"] = self.date_time()

    # Interface for the handling of requests

    def record(self, exchange: Exchange) -> None:
        """Record a received request."""
        self.requests.append(exchange)
        if (exchange.method, exchange.path) == ("POST", SESSIONS):
            self.login_attempts += 1

    @property
    def is_down(self) -> bool:
        """Return whether the BMC is restarting."""
        return self.scheduler.now < self._down_until

    @property
    def down_response(self) -> Response | None:
        """The response while the BMC is restarting; None to abort the connection."""
        status = self._down_status
        return None if status is None else self.response_builder.error(status)

    @property
    def system_and_chassis(self) -> tuple[str, str]:
        """The paths of the first system and the first chassis."""
        system = self.store.first_member(f"{ROOT}/Systems")
        return system, self.store.first_member(f"{ROOT}/Chassis")

    def date_time(self) -> str:
        """Return the BMC's time, which continues from the recorded time."""
        recorded = self.store.first_of("Manager").get("DateTime")
        start = datetime.fromisoformat(recorded) if recorded else datetime.now(UTC)
        now = start + timedelta(seconds=round(self.scheduler.now - self._started))
        text = now.isoformat(timespec="seconds")
        return text if self.board.is_old else text.replace("+00:00", "Z")

    @property
    def uptime(self) -> float:
        """Seconds since the start of the simulation."""
        return self.scheduler.now - self._started

    def _body(self, path: str) -> JsonObject:
        """Return a copy of a body, with the state that is kept elsewhere."""
        parent, _, name = path.rpartition("/")
        if parent == SESSIONS:
            if session := self.sessions.get(name):
                return self._session_body(session)
            raise KeyError(path)
        body: JsonObject = copy_json(self.store[path])
        if path == SESSIONS:
            members = [link(f"{SESSIONS}/{item}") for item in self.sessions.ids]
            body |= {"Members": members, "Members@odata.count": len(members)}
        elif path == SESSION_SERVICE:
            body["SessionTimeout"] = round(self.sessions.timeout)
        elif path == ROOT and self.expand_advertised is not None:
            advertise(body, is_supported=self.expand_advertised)
        show_host_state(body, self.host, old=self.board.is_old)
        show_sensors(self, body)
        if self.power_record:
            self.power_record.show(path, body, self.scheduler.now)
        show_role(self, body)
        return body

    def _session_body(self, session: Session) -> JsonObject:
        """Return the resource of a session. It does not contain the token."""
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

    def _first_of(self, kind: str) -> JsonObject:
        """Return the first resource of a type, after all overdue changes."""
        self.scheduler.run_due()
        return self.store.first_of(kind)

    def _use_boot_override(self) -> None:
        """Reset a boot override that was set for one boot."""
        boot = self.store.first_of("ComputerSystem").get("Boot", {})
        if boot.get("BootSourceOverrideEnabled") == "Once":
            boot["BootSourceOverrideEnabled"] = "Disabled"
            boot["BootSourceOverrideTarget"] = "None"
