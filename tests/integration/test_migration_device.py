"""Test the migration of the device of the published integration."""

from collections.abc import AsyncIterator

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest

from custom_components.supermicro_redfish.const import DOMAIN
from tests.simulator import Bmc, Server

from . import mac_address, set_up
from .published import (
    DEVICE_NAME,
    added_entry,
    customize,
    register,
)


@pytest.fixture
async def published(
    hass: HomeAssistant, bmc: Bmc, server: Server
) -> AsyncIterator[ConfigEntry]:
    """Return an entry of the published integration, and unload it at the end."""
    async with added_entry(hass, bmc, server) as entry:
        yield entry


def devices(hass: HomeAssistant, entry: ConfigEntry) -> list[dr.DeviceEntry]:
    """Return the devices of an entry."""
    return dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)


async def test_migration_keeps_device(
    hass: HomeAssistant, published: ConfigEntry, bmc: Bmc
) -> None:
    """Keep the id, name, area and labels of the device; update the rest."""
    device = register(hass, published, bmc)
    customize(hass, device.id)
    await set_up(hass, published)
    (migrated,) = devices(hass, published)
    assert migrated.id == device.id
    assert migrated.identifiers == {(DOMAIN, mac_address(bmc))}
    assert migrated.connections == {("mac", mac_address(bmc))}
    assert migrated.name_by_user == "Rack 1"
    assert migrated.labels == {"rack"}
    assert migrated.area_id == "basement"
    assert migrated.model == "X12SPI-TF"
    assert migrated.hw_version is None


@pytest.mark.parametrize(
    ("uuid", "name"), [(None, DEVICE_NAME), ("", None)], ids=["UUID", "no UUID"]
)
async def test_migration_keeps_visible_device_name(
    hass: HomeAssistant,
    published: ConfigEntry,
    bmc: Bmc,
    uuid: str | None,
    name: str | None,
) -> None:
    """Keep the name in the entity ids, unless the BMC had not been read."""
    device = register(hass, published, bmc, uuid)
    await set_up(hass, published)
    (migrated,) = devices(hass, published)
    assert migrated.id == device.id
    assert migrated.name_by_user == name
    assert migrated.name == published.title == "Supermicro SYS-1"


async def test_migration_leaves_a_device_that_is_named_like_its_server(
    hass: HomeAssistant, published: ConfigEntry, bmc: Bmc
) -> None:
    """Let the name follow the server's title where it is the same already."""
    device = register(hass, published, bmc)
    dr.async_get(hass).async_update_device(device.id, name=published.title)
    await set_up(hass, published)
    (migrated,) = devices(hass, published)
    assert migrated.id == device.id
    assert (migrated.name, migrated.name_by_user) == (published.title, None)


async def test_migration_merges_devices(
    hass: HomeAssistant, published: ConfigEntry, bmc: Bmc
) -> None:
    """Keep the device with most entities, and the entities of the others."""
    left = dr.async_get(hass).async_get_or_create(
        config_entry_id=published.entry_id,
        identifiers={(DOMAIN, "")},
        name="Supermicro None",
    )
    device = register(hass, published, bmc)
    entity_id = "sensor.supermicro_bsn1_cpu_temp"
    er.async_get(hass).async_update_entity(entity_id, device_id=left.id, name="Hot")
    assert len(devices(hass, published)) == 2
    await set_up(hass, published)
    assert [item.id for item in devices(hass, published)] == [device.id]
    assert er.async_get(hass).entities[entity_id].device_id == device.id
    assert er.async_get(hass).entities[entity_id].name == "Hot"
