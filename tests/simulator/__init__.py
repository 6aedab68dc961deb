"""A simulated Supermicro BMC: its state, its wire, and the boards it can be."""

from .bmc import Bmc, Exchange
from .board import Board, BoardError
from .changes import REMOVED
from .server import Server, serve

__all__ = ["REMOVED", "Bmc", "Board", "BoardError", "Exchange", "Server", "serve"]
