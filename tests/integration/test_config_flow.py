"""Adding a server: what the dialogue finds out, and what it says if it cannot."""

import asyncio
from collections.abc import AsyncIterator, Callable
import socket
import ssl
from typing import Any

from aiohttp import ThreadedResolver, web
from homeassistant.config_entries import (
    ConfigEntry,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import aiohttp_client
import pytest

import custom_components.supermicro_redfish
from custom_components.supermicro_redfish import identify, session
from custom_components.supermicro_redfish.const import DOMAIN
from tests.simulator import REMOVED, Bmc, Server
from tests.simulator.certificate import Certificate, process_certificate

from . import (
    CHASSIS,
    MANAGER,
    NICS,
    ROOT,
    SESSIONS,
    SYSTEM,
    asked,
    complaints,
    lifecycle,
    set_up,
)
from .conftest import Elapse
from .dialogue import add, begin, fill_in, submit

MAC = "7c:c2:55:5a:00:f1"
PAGE = "<!DOCTYPE html><html><body>Welcome</body></html>"

type Spoil = Callable[[Bmc], None]


@pytest.fixture
def user_input(server: Server, bmc: Bmc) -> dict[str, str]:
    """Return what the user enters."""
    return {"host": server.host, "username": bmc.username, "password": bmc.password}


@pytest.fixture(autouse=True)
async def unloaded(
    hass: HomeAssistant,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[None]:
    """Add servers without their entities, and unload them at the end."""
    monkeypatch.setattr(custom_components.supermicro_redfish, "PLATFORMS", [])
    yield
    for entry in hass.config_entries.async_loaded_entries(DOMAIN):
        await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


@pytest.fixture
async def web_server(
    network: None,
    request: pytest.FixtureRequest,
) -> AsyncIterator[str]:
    """Serve something that is no BMC, over TLS or not, and return its address."""
    answer, has_tls = request.param

    async def respond(_: web.BaseRequest) -> web.Response:
        """Answer everything alike; a response can be sent but once."""
        status, text, headers = answer
        return web.Response(
            status=status, text=text, content_type="text/html", headers=headers
        )

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    process_certificate().load_into(context)
    runner = web.ServerRunner(web.Server(respond, access_log=None))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context if has_tls else None)
    await site.start()
    yield f"127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.fixture
def trusted(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the BMC have a certificate that this machine trusts."""
    certificate = Certificate.generate("127.0.0.1")
    server.renew_certificate(certificate)
    context = ssl.create_default_context(cadata=certificate.pem.decode())
    monkeypatch.setattr(session, "get_default_context", lambda: context)


@pytest.fixture
def closed_port(network: None) -> str:
    """Return an address at which nobody answers."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{unused.getsockname()[1]}"


class Names(ThreadedResolver):
    """Looks names up for one test; the test kit's resolver is closed by the first."""

    async def real_close(self) -> None:
        """Be closed by Home Assistant."""


def mend(bmc: Bmc) -> None:
    """Let a spoilt BMC be as it was."""
    bmc.heal()
    bmc.password = "ADMIN"
    bmc.unlicensed = ()
    bmc.expire_sessions()
    for path, body in bmc.board.resources.items():
        bmc.put(path, body)


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
    sessions = [request for request in asked(bmc) if SESSIONS in request]
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
    requests = asked(bmc)
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
    hass: HomeAssistant, bmc: Bmc, user_input: dict[str, str], spoil: Spoil
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
    _with_uuid(uuid)(bmc)
    assert (await add(hass, user_input))["result"].unique_id == uuid
    assert (await add(hass, user_input))["reason"] == "already_configured"


def _with_uuid(uuid: str | None) -> Spoil:
    """Return what makes a BMC one that tells no MAC address but this UUID."""

    def spoil(bmc: Bmc) -> None:
        bmc.remove(NICS)
        bmc.change(MANAGER, {"UUID": uuid})

    return spoil


def _old_style_of(manufacturer: str | None) -> Spoil:
    """Return what makes a BMC one whose root does not say who made it."""

    def spoil(bmc: Bmc) -> None:
        bmc.change(ROOT, {"Oem": REMOVED})
        bmc.change(SYSTEM, {"Manufacturer": manufacturer})

    return spoil


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("spoil", "error", "login_attempts"),
    [
        pytest.param(
            lambda bmc: bmc.change_password("changed"), "invalid_auth", 1, id="password"
        ),
        pytest.param(lambda bmc: bmc.drop("*"), "cannot_connect", 0, id="dropped"),
        pytest.param(
            lambda bmc: bmc.drop(SESSIONS), "cannot_connect", 1, id="dropped at login"
        ),
        pytest.param(lambda bmc: bmc.hang("*", 0.5), "timeout", 0, id="hanging"),
        pytest.param(
            lambda bmc: bmc.hang(CHASSIS, 0.5), "timeout", 1, id="hanging late"
        ),
        pytest.param(
            lambda bmc: bmc.fail("*", status=503), "busy", 0, id="unavailable"
        ),
        pytest.param(
            lambda bmc: bmc.fail(MANAGER, status=503), "busy", 1, id="unavailable late"
        ),
        pytest.param(lambda bmc: bmc.fail("*", status=429), "busy", 0, id="too often"),
        pytest.param(
            lambda bmc: bmc.fail(ROOT, status=200, body=PAGE, content_type="text/html"),
            "invalid_response",
            0,
            id="page",
        ),
        pytest.param(
            lambda bmc: bmc.fail(ROOT, status=200, body='{"Systems": {'),
            "invalid_response",
            0,
            id="cut short",
        ),
        pytest.param(
            lambda bmc: bmc.fail(ROOT, status=200, body="[]"),
            "invalid_response",
            0,
            id="no object",
        ),
        pytest.param(
            lambda bmc: bmc.fail("*", status=404, body=PAGE, content_type="text/html"),
            "not_found",
            0,
            id="nothing there",
        ),
        pytest.param(
            lambda bmc: bmc.fail(SYSTEM, status=403), "not_authorized", 1, id="no right"
        ),
        pytest.param(
            lambda bmc: setattr(bmc, "unlicensed", (ROOT,)),
            "license_missing",
            0,
            id="no licence",
        ),
        pytest.param(lambda bmc: bmc.fail("*", status=400), "refused", 0, id="refused"),
        pytest.param(
            lambda bmc: bmc.fail(ROOT, status=401), "not_supported", 0, id="closed root"
        ),
        pytest.param(
            lambda bmc: bmc.change(ROOT, {"Oem": REMOVED, "Vendor": "Dell"}),
            "not_supported",
            0,
            id="another maker's root",
        ),
        pytest.param(
            _old_style_of("Dell Inc."), "not_supported", 1, id="another maker's system"
        ),
        pytest.param(_old_style_of(None), "not_supported", 1, id="nobody's system"),
        pytest.param(_with_uuid(None), "not_supported", 1, id="no identity"),
        pytest.param(
            _with_uuid(f"00000000-0000-0000-0000-{12 * '0'}"),
            "not_supported",
            1,
            id="an empty identity",
        ),
    ],
)
async def test_each_failure_has_its_own_message_and_can_be_mended(
    hass: HomeAssistant,
    bmc: Bmc,
    user_input: dict[str, str],
    caplog: pytest.LogCaptureFixture,
    spoil: Spoil,
    error: str,
    login_attempts: int,
) -> None:
    """No second login is tried, no session stays open, nothing is logged.

    Another maker's BMC that says so in its root never sees the password.
    """
    spoil(bmc)
    others = bmc.open_sessions
    form = await submit(hass, await begin(hass), user_input)
    assert form["type"] is FlowResultType.FORM
    assert form["errors"] == {"base": error}
    assert asked(bmc).count(f"POST {SESSIONS}") == login_attempts
    assert bmc.open_sessions == others
    assert complaints(caplog) == []

    mend(bmc)
    result = await submit(hass, form, user_input)
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    ("web_server", "error"),
    [
        pytest.param(((404, PAGE, {}), True), "not_found", id="404"),
        pytest.param(((200, PAGE, {}), True), "invalid_response", id="page"),
        pytest.param(
            ((302, "", {"Location": "/login.html"}), True),
            "invalid_response",
            id="login page",
        ),
        pytest.param(
            ((302, "", {"Location": "https://192.0.2.1/redfish/v1/"}), True),
            "invalid_response",
            id="sends elsewhere",
        ),
        pytest.param(((404, PAGE, {}), False), "cannot_connect", id="no TLS"),
    ],
    indirect=["web_server"],
)
async def test_a_web_server_is_told_from_a_bmc(
    hass: HomeAssistant,
    user_input: dict[str, str],
    caplog: pytest.LogCaptureFixture,
    web_server: str,
    error: str,
) -> None:
    """What is no Redfish service gets no password, and the user another try."""
    form = await submit(hass, await begin(hass), user_input | {"host": web_server})
    assert form["errors"] == {"base": error}
    assert complaints(caplog) == []
    result = await submit(hass, form, user_input)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_a_port_at_which_nobody_answers_cannot_be_connected_to(
    hass: HomeAssistant,
    user_input: dict[str, str],
    caplog: pytest.LogCaptureFixture,
    closed_port: str,
) -> None:
    """A refused connection is said to be that, and the user has another try."""
    form = await submit(hass, await begin(hass), user_input | {"host": closed_port})
    assert form["errors"] == {"base": "cannot_connect"}
    assert complaints(caplog) == []
    result = await submit(hass, form, user_input)
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    "host",
    [
        "",
        " ",
        "a b",
        "http://192.0.2.1",
        "ftp://192.0.2.1",
        "192.0.2.1/redfish",
        "me:secret@192.0.2.1",
        "192.0.2.1:99999",
        "[::1",
        "https://",
        ":443",
    ],
)
async def test_a_malformed_address_is_marked_at_its_field(
    hass: HomeAssistant, bmc: Bmc, user_input: dict[str, str], host: str
) -> None:
    """Nothing is sent to an address that is none."""
    form = await submit(hass, await begin(hass), user_input | {"host": host})
    assert form["errors"] == {"host": "invalid_host"}
    assert bmc.requests == []
    result = await submit(hass, form, user_input)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_what_nobody_thought_of_is_logged_and_does_not_end_the_dialogue(
    hass: HomeAssistant,
    bmc: Bmc,
    user_input: dict[str, str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A defect of the integration is for its log, with the traceback."""

    def fail(*_: Any) -> None:
        """Be such a defect."""
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(identify, "server_name", fail)
        form = await submit(hass, await begin(hass), user_input)
    assert form["errors"] == {"base": "unknown"}
    assert bmc.open_sessions == 0
    assert "Traceback" in caplog.text
    result = await submit(hass, form, user_input)
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")
async def test_a_full_table_of_sessions_does_not_keep_the_server_out(
    hass: HomeAssistant, bmc: Bmc, user_input: dict[str, str]
) -> None:
    """Where others have taken all sessions, the password goes with each request."""
    while not bmc.sessions.full:
        bmc.sessions.create("somebody")
    assert (await add(hass, user_input))["type"] is FlowResultType.CREATE_ENTRY
    assert bmc.logins == 0


async def test_a_form_that_failed_keeps_what_was_entered(
    hass: HomeAssistant, bmc: Bmc, user_input: dict[str, str]
) -> None:
    """The address and the user name need not be typed again, the password must."""
    bmc.change_password("changed")
    form = await submit(hass, await begin(hass), user_input)
    assert suggested(form)["host"] == user_input["host"]
    assert suggested(form)["username"] == user_input["username"]
    assert suggested(form)["password"] is None


@pytest.mark.usefixtures("impatient")
async def test_a_dialogue_that_is_broken_off_leaves_no_session(
    hass: HomeAssistant, bmc: Bmc, user_input: dict[str, str]
) -> None:
    """Whoever cancels the dialogue while it waits does not lock others out."""
    bmc.hang(CHASSIS, 0.5)
    form = await begin(hass)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await submit(hass, form, user_input)
    assert bmc.logins == 1
    assert bmc.open_sessions == 0


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


# The certificate


async def test_a_certificate_is_shown_before_the_password_is_sent(
    hass: HomeAssistant, bmc: Bmc, server: Server, user_input: dict[str, str]
) -> None:
    """What is shown is what a browser would show; until then only the root is read."""
    form = await fill_in(hass, await begin(hass), user_input)
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "certificate")
    assert server.certificate_sha256
    shown = form["description_placeholders"]
    assert shown
    assert shown["fingerprint"].replace(":", "").lower() == server.certificate_sha256
    assert shown["fingerprint"].count(":") == 31
    assert shown["url"] == f"https://{server.host}"
    assert "CN=IPMI" in shown["subject"]
    assert shown["issuer"] == shown["subject"]
    assert shown["not_before"] < shown["not_after"]
    assert asked(bmc) == [f"GET {ROOT}"]
    assert not any("authorization" in request.headers for request in bmc.requests)

    result = await fill_in(hass, form, {"certificate": "pin"})
    assert result["data"]["verify_ssl"] == server.certificate_sha256


async def test_a_certificate_need_not_be_pinned(
    hass: HomeAssistant, server: Server, user_input: dict[str, str]
) -> None:
    """Whoever renews it often may do without; then any is taken."""
    result = await submit(hass, await begin(hass), user_input, certificate="unverified")
    assert result["data"]["verify_ssl"] is False
    entry = result["result"]
    server.renew_certificate()
    await hass.config_entries.async_reload(entry.entry_id)
    assert lifecycle(entry) is ConfigEntryState.LOADED


async def test_a_certificate_that_somebody_vouches_for_needs_no_question(
    hass: HomeAssistant,
    trusted: None,
    user_input: dict[str, str],
) -> None:
    """It is checked from then on as well."""
    result = await fill_in(hass, await begin(hass), user_input)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"]["verify_ssl"] is True
    assert lifecycle(result["result"]) is ConfigEntryState.LOADED


async def test_a_certificate_is_asked_about_only_once(
    hass: HomeAssistant, bmc: Bmc, user_input: dict[str, str]
) -> None:
    """After a mistyped password the next attempt goes straight to the login."""
    wrong = user_input | {"password": "mistyped"}
    form = await submit(hass, await begin(hass), wrong)
    assert form["errors"] == {"base": "invalid_auth"}
    result = await fill_in(hass, form, user_input)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert bmc.login_attempts == 3


async def test_another_certificate_is_asked_about_anew(
    hass: HomeAssistant, server: Server, user_input: dict[str, str]
) -> None:
    """What was said about the first says nothing about the second."""
    wrong = user_input | {"password": "mistyped"}
    form = await submit(hass, await begin(hass), wrong)
    server.renew_certificate()
    form = await fill_in(hass, form, user_input)
    assert form["step_id"] == "certificate"


async def test_a_certificate_that_changes_under_the_users_eyes_gets_no_password(
    hass: HomeAssistant, bmc: Bmc, server: Server, user_input: dict[str, str]
) -> None:
    """The one that was shown is the one that is trusted."""
    form = await fill_in(hass, await begin(hass), user_input)
    server.renew_certificate()
    form = await fill_in(hass, form, {"certificate": "pin"})
    assert form["errors"] == {"base": "certificate_changed"}
    assert bmc.login_attempts == 0
    result = await submit(hass, form, user_input)
    assert result["type"] is FlowResultType.CREATE_ENTRY


# Another password


async def test_a_new_password_is_asked_for_and_taken(
    hass: HomeAssistant, bmc: Bmc, entry: ConfigEntry
) -> None:
    """One attempt with the old one, a question, and all is well again."""
    bmc.change_password("new")
    await set_up(hass, entry)
    assert lifecycle(entry) is ConfigEntryState.SETUP_ERROR
    assert bmc.login_attempts == 1
    form = await question(hass)
    assert form["step_id"] == "reauth_confirm"

    for wrong in ("newer", "newest"):
        form = await fill_in(hass, form, {"username": "ADMIN", "password": wrong})
        assert form["errors"] == {"base": "invalid_auth"}
    assert bmc.login_attempts == 3

    result = await fill_in(hass, form, {"username": "ADMIN", "password": "new"})
    assert result["reason"] == "reauth_successful"
    assert entry.data["password"] == "new"
    assert lifecycle(entry) is ConfigEntryState.LOADED
    assert bmc.open_sessions == 1


async def test_a_password_that_changes_meanwhile_is_asked_for(
    hass: HomeAssistant, bmc: Bmc, loaded: ConfigEntry, elapse: Elapse
) -> None:
    """Polling stops after the one attempt, for the BMC would lock the account."""
    bmc.change_password("new")
    bmc.expire_sessions()
    await elapse(3600)
    assert bmc.login_attempts == 2
    form = await question(hass)
    result = await fill_in(hass, form, {"username": "ADMIN", "password": "new"})
    assert result["reason"] == "reauth_successful"
    assert lifecycle(loaded) is ConfigEntryState.LOADED
    assert bmc.open_sessions == 1


@pytest.mark.parametrize("verify_ssl", [False, "pinned"])
async def test_a_new_password_is_no_reason_to_ask_about_the_certificate(
    hass: HomeAssistant,
    bmc: Bmc,
    entry: ConfigEntry,
    verify_ssl: bool | str,  # noqa: FBT001
) -> None:
    """Neither where it is pinned nor where it is not."""
    if verify_ssl is False:
        hass.config_entries.async_update_entry(
            entry, data={**entry.data, "verify_ssl": False}
        )
    before = entry.data["verify_ssl"]
    bmc.change_password("new")
    await set_up(hass, entry)
    form = await question(hass)
    result = await fill_in(hass, form, {"username": "ADMIN", "password": "new"})
    assert result["reason"] == "reauth_successful"
    assert entry.data["verify_ssl"] == before


async def test_a_new_certificate_is_asked_about_with_a_new_password(
    hass: HomeAssistant, bmc: Bmc, server: Server, entry: ConfigEntry
) -> None:
    """A reset to the factory's settings changes both."""
    bmc.change_password("new")
    await set_up(hass, entry)
    server.renew_certificate()
    form = await question(hass)
    account = {"username": "ADMIN", "password": "new"}
    form = await fill_in(hass, form, account)
    assert form["step_id"] == "certificate"
    assert bmc.login_attempts == 1
    result = await fill_in(hass, form, {"certificate": "pin"})
    assert result["reason"] == "reauth_successful"
    assert entry.data["verify_ssl"] == server.certificate_sha256


async def test_a_password_of_another_bmc_is_not_taken(
    hass: HomeAssistant, bmc: Bmc, entry: ConfigEntry
) -> None:
    """An address may lead elsewhere by now."""
    bmc.change_password("new")
    await set_up(hass, entry)
    become_another(bmc)
    form = await question(hass)
    result = await fill_in(hass, form, {"username": "ADMIN", "password": "new"})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "wrong_device")
    assert entry.data["password"] == "ADMIN"
    assert bmc.open_sessions == 0


# Another address


@pytest.mark.parametrize("password", [{}, {"password": "ADMIN"}])
async def test_a_server_can_be_given_another_address(
    hass: HomeAssistant,
    bmc: Bmc,
    server: Server,
    entry: ConfigEntry,
    password: dict[str, str],
) -> None:
    """The password need not be entered again, and is not shown."""
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, "host": "127.0.0.1:9"}
    )
    form = await entry.start_reconfigure_flow(hass)  # type: ignore[attr-defined]
    assert suggested(form)["host"] == "127.0.0.1:9"
    assert suggested(form)["password"] is None
    result = await fill_in(
        hass, form, {"host": server.url, "username": "ADMIN", **password}
    )
    assert result["reason"] == "reconfigure_successful"
    assert entry.data["host"] == server.host
    assert lifecycle(entry) is ConfigEntryState.LOADED
    assert bmc.open_sessions == 1


