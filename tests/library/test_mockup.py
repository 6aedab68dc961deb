"""Recording of a BMC as a DMTF mockup."""

import asyncio
from collections.abc import Callable, Iterator
import errno
from functools import partial
import json
import os
from pathlib import Path
import signal
import sys

from aiohttp import ClientSession
import pytest

from aiosupermicro import AuthenticationError, SupermicroRedfishClient, mockup
from aiosupermicro.const import MAX_RECORDED_BYTES, MAX_RECORDED_REQUESTS
from aiosupermicro.mockup import MockupFolder, Recording, write_mockup
from tests.conftest import until
from tests.library import (
    CHASSIS,
    ENTRIES,
    FAN_MODE,
    LOG,
    MANAGER,
    MEMORY,
    ROOT,
    SYSTEM,
    THERMAL,
    connected_client,
    link,
    put_pages,
)
from tests.simulator import Bmc, Board, Server

from .command_line import ENVIRONMENT, PASSWORD, Terminal, command, run

HOSTNAME = "basement-server"
OTHER_USER = 65534
NEXT = "Members@odata.nextLink"


@pytest.mark.long
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


@pytest.mark.long
@pytest.mark.parametrize("link", ["/redfish/v1/../../../escape", "/etc/passwd"])
async def test_mockup_is_written_inside_its_folder(
    server: Server, bmc: Bmc, tmp_path: Path, link: str
) -> None:
    """Ignore links that lead out of the folder."""
    bmc.change(MANAGER, {"VirtualMedia": {"@odata.id": link}})
    done = await run(server, "dump", str(tmp_path / "board"), password=bmc.password)
    assert done.code == 0
    assert os.listdir(tmp_path) == ["board"]  # noqa: PTH208 - no async path here
    count = sum("index.json" in names for _, _, names in os.walk(tmp_path))
    assert f"Recorded {count} resources to {tmp_path}" in done.out
    assert not any("escape" in request.path for request in bmc.requests)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the path of a new folder."""
    return tmp_path / "board"


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """Return a folder that must stay empty."""
    path = tmp_path / "outside"
    path.mkdir()
    return path


@pytest.fixture
def open_umask() -> Iterator[None]:
    """Remove the umask, so that files have the requested permissions."""
    before = os.umask(0)
    yield
    os.umask(before)


def recording_of(*paths: str) -> Recording:
    """Return a recording with a small resource at each path."""
    return Recording({path: {"@odata.id": path} for path in paths}, is_complete=True)


def read_files(folder: Path) -> dict[str, str]:
    """Return the files below a folder by path."""
    return {
        str(file.relative_to(folder)): file.read_text("utf-8")
        for file in folder.rglob("*")
        if file.is_file()
    }


def set_hostname(bmc: Bmc) -> set[str]:
    """Add identifiers of other resources to log texts, and return them."""
    interface = f"{MANAGER}/EthernetInterfaces/1"
    bmc.change(interface, {"HostName": HOSTNAME})
    identifiers = {
        HOSTNAME,
        bmc.resource(interface)["MACAddress"],
        bmc.resource(SYSTEM)["SerialNumber"],
    }
    message = {"Message": " ".join(identifiers)}
    bmc.change(ENTRIES, {"Members": dict.fromkeys(range(3), message)})
    return identifiers


@pytest.mark.usefixtures("open_umask")
@pytest.mark.parametrize("exists", [False, True], ids=["new", "empty"])
def test_folder_is_private(folder: Path, exists: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Deny other users access to the folder and to everything in it."""
    if exists:
        folder.mkdir(mode=0o777)
    with MockupFolder(folder) as target:
        assert folder.stat().st_mode & 0o777 == 0o700
        assert write_mockup(recording_of(SYSTEM), target, {}) == 1
    found = list(folder.rglob("*"))
    assert found
    assert not [path for path in found if path.stat().st_mode & 0o077]


def _make_link(folder: Path, outside: Path) -> None:
    """Create a link to an empty folder."""
    folder.symlink_to(outside)


def _make_dangling_link(folder: Path, outside: Path) -> None:
    """Create a link to a path that does not exist."""
    folder.symlink_to(outside / "new")


def _make_file(folder: Path, outside: Path) -> None:
    """Create a file."""
    folder.touch()


