"""Verify that no secret appears in any text over the whole life of a server."""

import json
import logging
from typing import Any

from aiohttp import ClientSession
import pytest

from custom_components.supermicro_redfish.aiosupermicro import (
    SupermicroRedfishClient,
    SupermicroRedfishError,
)
from tests.integration.paths import SESSIONS, THERMAL
from tests.scenario.hass_instance import HassInstance
from tests.simulator import Bmc, Server

from .lifecycle import WRONG, Lifecycle
from .planted_secrets import plant_secrets
from .secret_search import SecretSearch

SOURCES = {
    "devices",
    "dialog",
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


@pytest.mark.long
@pytest.mark.usefixtures("entity_registry_enabled_by_default", "short_timeout")
async def test_lifecycle_of_server_leaks_no_secret(
    instance: HassInstance,
    bmc: Bmc,
    server: Server,
    caplog: pytest.LogCaptureFixture,
    hass_storage: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Add, poll, command, fail, reconfigure and remove a server with debug logs."""
    planted = plant_secrets(bmc, monkeypatch)
    lifecycle = Lifecycle(instance, bmc, server, caplog, hass_storage)
    for step in (
        lifecycle.add,
        lifecycle.poll_and_command,
        lifecycle.fail,
        lifecycle.use_library,
        lifecycle.reauthenticate,
        lifecycle.reconfigure,
        lifecycle.lose_trust,
        lifecycle.remove,
    ):
        await step()
    search = lifecycle.search
    assert search.texts.keys() == SOURCES
    assert "***" in search.texts["log"][0]
    secrets = planted.credentials | planted.stored | {"wrong": WRONG}
    del secrets["own"]  # a certificate field that is shown never holds a private key
    assert search.find(secrets) == set()


@pytest.mark.parametrize("is_basic", [False, True], ids=["session", "basic"])
async def test_client_redacts_truncated_credentials(
    bmc: Bmc,
    server: Server,
    caplog: pytest.LogCaptureFixture,
    is_basic: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """Redact credentials that a BMC repeats anywhere in a response that is cut off."""
    caplog.set_level(logging.DEBUG)
    if is_basic:
        bmc.fail(SESSIONS, status=405, method="POST")
    search = SecretSearch()
    bmc.change_password("PLANTED-password-of-some-length")
    async with ClientSession() as session:
        client = SupermicroRedfishClient(
            session, server.host, bmc.username, bmc.password
        )
        await client.async_get_system()
        headers = bmc.requests[-1].headers
        secret = (headers.get("x-auth-token") or headers["authorization"]).split()[-1]
        for place in range(0, 100, 3):
            page = f"<p>{'a ' * (place // 2)} {secret} and more of it</p>" * 2
            bmc.fail(THERMAL, status=200, body=page, content_type="text/html")
            search.add("page", await read_error(client))
            error = {"error": {"message": page, "code": secret}}
            bmc.fail(THERMAL, status=400, body=json.dumps(error))
            search.add("error", await read_error(client))
        bmc.heal()
        await client.async_disconnect()
    search.add("log", caplog.text)
    parts = {secret[n : n + 6]: secret[n : n + 6] for n in range(len(secret) - 6)}
    assert search.find(parts) == set()


async def read_error(client: SupermicroRedfishClient) -> SupermicroRedfishError:
    """Return the exception that a read raises."""
    with pytest.raises(SupermicroRedfishError) as caught:
        await client.async_get_thermal()
    return caught.value


@pytest.mark.parametrize(
    "spelling", ['a"\\ä', r"a\"\\ä", r"a\"\\\u00e4", r'a"\\\xc3\xa4', "a%22%5C%C3%A4"]
)
def test_secret_search_finds_all_spellings(spelling: str) -> None:
    """Find a secret in all encodings, also in the cause of an exception."""
    search = SecretSearch()
    error = TypeError("harmless")
    error.__cause__ = ValueError(spelling)
    search.add("errors", error)
    search.add("text", f"before{spelling}after")
    search.add("other", "a")
    secret = {"it": 'a"\\ä'}
    assert search.find(secret) == {("it", "errors"), ("it", "text")}
