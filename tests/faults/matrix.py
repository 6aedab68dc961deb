"""The fault matrix: one row for each fault.

To add a fault, add a row: its injection, the expectation for each situation, and its
recovery unless `FaultScenario.recover` undoes it. `boards` names the boards that a row
is tested on.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from homeassistant.util import dt as dt_util

from tests.integration.paths import BAYS
from tests.scenario.fault_scenario import FaultScenario
from tests.scenario.fault_table import (
    ALL,
    GONE,
    SETUP_REQUESTS,
    STATIC_RESOURCES,
    Action,
    AddServer,
    Command,
    ExpectedStates,
    Fault,
    Poll,
    SetUp,
    unavailable,
)
from tests.scenario.scenario import RESTART_SECONDS, SHIPPED_BOARD
from tests.simulator import Bmc
from tests.simulator.faults import BROKEN_BODIES

from .hardware import (
    add_drive,
    add_memory,
    change_settings_offline,
    forget_healths,
    insert_control_characters,
    link_to_other_chassis_first,
    move_oem_resources,
    remove_sensor,
    repeat_names,
    reverse_lists,
    send_numbers_as_texts,
    send_sentinels,
    set_thermal_to_null,
)

# Parts of the lines that are logged
NOT_CONNECTED = "could not connect"
CONNECTION_LOST = "lost the connection"
NO_ROUTE = "No route to host"
NAME_UNKNOWN = "not known"
TLS_FAILED = "SSL"
CERTIFICATE_CHANGED = "certificate has changed"
TIMED_OUT = "timed out"
NOT_AUTHENTICATED = "could not authenticate"
REJECTED = "rejected the username or password"
NOT_FOUND = "not available on this server"
BUSY = "busy"
NO_JSON = "without a JSON object"
REDIRECT_LOOP = "too many redirects"
REDIRECT_AWAY = "leads away from"
THERMAL_FAILED = "thermal cannot be read"
SYSTEM_FAILED = "system cannot be read"
NTP_FAILED = "ntp cannot be read"
DRIVE_FAILED = "Disk.Bay.0 cannot be read"

# Prompts for the user
REAUTH = ("reauth",)
NEW_CERTIFICATE = ("certificate_changed",)
NO_LICENSE = ("license_missing",)

THERMALS = ("sensor.temperature", "sensor.fan", "sensor.headroom")
SYSTEM_ENTITIES = (
    "light.identify_led",
    "number.",
    "select.boot_source",
    "sensor.boot_progress",
    "switch.host_power",
    *(
        f"binary_sensor.{name}"
        for name in ("host_power", "system_", "processor_", "memory_", "staged_")
    ),
)
CONTROLS = ("button.", "light.", "number.", "select.", "switch.")
HOST_SENSORS = ("sensor.temperature_CPU", "sensor.fan")
DRIVE_TEMPERATURE = "sensor.drive_temperature"
NEW_DRIVE_TEMPERATURE = f"{DRIVE_TEMPERATURE}_Disk.Bay.2"

NO_THERMALS = unavailable(*THERMALS)
HOST_OFF = ExpectedStates(
    unknown=(*HOST_SENSORS, DRIVE_TEMPERATURE),
    states={
        "binary_sensor.host_power": "off",
        "sensor.boot_progress": "off",
        "sensor.power_consumption": "9",
    },
)
NO_DRIVE = unavailable(
    "binary_sensor.drive_problem_Disk.Bay.0",
    "sensor.drive_life_used_Disk.Bay.0",
    "sensor.drive_temperature_Disk.Bay.0",
)
NO_HEALTH = ExpectedStates(
    unknown=("binary_sensor.power_supply_problem", "binary_sensor.redundancy_problem")
)
NO_PCH = unavailable("sensor.temperature_PCH")
NULL_THERMALS = ExpectedStates(unavailable=THERMALS[:2], unknown=("sensor.headroom",))
BOOTING = ExpectedStates(
    unknown=HOST_SENSORS, states={"sensor.boot_progress": "firmware"}
)
NEW_DRIVE = ExpectedStates(
    states={
        "binary_sensor.drive_problem_Disk.Bay.2": "off",
        "sensor.drive_life_used_Disk.Bay.2": "4",
        NEW_DRIVE_TEMPERATURE: "36",
    }
)

_PAGE: dict[str, Any] = {
    "body": "<!DOCTYPE html><html><body>Welcome</body></html>",
    "content_type": "text/html",
}
_RETRY_AFTER = {"Retry-After": "120"}


def respond(status: int, kind: str = "*", **response: Any) -> Action:
    """Respond with a status to requests for a Redfish type, or for a path."""

    def inject(scenario: FaultScenario) -> None:
        path = kind if kind.endswith("*") else scenario.path(kind)
        scenario.bmc.fail(path, status=status, **response)

    return inject


def reject_writes(status: int, **response: Any) -> Action:
    """Respond to writes with an error status."""
    return respond(status, method="PATCH", **response)


def deliver(fault: Callable[[Bmc], None]) -> Action:
    """Interrupt or delay bodies; every response has one, since none is a 304."""

    def inject(scenario: FaultScenario) -> None:
        scenario.bmc.not_modified = False
        fault(scenario.bmc)

    return inject


def break_off(status: int, kind: str, delivery: str, **response: Any) -> Action:
    """Respond with a status and a truncated body."""
    return respond(status, kind, delivery=BROKEN_BODIES[delivery], **response)


def expire_with_broken_responses(delivery: str) -> Action:
    """Expire all sessions, and truncate the body of the resulting 401."""

    def inject(scenario: FaultScenario) -> None:
        scenario.bmc.expire_sessions()
        scenario.bmc.deliver("*", BROKEN_BODIES[delivery], times=1)

    return inject


def break_drive(kind: str) -> Action:
    """Make the reads of one of two drives fail."""
    return deliver(lambda bmc: bmc.break_resource(BAYS[0], kind))


def demand_etag_of_body(scenario: FaultScenario) -> None:
    """Accept only the ETag in the body, which differs from that in the header."""
    scenario.bmc.etags, scenario.bmc.if_match = "quoted twice", "body's tag"


def set_trait(name: str, value: Any) -> Action:
    """Set an attribute of the simulated BMC."""
    return lambda scenario: setattr(scenario.bmc, name, value)


def use_text_type(scenario: FaultScenario) -> None:
    """Send Thermal as text/plain."""
    body = scenario.bmc.resource(scenario.path("Thermal"))
    respond(200, "Thermal", body=body, content_type="text/plain")(scenario)


def redirect_thermal_to_itself(scenario: FaultScenario) -> None:
    """Redirect Thermal to its own path."""
    path = scenario.path("Thermal")
    scenario.bmc.fail(path, status=302, headers={"Location": path})


def remove_thermal_license(scenario: FaultScenario) -> None:
    """Reject reads of Thermal because of a missing license."""
    scenario.bmc.unlicensed = (scenario.path("Thermal"),)


def lose_session_during_poll(scenario: FaultScenario) -> None:
    """Expire all sessions when Thermal is read."""
    scenario.bmc.on_request(scenario.path("Thermal"), scenario.bmc.expire_sessions)


def set_clock_back(scenario: FaultScenario) -> None:
    """Set the clock of Home Assistant's machine back by an hour."""
    now = dt_util.utcnow
    scenario.monkeypatch.setattr(dt_util, "utcnow", lambda: now() - timedelta(hours=1))


