"""Test the selectors for the fan mode and the boot source."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from tests.conftest import Clock
from tests.simulator import REMOVED, Bmc

from . import (
    DYNAMIC,
    STATIC,
    call,
    entity,
    entity_id,
    is_single_write,
    requests_since,
    set_up,
)
from .conftest import Elapse
from .paths import FAN_MODE, SYSTEM

MODE = "select.fan_mode"
MODES = "Mode@Redfish.AllowableValues"

SOURCE = "select.boot_source"
SOURCES = "BootSourceOverrideTarget@Redfish.AllowableValues"


async def select(
    hass: HomeAssistant, entry: ConfigEntry, key: str, option: str
) -> None:
    """Select an option."""
    await call(hass, entry, key, "select_option", option=option)


# Fan mode


@pytest.mark.parametrize(
    ("option", "mode"),
    [("standard", "Standard"), ("full_speed", "FullSpeed"), ("heavy_io", "HeavyIO")],
)
async def test_fan_mode_is_set(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, option: str, mode: str
) -> None:
    """Send the BMC's spelling of the mode, and show the result immediately."""
    since = len(bmc.requests)
    await select(hass, loaded, MODE, option)
    assert bmc.fan_mode == mode
    assert entity(hass, loaded, MODE).state == option
    assert is_single_write(requests_since(bmc, since), FAN_MODE)


async def test_fan_mode_options_are_the_allowable_values(
    hass: HomeAssistant, loaded: ConfigEntry
) -> None:
    """Offer the modes of the board in its order."""
    assert entity(hass, loaded, MODE).attributes["options"] == [
        "standard",
        "full_speed",
        "optimal",
        "heavy_io",
    ]


