"""Fixtures: a BMC with a host name, and a clock that also runs by itself."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

from freezegun import freeze_time
from freezegun.api import TickingDateTimeFactory
import pytest

from tests.conftest import Clock
from tests.integration.conftest import Elapse
from tests.scenario.fault_scenario import FaultScenario
from tests.scenario.fixtures import *  # noqa: F403 - found by their names
from tests.scenario.hass_instance import HassInstance
from tests.scenario.network import Network
from tests.simulator import Bmc, Server
from tests.simulator.certificate import Certificate


class TickingTime:
    """Clock that runs by itself, for timeouts, and can be advanced."""

    def __init__(self, now: TickingDateTimeFactory) -> None:
        """Start now."""
        self._now = now

    def tick(self, seconds: float) -> None:
        """Advance the time."""
        self._now.move_to(self._now() + timedelta(seconds=seconds))


@pytest.fixture
def freezer() -> Iterator[TickingTime]:
    """Return a running clock instead of the stopped one of the test kit."""
    with freeze_time(tick=True) as now:
        assert isinstance(now, TickingDateTimeFactory)
        yield TickingTime(now)


@pytest.fixture
def network(network: None, freezer: TickingTime) -> None:
    """Replace the clock before the server starts, so that both use the same one."""


@pytest.fixture
async def scenario(
    request: pytest.FixtureRequest,
    instance: HassInstance,
    bmc: Bmc,
    server: Server,
    clock: Clock,
    elapse: Elapse,
    new_certificate: Certificate,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[FaultScenario]:
    """Return a scenario without an entry; undo all faults at the end."""
    fault = request.node.callspec.params.get("fault")
    if fault and fault.is_slow:
        request.getfixturevalue("short_timeout")
    with Network(instance.hass.loop).installed() as network:
        scenario = FaultScenario(
            instance=instance,
            bmc=bmc,
            server=server,
            network=network,
            clock=clock,
            elapse=elapse,
            other_certificate=new_certificate,
            caplog=caplog,
            monkeypatch=monkeypatch,
        )
        yield scenario
        await scenario.recover()
