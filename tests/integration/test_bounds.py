"""Test the bounds on entities, events and texts of a BMC."""

from collections.abc import Iterator
from itertools import count
import json
import logging
import re
import threading
from typing import Any

from homeassistant.components.recorder.db_schema import MAX_STATE_ATTRS_BYTES
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
from homeassistant.helpers.json import json_bytes
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.supermicro_redfish import diagnostics, entity, event
from custom_components.supermicro_redfish.aiosupermicro import (
    Chassis,
    LogEntry,
    System,
)
from custom_components.supermicro_redfish.aiosupermicro.redaction import Redactor
from custom_components.supermicro_redfish.const import (
    DOMAIN,
    MAX_ENTITIES,
    MAX_EVENTS,
    MAX_MESSAGE_LENGTH,
    MAX_NAME_LENGTH,
    MAX_NEW_ENTITIES,
    MAX_OPTIONS,
    MAX_TEXT_LENGTH,
)
from custom_components.supermicro_redfish.diagnostics import (
    async_get_config_entry_diagnostics,
)
from custom_components.supermicro_redfish.refresh import health_by_component
from custom_components.supermicro_redfish.storage import SeenLogEntries
from custom_components.supermicro_redfish.util import (
    display_text,
    escape_markdown,
    server_name,
    shorten_name,
)
from tests.conftest import RECORDED, RECORDINGS
from tests.simulator import Bmc, Board, Server
from tests.simulator.certificate import Certificate

from . import DYNAMIC, STATIC, set_up, unload
from .conftest import Elapse
from .health_log import FiredEvents, add_to_log, log_entry, set_log
from .paths import CHASSIS, FAN_MODE, LLDP, MANAGER, POWER, ROOT, SYSTEM, THERMAL

every_board = pytest.mark.parametrize(
    "board",
    [*Board.names(), *(RECORDED / name for name in RECORDINGS)],
    indirect=True,
    ids=str,
)

# Entities


def _registered(hass: HomeAssistant, entry: ConfigEntry) -> int:
    """Return the number of registered entities."""
    registry = er.async_get(hass)
    return len(er.async_entries_for_config_entry(registry, entry.entry_id))


def _rename_sensors(bmc: Bmc, numbers: Iterator[int], amount: int) -> None:
    """Give the BMC a number of sensors with new names."""
    sensors = [
        {"Name": f"New {next(numbers)}", "MemberId": str(place), "ReadingCelsius": 42}
        for place in range(amount)
    ]
    bmc.change(THERMAL, {"Temperatures": sensors})


def _issue(hass: HomeAssistant, entry: ConfigEntry) -> ir.IssueEntry | None:
    """Return the repair issue of too many entities."""
    issue_id = f"too_many_entities_{entry.entry_id}"
    return ir.async_get(hass).async_get_issue(DOMAIN, issue_id)


