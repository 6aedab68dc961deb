"""Store the discovery of a board, for a faster next start."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from hashlib import blake2b
import json
from typing import Any, Final

from ..const import REDFISH_ROOT
from ..exceptions import LicenseError, NotFoundError, ResourceError
from ..http.connection import Connection
from ..payload import JsonObject, find_link, find_links
from .endpoints import ENDPOINTS, MANAGER, SYSTEM, Endpoint

_VERSION: Final = 1
_DIGEST_BYTES: Final = 16
_ROWS: Final = {row.name: row for row in ENDPOINTS}
_POINTERS: Final = {
    parent: [
        link.pointer for row in ENDPOINTS for link in row.links if link.parent is parent
    ]
    for parent in ENDPOINTS
}
"""Pointers to the links that are followed, by the row that contains them."""


class Memory:
    """Paths and properties of a board, as this or an earlier run has found them.

    What an earlier run has found is verified before it is used: the service root has to
    be the same, and UUID, serial number and links of the system. The root differs
    between BMCs, and mostly between versions of the firmware. After that it is used as
    long as nothing contradicts it:

    - a 404 at a remembered path;
    - another version of the firmware;
    - other links in a resource that is read for the first time.

    Then the reader replaces the memory by an empty one, and discovers the board anew.
    """

    def __init__(
        self,
        connection: Connection,
        key: str = "",
        discovery: Mapping[str, Any] | None = None,
    ) -> None:
        """Load the findings of an earlier run; a malformed value is ignored.

        Args:
            connection: The connection to the BMC.
            key: A text that belongs to the identity of the BMC.
            discovery: The value of `export` in an earlier run.

        """
        stored = _object(discovery) or {}
        if stored.get("version") != _VERSION:
            stored = {}
        self._stored = stored
        self._connection = connection
        self._key = key
        self._identity = _text(stored.get("bmc"))
        self._firmware = _text(stored.get("firmware"))
        self._etags = _text(stored.get("etags"))
        self._paths = _items(stored.get("paths"), _path)
        self.rows = frozenset(_ROWS[name] for name in self._paths.keys() & _ROWS.keys())
        """Rows that the earlier run has read."""
        self._links = _items(stored.get("links"), _text)
        self._missing = _items(stored.get("missing"), _text)
        self._unlicensed = _items(stored.get("unlicensed"), _object)
        self.findings: dict[str, dict[str, Any]] = _items(
            stored.get("readings"), _object
        )
        """Findings about readings and expansion: JSON objects by name."""
        self.is_pending = bool(self._identity and SYSTEM.name in self._paths)
        """Whether the findings have to be verified before their use."""
        self.is_verified = False
        """Whether the findings of an earlier run fit the board."""
        self._recorded: set[Endpoint[Any]] = set()
        """Rows whose links were recorded in this run."""
        self._unproven: set[Endpoint[Any]] = set()
        """Rows that were not read yet at their remembered path."""

    async def async_fits(self) -> bool:
        """Return whether root and system match the findings of an earlier run.

        Raises:
            SupermicroRedfishError: The connection was lost or the login refused.

        """
        root = self._connection.get_cached(REDFISH_ROOT)
        root = root or await self._connection.async_get(REDFISH_ROOT)
        try:
            system = await self._connection.async_get(self._paths[SYSTEM.name])
        except ResourceError:
            return False
        is_same = self._identify(root, system) == self._identity
        return is_same and self._links.get(SYSTEM.name) == _digest_links(SYSTEM, system)

    def use(self) -> Iterator[tuple[Endpoint[Any] | str, ResourceError]]:
        """Use the findings; return the errors of missing and unlicensed resources."""
        self.is_verified, self.is_pending = True, False
        self._connection.working_etag = self._etags
        for name, message in self._missing.items():
            yield _ROWS.get(name, name), NotFoundError(message)
        for name, refusal in self._unlicensed.items():
            error = LicenseError(_text(refusal.get("message")) or "")
            error.license = _text(refusal.get("license"))
            yield _ROWS.get(name, name), error

    def get_path(self, row: Endpoint[Any]) -> str | None:
        """Return the remembered path of a row, None once it was recalled.

        None while the findings are not verified.
        """
        return self._paths.get(row.name) if self.is_verified else None

    def recall_path(self, row: Endpoint[Any]) -> str | None:
        """Remove and return the path of a row that was not found in this run."""
        path = self._paths.pop(row.name, None) if self.is_verified else None
        if path:
            self._unproven.add(row)
        return path

    def is_unproven(self, row: Endpoint[Any]) -> bool:
        """Return whether the path of a row is only remembered."""
        return row in self._unproven

    def record(self, row: Endpoint[Any], body: JsonObject) -> bool:
        """Record a resource that was read; return whether it fits the findings.

        Links count as they are when they are read for the first time.
        """
        self._unproven.discard(row)
        fits = True
        if row is MANAGER and (firmware := _text(body.get("FirmwareVersion"))):
            fits = self._firmware in (None, firmware)
            self._firmware = firmware
        if row in self._recorded or not _POINTERS.get(row):
            return fits
        self._recorded.add(row)
        if row is SYSTEM:
            root = self._connection.get_cached(REDFISH_ROOT) or {}
            self._identity = self._identify(root, body)
        links = _digest_links(row, body)
        return self._links.setdefault(row.name, links) == links and fits

    def export(
        self,
        paths: Mapping[str, str],
        unavailable: Mapping[Endpoint[Any] | str, ResourceError],
    ) -> dict[str, Any]:
        """Return the findings as JSON, an empty object without an identity of the BMC.

        Args:
            paths: The paths that were found in this run, by name of the row.
            unavailable: The resources that are missing or need a license.

        """
        if self.is_pending:
            return self._stored
        if not self._identity:
            return {}
        errors = _name_sources(unavailable)
        missing = {name for name, e in errors.items() if isinstance(e, NotFoundError)}
        known_paths = {**self._paths, **paths}
        return {
            "version": _VERSION,
            "bmc": self._identity,
            "firmware": self._firmware,
            "etags": self._connection.working_etag,
            "paths": {
                name: path for name, path in known_paths.items() if name not in missing
            },
            "links": dict(self._links),
            # A dead link may work again after a restart.
            "missing": {
                name: str(error)
                for name, error in errors.items()
                if name in missing and error.status is None
            },
            "unlicensed": {
                name: {"message": str(error), "license": error.license}
                for name, error in errors.items()
                if isinstance(error, LicenseError)
            },
            "readings": deepcopy(self.findings),
        }

    def _identify(self, root: JsonObject, system: JsonObject) -> str | None:
        """Return a digest of a BMC's identity and firmware, None without a UUID."""
        uuid = _text(root.get("UUID"))
        if not uuid or not uuid.strip("0-"):
            return None
        return _digest(
            [self._key, root, system.get("UUID"), system.get("SerialNumber")]
        )


