"""Constants and helpers of the tests of the integration."""

import asyncio
from collections.abc import Callable
import logging
import time
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
from custom_components.supermicro_redfish.host_poller import (
    QUICK_INTERVAL,
    TRANSITION_SECONDS,
)
from custom_components.supermicro_redfish.models.energy import LONGEST_GAP
from tests.conftest import RECORDED, Clock
from tests.simulator import Bmc

from .paths import *  # noqa: F403
from .paths import MANAGER, NICS, ROOT

DYNAMIC = DYNAMIC_INTERVAL.total_seconds()
STATIC = STATIC_INTERVAL.total_seconds()
QUICK = QUICK_INTERVAL.total_seconds()
TRANSITION = TRANSITION_SECONDS
"""Seconds for which quick polls follow a change of the power state at most."""
MAX_ENERGY_GAP = LONGEST_GAP
"""Seconds between two readings for which energy is counted at most."""
MINUTE = 60
HOUR = 3600

type Mutation = Callable[[Bmc], object]
"""A function that changes or breaks something of a BMC."""
type ActionResponse = dict[str, Any]


def real_time() -> float:
    """Return the seconds of a clock that does not stand still in tests."""
    return time.clock_gettime(time.CLOCK_MONOTONIC)


async def until(condition: Callable[[], bool]) -> None:
    """Wait for network messages until a condition is true, while time stands still."""
    ended = real_time() + 10
    while not condition():
        await asyncio.sleep(0)
        assert real_time() < ended, "The condition did not become true"


def nested(at: tuple[str | int, ...], changes: Any) -> Any:
    """Return changes at a path of keys, as nested objects and lists."""
    for key in reversed(at):
        changes = {key: changes}
    return changes


def recorded(name: str, *values: Any) -> Any:
    """Return test parameters with a recorded board as the first."""
    return pytest.param(RECORDED / name, *values, id=name)


def set_host_times(
    bmc: Bmc, *, power: float = 3, shutdown: float = 10, boot: float = 30
) -> None:
    """Set the seconds that the host takes to change its power state."""
    times = type(bmc.host._times)
    bmc.host._times = times(power=power, shutdown=shutdown, boot=boot)


def mac_address(bmc: Bmc) -> str:
    """Return the BMC's MAC address in Home Assistant's spelling."""
    return next(
        str(body["MACAddress"]).lower()
        for path, body in bmc.board.resources.items()
        if path.startswith(f"{ROOT}/Managers/") and body.get("MACAddress")
    )