def _make_pipe(folder: Path, outside: Path) -> None:
    """Create a named pipe, which would block."""
    os.mkfifo(folder)


def _make_folder_with_file(folder: Path, outside: Path) -> None:
    """Create a folder that is not empty."""
    folder.mkdir()
    (folder / ".hidden").touch()


def _make_folder_of_other_user(folder: Path, outside: Path) -> None:
    """Create a folder that another user can change."""
    if os.geteuid():
        pytest.skip("Only root can create files of other users")
    folder.mkdir()
    os.chown(folder, OTHER_USER, OTHER_USER)


@pytest.mark.long
@pytest.mark.parametrize(
    "make",
    [
        _make_link,
        _make_dangling_link,
        _make_file,
        _make_pipe,
        _make_folder_with_file,
        _make_folder_of_other_user,
    ],
)
async def test_dump_refuses_folder_that_others_may_have_prepared(
    server: Server,
    bmc: Bmc,
    folder: Path,
    outside: Path,
    make: Callable[[Path, Path], None],
) -> None:
    """Accept only a new or empty folder before the first request."""
    make(folder, outside)
    done = await run(server, "dump", str(folder), password=bmc.password)
    assert done.code == 1
    assert str(folder) in done.err
    assert len(done.err.splitlines()) == 1
    assert bmc.requests == []
    assert read_files(outside) == {}


