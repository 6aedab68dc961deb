"""Test the behavior that entities of all platforms share."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
import re
from typing import Any

from annotatedyaml import parse_yaml
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_platform import async_get_platforms
from homeassistant.helpers.template import Template
import pytest
from pytest_homeassistant_custom_component.common import snapshot_platform
from syrupy.assertion import SnapshotAssertion

import custom_components.supermicro_redfish
from custom_components.supermicro_redfish import PLATFORMS
from custom_components.supermicro_redfish.aiosupermicro import RequestStats
from custom_components.supermicro_redfish.const import DOMAIN
from custom_components.supermicro_redfish.entity import SupermicroEntity
from tests.simulator import Bmc

from . import (
    DYNAMIC,
    STATIC,
    call,
    entity,
    entity_id,
    registered_keys,
    requests_since,
    set_up,
    states,
)
from .conftest import Elapse
from .paths import BACKPLANE, FAN_MODE, NTP, POWER, RESET, SYSTEM, THERMAL

# Identity and names


@contextmanager
def read_difference(platform: Platform) -> Iterator[None]:
    """Replace the difference from the recorded entities by one line."""
    try:
        yield
    except AssertionError as error:
        text = f"A {platform} differs from the recorded ones: see step 4 of the README"
        raise AssertionError(text) from error


@pytest.mark.all_cases
@pytest.mark.usefixtures("entity_registry_enabled_by_default")
@pytest.mark.parametrize("platform", [name for name in PLATFORMS if name != "fan"])
async def test_entities_match_snapshot(
    hass: HomeAssistant,
    monkeypatch: pytest.MonkeyPatch,
    entry: ConfigEntry,
    entity_registry: er.EntityRegistry,
    snapshot: SnapshotAssertion,
    platform: Platform,
) -> None:
    """Keep the names, units, classes, categories and states of the shipped board.

    Record the entities again after an intended change, and read the difference:
    `.venv/bin/python -m pytest tests/integration/test_entity.py --snapshot-update`.
    """
    with monkeypatch.context() as patched:
        patched.setattr(custom_components.supermicro_redfish, "PLATFORMS", [platform])
        patched.setattr(RequestStats, "avg_response_time_ms", 42.0)
        await set_up(hass, entry)
        with read_difference(platform):
            await snapshot_platform(hass, entity_registry, snapshot, entry.entry_id)
        await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)


async def test_disabled_entities_match_snapshot(
    loaded: ConfigEntry, entity_registry: er.EntityRegistry, snapshot: SnapshotAssertion
) -> None:
    """Keep the choice of entities that are disabled by default."""
    entries = er.async_entries_for_config_entry(entity_registry, loaded.entry_id)
    disabled = [
        f"{item.domain}.{item.unique_id.removeprefix(f'{loaded.unique_id}_')}"
        for item in entries
        if item.disabled_by
    ]
    assert 0 < len(disabled) < len(entries)
    assert sorted(disabled) == snapshot


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_entity_has_device_name_and_stable_id(
    hass: HomeAssistant, entry: ConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    """Require the server's device, an English name and the server's unique id.

    The entity ids of the published integration end in `_none`, because it has no
    English names.
    """
    await set_up(hass, entry)
    entities = er.async_entries_for_config_entry(entity_registry, entry.entry_id)
    assert len({each.device_id for each in entities}) == 1
    for each in entities:
        assert each.unique_id.startswith(f"{entry.unique_id}_")
        assert each.original_name, f"{each.unique_id} has no name in en.json"
        assert "{" not in each.original_name
        assert not each.entity_id.endswith("_none")
        assert each.entity_id.endswith("_2") == each.original_name.endswith(" 2")
        assert DOMAIN not in each.unique_id
        assert each.domain not in each.unique_id


SERVICE_LABEL = {"PhysicalLocation": {"PartLocation": {"ServiceLabel": "M.2 Slot 0"}}}


@pytest.mark.parametrize(
    ("changes", "key", "name"),
    [
        pytest.param([{}], "Disk.Bay.0", "Drive 0 health", id="bay"),
        pytest.param(
            [{}, {"Name": "Disk.Bay.0"}],
            "Disk.Bay.0 #Disk.Bay.1",
            "Drive 0 #Disk.Bay.1 health",
            id="second drive of the same number",
        ),
        pytest.param(
            [{"Name": "HA-RAID.0.Disk.7"}],
            "HA-RAID.0.Disk.7",
            "HA-RAID.0.Disk.7 health",
            id="unknown format",
        ),
        pytest.param(
            [{"Name": "NVMe_SSD_200", **SERVICE_LABEL}],
            "NVMe_SSD_200",
            "M.2 Slot 0 health",
            id="label",
        ),
        pytest.param(
            [{"Name": f"NVMe_SSD_{n}", **SERVICE_LABEL} for n in range(2)],
            "NVMe_SSD_1",
            "NVMe SSD 1 health",
            id="label of two drives",
        ),
    ],
)
async def test_drive_is_named_by_bay_or_label(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    changes: list[dict[str, Any]],
    key: str,
    name: str,
) -> None:
    """Use the bay's number, else a unique label, else the board's name."""
    for number, change in enumerate(changes):
        bmc.change(f"{BACKPLANE}/Drives/Disk.Bay.{number}", change)
    await set_up(hass, entry)
    state = entity(hass, entry, f"binary_sensor.drive_problem_{key}")
    assert state.name == f"x12spi-tf {name}"


@pytest.mark.parametrize(
    ("language", "board_name", "name"),
    [
        ("en", "Power Supply Bay 1", "Power supply 1 health"),
        ("de", "Power Supply Bay 1", "Netzteil 1 Zustand"),
        ("en", "PSU1", "PSU1 health"),
        ("de", "PWS-DF009", "Zustand PWS-DF009"),
    ],
)
async def test_power_supply_is_named_by_number(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    language: str,
    board_name: str,
    name: str,
) -> None:
    """Translate a known name into the user's language and keep an unknown one."""
    hass.config.language = language
    bmc.change(POWER, {"PowerSupplies": {"Power Supply Bay 1": {"Name": board_name}}})
    await set_up(hass, entry)
    key = f"binary_sensor.power_supply_problem_{board_name}"
    assert entity(hass, entry, key).name == f"x12spi-tf {name}"


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
@pytest.mark.parametrize(
    ("language", "board_name", "key", "name"),
    [
        ("en", "CPU Temp", "temperature", "CPU temperature"),
        ("de", "CPU Temp", "temperature", "CPU-Temperatur"),
        ("en", "CPU2 Temp", "temperature", "CPU2 temperature"),
        ("de", "CPU2 Temp", "temperature", "CPU2-Temperatur"),
        ("de", "Inlet Temp", "temperature", "Zulufttemperatur"),
        ("fr", "Inlet Temp", "temperature", "Température d'entrée d'air"),
        ("de", "PCH Temp", "temperature", "Temperatur PCH"),
        ("en", "P1_DIMMA~D Temp", "temperature", "P1 DIMMA-D temperature"),
        ("en", "PS1~4Fan", "fan", "PS1-4 Fan speed"),
    ],
)
async def test_sensor_name_is_translated_and_readable(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    *,
    language: str,
    board_name: str,
    key: str,
    name: str,
) -> None:
    """Translate the main temperatures, and spell all other names readably."""
    hass.config.language = language
    members = "Fans" if key == "fan" else "Temperatures"
    names = [sensor["Name"] for sensor in bmc.resource(THERMAL)[members]]
    if board_name not in names:
        bmc.change(THERMAL, {members: {names[0]: {"Name": board_name}}})
    await set_up(hass, entry)
    shown = entity(hass, entry, f"sensor.{key}_{board_name}")
    assert shown.name == f"x12spi-tf {name}"


