"""Read the temperatures inside machines of dozens of chassis."""

from __future__ import annotations

from collections.abc import Mapping

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
    if find_link(host, "Thermal") or not find_link(host, "ThermalSubsystem"):
        return {}
    own = await reader.async_find_json(THERMAL_METRICS, cached=True) or {}
    own_sensors = {sensor.data_source_uri for sensor in temperatures_of_metrics(own)}
    own_sensors.discard(None)
    others = await async_get_other_chassis(reader)
    subsystems = await _async_follow(reader, others, "ThermalSubsystem")
    metrics = await _async_follow(reader, subsystems, "ThermalMetrics")
    inner = {}
    for path, body in metrics.items():
        sensors = temperatures_of_metrics(body)
        if new := [s for s in sensors if s.data_source_uri not in own_sensors]:
            inner[path.rpartition("/")[2]] = Thermal(temperatures=tuple(new))
    return inner


async def _async_follow(
    reader: ResourceReader, bodies: Mapping[str, JsonObject], key: str
) -> dict[str, JsonObject]:
    """Return the resources that others link to, by the keys of the others.

    One that is missing or cannot be read is left out.
    """
    found = {name: find_link(body, key) for name, body in bodies.items()}
    links = {name: link for name, link in found.items() if link}
    linked = await reader.async_find_many(links.values())
    return {name: linked[link] for name, link in links.items() if link in linked}
