"""Pairs of faults that are likely to occur together.

The second fault is injected right after the first, and both last for some polls.
"""

from typing import Any

from homeassistant.const import STATE_UNKNOWN

from tests.scenario.fault_scenario import FaultScenario
from tests.scenario.fault_table import ALL, Action, ExpectedStates, Fault, Poll, in_turn
from tests.scenario.scenario import RESTART_SECONDS

from .matrix import (
    BOOTING,
    BUSY,
    CERTIFICATE_CHANGED,
    CONNECTION_LOST,
    DRIVE_TEMPERATURE,
    GONE,
    HOST_OFF,
    MATRIX,
    NAME_UNKNOWN,
    NEW_DRIVE,
    NEW_DRIVE_TEMPERATURE,
    NO_ROUTE,
    NO_THERMALS,
    NOT_AUTHENTICATED,
    REJECTED,
    THERMAL_FAILED,
    THERMALS,
)

_FAULTS = {fault.name: fault for fault in MATRIX}

_RESTART = "BMC restarts for four minutes"
_NEW_CERTIFICATE = "certificate changed"
_NEW_PASSWORD = "password changed"
_FULL = "all sessions in use"


def pair(
    first: str,
    second: str,
    *,
    reason: str,
    recover: Action = FaultScenario.recover,
    **poll: Any,
) -> Fault:
    """Combine two faults of the matrix, with the expectation at a poll."""
    faults = _FAULTS[first], _FAULTS[second]
    return Fault(
        f"{first}, {second}",
        in_turn(*(fault.inject for fault in faults)),
        poll=Poll(**poll),
        recover=recover,
        is_slow=any(fault.is_slow for fault in faults),
        reason=reason,
    )


async def wait_for_restart(scenario: FaultScenario) -> None:
    """Wait until the BMC has restarted."""
    await scenario.elapse(RESTART_SECONDS)


_CERTIFICATE_EXPECTED: dict[str, Any] = {
    "states": GONE,
    "log": (CERTIFICATE_CHANGED,),
    "prompts": ("certificate_changed",),
    "requests": 0,
    "sessions": 0,
}
_RESTART_EXPECTED: dict[str, Any] = {
    "states": GONE,
    "log": (CONNECTION_LOST,),
    "sessions": 0,
    "logins_after": 1,
}

