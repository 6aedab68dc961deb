"""How far the host has booted, and the POST code on the way."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant
import pytest

from tests.simulator import REMOVED, Bmc

from . import DYNAMIC, SNOOPING, STATIC, SYSTEM, entity, entity_id, set_up
from .conftest import Elapse

pytestmark = pytest.mark.usefixtures("entity_registry_enabled_by_default")


async def test_the_post_code_is_that_of_the_boot(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Two digits, as the BMC writes them."""
    await set_up(hass, entry)
    assert entity(hass, entry, "sensor.post_code").state == "aa"
    bmc.change(SNOOPING, {"PostCode": "b4"})
    await elapse(STATIC)
    assert entity(hass, entry, "sensor.post_code").state == "b4"


@pytest.mark.parametrize(
    ("progress", "code", "shown"),
    [
        ("MemoryInitializationStarted", "aa", "memory_initialization"),
        ("OSRunning", "10", "os_running"),
        ("None", "20", "memory_initialization"),
        (None, "b4", "firmware_done"),
        (None, "ad", "firmware_done"),
        (None, "e3", "firmware_done"),
        (None, "1f", "memory_initialization"),
        (None, "94", "pci_configuration"),
        (None, "AB", "setup"),
        (None, "aa", STATE_UNKNOWN),
        (None, "00", STATE_UNKNOWN),
        (None, "zz", STATE_UNKNOWN),
        (None, None, STATE_UNKNOWN),
        ("SomethingNew", "92", "pci_configuration"),
        ({}, 7, STATE_UNKNOWN),
    ],
)
async def test_how_far_the_host_has_booted_is_what_is_certain(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    progress: Any,
    code: Any,
    shown: str,
) -> None:
    """BootProgress counts where a board has it, else the POST codes that are known."""
    bmc.change(SYSTEM, {"BootProgress": {"LastState": progress}})
    bmc.change(SNOOPING, {"PostCode": code})
    await set_up(hass, entry)
    assert entity(hass, entry, "sensor.boot_progress").state == shown


async def test_a_board_that_tells_nothing_of_a_boot_has_no_progress_of_it(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Until it does; whether the host is on is another entity."""
    bmc.change(SYSTEM, {"BootProgress": REMOVED})
    bmc.fail(SNOOPING, status=503)
    await set_up(hass, entry)
    assert entity_id(hass, entry, "sensor.boot_progress") is None
    bmc.heal()
    bmc.change(SNOOPING, {"PostCode": "b4"})
    await elapse(STATIC)
    await elapse(DYNAMIC)
    assert entity(hass, entry, "sensor.boot_progress").state == "firmware_done"


@pytest.mark.parametrize("state", [None, "Paused"])
async def test_a_host_that_is_neither_on_nor_off_tells_nothing_of_its_boot(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, state: Any
) -> None:
    """What the board says of an earlier boot does not count."""
    bmc.host.state = state
    await elapse(DYNAMIC)
    assert entity(hass, loaded, "sensor.boot_progress").state == STATE_UNKNOWN


async def test_a_boot_is_followed_from_off_to_the_end_of_the_firmware(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Each stage as it is reached."""
    bmc.power("ForceOff")
    await elapse(DYNAMIC)
    bmc.power("On")
    seen = []
    for _ in range(25):
        await elapse(2, step=1)
        await loaded.runtime_data.dynamic.async_refresh()
        await hass.async_block_till_done(wait_background_tasks=True)
        seen.append(entity(hass, loaded, "sensor.boot_progress").state)
    assert list(dict.fromkeys(seen)) == [
        "powering_on",
        "processor_initialization",
        "memory_initialization",
        "pci_configuration",
        "firmware_done",
    ]
