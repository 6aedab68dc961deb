"""Test that the fans are given back when the control ends, also after a crash."""

import asyncio
from collections.abc import Awaitable, Callable
import time
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntry, ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.supermicro_redfish.const import DOMAIN
from custom_components.supermicro_redfish.fan_control import controller
from tests.integration import (
    DYNAMIC,
    call,
    entity,
    logged_problems,
    reload,
    set_up,
    stop,
    unload,
)
from tests.integration.conftest import Elapse
from tests.integration.paths import FAN_MODE
from tests.integration.repair_flow import open_issues
from tests.simulator import Bmc
from tests.simulator.ipmi import IpmiServer

from .fans import (
    ZONE_1,
    crash,
    mode_writes,
    refuse_modes,
    set_percentage,
    start_fan_control,
    writes,
)

type End = Callable[[HomeAssistant, ConfigEntry], Awaitable[object]]

MAX_RESTORE_SECONDS = 2.0
IPMI = "switch.protocol_ipmi"


async def remove(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Remove the entry."""
    await hass.config_entries.async_remove(entry.entry_id)


async def disable(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Disable the entry."""
    await hass.config_entries.async_set_disabled_by(
        entry.entry_id, ConfigEntryDisabler.USER
    )


@pytest.mark.parametrize("end", [unload, reload, remove, stop, disable])
async def test_end_restores_mode(
    hass: HomeAssistant, held: ConfigEntry, bmc: Bmc, ipmi: IpmiServer, end: End
) -> None:
    """Restore the former mode; close the session unless the entry is kept."""
    await end(hass, held)
    assert bmc.fan_mode == "Optimal"
    assert ipmi.open_sessions == int(end is reload)


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_fans_are_given_back_before_ipmi_is_disabled(
    hass: HomeAssistant, held: ConfigEntry, bmc: Bmc, ipmi: IpmiServer
) -> None:
    """Restore the mode over IPMI; do not write it once the fans are given back."""
    await call(hass, held, IPMI, "turn_off")
    assert bmc.fan_mode == "Optimal"
    assert ipmi.is_serving is False
    ipmi.cooling.set_mode("Standard")
    await call(hass, held, IPMI, "turn_on")
    await call(hass, held, IPMI, "turn_off")
    assert bmc.fan_mode == "Standard"


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_ipmi_is_not_disabled_while_the_bmc_rejects_the_mode(
    hass: HomeAssistant, held: ConfigEntry, bmc: Bmc, ipmi: IpmiServer, elapse: Elapse
) -> None:
    """Keep IPMI, and continue to give the fans back with the next poll."""
    refuse_modes(bmc, ipmi)
    with pytest.raises(HomeAssistantError):
        await call(hass, held, IPMI, "turn_off")
    assert ipmi.is_serving
    assert bmc.fan_mode == "FullSpeed"
    bmc.heal()
    ipmi.completion_codes.clear()
    await elapse(DYNAMIC)
    assert bmc.fan_mode == "Optimal"


@pytest.fixture
async def lossy(
    hass: HomeAssistant,
    without_waits: None,
    entry: MockConfigEntry,
    ipmi: IpmiServer,
) -> ConfigEntry:
    """Return a loaded entry that holds the fans, in real time."""
    await start_fan_control(hass, entry, ipmi)
    await set_percentage(hass, entry, 40)
    return entry


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3))
async def test_mode_is_restored_within_two_seconds_despite_lost_packets(
    hass: HomeAssistant, lossy: ConfigEntry, bmc: Bmc, ipmi: IpmiServer, seed: int
) -> None:
    """Lose a tenth of the packets in each direction."""
    ipmi.seed, ipmi.loss = seed, 0.1
    restored: list[float] = []
    before = time.monotonic()
    set_mode = ipmi.cooling.set_mode

    def record(mode: str) -> None:
        """Record the time of the write."""
        set_mode(mode)
        restored.append(time.monotonic())

    ipmi.cooling.set_mode = record  # type: ignore[method-assign]
    await unload(hass, lossy)
    assert bmc.fan_mode == "Optimal"
    assert restored[0] - before < MAX_RESTORE_SECONDS


