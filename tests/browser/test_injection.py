"""Test that HTML and Markdown from a BMC are shown as plain text."""

from collections.abc import AsyncIterator
import json

from playwright.async_api import Locator, Request, expect
import pytest

from tests.simulator import Bmc, Board, Server, serve
from tests.simulator.certificate import Certificate
from tests.simulator.testing import MANAGER, OEM, THERMAL

from .browser import wait_until
from .conftest import AddedServer
from .pages import DevicePage, open_config_flow, ui_text

pytestmark = pytest.mark.usefixtures("console", "restored")

HOST = "192.0.2.66"
"""The host that injected images and links refer to."""

HTML = f"<img src=//{HOST}/a onerror=document.title='x'><script>alert(1)</script>"
MARKDOWN = f"![a](https://{HOST}/b) [c](https://{HOST}/d) <img src=//{HOST}/e> `f`"
# A name in a certificate is short.
NAME = f"![a](//{HOST}) `f` www.{HOST} <img src=//{HOST}>"


@pytest.fixture
async def restored(added: AddedServer) -> AsyncIterator[None]:
    """Restore the BMC and remove the injected entities after the test."""
    yield
    added.bmc.heal()
    await refresh(added)
    async with added.api.websocket() as websocket:
        for entity in await websocket.call("config/entity_registry/list"):
            if "img_src" in entity["entity_id"]:
                await websocket.call(
                    "config/entity_registry/remove", entity_id=entity["entity_id"]
                )


@pytest.fixture
async def foreign_requests(added: AddedServer) -> AsyncIterator[list[str]]:
    """Record the page's requests to the injected host and fail if there are any."""
    urls: list[str] = []

    def record(request: Request) -> None:
        """Record a request to the injected host."""
        if HOST in request.url:
            urls.append(request.url)

    added.browser.tab.on("request", record)
    yield urls
    added.browser.tab.remove_listener("request", record)
    assert urls == []


async def refresh(added: AddedServer) -> None:
    """Update both coordinators, once the first read of the static data has ended."""
    requests = added.bmc.requests
    await wait_until(lambda: any("/VirtualMedia" in item.path for item in requests))
    for name in ("binary_sensor.x12spi_tf_bmc_health", "sensor.x12spi_tf_fan1_speed"):
        await added.api.update_entity(name)


def override(bmc: Bmc, path: str, **values: object) -> None:
    """Return other values for a resource in all further responses."""
    body = bmc.resource(path) | values | {"@odata.etag": None}
    bmc.fail(path, status=200, body=json.dumps(body), method="GET")


async def expect_plain_text(place: Locator, text: str) -> None:
    """Expect a text to be visible literally, without an image or a link of it."""
    await expect(place.get_by_text(text).first).to_be_visible()
    for injected in (f"img[src*='{HOST}']", f"a[href*='{HOST}']"):
        await expect(place.page.locator(injected)).to_have_count(0)


async def test_sensor_name_and_version_are_plain_text(
    added: AddedServer, foreign_requests: list[str]
) -> None:
    """Show names and versions on the device page without HTML."""
    bmc = added.bmc
    fan = {"Name": HTML, "Reading": 900, "ReadingUnits": "RPM", "MemberId": "99"}
    fan["Status"] = {"State": "Enabled", "Health": "OK"}
    override(bmc, THERMAL, Fans=[*bmc.resource(THERMAL)["Fans"], fan])
    override(bmc, MANAGER, FirmwareVersion=HTML)
    await refresh(added)
    device = DevicePage(added.browser)
    await device.open()
    body = added.browser.tab.locator("body")
    shown = HTML.replace("<", "").replace(">", "")
    await expect_plain_text(body, f"{shown} speed")
    await expect_plain_text(body, f"Firmware: {shown}")
    await expect(added.browser.tab).not_to_have_title("x")


@pytest.mark.long
async def test_license_name_in_a_repair_is_plain_text(
    added: AddedServer, foreign_requests: list[str]
) -> None:
    """Escape Markdown in the description of a repair issue."""
    notice = {"MessageId": "SMC.1.0.OemLicenseNotPassed", "MessageArgs": [MARKDOWN]}
    body = json.dumps({"error": {"@Message.ExtendedInfo": [notice]}})
    added.bmc.fail(f"{OEM}/LLDP", status=403, body=body)
    await refresh(added)
    tab = added.browser.tab
    await added.browser.open("config/repairs")
    await tab.get_by_text(ui_text("issues.license_missing.title")).first.click()
    await expect_plain_text(tab.locator("body"), MARKDOWN)


@pytest.fixture
async def other_server() -> AsyncIterator[Server]:
    """Serve another BMC with Markdown and HTML in the name of its certificate."""
    async with serve(Bmc(Board.load("x12spi-tf"))) as server:
        server.renew_certificate(Certificate.generate(common_name=NAME))
        yield server


@pytest.mark.long
async def test_certificate_name_is_plain_text(
    added: AddedServer, other_server: Server, foreign_requests: list[str]
) -> None:
    """Show no second fingerprint beside the real one."""
    await added.browser.open("config/integrations/dashboard")
    dialog = await open_config_flow(added.browser)
    await dialog.fill(host=other_server.host, username="ADMIN", password="ADMIN")
    await dialog.submit()
    await dialog.expect_text(ui_text("config.step.certificate.description"))
    await expect_plain_text(dialog.root, f"CN={NAME}")
    assert len(await dialog.codes()) == 1
    await added.browser.tab.keyboard.press("Escape")
    assert other_server.bmc.login_attempts == 0
