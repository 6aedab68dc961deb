"""Discovery of a BMC by SSDP and DHCP."""

from typing import Any

from homeassistant.config_entries import SOURCE_DHCP, SOURCE_SSDP, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
from homeassistant.helpers.service_info.ssdp import SsdpServiceInfo

from custom_components.supermicro_redfish.const import DOMAIN

SERVICE = "urn:dmtf-org:service:redfish-rest:1"


async def announce(
    hass: HomeAssistant, location: str | None, headers: dict[str, Any] | None = None
) -> ConfigFlowResult:
    """Discover a Redfish service by SSDP."""
    info = SsdpServiceInfo(
        ssdp_usn=f"uuid:00000000-0000-0000-0000-7cc2555a00f1::{SERVICE}",
        ssdp_st=SERVICE,
        upnp={},
        ssdp_location=location,
        ssdp_headers=headers or {},
    )
    return await _discover(hass, SOURCE_SSDP, info)


async def lease(
    hass: HomeAssistant, mac: str, address: str = "127.0.0.1"
) -> ConfigFlowResult:
    """Discover a device by DHCP, with the address that it was given."""
    info = DhcpServiceInfo(
        ip=address, hostname="bmc", macaddress=mac.replace(":", "").lower()
    )
    return await _discover(hass, SOURCE_DHCP, info)


async def _discover(hass: HomeAssistant, source: str, info: Any) -> ConfigFlowResult:
    """Start a config flow for a discovered device."""
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": source}, data=info
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    return result
