"""Storage for restarts: seen log entries, and the discovery of a board."""

from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store

from .aiosupermicro import LogEntry
from .const import DOMAIN, LOGGER, MAX_SEEN_ENTRIES

_VERSION: Final = 1
_DIGEST_BYTES: Final = 8
MALFORMED: Final = (KeyError, TypeError, ValueError, NotImplementedError)
"""Errors of Home Assistant's store for a file that has another structure."""


class SeenLogEntries:
    """Log entries of a server that were already seen, also before a restart.

    An entry that is no longer in the log remains seen: a BMC that has just started may
    return an empty log for a moment, and the full log must not be new after that.
    """

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Initialize the store of a config entry."""
        self._hass = hass
        self._entry = entry
        self._store = _create_log_store(hass, entry.entry_id)
        self._seen: list[str] | None = None
        """Fingerprints of the entries, None before the log is read for the first time.

        Identical entries appear as often as they were seen.
        """

    async def async_load(self) -> None:
        """Load the entries that the last run has seen; none from an unusable file."""
        try:
            stored = await self._store.async_load()
            self._seen = [str(item) for item in stored["known"]] if stored else None
        except (HomeAssistantError, *MALFORMED) as error:
            LOGGER.debug("%s cannot be used: %s", self._store.key, error)

    def mark_seen(self, entries: Sequence[LogEntry]) -> list[LogEntry]:
        """Mark entries as seen and return the new ones, oldest first.

        A log that is read for the first time has no new entries. Only the newest
        entries count, so that none of them is forgotten until the next read.
        """
        is_first = self._seen is None
        seen = self._seen or []
        remaining = Counter(seen)
        new: list[str] = []
        new_entries: list[LogEntry] = []
        renamed: dict[str, str] = {}
        for entry in entries[-MAX_SEEN_ENTRIES // 2 :]:
            fingerprint = _fingerprint(entry)
            if remaining[fingerprint] > 0:
                remaining[fingerprint] -= 1
            elif remaining[former := _former_fingerprint(entry)] > 0:
                remaining[former] -= 1
                renamed[former] = fingerprint
            else:
                new.append(fingerprint)
                new_entries.append(entry)
        if new or renamed or is_first:
            kept = [renamed.get(item, item) for item in seen]
            self._save([*kept, *new][-MAX_SEEN_ENTRIES:])
        return [] if is_first else new_entries

    def _save(self, seen: list[str]) -> None:
        """Replace the fingerprints, and store them."""
        self._seen = seen
        self._entry.async_create_task(
            self._hass,
            self._store.async_save({"known": seen}),
            "Save the seen entries of a health event log",
        )


class DiscoveryStore:
    """The client's discovery of a board, for a restart with few requests."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Initialize the store of a config entry."""
        self._hass = hass
        self._entry = entry
        self._store = _create_discovery_store(hass, entry.entry_id)
        self._saved: Mapping[str, Any] = {}

    async def async_load(self) -> Mapping[str, Any]:
        """Return the discovery of the last run, an empty one if it is unusable."""
        try:
            self._saved = dict(await self._store.async_load() or {})
        except (HomeAssistantError, *MALFORMED) as error:
            LOGGER.debug("%s cannot be used: %s", self._store.key, error)
        return self._saved

    @callback
    def async_save(self, discovery: Mapping[str, Any]) -> None:
        """Save the discovery if it has changed; an unload waits for that."""
        if discovery and discovery != self._saved:
            self._saved = discovery
            self._entry.async_create_task(
                self._hass,
                self._store.async_save(dict(discovery)),
                "Save the discovery of a server",
            )


async def async_remove_stores(hass: HomeAssistant, entry_id: str) -> None:
    """Remove the stores of a config entry."""
    await _create_log_store(hass, entry_id).async_remove()
    await _create_discovery_store(hass, entry_id).async_remove()


def _create_log_store(
    hass: HomeAssistant, entry_id: str
) -> Store[dict[str, list[str]]]:
    """Create the store of the log of a config entry."""
    return Store(hass, _VERSION, f"{DOMAIN}.{entry_id}")


def _create_discovery_store(
    hass: HomeAssistant, entry_id: str
) -> Store[dict[str, Any]]:
    """Create the store of the discovery of a config entry."""
    key = f"{DOMAIN}.{entry_id}.discovery"
    return Store(hass, _VERSION, key, atomic_writes=True)


def _fingerprint(entry: LogEntry) -> str:
    """Return the fingerprint of an entry.

    It contains the instant, which stays if the time zone of the BMC changes. It does
    not contain the id: a board may restart the numbering when the log wraps or is
    cleared.
    """
    created = entry.created_at
    return _hash(entry, entry.created if created is None else created.timestamp())


def _former_fingerprint(entry: LogEntry) -> str:
    """Return the fingerprint of earlier versions, with the time as the BMC sent it."""
    return _hash(entry, entry.created)


def _hash(entry: LogEntry, created: float | str | None) -> str:
    """Return the hash of an entry with a time."""
    parts = (created, entry.message, entry.entry_code, entry.sensor_number)
    text = "\n".join("" if part is None else str(part) for part in parts)
    return blake2b(text.encode(), digest_size=_DIGEST_BYTES).hexdigest()
