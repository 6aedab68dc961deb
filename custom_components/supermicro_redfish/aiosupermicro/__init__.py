"""Async client for the Redfish API of Supermicro BMCs."""

# ruff: noqa: F403 - each module lists its names in __all__

from typing import TYPE_CHECKING

from .cache import ETagCache as ETagCache
from .certificate import (
    ServerCertificate as ServerCertificate,
    async_get_server_certificate as async_get_server_certificate,
)
from .client import SupermicroRedfishClient as SupermicroRedfishClient
from .data import *
from .exceptions import *
from .gate import background as background
from .models import *
from .stats import RequestStats as RequestStats

__version__ = "0.0.0"

if not TYPE_CHECKING:  # Type checkers do not evaluate this; they follow the imports.
    __all__ = ["__version__"]
    __all__ += [name for name, item in globals().items() if callable(item)]
