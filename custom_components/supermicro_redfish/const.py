"""Names and intervals of the integration."""

from datetime import timedelta
import logging
from typing import Final

DOMAIN: Final = "supermicro_redfish"
LOGGER: Final = logging.getLogger(__package__)

DYNAMIC_INTERVAL: Final = timedelta(seconds=30)
STATIC_INTERVAL: Final = timedelta(minutes=15)
