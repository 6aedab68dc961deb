"""URLs of a BMC, none of which leads to another host."""

from __future__ import annotations

from ipaddress import ip_address
import re
from string import punctuation
from urllib.parse import quote

from yarl import URL

from ..const import MAX_CACHED_RESOURCES
from ..exceptions import InvalidResponseError
from .cache import NewestItems

_HOST_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.IGNORECASE)


def base_url(host: str) -> URL:
    """Return the https URL of a host name, IP address, `host:port` or https URL.

    Raises:
        ValueError: The text is none of these.

    """
    text = host.strip()
    if text.count(":") > 1 and not text.startswith("[") and "://" not in text:
        text = f"[{text}]"
    try:
        url = URL(text if "://" in text else f"https://{text}")
        origin = url.origin()
    except ValueError:
        origin = url = URL()
    is_plain = url in (origin, origin / "") and text.isprintable()
    is_https = url.scheme == "https" and url.port != 0
    if not (_is_host(url.raw_host or "") and is_https and is_plain):
        shown = host.rpartition("@")[2]  # the part before may be a password
        raise ValueError(f"{shown!r} is not a host name, IP address or https URL")
    return origin


def _is_host(name: str) -> bool:
    """Return whether a text is an IP address or a host name."""
    try:
        ip_address(name)
    except ValueError:
        labels = name.removesuffix(".").split(".")
        return all(_HOST_LABEL.fullmatch(label) for label in labels)
    return True


class HostUrls:
    """URLs of the paths of one host."""

    def __init__(self, host: str) -> None:
        """Keep the host; raise ValueError if it is malformed."""
        self.base = base_url(host)
        self._known: NewestItems[str, URL] = NewestItems(MAX_CACHED_RESOURCES)

    def get(self, path: str) -> URL:
        """Return the URL of a path; raise InvalidResponseError for another host."""
        if known := self._known.get(path):
            return known
        quoted = quote(path, safe=punctuation, errors="surrogatepass")
        try:
            url = self.base.join(URL(quoted, encoded=True))
            is_here = url.origin() == self.base
        except ValueError:
            is_here = False
        if not is_here:
            message = f"{path} leads away from {self.base.authority}"
            raise InvalidResponseError(message, path=path)
        # aiohttp would use credentials in a URL for basic authentication.
        self._known[path] = url = url.with_user(None)
        return url
