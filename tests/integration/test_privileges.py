"""Test the controls that the privileges of the BMC's account allow."""

from http import HTTPStatus
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
import pytest

from tests.simulator import Bmc

from . import (
    STATIC,
    Mutation,
    call,
    entity,
    entity_id,
    logged_problems,
    registered_keys,
    reload,
    requests_since,
    set_up,
    states,
)
from .conftest import Elapse
from .paths import FAN_MODE, MANAGER, NTP, ROOT, SYSTEM

SERVICE = f"{ROOT}/AccountService"
ACCOUNTS = f"{SERVICE}/Accounts"
ROLES = f"{SERVICE}/Roles"
ACCESS = "sensor.account_access"
LED = "light.identify_led"

PLATFORMS = {"button", "light", "number", "select", "switch"}
HOST_CONTROLS = {
    "boot_source",
    "host_power",
    "identify_led",
    "power_cycle_delay",
    "power_off_delay",
    "power_on_delay",
    "rearm_intrusion",
}
BMC_CONTROLS = {
    "acknowledge_events",
    "clear_log",
    "fan_mode",
    "lldp",
    "ntp",
    "restart_bmc",
}
ALL_CONTROLS = HOST_CONTROLS | BMC_CONTROLS


def controls(hass: HomeAssistant, entry: ConfigEntry) -> set[str]:
    """Return the keys of the registered controls, without resets and protocols."""
    keys = (key.split(".", 1) for key in registered_keys(hass, entry).values())
    return {
        key
        for platform, key in keys
        if platform in PLATFORMS and not key.startswith(("reset_", "protocol_"))
    }


def add_accounts(bmc: Bmc, *names: str) -> None:
    """Add accounts to the BMC; the first one replaces the factory's."""
    paths = [f"{ACCOUNTS}/{number}" for number in range(2, 2 + len(names))]
    template = bmc.resource(f"{ACCOUNTS}/2")
    for path, name in zip(paths, names, strict=True):
        bmc.put(path, template | {"UserName": name, "@odata.id": path})
    bmc.change(ACCOUNTS, {"Members": [{"@odata.id": path} for path in paths]})


def use_account(hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, name: str) -> None:
    """Change the account of the entry."""
    bmc.username = name
    hass.config_entries.async_update_entry(entry, data={**entry.data, "username": name})


def privilege_requests(bmc: Bmc, since: int = 0) -> list[str]:
    """Return the requests to the account service."""
    return [request for request in requests_since(bmc, since) if SERVICE in request]


# Controls by role


@pytest.mark.parametrize(
    ("role", "expected", "access"),
    [
        ("Administrator", ALL_CONTROLS, "full"),
        ("Operator", HOST_CONTROLS, "host_only"),
        ("ReadOnly", set(), "read_only"),
    ],
)
async def test_controls_match_privileges(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    caplog: pytest.LogCaptureFixture,
    role: Any,
    expected: set[str],
    access: str,
) -> None:
    """Create all sensors, and explain missing controls by the access level."""
    bmc.role = role
    await set_up(hass, entry)
    assert controls(hass, entry) == expected
    assert entity(hass, entry, ACCESS).state == access
    assert bool(entity_id(hass, entry, "button.reset_on")) is bool(expected)
    assert bool(entity_id(hass, entry, "switch.protocol_ssh")) is (access == "full")
    assert len(states(hass, "sensor")) > 10
    assert logged_problems(caplog) == []


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
@pytest.mark.parametrize("role", ["Operator", "Administrator"])
async def test_offered_controls_are_authorized(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, role: Any
) -> None:
    """Offer no control that the BMC refuses to the same account."""
    bmc.role = role
    await set_up(hass, entry)
    await call(hass, entry, LED, "turn_on")
    await call(hass, entry, "number.power_on_delay", "set_value", value=9)
    await call(hass, entry, "select.boot_source", "select_option", option="pxe")
    await call(hass, entry, "button.rearm_intrusion", "press")
    await call(hass, entry, "button.reset_graceful_restart", "press")
    assert bmc.power_state == "PoweringOff"
    assert all(item.status < HTTPStatus.BAD_REQUEST for item in bmc.requests)


# Discovery of the account


async def test_privileges_are_read_with_four_requests(
    loaded: ConfigEntry, bmc: Bmc
) -> None:
    """Read the service, its accounts, the own account and its role, once each."""
    assert privilege_requests(bmc) == [
        f"GET {path}"
        for path in (SERVICE, ACCOUNTS, f"{ACCOUNTS}/2", f"{ROLES}/Administrator")
    ]


@pytest.mark.parametrize(
    ("names", "read", "access"),
    [
        pytest.param(["ADMIN", "ha", "guest"], ["4", "3"], "full", id="one of three"),
        pytest.param(["ha", "guest"], ["3", "2"], "full", id="first, renamed"),
        pytest.param(
            ["a", "ha", "b", "c", "d"], ["6", "5", "4"], "unknown", id="too many"
        ),
    ],
)
async def test_few_accounts_are_read_to_find_the_own(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    names: list[str],
    read: list[str],
    access: str,
) -> None:
    """Limit the search among sixteen accounts, so that it does not delay the setup.

    Offer all controls to an account that was not found, until the BMC refuses one.
    """
    add_accounts(bmc, *names)
    use_account(hass, entry, bmc, "ha")
    await set_up(hass, entry)
    requests = requests_since(bmc)
    tried = [path for path in requests if path.startswith(f"GET {ACCOUNTS}/")]
    assert tried == [f"GET {ACCOUNTS}/{number}" for number in read]
    assert entity(hass, entry, ACCESS).state == access
    assert controls(hass, entry) == ALL_CONTROLS


