"""Write events of sensors into the health event log (SEL) of a board."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .resources import JsonObject, normalize_path

if TYPE_CHECKING:
    from .bmc import Bmc

_LIMIT = 512
"""Number of entries from which on the oldest one is overwritten."""


def log_fan_event(
    bmc: Bmc, name: str, number: int | None, *, is_asserted: bool
) -> None:
    """Log that a fan fell below its lower critical threshold, or rose above it.

    The wording is an assumption. The event type and the sensor type are those of IPMI.
    """
    log = _event_log(bmc)
    if log is None:
        return
    path = normalize_path(bmc.store[log]["Entries"]["@odata.id"])
    collection = bmc.store[path]
    members = collection.get("Members", [])
    last = max((int(item["Id"]) for item in members if "Id" in item), default=0)
    entry = _entry(bmc, path, last + 1, is_asserted=is_asserted)
    entry |= {
        "SensorNumber": 255 if number is None else number,
        "Message": f"{name}, Lower Critical - Going Low",
    }
    entry["Oem"]["Supermicro"]["RawEventData"]["SensorName"] = name
    collection["Members"] = [*members, entry][-_LIMIT:]
    if "Members@odata.count" in collection:
        collection["Members@odata.count"] = len(collection["Members"])


def _event_log(bmc: Bmc) -> str | None:
    """Return the path of the health event log; None if the board has none."""
    for path in bmc.store.find("LogService"):
        body = bmc.store[path]
        is_of_system = "/Systems/" in path
        if body.get("LogEntryType", "SEL") == "SEL" and is_of_system:
            return path
    return None


def _entry(bmc: Bmc, path: str, number: int, *, is_asserted: bool) -> JsonObject:
    """Return an entry of a threshold event of a fan, without the fan."""
    is_old = bmc.board.is_old
    extension: JsonObject = {
        "@odata.type": "#SmcLogEntryExtensions.v1_0_1.LogEntry",
        "RawEventData": {
            "EventDirAndType": "0x01" if is_asserted else "0x81",
            "SensorType": "0x04",
        },
    }
    if is_asserted and not is_old:
        extension["MarkAsAcknowledged"] = False
    severity = {} if is_old else {"Severity": "Critical" if is_asserted else "OK"}
    entry: JsonObject = {
        "@odata.type": f"#LogEntry.{'v1_3_0' if is_old else 'v1_7_0'}.LogEntry",
        "@odata.id": f"{path}/{number}",
        "Id": str(number),
        "Name": f"Health Event Log Entry {number}",
        "EntryType": "Event" if is_old else "SEL",
        **severity,
        "Created": bmc.date_time(),
        "EntryCode": "Assert" if is_asserted else "Deassert",
        "SensorType": "Fan",
        "MessageId": "0x52FFFF",
        "Oem": {"Supermicro": extension},
    }
    if is_old:
        del entry["MessageId"]
    return entry