@pytest.mark.parametrize(
    ("other", "name"),
    [("Chassis_0_FAN_2", "FAN 1 speed"), ("Chassis_1_FAN_2", "Chassis 0 FAN 1 speed")],
)
async def test_name_lacks_the_chassis_that_all_share(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, other: str, name: str
) -> None:
    """Leave out the chassis, unless there are several."""
    fans = [fan["Name"] for fan in bmc.resource(THERMAL)["Fans"]]
    names = ["Chassis_0_FAN_1", other, *(f"Chassis_0_{fan}" for fan in fans[2:])]
    changes = {old: {"Name": new} for old, new in zip(fans, names, strict=True)}
    bmc.change(THERMAL, {"Fans": changes})
    await set_up(hass, entry)
    shown = entity(hass, entry, "sensor.fan_Chassis_0_FAN_1")
    assert shown.name == f"x12spi-tf {name}"


DASHBOARDS = {
    file.stem: file.read_text("utf-8")
    for file in (Path(__file__).parents[2] / "blueprints").glob("dashboard*.yaml")
}


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
@pytest.mark.parametrize("language", ["en", "de", "es", "fr", "nl", "zh-Hans"])
async def test_entity_names_are_unique_in_every_language(
    hass: HomeAssistant,
    entry: ConfigEntry,
    entity_registry: er.EntityRegistry,
    language: str,
) -> None:
    """Show no name twice on the page of a server."""
    hass.config.language = language
    await set_up(hass, entry)
    registered = er.async_entries_for_config_entry(entity_registry, entry.entry_id)
    names = Counter(item.original_name for item in registered)
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
@pytest.mark.parametrize("dashboard", DASHBOARDS)
async def test_dashboard_has_the_entity_ids_of_its_language(
    hass: HomeAssistant,
    entry: ConfigEntry,
    entity_registry: er.EntityRegistry,
    dashboard: str,
) -> None:
    """Show only entities that a server has in a Home Assistant of this language."""
    hass.config.language = dashboard.partition(".")[2] or "en"
    await set_up(hass, entry)
    used = set(re.findall(r"\b[a-z_]+\.x12spi_tf_\w+", DASHBOARDS[dashboard]))
    assert used
    assert used - entity_registry.entities.keys() == set()


