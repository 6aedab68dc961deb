"""Home Assistant's page as its user handles it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
import re

from playwright.async_api import Locator, expect

from tests.demo.configuration import DOMAIN
from tests.demo.onboarding import PASSWORD, USERNAME
from tests.demo.target import Target

from .browser import Visitor

SERVER = "X12SPI-TF"
"""What the simulated server is called."""

type Look = Callable[[str], Awaitable[None]]


async def sign_in(visitor: Visitor) -> None:
    """Go through the login page."""
    await visitor.go("")
    await visitor.tab.get_by_label("Username").fill(USERNAME)
    await visitor.tab.get_by_label("Password", exact=True).fill(PASSWORD)
    await visitor.button("Log in").click()
    await visitor.tab.get_by_role("link", name="Settings").wait_for()


@dataclass(frozen=True)
class Dialogue:
    """The dialogue that asks for something, one step after another."""

    visitor: Visitor

    @property
    def whole(self) -> Locator:
        """All of it."""
        return self.visitor.tab.locator("dialog-data-entry-flow")

    def field(self, label: str) -> Locator:
        """Return a text field by its label."""
        return self.visitor.tab.get_by_role("textbox", name=label)

    async def fill(self, **answers: str) -> None:
        """Fill fields of the account's form."""
        labels = {"host": "Address of the BMC", "username": "User name"}
        for name, answer in answers.items():
            await self.field(labels.get(name, name.capitalize())).fill(answer)

    async def codes(self) -> list[str]:
        """Return what is shown as code, which fingerprints are."""
        codes = self.whole.locator("code")
        await codes.first.wait_for()
        return await codes.all_inner_texts()

    async def submit(self) -> None:
        """Go to the next step."""
        await self.visitor.button("Submit").click()

    async def expect(self, text: str) -> None:
        """Wait until something is said."""
        await expect(self.visitor.tab.get_by_text(text)).to_be_visible()

    async def close(self, button: str = "Close") -> None:
        """End it by the button at its foot."""
        await self.visitor.button(button).last.click()
        await expect(self.whole.locator("ha-dialog")).to_have_count(0)


async def open_dialogue(visitor: Visitor) -> Dialogue:
    """Look for the integration as somebody does who has never used it."""
    tab = visitor.tab
    await tab.get_by_role("link", name="Settings").click()
    await tab.get_by_role("link", name="Devices & services").click()
    await visitor.button("Add integration").click()
    await tab.get_by_placeholder("Search for a brand name").fill("Supermicro")
    await visitor.button("Supermicro Redfish").click()
    dialogue = Dialogue(visitor)
    await dialogue.field("Address of the BMC").wait_for()
    return dialogue


async def add_server(visitor: Visitor, target: Target, look: Look) -> str:
    """Add a server from the start page on; return the fingerprint that is shown."""
    dialogue = await open_dialogue(visitor)
    await look("add")
    await dialogue.fill(**target.answers)
    await dialogue.submit()
    await dialogue.expect("Nobody vouches for the certificate")
    await look("certificate")
    (fingerprint,) = await dialogue.codes()
    await dialogue.submit()
    await expect(dialogue.field("Device name")).to_have_value(SERVER)
    await dialogue.close("Skip and finish")
    return plain(fingerprint)


def plain(fingerprint: str) -> str:
    """Return a fingerprint without what makes it readable."""
    return fingerprint.replace(":", "").lower()


@dataclass(frozen=True)
class Entry:
    """The page of the integration, with its one entry."""

    visitor: Visitor

    async def open(self) -> None:
        """Go there."""
        await self.visitor.go(f"config/integrations/integration/{DOMAIN}")
        await expect(self.row).to_be_visible()

    @property
    def row(self) -> Locator:
        """The entry."""
        return self.visitor.tab.locator("ha-config-entry-row")

    async def choose(self, item: str) -> None:
        """Choose something from the entry's menu."""
        await self.row.get_by_role("button", name="Menu").first.click()
        await self.visitor.tab.get_by_role("menuitem", name=item).click()

    async def attend(self) -> Dialogue:
        """Begin with what needs attention, once it does."""
        await self.visitor.button("Reconfigure").click()
        return Dialogue(self.visitor)

    async def configure(self) -> Dialogue:
        """Open the options."""
        await self.row.get_by_role("button", name="Configure").click()
        return Dialogue(self.visitor)


@dataclass(frozen=True)
class Device:
    """The page of the server."""

    visitor: Visitor

    async def open(self) -> None:
        """Go there through the list of devices."""
        await self.visitor.go("config/devices/dashboard")
        await self.visitor.tab.get_by_text(SERVER, exact=True).first.click()
        await self.row("Host power").wait_for()

    def row(self, name: str) -> Locator:
        """Return the row of an entity."""
        named = self.visitor.tab.get_by_text(name, exact=True)
        rows = self.visitor.tab.locator("ha-device-entities-card ha-list > div")
        return rows.filter(has=named)

    async def shows(self, name: str, state: str) -> None:
        """Wait until an entity has a state."""
        words = r"\s".join(map(re.escape, state.split()))
        whole = re.compile(rf"(?<!\w){words}(?!\w)")
        await expect(self.row(name)).to_contain_text(whole)

    async def switch(self, name: str) -> None:
        """Turn a switch over."""
        await self.row(name).locator("ha-switch").click()

    async def press(self, name: str) -> None:
        """Press a button."""
        await self.row(name).get_by_role("button", name="Press").click()

    async def select(self, name: str, option: str) -> None:
        """Choose one of several."""
        await self.row(name).locator("ha-select").click()
        await self.visitor.tab.get_by_role("menuitem", name=option).click()
        await expect(self.row(name).locator("ha-picker-field")).to_contain_text(option)

    async def select_effect(self, name: str, effect: str) -> None:
        """Choose an effect of a light in the window that its name opens."""
        window = self.visitor.tab.locator("ha-more-info-dialog")
        await self.row(name).get_by_text(name, exact=True).click()
        await window.get_by_role("button", name="Effect").click()
        await self.visitor.tab.get_by_role("menuitem", name=effect).click()
        await expect(
            window.get_by_role("button", name=f"Effect {effect}")
        ).to_be_visible()
        await window.get_by_role("button", name="Close").click()
