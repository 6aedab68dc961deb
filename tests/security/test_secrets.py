"""No secret gets into anything that somebody may read, in a whole life of a server."""

import json
import logging
from typing import Any

from aiohttp import ClientSession
from homeassistant.core import HomeAssistant
import pytest

from custom_components.supermicro_redfish.aiosupermicro import (
    SupermicroRedfishClient,
    SupermicroRedfishError,
)
from tests.integration import SESSIONS, THERMAL
from tests.simulator import Bmc, Server

from .evidence import Evidence
from .life import WRONG, Life
from .planting import plant

PLACES = {
    "dialogue",
    "devices",
    "entities",
    "entry",
    "error",
    "events",
    "exception",
    "flow",
    "issues",
    "log",
    "models",
    "reprs",
    "states",
    "stored",
}


@pytest.mark.usefixtures("entity_registry_enabled_by_default", "short_timeout", "tidy")
async def test_no_secret_is_shown_in_a_whole_life(
    hass: HomeAssistant,
    bmc: Bmc,
    server: Server,
    caplog: pytest.LogCaptureFixture,
    hass_storage: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Added, polled, failing, commanded, changed and removed, with all logs on."""
    planted = plant(bmc, monkeypatch)
    life = Life(hass, bmc, server, caplog, hass_storage, Evidence())
    for step in (
        life.add,
        life.poll_and_command,
        life.fail,
        life.use_library,
        life.reauthenticate,
        life.reconfigure,
        life.lose_trust,
        life.remove,
    ):
        await step()
    assert life.evidence.texts.keys() == PLACES
    assert "***" in life.evidence.texts["log"][0]
    secrets = planted.credentials | planted.kept | {"wrong": WRONG}
    del secrets["own"]  # no private key belongs where a certificate is shown
    assert life.evidence.leaks(secrets) == set()


@pytest.mark.parametrize("is_basic", [False, True], ids=["session", "basic"])
async def test_no_part_of_a_credential_is_shown(
    bmc: Bmc,
    server: Server,
    caplog: pytest.LogCaptureFixture,
    is_basic: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """Wherever in its answer a BMC repeats it, and where that is cut off."""
    caplog.set_level(logging.DEBUG)
    if is_basic:
        bmc.fail(SESSIONS, status=405, method="POST")
    evidence = Evidence()
    async with ClientSession() as session:
        client = SupermicroRedfishClient(
            session, server.host, bmc.username, "PLANTED-password-of-some-length"
        )
        bmc.change_password("PLANTED-password-of-some-length")
        await client.async_get_system()
        shown = bmc.requests[-1].headers
        secret = (shown.get("x-auth-token") or shown["authorization"]).split()[-1]
        for place in range(0, 100, 3):
            page = f"<p>{'a ' * (place // 2)} {secret} and more of it</p>" * 2
            bmc.fail(THERMAL, status=200, body=page, content_type="text/html")
            evidence.add("page", await failure(client))
            error = {"error": {"message": page, "code": secret}}
            bmc.fail(THERMAL, status=400, body=json.dumps(error))
            evidence.add("error", await failure(client))
        bmc.heal()
        await client.async_disconnect()
    evidence.add("log", caplog.text)
    parts = {secret[n : n + 6]: secret[n : n + 6] for n in range(len(secret) - 6)}
    assert evidence.leaks(parts) == set()


async def failure(client: SupermicroRedfishClient) -> SupermicroRedfishError:
    """Return what reading raises."""
    with pytest.raises(SupermicroRedfishError) as caught:
        await client.async_get_thermal()
    return caught.value


@pytest.mark.parametrize(
    "spelt", ['a"\\ä', r"a\"\\ä", r"a\"\\\u00e4", r'a"\\\xc3\xa4', "a%22%5C%C3%A4"]
)
def test_a_secret_is_found_however_it_is_spelt(spelt: str) -> None:
    """In what led to an exception, too: else this module would prove nothing."""
    evidence = Evidence()
    error = TypeError("harmless")
    error.__cause__ = ValueError(spelt)
    evidence.add("errors", error)
    evidence.add("text", f"before{spelt}after")
    evidence.add("other", "a")
    secret = {"it": 'a"\\ä'}
    assert evidence.leaks(secret) == {("it", "errors"), ("it", "text")}
