"""Recording of a BMC as a DMTF mockup."""

import os
from pathlib import Path

from aiohttp import ClientSession
import pytest

from tests.library import ENTRIES, MANAGER, SYSTEM, THERMAL, connected_client
from tests.simulator import Bmc, Board, Server

from .command_line import PASSWORD, run


async def test_mockup_has_no_identifiers_and_can_be_served(
    session: ClientSession, server: Server, bmc: Bmc, tmp_path: Path
) -> None:
    """Replace each identifier consistently, and keep everything that a client reads."""
    bmc.change_password(PASSWORD)
    bmc.change(f"{MANAGER}/EthernetInterfaces/1", {"HostName": "basement-server"})
    event = {"Members": {0: {"Message": "[SYS-1] basement-server is warm"}}}
    bmc.change(ENTRIES, event)
    secrets = {
        "basement-server",
        PASSWORD,
        bmc.resource(SYSTEM)["SerialNumber"],
        bmc.resource(f"{MANAGER}/EthernetInterfaces/1")["MACAddress"],
        bmc.resource(f"{MANAGER}/EthernetInterfaces/1")["MACAddress"].replace(":", ""),
        bmc.resource(MANAGER)["UUID"],
    }
    folder = tmp_path / "board"
    done = await run(server, "dump", str(folder))
    assert done.code == 0, done.err
    texts = [file.read_text(encoding="utf-8") for file in folder.rglob("*.json")]
    assert len(texts) > 60
    for text in texts:
        for secret in secrets:
            assert secret.lower() not in text.lower()
    async with connected_client(Bmc(Board.load(folder)), session) as client:
        data = await client.async_get_all_data()
        assert data.errors == {}
        assert data.thermal
        assert [t.name for t in data.thermal.temperatures] == [
            t["Name"] for t in bmc.resource(THERMAL)["Temperatures"]
        ]
        mac_address = await client.async_get_mac_address()
        assert (mac_address or "").startswith("7C:C2:55:00:00:")


@pytest.mark.parametrize("link", ["/redfish/v1/../../../escape", "/etc/passwd"])
async def test_mockup_is_written_inside_its_folder(
    server: Server, bmc: Bmc, tmp_path: Path, link: str
) -> None:
    """Ignore links that lead out of the folder."""
    bmc.change(MANAGER, {"VirtualMedia": {"@odata.id": link}})
    done = await run(server, "dump", str(tmp_path / "board"), password=bmc.password)
    assert done.code == 0
    assert os.listdir(tmp_path) == ["board"]  # noqa: PTH208 - no async path here
    assert not any("escape" in request.path for request in bmc.requests)
