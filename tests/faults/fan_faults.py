"""Faults while Home Assistant controls the fans over IPMI.

A fan that cannot be read is unavailable. What lasts for longer than 90 seconds gives
the fans back to the BMC, over Redfish if need be, and an issue names the reason.
"""

from typing import Any

from homeassistant.const import STATE_OFF

from tests.integration.fan_control.fans import SELECT, ZONE_1, ZONE_2, fan_options
from tests.integration.repair_flow import fix_issue, open_issues
from tests.scenario.fault_scenario import FaultScenario
from tests.scenario.fault_table import (
    GONE,
    Action,
    ExpectedStates,
    in_turn,
    unavailable,
)

from .feature_scenario import Condition, FeatureFault, FeatureScenario
from .matrix import CONNECTION_LOST, REAUTH, REJECTED

_HELD = {0: 40, 1: 30}
"""Duties that Home Assistant holds."""
_FANS = "fan.fan_zone"
_UNREAD = "cannot be read over IPMI"
_ENDED = "fan control has ended"
_MODE, _DUTY = (0x30, 0x45), (0x30, 0x70)
_POLLS = 3 * 300 // 30 + 6
"""Maximum number of requests in five minutes."""


def prepare(scenario: FeatureScenario) -> None:
    """Turn the fan control on."""
    instance = scenario.instance
    instance.hass.config_entries.async_update_entry(
        instance.entry, options=fan_options(scenario.ipmi)
    )


async def control(scenario: FeatureScenario) -> None:
    """Hold a zone at 40 %."""
    await scenario.instance.call(ZONE_1, "set_percentage", percentage=40)


async def check(scenario: FeatureScenario) -> None:
    """Check that the BMC and Home Assistant report held fans."""
    if not is_held(scenario):
        await control(scenario)
    await scenario.elapse(60)
    assert is_held(scenario)
    assert scenario.attribute(ZONE_1, "percentage") == 40
    assert scenario.ipmi.open_sessions == 1


def is_held(scenario: FeatureScenario) -> bool:
    """Return whether the BMC holds the duties of Home Assistant."""
    return holds(_HELD)(scenario)


def holds(duties: dict[int, int]) -> Condition:
    """Expect these duties in the mode Full."""
    return lambda scenario: (
        scenario.bmc.fan_mode == "FullSpeed" and scenario.ipmi.cooling.duties == duties
    )


def has_mode(mode: str) -> Condition:
    """Expect a mode in which the BMC regulates its fans."""
    return lambda scenario: scenario.bmc.fan_mode == mode


def set_ipmi(**fields: Any) -> Action:
    """Set switches of the simulated IPMI."""

    def inject(scenario: Any) -> None:
        for name, value in fields.items():
            setattr(scenario.ipmi, name, value)

    return inject


def end_sessions(scenario: Any) -> None:
    """End all sessions of IPMI."""
    scenario.ipmi.sessions.clear()


def write_duty(percent: int) -> Action:
    """Write the duty of the first zone as another program does."""

    def inject(scenario: Any) -> None:
        scenario.ipmi.cooling.set_duty(0, percent)

    return inject


def write_mode(mode: str) -> Action:
    """Write the mode as another program does."""

    def inject(scenario: Any) -> None:
        scenario.ipmi.cooling.set_mode(mode)

    return inject


def restart(scenario: Any) -> None:
    """Restart the BMC, after which the fans have no reading for a minute."""
    scenario.ipmi.cooling._schedule()
    scenario.bmc.restart(60)


async def confirm(scenario: Any) -> None:
    """Confirm the repair issue, which allows control again."""
    for issue in open_issues(scenario.instance.hass):
        await fix_issue(scenario.instance.hass, issue)


_HEALTHY: dict[str, Any] = {
    "is_silent": False,
    "loss": 0.0,
    "session_limit": 4,
    "completion_codes": {},
}
heal = set_ipmi(**_HEALTHY)
_GIVEN_BACK = ExpectedStates(unavailable=(_FANS,), states={SELECT: "optimal"})


