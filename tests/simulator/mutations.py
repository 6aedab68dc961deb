"""Change the parts of a board in ways that users reported: names, ids, order.

The parts are the members of a collection, or the items of a list in a resource:
`mutate(bmc, THERMAL, "Fans", "no ids")`. Each mutation keeps the number of parts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .resources import ROOT, JsonObject, link, normalize_path, raw

if TYPE_CHECKING:
    from .bmc import Bmc

_NAMES = ("Name", "FanName", "DeviceLocator")
_IDS = ("MemberId", "MemberID", "Id", "SensorNumber")
_TEXTS = ("Name", "FanName", "SerialNumber", "Model", "Manufacturer", "PartNumber")

_LEAK_DETECTION = "ThermalSubsystem/LeakDetection"


def parts(bmc: Bmc, path: str, key: str = "Members") -> list[JsonObject]:
    """Return the stored, mutable bodies of the parts in a resource or collection."""
    items: list[JsonObject] = bmc.store[path].get(key, [])
    return [
        bmc.store[item["@odata.id"]] if item.keys() == {"@odata.id"} else item
        for item in items
    ]


def mutate(bmc: Bmc, path: str, key: str, kind: str) -> None:
    """Apply one of `MUTATIONS` to the parts, permanently."""
    MUTATIONS[kind](bmc, path, key)


def _repeat_names(bmc: Bmc, path: str, key: str) -> None:
    """Give all parts the names of the first one."""
    bodies = parts(bmc, path, key)
    for body in bodies[1:]:
        body |= {name: bodies[0][name] for name in _NAMES if name in bodies[0]}


def _remove_ids(bmc: Bmc, path: str, key: str) -> None:
    """Remove the ids and sensor numbers of all parts."""
    for body in parts(bmc, path, key):
        oem = body.get("Oem", {}).get("Supermicro", {})
        for name in _IDS:
            body.pop(name, None)
            oem.pop(name, None)


def _reverse(bmc: Bmc, path: str, key: str) -> None:
    """Reverse the list. The parts keep their ids."""
    bmc.store[path][key].reverse()


def _rotate(bmc: Bmc, path: str, key: str) -> None:
    """Move the first part to the end of the list."""
    items = bmc.store[path][key]
    items.append(items.pop(0))


def _renumber(bmc: Bmc, path: str, key: str) -> None:
    """Reverse the list, and number the parts again by their positions."""
    _reverse(bmc, path, key)
    for number, body in enumerate(parts(bmc, path, key)):
        body |= {name: str(number) for name in ("MemberId", "MemberID") if name in body}


def _insert_control_characters(bmc: Bmc, path: str, key: str) -> None:
    """Insert characters that JSON forbids into the texts of all parts."""
    for body in parts(bmc, path, key):
        for name in _TEXTS:
            if isinstance(body.get(name), str):
                body[name] = raw(f"\x01{body[name]}\r")


MUTATIONS: dict[str, Callable[[Bmc, str, str], None]] = {
    "repeated names": _repeat_names,
    "no ids": _remove_ids,
    "reversed": _reverse,
    "rotated": _rotate,
    "renumbered": _renumber,
    "control characters": _insert_control_characters,
}
"""The mutations by name."""


def add_leak_detectors(
    bmc: Bmc, *names: str, chassis: str = f"{ROOT}/Chassis/1"
) -> None:
    """Add leak detectors without a leak to a chassis, as a GB300 has them.

    Their paths end in their names. `set_leak_detector` changes their state.
    """
    subsystem, detection = f"{chassis}/ThermalSubsystem", f"{chassis}/{_LEAK_DETECTION}"
    detectors = f"{detection}/LeakDetectors"
    ok = {"Health": "OK", "State": "Enabled"}
    if not bmc.has(subsystem):
        _put(bmc, subsystem, "ThermalSubsystem.v1_3_0", "Thermal Subsystem", Status=ok)
        bmc.change(chassis, {"ThermalSubsystem": link(subsystem)})
    bmc.change(subsystem, {"LeakDetection": link(detection)})
    links = {"LeakDetectors": link(detectors), "Status": ok}
    _put(bmc, detection, "LeakDetection.v1_0_0", "Leak Detection Systems", **links)
    for name in names:
        state = {"DetectorState": "OK", "LeakDetectorType": "Moisture", "Status": ok}
        _put(bmc, f"{detectors}/{name}", "LeakDetector.v1_1_0", name, **state)
    bmc.put(
        detectors,
        {
            "@odata.id": detectors,
            "@odata.type": "#LeakDetectorCollection.LeakDetectorCollection",
            "Name": "Leak Detector Collection",
            "Members": [link(f"{detectors}/{name}") for name in names],
            "Members@odata.count": len(names),
        },
    )


def set_leak_detector(bmc: Bmc, name: str, state: str | None) -> None:
    """Set the state of a leak detector: OK, Warning, Critical or None."""
    for path in bmc.store.find("LeakDetector"):
        if path.endswith(f"/{name}"):
            change = {"DetectorState": state, "Status": {"Health": state}}
            bmc.change(path, change)
            return
    raise KeyError(name)


def _put(bmc: Bmc, path: str, kind: str, name: str, **properties: object) -> None:
    """Add a resource."""
    path = normalize_path(path)
    bmc.put(
        path,
        {
            "@odata.id": path,
            "@odata.type": f"#{kind}.{kind.partition('.')[0]}",
            "Id": path.rpartition("/")[2],
            "Name": name,
            **properties,
        },
    )
