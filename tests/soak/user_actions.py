"""Actions of a Home Assistant user, which may coincide with any fault."""

import asyncio
from typing import Any

from homeassistant.exceptions import HomeAssistantError

from tests.scenario.expected import Intervals

from .environment import Environment


async def command(env: Environment) -> None:
    """Control the server; a command fails only during a fault."""
    mode = env.random.choice(("standard", "full_speed", "optimal", "heavy_io"))
    commands: list[tuple[str, str, dict[str, Any]]] = [
        ("light.identify_led", "turn_on", {}),
        ("light.identify_led", "turn_on", {"effect": "blink"}),
        ("light.identify_led", "turn_off", {}),
        ("select.fan_mode", "select_option", {"option": mode}),
        ("select.boot_source", "select_option", {"option": "pxe"}),
        ("number.power_on_delay", "set_value", {"value": env.random.randint(3, 254)}),
        ("switch.ntp", "toggle", {}),
        ("switch.lldp", "toggle", {}),
        ("switch.protocol_ssh", "toggle", {}),
        ("button.rearm_intrusion", "press", {}),
        ("button.clear_log", "press", {}),
    ]
    entity, service, data = env.random.choice(commands)
    was_undisturbed = env.expected.is_undisturbed_for(60)
    error = await _call(env, entity, service, **data)
    if was_undisturbed and env.expected.is_undisturbed_for(0):
        if error:
            env.report_violation(f"{service} of {entity} failed: {error}")
        else:
            env.check_command(entity)


async def reset_host(env: Environment) -> None:
    """Reset the host from Home Assistant and make sure that it is on at the end."""
    name = env.random.choice(
        ("graceful_restart", "force_restart", "power_cycle", "graceful_shutdown")
    )
    async with env.owner:
        if await _call(env, f"button.reset_{name}", "press") is None:
            await env.minutes(1, 30)
            await _call(env, "button.reset_on", "press")
        await env.switch_on()
        await env.minutes(1, 3)


async def restart_bmc(env: Environment) -> None:
    """Restart the BMC from Home Assistant."""
    with env.disturbance("BMC restart by the user"):
        if await _call(env, "button.restart_bmc", "press") is None:
            await asyncio.sleep(env.bmc.restart_seconds + 5)


async def reload_entry(env: Environment) -> None:
    """Reload the entry."""
    with env.disturbance("reload", is_slow=True), env.traffic.user_action():
        await env.instance.reload()


async def disable_entry(env: Environment) -> None:
    """Disable the entry for a while."""
    async with env.owner:
        with env.disturbance("entry disabled", is_slow=True):
            with env.traffic.user_action():
                await env.instance.disable(is_disabled=True)
            env.is_disabled = True
            await env.minutes(1, 30)
            env.is_disabled = False
            with env.traffic.user_action():
                await env.instance.disable(is_disabled=False)


async def change_intervals(env: Environment) -> None:
    """Change the polling intervals."""
    seconds = env.random.choice(env.board.intervals)
    minutes = env.random.choice((5, 15, 15, 60))
    with env.disturbance("options", is_slow=True), env.traffic.user_action():
        env.expected.change_intervals(Intervals(seconds, 60 * minutes))
        await env.instance.set_intervals(seconds, minutes)


async def disable_entity(env: Environment) -> None:
    """Disable an entity for a while; Home Assistant then reloads the entry."""
    async with env.owner:
        entity_id = env.random.choice(sorted(env.instance.entities))
        env.instance.disable_entity(entity_id, is_disabled=True)
        await env.minutes(1, 30)
        with env.disturbance("entity enabled", is_slow=True), env.traffic.user_action():
            env.instance.disable_entity(entity_id, is_disabled=False)
            await asyncio.sleep(45)


async def _call(
    env: Environment, entity: str, service: str, **data: Any
) -> HomeAssistantError | None:
    """Call a service unless the entity is unavailable; return its error."""
    if env.instance.is_available(entity):
        try:
            await env.instance.call(entity, service, **data)
        except HomeAssistantError as error:
            return error
    return None
