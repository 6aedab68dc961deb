"""The server as one device of Home Assistant."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
import pytest
from syrupy.assertion import SnapshotAssertion

from tests.simulator import Bmc, Server

from . import CHASSIS, FAN_MODE, MANAGER, STATIC, SYSTEM, set_up
from .conftest import Elapse


async def test_the_server_is_one_device(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    server: Server,
    device_registry: dr.DeviceRegistry,
    snapshot: SnapshotAssertion,
) -> None:
    """It shows what the BMC says of the server, and leads to the BMC's own page."""
    (device,) = dr.async_entries_for_config_entry(device_registry, loaded.entry_id)
    assert device.configuration_url == server.url
    assert {
        "connections": device.connections,
        "identifiers": device.identifiers,
        "manufacturer": device.manufacturer,
        "model": device.model,
        "model_id": device.model_id,
        "name": device.name,
        "serial_number": device.serial_number,
        "sw_version": device.sw_version,
    } == snapshot


@pytest.mark.parametrize("path", [CHASSIS, MANAGER])
async def test_the_device_is_complete_once_all_has_been_read(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    device_registry: dr.DeviceRegistry,
    path: str,
) -> None:
    """What a part that failed at first would have said is added later."""
    bmc.fail(path, status=503)
    await set_up(hass, entry)
    bmc.heal()
    await elapse(STATIC)
    (device,) = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    assert device.model == "X12SPI-TF"
    assert device.sw_version == "01.04.15"


async def test_the_device_shows_the_firmware_that_it_has_now(
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    device_registry: dr.DeviceRegistry,
) -> None:
    """An update of the firmware restarts the BMC, not Home Assistant."""
    bmc.change(MANAGER, {"FirmwareVersion": "01.05.02"})
    await elapse(STATIC)
    (device,) = dr.async_entries_for_config_entry(device_registry, loaded.entry_id)
    assert device.sw_version == "01.05.02"


@pytest.mark.parametrize("path", [SYSTEM, CHASSIS, MANAGER])
async def test_the_device_forgets_nothing_that_cannot_be_read_now(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    device_registry: dr.DeviceRegistry,
    path: str,
) -> None:
    """Neither in a poll, nor when Home Assistant starts."""
    (before,) = dr.async_entries_for_config_entry(device_registry, loaded.entry_id)
    bmc.fail(path, status=503)
    bmc.change(FAN_MODE, {"Mode": "Standard"})
    await elapse(STATIC)
    await hass.config_entries.async_reload(loaded.entry_id)
    (device,) = dr.async_entries_for_config_entry(device_registry, loaded.entry_id)
    for attribute in ("manufacturer", "model", "serial_number", "sw_version"):
        assert getattr(device, attribute) == getattr(before, attribute)
