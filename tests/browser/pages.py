"""Operate Home Assistant's pages: login, dialogs, integration page and device page."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
import json
import re
from typing import Any

from playwright.async_api import Locator, expect

from tests.demo.api import PASSWORD, USERNAME
from tests.demo.configuration import DOMAIN, ROOT
from tests.demo.environment import Target

from .browser import BrowserSession

SERVER = "X12SPI-TF"
"""The name of the simulated server."""

_TRANSLATIONS = ROOT / "custom_components" / DOMAIN / "translations" / "en.json"

type TakeScreenshot = Callable[[str], Awaitable[None]]


def ui_text(key: str) -> str:
    """Return the first part of an English text of the integration.

    The key is a path such as `config.error.timeout`. A placeholder, a line break or
    Markdown ends a part, since the page shows them in another form.
    """
    text: Any = json.loads(_TRANSLATIONS.read_text("utf-8"))
    for name in key.split("."):
        text = text[name]
    return next(filter(str.strip, re.split(r"\{\w+\}|[\n`*\[]", text))).strip()


async def sign_in(browser: BrowserSession) -> None:
    """Sign in on the login page."""
    await browser.open("")
    await browser.tab.get_by_label("Username").fill(USERNAME)
    await browser.tab.get_by_label("Password", exact=True).fill(PASSWORD)
    await browser.button("Log in").click()
    await browser.tab.get_by_role("link", name="Settings").wait_for()


@dataclass(frozen=True)
class Dialog:
    """Dialog of a config, options or repair flow."""

    browser: BrowserSession

    @property
    def root(self) -> Locator:
        """The dialog's outermost element."""
        return self.browser.tab.locator("dialog-data-entry-flow")

    def field(self, name: str) -> Locator:
        """Return a text field of the form for address and account."""
        label = ui_text(f"config.step.user.data.{name}")
        return self.browser.tab.get_by_role("textbox", name=label)

    async def fill(self, **form_data: str) -> None:
        """Fill fields of the form for address and account."""
        for name, value in form_data.items():
            await self.field(name).fill(value)

    async def codes(self) -> list[str]:
        """Return the texts formatted as code, such as certificate fingerprints."""
        codes = self.root.locator("code")
        await codes.first.wait_for()
        return await codes.all_inner_texts()

    async def submit(self) -> None:
        """Submit the current step."""
        await self.browser.button("Submit").click()

    async def expect_text(self, text: str) -> None:
        """Wait until the page shows a text."""
        await expect(self.browser.tab.get_by_text(text)).to_be_visible()

    async def close(self, button: str = "Close") -> None:
        """Close the dialog with the button in its footer."""
        await self.browser.button(button).last.click()
        await expect(self.root.locator("ha-dialog")).to_have_count(0)


async def open_config_flow(browser: BrowserSession) -> Dialog:
    """Search for the integration from the start page and open its dialog."""
    tab = browser.tab
    await tab.get_by_role("link", name="Settings").click()
    await tab.get_by_role("link", name="Devices & services").click()
    await browser.button("Add integration").click()
    await tab.get_by_placeholder("Search for a brand name").fill("Supermicro")
    await browser.button("Supermicro Redfish").click()
    dialog = Dialog(browser)
    await dialog.field("host").wait_for()
    return dialog


async def add_server(
    browser: BrowserSession, target: Target, take_screenshot: TakeScreenshot
) -> str:
    """Add a server from the start page and return the fingerprint shown."""
    dialog = await open_config_flow(browser)
    await take_screenshot("add")
    await dialog.fill(**target.form_data)
    await dialog.submit()
    await dialog.expect_text(ui_text("config.step.certificate.description"))
    await take_screenshot("certificate")
    (fingerprint,) = await dialog.codes()
    await dialog.submit()
    device_name = browser.tab.get_by_role("textbox", name="Device name")
    await expect(device_name).to_have_value(SERVER)
    await dialog.close("Skip and finish")
    return normalize_fingerprint(fingerprint)


def normalize_fingerprint(fingerprint: str) -> str:
    """Return a fingerprint in lower case and without colons."""
    return fingerprint.replace(":", "").lower()


