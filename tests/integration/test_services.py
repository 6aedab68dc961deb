"""Test the actions that set NTP servers and return log entries."""

import json
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
import voluptuous as vol

from custom_components.supermicro_redfish.const import DOMAIN
from tests.simulator import REMOVED, Bmc

from . import Mutation, call_action, device_id, entity, requests_since, set_up
from .paths import LOG, MAINTENANCE_LOG, MANAGER, NTP

SET_NTP = "set_ntp_servers"
GET_LOG = "get_log_entries"
SHUTDOWN = "shutdown_and_wait"


async def test_actions_exist_without_loaded_entry(
    hass: HomeAssistant, loaded: ConfigEntry
) -> None:
    """Raise an error that the server is not loaded."""
    device = device_id(hass, loaded)
    actions = set(hass.services.async_services_for_domain(DOMAIN))
    assert actions == {
        *(SET_NTP, GET_LOG, SHUTDOWN),
        *("acknowledge_log_entries", "insert_media", "eject_media"),
    }
    await hass.config_entries.async_unload(loaded.entry_id)
    for action, data in ((SET_NTP, {"primary": "time.example"}), (SHUTDOWN, {})):
        with pytest.raises(ServiceValidationError, match="not loaded"):
            await hass.services.async_call(
                DOMAIN, action, {"device_id": device, **data}, blocking=True
            )


