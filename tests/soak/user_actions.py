"""What a user of Home Assistant does, whatever else may be wrong."""

import asyncio
from typing import Any

from homeassistant.exceptions import HomeAssistantError

from .environment import World

Command = tuple[str, str, dict[str, Any]]


async def command(world: World) -> None:
    """Do what users do; what fails has to say so, and only then."""
    chance = world.random
    mode = chance.choice(("standard", "full_speed", "optimal", "heavy_io"))
    commands: list[Command] = [
        ("light.identify_led", "turn_on", {}),
        ("light.identify_led", "turn_on", {"effect": "blink"}),
        ("light.identify_led", "turn_off", {}),
        ("select.fan_mode", "select_option", {"option": mode}),
        ("select.boot_source", "select_option", {"option": "pxe"}),
        ("number.power_on_delay", "set_value", {"value": chance.randint(3, 254)}),
        ("switch.ntp", "toggle", {}),
        ("switch.lldp", "toggle", {}),
        ("switch.protocol_ssh", "toggle", {}),
        ("button.rearm_intrusion", "press", {}),
        ("button.clear_log", "press", {}),
    ]
    entity, service, data = chance.choice(commands)
    is_calm = world.told.is_calm_since(60)
    try:
        await world.home.call(entity, service, **data)
    except HomeAssistantError as error:
        if is_calm and world.told.is_calm_since(0):
            world.complain(f"{service} of {entity} failed: {error}")
    else:
        if is_calm and world.told.is_calm_since(0):
            world.check_at_once(entity)


async def reset(world: World) -> None:
    """Reset the host from Home Assistant, and see that it is on in the end."""
    name = world.random.choice(
        ("graceful_restart", "force_restart", "power_cycle", "graceful_shutdown")
    )
    async with world.owner:
        try:
            await world.home.call(f"button.reset_{name}", "press")
            await world.minutes(1, 30)
            await world.home.call("button.reset_on", "press")
        except HomeAssistantError:
            pass
        if world.bmc.power_state == "Off":
            world.bmc.power("On")
        await world.minutes(1, 3)


async def restart_by_user(world: World) -> None:
    """Restart the BMC from Home Assistant."""
    with world.wrong("restart by the user"):
        try:
            await world.home.call("button.restart_bmc", "press")
        except HomeAssistantError:
            return
        await asyncio.sleep(world.bmc.restart_seconds + 5)


async def reload(world: World) -> None:
    """Reload the entry, whatever else may be wrong."""
    with world.wrong("reload", is_slow=True), world.conduct.user():
        await world.home.reload()


async def disable(world: World) -> None:
    """Disable the entry for a while."""
    async with world.owner:
        with world.wrong("disabled", is_slow=True):
            with world.conduct.user():
                await world.home.disable(is_disabled=True)
            world.is_disabled = True
            await world.minutes(1, 30)
            world.is_disabled = False
            with world.conduct.user():
                await world.home.disable(is_disabled=False)


async def options(world: World) -> None:
    """Choose other intervals."""
    often = world.random.choice((10, 30, 30, 60, 300))
    rarely = world.random.choice((5, 15, 15, 60))
    with world.wrong("options", is_slow=True), world.conduct.user():
        world.told.change_intervals(often, 60 * rarely)
        await world.home.configure(often, rarely)


async def entity_disabled(world: World) -> None:
    """Disable an entity for a while; Home Assistant reloads the entry after that."""
    async with world.owner:
        entity_id = world.random.choice(sorted(world.home.entities()))
        world.home.disable_entity(entity_id, is_disabled=True)
        await world.minutes(1, 30)
        with world.wrong("entity enabled", is_slow=True), world.conduct.user():
            world.home.disable_entity(entity_id, is_disabled=False)
            await asyncio.sleep(45)
