"""Faults in the life of a server, each from its injection to its recovery."""

import asyncio
from collections.abc import Awaitable, Callable
import copy
from typing import Any

from tests.integration import paths
from tests.simulator.responses import HTML_TYPE, JSON_TYPE, Response

from .environment import Environment
from .user_actions import (
    change_intervals,
    command,
    disable_entity,
    disable_entry,
    reload_entry,
    reset_host,
    restart_bmc,
)

type SoakFault = Callable[[Environment], Awaitable[None]]

_KEPT_KEYS = ("@odata.id", "@odata.type", "@odata.context")
_RETRY_AFTER = (None, None, 5, 60, 250, 3600)
_MAX_RETRY_AFTER = 300
"""Maximum seconds of Retry-After that are respected, as in the README."""


async def hang(env: Environment) -> None:
    """Delay responses beyond every timeout."""
    seconds = env.random.uniform(35, 200)
    with env.failing("hang", _path(env), is_slow=True, seconds=seconds):
        await env.minutes(0.5, 8)


async def slow(env: Environment) -> None:
    """Delay responses, but within the timeout."""
    seconds = env.random.uniform(1, 20)
    with env.failing("slow", _path(env), is_slow=True, seconds=seconds):
        await env.minutes(1, 20)


async def drop(env: Environment) -> None:
    """Abort connections, before or after a request was applied."""
    is_executed = env.random.random() < 0.3
    with env.failing("drop", _path(env), is_drop=True, is_executed=is_executed):
        await env.minutes(0.2, 8)


async def cut(env: Environment) -> None:
    """Truncate bodies, or send them slowly."""
    delivery = env.random.choice(("cut", "cut", "trickled"))
    traits: dict[str, Any] = {"delivery": delivery, "delivery_seconds": 20}
    with env.failing(delivery, _path(env), is_slow=True, **traits):
        await env.minutes(0.2, 8)


async def stray_401(env: Environment) -> None:
    """Reject a valid token once or twice."""
    times = env.random.randint(1, 2)
    with env.rejected_logins(), env.disturbance("stray 401"):
        path = env.random.choice(env.board.resources)
        response = env.bmc.response_builder.error(401)
        with env.bmc_fault(path, response=response, times=times):
            await env.minutes(1, 3)
        await _enter_password(env)


async def reject_all(env: Environment) -> None:
    """Reject all requests until the user enters the password."""
    async with env.owner:
        with env.rejected_logins(), env.disturbance("401 for all"):
            with env.bmc_fault("*", response=env.bmc.response_builder.error(401)):
                await env.minutes(1, 10)
            await _enter_password(env)


async def error_status(env: Environment) -> None:
    """Respond with an error status, sometimes with Retry-After."""
    status = env.random.choice((403, 404, 429, 500, 503))
    seconds = env.random.choice(_RETRY_AFTER) if status in (429, 503) else None
    response = env.bmc.response_builder.error(status)
    if seconds is not None:
        response.headers["Retry-After"] = str(seconds)
    path, extra = _path(env), min(seconds or 0, _MAX_RETRY_AFTER)
    with env.failing(f"{status}", path, extra_seconds=extra, response=response):
        await env.minutes(0.5, 10)


