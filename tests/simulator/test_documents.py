"""Serve message registries and OData metadata, and observe rules of the DMTF."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.simulator import Bmc, Board
from tests.simulator.resources import ROOT, SESSIONS
from tests.simulator.testing import CHASSIS, MANAGER, SYSTEM, connected, logged_in

pytestmark = pytest.mark.usefixtures("network")

# The values of ChassisType in the DMTF's schema Chassis.v1_14_0.
CHASSIS_TYPES = {
    "Rack",
    "Blade",
    "Enclosure",
    "StandAlone",
    "RackMount",
    "Card",
    "Cartridge",
    "Row",
    "Pod",
    "Expansion",
    "Sidecar",
    "Zone",
    "Sled",
    "Shelf",
    "Drawer",
    "Module",
    "Component",
    "IPBasedDrive",
    "RackGroup",
    "StorageEnclosure",
    "Other",
}


@pytest.mark.parametrize("name", Board.names())
def test_shipped_board_has_valid_chassis_types(name: str) -> None:
    """Require chassis types that the DMTF defines."""
    bmc = Bmc(Board.load(name))
    types = {bmc.store[path]["ChassisType"] for path in bmc.store.find("Chassis")}
    assert types <= CHASSIS_TYPES


@pytest.mark.parametrize("name", Board.names())
async def test_linked_registries_contain_sent_messages(name: str) -> None:
    """Serve each registry of the board, with the messages of errors and of the log."""
    async with logged_in(Board.load(name)) as client:
        messages: dict[str, Any] = {}
        for member in (await client.get(f"{ROOT}/Registries")).body["Members"]:
            file = (await client.get(member["@odata.id"])).body
            response = await client.get(file["Location"][0]["Uri"])
            assert response.status == 200
            body = response.body
            assert f"{body['RegistryPrefix']}.{body['RegistryVersion']}" == body["Id"]
            assert body["Id"] == file["Registry"]
            messages[body["RegistryPrefix"]] = body["Messages"]
        missing = messages["Base"]["ResourceMissingAtURI"]
        assert missing["Message"] == "The resource at the URI %1 was not found."
        assert (missing["NumberOfArgs"], missing["ParamTypes"]) == (1, ["string"])
        assert messages["SMC"]["OemLicenseNotPassed"]["MessageSeverity"] == "Warning"
        log = (await client.get(f"{MANAGER}/LogServices/Log1/Entries")).body["Members"]
        for entry in log:
            registry, _, rest = entry["MessageId"].partition(".")
            assert rest.rpartition(".")[2] in messages[registry]
        assert (await client.get("/registries/Nothing.json")).status == 404


async def test_metadata_lists_types_of_resources() -> None:
    """Serve XML with the namespaces of the resources, to clients with a session."""
    async with logged_in() as client:
        response = await client.get(f"{ROOT}/$metadata")
        assert response.headers["Content-Type"] == "application/xml"
        root = ET.fromstring(response.body)  # noqa: S314 - the simulator's own
        spaces = {item.attrib["Namespace"] for item in root.findall(".//{*}Include")}
        assert {"ServiceRoot.v1_0_0", "Chassis.v1_14_0", "ChassisCollection"} <= spaces
        assert "FanMode.v1_0_1" not in spaces
        assert len(root.findall(".//{*}EntityContainer")) == 1
        client.headers = {}
        assert (await client.get(f"{ROOT}/$metadata")).status == 401


async def test_rejection_demands_authentication() -> None:
    """Send the header with the supported authentication scheme."""
    async with connected() as client:
        response = await client.get(SYSTEM)
        assert response.headers["WWW-Authenticate"] == 'Basic realm="Redfish"'


@pytest.mark.parametrize(
    ("version", "status"), [(None, 200), ("4.0", 200), ("4.1", 412), ("abc", 412)]
)
async def test_other_odata_version_is_rejected(
    version: str | None, status: int
) -> None:
    """Respond with 412 to a version other than 4.0."""
    async with logged_in() as client:
        headers = {"OData-Version": version} if version else {}
        assert (await client.get(SYSTEM, headers=headers)).status == status


@pytest.mark.parametrize(
    ("query", "status"),
    [("$unknown", 501), ("$top=1", 501), ("$select=Id", 200), ("unknown=1", 200)],
)
async def test_unknown_query_is_rejected(query: str, status: int) -> None:
    """Respond with 501 to queries that begin with a dollar sign."""
    async with logged_in() as client:
        assert (await client.get(f"{SYSTEM}?{query}")).status == status


async def test_unknown_method_is_rejected() -> None:
    """Respond with 501 as lighttpd does, and keep serving."""
    async with logged_in() as client:
        assert (await client.send("FAKEMETHOD", CHASSIS)).status == 501
        assert (await client.get(CHASSIS)).status == 200


async def test_login_accepts_path_of_members() -> None:
    """Open a session by a POST to the members of the collection, too."""
    async with connected() as client:
        credentials = {"UserName": "ADMIN", "Password": "ADMIN"}
        response = await client.post(f"{SESSIONS}/Members", credentials)
        assert (response.status, response.headers["Location"]) == (201, f"{SESSIONS}/1")


@pytest.mark.parametrize(
    ("patch", "servers"),
    [
        ([{}, "c.example"], ["a.example", "c.example"]),
        (["c.example", {}], ["c.example", "b.example"]),
        (["c.example", None], ["c.example"]),
        ([{}, {}, "c.example"], ["a.example", "b.example", "c.example"]),
    ],
)
async def test_patch_of_list_keeps_and_removes_items(
    patch: list[Any], servers: list[str]
) -> None:
    """Keep the items for which the PATCH has an empty object; null removes one."""
    path = f"{MANAGER}/EthernetInterfaces/1"
    async with logged_in() as client:
        client.bmc.change(path, {"StaticNameServers": ["a.example", "b.example"]})
        response = await client.patch(path, {"StaticNameServers": patch})
        assert response.status == 200
        assert client.bmc.resource(path)["StaticNameServers"] == servers