def _name_sources(
    errors: Mapping[Endpoint[Any] | str, ResourceError],
) -> dict[str, ResourceError]:
    """Return errors by name of their row or resource, without those of paths."""
    return {
        source.name if isinstance(source, Endpoint) else source: error
        for source, error in errors.items()
        if isinstance(source, Endpoint) or not source.startswith("/")
    }


def _digest_links(row: Endpoint[Any], body: JsonObject) -> str:
    """Return a digest of the links of a resource that are followed."""
    return _digest(
        [sorted(find_links(body, pointer)) for pointer in _POINTERS.get(row, ())]
    )


def _digest(value: Any) -> str:
    """Return a digest of a JSON value."""
    text = json.dumps(value, sort_keys=True)
    return blake2b(text.encode(), digest_size=_DIGEST_BYTES).hexdigest()


def _items(value: Any, valid_fn: Callable[[Any], Any]) -> dict[str, Any]:
    """Return the valid items of a stored object; empty for any other value."""
    items = value.items() if isinstance(value, Mapping) else ()
    valid = ((str(key), valid_fn(item)) for key, item in items)
    return {key: item for key, item in valid if item is not None}


def _text(value: Any) -> str | None:
    """Return a text, None for anything else."""
    return value if isinstance(value, str) else None


def _object(value: Any) -> dict[str, Any] | None:
    """Return a copy of an object, None for anything else."""
    return dict(value) if isinstance(value, Mapping) else None


def _path(value: Any) -> str | None:
    """Return a path, None for anything else."""
    return find_link({"Link": _text(value)}, "Link")
