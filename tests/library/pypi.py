"""The published client, supermicro-redfish-client 1.1.0, as PyPI has it.

It is installed below `.cache`, and imported under another name than the library.
"""

from contextlib import suppress
from email import message_from_string
from functools import cache
import importlib.util
import os
from pathlib import Path
import shutil
import subprocess
import sys
from tempfile import TemporaryDirectory
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]

_REQUIREMENT = (
    "supermicro-redfish-client==1.1.0 --hash=sha256:"
    "cdfa1663e82ad8d396c4ffa8b5e8988c9360a63ac2e4ffba60f2f50c66308089"
)
_FOLDER = ROOT / ".cache" / "supermicro-redfish-client-1.1.0"


def published_client() -> ModuleType:
    """Return the package of the published client, and skip the test without it.

    In CI, the test fails instead.
    """
    try:
        return _load(published_folder() / "aiosupermicro")
    except (OSError, subprocess.SubprocessError) as error:
        message = f"supermicro-redfish-client 1.1.0 is not available from PyPI: {error}"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)


def published_readme() -> str:
    """Return the README of the published client, from its metadata."""
    published_client()
    (metadata,) = published_folder().glob("*.dist-info/METADATA")
    return str(message_from_string(metadata.read_text("utf-8")).get_payload())


@cache
def published_folder() -> Path:
    """Return the folder with the published client, after installing it if necessary.

    Raises:
        OSError: There is no uv.
        SubprocessError: PyPI cannot be reached, or the file is not the expected one.

    """
    if _FOLDER.is_dir():
        return _FOLDER
    paths = f"{ROOT / '.venv/bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    uv = shutil.which("uv", path=paths)
    _FOLDER.parent.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=_FOLDER.parent) as temporary:
        requirements = Path(temporary, "requirements.txt")
        requirements.write_text(_REQUIREMENT, "utf-8")
        target = Path(temporary, "target")
        command = [uv or "uv", "pip", "install", "--quiet", "--no-deps"]
        command += ["--require-hashes", "--python", sys.executable]
        command += ["--target", str(target), "--requirement", str(requirements)]
        subprocess.run(command, check=True, capture_output=True, timeout=120)  # noqa: S603 - a constant but for paths
        with suppress(OSError):  # another process of this test run may be faster
            target.rename(_FOLDER)
    return _FOLDER


@cache
def _load(folder: Path) -> ModuleType:
    """Return a package, imported under another name; it imports only relatively."""
    name = "published_client"
    spec = importlib.util.spec_from_file_location(
        name, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert spec
    assert spec.loader
    package = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(package)
    return package
