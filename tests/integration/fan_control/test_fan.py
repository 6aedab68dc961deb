"""Test the fan entities, which control the fan zones over IPMI."""

import asyncio
from collections.abc import Callable
from pathlib import Path
import sys
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.integration import DYNAMIC, call, entity, entity_id, reload, set_up
from tests.integration.conftest import Elapse
from tests.integration.paths import FAN_MODE, THERMAL
from tests.simulator import Bmc
from tests.simulator.ipmi import IpmiServer

from .fans import (
    SELECT,
    ZONE_1,
    ZONE_2,
    duty_writes,
    mode_writes,
    set_percentage,
    writes,
)

MODES = "Mode@Redfish.AllowableValues"
IPMI_PACKAGE = "custom_components.supermicro_redfish.aiosupermicro.ipmi"


def remove_limits(bmc: Bmc) -> None:
    """Remove the critical limits of all temperatures."""
    sensors = bmc.resource(THERMAL)["Temperatures"]
    limits = {sensor["Name"]: {"UpperThresholdCritical": None} for sensor in sensors}
    bmc.change(THERMAL, {"Temperatures": limits})


async def test_requested_update_keeps_the_state(
    hass: HomeAssistant, controlled: ConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    """Show the duties of the last poll again if Home Assistant requests an update."""
    assert await async_setup_component(hass, "homeassistant", {})
    data = {"entity_id": entity_id(hass, controlled, ZONE_1)}
    await hass.services.async_call(
        "homeassistant", "update_entity", data, blocking=True
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    zone = entity(hass, controlled, ZONE_1)
    assert (zone.state, zone.attributes["preset_mode"]) == ("off", "optimal")
    assert "Unexpected error" not in caplog.text


async def test_present_mode_is_an_option_although_it_is_not_listed(
    hass: HomeAssistant, controlled: ConfigEntry, bmc: Bmc
) -> None:
    """Offer the mode that the BMC reports beside those that it allows."""
    bmc.change(FAN_MODE, {MODES: ["FullSpeed", "HeavyIO"]})
    await reload(hass, controlled)
    attributes = entity(hass, controlled, ZONE_1).attributes
    assert attributes["preset_mode"] == "optimal"
    assert {*attributes["preset_modes"]} == {"full_speed", "heavy_io", "optimal"}


async def test_percentage_is_held_in_full_mode(
    hass: HomeAssistant, controlled: ConfigEntry, bmc: Bmc, ipmi: IpmiServer
) -> None:
    """Write the mode and the duty; keep the duty of the other zone."""
    assert entity(hass, controlled, ZONE_1).state == "off"
    assert entity(hass, controlled, ZONE_1).attributes["preset_mode"] == "optimal"
    await set_percentage(hass, controlled, 40)
    assert bmc.fan_mode == "FullSpeed"
    assert ipmi.cooling.duties == {0: 40, 1: 30}
    for zone, percentage in ((ZONE_1, 40), (ZONE_2, 30)):
        state = entity(hass, controlled, zone)
        assert state.state == "on"
        assert state.attributes["percentage"] == percentage
        assert state.attributes["preset_mode"] is None
    assert entity(hass, controlled, SELECT).state == "full_speed"


async def test_full_mode_is_written_once(
    hass: HomeAssistant, held: ConfigEntry, ipmi: IpmiServer, elapse: Elapse
) -> None:
    """Write only duties while the mode is Full; write nothing in polls."""
    before = len(duty_writes(ipmi))
    await set_percentage(hass, held, 50)
    await elapse(10 * DYNAMIC)
    assert mode_writes(ipmi) == [1]
    assert duty_writes(ipmi)[before:] == [(0, 50)]


@pytest.mark.parametrize(
    ("service", "data", "mode"),
    [
        ("turn_off", {}, "Optimal"),
        ("set_percentage", {"percentage": 0}, "Optimal"),
        ("turn_on", {"percentage": 0}, "Optimal"),
        ("set_preset_mode", {"preset_mode": "heavy_io"}, "HeavyIO"),
        ("turn_on", {"preset_mode": "standard"}, "Standard"),
    ],
)
async def test_fans_are_given_back(
    hass: HomeAssistant,
    held: ConfigEntry,
    bmc: Bmc,
    service: str,
    data: dict[str, Any],
    mode: str,
) -> None:
    """Restore the former mode, or set a chosen one."""
    await call(hass, held, ZONE_1, service, **data)
    assert bmc.fan_mode == mode
    assert entity(hass, held, ZONE_1).state == "off"
    assert entity(hass, held, ZONE_1).attributes["percentage"] is None
    _require_agreement(hass, held)


async def test_select_gives_fans_back(
    hass: HomeAssistant, held: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """End the control when the select sets a mode; do not write Full again."""
    await call(hass, held, SELECT, "select_option", option="standard")
    await elapse(3 * DYNAMIC)
    assert bmc.fan_mode == "Standard"
    _require_agreement(hass, held)


def _require_agreement(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Require the same mode in the select and in both zones."""
    shown = entity(hass, entry, SELECT).state
    for zone in (ZONE_1, ZONE_2):
        assert entity(hass, entry, zone).attributes["preset_mode"] == shown


@pytest.mark.parametrize(
    ("modes", "restored", "duties"),
    [
        (["Standard", "FullSpeed", "Optimal"], "Optimal", None),
        (["Standard", "FullSpeed", "HeavyIO"], "Standard", None),
        (["FullSpeed", "HeavyIO"], "FullSpeed", {0: 100, 1: 100}),
    ],
)
async def test_full_mode_is_never_restored_at_lower_duty(
    hass: HomeAssistant,
    controlled: ConfigEntry,
    bmc: Bmc,
    ipmi: IpmiServer,
    modes: list[str],
    restored: str,
    duties: dict[int, int] | None,
) -> None:
    """Restore another mode if the former one was Full, or drive 100 %."""
    bmc.change(FAN_MODE, {MODES: modes, "Mode": "FullSpeed"})
    await controlled.runtime_data.static.async_refresh()
    await set_percentage(hass, controlled, 40)
    await call(hass, controlled, ZONE_1, "turn_off")
    assert bmc.fan_mode == restored
    assert duties in (None, ipmi.cooling.duties)


async def test_full_speed_preset_drives_all_zones(
    hass: HomeAssistant, held: ConfigEntry, bmc: Bmc, ipmi: IpmiServer
) -> None:
    """Set 100 %, as the BMC would keep the last duty in this mode."""
    await call(hass, held, ZONE_1, "set_preset_mode", preset_mode="full_speed")
    assert (bmc.fan_mode, ipmi.cooling.duties) == ("FullSpeed", {0: 100, 1: 100})
    assert entity(hass, held, ZONE_1).attributes["preset_mode"] == "full_speed"


async def test_percentage_is_raised_to_floor(
    hass: HomeAssistant, controlled: ConfigEntry, ipmi: IpmiServer
) -> None:
    """Write and show the floor instead of a lower percentage."""
    await set_percentage(hass, controlled, 5)
    assert ipmi.cooling.duties[0] == 20
    assert entity(hass, controlled, ZONE_1).attributes["percentage"] == 20


async def test_turn_on_holds_present_duty(
    hass: HomeAssistant, controlled: ConfigEntry, ipmi: IpmiServer
) -> None:
    """Take control at the duty that the BMC has chosen."""
    await call(hass, controlled, ZONE_1, "turn_on")
    assert ipmi.cooling.duties == {0: 30, 1: 30}
    assert entity(hass, controlled, ZONE_1).state == "on"


async def test_mode_that_is_changed_elsewhere_ends_control(
    hass: HomeAssistant,
    held: ConfigEntry,
    bmc: Bmc,
    ipmi: IpmiServer,
    elapse: Elapse,
) -> None:
    """Show the new mode within a poll in both entities; write nothing."""
    before = writes(ipmi)
    bmc.change(FAN_MODE, {"Mode": "HeavyIO"})
    await elapse(3 * DYNAMIC)
    assert entity(hass, held, ZONE_1).state == "off"
    assert entity(hass, held, SELECT).state == "heavy_io"
    _require_agreement(hass, held)
    assert writes(ipmi) == before


async def test_duty_that_is_changed_elsewhere_is_shown(
    hass: HomeAssistant, held: ConfigEntry, ipmi: IpmiServer, elapse: Elapse
) -> None:
    """Show the reported duty; write only a duty below the floor again."""
    before = writes(ipmi)
    ipmi.cooling.duties[0] = 45
    await elapse(DYNAMIC)
    assert entity(hass, held, ZONE_1).attributes["percentage"] == 45
    assert writes(ipmi) == before
    ipmi.cooling.duties[0] = 14
    await elapse(DYNAMIC)
    assert ipmi.cooling.duties[0] == 40
    assert entity(hass, held, ZONE_1).attributes["percentage"] == 40


async def test_fans_of_zone_are_learned(
    hass: HomeAssistant, held: ConfigEntry, ipmi: IpmiServer, elapse: Elapse
) -> None:
    """Show the fans whose speed follows a command for one zone."""
    await elapse(2 * DYNAMIC)
    await set_percentage(hass, held, 70, ZONE_2)
    await elapse(2 * DYNAMIC)
    await set_percentage(hass, held, 60)
    await elapse(2 * DYNAMIC)
    zones = {0: entity(hass, held, ZONE_1), 1: entity(hass, held, ZONE_2)}
    for number, state in zones.items():
        expected = [fan.name for fan in ipmi.cooling._fans if fan.zone == number]
        assert state.attributes["fans"] == sorted(expected)


@pytest.mark.parametrize("is_silent", [False, True])
async def test_zone_is_available_while_ipmi_responds(
    hass: HomeAssistant, controlled: ConfigEntry, ipmi: IpmiServer, *, is_silent: bool
) -> None:
    """Show no old percentage after a failed read."""
    if is_silent:
        ipmi.completion_codes[0x30, 0x45] = 0xC1
    await controlled.runtime_data.dynamic.async_refresh()
    await hass.async_block_till_done(wait_background_tasks=True)
    state = "unavailable" if is_silent else "off"
    assert entity(hass, controlled, ZONE_1).state == state


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (lambda bmc: bmc.set_reading("CPU Temp", 90), "fan_control_too_hot"),
        (remove_limits, "fan_control_no_limits"),
        (lambda bmc: bmc.set_reading("FAN1", 100), "fan_control_fan_critical"),
        (lambda bmc: bmc.power("ForceOff"), "fan_control_no_readings"),
    ],
    ids=["hot", "no limits", "slow fan", "host off"],
)
async def test_control_is_not_taken_when_unsafe(
    hass: HomeAssistant,
    controlled: ConfigEntry,
    bmc: Bmc,
    ipmi: IpmiServer,
    elapse: Elapse,
    change: Callable[[Bmc], None],
    key: str,
) -> None:
    """Write nothing, and raise an error that contains the reason."""
    bmc.scheduler.cancel("cooling")
    change(bmc)
    await elapse(2 * DYNAMIC)
    with pytest.raises(HomeAssistantError) as error:
        await set_percentage(hass, controlled, 40)
    assert error.value.translation_key == key
    assert writes(ipmi) == 0


async def test_option_off_uses_no_ipmi(
    hass: HomeAssistant,
    monkeypatch: pytest.MonkeyPatch,
    entry: MockConfigEntry,
    ipmi: IpmiServer,
    elapse: Elapse,
    freezer: Any,
) -> None:
    """Import no IPMI, send no packet and add no fan entity."""
    for name in [name for name in sys.modules if name.startswith(IPMI_PACKAGE)]:
        monkeypatch.delitem(sys.modules, name)
    await set_up(hass, entry)
    await elapse(3 * DYNAMIC)
    assert not [name for name in sys.modules if name.startswith(IPMI_PACKAGE)]
    assert ipmi.packets == 0
    assert entity_id(hass, entry, ZONE_1) is None
    assert hass.states.async_all("fan") == []


@pytest.mark.long
async def test_integration_imports_no_ipmi() -> None:
    """Import the modules that a server without the option needs, in a new process."""
    name = "custom_components.supermicro_redfish"
    modules = ", ".join(f"{name}.{item}" for item in ("config_flow", "fan", "repairs"))
    code = f"import sys, {modules}; sys.exit({IPMI_PACKAGE!r} in sys.modules)"
    root = Path(__file__).parents[3]
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, cwd=root)
    assert await process.wait() == 0


async def test_entities_are_removed_with_option(
    hass: HomeAssistant, held: ConfigEntry, bmc: Bmc
) -> None:
    """Give the fans back and remove the entities from the registry."""
    hass.config_entries.async_update_entry(held, options={})
    await hass.config_entries.async_reload(held.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert bmc.fan_mode == "Optimal"
    registered = er.async_entries_for_config_entry(er.async_get(hass), held.entry_id)
    assert not [item for item in registered if item.domain == "fan"]
