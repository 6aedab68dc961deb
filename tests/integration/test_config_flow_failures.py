"""Test the errors of the dialog that adds a server, and the next attempt."""

import asyncio
from collections.abc import AsyncIterator
import ssl
from typing import Any

from aiohttp import web
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.supermicro_redfish import identity
from tests.simulator import REMOVED, Bmc
from tests.simulator.certificate import process_certificate

from . import Mutation, identify_by_uuid, logged_problems, requests_since, until
from .dialog import add, begin, submit, suggested_values
from .paths import CHASSIS, MANAGER, ROOT, SESSIONS, SYSTEM

pytestmark = pytest.mark.usefixtures("unload_entries")

PAGE = "<!DOCTYPE html><html><body>Welcome</body></html>"


@pytest.fixture
async def web_server(
    network: None, request: pytest.FixtureRequest
) -> AsyncIterator[str]:
    """Run a web server that is no BMC, with or without TLS, and return its address."""
    answer, has_tls = request.param

    async def respond(_: web.BaseRequest) -> web.Response:
        """Answer all requests alike. A response can be sent only once."""
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


def repair(bmc: Bmc) -> None:
    """Undo all mutations of a BMC."""
    bmc.heal()
    bmc.password = "ADMIN"
    bmc.unlicensed = ()
    bmc.expire_sessions()
    for path, body in bmc.board.resources.items():
        bmc.put(path, body)


def _answer(path: str, **answer: Any) -> Mutation:
    """Return a mutation that changes the response to requests for a path."""
    return lambda bmc: bmc.fail(path, **answer)


def _old_style_of(manufacturer: str | None) -> Mutation:
    """Return a mutation that reports the manufacturer only in the system, as X10."""

    def mutate(bmc: Bmc) -> None:
        bmc.change(ROOT, {"Oem": REMOVED})
        bmc.change(SYSTEM, {"Manufacturer": manufacturer})

    return mutate


HTML = {"body": PAGE, "content_type": "text/html"}

FAILURES: tuple[tuple[str, Mutation, str, int], ...] = (
    ("password", lambda bmc: bmc.change_password("changed"), "invalid_auth", 1),
    ("dropped", lambda bmc: bmc.drop("*"), "cannot_connect", 0),
    ("dropped at login", lambda bmc: bmc.drop(SESSIONS), "cannot_connect", 1),
    ("hang", lambda bmc: bmc.hang("*", 0.5), "timeout", 0),
    ("hang after login", lambda bmc: bmc.hang(CHASSIS, 0.5), "timeout", 1),
    ("unavailable", _answer("*", status=503), "busy", 0),
    ("unavailable after login", _answer(MANAGER, status=503), "busy", 1),
    ("too many requests", _answer("*", status=429), "busy", 0),
    ("page", _answer(ROOT, status=200, **HTML), "invalid_response", 0),
    (
        "truncated",
        _answer(ROOT, status=200, body='{"Systems": {'),
        "invalid_response",
        0,
    ),
    ("no object", _answer(ROOT, status=200, body="[]"), "invalid_response", 0),
    ("not found", _answer("*", status=404, **HTML), "not_found", 0),
    ("not authorized", _answer(SYSTEM, status=403), "not_authorized", 1),
    ("license", lambda bmc: setattr(bmc, "unlicensed", (ROOT,)), "license_missing", 0),
    ("refused", _answer("*", status=400), "refused", 0),
    ("root with login", _answer(ROOT, status=401), "not_supported", 0),
    (
        "other vendor in root",
        lambda bmc: bmc.change(ROOT, {"Oem": REMOVED, "Vendor": "Dell"}),
        "not_supported",
        0,
    ),
    ("other vendor in system", _old_style_of("Dell Inc."), "not_supported", 1),
    ("no vendor", _old_style_of(None), "not_supported", 1),
    ("no identity", identify_by_uuid(None), "not_supported", 1),
    (
        "empty identity",
        identify_by_uuid(f"00000000-0000-0000-0000-{12 * '0'}"),
        "not_supported",
        1,
    ),
)


