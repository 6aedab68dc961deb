"""Test the blueprint that notifies of problems of a server."""

from typing import Any

from homeassistant.components.persistent_notification import (
    _async_get_or_create_notifications,
)
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.util.yaml import load_yaml_dict
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from tests.simulator import Bmc

from . import DYNAMIC, MINUTE, STATIC, entity_id, registered_keys
from .automations import BLUEPRINTS, Automations
from .health_log import EVENT, add_to_log
from .paths import BAY_1, BAY_2, CRITICAL, POWER, SYSTEM

PROBLEMS = (
    "system_problem",
    "processor_problem",
    f"power_supply_problem_{BAY_1}",
    f"power_supply_problem_{BAY_2}",
    "redundancy_problem",
    "chassis_problem",
    "intrusion",
)
LOST = "[PWR-0003] PS2 Status, Power Supply input lost (AC/DC)"
SUPPLY = "x12spi-tf Power supply 2 health: Problem."
REDUNDANCY = "x12spi-tf Power supply redundancy: Problem."
SYSTEM_HEALTH = "x12spi-tf System health: Problem."
QUOTE = "x12spi-tf Health event log: PS2 Status, Power Supply input lost (AC/DC)"
OK = {"Status": {"Health": "OK", "State": "Enabled"}}


@pytest.fixture
def inputs(hass: HomeAssistant, loaded: ConfigEntry) -> dict[str, Any]:
    """Return the inputs of the blueprint: the health entities and the log."""
    return {
        "problems": [
            entity_id(hass, loaded, f"binary_sensor.{key}") for key in PROBLEMS
        ],
        "log": entity_id(hass, loaded, EVENT),
    }


def shown(hass: HomeAssistant) -> list[str]:
    """Return the messages of the notifications that are not dismissed."""
    notifications = _async_get_or_create_notifications(hass).values()
    return [" ".join(item["message"].split()) for item in notifications]


def set_supply(bmc: Bmc, status: dict[str, Any]) -> None:
    """Change the status of the second power supply."""
    bmc.change(POWER, {"PowerSupplies": {BAY_2: status}})


def set_system(bmc: Bmc, status: dict[str, Any]) -> None:
    """Change the status of the whole system."""
    bmc.change(SYSTEM, status)


async def notify_of_system(
    hass: HomeAssistant, bmc: Bmc, automations: Automations, inputs: dict[str, Any]
) -> None:
    """Start the automation, and let it report a problem of the system."""
    await automations.use("server_problem", **inputs)
    set_system(bmc, CRITICAL)
    await automations.elapse(3 * DYNAMIC)
    assert shown(hass) == [SYSTEM_HEALTH]


async def test_blueprint_offers_all_health_entities_and_no_other(
    hass: HomeAssistant, loaded: ConfigEntry
) -> None:
    """Offer no entity whose state "on" is no problem, such as a staged BIOS."""
    blueprint = load_yaml_dict(BLUEPRINTS / "server_problem.yaml")["blueprint"]
    (offered,) = blueprint["input"]["problems"]["selector"]["entity"]["filter"]
    keys = registered_keys(hass, loaded)
    assert {
        keys[state.entity_id].removeprefix("binary_sensor.").partition("_Disk")[0]
        for state in hass.states.async_all(offered["domain"])
        if state.attributes.get("device_class") in offered["device_class"]
    } == {
        *PROBLEMS,
        *("memory_problem", "bmc_problem", "battery_problem", "drive_problem"),
        "certificate_expiring",
    }


async def test_failed_supply_causes_one_notification_that_is_cleared(
    hass: HomeAssistant, bmc: Bmc, automations: Automations, inputs: dict[str, Any]
) -> None:
    """List all affected parts, also the system, which changes with a later poll."""
    await automations.use("server_problem", **inputs)
    set_supply(bmc, CRITICAL)
    add_to_log(bmc, LOST)
    await automations.elapse(DYNAMIC)
    set_system(bmc, CRITICAL)
    await automations.elapse(DYNAMIC)
    assert shown(hass) == []
    await automations.elapse(2 * DYNAMIC)
    assert shown(hass) == [f"{REDUNDANCY} {SUPPLY} {SYSTEM_HEALTH} {QUOTE}"]
    await automations.elapse(STATIC)
    assert automations.notifications.count(automations.notifications[0]) == len(
        automations.notifications
    )
    set_supply(bmc, OK)
    set_system(bmc, OK)
    await automations.elapse(DYNAMIC)
    assert shown(hass) == []


@pytest.mark.long
async def test_second_problem_joins_the_notification(
    hass: HomeAssistant, bmc: Bmc, automations: Automations, inputs: dict[str, Any]
) -> None:
    """Add the part to the notification; remove a part that has recovered."""
    await notify_of_system(hass, bmc, automations, inputs)
    set_supply(bmc, CRITICAL)
    await automations.elapse(3 * DYNAMIC)
    assert shown(hass) == [f"{SYSTEM_HEALTH} {REDUNDANCY} {SUPPLY}"]
    set_system(bmc, OK)
    await automations.elapse(DYNAMIC)
    assert shown(hass) == [f"{REDUNDANCY} {SUPPLY}"]


async def test_short_problem_is_ignored(
    hass: HomeAssistant, bmc: Bmc, automations: Automations, inputs: dict[str, Any]
) -> None:
    """Create no notification of a problem that is over before it is reported."""
    await automations.use("server_problem", **inputs)
    set_system(bmc, CRITICAL)
    await automations.elapse(DYNAMIC)
    set_system(bmc, OK)
    await automations.elapse(3 * DYNAMIC)
    assert automations.notifications == []