@pytest.mark.parametrize(
    ("planted", "is_lost"),
    [
        ("redfish", True),
        ("redfish/v1/Systems", True),
        ("redfish/v1/Systems/1/index.json", True),
        ("redfish/v1/Chassis", False),
    ],
)
def test_link_planted_while_reading_is_not_followed(
    folder: Path,
    outside: Path,
    planted: str,
    is_lost: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """Write nothing to the target of a link, and name the resource as skipped."""
    target_file = outside / "file"
    target_file.write_text("mine", "utf-8")
    recording = recording_of(SYSTEM)
    with MockupFolder(folder) as target:
        (folder / planted).parent.mkdir(parents=True, exist_ok=True)
        is_file = planted.endswith(".json")
        (folder / planted).symlink_to(target_file if is_file else outside)
        assert write_mockup(recording, target, {}) == (not is_lost)
    assert (SYSTEM in recording.skipped) == is_lost
    assert read_files(outside) == {"file": "mine"}


def test_folder_that_is_replaced_is_still_written(
    tmp_path: Path, folder: Path, outside: Path
) -> None:
    """Write to the folder that was created, whatever has its name now."""
    with MockupFolder(folder) as target:
        folder.rename(tmp_path / "moved")
        folder.symlink_to(outside)
        assert write_mockup(recording_of(SYSTEM), target, {}) == 1
    assert read_files(outside) == {}
    assert len(read_files(tmp_path / "moved")) == 1


def test_folder_without_descriptors_is_written_by_path(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Write the same files on Windows, and refuse a folder that is not empty."""
    monkeypatch.setattr(mockup, "_HAS_FOLDER_DESCRIPTORS", False)
    with MockupFolder(folder) as target:
        recording = recording_of(ROOT, SYSTEM)
        assert write_mockup(recording, target, {}) == 2
        assert write_mockup(recording, target, {}) == 0
    assert set(recording.skipped) == {ROOT, SYSTEM}
    file = folder / f"{SYSTEM}/index.json".strip("/")
    assert json.loads(file.read_text("utf-8"))
    with pytest.raises(ValueError, match="not empty"), MockupFolder(folder):
        pass


def test_unused_folder_is_removed(folder: Path) -> None:
    """Remove a new folder if nothing was read."""
    for _ in range(2):
        with MockupFolder(folder):
            pass
        assert not folder.exists()
    folder.mkdir()
    with MockupFolder(folder):
        pass
    assert folder.exists()


BAD_LINKS = {
    "too long": f"{ROOT}/{'a' * 300}",
    "too deep": ROOT + "/a" * 40,
    "null": f"{ROOT}/a\0b",
    "file name": f"{MANAGER}/index.json",
    "file name of another resource": f"{MANAGER}/index.json/Inner",
    "file name in capitals": f"{MANAGER}/INDEX.JSON",
    "parent": f"{ROOT}/Managers/../../../escape",
    "current": f"{ROOT}/./Managers",
    "empty": f"{ROOT}//Managers",
    "hidden": f"{ROOT}/.ssh",
    "line break": f"{ROOT}/a\nb",
    "escape sequence": f"{ROOT}/\x1b[2Jb",
    "backslash": f"{ROOT}/..\\..\\b",
    "dot at the end": f"{ROOT}/a.",
    "wide character": f"{ROOT}/a\u2028b",
}


@pytest.mark.long
@pytest.mark.parametrize("bad", BAD_LINKS)
async def test_dump_skips_bad_link(
    server: Server, bmc: Bmc, folder: Path, bad: str
) -> None:
    """Record everything else, name the link at the end, and do not follow it."""
    bmc.change(MANAGER, {"Odd": link(BAD_LINKS[bad])})
    done = await run(server, "dump", str(folder), password=bmc.password)
    assert done.code == 0, done.err
    assert len(read_files(folder)) > 60
    (line,) = done.err.splitlines()
    assert line.startswith(f"Skipped {ROOT}/")
    assert line.isprintable()
    normal = {request.path for request in bmc.requests if request.status == 200}
    assert len(bmc.requests) - len(normal) < 5
    assert not [path for path in normal if "escape" in path or "index" in path]


@pytest.mark.long
async def test_dump_bounds_the_names_of_bad_links(
    server: Server, bmc: Bmc, folder: Path
) -> None:
    """Name ten links and the number of all others."""
    bmc.change(MANAGER, {"Odd": [link(f"{ROOT}/a{n}.") for n in range(3000)]})
    done = await run(server, "dump", str(folder), password=bmc.password)
    assert done.code == 0
    assert len(done.err.splitlines()) == 11
    assert "Skipped 990 more." in done.err


async def test_recording_omits_what_fails_or_is_elsewhere(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Record no body for a failed resource, and follow no link out of Redfish."""
    bmc.change(MANAGER, {"Odd": [link("/other"), link(f"{ROOT}/JsonSchemas/A")]})
    bmc.fail(SYSTEM, status=500)
    recording = Recording()
    await client.async_read_all_resources(recording=recording)
    assert MANAGER in recording.resources
    assert SYSTEM not in recording.resources
    sent = {request.path for request in bmc.requests}
    assert SYSTEM in sent
    assert sent.isdisjoint({"/other", f"{ROOT}/JsonSchemas/A"})


async def test_recording_follows_pages(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Record a collection with all members, as one without pages."""
    members = bmc.resource(MEMORY)["Members"]
    put_pages(bmc, MEMORY, [members[:1], members[1:]])
    expected = bmc.resource(MEMORY) | {"Members": members}
    del expected["Members@odata.nextLink"]
    recording = Recording()
    await client.async_read_all_resources(recording=recording)
    assert recording.is_complete
    assert recording.resources[MEMORY] == expected
    assert {member["@odata.id"] for member in members} <= recording.resources.keys()


@pytest.mark.parametrize("status", [404, 500])
async def test_recording_keeps_pages_before_a_failed_one(
    client: SupermicroRedfishClient, bmc: Bmc, status: int
) -> None:
    """Record the first page, and name the collection as skipped."""
    members = bmc.resource(MEMORY)["Members"]
    put_pages(bmc, MEMORY, [members[:1], members[1:]])
    bmc.fail(f"{MEMORY}/Page1", status=status)
    recording = Recording()
    await client.async_read_all_resources(recording=recording)
    assert not recording.is_complete
    assert recording.skipped.keys() == {MEMORY}
    assert recording.resources[MEMORY]["Members"] == members[:1]
    assert members[0]["@odata.id"] in recording.resources


async def test_recording_stops_within_pages_at_its_limit(
    client: SupermicroRedfishClient, bmc: Bmc, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read no further page beyond the limit of requests."""
    monkeypatch.setattr(mockup, "MAX_RECORDED_REQUESTS", 3)
    page = bmc.resource(ROOT) | {"Members": []}
    for number in range(1, 6):
        following = f"{ROOT}/Page{number}"
        bmc.put(following, {"Members": [number], NEXT: f"{ROOT}/Page{number + 1}"})
    bmc.put(ROOT, page | {NEXT: f"{ROOT}/Page1"})
    recording = Recording()
    await client.async_read_all_resources(recording=recording)
    assert recording.requests == 3
    assert not recording.is_complete


@pytest.mark.parametrize(
    ("status", "is_complete"), [(404, True), (401, False), (500, False), (503, False)]
)
async def test_recording_names_what_fails(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    status: int,
    is_complete: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """Skip a resource that cannot be read; a dead link is none."""
    bmc.fail(FAN_MODE, status=status)
    recording = Recording()
    await client.async_read_all_resources(recording=recording)
    assert recording.is_complete is is_complete
    assert recording.skipped.keys() == (set() if is_complete else {FAN_MODE})
    assert len(recording.resources) > 60


async def test_recording_ends_if_every_session_is_rejected(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Open three new sessions, not one for each resource."""
    await client.async_connect()
    before = bmc.logins
    bmc.fail(f"{ROOT}/*", status=401, method="GET")
    with pytest.raises(AuthenticationError):
        await client.async_read_all_resources()
    assert bmc.logins - before <= 4


@pytest.mark.parametrize("status", [404, 200])
async def test_recording_counts_all_requests(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
) -> None:
    """Stop at the limit even if the BMC links to any number of missing resources."""
    monkeypatch.setattr(mockup, "MAX_RECORDED_REQUESTS", 100)
    bmc.change(ROOT, {"Odd": [link(f"{ROOT}/Odd{n}") for n in range(1000)]})
    if status == 200:
        bmc.fail(f"{ROOT}/Odd*", status=200, body='{"@odata.id": "/redfish/v1/Odd"}')
    recording = Recording()
    await client.async_read_all_resources(recording=recording)
    assert recording.requests == 100
    assert len([item for item in bmc.requests if item.method == "GET"]) <= 101
    assert not recording.is_complete


async def test_recording_bounds_its_size(
    client: SupermicroRedfishClient, bmc: Bmc, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stop when the resources in memory reach the limit."""
    monkeypatch.setattr(mockup, "MAX_RECORDED_BYTES", 20_000)
    bmc.change(ROOT, {"Odd": "a" * 20_000})
    recording = Recording()
    assert list(await client.async_read_all_resources(recording=recording)) == [ROOT]
    assert not recording.is_complete


async def test_recording_of_an_endless_board_stays_below_16_mebibytes(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Stop after the resource that reaches the limit."""
    large = {f"{ROOT}/Large{n}": "a" * 2_000_000 for n in range(12)}
    for path, text in large.items():
        bmc.put(path, link(path) | {"Text": text})
    bmc.change(ROOT, {"Large": [link(path) for path in large]})
    recording = Recording()
    await client.async_read_all_resources(recording=recording)
    assert not recording.is_complete
    assert recording.size < 16 * 1024 * 1024 + 2_100_000


async def test_limits_are_far_above_a_real_board(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Record the whole board without skipping a resource."""
    recording = Recording()
    await client.async_read_all_resources(recording=recording)
    assert recording.is_complete
    assert recording.skipped == {}
    assert recording.requests * 10 < MAX_RECORDED_REQUESTS
    assert recording.size * 10 < MAX_RECORDED_BYTES


@pytest.mark.long
async def test_recording_that_ends_at_any_point_has_no_identifiers(
    client: SupermicroRedfishClient, bmc: Bmc, tmp_path: Path
) -> None:
    """Read texts last, so that the identifiers in them are known before."""
    identifiers = set_hostname(bmc)
    resources = await client.async_read_all_resources()
    assert HOSTNAME in json.dumps(resources[ENTRIES])
    paths = list(resources)
    for number in range(1, len(paths) + 1):
        part = Recording({path: resources[path] for path in paths[:number]})
        folder = tmp_path / str(number)
        with MockupFolder(folder) as target:
            assert write_mockup(part, target, {}) == number
        text = "".join(read_files(folder).values())
        assert [name for name in identifiers if name in text] == [], paths[number - 1]


@pytest.mark.long
async def test_recording_writes_nothing_before_its_end(
    server: Server, bmc: Bmc, folder: Path
) -> None:
    """Write no raw data to the disk, where a crash would leave it."""
    bmc.hang(ENTRIES, 3600)
    process = await asyncio.create_subprocess_exec(
        *command(server, "dump", str(folder)),
        env=ENVIRONMENT | {"SUPERMICRO_PASSWORD": bmc.password},
    )
    await until(lambda: any(item.path == ENTRIES for item in bmc.requests))
    assert os.access(folder, os.W_OK)
    assert read_files(folder) == {}
    process.kill()
    await process.wait()
    assert read_files(folder) == {}


@pytest.mark.long
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
async def test_interrupted_dump_keeps_what_was_read(
    server: Server, bmc: Bmc, folder: Path, name: str
) -> None:
    """Write the resources read before a signal without identifiers."""
    identifiers = set_hostname(bmc)
    bmc.hang(ENTRIES, 3600)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _WITH_SIGNALS, *command(server, "dump", str(folder))),
        env=ENVIRONMENT | {"SUPERMICRO_PASSWORD": bmc.password},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    await until(lambda: any(item.path == ENTRIES for item in bmc.requests))
    for _ in range(2):
        process.send_signal(signal.Signals[name])
    out, err = await process.communicate()
    assert (process.returncode, out) == (130, b"")
    assert b"The recording is incomplete" in err
    files = read_files(folder)
    assert f"{LOG}/index.json".strip("/") in files or len(files) > 60
    text = "".join(files.values())
    assert [name for name in identifiers if name in text] == []
    assert bmc.open_sessions == 0


_WITH_SIGNALS = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Start of a command with signals: shells disable Ctrl-C in the background."""


def _lock(bmc: Bmc) -> None:
    """End all sessions, and change the password."""
    bmc.change_password("another")
    bmc.fail("*", status=401)


@pytest.mark.long
@pytest.mark.parametrize(
    ("fail", "sentence"),
    [
        (
            lambda bmc: bmc.on_request(CHASSIS, lambda: bmc.drop("*")),
            "cannot connect",
        ),
        (lambda bmc: bmc.on_request(CHASSIS, partial(_lock, bmc)), "rejected this"),
    ],
    ids=["connection", "account"],
)
async def test_failed_dump_keeps_what_was_read(
    server: Server,
    bmc: Bmc,
    folder: Path,
    fail: Callable[[Bmc], None],
    sentence: str,
) -> None:
    """Write the resources read before the error, and print the error as well."""
    fail(bmc)
    done = await run(server, "dump", str(folder), password=bmc.password)
    assert done.code == 1
    assert sentence in done.err
    assert "The recording is incomplete" in done.err
    assert "redfish/v1/index.json" in read_files(folder)


async def test_dump_without_login_leaves_no_folder(
    server: Server, bmc: Bmc, folder: Path
) -> None:
    """Remove the folder if the BMC cannot be read at all."""
    bmc.drop("*")
    done = await run(server, "dump", str(folder), password=bmc.password)
    assert done.code == 1
    assert len(done.err.splitlines()) == 1
    assert not os.access(folder, os.F_OK)


@pytest.mark.long
async def test_dump_shows_one_line_of_progress(
    server: Server, bmc: Bmc, folder: Path
) -> None:
    """Replace the line on a terminal, and clear it at the end."""
    terminal = Terminal(command(server, "dump", str(folder)), bmc.password)
    done = await terminal.finish()
    assert done.code == 0
    assert "\n" not in done.err
    shown = done.err.split("\r")
    assert len(shown) > 60
    assert {len(line) for line in shown[1:-1]} == {59}
    assert not "".join(shown[-2:]).strip()


def test_dump_removes_host_and_account_that_only_texts_contain(folder: Path) -> None:
    """Redact the input of the user, except where it is a part of paths."""
    known = {"Address": "bmc9.home.example", "HostName": "bmc9", "UserName": "Systems"}
    body = {"Message": "Login of bmc9 (bmc9.home.example)", "@odata.id": SYSTEM}
    with MockupFolder(folder) as target:
        assert write_mockup(Recording({SYSTEM: body}), target, known) == 1
    ((name, text),) = read_files(folder).items()
    assert name == f"{SYSTEM}/index.json".strip("/")
    assert "bmc9" not in text
    assert SYSTEM in text


def test_full_disk_is_an_error(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Raise the error of the disk instead of skipping the file."""

    def write(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    recording = recording_of(SYSTEM)
    with MockupFolder(folder) as target:
        monkeypatch.setattr(target, "write", write)
        with pytest.raises(OSError, match="No space left"):
            write_mockup(recording, target, {})
    assert recording.skipped == {}
