"""Verify that a hostile value in one field affects nothing else."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
import json
import re
from time import perf_counter
from typing import Any

from homeassistant.core import HomeAssistant, valid_entity_id
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
from homeassistant.helpers.json import json_bytes
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
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
from tests.integration import logged_problems, paths
from tests.integration.discovery import announce
from tests.scenario.hass_instance import HassInstance
from tests.simulator import Bmc, Server

HTML = "<img src=x onerror=alert(1)><script>alert(2)</script><b>bold</b>"


def nested(levels: int) -> Any:
    """Return lists and objects inside each other."""
    value: Any = "end"
    for level in range(levels):
        value = [value] if level % 2 else {"Name": value}
    return value


HOSTILE: dict[str, Any] = {
    "deep": nested(90),
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

type Mutation = Callable[[dict[str, Any], Any], dict[str, Any]]
type Place = tuple[str, Mutation]

READING = {"ReadingCelsius": 42, "Status": {"State": "Enabled", "Health": "OK"}}
EVENT = {"Created": "2026-10-02T19:00:00Z", "Severity": "Warning", "EntryType": "SEL"}


def _field(path: str, key: str) -> Place:
    """Return a field of a resource as the place of a value."""
    return path, lambda body, value: {**body, key: value}


def _item(path: str, key: str, item: dict[str, Any], field: str) -> Place:
    """Return a field of a new item in a list as the place of a value."""
    return path, lambda body, value: {
        **body,
        key: [*body[key], {"MemberId": "99", **item, field: value}],
    }


PLACES: dict[str, Place] = {
    "system_model": _field(paths.SYSTEM, "Model"),
    "system_serial": _field(paths.SYSTEM, "SerialNumber"),
    "system_maker": _field(paths.SYSTEM, "Manufacturer"),
    "system_unknown": _field(paths.SYSTEM, "Unheard"),
    "system_key": _field(paths.SYSTEM, HTML),
    "system_asset": _field(paths.SYSTEM, "AssetTag"),
    "chassis_model": _field(paths.CHASSIS, "Model"),
    "firmware": _field(paths.MANAGER, "FirmwareVersion"),
    "temperature": _item(paths.THERMAL, "Temperatures", READING, "Name"),
    "reading": _item(paths.THERMAL, "Temperatures", READING, "ReadingCelsius"),
    "context": _item(paths.THERMAL, "Temperatures", READING, "PhysicalContext"),
    "fan": _item(paths.THERMAL, "Fans", {"Reading": 900}, "Name"),
    "thermal_unknown": _field(paths.THERMAL, "Unheard"),
    "supply": _item(paths.POWER, "PowerSupplies", {"Model": "X"}, "Name"),
    "voltage": _item(paths.POWER, "Voltages", {"ReadingVolts": 3}, "Name"),
    "log_message": _item(paths.LOG, "Members", EVENT, "Message"),
    "log_severity": _item(paths.LOG, "Members", EVENT, "Severity"),
    "log_created": _item(paths.LOG, "Members", EVENT, "Created"),
    "log_sensor": _item(paths.LOG, "Members", EVENT, "SensorType"),
}

LOG_ENTITIES = ("_event_log", "_last_event", "_log_entries")
OWN_ENTITIES = {
    "firmware": ("_bmc_version",),
    **dict.fromkeys((name for name in PLACES if name.startswith("log_")), LOG_ENTITIES),
}
"""The entities that show a place; new entities are not listed."""

_VARYING = ("_response_time", "_energy")
"""The entities that change by themselves."""


def snapshot(hass: HomeAssistant) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return all states and attributes that do not change by themselves."""
    return {
        state.entity_id: (state.state, dict(state.attributes))
        for state in hass.states.async_all()
        if not state.entity_id.endswith(_VARYING)
    }


def changed(
    hass: HomeAssistant, before: dict[str, Any], except_for: tuple[str, ...] = ()
) -> set[str]:
    """Return the entities that differ from an earlier snapshot."""
    now = snapshot(hass)
    return {
        entity
        for entity, state in before.items()
        if not entity.endswith(except_for) and now.get(entity) != state
    }