async def test_a_server_cannot_become_another(
    hass: HomeAssistant, bmc: Bmc, server: Server, loaded: ConfigEntry
) -> None:
    """Its history is that of one machine."""
    before = dict(loaded.data)
    become_another(bmc)
    form = await loaded.start_reconfigure_flow(hass)  # type: ignore[attr-defined]
    result = await fill_in(hass, form, {"host": server.host, "username": "ADMIN"})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "wrong_device")
    assert loaded.data == before


async def test_a_mistake_in_a_new_address_can_be_mended(
    hass: HomeAssistant,
    server: Server,
    loaded: ConfigEntry,
    closed_port: str,
) -> None:
    """The entry stays as it is until then."""
    form = await loaded.start_reconfigure_flow(hass)  # type: ignore[attr-defined]
    for host, errors in {
        "no address": {"host": "invalid_host"},
        closed_port: {"base": "cannot_connect"},
    }.items():
        form = await fill_in(hass, form, {"host": host, "username": "ADMIN"})
        assert form["errors"] == errors
        assert loaded.data["host"] == server.host
    result = await fill_in(hass, form, {"host": server.host, "username": "ADMIN"})
    assert result["reason"] == "reconfigure_successful"


async def test_a_field_that_is_left_empty_means_the_stored_password(
    hass: HomeAssistant, server: Server, bmc: Bmc, loaded: ConfigEntry
) -> None:
    """Also after another one was tried, which would lock the account in the end."""
    form = await loaded.start_reconfigure_flow(hass)  # type: ignore[attr-defined]
    known = {"host": server.host, "username": "ADMIN"}
    form = await fill_in(hass, form, {**known, "password": "mistyped"})
    assert form["errors"] == {"base": "invalid_auth"}
    attempts = bmc.login_attempts
    result = await fill_in(hass, form, known)
    assert result["reason"] == "reconfigure_successful"
    assert loaded.data["password"] == "ADMIN"
    assert bmc.login_attempts == attempts + 2  # the dialogue's and the entry's


