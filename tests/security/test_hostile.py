"""Whatever a BMC puts into a field, it is that field alone which shows it."""

from collections.abc import Callable
from datetime import UTC, datetime
import json
import re
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, valid_entity_id
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
from homeassistant.helpers.json import json_bytes
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    WebSocketGenerator,
)

from custom_components.supermicro_redfish.aiosupermicro import (
    InvalidResponseError,
    ServerCertificate,
)
from custom_components.supermicro_redfish.const import DOMAIN
from custom_components.supermicro_redfish.util import certificate_placeholders
from tests.integration import LLDP, LOG, ROOT, logged_problems, set_up
from tests.integration.dialog import add
from tests.integration.discovery import announce
from tests.simulator import Bmc, Server
from tests.simulator.testing import CHASSIS, MANAGER, POWER, SYSTEM, THERMAL

HTML = "<img src=x onerror=alert(1)><script>alert(2)</script><b>bold</b>"


def deep(levels: int) -> Any:
    """Return lists and objects inside each other."""
    value: Any = "end"
    for level in range(levels):
        value = [value] if level % 2 else {"Name": value}
    return value


HOSTILE: dict[str, Any] = {
    "deep": deep(90),
    "huge": "A" * 1_000_000,
    "control": "a\x00b\x07\x1b[31m\r\n\t\x7f\x85\u2028\u202ec",
    "half": "a\ud800b\udc00",
    "html": HTML,
    "markdown": "![x](https://192.0.2.66/x.png) [here](https://192.0.2.66/)",
    "template": "{{ states | list }} {0.__class__} %s %(x)s ${x} {name}",
    "slashes": "../../../../etc/passwd?#%2e%2e\\..\\",
    "wide": ["x"] * 10_000,
    "keys": {f"key{n}": {"Name": n} for n in range(2_000)} | {HTML: "\ud800"},
}

type Place = tuple[str, Callable[[dict[str, Any], Any], dict[str, Any]]]

READING = {"ReadingCelsius": 42, "Status": {"State": "Enabled", "Health": "OK"}}
EVENT = {"Created": "2026-10-02T19:00:00Z", "Severity": "Warning", "EntryType": "SEL"}


def _with(path: str, key: str) -> Place:
    """Return what puts a value under a key of a resource."""
    return path, lambda body, value: {**body, key: value}


def _another(path: str, key: str, item: dict[str, Any], field: str) -> Place:
    """Return what adds an item to a list, with a value in one of its fields."""

    def add(body: dict[str, Any], value: Any) -> dict[str, Any]:
        """Add the item."""
        return {**body, key: [*body[key], {"MemberId": "99", **item, field: value}]}

    return path, add


PLACES: dict[str, Place] = {
    "system_model": _with(SYSTEM, "Model"),
    "system_serial": _with(SYSTEM, "SerialNumber"),
    "system_maker": _with(SYSTEM, "Manufacturer"),
    "system_unknown": _with(SYSTEM, "Unheard"),
    "system_key": _with(SYSTEM, HTML),
    "system_asset": _with(SYSTEM, "AssetTag"),
    "chassis_model": _with(CHASSIS, "Model"),
    "firmware": _with(MANAGER, "FirmwareVersion"),
    "temperature": _another(THERMAL, "Temperatures", READING, "Name"),
    "reading": _another(THERMAL, "Temperatures", READING, "ReadingCelsius"),
    "context": _another(THERMAL, "Temperatures", READING, "PhysicalContext"),
    "fan": _another(THERMAL, "Fans", {"Reading": 900}, "Name"),
    "thermal_unknown": _with(THERMAL, "Unheard"),
    "supply": _another(POWER, "PowerSupplies", {"Model": "X"}, "Name"),
    "voltage": _another(POWER, "Voltages", {"ReadingVolts": 3}, "Name"),
    "log_message": _another(LOG, "Members", EVENT, "Message"),
    "log_severity": _another(LOG, "Members", EVENT, "Severity"),
    "log_created": _another(LOG, "Members", EVENT, "Created"),
    "log_sensor": _another(LOG, "Members", EVENT, "SensorType"),
}