@pytest.mark.long
async def test_critical_event_without_a_part_has_its_own_notification(
    hass: HomeAssistant, bmc: Bmc, automations: Automations, inputs: dict[str, Any]
) -> None:
    """Clear the notification when the log reports the end of the event."""
    await automations.use("server_problem", **inputs)
    add_to_log(bmc, "[CPU-0001] CPU1 thermal trip", Oem=None, SensorType="Processor")
    await automations.elapse(STATIC + 3 * DYNAMIC)
    assert shown(hass) == ["x12spi-tf Health event log: CPU1 thermal trip"]
    add_to_log(
        bmc,
        "[CPU-0001] CPU1 thermal trip",
        Oem=None,
        SensorType="Processor",
        EntryCode="Deassert",
    )
    await automations.elapse(STATIC)
    assert shown(hass) == []


@pytest.mark.long
@pytest.mark.parametrize(
    ("changes", "severities", "expected"),
    [
        ({"Severity": "Warning"}, ["critical"], 0),
        ({"Severity": "Warning"}, ["critical", "warning"], 1),
        ({"Severity": "OK"}, ["critical", "warning"], 0),
        ({"Severity": "Critical", "EntryCode": "Deassert"}, ["critical"], 0),
    ],
)
async def test_event_notifies_by_its_severity(
    hass: HomeAssistant,
    bmc: Bmc,
    automations: Automations,
    inputs: dict[str, Any],
    changes: dict[str, Any],
    severities: list[str],
    expected: int,
) -> None:
    """Ignore events of other severities, and the end of events."""
    await automations.use("server_problem", **inputs, severities=severities)
    add_to_log(bmc, "A", **changes)
    await automations.elapse(STATIC + 3 * DYNAMIC)
    assert len(shown(hass)) == expected


@pytest.mark.long
async def test_problem_survives_restart_and_outage(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    automations: Automations,
    inputs: dict[str, Any],
) -> None:
    """Report a problem that began during a restart, and keep it during an outage."""
    await automations.use("server_problem", **inputs)
    await automations.restart(loaded, lambda: set_system(bmc, CRITICAL))
    await automations.elapse(2 * MINUTE)
    assert shown(hass) == [SYSTEM_HEALTH]
    bmc.fail("*", status=503)
    await automations.elapse(2 * MINUTE)
    assert shown(hass) == [SYSTEM_HEALTH]
    bmc.heal()
    await automations.elapse(2 * MINUTE)
    assert shown(hass) == [SYSTEM_HEALTH]
    set_system(bmc, OK)
    await automations.elapse(DYNAMIC)
    assert shown(hass) == []


@pytest.mark.long
async def test_repair_during_an_outage_clears_the_notification(
    hass: HomeAssistant, bmc: Bmc, automations: Automations, inputs: dict[str, Any]
) -> None:
    """Clear it if the problem is over when the BMC responds again."""
    await notify_of_system(hass, bmc, automations, inputs)
    bmc.fail("*", status=503)
    set_system(bmc, OK)
    await automations.elapse(3 * DYNAMIC)
    assert shown(hass) == [SYSTEM_HEALTH]
    bmc.heal()
    await automations.elapse(3 * DYNAMIC)
    assert shown(hass) == []


@pytest.mark.long
async def test_replaced_part_clears_the_notification(
    hass: HomeAssistant, bmc: Bmc, automations: Automations, inputs: dict[str, Any]
) -> None:
    """Clear it when the bay has a working part again; it was empty meanwhile."""
    supply = inputs["problems"][PROBLEMS.index(f"power_supply_problem_{BAY_2}")]
    inputs["problems"] = [supply]
    await automations.use("server_problem", **inputs)
    set_supply(bmc, CRITICAL)
    await automations.elapse(3 * DYNAMIC)
    assert shown(hass) == [SUPPLY]
    set_supply(bmc, {"Status": {"Health": None, "State": "Absent"}})
    await automations.elapse(DYNAMIC)
    assert not hass.states.is_state(supply, "on")
    assert shown(hass) == [SUPPLY]
    set_supply(bmc, OK)
    await automations.elapse(DYNAMIC)
    assert shown(hass) == []


@pytest.mark.long
async def test_outage_without_a_problem_starts_no_action(
    hass: HomeAssistant, bmc: Bmc, automations: Automations, inputs: dict[str, Any]
) -> None:
    """Run neither the actions of a problem nor those of its end."""
    sent = async_capture_events(hass, "blueprint_action")
    action = [{"event": "blueprint_action"}]
    inputs |= {"problem_actions": action, "over_actions": action}
    await automations.use("server_problem", **inputs)
    bmc.fail("*", status=503)
    await automations.elapse(3 * DYNAMIC)
    bmc.heal()
    await automations.elapse(3 * DYNAMIC)
    assert sent == []


@pytest.mark.long
async def test_log_cannot_format_the_notification(
    hass: HomeAssistant, bmc: Bmc, automations: Automations, inputs: dict[str, Any]
) -> None:
    """Show the text of a BMC without its markup, which could contain a link."""
    await automations.use("server_problem", **inputs)
    add_to_log(bmc, "Call [support](https://evil.example) <img src=x> {{ 1 + 1 }}")
    await automations.elapse(STATIC + 3 * DYNAMIC)
    (message,) = shown(hass)
    assert message == (
        "x12spi-tf Health event log: Call support (https://evil.example) img src=x "
        "{{ 1 + 1 }}"
    )
