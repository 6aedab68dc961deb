"""Test which entities are created, and which of them are enabled."""

import asyncio
from itertools import product
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
import pytest

from custom_components.supermicro_redfish import PLATFORMS
from custom_components.supermicro_redfish.entity import async_set_up_platforms
from tests.simulator import REMOVED, Bmc

from . import Mutation, entity_id, set_up
from .paths import (
    CERTIFICATES,
    CHASSIS,
    FAN_MODE,
    LOG,
    MANAGER,
    NTP,
    POWER,
    PROTOCOLS,
    RESET_INFO,
    SYSTEM,
)


def _change(path: str, changes: dict[str, Any]) -> Mutation:
    """Return a mutation that changes a resource."""
    return lambda bmc: bmc.change(path, changes)


def _offer_resets(*types: str) -> Mutation:
    """Return a mutation that limits the reset types."""
    return _change(RESET_INFO, {"Parameters": {0: {"AllowableValues": list(types)}}})


def _keep_one_power_supply(bmc: Bmc) -> None:
    """Remove all power supplies but the first."""
    bmc.change(POWER, {"PowerSupplies": bmc.resource(POWER)["PowerSupplies"][:1]})


def _remove_acknowledgments(bmc: Bmc) -> None:
    """Remove the marks of acknowledged log entries."""
    entries = [entry | {"Oem": {}} for entry in bmc.resource(LOG)["Members"]]
    bmc.change(LOG, {"Members": entries})


LED_PROPERTIES = ("IndicatorLED", "LocationIndicatorActive")
DELAYS = {
    "number.power_on_delay": "PowerOnDelaySeconds",
    "number.power_off_delay": "PowerOffDelaySeconds",
    "number.power_cycle_delay": "PowerCycleDelaySeconds",
}
INTRUSION = ("binary_sensor.intrusion",)
REARM = ("button.rearm_intrusion",)
NO_INTRUSION_SENSOR = {
    "IntrusionSensor": None,
    "IntrusionSensorNumber": None,
    "IntrusionSensorReArm": None,
}

MISSING: tuple[tuple[str, Mutation, tuple[str, ...]], ...] = (
    *(
        (name, _change(CHASSIS, {"PhysicalSecurity": value}), keys)
        for name, keys, values in (
            ("intrusion", INTRUSION, (None, REMOVED, NO_INTRUSION_SENSOR)),
            # GPU systems have no sensor, and one X13 reports null.
            (
                "rearm",
                REARM,
                (REMOVED, {"IntrusionSensor": None}, {"IntrusionSensor": REMOVED}),
            ),
        )
        for value in values
    ),
    *(
        (
            "certificate",
            _change(f"{CERTIFICATES}/1", {"ValidNotAfter": expires}),
            ("binary_sensor.certificate_expiring",),
        )
        for expires in (None, REMOVED, "never", "0000-00-00T00:00:00Z")
    ),
    # The shipped board has a Redundancy group with a single power supply as well.
    ("redundancy", _keep_one_power_supply, ("binary_sensor.redundancy_problem",)),
    (
        "restart of the BMC",
        _change(MANAGER, {"Actions": {"#Manager.Reset": REMOVED}}),
        ("button.restart_bmc",),
    ),
    ("log", _change(SYSTEM, {"LogServices": REMOVED}), ("button.clear_log",)),
    *(
        (
            "LED",
            _change(SYSTEM, dict.fromkeys(LED_PROPERTIES, value)),
            ("light.identify_led",),
        )
        for value in (None, REMOVED)
    ),
    # X10, X11 and early X12 have no delays.
    *(
        (
            "delays",
            _change(SYSTEM, dict.fromkeys(DELAYS.values(), value)),
            tuple(DELAYS),
        )
        for value in (None, REMOVED)
    ),
    # A selector needs the list of values that the board accepts.
    (
        "fan modes",
        _change(FAN_MODE, {"Mode@Redfish.AllowableValues": []}),
        ("select.fan_mode",),
    ),
    (
        "boot sources",
        _change(
            SYSTEM,
            {"Boot": {"BootSourceOverrideTarget@Redfish.AllowableValues": REMOVED}},
        ),
        ("select.boot_source",),
    ),
    # X10 has no marks of acknowledged entries.
    ("marks", _remove_acknowledgments, ("sensor.unacknowledged_events",)),
    ("NTP setting", _change(NTP, {"NTPEnable": REMOVED}), ("switch.ntp",)),
    ("NTP resource", lambda bmc: bmc.remove(NTP), ("switch.ntp",)),
    # X10 of 2017 offers no GracefulShutdown. Its buttons remain.
    *(
        (f"without {missing}", _offer_resets("ForceOff", other), ("switch.host_power",))
        for missing, other in (("On", "GracefulShutdown"), ("GracefulShutdown", "On"))
    ),
    ("protocols", lambda bmc: bmc.remove(PROTOCOLS), ("switch.protocol_ssh",)),
)


@pytest.mark.parametrize(
    ("mutate", "keys"),
    [
        pytest.param(*row, id=f"{index} {name}")
        for index, (name, *row) in enumerate(MISSING)
    ],
)
async def test_entity_is_not_created_for_missing_property(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    mutate: Mutation,
    keys: tuple[str, ...],
) -> None:
    """Create no entity that could never show a state or accept a command.

    The reference integration shows `normal` or `off` for a missing property.
    """
    mutate(bmc)
    await set_up(hass, entry)
    for key in keys:
        assert entity_id(hass, entry, key) is None


PROTOCOL_SWITCHES = tuple(
    f"switch.protocol_{name}"
    for name in ("http", "ssh", "ipmi", "snmp", "ssdp", "kvmip", "virtualmedia")
)


async def test_rarely_used_controls_are_disabled_by_default(
    hass: HomeAssistant, loaded: ConfigEntry
) -> None:
    """Disable controls that few users need, or that do harm.

    Delays are set once. A boot source surprises at the next boot. A user who turns off
    all switches of a room does not mean the server.
    """
    controls = ("select.boot_source", "switch.host_power", *DELAYS, *PROTOCOL_SWITCHES)
    for key in controls:
        registered = entity_id(hass, loaded, key)
        assert registered
        assert hass.states.get(registered) is None
    assert not hass.states.async_all("number")


async def test_one_platform_of_all_servers_is_set_up_at_a_time(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Yield to the event loop between the platforms of many servers."""
    order: list[tuple[str, Platform]] = []
    turns: list[int] = []

    async def forward(entry: str, platforms: list[Platform]) -> None:
        order.extend((entry, platform) for platform in platforms)
        turns.append(0)

    async def count_turns() -> None:
        while True:
            await asyncio.sleep(0)
            turns[-1] += 1

    monkeypatch.setattr(hass.config_entries, "async_forward_entry_setups", forward)
    turns.append(0)
    counter = asyncio.create_task(count_turns())
    names: list[Any] = ["one", "two", "three"]
    await asyncio.gather(
        *(async_set_up_platforms(hass, name, PLATFORMS) for name in names)
    )
    counter.cancel()
    assert sorted(order) == sorted(product(names, PLATFORMS))
    assert min(turns[1:-1]) > 0