def assert_serializable(hass: HomeAssistant) -> None:
    """Check that Home Assistant can store and send all states and registries."""
    for state in hass.states.async_all():
        json_bytes(state.as_dict())
        assert valid_entity_id(state.entity_id)
        assert len(state.state) <= 255
    json_bytes(er.async_get(hass)._data_to_save())
    json_bytes(dr.async_get(hass)._data_to_save())


def serve_body(bmc: Bmc, path: str, body: dict[str, Any]) -> None:
    """Respond to reads of a path with a body."""
    bmc.fail(path, status=200, body=json.dumps(body), method="GET")


@pytest.fixture
def entry(instance: HassInstance, bmc: Bmc, server: Server) -> MockConfigEntry:
    """Return an entry for the BMC that is not set up."""
    return instance.create_entry(bmc, server)


@pytest.mark.parametrize(
    "value", ["deep", "huge", "control", "half", "html", "template", "wide", "keys"]
)
@pytest.mark.usefixtures("entity_registry_enabled_by_default", "entry")
async def test_hostile_value_changes_only_its_own_entities(
    hass: HomeAssistant,
    instance: HassInstance,
    bmc: Bmc,
    caplog: pytest.LogCaptureFixture,
    value: str,
) -> None:
    """Put a value into the system, sensors, log and names, one after the other."""
    await instance.set_up()
    before = snapshot(hass)
    assert len(before) > 60
    affected: dict[str, set[str]] = {}
    for place, (path, mutate) in PLACES.items():
        body = mutate(bmc.resource(path), HOSTILE[value]) | {"@odata.etag": None}
        serve_body(bmc, path, body)
        await instance.refresh()
        affected[place] = changed(hass, before, OWN_ENTITIES.get(place, ()))
        assert_serializable(hass)
        bmc.heal()
    await instance.refresh()
    affected["recovered"] = changed(hass, before, ("_event_log",))
    assert {place: names for place, names in affected.items() if names} == {}
    assert logged_problems(caplog) == []


@pytest.mark.parametrize("value", ["control", "half", "html", "huge", "slashes"])
async def test_hostile_model_gives_printable_title_and_log(
    hass: HomeAssistant,
    instance: HassInstance,
    server: Server,
    bmc: Bmc,
    caplog: pytest.LogCaptureFixture,
    value: str,
) -> None:
    """Convert a name to one printable line, as it appears in lists and logs."""
    serve_body(
        bmc, paths.SYSTEM, bmc.resource(paths.SYSTEM) | {"Model": HOSTILE[value]}
    )
    account = {"username": bmc.username, "password": bmc.password}
    result = await instance.add_server({"host": server.host, **account})
    title = result["title"]
    assert title.isprintable()
    assert 0 < len(title) <= 100
    assert_serializable(hass)
    text = HOSTILE["control"]
    info = {"Message": text, "MessageId": text, "MessageArgs": [text]}
    body = json.dumps({"error": {"@Message.ExtendedInfo": [info]}})
    bmc.fail("*", status=500, body=body)
    await instance.refresh()
    lines = [record.getMessage() for record in caplog.records if DOMAIN in record.name]
    assert any("a b [31m c" in line for line in lines)
    assert [line for line in lines if not line.isprintable()] == []


@pytest.mark.parametrize("value", ["control", "half", "html", "huge", "template"])
async def test_hostile_product_gives_printable_name_in_discovery(
    hass: HomeAssistant, instance: HassInstance, server: Server, bmc: Bmc, value: str
) -> None:
    """Convert the name of an announced service to one printable line."""
    product = HOSTILE[value][:50_000]  # a larger service root is rejected
    body = bmc.resource(paths.ROOT) | {"Product": product}
    bmc.fail(paths.ROOT, status=200, body=json.dumps(body))
    assert (await announce(hass, f"{server.url}/redfish/v1/"))["type"] == "form"
    (flow,) = instance.flows
    name = flow["context"]["title_placeholders"]["name"]
    assert name.isprintable()
    assert 0 < len(name) <= 130
    json_bytes(flow["context"])


