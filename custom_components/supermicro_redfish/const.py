"""Names and intervals of the integration."""

from datetime import timedelta
import logging
from typing import Final

DOMAIN: Final = "supermicro_redfish"
LOGGER: Final = logging.getLogger(__package__)

CONF_CERTIFICATE: Final = "certificate"
"""What to do about a certificate that nobody vouches for."""
CERTIFICATE_PIN: Final = "pin"
CERTIFICATE_UNVERIFIED: Final = "unverified"

CONF_DYNAMIC_INTERVAL: Final = "dynamic_interval"
"""Seconds between two readings of what moves often."""
CONF_STATIC_INTERVAL: Final = "static_interval"
"""Minutes between two readings of what moves rarely."""

DYNAMIC_INTERVAL: Final = timedelta(seconds=30)
STATIC_INTERVAL: Final = timedelta(minutes=15)
