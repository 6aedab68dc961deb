"""Test the diagnostics and the system health."""

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

from . import mac_address, set_up, unload
from .paths import BAYS, LLDP, MEDIA, ROOT, SYSTEM, THERMAL

MAC_UUID = "00000000-0000-0000-0000-"

every_board = pytest.mark.parametrize(
    "board",
    [*Board.names(), *(RECORDED / name for name in RECORDINGS)],
    indirect=True,
    ids=str,
)


def read(report: Path) -> dict[str, Any]:
    """Return the data of a diagnostics file."""
    data: dict[str, Any] = json.loads(report.read_text())["data"]
    return data


def identity(bmc: Bmc) -> str:
    """Return the server's unique id: its MAC address, which may be in the root only."""
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
    """Return the file of diagnostics that a user downloads."""
    await async_setup_component(hass, "diagnostics", {})
    data = await get_diagnostics_for_config_entry(hass, hass_client, loaded)
    file = tmp_path / "report.json"
    file.write_text(json.dumps({"home_assistant": {}, "data": data}))
    return file


async def test_diagnostics_contain_state_and_resources(bmc: Bmc, report: Path) -> None:
    """Include the entry, both coordinators, the statistics and the resources."""
    data = read(report)
    assert data["entry"]["password"] == "**REDACTED**"
    assert data["entry"]["verify_ssl"] == "pin"
    assert data["coordinators"]["dynamic"]["last_update_success"]
    assert data["coordinators"]["dynamic"]["interval_seconds"] == 30
    assert data["statistics"]["total_requests"] == len(bmc.requests)
    assert data["paths"]["system"] == SYSTEM
    assert data["resources"][THERMAL]["Temperatures"]


async def test_diagnostics_do_not_identify_the_network(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    hass_client: ClientSessionGenerator,
) -> None:
    """Redact addresses and fingerprints of the entry, the switch and the share."""
    fingerprint = str(entry.data["verify_ssl"])
    data = {
        "entered_host": "planted.lan",
        "service_uuid": "planted",
        "unverified_certificate": fingerprint,
    }
    hass.config_entries.async_update_entry(entry, data={**entry.data, **data})
    switch = {"SystemName": "planted-7", "SystemDescription": "Switch planted-7"}
    bmc.change(LLDP, {"LLDPEnabled": True, "LLDPReceive": switch})
    image = r"\\planted\planted share\a.iso"
    bmc.change(f"{MEDIA}/VirtualMedia1", {"Image": image, "Inserted": True})
    await set_up(hass, entry)
    await async_setup_component(hass, "diagnostics", {})
    report = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert "planted" not in (text := json.dumps(report))
    assert fingerprint not in text


async def test_diagnostics_name_class_of_error(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    hass_client: ClientSessionGenerator,
) -> None:
    """Omit the message of an error, because it contains the address."""
    bmc.fail(THERMAL, status=503)
    await set_up(hass, entry)
    await async_setup_component(hass, "diagnostics", {})
    data = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    errors = data["coordinators"]["dynamic"]["errors"]  # type: ignore[index,call-overload]
    assert errors == {"thermal": "ServiceUnavailableError"}


async def test_diagnostics_omit_id_of_failed_member(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    hass_client: ClientSessionGenerator,
) -> None:
    """Name the collection of a member, because its Id may be a serial number."""
    bmc.fail(BAYS[0], status=503)
    await set_up(hass, entry)
    await async_setup_component(hass, "diagnostics", {})
    data = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    errors = data["coordinators"]["static"]["errors"]  # type: ignore[index,call-overload]
    assert errors == {f"{BAYS[0].rpartition('/')[0]}/*": "ServiceUnavailableError"}


@every_board
async def test_diagnostics_do_not_identify_the_owner(bmc: Bmc, report: Path) -> None:
    """Redact addresses, serial numbers, accounts and keys."""
    data = read(report)
    text = json.dumps(data)
    secrets = {
        str(value).strip()
        for body in bmc.board.resources.values()
        for key in ("SerialNumber", "HostName", "FQDN", "MACAddress", "UserName")
        if (value := body.get(key))
    }
    secrets |= {mac_address(bmc).upper(), mac_address(bmc).replace(":", "").upper()}
    revealed = {value for value in secrets if len(value) > 5 and value in text}
    assert not revealed
    assert bmc.password not in data["entry"].values()


def states_by_id(hass: HomeAssistant) -> dict[str, str]:
    """Return the states of all entities, energy included."""
    return {state.entity_id: state.state for state in hass.states.async_all()}


@every_board
async def test_diagnostics_can_be_simulated(
    hass: HomeAssistant, loaded: ConfigEntry, report: Path, clock: Clock
) -> None:
    """Show the same states when the simulator serves the report.

    Only the access level is unknown, because the account's name is redacted.
    """
    before = {
        entity: "unknown" if entity.endswith("_account_access") else state
        for entity, state in states_by_id(hass).items()
    }
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
        after = states_by_id(hass)
        await unload(hass, entry)
    assert after == before


async def test_system_health_counts_servers_and_requests(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """Send no request for the information."""
    await async_setup_component(hass, "system_health", {})
    await hass.async_block_till_done()
    info = await get_system_health_info(hass, DOMAIN)
    assert info == {
        "servers": 1,
        "reached": 1,
        "requests": len(bmc.requests),
        "failed_requests": 0,
    }
