"""Pairs of faults that often occur together.

The second fault is injected right after the first, and both last for some polls.
"""

from typing import Any

from homeassistant.const import STATE_UNKNOWN

from tests.scenario.fault_scenario import FaultScenario
from tests.scenario.fault_table import (
    ALL,
    STATIC_RESOURCES,
    Action,
    ExpectedStates,
    Fault,
    Poll,
    in_turn,
)
from tests.scenario.scenario import RESTART_SECONDS

from .matrix import (
    BOOTING,
    BUSY,
    CONNECTION_LOST,
    DRIVE_TEMPERATURE,
    HOST_OFF,
    MATRIX,
    NAME_UNKNOWN,
    NEW_DRIVE,
    NEW_DRIVE_TEMPERATURE,
    NO_LICENSE,
    NO_PCH,
    NO_ROUTE,
    NO_THERMALS,
    NOT_AUTHENTICATED,
    REAUTH,
    REJECTED,
    THERMAL_FAILED,
    THERMALS,
    UNTRUSTED,
)

_FAULTS = {fault.name: fault for fault in MATRIX}

_RESTART = "BMC restarts for four minutes"
_NEW_CERTIFICATE = "certificate changed"
_NEW_PASSWORD = "password changed"
_FULL = "all sessions in use"
_401 = "401 once"


def pair(
    names: tuple[str, str],
    reason: str,
    poll: Poll,
    recover: Action = FaultScenario.recover,
) -> Fault:
    """Combine two faults of the matrix, with the expectation at a poll."""
    faults = [_FAULTS[name] for name in names]
    return Fault(
        ", ".join(names),
        in_turn(*(fault.inject for fault in faults)),
        poll=poll,
        recover=recover,
        is_slow=any(fault.is_slow for fault in faults),
        reason=reason,
    )


async def wait_for_restart(scenario: FaultScenario) -> None:
    """Wait until the BMC has restarted."""
    await scenario.elapse(RESTART_SECONDS)


_RESTARTED: dict[str, Any] = {"sessions": 0, "logins_after": 1}
_REJECTED: dict[str, Any] = {
    "prompts": REAUTH,
    "logins": 1,
    "sessions": 0,
    "logins_after": 2,
}

PAIRS: tuple[Fault, ...] = (
    pair(
        (_RESTART, _NEW_CERTIFICATE),
        "A firmware update generates a new certificate.",
        Poll.gone(**UNTRUSTED, logins_after=1),
        recover=in_turn(wait_for_restart, FaultScenario.accept_certificate),
    ),
    pair(
        (_RESTART, _NEW_PASSWORD),
        "The BMC was reset to factory defaults.",
        Poll.gone(
            CONNECTION_LOST, **_REJECTED, seconds=RESTART_SECONDS + 60, requests=20
        ),
        recover=FaultScenario.enter_password,
    ),
    pair(
        (_RESTART, "503"),
        "The web server starts before the Redfish service.",
        Poll.gone(
            CONNECTION_LOST, **_RESTARTED, seconds=RESTART_SECONDS + 60, requests=26
        ),
    ),
    pair(
        (_RESTART, "name cannot be resolved"),
        "A power cut hits the server and the router.",
        Poll.gone(NAME_UNKNOWN, **_RESTARTED, requests=0),
    ),
    pair(
        (_RESTART, "host off"),
        "The server was unplugged; its host waits for the power button.",
        Poll.gone(CONNECTION_LOST, **_RESTARTED, requests=20, states_after=HOST_OFF),
    ),
    pair(
        ("clock of the BMC jumps back to 1970", _RESTART),
        "The battery of the BMC is empty.",
        Poll.gone(CONNECTION_LOST, **_RESTARTED, requests=12),
    ),
    pair(
        (_NEW_CERTIFICATE, _NEW_PASSWORD),
        "The BMC was replaced or reset to factory defaults meanwhile.",
        Poll.gone(**UNTRUSTED, log_after=(NOT_AUTHENTICATED,), logins_after=3),
        recover=in_turn(FaultScenario.accept_certificate, FaultScenario.enter_password),
    ),
    pair(
        (_NEW_CERTIFICATE, "HTML page instead of each resource"),
        "A proxy or a captive portal intercepts the connection.",
        Poll.gone(**UNTRUSTED, recovers_after=300, logins_after=1),
    ),
    pair(
        ("host boots", "responses trickle but complete in time"),
        "The BMC is busy with the host.",
        Poll(
            states=BOOTING,
            may_flicker=(DRIVE_TEMPERATURE,),
            seconds=5,
            requests=18,
            recovers_after=60,
        ),
    ),
    pair(
        ("host off", "null for every key"),
        "A BMC may have no sensor readings without the host.",
        Poll(
            states=ExpectedStates(
                unavailable=THERMALS[:2],
                unknown=(DRIVE_TEMPERATURE, "sensor.headroom"),
                states=HOST_OFF.states,
            ),
            requests=18,
            states_after=HOST_OFF,
        ),
    ),
    pair(
        ("host off", "drive added"),
        "Owners switch the host off to add a drive.",
        Poll(
            states=ExpectedStates(
                unknown=HOST_OFF.unknown,
                states={
                    **HOST_OFF.states,
                    **NEW_DRIVE.states,
                    NEW_DRIVE_TEMPERATURE: STATE_UNKNOWN,
                },
            ),
            seconds=900,
            requests=104 + STATIC_RESOURCES,
            states_after=NEW_DRIVE,
        ),
        recover=FaultScenario.power_on,
    ),
    pair(
        ("host off", "memory module added"),
        "Owners switch the host off to add memory.",
        Poll(states=HOST_OFF, seconds=900, requests=104 + STATIC_RESOURCES),
        recover=FaultScenario.power_on,
    ),
    pair(
        (_FULL, _NEW_PASSWORD),
        "A script with the old password has taken all sessions.",
        Poll.gone(REJECTED, **_REJECTED, requests=8),
        recover=FaultScenario.enter_password,
    ),
    pair(
        (_FULL, "connection closed between two polls"),
        "A BMC with many clients also runs out of connections.",
        Poll(requests=15, logins=1, sessions=0, sessions_after=0),
    ),
    pair(
        (_401, "connection closed when a request arrives"),
        "The web server of the BMC crashed and was restarted.",
        Poll(requests=15, logins=1),
    ),
    pair(
        ("responses trickle but complete in time", _401),
        "A busy BMC loses sessions.",
        Poll(requests=15, logins=1),
    ),
    pair(
        ("truncated JSON in one resource", _401),
        "The web server of the BMC is out of memory.",
        Poll(states=NO_THERMALS, log=(THERMAL_FAILED,), requests=15, logins=1),
    ),
    pair(
        ("Home Assistant sleeps for a day", "host unreachable"),
        "A machine resumes before its network does.",
        Poll.gone(NO_ROUTE, requests=35, logins=1),
    ),
    pair(
        ("firmware update moves OEM resources", "403 because of a missing license"),
        "New firmware requires more licenses.",
        Poll(
            states=NO_THERMALS,
            may_flicker=ALL,
            log=(CONNECTION_LOST,),
            prompts=NO_LICENSE,
            seconds=900,
            requests=102 + 2 * STATIC_RESOURCES,
            logins=1,
        ),
    ),
    pair(
        ("503", "sensor removed"),
        "A part fails and keeps the BMC busy for a while.",
        Poll.gone(BUSY, states_after=NO_PCH),
        recover=lambda scenario: scenario.bmc.heal(),
    ),
)
