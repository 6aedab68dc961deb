"""The pictures of the README, made of the real page: what `script/screenshots` runs."""

import asyncio
from pathlib import Path
import sys
from typing import Final

from playwright.async_api import ViewportSize, expect

from tests.demo.configuration import ROOT
from tests.demo.environment import Started, started
from tests.demo.options import parse
from tests.demo.report import Findings
from tests.simulator import Bmc

from .browser import visitor
from .dashboard import add_dashboard, add_past, open_dashboard
from .pages import Device, add_server, sign_in

PICTURES: Final = ROOT / ".github" / "images"

_WIDE = ViewportSize(width=1280, height=960)
_TALL = ViewportSize(width=1280, height=1516)

_SYSTEM = "/redfish/v1/Systems/1"
_LOG = f"{_SYSTEM}/LogServices/Log1/Entries"
_POWER = "/redfish/v1/Chassis/1/Power"


async def main(folder: Path) -> None:
    """Make all pictures."""

    async def look(name: str) -> None:
        """Take the picture of a dialogue, without the page behind it."""
        dialogue = somebody.tab.get_by_role("dialog")
        await dialogue.screenshot(path=folder / f"{name}.png", animations="disabled")

    async with (
        started(parse(["--check", "--bare"]), Findings()) as demo,
        visitor(demo.stage.url, folder) as somebody,
    ):
        await sign_in(somebody)
        await add_server(somebody, demo.stage.target, look)
        await add_dashboard(demo.page)
        await add_past(demo.page)
        device = Device(somebody)
        await device.open()
        await _live(demo, device)
        await somebody.tab.set_viewport_size(_TALL)
        await somebody.look("device")
        await somebody.tab.set_viewport_size(_WIDE)
        await open_dashboard(somebody)
        await somebody.look("dashboard")


async def _live(demo: Started, device: Device) -> None:
    """Let the LED blink, and a power supply fail."""
    server = demo.stage.target.server
    assert server
    blinking = {"entity_id": "light.x12spi_tf_identify_led", "effect": "blink"}
    await demo.page.post("api/services/light/turn_on", blinking)
    supply = {"Power Supply Bay 2": {"Status": {"Health": "Critical"}}}
    server.bmc.change(_POWER, {"PowerSupplies": supply})
    _log(server.bmc, "[PSU-0003] Power Supply 2: AC input lost")
    power = {"entity_id": "sensor.x12spi_tf_power_consumption"}
    await demo.page.post("api/services/homeassistant/update_entity", power)
    await device.shows("Power supply 2 health", "Problem")
    activity = device.visitor.tab.locator("ha-logbook")
    await expect(activity).to_contain_text("Health event log")


def _log(bmc: Bmc, message: str) -> None:
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
