"""Test that fans are given back without Redfish, and without a loaded entry."""

from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest

from custom_components.supermicro_redfish.const import DOMAIN
from tests.integration import (
    DYNAMIC,
    change_identity,
    entry_state,
    logged_problems,
    set_up,
)
from tests.integration.conftest import Elapse
from tests.integration.repair_flow import fix_issue, issue_keys, open_issues
from tests.simulator import Bmc, Server
from tests.simulator.certificate import Certificate
from tests.simulator.ipmi import IpmiServer

from .fans import crash, mode_writes, writes

RETRIES = 400
"""Seconds in which Home Assistant repeats a failed setup several times."""
HELD = "fans_not_given_back"


@pytest.fixture
async def crashed(
    hass: HomeAssistant, held: ConfigEntry, server: Server
) -> ConfigEntry:
    """Return the entry of a Home Assistant that has crashed while it held the fans.

    Redfish is not available any more.
    """
    await crash(hass, held)
    await server.refuse()
    return held


@pytest.mark.long
async def test_failed_setup_gives_fans_back_until_redfish_responds(
    hass: HomeAssistant,
    crashed: ConfigEntry,
    server: Server,
    bmc: Bmc,
    ipmi: IpmiServer,
    elapse: Elapse,
) -> None:
    """Restore the mode once over IPMI, and continue with the first readings."""
    await set_up(hass, crashed)
    assert entry_state(crashed) is ConfigEntryState.SETUP_RETRY
    assert bmc.fan_mode == "Optimal"
    logins = ipmi.logins
    await elapse(RETRIES)
    assert (ipmi.logins, ipmi.open_sessions) == (logins, 0)
    await server.listen()
    await elapse(RETRIES)
    assert entry_state(crashed) is ConfigEntryState.LOADED
    assert (bmc.fan_mode, ipmi.cooling.duties) == ("FullSpeed", {0: 40, 1: 30})
    assert mode_writes(ipmi) == [1, 2, 1]


async def test_failed_setup_leaves_fans_at_full_speed(
    hass: HomeAssistant,
    crashed: ConfigEntry,
    bmc: Bmc,
    ipmi: IpmiServer,
    elapse: Elapse,
) -> None:
    """Write nothing after a reset of the BMC, which drives all fans at 100 %."""
    ipmi.cooling.duties = {0: 100, 1: 100}
    before = writes(ipmi)
    await set_up(hass, crashed)
    await elapse(RETRIES)
    assert (bmc.fan_mode, writes(ipmi)) == ("FullSpeed", before)


async def test_failed_setup_repeats_failed_attempt(
    hass: HomeAssistant,
    crashed: ConfigEntry,
    bmc: Bmc,
    ipmi: IpmiServer,
    elapse: Elapse,
) -> None:
    """Repeat a failed attempt with the next setup."""
    ipmi.completion_codes[0x30, 0x45, 0x01] = 0xD5
    await set_up(hass, crashed)
    assert bmc.fan_mode == "FullSpeed"
    ipmi.completion_codes.clear()
    await elapse(RETRIES)
    assert bmc.fan_mode == "Optimal"


async def test_failed_setup_tries_rejected_account_once(
    hass: HomeAssistant,
    crashed: ConfigEntry,
    bmc: Bmc,
    ipmi: IpmiServer,
    elapse: Elapse,
) -> None:
    """Create an issue, and do not repeat the login with each setup."""
    bmc.change_password("other")
    attempts = ipmi.login_attempts
    await set_up(hass, crashed)
    await elapse(RETRIES)
    assert ipmi.login_attempts == attempts + 1
    (issue,) = open_issues(hass)
    assert issue.translation_key == "fans_not_given_back"


@pytest.fixture(params=["BMC", "certificate"])
async def replaced(
    request: pytest.FixtureRequest,
    hass: HomeAssistant,
    held: ConfigEntry,
    server: Server,
    bmc: Bmc,
    new_certificate: Certificate,
) -> ConfigEntry:
    """Return an entry that held the fans, with another BMC or certificate now."""
    await crash(hass, held)
    if request.param == "BMC":
        change_identity(bmc)
    else:
        server.renew_certificate(new_certificate)
    return held


@pytest.mark.parametrize("is_removed", [False, True])
async def test_nothing_is_sent_over_ipmi_to_other_bmc(
    hass: HomeAssistant,
    replaced: ConfigEntry,
    server: Server,
    bmc: Bmc,
    ipmi: IpmiServer,
    elapse: Elapse,
    *,
    is_removed: bool,
) -> None:
    """Create the issue of fans that were not given back instead.

    Neither the next failed setup nor the removal of the entry tries it again.
    """
    packets = ipmi.packets
    await set_up(hass, replaced)
    assert entry_state(replaced) is ConfigEntryState.SETUP_RETRY
    assert HELD in issue_keys(hass)
    if is_removed:
        await hass.config_entries.async_remove(replaced.entry_id)
    else:
        await server.refuse()
        await elapse(RETRIES)
    assert (ipmi.packets, bmc.fan_mode) == (packets, "FullSpeed")
    assert HELD in issue_keys(hass)


