"""What a report of a fault holds, and what it does not."""

import json
from pathlib import Path
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import format_mac
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    get_system_health_info,
)
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.supermicro_redfish.const import DOMAIN
from tests.conftest import RECORDED, RECORDINGS, Clock
from tests.simulator import Bmc, Board, serve

from . import ROOT, SYSTEM, THERMAL, mac_address, set_up
from .conftest import load_board

BOARDS = [*Board.names(), *(RECORDED / name for name in RECORDINGS)]
MAC_UUID = "00000000-0000-0000-0000-"


@pytest.fixture
def board(request: pytest.FixtureRequest) -> Board:
    """Return the board that a test asks for."""
    return load_board(getattr(request, "param", "x12spi-tf"))


def read(report: Path) -> dict[str, Any]:
    """Return what a report holds."""
    data: dict[str, Any] = json.loads(report.read_text())["data"]
    return data


def identity(bmc: Bmc) -> str:
    """Return the unique id of a server: its MAC, which the root may tell alone."""
    uuid = bmc.resource(ROOT)["UUID"]
    return (
        format_mac(uuid.removeprefix(MAC_UUID))
        if uuid.startswith(MAC_UUID)
        else mac_address(bmc)
    )


@pytest.fixture
async def report(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    hass_client: ClientSessionGenerator,
    tmp_path: Path,
) -> Path:
    """Return the file that the user downloads."""
    await async_setup_component(hass, "diagnostics", {})
    data = await get_diagnostics_for_config_entry(hass, hass_client, loaded)
    file = tmp_path / "report.json"
    file.write_text(json.dumps({"home_assistant": {}, "data": data}))
    return file


async def test_a_report_tells_how_reading_goes(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, report: Path
) -> None:
    """The entry, both cadences, the statistics, and what was read."""
    data = read(report)
    assert data["entry"]["password"] == "**REDACTED**"
    assert data["entry"]["verify_ssl"] == loaded.data["verify_ssl"]
    assert data["coordinators"]["dynamic"]["last_update_success"]
    assert data["coordinators"]["dynamic"]["interval_seconds"] == 30
    assert data["statistics"]["total_requests"] == len(bmc.requests)
    assert data["paths"]["system"] == SYSTEM
    assert data["resources"][THERMAL]["Temperatures"]


async def test_a_report_of_a_failure_names_its_kind(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    hass_client: ClientSessionGenerator,
) -> None:
    """Not its words, which hold the address."""
    bmc.fail(THERMAL, status=503)
    await set_up(hass, entry)
    await async_setup_component(hass, "diagnostics", {})
    data = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    errors = data["coordinators"]["dynamic"]["errors"]  # type: ignore[index,call-overload]
    assert errors == {"thermal": "ServiceUnavailableError"}


@pytest.mark.parametrize("board", BOARDS, indirect=True, ids=str)
async def test_a_report_does_not_name_the_owner(bmc: Bmc, report: Path) -> None:
    """No address, no serial number, no account, no key."""
    data = read(report)
    text = json.dumps(data)
    secret = {
        str(value).strip()
        for body in bmc.board.resources.values()
        for key in ("SerialNumber", "HostName", "FQDN", "MACAddress", "UserName")
        if (value := body.get(key))
    }
    secret |= {mac_address(bmc).upper(), mac_address(bmc).replace(":", "").upper()}
    named = {value for value in secret if len(value) > 5 and value in text}
    assert not named
    assert bmc.password not in data["entry"].values()


def _nameless(of: str, state: str) -> str:
    """Return a state as it is where the account's name is hidden."""
    return "unknown" if of.endswith("_account_access") else state


@pytest.mark.parametrize("board", BOARDS, indirect=True, ids=str)
async def test_a_report_becomes_a_board(
    hass: HomeAssistant, loaded: ConfigEntry, report: Path, clock: Clock
) -> None:
    """The simulator serves it, and shows the same entities with the same values.

    What the account may do is not known without its name.
    """
    before = {state.entity_id: state.state for state in hass.states.async_all()}
    before = {of: _nameless(of, state) for of, state in before.items()}
    await hass.config_entries.async_remove(loaded.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)

    bmc = Bmc(Board.load(report), clock=clock, task_seconds=0)
    async with serve(bmc) as server:
        entry = MockConfigEntry(
            domain=DOMAIN,
            title=loaded.title,
            unique_id=identity(bmc),
            data={**loaded.data, "host": server.host, "verify_ssl": False},
        )
        entry.add_to_hass(hass)
        await set_up(hass, entry)
        after = {state.entity_id: state.state for state in hass.states.async_all()}
        await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
    assert after == before


async def test_the_health_of_the_system_counts_servers_and_requests(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """Nothing is asked for it."""
    await async_setup_component(hass, "system_health", {})
    await hass.async_block_till_done()
    info = await get_system_health_info(hass, DOMAIN)
    assert info == {
        "servers": 1,
        "reached": 1,
        "requests": len(bmc.requests),
        "failed_requests": 0,
    }
