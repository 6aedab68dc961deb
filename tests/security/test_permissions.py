"""Test the permissions that users need for the integration's actions."""

from typing import Any

from homeassistant.auth.models import Group, User
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import Unauthorized, UnknownUser
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.supermicro_redfish.const import DOMAIN
from tests.integration import device_id, set_up
from tests.integration.conftest import entry
from tests.simulator import Bmc

__all__ = ["entry"]

CONTROLS: list[tuple[str, dict[str, Any]]] = [
    ("set_ntp_servers", {"primary": "192.0.2.1"}),
    ("shutdown_and_wait", {"timeout": 10}),
    ("insert_media", {"image": "//files.example/iso/a.iso", "boot": True}),
    ("eject_media", {}),
]
_WITH_RESPONSE = ("shutdown_and_wait", "get_log_entries")
READ_LOG: tuple[str, dict[str, Any]] = ("get_log_entries", {})


async def _call(
    hass: HomeAssistant,
    entry: ConfigEntry,
    action: tuple[str, dict[str, Any]],
    user_id: str | None,
) -> None:
    """Call an action as a user."""
    name, data = action
    await hass.services.async_call(
        DOMAIN,
        name,
        {"device_id": device_id(hass, entry), **data},
        blocking=True,
        context=Context(user_id=user_id),
        return_response=name in _WITH_RESPONSE,
    )


def _user(hass: HomeAssistant, policy: dict[str, Any]) -> User:
    """Return a user with permissions for some entities."""
    group = Group(name="test", policy={"entities": policy}, id="test")
    return MockUser(groups=[group]).add_to_hass(hass)


@pytest.mark.parametrize("action", CONTROLS, ids=lambda action: action[0])
@pytest.mark.parametrize("kind", ["read only", "one entity", "other entities"])
async def test_control_needs_permission_for_the_entities(
    hass: HomeAssistant,
    bmc: Bmc,
    entry: ConfigEntry,
    hass_read_only_user: User,
    action: tuple[str, dict[str, Any]],
    kind: str,
) -> None:
    """Raise Unauthorized and send no request to the BMC."""
    await set_up(hass, entry)
    light = hass.states.async_entity_ids("light")[0]
    policies: dict[str, dict[str, Any]] = {
        "one entity": {"entity_ids": {light: True}},
        "other entities": {"domains": {"vacuum": True}},
    }
    user = hass_read_only_user if kind == "read only" else _user(hass, policies[kind])
    since = len(bmc.requests)
    with pytest.raises(Unauthorized):
        await _call(hass, entry, action, user.id)
    assert bmc.requests[since:] == []
    assert bmc.power_state == "On"


@pytest.mark.parametrize(
    "policy", [{"all": True}, {"all": {"control": True, "read": True}}]
)
async def test_control_with_permission(
    hass: HomeAssistant, bmc: Bmc, entry: ConfigEntry, policy: dict[str, Any]
) -> None:
    """Allow users with the permission to control all entities of the device."""
    await set_up(hass, entry)
    await _call(hass, entry, CONTROLS[0], _user(hass, policy).id)
    assert bmc.ntp_enabled


@pytest.mark.parametrize("action", [*CONTROLS, READ_LOG], ids=lambda action: action[0])
async def test_unknown_user_is_rejected(
    hass: HomeAssistant, entry: ConfigEntry, action: tuple[str, dict[str, Any]]
) -> None:
    """Reject a user that was deleted in the meantime."""
    await set_up(hass, entry)
    with pytest.raises(UnknownUser):
        await _call(hass, entry, action, "0" * 32)


async def test_log_needs_permission_to_read_its_event_entity(
    hass: HomeAssistant, entry: ConfigEntry, hass_read_only_user: User
) -> None:
    """Require read permission, but no other one."""
    await set_up(hass, entry)
    await _call(hass, entry, READ_LOG, hass_read_only_user.id)
    (event,) = hass.states.async_entity_ids("event")
    reader = _user(hass, {"entity_ids": {event: {"read": True}}})
    await _call(hass, entry, READ_LOG, reader.id)
    stranger = _user(hass, {"domains": {"sensor": True}})
    with pytest.raises(Unauthorized):
        await _call(hass, entry, READ_LOG, stranger.id)


async def test_automation_needs_no_user(
    hass: HomeAssistant, bmc: Bmc, entry: ConfigEntry
) -> None:
    """Allow calls without a user."""
    await set_up(hass, entry)
    await _call(hass, entry, CONTROLS[0], None)
    assert bmc.ntp_enabled
