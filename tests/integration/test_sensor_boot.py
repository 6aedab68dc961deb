"""Test the sensors for boot progress and POST code."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant
import pytest

from tests.simulator import REMOVED, Bmc

from . import DYNAMIC, STATIC, entity, entity_id, set_up
from .conftest import Elapse
from .paths import SNOOPING, SYSTEM

pytestmark = pytest.mark.usefixtures("entity_registry_enabled_by_default")

BOOT_PROGRESS = "sensor.boot_progress"


async def test_post_code_is_shown_as_two_digits(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Show the POST code in the BMC's spelling."""
    await set_up(hass, entry)
    assert entity(hass, entry, "sensor.post_code").state == "aa"
    bmc.change(SNOOPING, {"PostCode": "b4"})
    await elapse(STATIC)
    assert entity(hass, entry, "sensor.post_code").state == "b4"


@pytest.mark.parametrize(
    ("progress", "code", "expected"),
    [
        ("MemoryInitializationStarted", "aa", "firmware"),
        ("OSRunning", "10", "os_running"),
        ("None", "20", "firmware"),
        (None, "b4", "firmware_done"),
        (None, "ad", "firmware_done"),
        (None, "e3", "firmware_done"),
        (None, "1f", "firmware"),
        (None, "2f", "firmware"),
        (None, "30", STATE_UNKNOWN),
        (None, "94", "firmware"),
        (None, "AB", "setup"),
        (None, "aa", STATE_UNKNOWN),
        (None, "00", STATE_UNKNOWN),
        (None, "zz", STATE_UNKNOWN),
        (None, None, STATE_UNKNOWN),
        ("SomethingNew", "92", "firmware"),
        ({}, 7, STATE_UNKNOWN),
    ],
)
async def test_boot_progress_is_derived_from_known_values(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    progress: Any,
    code: Any,
    expected: str,
) -> None:
    """Prefer BootProgress, and use known POST codes on boards without it."""
    bmc.change(SYSTEM, {"BootProgress": {"LastState": progress}})
    bmc.change(SNOOPING, {"PostCode": code})
    await set_up(hass, entry)
    assert entity(hass, entry, BOOT_PROGRESS).state == expected


async def test_boot_progress_is_created_with_its_first_source(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Create no boot progress from the power state, which has an entity of its own."""
    bmc.change(SYSTEM, {"BootProgress": REMOVED})
    bmc.fail(SNOOPING, status=503)
    await set_up(hass, entry)
    assert entity_id(hass, entry, BOOT_PROGRESS) is None
    bmc.heal()
    bmc.change(SNOOPING, {"PostCode": "b4"})
    await elapse(STATIC)
    await elapse(DYNAMIC)
    assert entity(hass, entry, BOOT_PROGRESS).state == "firmware_done"


@pytest.mark.parametrize("power_state", [None, "Paused"])
async def test_boot_progress_is_unknown_with_unknown_power_state(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, power_state: Any
) -> None:
    """Ignore the values of an earlier boot."""
    bmc.host.state = power_state
    await elapse(DYNAMIC)
    assert entity(hass, loaded, BOOT_PROGRESS).state == STATE_UNKNOWN


async def test_boot_progress_follows_a_boot(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Show each stage from off to the end of the firmware."""
    bmc.power("ForceOff")
    await elapse(DYNAMIC)
    bmc.power("On")
    seen = []
    for _ in range(25):
        await elapse(2, step=1)
        await loaded.runtime_data.dynamic.async_refresh()
        await hass.async_block_till_done(wait_background_tasks=True)
        seen.append(entity(hass, loaded, BOOT_PROGRESS).state)
    assert list(dict.fromkeys(seen)) == [
        "powering_on",
        "firmware",
        "firmware_done",
    ]
