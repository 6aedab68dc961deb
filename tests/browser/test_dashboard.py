"""The dashboard of the documentation shows this server."""

from playwright.async_api import expect
import pytest

from .conftest import Added
from .dashboard import add_dashboard, add_past, broken_cards, open_dashboard

pytestmark = pytest.mark.usefixtures("console")


async def test_dashboard(added: Added) -> None:
    """Every card shows something."""
    await add_dashboard(added.demo.page)
    await add_past(added.demo.page)
    await open_dashboard(added.visitor)
    await expect(broken_cards(added.visitor)).to_have_count(0)
