"""What the tests of the integration do with a Home Assistant and a server."""

from collections.abc import Callable
import logging
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest

from custom_components.supermicro_redfish.const import (
    DOMAIN,
    DYNAMIC_INTERVAL,
    STATIC_INTERVAL,
)
from custom_components.supermicro_redfish.host_poller import QUICK_INTERVAL
from tests.simulator import Bmc

DYNAMIC = DYNAMIC_INTERVAL.total_seconds()
STATIC = STATIC_INTERVAL.total_seconds()
QUICK = QUICK_INTERVAL.total_seconds()
MINUTE = 60
HOUR = 3600

ROOT = "/redfish/v1"
SESSIONS = f"{ROOT}/SessionService/Sessions"
SYSTEM = f"{ROOT}/Systems/1"
RESET_INFO = f"{SYSTEM}/ResetActionInfo"
CHASSIS = f"{ROOT}/Chassis/1"
THERMAL = f"{CHASSIS}/Thermal"
POWER = f"{CHASSIS}/Power"
MANAGER = f"{ROOT}/Managers/1"
NICS = f"{MANAGER}/EthernetInterfaces"
FAN_MODE = f"{MANAGER}/Oem/Supermicro/FanMode"
NTP = f"{MANAGER}/Oem/Supermicro/NTP"
LLDP = f"{MANAGER}/Oem/Supermicro/LLDP"
SNOOPING = f"{MANAGER}/Oem/Supermicro/Snooping"
LICENSES = f"{MANAGER}/LicenseManager/QueryLicense"
PROTOCOLS = f"{MANAGER}/NetworkProtocol"
CERTIFICATES = f"{PROTOCOLS}/HTTPS/Certificates"
STORAGE = f"{SYSTEM}/Storage"
DRIVES = f"{STORAGE}/NVMeSSD"
BACKPLANE = f"{ROOT}/Chassis/NVMeSSD.0.Group.0.StorageBackplane"
DRIVE = f"{BACKPLANE}/Drives/Disk.Bay.0"
LOG = f"{SYSTEM}/LogServices/Log1/Entries"

GET_STATIC = [
    f"GET {path}"
    for path in (
        CHASSIS,
        MANAGER,
        FAN_MODE,
        NTP,
        LLDP,
        SNOOPING,
        LICENSES,
        PROTOCOLS,
        STORAGE,
        DRIVES,
        DRIVE,
        f"{BACKPLANE}/Drives/Disk.Bay.1",
        LOG,
    )
]
"""All that the rarer polls ask for."""

BAY_1 = "Power Supply Bay 1"
BAY_2 = "Power Supply Bay 2"
DRIVE_TEMPERATURE = "sensor.drive_temperature_Disk.Bay.0"
CRITICAL: dict[str, Any] = {"Status": {"Health": "Critical"}}

type Spoil = Callable[[Bmc], None]
"""Lets something be wrong with a BMC."""
type Answer = dict[str, Any]
"""What an action returns."""


def mac_address(bmc: Bmc) -> str:
    """Return the BMC's own MAC address, as Home Assistant writes it."""
    return next(
        str(body["MACAddress"]).lower()
        for path, body in bmc.board.resources.items()
        if path.startswith(f"{ROOT}/Managers/") and body.get("MACAddress")
    )


