"""Thermal and Power of boards that have subsystems instead: Gen 14 and OpenBMC.

What these say in many resources is put into the models of the older boards, so that a
caller meets one pair of them.

A poll is ten requests at the most, whatever the board: the system, the temperatures
and the environment each time, and of the fans, supplies and sensors that have a
resource each a few, in turns. Those that were never read come first; the static
cadence, or whoever asks for Thermal or Power alone, reads all of these at once. So a
reading is as many polls old as its board has turns, some minutes with dozens of
sensors, and one that was not read yet is in no list.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable
from math import inf
from time import monotonic
from typing import Any

from .documents import Body
from .endpoints import (
    CHASSIS,
    ENVIRONMENT_METRICS,
    FANS,
    POWER,
    POWER_SUBSYSTEM,
    POWER_SUPPLIES,
    SENSORS,
    THERMAL,
    THERMAL_METRICS,
    THERMAL_SUBSYSTEM,
    Endpoint,
)
from .equivalents import (
    fan_of_excerpt,
    fan_of_resource,
    fan_of_sensor,
    power_control,
    power_supply,
    temperature_of_sensor,
    temperatures_of_metrics,
    voltage_of_sensor,
)
from .exceptions import ENDS_ALL, SupermicroRedfishError
from .links import follow
from .machine import async_get_other_chassis
from .models import (
    EnvironmentMetrics,
    FanResource,
    Power,
    PowerSubsystem,
    SensorResource,
    Thermal,
)
from .resources import Resources
from .rotation import Rotation
from .together import async_each, async_together

_TEMPERATURE, _ROTATIONAL, _VOLTAGE = "Temperature", "Rotational", "Voltage"

_THERMAL_TURN = 4
_POWER_TURN = 1
"""How many fans and sensors, and how many supplies, metrics and voltages a poll reads.

