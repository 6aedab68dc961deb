"""The fan mode, and where the host boots from next."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest

from tests.conftest import Clock
from tests.simulator import REMOVED, Bmc

from . import (
    DYNAMIC,
    FAN_MODE,
    STATIC,
    SYSTEM,
    call,
    entity,
    entity_id,
    is_single_write,
    requests_since,
    set_up,
)
from .conftest import Elapse

MODE = "select.fan_mode"
LISTED = "Mode@Redfish.AllowableValues"

SOURCE = "select.boot_source"
SOURCES = "BootSourceOverrideTarget@Redfish.AllowableValues"


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
    assert is_single_write(requests_since(bmc, since), FAN_MODE)


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
    assert requests_since(bmc, since) == []


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


@pytest.fixture
async def with_source(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entry: ConfigEntry,
    bmc: Bmc,
    entity_registry_enabled_by_default: None,
    boot: dict[str, Any],
) -> ConfigEntry:
    """Return a loaded entry whose BMC shows a certain boot override."""
    bmc.change(SYSTEM, {"Boot": boot})
    await set_up(hass, entry)
    return entry


def shown_boot(bmc: Bmc) -> list[Any]:
    """Return the boot override as the BMC has it: target, how long, mode."""
    boot = bmc.resource(SYSTEM)["Boot"]
    keys = ("Target", "Enabled", "Mode")
    return [boot.get(f"BootSourceOverride{key}") for key in keys]


@pytest.mark.parametrize("boot", [{}])
async def test_an_option_sets_where_the_host_boots_once(
    hass: HomeAssistant,
    with_source: ConfigEntry,
    bmc: Bmc,
    clock: Clock,
    elapse: Elapse,
) -> None:
    """With the mode that the board shows, else it would fall back to another."""
    assert entity(hass, with_source, SOURCE).state == "none"
    since = len(bmc.requests)
    await call(hass, with_source, SOURCE, "select_option", option="bios_setup")
    assert is_single_write(requests_since(bmc, since), SYSTEM)
    assert shown_boot(bmc) == ["BiosSetup", "Once", "UEFI"]
    assert entity(hass, with_source, SOURCE).state == "bios_setup"

    bmc.power("ForceRestart")
    clock.tick(60)
    await elapse(DYNAMIC)
    assert entity(hass, with_source, SOURCE).state == "none"


@pytest.mark.parametrize("boot", [{}])
async def test_an_override_is_taken_back(
    hass: HomeAssistant, with_source: ConfigEntry, bmc: Bmc
) -> None:
    """Its end has an option of its own."""
    await call(hass, with_source, SOURCE, "select_option", option="pxe")
    await call(hass, with_source, SOURCE, "select_option", option="none")
    assert shown_boot(bmc) == ["None", "Disabled", "UEFI"]
    assert entity(hass, with_source, SOURCE).state == "none"


@pytest.mark.parametrize("boot", [{"BootSourceOverrideMode": REMOVED}])
async def test_a_board_that_shows_no_mode_is_told_none(
    hass: HomeAssistant, with_source: ConfigEntry, bmc: Bmc
) -> None:
    """X10 and X11 refuse it."""
    await call(hass, with_source, SOURCE, "select_option", option="pxe")
    assert shown_boot(bmc) == ["Pxe", "Once", None]


@pytest.mark.parametrize(
    ("boot", "state"),
    [
        pytest.param(
            {"BootSourceOverrideTarget": "Cd"}, "none", id="a target that is left over"
        ),
        pytest.param(
            {"BootSourceOverrideTarget": "Cd", "BootSourceOverrideEnabled": "Once"},
            "cd",
            id="once",
        ),
        pytest.param(
            {
                "BootSourceOverrideTarget": "Pxe",
                "BootSourceOverrideEnabled": "Continuous",
            },
            "pxe",
            id="always",
        ),
        pytest.param(
            {"BootSourceOverrideTarget": None, "BootSourceOverrideEnabled": None},
            "unknown",
            id="not told",
        ),
        pytest.param(
            {
                "BootSourceOverrideTarget": "Tape",
                "BootSourceOverrideEnabled": "Once",
                SOURCES: ["None", "Tape"],
            },
            "Tape",
            id="unheard of",
        ),
    ],
)
async def test_the_next_boot_is_what_the_bmc_says(
    hass: HomeAssistant, with_source: ConfigEntry, state: str
) -> None:
    """An override that is disabled is none."""
    assert entity(hass, with_source, SOURCE).state == state


@pytest.mark.parametrize("boot", [{SOURCES: ["None", "CD/DVD", "UsbKey", "Tape"]}])
async def test_a_source_is_sent_in_the_boards_own_words(
    hass: HomeAssistant, with_source: ConfigEntry, bmc: Bmc
) -> None:
    """X10 and X11 have words of their own."""
    options = entity(hass, with_source, SOURCE).attributes["options"]
    assert options == ["none", "cd_dvd", "usb_key", "Tape"]
    for option, target in (("cd_dvd", "CD/DVD"), ("Tape", "Tape")):
        await call(hass, with_source, SOURCE, "select_option", option=option)
        assert shown_boot(bmc)[0] == target
        assert entity(hass, with_source, SOURCE).state == option


@pytest.mark.parametrize(
    ("boot", "is_offered"),
    [({"BootNext": None}, False), ({"BootNext": "Boot0001"}, True)],
)
async def test_a_source_that_points_nowhere_is_not_offered(
    hass: HomeAssistant, with_source: ConfigEntry, *, is_offered: bool
) -> None:
    """UefiBootNext boots what another setting names, which is unset on all boards."""
    options = entity(hass, with_source, SOURCE).attributes["options"]
    assert ("uefi_boot_next" in options) is is_offered


@pytest.mark.parametrize("boot", [{SOURCES: REMOVED}])
async def test_a_board_that_lists_no_sources_has_no_choice_of_them(
    hass: HomeAssistant, with_source: ConfigEntry
) -> None:
    """What may be sent to it is not known."""
    assert entity_id(hass, with_source, SOURCE) is None


async def test_the_next_boot_waits_to_be_enabled(
    hass: HomeAssistant, loaded: ConfigEntry
) -> None:
    """Few need it, and it surprises whoever boots the host next."""
    registered = entity_id(hass, loaded, SOURCE)
    assert registered
    assert hass.states.get(registered) is None
