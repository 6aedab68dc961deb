"""What all platforms have in common: how entities look, and how commands fail."""

from collections.abc import Callable
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import snapshot_platform
from syrupy.assertion import SnapshotAssertion

import custom_components.supermicro_redfish
from custom_components.supermicro_redfish import PLATFORMS
from custom_components.supermicro_redfish.aiosupermicro import RequestStats
from custom_components.supermicro_redfish.const import DOMAIN
from tests.simulator import Bmc

from . import (
    BACKPLANE,
    FAN_MODE,
    NTP,
    POWER,
    RESET,
    SYSTEM,
    call,
    entity,
    requests_since,
    set_up,
    states,
)

WORDS = "The property cannot be changed while the fans are on fire."
REFUSAL = {
    "error": {
        "code": "Base.v1_10_3.GeneralError",
        "@Message.ExtendedInfo": [
            {"MessageId": "Base.v1_10_3.GeneralError", "Message": "An error."},
            {"MessageId": "SMC.1.0.OnFire", "Severity": "Critical", "Message": WORDS},
        ],
    }
}
NOT_ALLOWED = {
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


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
@pytest.mark.parametrize("platform", PLATFORMS)
async def test_the_entities_of_the_shipped_board(
    hass: HomeAssistant,
    monkeypatch: pytest.MonkeyPatch,
    entry: ConfigEntry,
    entity_registry: er.EntityRegistry,
    snapshot: SnapshotAssertion,
    platform: Platform,
) -> None:
    """Names, units, classes, categories and states are as they were reviewed."""
    with monkeypatch.context() as patched:
        patched.setattr(custom_components.supermicro_redfish, "PLATFORMS", [platform])
        patched.setattr(RequestStats, "avg_response_time_ms", 42.0)
        await set_up(hass, entry)
        await snapshot_platform(hass, entity_registry, snapshot, entry.entry_id)
        await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_every_entity_belongs_to_the_server_and_has_a_name(
    hass: HomeAssistant, entry: ConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    """The reference's entity ids end in "none", for it has no English (B9)."""
    await set_up(hass, entry)
    entities = er.async_entries_for_config_entry(entity_registry, entry.entry_id)
    assert len({each.device_id for each in entities}) == 1
    for each in entities:
        assert each.unique_id.startswith(f"{entry.unique_id}_")
        assert each.original_name
        assert "{" not in each.original_name
        assert not each.entity_id.endswith(("_none", "_2"))
        assert DOMAIN not in each.unique_id
        assert each.domain not in each.unique_id


DRIVES = f"{BACKPLANE}/Drives/Disk.Bay."
LABELLED = {"PhysicalLocation": {"PartLocation": {"ServiceLabel": "M.2 Slot 0"}}}
HEALTH = "binary_sensor.drive_problem_"


@pytest.mark.parametrize(
    ("changes", "key", "name"),
    [
        pytest.param([{}], "Disk.Bay.0", "Drive 0 health", id="bay"),
        pytest.param(
            [{}, {"Name": "Disk.Bay.0"}],
            "Disk.Bay.0 #SIM960N0W000001",
            "Drive 0 #SIM960N0W000001 health",
            id="the second of that number",
        ),
        pytest.param(
            [{"Name": "HA-RAID.0.Disk.7"}],
            "HA-RAID.0.Disk.7",
            "HA-RAID.0.Disk.7 health",
            id="unheard of",
        ),
        pytest.param(
            [{"Name": "NVMe_SSD_200", **LABELLED}],
            "NVMe_SSD_200",
            "M.2 Slot 0 health",
            id="label",
        ),
        pytest.param(
            [{"Name": f"NVMe_SSD_{n}", **LABELLED} for n in range(2)],
            "NVMe_SSD_1",
            "NVMe_SSD_1 health",
            id="label that is there twice",
        ),
    ],
)
async def test_a_drive_is_called_by_its_bay(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    changes: list[dict[str, Any]],
    key: str,
    name: str,
) -> None:
    """Where the board's name tells it, or its label; what is in no doubt, that is."""
    for number, change in enumerate(changes):
        bmc.change(f"{DRIVES}{number}", change)
    await set_up(hass, entry)
    shown = entity(hass, entry, f"{HEALTH}{key}")
    assert shown.name == f"x12spi-tf {name}"


@pytest.mark.parametrize(
    ("language", "named", "name"),
    [
        ("en", "Power Supply Bay 1", "Power supply 1 health"),
        ("de", "Power Supply Bay 1", "Netzteil 1 Zustand"),
        ("en", "PSU1", "PSU1 health"),
        ("de", "PWS-DF009", "PWS-DF009 Zustand"),
    ],
)
async def test_a_power_supply_is_called_by_its_number(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    language: str,
    named: str,
    name: str,
) -> None:
    """In the user's language; what nobody has heard of stays as the board says it."""
    hass.config.language = language
    bmc.change(POWER, {"PowerSupplies": {"Power Supply Bay 1": {"Name": named}}})
    await set_up(hass, entry)
    shown = entity(hass, entry, f"binary_sensor.power_supply_problem_{named}")
    assert shown.name == f"x12spi-tf {name}"


@pytest.mark.parametrize(
    ("entity", "service", "data", "method", "path"),
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
    ("spoil", "key", "words"),
    [
        pytest.param(
            lambda bmc, method, path: bmc.fail(
                path, method=method, status=400, body=REFUSAL
            ),
            "refused",
            WORDS,
            id="refused",
        ),
        pytest.param(
            lambda bmc, method, path: bmc.fail(
                path, method=method, status=403, body=NOT_ALLOWED
            ),
            "not_authorized",
            "insufficient privileges",
            id="not allowed",
        ),
        pytest.param(
            lambda bmc, method, path: bmc.fail(path, method=method, status=503),
            "busy",
            "",
            id="busy",
        ),
        pytest.param(
            lambda bmc, _method, path: bmc.drop(path),
            "cannot_connect",
            "",
            id="dropped",
        ),
    ],
)
async def test_a_command_that_fails_says_so_and_changes_nothing(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    entity: str,
    service: str,
    data: dict[str, Any],
    method: str,
    path: str,
    spoil: Callable[[Bmc, str, str], None],
    key: str,
    words: str,
) -> None:
    """The BMC's own words come with it; the user sees no library's error (M14)."""
    before = states(hass)
    hardware = (bmc.indicator_led, bmc.fan_mode, bmc.ntp_enabled, bmc.power_state)
    since = len(bmc.requests)
    spoil(bmc, method, path)
    with pytest.raises(HomeAssistantError) as failure:
        await call(hass, loaded, entity, service, **data)
    assert failure.value.translation_domain == DOMAIN
    assert failure.value.translation_key == key
    assert words in str(failure.value)
    assert states(hass) == _pressed(hass, before)
    bmc.heal()
    assert hardware == (
        bmc.indicator_led,
        bmc.fan_mode,
        bmc.ntp_enabled,
        bmc.power_state,
    )
    assert any(request.endswith(path) for request in requests_since(bmc, since))


def _pressed(hass: HomeAssistant, before: dict[str, str]) -> dict[str, str]:
    """Return states in which a button shows when it was pressed, successful or not."""
    return before | states(hass, "button")
