"""Constants of the Supermicro Redfish integration."""

from datetime import timedelta
import logging
from typing import Final

DOMAIN: Final = "supermicro_redfish"
LOGGER: Final = logging.getLogger(__package__)

CONF_CERTIFICATE: Final = "certificate"
"""Decision about a certificate that fails verification."""
CERTIFICATE_PIN: Final = "pin"
CERTIFICATE_UNVERIFIED: Final = "unverified"

CONF_DYNAMIC_INTERVAL: Final = "dynamic_interval"
"""Seconds between two polls of the dynamic data."""
CONF_STATIC_INTERVAL: Final = "static_interval"
"""Minutes between two polls of the static data."""

DYNAMIC_INTERVAL: Final = timedelta(seconds=30)
STATIC_INTERVAL: Final = timedelta(minutes=15)
