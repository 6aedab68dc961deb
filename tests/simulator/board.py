"""Load a recorded board: a folder in the DMTF mockup layout, or diagnostics."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
import json
from pathlib import Path
from typing import Self

from .completion import complete
from .resources import JsonObject, copy_json, normalize_path

BOARDS = Path(__file__).parent / "boards"


class BoardError(ValueError):
    """Missing or invalid board."""


@dataclass(frozen=True)
class Board:
    """The recorded resources of a BMC by path."""

    name: str
    resources: dict[str, JsonObject] = field(repr=False)
    synthesized: frozenset[str] = field(repr=False)
    """The paths of `resources` that were not recorded.

    `completion.py` adds them, so that all recorded resources can be reached by links.
    """

    @staticmethod
    def names() -> list[str]:
        """Return the names of the boards in the folder `boards`."""
        return sorted(path.name for path in BOARDS.iterdir() if path.is_dir())

    @classmethod
    def load(cls, board: str | Path) -> Self:
        """Load a shipped board by its name, a folder, or a file of diagnostics.

        The folder has the mockup layout. The file contains the diagnostics of a server,
        as downloaded from Home Assistant.
        """
        if Path(board).is_file():
            recorded = _read_diagnostics(Path(board))
            return cls(Path(board).stem, *_complete(recorded))
        folder = _find_folder(board)
        name = (folder.parent if folder.name == "redfish" else folder).name
        is_shipped = folder.is_relative_to(BOARDS.resolve())
        read = _read_shipped_folder if is_shipped else _read_complete_folder
        resources, synthesized = read(folder)
        return cls(name, copy_json(resources), synthesized)

    @cached_property
    def is_old(self) -> bool:
        """Return whether the firmware is of the old family, with OData contexts."""
        return any("@odata.context" in body for body in self._bodies_with_id)

    @cached_property
    def has_etags(self) -> bool:
        """Return whether the bodies contain ETags."""
        return any("@odata.etag" in body for body in self._bodies_with_id)

    @cached_property
    def is_openbmc(self) -> bool:
        """Return whether the firmware is OpenBMC."""
        return any(body.get("Model") == "OpenBmc" for body in self._bodies_with_id)

    @property
    def _bodies_with_id(self) -> Iterator[JsonObject]:
        """The Redfish resources; `/redfish` and `odata` have no id."""
        return (body for body in self.resources.values() if "@odata.id" in body)


def _find_folder(board: str | Path) -> Path:
    """Return the `redfish` folder of a board."""
    for folder in (BOARDS / board, Path(board)):
        for redfish in (folder / "redfish", folder):
            if (redfish / "v1").is_dir():
                return redfish.resolve()
    shipped = ", ".join(Board.names())
    raise BoardError(
        f"no board {str(board)!r}: neither a folder that contains redfish/v1 "
        f"nor one of the shipped boards ({shipped})"
    )


def _complete(
    recorded: dict[str, JsonObject],
) -> tuple[dict[str, JsonObject], frozenset[str]]:
    """Return all resources of a board, and the paths of those that it lacks."""
    resources = complete(recorded)
    return resources, frozenset(resources) - frozenset(recorded)


def _read_complete_folder(
    redfish: Path,
) -> tuple[dict[str, JsonObject], frozenset[str]]:
    """Return all resources of a board, and the paths of those that it lacks."""
    return _complete(dict(_read_folder(redfish)))


_read_shipped_folder = cache(_read_complete_folder)
"""Read a folder of `BOARDS`, which nothing changes, once."""


def _read_diagnostics(file: Path) -> dict[str, JsonObject]:
    """Read the resources in a file of diagnostics by path."""
    try:
        resources: dict[str, JsonObject] = json.loads(file.read_text("utf-8"))["data"][
            "resources"
        ]
    except (ValueError, LookupError, TypeError) as error:
        raise BoardError(f"{file} holds no diagnostics of a server") from error
    return {normalize_path(path): body for path, body in resources.items()}


def _read_folder(redfish: Path) -> Iterator[tuple[str, JsonObject]]:
    """Read the resources of a board with their paths."""
    for file in sorted(redfish.rglob("index.json")):
        try:
            body = json.loads(file.read_text("utf-8"))
        except ValueError as error:
            raise BoardError(f"{file} is not JSON: {error}") from error
        if not isinstance(body, dict):
            raise BoardError(f"{file} is not a JSON object")
        yield f"/{file.parent.relative_to(redfish.parent).as_posix()}", body
