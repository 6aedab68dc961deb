"""A real Home Assistant with an entry for the simulated BMC, and its user."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from aiohttp import ThreadedResolver
from homeassistant import loader
from homeassistant.config_entries import (
    ConfigEntry,
    ConfigEntryDisabler,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers import (
    aiohttp_client,
    entity_registry as er,
    issue_registry as ir,
)
from homeassistant.helpers.entity import Entity
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_test_home_assistant,
)

from custom_components.supermicro_redfish.const import (
    CONF_DYNAMIC_INTERVAL,
    CONF_STATIC_INTERVAL,
    DOMAIN,
)
from custom_components.supermicro_redfish.repairs import async_create_fix_flow
from tests.integration import mac_address
from tests.simulator import Bmc, Server


class _Resolver(ThreadedResolver):
    """Finds addresses without Home Assistant's zeroconf."""

    async def real_close(self) -> None:
        """Close it, by the name under which Home Assistant does so."""
        await self.close()


@contextmanager
def _set_up() -> Iterator[None]:
    """Keep the network out, and enable all entities."""
    with (
        patch.object(aiohttp_client, "_async_make_resolver", lambda _: _Resolver()),
        patch.object(Entity, "entity_registry_enabled_default", new=True),
    ):
        yield


class Home:
    """Home Assistant, and what its user does there."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Live there."""
        self.hass = hass
        self.entry = entry

    def entities(self) -> dict[str, str]:
        """Return the enabled entities, as `platform.key`, by entity id."""
        registry = er.async_get(self.hass)
        return {
            item.entity_id: f"{item.domain}.{self._key(item.unique_id)}"
            for item in er.async_entries_for_config_entry(registry, self.entry.entry_id)
            if item.disabled_by is None
        }

    def name(self, entity_id: str) -> str | None:
        """Return an entity as `platform.key`, None if it is none of ours."""
        item = er.async_get(self.hass).async_get(entity_id)
        if item is None or item.config_entry_id != self.entry.entry_id:
            return None
        return f"{item.domain}.{self._key(item.unique_id)}"

    def find(self, entity: str) -> str | None:
        """Return the id of the entity `platform.key`, if it is there and usable."""
        found = [item for item, name in self.entities().items() if name == entity]
        shown = self.hass.states.get(found[0]) if found else None
        return shown.entity_id if shown and shown.state != "unavailable" else None

    async def call(self, entity: str, service: str, **data: Any) -> None:
        """Call a service for the entity `platform.key`, if it is usable."""
        if entity_id := self.find(entity):
            domain, target = entity.partition(".")[0], {"entity_id": entity_id}
            await self.hass.services.async_call(
                domain, service, data, blocking=True, target=target
            )

    async def reload(self) -> None:
        """Press Reload."""
        await self.hass.config_entries.async_reload(self.entry.entry_id)

    async def disable(self, *, is_disabled: bool) -> None:
        """Disable the entry, or enable it again."""
        await self.hass.config_entries.async_set_disabled_by(
            self.entry.entry_id, ConfigEntryDisabler.USER if is_disabled else None
        )

    def disable_entity(self, entity_id: str, *, is_disabled: bool) -> None:
        """Disable an entity, or enable it again, whereupon the entry is reloaded."""
        registry = er.async_get(self.hass)
        if entity_id in registry.entities:
            by = er.RegistryEntryDisabler.USER if is_disabled else None
            registry.async_update_entity(entity_id, disabled_by=by)

    async def configure(self, often: int, rarely: int) -> None:
        """Choose the intervals, in seconds and in minutes."""
        flows = self.hass.config_entries.options
        form = await flows.async_init(self.entry.entry_id)
        await flows.async_configure(
            form["flow_id"],
            {CONF_DYNAMIC_INTERVAL: often, CONF_STATIC_INTERVAL: rarely},
        )
        await self.hass.async_block_till_done()

    @property
    def is_asked_for_password(self) -> bool:
        """Whether Home Assistant asks for a password."""
        return bool(self._flows())

    async def enter_password(self, username: str, password: str) -> None:
        """Enter the password where it is asked for."""
        for flow in self._flows():
            result = await self.hass.config_entries.flow.async_configure(
                flow["flow_id"], {"username": username, "password": password}
            )
            if result.get("step_id") == "certificate":
                await self.hass.config_entries.flow.async_configure(
                    flow["flow_id"], {"certificate": "pin"}
                )
        await self.hass.async_block_till_done()

    @property
    def certificate_issues(self) -> list[ir.IssueEntry]:
        """The open questions about the certificate."""
        return [
            issue
            for issue in ir.async_get(self.hass).issues.values()
            if issue.domain == DOMAIN and issue.active and issue.is_fixable
        ]

    async def accept_certificate(self) -> None:
        """Accept the certificate that is shown."""
        for issue in self.certificate_issues:
            data = dict(issue.data or {})
            flow: Any = await async_create_fix_flow(self.hass, issue.issue_id, data)
            flow.hass = self.hass
            await flow.async_step_confirm({})
        await self.hass.async_block_till_done()

    def _flows(self) -> list[Any]:
        """Return the open questions for a password."""
        flows = self.hass.config_entries.flow.async_progress_by_handler(DOMAIN)
        return [flow for flow in flows if flow["context"]["source"] == "reauth"]

    def _key(self, unique_id: str) -> str:
        """Return the part of a unique id that is not the server's."""
        return unique_id.removeprefix(f"{self.entry.unique_id}_")


@asynccontextmanager
async def home(bmc: Bmc, server: Server) -> AsyncIterator[Home]:
    """Run a Home Assistant that knows of a BMC; its entry is not set up yet."""
    with _set_up(), TemporaryDirectory() as folder:
        async with async_test_home_assistant(config_dir=folder) as hass:
            hass.data.pop(loader.DATA_CUSTOM_COMPONENTS)
            entry = MockConfigEntry(
                domain=DOMAIN,
                title=bmc.board.name,
                unique_id=mac_address(bmc),
                data={
                    "host": server.host,
                    "username": bmc.username,
                    "password": bmc.password,
                    "verify_ssl": server.certificate_sha256,
                },
            )
            entry.add_to_hass(hass)
            try:
                yield Home(hass, entry)
            finally:
                await hass.async_stop(force=True)
