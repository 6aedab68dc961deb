"""Connect the fan control with Home Assistant: polls, storage, issues, entities."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, override

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval

from .. import sources
from ..aiosupermicro import DynamicData, LogEntry, System
from ..const import (
    CONF_FAN_CONTROL,
    CONF_FLOOR,
    CONF_HEADROOM,
    CONF_ZONES,
)
from ..coordinator import SupermicroCoordinator
from ..runtime_data import SupermicroConfigEntry
from .controller import FanController
from .interfaces import Surroundings
from .issues import (
    async_report_fan_floors,
    async_report_fan_trip,
    async_report_fans_held,
)
from .models import ControlRecord, FanControlData, FanSettings, Trip
from .recovery import RecordStore, async_create_device

_CHECK_INTERVAL: Final = timedelta(seconds=15)
_EXCLUSIVE_SECONDS: Final = 2.0
"""Longest time to wait for the end of Redfish requests before a write over IPMI."""


class FanZonesCoordinator(SupermicroCoordinator[FanControlData]):
    """Coordinator of the fan zones, which the controller reads."""

    def __init__(self, hass: HomeAssistant, entry: SupermicroConfigEntry) -> None:
        """Initialize the coordinator."""
        super().__init__(hass, entry, name="fans", interval=None)
        self.data = FanControlData()
        self._controller: FanController | None = None

    @callback
    def async_set_controller(self, controller: FanController) -> None:
        """Show the data of a controller."""
        self._controller, self.data = controller, controller.data

    @property
    @override
    def is_current(self) -> bool:
        """Return whether the last read over IPMI has succeeded."""
        return self._controller is not None and self._controller.is_responding

    @override
    async def _async_read(self) -> FanControlData:
        """Return the data that the controller has read last."""
        return self.data


class _HomeAssistant(Surroundings):
    """Implementation of the controller's interface to Home Assistant and Redfish."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: SupermicroConfigEntry,
        zones: FanZonesCoordinator,
    ) -> None:
        """Initialize for a config entry."""
        self._hass = hass
        self._entry = entry
        self._zones = zones
        self._store = RecordStore(hass, entry.entry_id)

    @property
    @override
    def modes(self) -> tuple[str, ...]:
        """Modes that the board lists."""
        static = self._entry.runtime_data.static.data
        fan_mode = static.fan_mode if static else None
        return fan_mode.available_modes if fan_mode else ()

    @override
    def publish(self, data: FanControlData) -> None:
        """Show the data in the fan entities, and the mode in the select as well."""
        self._zones.async_set_updated_data(data)
        static = self._entry.runtime_data.static
        fan_mode = static.data.fan_mode if static.data else None
        if fan_mode and data.mode is not None and fan_mode.mode != data.mode:
            static.async_set_resource("fan_mode", replace(fan_mode, mode=data.mode))

    @override
    async def async_save(self, record: ControlRecord) -> None:
        """Store the record at once."""
        await self._store.async_save(record)

    @override
    def report_trip(self, trip: Trip | None) -> None:
        """Create the issue of a trip, or delete it."""
        reason = trip.reason.value if trip else None
        sensor = trip.sensor if trip else ""
        async_report_fan_trip(self._hass, self._entry, reason, sensor)

    @override
    def report_floors(self, floors: Mapping[int, int]) -> None:
        """Create the issue of learned floors."""
        async_report_fan_floors(self._hass, self._entry, floors)

    @override
    def report_held(self, *, is_held: bool) -> None:
        """Create the issue of fans that could not be given back, or delete it."""
        async_report_fans_held(self._hass, self._entry, is_held=is_held)

    @override
    @asynccontextmanager
    async def exclusive(self) -> AsyncGenerator[None]:
        """Block the requests of Redfish once the running ones have ended.

        A BMC may take long for a request; the fans do not wait for that.
        """
        async with AsyncExitStack() as stack:
            with suppress(TimeoutError):
                async with asyncio.timeout(_EXCLUSIVE_SECONDS):
                    client = self._entry.runtime_data.client
                    await stack.enter_async_context(client.exclusive())
            yield

    @override
    async def async_set_mode(self, mode: str) -> None:
        """Set a mode over Redfish, and read it back."""
        data = self._entry.runtime_data
        await data.client.async_set_fan_mode(mode)
        await sources.FAN_MODE.async_read_back(data)

    @override
    async def async_is_host_on(self) -> bool:
        """Read whether the host is on now."""
        system = await self._entry.runtime_data.client.async_get_system()
        return system.is_on is not False

    @override
    async def async_get_log(self) -> tuple[LogEntry, ...]:
        """Read the event log."""
        entries: tuple[LogEntry, ...] = await sources.LOG.async_read(
            self._entry.runtime_data
        )
        return entries


async def async_start_fan_control(
    hass: HomeAssistant, entry: SupermicroConfigEntry
) -> None:
    """Start the control in the state in which the last run has ended."""
    options = entry.options[CONF_FAN_CONTROL]
    device = await async_create_device(hass, entry, options)
    interval = entry.runtime_data.dynamic.update_interval
    zones = FanZonesCoordinator(hass, entry)
    surroundings = _HomeAssistant(hass, entry, zones)
    record = await RecordStore(hass, entry.entry_id).async_load()
    settings = FanSettings(
        zones=tuple(options[CONF_ZONES]),
        floor=options[CONF_FLOOR],
        headroom=options[CONF_HEADROOM],
        interval=interval.total_seconds() if interval else 0.0,
    )
    controller = FanController(device, settings, surroundings, record)
    zones.async_set_controller(controller)
    entry.runtime_data = replace(
        entry.runtime_data, fan_controller=controller, fan_zones=zones
    )
    surroundings.report_trip(record.trip)
    _async_watch_polls(hass, entry, controller)


@callback
def _async_watch_polls(
    hass: HomeAssistant, entry: SupermicroConfigEntry, controller: FanController
) -> None:
    """Call the controller with each poll, and where polls are missing."""
    data = entry.runtime_data
    static, dynamic = data.static, data.dynamic
    seen: Any = None

    @callback
    def handle_poll(polled: DynamicData) -> None:
        """Let the controller react to a poll."""
        is_on = (polled.system or System()).is_on is not False
        entry.async_create_background_task(
            hass,
            controller.async_handle_poll(polled.thermal, is_host_on=is_on),
            "Check the fans",
        )

    @callback
    def handle_log() -> None:
        """Let the controller react to a new event log."""
        nonlocal seen
        entries = static.data.log_entries if static.data else None
        if entries is not None and entries is not seen:
            seen = entries
            entry.async_create_background_task(
                hass, controller.async_handle_log(entries), "Check the log for fans"
            )

    async def check_blindness(_: datetime) -> None:
        """Let the controller react to missing polls."""
        await controller.async_check_blindness()

    entry.async_on_unload(dynamic.async_add_poll_listener(handle_poll))
    entry.async_on_unload(static.async_add_listener(handle_log))
    entry.async_on_unload(
        async_track_time_interval(hass, check_blindness, _CHECK_INTERVAL)
    )
    handle_log()
    handle_poll(dynamic.data)