async def test_an_unverified_certificate_can_be_pinned_later(
    hass: HomeAssistant, server: Server, entry: ConfigEntry
) -> None:
    """Whoever reconfigures is asked about it, and may change their mind."""
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, "verify_ssl": False}
    )
    form = await entry.start_reconfigure_flow(hass)  # type: ignore[attr-defined]
    form = await fill_in(hass, form, {"host": server.host, "username": "ADMIN"})
    assert form["step_id"] == "certificate"
    await fill_in(hass, form, {"certificate": "pin"})
    assert entry.data["verify_ssl"] == server.certificate_sha256


async def question(hass: HomeAssistant) -> ConfigFlowResult:
    """Return the one question for a password that is open."""
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == "reauth"
    return flow


def suggested(form: ConfigFlowResult) -> dict[str, Any]:
    """Return what a form suggests for its fields."""
    assert form["data_schema"]
    return {
        str(marker): (marker.description or {}).get("suggested_value")
        for marker in form["data_schema"].schema
    }


def become_another(bmc: Bmc) -> None:
    """Let another BMC answer at the address."""
    other = "7C:C2:55:00:00:01"
    uuid = "00000000-0000-0000-0000-7CC255000001"
    bmc.change(f"{NICS}/1", {"MACAddress": other, "PermanentMACAddress": other})
    bmc.change(MANAGER, {"UUID": uuid})
    bmc.change(ROOT, {"UUID": uuid})