async def sleep_for_a_day(scenario: FaultScenario) -> None:
    """Suspend Home Assistant's machine for a day."""
    await scenario.elapse(24 * 3600, 24 * 3600)


def do_nothing(_: FaultScenario) -> None:
    """Do not undo the change."""


def not_connected(log: str) -> dict[str, Any]:
    """Expect that the BMC receives no request."""
    return {
        "add_server": AddServer("cannot_connect"),
        "set_up": SetUp.retry("cannot_connect", requests=0, logins=0),
        "poll": Poll.gone(log, requests=0),
        "command": Command("cannot_connect", writes=0),
    }


def rejected_setup(**fields: Any) -> SetUp:
    """Expect that Home Assistant prompts for the password."""
    log = (NOT_AUTHENTICATED,)
    return SetUp.error("invalid_auth", log=log, prompts=REAUTH, **fields)


def all_fail(
    error: str, log: str, *, command: Command | None = None, **poll: Any
) -> dict[str, Any]:
    """Expect that every request fails with the same error."""
    return {
        "add_server": AddServer(error),
        "set_up": SetUp.retry(error, logins=0),
        "poll": Poll.gone(log, **poll),
        "command": command or Command(error),
    }


UNTRUSTED: dict[str, Any] = {
    "log": CERTIFICATE_CHANGED,
    "prompts": NEW_CERTIFICATE,
    "requests": 0,
    "sessions": 0,
}
_BUSY = all_fail("busy", BUSY)
_BUSY_FOR_LONG = all_fail(
    "busy",
    BUSY,
    command=Command("busy", recovers_after=120),
    requests=3,
    recovers_after=60,
)
_INVALID = all_fail("invalid_response", NO_JSON)
_CUT = _INVALID | {"command": Command(states=GONE)}
_APPLIED_THEN_GONE = Command(is_applied=True, states=GONE)
_INCOMPLETE: dict[str, Any] = {"command": _APPLIED_THEN_GONE, "requests": 6}
_NO_THERMAL: dict[str, Any] = {
    "set_up": SetUp(missing=THERMALS, log=(THERMAL_FAILED,)),
    "poll": Poll(states=NO_THERMALS, log=(THERMAL_FAILED,)),
}
_SUCCEEDS: dict[str, Any] = {"poll": Poll(), "command": Command(is_applied=True)}

