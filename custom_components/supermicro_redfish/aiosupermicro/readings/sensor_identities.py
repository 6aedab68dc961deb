"""Keep the properties of sensors that do not change, such as name, unit and type."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from math import inf
from typing import Any

from ..payload import JsonObject

_IDENTITY = (
    "Id",
    "Name",
    "PhysicalContext",
    "ReadingBasis",
    "ReadingType",
    "ReadingUnits",
    "RelatedItem",
    "Thresholds",
)
"""Properties of a sensor that do not change; a stored reading would be an old one."""
_SENSOR = "#Sensor."
"""Beginning of the type of a sensor."""


class SensorIdentities:
    """The resources of sensors as they were last read, by path."""

    def __init__(self) -> None:
        """Initialize without sensors."""
        self._bodies: dict[str, JsonObject] = {}
        self._read_at: dict[str, float] = {}
        """The time of the request for each identity of this run."""
        self._tried: set[str] = set()
        """The sensors whose identification was tried."""
        self._missing: set[str] = set()
        """The sensors that the board lacks (404)."""

    def __contains__(self, path: str) -> bool:
        """Return whether a sensor was read, maybe by an earlier run."""
        return path in self._bodies

    def get(self, path: str) -> JsonObject | None:
        """Return the resource of a sensor, None if it was never read."""
        return self._bodies.get(path)

    def read_at(self, path: str) -> float:
        """Return the time of the request for an identity of this run."""
        return self._read_at.get(path, -inf)

    def set(self, path: str, body: JsonObject, requested_at: float) -> None:
        """Store the resource of a sensor."""
        self._missing.discard(path)
        self._bodies[path] = body
        self._read_at[path] = requested_at

    def mark_tried(self, paths: Iterable[str]) -> None:
        """Record that the identification of sensors was tried."""
        self._tried.update(paths)

    def mark_missing(self, paths: Iterable[str]) -> None:
        """Record that the board lacks sensors."""
        self._missing.update(paths)

    def is_known(self, path: str) -> bool:
        """Return whether a sensor shows its type; an excerpt without one needs none.

        An excerpt may also name another resource, which shows that less clearly.
        """
        if not path.startswith("/"):
            return True
        body = self._bodies.get(path, {})
        is_sensor = _SENSOR in str(body.get("@odata.type", _SENSOR))
        return isinstance(body.get("ReadingType"), str) or not is_sensor

    def has_failed(self, path: str) -> bool:
        """Return whether the identification of a sensor has failed."""
        return path in self._tried and not self.is_known(path)

    def was_tried(self, path: str) -> bool:
        """Return whether a sensor was identified, or that has failed."""
        return path in self._tried or self.is_known(path)

    def are_missing(self, excerpts: Iterable[str]) -> bool:
        """Return whether the board lacks every sensor that excerpts name."""
        sensors = {path for path in excerpts if path.startswith("/")}
        return bool(sensors) and sensors <= self._missing

    def have_failed(self, excerpts: Collection[str]) -> bool:
        """Return whether no excerpt has a known sensor, though the board has some."""
        return all(map(self.has_failed, excerpts)) and not self.are_missing(excerpts)

    def clear(self) -> None:
        """Discard all sensors."""
        for found in (self._bodies, self._read_at, self._tried, self._missing):
            found.clear()

    def export(self, paths: Iterable[str]) -> dict[str, Any]:
        """Return the identities of sensors as JSON, without their values."""
        return {
            path: {key: body[key] for key in _IDENTITY if key in body}
            for path in paths
            if (body := self._bodies.get(path))
        }

    def restore(self, exported: Any) -> None:
        """Restore exported identities; malformed ones are ignored."""
        for path, body in exported.items() if isinstance(exported, Mapping) else ():
            if isinstance(path, str) and isinstance(body, Mapping):
                self._bodies[path] = body