PAIRS: tuple[Fault, ...] = (
    pair(
        _RESTART,
        _NEW_CERTIFICATE,
        reason="A firmware update generates a new certificate.",
        recover=in_turn(wait_for_restart, FaultScenario.accept_certificate),
        **_CERTIFICATE_EXPECTED,
        logins_after=1,
    ),
    pair(
        _RESTART,
        _NEW_PASSWORD,
        reason="The BMC was reset to factory defaults.",
        recover=FaultScenario.enter_password,
        states=GONE,
        log=(CONNECTION_LOST,),
        prompts=("reauth",),
        seconds=RESTART_SECONDS + 60,
        requests=20,
        logins=1,
        sessions=0,
        logins_after=2,
    ),
    pair(
        _RESTART,
        "503",
        reason="The web server starts before the Redfish service.",
        **_RESTART_EXPECTED,
        seconds=RESTART_SECONDS + 60,
        requests=26,
    ),
    pair(
        _RESTART,
        "name cannot be resolved",
        reason="A power cut hits the server and the router.",
        **_RESTART_EXPECTED | {"log": (NAME_UNKNOWN,)},
        requests=0,
    ),
    pair(
        _RESTART,
        "host off",
        reason="The server was unplugged; its host waits for the power button.",
        **_RESTART_EXPECTED,
        requests=20,
        states_after=HOST_OFF,
    ),
    pair(
        "clock of the BMC jumps back to 1970",
        _RESTART,
        reason="The battery of the BMC is empty.",
        **_RESTART_EXPECTED,
        requests=12,
    ),
    pair(
        _NEW_CERTIFICATE,
        _NEW_PASSWORD,
        reason="The BMC was replaced or reset to factory defaults meanwhile.",
        recover=in_turn(FaultScenario.accept_certificate, FaultScenario.enter_password),
        **_CERTIFICATE_EXPECTED,
        log_after=(NOT_AUTHENTICATED,),
        logins_after=3,
    ),
    pair(
        _NEW_CERTIFICATE,
        "HTML page instead of each resource",
        reason="A proxy or a captive portal intercepts the connection.",
        **_CERTIFICATE_EXPECTED,
        recovers_after=300,
        logins_after=1,
    ),
    pair(
        "host boots",
        "responses trickle but complete in time",
        reason="The BMC is busy with the host.",
        states=BOOTING,
        may_flicker=(DRIVE_TEMPERATURE,),
        seconds=5,
        requests=16,
        recovers_after=60,
    ),
    pair(
        "host off",
        "null for every key",
        reason="A BMC may have no sensor readings without the host.",
        states=ExpectedStates(
            unavailable=THERMALS[:2],
            unknown=(DRIVE_TEMPERATURE, "sensor.headroom"),
            states=HOST_OFF.states,
        ),
        requests=16,
        states_after=HOST_OFF,
    ),
    pair(
        "host off",
        "drive added",
        reason="Owners switch the host off to add a drive.",
        recover=FaultScenario.power_on,
        states=ExpectedStates(
            unknown=HOST_OFF.unknown,
            states={
                **HOST_OFF.states,
                **NEW_DRIVE.states,
                NEW_DRIVE_TEMPERATURE: STATE_UNKNOWN,
            },
        ),
        seconds=900,
        requests=110,
        states_after=NEW_DRIVE,
    ),
    pair(
        "host off",
        "memory module added",
        reason="Owners switch the host off to add memory.",
        recover=FaultScenario.power_on,
        states=HOST_OFF,
        seconds=900,
        requests=110,
    ),
    pair(
        _FULL,
        _NEW_PASSWORD,
        reason="A script with the old password has taken all sessions.",
        recover=FaultScenario.enter_password,
        states=GONE,
        log=(REJECTED,),
        prompts=("reauth",),
        requests=8,
        logins=1,
        sessions=0,
        logins_after=2,
    ),
    pair(
        _FULL,
        "connection closed between two polls",
        reason="A BMC with many clients also runs out of connections.",
        requests=15,
        logins=1,
        sessions=0,
        sessions_after=0,
    ),
    pair(
        "401 once",
        "connection closed when a request arrives",
        reason="The web server of the BMC crashed and was restarted.",
        requests=15,
        logins=1,
    ),
    pair(
        "responses trickle but complete in time",
        "401 once",
        reason="A busy BMC loses sessions.",
        requests=15,
        logins=1,
    ),
    pair(
        "truncated JSON in one resource",
        "401 once",
        reason="The web server of the BMC is out of memory.",
        states=NO_THERMALS,
        log=(THERMAL_FAILED,),
        requests=15,
        logins=1,
    ),
    pair(
        "Home Assistant sleeps for a day",
        "host unreachable",
        reason="A machine resumes before its network does.",
        states=GONE,
        log=(NO_ROUTE,),
        requests=35,
        logins=1,
    ),
    pair(
        "firmware update moves OEM resources",
        "403 because of a missing license",
        reason="New firmware requires more licenses.",
        states=NO_THERMALS,
        log=(CONNECTION_LOST,),
        prompts=("license_missing",),
        may_flicker=ALL,
        seconds=900,
        requests=112,
        logins=1,
    ),
    pair(
        "503",
        "sensor removed",
        reason="A part fails and keeps the BMC busy for a while.",
        recover=lambda scenario: scenario.bmc.heal(),
        states=GONE,
        log=(BUSY,),
        states_after=ExpectedStates(unavailable=("sensor.temperature_PCH",)),
    ),
)
