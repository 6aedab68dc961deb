"""The fault matrix: the fault, what the user sees, what the BMC sees.

A row reads from its fault on: while the server is added, when Home Assistant starts, at
a poll, at a command. What a cell leaves out is as on a good day.
"""

from collections.abc import Callable
from typing import Any

from tests.integration import MANAGER, NTP, SYSTEM, THERMAL
from tests.simulator import Bmc

from .row import (
    Command,
    Dialogue,
    Fault,
    Poll,
    Row,
    View,
    given_up,
    loaded,
    tried_again,
)
from .scene import RESTART, Scene

GONE = View(unavailable=("",))
"""Nothing of the server is shown but that it cannot be reached."""

THERMALS = ("sensor.temperature", "sensor.fan", "sensor.headroom")
NO_THERMALS = View(unavailable=THERMALS)
OF_SYSTEM = (
    "light.identify_led",
    "number.",
    "select.boot_source",
    "sensor.boot_progress",
    "switch.host_power",
    *(
        f"binary_sensor.{what}"
        for what in ("host_power", "system_", "processor_", "memory_")
    ),
)
CONTROLS = ("button.", "light.", "number.", "select.", "switch.")
OF_HOST = ("sensor.temperature_CPU", "sensor.fan")
OFF = View(
    unknown=(*OF_HOST, "sensor.drive_temperature"),
    says={
        "binary_sensor.host_power": "off",
        "sensor.boot_progress": "off",
        "sensor.power_consumption": "9",
    },
)
DRIVE_TEMPERATURE = "sensor.drive_temperature_Disk.Bay.2"
DRIVE = View(
    says={
        "binary_sensor.drive_problem_Disk.Bay.2": "off",
        "sensor.drive_life_used_Disk.Bay.2": "4",
        DRIVE_TEMPERATURE: "36",
    }
)
PAGE = "<!DOCTYPE html><html><body>Welcome</body></html>"
HTML: dict[str, Any] = {"body": PAGE, "content_type": "text/html"}
ALL_BUT_ROOT = "/redfish/v1/*"


def answers(status: int, path: str = "*", **answer: Any) -> Fault:
    """Return that the BMC answers so."""
    return lambda scene: scene.bmc.fail(path, status=status, **answer)


def in_bodies(fault: Callable[[Bmc], None]) -> Fault:
    """Return what goes wrong with bodies, where every answer has one."""

    def made(scene: Scene) -> None:
        scene.bmc.not_modified = False
        fault(scene.bmc)

    return made


def answers_writes(status: int, **answer: Any) -> Fault:
    """Return that the BMC answers so to every write."""
    return lambda scene: scene.bmc.fail("*", status=status, method="PATCH", **answer)