@pytest.fixture
def before(
    hass: HomeAssistant, loaded: ConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> int:
    """Limit new entities to 40 per poll, and return the number at the start."""
    monkeypatch.setattr(entity, "MAX_NEW_ENTITIES", 40)
    return _registered(hass, loaded)


@pytest.mark.long
async def test_entities_of_changing_names_are_limited(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    before: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Add few new entities per poll, stop at the limit and create an issue."""
    monkeypatch.setattr(entity, "MAX_ENTITIES", before + 100)
    numbers, totals = count(), [before]
    for _ in range(6):
        _rename_sensors(bmc, numbers, 80)
        await elapse(DYNAMIC)
        totals.append(_registered(hass, loaded))
        assert totals[-1] - totals[-2] <= 40
        assert (_issue(hass, loaded) is not None) is (totals[-1] == before + 100)
    assert totals[-1] == before + 100
    issue = _issue(hass, loaded)
    assert issue
    assert issue.translation_placeholders == {
        "name": loaded.title,
        "limit": str(MAX_ENTITIES),
    }
    await unload(hass, loaded)
    await set_up(hass, loaded)
    assert _registered(hass, loaded) == before + 100
    await hass.config_entries.async_remove(loaded.entry_id)
    assert _issue(hass, loaded) is None


async def test_rest_of_many_new_entities_follows_with_next_polls(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, before: int
) -> None:
    """Add all parts of a server that has grown, without an issue."""
    _rename_sensors(bmc, count(), 100)
    for expected in (40, 80, 100, 100):
        await elapse(DYNAMIC)
        assert _registered(hass, loaded) == before + expected
    assert _issue(hass, loaded) is None


async def test_first_poll_is_limited_as_well(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    freezer: object,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Limit the entities of a BMC that begins with too many, until there is room."""
    monkeypatch.setattr(entity, "MAX_ENTITIES", 100)
    _rename_sensors(bmc, count(), 200)
    await set_up(hass, entry)
    assert _registered(hass, entry) <= 110
    assert _issue(hass, entry)
    monkeypatch.setattr(entity, "MAX_ENTITIES", MAX_ENTITIES)
    await elapse(STATIC)
    assert _issue(hass, entry) is None


async def test_registered_entities_are_always_added(
    hass: HomeAssistant, loaded: ConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Add all registered entities, even above the limit."""
    states = {state.entity_id for state in hass.states.async_all()}
    monkeypatch.setattr(entity, "MAX_ENTITIES", 10)
    monkeypatch.setattr(entity, "MAX_NEW_ENTITIES", 1)
    await unload(hass, loaded)
    await set_up(hass, loaded)
    assert {state.entity_id for state in hass.states.async_all()} >= states


@pytest.mark.long
async def test_health_of_renamed_components_is_forgotten(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Remember the health of a bounded number of components."""
    known: list[dict[str, str]] = []

    def spy(data: Any) -> dict[str, str]:
        known.append(health_by_component(data))
        return known[-1]

    module = "custom_components.supermicro_redfish.refresh"
    monkeypatch.setattr(f"{module}.health_by_component", spy)
    monkeypatch.setattr(f"{module}.MAX_ENTITIES", 50)
    await unload(hass, loaded)
    await set_up(hass, loaded)
    first = known[0]
    numbers = count()
    for _ in range(4):
        _rename_sensors(bmc, numbers, 60)
        await elapse(DYNAMIC)
        assert len(first) <= 200


# Events


def _entries(number: int, **changes: Any) -> tuple[LogEntry, ...]:
    """Return log entries."""
    return tuple(
        LogEntry.from_dict(log_entry(n, f"Event {n}", **changes)) for n in range(number)
    )


async def test_many_new_log_entries_fire_one_event_for_the_rest(
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    fired: FiredEvents,
    hass_storage: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Fire events for the newest entries, and one for all others."""
    monkeypatch.setattr(event, "MAX_EVENTS", 10)
    add_to_log(bmc, *map(str, range(5)), Severity="Warning")
    add_to_log(bmc, *map(str, range(5, 35)), Severity="OK")
    await elapse(STATIC)
    first, *others = fired.states
    assert first.attributes["omitted"] == 25
    assert first.attributes["event_type"] == "warning"
    assert first.attributes["message"].startswith("25 older entries")
    assert [state.attributes["message"] for state in others] == [
        *map(str, range(25, 35))
    ]
    assert "omitted" not in others[0].attributes
    await elapse(STATIC)
    assert len(fired.states) == 11


async def test_huge_log_is_new_only_once(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    """Report each entry once, even if the log exceeds the number of stored entries."""
    seen = SeenLogEntries(hass, MockConfigEntry())
    entries = _entries(50_000)
    assert seen.mark_seen(entries[:10]) == []
    assert len(seen.mark_seen(entries)) == 10_000
    for _ in range(3):
        assert seen.mark_seen(entries) == []
    more = [*entries, *_entries(3, Created="2026-11-21T10:00:00Z")]
    assert len(seen.mark_seen(more)) == 3
    assert seen.mark_seen(more) == []
    await hass.async_block_till_done()


@pytest.mark.long
async def test_log_that_changes_entirely_fires_bounded_events(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    fired: FiredEvents,
    hass_storage: dict[str, Any],
) -> None:
    """Fire at most a hundred events and one more for each read."""
    numbers = count()
    for reads in (1, 2):
        names = [f"Event {next(numbers)}" for _ in range(1_500)]
        set_log(bmc, [log_entry(n, name) for n, name in enumerate(names)])
        await elapse(STATIC)
        assert len(fired.states) == reads * (MAX_EVENTS + 1)


# Texts

TEXTS = {
    "link": "[Install the update](https://evil.example/x)",
    "image": "![x](http://evil.example/x.png)",
    "html": "<img src=x onerror=alert(1)><script>alert(2)</script>",
    "autolink": "Go to https://evil.example or www.evil.example or HTTP:////evil.example",
    "mail": "mail me@evil.example",
    "reference": "[x]: <https://evil.example> 'title'",
    "split": "h*t*t*p*:*//evil.example w`w`w.evil.example a_www.evil.example",
    "emphasis": "**bold** _x_ __y__ ~~z~~ ~w~ `code` a|b",
    "heading": "# # > - 1. Heading",
    "lines": "a\r\n\r\n# b\u2028- c\n<b>",
    "control": "a\x00b\x07\x1b[31m\x7f\x85\u202ec",
    "huge": "A" * 1_000_000,
    "many control": "a" + "\x01" * 1_999,
    "many emoji": "\U0001f600" * 2_000,
    "huge markup": "[](<" * 9_000,
    "only markup": "[]<>",
}
"""Hostile names of a board."""

_ACTIVE = re.compile(
    r"[\\`*\[\]<>|\r\n]|~~|://|\bwww\.|\S@\S|^\s*([#>+-]|\d+[.)])\s",
    re.IGNORECASE,
)


def _assert_plain(text: Any, max_length: int = MAX_TEXT_LENGTH) -> None:
    """Check that a text is one bounded line without effective markup."""
    if isinstance(text, str):
        assert not _ACTIVE.search(text), text[:200]
        assert text.isprintable()
        assert len(text) <= max_length
        assert text == " ".join(text.split())
    elif isinstance(text, dict):
        for value in text.values():
            _assert_plain(value, max_length)
    elif isinstance(text, (list, tuple)):
        for value in text:
            _assert_plain(value, max_length)


@pytest.mark.parametrize("name", TEXTS)
def test_display_text_has_no_markup(name: str) -> None:
    """Remove markup, including markup that appears when other markup is removed."""
    shown = display_text(TEXTS[name])
    _assert_plain(shown)
    assert display_text(shown) == shown
    _assert_plain(shorten_name(TEXTS[name]), MAX_NAME_LENGTH)
    assert len(escape_markdown(TEXTS[name])) <= 2 * MAX_TEXT_LENGTH


def _spoil(bmc: Bmc, text: str) -> None:
    """Write a text into all displayed names and values of a board."""
    bmc.change(SYSTEM, {"Model": text, "Manufacturer": text, "SerialNumber": text})
    bmc.change(SYSTEM, {"BiosVersion": text})
    bmc.change(
        SYSTEM,
        {"Boot": {"BootSourceOverrideTarget@Redfish.AllowableValues": ["None", text]}},
    )
    bmc.change(CHASSIS, {"Model": text, "SerialNumber": text})
    bmc.change(MANAGER, {"FirmwareVersion": text})
    bmc.change(ROOT, {"Product": text[:30_000]})  # more is no service root
    sensor = {"Name": text, "MemberId": text, "Status": {"State": "Enabled"}}
    for path, key, reading in (
        (THERMAL, "Temperatures", "ReadingCelsius"),
        (THERMAL, "Fans", "Reading"),
        (POWER, "Voltages", "ReadingVolts"),
    ):
        bmc.change(path, {key: [sensor | {reading: 42, "UpperThresholdCritical": 90}]})
    supplies = bmc.resource(POWER)["PowerSupplies"]
    bmc.change(POWER, {"PowerSupplies": [{**supplies[0], "Name": text}]})
    if bmc.has(FAN_MODE):
        modes = bmc.resource(FAN_MODE)
        bmc.change(FAN_MODE, {key: text for key in modes if key == "Mode"})
    if bmc.has(LLDP):
        bmc.change(
            LLDP,
            {"LLDPReceive": {"SystemName": text, "PortId": text, "ChassisId": text}},
        )
    set_log(bmc, [])


async def _add_server(hass: HomeAssistant, user_input: dict[str, str]) -> ConfigEntry:
    """Add the BMC by the dialog; check the title and the device."""
    flows = hass.config_entries.flow
    flow = await flows.async_init(DOMAIN, context={"source": "user"}, data=user_input)
    result = await flows.async_configure(flow["flow_id"], {"certificate": "pin"})
    await hass.async_block_till_done(wait_background_tasks=True)
    entry = hass.config_entries.async_entries(DOMAIN)[0]
    assert result["title"] == entry.title != ""
    _assert_plain(entry.title, MAX_NAME_LENGTH)
    (device,) = dr.async_get(hass).devices
    fields = ("name", "manufacturer", "model", "model_id", "sw_version")
    for field in (*fields, "serial_number"):
        _assert_plain(getattr(device, field), MAX_NAME_LENGTH)
    return entry


def _assert_entities_are_plain(hass: HomeAssistant) -> None:
    """Check the names, states and attributes of all entities, and one message."""
    for registered in er.async_get(hass).entities.values():
        _assert_plain(registered.original_name, 2 * MAX_NAME_LENGTH)
    messages = 0
    assert len(hass.states.async_all()) > 30
    for state in hass.states.async_all():
        attributes = dict(state.attributes)
        assert len(json_bytes(attributes)) < MAX_STATE_ATTRS_BYTES
        if message := attributes.pop("message", None):
            assert message.isprintable()
            assert len(message) <= MAX_MESSAGE_LENGTH
            messages += 1
        _assert_plain(state.state)
        _assert_plain(attributes, 3 * MAX_NAME_LENGTH)
    assert messages == 1


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.usefixtures("entity_registry_enabled_by_default", "hass_storage")
async def test_hostile_text_is_plain_wherever_it_is_shown(
    hass: HomeAssistant,
    bmc: Bmc,
    user_input: dict[str, str],
    freezer: object,
    elapse: Elapse,
    name: str,
) -> None:
    """Show plain texts as title, device, entity names, states, events and errors."""
    text = TEXTS[name]
    _spoil(bmc, text)
    entry = await _add_server(hass, user_input)
    set_log(bmc, [log_entry(1, text, SensorType=text, Created=text, Id=text)])
    await elapse(STATIC)
    _assert_entities_are_plain(hass)
    info = {"Message": text, "MessageId": "Base.1.0.GeneralError"}
    body = json.dumps({"error": {"@Message.ExtendedInfo": [info]}})
    bmc.fail("*", status=500, body=body)
    await elapse(DYNAMIC)
    failure = entry.runtime_data.dynamic.last_exception
    _assert_plain(failure.translation_placeholders, MAX_MESSAGE_LENGTH)
    bmc.heal()
    await unload(hass, entry)


async def test_repair_issues_show_plain_title(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    server: Server,
    new_certificate: Certificate,
    freezer: object,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Show a title that an earlier version took from the board without its markup."""
    hass.config_entries.async_update_entry(entry, title=TEXTS["link"])
    monkeypatch.setattr(entity, "MAX_ENTITIES", 1)
    info = {"MessageId": "SMC.1.0.OemLicenseNotPassed", "MessageArgs": ["DCMS"]}
    body = json.dumps({"error": {"@Message.ExtendedInfo": [info]}})
    bmc.fail(LLDP, status=403, body=body)
    await set_up(hass, entry)
    server.renew_certificate(new_certificate)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    issues = ir.async_get(hass).issues.values()
    assert {issue.translation_key for issue in issues if issue.active} == {
        "too_many_entities",
        "license_missing",
        "certificate_changed",
    }
    for issue in issues:
        _assert_plain(str((issue.translation_placeholders or {})["name"]))


def test_name_of_markup_only_has_a_fallback() -> None:
    """Name a server whose model is markup."""
    assert server_name(System(model="[]<>"), Chassis()) == "Supermicro server"


@pytest.mark.parametrize("folder", [*Board.names(), *RECORDINGS])
def test_names_of_boards_stay_unchanged(folder: str) -> None:
    """Change no name, model or version of a recorded board."""
    known = folder in Board.names()
    board = Board.load(folder if known else RECORDED / folder)
    keys = {"Name", "Model", "FirmwareVersion", "BiosVersion", "Manufacturer"}
    keys |= {"SerialNumber", "PartNumber", "Id", "MemberId", "Mode", "Product"}

    def check(value: Any, key: str = "") -> None:
        if isinstance(value, dict):
            for name, inner in value.items():
                check(inner, name)
        elif isinstance(value, list):
            for inner in value:
                check(inner, key)
        elif isinstance(value, str) and key in keys:
            assert shorten_name(value) == " ".join(value.split())
        elif isinstance(value, str) and key == "Message":
            assert len(value) * 10 < MAX_MESSAGE_LENGTH

    for body in board.resources.values():
        check(body)


@every_board
@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_boards_are_far_below_bounds(
    hass: HomeAssistant, loaded: ConfigEntry
) -> None:
    """Leave a wide margin between each recorded board and the bounds."""
    registered = _registered(hass, loaded)
    assert registered * 4 < MAX_ENTITIES
    assert _issue(hass, loaded) is None
    for state in hass.states.async_all("select"):
        assert len(state.attributes["options"]) * 4 < MAX_OPTIONS
    assert MAX_NEW_ENTITIES < MAX_ENTITIES


# Threads and credentials


async def test_diagnostics_are_redacted_in_a_thread(
    hass: HomeAssistant, loaded: ConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keep the event loop free, and redact names of paths and errors as well."""
    threads: list[threading.Thread] = []
    original = Redactor

    def create(resources: Any) -> Any:
        threads.append(threading.current_thread())
        return original(resources)

    monkeypatch.setattr(diagnostics, "Redactor", create)
    uuid = "c01dc250-5678-11ed-9b6a-0242ac120002"
    client = loaded.runtime_data.client
    path = f"{CHASSIS}/{uuid}"
    monkeypatch.setitem(
        client._reader._finder.paths, next(iter(client._reader._finder.paths)), path
    )
    data = loaded.runtime_data.static.data
    monkeypatch.setitem(data.errors, path, ValueError())
    report = await async_get_config_entry_diagnostics(hass, loaded)
    assert uuid not in json.dumps(report)
    assert threads
    assert threading.main_thread() not in threads


def _is_traceback(record: logging.LogRecord) -> bool:
    """Return whether a record shows a traceback to the user."""
    return bool(record.exc_info) and record.levelno >= logging.WARNING


@pytest.mark.parametrize("password", ["a\x00b", "\ud800", "a\nb"])
async def test_unsendable_password_is_rejected_in_the_form(
    hass: HomeAssistant,
    user_input: dict[str, str],
    unload_entries: None,
    caplog: pytest.LogCaptureFixture,
    password: str,
) -> None:
    """Show an error of the form, and log no traceback."""
    flows = hass.config_entries.flow
    data = user_input | {"password": password}
    flow = await flows.async_init(DOMAIN, context={"source": "user"}, data=data)
    result = await flows.async_configure(flow["flow_id"], {"certificate": "pin"})
    assert result["errors"] == {"base": "invalid_auth"}
    assert not [record for record in caplog.records if _is_traceback(record)]


async def test_stored_unsendable_password_starts_reauthentication(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    server: Server,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Ask for the password again where an earlier version has stored it."""
    data = {**entry.data, "password": "a\x00b"}
    hass.config_entries.async_update_entry(entry, data=data)
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH
    assert not [record for record in caplog.records if _is_traceback(record)]
    hass.config_entries.flow.async_abort(flow["flow_id"])