@pytest.mark.parametrize("zone", ["Z", "+02:00"])
@pytest.mark.parametrize("dashboard", DASHBOARDS)
async def test_dashboard_distinguishes_empty_and_unreadable_logs(
    hass: HomeAssistant, dashboard: str, zone: str
) -> None:
    """Show the last event as plain text, with the time of the BMC's clock."""
    config: Any = parse_yaml(DASHBOARDS[dashboard])
    content = next(
        card["content"]
        for card in config["views"][0]["sections"][0]["cards"]
        if card["type"] == "markdown"
    )
    (last,) = set(re.findall(r"sensor\.x12spi_tf_\w+", content))
    shown = []
    for state in ("![a](//b) <img> `c` fan", "unknown", "unavailable"):
        hass.states.async_set(last, state, {"created": f"2026-09-11T19:22:31{zone}"})
        shown.append(Template(content, hass).async_render())
    assert shown[0].startswith("**a(//b) img c fan**")
    assert re.search(r"19:22 \([^)]*BMC[^)]*\)$", shown[0])
    assert len(set(shown)) == 3


async def test_entity_id_of_existing_installation_stays(
    hass: HomeAssistant, entry: ConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    """Change the name of an entity, and keep its id."""
    existing = entity_registry.async_get_or_create(
        "sensor",
        DOMAIN,
        f"{entry.unique_id}_temperature_CPU Temp",
        config_entry=entry,
        suggested_object_id="my_server_cpu_temp",
        original_name="CPU Temp",
    )
    await set_up(hass, entry)
    found = entity_registry.async_get(existing.entity_id)
    assert found
    assert found.original_name == "CPU temperature"
    assert entity_id(hass, entry, "sensor.temperature_CPU Temp") == found.entity_id


# Commands that fail

MESSAGE = "The property cannot be changed while the fans are on fire."
REFUSED = {
    "error": {
        "code": "Base.v1_10_3.GeneralError",
        "@Message.ExtendedInfo": [
            {"MessageId": "Base.v1_10_3.GeneralError", "Message": "An error."},
            {"MessageId": "SMC.1.0.OnFire", "Severity": "Critical", "Message": MESSAGE},
        ],
    }
}
NOT_AUTHORIZED = {
    "error": {
        "code": "Base.v1_10_3.GeneralError",
        "@Message.ExtendedInfo": [
            {
                "MessageId": "Base.v1_10_3.InsufficientPrivilege",
                "Severity": "Critical",
                "Message": "There are insufficient privileges for the account.",
            }
        ],
    }
}


def _answer(status: int, body: dict[str, Any] | None = None) -> Callable[..., None]:
    """Return a function that lets requests fail with a status."""

    def fail(bmc: Bmc, method: str, path: str) -> None:
        bmc.fail(path, method=method, status=status, body=body)

    return fail


@pytest.mark.parametrize(
    ("key", "service", "data", "method", "path"),
    [
        ("light.identify_led", "turn_on", {}, "PATCH", SYSTEM),
        (
            "select.fan_mode",
            "select_option",
            {"option": "full_speed"},
            "PATCH",
            FAN_MODE,
        ),
        ("switch.ntp", "turn_off", {}, "PATCH", NTP),
        ("button.reset_graceful_shutdown", "press", {}, "POST", RESET),
    ],
)
@pytest.mark.parametrize(
    ("fail", "translation_key", "message"),
    [
        pytest.param(_answer(400, REFUSED), "refused", MESSAGE, id="refused"),
        pytest.param(
            _answer(403, NOT_AUTHORIZED),
            "not_authorized",
            "insufficient privileges",
            id="not authorized",
        ),
        pytest.param(_answer(503), "busy", "", id="busy"),
        pytest.param(
            lambda bmc, _method, path: bmc.drop(path),
            "cannot_connect",
            "",
            id="dropped",
        ),
    ],
)
async def test_failed_command_raises_translated_error(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    key: str,
    service: str,
    data: dict[str, Any],
    method: str,
    path: str,
    fail: Callable[[Bmc, str, str], None],
    translation_key: str,
    message: str,
) -> None:
    """Show the BMC's message in a translated error, and change no state.

    A button shows the time when it was pressed, also without success.
    """
    before = states(hass)
    hardware = _hardware(bmc)
    since = len(bmc.requests)
    fail(bmc, method, path)
    with pytest.raises(HomeAssistantError) as failure:
        await call(hass, loaded, key, service, **data)
    assert failure.value.translation_domain == DOMAIN
    assert failure.value.translation_key == translation_key
    assert message in str(failure.value)
    assert states(hass) == before | states(hass, "button")
    bmc.heal()
    assert hardware == _hardware(bmc)
    assert any(request.endswith(path) for request in requests_since(bmc, since))


def _hardware(bmc: Bmc) -> tuple[object, ...]:
    """Return the state of the hardware that commands change."""
    return bmc.indicator_led, bmc.fan_mode, bmc.ntp_enabled, bmc.power_state


# Updates


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the ids of entities whose state is computed to be compared."""
    ids: list[str] = []
    values = SupermicroEntity._state_values

    def record(entity: SupermicroEntity[Any]) -> tuple[Any, ...]:
        ids.append(entity.entity_id)
        result: tuple[Any, ...] = values.fget(entity)  # type: ignore[attr-defined]
        return result

    monkeypatch.setattr(SupermicroEntity, "_state_values", property(record))
    return ids


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_poll_computes_states_of_changed_items_only(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    computed: list[str],
) -> None:
    """Compute no state of an item that is the same object as before."""
    for celsius in (45, 46, 47):
        computed.clear()
        bmc.set_reading("CPU Temp", celsius)
        await elapse(DYNAMIC)
    keys = {registered_keys(hass, loaded)[found] for found in computed}
    assert keys == {
        "sensor.temperature_CPU Temp",
        "sensor.headroom",
        "sensor.energy",
        "sensor.response_time",
    }
    assert entity(hass, loaded, "sensor.temperature_CPU Temp").state == "47"


@pytest.mark.long
@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_every_changed_state_is_written(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Require that all written states are up to date."""
    changes: list[Callable[[], Any]] = [
        lambda: bmc.change(SYSTEM, {"PowerState": "Off"}),
        lambda: bmc.change(SYSTEM, {"PowerState": "On", "IndicatorLED": "Lit"}),
        lambda: bmc.change(THERMAL, {"Temperatures": {"CPU Temp": {"Name": "New"}}}),
        lambda: bmc.fail(THERMAL, status=500),
        bmc.heal,
        lambda: bmc.fail("*", status=503),
        bmc.heal,
        lambda: bmc.change(FAN_MODE, {"Mode": "FullSpeed"}),
        lambda: bmc.change(NTP, {"NTPEnable": False}),
    ]
    for change in changes:
        change()
        for seconds in (DYNAMIC, STATIC):
            await elapse(seconds)
            entities = [
                item
                for platform in async_get_platforms(hass, DOMAIN)
                for item in platform.entities.values()
                if isinstance(item, SupermicroEntity)
            ]
            assert len(entities) > 50
            stale = [
                item.entity_id
                for item in entities
                if item._state_values != item._written_values
            ]
            assert stale == []
