"""What goes wrong in a server's life, each with its beginning and its end."""

import asyncio
from collections.abc import Awaitable, Callable
import copy
from typing import Any

from tests.simulator.responses import HTML_TYPE, JSON_TYPE, Response

from .shown import BAYS, CHASSIS, LOG, MANAGER, OEM, POWER, ROOT, SYSTEM, THERMAL
from .users import (
    command,
    disable,
    entity_disabled,
    options,
    reload,
    reset,
    restart_by_user,
)
from .world import CERTIFICATES, World

Trouble = Callable[[World], Awaitable[None]]

_PLACES = (
    "*",
    "*",
    SYSTEM,
    THERMAL,
    POWER,
    CHASSIS,
    LOG,
    BAYS[0],
    f"{OEM}/FanMode",
    f"{MANAGER}*",
    f"{ROOT}/SessionService*",
    f"{ROOT}/Systems*",
)
_NAMES = ("@odata.id", "@odata.type", "@odata.context")
_RETRIES = (None, None, 5, 60, 250, 3600)
_LONGEST_RETRY = 300
"""How long a BMC is left alone at most, whatever it wishes (README)."""


async def hang(world: World) -> None:
    """Let requests hang for longer than anybody waits."""
    seconds = world.random.uniform(35, 200)
    with (
        world.wrong("hang", is_slow=True),
        world.fault(_place(world), seconds=seconds),
    ):
        await world.minutes(0.5, 8)


async def slow(world: World) -> None:
    """Answer late, but in time."""
    seconds = world.random.uniform(1, 20)
    with (
        world.wrong("slow", is_slow=True),
        world.fault(_place(world), seconds=seconds),
    ):
        await world.minutes(1, 20)


async def drop(world: World) -> None:
    """Abort connections, before or after what was asked for is done."""
    is_done = world.random.random() < 0.3
    with (
        world.wrong("drop"),
        world.fault(_place(world), is_drop=True, is_executed=is_done),
    ):
        await world.minutes(0.2, 8)


async def cut(world: World) -> None:
    """Break off in the middle of an answer, or send it byte by byte."""
    delivery = world.random.choice(("cut", "cut", "trickled"))
    with (
        world.wrong(delivery, is_slow=True),
        world.fault(_place(world), delivery=delivery, delivery_seconds=20),
    ):
        await world.minutes(0.2, 8)


async def stray_refusal(world: World) -> None:
    """Refuse a token or two that is good."""
    times = world.random.randint(1, 2)
    with world.refusals(), world.wrong("401, stray"):
        with world.fault(
            world.random.choice((SYSTEM, THERMAL, MANAGER)),
            response=world.bmc.response_builder.error(401),
            times=times,
        ):
            await world.minutes(1, 3)
        await _answer_question(world)


async def refusal(world: World) -> None:
    """Refuse everything, as if the password were wrong, until somebody enters it."""
    async with world.owner:
        with world.refusals(), world.wrong("401, all"):
            with world.fault("*", response=world.bmc.response_builder.error(401)):
                await world.minutes(1, 10)
            await _answer_question(world)


async def status(world: World) -> None:
    """Answer with an error, and some of them with a wish to be left alone."""
    code = world.random.choice((403, 404, 429, 500, 503))
    wish = world.random.choice(_RETRIES) if code in (429, 503) else None
    answer = world.bmc.response_builder.error(code)
    if wish is not None:
        answer.headers["Retry-After"] = str(wish)
    place, also = _place(world), min(wish or 0, _LONGEST_RETRY)
    with world.wrong(f"{code}", also=also), world.fault(place, response=answer):
        await world.minutes(0.5, 10)


