"""Test the numbers for the delays of the host's power."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from tests.simulator import REMOVED, Bmc

from . import DYNAMIC, call, entity, is_single_write, requests_since, set_up
from .conftest import Elapse
from .paths import SYSTEM

pytestmark = pytest.mark.usefixtures("entity_registry_enabled_by_default")

POWER_ON = "number.power_on_delay"
PROPERTIES = {
    POWER_ON: "PowerOnDelaySeconds",
    "number.power_off_delay": "PowerOffDelaySeconds",
    "number.power_cycle_delay": "PowerCycleDelaySeconds",
}
ALLOWED = "PowerOnDelaySeconds@Redfish.AllowableNumbers"


def delays(bmc: Bmc) -> dict[str, int]:
    """Return the delays of the BMC by property."""
    system = bmc.resource(SYSTEM)
    return {name: system[name] for name in PROPERTIES.values()}


@pytest.mark.parametrize(("key", "name"), PROPERTIES.items())
async def test_number_sets_its_delay(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, key: str, name: str
) -> None:
    """Show the result immediately, and keep the other delays."""
    await set_up(hass, entry)
    before = delays(bmc)
    since = len(bmc.requests)
    await call(hass, entry, key, "set_value", value=42)
    assert is_single_write(requests_since(bmc, since), SYSTEM)
    assert delays(bmc) == before | {name: 42}
    assert entity(hass, entry, key).state == "42"


@pytest.mark.parametrize(
    ("allowed", "limits"),
    [
        (["3:254:1"], (3, 254, 1)),
        (["10:60:5"], (10, 60, 5)),
        (["nonsense"], (0, 254, 1)),
        ([], (0, 254, 1)),
        (REMOVED, (0, 254, 1)),
    ],
)
async def test_number_range_is_the_allowable_one(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    allowed: Any,
    limits: tuple[int, int, int],
) -> None:
    """Default to 254 seconds, the maximum of all boards."""
    bmc.change(SYSTEM, {ALLOWED: allowed})
    await set_up(hass, entry)
    shown = entity(hass, entry, POWER_ON).attributes
    assert (shown["min"], shown["max"], shown["step"]) == limits


async def test_number_out_of_range_is_not_sent(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Reject the value without a request."""
    await set_up(hass, entry)
    since = len(bmc.requests)
    with pytest.raises(ServiceValidationError):
        await call(hass, entry, POWER_ON, "set_value", value=2)
    assert requests_since(bmc, since) == []


async def test_number_keeps_value_that_bmc_did_not_change(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Raise an error with the BMC's message."""
    await set_up(hass, entry)
    bmc.change(SYSTEM, {ALLOWED: ["3:10:1"]})
    with pytest.raises(HomeAssistantError, match="not in the supported range"):
        await call(hass, entry, POWER_ON, "set_value", value=200)
    assert bmc.resource(SYSTEM)["PowerOnDelaySeconds"] == 3
    assert entity(hass, entry, POWER_ON).state == "3"


async def test_number_shows_external_changes(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Show unknown for a delay that the BMC does not report."""
    await set_up(hass, entry)
    for seconds, state in ((0, "0"), (None, "unknown")):
        bmc.change(SYSTEM, {"PowerOffDelaySeconds": seconds})
        await elapse(DYNAMIC)
        assert entity(hass, entry, "number.power_off_delay").state == state
