"""Test the file that a discovery is stored in."""

from typing import Any
from unittest.mock import patch

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.supermicro_redfish.const import DOMAIN
from custom_components.supermicro_redfish.storage import (
    DiscoveryStore,
    async_remove_stores,
)

ENTRY_ID = "entry"
ENTRY = MockConfigEntry(entry_id=ENTRY_ID)
KEY = f"{DOMAIN}.{ENTRY_ID}.discovery"


async def test_discovery_is_stored_until_it_is_removed(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    """Return the saved discovery, and leave no file behind."""
    store = DiscoveryStore(hass, ENTRY)
    assert await store.async_load() == {}
    store.async_save({"paths": {"system": "/redfish/v1/Systems/1"}})
    await hass.async_block_till_done()
    loaded = await DiscoveryStore(hass, ENTRY).async_load()
    assert loaded == {"paths": {"system": "/redfish/v1/Systems/1"}}
    assert KEY in hass_storage
    await async_remove_stores(hass, ENTRY_ID)
    assert KEY not in hass_storage


async def test_unchanged_or_empty_discovery_is_not_written(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    """Skip the write, and keep the discovery of the last run."""
    store = DiscoveryStore(hass, ENTRY)
    store.async_save({"version": 1})
    await hass.async_block_till_done()
    del hass_storage[KEY]
    for discovery in ({"version": 1}, {}):
        store.async_save(discovery)
        await hass.async_block_till_done()
        assert KEY not in hass_storage


@pytest.mark.parametrize(
    "stored",
    [
        pytest.param({"version": 99, "data": {"a": 1}}, id="future version"),
        pytest.param({"version": 0, "data": {"a": 1}}, id="unknown version"),
        pytest.param({"version": "x", "data": {"a": 1}}, id="malformed version"),
        pytest.param({"version": 1, "data": None}, id="no data"),
        pytest.param({"data": {"a": 1}}, id="without version"),
        pytest.param({"version": 1}, id="without data"),
        pytest.param({"version": 1, "data": [1]}, id="list"),
    ],
)
async def test_unusable_file_counts_as_nothing(
    hass: HomeAssistant, hass_storage: dict[str, Any], stored: dict[str, Any]
) -> None:
    """Start without a discovery, and replace the file."""
    hass_storage[KEY] = stored
    store = DiscoveryStore(hass, ENTRY)
    assert await store.async_load() == {}
    store.async_save({"version": 1})
    await hass.async_block_till_done()
    assert hass_storage[KEY]["data"] == {"version": 1}


async def test_file_that_cannot_be_read_counts_as_nothing(hass: HomeAssistant) -> None:
    """Start without a discovery if the disk fails."""
    error = HomeAssistantError("Input/output error")
    with patch.object(Store, "async_load", side_effect=error):
        assert await DiscoveryStore(hass, ENTRY).async_load() == {}
