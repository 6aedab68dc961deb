"""Read the temperatures inside machines of dozens of chassis."""

from __future__ import annotations

from ..concurrency import map_limited
from ..exceptions import LicenseError
from ..models import Thermal
from ..payload import JsonObject, find_link
from ..resources.chassis import async_get_other_chassis
from ..resources.endpoints import CHASSIS, THERMAL_METRICS
from ..resources.reader import ResourceReader
from .conversion import temperatures_of_metrics


async def async_get_inner_thermal(reader: ResourceReader) -> dict[str, Thermal]:
    """Return the temperatures of all chassis but the host's, by the chassis' names.

    Sensors that the host's own chassis lists as well are left out. Sensors of different
    chassis may have the same name and Id. Some machines need dozens of requests for it.
    """
    host = await reader.async_find_json(CHASSIS, cached=True) or {}
    if "Thermal" in host or "ThermalSubsystem" not in host:
        return {}
    own = await reader.async_find_json(THERMAL_METRICS, cached=True) or {}
    own_sensors = {sensor.data_source_uri for sensor in temperatures_of_metrics(own)}
    own_sensors.discard(None)
    others = await async_get_other_chassis(reader)

    async def read(chassis: JsonObject) -> JsonObject:
        return await _async_get_metrics(reader, chassis)

    metrics = await map_limited(read, others.values(), reader.limit)
    inner = {}
    for path, body in zip(others, metrics, strict=True):
        sensors = temperatures_of_metrics(body)
        if new := [s for s in sensors if s.data_source_uri not in own_sensors]:
            inner[path.rpartition("/")[2]] = Thermal(temperatures=tuple(new))
    return inner


async def _async_get_metrics(reader: ResourceReader, chassis: JsonObject) -> JsonObject:
    """Return the ThermalMetrics of a chassis, an empty object where it has none."""
    body: JsonObject = chassis
    for key in ("ThermalSubsystem", "ThermalMetrics"):
        link = find_link(body, key)
        try:
            body = (link and await reader.async_find_json(link)) or {}
        except LicenseError:
            return {}
    return body
