"""The blueprints: Home Assistant takes them, and they do to the BMC what they say."""

from collections.abc import AsyncIterator
from pathlib import Path
import shutil
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.automation.config import AUTOMATION_BLUEPRINT_SCHEMA
from homeassistant.components.blueprint.importer import fetch_blueprint_from_github_url
from homeassistant.components.blueprint.models import Blueprint
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import load_yaml_dict
import pytest

from custom_components.supermicro_redfish.const import DOMAIN
from tests.conftest import Clock
from tests.simulator import Bmc

from . import POWER, call, entity_id
from .automations import Automations

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "blueprints/automation/supermicro_redfish"
FILES = sorted(FOLDER.iterdir())
TEXTS = {file: file.read_text("utf-8") for file in FILES}
REPOSITORY = "https://github.com/supermicro-redfish/ha-supermicro-redfish"

MINUTE = 60

MEMORY = "input_text.former_mode"
UPS = "input_boolean.mains"
SHUT_DOWN = "input_boolean.shut_down"
MODE = "select.fan_mode"
HOST = "binary_sensor.host_power"


@pytest.fixture(autouse=True)
def configuration(hass: HomeAssistant, tmp_path: Path) -> None:
    """Put the blueprints where Home Assistant puts those that it imports."""
    shutil.copytree(FOLDER, tmp_path / "blueprints/automation/supermicro_redfish")
    hass.config.config_dir = str(tmp_path)


@pytest.fixture
async def automations(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    clock: Clock,
    loaded: ConfigEntry,
) -> AsyncIterator[Automations]:
    """Return the automations, with the helpers that the blueprints ask for.

    They end before the server is unloaded, which they may act upon.
    """
    helpers: dict[str, Any] = {
        "input_text": {"former_mode": {}},
        "persistent_notification": {},
        "input_boolean": {"mains": {"initial": True}, "shut_down": {}},
    }
    for domain, config in helpers.items():
        assert await async_setup_component(hass, domain, {domain: config})
    running = Automations(hass, freezer, clock)
    yield running
    await running.stop()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
async def test_home_assistant_takes_it(
    hass: HomeAssistant, file: Path, aioclient_mock: Any
) -> None:
    """It imports it from the address that it names, and finds nothing wrong."""
    address = str(load_yaml_dict(file)["blueprint"]["source_url"])
    assert address == f"{REPOSITORY}/blob/main/{file.relative_to(ROOT).as_posix()}"
    raw = address.replace("github.com", "raw.githubusercontent.com")
    aioclient_mock.request("get", raw.replace("/blob/", "/"), text=TEXTS[file])
    imported = await fetch_blueprint_from_github_url(hass, address)
    assert imported.suggested_filename == f"supermicro-redfish/{file.stem}"
    assert imported.blueprint.domain == "automation"
    assert imported.blueprint.validate() is None


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_is_for_this_integration(file: Path) -> None:
    """Every choice is described, and one of a server offers no others' entities."""
    blueprint = Blueprint(
        load_yaml_dict(file), path=file.name, schema=AUTOMATION_BLUEPRINT_SCHEMA
    )
    assert blueprint.metadata["homeassistant"] == {"min_version": "2026.10.0"}
    integrations = set()
    for choice in blueprint.inputs.values():
        assert choice["name"]
        for selector in choice["selector"].values():
            filters = selector.get("filter", [])
            assert all("domain" in offered for offered in filters)
            integrations |= {offered.get("integration") for offered in filters}
    assert integrations <= {DOMAIN, None}
    assert DOMAIN in integrations


@pytest.fixture
def heat(hass: HomeAssistant, loaded: ConfigEntry) -> dict[str, Any]:
    """Return the choices for a server that may get too hot."""
    names = ("CPU Temp", "System Temp")
    return {
        "sensors": [
            entity_id(hass, loaded, f"sensor.temperature_{name}") for name in names
        ],
        "fan_mode": entity_id(hass, loaded, MODE),
        "memory": MEMORY,
    }


