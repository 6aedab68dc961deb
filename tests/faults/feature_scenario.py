"""Fault scenarios of optional features, in virtual time.

Nothing is waited for, so that faults may last for minutes: of a stream of events, of
fans over IPMI, of virtual media, and of what an earlier run has remembered.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import KW_ONLY, dataclass, fields
from unittest.mock import patch

from homeassistant.helpers.entity import Entity
import pytest

from tests.scenario.fault_scenario import FaultScenario
from tests.scenario.fault_table import Action, ExpectedStates
from tests.scenario.virtual_time import VirtualClock, run_in_virtual_time
from tests.simulator import Bmc, Board
from tests.simulator.certificate import Certificate
from tests.simulator.ipmi import IpmiServer, serve_ipmi

_VARYING = (
    "sensor.energy",
    "sensor.fan_",
    "sensor.headroom",
    "sensor.reading_age",
    "sensor.response_time",
    "sensor.temperature",
)
"""Entities whose state may change with each poll."""


@dataclass(kw_only=True)
class FeatureScenario(FaultScenario):
    """A fault scenario with IPMI."""

    ipmi: IpmiServer

    @property
    def steady_states(self) -> dict[str, str]:
        """The states of all entities that do not change by themselves."""
        states = self.instance.states.items()
        return {key: state for key, state in states if not key.startswith(_VARYING)}

    def attribute(self, entity: str, name: str) -> object:
        """Return an attribute of an entity."""
        state = self.instance.hass.states.get(self.instance.find(entity) or "")
        assert state, f"There is no {entity}"
        return state.attributes.get(name)

    def count_requests(self, method_and_path: str, since: int = 0) -> int:
        """Return the number of requests for a path since a number of requests."""
        return self.requests_since(since).count(method_and_path)


UNCHANGED = ExpectedStates()

type Condition = Callable[[FeatureScenario], bool]
"""A condition, which is a state of the BMC or of Home Assistant."""


@dataclass(frozen=True)
class FeatureFault:
    """A fault while a feature is in use, and the states during and after it."""

    name: str
    inject: Action
    _: KW_ONLY
    seconds: float = 60
    """The duration of the fault."""
    states: ExpectedStates = UNCHANGED
    prompts: tuple[str, ...] = ()
    log: tuple[str, ...] = ()
    requests: int
    """The maximum number of requests over Redfish in that time."""
    logins: int = 0
    """The maximum number of logins over Redfish until the recovery."""
    holds: Condition = lambda _: True
    """The condition at the end of the fault."""
    recover: Action = FaultScenario.recover
    recovers_after: float = 90
    """Seconds from the end of the fault until the feature works again."""
    log_after: tuple[str, ...] = ()
    """Further lines that are logged during the recovery."""


async def _elapse(seconds: float, step: float = 0) -> None:
    """Let virtual time pass, plus a short time for the last poll."""
    del step
    await asyncio.sleep(seconds + 1)


@dataclass(frozen=True, kw_only=True)
class Harness:
    """Run feature scenarios with the fixtures of pytest."""

    caplog: pytest.LogCaptureFixture
    monkeypatch: pytest.MonkeyPatch
    other_certificate: Certificate

    def run(
        self,
        board: Board,
        routine: Callable[[FeatureScenario], Awaitable[None]],
        *,
        has_all_entities: bool = False,
    ) -> None:
        """Run a routine with a Home Assistant and a BMC in virtual time."""
        clock = VirtualClock()
        enabled = Entity.entity_registry_enabled_default
        with (
            patch.object(
                Entity,
                "entity_registry_enabled_default",
                new=has_all_entities or enabled,
            ),
            run_in_virtual_time(clock) as runner,
        ):
            runner.run(self._run(board, clock, routine))

    async def _run(
        self,
        board: Board,
        clock: VirtualClock,
        routine: Callable[[FeatureScenario], Awaitable[None]],
    ) -> None:
        """Run a routine, and unload the entry."""
        bmc = Bmc(board, clock=clock, task_seconds=0)
        fixtures = {field.name: getattr(self, field.name) for field in fields(self)}
        async with (
            serve_ipmi(bmc) as ipmi,
            FeatureScenario.run(
                bmc, clock=clock, elapse=_elapse, ipmi=ipmi, **fixtures
            ) as scenario,
        ):
            bmc.scheduler.cancel("cooling")  # the readings stay as they are
            scenario.create_entry()
            await routine(scenario)
            await scenario.assert_clean_end()
