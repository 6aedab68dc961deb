"""A Home Assistant in this process, and the actions of its user."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from tempfile import TemporaryDirectory
from typing import Any

from homeassistant import loader
from homeassistant.config_entries import (
    SOURCE_REAUTH,
    ConfigEntry,
    ConfigEntryDisabler,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_test_home_assistant,
)

from custom_components.supermicro_redfish.const import (
    CONF_DYNAMIC_INTERVAL,
    CONF_STATIC_INTERVAL,
    DOMAIN,
)
from tests.integration import mac_address
from tests.integration.dialog import begin, fill_in
from tests.integration.repair_flow import fix_issue, open_issues
from tests.simulator import Bmc, Server

NO_VALUE = (STATE_UNAVAILABLE, STATE_UNKNOWN)
_RUNNING = (ConfigEntryState.LOADED, ConfigEntryState.SETUP_RETRY)


class HassInstance:
    """Home Assistant with one config entry; entities are named `platform.key`."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Initialize without an entry."""
        self.hass = hass
        self._entry: ConfigEntry | None = None

    @property
    def entry(self) -> ConfigEntry:
        """The config entry."""
        assert self._entry, "There is no config entry"
        return self._entry

    @property
    def state(self) -> ConfigEntryState:
        """The state of the entry; mypy does not narrow it across calls."""
        return self.entry.state

    async def settle(self) -> None:
        """Wait for all pending work."""
        await self.hass.async_block_till_done(wait_background_tasks=True)

    # The config entry

    def create_entry(
        self,
        bmc: Bmc,
        server: Server,
        *,
        host: str | None = None,
        verify_ssl: bool | str | None = None,
    ) -> MockConfigEntry:
        """Create an entry that is pinned to the BMC's certificate by default."""
        pinned = server.certificate_sha256
        entry = MockConfigEntry(
            domain=DOMAIN,
            title=bmc.board.name,
            unique_id=mac_address(bmc),
            data={
                "host": host or server.host,
                "username": bmc.username,
                "password": bmc.password,
                "verify_ssl": pinned if verify_ssl is None else verify_ssl,
            },
        )
        entry.add_to_hass(self.hass)
        self._entry = entry
        return entry

    async def open_dialog(self) -> ConfigFlowResult:
        """Open the dialog that adds a server."""
        return await begin(self.hass)

    async def fill_in(
        self, form: ConfigFlowResult, answers: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Fill in a form; keep the entry that it creates, if any."""
        result = await fill_in(self.hass, form, answers)
        self._entry = result.get("result") or self._entry
        return result

    async def submit(
        self, form: ConfigFlowResult, account: Mapping[str, str]
    ) -> ConfigFlowResult:
        """Fill in a form and pin the certificate if it is shown."""
        result = await self.fill_in(form, account)
        if result.get("step_id") == "certificate":
            result = await self.fill_in(result, {"certificate": "pin"})
        return result

    async def add_server(self, account: Mapping[str, str]) -> ConfigFlowResult:
        """Add a server by the dialog."""
        return await self.submit(await self.open_dialog(), account)

    async def set_up(self) -> None:
        """Set the entry up."""
        await self.hass.config_entries.async_setup(self.entry.entry_id)
        await self.settle()

    async def reload(self) -> None:
        """Reload the entry."""
        await self.hass.config_entries.async_reload(self.entry.entry_id)
        await self.settle()

    async def unload(self) -> None:
        """Unload the entry."""
        assert await self.hass.config_entries.async_unload(self.entry.entry_id)
        await self.settle()

    async def unload_all(self) -> None:
        """Unload all entries, unless Home Assistant has stopped."""
        for entry in self.hass.config_entries.async_entries(DOMAIN):
            if self.hass.is_running and entry.state in _RUNNING:
                await self.hass.config_entries.async_unload(entry.entry_id)
        await self.settle()

    async def remove(self) -> None:
        """Remove the entry."""
        await self.hass.config_entries.async_remove(self.entry.entry_id)
        await self.settle()

    async def refresh(self) -> None:
        """Read all data of the BMC again, static and dynamic."""
        data = self.entry.runtime_data
        for coordinator in (data.static, data.dynamic, data.account):
            await coordinator.async_refresh()
        await self.settle()

    async def stop(self) -> None:
        """Stop Home Assistant, which does not unload entries."""
        await self.hass.async_stop(force=True)

    async def disable(self, *, is_disabled: bool) -> None:
        """Disable or enable the entry."""
        await self.hass.config_entries.async_set_disabled_by(
            self.entry.entry_id, ConfigEntryDisabler.USER if is_disabled else None
        )

    async def set_intervals(self, seconds: int, minutes: int) -> None:
        """Set the polling intervals of dynamic data, in seconds, and static data."""
        flows = self.hass.config_entries.options
        form = await flows.async_init(self.entry.entry_id)
        await flows.async_configure(
            form["flow_id"],
            {CONF_DYNAMIC_INTERVAL: seconds, CONF_STATIC_INTERVAL: minutes},
        )
        await self.settle()

    # Prompts for the user

    @property
    def flows(self) -> list[ConfigFlowResult]:
        """The open dialogs of the integration."""
        return self.hass.config_entries.flow.async_progress_by_handler(DOMAIN)

    @property
    def reauth_flows(self) -> list[ConfigFlowResult]:
        """The open prompts for a password."""
        return [
            flow for flow in self.flows if flow["context"]["source"] == SOURCE_REAUTH
        ]

    @property
    def prompts(self) -> list[str]:
        """The sources of all open dialogs, and the kinds of all open issues."""
        return [
            *(flow["context"]["source"] for flow in self.flows),
            *(str(issue.translation_key) for issue in open_issues(self.hass)),
        ]

    async def enter_password(self, bmc: Bmc) -> None:
        """Enter the account of a BMC in all prompts for a password."""
        account = {"username": bmc.username, "password": bmc.password}
        for flow in self.reauth_flows:
            await self.submit(flow, account)

    async def accept_certificate(self) -> None:
        """Accept the certificate that the issues show."""
        for issue in open_issues(self.hass):
            if issue.is_fixable:
                await fix_issue(self.hass, issue)

    # Entities

    @property
    def entities(self) -> dict[str, str]:
        """The enabled entities by entity id, without the BMC's part of unique ids."""
        registry, prefix = er.async_get(self.hass), f"{self.entry.unique_id}_"
        return {
            item.entity_id: f"{item.domain}.{item.unique_id.removeprefix(prefix)}"
            for item in er.async_entries_for_config_entry(registry, self.entry.entry_id)
            if item.disabled_by is None
        }

    @property
    def states(self) -> dict[str, str]:
        """The states by entity; that of energy always changes and is "counted" here."""
        found = {
            name: state.state
            for entity_id, name in self.entities.items()
            if (state := self.hass.states.get(entity_id))
        }
        if found.get("sensor.energy", STATE_UNKNOWN) not in NO_VALUE:
            found["sensor.energy"] = "counted"
        return found

    def find(self, entity: str) -> str | None:
        """Return the id of an enabled entity, None if there is none."""
        names = self.entities.items()
        return next((entity_id for entity_id, name in names if name == entity), None)

    def is_available(self, entity: str) -> bool:
        """Return whether an entity is available."""
        return self.states.get(entity, STATE_UNAVAILABLE) != STATE_UNAVAILABLE

    async def call(self, entity: str, service: str, **data: Any) -> None:
        """Call a service for an entity."""
        entity_id = self.find(entity)
        assert entity_id, f"There is no {entity}"
        await self.hass.services.async_call(
            entity.partition(".")[0],
            service,
            data,
            blocking=True,
            target={"entity_id": entity_id},
        )

    def disable_entity(self, entity_id: str, *, is_disabled: bool) -> None:
        """Disable or enable an entity; Home Assistant then reloads the entry."""
        registry = er.async_get(self.hass)
        if entity_id in registry.entities:
            by = er.RegistryEntryDisabler.USER if is_disabled else None
            registry.async_update_entity(entity_id, disabled_by=by)


@asynccontextmanager
async def run_home_assistant() -> AsyncIterator[HassInstance]:
    """Run a Home Assistant that finds the integration."""
    # A thread that was canceled may still write to the storage.
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        async with async_test_home_assistant(config_dir=folder) as hass:
            hass.data.pop(loader.DATA_CUSTOM_COMPONENTS)
            try:
                yield HassInstance(hass)
            finally:
                await hass.async_stop(force=True)