async def test_a_hot_server_gets_full_speed_until_it_is_cool(
    bmc: Bmc, automations: Automations, heat: dict[str, Any]
) -> None:
    """After two minutes of heat; after ten cool ones the former mode comes back."""
    await automations.use("too_hot", **heat)
    bmc.set_reading("CPU Temp", 85)
    await automations.elapse(2 * MINUTE)
    assert bmc.fan_mode == "Optimal"
    await automations.elapse(MINUTE)
    assert bmc.fan_mode == "FullSpeed"
    bmc.set_reading("CPU Temp", 60)
    await automations.elapse(10 * MINUTE)
    assert bmc.fan_mode == "FullSpeed"
    await automations.elapse(MINUTE)
    assert bmc.fan_mode == "Optimal"
    assert automations.notifications == [
        "x12spi-tf CPU temperature is at 85 °C. The fan mode is now Full speed.",
        "All temperatures are below 70. The fan mode is now Optimal.",
    ]


async def test_a_short_peak_makes_no_noise(
    bmc: Bmc, automations: Automations, heat: dict[str, Any]
) -> None:
    """Nor do peaks of two sensors one after the other."""
    await automations.use("too_hot", **heat)
    for name in ("CPU Temp", "System Temp", "CPU Temp"):
        bmc.set_reading(name, 85)
        await automations.elapse(1.5 * MINUTE)
        bmc.set_reading(name, 40)
        await automations.elapse(MINUTE)
    assert bmc.fan_mode == "Optimal"
    assert automations.notifications == []


async def test_a_server_that_is_not_quite_cool_keeps_full_speed(
    bmc: Bmc, automations: Automations, heat: dict[str, Any]
) -> None:
    """All of its sensors have to be cool, for ten minutes without a break."""
    await automations.use("too_hot", **heat)
    bmc.set_reading("CPU Temp", 85)
    await automations.elapse(5 * MINUTE)
    bmc.set_reading("CPU Temp", 60)
    bmc.set_reading("System Temp", 75)
    await automations.elapse(20 * MINUTE)
    assert bmc.fan_mode == "FullSpeed"
    bmc.set_reading("System Temp", 40)
    await automations.elapse(8 * MINUTE)
    bmc.set_reading("System Temp", 75)
    await automations.elapse(MINUTE)
    bmc.set_reading("System Temp", 40)
    await automations.elapse(8 * MINUTE)
    assert bmc.fan_mode == "FullSpeed"
    await automations.elapse(3 * MINUTE)
    assert bmc.fan_mode == "Optimal"


async def test_the_former_mode_outlasts_a_restart(
    loaded: ConfigEntry, bmc: Bmc, automations: Automations, heat: dict[str, Any]
) -> None:
    """Though it is cool already when Home Assistant comes back."""
    await automations.use("too_hot", **heat)
    bmc.set_reading("CPU Temp", 85)
    await automations.elapse(5 * MINUTE)
    assert bmc.fan_mode == "FullSpeed"
    await automations.restart(loaded, lambda: bmc.set_reading("CPU Temp", 60))
    assert bmc.fan_mode == "FullSpeed"
    await automations.elapse(11 * MINUTE)
    assert bmc.fan_mode == "Optimal"


async def test_heat_that_came_during_a_restart_is_noticed(
    loaded: ConfigEntry, bmc: Bmc, automations: Automations, heat: dict[str, Any]
) -> None:
    """Nothing crosses the limit any more then."""
    await automations.use("too_hot", **heat)
    await automations.restart(loaded, lambda: bmc.set_reading("CPU Temp", 85))
    await automations.elapse(MINUTE)
    assert bmc.fan_mode == "Optimal"
    await automations.elapse(2 * MINUTE)
    assert bmc.fan_mode == "FullSpeed"