@dataclass(frozen=True)
class IntegrationPage:
    """Page of the integration with its one config entry."""

    browser: BrowserSession

    async def open(self) -> None:
        """Open the page."""
        await self.browser.open(f"config/integrations/integration/{DOMAIN}")
        await expect(self.row).to_be_visible()

    @property
    def row(self) -> Locator:
        """The row of the config entry."""
        return self.browser.tab.locator("ha-config-entry-row")

    async def select_menu_item(self, name: str) -> None:
        """Select an item in the menu of the config entry."""
        await self.row.get_by_role("button", name="Menu").first.click()
        await self.browser.tab.get_by_role("menuitem", name=name).click()

    async def open_reauth(self) -> Dialog:
        """Wait until the entry needs reauthentication and open its dialog."""
        await self.browser.button("Reconfigure").click()
        return Dialog(self.browser)

    async def open_options(self) -> Dialog:
        """Open the options of the config entry."""
        await self.row.get_by_role("button", name="Configure").click()
        return Dialog(self.browser)

    async def toggle_fan_control(self) -> Dialog:
        """Turn the fan control on or off in the options, and submit them."""
        dialog = await self.open_options()
        await dialog.root.locator("ha-switch").click()
        await dialog.submit()
        return dialog

    async def fill_ipmi_port(self, port: int) -> None:
        """Fill in the port on the page that explains the fan control."""
        dialog = Dialog(self.browser)
        await dialog.expect_text(ui_text("options.step.fan_control.description"))
        label = ui_text("options.step.fan_control.data.port")
        field = self.browser.tab.get_by_role("spinbutton", name=label)
        await field.fill(str(port))

    async def change_host(self, old: str, new: str) -> None:
        """Change the address of the BMC in the reconfiguration dialog."""
        await self.select_menu_item("Reconfigure")
        dialog = Dialog(self.browser)
        await expect(dialog.field("host")).to_have_value(old)
        await dialog.fill(host=new)
        await dialog.submit()
        await dialog.expect_text("Reconfiguration was successful")
        await dialog.close()


@dataclass(frozen=True)
class DevicePage:
    """Page of the server's device."""

    browser: BrowserSession

    async def open(self) -> None:
        """Open the page from the list of devices."""
        await self.browser.open("config/devices/dashboard")
        await self.browser.tab.get_by_text(SERVER, exact=True).first.click()
        await self.row("Host power").wait_for()

    def row(self, name: str) -> Locator:
        """Return the row of an entity."""
        named = self.browser.tab.get_by_text(name, exact=True)
        rows = self.browser.tab.locator("ha-device-entities-card ha-list > div")
        return rows.filter(has=named)

    async def expect_state(self, name: str, state: str) -> None:
        """Wait until an entity has a state."""
        words = r"\s".join(map(re.escape, state.split()))
        whole = re.compile(rf"(?<!\w){words}(?!\w)")
        await expect(self.row(name)).to_contain_text(whole)

    async def toggle(self, name: str) -> None:
        """Toggle a switch."""
        await self.row(name).locator("ha-switch").click()

    async def press(self, name: str) -> None:
        """Press a button."""
        await self.row(name).get_by_role("button", name="Press").click()

    async def select(self, name: str, option: str) -> None:
        """Select an option."""
        await self.row(name).locator("ha-select").click()
        await self.browser.tab.get_by_role("menuitem", name=option).click()
        await expect(self.row(name).locator("ha-picker-field")).to_contain_text(option)

    async def open_slider(self, name: str) -> Locator:
        """Open the details of a fan and return its slider."""
        await self.row(name).get_by_text(name, exact=True).click()
        slider = self.browser.tab.locator("ha-more-info-dialog").get_by_role("slider")
        await slider.wait_for()
        return slider

    async def close_details(self) -> None:
        """Close the details of an entity."""
        details = self.browser.tab.locator("ha-more-info-dialog")
        await details.get_by_role("button", name="Close").click()

    async def select_effect(self, name: str, effect: str) -> None:
        """Select an effect in the details of a light."""
        details = self.browser.tab.locator("ha-more-info-dialog")
        await self.row(name).get_by_text(name, exact=True).click()
        await details.get_by_role("button", name="Effect").click()
        await self.browser.tab.get_by_role("menuitem", name=effect).click()
        await expect(
            details.get_by_role("button", name=f"Effect {effect}")
        ).to_be_visible()
        await details.get_by_role("button", name="Close").click()