With the system, the temperatures and the environment that is 3 + 4 + 3 * 1.
"""


class _Round:
    """One reading of Thermal or Power: how it goes about it, and how far it got."""

    def __init__(
        self,
        resources: Resources,
        small: Rotation,
        *,
        is_first: bool,
        is_brief: bool,
        is_known: bool,
    ) -> None:
        """Begin a reading; the first brief one asks for no collection."""
        self.began = monotonic()
        self.is_complete = True
        self._resources = resources
        self._small = small
        self._is_first = is_first
        self._is_brief = is_brief
        self._is_known = is_known

    async def async_find(self, endpoint: Endpoint[Any]) -> Body:
        """Return a resource, nothing where there is none."""
        resources = self._resources
        find = resources.async_find_known if self._is_known else resources.async_find
        return await find(endpoint) or {}

    async def async_members(self, collection: Endpoint[Any]) -> list[str] | None:
        """Return where a collection's members are, None where that is not known yet.

        A brief reading either finds a collection or reads some of its members.
        """
        is_known = self._resources.path(collection) is not None
        if self._is_first and not is_known:
            self.is_complete = False
            return None
        paths = await self._resources.async_get_member_paths(collection, known=True)
        if self._is_brief and not is_known and paths:
            self.is_complete = False
            return None
        return paths

    async def async_read(self, paths: Iterable[str], turn: int) -> dict[str, Body]:
        """Return the small resources at these paths, as far as they are known."""
        wanted = list(paths)
        bodies = await self._small.async_read(wanted, turn, is_brief=self._is_brief)
        self.is_complete &= all(map(self._small.is_read, wanted))
        return bodies

    async def async_read_sensors(
        self, kinds: Collection[str], turn: int, others: Iterable[str] = ()
    ) -> tuple[list[SensorResource], dict[str, Body]]:
        """Return the sensors of these kinds, and other resources read with them.

        Of what kind a sensor is it tells itself: each is read at least once.
        """
        paths = (await self.async_members(SENSORS) or []) if kinds else []
        known = {path: self._small.known(path) for path in paths}
        wanted = [path for path, body in known.items() if not body or _is(body, kinds)]
        bodies = await self.async_read((*others, *wanted), turn)
        found = [bodies[path] for path in wanted if path in bodies]
        sensors = [SensorResource.from_dict(body) for body in found if _is(body, kinds)]
        return sensors, bodies


class Subsystems:
    """Fills Thermal and Power from what newer boards have in their place."""

    def __init__(self, resources: Resources) -> None:
        """Begin with nothing read."""
        self._resources = resources
        self._small = Rotation(resources)
        self._environment_began = -inf
        self._learnt: set[Endpoint[Any]] = set()
        self._is_complete: dict[Endpoint[Any], bool] = {}

    @property
    def is_complete(self) -> bool:
        """Whether everything that Thermal and Power consist of was read once."""
        return all(self._is_complete.values())

    async def async_get_thermal(
        self, *, is_linked: bool, is_brief: bool, is_known: bool = False
    ) -> Thermal:
        """Return the temperatures and fans of the chassis.

        Args:
            is_linked: Whether the chassis has a Thermal, which does not answer.
            is_brief: Whether fans and sensors that were never read may be left out.
            is_known: Whether what was read of the rest will do.

        Raises:
            NotFoundError: The chassis has nothing that would tell them.

        """
        await self._async_require(THERMAL_SUBSYSTEM, is_linked=is_linked)
        this = self._round(THERMAL, is_brief=is_brief, is_known=is_known)
        environment = await self._async_environment(this)
        metrics = await this.async_find(THERMAL_METRICS)
        temperatures = temperatures_of_metrics(metrics)
        fans = [fan_of_excerpt(speed) for speed in environment.fan_speeds_percent]
        paths = [] if fans else await this.async_members(FANS)
        kinds = [] if temperatures else [_TEMPERATURE]
        # Until it is known what fans there are, their sensors are not taken for them.
        kinds += [_ROTATIONAL] if not fans and paths == [] else []
        sensors, bodies = await this.async_read_sensors(
            kinds, _THERMAL_TURN, paths or ()
        )
        own = [bodies[path] for path in paths or () if path in bodies]
        fans += [fan_of_resource(FanResource.from_dict(body)) for body in own]
        fans += [fan_of_sensor(s) for s in sensors if s.reading_type == _ROTATIONAL]
        temperatures += [temperature_of_sensor(s) for s in sensors if _is_real(s)]
        self._is_complete[THERMAL] = this.is_complete
        return Thermal(temperatures=tuple(temperatures), fans=tuple(fans))

    async def async_get_power(
        self, *, is_linked: bool, is_brief: bool, is_known: bool = False
    ) -> Power:
        """Return the power draw, the power supplies and the voltages of the chassis.

        Nothing is said of redundancy while a supply was not read yet.

        Args:
            is_linked: Whether the chassis has a Power, which does not answer.
            is_brief: Whether supplies and sensors that were never read may be left
                out.
            is_known: Whether what was read of the rest will do.

        Raises:
            NotFoundError: The chassis has nothing that would tell them.

        """
        await self._async_require(POWER_SUBSYSTEM, is_linked=is_linked)
        this = self._round(POWER, is_brief=is_brief, is_known=is_known)
        environment = await self._async_environment(this)
        paths = await this.async_members(POWER_SUPPLIES) or ()
        supplies = await this.async_read(paths, _POWER_TURN)
        places = {path: follow(body, "Metrics") for path, body in supplies.items()}
        metrics = await this.async_read(filter(None, places.values()), _POWER_TURN)
        is_redundancy_known = this.is_complete
        voltages, _ = await this.async_read_sensors((_VOLTAGE,), _POWER_TURN)
        found = self._resources.path(POWER_SUBSYSTEM) if is_redundancy_known else None
        subsystem = PowerSubsystem.from_dict(
            await self._resources.async_known_at(found) if found else {}
        )
        self._is_complete[POWER] = this.is_complete
        return Power(
            power_control=(power_control(environment, subsystem),),
            power_supplies=tuple(
                power_supply(body, metrics.get(places[path] or "", {}))
                for path, body in supplies.items()
            ),
            voltages=tuple(voltage_of_sensor(sensor) for sensor in voltages),
            redundancy=subsystem.power_supply_redundancy,
        )

    async def async_learn(self) -> None:
        """Look what there is by now, and read all of it that was never read.

        What fails is tried again when its turn comes.

        Raises:
            AuthenticationError: The login was refused.
            ConnectionError: The connection broke.

        """
        await async_together(
            self._async_learn(THERMAL, self.async_get_thermal, FANS, SENSORS),
            self._async_learn(POWER, self.async_get_power, POWER_SUPPLIES),
        )

    async def _async_learn(
        self,
        endpoint: Endpoint[Any],
        read: Callable[..., Awaitable[Any]],
        *collections: Endpoint[Any],
    ) -> None:
        """Read what stands in for a resource, if it is missing.

        The collections are those of this connection; from the second time on, they may
        have grown.
        """
        is_again = endpoint in self._learnt
        self._learnt.add(endpoint)
        try:
            if not await self._resources.async_lacks(endpoint):
                return
            for collection in collections if is_again else ():
                await self._resources.async_get_member_paths(collection)
            is_linked = self._resources.path(endpoint) is not None
            await read(is_linked=is_linked, is_brief=False, is_known=True)
        except ENDS_ALL:
            raise
        except SupermicroRedfishError:
            return

    async def async_get_inner_thermal(self) -> dict[str, Thermal]:
        """Return the temperatures of all other chassis, by the chassis' names.

        Dozens of them on some machines: worth reading now and then. What the host's
        own chassis tells too is left out.
        """
        host = await self._resources.async_find_known(CHASSIS) or {}
        if "Thermal" in host or "ThermalSubsystem" not in host:
            return {}
        told = await self._resources.async_find_known(THERMAL_METRICS) or {}
        seen = {sensor.name for sensor in temperatures_of_metrics(told)}
        others = await async_get_other_chassis(self._resources)
        metrics = await async_each(
            self._async_metrics, others.values(), self._resources.at_a_time
        )
        inner = {}
        for path, body in zip(others, metrics, strict=True):
            found = temperatures_of_metrics(body)
            if new := [sensor for sensor in found if sensor.name not in seen]:
                inner[path.rpartition("/")[2]] = Thermal(temperatures=tuple(new))
        return inner

    async def _async_require(
        self, subsystem: Endpoint[Any], *, is_linked: bool
    ) -> None:
        """Raise NotFoundError where nothing stands in for a resource.

        Beside a link that leads nowhere, only a subsystem does.
        """
        others = () if is_linked else (ENVIRONMENT_METRICS, SENSORS)
        await self._resources.async_require_any((subsystem, *others))

    def _round(
        self, endpoint: Endpoint[Any], *, is_brief: bool, is_known: bool
    ) -> _Round:
        """Begin a reading of Thermal or Power."""
        is_first = is_brief and endpoint not in self._is_complete
        return _Round(
            self._resources,
            self._small,
            is_first=is_first,
            is_brief=is_brief,
            is_known=is_known,
        )

    async def _async_environment(self, this: _Round) -> EnvironmentMetrics:
        """Return the fans and the power draw of the chassis.

        Thermal and Power both ask for it: one that was read since the reading began
        is as good as new.
        """
        if self._environment_began >= this.began:
            body = await self._resources.async_find_known(ENVIRONMENT_METRICS) or {}
        else:
            began = monotonic()
            body = await this.async_find(ENVIRONMENT_METRICS)
            self._environment_began = began
        return EnvironmentMetrics.from_dict(body)

    async def _async_metrics(self, chassis: Body) -> Body:
        """Return the temperatures of a chassis, nothing where it has none."""
        subsystem = follow(chassis, "ThermalSubsystem")
        known = subsystem and await self._resources.async_find_at(subsystem)
        metrics = follow(known or {}, "ThermalMetrics")
        return (metrics and await self._resources.async_find_at(metrics)) or {}


def _is(sensor: Body, kinds: Collection[str]) -> bool:
    """Tell whether a sensor is of one of these kinds."""
    return (SensorResource.from_dict(sensor).reading_type or "") in kinds


def _is_real(sensor: SensorResource) -> bool:
    """Tell whether a sensor tells a temperature, and not the distance to a limit."""
    return sensor.reading_type == _TEMPERATURE and not sensor.is_headroom