async def invalid_body(env: Environment) -> None:
    """Respond with 200 and a body that is no resource."""
    path = env.random.choice(env.board.resources)
    body = Response(200, env.bmc.resource(path)).payload
    kind, response = env.random.choice(
        [
            ("HTML", Response(200, b"<html>Please wait</html>", {}, HTML_TYPE)),
            ("HTML as JSON", Response(200, b"<html></html>", {}, JSON_TYPE)),
            ("truncated", Response(200, body[: len(body) // 2])),
            ("nulls", Response(200, _without_values(env.bmc.resource(path)))),
            ("empty", Response(200, b"")),
            ("empty object", Response(200, {"@odata.id": path})),
            ("array", Response(200, b"[]")),
            ("error in a 200", Response(200, env.bmc.response_builder.error(500).body)),
        ]
    )
    place = "*" if kind == "HTML" and env.random.random() < 0.5 else path
    with env.failing(kind, place, response=response):
        await env.minutes(0.5, 10)


async def restart(env: Environment) -> None:
    """Restart the BMC, which may respond with 503 before it is ready."""
    with env.disturbance("BMC restart"):
        seconds = env.random.uniform(5, 240)
        env.bmc.restart(seconds)
        await asyncio.sleep(seconds)
        if env.random.random() < 0.5:
            env.bmc.restart(seconds, status=503)
            await asyncio.sleep(seconds)


async def expire_sessions(env: Environment) -> None:
    """Expire all sessions."""
    with env.disturbance("sessions lost"):
        env.bmc.expire_sessions()
        await asyncio.sleep(1)


async def no_sessions(env: Environment) -> None:
    """Refuse new sessions; some BMCs still accept Basic authentication."""
    limit, sessions = env.bmc.session_limit, env.bmc.sessions
    basic_auth = env.random.random() < 0.7
    with env.rejected_logins(), env.disturbance("no sessions left", extra_seconds=600):
        env.bmc.basic_auth = basic_auth
        sessions._limit = 0
        env.bmc.expire_sessions()
        await env.minutes(1, 30)
        sessions._limit, env.bmc.basic_auth = limit, True
        await _enter_password(env)


async def new_password(env: Environment) -> None:
    """Change the password; the user enters it later."""
    async with env.owner:
        with env.rejected_logins(), env.disturbance("new password"):
            env.change_password(f"password {env.random.random()}")
            await env.minutes(2, 60)
            await _enter_password(env)


async def new_certificate(env: Environment) -> None:
    """Change the certificate, until it is accepted or the former one is back."""
    async with env.owner:
        with env.disturbance("new certificate", extra_seconds=_MAX_RETRY_AFTER):
            env.swap_certificate()
            env.bmc.restart(1)
            await env.minutes(1, 40)
            if env.random.random() < 0.5:
                env.swap_certificate()
                env.bmc.restart(1)
                return
            while "certificate_changed" not in env.instance.prompts:
                await env.minutes(1, 2)
            with env.traffic.user_action():
                await env.instance.accept_certificate()


async def power(env: Environment) -> None:
    """Switch the host off at its power button, and on again."""
    async with env.owner:
        env.bmc.power(env.random.choice(("GracefulShutdown", "ForceOff")))
        await env.minutes(1, 90)
        await env.switch_on()
        await env.minutes(2, 4)


async def parts_removed(env: Environment) -> None:
    """Remove sensors, a drive or a power supply for a while."""
    bmc, kind = env.bmc, env.random.choice(("bank", "fan", "drive", "supply"))
    path = {
        "bank": paths.THERMAL,
        "fan": paths.THERMAL,
        "drive": paths.BAYS[1],
        "supply": paths.POWER,
    }[kind]
    async with env.owner:
        before = copy.deepcopy(bmc.store[path])
        absent: dict[str, Any] = {"Status": {"State": "Absent", "Health": None}}
        if kind == "drive":
            bmc.change(path, absent)
        elif kind == "supply":
            keys = ("PowerInputWatts", "PowerOutputWatts", "LineInputVoltage")
            bmc.change(path, {"PowerSupplies": {1: absent | dict.fromkeys(keys)}})
        else:
            key, name = {
                "bank": ("Temperatures", "DIMME~H Temp"),
                "fan": ("Fans", "FAN3"),
            }[kind]
            parts = bmc.store[path][key]
            bmc.store[path][key] = [item for item in parts if item["Name"] != name]
        await env.minutes(1, 120)
        bmc.put(path, before)


async def log_entries(env: Environment) -> None:
    """Add entries to the log, and sometimes clear it before."""
    if env.random.random() < 0.2:
        env.workload.clear_log()
    for _ in range(env.random.randint(1, 6)):
        env.workload.add_log_entry()
        await env.minutes(0, 2)


async def wall_clock(env: Environment) -> None:
    """Set Home Assistant's wall clock wrong for a while."""
    seconds = env.random.uniform(-7200, 7200)
    env.clock.shift_wall(seconds)
    await env.minutes(1, 60)
    env.clock.shift_wall(-seconds)


async def suspend(env: Environment) -> None:
    """Suspend Home Assistant's machine, but not the BMC."""
    seconds = 60 * env.random.uniform(0.5, 30)
    with env.disturbance("machine suspended", is_slow=True):
        env.expected.suspend(seconds)
        env.clock.tick(seconds)
        await asyncio.sleep(1)


async def no_keep_alive(env: Environment) -> None:
    """Close the connection after each response for a while."""
    env.server.keep_alive = False
    await env.minutes(1, 30)
    env.server.keep_alive = True


FAULTS: dict[SoakFault, int] = {
    hang: 4,
    slow: 3,
    drop: 4,
    cut: 3,
    stray_401: 3,
    reject_all: 1,
    error_status: 6,
    invalid_body: 6,
    restart: 3,
    expire_sessions: 3,
    no_sessions: 2,
    new_password: 1,
    new_certificate: 1,
    power: 2,
    parts_removed: 2,
    log_entries: 5,
    command: 8,
    reset_host: 2,
    restart_bmc: 1,
    wall_clock: 2,
    suspend: 1,
    reload_entry: 2,
    disable_entry: 1,
    change_intervals: 2,
    disable_entity: 2,
    no_keep_alive: 2,
}
"""All faults and user actions, with their relative frequency."""


async def _enter_password(env: Environment) -> None:
    """Enter the password as long as Home Assistant prompts for it.

    It prompts after its next poll, so that poll comes first.
    """
    await asyncio.sleep(env.expected.recovery_seconds(is_dynamic=True))
    await env.minutes(1, 1.5)
    while env.instance.reauth_flows:
        with env.traffic.user_action():
            await env.instance.enter_password(env.bmc)
        await env.minutes(1, 3)


def _path(env: Environment) -> str:
    """Return a random path or path prefix."""
    return env.random.choice(env.board.places)


def _without_values(value: Any) -> Any:
    """Return a resource in which all values are null, including its ETag."""
    if isinstance(value, dict):
        return {
            key: item if key in _KEPT_KEYS else _without_values(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_without_values(item) for item in value]
    return None
