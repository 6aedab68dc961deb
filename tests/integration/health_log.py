"""The BMC's health event log, and the events that it causes."""

from collections.abc import Iterable
from typing import Any

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant, State
from pytest_homeassistant_custom_component.common import async_capture_events

from tests.simulator import Bmc

from .paths import LOG

EVENT = "event.health_log"


def log_entry(number: int, message: str, **changes: Any) -> dict[str, Any]:
    """Return an entry in the format of X13."""
    return {
        "@odata.id": f"{LOG}/{number}",
        "@odata.type": "#LogEntry.v1_7_0.LogEntry",
        "Id": str(number),
        "Name": f"Health Event Log Entry {number}",
        "EntryType": "SEL",
        "Severity": "Critical",
        "Created": "2026-11-20T10:00:00Z",
        "EntryCode": "Assert",
        "SensorType": "Power Supply / Converter",
        "SensorNumber": 201,
        "Message": message,
        "Oem": {"Supermicro": {"RawEventData": {"SensorName": "PS2 Status"}}},
    } | changes


def log_entries(bmc: Bmc) -> list[dict[str, Any]]:
    """Return the entries of the log."""
    members: list[dict[str, Any]] = bmc.resource(LOG)["Members"]
    return members


def set_log(bmc: Bmc, members: Iterable[dict[str, Any]]) -> None:
    """Replace all entries of the log, and their resources."""
    entries = list(members)
    bmc.change(LOG, {"Members": entries})
    for entry in entries:
        bmc.put(entry["@odata.id"], entry)


def add_to_log(bmc: Bmc, *messages: str, **changes: Any) -> None:
    """Add an entry to the log for each message."""
    members = log_entries(bmc)
    first = len(members) + 1
    set_log(
        bmc,
        members
        + [
            log_entry(number, message, **changes)
            for number, message in enumerate(messages, first)
        ],
    )


class FiredEvents:
    """The events that the event entities have fired."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Start recording."""
        self._changes = async_capture_events(hass, "state_changed")

    @property
    def states(self) -> list[State]:
        """The states of the fired events, by order of their timestamps.

        An entity that becomes available again repeats the last event. Repetitions are
        left out.
        """
        events: dict[str, State] = {}
        for change in self._changes:
            new: State | None = change.data["new_state"]
            if new and new.domain == "event":
                events.setdefault(new.state, new)
        return [
            state
            for timestamp, state in events.items()
            if timestamp not in (STATE_UNAVAILABLE, STATE_UNKNOWN)
        ]

    @property
    def messages(self) -> list[str]:
        """The messages of the fired events, in order."""
        return [state.attributes["message"] for state in self.states]
