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

from . import FAN_MODE, MANAGER, NTP, SYSTEM, asked, call, set_up, states

RESET = f"{SYSTEM}/Actions/ComputerSystem.Reset"
RESTART_BMC = f"{MANAGER}/Actions/Manager.Reset"

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
    assert len({entity.device_id for entity in entities}) == 1
    for entity in entities:
        assert entity.unique_id.startswith(f"{entry.unique_id}_")
        assert entity.original_name
        assert "{" not in entity.original_name
        assert not entity.entity_id.endswith(("_none", "_2"))
        assert DOMAIN not in entity.unique_id
        assert entity.domain not in entity.unique_id


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
    assert any(request.endswith(path) for request in asked(bmc, since))


def _pressed(hass: HomeAssistant, before: dict[str, str]) -> dict[str, str]:
    """Return states in which a button shows when it was pressed, successful or not."""
    return before | states(hass, "button")
