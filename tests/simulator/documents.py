"""Build the documents beside the resources: message registries and OData metadata.

The recordings lack both. The registries contain the messages that the simulator sends
and those of the recorded logs. The metadata contains the types of the resources.
"""

from __future__ import annotations

from collections.abc import Iterator
import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from .message_registry import Message
from .resources import ROOT, JsonObject, normalize_path, resource_type

if TYPE_CHECKING:
    from .bmc import Bmc

METADATA = f"{ROOT}/$metadata"

_EDMX = "http://docs.oasis-open.org/odata/ns/edmx"
_EDM = "http://docs.oasis-open.org/odata/ns/edm"
_SCHEMAS = "http://redfish.dmtf.org/schemas/v1"


def find_registry(bmc: Bmc, path: str) -> JsonObject | None:
    """Return the message registry to which a registry file links with a path."""
    if path.startswith(ROOT):
        return None
    for file in bmc.store.find("MessageRegistryFile"):
        body = bmc.store[file]
        for location in body.get("Location", ()):
            if normalize_path(location.get("Uri", "")) == path:
                return _registry(bmc, body["Registry"], location.get("Language", "en"))
    return None


def _registry(bmc: Bmc, name: str, language: str) -> JsonObject | None:
    """Return a message registry, or None if the simulator knows no message of it."""
    prefix, _, version = name.partition(".")
    messages = dict(_messages(bmc, prefix))
    if not messages:
        return None
    return {
        "@odata.type": "#MessageRegistry.v1_4_0.MessageRegistry",
        "Id": name,
        "Name": f"{prefix} Message Registry",
        "Language": language,
        "RegistryPrefix": prefix,
        "RegistryVersion": version.removeprefix("v").replace("_", "."),
        "OwningEntity": "DMTF" if prefix == "Base" else "Supermicro",
        "Messages": messages,
    }


def _messages(bmc: Bmc, prefix: str) -> Iterator[tuple[str, JsonObject]]:
    """Return the messages of a registry by their names."""
    for name, message in bmc.response_builder.messages.items():
        registry, _, key = name.partition(".")
        if registry == prefix:
            yield key, _message(message)
    for path in bmc.store.find("LogEntry"):
        entry = bmc.store[path]
        registry, _, rest = str(entry.get("MessageId", "")).partition(".")
        if registry == prefix:
            severity = entry.get("Severity", "OK")
            text = Message(0, severity, entry.get("Message", ""), "None.")
            yield rest.rpartition(".")[2], _message(text)


def _message(message: Message) -> JsonObject:
    """Return a message in the format of a registry, which counts arguments from 1."""
    numbers = {int(number) for number in re.findall(r"\{(\d)\}", message.text)}
    return {
        "Description": message.text,
        "Message": re.sub(
            r"\{(\d)\}", lambda match: f"%{int(match[1]) + 1}", message.text
        ),
        "Severity": message.severity.replace("Ok", "OK"),
        "MessageSeverity": message.severity.replace("Ok", "OK"),
        "NumberOfArgs": len(numbers),
        "ParamTypes": ["string"] * len(numbers),
        "Resolution": message.resolution,
    }


def metadata(bmc: Bmc) -> bytes:
    """Return the OData metadata document."""
    root = ET.Element(f"{{{_EDMX}}}Edmx", Version="4.0")
    for kind, namespaces in sorted(_namespaces(bmc).items()):
        uri = f"{_SCHEMAS}/{kind}_v1.xml"
        if kind.endswith("Collection"):
            uri = f"{_SCHEMAS}/{kind}.xml"
        reference = ET.SubElement(root, f"{{{_EDMX}}}Reference", Uri=uri)
        for namespace in sorted(namespaces):
            ET.SubElement(reference, f"{{{_EDMX}}}Include", Namespace=namespace)
    services = ET.SubElement(root, f"{{{_EDMX}}}DataServices")
    schema = ET.SubElement(services, f"{{{_EDM}}}Schema", Namespace="Service")
    container = "ServiceRoot.v1_0_0.ServiceContainer"
    ET.SubElement(
        schema, f"{{{_EDM}}}EntityContainer", Name="Service", Extends=container
    )
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _namespaces(bmc: Bmc) -> dict[str, set[str]]:
    """Return the namespaces of the resources' types by the types' names.

    Supermicro's own types, which the DMTF does not publish, are left out.
    """
    namespaces: dict[str, set[str]] = {"ServiceRoot": {"ServiceRoot.v1_0_0"}}
    for path in bmc.store.paths:
        body = bmc.store[path]
        if (kind := resource_type(body)) and "/Oem/" not in path:
            name = str(body["@odata.type"]).lstrip("#").rpartition(".")[0]
            namespaces.setdefault(kind, {kind}).add(name)
    return namespaces
