"""Test the identity of a server: its title, its unique id, and another BMC's answer."""

from copy import deepcopy

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigEntryState,
)
from homeassistant.core import HomeAssistant
import pytest

from custom_components.supermicro_redfish.const import DOMAIN
from tests.simulator import Bmc, Server

from . import (
    Mutation,
    change_identity,
    entry_state,
    identify_by_uuid,
    reload,
    requests_since,
    set_up,
)
from .dialog import add, reauth_form, submit
from .discovery import announce
from .paths import CHASSIS, NICS, ROOT, SYSTEM

with_dialog = pytest.mark.usefixtures("unload_entries")

UUID = "5a5a1f0e-93a4-4c5a-8d5b-6f1f6d6c7e01"


@with_dialog
@pytest.mark.parametrize(
    ("system", "chassis", "title"),
    [
        ("SYS-510T-MR", "X12STH-F", "SYS-510T-MR"),
        ("Super Server", "X12STH-F", "X12STH-F"),
        ("To be filled by O.E.M.", "X12STH-F", "X12STH-F"),
        ("", "X12STH-F", "X12STH-F"),
        ("Super Server", "          ", "Supermicro server"),
        (None, None, "Supermicro server"),
    ],
)
async def test_title_ignores_factory_placeholders(
    hass: HomeAssistant,
    bmc: Bmc,
    user_input: dict[str, str],
    system: str | None,
    chassis: str | None,
    title: str,
) -> None:
    """Use the model of the system, else that of the board, else a generic title."""
    bmc.change(SYSTEM, {"Model": system})
    bmc.change(CHASSIS, {"Model": chassis})
    assert (await add(hass, user_input))["title"] == title


@with_dialog
async def test_title_is_generic_without_chassis(
    hass: HomeAssistant, bmc: Bmc, user_input: dict[str, str]
) -> None:
    """Add a server that has no chassis resource."""
    bmc.remove(CHASSIS)
    assert (await add(hass, user_input))["title"] == "Supermicro server"


def _list_usb_interface_first(bmc: Bmc) -> None:
    """List the USB interface to the host before the BMC's own interface."""
    links = [{"@odata.id": f"{NICS}/{name}"} for name in ("ToHost", "1")]
    bmc.change(NICS, {"Members": links})


def _set_mac(mac: str | None) -> Mutation:
    """Return a mutation that changes the MAC address of the BMC's interface."""
    return lambda bmc: bmc.change(f"{NICS}/1", {"MACAddress": mac})


@with_dialog
@pytest.mark.parametrize(
    "mutate",
    [
        pytest.param(lambda bmc: bmc.remove(NICS), id="no network interfaces"),
        pytest.param(lambda bmc: bmc.change(NICS, {"Members": []}), id="empty list"),
        pytest.param(_set_mac(None), id="no address"),
        pytest.param(_set_mac("00:00:00:00:00:00"), id="empty address"),
        pytest.param(_list_usb_interface_first, id="USB interface first"),
    ],
)
async def test_unique_id_is_mac_from_any_source(
    hass: HomeAssistant, bmc: Bmc, user_input: dict[str, str], mutate: Mutation
) -> None:
    """Find the MAC address in the manager's UUID as well.

    The address of the USB interface to the host is not the BMC's.
    """
    mutate(bmc)
    result = await add(hass, user_input)
    assert result["result"].unique_id == "7c:c2:55:5a:00:f1"


@with_dialog
async def test_unique_id_is_uuid_without_mac(
    hass: HomeAssistant, bmc: Bmc, user_input: dict[str, str]
) -> None:
    """Identify a BMC without a MAC address by its UUID, which does not change."""
    identify_by_uuid(UUID)(bmc)
    assert (await add(hass, user_input))["result"].unique_id == UUID
    assert (await add(hass, user_input))["reason"] == "already_configured"


@pytest.fixture
async def renamed(
    hass: HomeAssistant, bmc: Bmc, user_input: dict[str, str]
) -> ConfigEntry:
    """Return the entry of a BMC that was added by its UUID, and has a MAC address now.

    So it is after an update of the firmware, or if the network interface could not be
    read when the BMC was added.
    """
    network = {path: deepcopy(bmc.resource(path)) for path in (NICS, f"{NICS}/1")}
    identify_by_uuid(UUID)(bmc)
    entry: ConfigEntry = (await add(hass, user_input))["result"]
    for path, body in network.items():
        bmc.put(path, body)
    await reload(hass, entry)
    assert (entry_state(entry), entry.unique_id) == (ConfigEntryState.LOADED, UUID)
    return entry


@with_dialog
async def test_reconfigure_flow_accepts_former_identifier(
    hass: HomeAssistant, renamed: ConfigEntry, user_input: dict[str, str]
) -> None:
    """Accept the BMC by any identifier that the setup accepts."""
    form = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_RECONFIGURE, "entry_id": renamed.entry_id}
    )
    result = await submit(hass, form, user_input)
    assert result["reason"] == "reconfigure_successful"
    assert renamed.unique_id == UUID


@with_dialog
async def test_reauth_flow_accepts_former_identifier(
    hass: HomeAssistant, bmc: Bmc, renamed: ConfigEntry
) -> None:
    """Accept a new password for a BMC whose preferred identifier has changed."""
    bmc.change_password("new")
    await reload(hass, renamed)
    account = {"username": bmc.username, "password": "new"}
    result = await submit(hass, await reauth_form(hass), account)
    assert result["reason"] == "reauth_successful"
    assert renamed.data["password"] == "new"


@with_dialog
async def test_bmc_with_former_identifier_is_not_added_again(
    hass: HomeAssistant,
    renamed: ConfigEntry,
    server: Server,
    user_input: dict[str, str],
) -> None:
    """Abort a flow of the user and one of discovery, whatever address it is at."""
    assert (await add(hass, user_input))["reason"] == "already_configured"
    data = {**renamed.data, "host": f"localhost:{server.port}"}
    hass.config_entries.async_update_entry(renamed, data=data)
    assert (await announce(hass, server.url))["reason"] == "already_configured"


async def test_other_bmc_at_the_address_is_not_read(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Fail the setup: the values of another BMC would be taken for the server's."""
    change_identity(bmc)
    await set_up(hass, entry)
    assert entry_state(entry) is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == "wrong_device"
    assert bmc.open_sessions == 0
    assert hass.states.async_all() == []


async def test_identity_is_read_from_network_interface_without_mac_in_root(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Compare the network interface's MAC address if the root's UUID has none."""
    bmc.change(ROOT, {"UUID": UUID})
    await set_up(hass, entry)
    assert entry_state(entry) is ConfigEntryState.LOADED
    assert f"GET {NICS}/1" in requests_since(bmc)