async def test_own_account_is_found_without_access_to_others(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Find a ReadOnly account, which may read itself only."""
    bmc.role = "ReadOnly"
    add_accounts(bmc, "ADMIN", "ha", "guest")
    use_account(hass, entry, bmc, "ha")
    await set_up(hass, entry)
    assert entity(hass, entry, ACCESS).state == "read_only"
    assert controls(hass, entry) == set()


@pytest.mark.parametrize(
    "mutate",
    [
        pytest.param(lambda bmc: bmc.fail(SERVICE, status=403), id="service refused"),
        pytest.param(lambda bmc: bmc.fail(ACCOUNTS, status=404), id="no accounts"),
        pytest.param(lambda bmc: bmc.fail(f"{ACCOUNTS}/*", status=403), id="refused"),
        pytest.param(lambda bmc: bmc.fail(f"{ROLES}/*", status=503), id="role busy"),
        pytest.param(
            lambda bmc: bmc.change(f"{ACCOUNTS}/2", {"UserName": "x"}), id="LDAP"
        ),
        pytest.param(
            lambda bmc: bmc.change(f"{ROLES}/ReadOnly", {"AssignedPrivileges": []}),
            id="role without privileges",
        ),
    ],
)
async def test_unknown_privileges_offer_all_controls(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    caplog: pytest.LogCaptureFixture,
    mutate: Mutation,
) -> None:
    """Raise an error at the first refusal, and show that the access is restricted."""
    bmc.role = "ReadOnly"
    mutate(bmc)
    await set_up(hass, entry)
    assert controls(hass, entry) == ALL_CONTROLS
    assert entity(hass, entry, ACCESS).state == "unknown"
    with pytest.raises(
        HomeAssistantError, match="BMC account is not allowed to do this"
    ) as failure:
        await call(hass, entry, LED, "turn_on")
    assert failure.value.translation_key == "not_authorized"
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entity(hass, entry, ACCESS).state == "restricted"
    assert entity(hass, entry, LED).state == "off"
    assert logged_problems(caplog) == []


# Changes of the privileges


async def test_lost_privileges_remove_controls(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, caplog: pytest.LogCaptureFixture
) -> None:
    """Remove the controls completely, so that none is shown as unavailable."""
    bmc.role = "ReadOnly"
    with pytest.raises(HomeAssistantError, match="insufficient privileges"):
        await call(hass, loaded, LED, "turn_on")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entity(hass, loaded, ACCESS).state == "read_only"
    assert controls(hass, loaded) == set()
    assert not any(hass.states.async_all(platform) for platform in PLATFORMS)
    assert bmc.open_sessions == 1
    assert logged_problems(caplog) == []


async def test_gained_privileges_add_controls(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Add the controls without a reload; stop reading the privileges afterwards."""
    bmc.role = "ReadOnly"
    await set_up(hass, entry)
    assert controls(hass, entry) == set()
    for role, expected, access in (
        ("Operator", HOST_CONTROLS, "host_only"),
        ("Administrator", ALL_CONTROLS, "full"),
    ):
        bmc.role = role  # type: ignore[assignment]
        await elapse(STATIC)
        assert entity(hass, entry, ACCESS).state == access
        assert controls(hass, entry) == expected
    assert entity(hass, entry, LED).state == "off"
    since = len(bmc.requests)
    await elapse(STATIC)
    assert not privilege_requests(bmc, since)


async def test_returning_controls_keep_their_settings(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    entity_registry: er.EntityRegistry,
) -> None:
    """Restore the user's names, and the entities that the user has enabled."""
    led = entity_id(hass, loaded, LED)
    delay = entity_id(hass, loaded, "number.power_on_delay")
    assert led
    assert delay
    entity_registry.async_update_entity(led, name="Blue one")
    entity_registry.async_update_entity(delay, disabled_by=None)
    for role in ("ReadOnly", "Administrator"):
        bmc.role = role
        await reload(hass, loaded)
        assert bool(controls(hass, loaded)) is (role == "Administrator")
    assert entity_id(hass, loaded, LED) == led
    assert entity_registry.entities[led].name == "Blue one"
    assert hass.states.get(delay)


# Refusals for other reasons


@pytest.mark.parametrize(
    "mutate",
    [
        pytest.param(
            lambda bmc: setattr(bmc, "unlicensed", (FAN_MODE,)), id="no license"
        ),
        pytest.param(
            lambda bmc: bmc.change(
                f"{MANAGER}/Oem/Supermicro/SysLockdown", {"SysLockdownEnabled": True}
            ),
            id="system lockdown",
        ),
        pytest.param(lambda bmc: bmc.fail(FAN_MODE, status=400), id="refused"),
    ],
)
async def test_other_refusal_does_not_change_access(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, mutate: Mutation
) -> None:
    """Keep all controls, and do not read the privileges again."""
    mutate(bmc)
    since = len(bmc.requests)
    with pytest.raises(HomeAssistantError) as failure:
        await call(
            hass, loaded, "select.fan_mode", "select_option", option="full_speed"
        )
    assert failure.value.translation_key in ("license_missing", "refused")
    assert not privilege_requests(bmc, since)
    assert entity(hass, loaded, ACCESS).state == "full"


async def test_refusal_for_one_resource_removes_no_controls(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """Read the privileges once more, and keep all controls."""
    bmc.fail(NTP, method="PATCH", status=403)
    since = len(bmc.requests)
    with pytest.raises(HomeAssistantError) as failure:
        await call(hass, loaded, "switch.ntp", "turn_off")
    assert failure.value.translation_key == "not_authorized"
    assert len(privilege_requests(bmc, since)) <= 4
    await hass.async_block_till_done(wait_background_tasks=True)
    assert controls(hass, loaded) == ALL_CONTROLS
    assert requests_since(bmc).count(f"GET {SYSTEM}") == 1
