"""A Home Assistant for measurements, with entries for simulated BMCs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import logging
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

# Before Home Assistant looks for it: the test kit has a package of this name, too.
import custom_components.supermicro_redfish  # noqa: F401
from custom_components.supermicro_redfish.const import DOMAIN
from tests.bench.errors import BenchError


@asynccontextmanager
async def house() -> AsyncIterator[HomeAssistant]:
    """Have a Home Assistant that knows the integration."""
    logging.disable(logging.WARNING)
    async with async_test_home_assistant() as hass:
        hass.data.pop(DATA_CUSTOM_COMPONENTS)
        # The usual one wants zeroconf; BMCs have addresses here, and no names.
        hass.data[DATA_RESOLVER] = AsyncResolver()  # type: ignore[misc]
        try:
            yield hass
        finally:
            await hass.async_stop(force=True)


def add(hass: HomeAssistant, bmc: dict[str, Any]) -> ConfigEntry:
    """Add an entry for a BMC, which is not set up yet."""
    entry = MockConfigEntry(
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


async def set_up(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Set an entry up, until all its entities have a state."""
    await hass.config_entries.async_setup(entry.entry_id)
    if entry.state is not ConfigEntryState.LOADED:
        raise BenchError(f"The entry is {entry.state}: {entry.reason}")
    missing = [of for of in enabled(hass, entry) if hass.states.get(of) is None]
    if missing:
        raise BenchError(f"No state yet: {missing}")


def enabled(hass: HomeAssistant, entry: ConfigEntry) -> list[str]:
    """Return the entities of an entry that are not disabled."""
    entries = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    return [item.entity_id for item in entries if not item.disabled]


async def settle(hass: HomeAssistant) -> None:
    """Wait until nothing is under way."""
    await hass.async_block_till_done(wait_background_tasks=True)
