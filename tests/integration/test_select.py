"""The fan mode."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest

from tests.simulator import Bmc

from . import FAN_MODE, STATIC, asked, call, entity, entity_id, is_one_write, set_up
from .conftest import Elapse

MODE = "select.fan_mode"
LISTED = "Mode@Redfish.AllowableValues"


@pytest.mark.parametrize(
    ("option", "mode"),
    [("standard", "Standard"), ("full_speed", "FullSpeed"), ("heavy_io", "HeavyIO")],
)
async def test_an_option_sets_the_mode_of_the_fans(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, option: str, mode: str
) -> None:
    """The BMC gets its own word for it, and the result is shown at once."""
    since = len(bmc.requests)
    await call(hass, loaded, MODE, "select_option", option=option)
    assert bmc.fan_mode == mode
    assert entity(hass, loaded, MODE).state == option
    assert is_one_write(asked(bmc, since), FAN_MODE)


async def test_the_options_are_the_boards_own(
    hass: HomeAssistant, loaded: ConfigEntry
) -> None:
    """In the board's order; boards differ."""
    assert entity(hass, loaded, MODE).attributes["options"] == [
        "standard",
        "full_speed",
        "optimal",
        "heavy_io",
    ]


async def test_a_mode_that_nobody_knows_can_be_chosen(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """It stands for itself, on the page and on the wire."""
    bmc.change(FAN_MODE, {LISTED: ["Optimal", "Smart Speed"]})
    await set_up(hass, entry)
    assert entity(hass, entry, MODE).attributes["options"] == ["optimal", "Smart Speed"]
    await call(hass, entry, MODE, "select_option", option="Smart Speed")
    assert bmc.fan_mode == "Smart Speed"
    assert entity(hass, entry, MODE).state == "Smart Speed"
    await call(hass, entry, MODE, "select_option", option="optimal")
    assert bmc.fan_mode == "Optimal"


@pytest.mark.parametrize(
    ("mode", "option"), [("PUE2", "pue2"), ("LiquidCooling", "liquid_cooling")]
)
async def test_a_mode_outside_the_list_is_shown_as_long_as_it_is_on(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, mode: str, option: str
) -> None:
    """Home Assistant takes a state that is no option for unknown."""
    bmc.change(FAN_MODE, {"Mode": mode})
    await loaded.runtime_data.static.async_refresh()
    assert entity(hass, loaded, MODE).state == option
    await call(hass, loaded, MODE, "select_option", option="optimal")
    assert bmc.fan_mode == "Optimal"
    assert option not in entity(hass, loaded, MODE).attributes["options"]


async def test_what_is_no_option_is_refused_without_asking_the_bmc(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """Only what the board lists is ever sent."""
    since = len(bmc.requests)
    with pytest.raises(ServiceValidationError):
        await call(hass, loaded, MODE, "select_option", option="pue_optimal")
    assert asked(bmc, since) == []


async def test_a_mode_that_the_bmc_does_not_tell_is_unknown(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """And comes back by itself, as does one that was set elsewhere."""
    bmc.change(FAN_MODE, {"Mode": None})
    await elapse(STATIC)
    assert entity(hass, loaded, MODE).state == "unknown"
    bmc.change(FAN_MODE, {"Mode": "Standard"})
    await elapse(STATIC)
    assert entity(hass, loaded, MODE).state == "standard"


async def test_a_board_that_lists_no_modes_has_no_choice(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """What may be sent to it is not known."""
    bmc.change(FAN_MODE, {LISTED: []})
    await set_up(hass, entry)
    assert entity_id(hass, entry, MODE) is None
