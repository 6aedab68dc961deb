"""Test the dashboard of the documentation."""

import asyncio
from collections.abc import AsyncIterator

from playwright.async_api import expect
import pytest

from tests.simulator.testing import SYSTEM

from .browser import wait_until
from .conftest import AddedServer
from .dashboard import add_dashboard, add_statistics, broken_cards, open_dashboard

pytestmark = pytest.mark.usefixtures("console")

LOG = f"{SYSTEM}/LogServices/Log1/Entries"
CLEAR = "button.x12spi_tf_clear_event_log"


@pytest.fixture(scope="module")
async def dashboard(added: AddedServer) -> None:
    """Add the dashboard to Home Assistant."""
    await add_dashboard(added.api)


@pytest.fixture
async def host_off(added: AddedServer) -> AsyncIterator[None]:
    """Switch the host off, and on again after the test."""
    added.bmc.host.state = "Off"
    await added.update()
    yield
    added.bmc.host.state = "On"
    await added.update()


@pytest.mark.usefixtures("dashboard")
async def test_dashboard_shows_every_card_in_its_first_hour(added: AddedServer) -> None:
    """Show no error before Home Assistant has statistics."""
    await open_dashboard(added.browser, has_statistics=False)
    await expect(broken_cards(added.browser)).to_have_count(0)


@pytest.mark.usefixtures("dashboard", "host_off")
async def test_dashboard_shows_no_warning_while_the_host_is_off(
    added: AddedServer,
) -> None:
    """Use cards that can show an unknown temperature."""
    await open_dashboard(added.browser, has_statistics=False)
    tile = added.browser.tab.locator("hui-tile-card", has_text="CPU")
    await expect(tile.first).to_contain_text("Unknown")
    await expect(broken_cards(added.browser)).to_have_count(0)


@pytest.mark.usefixtures("dashboard")
async def test_dashboard_shows_every_card(added: AddedServer) -> None:
    """Show data in every card."""
    await add_statistics(added.api, added.config)
    await open_dashboard(added.browser)
    await expect(broken_cards(added.browser)).to_have_count(0)


@pytest.fixture
async def clear_button(added: AddedServer) -> None:
    """Enable the button that clears the event log.

    Home Assistant reloads the entry 30 seconds later. An earlier reload would not
    replace that one, which would then cancel a command of another test.
    """
    async with added.api.websocket() as websocket:
        await websocket.call(
            "config/entity_registry/update", entity_id=CLEAR, disabled_by=None
        )
    for _ in range(60):
        await asyncio.sleep(1)
        states = await added.api.get("api/states")
        if CLEAR in {state["entity_id"] for state in states}:
            return
    raise TimeoutError("Home Assistant did not reload the entry")


@pytest.mark.long
@pytest.mark.usefixtures("dashboard", "clear_button")
async def test_clearing_the_log_asks_twice(added: AddedServer) -> None:
    """Open a separate view after the first question, and clear after the second."""
    bmc, tab = added.bmc, added.browser.tab
    await open_dashboard(added.browser, has_statistics=False)
    for tile in ("Clear", "Delete all entries"):
        assert bmc.resource(LOG)["Members"] != []
        await tab.locator("hui-tile-card", has_text=tile).click()
        await added.browser.button("OK").click()
    await wait_until(lambda: bmc.resource(LOG)["Members"] == [])
