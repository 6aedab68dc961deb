"""A headless Chromium, and somebody in front of it."""

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

from .chromium import find

MILLISECONDS: Final = 60_000
"""How long anything may take to show: a small machine with much to do is slow."""

_STEP = 50

_SIZE = ViewportSize(width=1280, height=900)

# What Home Assistant's page logs with or without this integration: it wants pictures
# of all brands, which Home Assistant itself would fetch from the internet.
_STANDING = re.compile(rf"/api/brands/integration/(?!{DOMAIN}/)\w+/")

# What Home Assistant's page calls out when it is left while it waits for an answer.
_LEFT = "disconnected"


@dataclass(kw_only=True)
class Visitor:
    """Somebody who looks at Home Assistant's page."""

    tab: Page
    url: URL
    folder: Path
    """Where the screenshots go."""
    errors: list[str] = field(default_factory=list)
    """What the browser's console has against the page."""

    async def go(self, path: str) -> None:
        """Open a page of Home Assistant by its address."""
        await self.tab.goto(str(self.url / path))

    async def look(self, name: str) -> None:
        """Take a screenshot of all that is visible."""
        path = self.folder / f"{name}.png"
        await self.tab.screenshot(path=path, animations="disabled")

    def button(self, name: str) -> Locator:
        """Return a button by what is written on it."""
        return self.tab.get_by_role("button", name=name, exact=True)

    def take_errors(self) -> list[str]:
        """Return what the console has had against the page, and forget it."""
        errors, self.errors = self.errors, []
        return errors

    def note_message(self, message: ConsoleMessage) -> None:
        """Keep an error of the console, unless it comes with or without us."""
        where = str(message.location.get("url"))
        if message.type == "error" and not _STANDING.search(where):
            self.errors.append(f"{message.text} ({where})")

    def note_error(self, error: WebError) -> None:
        """Keep an exception that nobody has caught, unless the page was left."""
        if str(error.error) != _LEFT:
            self.errors.append(str(error.error))


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something is so behind the page."""
    for _ in range(MILLISECONDS // _STEP):
        if condition():
            return
        await asyncio.sleep(_STEP / 1000)
    raise TimeoutError("It never was")


@asynccontextmanager
async def visitor(url: URL, folder: Path) -> AsyncIterator[Visitor]:
    """Open a browser that knows nothing yet, until the end of the context."""
    expect.set_options(timeout=MILLISECONDS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find() or "chromium")
        context = await browser.new_context(
            viewport=_SIZE, locale="en-US", reduced_motion="reduce"
        )
        context.set_default_timeout(MILLISECONDS)
        somebody = Visitor(tab=await context.new_page(), url=url, folder=folder)
        context.on("console", somebody.note_message)
        context.on("weberror", somebody.note_error)
        try:
            yield somebody
        finally:
            await browser.close()
