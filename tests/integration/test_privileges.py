"""What the BMC's account may do, and what is offered of it."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
import pytest

from tests.simulator import Bmc

from . import (
    FAN_MODE,
    NTP,
    ROOT,
    STATIC,
    SYSTEM,
    call,
    entity,
    entity_id,
    logged_problems,
    requests_since,
    set_up,
    states,
)
from .conftest import Elapse

SERVICE = f"{ROOT}/AccountService"
ACCOUNTS = f"{SERVICE}/Accounts"
ROLES = f"{SERVICE}/Roles"
ACCESS = "sensor.account_access"

CONTROLS = {"button", "light", "number", "select", "switch"}
OF_THE_HOST = {
    "boot_source",
    "host_power",
    "identify_led",
    "power_cycle_delay",
    "power_off_delay",
    "power_on_delay",
    "rearm_intrusion",
}
OF_THE_BMC = {"clear_log", "fan_mode", "lldp", "ntp", "restart_bmc"}

type Mutation = Callable[[Bmc], None]


def controls(hass: HomeAssistant, entry: ConfigEntry) -> set[str]:
    """Return the keys of the registered controls, without resets and protocols."""
    entries = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    keys = {
        item.unique_id.removeprefix(f"{entry.unique_id}_")
        for item in entries
        if item.domain in CONTROLS
    }
    return {key for key in keys if not key.startswith(("reset_", "protocol_"))}


def add_accounts(bmc: Bmc, *names: str) -> None:
    """Let the BMC have some accounts, the first of them the one that it came with."""
    paths = [f"{ACCOUNTS}/{number}" for number in range(2, 2 + len(names))]
    template = bmc.resource(f"{ACCOUNTS}/2")
    for path, name in zip(paths, names, strict=True):
        bmc.put(path, template | {"UserName": name, "@odata.id": path})
    bmc.change(ACCOUNTS, {"Members": [{"@odata.id": path} for path in paths]})


@pytest.mark.parametrize(
    ("role", "offered", "access"),
    [
        ("Administrator", OF_THE_HOST | OF_THE_BMC, "full"),
        ("Operator", OF_THE_HOST, "host_only"),
        ("ReadOnly", set(), "read_only"),
    ],
)
async def test_only_what_the_account_may_do_is_offered(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    caplog: pytest.LogCaptureFixture,
    role: Any,
    offered: set[str],
    access: str,
) -> None:
    """A diagnostic says why the rest is missing; readings are all there."""
    bmc.role = role
    await set_up(hass, entry)
    assert controls(hass, entry) == offered
    assert entity(hass, entry, ACCESS).state == access
    assert bool(entity_id(hass, entry, "button.reset_on")) is bool(offered)
    assert bool(entity_id(hass, entry, "switch.protocol_ssh")) is (access == "full")
    assert len(states(hass, "sensor")) > 10
    assert logged_problems(caplog) == []


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
@pytest.mark.parametrize("role", ["Operator", "Administrator"])
async def test_what_is_offered_works(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, role: Any
) -> None:
    """The BMC goes by the same privileges."""
    bmc.role = role
    await set_up(hass, entry)
    await call(hass, entry, "light.identify_led", "turn_on")
    await call(hass, entry, "number.power_on_delay", "set_value", value=9)
    await call(hass, entry, "select.boot_source", "select_option", option="pxe")
    await call(hass, entry, "button.rearm_intrusion", "press")
    await call(hass, entry, "button.reset_graceful_restart", "press")
    assert bmc.power_state == "PoweringOff"
    assert all(item.status < HTTPStatus.BAD_REQUEST for item in bmc.requests)


async def test_the_privileges_take_four_requests(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """Once: the service, its accounts, the own one and its role."""
    assert [path for path in requests_since(bmc) if SERVICE in path] == [
        f"GET {path}"
        for path in (SERVICE, ACCOUNTS, f"{ACCOUNTS}/2", f"{ROLES}/Administrator")
    ]


@pytest.mark.parametrize(
    ("names", "looked_at"),
    [
        pytest.param(["ADMIN", "ha", "guest"], ["4", "3"], id="among others"),
        pytest.param(["ha", "guest"], ["3", "2"], id="the first, renamed"),
        pytest.param(["a", "ha", "b", "c", "d"], ["6", "5", "4"], id="too many"),
    ],
)
async def test_an_account_is_looked_for_in_a_few_of_sixteen(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    names: list[str],
    looked_at: list[str],
) -> None:
    """Set-up has to go on; who is not found may do all until it is refused."""
    bmc.username = "ha"
    add_accounts(bmc, *names)
    hass.config_entries.async_update_entry(entry, data={**entry.data, "username": "ha"})
    await set_up(hass, entry)
    tried = [
        path for path in requests_since(bmc) if path.startswith(f"GET {ACCOUNTS}/")
    ]
    assert tried == [f"GET {ACCOUNTS}/{number}" for number in looked_at]
    is_found = len(looked_at) < 3
    assert entity(hass, entry, ACCESS).state == ("full" if is_found else "unknown")
    assert controls(hass, entry) == OF_THE_HOST | OF_THE_BMC


async def test_an_account_may_not_see_the_others_and_is_found_all_the_same(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """It may always read itself."""
    bmc.username, bmc.role = "ha", "ReadOnly"
    add_accounts(bmc, "ADMIN", "ha", "guest")
    hass.config_entries.async_update_entry(entry, data={**entry.data, "username": "ha"})
    await set_up(hass, entry)
    assert entity(hass, entry, ACCESS).state == "read_only"
    assert controls(hass, entry) == set()


UNKNOWN = [
    pytest.param(lambda bmc: bmc.fail(SERVICE, status=403), id="service refused"),
    pytest.param(lambda bmc: bmc.fail(ACCOUNTS, status=404), id="no accounts"),
    pytest.param(lambda bmc: bmc.fail(f"{ACCOUNTS}/*", status=403), id="refused"),
    pytest.param(lambda bmc: bmc.fail(f"{ROLES}/*", status=503), id="role busy"),
    pytest.param(lambda bmc: bmc.change(f"{ACCOUNTS}/2", {"UserName": "x"}), id="LDAP"),
    pytest.param(
        lambda bmc: bmc.change(f"{ROLES}/ReadOnly", {"AssignedPrivileges": []}),
        id="a role that says nothing",
    ),
]


@pytest.mark.parametrize("spoil", UNKNOWN)
async def test_an_account_of_which_nothing_is_known_may_try(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    caplog: pytest.LogCaptureFixture,
    spoil: Mutation,
) -> None:
    """The first refusal tells, in plain words and for all to see."""
    bmc.role = "ReadOnly"
    spoil(bmc)
    await set_up(hass, entry)
    assert controls(hass, entry) == OF_THE_HOST | OF_THE_BMC
    assert entity(hass, entry, ACCESS).state == "unknown"
    with pytest.raises(
        HomeAssistantError, match="account at the BMC may not do this"
    ) as failure:
        await call(hass, entry, "light.identify_led", "turn_on")
    assert failure.value.translation_key == "not_authorized"
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entity(hass, entry, ACCESS).state == "restricted"
    assert entity(hass, entry, "light.identify_led").state == "off"
    assert logged_problems(caplog) == []


async def test_an_account_that_loses_its_privileges_loses_its_controls(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """They would be shown as broken; nothing is left of them."""
    bmc.role = "ReadOnly"
    with pytest.raises(HomeAssistantError, match="insufficient privileges"):
        await call(hass, loaded, "light.identify_led", "turn_on")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entity(hass, loaded, ACCESS).state == "read_only"
    assert controls(hass, loaded) == set()
    assert not any(hass.states.async_all(domain) for domain in CONTROLS)
    assert bmc.open_sessions == 1
    assert logged_problems(caplog) == []


async def test_an_account_that_is_given_more_gets_its_controls(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Without a reload; one that may do everything is not looked at again."""
    bmc.role = "ReadOnly"
    await set_up(hass, entry)
    assert controls(hass, entry) == set()
    for role, offered, access in (
        ("Operator", OF_THE_HOST, "host_only"),
        ("Administrator", OF_THE_HOST | OF_THE_BMC, "full"),
    ):
        bmc.role = role  # type: ignore[assignment]
        await elapse(STATIC)
        assert entity(hass, entry, ACCESS).state == access
        assert controls(hass, entry) == offered
    assert entity(hass, entry, "light.identify_led").state == "off"
    since = len(bmc.requests)
    await elapse(STATIC)
    assert not any(SERVICE in path for path in requests_since(bmc, since))


