"""A recorded board: a folder in the DMTF mockup layout, completed to be walked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
import json
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from .completion import ROOT, complete
from .messages import Json

BOARDS = Path(__file__).parent / "boards"


class BoardError(ValueError):
    """There is no such board, or it cannot be read."""


def normalise(path: str) -> str:
    """Return a path or URL the way boards spell it: a path, no slash at the end.

    What does not begin with a slash is relative to the service root.
    """
    if not path.startswith("/") and "://" in path:
        path = urlsplit(path).path
    plain = path.partition("#")[0].rstrip("/")
    return f"{ROOT}/{plain}" if plain and not plain.startswith("/") else plain


@dataclass(frozen=True)
class Board:
    """What a BMC was recorded to answer, by path."""

    name: str
    resources: dict[str, Json] = field(repr=False)
    synthesised: frozenset[str] = field(repr=False)
    """The paths that the recording lacks and that only complete the way in."""

    @staticmethod
    def names() -> list[str]:
        """Return the boards that come with the simulator."""
        return sorted(path.name for path in BOARDS.iterdir() if path.is_dir())

    @classmethod
    def load(cls, board: str | Path) -> Self:
        """Load a shipped board by its name, or any folder in the mockup layout.

        The diagnostics of a server, as Home Assistant hands them out, are one as well.
        """
        if Path(board).is_file():
            return cls._of(Path(board).stem, _diagnosed(Path(board)))
        folder = _find(board)
        name = folder.parent if folder.name == "redfish" else folder
        return cls._of(name.name, dict(_read(folder)))

    @classmethod
    def _of(cls, name: str, recorded: dict[str, Json]) -> Self:
        """Complete what was recorded."""
        resources = complete(recorded)
        return cls(name, resources, frozenset(resources) - frozenset(recorded))

    @property
    def is_old(self) -> bool:
        """Whether the firmware is of the old family, which sends contexts."""
        return any("@odata.context" in body for body in self._linked)

    @property
    def has_etags(self) -> bool:
        """Whether the bodies carry ETags."""
        return any("@odata.etag" in body for body in self._linked)

    @property
    def _linked(self) -> Iterator[Json]:
        """The resources proper; `/redfish` and `odata` are none."""
        return (body for body in self.resources.values() if "@odata.id" in body)


def _find(board: str | Path) -> Path:
    """Return the `redfish` folder of a board."""
    for folder in (BOARDS / board, Path(board)):
        for redfish in (folder / "redfish", folder):
            if (redfish / "v1").is_dir():
                return redfish.resolve()
    shipped = ", ".join(Board.names())
    message = (
        f"no board {str(board)!r}: neither a folder that holds redfish/v1 "
        f"nor one of the shipped boards ({shipped})"
    )
    raise BoardError(message)


def _diagnosed(file: Path) -> dict[str, Json]:
    """Read the resources out of a file of diagnostics, with their paths."""
    try:
        resources: dict[str, Json] = json.loads(file.read_text("utf-8"))["data"][
            "resources"
        ]
    except (ValueError, LookupError, TypeError) as error:
        message = f"{file} holds no diagnostics of a server"
        raise BoardError(message) from error
    return {normalise(path): body for path, body in resources.items()}


def _read(redfish: Path) -> Iterator[tuple[str, Json]]:
    """Read the bodies of a board with their paths."""
    for file in sorted(redfish.rglob("index.json")):
        try:
            body = json.loads(file.read_text("utf-8"))
        except ValueError as error:
            message = f"{file} is not JSON: {error}"
            raise BoardError(message) from error
        if not isinstance(body, dict):
            message = f"{file} is not a JSON object"
            raise BoardError(message)
        yield f"/{file.parent.relative_to(redfish.parent).as_posix()}", body
