"""Build the files of a release in a clone of this checkout."""

from dataclasses import dataclass
from pathlib import Path
import re
from typing import Final
from zipfile import ZipFile

from tests.git import git

from .commands import ROOT, UV, run

VERSION: Final = "1.0.0"
INTEGRATION: Final = "custom_components/supermicro_redfish"


@dataclass(frozen=True)
class Release:
    """A clone with the files of a release."""

    clone: Path

    @property
    def wheel(self) -> Path:
        """The wheel of the library."""
        (wheel,) = (self.clone / "dist").glob("*.whl")
        return wheel

    @property
    def sdist(self) -> Path:
        """The source distribution of the library."""
        (sdist,) = (self.clone / "dist").glob("*.tar.gz")
        return sdist

    @property
    def archive(self) -> Path:
        """The archive for HACS."""
        return self.clone / "dist/supermicro_redfish.zip"


async def build_release(folder: Path) -> Release:
    """Clone the last commit, run `script/release` there, and build the library."""
    clone = folder / "clone"
    git(folder, "clone", "--quiet", "--no-hardlinks", str(ROOT), str(clone))
    log = clone / "CHANGELOG.md"
    log.write_text(name_version(log.read_text("utf-8")), "utf-8")
    git(clone, "commit", "--quiet", "--allow-empty", "--all", "--message", "Release")
    await run(clone / "script/release", f"v{VERSION}", cwd=clone)
    await run(UV, "build", "-q", "--out-dir", clone / "dist", clone, cwd=clone)
    return Release(clone)


def name_version(changes: str) -> str:
    """Set the version of the next release in the change log."""
    if f"\n## [{VERSION}]" in changes:
        return changes
    return re.sub(r"(?m)^## \[Unreleased\]", f"## [{VERSION}]", changes)


def install_archive(release: Release) -> None:
    """Replace the integration of the clone by the archive, as HACS does."""
    target = release.clone / INTEGRATION
    git(release.clone, "rm", "-r", "--quiet", "--force", INTEGRATION)
    with ZipFile(release.archive) as archive:
        archive.extractall(target)