async def test_controls_come_back_as_they_were(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    entity_registry: er.EntityRegistry,
) -> None:
    """With the names that their owner gave them, and what was enabled."""
    led = entity_id(hass, loaded, "light.identify_led")
    delay = entity_id(hass, loaded, "number.power_on_delay")
    assert led
    assert delay
    entity_registry.async_update_entity(led, name="Blue one")
    entity_registry.async_update_entity(delay, disabled_by=None)
    for role in ("ReadOnly", "Administrator"):
        bmc.role = role
        await hass.config_entries.async_reload(loaded.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        assert bool(controls(hass, loaded)) is (role == "Administrator")
    assert entity_id(hass, loaded, "light.identify_led") == led
    assert entity_registry.entities[led].name == "Blue one"
    assert hass.states.get(delay)


@pytest.mark.parametrize(
    "refuse",
    [
        pytest.param(
            lambda bmc: setattr(bmc, "unlicensed", (FAN_MODE,)), id="no licence"
        ),
        pytest.param(
            lambda bmc: bmc.change(
                f"{ROOT}/Managers/1/Oem/Supermicro/SysLockdown",
                {"SysLockdownEnabled": True},
            ),
            id="locked down",
        ),
        pytest.param(lambda bmc: bmc.fail(FAN_MODE, status=400), id="refused"),
    ],
)
async def test_other_refusals_tell_nothing_of_privileges(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, refuse: Mutation
) -> None:
    """The account is not looked at again, and goes on being offered all."""
    refuse(bmc)
    since = len(bmc.requests)
    with pytest.raises(HomeAssistantError) as failure:
        await call(
            hass, loaded, "select.fan_mode", "select_option", option="full_speed"
        )
    assert failure.value.translation_key in ("license_missing", "refused")
    assert not any(SERVICE in path for path in requests_since(bmc, since))
    assert entity(hass, loaded, ACCESS).state == "full"


async def test_one_resource_that_is_refused_takes_nothing_else_away(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """The account still has its privileges, which is asked once more."""
    bmc.fail(NTP, method="PATCH", status=403)
    since = len(bmc.requests)
    with pytest.raises(HomeAssistantError) as failure:
        await call(hass, loaded, "switch.ntp", "turn_off")
    assert failure.value.translation_key == "not_authorized"
    assert len([path for path in requests_since(bmc, since) if SERVICE in path]) <= 4
    await hass.async_block_till_done(wait_background_tasks=True)
    assert controls(hass, loaded) == OF_THE_HOST | OF_THE_BMC
    assert requests_since(bmc).count(f"GET {SYSTEM}") == 1
