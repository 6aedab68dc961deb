"""Actions: what a server can be told and asked beyond its entities."""

import json

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
import voluptuous as vol

from custom_components.supermicro_redfish.const import DOMAIN
from tests.simulator import REMOVED, Bmc

from . import (
    MANAGER,
    NTP,
    SYSTEM,
    call_action,
    device_id,
    entity,
    requests_since,
    set_up,
)

HEALTH_LOG = f"{SYSTEM}/LogServices/Log1/Entries"
MAINTENANCE_LOG = f"{MANAGER}/LogServices/Log1/Entries"


async def test_the_actions_are_there_before_any_server_is(
    hass: HomeAssistant, loaded: ConfigEntry
) -> None:
    """And stay when none is loaded: then they say so."""
    device = device_id(hass, loaded)
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
    assert requests_since(bmc, since) == []


# Time servers


@pytest.mark.parametrize("is_on", [True, False])
async def test_time_servers_are_set_and_used(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, *, is_on: bool
) -> None:
    """The BMC takes them only together with its time service being on."""
    bmc.change(NTP, {"NTPEnable": is_on})
    since = len(bmc.requests)
    await call_action(
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
    await call_action(hass, loaded, "set_ntp_servers", primary="time.example")
    assert bmc.resource(NTP)["SecondaryNTPServer"] == before
    assert loaded.runtime_data.static.data.ntp.primary_server == "time.example"


async def test_an_empty_time_server_is_none(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """The BMC is not asked."""
    since = len(bmc.requests)
    with pytest.raises(vol.Invalid):
        await call_action(hass, loaded, "set_ntp_servers", primary=" ")
    assert requests_since(bmc, since) == []


async def test_time_servers_that_are_refused_say_why(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """In the BMC's own words."""
    bmc.role = "ReadOnly"
    with pytest.raises(HomeAssistantError, match="insufficient") as failure:
        await call_action(hass, loaded, "set_ntp_servers", primary="time.example")
    assert failure.value.translation_key == "not_authorized"


async def test_a_board_without_the_time_service_says_so(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """OpenBMC has none of Supermicro's own."""
    bmc.remove(NTP)
    await set_up(hass, entry)
    with pytest.raises(HomeAssistantError) as failure:
        await call_action(hass, entry, "set_ntp_servers", primary="time.example")
    assert failure.value.translation_key == "not_found"


# Log entries


async def test_the_health_events_are_returned_the_newest_first(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """All that automations may want to know of them, as the BMC has it now."""
    members = bmc.resource(HEALTH_LOG)["Members"]
    bmc.put(HEALTH_LOG, bmc.resource(HEALTH_LOG) | {"Members": [*members, NEW]})
    answer = await call_action(hass, loaded, "get_log_entries")
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
    (found,) = (await call_action(hass, loaded, "get_log_entries"))["entries"]
    assert {key: value for key, value in found.items() if value is not None} == {
        "id": "1",
        "created": "some day",
        "message": "[ OEM ] Correctable ECC @DIMMB1",
    }
    filtered = await call_action(hass, loaded, "get_log_entries", severity="ok")
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
    answer = await call_action(
        hass, loaded, "get_log_entries", severity=severity, limit=float(limit)
    )
    assert [item["id"] for item in answer["entries"]] == expected


async def test_the_maintenance_log_tells_who_did_what(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """It is the BMC's own, not the host's."""
    since = len(bmc.requests)
    answer = await call_action(
        hass, loaded, "get_log_entries", log="maintenance", limit=1
    )
    assert requests_since(bmc, since)[-1] == f"GET {MAINTENANCE_LOG}"
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
        await call_action(hass, entry, "get_log_entries", log="maintenance")
    assert failure.value.translation_key == "not_found"
