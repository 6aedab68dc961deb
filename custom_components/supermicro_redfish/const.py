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

CONF_ENTERED_HOST: Final = "entered_host"
"""Address that the user entered, if discovery has found the BMC at another one."""

CONF_REMOVED_ENTITIES: Final = "removed_entities"
"""Entities that a migration has removed, with their replacements.

The user has not yet confirmed that the automations are updated.
"""
CONF_UNVERIFIED_CERTIFICATE: Final = "unverified_certificate"
"""Fingerprint of the certificate that a migrated server offers to pin."""

DYNAMIC_INTERVAL: Final = timedelta(seconds=30)
STATIC_INTERVAL: Final = timedelta(minutes=15)
DYNAMIC_LIMITS: Final = (10, 300)
"""Shortest and longest interval of the dynamic data, in seconds."""
STATIC_LIMITS: Final = (5, 1440)
"""Shortest and longest interval of the static data, in minutes."""
