"""What a user does in the page, what it shows, and what the BMC then holds."""

import json

from playwright.async_api import expect
import pytest

from .browser import until
from .conftest import Added
from .pages import Device, Dialogue, Entry, plain

pytestmark = pytest.mark.usefixtures("console")


async def test_the_dialogue_shows_the_certificate_of_the_bmc(added: Added) -> None:
    """It can be compared before the password is sent."""
    assert added.fingerprint == added.server.certificate_sha256


async def test_device(added: Added) -> None:
    """The page of the server shows what the BMC says."""
    device = Device(added.visitor)
    await device.open()
    await device.shows("CPU temperature", "44 °C")
    await device.shows("FAN1 speed", "980 rpm")
    await device.shows("Host power", "On")
    await expect(added.visitor.tab.get_by_text("Firmware: 01.04.15")).to_be_visible()


async def test_led(added: Added) -> None:
    """It is turned on, and made to blink."""
    device = Device(added.visitor)
    await device.open()
    await device.switch("Identify LED")
    await expect(device.row("Identify LED").get_by_role("switch")).to_be_checked()
    await until(lambda: added.bmc.indicator_led == "Lit")
    await device.select_effect("Identify LED", "Blink")
    await until(lambda: added.bmc.indicator_led == "Blinking")


async def test_fan_mode(added: Added) -> None:
    """The names are not those of Redfish."""
    device = Device(added.visitor)
    await device.open()
    await device.select("Fan mode", "Full speed")
    await until(lambda: added.bmc.fan_mode == "FullSpeed")


async def test_diagnostics(added: Added) -> None:
    """They are downloaded, and tell of the server but not how to get into it."""
    entry = Entry(added.visitor)
    await entry.open()
    async with added.visitor.tab.expect_download() as download:
        await entry.choose("Download diagnostics")
    text = (await (await download.value).path()).read_text("utf-8")
    assert "CPU Temp" in json.dumps(json.loads(text)["data"])
    assert added.bmc.password not in text
    assert added.server.host not in text


async def test_reconfigure(added: Added) -> None:
    """The BMC is asked for at its new address, with the password that is stored."""
    entry = Entry(added.visitor)
    await entry.open()
    before, name = added.server.host, f"localhost:{added.server.port}"
    await reconfigure(added, entry, before, name)
    await reconfigure(added, entry, name, before)


async def reconfigure(added: Added, entry: Entry, before: str, host: str) -> None:
    """Change the address of the BMC, and wait until it is used."""
    await entry.choose("Reconfigure")
    dialogue = Dialogue(added.visitor)
    await expect(dialogue.field("Address of the BMC")).to_have_value(before)
    await dialogue.fill(host=host)
    await dialogue.submit()
    await dialogue.expect("Reconfiguration was successful")
    await dialogue.close()
    await until(lambda: added.bmc.requests[-1].headers["host"] == host)


async def test_options(added: Added) -> None:
    """What was entered is there when the dialogue is opened again."""
    entry = Entry(added.visitor)
    await entry.open()
    dialogue = await entry.configure()
    interval = added.visitor.tab.get_by_role("spinbutton", name="Sensors and power")
    await interval.fill("10")
    await dialogue.submit()
    await dialogue.close("Finish")
    await entry.configure()
    await expect(interval).to_have_value("10")


async def test_reauth(added: Added) -> None:
    """A password that was changed on the BMC is asked for."""
    added.bmc.change_password("changed")
    added.bmc.expire_sessions()
    entry = Entry(added.visitor)
    await entry.open()
    dialogue = await entry.attend()
    await expect(dialogue.field("User name")).to_have_value(added.bmc.username)
    await dialogue.fill(password="wrong")
    await dialogue.submit()
    await dialogue.expect("The BMC refuses this user name or password.")
    await added.visitor.look("reauth")
    await dialogue.fill(password="changed")
    await dialogue.submit()
    await dialogue.expect("Re-authentication was successful")
    await dialogue.close()
    assert added.bmc.open_sessions == 1


async def test_changed_certificate(added: Added) -> None:
    """It is shown beside the one so far, and trusted when the user says so."""
    old = added.server.certificate_sha256
    added.server.renew_certificate()
    added.bmc.restart(0)
    logins = added.bmc.logins
    visitor = added.visitor
    await visitor.go("config/repairs")
    await visitor.tab.get_by_text("the certificate of the BMC has changed").click()
    dialogue = Dialogue(visitor)
    shown = [plain(text) for text in await dialogue.codes()]
    assert shown == [old, added.server.certificate_sha256]
    await visitor.look("changed_certificate")
    assert added.bmc.logins == logins
    await dialogue.submit()
    await dialogue.close()
    await until(lambda: added.bmc.logins > logins)


async def test_shutdown(added: Added) -> None:
    """What is shown follows the host, down and up again."""
    device = Device(added.visitor)
    await device.open()
    await device.press("Shut down")
    await device.shows("CPU temperature", "Unknown")
    await device.shows("FAN1 speed", "Unknown")
    await device.shows("Host power", "Off")
    await device.shows("Inlet temperature", "24 °C")
    await added.visitor.look("off")
    assert added.bmc.power_state == "Off"
    await device.press("Power on")
    await device.shows("Host power", "On")
    await device.shows("CPU temperature", "44 °C")
    assert added.bmc.power_state == "On"
