"""Verify that diagnostics, recordings and command output hold no secret."""

import asyncio
import json
import os
from pathlib import Path
import sys

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import get_system_health_info
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.supermicro_redfish.const import DOMAIN
from tests.integration.paths import THERMAL
from tests.scenario.hass_instance import HassInstance
from tests.simulator import Bmc, Server

from .planted_secrets import PlantedSecrets, plant_secrets
from .secret_search import SecretSearch


@pytest.fixture
def planted(bmc: Bmc, monkeypatch: pytest.MonkeyPatch) -> PlantedSecrets:
    """Return the secrets that the BMC holds."""
    return plant_secrets(bmc, monkeypatch)


async def test_diagnostics_contain_no_secret_or_identity(
    hass: HomeAssistant,
    planted: PlantedSecrets,
    instance: HassInstance,
    bmc: Bmc,
    server: Server,
    hass_client: ClientSessionGenerator,
) -> None:
    """Export diagnostics of a healthy BMC and of one that fails."""
    entry = instance.create_entry(bmc, server)
    await instance.set_up()
    await async_setup_component(hass, "diagnostics", {})
    await async_setup_component(hass, "system_health", {})
    search = SecretSearch()
    for status in (None, 400, 401):
        if status:
            bmc.fail("*", status=status, body=error(f"{bmc.username}: {bmc.password}"))
            await instance.refresh()
        report = await get_diagnostics_for_config_entry(hass, hass_client, entry)
        search.add("report", json.dumps(report, ensure_ascii=False))
        search.add("health", await get_system_health_info(hass, DOMAIN))
    assert search.find(planted.all) == set()
    assert THERMAL in search.texts["report"][0]
    assert "AuthenticationError" in search.texts["report"][-1]


@pytest.mark.long
async def test_recording_contains_no_secret_or_identity(
    planted: PlantedSecrets, server: Server, tmp_path: Path
) -> None:
    """Search the files of a recording, their names, and the terminal."""
    folder = tmp_path / "board"
    search = SecretSearch()
    await run_command(server, planted, search, "dump", str(folder))
    files = [path for path in folder.rglob("*") if path.is_file()]
    for path in files:
        search.add(str(path.relative_to(folder)), path.read_text("utf-8"), str(path))
    assert len(files) > 60
    secrets = planted.all
    del secrets["location"]  # the list of sessions holds it, but the session is over
    assert search.find(secrets) == set()


@pytest.mark.long
@pytest.mark.parametrize("fault", ["none", "password", "echo", "page", "header"])
async def test_command_line_shows_no_secret(
    planted: PlantedSecrets, server: Server, bmc: Bmc, fault: str
) -> None:
    """Search the output and the errors of all commands."""
    search = SecretSearch()
    token = "PLANTEDTOKEN1"
    if fault == "password":
        body = error(f"{bmc.password} is wrong", MessageId=bmc.password)
        bmc.fail("*/Sessions", status=400, body=body, method="POST")
        bmc.change_password("another one")
    elif fault == "echo":
        bmc.fail(THERMAL, status=400, body=error(f"No resource for {token}"))
    elif fault == "page":
        bmc.fail(THERMAL, status=200, body=f"<p>{token}", content_type="text/html")
    elif fault == "header":
        bmc.fail(THERMAL, status=200, body="{}", headers={"X": "a" * 20_000})
    await run_command(server, planted, search, "status")
    if fault == "none":
        await run_command(server, planted, search, "status", "--json")
        await run_command(server, planted, search, "logs")
    assert search.find(planted.credentials | planted.stored) == set()
    assert bool(search.texts["out"][0]) is (fault != "password")


def error(message: str, **fields: str) -> str:
    """Return the body of an error with a message."""
    info = {"Message": message, **fields}
    return json.dumps({"error": {"@Message.ExtendedInfo": [info]}})


async def run_command(
    server: Server, planted: PlantedSecrets, search: SecretSearch, *arguments: str
) -> None:
    """Run a command of the library and add its output to the search."""
    inherited = {
        name: text
        for name, text in os.environ.items()
        if "COVERAGE" in name or name == "PYTHONPATH"
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-X", "dev", "-m", "aiosupermicro", server.host),
        *("--fingerprint", str(server.certificate_sha256)),
        *("--username", planted.identities["user"]),
        *arguments,
        env={"SUPERMICRO_PASSWORD": planted.credentials["password"], **inherited},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    search.add("out", out.decode())
    search.add("err", err.decode())