OWN = {
    "firmware": ("_bmc_version",),
    "log_message": ("_event_log", "_log_entries"),
    "log_severity": ("_event_log", "_log_entries"),
    "log_created": ("_event_log", "_log_entries"),
    "log_sensor": ("_event_log", "_log_entries"),
}
"""What shows the field; what has no entity yet is not listed."""

_RESTLESS = ("_response_time", "_energy")
"""What goes on changing, whatever the BMC says."""


def shown(hass: HomeAssistant) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return everything that is shown, but for what goes on with time."""
    return {
        state.entity_id: (state.state, dict(state.attributes))
        for state in hass.states.async_all()
        if not state.entity_id.endswith(_RESTLESS)
    }


def differing(
    hass: HomeAssistant, before: dict[str, Any], but: tuple[str, ...]
) -> set[str]:
    """Return what is shown otherwise than before."""
    now = shown(hass)
    return {
        name
        for name, was in before.items()
        if not name.endswith(but) and now.get(name) != was
    }


async def refresh(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Read everything again."""
    await entry.runtime_data.static.async_refresh()
    await entry.runtime_data.dynamic.async_refresh()
    await hass.async_block_till_done(wait_background_tasks=True)


def assert_sound(hass: HomeAssistant) -> None:
    """Make sure that Home Assistant can keep and send all that it holds."""
    for state in hass.states.async_all():
        json_bytes(state.as_dict())
        assert valid_entity_id(state.entity_id)
        assert len(state.state) <= 255
    json_bytes(er.async_get(hass)._data_to_save())
    json_bytes(dr.async_get(hass)._data_to_save())


@pytest.mark.parametrize(
    "value", ["deep", "huge", "control", "half", "html", "template", "wide", "keys"]
)
@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_a_hostile_value_changes_its_own_field_only(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    caplog: pytest.LogCaptureFixture,
    value: str,
) -> None:
    """In the system, the sensors, the log, and wherever there are names."""
    await set_up(hass, entry)
    before = shown(hass)
    assert len(before) > 60
    spread: dict[str, set[str]] = {}
    for place, (path, spoil) in PLACES.items():
        body = spoil(bmc.resource(path), HOSTILE[value]) | {"@odata.etag": None}
        bmc.fail(path, status=200, body=json.dumps(body), method="GET")
        await refresh(hass, entry)
        spread[place] = differing(hass, before, but=OWN.get(place, ()))
        assert_sound(hass)
        bmc.heal()
    await refresh(hass, entry)
    spread["mended"] = differing(hass, before, but=("_event_log",))
    assert {place: names for place, names in spread.items() if names} == {}
    assert logged_problems(caplog) == []


@pytest.mark.parametrize("value", ["control", "half", "html", "huge", "slashes"])
async def test_a_hostile_name_becomes_a_title_that_can_be_shown(
    hass: HomeAssistant,
    tidy: None,
    server: Server,
    bmc: Bmc,
    caplog: pytest.LogCaptureFixture,
    value: str,
) -> None:
    """One line of what can be seen, for it stands in lists and in every log line."""
    body = bmc.resource(SYSTEM) | {"Model": HOSTILE[value]}
    bmc.fail(SYSTEM, status=200, body=json.dumps(body), method="GET")
    account = {"username": bmc.username, "password": bmc.password}
    result = await add(hass, {"host": server.host, **account})
    title = result["title"]
    assert title.isprintable()
    assert 0 < len(title) <= 100
    assert_sound(hass)
    bmc.fail("*", status=500, body=json.dumps(said(HOSTILE["control"])))
    await refresh(hass, result["result"])
    lines = [record.getMessage() for record in caplog.records if DOMAIN in record.name]
    assert any("a b [31m c" in line for line in lines)
    assert [line for line in lines if not line.isprintable()] == []


