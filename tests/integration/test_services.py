"""Actions: what a server can be told and asked beyond its entities."""

import asyncio
from collections.abc import AsyncIterator, Callable
import json
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import device_registry as dr
import pytest
import voluptuous as vol

from custom_components.supermicro_redfish.cadence import QUICK_INTERVAL
from custom_components.supermicro_redfish.const import DOMAIN
from tests.conftest import Clock
from tests.simulator import REMOVED, Bmc

from . import (
    DYNAMIC,
    MANAGER,
    NTP,
    QUICK,
    RESET_INFO,
    SYSTEM,
    asked,
    entity,
    set_up,
)
from .conftest import Elapse
from .test_entities import RESET

HEALTH_LOG = f"{SYSTEM}/LogServices/Log1/Entries"
MAINTENANCE_LOG = f"{MANAGER}/LogServices/Log1/Entries"

type Answer = dict[str, Any]


def server(hass: HomeAssistant, entry: ConfigEntry) -> str:
    """Return the id of the server's device."""
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    return next(device.id for device in devices if device.model)


async def act(
    hass: HomeAssistant, entry: ConfigEntry, action: str, **data: Any
) -> Answer:
    """Carry out an action for the server, and return its answer, if it has one."""
    has_answer = action != "set_ntp_servers"
    answer = await hass.services.async_call(
        DOMAIN,
        action,
        {"device_id": server(hass, entry), **data},
        blocking=True,
        return_response=has_answer,
    )
    return dict(answer or {})


async def test_the_actions_are_there_before_any_server_is(
    hass: HomeAssistant, loaded: ConfigEntry
) -> None:
    """And stay when none is loaded: then they say so."""
    device = server(hass, loaded)
    assert set(hass.services.async_services_for_domain(DOMAIN)) == {
        "set_ntp_servers",
        "get_log_entries",
        "shutdown_and_wait",
    }
    await hass.config_entries.async_unload(loaded.entry_id)
    for action, data in (
        ("set_ntp_servers", {"primary": "time.example"}),
        ("shutdown_and_wait", {}),
    ):
        with pytest.raises(ServiceValidationError, match="not loaded"):
            await hass.services.async_call(
                DOMAIN, action, {"device_id": device, **data}, blocking=True
            )


