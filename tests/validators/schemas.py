"""Build CSDL files for the service validator from a package on PyPI.

The DMTF publishes its schemas on its web site only. The package `mirastack-redfish-mcp`
contains an index of them: for each type of resource its paths, methods, actions and
properties, and for each version the values of enumerations. The index has no parts of
objects and no items of lists, so that the validator checks neither.
"""

from __future__ import annotations

from collections.abc import Iterator
import gzip
import json
from pathlib import Path
import re
from typing import Any
from xml.etree import ElementTree as ET

_EDM = "http://docs.oasis-open.org/odata/ns/edm"
_EDMX = "http://docs.oasis-open.org/odata/ns/edmx"
_BASE = "Resource.v1_0_0"
_ANY = "Edm.PrimitiveType"
"""Type for which the validator accepts every JSON value."""

_TYPES = {
    "string": "Edm.String",
    "integer": "Edm.Int64",
    "number": "Edm.Decimal",
    "boolean": "Edm.Boolean",
}
_FORMATS = {"date-time": "Edm.DateTimeOffset"}
_METHODS = {
    "insertable": ("InsertRestrictions", "Insertable"),
    "updatable": ("UpdateRestrictions", "Updatable"),
    "deletable": ("DeleteRestrictions", "Deletable"),
}
_EXPANDED = ("LogEntryCollection",)
"""The collections whose members are not links."""

Index = dict[str, Any]


def read_index(file: Path) -> Index:
    """Read the index of the schemas."""
    index: Index = json.loads(gzip.decompress(file.read_bytes()))
    return index


