"""Select the boards to measure, and make changed copies of them."""

from collections.abc import Iterable
from dataclasses import replace
import json
from pathlib import Path

from tests.simulator import Board
from tests.simulator.etags import ETAG
from tests.simulator.resources import JsonObject

from .processes import ROOT

SHIPPED = "x12spi-tf"
"""The board that comes with the simulator."""

GEN14 = "gen14"
"""A board of Gen 14 with the readings of another one: none was recorded."""

_RECORDED = ROOT.parent / "shared" / "boards"
_FAMILIES = ("x10sdv", "x13-sys-821ge-tnhr", "gb300-openbmc")


def available_boards() -> tuple[str, ...]:
    """Return a recorded board of each family, or the shipped one without recordings."""
    recorded = tuple(str(_RECORDED / name) for name in _FAMILIES)
    return recorded if all(Path(path).is_dir() for path in recorded) else (SHIPPED,)


def start_boards() -> tuple[str, ...]:
    """Return a board of each family for the time to the first reading."""
    recorded = [board for board in available_boards() if board != SHIPPED]
    return (SHIPPED, *recorded, GEN14)


def load_board(board: str) -> Board:
    """Load a board by its name or by the path of its folder."""
    return Board.load(board) if board != GEN14 else as_gen14(Board.load(SHIPPED))


def board_name(board: str) -> str:
    """Return the name of a board without its folder."""
    return Path(board).name


def etag_modes(board: str) -> dict[str, bool]:
    """Return whether ETags are on, by label; old boards have none at all."""
    if load_board(board).has_etags:
        return {"ETags on": True, "ETags off": False}
    return {"no ETags": True}


def without_etags(board: Board) -> Board:
    """Return a copy of a board whose resources have no ETags."""
    resources = {
        path: {key: value for key, value in body.items() if key != ETAG}
        for path, body in board.resources.items()
    }
    return replace(board, resources=resources)


def without_licenses(board: Board) -> Board:
    """Return a copy of a board without licenses.

    The published client fails on any license in the list.
    """
    resources = {
        path: body | {"Licenses": []} if "Licenses" in body else body
        for path, body in board.resources.items()
    }
    return replace(board, resources=resources)


def as_gen14(board: Board) -> Board:
    """Return a copy of a board with a resource for each temperature, fan and supply.

    The forms are those of the vendor's guide for Gen 14.
    """
    kept = dict(board.resources)
    path, chassis = next(item for item in kept.items() if "Thermal" in item[1])
    thermal, power = (
        kept.pop(str(chassis[key]["@odata.id"])) for key in ("Thermal", "Power")
    )
    places = {
        "Sensors": f"{path}/Sensors",
        "ThermalSubsystem": f"{path}/ThermalSubsystem",
        "PowerSubsystem": f"{path}/PowerSubsystem",
        "EnvironmentMetrics": f"{path}/EnvironmentMetrics",
    }
    fans, supplies = (
        f"{path}/ThermalSubsystem/Fans",
        f"{path}/PowerSubsystem/PowerSupplies",
    )
    watts = power["PowerControl"][0].get("PowerConsumedWatts")
    resources = {
        places["ThermalSubsystem"]: {"Fans": {"@odata.id": fans}},
        places["PowerSubsystem"]: {"PowerSupplies": {"@odata.id": supplies}},
        places["EnvironmentMetrics"]: {"PowerWatts": {"Reading": watts}},
        **_collection(
            places["Sensors"],
            [
                *map(_temperature, thermal["Temperatures"]),
                *map(_voltage, power["Voltages"]),
            ],
        ),
        **_collection(fans, map(_fan, thermal["Fans"])),
        **_collection(supplies, map(_supply, power["PowerSupplies"])),
    }
    links = {key: {"@odata.id": place} for key, place in places.items()}
    kept[path] = {key: chassis[key] for key in chassis.keys() - {"Thermal", "Power"}}
    kept[path] |= links
    kept |= {place: {"@odata.id": place, **body} for place, body in resources.items()}
    return replace(board, name=GEN14, resources=kept)


def _collection(path: str, members: Iterable[JsonObject]) -> dict[str, JsonObject]:
    """Return a collection and its members by path; each has its position as Id."""
    bodies = {
        f"{path}/{number}": body | {"Id": str(number)}
        for number, body in enumerate(members, start=1)
    }
    return {path: {"Members": [{"@odata.id": member} for member in bodies]}, **bodies}


def _temperature(sensor: JsonObject) -> JsonObject:
    """Return the resource of a temperature."""
    kind = {"ReadingType": "Temperature", "ReadingUnits": "Cel"}
    return _sensor(sensor) | kind | {"Reading": sensor.get("ReadingCelsius")}


def _voltage(sensor: JsonObject) -> JsonObject:
    """Return the resource of a voltage."""
    kind = {"ReadingType": "Voltage", "ReadingUnits": "V"}
    return _sensor(sensor) | kind | {"Reading": sensor.get("ReadingVolts")}


def _sensor(sensor: JsonObject) -> JsonObject:
    """Return the properties that the resource of any sensor has."""
    kept = ("Name", "Status", "PhysicalContext")
    known = {key: sensor[key] for key in kept if key in sensor}
    return {"@odata.type": "#Sensor.v1_5_0.Sensor", **known}


def _fan(fan: JsonObject) -> JsonObject:
    """Return the resource of a fan."""
    speed = {"Reading": 40, "SpeedRPM": fan.get("Reading")}
    return {"Name": fan.get("Name"), "Status": fan["Status"], "SpeedPercent": speed}


def _supply(supply: JsonObject) -> JsonObject:
    """Return the resource of a power supply."""
    return {
        key: supply[key]
        for key in ("Name", "Status", "PowerCapacityWatts", "Model", "SerialNumber")
        if key in supply
    }


def mac_address(board: Board) -> str:
    """Return the MAC address of the BMC."""
    return next(
        str(body["MACAddress"])
        for path, body in board.resources.items()
        if path.startswith("/redfish/v1/Managers/") and body.get("MACAddress")
    )


def with_unique_ids(board: Board, number: int) -> Board:
    """Return a copy of a board with other UUIDs and another MAC address.

    Number 0 is the board itself.
    """
    if not number:
        return board
    uuids = {body["UUID"] for body in board.resources.values() if body.get("UUID")}
    mac = mac_address(board)
    replacements = {uuid: f"{uuid[:-6]}{number:06X}" for uuid in uuids}
    replacements[mac] = f"{mac[:9]}FE:{number // 256:02X}:{number % 256:02X}"
    resources = dict(board.resources)
    for path, body in board.resources.items():
        text = original = json.dumps(body)
        for old, new in replacements.items():
            text = text.replace(old, new)
        if text != original:
            resources[path] = json.loads(text)
    return replace(board, resources=resources)
