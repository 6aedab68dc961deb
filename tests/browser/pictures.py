"""Take the screenshots of the README from the real page, for script/screenshots."""

import asyncio
from pathlib import Path
import sys
from typing import Final

from playwright.async_api import ViewportSize, expect

from tests.demo.configuration import ROOT
from tests.demo.environment import StartedDemo, started_demo
from tests.demo.options import parse
from tests.demo.report import Report
from tests.simulator import Bmc

from .browser import BrowserSession, browser_session
from .dashboard import (
    add_dashboard,
    add_statistics,
    open_dashboard,
    open_energy_dashboard,
)
from .pages import DevicePage, IntegrationPage, TakeScreenshot, add_server, sign_in

PICTURES: Final = ROOT / ".github" / "images"

_WIDE = ViewportSize(width=1280, height=960)
_LOW = ViewportSize(width=1280, height=760)
_TALL = ViewportSize(width=1280, height=1516)

_SYSTEM = "/redfish/v1/Systems/1"
_LOG = f"{_SYSTEM}/LogServices/Log1/Entries"
_IPMI_PORT = 623
_PERCENT = 30
_POWER = "/redfish/v1/Chassis/1/Power"


async def main(folder: Path) -> None:
    """Take all screenshots."""

    async def take_dialog(name: str) -> None:
        """Take a screenshot of a dialog without the page behind it."""
        dialog = browser.tab.get_by_role("dialog")
        await dialog.screenshot(path=folder / f"{name}.png", animations="disabled")

    async with (
        started_demo(parse(["--check", "--bare"]), Report()) as demo,
        browser_session(demo.environment.url, folder) as browser,
    ):
        await sign_in(browser)
        await add_server(browser, demo.environment.target, take_dialog)
        await add_dashboard(demo.api)
        await add_statistics(demo.api, demo.environment.config)
        device = DevicePage(browser)
        await device.open()
        await _cause_events(demo, device)
        await browser.tab.set_viewport_size(_TALL)
        await browser.take_screenshot("device")
        await browser.tab.set_viewport_size(_WIDE)
        await open_dashboard(browser)
        await browser.take_screenshot("dashboard")
        card = await open_energy_dashboard(browser, demo.api)
        await card.screenshot(path=folder / "energy.png", animations="disabled")
        await browser.tab.set_viewport_size(_TALL)
        await _turn_on_fan_control(demo, browser, take_dialog)
        await browser.tab.set_viewport_size(_LOW)
        await _hold_fans(demo, device)
        await browser.take_screenshot("fan_zone")


async def _turn_on_fan_control(
    demo: StartedDemo, browser: BrowserSession, take_dialog: TakeScreenshot
) -> None:
    """Turn on the fan control, and take a screenshot with the usual port."""
    page = IntegrationPage(browser)
    await page.open()
    dialog = await page.toggle_fan_control()
    await page.fill_ipmi_port(_IPMI_PORT)
    await take_dialog("fan_control")
    await page.fill_ipmi_port(demo.environment.target.ipmi_port or _IPMI_PORT)
    await dialog.submit()
    await dialog.close("Finish")


async def _hold_fans(demo: StartedDemo, device: DevicePage) -> None:
    """Hold the fans at a speed, and open the slider."""
    await device.open()
    zone = {"entity_id": "fan.x12spi_tf_fan_zone_1", "percentage": _PERCENT}
    await demo.api.post("api/services/fan/set_percentage", zone)
    await device.open_slider("Fan zone 1")
    details = device.browser.tab.locator("ha-more-info-dialog")
    await expect(details).to_contain_text(f"{_PERCENT}%")


async def _cause_events(demo: StartedDemo, device: DevicePage) -> None:
    """Make the LED blink and a power supply fail, and wait for both on the page."""
    server = demo.environment.target.server
    assert server
    blinking = {"entity_id": "light.x12spi_tf_identify_led", "effect": "blink"}
    await demo.api.post("api/services/light/turn_on", blinking)
    supply = {"Power Supply Bay 2": {"Status": {"Health": "Critical"}}}
    server.bmc.change(_POWER, {"PowerSupplies": supply})
    server.bmc.change(_SYSTEM, {"Status": {"Health": "Critical"}})
    _add_log_entry(server.bmc, "[PSU-0003] Power Supply 2: AC input lost")
    await demo.api.update_entity("sensor.x12spi_tf_power_consumption")
    await device.expect_state("Power supply 2 health", "Problem")
    activity = device.browser.tab.locator("ha-logbook")
    await expect(activity).to_contain_text("Health event log")


def _add_log_entry(bmc: Bmc, message: str) -> None:
    """Add an entry to the health event log."""
    entries = bmc.resource(_LOG)["Members"]
    number = str(len(entries) + 1)
    entry = {
        "@odata.id": f"{_LOG}/{number}",
        "Id": number,
        "Name": f"Health Event Log Entry {number}",
        "EntryType": "SEL",
        "Severity": "Critical",
        "Created": bmc.date_time(),
        "SensorType": "Power Supply / Converter",
        "Message": message,
    }
    bmc.change(_LOG, {"Members": [*entries, entry]})


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]) if sys.argv[1:] else PICTURES))