async def test_a_mode_that_somebody_chose_meanwhile_stays(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    automations: Automations,
    heat: dict[str, Any],
) -> None:
    """The automation takes back nothing but its own change, and forgets it."""
    await automations.use("too_hot", **heat)
    bmc.set_reading("CPU Temp", 85)
    await automations.elapse(5 * MINUTE)
    await call(hass, loaded, MODE, "select_option", option="heavy_io")
    bmc.set_reading("CPU Temp", 60)
    await automations.elapse(15 * MINUTE)
    assert bmc.fan_mode == "HeavyIO"
    assert hass.states.is_state(MEMORY, "")


WRONG = {
    MODE: ("pue2", "Fan mode", "standard, full_speed, optimal, heavy_io"),
    "select.boot_source": (
        "full_speed",
        "Next boot",
        "none, pxe, floppy, cd, usb, hdd, bios_setup, usb_cd, uefi_http",
    ),
}


@pytest.mark.parametrize("of", WRONG)
@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_a_mode_that_is_not_offered_is_told_before_it_is_hot(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    automations: Automations,
    heat: dict[str, Any],
    of: str,
) -> None:
    """When the automation is saved: the entity may be the wrong one. Then the heat."""
    mode, name, offered = WRONG[of]
    heat |= {"hot_mode": mode, "fan_mode": entity_id(hass, loaded, of)}
    await automations.use("too_hot", **heat)
    await automations.reload(automations.config)
    await automations.elapse(MINUTE)
    (told,) = automations.notifications
    assert told == (
        f"too_hot is to set x12spi-tf {name} to {mode}, which it does not offer. It "
        f"offers: {offered}. Choose another mode in the automation, or the right "
        "entity."
    )
    bmc.set_reading("CPU Temp", 85)
    await automations.elapse(5 * MINUTE)
    assert bmc.fan_mode == "Optimal"
    told = automations.notifications[-1]
    assert told == (
        "x12spi-tf CPU temperature is at 85 °C. The fan mode could not be set to "
        f"{mode}. Offered are {offered}."
    )
    assert len(automations.notifications) == 2


async def test_a_mode_that_is_offered_is_no_news(
    automations: Automations, heat: dict[str, Any]
) -> None:
    """Saving the automation says nothing."""
    await automations.use("too_hot", **heat)
    await automations.reload(automations.config)
    await automations.elapse(MINUTE)
    assert automations.notifications == []


# Power budget


@pytest.fixture
def budget(hass: HomeAssistant, loaded: ConfigEntry) -> dict[str, Any]:
    """Return the choices for a server that blinks when it draws too much."""
    target = {"entity_id": entity_id(hass, loaded, "light.identify_led")}
    blink = {
        "action": "light.turn_on",
        "target": target,
        "data": {"effect": "blink"},
    }
    return {
        "power": entity_id(hass, loaded, "sensor.power_consumption"),
        "what_to_do": [blink],
    }


def draw(bmc: Bmc, watts: float) -> None:
    """Let the server draw so much."""
    bmc.change(POWER, {"PowerControl": {0: {"PowerConsumedWatts": watts}}})


async def test_a_server_over_its_budget_is_told_and_acted_upon(
    bmc: Bmc, automations: Automations, budget: dict[str, Any]
) -> None:
    """After five minutes without a break."""
    await automations.use("power_budget", **budget)
    draw(bmc, 450)
    await automations.elapse(4 * MINUTE)
    draw(bmc, 390)
    await automations.elapse(MINUTE)
    draw(bmc, 450)
    await automations.elapse(4 * MINUTE)
    assert bmc.indicator_led == "Off"
    assert automations.notifications == []
    await automations.elapse(2 * MINUTE)
    assert bmc.indicator_led == "Blinking"
    assert automations.notifications == [
        "x12spi-tf Power consumption is at 450 W. The budget is 400 W."
    ]
    await automations.elapse(20 * MINUTE)
    assert len(automations.notifications) == 1


