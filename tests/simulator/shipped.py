"""The boards that a command can name, and BMCs that respond as their firmware does."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from .bmc import Bmc
from .board import Board
from .gen14 import add_sensors, gen14_board, make_openbmc

_BUILT: dict[str, Callable[[], Board]] = {
    "gen14": partial(gen14_board, add_sensors, make_openbmc)
}
"""Boards of which none was recorded, by name."""

NAMES = (*Board.names(), *_BUILT)
"""The names of all shipped boards."""


def load_board(board: str | Path) -> Board:
    """Load a shipped board by its name, or another one as `Board.load` does."""
    build = _BUILT.get(str(board))
    return build() if build else Board.load(board)


def create_bmc(board: Board, **options: Any) -> Bmc:
    """Create the BMC of a board; that of OpenBMC expands collections."""
    return Bmc(board, expand="bmcweb" if board.is_openbmc else "400", **options)