@pytest.mark.long
async def test_failure_to_restore_is_logged(
    hass: HomeAssistant,
    lossy: ConfigEntry,
    bmc: Bmc,
    ipmi: IpmiServer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Create an issue; delete it when the next start restores the mode."""
    monkeypatch.setattr(controller, "STOP_SECONDS", 1.0)
    ipmi.is_silent = True
    bmc.fail("Managers/1/Oem/Supermicro/FanMode", status=503)
    before = time.monotonic()
    await unload(hass, lossy)
    assert time.monotonic() - before < 4
    assert bmc.fan_mode == "FullSpeed"
    assert any("could not be given back" in text for text in logged_problems(caplog))
    (issue,) = open_issues(hass)
    assert issue.translation_key == "fans_not_given_back"
    assert issue.is_persistent
    ipmi.is_silent = False
    bmc.heal()
    await set_up(hass, lossy)
    assert bmc.fan_mode == "Optimal"
    assert open_issues(hass) == []


@pytest.mark.long
async def test_rejected_restoring_is_repeated_soon(
    hass: HomeAssistant,
    lossy: ConfigEntry,
    bmc: Bmc,
    ipmi: IpmiServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Try twice within a second and a half at least, and leave no low duty behind."""
    monkeypatch.setattr(controller, "STOP_SECONDS", 1.4)
    refuse_modes(bmc, ipmi)
    before = len(mode_writes(ipmi))
    await unload(hass, lossy)
    assert len(mode_writes(ipmi)) - before >= 2
    assert ipmi.cooling.duties == {0: 100, 1: 100}


async def test_second_end_waits_for_first(held: ConfigEntry, bmc: Bmc) -> None:
    """Let Home Assistant stop only after an unload has restored the mode."""
    controller = held.runtime_data.fan_controller
    first = asyncio.create_task(controller.async_stop())
    await asyncio.sleep(0)
    await controller.async_stop()
    assert bmc.fan_mode == "Optimal"
    await first


async def test_cancelled_end_is_continued(
    hass: HomeAssistant, held: ConfigEntry, bmc: Bmc
) -> None:
    """Restore the mode in the second call if the first one was cancelled."""
    controller = held.runtime_data.fan_controller
    first = asyncio.create_task(controller.async_stop())
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.wait([first])
    assert bmc.fan_mode == "FullSpeed"
    await controller.async_stop()
    assert bmc.fan_mode == "Optimal"


async def test_control_continues_after_crash(
    hass: HomeAssistant,
    held: ConfigEntry,
    bmc: Bmc,
    ipmi: IpmiServer,
    elapse: Elapse,
) -> None:
    """Find the duties in the store; write the mode only if it is not Full."""
    await crash(hass, held)
    ipmi.cooling.duties[0] = 90
    await set_up(hass, held)
    await elapse(DYNAMIC)
    assert (bmc.fan_mode, ipmi.cooling.duties) == ("FullSpeed", {0: 40, 1: 30})
    assert entity(hass, held, ZONE_1).attributes["percentage"] == 40
    assert len(ipmi.cooling.mode_writes) == 1
    await unload(hass, held)
    assert bmc.fan_mode == "Optimal"


async def test_record_of_first_release_is_continued(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    freezer: FrozenDateTimeFactory,
    entry: MockConfigEntry,
    bmc: Bmc,
    ipmi: IpmiServer,
) -> None:
    """Hold the stored duties, also after an update of the integration."""
    key = f"{DOMAIN}.{entry.entry_id}.fans"
    record = {
        "state": "in_control",
        "restore_mode": "Optimal",
        "targets": {"0": 40, "1": 50},
        "floors": {},
        "fans": {},
        "trip": None,
    }
    hass_storage[key] = {"version": 1, "key": key, "data": record}
    bmc.change(FAN_MODE, {"Mode": "FullSpeed"})
    await start_fan_control(hass, entry, ipmi)
    assert ipmi.cooling.duties == {0: 40, 1: 50}
    await unload(hass, entry)
    assert bmc.fan_mode == "Optimal"


async def test_giving_fans_back_continues_after_crash(
    hass: HomeAssistant,
    held: ConfigEntry,
    bmc: Bmc,
    ipmi: IpmiServer,
    elapse: Elapse,
) -> None:
    """Restore the mode at the next start instead of holding the duty."""
    refuse_modes(bmc, ipmi)
    bmc.scheduler.cancel("cooling")
    bmc.set_reading("CPU Temp", 90)
    await elapse(DYNAMIC)
    await crash(hass, held)
    assert bmc.fan_mode == "FullSpeed"
    ipmi.completion_codes.clear()
    bmc.heal()
    await set_up(hass, held)
    await elapse(DYNAMIC)
    assert bmc.fan_mode == "Optimal"
    before = writes(ipmi)
    await elapse(3 * DYNAMIC)
    assert writes(ipmi) == before


@pytest.mark.parametrize("version", [1, 9])
@pytest.mark.parametrize(
    ("mode", "duties"), [("FullSpeed", {0: 100, 1: 100}), ("Optimal", {0: 30, 1: 30})]
)
async def test_malformed_record_gives_fans_back(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    freezer: FrozenDateTimeFactory,
    entry: MockConfigEntry,
    bmc: Bmc,
    ipmi: IpmiServer,
    mode: str,
    duties: dict[int, int],
    version: int,
) -> None:
    """Drive fans in the mode Full at 100 %, as the former mode is unknown."""
    key = f"{DOMAIN}.{entry.entry_id}.fans"
    record = {"state": "in_control", "targets": ["unknown"]}
    hass_storage[key] = {"version": version, "key": key, "data": record}
    bmc.change(FAN_MODE, {"Mode": mode})
    ipmi.cooling.duties = {0: 30, 1: 30}
    await start_fan_control(hass, entry, ipmi)
    assert (bmc.fan_mode, ipmi.cooling.duties) == (mode, duties)