MATRIX: tuple[Fault, ...] = (
    # No connection
    Fault(
        "connection refused",
        FaultScenario.close_port,
        **not_connected(NOT_CONNECTED),
        boards=(SHIPPED_BOARD, "x10sdv"),
    ),
    Fault(
        "connection refused for 16 minutes while settings change",
        change_settings_offline,
        poll=Poll.gone(
            NOT_CONNECTED,
            seconds=960,
            requests=0,
            sessions=0,
            states_after=ExpectedStates(
                states={
                    "sensor.temperature_CPU Temp": "61",
                    "sensor.headroom": "26",
                    "select.fan_mode": "standard",
                }
            ),
            logins_after=1,
        ),
        recover=FaultScenario.open_port,
    ),
    Fault("host unreachable", FaultScenario.lose_route, **not_connected(NO_ROUTE)),
    Fault(
        "name cannot be resolved",
        FaultScenario.lose_name,
        **not_connected(NAME_UNKNOWN),
    ),
    Fault(
        "TLS handshake fails",
        FaultScenario.serve_without_tls,
        **not_connected(TLS_FAILED),
    ),
    Fault(
        "certificate changed",
        FaultScenario.change_certificate,
        set_up=SetUp.retry(
            "certificate_changed", prompts=NEW_CERTIFICATE, requests=0, logins=0
        ),
        poll=Poll.gone(**UNTRUSTED, logins_after=1),
        command=Command("certificate_changed", writes=0),
        recover=FaultScenario.accept_certificate,
    ),
    # Late and incomplete responses
    Fault(
        "responses late but in time",
        lambda scenario: scenario.bmc.hang("*", 1.1),
        poll=Poll(seconds=30, requests=3),
    ),
    Fault(
        "no response in time",
        lambda scenario: scenario.bmc.hang("*", 60),
        # The BMC goes on working on requests after their timeout.
        **all_fail("timeout", TIMED_OUT, requests=6, parallel=4),
        is_slow=True,
    ),
    Fault(
        "responses never complete",
        deliver(lambda bmc: bmc.stall("*")),
        **all_fail("timeout", TIMED_OUT, **_INCOMPLETE),
        is_slow=True,
    ),
    Fault(
        "connection reset in the body",
        deliver(lambda bmc: bmc.cut("*")),
        **all_fail("busy", BUSY, command=_APPLIED_THEN_GONE),
    ),
    Fault(
        "connection closed between two polls",
        FaultScenario.close_connections,
        **_SUCCEEDS,
    ),
    Fault(
        "connection closed when a request arrives",
        lambda scenario: scenario.bmc.drop("*", times=1),
        set_up=SetUp(requests=SETUP_REQUESTS),
        poll=Poll(requests=10),
        command=Command("cannot_connect"),
    ),
    Fault(
        "connection closed by one resource",
        lambda scenario: scenario.bmc.drop(scenario.path("Thermal")),
        set_up=SetUp(
            missing=THERMALS, log=(CONNECTION_LOST,), requests=SETUP_REQUESTS + 5
        ),
        poll=Poll(states=NO_THERMALS, log=(CONNECTION_LOST,), requests=18),
    ),
    Fault(
        "connection lost before a command is acknowledged",
        lambda scenario: scenario.bmc.drop(
            scenario.path("ComputerSystem"), times=1, is_executed=True
        ),
        command=Command("cannot_connect", is_applied=True, states=ExpectedStates()),
    ),
    Fault(
        "responses trickle but complete in time",
        deliver(lambda bmc: bmc.trickle("*", 0.02)),
        set_up=SetUp(),
        **_SUCCEEDS,
    ),
    Fault(
        "responses trickle for too long",
        deliver(lambda bmc: bmc.trickle("*", 60)),
        **all_fail("timeout", TIMED_OUT, **_INCOMPLETE),
        is_slow=True,
    ),
    # Error statuses
    Fault(
        "401 once",
        respond(401, "ComputerSystem", times=1),
        set_up=SetUp(requests=SETUP_REQUESTS + 2, logins=2),
        poll=Poll(requests=14, logins=1),
        command=Command(is_applied=True, logins=1, writes=2),
    ),
    Fault(
        "401 for all reads after a successful login",
        respond(401, "/redfish/v1/*", method="GET"),
        add_server=AddServer("invalid_auth", logins=2),
        set_up=SetUp.retry("invalid_auth", requests=9, logins=2),
        poll=Poll.gone(REJECTED, requests=18, logins=3),
    ),
    Fault(
        "401 for one resource",
        respond(401, "Thermal"),
        set_up=SetUp(
            missing=THERMALS,
            log=(THERMAL_FAILED,),
            requests=SETUP_REQUESTS + 4,
            logins=2,
        ),
        poll=Poll(states=NO_THERMALS, log=(THERMAL_FAILED,), requests=18, logins=1),
    ),
    Fault(
        "401 for a write",
        reject_writes(401),
        command=Command("not_authorized", logins=1, writes=2),
    ),
    Fault("403", respond(403, "Thermal"), **_NO_THERMAL),
    Fault(
        "403 because of a missing license",
        remove_thermal_license,
        set_up=SetUp(missing=THERMALS, prompts=NO_LICENSE, needs_reload=True),
        poll=Poll(states=NO_THERMALS, prompts=NO_LICENSE),
    ),
    Fault(
        "404 of an optional resource",
        respond(404, "NTP"),
        set_up=SetUp(missing=("switch.ntp",), needs_reload=True),
        poll=Poll(
            states=unavailable("switch.ntp"),
            log=(NTP_FAILED,),
            seconds=900,
            requests=95 + STATIC_RESOURCES,
            recovers_after=900,
        ),
    ),
    Fault(
        "404 of a required resource",
        respond(404, "ComputerSystem"),
        add_server=AddServer("not_found", logins=1),
        set_up=SetUp.retry("busy", requests=9),
        poll=Poll(states=unavailable(*SYSTEM_ENTITIES), log=(SYSTEM_FAILED,)),
    ),
    Fault(
        "404 of all resources",
        respond(404, **_PAGE),
        **all_fail("not_found", NOT_FOUND),
    ),
    Fault("405 for a read", respond(405, "Thermal"), **_NO_THERMAL),
    Fault(
        "405 for a write", reject_writes(405), poll=Poll(), command=Command("refused")
    ),
    Fault("403 for a write", reject_writes(403), command=Command("not_authorized")),
    Fault(
        "412 once",
        reject_writes(412, times=1),
        command=Command(is_applied=True, writes=2),
    ),
    Fault("412 always", reject_writes(412), command=Command("refused", writes=3)),
    Fault(
        "428 until an ETag is sent",
        set_trait("if_match_required", value=True),
        command=Command(is_applied=True, writes=2),
    ),
    Fault("429", respond(429), **_BUSY),
    Fault("429 with Retry-After", respond(429, headers=_RETRY_AFTER), **_BUSY_FOR_LONG),
    Fault("500", respond(500), **_BUSY),
    Fault("503", respond(503), **_BUSY),
    Fault("503 with Retry-After", respond(503, headers=_RETRY_AFTER), **_BUSY_FOR_LONG),
    # Invalid responses
    Fault("HTML page instead of each resource", respond(200, **_PAGE), **_INVALID),
    # An empty body acknowledges a write.
    Fault("empty body", respond(200, body=b""), **_INVALID | {"command": None}),
    # The status of a write counts if its body is cut; the next read fails.
    Fault("truncated JSON", respond(200, body='{"Systems": {'), **_CUT),
    Fault(
        "truncated JSON in one resource",
        respond(200, "Thermal", body='{"Temperatures": ['),
        **_NO_THERMAL,
    ),
    Fault("wrong content type", use_text_type, set_up=SetUp(), poll=Poll()),
    Fault("JSON list", respond(200, body="[]"), **_INVALID),
    Fault(
        "null for every key",
        set_thermal_to_null,
        set_up=SetUp(missing=THERMALS),
        poll=Poll(states=NULL_THERMALS),
    ),
    Fault(
        "body of 10 MB",
        respond(200, "Thermal", body=b'{"a": "' + 10_000_000 * b"a" + b'"}'),
        **_NO_THERMAL,
    ),
    Fault(
        "endless redirect",
        redirect_thermal_to_itself,
        set_up=SetUp(
            requests=SETUP_REQUESTS + 1, missing=THERMALS, log=(REDIRECT_LOOP,)
        ),
        poll=Poll(states=NO_THERMALS, log=(REDIRECT_LOOP,), requests=15),
    ),
    Fault(
        "redirect to another host",
        respond(302, headers={"Location": "https://192.0.2.1/redfish/v1/"}),
        **all_fail("invalid_response", REDIRECT_AWAY),
    ),
    # Sessions and accounts
    Fault(
        "all sessions in use",
        FaultScenario.fill_sessions,
        set_up=SetUp(requests=SETUP_REQUESTS, sessions=0),
        poll=Poll(requests=15, logins=1, sessions=0, sessions_after=0),
    ),
    Fault(
        "session lost during a poll",
        lose_session_during_poll,
        set_up=SetUp(requests=SETUP_REQUESTS + 2, logins=2),
        poll=Poll(requests=14, logins=1),
    ),
    Fault(
        "password changed",
        lambda scenario: scenario.change_password("changed"),
        add_server=AddServer("invalid_auth", logins=1),
        set_up=rejected_setup(requests=2),
        poll=Poll.gone(
            REJECTED, prompts=REAUTH, requests=5, logins=1, sessions=0, logins_after=2
        ),
        command=Command("invalid_auth", logins=1),
        recover=FaultScenario.enter_password,
    ),
    Fault(
        "account became read-only",
        set_trait("role", "ReadOnly"),
        set_up=SetUp(missing=CONTROLS, recovers_after=900),
        poll=Poll(),
        command=Command(
            "not_authorized",
            states=ExpectedStates(
                removed=CONTROLS, states={"sensor.account_access": "read_only"}
            ),
            recovers_after=900,
        ),
    ),
    # Faults of real boards: parts, links and values
    *(
        Fault(
            f"session expired, and the 401 {name}",
            expire_with_broken_responses(delivery),
            poll=Poll(requests=14, logins=1),
            command=Command(is_applied=True, logins=1, writes=2),
        )
        for name, delivery in (
            ("is cut after its headers", "chunked cut by closing"),
            ("is shorter than it says", "shorter than its Content-Length"),
        )
    ),
    *(
        Fault(
            f"{status} that breaks off",
            break_off(status, "Thermal", "chunked cut by closing"),
            **_NO_THERMAL,
        )
        for status in (404, 500, 503)
        if status != 404
    ),
    *(
        Fault(
            f"one of two drives fails: {kind}",
            break_drive(kind),
            poll=Poll(
                states=NO_DRIVE,
                log=(DRIVE_FAILED,),
                seconds=1800,
                requests=192 + 2 * STATIC_RESOURCES,
                recovers_after=900,
            ),
        )
        for kind in ("500", "HTML", "half a body")
    ),
    Fault(
        "parts with the same names", repeat_names, set_up=SetUp(), recover=do_nothing
    ),
    Fault("lists in another order", reverse_lists, poll=Poll(), recover=do_nothing),
    Fault(
        "health of the supplies unknown", forget_healths, poll=Poll(states=NO_HEALTH)
    ),
    Fault(
        "control characters in names and texts",
        insert_control_characters,
        set_up=SetUp(),
        poll=Poll(),
    ),
    Fault("numbers as texts", send_numbers_as_texts, set_up=SetUp(), poll=Poll()),
    Fault("values that stand for none", send_sentinels, set_up=SetUp(), poll=Poll()),
    Fault(
        "first chassis without sensors",
        link_to_other_chassis_first,
        set_up=SetUp(requests=SETUP_REQUESTS),
        recover=do_nothing,
    ),
    Fault(
        "ETag of the body demanded",
        demand_etag_of_body,
        command=Command(is_applied=True, writes=3),
    ),
    # Restarts, clocks, and changes of host, hardware and firmware
    Fault(
        "BMC restarts for four minutes",
        lambda scenario: scenario.bmc.restart(RESTART_SECONDS),
        add_server=AddServer("cannot_connect"),
        set_up=SetUp.retry("cannot_connect", requests=2, logins=0),
        poll=Poll.gone(
            CONNECTION_LOST, seconds=210, requests=17, sessions=0, logins_after=1
        ),
        command=Command("cannot_connect", writes=0),
    ),
    Fault(
        "clock of the BMC jumps back to 1970",
        lambda scenario: scenario.bmc.change(
            scenario.path("Manager"), {"DateTime": "1970-01-01T00:00:42Z"}
        ),
        set_up=SetUp(),
        poll=Poll(seconds=900, requests=95 + STATIC_RESOURCES),
    ),
    Fault("clock of Home Assistant jumps back by an hour", set_clock_back, **_SUCCEEDS),
    Fault(
        "Home Assistant sleeps for a day",
        sleep_for_a_day,
        poll=Poll(requests=34 + STATIC_RESOURCES, logins=1),
    ),
    Fault(
        "host off",
        FaultScenario.power_off,
        set_up=SetUp(missing=HOST_SENSORS),
        poll=Poll(states=HOST_OFF, requests=18),
        command=Command(is_applied=True),
        recover=FaultScenario.power_on,
    ),
    Fault(
        "host boots",
        FaultScenario.start_boot,
        set_up=SetUp(missing=HOST_SENSORS),
        poll=Poll(
            states=BOOTING,
            may_flicker=(DRIVE_TEMPERATURE,),
            seconds=5,
            requests=14,
            recovers_after=60,
        ),
        recover=do_nothing,
    ),
    Fault(
        "sensor removed",
        remove_sensor,
        set_up=SetUp(missing=("sensor.temperature_PCH",)),
        poll=Poll(states=NO_PCH),
    ),
    Fault(
        "drive added",
        add_drive,
        poll=Poll(
            states=NEW_DRIVE,
            states_after=NEW_DRIVE,
            seconds=900,
            requests=96 + STATIC_RESOURCES,
        ),
        recover=do_nothing,
    ),
    Fault(
        "memory module added",
        add_memory,
        set_up=SetUp(),
        poll=Poll(seconds=900, requests=95 + STATIC_RESOURCES),
        recover=do_nothing,
    ),
    Fault(
        "firmware update moves OEM resources",
        move_oem_resources,
        poll=Poll(
            may_flicker=ALL,
            log=(CONNECTION_LOST,),
            seconds=900,
            requests=102 + 2 * STATIC_RESOURCES,
            logins=1,
            recovers_after=900,
        ),
        recover=do_nothing,
    ),
)