async def test_a_server_over_its_budget_is_noticed_after_a_restart(
    loaded: ConfigEntry, bmc: Bmc, automations: Automations, budget: dict[str, Any]
) -> None:
    """Nothing crosses the budget any more then."""
    await automations.use("power_budget", **budget)
    await automations.restart(loaded, lambda: draw(bmc, 450))
    await automations.elapse(4 * MINUTE)
    assert bmc.indicator_led == "Off"
    await automations.elapse(2 * MINUTE)
    assert bmc.indicator_led == "Blinking"


# UPS


@pytest.fixture
def supply(hass: HomeAssistant, loaded: ConfigEntry) -> dict[str, Any]:
    """Return the choices for a server on a UPS that a toggle stands for."""
    return {
        "ups": UPS,
        "host_power": entity_id(hass, loaded, HOST),
        "power_on": entity_id(hass, loaded, "button.reset_on"),
        "memory": SHUT_DOWN,
    }


async def toggle(hass: HomeAssistant, name: str) -> None:
    """Turn a toggle on, or off."""
    data = {"entity_id": name}
    await hass.services.async_call("input_boolean", "toggle", data, blocking=True)


async def test_a_power_loss_shuts_down_and_its_end_switches_on(
    hass: HomeAssistant, bmc: Bmc, automations: Automations, supply: dict[str, Any]
) -> None:
    """After two minutes of battery, and after ten of mains."""
    await automations.use("ups", **supply)
    await toggle(hass, UPS)
    await automations.elapse(1.5 * MINUTE)
    assert bmc.power_state == "On"
    await automations.elapse(MINUTE)
    assert bmc.power_state == "Off"
    await automations.elapse(MINUTE)
    assert hass.states.is_state(SHUT_DOWN, "on")
    await toggle(hass, UPS)
    await automations.elapse(9 * MINUTE)
    assert bmc.power_state == "Off"
    await automations.elapse(2 * MINUTE)
    assert bmc.power_state == "On"
    assert hass.states.is_state(SHUT_DOWN, "off")
    assert automations.notifications == [
        "x12spi-tf has been shut down.",
        "The mains are back. x12spi-tf is switched on again.",
    ]


async def test_a_short_power_loss_does_nothing(
    hass: HomeAssistant, bmc: Bmc, automations: Automations, supply: dict[str, Any]
) -> None:
    """Nor does a second one begin where the first one ended."""
    await automations.use("ups", **supply)
    for _ in range(2):
        await toggle(hass, UPS)
        await automations.elapse(1.5 * MINUTE)
        await toggle(hass, UPS)
        await automations.elapse(MINUTE)
    assert bmc.power_state == "On"
    assert automations.notifications == []


async def test_mains_that_come_back_for_a_moment_switch_nothing_on(
    hass: HomeAssistant, bmc: Bmc, automations: Automations, supply: dict[str, Any]
) -> None:
    """The battery may be empty."""
    await automations.use("ups", **supply)
    await toggle(hass, UPS)
    await automations.elapse(4 * MINUTE)
    await toggle(hass, UPS)
    await automations.elapse(8 * MINUTE)
    await toggle(hass, UPS)
    await automations.elapse(MINUTE)
    await toggle(hass, UPS)
    await automations.elapse(8 * MINUTE)
    assert bmc.power_state == "Off"
    await automations.elapse(3 * MINUTE)
    assert bmc.power_state == "On"


async def test_a_server_that_was_off_before_stays_off(
    hass: HomeAssistant, bmc: Bmc, automations: Automations, supply: dict[str, Any]
) -> None:
    """Somebody wanted it to be off."""
    bmc.power("GracefulShutdown")
    await automations.use("ups", **supply)
    await automations.elapse(MINUTE)
    await toggle(hass, UPS)
    await automations.elapse(5 * MINUTE)
    await toggle(hass, UPS)
    await automations.elapse(20 * MINUTE)
    assert bmc.power_state == "Off"
    assert automations.notifications == []


