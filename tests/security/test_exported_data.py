"""What leaves the house, a report and a recording, names nobody and opens nothing."""

import asyncio
import json
import os
from pathlib import Path
import sys

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import get_system_health_info
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.supermicro_redfish.const import DOMAIN
from tests.integration import set_up
from tests.simulator import Bmc, Server
from tests.simulator.testing import THERMAL

from .planted_secrets import Planted, plant
from .secret_search import Evidence


@pytest.fixture
def planted(bmc: Bmc, monkeypatch: pytest.MonkeyPatch) -> Planted:
    """Return what was planted in the BMC."""
    return plant(bmc, monkeypatch)


async def test_a_report_opens_nothing_and_names_nobody(
    hass: HomeAssistant,
    planted: Planted,
    entry: ConfigEntry,
    bmc: Bmc,
    hass_client: ClientSessionGenerator,
) -> None:
    """Neither one of a healthy BMC nor one of a BMC that fails."""
    await set_up(hass, entry)
    await async_setup_component(hass, "diagnostics", {})
    await async_setup_component(hass, "system_health", {})
    evidence = Evidence()
    for fault in (None, 400, 401):
        if fault:
            words = {"Message": f"No, {bmc.username}: {bmc.password}"}
            body = json.dumps({"error": {"@Message.ExtendedInfo": [words]}})
            bmc.fail("*", status=fault, body=body)
            await entry.runtime_data.dynamic.async_refresh()
            await entry.runtime_data.static.async_refresh()
        report = await get_diagnostics_for_config_entry(hass, hass_client, entry)
        evidence.add("report", json.dumps(report, ensure_ascii=False))
        health = await get_system_health_info(hass, DOMAIN)
        evidence.add("health", health)
    secrets = planted.credentials | planted.kept | planted.identities
    assert evidence.leaks(secrets) == set()
    assert THERMAL in evidence.texts["report"][0]
    assert "AuthenticationError" in evidence.texts["report"][-1]


async def test_a_recording_opens_nothing_and_names_nobody(
    planted: Planted, server: Server, tmp_path: Path
) -> None:
    """In no file, in no name of one, and not on the terminal."""
    folder = tmp_path / "board"
    evidence = Evidence()
    await use(server, planted, evidence, "dump", str(folder))
    files = [path for path in folder.rglob("*") if path.is_file()]
    for path in files:
        evidence.add(str(path.relative_to(folder)), path.read_text("utf-8"), str(path))
    assert len(files) > 60
    secrets = planted.credentials | planted.kept | planted.identities
    del secrets["location"]  # it is listed, and over when the recording is made
    assert evidence.leaks(secrets) == set()


@pytest.mark.parametrize("fault", ["none", "password", "echo", "page", "header"])
async def test_the_command_line_shows_no_secret(
    planted: Planted, server: Server, bmc: Bmc, fault: str
) -> None:
    """Neither what it finds nor what goes wrong."""
    evidence = Evidence()
    token = "PLANTEDTOKEN1"
    if fault == "password":
        echo = {"Message": f"{bmc.password} is wrong", "MessageId": bmc.password}
        body = json.dumps({"error": {"@Message.ExtendedInfo": [echo]}})
        bmc.fail("*/Sessions", status=400, body=body, method="POST")
        bmc.change_password("another one")
    elif fault == "echo":
        echo = {"Message": f"No resource for {token}"}
        body = json.dumps({"error": {"@Message.ExtendedInfo": [echo]}})
        bmc.fail(THERMAL, status=400, body=body)
    elif fault == "page":
        bmc.fail(THERMAL, status=200, body=f"<p>{token}", content_type="text/html")
    elif fault == "header":
        bmc.fail(THERMAL, status=200, body="{}", headers={"X": "a" * 20_000})
    await use(server, planted, evidence, "status")
    if fault == "none":
        await use(server, planted, evidence, "status", "--json")
        await use(server, planted, evidence, "logs")
    secrets = planted.credentials | planted.kept
    assert evidence.leaks(secrets) == set()
    assert bool(evidence.texts["out"][0]) is (fault != "password")


async def use(
    server: Server, planted: Planted, evidence: Evidence, *arguments: str
) -> None:
    """Run a command, and keep what it says."""
    counted = {name: text for name, text in os.environ.items() if "COVERAGE" in name}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-X", "dev", "-m", "aiosupermicro", server.host),
        *("--username", planted.identities["user"]),
        *arguments,
        env={"SUPERMICRO_PASSWORD": planted.credentials["password"], **counted},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    evidence.add("out", out.decode())
    evidence.add("err", err.decode())
