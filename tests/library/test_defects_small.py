"""Defects of the published client that were small: those of L."""

import pytest

from aiosupermicro import BootSource, NotFoundError, Power, SupermicroRedfishClient
from aiosupermicro.resources.endpoints import ENDPOINTS
from tests.simulator import Bmc
from tests.simulator.changes import REMOVED

from . import CHASSIS, MANAGER, OEM, SYSTEM


@pytest.mark.parametrize(
    ("watts", "total"),
    [([118], 118), ([None, 70], 70), ([118, 70], 118), ([None], None), ([], None)],
)
def test_l_the_draw_is_the_first_that_is_measured(
    watts: list[float | None], total: float | None
) -> None:
    """More than one may be given; they may lie within each other, so none is added."""
    controls = [{"PowerConsumedWatts": value} for value in watts]
    power = Power.from_dict({"PowerControl": controls, "PowerSupplies": [{}]})
    assert power.total_power_consumed_watts == total


@pytest.mark.parametrize("name", ["NTP", "LLDP", "FanMode", "Snooping"])
async def test_l_what_a_board_lacks_is_not_off(
    client: SupermicroRedfishClient, bmc: Bmc, name: str
) -> None:
    """It is None among the others, and by itself an error."""
    bmc.remove(f"{OEM}/{name}")
    row = next(row for row in ENDPOINTS if row.model.__name__ == name)
    data = await client.async_get_static_data()
    assert getattr(data, row.name) is None
    assert data.errors == {}
    with pytest.raises(NotFoundError):
        await getattr(client, f"async_get_{row.name}")()


async def test_l_health_that_nobody_tells_is_unknown(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Neither well nor ill."""
    for path in (SYSTEM, CHASSIS, MANAGER):
        bmc.change(path, {"Status": REMOVED})
    data = await client.async_get_all_data()
    assert data.system
    assert data.chassis
    assert data.manager
    for part in (data.system, data.chassis, data.manager):
        assert part.is_healthy is None


async def test_l_no_boot_source_ends_the_override(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """None for once would be neither."""
    await client.async_set_boot_source(BootSource.PXE)
    boot = bmc.resource(SYSTEM)["Boot"]
    assert boot["BootSourceOverrideTarget"] == "Pxe"
    assert boot["BootSourceOverrideEnabled"] == "Once"
    assert boot["BootSourceOverrideMode"] == "UEFI"
    await client.async_set_boot_source(BootSource.NONE)
    boot = bmc.resource(SYSTEM)["Boot"]
    assert boot["BootSourceOverrideTarget"] == "None"
    assert boot["BootSourceOverrideEnabled"] == "Disabled"
    assert boot["BootSourceOverrideMode"] == "UEFI"


@pytest.mark.parametrize("mode", ["PUE2", "LiquidCooling", "Whisper"])
async def test_l_every_fan_mode_of_the_board_can_be_set(
    client: SupermicroRedfishClient, bmc: Bmc, mode: str
) -> None:
    """Also one that no enum knows, and one that is not among its own values."""
    path = f"{OEM}/FanMode"
    key = "Mode@Redfish.AllowableValues"
    bmc.change(path, {key: REMOVED})
    bmc.change(path, {key: [mode, "Optimal"], "Mode": "Elsewhere"})
    modes = await client.async_get_fan_mode()
    assert modes.mode == "Elsewhere"
    assert modes.available_modes == (mode, "Optimal")
    await client.async_set_fan_mode(modes.available_modes[0])
    assert bmc.fan_mode == mode


@pytest.mark.parametrize(
    ("state", "active"), [("Lit", True), ("Blinking", True), ("Off", False)]
)
async def test_l_a_board_with_the_later_led_only(
    client: SupermicroRedfishClient, bmc: Bmc, state: str, *, active: bool
) -> None:
    """IndicatorLED is on its way out of Redfish."""
    bmc.change(SYSTEM, {"IndicatorLED": REMOVED})
    bmc.change(SYSTEM, {"LocationIndicatorActive": not active})
    await client.async_set_indicator_led(state)
    assert bmc.resource(SYSTEM)["LocationIndicatorActive"] is active
    assert "IndicatorLED" not in bmc.resource(SYSTEM)