async def test_a_server_that_is_off_later_for_another_reason_stays_off(
    hass: HomeAssistant, bmc: Bmc, automations: Automations, supply: dict[str, Any]
) -> None:
    """It was on in between, so that its shutdown is somebody else's."""
    await automations.use("ups", **supply)
    await toggle(hass, UPS)
    await automations.elapse(4 * MINUTE)
    bmc.power("On")
    await automations.elapse(MINUTE)
    bmc.power("ForceOff")
    await automations.elapse(MINUTE)
    await toggle(hass, UPS)
    await automations.elapse(20 * MINUTE)
    assert bmc.power_state == "Off"


async def test_a_shutdown_outlasts_a_restart(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    automations: Automations,
    supply: dict[str, Any],
) -> None:
    """The mains came back while Home Assistant was off, too."""
    await automations.use("ups", **supply)
    await toggle(hass, UPS)
    await automations.elapse(4 * MINUTE)
    await automations.restart(loaded, lambda: hass.states.async_set(UPS, "on"))
    await automations.elapse(11 * MINUTE)
    assert bmc.power_state == "On"
    assert hass.states.is_state(SHUT_DOWN, "off")


async def test_mains_that_come_back_during_the_shutdown_switch_on_after_it(
    hass: HomeAssistant, bmc: Bmc, automations: Automations, supply: dict[str, Any]
) -> None:
    """A shutdown cannot be called off."""
    bmc.host.answers = False
    await automations.use("ups", force=True, **supply)
    await toggle(hass, UPS)
    await automations.elapse(4 * MINUTE)
    assert bmc.power_state == "On"
    await toggle(hass, UPS)
    await automations.elapse(5 * MINUTE)
    assert bmc.power_state == "Off"
    await automations.elapse(12 * MINUTE)
    assert bmc.power_state == "On"
    assert automations.notifications[0] == (
        "x12spi-tf did not shut down in time, so its power was cut."
    )


async def test_a_system_that_ignores_the_request_runs_on(
    hass: HomeAssistant, bmc: Bmc, automations: Automations, supply: dict[str, Any]
) -> None:
    """Its power is cut only where that is wanted; later it is not ours any more."""
    bmc.host.answers = False
    await automations.use("ups", **supply)
    await toggle(hass, UPS)
    await automations.elapse(10 * MINUTE)
    assert bmc.power_state == "On"
    assert automations.notifications == [
        "x12spi-tf has not shut down in time. It still runs."
    ]
    await toggle(hass, UPS)
    await automations.elapse(65 * MINUTE)
    assert hass.states.is_state(SHUT_DOWN, "on")
    await automations.elapse(10 * MINUTE)
    assert hass.states.is_state(SHUT_DOWN, "off")


async def test_a_shutdown_may_take_longer_than_the_mains_are_away(
    hass: HomeAssistant, bmc: Bmc, automations: Automations, supply: dict[str, Any]
) -> None:
    """It cannot be called off, and is still this automation's own."""
    bmc.host.answers = False
    await automations.use("ups", **supply)
    await toggle(hass, UPS)
    await automations.elapse(10 * MINUTE)
    await toggle(hass, UPS)
    await automations.elapse(30 * MINUTE)
    assert bmc.power_state == "On"
    bmc.power("ForceOff")
    await automations.elapse(4 * MINUTE)
    assert bmc.power_state == "On"
    assert hass.states.is_state(SHUT_DOWN, "off")
    assert automations.notifications[1:] == [
        "The mains are back. x12spi-tf is switched on again."
    ]


async def test_a_shutdown_may_outlast_a_restart_too(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    automations: Automations,
    supply: dict[str, Any],
) -> None:
    """Home Assistant forgets what it waited for, but not what it noted."""
    bmc.host.answers = False
    await automations.use("ups", **supply)
    await toggle(hass, UPS)
    await automations.elapse(10 * MINUTE)
    await automations.restart(loaded, lambda: hass.states.async_set(UPS, "on"))
    await automations.elapse(30 * MINUTE)
    bmc.power("ForceOff")
    await automations.elapse(2 * MINUTE)
    assert bmc.power_state == "On"


