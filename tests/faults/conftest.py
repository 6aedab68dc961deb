"""A scene for faults: a BMC that is reached by its name, and time that goes on."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

from freezegun import freeze_time
from freezegun.api import TickingDateTimeFactory
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import aiohttp_client
import pytest

from custom_components.supermicro_redfish import aiosupermicro
from tests.conftest import Clock
from tests.integration.conftest import (
    Elapse,
    board,
    custom_integrations,
    elapse,
    enable_event_loop_debug,
    entry as entry_by_address,
    short_timeout,
)
from tests.simulator import Bmc, Server
from tests.simulator.certificate import Certificate

from .scene import Names, Network, Scene

__all__ = [
    "board",
    "custom_integrations",
    "elapse",
    "enable_event_loop_debug",
    "entry_by_address",
    "short_timeout",
]


# Models name the class of moments, which is another one while time is turned by hand.
aiosupermicro.Certificate.from_dict({})


class Time:
    """Time that goes on by itself, so that something can time out, and by hand."""

    def __init__(self, now: TickingDateTimeFactory) -> None:
        """Go on from now."""
        self._now = now

    def tick(self, seconds: float) -> None:
        """Let time pass that nobody waits for."""
        self._now.move_to(self._now() + timedelta(seconds=seconds))


@pytest.fixture
def freezer() -> Iterator[Time]:
    """Return what lets time pass, in the place of what lets it stand still."""
    with freeze_time(tick=True) as now:
        assert isinstance(now, TickingDateTimeFactory)
        yield Time(now)


@pytest.fixture(scope="session")
def renewed() -> Certificate:
    """Return another certificate, made before anybody turns the time."""
    return Certificate.generate()


@pytest.fixture
def network(network: None, freezer: Time) -> None:
    """Begin with the time, for what has begun before would be overtaken by it."""


@pytest.fixture
def way(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> Network:
    """Return the way from Home Assistant to the BMC."""
    way = Network(hass.loop)
    monkeypatch.setattr(hass.loop, "sock_connect", way.sock_connect)
    monkeypatch.setattr(hass.loop, "getaddrinfo", way.getaddrinfo)
    monkeypatch.setattr(aiohttp_client, "_async_make_resolver", lambda _: Names())
    return way


@pytest.fixture
def patience(request: pytest.FixtureRequest) -> None:
    """Let the client wait for a moment only, where a row lets it wait in vain."""
    row = request.node.callspec.params.get("row")
    if row and row.is_slow:
        request.getfixturevalue("short_timeout")


@pytest.fixture
async def scene(
    hass: HomeAssistant,
    bmc: Bmc,
    server: Server,
    way: Network,
    clock: Clock,
    elapse: Elapse,
    renewed: Certificate,
    patience: None,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Scene]:
    """Return the scene; what went wrong in it is mended at the end."""
    scene = Scene(
        hass=hass,
        bmc=bmc,
        server=server,
        way=way,
        clock=clock,
        elapse=elapse,
        renewed=renewed,
        caplog=caplog,
        monkeypatch=monkeypatch,
    )
    yield scene
    await scene.mend()


@pytest.fixture
def entry(
    hass: HomeAssistant, scene: Scene, entry_by_address: ConfigEntry
) -> ConfigEntry:
    """Return an entry for the BMC by its name, not set up yet."""
    data = {**entry_by_address.data, "host": scene.host}
    hass.config_entries.async_update_entry(entry_by_address, data=data)
    return entry_by_address
