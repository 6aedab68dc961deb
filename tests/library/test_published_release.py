"""The distribution: its versions, its metadata and its files."""

from email import message_from_bytes
from email.message import Message
import json
from pathlib import Path, PurePosixPath
import shutil
import subprocess
import sys
import tarfile
from zipfile import ZipFile

import pytest

from tests.git import commit_all

from .pypi import ROOT, published_client, published_folder

VERSION = "9.8.7"
PACKAGE = Path("custom_components/supermicro_redfish/aiosupermicro")
MANIFEST = PACKAGE.parent / "manifest.json"

_BUILD = """
from setuptools import build_meta
print(build_meta.build_sdist("dist"), build_meta.build_wheel("dist"))
"""


def _build(folder: Path) -> tuple[Path, Path]:
    """Build a checkout, and return its sdist and its wheel."""
    built = subprocess.run(  # noqa: S603 - a constant
        [sys.executable, "-c", _BUILD],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    sdist, wheel = built.stdout.split()[-2:]
    return folder / "dist" / sdist, folder / "dist" / wheel


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the files of a release, after `script/release` of a tag."""
    folder = tmp_path_factory.mktemp("checkout")
    root = ("pyproject.toml", "MANIFEST.in", "README.md", "LICENSE", "script/release")
    for name in (*root, MANIFEST):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    shutil.copytree(
        ROOT / PACKAGE, folder / PACKAGE, ignore=shutil.ignore_patterns("__pycache__")
    )
    tests = folder / "tests"  # as in a checkout: what is in it must not be packaged
    tests.mkdir()
    for name in ("conftest.py", "test_some.py"):
        (tests / name).write_text("import aiosupermicro\n", "utf-8")
    log = f"# Changelog\n\n## [{VERSION}]\n\nSomething.\n"
    (folder / "CHANGELOG.md").write_text(log, "utf-8")
    commit_all(folder)
    subprocess.run(  # noqa: S603 - ours
        [str(folder / "script/release"), f"v{VERSION}"], check=True
    )
    return folder


@pytest.fixture(scope="module")
def distributions(checkout: Path) -> tuple[Path, Path]:
    """Return the sdist and the wheel of the release."""
    return _build(checkout)


def _metadata(wheel: Path) -> Message:
    """Return the metadata of a wheel."""
    with ZipFile(wheel) as archive:
        (name,) = [item for item in archive.namelist() if item.endswith("/METADATA")]
        return message_from_bytes(archive.read(name))


def _sdist_files(sdist: Path) -> dict[str, bytes]:
    """Return the files of an sdist, by path below its own folder."""
    with tarfile.open(sdist) as archive:
        return {
            str(PurePosixPath(*PurePosixPath(item.name).parts[1:])): content.read()
            for item in archive
            if (content := archive.extractfile(item))
        }


@pytest.mark.long
def test_release_writes_one_version_everywhere(
    checkout: Path, distributions: tuple[Path, Path]
) -> None:
    """Give manifest, metadata and `__version__` the version of the tag."""
    sdist, wheel = distributions
    assert json.loads((checkout / MANIFEST).read_text("utf-8"))["version"] == VERSION
    assert _metadata(wheel)["Version"] == VERSION
    files = _sdist_files(sdist)
    assert message_from_bytes(files["PKG-INFO"])["Version"] == VERSION
    source = f'\n__version__ = "{VERSION}"\n'.encode()
    assert source in files[str(PACKAGE / "__init__.py")]
    with ZipFile(wheel) as archive:
        assert source in archive.read("aiosupermicro/__init__.py")


def test_built_library_reports_its_version(distributions: tuple[Path, Path]) -> None:
    """Import the wheel, whose `__version__` is that of its metadata."""
    code = "import aiosupermicro as a; print(a.__version__, a.__file__)"
    run = subprocess.run(  # noqa: S603 - a constant
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(distributions[1])},
        check=True,
        capture_output=True,
        text=True,
    )
    version, path = run.stdout.split()
    assert version == VERSION
    assert path.startswith(str(distributions[1]))


def test_checkout_has_no_version() -> None:
    """Require a placeholder version in the checkout."""
    assert json.loads((ROOT / MANIFEST).read_text("utf-8"))["version"] == "0.0.0"
    for path, line in (
        (ROOT / "pyproject.toml", '\nversion = "0.0.0"'),
        (ROOT / PACKAGE / "__init__.py", '\n__version__ = "0.0.0"\n'),
    ):
        assert path.read_text("utf-8").count(line) == 1


@pytest.mark.long
def test_sdist_has_only_the_library(distributions: tuple[Path, Path]) -> None:
    """Include the library, its license and its README, but no tests."""
    sdist, wheel = distributions
    assert sdist.name == f"supermicro_redfish_client-{VERSION}.tar.gz"
    assert wheel.name == f"supermicro_redfish_client-{VERSION}-py3-none-any.whl"
    library = {
        str(path.relative_to(ROOT))
        for path in (ROOT / PACKAGE).rglob("*")
        if path.suffix in (".py", ".typed")
    }
    files = {
        name
        for name in _sdist_files(sdist)
        if not name.startswith("supermicro_redfish_client.egg-info/")
    }
    more = {"LICENSE", "MANIFEST.in", "PKG-INFO", "README.md", "pyproject.toml"}
    more.add("setup.cfg")
    assert files == library | more
    with ZipFile(wheel) as archive:
        packaged = {name for name in archive.namelist() if ".dist-info/" not in name}
    start = str(PACKAGE.parent) + "/"
    assert packaged == {name.removeprefix(start) for name in library}


@pytest.mark.long
def test_sdist_builds_the_same_wheel(
    distributions: tuple[Path, Path], tmp_path: Path
) -> None:
    """Include all files that a build needs."""
    sdist, wheel = distributions
    with tarfile.open(sdist) as archive:
        # Python 3.11.2 has no filters, and 3.12 warns if none is selected.
        archive.extraction_filter = getattr(tarfile, "data_filter", None)
        archive.extractall(tmp_path)  # noqa: S202 # our own
    (folder,) = tmp_path.iterdir()
    _, again = _build(folder)
    with ZipFile(wheel) as first, ZipFile(again) as second:
        assert {name: first.read(name) for name in first.namelist()} == {
            name: second.read(name) for name in second.namelist()
        }


def test_metadata_describe_the_published_distribution(
    distributions: tuple[Path, Path],
) -> None:
    """Keep name, Python and dependencies, and the classifiers that still hold."""
    own = _metadata(distributions[1])
    assert own["Name"] == "supermicro-redfish-client"
    assert own["Requires-Python"] == ">=3.11"
    assert own["License-Expression"] == "MIT"
    assert own.get_all("Provides-Extra") == ["ipmi", "speed"]
    required = own.get_all("Requires-Dist") or []
    assert [item for item in required if "extra ==" not in item] == ["aiohttp>=3.8"]
    assert len(own["Keywords"].split(",")) >= 5
    classifiers = set(own.get_all("Classifier") or [])
    assert "Typing :: Typed" in classifiers
    for minor in (11, 12, 13, 14):
        assert f"Programming Language :: Python :: 3.{minor}" in classifiers
    assert not [item for item in classifiers if item.startswith("License ::")]


def test_metadata_keep_published_keywords_and_classifiers(
    distributions: tuple[Path, Path],
) -> None:
    """Let users find the distribution as before."""
    own = _metadata(distributions[1])
    published_client()
    (path,) = published_folder().glob("*.dist-info/METADATA")
    theirs = message_from_bytes(path.read_bytes())
    assert own["Name"] == theirs["Name"]
    assert own["Requires-Python"] == theirs["Requires-Python"]
    assert {*theirs["Keywords"].split(",")} <= {*own["Keywords"].split(",")}
    classifiers = {
        item
        for item in theirs.get_all("Classifier") or []
        if not item.startswith("License ::")
    }
    assert classifiers <= {*(own.get_all("Classifier") or [])}
