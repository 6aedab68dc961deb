"""The command line, run in its own process."""

import asyncio
from functools import partial
import json
from pathlib import Path
import signal
import sys

import pytest

from aiosupermicro.cli import build_parser
from tests.library import ENTRIES, LOG, ROOT, SYSTEM
from tests.simulator import Bmc, Server

from .command_line import ENVIRONMENT, INHERITED, PASSWORD, Terminal, command, run


@pytest.fixture
def bmc(bmc: Bmc) -> Bmc:
    """Return a BMC with a password that occurs in no other text."""
    bmc.change_password(PASSWORD)
    return bmc


async def test_status_prints_table(server: Server, bmc: Bmc) -> None:
    """Print names and values with units, and delete the session."""
    bmc.set_reading("CPU Temp", 47)
    done = await run(server, "status")
    assert done.code == 0, done.err
    lines = [line.split("  ") for line in done.out.splitlines()]
    values = {line[0]: line[-1].strip() for line in lines}
    assert values["Power"] == "On"
    assert values["CPU Temp"] == "47 °C"
    assert values["Fan mode"] == "Optimal"
    assert bmc.open_sessions == 0


async def test_status_is_default_command(server: Server) -> None:
    """Print the status if only a host is given."""
    assert (await run(server)).out == (await run(server, "status")).out


async def test_status_prints_json(server: Server) -> None:
    """Print all data as one JSON document."""
    done = await run(server, "status", "--json")
    data = json.loads(done.out)
    assert data["system"]["power_state"] == "On"
    assert data["fan_mode"]["available_modes"]
    assert data["errors"] == {}


@pytest.mark.long
async def test_watch_prints_one_line_per_poll(server: Server) -> None:
    """Print two lines for two polls."""
    done = await run(server, "watch", "--interval", "1", "--count", "2")
    assert done.code == 0, done.err
    assert len(done.out.splitlines()) == 2
    assert "On" in done.out


async def test_logs_prints_events_oldest_first(server: Server, bmc: Bmc) -> None:
    """Print every health event in the order of the log."""
    log = bmc.resource(ENTRIES)
    done = await run(server, "logs")
    messages = [entry["Message"] for entry in log["Members"]]
    assert messages
    lines = done.out.splitlines()
    assert [line.split(None, 2)[2] for line in lines] == messages
    severities = [entry["Severity"] for entry in log["Members"]]
    assert [line.split()[1] for line in lines] == severities
    (column,) = {line.index(text) for line, text in zip(lines, messages, strict=True)}
    assert column > len(max(severities, key=len))


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("wrong", "The BMC rejected this username or password."),
        (PASSWORD, "lost the connection"),
    ],
)
async def test_failure_prints_one_line(
    server: Server, bmc: Bmc, password: str, words: str
) -> None:
    """Print no traceback and no password, return 1, and log in at most once."""
    if password == PASSWORD:
        bmc.drop("*")
    done = await run(server, "status", password=password)
    assert done.code == 1
    assert len(done.err.splitlines()) == 1
    assert words in done.err
    assert bmc.login_attempts <= 1
    assert password not in done.err


