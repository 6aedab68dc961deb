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

CONF_SERVICE_UUID: Final = "service_uuid"
"""UUID of the service root, if it does not contain the MAC address.

Discovery finds a BMC by it, as nothing else is readable without credentials.
"""

CONF_REMOVED_ENTITIES: Final = "removed_entities"
"""Entities that a migration has removed, with their replacements.

The user has not yet confirmed that the automations are updated.
"""
CONF_UNVERIFIED_CERTIFICATE: Final = "unverified_certificate"
"""Fingerprint of the certificate that a migrated server offers to pin."""

MAX_ENTITIES: Final = 2_000
"""Maximum number of entities of a server; the largest recorded board has 175."""

MAX_KNOWN_LISTS: Final = 256
"""Maximum number of lists whose keys are kept in memory; a server has seven."""

MAX_NEW_ENTITIES: Final = 200
"""Maximum number of entities that a platform adds at once after the setup."""

MAX_OPTIONS: Final = 100
"""Maximum number of options of a select; the largest recorded one has 16."""

MAX_EVENTS: Final = 100
"""Maximum number of events of one read of the log; recorded logs have up to 509."""

MAX_SEEN_ENTRIES: Final = 20_000
"""Maximum number of log entries that are known as seen: twice the longest log."""

MAX_LOGGED_ERRORS: Final = 50
"""Maximum number of resources of one poll that are logged as failed."""

MAX_NAME_LENGTH: Final = 100
"""Maximum length of a name; the longest recorded one has 77 characters."""

MAX_TEXT_LENGTH: Final = 255
"""Maximum length of other texts, as Home Assistant limits states."""

MAX_MESSAGE_LENGTH: Final = 2_000
"""Maximum length of a log message; the longest recorded one has 123 characters."""

DYNAMIC_INTERVAL: Final = timedelta(seconds=30)
STATIC_INTERVAL: Final = timedelta(minutes=15)
DYNAMIC_LIMITS: Final = (10, 300)
"""Shortest and longest interval of the dynamic data, in seconds."""
STATIC_LIMITS: Final = (5, 1440)
"""Shortest and longest interval of the static data, in minutes."""

CONF_FAN_CONTROL: Final = "fan_control"
"""Settings of the fan control over IPMI, without which it is off."""
CONF_FLOOR: Final = "floor"
"""Lowest duty in percent."""
CONF_HEADROOM: Final = "headroom"
"""Distance to a critical temperature at which the fans are given back, in degrees."""
CONF_ZONES: Final = "zones"
"""Numbers of the fan zones that the BMC has."""

IPMI_PORT: Final = 623
FLOOR: Final = 20
FLOOR_LIMITS: Final = (10, 100)
"""Lowest and highest floor, in percent."""
HEADROOM: Final = 10
HEADROOM_LIMITS: Final = (5, 30)
"""Smallest and largest headroom, in degrees Celsius."""
FAN_CONTROL_INTERVAL: Final = timedelta(seconds=30)
"""Longest interval of the dynamic data while the fan control is on."""
