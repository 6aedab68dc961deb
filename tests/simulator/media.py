"""Insert and eject virtual media."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .etags import with_etag
from .resources import JsonObject, link, normalize_path, resource_type
from .responses import RedfishError

if TYPE_CHECKING:
    from .bmc import Bmc

INSERT = "#VirtualMedia.InsertMedia"
EJECT = "#VirtualMedia.EjectMedia"

# Some boards reject these even with their default values.
_REJECTED = ("Inserted", "WriteProtected")
_OLD_COLLECTION = "VirtualMediaCollection"
_OLD_CONFIGURATION = "IsoConfig"


def add_configuration(resources: dict[str, JsonObject]) -> None:
    """Add the configuration that the recordings of X10 lack.

    Its links and actions are those that clients of others use.
    """
    for body in list(resources.values()):
        if resource_type(body) != _OLD_COLLECTION:
            continue
        oem = body.get("Oem", {}).get("Supermicro", {})
        path = normalize_path(oem.get("VirtualMediaConfig", {}).get("@odata.id", ""))
        if path and path not in resources:
            resources[path] = {
                "@odata.type": f"#{_OLD_CONFIGURATION}.v1_0_0.{_OLD_CONFIGURATION}",
                "@odata.id": path,
                "Id": path.rpartition("/")[2],
                "Name": "CD/DVD ISO Configuration",
                "Host": "",
                "Path": "",
                "Username": "",
                "Password": "",
                "Actions": {
                    f"#IsoConfig.{name}": {"target": f"{path}/Actions/IsoConfig.{name}"}
                    for name in ("Mount", "UnMount")
                },
            }


def check_insert(bmc: Bmc, slot: str, payload: JsonObject) -> None:
    """Reject unknown and missing parameters."""
    for name in _REJECTED:
        if name in payload:
            raise RedfishError("Base.ActionParameterUnknown", "InsertMedia", name)
    for name in bmc.media_parameters:
        if name not in payload:
            raise RedfishError("Base.ActionParameterMissing", "InsertMedia", name)
    if bmc.store[slot].get("Inserted"):
        raise RedfishError("Base.ResourceInUse")
    if bmc.media_error:
        # A BMC may repeat the request in its message.
        raise RedfishError(
            "Base.ActionParameterValueNotInList", str(payload), "Image", "InsertMedia"
        )


def insert(bmc: Bmc, slot: str, payload: JsonObject) -> None:
    """Insert an image. ASPEED boards list EjectMedia only from now on."""
    body = bmc.store[slot]
    image = payload["Image"]
    change: JsonObject = {
        "Inserted": True,
        "Image": image,
        "ImageName": image.replace("\\", "/").rpartition("/")[2],
        "ConnectedVia": "URI",
    }
    if "UserName" in body:
        change["UserName"] = payload.get("UserName")
    if EJECT not in body["Actions"]:
        target = f"{slot}/Actions/{EJECT[1:]}"
        change["Actions"] = {EJECT: {"target": target}}
    bmc.change(slot, change)


def eject(bmc: Bmc, slot: str, _payload: JsonObject) -> None:
    """Eject the image. Its name stays."""
    body = bmc.store[slot]
    if not body.get("Inserted"):
        raise RedfishError("Base.ActionNotSupported", "EjectMedia")
    change = {"Inserted": False, "Image": None, "ConnectedVia": "NotConnected"}
    bmc.change(slot, change)


def mount(bmc: Bmc, configuration: str, _payload: JsonObject) -> None:
    """Mount the configured image of the old family, which adds a slot."""
    settings = bmc.store[configuration]
    if not settings["Host"] or not settings["Path"]:
        raise RedfishError("Base.ActionNotSupported", "IsoConfig.Mount")
    collection = configuration.rpartition("/")[0]
    slot = f"{collection}/CD1"
    bmc.put(
        slot,
        with_etag(
            {
                "@odata.type": "#VirtualMedia.v1_0_1.VirtualMedia",
                "@odata.id": slot,
                "Id": "CD1",
                "Name": "Virtual Removable Media",
                "MediaTypes": ["CD", "DVD"],
                "ImageName": settings["Path"].rpartition("/")[2],
                "ConnecteVia": "URI",  # as the firmware spells it
                "Inserted": True,
                "WriteProtected": True,
            }
        ),
    )
    bmc.change(collection, {"Members@odata.count": 1, "Members": [link(slot)]})


def unmount(bmc: Bmc, configuration: str, _payload: JsonObject) -> None:
    """Remove the slot of the old family, and the key of the empty collection."""
    collection = configuration.rpartition("/")[0]
    if f"{collection}/CD1" in bmc.store:
        bmc.remove(f"{collection}/CD1")
    body = bmc.store[collection]
    body.pop("Members", None)
    bmc.change(collection, {"Members@odata.count": 0})
