"""Test the user's actions in the page against the state of the BMC."""

import json

from playwright.async_api import expect
import pytest

from .browser import wait_until
from .conftest import AddedServer
from .pages import (
    DevicePage,
    Dialog,
    IntegrationPage,
    normalize_fingerprint,
    open_config_flow,
    ui_text,
)

pytestmark = pytest.mark.usefixtures("console")


async def test_config_flow_shows_certificate_of_the_bmc(added: AddedServer) -> None:
    """Show the fingerprint before the password is sent."""
    assert added.fingerprint == added.server.certificate_sha256


@pytest.mark.long
async def test_config_flow_keeps_password_after_an_error(added: AddedServer) -> None:
    """Show the input of the user, and explain the port at the address."""
    await added.browser.open("")
    dialog = await open_config_flow(added.browser)
    await dialog.fill(host="not a host!", username="ADMIN", password="typed")
    await dialog.submit()
    await dialog.expect_text(ui_text("config.error.invalid_host"))
    await expect(dialog.field("password")).to_have_value("typed")
    await dialog.expect_text(ui_text("config.step.user.data_description.host"))
    await added.browser.take_screenshot("add_again")


async def test_config_flow_shows_one_error_at_a_time(added: AddedServer) -> None:
    """Replace the error of a rejected password when the next one is missing."""
    tab = added.browser.tab
    await added.browser.open("")
    dialog = await open_config_flow(added.browser)
    await dialog.fill(host=added.server.host, username="ADMIN", password="wrong")
    await dialog.submit()
    await dialog.codes()
    await dialog.submit()
    await dialog.expect_text(ui_text("config.error.invalid_auth"))
    await dialog.submit()
    await dialog.expect_text(ui_text("config.error.password_missing"))
    await expect(tab.get_by_text(ui_text("config.error.invalid_auth"))).to_have_count(0)
    await expect(dialog.root.locator("ha-alert")).to_have_count(1)


async def test_device_page_shows_readings(added: AddedServer) -> None:
    """Show the readings and the firmware version of the BMC."""
    device = DevicePage(added.browser)
    await device.open()
    await device.expect_state("CPU temperature", "44 °C")
    await device.expect_state("FAN1 speed", "980 rpm")
    await device.expect_state("Host power", "On")
    await expect(added.browser.tab.get_by_text("Firmware: 01.04.15")).to_be_visible()


async def test_led_turns_on_and_blinks(added: AddedServer) -> None:
    """Write both states of the LED to the BMC."""
    device = DevicePage(added.browser)
    await device.open()
    await device.toggle("Identify LED")
    await expect(device.row("Identify LED").get_by_role("switch")).to_be_checked()
    await wait_until(lambda: added.bmc.indicator_led == "Lit")
    await device.select_effect("Identify LED", "Blink")
    await wait_until(lambda: added.bmc.indicator_led == "Blinking")


async def test_fan_mode_is_selected_by_its_translated_name(added: AddedServer) -> None:
    """Write the Redfish name of the mode to the BMC."""
    device = DevicePage(added.browser)
    await device.open()
    await device.select("Fan mode", "Full speed")
    await wait_until(lambda: added.bmc.fan_mode == "FullSpeed")


async def test_diagnostics_contain_readings_and_no_secrets(added: AddedServer) -> None:
    """Download a file with sensors, without the password and the address."""
    page = IntegrationPage(added.browser)
    await page.open()
    async with added.browser.tab.expect_download() as download:
        await page.select_menu_item("Download diagnostics")
    text = (await (await download.value).path()).read_text("utf-8")
    assert "CPU Temp" in json.dumps(json.loads(text)["data"])
    assert added.bmc.password not in text
    assert added.server.host not in text


async def test_reconfiguration_changes_the_address(added: AddedServer) -> None:
    """Connect to the new address with the stored password, and back again."""
    page = IntegrationPage(added.browser)
    await page.open()
    old, new = added.server.host, f"localhost:{added.server.port}"
    await page.change_host(old, new)
    await wait_until(lambda: added.bmc.requests[-1].headers["host"] == new)
    await page.change_host(new, old)
    await wait_until(lambda: added.bmc.requests[-1].headers["host"] == old)


async def test_options_keep_their_values(added: AddedServer) -> None:
    """Show the saved interval when the dialog is opened again."""
    page = IntegrationPage(added.browser)
    await page.open()
    dialog = await page.open_options()
    label = ui_text("options.step.init.data.dynamic_interval")
    interval = added.browser.tab.get_by_role("spinbutton", name=label)
    await expect(
        added.browser.tab.get_by_text("From 10 to 300 seconds.")
    ).to_be_visible()
    await added.browser.take_screenshot("options")
    await interval.fill("10")
    await dialog.submit()
    await dialog.close("Finish")
    await page.open_options()
    await expect(interval).to_have_value("10")


async def test_reauth_asks_for_the_changed_password(added: AddedServer) -> None:
    """Reject a wrong password and accept the new one."""
    added.bmc.change_password("changed")
    added.bmc.expire_sessions()
    await added.update()
    page = IntegrationPage(added.browser)
    await page.open()
    dialog = await page.open_reauth()
    await expect(dialog.field("username")).to_have_value(added.bmc.username)
    await dialog.fill(password="wrong")
    await dialog.submit()
    await dialog.expect_text(ui_text("config.error.invalid_auth"))
    await added.browser.take_screenshot("reauth")
    await dialog.fill(password="changed")
    await dialog.submit()
    await dialog.expect_text("Re-authentication was successful")
    await dialog.close()
    assert added.bmc.open_sessions == 1


async def test_changed_certificate_is_trusted_after_confirmation(
    added: AddedServer,
) -> None:
    """Show both fingerprints and log in only after the user has confirmed."""
    old = added.server.certificate_sha256
    added.server.renew_certificate()
    added.bmc.restart(0)
    logins = added.bmc.logins
    await added.update()
    browser = added.browser
    await browser.open("config/repairs")
    await browser.tab.get_by_text(ui_text("issues.certificate_changed.title")).click()
    dialog = Dialog(browser)
    shown = [normalize_fingerprint(text) for text in await dialog.codes()]
    assert shown == [old, added.server.certificate_sha256]
    await browser.take_screenshot("changed_certificate")
    assert added.bmc.logins == logins
    await dialog.submit()
    await dialog.close()
    await wait_until(lambda: added.bmc.logins > logins)