async def test_a_server_that_somebody_switched_on_may_be_switched_off(
    hass: HomeAssistant, bmc: Bmc, automations: Automations, supply: dict[str, Any]
) -> None:
    """Before the automation did: what it is told later is not undone."""
    await automations.use("ups", **supply)
    await toggle(hass, UPS)
    await automations.elapse(4 * MINUTE)
    await toggle(hass, UPS)
    await automations.elapse(5 * MINUTE)
    bmc.power("On")
    await automations.elapse(15 * MINUTE)
    assert hass.states.is_state(SHUT_DOWN, "off")
    bmc.power("ForceOff")
    await automations.elapse(30 * MINUTE)
    assert bmc.power_state == "Off"


@pytest.mark.parametrize("answers", [True, False])
async def test_a_second_power_loss_asks_again(
    hass: HomeAssistant,
    bmc: Bmc,
    automations: Automations,
    supply: dict[str, Any],
    *,
    answers: bool,
) -> None:
    """A server that still runs; not if the shutdown ends before that."""
    bmc.host.answers = False
    await automations.use("ups", **supply)
    await toggle(hass, UPS)
    await automations.elapse(10 * MINUTE)
    await toggle(hass, UPS)
    await automations.elapse(15 * MINUTE)
    await toggle(hass, UPS)
    bmc.host.answers = answers
    await automations.elapse(MINUTE)
    if not answers:
        bmc.power("ForceOff")
    await automations.elapse(4 * MINUTE)
    assert bmc.power_state == "Off"
    asked_again = ["x12spi-tf has been shut down."] if answers else []
    assert automations.notifications[1:] == asked_again
    await toggle(hass, UPS)
    await automations.elapse(13 * MINUTE)
    assert bmc.power_state == "On"
    assert hass.states.is_state(SHUT_DOWN, "off")


async def test_a_shutdown_that_fails_is_told_and_forgotten(
    hass: HomeAssistant, bmc: Bmc, automations: Automations, supply: dict[str, Any]
) -> None:
    """A server that is off later was not shut down by this automation."""
    await automations.use("ups", **supply)
    bmc.fail("/redfish/v1/Systems/1/Actions/*", status=500)
    await toggle(hass, UPS)
    await automations.elapse(4 * MINUTE)
    assert automations.notifications == [
        "x12spi-tf could not be told to shut down. The log has the reason."
    ]
    assert hass.states.is_state(SHUT_DOWN, "off")


@pytest.mark.parametrize(
    ("mains", "battery", "choices"),
    [
        ("OL CHRG", "OB DISCHRG", {}),
        ("Online, Battery Charging", "On Battery, Battery Discharging", {}),
        ("off", "on", {"mains_state": "off"}),
    ],
)
async def test_a_ups_may_say_it_in_other_words(
    hass: HomeAssistant,
    bmc: Bmc,
    automations: Automations,
    supply: dict[str, Any],
    mains: str,
    battery: str,
    choices: dict[str, str],
) -> None:
    """Those of Network UPS Tools, or the other way round."""
    supply["ups"] = "sensor.ups"
    hass.states.async_set("sensor.ups", mains)
    await automations.use("ups", **supply, **choices)
    await automations.elapse(3 * MINUTE)
    assert bmc.power_state == "On"
    hass.states.async_set("sensor.ups", "unavailable")
    await automations.elapse(3 * MINUTE)
    assert bmc.power_state == "On"
    hass.states.async_set("sensor.ups", battery)
    await automations.elapse(4 * MINUTE)
    assert bmc.power_state == "Off"
    hass.states.async_set("sensor.ups", "unknown")
    await automations.elapse(11 * MINUTE)
    assert bmc.power_state == "Off"
    hass.states.async_set("sensor.ups", mains)
    await automations.elapse(11 * MINUTE)
    assert bmc.power_state == "On"
