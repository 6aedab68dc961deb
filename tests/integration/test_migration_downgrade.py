"""Test later starts of migrated servers, also after a downgrade."""

from unittest.mock import patch

from homeassistant.config_entries import (
    ConfigEntry,
    ConfigEntryState,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
)

import custom_components.supermicro_redfish as integration
from custom_components.supermicro_redfish.config_flow import SupermicroConfigFlow
from tests.simulator import Bmc, Server

from . import NICS, entry_state, set_up, unload
from .published import (
    OPTIONS,
    issues_by_key,
    register,
    registered_ids,
    replacements,
)


async def test_later_start_after_migration_changes_nothing(
    hass: HomeAssistant, published: ConfigEntry, bmc: Bmc, server: Server
) -> None:
    """Send the same requests as for other servers; do not read the certificate."""
    await set_up(hass, published)
    await unload(hass, published)
    before = registered_ids(hass, published), dict(published.data)
    issues = issues_by_key(hass)
    requests, handshakes = len(bmc.requests), server.handshakes
    with patch.object(er.EntityRegistry, "async_remove") as remove:
        await set_up(hass, published)
    assert not remove.called
    assert (registered_ids(hass, published), dict(published.data)) == before
    assert issues_by_key(hass) == issues
    paths = [item.path for item in bmc.requests[requests:]]
    assert len(paths) == len(set(paths))
    assert NICS not in paths
    assert server.handshakes == handshakes + 1


async def test_entry_loads_with_earlier_minor_version(
    hass: HomeAssistant, published: ConfigEntry
) -> None:
    """Load the entry after a downgrade to an earlier minor version."""
    await set_up(hass, published)
    await unload(hass, published)
    with (
        patch.object(SupermicroConfigFlow, "MINOR_VERSION", 1),
        patch.object(integration, "async_migrate_entry", create=True) as migrate,
    ):
        del integration.async_migrate_entry
        await set_up(hass, published)
        integration.async_migrate_entry = migrate
    assert entry_state(published) is ConfigEntryState.LOADED
    assert published.minor_version == 2


async def test_migration_repeats_after_downgrade(
    hass: HomeAssistant, published: ConfigEntry, bmc: Bmc
) -> None:
    """Remove the entities that the published integration has registered meanwhile."""
    await set_up(hass, published)
    await unload(hass, published)
    ids = registered_ids(hass, published)
    (device,) = dr.async_entries_for_config_entry(
        dr.async_get(hass), published.entry_id
    )
    register(hass, published, bmc)
    hass.config_entries.async_update_entry(published, options=OPTIONS)
    assert len(registered_ids(hass, published)) == len(ids) + 58
    await set_up(hass, published)
    assert registered_ids(hass, published) == ids
    assert published.options == {"dynamic_interval": 60, "static_interval": 10}
    assert published.runtime_data.static.update_interval.seconds == 600
    assert dr.async_entries_for_config_entry(
        dr.async_get(hass), published.entry_id
    ) == [device]
    removed = replacements(hass)
    assert removed["sensor.supermicro_bsn1_cpu_temp_2"] == (
        "sensor.supermicro_bsn1_cpu_temp"
    )
    assert removed["switch.supermicro_bsn1_indicator_led"]