async def garbage(world: World) -> None:
    """Answer with 200 and something that is no resource."""
    path = world.random.choice((SYSTEM, THERMAL, POWER, CHASSIS, f"{OEM}/FanMode"))
    whole = Response(200, world.bmc.resource(path)).payload
    kind, answer = world.random.choice(
        [
            ("HTML", Response(200, b"<html>Please wait</html>", {}, HTML_TYPE)),
            ("HTML, called JSON", Response(200, b"<html></html>", {}, JSON_TYPE)),
            ("truncated", Response(200, whole[: len(whole) // 2])),
            ("nulls", Response(200, _without_values(world.bmc.resource(path)))),
            ("empty", Response(200, b"")),
            ("empty object", Response(200, {"@odata.id": path})),
            ("array", Response(200, b"[]")),
            (
                "error in a 200",
                Response(200, world.bmc.response_builder.error(500).body),
            ),
        ]
    )
    place = "*" if kind == "HTML" and world.random.random() < 0.5 else path
    with world.wrong(kind), world.fault(place, response=answer):
        await world.minutes(0.5, 10)


async def restart(world: World) -> None:
    """Restart the BMC: nothing at first, then not ready yet."""
    with world.wrong("BMC restart"):
        seconds = world.random.uniform(5, 240)
        world.bmc.restart(seconds)
        await asyncio.sleep(seconds)
        if world.random.random() < 0.5:
            world.bmc.restart(seconds, status=503)
            await asyncio.sleep(seconds)


async def expire(world: World) -> None:
    """Forget all logins."""
    with world.wrong("tokens lost"):
        world.bmc.expire_sessions()
        await asyncio.sleep(1)


async def full(world: World) -> None:
    """Have no room for a session; some BMCs take the password all the same."""
    limit, sessions = world.bmc.session_limit, world.bmc.sessions
    takes_password = world.random.random() < 0.7
    with world.refusals(), world.wrong("no sessions left", also=600):
        world.bmc.basic_auth = takes_password
        sessions._limit = 0
        world.bmc.expire_sessions()
        await world.minutes(1, 30)
        sessions._limit, world.bmc.basic_auth = limit, True
        await _answer_question(world)


async def new_password(world: World) -> None:
    """Change the password; it is entered later."""
    async with world.owner:
        with world.refusals(), world.wrong("new password"):
            world.bmc.change_password(f"password {world.random.random()}")
            world.bmc.expire_sessions()
            await world.minutes(2, 60)
            await _answer_question(world)


async def new_certificate(world: World) -> None:
    """Show another certificate, until it is accepted or the old one is back."""
    async with world.owner:
        before = world.server._certificate
        with world.wrong("new certificate", also=_LONGEST_RETRY):
            new = next(item for item in CERTIFICATES if item is not before)
            world.server.renew_certificate(new)
            world.bmc.restart(1)
            await world.minutes(1, 40)
            if world.random.random() < 0.5:
                world.server.renew_certificate(before)
                world.bmc.restart(1)
                return
            while not world.home.certificate_issues:
                await world.minutes(1, 2)
            with world.conduct.user():
                await world.home.accept_certificate()


async def power(world: World) -> None:
    """Shut the host down by its own button, and switch it on again."""
    async with world.owner:
        world.bmc.power(world.random.choice(("GracefulShutdown", "ForceOff")))
        await world.minutes(1, 90)
        if world.bmc.power_state == "Off":
            world.bmc.power("On")
        await world.minutes(2, 4)


async def parts_vanish(world: World) -> None:
    """Take sensors, a drive or a power supply out, and put them back."""
    bmc, kind = world.bmc, world.random.choice(("bank", "fan", "drive", "supply"))
    path = {"bank": THERMAL, "fan": THERMAL, "drive": BAYS[1], "supply": POWER}[kind]
    async with world.owner:
        before = copy.deepcopy(bmc.store[path])
        if kind == "drive":
            bmc.change(path, {"Status": {"State": "Absent", "Health": None}})
        elif kind == "supply":
            nothing = dict.fromkeys(("PowerInputWatts", "PowerOutputWatts"))
            absent = {"Status": {"State": "Absent", "Health": None}} | nothing
            bmc.change(
                path, {"PowerSupplies": {1: absent | {"LineInputVoltage": None}}}
            )
        else:
            key, name = {
                "bank": ("Temperatures", "DIMME~H Temp"),
                "fan": ("Fans", "FAN3"),
            }[kind]
            parts = bmc.store[path][key]
            bmc.store[path][key] = [item for item in parts if item["Name"] != name]
        await world.minutes(1, 120)
        bmc.put(path, before)


async def log_grows(world: World) -> None:
    """Write entries to the log, or clear it."""
    if world.random.random() < 0.2:
        world.nature.clear_log()
    for _ in range(world.random.randint(1, 6)):
        world.nature.log()
        await world.minutes(0, 2)


async def wall_clock(world: World) -> None:
    """Set Home Assistant's wall clock wrong, and right again."""
    seconds = world.random.uniform(-7200, 7200)
    world.clock.set_wall(seconds)
    await world.minutes(1, 60)
    world.clock.set_wall(-seconds)


async def stall(world: World) -> None:
    """Let the machine of Home Assistant sleep, while the BMC does not."""
    seconds = 60 * world.random.uniform(0.5, 30)
    with world.wrong("machine asleep", is_slow=True):
        world.told.pause(seconds)
        world.clock.tick(seconds)
        await asyncio.sleep(1)


async def closing(world: World) -> None:
    """Close the connection after every answer for a while."""
    world.server.keep_alive = False
    await world.minutes(1, 30)
    world.server.keep_alive = True


TROUBLES: dict[Trouble, int] = {
    hang: 4,
    slow: 3,
    drop: 4,
    cut: 3,
    stray_refusal: 3,
    refusal: 1,
    status: 6,
    garbage: 6,
    restart: 3,
    expire: 3,
    full: 2,
    new_password: 1,
    new_certificate: 1,
    power: 2,
    parts_vanish: 2,
    log_grows: 5,
    command: 8,
    reset: 2,
    restart_by_user: 1,
    wall_clock: 2,
    stall: 1,
    reload: 2,
    disable: 1,
    options: 2,
    entity_disabled: 2,
    closing: 2,
}
"""What may happen, and how often compared to the others."""


async def _answer_question(world: World) -> None:
    """Enter the right password as long as Home Assistant asks for one.

    It finds out at its next poll, however far away that is.
    """
    await asyncio.sleep(world.told.recovery(is_often=True))
    await world.minutes(1, 1.5)
    while world.home.is_asked_for_password:
        with world.conduct.user():
            await world.home.enter_password(world.bmc.username, world.bmc.password)
        await world.minutes(1, 3)


def _place(world: World) -> str:
    """Return a path, or a beginning of paths."""
    return world.random.choice(_PLACES)


def _without_values(value: Any) -> Any:
    """Return a resource in which every value is null, and its ETag, too."""
    if isinstance(value, dict):
        return {
            key: item if key in _NAMES else _without_values(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_without_values(item) for item in value]
    return None
