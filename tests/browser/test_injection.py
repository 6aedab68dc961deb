"""A BMC that says HTML and Markdown: the page shows it, and does none of it."""

from collections.abc import AsyncIterator
import json

from playwright.async_api import Locator, Request, expect
import pytest

from tests.simulator import Bmc, Board, Server, serve
from tests.simulator.certificate import Certificate
from tests.simulator.testing import MANAGER, OEM, THERMAL

from .conftest import Added
from .pages import Device, open_dialogue

pytestmark = pytest.mark.usefixtures("console", "healed")

FAR = "192.0.2.66"
HTML = f"<img src=//{FAR}/a onerror=document.title='x'><script>alert(1)</script>"
MARKDOWN = f"![a](https://{FAR}/b) [c](https://{FAR}/d) <img src=//{FAR}/e> `f`"
# A name in a certificate is short.
NAME = f"![a](//{FAR}) `f` www.{FAR} <img src=//{FAR}>"

ASKED = "input, textarea, button"


@pytest.fixture
async def healed(added: Added) -> AsyncIterator[None]:
    """Let the BMC be as it was, and with it the page."""
    yield
    added.bmc.heal()
    await refresh(added)
    async with added.demo.page.socket() as socket:
        for entity in await socket.ask("config/entity_registry/list"):
            if "img_src" in entity["entity_id"]:
                await socket.ask(
                    "config/entity_registry/remove", entity_id=entity["entity_id"]
                )


@pytest.fixture
async def asked(added: Added) -> AsyncIterator[list[str]]:
    """Return what the page asks other hosts for, and be sure that it never does."""
    urls: list[str] = []

    def note(request: Request) -> None:
        """Keep what is asked elsewhere."""
        if FAR in request.url:
            urls.append(request.url)

    added.visitor.tab.on("request", note)
    yield urls
    added.visitor.tab.remove_listener("request", note)
    assert urls == []


async def refresh(added: Added) -> None:
    """Let Home Assistant read everything now."""
    async with added.demo.page.socket() as socket:
        for name in (
            "binary_sensor.x12spi_tf_bmc_health",
            "sensor.x12spi_tf_fan1_speed",
        ):
            await socket.ask(
                "call_service",
                domain="homeassistant",
                service="update_entity",
                service_data={"entity_id": name},
            )


def say(bmc: Bmc, path: str, **said: object) -> None:
    """Let the BMC say something else of a resource."""
    body = bmc.resource(path) | said | {"@odata.etag": None}
    bmc.fail(path, status=200, body=json.dumps(body), method="GET")


async def assert_text(place: Locator, text: str) -> None:
    """Make sure that a text is shown as it is, and nothing came of it."""
    await expect(place.get_by_text(text).first).to_be_visible()
    for made in (f"img[src*='{FAR}']", f"a[href*='{FAR}']"):
        await expect(place.page.locator(made)).to_have_count(0)


async def test_names_of_sensors_and_versions(added: Added, asked: list[str]) -> None:
    """On the page of the server."""
    bmc = added.bmc
    fan = {"Name": HTML, "Reading": 900, "ReadingUnits": "RPM", "MemberId": "99"}
    fan["Status"] = {"State": "Enabled", "Health": "OK"}
    say(bmc, THERMAL, Fans=[*bmc.resource(THERMAL)["Fans"], fan])
    say(bmc, MANAGER, FirmwareVersion=HTML)
    await refresh(added)
    device = Device(added.visitor)
    await device.open()
    await assert_text(added.visitor.tab.locator("body"), f"{HTML} speed")
    await assert_text(added.visitor.tab.locator("body"), f"Firmware: {HTML}")
    await expect(added.visitor.tab).not_to_have_title("x")


async def test_a_licence_in_a_repair(added: Added, asked: list[str]) -> None:
    """What the BMC asks for stands in a description, which is Markdown."""
    notice = {"MessageId": "SMC.1.0.OemLicenseNotPassed", "MessageArgs": [MARKDOWN]}
    body = json.dumps({"error": {"@Message.ExtendedInfo": [notice]}})
    added.bmc.fail(f"{OEM}/LLDP", status=403, body=body)
    await refresh(added)
    await added.visitor.go("config/repairs")
    await added.visitor.tab.get_by_text("a licence is missing").first.click()
    await assert_text(added.visitor.tab.locator("body"), MARKDOWN)


@pytest.fixture
async def stranger() -> AsyncIterator[Server]:
    """Serve another BMC, with a certificate that says more than a name."""
    async with serve(Bmc(Board.load("x12spi-tf"))) as server:
        server.renew_certificate(Certificate.generate(common_name=NAME))
        yield server


async def test_a_name_in_a_certificate(
    added: Added, stranger: Server, asked: list[str]
) -> None:
    """It shows no other fingerprint beside the true one."""
    await added.visitor.go("config/integrations/dashboard")
    dialogue = await open_dialogue(added.visitor)
    await dialogue.fill(host=stranger.host, username="ADMIN", password="ADMIN")
    await dialogue.submit()
    await dialogue.expect("Nobody vouches for the certificate")
    await assert_text(dialogue.whole, f"CN={NAME}")
    assert len(await dialogue.codes()) == 1
    await added.visitor.tab.keyboard.press("Escape")
    assert stranger.bmc.login_attempts == 0