async def test_a_device_of_something_else_is_no_server(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """Nothing is asked."""
    since = len(bmc.requests)
    with pytest.raises(ServiceValidationError):
        await hass.services.async_call(
            DOMAIN, "shutdown_and_wait", {"device_id": "nonsense"}, blocking=True
        )
    assert asked(bmc, since) == []


# Time servers


@pytest.mark.parametrize("is_on", [True, False])
async def test_time_servers_are_set_and_used(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, *, is_on: bool
) -> None:
    """The BMC takes them only together with its time service being on."""
    bmc.change(NTP, {"NTPEnable": is_on})
    since = len(bmc.requests)
    await act(
        hass, loaded, "set_ntp_servers", primary=" time.example ", secondary="10.0.0.1"
    )
    assert bmc.resource(NTP)["PrimaryNTPServer"] == "time.example"
    assert bmc.resource(NTP)["SecondaryNTPServer"] == "10.0.0.1"
    assert bmc.ntp_enabled is True
    assert entity(hass, loaded, "switch.ntp").state == "on"
    writes = [item for item in bmc.requests[since:] if item.method == "PATCH"]
    assert len(writes) == 1


async def test_the_second_time_server_stays_if_none_is_given(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """Only what is said is changed."""
    before = bmc.resource(NTP)["SecondaryNTPServer"]
    await act(hass, loaded, "set_ntp_servers", primary="time.example")
    assert bmc.resource(NTP)["SecondaryNTPServer"] == before
    assert loaded.runtime_data.static.data.ntp.primary_server == "time.example"


async def test_an_empty_time_server_is_none(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """The BMC is not asked."""
    since = len(bmc.requests)
    with pytest.raises(vol.Invalid):
        await act(hass, loaded, "set_ntp_servers", primary=" ")
    assert asked(bmc, since) == []


async def test_time_servers_that_are_refused_say_why(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """In the BMC's own words."""
    bmc.role = "ReadOnly"
    with pytest.raises(HomeAssistantError, match="insufficient") as failure:
        await act(hass, loaded, "set_ntp_servers", primary="time.example")
    assert failure.value.translation_key == "not_authorized"


async def test_a_board_without_the_time_service_says_so(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """OpenBMC has none of Supermicro's own."""
    bmc.remove(NTP)
    await set_up(hass, entry)
    with pytest.raises(HomeAssistantError) as failure:
        await act(hass, entry, "set_ntp_servers", primary="time.example")
    assert failure.value.translation_key == "not_found"


# Log entries


async def test_the_health_events_are_returned_the_newest_first(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """All that automations may want to know of them, as the BMC has it now."""
    members = bmc.resource(HEALTH_LOG)["Members"]
    bmc.put(HEALTH_LOG, bmc.resource(HEALTH_LOG) | {"Members": [*members, NEW]})
    answer = await act(hass, loaded, "get_log_entries")
    entries = answer["entries"]
    assert len(entries) == len(members) + 1
    assert entries[0] == {
        "id": "4711",
        "created": "2026-03-01T10:00:00+00:00",
        "severity": "critical",
        "code": "PWR-0001",
        "message": "PS2 Status, Failure detected",
        "event": "assert",
        "sensor": "PS2 Status",
        "sensor_type": "Power Supply",
        "user": None,
    }
    assert [item["id"] for item in entries[1:]] == [
        member["Id"] for member in reversed(members)
    ]
    assert json.loads(json.dumps(answer)) == answer


NEW = {
    "@odata.id": f"{HEALTH_LOG}/4711",
    "Id": "4711",
    "Created": "2026-03-01T10:00:00Z",
    "EntryCode": "Assert",
    "Message": "[PWR-0001] PS2 Status, Failure detected",
    "SensorType": "Power Supply",
    "Severity": "Critical",
    "Oem": {"Supermicro": {"RawEventData": {"SensorName": "PS2 Status"}}},
}

OLD = {
    "@odata.id": f"{HEALTH_LOG}/1",
    "Id": "1",
    "Created": "some day",
    "Message": "[ OEM ] Correctable ECC @DIMMB1",
}


async def test_an_entry_of_an_old_board_says_what_it_can(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """X10 gives neither severity nor code."""
    bmc.put(HEALTH_LOG, bmc.resource(HEALTH_LOG) | {"Members": [OLD]})
    (found,) = (await act(hass, loaded, "get_log_entries"))["entries"]
    assert {key: value for key, value in found.items() if value is not None} == {
        "id": "1",
        "created": "some day",
        "message": "[ OEM ] Correctable ECC @DIMMB1",
    }
    filtered = await act(hass, loaded, "get_log_entries", severity="ok")
    assert filtered == {"entries": []}


@pytest.mark.parametrize(
    ("severity", "limit", "expected"),
    [
        (["critical"], 50, ["9", "7"]),
        (["warning", "critical"], 50, ["9", "8", "7"]),
        (["warning", "critical"], 2, ["9", "8"]),
        (["ok"], 1, ["6"]),
    ],
)
async def test_entries_are_chosen_by_severity_before_they_are_counted(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    severity: list[str],
    limit: int,
    expected: list[str],
) -> None:
    """A page full of clock changes would hide what matters."""
    severities = {
        "5": "OK",
        "6": "OK",
        "7": "Critical",
        "8": "Warning",
        "9": "Critical",
    }
    members = [NEW | {"Id": key, "Severity": of} for key, of in severities.items()]
    bmc.put(HEALTH_LOG, bmc.resource(HEALTH_LOG) | {"Members": members})
    answer = await act(
        hass, loaded, "get_log_entries", severity=severity, limit=float(limit)
    )
    assert [item["id"] for item in answer["entries"]] == expected


async def test_the_maintenance_log_tells_who_did_what(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """It is the BMC's own, not the host's."""
    since = len(bmc.requests)
    answer = await act(hass, loaded, "get_log_entries", log="maintenance", limit=1)
    assert asked(bmc, since)[-1] == f"GET {MAINTENANCE_LOG}"
    last = bmc.resource(MAINTENANCE_LOG)["Members"][-1]
    assert answer["entries"][0]["id"] == last["Id"]
    assert answer["entries"][0]["user"] == last["Oem"]["Supermicro"]["User"]


async def test_a_log_that_is_not_there_is_told(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """X10 has no maintenance log."""
    bmc.change(MANAGER, {"LogServices": REMOVED})
    await set_up(hass, entry)
    with pytest.raises(HomeAssistantError) as failure:
        await act(hass, entry, "get_log_entries", log="maintenance")
    assert failure.value.translation_key == "not_found"


# Shutting down


@pytest.fixture
async def waiting() -> AsyncIterator[list[asyncio.Task[Answer]]]:
    """Return a place for actions that wait; what waits in the end is ended."""
    tasks: list[asyncio.Task[Answer]] = []
    yield tasks
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
def begin(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    waiting: list[asyncio.Task[Answer]],
) -> Any:
    """Return what begins a shutdown, and returns the task that waits for its end."""

    async def begin_shutdown(**data: Any) -> asyncio.Task[Answer]:
        task = asyncio.create_task(act(hass, loaded, "shutdown_and_wait", **data))
        waiting.append(task)
        await spin(lambda: task.done() or is_quick(loaded))
        return task

    return begin_shutdown


async def spin(condition: Callable[[], bool]) -> None:
    """Wait until something is so, while the time stands still."""
    for _ in range(100_000):
        if condition():
            return
        await asyncio.sleep(0)
    pytest.fail("It never was")


def is_quick(entry: ConfigEntry) -> bool:
    """Tell whether the host is followed more closely."""
    return bool(entry.runtime_data.dynamic.update_interval == QUICK_INTERVAL)


async def test_a_host_that_shuts_down_is_waited_for(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, begin: Any
) -> None:
    """It is told when it is off, and how long that took."""
    since = len(bmc.requests)
    task = await begin()
    assert bmc.requests[since + 1].body == {"ResetType": "GracefulShutdown"}
    await elapse(QUICK, QUICK)
    assert not task.done()
    await elapse(QUICK, QUICK)
    assert await task == {"result": "shut_down", "seconds": 10}
    assert bmc.power_state == "Off"


async def test_a_host_that_is_off_is_not_shut_down(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, clock: Clock
) -> None:
    """The BMC is asked, though: Home Assistant may not know it yet."""
    bmc.power("ForceOff")
    clock.tick(10)
    since = len(bmc.requests)
    answer = await act(hass, loaded, "shutdown_and_wait")
    assert answer == {"result": "already_off", "seconds": 0}
    assert asked(bmc, since) == [f"GET {SYSTEM}"]
    assert loaded.runtime_data.dynamic.data.system.power_state == "Off"


async def test_a_host_that_shuts_down_already_is_waited_for(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, begin: Any
) -> None:
    """It is not told twice."""
    bmc.power("GracefulShutdown")
    since = len(bmc.requests)
    task = await begin()
    await elapse(2 * QUICK, QUICK)
    assert await task == {"result": "shut_down", "seconds": 10}
    assert f"POST {RESET}" not in asked(bmc, since)


async def test_a_host_that_does_not_answer_is_told(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, begin: Any
) -> None:
    """It goes on running."""
    bmc.host.answers = False
    task = await begin(timeout=60)
    await elapse(60, QUICK)
    assert await task == {"result": "timed_out", "seconds": 60}
    assert bmc.power_state == "On"


async def test_a_host_that_does_not_answer_is_forced_if_that_is_wanted(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, begin: Any
) -> None:
    """After it had its time."""
    bmc.host.answers = False
    task = await begin(timeout=60, force=True)
    await elapse(55, QUICK)
    assert bmc.power_state == "On"
    since = len(bmc.requests)
    await elapse(QUICK, QUICK)
    await spin(lambda: f"POST {RESET}" in asked(bmc, since) and is_quick(loaded))
    await elapse(QUICK, QUICK)
    assert await task == {"result": "forced", "seconds": 65}
    assert bmc.power_state == "Off"


async def test_a_host_that_nothing_ends_is_told(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, begin: Any
) -> None:
    """A minute after it was forced."""
    bmc.host.answers = False
    task = await begin(timeout=10, force=True)
    bmc.host._times = bmc.host._times.__class__(power=9999, shutdown=1, boot=1)
    since = len(bmc.requests)
    await elapse(10, QUICK)
    await spin(lambda: f"POST {RESET}" in asked(bmc, since))
    await elapse(60 + QUICK, QUICK)
    answer = await task
    assert answer["result"] == "timed_out"
    assert 70 <= answer["seconds"] <= 75


async def test_a_long_shutdown_is_followed_to_its_end(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, begin: Any
) -> None:
    """Who waits wants to know it soon, also after minutes."""
    bmc.host._times = bmc.host._times.__class__(power=3, shutdown=400, boot=30)
    task = await begin(timeout=600)
    await elapse(400, QUICK)
    assert await task == {"result": "shut_down", "seconds": 400}


async def test_a_bmc_that_is_away_meanwhile_may_still_tell_in_time(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, begin: Any
) -> None:
    """It does not end the waiting."""
    task = await begin(timeout=120)
    bmc.drop("*")
    await elapse(2 * DYNAMIC, QUICK)
    assert not task.done()
    bmc.heal()
    await elapse(DYNAMIC, QUICK)
    assert (await task)["result"] == "shut_down"


async def test_an_entry_that_is_unloaded_ends_the_waiting(
    hass: HomeAssistant, loaded: ConfigEntry, begin: Any
) -> None:
    """Nobody would tell it any more."""
    task = await begin()
    await hass.config_entries.async_unload(loaded.entry_id)
    with pytest.raises(HomeAssistantError) as failure:
        await task
    assert failure.value.translation_key == "unloaded_meanwhile"


async def test_a_shutdown_that_is_refused_says_why(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, begin: Any
) -> None:
    """An X11 lists it and refuses it; it is not forced for that."""
    bmc.fail(RESET, status=400)
    with pytest.raises(HomeAssistantError) as failure:
        await (await begin(force=True))
    assert failure.value.translation_key == "refused"
    assert bmc.power_state == "On"


@pytest.mark.parametrize(
    ("offered", "data", "named"),
    [
        (["On", "ForceOff"], {}, "GracefulShutdown"),
        (["On", "GracefulShutdown"], {"force": True}, "ForceOff"),
    ],
)
async def test_what_a_board_does_not_offer_is_told_at_once(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    offered: list[str],
    data: dict[str, Any],
    named: str,
) -> None:
    """Not when the time is up."""
    bmc.change(RESET_INFO, {"Parameters": {0: {"AllowableValues": offered}}})
    await set_up(hass, entry)
    since = len(bmc.requests)
    with pytest.raises(ServiceValidationError, match=named):
        await act(hass, entry, "shutdown_and_wait", **data)
    assert asked(bmc, since) == []


@pytest.mark.parametrize("seconds", [0, 5, 3601, "soon"])
async def test_a_time_that_makes_no_sense_is_refused(
    hass: HomeAssistant, loaded: ConfigEntry, seconds: Any
) -> None:
    """No operating system is that fast."""
    with pytest.raises(vol.Invalid):
        await act(hass, loaded, "shutdown_and_wait", timeout=seconds)
