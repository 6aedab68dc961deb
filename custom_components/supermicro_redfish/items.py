"""Items of lists by keys that stay the same from poll to poll."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any


class ItemsByName[ItemT](dict[str, ItemT]):
    """Entries of a list by a key that does not depend on their position."""

    def __init__(self) -> None:
        """Start without entries."""
        super().__init__()
        self.long_keys: dict[str, str] = {}
        """Name and Id of each entry, which is its key where the name is repeated."""
        self.former_keys: dict[str, tuple[str, ...]] = {}
        """Keys that an entry may have had before, by the present key."""

    def select(self, is_wanted: Callable[[ItemT], bool]) -> ItemsByName[ItemT]:
        """Return some of the items, with their keys."""
        selected = ItemsByName[ItemT]()
        selected.update((key, item) for key, item in self.items() if is_wanted(item))
        selected.long_keys, selected.former_keys = self.long_keys, self.former_keys
        return selected


class KeyMemory:
    """Keep the key of an item whose name is no longer, or not yet, unique.

    Of two supplies with the same name, one may be missing for a while, or a second one
    may be added. The key of the other one does not change.
    """

    def __init__(self, unique_ids_fn: Callable[[], Iterable[str]]) -> None:
        """Start without keys.

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
        if not isinstance(items, ItemsByName):
            return items
        known = self._keys.get(source)
        if known is None:
            known = self._find_registered(items)
        keys: dict[str, str] = {}
        for key in items:
            long_key = items.long_keys[key]
            kept = known.get(long_key, key)
            is_free = kept not in keys.values() and (kept == key or kept not in items)
            keys[long_key] = kept if is_free else key
        used = {*keys.values()}
        others = {long: key for long, key in known.items() if key not in used}
        self._keys[source] = others | keys
        return _rename(items, keys)

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
    renamed = ItemsByName[ItemT]()
    for old, item in items.items():
        long_key = items.long_keys[old]
        key = keys[long_key]
        renamed[key] = item
        renamed.long_keys[key] = long_key
        if key == old and old in items.former_keys:
            renamed.former_keys[key] = items.former_keys[old]
    return renamed
