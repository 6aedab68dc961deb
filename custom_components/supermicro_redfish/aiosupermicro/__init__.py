"""Async client for the Redfish API of Supermicro BMCs."""

# ruff: noqa: F403 - each module lists its names in __all__

from typing import TYPE_CHECKING

from .client import SupermicroRedfishClient as SupermicroRedfishClient
from .data import *
from .exceptions import *
from .http.cache import ETagCache as ETagCache
from .http.certificate import (
    ServerCertificate as ServerCertificate,
    async_get_server_certificate as async_get_server_certificate,
)
from .http.limiter import background as background
from .http.stats import RequestStats as RequestStats
from .models import *

__version__ = "0.0.0"

if not TYPE_CHECKING:  # Type checkers do not evaluate this; they follow the imports.
    __all__ = ["__version__"]
    __all__ += [name for name, item in globals().items() if callable(item)]
