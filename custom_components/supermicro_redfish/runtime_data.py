"""Runtime data of a config entry: its client and its coordinators."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from .aiosupermicro import (
    AuthorizationError,
    SupermicroRedfishClient,
    SupermicroRedfishError,
)
from .const import DOMAIN
from .coordinator import (
    AccountCoordinator,
    DynamicCoordinator,
    StaticCoordinator,
    SupermicroCoordinator,
)
from .errors import TRANSLATION_KEYS, translated, translation_key
from .fan_control.controller import FanController
from .fan_control.models import FanControlData, FanControlError
from .models import Privileges
from .storage import DiscoveryStore

type SupermicroConfigEntry = ConfigEntry[SupermicroRuntimeData]


@dataclass(frozen=True, kw_only=True)
class SupermicroRuntimeData:
    """Runtime data of a config entry."""

    client: SupermicroRedfishClient
    static: StaticCoordinator
    dynamic: DynamicCoordinator
    account: AccountCoordinator
    store: DiscoveryStore
    fan_controller: FanController | None = None
    """Control of the fans over IPMI, None while the option is off."""
    fan_zones: SupermicroCoordinator[FanControlData] | None = None
    """Coordinator of the fan zones, None while the option is off."""
    acknowledging: set[str] = field(default_factory=set)
    """Paths of the log entries that are being acknowledged."""
    descriptions: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    """Descriptions of all entities, by platform."""
    entity_counts: dict[str, int] = field(default_factory=dict)
    """Number of entities that were added, by platform."""
    limited_platforms: set[str] = field(default_factory=set)
    """Platforms that have not added all entities of a BMC with too many."""

    @property
    def privileges(self) -> Privileges:
        """Privileges of the account, unknown ones until they were read."""
        return self.account.data or Privileges()

    @asynccontextmanager
    async def translate_command_errors(self) -> AsyncIterator[None]:
        """Translate exceptions of commands.

        Raises:
            HomeAssistantError: The command failed. If the account is not authorized,
                its privileges are read again.

        """
        try:
            yield
        except SupermicroRedfishError as error:
            if translation_key(error) == TRANSLATION_KEYS[AuthorizationError]:
                await self.account.async_handle_refusal()
            raise HomeAssistantError(**translated(error)) from error
        except FanControlError as error:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key=error.key,
                translation_placeholders=error.placeholders,
            ) from error
        self.account.async_handle_success()


def create_runtime_data(
    hass: HomeAssistant,
    entry: SupermicroConfigEntry,
    client: SupermicroRedfishClient,
    store: DiscoveryStore,
) -> SupermicroRuntimeData:
    """Create the coordinators of a config entry."""
    dynamic = DynamicCoordinator(hass, entry, client)
    return SupermicroRuntimeData(
        client=client,
        static=StaticCoordinator(hass, entry, client, dynamic),
        dynamic=dynamic,
        account=AccountCoordinator(hass, entry, client),
        store=store,
    )
