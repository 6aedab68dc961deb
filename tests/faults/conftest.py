"""A BMC with a host name, and time that passes by itself and on demand."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

from freezegun import freeze_time
from freezegun.api import TickingDateTimeFactory
import pytest

from custom_components.supermicro_redfish import aiosupermicro
from tests.conftest import Clock
from tests.scenario.fault_scenario import FaultScenario
from tests.scenario.fixtures import *  # noqa: F403 - found by their names
from tests.scenario.hass_instance import HassInstance
from tests.scenario.integration_helpers import Elapse
from tests.scenario.network import Network
from tests.simulator import Bmc, Server
from tests.simulator.certificate import Certificate

# Resolve the annotations of models before freezegun replaces the datetime class.
aiosupermicro.Certificate.from_dict({})


class TickingTime:
    """Time that passes by itself, for timeouts, and can be advanced."""

    def __init__(self, now: TickingDateTimeFactory) -> None:
        """Start now."""
        self._now = now

    def tick(self, seconds: float) -> None:
        """Advance the time."""
        self._now.move_to(self._now() + timedelta(seconds=seconds))


@pytest.fixture
def freezer() -> Iterator[TickingTime]:
    """Return the time, in place of the test kit's time that stands still."""
    with freeze_time(tick=True) as now:
        assert isinstance(now, TickingDateTimeFactory)
        yield TickingTime(now)


@pytest.fixture(scope="session")
def other_certificate() -> Certificate:
    """Return another certificate, generated before the time is replaced."""
    return Certificate.generate()


@pytest.fixture
def network(network: None, freezer: TickingTime) -> None:
    """Replace the time before the server starts, so that both agree."""


@pytest.fixture
def shorten_timeout(request: pytest.FixtureRequest) -> None:
    """Shorten the timeout of the client for faults that exceed it."""
    fault = request.node.callspec.params.get("fault")
    if fault and fault.is_slow:
        request.getfixturevalue("short_timeout")


@pytest.fixture
async def scenario(
    instance: HassInstance,
    bmc: Bmc,
    server: Server,
    simulated_network: Network,
    clock: Clock,
    elapse: Elapse,
    other_certificate: Certificate,
    shorten_timeout: None,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[FaultScenario]:
    """Return a scenario without an entry; undo all faults at the end."""
    scenario = FaultScenario(
        instance=instance,
        bmc=bmc,
        server=server,
        network=simulated_network,
        clock=clock,
        elapse=elapse,
        other_certificate=other_certificate,
        caplog=caplog,
        monkeypatch=monkeypatch,
    )
    yield scenario
    await scenario.recover()
