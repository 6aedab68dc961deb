"""The command line, as somebody uses it who has no Home Assistant."""

import asyncio
from functools import partial
import json
import os
from pathlib import Path
import signal
import sys
from typing import NamedTuple

from aiohttp import ClientSession
import pytest

from aiosupermicro import SupermicroRedfishClient
from aiosupermicro.redaction import Redactor
from tests.simulator import Bmc, Board, Server, serve

from . import MANAGER

PASSWORD = "Secret-Password-9"

COUNTED = {name: value for name, value in os.environ.items() if "COVERAGE" in name}
"""What lets a process be counted in the coverage, if there is any."""


class Outcome(NamedTuple):
    """What a command did."""

    code: int | None
    out: str
    err: str


@pytest.fixture
def bmc(bmc: Bmc) -> Bmc:
    """Return a BMC whose password can be told from other words."""
    bmc.change_password(PASSWORD)
    return bmc


async def _run(server: Server, *arguments: str, password: str = PASSWORD) -> Outcome:
    """Run a command against the BMC."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "aiosupermicro",
        server.host,
        *arguments,
        env={
            "SUPERMICRO_PASSWORD": password,
            "PYTHONWARNINGS": "error",
            **COUNTED,
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return Outcome(process.returncode, out.decode(), err.decode())


async def test_status_is_a_readable_table(server: Server, bmc: Bmc) -> None:
    """Names and values with their units, and the session given back."""
    bmc.set_reading("CPU Temp", 47)
    done = await _run(server, "status")
    assert done.code == 0, done.err
    lines = [line.split("  ") for line in done.out.splitlines()]
    values = {line[0]: line[-1].strip() for line in lines}
    assert values["Power"] == "On"
    assert values["CPU Temp"] == "47 °C"
    assert values["Fan mode"] == "Optimal"
    assert bmc.open_sessions == 0


async def test_status_is_what_you_get_without_a_command(server: Server) -> None:
    """The host alone is enough."""
    assert (await _run(server)).out == (await _run(server, "status")).out


async def test_status_as_json(server: Server) -> None:
    """The same as one JSON document, nothing of it lost."""
    done = await _run(server, "status", "--json")
    data = json.loads(done.out)
    assert data["system"]["power_state"] == "On"
    assert data["fan_mode"]["available_modes"]
    assert data["errors"] == {}


async def test_watch_prints_a_line_for_each_poll(server: Server) -> None:
    """Two polls, two lines."""
    done = await _run(server, "watch", "--interval", "0.01", "--count", "2")
    assert done.code == 0, done.err
    assert len(done.out.splitlines()) == 2
    assert "On" in done.out


async def test_logs_are_printed_newest_last(server: Server, bmc: Bmc) -> None:
    """Every health event, in its order."""
    log = bmc.resource("/redfish/v1/Systems/1/LogServices/Log1/Entries")
    done = await _run(server, "logs")
    messages = [entry["Message"] for entry in log["Members"]]
    assert messages
    assert [line.split(" ", 2)[2] for line in done.out.splitlines()] == messages


@pytest.mark.parametrize(
    ("password", "words"), [("wrong", "401"), (PASSWORD, "lost the connection")]
)
async def test_a_failure_is_one_line(
    server: Server, bmc: Bmc, password: str, words: str
) -> None:
    """No traceback, an exit code, and one attempt."""
    if words != "401":
        bmc.drop("*")
    done = await _run(server, "status", password=password)
    assert done.code == 1
    assert len(done.err.splitlines()) == 1
    assert words in done.err
    assert bmc.login_attempts <= 1
    assert password not in done.err


async def test_without_a_password_nothing_is_asked(server: Server, bmc: Bmc) -> None:
    """Nobody is there to be asked for it: that is one line as well."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "aiosupermicro", server.host),
        env=COUNTED,
        stdin=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    _, err = await process.communicate()
    assert process.returncode == 1
    assert b"No password given" in err
    assert b"Traceback" not in err
    assert bmc.requests == []


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
async def test_whoever_is_told_to_end_logs_out(
    server: Server, bmc: Bmc, name: str
) -> None:
    """By Ctrl-C, by a kill, and with the terminal, even if it is said twice."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "aiosupermicro", server.host),
        *("watch", "--interval", "60"),
        env={
            "SUPERMICRO_PASSWORD": PASSWORD,
            "PYTHONWARNINGS": "error",
            **COUNTED,
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        # Who runs the tests in the background has them ignore Ctrl-C.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdout
    await process.stdout.readline()
    assert bmc.open_sessions == 1
    process.send_signal(signal.Signals[name])
    if name != "SIGINT":
        process.send_signal(signal.Signals[name])
    _, err = await process.communicate()
    assert (process.returncode, err) == (130, b"")
    assert bmc.open_sessions == 0


async def test_a_dump_is_a_board_without_its_owner(
    server: Server, bmc: Bmc, tmp_path: Path
) -> None:
    """No identifier is in it, the same one is replaced alike, and it can be served."""
    bmc.change(f"{MANAGER}/EthernetInterfaces/1", {"HostName": "basement-server"})
    event = {"Members": {0: {"Message": "[SYS-1] basement-server is warm"}}}
    bmc.change("/redfish/v1/Systems/1/LogServices/Log1/Entries", event)
    secrets = {
        "basement-server",
        PASSWORD,
        bmc.resource("/redfish/v1/Systems/1")["SerialNumber"],
        bmc.resource(f"{MANAGER}/EthernetInterfaces/1")["MACAddress"],
        bmc.resource(f"{MANAGER}/EthernetInterfaces/1")["MACAddress"].replace(":", ""),
        bmc.resource(MANAGER)["UUID"],
    }
    folder = tmp_path / "board"
    done = await _run(server, "dump", str(folder))
    assert done.code == 0, done.err
    texts = [file.read_text(encoding="utf-8") for file in folder.rglob("*.json")]
    assert len(texts) > 60
    for text in texts:
        for secret in secrets:
            assert secret.lower() not in text.lower()
    replayed = Bmc(Board.load(folder))
    async with (
        serve(replayed) as other,
        ClientSession() as session,
        SupermicroRedfishClient(session, other.host, "ADMIN", "ADMIN") as client,
    ):
        data = await client.async_get_all_data()
        assert data.errors == {}
        assert data.thermal
        assert [t.name for t in data.thermal.temperatures] == [
            t["Name"]
            for t in bmc.resource("/redfish/v1/Chassis/1/Thermal")["Temperatures"]
        ]
        mac_address = await client.async_get_mac_address()
        assert (mac_address or "").startswith("7C:C2:55:00:00:")


async def test_a_dump_overwrites_nothing(server: Server, tmp_path: Path) -> None:
    """A folder that holds something is refused."""
    (tmp_path / "file").touch()
    done = await _run(server, "dump", str(tmp_path))
    assert done.code == 1
    assert "not empty" in done.err


@pytest.mark.parametrize("link", ["/redfish/v1/../../../escape", "/etc/passwd"])
async def test_a_dump_stays_in_its_folder(
    server: Server, bmc: Bmc, tmp_path: Path, link: str
) -> None:
    """A hostile link leads nowhere."""
    bmc.change(MANAGER, {"VirtualMedia": {"@odata.id": link}})
    done = await _run(server, "dump", str(tmp_path / "board"))
    assert done.code == 0
    assert os.listdir(tmp_path) == ["board"]  # noqa: PTH208 - no async path here
    assert not any("escape" in request.path for request in bmc.requests)


def test_the_same_identifier_gets_the_same_stand_in() -> None:
    """In every spelling, in every key and in texts."""
    body = {
        "MACAddress": "AC:1F:6B:18:A1:C3",
        "UUID": "00000000-0000-0000-0000-AC1F6B18A1C3",
        "Message": "ac:1f:6b:18:a1:c3 is down",
        "Address": "198.51.100.7",
        "NameServers": ["198.51.100.7", "0.0.0.0", "(null)"],  # noqa: S104 - what boards write for none
        "FirmwareVersion": "70.01.00.09",
        "Password": "hunter2",
        "SmtpPassword": "hunter3",
        "ROCommunity": "our-public",
        "SmtpSenderAddress": "nas@home.example",
        "Source": "198.51.100.8",
        "MessageArgs": ["from 198.51.100.9.", "from 1.2.3.4.5"],
        "SystemGUID": "eb44fbf94830a74e",
        "UserName": "bob",
        "Description": "bob",
        "SerialNumber": "S1",
    }
    assert Redactor([body]).redact(body) == {
        "MACAddress": "AC:1F:6B:00:00:01",
        "UUID": "00000000-0000-0000-0000-AC1F6B000001",
        "Message": "ac:1f:6b:00:00:01 is down",
        "Address": "192.0.2.1",
        "NameServers": ["192.0.2.1", "0.0.0.0", "(null)"],  # noqa: S104 - what boards write for none
        "FirmwareVersion": "70.01.00.09",
        "Password": "REDACTED",
        "SmtpPassword": "REDACTED",
        "ROCommunity": "REDACTED",
        "SmtpSenderAddress": "name1.example",
        "Source": "192.0.2.2",
        "MessageArgs": ["from 192.0.2.3.", "from 1.2.3.4.5"],
        "SystemGUID": "REDACTED0001",
        "UserName": "name2.example",
        "Description": "bob",
        "SerialNumber": "S1",
    }
