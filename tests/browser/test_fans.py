"""Test the fan control: its options, and the slider that sets the speed."""

from playwright.async_api import expect
import pytest

from tests.simulator import Bmc

from .browser import wait_until
from .conftest import AddedServer
from .pages import DevicePage, IntegrationPage

pytestmark = pytest.mark.usefixtures("console")

ZONE = "Fan zone 1"
TOP = 100


def _speed(bmc: Bmc) -> float:
    """Return the current fan speed of the first zone in percent."""
    bmc.scheduler.run_due()
    assert bmc.cooling
    return bmc.cooling.speeds[0]


@pytest.mark.long
async def test_speed_follows_the_slider(added: AddedServer) -> None:
    """Turn the control on, hold the fans at the slider, and turn it off again."""
    cooling = added.bmc.cooling
    assert cooling
    await added.api.post(
        "api/services/select/select_option",
        {"entity_id": "select.x12spi_tf_fan_mode", "option": "optimal"},
    )
    await wait_until(lambda: cooling.speeds[0] < TOP / 2)
    page = IntegrationPage(added.browser)
    await page.open()
    dialog = await page.toggle_fan_control()
    await page.fill_ipmi_port(added.ipmi_port)
    await added.browser.take_screenshot("fan_control")
    await dialog.submit()
    await dialog.close("Finish")

    device = DevicePage(added.browser)
    await device.open()
    slider = await device.open_slider(ZONE)
    await slider.press("End")
    await wait_until(lambda: added.bmc.fan_mode == "FullSpeed")
    await wait_until(lambda: cooling.duties[0] == TOP)
    details = added.browser.tab.locator("ha-more-info-dialog")
    await expect(details).not_to_contain_text("Off")
    await added.browser.take_screenshot("fan_slider")
    await device.close_details()
    await wait_until(lambda: _speed(added.bmc) > TOP - 1)
    await added.update()
    await device.expect_state("FAN1 speed", "3,220 rpm")

    await page.open()
    dialog = await page.toggle_fan_control()
    await dialog.close("Finish")
    await wait_until(lambda: added.bmc.fan_mode == "Optimal")
    await device.open()
    await expect(device.row(ZONE)).to_have_count(0)