async def set_up(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Set an entry up, as Home Assistant does when it starts."""
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


async def unload(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Unload an entry."""
    assert await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


async def stop(hass: HomeAssistant, _: ConfigEntry) -> None:
    """Let Home Assistant stop, which unloads nothing."""
    await hass.async_stop(force=True)


def lifecycle(entry: ConfigEntry) -> ConfigEntryState:
    """Return how far an entry has come, which a type checker takes for constant."""
    return entry.state


def entity_id(hass: HomeAssistant, entry: ConfigEntry, of: str) -> str | None:
    """Return the id of the entity `platform.key`, None if it is not registered."""
    platform, _, key = of.partition(".")
    unique_id = f"{entry.unique_id}_{key}"
    return er.async_get(hass).async_get_entity_id(platform, DOMAIN, unique_id)


def entity(hass: HomeAssistant, entry: ConfigEntry, of: str) -> State:
    """Return the entity `platform.key` as Home Assistant shows it."""
    registered = entity_id(hass, entry, of)
    assert registered, f"There is no {of}"
    shown = hass.states.get(registered)
    assert shown, f"{registered} has no state"
    return shown


def states(hass: HomeAssistant, platform: str | None = None) -> dict[str, str]:
    """Return the states of all entities by entity id; energy goes on all the time."""
    return {
        shown.entity_id: "counted" if _is_energy(shown) else shown.state
        for shown in hass.states.async_all(platform)
    }


def unavailable(hass: HomeAssistant) -> set[str]:
    """Return the entities that are not available."""
    return {of for of, state in states(hass).items() if state == STATE_UNAVAILABLE}


def _is_energy(shown: State) -> bool:
    """Tell whether an entity shows energy, and not that it cannot."""
    is_shown = shown.state not in (STATE_UNAVAILABLE, STATE_UNKNOWN)
    return is_shown and shown.attributes.get("device_class") == "energy"


async def call(
    hass: HomeAssistant, entry: ConfigEntry, of: str, service: str, **data: Any
) -> None:
    """Call a service for the entity `platform.key`."""
    target = {"entity_id": entity_id(hass, entry, of)}
    platform = of.partition(".")[0]
    await hass.services.async_call(
        platform, service, data, blocking=True, target=target
    )


def asked(bmc: Bmc, since: int = 0) -> list[str]:
    """Return the requests that the BMC got, without those before a number."""
    return [f"{request.method} {request.path}" for request in bmc.requests[since:]]


def complaints(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was logged about the integration as a warning or worse.

    That Home Assistant has not tested it is no complaint.
    """
    return [
        record.getMessage()
        for record in caplog.records
        if record.levelno >= logging.WARNING
        and (DOMAIN in record.name or DOMAIN in record.getMessage())
        and record.name != "homeassistant.loader"
    ]


def tracebacks(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was logged with a traceback that users see."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.levelno >= logging.INFO and record.exc_info
    ]


def is_one_write(requests: list[str], path: str) -> bool:
    """Tell whether requests are one write to a resource, read back, and no more."""
    *before, write, after = requests
    reads = {*before, after}
    return write == f"PATCH {path}" and reads == {f"GET {path}"} and len(before) <= 1


def with_uuid_only(uuid: str | None) -> Spoil:
    """Return what makes a BMC one that tells no MAC address but this UUID."""

    def spoil(bmc: Bmc) -> None:
        bmc.remove(NICS)
        bmc.change(MANAGER, {"UUID": uuid})

    return spoil


def become_another(bmc: Bmc) -> None:
    """Let another BMC answer at the address."""
    other = "7C:C2:55:00:00:01"
    uuid = "00000000-0000-0000-0000-7CC255000001"
    bmc.change(f"{NICS}/1", {"MACAddress": other, "PermanentMACAddress": other})
    bmc.change(MANAGER, {"UUID": uuid})
    bmc.change(ROOT, {"UUID": uuid})


def device_id(hass: HomeAssistant, entry: ConfigEntry) -> str:
    """Return the id of the server's device."""
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    return next(device.id for device in devices if device.model)


async def act(
    hass: HomeAssistant, entry: ConfigEntry, action: str, **data: Any
) -> Answer:
    """Carry out an action for the server, and return its answer, if it has one."""
    has_answer = action != "set_ntp_servers"
    answer = await hass.services.async_call(
        DOMAIN,
        action,
        {"device_id": device_id(hass, entry), **data},
        blocking=True,
        return_response=has_answer,
    )
    return dict(answer or {})
