"""A few hours of the soak, and that it would see what it is there for."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
import math
from typing import Any

import pytest

from custom_components.supermicro_redfish import client, errors
from custom_components.supermicro_redfish.aiosupermicro import (
    AuthenticationError,
    gate,
    login,
)
from custom_components.supermicro_redfish.aiosupermicro.models import Sensor
from custom_components.supermicro_redfish.entity import SupermicroEntity
from custom_components.supermicro_redfish.log_store import SeenLogEntries

from .footprint import Footprint
from .soak import run
from .troubles import Trouble, expire, log_grows, new_password
from .users import reload
from .world import World

HOUR = 3600.0

Break = Callable[[pytest.MonkeyPatch], None]


def test_hours_of_troubles_leave_no_complaint(network: None) -> None:
    """Days of them are for script/nightly."""
    assert run(3 * HOUR, seed=1) == []


# That it can fail


async def wish(world: World) -> None:
    """Wish to be left alone for an hour, which is more than anybody grants."""
    answer = world.bmc.response_builder.error(503)
    answer.headers["Retry-After"] = "3600"
    with world.wrong("wish", also=300), world.fault("*", response=answer):
        await world.minutes(1, 2)


async def away(world: World) -> None:
    """Be away for some minutes."""
    with world.wrong("away"), world.fault("*", is_drop=True):
        await world.minutes(5, 6)


async def _do_nothing(*_: Any, **__: Any) -> None:
    """Do nothing, where something should be done."""


def leak_sessions(patch: pytest.MonkeyPatch) -> None:
    """Give no session back."""
    patch.setattr(login.Login, "_async_delete", _do_nothing)


def renew_sessions(patch: pytest.MonkeyPatch) -> None:
    """Log in for every request."""
    patch.setattr(login.SessionState, "needs_refresh", True)


def insist(patch: pytest.MonkeyPatch) -> None:
    """Try a password again that was refused."""
    log_in = login.Login.async_credential

    async def log_in_twice(of: login.Login, *args: Any, **stale: Any) -> Any:
        try:
            return await log_in(of, *args, **stale)
        except AuthenticationError:
            of._opening = None
            return await log_in(of, *args, **stale)

    patch.setattr(login.Login, "async_credential", log_in_twice)


def hurry(patch: pytest.MonkeyPatch) -> None:
    """Let everybody send requests at once."""
    patch.setattr(client, "MAX_CONCURRENT_REQUESTS", 9)
    patch.setattr(gate.Gate, "_has_room", lambda *_: True)


def keep_old_values(patch: pytest.MonkeyPatch) -> None:
    """Show what was, whatever has become of the BMC."""
    patch.setattr(SupermicroEntity, "available", True)


def show_wrong_values(patch: pytest.MonkeyPatch) -> None:
    """Show a little more than what is measured."""
    measured: Any = vars(Sensor)["reading"]

    def more(sensor: Sensor) -> float | None:
        reading: float | None = measured.fget(sensor)
        return None if reading is None else reading + 1

    patch.setattr(Sensor, "reading", property(more))


def grant_any_wish(patch: pytest.MonkeyPatch) -> None:
    """Leave a BMC alone for as long as it wishes."""
    patch.setattr(errors, "MAX_RETRY_AFTER", math.inf)


def forget_the_log(patch: pytest.MonkeyPatch) -> None:
    """Take every entry for a new one each time."""
    patch.setattr(SeenLogEntries, "mark_seen", lambda _, entries: list(entries))


def read_no_log(patch: pytest.MonkeyPatch) -> None:
    """Take no entry for a new one."""
    patch.setattr(SeenLogEntries, "mark_seen", lambda *_: [])


@pytest.mark.parametrize(
    ("defect", "trouble", "complaint"),
    [
        (leak_sessions, reload, "2 sessions are open"),
        (renew_sessions, expire, "A session was given up for nothing"),
        (insist, new_password, "A refused password was shown again"),
        (hurry, expire, "requests at once"),
        (keep_old_values, away, "s ago last"),
        (show_wrong_values, expire, "which was never told"),
        (grant_any_wish, wish, "shows nothing, though all has been well"),
        (forget_the_log, log_grows, "Events that came more than once"),
        (read_no_log, log_grows, "Entries of the log that were no events"),
    ],
)
def test_a_defect_is_seen(
    network: None,
    monkeypatch: pytest.MonkeyPatch,
    defect: Break,
    trouble: Trouble,
    complaint: str,
) -> None:
    """What nothing is wrong with has no complaint, so each is of the defect."""
    defect(monkeypatch)
    complaints = run(0.5 * HOUR, seed=1, troubles={trouble: 1})
    assert any(complaint in text for text in complaints), complaints


def test_what_grows_is_seen() -> None:
    """Memory, objects, tasks and timers."""
    before = Footprint(200, 300_000, Counter(a=1), Counter(b=1))
    assert before.growth(before) == []
    for grown in (
        replace(before, mebibytes=230),
        replace(before, objects=320_000),
        replace(before, tasks=Counter(a=5)),
        replace(before, timers=Counter(b=5)),
        replace(before, timers=Counter({"b": 1, "custom_components.supermicro": 1})),
    ):
        assert len(grown.growth(before)) == 1
