"""Read the excerpts of sensors in ThermalMetrics and EnvironmentMetrics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Set as AbstractSet
from math import inf
from time import monotonic
from typing import Any

from ..const import RETRY_UNAVAILABLE_SECONDS
from ..exceptions import NotFoundError
from ..models import EnvironmentMetrics, SensorExcerpt, ThermalMetrics
from ..payload import JsonObject
from ..resources.endpoints import Endpoint
from ..resources.reader import ResourceReader


class ExcerptSource:
    """A resource that contains excerpts of sensors, with links to them."""

    def __init__(
        self,
        reader: ResourceReader,
        endpoint: Endpoint[Any],
        excerpts_fn: Callable[[JsonObject], tuple[SensorExcerpt, ...]],
    ) -> None:
        """Initialize the source; nothing is read yet."""
        self._reader = reader
        self.endpoint = endpoint
        self._excerpts_fn = excerpts_fn
        self.body: JsonObject = {}
        """The resource as it was last read; empty if it is missing."""
        self._layout: JsonObject = {}
        """The last body with excerpts, maybe of an earlier run."""
        self._missing_since = inf
        """The time of the first NotFoundError since the last successful read."""

    @property
    def is_known(self) -> bool:
        """Return whether the excerpts were read, maybe by an earlier run."""
        return bool(self._layout)

    def export(self) -> JsonObject:
        """Return the resource as JSON without its readings, for a restart."""
        body: JsonObject = _without_readings(self._layout)
        return body

    def restore(self, exported: Any) -> None:
        """Restore an exported resource; a malformed one is ignored."""
        self.body = {}
        self._layout = exported if isinstance(exported, Mapping) else {}

    @property
    def sensors(self) -> AbstractSet[str]:
        """The paths of the sensors, or the places of excerpts without a link."""
        return self.excerpts.keys()

    @property
    def excerpts(self) -> dict[str, SensorExcerpt]:
        """The excerpts by path of their sensor, else by their place."""
        return self._find_excerpts(self._layout)

    @property
    def has_excerpts(self) -> bool:
        """Return whether the resource has had any excerpt."""
        return _has_any(self.excerpts)

    async def async_read(self) -> dict[str, float | None]:
        """Return the readings; errors as in `ResourceReader.async_find_json`.

        An empty response keeps the excerpts, without readings. A resource that was
        read before, maybe by an earlier run, counts as missing only after an hour, and
        not while the BMC is starting. New firmware may lack it.

        Raises:
            NotFoundError: A resource that was read before does not count as missing.

        """
        reader = self._reader
        read = reader.async_get_json if self.is_known else reader.async_find_json
        try:
            body = await read(self.endpoint)
        except NotFoundError as error:
            if not await self._async_accept_missing(error):
                raise
            body = None
        else:
            self._missing_since = inf
        self.body = body or {}
        found = self._find_excerpts(self.body)
        if body is not None and self.has_excerpts and not _has_any(found):
            return dict.fromkeys(self.excerpts)
        self._layout = self.body
        return {key: value_of(excerpt) for key, excerpt in found.items()}

    async def _async_accept_missing(self, error: NotFoundError) -> bool:
        """Record the resource as missing after an hour; return whether it is."""
        self._missing_since = min(self._missing_since, monotonic())
        if monotonic() - self._missing_since < RETRY_UNAVAILABLE_SECONDS:
            return False
        if self.is_known and await self._reader.async_is_starting(self.endpoint):
            return False
        self._reader.availability.mark_replaced(self.endpoint, error)
        return True

    def _find_excerpts(self, body: JsonObject) -> dict[str, SensorExcerpt]:
        """Return the excerpts in a body, by path of their sensor, else by place."""
        return excerpts_by_sensor(self.endpoint, self._excerpts_fn(body))


def _has_any(excerpts: Mapping[str, SensorExcerpt]) -> bool:
    """Return whether any place has an excerpt."""
    return any(excerpt != SensorExcerpt() for excerpt in excerpts.values())


def _without_readings(value: Any) -> Any:
    """Return a JSON value whose readings are null, and whose speeds are 0.

    Only fans have a speed: its presence shows the unit.
    """
    if isinstance(value, list):
        return [*map(_without_readings, value)]
    if not isinstance(value, Mapping):
        return value
    return {
        key: _EMPTY[key] if key in _EMPTY else _without_readings(item)
        for key, item in value.items()
    }


_EMPTY = {"Reading": None, "SpeedRPM": 0}


def excerpts_by_sensor(
    endpoint: Endpoint[Any], excerpts: tuple[SensorExcerpt, ...]
) -> dict[str, SensorExcerpt]:
    """Return excerpts by the path of their sensor, or by their place in a resource.

    The place is the key of those without a sensor, of those that share one, and of fans
    with a speed beside the duty, which is the reading of their sensor.
    """
    paths = [None if e.has_duty_and_speed else e.sensor_path for e in excerpts]
    counts = Counter(paths)
    return {
        path if path and counts[path] == 1 else f"{endpoint.name}#{place}": excerpt
        for place, (path, excerpt) in enumerate(zip(paths, excerpts, strict=True))
    }


def value_of(excerpt: SensorExcerpt) -> float | None:
    """Return the reading of an excerpt, for a fan its speed."""
    return excerpt.reading if excerpt.speed_rpm is None else excerpt.speed_rpm


def temperature_excerpts(body: JsonObject) -> tuple[SensorExcerpt, ...]:
    """Return the excerpts in ThermalMetrics."""
    return ThermalMetrics.from_dict(body).temperature_readings_celsius


def environment_excerpts(body: JsonObject) -> tuple[SensorExcerpt, ...]:
    """Return the excerpts in EnvironmentMetrics: the power draw, then the fans."""
    metrics = EnvironmentMetrics.from_dict(body)
    return (metrics.power_watts, *metrics.fan_speeds_percent)
