"""Check the files of a release, the types, the library and the integration."""

from collections.abc import Iterable
import json
from pathlib import Path, PurePosixPath
import shutil
import sys
from typing import Any
from zipfile import ZipFile

from tests.simulator import Bmc, Board, serve
from tests.simulator.ipmi import serve_ipmi

from .commands import ROOT, RehearsalError, create_environment, run, tool
from .release import VERSION, Release, install_archive

_TWINE = "twine==7.0.0"
_PYRIGHT = "basedpyright==1.40.2"
_BOARD = "x12spi-tf"
_PASSWORD = "Rehearsal-1"
_OLDEST = ROOT / ".cache/library/bin/python"
_PROGRAMS = ROOT / "tests/library/programs"

_METADATA = {"METADATA", "RECORD", "WHEEL", "top_level.txt", "licenses/LICENSE"}


async def check_files(release: Release, _: Path) -> None:
    """Check the metadata with twine, and which files the wheel contains."""
    files = (release.wheel, release.sdist)
    await run(*tool(_TWINE), "check", "--strict", *files, cwd=release.clone)
    with ZipFile(release.wheel) as archive:
        if found := misplaced(archive.namelist()):
            raise RehearsalError(f"wrong files in the wheel: {sorted(found)}")


def misplaced(names: Iterable[str]) -> set[str]:
    """Return the files that a wheel should not contain, or that are missing."""
    info = f"supermicro_redfish_client-{VERSION}.dist-info"
    required = {f"{info}/{name}" for name in _METADATA} | {"aiosupermicro/py.typed"}
    modules = {
        name
        for name in {*names} - required
        if name.startswith("aiosupermicro/")
        and PurePosixPath(name).suffix == ".py"
        and "test" not in name
    }
    return {*names} ^ (required | modules)


async def check_types(release: Release, folder: Path) -> None:
    """Check a user's programs with mypy and pyright, both in their strict mode."""
    python = Path(sys.executable)
    environment = await create_environment(
        folder / "typed", python, f"{release.wheel}[ipmi]"
    )
    programs = folder / "programs"
    shutil.copytree(_PROGRAMS, programs)
    settings = {"typeCheckingMode": "strict", "pythonVersion": "3.11"}
    (programs / "pyrightconfig.json").write_text(json.dumps(settings), "utf-8")
    project = ("--pythonpath", environment, "--project", programs)
    await run(*tool(_PYRIGHT), *project, cwd=programs)
    mypy = (python, "-P", "-m", "mypy", "--strict", "--python-version", "3.11")
    installed = ("--python-executable", environment, "--config-file", "/dev/null")
    await run(*mypy, *installed, programs, cwd=programs)


async def check_library(release: Release, folder: Path) -> None:
    """Install the wheel alone on the oldest Python, and read a simulated BMC."""
    python = await create_environment(folder / "bare", _OLDEST, str(release.wheel))
    module = (python, "-I", "-W", "error", "-m", "aiosupermicro")
    _expect("usage:", await run(*module, "--help", cwd=folder))
    async with serve(bmc := _bmc()) as server:
        trust = ("--fingerprint", server.certificate_sha256, server.host)
        variables = {"SUPERMICRO_PASSWORD": bmc.password}
        status = await run(*module, *trust, "status", cwd=folder, **variables)
        _expect("CPU Temp ", status)
        program = (python, "-I", "-W", "error", _PROGRAMS / "temperatures.py")
        arguments = (server.host, bmc.username, bmc.password)
        _expect("CPU Temp", await run(*program, *arguments, cwd=folder))
    if bmc.open_sessions:
        raise RehearsalError(f"{bmc.open_sessions} sessions are still open")


async def check_ipmi(release: Release, folder: Path) -> None:
    """Install the wheel with the extra `ipmi`, and read the fan mode over IPMI."""
    requirement = f"{release.wheel}[ipmi]"
    python = await create_environment(folder / "ipmi", _OLDEST, requirement)
    async with serve_ipmi(bmc := _bmc()) as server:
        program = (python, "-I", "-W", "error", _PROGRAMS / "fans.py")
        arguments = ("127.0.0.1", server.port, bmc.username, bmc.password)
        _expect("mode", await run(*program, *arguments, cwd=folder))


async def check_integration(release: Release, _: Path) -> None:
    """Run the archive for HACS in a Home Assistant with a simulated BMC."""
    install_archive(release)
    command = (sys.executable, "-P", "-m", "tests.demo", "--check", "--bare")
    output = await run(*command, cwd=release.clone, PYTHONPATH=str(release.clone))
    document: dict[str, Any] = json.loads(output)
    if document["entry_state"] != "loaded" or not document["entities"]:
        raise RehearsalError(f"the server was not added: {output}")


def _bmc() -> Bmc:
    """Return a simulated BMC."""
    return Bmc(Board.load(_BOARD), password=_PASSWORD)


def _expect(text: str, output: str) -> None:
    """Fail unless an output contains a text."""
    if text not in output:
        raise RehearsalError(f"{text!r} is missing in the output: {output}")


CHECKS = (check_files, check_types, check_library, check_ipmi, check_integration)