@pytest.mark.parametrize("replaced", ["certificate"], indirect=True)
async def test_control_continues_with_new_certificate(
    hass: HomeAssistant,
    replaced: ConfigEntry,
    server: Server,
    ipmi: IpmiServer,
    elapse: Elapse,
) -> None:
    """Hold the fans again once the certificate is trusted, and delete the issue."""
    await set_up(hass, replaced)
    data = {**replaced.data, "verify_ssl": server.certificate_sha256}
    hass.config_entries.async_update_entry(replaced, data=data)
    await elapse(RETRIES)
    assert entry_state(replaced) is ConfigEntryState.LOADED
    assert (ipmi.cooling.duties, issue_keys(hass)) == ({0: 40, 1: 30}, set())


async def test_failed_setup_without_control_uses_no_ipmi(
    hass: HomeAssistant, controlled: ConfigEntry, server: Server, ipmi: IpmiServer
) -> None:
    """Send no packet if the last run did not hold the fans."""
    await crash(hass, controlled)
    await server.refuse()
    packets = ipmi.packets
    await set_up(hass, controlled)
    assert entry_state(controlled) is ConfigEntryState.SETUP_RETRY
    assert ipmi.packets == packets


def has_store(hass_storage: dict[str, Any], entry: ConfigEntry) -> bool:
    """Return whether an entry has a stored record."""
    return f"{DOMAIN}.{entry.entry_id}.fans" in hass_storage


async def test_removal_restores_mode_and_removes_store(
    hass: HomeAssistant, held: ConfigEntry, hass_storage: dict[str, Any], bmc: Bmc
) -> None:
    """Leave no data of a removed entry."""
    assert has_store(hass_storage, held)
    await hass.config_entries.async_remove(held.entry_id)
    assert bmc.fan_mode == "Optimal"
    assert not has_store(hass_storage, held)
    assert open_issues(hass) == []


async def test_removal_of_unloaded_entry_restores_mode(
    hass: HomeAssistant, crashed: ConfigEntry, hass_storage: dict[str, Any], bmc: Bmc
) -> None:
    """Restore the mode over IPMI, as no controller is running."""
    await hass.config_entries.async_remove(crashed.entry_id)
    assert bmc.fan_mode == "Optimal"
    assert not has_store(hass_storage, crashed)


async def test_failed_restoring_at_removal_creates_issue(
    hass: HomeAssistant,
    crashed: ConfigEntry,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
    bmc: Bmc,
    ipmi: IpmiServer,
) -> None:
    """Log the failure; the issue outlives the entry until the user confirms it."""
    ipmi.completion_codes[0x30, 0x45] = 0xD5
    await hass.config_entries.async_remove(crashed.entry_id)
    assert bmc.fan_mode == "FullSpeed"
    assert any("could not be given back" in text for text in logged_problems(caplog))
    assert not has_store(hass_storage, crashed)
    (issue,) = open_issues(hass)
    assert issue.is_persistent
    await fix_issue(hass, issue)
    assert open_issues(hass) == []


@pytest.mark.parametrize("is_refused", [False, True])
async def test_option_that_is_turned_off_later_restores_mode_over_redfish(
    hass: HomeAssistant,
    held: ConfigEntry,
    bmc: Bmc,
    ipmi: IpmiServer,
    *,
    is_refused: bool,
) -> None:
    """Give the fans back although port and account are no longer stored."""
    await crash(hass, held)
    hass.config_entries.async_update_entry(held, options={})
    packets = ipmi.packets
    if is_refused:
        bmc.fail("Managers/1/Oem/Supermicro/FanMode", status=503, method="PATCH")
    await set_up(hass, held)
    assert ipmi.packets == packets
    assert bmc.fan_mode == ("FullSpeed" if is_refused else "Optimal")
    assert len(open_issues(hass)) == is_refused
    bmc.heal()
    await hass.config_entries.async_reload(held.entry_id)
    assert (bmc.fan_mode, open_issues(hass)) == ("Optimal", [])


async def test_account_that_is_too_long_for_ipmi_affects_only_fans(
    hass: HomeAssistant, held: ConfigEntry, bmc: Bmc, ipmi: IpmiServer, elapse: Elapse
) -> None:
    """Load the entry after a change of the password, and restore the mode."""
    await crash(hass, held)
    password = "x" * 21
    bmc.change_password(password)
    data = {**held.data, "password": password}
    hass.config_entries.async_update_entry(held, data=data)
    await set_up(hass, held)
    assert entry_state(held) is ConfigEntryState.LOADED
    await elapse(5 * DYNAMIC)
    assert bmc.fan_mode == "Optimal"
    (issue,) = open_issues(hass)
    assert issue.translation_key == "fan_control_no_ipmi"
