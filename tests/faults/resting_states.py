"""Table of the states in which the client or a coordinator can remain.

Each one is left without a reload when the BMC behaves again: `ended_by` names what
ends it, within `seconds` after that. Only two need a user. A refused password is not
sent again by itself, since a BMC locks the account after three attempts: the dialog
for a new password ends it. A closed client sends nothing until it is opened again.

Other states last for the duration of a request, and have tests in tests/library/http:
a login or logout in progress, reads that share one request, a write that excludes all
other requests, the wait for a second connection, and a task that is followed for 30
seconds.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import KW_ONLY, dataclass
from datetime import timedelta
from typing import Any

from homeassistant.const import STATE_UNKNOWN
from homeassistant.exceptions import HomeAssistantError

from custom_components.supermicro_redfish.aiosupermicro.const import (
    FAILING_LINK_SECONDS,
    RETRY_UNAVAILABLE_SECONDS,
    SESSION_RETRY_SECONDS,
)
from custom_components.supermicro_redfish.errors import MAX_RETRY_AFTER
from custom_components.supermicro_redfish.host_poller import (
    QUICK_INTERVAL,
    TRANSITION_SECONDS,
)
from tests.integration import DYNAMIC, STATIC
from tests.integration.paths import (
    BAYS,
    CERTIFICATES,
    CHASSIS,
    DRIVES,
    MANAGER,
    NICS,
    NTP,
    POWER,
    ROOT,
    SESSIONS,
    STORAGE,
    SYSTEM,
    THERMAL,
)
from tests.scenario.fault_scenario import FaultScenario
from tests.scenario.fault_table import LED, Action, in_turn

type Condition = Callable[[FaultScenario], bool]

SETUP_RETRY_SECONDS = 90.0
"""A little more than the longest time between two attempts of Home Assistant."""
_LONG_AGO = {"Retry-After": "86400"}


def is_missing(*entities: str) -> Condition:
    """Expect that entities do not exist or are unavailable."""
    return lambda scenario: not any(map(scenario.instance.is_available, entities))


def shows(entity: str, state: str) -> Condition:
    """Expect the state of an entity."""
    return lambda scenario: scenario.instance.states.get(entity) == state


def has_sessions(number: int) -> Condition:
    """Expect this number of open sessions."""
    return lambda scenario: scenario.open_sessions == number


def polls_every(interval: timedelta) -> Condition:
    """Expect this polling interval."""
    return lambda scenario: (
        scenario.instance.entry.runtime_data.dynamic.update_interval == interval
    )


def respond(status: int, path: str, **response: Any) -> Action:
    """Respond with a status to requests for a path."""
    return lambda scenario: scenario.bmc.fail(path, status=status, **response)


def wait(seconds: float) -> Action:
    """Let time pass."""
    return lambda scenario: scenario.elapse(seconds)


def remove_license(path: str) -> Action:
    """Reject resources because of a missing license."""
    return lambda scenario: setattr(scenario.bmc, "unlicensed", (path,))


def reject_all_logins(scenario: FaultScenario) -> None:
    """Let other users occupy all sessions, and reject basic authentication."""
    scenario.fill_sessions()
    scenario.bmc.basic_auth = False


def replace_thermal(scenario: FaultScenario) -> None:
    """Report Thermal as missing on a board that also has its successor."""
    bmc, place = scenario.bmc, f"{CHASSIS}/ThermalSubsystem"
    bmc.change(CHASSIS, {"ThermalSubsystem": {"@odata.id": place}})
    bmc.put(place, {"ThermalMetrics": {"@odata.id": f"{place}/ThermalMetrics"}})
    readings = [{"DeviceName": "CPU Temp", "Reading": 44}]
    bmc.put(f"{place}/ThermalMetrics", {"TemperatureReadingsCelsius": readings})
    bmc.fail(THERMAL, status=404)


def detour(scenario: FaultScenario) -> None:
    """Report the first chassis as missing, while another one has readings."""
    bmc, other = scenario.bmc, f"{ROOT}/Chassis/Other"
    body = {"@odata.id": other, "Thermal": {"@odata.id": THERMAL}}
    bmc.put(other, body | {"Power": {"@odata.id": POWER}})
    links = bmc.resource(SYSTEM)["Links"]
    chassis = [{"@odata.id": CHASSIS}, {"@odata.id": other}]
    bmc.change(SYSTEM, {"Links": links | {"Chassis": chassis}})
    bmc.fail(CHASSIS, status=404)


def use_other_identity(scenario: FaultScenario) -> None:
    """Replace the BMC at the address by another one."""
    uuid = {"UUID": "00000000-0000-0000-0000-7CC255999999"}
    for path in (ROOT, MANAGER):
        scenario.bmc.change(path, uuid)
    scenario.bmc.change(f"{NICS}/1", {"MACAddress": "7C:C2:55:99:99:99"})


def never_settle(scenario: FaultScenario) -> None:
    """Keep the host in the state PoweringOn."""
    body = scenario.bmc.resource(SYSTEM) | {"PowerState": "PoweringOn"}
    scenario.bmc.fail(SYSTEM, status=200, body=body, method="GET")


async def refuse_command(scenario: FaultScenario) -> None:
    """Limit the account, and send a command without the required privilege."""
    scenario.bmc.role = "ReadOnly"
    with suppress(HomeAssistantError):
        await scenario.instance.call(LED, "turn_on")
    await scenario.instance.settle()


async def close_entry(scenario: FaultScenario) -> None:
    """Unload the entry, which closes the client."""
    await scenario.instance.unload()


async def open_entry(scenario: FaultScenario) -> None:
    """Set the entry up again."""
    await scenario.instance.set_up()


def allow_basic(scenario: FaultScenario) -> None:
    """Accept basic authentication again."""
    scenario.bmc.basic_auth = True


_ONE_SESSION = has_sessions(1)


@dataclass(frozen=True)
class RestingState:
    """A state in which the integration can remain, with its beginning and end."""

    name: str
    enter: Action
    """Enter the state, and let the necessary time pass."""
    seconds: float
    """The maximum duration after the BMC behaves again."""
    ended_by: str
    """Description of the end of the state."""
    rests: Condition
    """Return whether the state was entered."""
    _: KW_ONLY
    is_at_setup: bool = False
    """Whether the state is entered by a setup."""
    end: Action = FaultScenario.recover
    """Let the BMC behave again; for two states, act as the user."""
    has_ended: Condition = _ONE_SESSION
    is_slow: bool = False
    """Whether a request times out, for which the timeout is shortened."""


RESTING_STATES: tuple[RestingState, ...] = (
    # Sessions and the account
    RestingState(
        "password refused",
        in_turn(lambda scenario: scenario.change_password("changed"), wait(90)),
        0,
        "the dialog in which the user enters the new password",
        lambda scenario: scenario.instance.prompts == ["reauth"],
        end=FaultScenario.enter_password,
    ),
    RestingState(
        "session rejected although the password is accepted",
        in_turn(respond(401, "/redfish/v1/*", method="GET"), wait(90)),
        DYNAMIC,
        "the next poll, which logs in again",
        is_missing(LED),
    ),
    RestingState(
        "basic authentication without a session service",
        in_turn(
            lambda scenario: scenario.bmc.expire_sessions(),
            respond(404, SESSIONS, method="POST"),
            wait(90),
        ),
        SESSION_RETRY_SECONDS + DYNAMIC,
        "an attempt to create a session every ten minutes",
        has_sessions(0),
    ),
    RestingState(
        "basic authentication while the session table is full",
        in_turn(FaultScenario.fill_sessions, wait(90)),
        SESSION_RETRY_SECONDS + DYNAMIC,
        "an attempt to create a session every ten minutes",
        has_sessions(0),
    ),
    RestingState(
        "neither a session nor basic authentication",
        in_turn(reject_all_logins, wait(90)),
        SESSION_RETRY_SECONDS + DYNAMIC,
        "an attempt to create a session after ten minutes",
        is_missing(LED),
        end=in_turn(FaultScenario.recover, allow_basic),
    ),
    RestingState(
        "limited account",
        refuse_command,
        STATIC,
        "the static poll, which reads a limited account's privileges again",
        is_missing(LED),
    ),
    RestingState(
        "privileges unread",
        respond(500, f"{ROOT}/AccountService*"),
        STATIC,
        "the static poll, which reads unread privileges again",
        shows("sensor.account_access", STATE_UNKNOWN),
        is_at_setup=True,
    ),
    RestingState(
        "command refused to an account of an unknown role",
        in_turn(
            lambda scenario: scenario.bmc.remove(f"{ROOT}/AccountService/Accounts"),
            lambda scenario: scenario.instance.reload(),
            refuse_command,
        ),
        0,
        "the next command, if the BMC accepts it",
        shows("sensor.account_access", "restricted"),
        end=in_turn(
            lambda scenario: setattr(scenario.bmc, "role", "Administrator"),
            lambda scenario: scenario.instance.call(LED, "turn_off"),
            lambda scenario: scenario.instance.call(LED, "turn_on"),
        ),
    ),
    # The connection
    RestingState(
        "unreachable BMC",
        in_turn(FaultScenario.close_port, wait(90)),
        DYNAMIC,
        "the next poll",
        is_missing(LED),
    ),
    RestingState(
        "hung BMC",
        in_turn(lambda scenario: scenario.bmc.hang("*", 60), wait(90)),
        DYNAMIC,
        "the next poll, of which each one sends a request",
        is_missing(LED),
        is_slow=True,
    ),
    RestingState(
        "BMC that asks to wait for a day",
        in_turn(respond(503, "*", headers=_LONG_AGO), wait(90)),
        MAX_RETRY_AFTER + DYNAMIC,
        "a poll after five minutes, the limit of Retry-After",
        is_missing(LED),
    ),
    RestingState(
        "certificate changed",
        in_turn(FaultScenario.change_certificate, wait(90)),
        MAX_RETRY_AFTER + DYNAMIC,
        "a poll every five minutes, once the old certificate is back",
        lambda scenario: scenario.instance.prompts == ["certificate_changed"],
    ),
    RestingState(
        "setup of an unreachable BMC",
        FaultScenario.close_port,
        SETUP_RETRY_SECONDS,
        "the next attempt of Home Assistant",
        is_missing(LED),
        is_at_setup=True,
    ),
    RestingState(
        "setup while a session is rejected",
        respond(401, "/redfish/v1/*", method="GET"),
        SETUP_RETRY_SECONDS,
        "the next attempt of Home Assistant",
        is_missing(LED),
        is_at_setup=True,
    ),
    RestingState(
        "another BMC at the address",
        use_other_identity,
        SETUP_RETRY_SECONDS,
        "the next attempt of Home Assistant",
        is_missing(LED),
        is_at_setup=True,
    ),
    RestingState(
        "closed client",
        close_entry,
        0,
        "the user, who enables the server again",
        has_sessions(0),
        end=open_entry,
    ),
    # Resources
    RestingState(
        "missing resource remembered",
        respond(404, NTP),
        RETRY_UNAVAILABLE_SECONDS + STATIC,
        "the first static poll after an hour",
        is_missing("switch.ntp"),
        is_at_setup=True,
    ),
    RestingState(
        "missing collection remembered",
        respond(404, CERTIFICATES),
        RETRY_UNAVAILABLE_SECONDS + STATIC,
        "the first static poll after an hour",
        is_missing("binary_sensor.certificate_expiring"),
        is_at_setup=True,
    ),
    RestingState(
        "empty list of certificates",
        respond(200, CERTIFICATES, body={"@odata.id": CERTIFICATES, "Members": []}),
        STATIC,
        "the next static poll; only a certificate is kept for a day",
        is_missing("binary_sensor.certificate_expiring"),
        is_at_setup=True,
    ),
    RestingState(
        "missing license remembered",
        remove_license(THERMAL),
        RETRY_UNAVAILABLE_SECONDS + DYNAMIC,
        "the first poll after an hour",
        is_missing("sensor.temperature_CPU Temp"),
        is_at_setup=True,
    ),
    RestingState(
        "missing license of a series of requests remembered",
        remove_license(STORAGE),
        RETRY_UNAVAILABLE_SECONDS + STATIC,
        "the first static poll after an hour",
        is_missing("sensor.drive_temperature_Disk.Bay.0"),
        is_at_setup=True,
    ),
    RestingState(
        "fallback of Thermal in use",
        replace_thermal,
        RETRY_UNAVAILABLE_SECONDS + DYNAMIC,
        "the first poll after an hour",
        is_missing("sensor.fan_FAN1"),
        is_at_setup=True,
    ),
    RestingState(
        "detour around a dead link",
        detour,
        RETRY_UNAVAILABLE_SECONDS + STATIC,
        "the first poll after an hour, which follows the first link again",
        is_missing("binary_sensor.intrusion"),
        is_at_setup=True,
    ),
    RestingState(
        "link to a failing resource",
        respond(500, CHASSIS),
        max(FAILING_LINK_SECONDS, STATIC),
        "the next poll of the resources behind it",
        is_missing("sensor.temperature_CPU Temp", "binary_sensor.intrusion"),
        is_at_setup=True,
    ),
    RestingState(
        "failing member of a collection",
        in_turn(respond(500, BAYS[0]), wait(STATIC)),
        STATIC,
        "the next static poll",
        is_missing("sensor.drive_temperature_Disk.Bay.0"),
    ),
    RestingState(
        "failing collection",
        in_turn(respond(500, DRIVES), wait(STATIC)),
        STATIC,
        "the next static poll",
        is_missing("sensor.drive_temperature_Disk.Bay.0"),
    ),
    RestingState(
        "failing resource of a poll",
        in_turn(respond(500, THERMAL), wait(90)),
        DYNAMIC,
        "the next poll",
        is_missing("sensor.temperature_CPU Temp"),
    ),
    # The coordinators
    RestingState(
        "stale static data",
        in_turn(FaultScenario.close_port, wait(STATIC + DYNAMIC)),
        2 * DYNAMIC,
        "a static poll as soon as the BMC responds",
        lambda scenario: scenario.instance.entry.runtime_data.static.is_stale,
    ),
    RestingState(
        "quick polls of a host that never settles",
        in_turn(never_settle, wait(DYNAMIC)),
        TRANSITION_SECONDS + DYNAMIC,
        "two minutes, even if the host does not settle",
        polls_every(QUICK_INTERVAL),
        end=lambda _: None,
        has_ended=polls_every(timedelta(seconds=DYNAMIC)),
    ),
)
