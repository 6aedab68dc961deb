"""Who pretends to be the BMC is told nothing, at whatever moment it is.

A man in the middle leads the BMC's address to a thief: a BMC that answers as the real
one does and takes any account, but has a certificate of its own.
"""

from collections.abc import Awaitable, Callable
import ssl
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.supermicro_redfish import client as trusting
from custom_components.supermicro_redfish.aiosupermicro import (
    CertificateError,
)
from custom_components.supermicro_redfish.const import DOMAIN
from custom_components.supermicro_redfish.repairs import async_create_fix_flow
from tests.integration import call, entry_state, mac_address, set_up
from tests.integration.dialog import begin, fill_in
from tests.integration.discovery import announce, lease
from tests.simulator import Bmc, Server
from tests.simulator.certificate import Certificate

from .evidence import told_to
from .proxy import Proxy

pytestmark = pytest.mark.usefixtures("tidy")


@pytest.fixture(autouse=True)
def few_entities(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set up a light only, which is what these tests command."""
    monkeypatch.setattr("custom_components.supermicro_redfish.PLATFORMS", ["light"])


@pytest.fixture
def account(proxy: Proxy, bmc: Bmc) -> dict[str, str]:
    """Return what the user enters."""
    return {"host": proxy.host, "username": bmc.username, "password": bmc.password}


async def added(
    hass: HomeAssistant, proxy: Proxy, bmc: Bmc, *, verify_ssl: bool | str | None
) -> ConfigEntry:
    """Set up an entry that goes by the man in the middle, who is idle yet."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title=bmc.board.name,
        unique_id=mac_address(bmc),
        data={
            "host": proxy.host,
            "username": bmc.username,
            "password": bmc.password,
            "verify_ssl": verify_ssl,
        },
    )
    entry.add_to_hass(hass)
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    return entry


