"""Items of lists, by keys that stay the same while the lists change."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache
from hashlib import blake2b
from typing import Any, Final, NamedTuple, Protocol

from ..const import MAX_KNOWN_LISTS

SERIAL_MARK: Final = "§"
"""Prefix of a digest in a key; entity names have the position instead."""


class _Named(Protocol):
    """An entry of a list, with a name."""

    @property
    def name(self) -> str | None:
        """Name of the entry."""


class _Identity(NamedTuple):
    """Values that the key of an entry is made from."""

    name: str
    entry_id: str | None
    serial: str | None
    former_id: str | None


class _Keys(NamedTuple):
    """Keys of the entries of a list."""

    keys: tuple[str, ...]
    """Key of each entry, in groups of the same name."""
    places: tuple[int, ...]
    """Place of each of these entries in the list."""
    long_keys: dict[str, str]
    former_keys: dict[str, tuple[str, ...]]


class ItemsByName[ItemT](dict[str, ItemT]):
    """Entries of a list by a key that does not depend on their position."""

    def __init__(
        self,
        items: Iterable[tuple[str, ItemT]] = (),
        *,
        long_keys: Mapping[str, str],
        former_keys: Mapping[str, tuple[str, ...]],
    ) -> None:
        """Initialize the mapping.

        Args:
            items: The entries with their keys.
            long_keys: Name and Id of each entry, which is its key where the name is
                repeated.
            former_keys: Keys that an entry may have had before, by the present key.

        """
        super().__init__(items)
        self.long_keys = long_keys
        self.former_keys = former_keys

    def select(self, is_wanted: Callable[[ItemT], bool]) -> ItemsByName[ItemT]:
        """Return some of the items, with their keys."""
        return ItemsByName(
            ((key, item) for key, item in self.items() if is_wanted(item)),
            long_keys=self.long_keys,
            former_keys=self.former_keys,
        )


def name_items[ItemT: _Named](
    entries: Iterable[ItemT],
    id_fn: Callable[[ItemT], str | None],
    serial_fn: Callable[[ItemT], str | None] = lambda _: None,
    former_id_fn: Callable[[ItemT], str | None] | None = None,
) -> ItemsByName[ItemT]:
    """Return entries by name, as their position in the list may change.

    All entries with a repeated or missing name have a longer key, so that none takes
    the place of another: with the Id, else with a digest of the serial number, else
    with the position among them. An entry without any value is an empty row, which a
    starting BMC may list.
    """
    filled = [entry for entry in entries if entry != _empty(type(entry))]
    former_id_fn = former_id_fn or id_fn
    keys = _make_keys(
        tuple(
            (entry.name or "", id_fn(entry), serial_fn(entry), former_id_fn(entry))
            for entry in filled
        )
    )
    return ItemsByName(
        zip(keys.keys, map(filled.__getitem__, keys.places), strict=True),
        long_keys=keys.long_keys,
        former_keys=keys.former_keys,
    )


@cache
def _empty(item_class: type[Any]) -> Any:
    """Return an entry without any value."""
    return item_class()


@lru_cache(maxsize=MAX_KNOWN_LISTS)
def _make_keys(
    identities: tuple[tuple[str, str | None, str | None, str | None], ...],
) -> _Keys:
    """Return the keys of a list, which are the same for most polls and servers."""
    groups: dict[str, list[tuple[int, _Identity]]] = {}
    for place, values in enumerate(identities):
        identity = _Identity(*values)
        groups.setdefault(identity.name, []).append((place, identity))
    keys: dict[str, int] = {}
    long_keys: dict[str, str] = {}
    former_keys: dict[str, tuple[str, ...]] = {}
    unique_names = {name for name, group in groups.items() if name and len(group) == 1}
    for name, group in groups.items():
        suffixes = _distinguish([identity for _, identity in group])
        for (place, identity), suffix in zip(group, suffixes, strict=True):
            is_unique = name in unique_names
            long_key = f"{name} {suffix}".strip()
            while long_key in unique_names or long_key in long_keys.values():
                long_key += " #"
            key = name if is_unique else long_key
            keys[key] = place
            long_keys[key] = long_key
            if name and not is_unique:
                former = f"{name} #{identity.former_id}"
                is_first = identity is group[0][1]
                former_keys[key] = (name, former) if is_first else (former, name)
    return _Keys((*keys,), (*keys.values(),), long_keys, former_keys)


def _distinguish(group: list[_Identity]) -> list[str]:
    """Return a unique suffix for each of several entries with the same name."""
    ids = Counter(identity.entry_id for identity in group)
    serials = Counter(identity.serial for identity in group)
    suffixes = []
    for position, (_, entry_id, serial, _) in enumerate(group, start=1):
        if entry_id and ids[entry_id] == 1:
            suffixes.append(f"#{entry_id}")
        elif serial and serials[serial] == 1:
            digest = blake2b(serial.encode(), digest_size=4).hexdigest()
            suffixes.append(f"{SERIAL_MARK}{digest}")
        else:
            suffixes.append(f"({position})")
    return suffixes


class KeyMemory:
    """Keep the key of an item whose name is no longer, or not yet, unique.

    Of two supplies with the same name, one may be missing for a while, or a second one
    may be added. The key of the other one does not change.
    """

    def __init__(self, unique_ids_fn: Callable[[], Iterable[str]]) -> None:
        """Initialize without keys.

        Args:
            unique_ids_fn: Return the registered unique ids, which end in the keys of an
                earlier run.

        """
        self._unique_ids_fn = unique_ids_fn
        self._keys: dict[Any, dict[str, str]] = {}

    def keep[ItemT](
        self, source: Any, items: Mapping[str, ItemT]
    ) -> Mapping[str, ItemT]:
        """Return the items of a source with the keys that they had before."""
        if not isinstance(items, ItemsByName) or not items:
            return items
        known = self._keys.get(source)
        if known is None:
            known = self._find_registered(items)
        keys: dict[str, str] = {}
        used: set[str] = set()
        for key in items:
            long_key = items.long_keys[key]
            kept = known.get(long_key, key)
            is_free = kept not in used and (kept == key or kept not in items)
            keys[long_key] = kept if is_free else key
            used.add(keys[long_key])
        others = {long: key for long, key in known.items() if key not in used}
        self._keys[source] = others | keys
        return items if used == items.keys() else _rename(items, keys)

    def _find_registered(self, items: ItemsByName[Any]) -> dict[str, str]:
        """Return the long keys of items with a unique name that are registered."""
        unique_ids = tuple(self._unique_ids_fn())

        def is_registered(key: str) -> bool:
            return any(unique_id.endswith(f"_{key}") for unique_id in unique_ids)

        return {
            long_key: long_key
            for key, long_key in items.long_keys.items()
            if key != long_key and is_registered(long_key) and not is_registered(key)
        }


def _rename[ItemT](
    items: ItemsByName[ItemT], keys: Mapping[str, str]
) -> ItemsByName[ItemT]:
    """Return items with other keys, given by their long keys."""
    renamed = {old: keys[items.long_keys[old]] for old in items}
    return ItemsByName(
        ((renamed[old], item) for old, item in items.items()),
        long_keys={key: items.long_keys[old] for old, key in renamed.items()},
        former_keys={
            key: former
            for key, former in items.former_keys.items()
            if renamed.get(key) == key
        },
    )