def passing(name: str, *inject: Action, **fields: Any) -> FeatureFault:
    """Expect that a short fault affects only the states of the fans."""
    return FeatureFault(
        name,
        in_turn(*inject),
        states=unavailable(_FANS),
        log=(_UNREAD,),
        requests=3 * 60 // 30 + 6,
        holds=is_held,
        recover=heal,
        **fields,
    )


def lasting(name: str, *inject: Action) -> FeatureFault:
    """Expect that a long fault gives the fans back over Redfish."""
    return FeatureFault(
        name,
        in_turn(*inject),
        seconds=300,
        states=_GIVEN_BACK,
        prompts=("fan_control_no_ipmi",),
        log=(_UNREAD, _ENDED),
        requests=_POLLS,
        holds=has_mode("Optimal"),
        recover=in_turn(heal, confirm),
    )


_SILENT = set_ipmi(is_silent=True)
_FULL_TABLE = (set_ipmi(session_limit=0), end_sessions)
_LOCKED = set_ipmi(completion_codes={_MODE: 0xD4, _DUTY: 0xD4})

FAN_FAULTS: tuple[FeatureFault, ...] = (
    passing("IPMI silent for a minute", _SILENT),
    lasting("IPMI silent for five minutes", _SILENT),
    passing("no session left for a minute", *_FULL_TABLE),
    lasting("no session left for five minutes", *_FULL_TABLE),
    passing("commands rejected for a minute", _LOCKED),
    lasting("commands rejected for five minutes", _LOCKED),
    FeatureFault(
        "a fifth of the packets lost",
        set_ipmi(loss=0.2),
        seconds=300,
        requests=_POLLS,
        holds=is_held,
        recover=heal,
    ),
    FeatureFault(
        "session of IPMI ended",
        end_sessions,
        requests=3 * 60 // 30 + 6,
        holds=is_held,
    ),
    FeatureFault(
        "duty lowered by something else",
        write_duty(5),
        requests=3 * 60 // 30 + 6,
        holds=is_held,
    ),
    FeatureFault(
        "duty raised by something else",
        write_duty(70),
        requests=3 * 60 // 30 + 6,
        holds=lambda scenario: (
            holds({0: 70, 1: 30})(scenario)
            and scenario.attribute(ZONE_1, "percentage") == 70
        ),
    ),
    FeatureFault(
        "mode changed by something else",
        write_mode("Standard"),
        states=ExpectedStates(
            states={ZONE_1: STATE_OFF, ZONE_2: STATE_OFF, SELECT: "standard"}
        ),
        requests=3 * 60 // 30 + 6,
        holds=has_mode("Standard"),
    ),
    FeatureFault(
        "BMC restarts",
        restart,
        seconds=50,
        states=GONE,
        log=(CONNECTION_LOST, _UNREAD),
        requests=15,
        logins=1,
        holds=holds({0: 100, 1: 100}),
        recover=lambda _: None,
        recovers_after=240,
    ),
    FeatureFault(
        "password changed",
        lambda scenario: scenario.change_password("changed"),
        seconds=120,
        states=GONE,
        prompts=(*REAUTH, "fan_control_no_readings"),
        log=(REJECTED, _ENDED),
        requests=8,
        logins=4,
        holds=has_mode("Optimal"),
        recover=in_turn(confirm, FaultScenario.enter_password),
    ),
    FeatureFault(
        "password changed, and session of IPMI ended",
        in_turn(lambda scenario: scenario.change_password("changed"), end_sessions),
        seconds=300,
        states=GONE,
        prompts=REAUTH,
        log=(REJECTED, _UNREAD),
        requests=8,
        logins=4,
        # The fans cannot be given back without the password, which is sent once.
        holds=lambda scenario: is_held(scenario) and scenario.ipmi.failed_logins == 1,
        recover=FaultScenario.enter_password,
        log_after=(
            "could not be given back to the BMC yet",
            "could not be given back to the BMC, which does not regulate them",
        ),
    ),
)
