"""Frozen dataclasses for Redfish resources."""

# ruff: noqa: F403 - each module lists its names in __all__

from typing import TYPE_CHECKING

from .accounts import *
from .actions import *
from .base import *
from .boot import *
from .certificates import *
from .chassis import *
from .common import *
from .enums import *
from .events import *
from .logs import *
from .manager import *
from .media import *
from .network import *
from .oem import *
from .power import *
from .sensors import *
from .sessions import *
from .storage import *
from .subsystems import *
from .system import *
from .telemetry import *
from .thermal import *
from .update import *

if not TYPE_CHECKING:  # Type checkers do not evaluate this; they follow the imports.
    __all__ = [name for name, item in globals().items() if isinstance(item, type)]