async def set_up(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Set up an entry as Home Assistant does when it starts."""
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


async def set_up_with_host(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, clock: Clock, *, is_on: bool
) -> None:
    """Set up an entry while its host, which is on at first, is on or off."""
    if not is_on:
        bmc.power("ForceOff")
        clock.tick(60)
    await set_up(hass, entry)


async def unload(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Unload an entry."""
    assert await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


async def reload(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Reload an entry."""
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


async def stop(hass: HomeAssistant, _: ConfigEntry) -> None:
    """Stop Home Assistant, which does not unload entries."""
    await hass.async_stop(force=True)


def entry_state(entry: ConfigEntry) -> ConfigEntryState:
    """Return the state of an entry.

    A type checker would take a second comparison of the attribute for constant.
    """
    return entry.state


def entity_id(hass: HomeAssistant, entry: ConfigEntry, key: str) -> str | None:
    """Return the id of the entity `platform.key`, None if it is not registered."""
    platform, _, name = key.partition(".")
    unique_id = f"{entry.unique_id}_{name}"
    return er.async_get(hass).async_get_entity_id(platform, DOMAIN, unique_id)


def entity(hass: HomeAssistant, entry: ConfigEntry, key: str) -> State:
    """Return the state of the entity `platform.key`."""
    registered = entity_id(hass, entry, key)
    assert registered, f"{key} is not registered: has the board its resource?"
    state = hass.states.get(registered)
    assert state, f"{registered} has no state"
    return state


def registry_entry(
    hass: HomeAssistant, entry: ConfigEntry, key: str
) -> er.RegistryEntry:
    """Return the registry entry of the entity `platform.key`."""
    registered = entity_id(hass, entry, key)
    assert registered, f"{key} is not registered"
    return er.async_get(hass).entities[registered]


def registered_keys(hass: HomeAssistant, entry: ConfigEntry) -> dict[str, str]:
    """Return `platform.key` of all registered entities by entity id."""
    prefix = f"{entry.unique_id}_"
    return {
        item.entity_id: f"{item.domain}.{item.unique_id.removeprefix(prefix)}"
        for item in er.async_entries_for_config_entry(
            er.async_get(hass), entry.entry_id
        )
    }


def states(hass: HomeAssistant, platform: str | None = None) -> dict[str, str]:
    """Return the states of all entities by entity id.

    Energy grows all the time: the word `counted` takes the place of its number.
    """
    return {
        state.entity_id: "counted" if _is_energy(state) else state.state
        for state in hass.states.async_all(platform)
    }


def unavailable_entities(hass: HomeAssistant) -> set[str]:
    """Return the ids of the unavailable entities."""
    return {key for key, state in states(hass).items() if state == STATE_UNAVAILABLE}


def available_keys(hass: HomeAssistant, entry: ConfigEntry) -> set[str]:
    """Return `platform.key` of the entities that are available."""
    keys, gone = registered_keys(hass, entry), unavailable_entities(hass)
    return {keys[entity_id] for entity_id in states(hass).keys() - gone}


def _is_energy(state: State) -> bool:
    """Return whether a state is a number of kilowatt hours."""
    has_number = state.state not in (STATE_UNAVAILABLE, STATE_UNKNOWN)
    return has_number and state.attributes.get("device_class") == "energy"


async def call(
    hass: HomeAssistant, entry: ConfigEntry, key: str, service: str, **data: Any
) -> None:
    """Call a service of the entity `platform.key`."""
    target = {"entity_id": entity_id(hass, entry, key)}
    platform = key.partition(".")[0]
    await hass.services.async_call(
        platform, service, data, blocking=True, target=target
    )


async def call_action(
    hass: HomeAssistant, entry: ConfigEntry, action: str, **data: Any
) -> ActionResponse:
    """Call an action of the integration for a server and return its response."""
    response = await hass.services.async_call(
        DOMAIN,
        action,
        {"device_id": device_id(hass, entry), **data},
        blocking=True,
        return_response=action != "set_ntp_servers",
    )
    return dict(response or {})


def requests_since(bmc: Bmc, since: int = 0) -> list[str]:
    """Return all requests except for the first `since` ones."""
    return [
        f"{request.method} {request.path}" + f"?{request.query}" * bool(request.query)
        for request in bmc.requests[since:]
    ]


def is_single_write(requests: list[str], path: str) -> bool:
    """Return whether the requests are one PATCH and the read of its result.

    The resource may be read once before, and nothing else may be requested.
    """
    *before, write, after = requests
    reads = {*before, after}
    return write == f"PATCH {path}" and reads == {f"GET {path}"} and len(before) <= 1


def logged_problems(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the warnings and errors about the integration.

    Home Assistant's warning that it has not tested the integration does not count.
    """
    return [
        record.getMessage()
        for record in caplog.records
        if record.levelno >= logging.WARNING
        and (DOMAIN in record.name or DOMAIN in record.getMessage())
        and record.name != "homeassistant.loader"
    ]


def logged_tracebacks(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the messages at level info or above that have a traceback."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.levelno >= logging.INFO and record.exc_info
    ]


def identify_by_uuid(uuid: str | None) -> Mutation:
    """Return a mutation that leaves a BMC a UUID and no MAC address."""

    def mutate(bmc: Bmc) -> None:
        bmc.remove(NICS)
        for path in (MANAGER, ROOT):
            bmc.change(path, {"UUID": uuid})

    return mutate


def change_identity(bmc: Bmc) -> None:
    """Replace the BMC at the address by another one."""
    mac = "7C:C2:55:00:00:01"
    uuid = "00000000-0000-0000-0000-7CC255000001"
    bmc.change(f"{NICS}/1", {"MACAddress": mac, "PermanentMACAddress": mac})
    bmc.change(MANAGER, {"UUID": uuid})
    bmc.change(ROOT, {"UUID": uuid})


def device_id(hass: HomeAssistant, entry: ConfigEntry) -> str:
    """Return the id of the server's device."""
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    return next(device.id for device in devices if device.model)
