"""What boards offer beyond readings: boot options, logs, LEDs, batteries, limits."""

from typing import Any

import pytest

from aiosupermicro import (
    LLDP,
    BootSource,
    LogEntry,
    NotFoundError,
    Power,
    SupermicroRedfishClient,
)
from tests.simulator import REMOVED, Bmc

from . import CHASSIS, LOG, SYSTEM


async def test_the_next_boot_is_one_of_the_options(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """The BIOS' own entries have names, and one of them can be next."""
    options = await client.async_get_boot_options()
    system = await client.async_get_system()
    references = [option.boot_option_reference for option in options]
    assert set(references) == set(system.boot.boot_order)
    assert all(option.display_name for option in options)
    await client.async_set_boot_source(
        BootSource.UEFI_BOOT_NEXT, boot_next=references[-1]
    )
    boot = bmc.resource(SYSTEM)["Boot"]
    assert boot["BootSourceOverrideTarget"] == "UefiBootNext"
    assert boot["BootSourceOverrideEnabled"] == "Once"
    assert boot["BootNext"] == references[-1]
    await client.async_set_boot_source(BootSource.PXE)
    assert bmc.resource(SYSTEM)["Boot"]["BootSourceOverrideTarget"] == "Pxe"


@pytest.mark.parametrize("is_later", [True, False])
@pytest.mark.parametrize("state", ["Lit", "Blinking", "Off"])
async def test_the_led_may_be_the_chassis(
    client: SupermicroRedfishClient, bmc: Bmc, state: str, *, is_later: bool
) -> None:
    """Where the system shows none, neither the old one nor the later one."""
    none = {"IndicatorLED": REMOVED, "LocationIndicatorActive": REMOVED}
    bmc.change(SYSTEM, none)
    other = {"IndicatorLED": "Lit" if state == "Off" else "Off"}
    shown: dict[str, Any] = {"LocationIndicatorActive": state == "Off"}
    bmc.change(CHASSIS, none)
    bmc.change(CHASSIS, shown if is_later else shown | other)
    await client.async_set_indicator_led(state)
    body = bmc.resource(CHASSIS)
    assert body["LocationIndicatorActive"] is (state != "Off")
    assert body.get("IndicatorLED") == (None if is_later else state)
    assert "IndicatorLED" not in bmc.resource(SYSTEM)


async def test_the_health_event_log_is_cleared(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """At the target that it advertises; the maintenance log stays as it is."""
    audit = await client.async_get_manager_log_entries()
    assert await client.async_get_log_entries()
    await client.async_clear_log()
    assert await client.async_get_log_entries() == []
    assert await client.async_get_manager_log_entries() == audit
    assert bmc.requests[-1].path != LOG
    bmc.change(LOG, {"Actions": REMOVED})
    await client.async_disconnect()
    await client.async_connect()
    with pytest.raises(NotFoundError, match="cleared"):
        await client.async_clear_log()


async def test_entries_that_wait_to_be_acknowledged(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """They can be counted: those of severity OK have no mark, false or true."""
    sent = bmc.resource(f"{LOG}/Entries")["Members"]
    marks = [
        entry.get("Oem", {}).get("Supermicro", {}).get("MarkAsAcknowledged")
        for entry in sent
    ]
    entries = await client.async_get_log_entries()
    assert [entry.is_acknowledged for entry in entries] == marks
    assert {True, False, None} >= set(marks) > {None}
    assert LogEntry().is_acknowledged is None


_OK, _BAD = {"State": "Enabled", "Health": "OK"}, {"Health": "Critical"}
_VBAT = {"Name": "VBAT", "ReadingVolts": 3.1}


@pytest.mark.parametrize(
    ("body", "is_healthy"),
    [
        ({}, None),
        ({"Voltages": [{"Name": "12V", "Status": _BAD}]}, None),
        ({"Voltages": [_VBAT]}, None),
        ({"Voltages": [_VBAT | {"Status": _OK}]}, True),
        ({"Voltages": [_VBAT | {"Status": _BAD}]}, False),
        ({"Oem": {"Supermicro": {"Battery": {"Status": _OK}}}}, True),
        ({"Oem": {"Supermicro": {"Battery": {"Status": _BAD}}}}, False),
    ],
)
def test_the_battery_is_a_part_or_a_voltage(
    body: dict[str, Any], *, is_healthy: bool | None
) -> None:
    """X10 lists it among the voltages."""
    assert Power.from_dict(body).is_battery_healthy is is_healthy


def test_the_neighbour_of_the_bmcs_port() -> None:
    """As DMTF's Port tells of it: the switch, its port, and its name."""
    received: dict[str, Any] = {"ChassisId": "00:11:22:33:44:55", "PortId": "Gi1/0/7"}
    received |= {"SystemName": "switch", "ManagementVlanId": 4095}
    neighbour = LLDP.from_dict({"LLDPReceive": received}).neighbor
    assert neighbour
    assert neighbour.chassis_id == "00:11:22:33:44:55"
    assert neighbour.port_id == "Gi1/0/7"
    assert neighbour.system_name == "switch"
    assert LLDP.from_dict({"LLDPReceive": {}}).neighbor is None