async def test_action_rejects_device_of_other_integration(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """Raise an error, and send no request."""
    since = len(bmc.requests)
    with pytest.raises(ServiceValidationError):
        await hass.services.async_call(
            DOMAIN, SHUTDOWN, {"device_id": "nonsense"}, blocking=True
        )
    assert requests_since(bmc, since) == []


@pytest.mark.parametrize(
    ("mutate", "action", "data", "translation_key"),
    [
        # OpenBMC has no NTP resource of Supermicro.
        pytest.param(
            lambda bmc: bmc.remove(NTP),
            SET_NTP,
            {"primary": "time.example"},
            "not_found",
            id="NTP",
        ),
        # X10 has no maintenance log.
        pytest.param(
            lambda bmc: bmc.change(MANAGER, {"LogServices": REMOVED}),
            GET_LOG,
            {"log": "maintenance"},
            "not_found",
            id="maintenance log",
        ),
    ],
)
async def test_action_fails_without_resource(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    mutate: Mutation,
    action: str,
    data: dict[str, Any],
    translation_key: str,
) -> None:
    """Raise an error on boards that lack the resource of an action."""
    mutate(bmc)
    await set_up(hass, entry)
    with pytest.raises(HomeAssistantError) as failure:
        await call_action(hass, entry, action, **data)
    assert failure.value.translation_key == translation_key


# NTP servers


@pytest.mark.parametrize("was_enabled", [True, False])
async def test_ntp_servers_are_set_and_ntp_is_enabled(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, *, was_enabled: bool
) -> None:
    """Enable NTP with the same write, as the BMC requires."""
    bmc.change(NTP, {"NTPEnable": was_enabled})
    since = len(bmc.requests)
    await call_action(
        hass, loaded, SET_NTP, primary=" time.example ", secondary="10.0.0.1"
    )
    assert bmc.resource(NTP)["PrimaryNTPServer"] == "time.example"
    assert bmc.resource(NTP)["SecondaryNTPServer"] == "10.0.0.1"
    assert bmc.ntp_enabled is True
    assert entity(hass, loaded, "switch.ntp").state == "on"
    writes = [item for item in bmc.requests[since:] if item.method == "PATCH"]
    assert len(writes) == 1


@pytest.mark.parametrize("name", ["time.example", "t"])
async def test_secondary_ntp_server_is_kept_by_default(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, name: str
) -> None:
    """Change only the given server, which may have a name of one letter."""
    before = bmc.resource(NTP)["SecondaryNTPServer"]
    await call_action(hass, loaded, SET_NTP, primary=name)
    assert bmc.resource(NTP)["SecondaryNTPServer"] == before
    assert loaded.runtime_data.static.data.ntp.primary_server == name


async def test_empty_ntp_server_is_rejected(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """Raise an error, and send no request."""
    since = len(bmc.requests)
    with pytest.raises(vol.Invalid):
        await call_action(hass, loaded, SET_NTP, primary=" ")
    assert requests_since(bmc, since) == []


@pytest.mark.parametrize(
    "servers",
    [
        {"primary": "not a host!"},
        {"primary": "https://time.example"},
        {"primary": "10.0.0.256"},
        {"primary": "time.example", "secondary": "a b"},
    ],
)
async def test_malformed_ntp_server_is_rejected(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, servers: dict[str, str]
) -> None:
    """Raise an error that contains the malformed server; send no request."""
    since = len(bmc.requests)
    with pytest.raises(ServiceValidationError) as failure:
        await call_action(hass, loaded, SET_NTP, **servers)
    assert failure.value.translation_key == "invalid_time_server"
    assert failure.value.translation_placeholders == {"server": [*servers.values()][-1]}
    assert requests_since(bmc, since) == []


async def test_refused_ntp_servers_raise_message_of_bmc(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """Raise the BMC's message in a translated error."""
    bmc.role = "ReadOnly"
    with pytest.raises(HomeAssistantError, match="insufficient") as failure:
        await call_action(hass, loaded, SET_NTP, primary="time.example")
    assert failure.value.translation_key == "not_authorized"


# Log entries

NEW_ENTRY = {
    "@odata.id": f"{LOG}/4711",
    "Id": "4711",
    "Created": "2026-03-01T10:00:00Z",
    "EntryCode": "Assert",
    "Message": "[PWR-0001] PS2 Status, Failure detected",
    "SensorType": "Power Supply",
    "Severity": "Critical",
    "Oem": {"Supermicro": {"RawEventData": {"SensorName": "PS2 Status"}}},
}

OLD_ENTRY = {
    "@odata.id": f"{LOG}/1",
    "Id": "1",
    "Created": "some day",
    "Message": "[ OEM ] Correctable ECC @DIMMB1",
}


def set_log(bmc: Bmc, members: list[dict[str, Any]]) -> None:
    """Replace all entries of the health event log."""
    bmc.put(LOG, bmc.resource(LOG) | {"Members": members})


async def test_log_entries_are_returned_newest_first(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """Read the log anew, and return all details of its entries."""
    members = bmc.resource(LOG)["Members"]
    set_log(bmc, [*members, NEW_ENTRY])
    response = await call_action(hass, loaded, GET_LOG)
    entries = response["entries"]
    assert len(entries) == len(members) + 1
    assert entries[0] == {
        "id": "4711",
        "created": "2026-03-01T10:00:00+00:00",
        "severity": "critical",
        "acknowledged": None,
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
    assert json.loads(json.dumps(response)) == response


async def test_log_entry_of_old_board_is_incomplete(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """Accept entries without severity and code, as on X10."""
    set_log(bmc, [OLD_ENTRY])
    (found,) = (await call_action(hass, loaded, GET_LOG))["entries"]
    assert {key: value for key, value in found.items() if value is not None} == {
        "id": "1",
        "created": "some day",
        "message": "[ OEM ] Correctable ECC @DIMMB1",
    }
    filtered = await call_action(hass, loaded, GET_LOG, severity="ok")
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
async def test_log_entries_are_filtered_before_they_are_limited(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    severity: list[str],
    limit: int,
    expected: list[str],
) -> None:
    """Return severe entries also if many clock changes were logged since."""
    severities = {
        "5": "OK",
        "6": "OK",
        "7": "Critical",
        "8": "Warning",
        "9": "Critical",
    }
    set_log(
        bmc, [NEW_ENTRY | {"Id": key, "Severity": of} for key, of in severities.items()]
    )
    response = await call_action(
        hass, loaded, GET_LOG, severity=severity, limit=float(limit)
    )
    assert [item["id"] for item in response["entries"]] == expected


async def test_maintenance_log_names_the_user(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """Return the log of the BMC with the names of its users."""
    since = len(bmc.requests)
    response = await call_action(hass, loaded, GET_LOG, log="maintenance", limit=1)
    assert requests_since(bmc, since)[-1] == f"GET {MAINTENANCE_LOG}"
    last = bmc.resource(MAINTENANCE_LOG)["Members"][-1]
    assert response["entries"][0]["id"] == last["Id"]
    assert response["entries"][0]["user"] == last["Oem"]["Supermicro"]["User"]
