"""The one TLS connection to a BMC: whom it trusts, and how long it stays open."""

from ssl import SSLContext

from aiohttp import ClientSession, DummyCookieJar, TCPConnector
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.aiohttp_client import (
    DATA_RESOLVER,
    async_get_clientsession,
)
from homeassistant.util.ssl import get_default_context

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


def trust(verify_ssl: bool | str) -> SSLContext | bool | str:  # noqa: FBT001
    """Return what the library is to verify a certificate by.

    Where it is to be verified by authorities, they are those that Home Assistant
    trusts; what is pinned or unverified stays so.
    """
    return get_default_context() if verify_ssl is True else verify_ssl
