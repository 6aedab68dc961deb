"""The first visit to a new Home Assistant."""

from .api import Page

USERNAME = "demo"
PASSWORD = "demo"

_API = "api/onboarding"


async def onboard(page: Page) -> None:
    """Create the user, sign in, and do the steps that are left, as the page does."""
    owner = {
        "client_id": page.client_id,
        "name": USERNAME.capitalize(),
        "username": USERNAME,
        "password": PASSWORD,
        "language": "en",
    }
    answer = await page.post(f"{_API}/users", owner)
    await page.sign_in(answer["auth_code"])
    come_back = {"client_id": page.client_id, "redirect_uri": page.client_id}
    for step in await page.get(_API):
        if not step["done"]:
            is_last = step["step"] == "integration"
            await page.post(f"{_API}/{step['step']}", come_back if is_last else None)
