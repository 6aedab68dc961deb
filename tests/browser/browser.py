"""Provide a headless Chromium that collects console errors."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
import re
from typing import Final

from playwright.async_api import (
    ConsoleMessage,
    Locator,
    Page,
    ViewportSize,
    WebError,
    async_playwright,
    expect,
)
from yarl import URL

from tests.demo.configuration import DOMAIN

from .chromium import find_chromium

TIMEOUT_MS: Final = 60_000
"""Timeout of all expectations, generous for a small and busy machine."""

_STEP_MS = 50

_SIZE = ViewportSize(width=1280, height=900)

# Home Assistant's page requests the images of all brands, which Home Assistant would
# fetch from the internet. These errors do not depend on this integration.
_BRAND_IMAGES = re.compile(rf"/api/brands/integration/(?!{DOMAIN}/)\w+/")

# Home Assistant's page throws this when the browser leaves it during a request.
_PAGE_LEFT = "disconnected"


@dataclass(kw_only=True)
class BrowserSession:
    """Browser tab with Home Assistant's page."""

    tab: Page
    url: URL
    folder: Path
    """The folder of the screenshots."""
    errors: list[str] = field(default_factory=list)
    """Errors on the browser console."""

    async def open(self, path: str) -> None:
        """Open a page of Home Assistant by its path."""
        await self.tab.goto(str(self.url / path))

    async def take_screenshot(self, name: str) -> None:
        """Take a screenshot of the visible part of the page."""
        path = self.folder / f"{name}.png"
        await self.tab.screenshot(path=path, animations="disabled")

    def button(self, name: str) -> Locator:
        """Return a button by its text."""
        return self.tab.get_by_role("button", name=name, exact=True)

    def take_errors(self) -> list[str]:
        """Return the errors on the console so far and clear them."""
        errors, self.errors = self.errors, []
        return errors

    def add_message(self, message: ConsoleMessage) -> None:
        """Store an error of the console unless it is unrelated to this integration."""
        url = str(message.location.get("url"))
        if message.type == "error" and not _BRAND_IMAGES.search(url):
            self.errors.append(f"{message.text} ({url})")

    def add_exception(self, error: WebError) -> None:
        """Store an uncaught exception unless the browser has left the page."""
        if str(error.error) != _PAGE_LEFT:
            self.errors.append(str(error.error))


async def wait_until(condition: Callable[[], bool]) -> None:
    """Wait until a condition outside of the page holds."""
    for _ in range(TIMEOUT_MS // _STEP_MS):
        if condition():
            return
        await asyncio.sleep(_STEP_MS / 1000)
    raise TimeoutError("The condition was not met in time")


@asynccontextmanager
async def browser_session(url: URL, folder: Path) -> AsyncIterator[BrowserSession]:
    """Provide a browser with an empty profile."""
    expect.set_options(timeout=TIMEOUT_MS)
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=find_chromium() or "chromium"
        )
        context = await chromium.new_context(
            viewport=_SIZE, locale="en-US", reduced_motion="reduce"
        )
        context.set_default_timeout(TIMEOUT_MS)
        browser = BrowserSession(tab=await context.new_page(), url=url, folder=folder)
        context.on("console", browser.add_message)
        context.on("weberror", browser.add_exception)
        try:
            yield browser
        finally:
            await chromium.close()