def write_schemas(index: Index, types: set[str], folder: Path) -> None:
    """Write the CSDL of types, such as `Chassis.v1_14_0.Chassis`, into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "Resource_v1.xml", _base_schema())
    for name in sorted({kind.partition(".")[0] for kind in types}):
        if resource := index["resource_types"].get(name):
            versions = {kind.split(".")[1] for kind in types if _is_version(kind, name)}
            latest = _numbers(resource["latest_version"] or "")
            known = sorted(item for item in versions if _numbers(item) <= latest)
            _write(folder / f"{name}_v1.xml", _Schema(index, name).build(known))


def _is_version(kind: str, name: str) -> bool:
    """Return whether a type is a version of a resource."""
    return re.fullmatch(rf"{name}\.v\d+_\d+_\d+\.{name}", kind) is not None


def _numbers(version: str) -> tuple[int, ...]:
    """Return the numbers of a version."""
    return tuple(int(number) for number in re.findall(r"\d+", version))


def _write(file: Path, schemas: list[ET.Element]) -> None:
    """Write namespaces into a file."""
    root = ET.Element(f"{{{_EDMX}}}Edmx", Version="4.0")
    ET.SubElement(root, f"{{{_EDMX}}}DataServices").extend(schemas)
    ET.ElementTree(root).write(file, encoding="utf-8", xml_declaration=True)


def _element(parent: ET.Element, tag: str, **attributes: str) -> ET.Element:
    """Add an element."""
    return ET.SubElement(parent, f"{{{_EDM}}}{tag}", attributes)


def _annotate(parent: ET.Element, term: str, **attributes: str) -> ET.Element:
    """Add an annotation."""
    return _element(parent, "Annotation", Term=term, **attributes)


def _base_schema() -> list[ET.Element]:
    """Return the types on which all resources are based.

    The validator adds their OData properties. The specification demands the others.
    """
    schema = ET.Element(f"{{{_EDM}}}Schema", Namespace=_BASE)
    for name, required in (("Resource", ("Id", "Name")), ("ResourceCollection", ())):
        entity = _element(schema, "EntityType", Name=name)
        for key in (*required, *(() if required else ("Name",))):
            item = _element(
                entity, "Property", Name=key, Type="Edm.String", Nullable="false"
            )
            _annotate(item, "Redfish.Required")
        for key in ("Description", "Oem"):
            kind = "Edm.String" if key == "Description" else _ANY
            _element(entity, "Property", Name=key, Type=kind)
    return [schema]


class _Schema:
    """The namespaces of one type of resource."""

    def __init__(self, index: Index, name: str) -> None:
        """Initialize with the index."""
        self._enums: dict[str, Any] = index["enums"]
        self._resource = index["resource_types"][name]
        self._name = name
        self._is_collection = name.endswith("Collection")

    def build(self, versions: list[str]) -> list[ET.Element]:
        """Return the namespace without a version, and those with one."""
        # The validator needs the namespace without a version first.
        return [self._unversioned(), *(self._versioned(item) for item in versions)]

    def _unversioned(self) -> ET.Element:
        """Return the namespace with paths, methods and actions."""
        schema = ET.Element(f"{{{_EDM}}}Schema", Namespace=self._name)
        kind = "ResourceCollection" if self._is_collection else "Resource"
        entity = _element(
            schema, "EntityType", Name=self._name, BaseType=f"{_BASE}.{kind}"
        )
        if uris := self._resource["uris"] + self._resource["uris_deprecated"]:
            collection = _element(_annotate(entity, "Redfish.Uris"), "Collection")
            for uri in uris:
                _element(collection, "String").text = uri
        for key, (term, member) in _METHODS.items():
            record = _element(_annotate(entity, f"Capabilities.{term}"), "Record")
            is_allowed = str(bool(self._resource[key])).lower()
            _element(record, "PropertyValue", Property=member, Bool=is_allowed)
        if self._is_collection:
            self._add_members(entity)
        for action in self._resource["actions"]:
            _element(schema, "Action", Name=action.rpartition(".")[2])
        return schema

    def _add_members(self, entity: ET.Element) -> None:
        """Add the members of a collection, with their type."""
        member = self._name.removesuffix("Collection")
        members = _element(
            entity,
            "NavigationProperty",
            Name="Members",
            Type=f"Collection({member}.{member})",
            Nullable="false",
        )
        _annotate(members, "Redfish.Required")
        if self._name in _EXPANDED:
            _annotate(members, "OData.AutoExpand")

    def _versioned(self, version: str) -> ET.Element:
        """Return the namespace of a version, with properties and enumerations."""
        namespace = f"{self._name}.{version}"
        schema = ET.Element(f"{{{_EDM}}}Schema", Namespace=namespace)
        entity = _element(
            schema,
            "EntityType",
            Name=self._name,
            BaseType=f"{self._name}.{self._name}",
        )
        _element(schema, "ComplexType", Name="Actions").append(
            ET.Element(f"{{{_EDM}}}Property", Name="Oem", Type=_ANY)
        )
        for name, details in self._resource["properties"].items():
            if name.startswith("@") or name in ("Id", "Name", "Description", "Oem"):
                continue
            item = _element(entity, "Property", Name=name)
            item.attrib["Type"] = self._property_type(name, details, schema, version)
            self._add_limits(item, details)
        return schema

    def _property_type(
        self, name: str, details: dict[str, Any], schema: ET.Element, version: str
    ) -> str:
        """Return the CSDL type of a property, and add its enumeration."""
        namespace = schema.attrib["Namespace"]
        if name == "Actions":
            return f"{namespace}.Actions"
        if reference := details.get("enum_ref"):
            enum = ET.SubElement(schema, f"{{{_EDM}}}EnumType", Name=f"{name}Enum")
            for value in self._values(reference, version):
                _element(enum, "Member", Name=value)
            return f"{namespace}.{name}Enum"
        kinds = details.get("type", [])
        (kind,) = {*([kinds] if isinstance(kinds, str) else kinds)} - {"null"} or {""}
        if kind == "array":
            return f"Collection({_ANY})"
        return _FORMATS.get(details.get("format", ""), _TYPES.get(kind, _ANY))

    def _values(self, reference: str, version: str) -> Iterator[str]:
        """Return the values of an enumeration in a version."""
        own = re.sub(rf"^{self._name}\.v[\d_]+", f"{self._name}.{version}", reference)
        yield from self._enums.get(own, self._enums[reference])["values"]

    @staticmethod
    def _add_limits(item: ET.Element, details: dict[str, Any]) -> None:
        """Add the pattern and the range of a property, and whether it may be null."""
        kind = details.get("type")
        # The index does not tell whether values with a pattern or a list may be null.
        if isinstance(kind, str) and not {"pattern", "enum_ref"} & details.keys():
            item.attrib["Nullable"] = str(kind not in _TYPES).lower()
        if pattern := details.get("pattern"):
            _annotate(item, "Validation.Pattern", String=pattern)
        for key in ("Minimum", "Maximum"):
            if isinstance(limit := details.get(key.lower()), int):
                _annotate(item, f"Validation.{key}", Int=str(limit))
