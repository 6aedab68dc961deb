"""Switches: host power, settings of the BMC and its network protocols."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from . import sources
from .aiosupermicro import (
    LLDP,
    NTP,
    NetworkProtocol,
    PowerState,
    Privilege,
    ProtocolSettings,
    ResetType,
    System,
)
from .entity import SettingDescription, SupermicroSetting, async_add_items
from .fan_control.models import ControlState
from .runtime_data import SupermicroConfigEntry, SupermicroRuntimeData
from .util import has_power

PARALLEL_UPDATES = 1


@dataclass(frozen=True, kw_only=True)
class SupermicroSwitchDescription[ItemT](
    SettingDescription[ItemT, bool], SwitchEntityDescription
):
    """Describe a switch."""

    is_on_fn: Callable[[ItemT], bool | None]


def _protocol(
    name: str, protocol_fn: Callable[[NetworkProtocol], ProtocolSettings | None]
) -> SupermicroSwitchDescription[ProtocolSettings]:
    """Describe a network protocol by its name in Redfish."""
    return SupermicroSwitchDescription[ProtocolSettings](
        key=f"protocol_{name.lower()}",
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        source=sources.nested_source(sources.NETWORK_PROTOCOL, protocol_fn),
        has_fn=lambda protocol: protocol.protocol_enabled is not None,
        is_on_fn=lambda protocol: protocol.protocol_enabled,
        privilege=Privilege.CONFIGURE_MANAGER,
        set_fn=lambda data, _, enabled: data.client.async_set_protocol_enabled(
            name, enabled
        ),
    )


async def _async_set_ipmi(data: SupermicroRuntimeData, *, enabled: bool) -> None:
    """Enable or disable IPMI over LAN; before it is disabled, give the fans back.

    Without IPMI, the BMC would keep their duties until the guard sets the mode.
    """
    controller = data.fan_controller
    if controller and not enabled and controller.state is not ControlState.RELEASED:
        await controller.async_set_mode()
    await data.client.async_set_protocol_enabled("IPMI", enabled)


async def _async_set_host_power(
    data: SupermicroRuntimeData, system: System, target: PowerState
) -> None:
    """Switch the host on or shut it down, unless it already has that state."""
    if system.power_state != target:
        is_on = target is PowerState.ON
        reset_type = ResetType.ON if is_on else ResetType.GRACEFUL_SHUTDOWN
        await data.dynamic.async_reset_host(reset_type)


DESCRIPTIONS: tuple[SupermicroSwitchDescription[Any], ...] = (
    SupermicroSwitchDescription[System](
        key="host_power",
        # A user who turns off all switches of a room does not mean the server.
        entity_registry_enabled_default=False,
        source=sources.SYSTEM,
        supported_fn=lambda data: (
            {ResetType.ON, ResetType.GRACEFUL_SHUTDOWN}
            <= {*data.static.data.reset_types}
        ),
        is_on_fn=has_power,
        privilege=Privilege.CONFIGURE_COMPONENTS,
        set_fn=lambda data, system, enabled: _async_set_host_power(
            data, system, PowerState.ON if enabled else PowerState.OFF
        ),
    ),
    SupermicroSwitchDescription[NTP](
        key="ntp",
        entity_category=EntityCategory.CONFIG,
        source=sources.NTP,
        has_fn=lambda ntp: ntp.enabled is not None,
        is_on_fn=lambda ntp: ntp.enabled,
        privilege=Privilege.CONFIGURE_MANAGER,
        set_fn=lambda data, _, enabled: data.client.async_set_ntp_enabled(enabled),
    ),
    SupermicroSwitchDescription[LLDP](
        key="lldp",
        entity_category=EntityCategory.CONFIG,
        source=sources.LLDP,
        has_fn=lambda lldp: lldp.enabled is not None,
        is_on_fn=lambda lldp: lldp.enabled,
        privilege=Privilege.CONFIGURE_MANAGER,
        set_fn=lambda data, _, enabled: data.client.async_set_lldp_enabled(enabled),
    ),
    # HTTPS has no switch: it is the protocol of this integration.
    _protocol("HTTP", lambda protocols: protocols.http),
    _protocol("SSH", lambda protocols: protocols.ssh),
    replace(
        _protocol("IPMI", lambda protocols: protocols.ipmi),
        set_fn=lambda data, _, enabled: _async_set_ipmi(data, enabled=enabled),
    ),
    _protocol("SNMP", lambda protocols: protocols.snmp),
    _protocol("SSDP", lambda protocols: protocols.ssdp),
    _protocol("KVMIP", lambda protocols: protocols.kvmip),
    _protocol("VirtualMedia", lambda protocols: protocols.virtual_media),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SupermicroConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the switches of a server."""
    async_add_items(hass, entry, async_add_entities, DESCRIPTIONS, SupermicroSwitch)


class SupermicroSwitch(SupermicroSetting[Any, bool], SwitchEntity):
    """Switch of a server."""

    entity_description: SupermicroSwitchDescription[Any]

    @property
    @override
    def is_on(self) -> bool | None:
        """State of the switch, None if the BMC does not report it."""
        return self.entity_description.is_on_fn(self.item)

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Turn on the switch."""
        await self.async_change(value=True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Turn off the switch."""
        await self.async_change(value=False)