async def test_missing_password_prints_one_line(server: Server, bmc: Bmc) -> None:
    """Send no request without a password and without a terminal to ask for it."""
    process = await asyncio.create_subprocess_exec(
        *command(server),
        env=INHERITED,
        stdin=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    _, err = await process.communicate()
    assert process.returncode == 1
    assert err == b"No password given. Set SUPERMICRO_PASSWORD.\n"
    assert bmc.requests == []


@pytest.mark.long
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
async def test_signal_deletes_session(server: Server, bmc: Bmc, name: str) -> None:
    """Log out on Ctrl-C, on a kill and when the terminal closes, even if sent twice."""
    process = await asyncio.create_subprocess_exec(
        *command(server, "watch", "--interval", "60"),
        env=ENVIRONMENT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        # A shell lets processes in the background ignore Ctrl-C.
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


@pytest.mark.long
async def test_dump_refuses_folder_that_is_not_empty(
    server: Server, tmp_path: Path
) -> None:
    """Reject the folder, and overwrite no file."""
    (tmp_path / "file").touch()
    done = await run(server, "dump", str(tmp_path))
    assert done.code == 1
    assert "not empty" in done.err


@pytest.mark.long
async def test_unknown_certificate_is_rejected_without_terminal(
    server: Server, bmc: Bmc
) -> None:
    """Send nothing, and name the fingerprint and the options that accept it."""
    done = await run(server, "status", trust=())
    assert done.code == 1
    for text in (str(server.certificate_sha256), "--fingerprint", "--insecure"):
        assert text in done.err
    assert bmc.requests == []
    assert PASSWORD not in done.err


@pytest.mark.long
@pytest.mark.parametrize(
    "trust",
    [
        ("--verify",),
        ("--fingerprint", "ab" * 32),
        ("--fingerprint", ":".join(["AB"] * 32)),
    ],
)
async def test_other_certificate_is_rejected(
    server: Server, bmc: Bmc, trust: tuple[str, ...]
) -> None:
    """Send nothing to a server whose certificate is not the expected one."""
    done = await run(server, "status", trust=trust)
    assert done.code == 1
    assert done.err.startswith("The certificate of the BMC is not the expected one")
    assert len(done.err.splitlines()) == 1
    assert bmc.requests == []


@pytest.mark.parametrize(
    "trust",
    [("--fingerprint", "ab"), ("--verify", "--insecure"), ("--password", "x")],
)
async def test_invalid_options_are_rejected(
    server: Server, bmc: Bmc, trust: tuple[str, ...]
) -> None:
    """Send no request with an invalid fingerprint or contradicting options."""
    done = await run(server, trust=trust)
    assert done.code == 2
    assert server.connections == 0


@pytest.mark.parametrize(
    "option",
    [
        *(("--interval", text) for text in ("0", "-1", "0.5", "nan", "x")),
        *(("--count", text) for text in ("-1", "x")),
    ],
)
def test_watch_rejects_a_flood_of_polls(
    capsys: pytest.CaptureFixture[str], option: tuple[str, str]
) -> None:
    """Accept a second at least, and no negative number of lines."""
    with pytest.raises(SystemExit) as caught:
        build_parser().parse_args(["bmc", "watch", *option])
    assert caught.value.code == 2
    assert f"argument {option[0]}: " in capsys.readouterr().err


@pytest.mark.long
async def test_any_certificate_is_accepted_on_demand(server: Server, bmc: Bmc) -> None:
    """Accept the certificate without showing it, with --insecure."""
    done = await run(server, "watch", "--count", "1", trust=("--insecure",))
    assert (done.code, done.err) == (0, "")
    assert bmc.logins == 1


@pytest.mark.parametrize("answer", ["no", "", "y", "yes please", "\x04"])
async def test_certificate_is_rejected_on_terminal(
    server: Server, bmc: Bmc, answer: str
) -> None:
    """Show the certificate and send nothing unless the answer is yes."""
    terminal = Terminal(command(server, trust=()))
    shown = await terminal.read("go on: ")
    for text in (str(server.certificate_sha256), "Subject", "Issuer", "Valid"):
        assert text in shown
    assert bmc.requests == []
    terminal.type(answer)
    done = await terminal.finish()
    assert done.code == 1
    assert "Nothing was sent." in done.err
    assert bmc.requests == []


async def test_certificate_is_accepted_on_terminal(server: Server, bmc: Bmc) -> None:
    """Log in after the answer yes."""
    terminal = Terminal(command(server, "watch", "--count", "1", trust=()))
    await terminal.read("go on: ")
    terminal.type("yes")
    done = await terminal.finish()
    assert done.code == 0, done.err
    assert "On" in done.out
    assert bmc.logins == 1


@pytest.mark.long
async def test_only_the_accepted_certificate_is_trusted(
    server: Server, bmc: Bmc
) -> None:
    """Send nothing to a server that takes the address after the answer."""
    terminal = Terminal(command(server, trust=()))
    await terminal.read("go on: ")
    server.renew_certificate()
    terminal.type("yes")
    done = await terminal.finish()
    assert done.code == 1
    assert "The certificate of the BMC is not the expected one" in done.err
    assert bmc.requests == []


async def test_password_is_asked_after_the_certificate(
    server: Server, bmc: Bmc
) -> None:
    """Name account and host in the prompt, and do not show the password."""
    terminal = Terminal(command(server, "watch", "--count", "1", trust=()), password="")
    await terminal.read("go on: ")
    terminal.type("yes")
    await terminal.read(f"Password for ADMIN at {server.host}: ")
    terminal.type(PASSWORD)
    done = await terminal.finish()
    assert done.code == 0, done.err
    assert PASSWORD not in done.err


@pytest.mark.long
async def test_unreachable_host_prints_sentence(server: Server, bmc: Bmc) -> None:
    """Print advice, also if the failure is that of the certificate."""
    program = (sys.executable, "-m", "aiosupermicro", "127.0.0.1:1")
    for trust in ((), ("--insecure",)):
        process = await asyncio.create_subprocess_exec(
            *program, *trust, env=ENVIRONMENT, stderr=asyncio.subprocess.PIPE
        )
        _, err = await process.communicate()
        assert process.returncode == 1
        assert err.startswith(b"The command cannot connect to this address.")
        assert len(err.splitlines()) == 1


@pytest.mark.long
@pytest.mark.parametrize("name", ["status", "logs"])
async def test_closed_output_ends_quietly(server: Server, bmc: Bmc, name: str) -> None:
    """Log out without an error if the output is closed, as in `logs | head`."""
    process = await asyncio.create_subprocess_exec(
        *command(server, name),
        env=ENVIRONMENT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    # asyncio has no function that closes the reading end of a pipe.
    process._transport.get_pipe_transport(1).close()  # type: ignore[attr-defined]  # not in the stubs
    assert process.stderr
    assert await process.stderr.read() == b""
    assert await process.wait() == 141
    assert bmc.open_sessions == 0


async def test_watch_ends_if_output_is_closed(server: Server, bmc: Bmc) -> None:
    """Log out when the next line cannot be written."""
    process = await asyncio.create_subprocess_exec(
        *command(server, "watch", "--interval", "1"),
        env=ENVIRONMENT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    assert process.stderr
    await process.stdout.readline()
    process._transport.get_pipe_transport(1).close()  # type: ignore[attr-defined]  # not in the stubs
    assert await process.stderr.read() == b""
    assert await process.wait() == 141
    assert bmc.open_sessions == 0


@pytest.mark.long
async def test_status_shows_drives(server: Server, bmc: Bmc) -> None:
    """Show model, size and health of each fitted drive."""
    drive = {
        "@odata.id": "/redfish/v1/Chassis/1/Drives/Bay1",
        "Id": "Bay1",
        "Name": "Odd.Bay.1",
        "Model": "SSD-9",
        "CapacityBytes": 960_197_124_096,
        "Status": {"State": "Enabled", "Health": "Critical"},
    }
    empty = drive | {"@odata.id": f"{drive['@odata.id']}2", "Name": "Odd.Bay.2"}
    empty["Status"] = {"State": "Absent"}
    links = []
    for body in (drive, empty):
        bmc.put(str(body["@odata.id"]), body)
        links.append({"@odata.id": body["@odata.id"]})
    bmc.change("/redfish/v1/Chassis/1", {"Links": {"Drives": links}})
    done = await run(server, "status")
    assert done.code == 0, done.err
    (line,) = [line for line in done.out.splitlines() if "Odd.Bay" in line]
    assert line.split() == ["Odd.Bay.1", "SSD-9", "960", "GB", "Critical"]
    done = await run(server, "status", "--json")
    assert "SSD-9" in [item["model"] for item in json.loads(done.out)["drives"]]


async def test_status_shows_that_drives_cannot_be_read(
    server: Server, bmc: Bmc
) -> None:
    """Show the error instead of no drives."""
    bmc.fail(f"{SYSTEM}/Storage", status=503)
    done = await run(server, "status")
    (line,) = [line for line in done.out.splitlines() if line.startswith("drives ")]
    assert "unavailable: " in line
    done = await run(server, "status", "--json")
    assert json.loads(done.out)["errors"].keys() == {"drives"}


async def test_missing_log_prints_sentence(server: Server, bmc: Bmc) -> None:
    """Print that the log is missing, not that the board has no Redfish."""
    bmc.fail(LOG, status=404)
    done = await run(server, "logs")
    assert done.code == 1
    assert done.err.startswith("This board does not have what was requested.")


async def test_missing_service_prints_sentence(server: Server, bmc: Bmc) -> None:
    """Print that there is no Redfish service at this address."""
    bmc.fail(f"{ROOT}*", status=404)
    done = await run(server, "dump", "unused", trust=("--insecure",))
    assert done.code == 1, done.err
    assert "no Redfish service" in done.err
    assert len(done.err.splitlines()) == 1


def test_usage_shows_command_as_optional() -> None:
    """Put the command in brackets, since status is the default."""
    assert "HOST [COMMAND]" in build_parser().format_usage()


async def test_logs_prints_json(server: Server, bmc: Bmc) -> None:
    """Print all entries as one JSON document."""
    done = await run(server, "logs", "--json")
    assert done.code == 0, done.err
    ids = [entry["Id"] for entry in bmc.resource(ENTRIES)["Members"]]
    assert sorted(entry["id"] for entry in json.loads(done.out)) == sorted(ids)


async def test_unusable_folder_prints_one_line(server: Server, tmp_path: Path) -> None:
    """Print the path of the existing file."""
    file = tmp_path / "file"
    file.touch()
    done = await run(server, "dump", str(file / "board"))
    assert done.code == 1
    (line,) = done.err.splitlines()
    assert str(file) in line
