"""Provide a Home Assistant with config entries for simulated BMCs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import logging
from pathlib import Path
from typing import Any

from aiohttp.resolver import AsyncResolver
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.aiohttp_client import DATA_RESOLVER
from homeassistant.loader import DATA_CUSTOM_COMPONENTS
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_test_home_assistant,
)

# Import it before Home Assistant does: the test kit also has a package of this name.
import custom_components.supermicro_redfish  # noqa: F401
from custom_components.supermicro_redfish.const import DOMAIN
from tests.bench.processes import BenchError


@asynccontextmanager
async def hass_instance(folder: Path | None = None) -> AsyncIterator[HomeAssistant]:
    """Provide a Home Assistant that finds the integration, with a folder for files."""
    logging.disable(logging.WARNING)
    config_dir = str(folder) if folder else None
    async with async_test_home_assistant(config_dir=config_dir) as hass:
        hass.data.pop(DATA_CUSTOM_COMPONENTS)
        # The usual resolver needs zeroconf. The BMCs here have addresses and no names.
        hass.data[DATA_RESOLVER] = AsyncResolver()  # type: ignore[misc]
        try:
            yield hass
        finally:
            await hass.async_stop(force=True)


def add_entry(
    hass: HomeAssistant, bmc: dict[str, Any], *, entry_id: str | None = None
) -> ConfigEntry:
    """Add a config entry for a BMC without setting it up."""
    entry = MockConfigEntry(
        entry_id=entry_id,
        domain=DOMAIN,
        title=bmc["host"],
        unique_id=bmc["mac"],
        data={
            "host": bmc["host"],
            "username": "ADMIN",
            "password": "ADMIN",
            "verify_ssl": bmc["certificate"],
        },
    )
    entry.add_to_hass(hass)
    return entry


async def set_up_entry(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Set up an entry, and wait for its static data.

    Raises:
        BenchError: The entry is not loaded, or an entity has no state.

    """
    await hass.config_entries.async_setup(entry.entry_id)
    if entry.state is not ConfigEntryState.LOADED:
        raise BenchError(f"the config entry is {entry.state}: {entry.reason}")
    await wait_until_idle(hass)
    missing = [
        entity_id
        for entity_id in enabled_entities(hass, entry)
        if hass.states.get(entity_id) is None
    ]
    if missing:
        raise BenchError(f"entities without a state: {missing}")


def enabled_entities(hass: HomeAssistant, entry: ConfigEntry) -> list[str]:
    """Return the ids of an entry's enabled entities."""
    entries = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    return [item.entity_id for item in entries if not item.disabled]


async def wait_until_idle(hass: HomeAssistant) -> None:
    """Wait until no task is pending."""
    await hass.async_block_till_done(wait_background_tasks=True)
