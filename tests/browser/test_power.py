"""Test the buttons that switch the host against the state of the BMC."""

from playwright.async_api import expect
import pytest

from .conftest import AddedServer
from .pages import DevicePage

pytestmark = pytest.mark.usefixtures("console")


@pytest.mark.long
async def test_shutdown_and_power_on_update_the_page(added: AddedServer) -> None:
    """Show unknown readings while the host is off, except those of the BMC."""
    device = DevicePage(added.browser)
    await device.open()
    await device.press("Shut down")
    await device.expect_state("CPU temperature", "Unknown")
    await device.expect_state("FAN1 speed", "Unknown")
    await device.expect_state("Host power", "Off")
    await device.expect_state("Inlet temperature", "24 °C")
    await added.browser.take_screenshot("off")
    assert added.bmc.power_state == "Off"
    await device.press("Power on")
    await device.expect_state("Host power", "On")
    # The processor has cooled down meanwhile.
    await expect(device.row("CPU temperature")).to_contain_text(" °C")
    assert added.bmc.power_state == "On"
