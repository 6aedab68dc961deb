"""Writing into the health event log, and seeing what comes of it."""

from collections.abc import Iterable
from typing import Any

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant, State
from pytest_homeassistant_custom_component.common import async_capture_events

from tests.simulator import Bmc

from . import LOG

EVENT = "event.health_log"


def entry_of(number: int, message: str, **changes: Any) -> dict[str, Any]:
    """Return an entry in the manner of X13."""
    return {
        "@odata.id": f"{LOG}/{number}",
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


def entries(bmc: Bmc) -> list[dict[str, Any]]:
    """Return the entries of the log."""
    listed: list[dict[str, Any]] = bmc.resource(LOG)["Members"]
    return listed


def rewrite(bmc: Bmc, listed: Iterable[dict[str, Any]]) -> None:
    """Let the log have these entries and no others."""
    bmc.change(LOG, {"Members": list(listed)})


def log(bmc: Bmc, *messages: str, **changes: Any) -> None:
    """Add entries to the log."""
    listed = entries(bmc)
    first = len(listed) + 1
    rewrite(
        bmc,
        listed
        + [
            entry_of(number, message, **changes)
            for number, message in enumerate(messages, first)
        ],
    )


class Fired:
    """The events that were fired since a moment, as an automation sees them."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Look from now on."""
        self._changes = async_capture_events(hass, "state_changed")

    @property
    def states(self) -> list[State]:
        """The states that tell of an event, each of another moment.

        The last one is shown once more when its entity is there again.
        """
        moments: dict[str, State] = {}
        for change in self._changes:
            new: State | None = change.data["new_state"]
            if new and new.domain == "event":
                moments.setdefault(new.state, new)
        return [
            state
            for moment, state in moments.items()
            if moment not in (STATE_UNAVAILABLE, STATE_UNKNOWN)
        ]

    @property
    def messages(self) -> list[str]:
        """The messages, in order."""
        return [state.attributes["message"] for state in self.states]
