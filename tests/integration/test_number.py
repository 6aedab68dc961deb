"""How long the host waits before it changes its power state."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from tests.simulator import REMOVED, Bmc

from . import (
    DYNAMIC,
    SYSTEM,
    call,
    entity,
    entity_id,
    is_single_write,
    requests_since,
    set_up,
)
from .conftest import Elapse

KEYS = {
    "power_on_delay": "PowerOnDelaySeconds",
    "power_off_delay": "PowerOffDelaySeconds",
    "power_cycle_delay": "PowerCycleDelaySeconds",
}
ALLOWED = "@Redfish.AllowableNumbers"


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
@pytest.mark.parametrize(("key", "name"), KEYS.items())
async def test_a_number_sets_its_own_delay(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, key: str, name: str
) -> None:
    """The result is shown at once; the other delays stay as they are."""
    await set_up(hass, entry)
    before = {other: bmc.resource(SYSTEM)[other] for other in KEYS.values()}
    since = len(bmc.requests)
    await call(hass, entry, f"number.{key}", "set_value", value=42)
    assert is_single_write(requests_since(bmc, since), SYSTEM)
    after = {other: bmc.resource(SYSTEM)[other] for other in KEYS.values()}
    assert after == before | {name: 42}
    assert entity(hass, entry, f"number.{key}").state == "42"


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
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
async def test_a_delay_may_be_what_the_board_allows(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    allowed: Any,
    limits: tuple[int, int, int],
) -> None:
    """Where it lists nothing, 254 seconds are the most that any board does."""
    bmc.change(SYSTEM, {f"PowerOnDelaySeconds{ALLOWED}": allowed})
    await set_up(hass, entry)
    shown = entity(hass, entry, "number.power_on_delay").attributes
    assert (shown["min"], shown["max"], shown["step"]) == limits


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_a_delay_that_is_not_allowed_is_not_sent(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """The BMC is not asked."""
    await set_up(hass, entry)
    since = len(bmc.requests)
    with pytest.raises(ServiceValidationError):
        await call(hass, entry, "number.power_on_delay", "set_value", value=2)
    assert requests_since(bmc, since) == []


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_a_delay_that_the_bmc_refuses_stays(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """It is told in the BMC's own words."""
    await set_up(hass, entry)
    bmc.change(SYSTEM, {f"PowerOnDelaySeconds{ALLOWED}": ["3:10:1"]})
    with pytest.raises(HomeAssistantError, match="not in the supported range"):
        await call(hass, entry, "number.power_on_delay", "set_value", value=200)
    assert bmc.resource(SYSTEM)["PowerOnDelaySeconds"] == 3
    assert entity(hass, entry, "number.power_on_delay").state == "3"


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_a_delay_shows_what_others_set(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """What the BMC does not tell any more is unknown."""
    await set_up(hass, entry)
    for seconds, state in ((0, "0"), (None, "unknown")):
        bmc.change(SYSTEM, {"PowerOffDelaySeconds": seconds})
        await elapse(DYNAMIC)
        assert entity(hass, entry, "number.power_off_delay").state == state


@pytest.mark.parametrize("value", [None, REMOVED])
async def test_a_board_without_delays_has_no_numbers(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, value: Any
) -> None:
    """X10, X11 and early X12 have none."""
    bmc.change(SYSTEM, dict.fromkeys(KEYS.values(), value))
    await set_up(hass, entry)
    assert not any(entity_id(hass, entry, f"number.{key}") for key in KEYS)


async def test_delays_wait_to_be_enabled(
    hass: HomeAssistant, loaded: ConfigEntry
) -> None:
    """They are set once, if ever."""
    assert all(entity_id(hass, loaded, f"number.{key}") for key in KEYS)
    assert not hass.states.async_all("number")