MATRIX: tuple[Row, ...] = (
    # No connection
    Row(
        "connection refused",
        Scene.close_port,
        dialogue=Dialogue(error="cannot_connect"),
        set_up=tried_again("cannot_connect", requests=0, logins=0),
        poll=Poll(shows=GONE, log=("no connection",), requests=0),
        command=Command(error="cannot_connect", writes=0),
    ),
    Row(
        "connection refused for a quarter of an hour, in which somebody changes things",
        Scene.change_unseen,
        poll=Poll(
            shows=GONE,
            log=("no connection",),
            seconds=960,
            requests=0,
            sessions=0,
            after=View(
                says={
                    "sensor.temperature_CPU Temp": "61",
                    "sensor.headroom": "26",
                    "select.fan_mode": "standard",
                }
            ),
            logins_after=1,
        ),
        mended=Scene.open_port,
    ),
    Row(
        "host unreachable",
        Scene.lose_route,
        dialogue=Dialogue(error="cannot_connect"),
        set_up=tried_again("cannot_connect", requests=0, logins=0),
        poll=Poll(shows=GONE, log=("No route to host",), requests=0),
        command=Command(error="cannot_connect", writes=0),
    ),
    Row(
        "the name is not known",
        Scene.lose_name,
        dialogue=Dialogue(error="cannot_connect"),
        set_up=tried_again("cannot_connect", requests=0, logins=0),
        poll=Poll(shows=GONE, log=("not known",), requests=0),
        command=Command(error="cannot_connect", writes=0),
    ),
    Row(
        "TLS fails",
        Scene.speak_no_tls,
        dialogue=Dialogue(error="cannot_connect"),
        set_up=tried_again("cannot_connect", requests=0, logins=0),
        poll=Poll(shows=GONE, log=("SSL",), requests=0),
        command=Command(error="cannot_connect", writes=0),
    ),
    Row(
        "the certificate has changed",
        Scene.change_certificate,
        set_up=tried_again(
            "certificate_changed",
            asks=("certificate_changed",),
            requests=0,
            logins=0,
        ),
        poll=Poll(
            shows=GONE,
            log=("certificate is another one",),
            asks=("certificate_changed",),
            requests=0,
            sessions=0,
            logins_after=1,
        ),
        command=Command(error="certificate_changed", writes=0),
        mended=Scene.accept_certificate,
    ),
    # An answer that is late, or breaks off
    Row(
        "every answer is late, but comes in time",
        lambda scene: scene.bmc.hang("*", 1.1),
        poll=Poll(seconds=30, requests=3),
    ),
    Row(
        "no answer in time",
        lambda scene: scene.bmc.hang("*", 60),
        dialogue=Dialogue(error="timeout"),
        set_up=tried_again("timeout", logins=0),
        # It goes on working on what nobody waits for any more.
        poll=Poll(shows=GONE, log=("did not answer in time",), requests=6, parallel=4),
        command=Command(error="timeout"),
        is_slow=True,
    ),
    Row(
        "no end of the answer in time",
        in_bodies(lambda bmc: bmc.stall("*")),
        dialogue=Dialogue(error="timeout"),
        set_up=tried_again("timeout", logins=0),
        poll=Poll(shows=GONE, log=("did not answer in time",), requests=6),
        command=Command(is_done=True, shows=GONE),
        is_slow=True,
    ),
    Row(
        "the connection is reset in the body",
        in_bodies(lambda bmc: bmc.cut("*")),
        dialogue=Dialogue(error="cannot_connect"),
        set_up=tried_again("cannot_connect", logins=0),
        poll=Poll(shows=GONE, log=("no connection any more",), requests=6),
        command=Command(is_done=True, shows=GONE),
    ),
    Row(
        "the connection is closed between two polls",
        Scene.close_connections,
        poll=Poll(),
        command=Command(is_done=True),
    ),
    Row(
        "the connection is closed just as a request comes",
        lambda scene: scene.bmc.drop("*", times=1),
        set_up=loaded(requests=30),
        poll=Poll(requests=10),
        command=Command(error="cannot_connect"),
    ),
    Row(
        "the connection breaks when a command is done and not yet answered",
        lambda scene: scene.bmc.drop(SYSTEM, times=1, is_executed=True),
        command=Command(error="cannot_connect", is_done=True, shows=View()),
    ),
    Row(
        "every answer trickles, but comes in time",
        in_bodies(lambda bmc: bmc.trickle("*", 0.02)),
        set_up=loaded(),
        poll=Poll(),
        command=Command(is_done=True),
    ),
    Row(
        "every answer trickles for too long",
        in_bodies(lambda bmc: bmc.trickle("*", 60)),
        dialogue=Dialogue(error="timeout"),
        set_up=tried_again("timeout", logins=0),
        poll=Poll(shows=GONE, log=("did not answer in time",), requests=6),
        command=Command(is_done=True, shows=GONE),
        is_slow=True,
    ),
    # A refusal
    Row(
        "401 once",
        answers(401, SYSTEM, times=1),
        set_up=loaded(requests=34, logins=2),
        poll=Poll(requests=14, logins=1),
        command=Command(is_done=True, logins=1, writes=2),
    ),
    Row(
        "401 for good, though the login is taken",
        answers(401, ALL_BUT_ROOT, method="GET"),
        dialogue=Dialogue(error="invalid_auth", logins=2),
        set_up=given_up(
            "invalid_auth",
            log=("could not authenticate",),
            asks=("reauth",),
            requests=9,
            logins=2,
        ),
        poll=Poll(
            shows=GONE, log=("refuses",), asks=("reauth",), logins=1, logins_after=2
        ),
        mended=Scene.mend_and_enter_password,
    ),
    Row(
        "403",
        answers(403, THERMAL),
        set_up=loaded(lacks=THERMALS, log=("thermal cannot be read",)),
        poll=Poll(shows=NO_THERMALS, log=("thermal cannot be read",)),
    ),
    Row(
        "403 for want of a licence",
        lambda scene: setattr(scene.bmc, "unlicensed", (THERMAL,)),
        set_up=loaded(lacks=THERMALS, asks=("license_missing",), is_final=True),
        poll=Poll(shows=NO_THERMALS, asks=("license_missing",)),
    ),
    Row(
        "404 of an optional resource",
        answers(404, NTP),
        set_up=loaded(lacks=("switch.ntp",), is_final=True),
        poll=Poll(
            shows=View(unavailable=("switch.ntp",)),
            log=("ntp cannot be read",),
            seconds=900,
            requests=103,
            back_after=900,
        ),
    ),
    Row(
        "404 of a required resource",
        answers(404, SYSTEM),
        dialogue=Dialogue(error="not_found", logins=1),
        set_up=tried_again("not_found", requests=9),
        poll=Poll(shows=View(unavailable=OF_SYSTEM), log=("system cannot be read",)),
    ),
    Row(
        "404 of everything",
        answers(404, **HTML),
        dialogue=Dialogue(error="not_found"),
        set_up=tried_again("not_found", logins=0),
        poll=Poll(shows=GONE, log=("does not have that",)),
        command=Command(error="not_found"),
    ),
    Row(
        "405 of a read",
        answers(405, THERMAL),
        set_up=loaded(lacks=THERMALS, log=("thermal cannot be read",)),
        poll=Poll(shows=NO_THERMALS, log=("thermal cannot be read",)),
    ),
    Row(
        "405 of a write",
        answers_writes(405),
        poll=Poll(),
        command=Command(error="refused"),
    ),
    Row(
        "403 of a write",
        answers_writes(403),
        command=Command(error="not_authorized"),
    ),
    Row(
        "412 once",
        answers_writes(412, times=1),
        command=Command(is_done=True, writes=2),
    ),
    Row(
        "412 for good",
        answers_writes(412),
        command=Command(error="refused", writes=2),
    ),
    Row(
        "428: the BMC wants an ETag",
        lambda scene: setattr(scene.bmc, "if_match_required", True),
        command=Command(is_done=True, writes=2),
    ),
    Row(
        "429",
        answers(429),
        dialogue=Dialogue(error="busy"),
        set_up=tried_again("busy", logins=0),
        poll=Poll(shows=GONE, log=("busy",)),
        command=Command(error="busy"),
    ),
    Row(
        "429 with Retry-After",
        answers(429, headers={"Retry-After": "120"}),
        dialogue=Dialogue(error="busy"),
        set_up=tried_again("busy", logins=0),
        poll=Poll(shows=GONE, log=("busy",), requests=3, back_after=60),
        command=Command(error="busy", back_after=120),
    ),
    Row(
        "500",
        answers(500),
        dialogue=Dialogue(error="busy"),
        set_up=tried_again("busy", logins=0),
        poll=Poll(shows=GONE, log=("busy",)),
        command=Command(error="busy"),
    ),
    Row(
        "503",
        answers(503),
        dialogue=Dialogue(error="busy"),
        set_up=tried_again("busy", logins=0),
        poll=Poll(shows=GONE, log=("busy",)),
        command=Command(error="busy"),
    ),
    Row(
        "503 with Retry-After",
        answers(503, headers={"Retry-After": "120"}),
        dialogue=Dialogue(error="busy"),
        set_up=tried_again("busy", logins=0),
        poll=Poll(shows=GONE, log=("busy",), requests=3, back_after=60),
        command=Command(error="busy", back_after=120),
    ),
    # An answer that is none
    Row(
        "a page in the place of every resource",
        answers(200, **HTML),
        dialogue=Dialogue(error="invalid_response"),
        set_up=tried_again("invalid_response", logins=0),
        poll=Poll(shows=GONE, log=("no JSON object",)),
        command=Command(error="invalid_response"),
    ),
    Row(
        "an empty body",
        answers(200, body=b""),
        dialogue=Dialogue(error="invalid_response"),
        set_up=tried_again("invalid_response", logins=0),
        poll=Poll(shows=GONE, log=("no JSON object",)),
    ),
    Row(
        "JSON that is cut short",
        answers(200, body='{"Systems": {'),
        dialogue=Dialogue(error="invalid_response"),
        set_up=tried_again("invalid_response", logins=0),
        poll=Poll(shows=GONE, log=("no JSON object",)),
        command=Command(error="invalid_response"),
    ),
    Row(
        "JSON that is cut short, in one resource",
        answers(200, THERMAL, body='{"Temperatures": ['),
        set_up=loaded(lacks=THERMALS, log=("thermal cannot be read",)),
        poll=Poll(shows=NO_THERMALS, log=("thermal cannot be read",)),
    ),
    Row(
        "a wrong content type",
        lambda scene: answers(
            200, THERMAL, body=scene.bmc.resource(THERMAL), content_type="text/plain"
        )(scene),
        set_up=loaded(),
        poll=Poll(),
    ),
    Row(
        "a JSON list",
        answers(200, body="[]"),
        dialogue=Dialogue(error="invalid_response"),
        set_up=tried_again("invalid_response", logins=0),
        poll=Poll(shows=GONE, log=("no JSON object",)),
        command=Command(error="invalid_response"),
    ),
    Row(
        "null for every key",
        Scene.nothing_but_nulls,
        set_up=loaded(lacks=THERMALS),
        poll=Poll(shows=View(unavailable=THERMALS[:2], unknown=("sensor.headroom",))),
    ),
    Row(
        "a body of 10 MB",
        answers(200, THERMAL, body=b'{"a": "' + 10_000_000 * b"a" + b'"}'),
        set_up=loaded(lacks=THERMALS, log=("thermal cannot be read",)),
        poll=Poll(shows=NO_THERMALS, log=("thermal cannot be read",)),
    ),
    Row(
        "an endless redirect",
        answers(302, THERMAL, headers={"Location": THERMAL}),
        set_up=loaded(requests=31, lacks=THERMALS, log=("redirects in circles",)),
        poll=Poll(shows=NO_THERMALS, log=("redirects in circles",), requests=15),
    ),
    Row(
        "a redirect to another host",
        answers(302, headers={"Location": "https://192.0.2.1/redfish/v1/"}),
        dialogue=Dialogue(error="invalid_response"),
        set_up=tried_again("invalid_response", logins=0),
        poll=Poll(shows=GONE, log=("leads away from",)),
        command=Command(error="invalid_response"),
    ),
    # Sessions and accounts
    Row(
        "the table of sessions is full",
        Scene.fill_sessions,
        set_up=loaded(requests=30, sessions=0),
        poll=Poll(requests=15, logins=1, sessions=0, sessions_after=0),
    ),
    Row(
        "the token is dropped in the middle of a poll",
        lambda scene: scene.bmc.on_request(THERMAL, scene.bmc.expire_sessions),
        set_up=loaded(requests=34, logins=2),
        poll=Poll(requests=14, logins=1),
    ),
    Row(
        "the password was changed",
        Scene.change_password,
        dialogue=Dialogue(error="invalid_auth", logins=1),
        set_up=given_up(
            "invalid_auth",
            log=("could not authenticate",),
            asks=("reauth",),
            requests=2,
        ),
        poll=Poll(
            shows=GONE,
            asks=("reauth",),
            log=("refuses",),
            requests=5,
            logins=1,
            sessions=0,
            logins_after=2,
        ),
        command=Command(error="invalid_auth", logins=1),
        mended=Scene.enter_password,
    ),
    Row(
        "the account was made read-only",
        lambda scene: setattr(scene.bmc, "role", "ReadOnly"),
        set_up=loaded(lacks=CONTROLS, back_after=900),
        poll=Poll(),
        command=Command(
            error="not_authorized",
            shows=View(loses=CONTROLS, says={"sensor.account_access": "read_only"}),
            back_after=900,
        ),
    ),
    # What a server lives through
    Row(
        "the BMC restarts for four minutes",
        lambda scene: scene.bmc.restart(RESTART),
        dialogue=Dialogue(error="cannot_connect"),
        set_up=tried_again("cannot_connect", requests=2, logins=0),
        poll=Poll(
            shows=GONE,
            log=("no connection any more",),
            seconds=210,
            requests=15,
            sessions=0,
            back_after=30,
            logins_after=1,
        ),
        command=Command(error="cannot_connect", writes=0),
    ),
    Row(
        "the BMC's clock jumps back by half a century",
        lambda scene: scene.bmc.change(MANAGER, {"DateTime": "1970-01-01T00:00:42Z"}),
        set_up=loaded(),
        poll=Poll(seconds=900, requests=103),
    ),
    Row(
        "Home Assistant's clock jumps back by an hour",
        Scene.set_clock_back,
        poll=Poll(),
        command=Command(is_done=True),
    ),
    Row(
        "Home Assistant's machine sleeps for a day",
        Scene.sleep,
        poll=Poll(requests=33, logins=1),
    ),
    Row(
        "the host is off",
        Scene.switch_off,
        set_up=loaded(lacks=OF_HOST),
        poll=Poll(shows=OFF, requests=16),
        command=Command(is_done=True),
        mended=Scene.switch_on,
    ),
    Row(
        "the host boots",
        Scene.begin_to_boot,
        set_up=loaded(lacks=OF_HOST),
        poll=Poll(
            shows=View(
                unknown=OF_HOST,
                says={"sensor.boot_progress": "processor_initialization"},
            ),
            passing=("sensor.drive_temperature",),
            seconds=5,
            requests=12,
            back_after=60,
        ),
        mended=lambda _: None,
    ),
    Row(
        "a sensor vanishes",
        Scene.pull_sensor,
        set_up=loaded(lacks=("sensor.temperature_PCH",)),
        poll=Poll(shows=View(unavailable=("sensor.temperature_PCH",))),
    ),
    Row(
        "a drive is added",
        Scene.add_drive,
        poll=Poll(shows=DRIVE, after=DRIVE, seconds=900, requests=104),
        mended=lambda _: None,
    ),
    Row(
        "a module of memory is added",
        Scene.add_memory,
        set_up=loaded(),
        poll=Poll(seconds=900, requests=103),
        mended=lambda _: None,
    ),
    Row(
        "new firmware has moved all that is Supermicro's own",
        Scene.move_oem,
        poll=Poll(
            passing=("",),
            seconds=900,
            log=("no connection",),
            requests=112,
            logins=1,
            back_after=900,
        ),
        mended=lambda _: None,
    ),
)
