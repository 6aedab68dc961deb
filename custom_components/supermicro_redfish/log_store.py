"""What is known already of a log, also after Home Assistant was restarted."""

from collections import Counter
from collections.abc import Iterable
from hashlib import blake2b
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from .aiosupermicro import LogEntry
from .const import DOMAIN

_VERSION: Final = 1
_MOST_KEPT: Final = 10_000
"""More than two full logs of the largest board."""
_DIGEST_BYTES: Final = 8


def fingerprint(entry: LogEntry) -> str:
    """Return what tells an entry from others.

    The id is not part of it: where a log wraps or is cleared, a board may count anew.
    Of entries that are alike to the second, each is known as often as it was seen.
    """
    parts = (entry.created, entry.message, entry.entry_code, entry.sensor_number)
    text = "\n".join("" if part is None else str(part) for part in parts)
    return blake2b(text.encode(), digest_size=_DIGEST_BYTES).hexdigest()


class LogMemory:
    """Tells the new entries of a log from the known ones.

    What is no longer in the log stays known: a BMC that has just started may show an
    empty log for a moment, and that is no reason to report all of it again.
    """

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Keep the memory of a config entry's log."""
        self._hass = hass
        self._store = Store[dict[str, list[str]]](hass, _VERSION, _key(entry_id))
        self._known: list[str] | None = None

    async def async_load(self) -> None:
        """Remember what was known when Home Assistant last ran."""
        stored = await self._store.async_load()
        self._known = stored["known"] if stored else None

    def learn(self, entries: Iterable[LogEntry]) -> list[LogEntry]:
        """Return the entries that are new, oldest first, and know them from now on.

        Of a log that is seen for the first time, none is new.
        """
        is_first = self._known is None
        known = self._known or []
        left = Counter(known)
        new: list[LogEntry] = []
        for entry in entries:
            mark = fingerprint(entry)
            left[mark] -= 1
            if left[mark] < 0:
                new.append(entry)
        if new or is_first:
            self._known = [*known, *map(fingerprint, new)][-_MOST_KEPT:]
            self._hass.async_create_task(
                self._store.async_save({"known": self._known}),
                "Save what is known of a health event log",
            )
        return [] if is_first else new


async def async_forget_log(hass: HomeAssistant, entry_id: str) -> None:
    """Forget the log of a server that was removed."""
    await Store[dict[str, list[str]]](hass, _VERSION, _key(entry_id)).async_remove()


def _key(entry_id: str) -> str:
    """Return the name of the file."""
    return f"{DOMAIN}.{entry_id}"