async def test_unknown_fan_mode_can_be_selected(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Show and send an unknown mode in the board's spelling."""
    bmc.change(FAN_MODE, {MODES: ["Optimal", "Smart Speed"]})
    await set_up(hass, entry)
    assert entity(hass, entry, MODE).attributes["options"] == ["optimal", "Smart Speed"]
    await select(hass, entry, MODE, "Smart Speed")
    assert bmc.fan_mode == "Smart Speed"
    assert entity(hass, entry, MODE).state == "Smart Speed"
    await select(hass, entry, MODE, "optimal")
    assert bmc.fan_mode == "Optimal"


@pytest.mark.parametrize(
    ("mode", "option"), [("PUE2", "pue2"), ("LiquidCooling", "liquid_cooling")]
)
async def test_active_fan_mode_is_an_option(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, mode: str, option: str
) -> None:
    """Offer an active mode even if the board does not list it.

    Home Assistant shows a state that is no option as unknown.
    """
    bmc.change(FAN_MODE, {"Mode": mode})
    await loaded.runtime_data.static.async_refresh()
    assert entity(hass, loaded, MODE).state == option
    await select(hass, loaded, MODE, "optimal")
    assert bmc.fan_mode == "Optimal"
    assert option not in entity(hass, loaded, MODE).attributes["options"]


async def test_unlisted_fan_mode_is_not_sent(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """Reject an option that the board does not list without a request."""
    since = len(bmc.requests)
    with pytest.raises(ServiceValidationError):
        await select(hass, loaded, MODE, "pue_optimal")
    assert requests_since(bmc, since) == []


async def test_fan_mode_shows_external_changes(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Show unknown while the BMC reports no mode."""
    for mode, state in ((None, "unknown"), ("Standard", "standard")):
        bmc.change(FAN_MODE, {"Mode": mode})
        await elapse(STATIC)
        assert entity(hass, loaded, MODE).state == state


# Boot source


@pytest.fixture
async def boot_entry(
    hass: HomeAssistant,
    freezer: Any,
    entry: ConfigEntry,
    bmc: Bmc,
    entity_registry_enabled_by_default: None,
    boot: dict[str, Any],
) -> ConfigEntry:
    """Return a loaded entry with changes to the system's Boot property."""
    bmc.change(SYSTEM, {"Boot": boot})
    await set_up(hass, entry)
    return entry


def boot_override(bmc: Bmc) -> list[Any]:
    """Return target, duration and mode of the BMC's boot override."""
    boot = bmc.resource(SYSTEM)["Boot"]
    keys = ("Target", "Enabled", "Mode")
    return [boot.get(f"BootSourceOverride{key}") for key in keys]


@pytest.mark.parametrize("boot", [{}])
async def test_boot_source_is_set_once(
    hass: HomeAssistant, boot_entry: ConfigEntry, bmc: Bmc, clock: Clock, elapse: Elapse
) -> None:
    """Send the current mode as well, which the BMC would change otherwise."""
    assert entity(hass, boot_entry, SOURCE).state == "none"
    since = len(bmc.requests)
    await select(hass, boot_entry, SOURCE, "bios_setup")
    assert is_single_write(requests_since(bmc, since), SYSTEM)
    assert boot_override(bmc) == ["BiosSetup", "Once", "UEFI"]
    assert entity(hass, boot_entry, SOURCE).state == "bios_setup"

    bmc.power("ForceRestart")
    clock.tick(60)
    await elapse(DYNAMIC)
    assert entity(hass, boot_entry, SOURCE).state == "none"


@pytest.mark.parametrize("boot", [{}])
async def test_boot_source_can_be_cleared(
    hass: HomeAssistant, boot_entry: ConfigEntry, bmc: Bmc
) -> None:
    """Offer an option that disables the override."""
    await select(hass, boot_entry, SOURCE, "pxe")
    await select(hass, boot_entry, SOURCE, "none")
    assert boot_override(bmc) == ["None", "Disabled", "UEFI"]
    assert entity(hass, boot_entry, SOURCE).state == "none"


@pytest.mark.parametrize("boot", [{"BootSourceOverrideMode": REMOVED}])
async def test_boot_source_omits_mode_if_board_has_none(
    hass: HomeAssistant, boot_entry: ConfigEntry, bmc: Bmc
) -> None:
    """Send no mode to X10 and X11, which refuse it."""
    await select(hass, boot_entry, SOURCE, "pxe")
    assert boot_override(bmc) == ["Pxe", "Once", None]


@pytest.mark.parametrize(
    ("boot", "state"),
    [
        pytest.param(
            {f"BootSourceOverride{key}": value for key, value in override.items()}
            | others,
            state,
            id=name,
        )
        for name, override, others, state in (
            ("disabled", {"Target": "Cd"}, {}, "none"),
            ("once", {"Target": "Cd", "Enabled": "Once"}, {}, "cd"),
            ("always", {"Target": "Pxe", "Enabled": "Continuous"}, {}, "pxe"),
            ("not reported", {"Target": None, "Enabled": None}, {}, "unknown"),
            (
                "unknown source",
                {"Target": "Tape", "Enabled": "Once"},
                {SOURCES: ["None", "Tape"]},
                "Tape",
            ),
        )
    ],
)
async def test_boot_source_shows_enabled_override(
    hass: HomeAssistant, boot_entry: ConfigEntry, state: str
) -> None:
    """Show no source for the remaining target of a disabled override."""
    assert entity(hass, boot_entry, SOURCE).state == state


@pytest.mark.parametrize("boot", [{SOURCES: ["None", "CD/DVD", "UsbKey", "Tape"]}])
async def test_boot_source_is_sent_in_spelling_of_board(
    hass: HomeAssistant, boot_entry: ConfigEntry, bmc: Bmc
) -> None:
    """Keep the names of X10 and X11, which differ from the schema."""
    options = entity(hass, boot_entry, SOURCE).attributes["options"]
    assert options == ["none", "cd_dvd", "usb_key", "Tape"]
    for option, target in (("cd_dvd", "CD/DVD"), ("Tape", "Tape")):
        await select(hass, boot_entry, SOURCE, option)
        assert boot_override(bmc)[0] == target
        assert entity(hass, boot_entry, SOURCE).state == option


@pytest.mark.parametrize(
    ("boot", "is_offered"),
    [({"BootNext": None}, False), ({"BootNext": "Boot0001"}, True)],
)
async def test_boot_next_is_offered_only_with_target(
    hass: HomeAssistant, boot_entry: ConfigEntry, *, is_offered: bool
) -> None:
    """Require BootNext for UefiBootNext; it is unset on all boards."""
    options = entity(hass, boot_entry, SOURCE).attributes["options"]
    assert ("uefi_boot_next" in options) is is_offered


# State after a power loss

POLICY = "select.power_restore_policy"
POLICIES = "PowerRestorePolicy@Redfish.AllowableValues"


async def test_power_restore_policy_is_set(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Offer Redfish's values where the board lists none, and show the new one."""
    bmc.change(SYSTEM, {"PowerRestorePolicy": "LastState"})
    await set_up(hass, entry)
    shown = entity(hass, entry, POLICY)
    assert shown.state == "last_state"
    assert shown.attributes["options"] == ["always_on", "always_off", "last_state"]
    since = len(bmc.requests)
    await select(hass, entry, POLICY, "always_on")
    assert bmc.resource(SYSTEM)["PowerRestorePolicy"] == "AlwaysOn"
    assert entity(hass, entry, POLICY).state == "always_on"
    assert is_single_write(requests_since(bmc, since), SYSTEM)


async def test_power_restore_policy_options_are_the_allowable_values(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Offer the values of the board, including an unknown one."""
    values = ["AlwaysOn", "Sometimes"]
    bmc.change(SYSTEM, {"PowerRestorePolicy": "AlwaysOn", POLICIES: values})
    await set_up(hass, entry)
    options = entity(hass, entry, POLICY).attributes["options"]
    assert options == ["always_on", "Sometimes"]


async def test_board_without_power_restore_policy_has_no_entity(
    hass: HomeAssistant, loaded: ConfigEntry
) -> None:
    """Create no entity for a property that the board lacks."""
    assert entity_id(hass, loaded, POLICY) is None


async def test_power_restore_policy_is_refused_with_message_of_bmc(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Raise an error with the BMC's message, and keep the policy."""
    bmc.change(SYSTEM, {"PowerRestorePolicy": "LastState"})
    await set_up(hass, entry)
    bmc.role = "ReadOnly"
    with pytest.raises(HomeAssistantError, match="insufficient"):
        await select(hass, entry, POLICY, "always_on")
    assert bmc.resource(SYSTEM)["PowerRestorePolicy"] == "LastState"
