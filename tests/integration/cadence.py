"""What a BMC is asked for while its host changes its power state."""

from collections import Counter

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from custom_components.supermicro_redfish.host_poller import TRANSITION_SECONDS
from tests.simulator import Bmc

from . import DYNAMIC, POWER, SNOOPING, SYSTEM, THERMAL, asked, call
from .conftest import Elapse

GET_SYSTEM = f"GET {SYSTEM}"
GET_POST_CODE = f"GET {SNOOPING}"
GET_ALL = Counter([GET_SYSTEM, f"GET {THERMAL}", f"GET {POWER}"])


def polls(bmc: Bmc, since: int) -> Counter[str]:
    """Return what was asked of what moves, by how often."""
    dynamic = Counter(asked(bmc, since))
    return Counter({path: dynamic[path] for path in (*GET_ALL, GET_POST_CODE)})


async def power_off(bmc: Bmc, elapse: Elapse) -> None:
    """Let the host be off, for Home Assistant as well, and quiet."""
    bmc.power("ForceOff")
    await elapse(TRANSITION_SECONDS + 2 * DYNAMIC)
    assert bmc.power_state == "Off"


async def press(hass: HomeAssistant, entry: ConfigEntry, key: str) -> None:
    """Press a button that resets the host."""
    await call(hass, entry, f"button.reset_{key}", "press")
