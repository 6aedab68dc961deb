"""Requests of the quick polls that follow a change of the power state."""

from collections import Counter

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from tests.simulator import Bmc

from . import DYNAMIC, TRANSITION, call, requests_since
from .conftest import Elapse
from .paths import GET_DYNAMIC, SNOOPING, SYSTEM

GET_SYSTEM = f"GET {SYSTEM}"
GET_POST_CODE = f"GET {SNOOPING}"


def count_reads(bmc: Bmc, since: int) -> Counter[str]:
    """Count the reads of the dynamic resources and of the POST code."""
    requests = Counter(requests_since(bmc, since))
    return Counter({read: requests[read] for read in (*GET_DYNAMIC, GET_POST_CODE)})


def interval(entry: ConfigEntry) -> float:
    """Return the seconds between two polls."""
    seconds: float = entry.runtime_data.dynamic.update_interval.total_seconds()
    return seconds


def polled_power_state(entry: ConfigEntry) -> str:
    """Return the power state that the last poll read."""
    state: str = entry.runtime_data.dynamic.data.system.power_state
    return state


async def power_off(bmc: Bmc, elapse: Elapse) -> None:
    """Power off the host and wait until the quick polls have ended."""
    bmc.power("ForceOff")
    await elapse(TRANSITION + 2 * DYNAMIC)
    assert bmc.power_state == "Off"


async def press_reset(hass: HomeAssistant, entry: ConfigEntry, key: str) -> None:
    """Press a button that resets the host."""
    await call(hass, entry, f"button.reset_{key}", "press")
