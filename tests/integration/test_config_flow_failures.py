"""Adding a server: what the dialogue says if it cannot, and how that is mended."""

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

from . import (
    CHASSIS,
    MANAGER,
    ROOT,
    SESSIONS,
    SYSTEM,
    Spoil,
    asked,
    complaints,
    with_uuid_only,
)
from .dialogue import begin, submit, suggested

pytestmark = pytest.mark.usefixtures("unloaded")

PAGE = "<!DOCTYPE html><html><body>Welcome</body></html>"


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


def mend(bmc: Bmc) -> None:
    """Let a spoilt BMC be as it was."""
    bmc.heal()
    bmc.password = "ADMIN"
    bmc.unlicensed = ()
    bmc.expire_sessions()
    for path, body in bmc.board.resources.items():
        bmc.put(path, body)


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
        pytest.param(with_uuid_only(None), "not_supported", 1, id="no identity"),
        pytest.param(
            with_uuid_only(f"00000000-0000-0000-0000-{12 * '0'}"),
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
        patched.setattr(identity, "server_name", fail)
        form = await submit(hass, await begin(hass), user_input)
    assert form["errors"] == {"base": "unknown"}
    assert bmc.open_sessions == 0
    assert "Traceback" in caplog.text
    result = await submit(hass, form, user_input)
    assert result["type"] is FlowResultType.CREATE_ENTRY


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
