"""Change the parts of boards: names, ids, order, control characters, leak detectors."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.simulator import Bmc, Board
from tests.simulator.mutations import (
    MUTATIONS,
    add_leak_detectors,
    mutate,
    parts,
    set_leak_detector,
)
from tests.simulator.resources import ROOT, raw
from tests.simulator.testing import CHASSIS, POWER, SYSTEM, THERMAL, logged_in

pytestmark = pytest.mark.usefixtures("network")

LISTS = [
    (THERMAL, "Temperatures"),
    (THERMAL, "Fans"),
    (POWER, "Voltages"),
    (POWER, "PowerSupplies"),
    (f"{SYSTEM}/Memory", "Members"),
    (f"{ROOT}/Chassis/NVMeSSD.0.Group.0.StorageBackplane/Drives", "Members"),
]


@pytest.fixture
def bmc() -> Bmc:
    """Return the shipped board."""
    return Bmc(Board.load("x12spi-tf"))


def values(bmc: Bmc, path: str, key: str, name: str) -> list[Any]:
    """Return the values of a property of all parts, in their order."""
    return [body.get(name) for body in parts(bmc, path, key)]


@pytest.mark.parametrize("kind", MUTATIONS)
@pytest.mark.parametrize(("path", "key"), LISTS)
def test_mutation_keeps_number_of_parts(
    bmc: Bmc, path: str, key: str, kind: str
) -> None:
    """Change the parts or their order, and lose none of them."""
    before = json.dumps(parts(bmc, path, key))
    count = len(bmc.resource(path)[key])
    mutate(bmc, path, key, kind)
    assert len(bmc.resource(path)[key]) == count > 1
    is_link = key == "Members"
    if kind != "renumbered" or not is_link:
        assert json.dumps(parts(bmc, path, key)) != before


@pytest.mark.parametrize(("path", "key"), LISTS)
def test_names_repeat_and_ids_disappear(bmc: Bmc, path: str, key: str) -> None:
    """Give all parts one name, and remove their ids."""
    mutate(bmc, path, key, "repeated names")
    assert len(set(values(bmc, path, key, "Name"))) == 1
    mutate(bmc, path, key, "no ids")
    assert {*values(bmc, path, key, "MemberId"), *values(bmc, path, key, "Id")} == {
        None
    }


def test_list_is_reordered_with_or_without_its_ids(bmc: Bmc) -> None:
    """Reverse or rotate the list, and number the parts again in one way only."""
    names = values(bmc, THERMAL, "Fans", "Name")
    ids = values(bmc, THERMAL, "Fans", "MemberId")
    mutate(bmc, THERMAL, "Fans", "rotated")
    assert values(bmc, THERMAL, "Fans", "Name") == [*names[1:], names[0]]
    assert values(bmc, THERMAL, "Fans", "MemberId") == [*ids[1:], ids[0]]
    mutate(bmc, THERMAL, "Fans", "renumbered")
    assert values(bmc, THERMAL, "Fans", "Name") == [names[0], *names[:0:-1]]
    numbers = [str(number) for number in range(len(ids))]
    assert values(bmc, THERMAL, "Fans", "MemberId") == numbers


async def test_control_characters_are_sent_unescaped() -> None:
    """Send bytes that JSON forbids, which a lenient parser reads."""
    async with logged_in() as client:
        mutate(client.bmc, POWER, "PowerSupplies", "control characters")
        client.bmc.change(SYSTEM, {"AssetTag": raw("a\rb\n\x01 c\\r")})
        async with client.request("GET", POWER) as response:
            payload = await response.read()
        assert b'"Name":"\x01' in payload
        with pytest.raises(json.JSONDecodeError, match="control character"):
            json.loads(payload)
        supplies = json.loads(payload, strict=False)["PowerSupplies"]
        assert all(item["Name"].startswith("\x01") for item in supplies)
        assert all(item["SerialNumber"].endswith("\r") for item in supplies)
        async with client.request("GET", SYSTEM) as response:
            payload = await response.read()
        body = json.loads(payload, strict=False)
        assert body["AssetTag"] == "a\rb\n\x01 c\\r"


async def test_leak_detectors_are_reached_by_links() -> None:
    """Add detectors to the chassis, and let one of them report a leak."""
    async with logged_in() as client:
        bmc = client.bmc
        add_leak_detectors(bmc, "Manifold", "ColdPlate")
        set_leak_detector(bmc, "ColdPlate", "Critical")
        path, states = CHASSIS, {}
        for key in ("ThermalSubsystem", "LeakDetection", "LeakDetectors"):
            path = (await client.get(path)).body[key]["@odata.id"]
        for member in (await client.get(path)).body["Members"]:
            body = (await client.get(member["@odata.id"])).body
            states[body["Id"]] = (body["DetectorState"], body["Status"]["Health"])
        assert states == {"Manifold": ("OK", "OK"), "ColdPlate": ("Critical",) * 2}
        with pytest.raises(KeyError):
            set_leak_detector(bmc, "Plate", "OK")


def test_leak_detectors_join_existing_thermal_subsystem(bmc: Bmc) -> None:
    """Keep the other links of the chassis' thermal subsystem."""
    path = f"{CHASSIS}/ThermalSubsystem"
    bmc.put(path, {"@odata.id": path, "Fans": {"@odata.id": f"{path}/Fans"}})
    add_leak_detectors(bmc, "1")
    assert bmc.resource(path).keys() == {"@odata.id", "Fans", "LeakDetection"}
