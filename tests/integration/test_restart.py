"""Test a restart, which reads at the places that the last run has found."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import (
    EVENT_STATE_CHANGED,
    STATE_UNAVAILABLE,
)
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
import pytest

from tests.simulator import Bmc

from . import (
    recorded,
    requests_since,
    set_up,
    unload,
)

pytestmark = pytest.mark.usefixtures("hass_storage")

MAX_REQUESTS = 6
"""Maximum number of requests before Home Assistant shows the first reading."""


class FirstReading:
    """Record the requests before the first state of an entity."""

    def __init__(self, hass: HomeAssistant, bmc: Bmc) -> None:
        """Start to listen."""
        self._bmc = bmc
        self._since = len(bmc.requests)
        self.requests: list[str] = []
        self._remove = hass.bus.async_listen(EVENT_STATE_CHANGED, self._check)

    @callback
    def _check(self, event: Event[EventStateChangedData]) -> None:
        """Record the requests once an entity has a state."""
        state = event.data["new_state"]
        if state and state.state != STATE_UNAVAILABLE:
            self.requests = requests_since(self._bmc, self._since)
            self._remove()


@pytest.mark.parametrize(
    "board",
    [
        pytest.param("x12spi-tf", id="x12spi-tf"),
        recorded("x10sdv"),
        recorded("x13-sys-821ge-tnhr"),
        recorded("gb300-openbmc"),
    ],
    indirect=True,
)
async def test_restart_takes_few_requests_to_first_reading(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """Log in and read system, Thermal and Power at the remembered places."""
    await unload(hass, loaded)
    first = FirstReading(hass, bmc)
    await set_up(hass, loaded)
    print(first.requests)

    assert 0 < len(first.requests) <= MAX_REQUESTS
