"""Test the dashboard of the documentation."""

from playwright.async_api import expect
import pytest

from .conftest import AddedServer
from .dashboard import add_dashboard, add_statistics, broken_cards, open_dashboard

pytestmark = pytest.mark.usefixtures("console")


async def test_dashboard_shows_every_card(added: AddedServer) -> None:
    """Show data in every card."""
    await add_dashboard(added.api)
    await add_statistics(added.api)
    await open_dashboard(added.browser)
    await expect(broken_cards(added.browser)).to_have_count(0)