@pytest.mark.usefixtures("short_timeout")
@pytest.mark.parametrize(
    ("mutate", "error", "login_attempts"),
    [pytest.param(*row, id=name) for name, *row in FAILURES],
)
async def test_config_flow_shows_error_and_accepts_next_attempt(
    hass: HomeAssistant,
    bmc: Bmc,
    user_input: dict[str, str],
    caplog: pytest.LogCaptureFixture,
    mutate: Mutation,
    error: str,
    login_attempts: int,
) -> None:
    """Attempt one login, leave no session open and log no message.

    Send no password to another vendor's BMC that names the vendor in its root.
    """
    mutate(bmc)
    sessions = bmc.open_sessions
    form = await add(hass, user_input)
    assert form["type"] is FlowResultType.FORM
    assert form["errors"] == {"base": error}
    assert requests_since(bmc).count(f"POST {SESSIONS}") == login_attempts
    assert bmc.open_sessions == sessions
    assert logged_problems(caplog) == []

    repair(bmc)
    result = await submit(hass, form, user_input)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def _require_error_for_host(
    hass: HomeAssistant,
    user_input: dict[str, str],
    caplog: pytest.LogCaptureFixture,
    host: str,
    error: str,
) -> None:
    """Enter a host that is no BMC, and the right one after the error."""
    form = await add(hass, user_input | {"host": host})
    assert form["errors"] == {"base": error}
    assert logged_problems(caplog) == []
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
            id="redirect to login page",
        ),
        pytest.param(
            ((302, "", {"Location": "https://192.0.2.1/redfish/v1/"}), True),
            "invalid_response",
            id="redirect to other host",
        ),
        pytest.param(((404, PAGE, {}), False), "cannot_connect", id="no TLS"),
    ],
    indirect=["web_server"],
)
async def test_config_flow_rejects_web_server_without_redfish(
    hass: HomeAssistant,
    user_input: dict[str, str],
    caplog: pytest.LogCaptureFixture,
    web_server: str,
    error: str,
) -> None:
    """Send no password to a server that offers no Redfish service."""
    await _require_error_for_host(hass, user_input, caplog, web_server, error)


async def test_config_flow_reports_refused_connection(
    hass: HomeAssistant,
    user_input: dict[str, str],
    caplog: pytest.LogCaptureFixture,
    closed_port: str,
) -> None:
    """Show that the connection failed, and accept another attempt."""
    await _require_error_for_host(
        hass, user_input, caplog, closed_port, "cannot_connect"
    )


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
async def test_config_flow_rejects_malformed_host(
    hass: HomeAssistant, bmc: Bmc, user_input: dict[str, str], host: str
) -> None:
    """Show the error at the field, and send no request."""
    form = await add(hass, user_input | {"host": host})
    assert form["errors"] == {"host": "invalid_host"}
    assert bmc.requests == []
    result = await submit(hass, form, user_input)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_config_flow_logs_unexpected_error(
    hass: HomeAssistant,
    bmc: Bmc,
    user_input: dict[str, str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Log a defect of the integration with its traceback, and continue the dialog."""

    def fail(*_: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(identity, "server_name", fail)
        form = await add(hass, user_input)
    assert form["errors"] == {"base": "unknown"}
    assert bmc.open_sessions == 0
    assert "Traceback" in caplog.text
    result = await submit(hass, form, user_input)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_config_flow_keeps_input_after_error(
    hass: HomeAssistant, bmc: Bmc, user_input: dict[str, str]
) -> None:
    """Suggest the entered host and user name, but not the password."""
    bmc.change_password("changed")
    suggested = suggested_values(await add(hass, user_input))
    assert suggested["host"] == user_input["host"]
    assert suggested["username"] == user_input["username"]
    assert suggested["password"] is None


async def test_config_flow_keeps_password_until_it_is_rejected(
    hass: HomeAssistant, bmc: Bmc, user_input: dict[str, str]
) -> None:
    """Ask for the password again only if the BMC has rejected it."""
    form = await add(hass, user_input | {"host": "not a host!"})
    assert suggested_values(form)["password"] == user_input["password"]
    bmc.change_password("changed")
    form = await submit(hass, form, user_input)
    assert form["errors"] == {"base": "invalid_auth"}
    assert suggested_values(form)["password"] is None


async def test_missing_password_replaces_the_error_of_a_rejected_one(
    hass: HomeAssistant, bmc: Bmc, user_input: dict[str, str]
) -> None:
    """Show one error at a time; send no request without a password.

    The page would keep the old error and add its own about a required field.
    """
    form = await add(hass, user_input | {"password": "wrong"})
    assert form["errors"] == {"base": "invalid_auth"}
    requests = len(bmc.requests)
    account = {key: user_input[key] for key in ("host", "username")}
    for missing in (account, account | {"password": ""}):
        form = await submit(hass, form, missing)
        assert form["errors"] == {"password": "password_missing"}
        assert suggested_values(form)["username"] == user_input["username"]
    assert len(bmc.requests) == requests
    result = await submit(hass, form, user_input)
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.usefixtures("short_timeout")
async def test_canceled_config_flow_leaves_no_session(
    hass: HomeAssistant, bmc: Bmc, user_input: dict[str, str]
) -> None:
    """Log out when the user cancels the dialog while it waits for the BMC."""
    bmc.hang(CHASSIS, 0.5)
    form = await begin(hass)
    submitting = asyncio.create_task(submit(hass, form, user_input))
    await until(lambda: any(request.path == CHASSIS for request in bmc.requests))
    submitting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await submitting
    assert bmc.logins == 1
    assert bmc.open_sessions == 0
