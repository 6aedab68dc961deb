"""Test the comparison of findings, and the generated schemas."""

from __future__ import annotations

from pathlib import Path
import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from .judge import Deviation, Finding, objections, read_accepted
from .schemas import write_schemas

ALLOW = Deviation("protocol", "RESP_HEADERS_ALLOW*", "GET *", "hardware.md 12")
FOUND = Finding("protocol", "RESP_HEADERS_ALLOW_GET", "GET /redfish/v1/", "missing")

INDEX: dict[str, Any] = {
    "enums": {
        "Fan.v1_0_0.json#/definitions/FanType": {"values": ["Round"]},
        "Fan.v1_2_0.json#/definitions/FanType": {"values": ["Round", "Square"]},
    },
    "resource_types": {
        "Fan": {
            "latest_version": "v1_2_0",
            "uris": ["/redfish/v1/Fans/{FanId}"],
            "uris_deprecated": [],
            "insertable": False,
            "updatable": True,
            "deletable": False,
            "actions": {"#Fan.Stop": {}},
            "properties": {
                "@odata.id": {"type": "string"},
                "Id": {"type": "string"},
                "Actions": {"type": "object"},
                "FanType": {
                    "type": "string",
                    "enum_ref": "Fan.v1_2_0.json#/definitions/FanType",
                },
                "Speed": {"type": ["number", "null"], "minimum": 0},
                "Model": {"type": "string"},
                "Status": {"type": "object"},
                "Blades": {"type": "array"},
            },
        },
        "FanCollection": {
            "latest_version": None,
            "uris": ["/redfish/v1/Fans"],
            "uris_deprecated": [],
            "insertable": False,
            "updatable": False,
            "deletable": False,
            "actions": {},
            "properties": {"Members": {"type": "array"}},
        },
    },
}
"""An index of two types of resources."""


@pytest.mark.parametrize(
    ("findings", "accepted", "words"),
    [
        ([FOUND], [ALLOW], []),
        ([], [], []),
        ([FOUND], [], ["GET /redfish/v1/: missing"]),
        ([Finding("service", FOUND.check, FOUND.place)], [ALLOW], ["GET", "no longer"]),
        ([Finding("protocol", "RESP", FOUND.place)], [ALLOW], ["RESP", "no longer"]),
        ([FOUND, Finding("protocol", FOUND.check, "PUT /")], [ALLOW], ["PUT /"]),
        ([], [ALLOW], ["no longer occurs"]),
    ],
)
def test_objections_are_unaccepted_findings_and_stale_deviations(
    findings: list[Finding], accepted: list[Deviation], words: list[str]
) -> None:
    """Return findings without a deviation, and deviations without a finding."""
    found = list(objections(findings, accepted))
    assert len(found) == len(words)
    assert all(word in text for word, text in zip(words, found, strict=True))


def test_accepted_deviations_have_sources() -> None:
    """Require a paragraph about real firmware, or a recorded board, as the source."""
    accepted = read_accepted()
    assert accepted
    for deviation in accepted:
        assert deviation.validator in ("protocol", "service")
        assert re.match(r"hardware\.md \d+|boards/\w+", deviation.source)


def schema(folder: Path, name: str, types: set[str]) -> ET.Element:
    """Return the schema of a type of resource."""
    write_schemas(INDEX, types, folder)
    return ET.parse(folder / f"{name}_v1.xml").getroot()  # noqa: S314 - our own file


def names(root: ET.Element, tag: str) -> list[str]:
    """Return the names of all elements of a kind."""
    return [item.attrib["Name"] for item in root.findall(f".//{{*}}{tag}")]


@pytest.mark.parametrize(
    ("version", "values"), [("v1_0_0", ["Round"]), ("v1_1_0", ["Round", "Square"])]
)
def test_schema_contains_served_version(
    tmp_path: Path, version: str, values: list[str]
) -> None:
    """Write the properties, with the values of enumerations in that version."""
    root = schema(tmp_path, "Fan", {f"Fan.{version}.Fan", "Fan.v1_3_0.Fan", "Oem.Oem"})
    spaces = [item.attrib["Namespace"] for item in root.findall(".//{*}Schema")]
    assert spaces == ["Fan", f"Fan.{version}"]
    assert names(root, "Member") == values
    assert names(root, "Action") == ["Stop"]
    items = {
        item.attrib["Name"]: (item.attrib["Type"], item.attrib.get("Nullable"))
        for item in root.findall(".//{*}Property")
    }
    assert items == {
        "Oem": ("Edm.PrimitiveType", None),
        "Actions": (f"Fan.{version}.Actions", "true"),
        "FanType": (f"Fan.{version}.FanTypeEnum", None),
        "Speed": ("Edm.Decimal", None),
        "Model": ("Edm.String", "false"),
        "Status": ("Edm.PrimitiveType", "true"),
        "Blades": ("Collection(Edm.PrimitiveType)", "true"),
    }
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "Fan_v1.xml",
        "Resource_v1.xml",
    ]


def test_schema_of_collection_names_type_of_members(tmp_path: Path) -> None:
    """Write the type of the members, so that the validator can check them."""
    root = schema(tmp_path, "FanCollection", {"FanCollection.FanCollection"})
    (members,) = root.findall(".//{*}NavigationProperty")
    assert members.attrib["Type"] == "Collection(Fan.Fan)"
    assert [item.text for item in root.findall(".//{*}String")] == ["/redfish/v1/Fans"]
