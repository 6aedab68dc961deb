"""The one TLS connection to a BMC, kept open from poll to poll."""

from aiohttp import ClientSession, DummyCookieJar, TCPConnector
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.aiohttp_client import (
    DATA_RESOLVER,
    async_get_clientsession,
)

from .aiosupermicro.const import MAX_CONCURRENT_REQUESTS

_KEEP_OPEN = 600.0
"""Seconds: longer than any poll is apart from the next."""


@callback
def async_create_bmc_session(hass: HomeAssistant) -> ClientSession:
    """Return a session with a connector of its own; the caller closes it.

    Home Assistant's shared connector drops a connection after 15 idle seconds. At a
    poll every 30 that would be a TLS handshake for each, and a handshake is the most
    expensive thing that a BMC's small processor can be asked for.
    """
    async_get_clientsession(hass)  # makes Home Assistant's resolver, if nobody has
    connector = TCPConnector(
        limit=MAX_CONCURRENT_REQUESTS,
        keepalive_timeout=_KEEP_OPEN,
        resolver=hass.data[DATA_RESOLVER],
    )
    return ClientSession(connector=connector, cookie_jar=DummyCookieJar())