async def test_announced_large_service_root_does_not_block(
    hass: HomeAssistant, instance: HassInstance, server: Server, bmc: Bmc
) -> None:
    """Ignore devices that announce a service root of millions of values."""
    part = '{"":{}},' * (1024 * 1024)
    bmc.fail(paths.ROOT, status=200, body=f'{{"Product":"x","A":[{part}0]}}')
    longest = 0.0

    async def watch() -> None:
        nonlocal longest
        while True:
            started = perf_counter()
            await asyncio.sleep(0.001)
            longest = max(longest, perf_counter() - started)

    watcher = asyncio.create_task(watch())  # Home Assistant does not wait for it
    for _ in range(4):
        flow = await announce(hass, f"{server.url}/redfish/v1/")
        assert flow["reason"] == "not_supported"
    watcher.cancel()
    assert longest < 1
    assert instance.flows == []


@pytest.mark.parametrize("text", [HOSTILE["markdown"], HTML, "a`b`\n\n# c\n- d *e*"])
def test_certificate_names_are_escaped(text: str) -> None:
    """Show names in a certificate without images, links and formatting."""
    now = datetime.now(UTC)
    shown = certificate_placeholders(
        ServerCertificate(
            fingerprint="ab" * 32,
            subject=text,
            issuer=text,
            not_before=now,
            not_after=now,
        )
    )
    for name in (shown["subject"], shown["issuer"]):
        assert "\n" not in name
        assert re.sub(r"\\(.)", r"\1", name) == " ".join(text.split())
        assert not re.search(r"(?<!\\)[`*_\[\]()<>!:.@]", name)


@pytest.mark.usefixtures("entry")
async def test_license_name_is_escaped_in_issue(
    hass: HomeAssistant, instance: HassInstance, bmc: Bmc
) -> None:
    """Show the license that the BMC requires without images and links."""
    info = {
        "MessageId": "SMC.1.0.OemLicenseNotPassed",
        "MessageArgs": [HOSTILE["markdown"]],
    }
    body = json.dumps({"error": {"@Message.ExtendedInfo": [info]}})
    bmc.fail(paths.LLDP, status=403, body=body)
    await instance.set_up()
    (issue,) = ir.async_get(hass).issues.values()
    assert issue.translation_placeholders
    licenses = issue.translation_placeholders["licenses"]
    assert licenses.startswith(r"\!\[x\]\(https\:\/\/192\.0\.2\.66")


async def test_frontend_and_diagnostics_work_with_hostile_bmc(
    hass: HomeAssistant,
    instance: HassInstance,
    entry: MockConfigEntry,
    bmc: Bmc,
    hass_ws_client: WebSocketGenerator,
    hass_client: ClientSessionGenerator,
) -> None:
    """Send all states to the frontend, and download diagnostics."""
    for path, mutate in PLACES.values():
        body = bmc.resource(path)
        for value in ("half", "control", "html", "deep"):
            body = mutate(body, HOSTILE[value])
        serve_body(bmc, path, body)
    await instance.set_up()
    await async_setup_component(hass, "diagnostics", {})
    client = await hass_ws_client(hass)
    await client.send_json_auto_id({"type": "get_states"})
    answer = await client.receive_json()
    assert {state["entity_id"] for state in answer["result"]} >= set(snapshot(hass))
    assert await get_diagnostics_for_config_entry(hass, hass_client, entry)


@pytest.mark.parametrize("levels", [5_000, 200_000])
async def test_deeply_nested_document_fails_alone(
    hass: HomeAssistant,
    instance: HassInstance,
    entry: MockConfigEntry,
    bmc: Bmc,
    levels: int,
) -> None:
    """Read all other resources if one exceeds Python's recursion limit."""
    await instance.set_up()
    before = snapshot(hass)
    body = f'{{"Temperatures": {"[" * levels}{"]" * levels}}}'
    bmc.fail(paths.THERMAL, status=200, body=body)
    await instance.refresh()
    errors = entry.runtime_data.dynamic.data.errors
    assert {name: type(error) for name, error in errors.items()} == {
        "thermal": InvalidResponseError
    }
    names = changed(hass, before)
    assert names
    assert all("temperature" in name or "fan" in name for name in names)
    bmc.heal()
    await instance.refresh()
    assert changed(hass, before) == set()