@pytest.mark.parametrize("value", ["control", "half", "html", "huge", "template"])
async def test_a_hostile_name_is_offered_in_one_line(
    hass: HomeAssistant, server: Server, bmc: Bmc, value: str
) -> None:
    """Whoever announces a Redfish service says what it is called."""
    body = bmc.resource(ROOT) | {"Product": HOSTILE[value]}
    bmc.fail(ROOT, status=200, body=json.dumps(body))
    assert (await announce(hass, f"{server.url}/redfish/v1/"))["type"] == "form"
    (flow,) = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    name = flow["context"]["title_placeholders"]["name"]
    assert name.isprintable()
    assert 0 < len(name) <= 130
    json_bytes(flow["context"])


def said(words: str) -> dict[str, Any]:
    """Return an error in these words."""
    notice = {"Message": words, "MessageId": words, "MessageArgs": [words]}
    return {"error": {"@Message.ExtendedInfo": [notice]}}


@pytest.mark.parametrize("words", [HOSTILE["markdown"], HTML, "a`b`\n\n# c\n- d *e*"])
def test_a_certificate_is_shown_as_it_is(words: str) -> None:
    """It draws no picture, links nowhere, and shows no fingerprint but its own."""
    moment = datetime.now(UTC)
    shown = certificate_placeholders(
        ServerCertificate(
            fingerprint="ab" * 32,
            subject=words,
            issuer=words,
            not_before=moment,
            not_after=moment,
        )
    )
    for text in (shown["subject"], shown["issuer"]):
        assert "\n" not in text
        assert re.sub(r"\\(.)", r"\1", text) == " ".join(words.split())
        assert not re.search(r"(?<!\\)[`*_\[\]()<>!:.@]", text)


async def test_a_licence_is_shown_as_it_is(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """The BMC says what it wants, and that stands in an issue."""
    notice = {
        "MessageId": "SMC.1.0.OemLicenseNotPassed",
        "MessageArgs": [HOSTILE["markdown"]],
    }
    body = json.dumps({"error": {"@Message.ExtendedInfo": [notice]}})
    bmc.fail(LLDP, status=403, body=body)
    await set_up(hass, entry)
    (issue,) = ir.async_get(hass).issues.values()
    assert issue.translation_placeholders
    shown = issue.translation_placeholders["licenses"]
    assert shown.startswith(r"\!\[x\]\(https\:\/\/192\.0\.2\.66")


async def test_the_frontend_gets_all_states_of_a_hostile_bmc(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    hass_ws_client: WebSocketGenerator,
    hass_client: ClientSessionGenerator,
) -> None:
    """And a report can be downloaded."""
    for path, spoil in PLACES.values():
        body = bmc.resource(path)
        for value in ("half", "control", "html", "deep"):
            body = spoil(body, HOSTILE[value])
        bmc.fail(path, status=200, body=json.dumps(body), method="GET")
    await set_up(hass, entry)
    await async_setup_component(hass, "diagnostics", {})
    client = await hass_ws_client(hass)
    await client.send_json_auto_id({"type": "get_states"})
    answer = await client.receive_json()
    assert {state["entity_id"] for state in answer["result"]} >= set(shown(hass))
    assert await get_diagnostics_for_config_entry(hass, hass_client, entry)


@pytest.mark.parametrize("levels", [5_000, 200_000])
async def test_a_document_that_is_too_deep_costs_itself_only(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, levels: int
) -> None:
    """Python would give up on it; the other resources are read."""
    await set_up(hass, entry)
    before = shown(hass)
    body = f'{{"Temperatures": {"[" * levels}{"]" * levels}}}'
    bmc.fail(THERMAL, status=200, body=body)
    await refresh(hass, entry)
    errors = entry.runtime_data.dynamic.data.errors
    assert {name: type(error) for name, error in errors.items()} == {
        "thermal": InvalidResponseError
    }
    changed = differing(hass, before, but=())
    assert changed
    assert all("temperature" in name or "fan" in name for name in changed)
    bmc.heal()
    await refresh(hass, entry)
    assert differing(hass, before, but=()) == set()