async def poll(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Read everything again."""
    data = entry.runtime_data
    for coordinator in (data.dynamic, data.static, data.account):
        await coordinator.async_refresh()


async def reload(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Set the entry up again."""
    await hass.config_entries.async_reload(entry.entry_id)


async def command(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Turn the identify LED on; the first time the connection is gone."""
    with pytest.raises(HomeAssistantError):
        await call(hass, entry, "light.identify_led", "turn_on")
    with pytest.raises(HomeAssistantError, match="certificate"):
        await call(hass, entry, "light.identify_led", "turn_on")


async def lose_session(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Log in anew because the session is gone."""
    client = entry.runtime_data.client
    await client.async_disconnect()
    with pytest.raises(CertificateError):
        await client.async_connect()


async def unload(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Give the session back, or try to."""
    await hass.config_entries.async_unload(entry.entry_id)


MOMENTS: dict[str, Callable[[HomeAssistant, ConfigEntry], Awaitable[None]]] = {
    "poll": poll,
    "set_up": reload,
    "command": command,
    "login": lose_session,
    "unload": unload,
}


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("trust", ["pinned", "verified"])
async def test_an_entry_tells_a_thief_nothing(
    request: pytest.FixtureRequest,
    hass: HomeAssistant,
    proxy: Proxy,
    bmc: Bmc,
    server: Server,
    thief: Bmc,
    lair: Server,
    trust: str,
    moment: str,
) -> None:
    """Whatever it is doing when somebody takes the BMC's place."""
    if trust == "verified":
        request.getfixturevalue("authority")
    verify = True if trust == "verified" else server.certificate_sha256
    entry = await added(hass, proxy, bmc, verify_ssl=verify)
    proxy.lead_to(lair.port)
    await MOMENTS[moment](hass, entry)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert thief.requests == []

    proxy.lead_to(server.port)
    await hass.config_entries.async_reload(entry.entry_id)
    assert entry_state(entry) is ConfigEntryState.LOADED
    assert bmc.open_sessions


async def test_an_entry_that_verifies_nothing_was_told_so(
    hass: HomeAssistant, proxy: Proxy, bmc: Bmc, thief: Bmc, lair: Server
) -> None:
    """That is what the user chose; and it shows that this thief would be noticed."""
    entry = await added(hass, proxy, bmc, verify_ssl=False)
    proxy.lead_to(lair.port)
    await reload(hass, entry)
    assert told_to(thief)
    assert thief.logins == 1


async def test_the_dialogue_tells_a_thief_nothing_before_the_user_decides(
    hass: HomeAssistant,
    proxy: Proxy,
    thief: Bmc,
    lair: Server,
    account: dict[str, str],
) -> None:
    """It only looks at the root, which everybody may read."""
    proxy.lead_to(lair.port)
    form = await fill_in(hass, await begin(hass), account)
    assert form["step_id"] == "certificate"
    assert thief.requests
    assert told_to(thief) == []


async def test_the_dialogue_tells_a_thief_nothing_who_comes_after_the_decision(
    hass: HomeAssistant,
    proxy: Proxy,
    bmc: Bmc,
    thief: Bmc,
    lair: Server,
    account: dict[str, str],
) -> None:
    """What the user has compared is what is trusted."""
    form = await fill_in(hass, await begin(hass), account)
    proxy.lead_to(lair.port)
    form = await fill_in(hass, form, {"certificate": "pin"})
    assert form["errors"] == {"base": "certificate_changed"}
    form = await fill_in(hass, form, account)
    assert form["step_id"] == "certificate"
    assert told_to(thief) == []
    assert bmc.login_attempts == 0


async def test_the_dialogue_tells_a_thief_nothing_where_an_authority_vouches(
    hass: HomeAssistant,
    proxy: Proxy,
    server: Server,
    bmc: Bmc,
    thief: Bmc,
    lair: Server,
    account: dict[str, str],
    authority: ssl.SSLContext,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who comes between the look and the login has no such certificate."""
    calls = []

    def taken_over() -> ssl.SSLContext:
        """Take the BMC's place when the second client is made."""
        calls.append(1)
        if len(calls) == 2:
            proxy.lead_to(lair.port)
        return authority

    monkeypatch.setattr(trusting, "get_default_context", taken_over)
    form = await fill_in(hass, await begin(hass), account)
    assert form["errors"] == {"base": "certificate_changed"}
    assert thief.requests == []
    proxy.lead_to(server.port)
    result = await fill_in(hass, form, account)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"]["verify_ssl"] is True


@pytest.mark.parametrize("dialogue", ["reauth", "reconfigure"])
async def test_a_new_password_is_not_told_to_a_thief(
    hass: HomeAssistant,
    proxy: Proxy,
    bmc: Bmc,
    server: Server,
    thief: Bmc,
    lair: Server,
    account: dict[str, str],
    dialogue: str,
) -> None:
    """The certificate is another one than that of the entry, so it is shown first."""
    entry = await added(hass, proxy, bmc, verify_ssl=server.certificate_sha256)
    assert isinstance(entry, MockConfigEntry)
    start = (
        entry.start_reauth_flow
        if dialogue == "reauth"
        else entry.start_reconfigure_flow
    )
    form = await start(hass)
    proxy.lead_to(lair.port)
    answer = account if dialogue == "reconfigure" else {**account}
    if dialogue == "reauth":
        del answer["host"]
    form = await fill_in(hass, form, answer)
    assert form["step_id"] == "certificate"
    assert told_to(thief) == []
    assert entry.data["verify_ssl"] == server.certificate_sha256


async def test_another_host_is_not_trusted_because_the_last_one_was_left_unverified(
    hass: HomeAssistant, proxy: Proxy, bmc: Bmc, thief: Bmc, lair: Server
) -> None:
    """Who changes the address is asked again."""
    entry = await added(hass, proxy, bmc, verify_ssl=False)
    assert isinstance(entry, MockConfigEntry)
    form = await entry.start_reconfigure_flow(hass)
    answer = {"host": lair.host, "username": bmc.username}
    form = await fill_in(hass, form, answer)
    assert form["step_id"] == "certificate"
    assert told_to(thief) == []


@pytest.mark.parametrize("by", ["ssdp", "dhcp"])
@pytest.mark.parametrize("trust", ["pinned", "verified", "unverified"])
async def test_nobody_gets_the_password_by_saying_that_the_bmc_has_moved(
    request: pytest.FixtureRequest,
    hass: HomeAssistant,
    proxy: Proxy,
    bmc: Bmc,
    server: Server,
    thief: Bmc,
    lair: Server,
    by: str,
    trust: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What it takes is a packet, and the root of the real BMC, which all may read.

    To be left unverified was said of the BMC at its own address.
    """
    if trust == "verified":
        request.getfixturevalue("authority")
    known = {"verified": True, "unverified": False}
    verify = known.get(trust, server.certificate_sha256)
    entry = await added(hass, proxy, bmc, verify_ssl=verify)
    if by == "ssdp":
        await announce(hass, f"{lair.url}/redfish/v1/")
    else:
        # The only address there is here is that of the machine: another port stands
        # for another host.
        monkeypatch.setattr(
            "custom_components.supermicro_redfish.config_flow.moved_host",
            lambda _host, _address: lair.host,
        )
        await lease(hass, mac_address(bmc), "127.0.0.2")
    await hass.async_block_till_done(wait_background_tasks=True)
    if entry.state is ConfigEntryState.LOADED:
        await poll(hass, entry)
    assert told_to(thief) == []
    assert thief.logins == 0


async def test_who_accepts_one_certificate_does_not_accept_the_next(
    hass: HomeAssistant,
    proxy: Proxy,
    bmc: Bmc,
    server: Server,
    thief: Bmc,
    lair: Server,
) -> None:
    """The repair pins what it has shown."""
    entry = await added(hass, proxy, bmc, verify_ssl=server.certificate_sha256)
    renewed = Certificate.generate()
    server.renew_certificate(renewed)
    proxy.cut()
    await reload(hass, entry)
    (issue,) = ir.async_get(hass).issues.values()
    proxy.lead_to(lair.port)
    fix: Any = await async_create_fix_flow(hass, issue.issue_id, issue.data)
    fix.hass, fix.handler, fix.issue_id = hass, DOMAIN, issue.issue_id
    await fix.async_step_confirm({})
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entry.data["verify_ssl"] == renewed.sha256
    assert thief.requests == []
