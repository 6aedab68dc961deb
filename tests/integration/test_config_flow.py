"""Adding a server: what the dialogue finds out about it."""

from aiohttp import ThreadedResolver
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import aiohttp_client
import pytest

from custom_components.supermicro_redfish.const import DOMAIN
from tests.simulator import Bmc, Server

from . import (
    CHASSIS,
    NICS,
    ROOT,
    SESSIONS,
    SYSTEM,
    Mutation,
    identify_by_uuid,
    requests_since,
    set_up,
)
from .dialog import add, begin, submit

pytestmark = pytest.mark.usefixtures("unloaded")

MAC = "7c:c2:55:5a:00:f1"


class Names(ThreadedResolver):
    """Looks names up for one test; the test kit's resolver is closed by the first."""

    async def real_close(self) -> None:
        """Be closed by Home Assistant."""


async def test_a_server_is_added_under_its_name_and_its_bmcs_mac(
    hass: HomeAssistant, server: Server, user_input: dict[str, str]
) -> None:
    """The title is what the board is called, the unique id is the BMC's own MAC."""
    form = await begin(hass)
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "user")
    assert not form["errors"]

    result = await submit(hass, form, user_input)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "X12SPI-TF"
    assert result["data"] == {
        **user_input,
        "verify_ssl": server.certificate_sha256,
    }
    assert result["result"].unique_id == MAC


async def test_the_dialogue_logs_in_once_and_so_does_the_entry(
    hass: HomeAssistant, bmc: Bmc, user_input: dict[str, str]
) -> None:
    """The dialogue's session is given back before the entry makes its own."""
    result = await add(hass, user_input)
    assert bmc.login_attempts == bmc.logins == 2
    assert bmc.open_sessions == 1
    sessions = [request for request in requests_since(bmc) if SESSIONS in request]
    assert sessions == [f"POST {SESSIONS}", f"DELETE {SESSIONS}/1", f"POST {SESSIONS}"]

    await hass.config_entries.async_unload(result["result"].entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert bmc.open_sessions == 0
    assert bmc.logins == 2


async def test_the_dialogue_asks_for_nothing_twice(
    hass: HomeAssistant, bmc: Bmc, user_input: dict[str, str]
) -> None:
    """A BMC may take six seconds for its manager alone.

    But the root: once before its certificate is trusted, and once after that.
    """
    await add(hass, user_input)
    requests = requests_since(bmc)
    dialogue = requests[: requests.index(f"DELETE {SESSIONS}/1")]
    assert dialogue[:2] == 2 * [f"GET {ROOT}"]
    assert len(dialogue[1:]) == len(set(dialogue[1:]))


@pytest.mark.parametrize("spelling", ["https://{}", "https://{}/", " {} "])
async def test_the_address_may_be_copied_from_the_browser(
    hass: HomeAssistant, user_input: dict[str, str], spelling: str
) -> None:
    """An address is kept without its scheme, a slash and spaces around it."""
    result = await add(hass, user_input | {"host": spelling.format(user_input["host"])})
    assert result["data"]["host"] == user_input["host"]


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
async def test_a_factorys_placeholder_is_no_name(
    hass: HomeAssistant,
    bmc: Bmc,
    user_input: dict[str, str],
    system: str | None,
    chassis: str | None,
    title: str,
) -> None:
    """The system's model is its name, else the board's, else plain words."""
    bmc.change(SYSTEM, {"Model": system})
    bmc.change(CHASSIS, {"Model": chassis})
    assert (await add(hass, user_input))["title"] == title


async def test_a_board_without_a_chassis_can_be_added(
    hass: HomeAssistant, bmc: Bmc, user_input: dict[str, str]
) -> None:
    """Only its name may be missing then."""
    bmc.remove(CHASSIS)
    assert (await add(hass, user_input))["title"] == "Supermicro server"


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda bmc: bmc.remove(NICS), id="no network interfaces"),
        pytest.param(lambda bmc: bmc.change(NICS, {"Members": []}), id="empty list"),
        pytest.param(
            lambda bmc: bmc.change(f"{NICS}/1", {"MACAddress": None}), id="no address"
        ),
        pytest.param(
            lambda bmc: bmc.change(f"{NICS}/1", {"MACAddress": "00:00:00:00:00:00"}),
            id="an empty address",
        ),
        pytest.param(
            lambda bmc: bmc.change(
                NICS,
                {
                    "Members": [
                        {"@odata.id": f"{NICS}/ToHost"},
                        {"@odata.id": f"{NICS}/1"},
                    ]
                },
            ),
            id="the host's link first",
        ),
    ],
)
async def test_the_mac_is_found_wherever_the_board_tells_it(
    hass: HomeAssistant, bmc: Bmc, user_input: dict[str, str], spoil: Mutation
) -> None:
    """It also stands in the manager's UUID; that of the USB link is not the BMC's."""
    spoil(bmc)
    result = await add(hass, user_input)
    assert result["result"].unique_id == MAC


async def test_a_bmc_that_tells_no_mac_is_known_by_its_uuid(
    hass: HomeAssistant, bmc: Bmc, user_input: dict[str, str]
) -> None:
    """It must be known by something that stays."""
    uuid = "5a5a1f0e-93a4-4c5a-8d5b-6f1f6d6c7e01"
    identify_by_uuid(uuid)(bmc)
    assert (await add(hass, user_input))["result"].unique_id == uuid
    assert (await add(hass, user_input))["reason"] == "already_configured"


@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")
async def test_a_full_table_of_sessions_does_not_keep_the_server_out(
    hass: HomeAssistant, bmc: Bmc, user_input: dict[str, str]
) -> None:
    """Where others have taken all sessions, the password goes with each request."""
    while not bmc.sessions.full:
        bmc.sessions.create("somebody")
    assert (await add(hass, user_input))["type"] is FlowResultType.CREATE_ENTRY
    assert bmc.logins == 0


@pytest.mark.parametrize("other", ["{}", "https://{}/"])
async def test_a_bmc_cannot_be_added_twice(
    hass: HomeAssistant,
    bmc: Bmc,
    entry: ConfigEntry,
    user_input: dict[str, str],
    other: str,
) -> None:
    """It is known by its MAC, whatever address it is reached by (M13)."""
    await set_up(hass, entry)
    result = await add(hass, user_input | {"host": other.format(user_input["host"])})
    assert (result["type"], result["reason"]) == (
        FlowResultType.ABORT,
        "already_configured",
    )
    assert len(hass.config_entries.async_entries(DOMAIN)) == 1
    assert bmc.open_sessions == 1


async def test_a_bmc_that_is_added_again_under_a_new_address_is_found_there(
    hass: HomeAssistant,
    bmc: Bmc,
    server: Server,
    entry: ConfigEntry,
    user_input: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The entry takes the address over, and reads from there with one session."""
    monkeypatch.setattr(aiohttp_client, "_async_make_resolver", lambda _: Names())
    await set_up(hass, entry)
    moved = user_input | {"host": f"localhost:{server.port}"}
    result = await add(hass, moved)
    assert result["reason"] == "already_configured"
    assert entry.data == moved | {"verify_ssl": entry.data["verify_ssl"]}
    assert entry.state is ConfigEntryState.LOADED
    assert bmc.open_sessions == 1
