"""Read static and account data in the background, and early after changes.

No coordinator is refreshed within `background`: the timer of its next poll, and each
later one, would inherit the priority.
"""

import asyncio
from asyncio import TimerHandle
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers.debounce import Debouncer

from . import sources
from .aiosupermicro import (
    DynamicData,
    NotFoundError,
    Privilege,
    Status,
    SupermicroRedfishError,
    background,
)
from .const import LOGGER, MAX_ENTITIES
from .models import ServerData
from .runtime_data import SupermicroConfigEntry, SupermicroRuntimeData
from .util import is_host_off

_COOLDOWN = 25.0
"""Minimum seconds between two early refreshes, less than between two polls."""
_LONG_COOLDOWN = 60.0
"""Minimum seconds between two refreshes of a long log, which may have megabytes."""
_LONG_LOG = 500
"""Number of entries from which on a log is long."""

_EVENT_COOLDOWN = 2.0
"""Minimum seconds between two reads of the log for server-sent events."""
_EVENT_SHARE = 10
"""Minimum seconds between these reads per second that one takes."""
_REFUSAL_SECONDS = 3.0
"""Seconds in which the BMC closes a stream that it does not accept."""
_TASK_NAME = "Listen for events"
_MIN_DELAY = 15.0
"""Seconds until the next attempt to listen."""
_MAX_DELAY = 900.0
"""Maximum seconds between two attempts to listen."""

_HEALTH_SOURCES: Final = (sources.CHASSIS, sources.LOG)
"""Sources that may explain a change of health."""


_COMPONENT_SOURCES: Final[tuple[sources.EntitySource[Any], ...]] = (
    sources.MAIN_TEMPERATURES,
    sources.OTHER_TEMPERATURES,
    sources.FANS,
    sources.FAN_DUTIES,
    sources.VOLTAGES,
    sources.SUPPLIES,
)
"""Sources of the dynamic data whose items have a health."""


_REMOVABLE_SOURCES: Final[tuple[sources.EntitySource[Any], ...]] = (
    sources.FANS,
    sources.FAN_DUTIES,
    sources.SUPPLIES,
)
"""Sources whose items may be removed, or lose their power, while the host is on."""


@callback
def async_link_coordinators(hass: HomeAssistant, entry: SupermicroConfigEntry) -> None:
    """Let the static and account coordinators follow the dynamic one.

    Their entities become unavailable with the BMC, and readings that require host power
    become unknown with the host. A poll that was skipped is made up for as soon as the
    BMC is back.
    """
    data = entry.runtime_data
    static, dynamic, account = data.static, data.dynamic, data.account
    start = partial(entry.async_create_background_task, hass)
    was_reachable, was_off = True, is_host_off(dynamic.data)

    @callback
    def follow_dynamic() -> None:
        """Update the entities when reachability or host power change."""
        nonlocal was_reachable, was_off
        is_reachable, is_off = dynamic.last_update_success, is_host_off(dynamic.data)
        if (is_reachable, is_off) == (was_reachable, was_off):
            return
        was_reachable, was_off = is_reachable, is_off
        static.async_update_listeners()
        account.async_update_listeners()
        if is_reachable and static.is_stale:
            start(static.async_request_refresh(), "Read the skipped static data")

    entry.async_on_unload(dynamic.async_add_listener(follow_dynamic))


@callback
def async_start_static(hass: HomeAssistant, entry: SupermicroConfigEntry) -> None:
    """Read the account and the static data in the background, each at its own pace.

    Each later poll of the static data reads a limited account's privileges again.
    """
    data = entry.runtime_data
    start = partial(entry.async_create_background_task, hass)

    @callback
    def refresh_account(_: ServerData) -> None:
        """Read the privileges of a limited account, or unread ones, again."""
        if data.privileges.are_limited or data.account.has_failed:
            start(data.account.async_refresh(), "Read the privileges of the account")

    async def read() -> None:
        """Read both, unless a migration has needed them already."""
        if not data.static.is_read:
            await asyncio.gather(
                data.account.async_refresh(), data.static.async_refresh()
            )
        entry.async_on_unload(data.static.async_add_poll_listener(refresh_account))

    start(read(), "Read the account and the static data")


@callback
def async_watch_health(hass: HomeAssistant, entry: SupermicroConfigEntry) -> None:
    """Refresh log and chassis after a poll with another health or state.

    That is a change of health, a fan or power supply that appears or disappears, and a
    change of the power state without a command. The chassis reports whether it was
    opened. A resource that the board lacks is not read.
    """
    dynamic = entry.runtime_data.dynamic
    known_health = health_by_component(dynamic.data)
    known_states = state_by_component(dynamic.data)
    debouncer = Debouncer(
        hass,
        LOGGER,
        cooldown=_COOLDOWN,
        immediate=True,
        function=partial(_async_refresh_early, entry),
        background=True,
    )

    @callback
    def compare_health() -> None:
        """Compare each component with its last known health and state."""
        health = health_by_component(dynamic.data)
        states = state_by_component(dynamic.data)
        has_changed = _update(known_health, health)
        if _update(known_states, states) and not dynamic.is_reset_expected:
            has_changed = True
        if has_changed:
            log = entry.runtime_data.static.data.log_entries or ()
            is_long = len(log) > _LONG_LOG
            debouncer.cooldown = _LONG_COOLDOWN if is_long else _COOLDOWN
            debouncer.async_schedule_call()

    entry.async_on_unload(dynamic.async_add_listener(compare_health))
    entry.async_on_unload(debouncer.async_shutdown)


def _update(known: dict[str, str], values: dict[str, str]) -> bool:
    """Update the known values, and return whether one of them has changed."""
    has_changed = any(known.get(name, values[name]) != values[name] for name in values)
    known.update(values)
    if len(known) > MAX_ENTITIES:  # names may change with each read
        for name in known.keys() - values.keys():
            del known[name]
    return has_changed


async def _async_refresh_early(entry: SupermicroConfigEntry) -> None:
    """Read the health sources; after a failure the next poll reads them anyway."""
    for source in _HEALTH_SOURCES:
        if not source.get_items(entry.runtime_data):
            continue
        try:
            with background():
                await source.async_read(entry.runtime_data)
        except SupermicroRedfishError as error:
            LOGGER.debug(
                "%s: early refresh of %s failed: %s", entry.title, source.name, error
            )


def health_by_component(data: DynamicData) -> dict[str, str]:
    """Return the health of all components that report it, by name."""
    return {
        name: status.health
        for name, status in _statuses(data)
        if status.health is not None
    } | {
        f"leak {key}": str(detector.detector_state)
        for key, detector in sources.LEAK_DETECTORS.items_fn(data).items()
        if detector.detector_state is not None
    }


def state_by_component(data: DynamicData) -> dict[str, str]:
    """Return the power state and the state of fans and power supplies, by name."""
    states = {
        f"{kind} {key}": component.status.state
        for kind, source in enumerate(_REMOVABLE_SOURCES)
        for key, component in source.items_fn(data).items()
    }
    states["power"] = data.system.power_state if data.system else None
    return {name: str(state) for name, state in states.items() if state is not None}


def _statuses(data: DynamicData) -> Iterator[tuple[str, Status]]:
    """Return all components with their status."""
    if system := data.system:
        yield "system", system.status
        yield "processors", system.processor_summary.status
        yield "memory", system.memory_summary.status
    for kind, source in enumerate(_COMPONENT_SOURCES):
        for key, component in source.items_fn(data).items():
            yield f"{kind} {key}", component.status
    if data.power and data.power.battery:
        yield "battery", data.power.battery.status


# Server-sent events


@callback
def async_listen_for_events(hass: HomeAssistant, entry: SupermicroConfigEntry) -> None:
    """Read the log as soon as the BMC sends an event, until the entry is unloaded.

    Only OpenBMC sends events.
    """
    data = entry.runtime_data

    async def start() -> None:
        """Listen if the board has a stream, or if that is not known yet."""
        await _async_wait_for_account(data)
        try:
            with background():
                service = await data.client.async_get_event_service()
        except NotFoundError:
            return
        except SupermicroRedfishError as error:
            LOGGER.debug("%s: the event service failed: %s", entry.title, error)
        else:
            if service.server_sent_event_uri is None:
                return
        _EventListener(hass, entry).start()

    entry.async_create_background_task(hass, start(), "Find the stream of events")


async def _async_wait_for_account(data: SupermicroRuntimeData) -> None:
    """Wait until the privileges of the account were read, or could not be read."""
    if bool(data.account.data):  # None before the first read
        return
    is_read = asyncio.Event()
    remove_listener = data.account.async_add_listener(is_read.set)
    try:
        await is_read.wait()
    finally:
        remove_listener()


class _EventListener:
    """Listen for the events of a BMC.

    An event is untrusted and may be about anything: it only causes a read of the log.
    The BMC does not repeat what happened before the stream was open, so the log is also
    read then. A stream that the BMC closes at once was refused: it has too many.
    """

    def __init__(self, hass: HomeAssistant, entry: SupermicroConfigEntry) -> None:
        """Initialize without a stream."""
        self._hass, self._entry = hass, entry
        self._data = entry.runtime_data
        self._reader = Debouncer(
            hass,
            LOGGER,
            cooldown=_EVENT_COOLDOWN,
            immediate=True,
            function=self._async_read_log,
            background=True,
        )
        self._opened: TimerHandle | None = None
        self._was_useful = False
        """Whether the stream was open for long, or has sent an event."""
        self._is_reachable = asyncio.Event()
        self._remove_listener = self._data.dynamic.async_add_listener(self._follow)

    @callback
    def start(self) -> None:
        """Listen until the entry is unloaded or Home Assistant stops.

        Home Assistant would wait for a task of its own.
        """
        task = self._hass.loop.create_task(self._async_run(), name=_TASK_NAME)

        @callback
        def stop(_: Event | None = None) -> None:
            """Stop listening and reading the log."""
            task.cancel()
            self._cancel_read()
            self._reader.async_shutdown()

        remove = self._hass.bus.async_listen(EVENT_HOMEASSISTANT_STOP, stop)
        for function in (remove, stop, self._remove_listener):
            self._entry.async_on_unload(function)

    @callback
    def _follow(self) -> None:
        """Record whether the BMC is reachable."""
        if not self._data.dynamic.last_update_success:
            self._is_reachable.clear()
        elif not self._is_reachable.is_set():
            self._is_reachable.set()

    async def _async_run(self) -> None:
        """Listen in a loop, with longer waits after streams without events."""
        delay = _MIN_DELAY
        while True:
            self._follow()
            await self._is_reachable.wait()
            self._was_useful = False
            is_offered = self._may_listen and await self._async_listen()
            self._cancel_read()
            delay = min(delay * 2, _MAX_DELAY) if is_offered else _MAX_DELAY
            if self._was_useful:
                delay = _MIN_DELAY
            await asyncio.sleep(delay)

    @property
    def _may_listen(self) -> bool:
        """Return whether the account has one of the privileges that listening needs."""
        return any(
            map(
                self._data.privileges.allow,
                (Privilege.CONFIGURE_MANAGER, Privilege.CONFIGURE_COMPONENTS),
            )
        )

    async def _async_listen(self) -> bool:
        """Listen until the stream ends; return whether the board has one."""
        try:
            with background():
                await self._data.client.async_listen(self._on_open, self._on_events)
        except SupermicroRedfishError as error:
            LOGGER.debug("%s: the event stream failed: %s", self._entry.title, error)
            return not isinstance(error, NotFoundError)
        return True

    @callback
    def _on_open(self) -> None:
        """Read the log, unless the stream is closed at once."""
        self._opened = self._hass.loop.call_later(_REFUSAL_SECONDS, self._on_accepted)

    @callback
    def _on_accepted(self) -> None:
        """Read the entries that were logged without a stream."""
        self._was_useful = True
        self._reader.async_schedule_call()

    @callback
    def _on_events(self, _: int) -> None:
        """Read the new entries."""
        self._was_useful = True
        self._reader.async_schedule_call()

    @callback
    def _cancel_read(self) -> None:
        """Cancel the read of the log after a refusal."""
        if self._opened:
            self._opened.cancel()

    async def _async_read_log(self) -> None:
        """Read the log; wait longer if reads are slow or find no new entries."""
        started, before = self._hass.loop.time(), self._data.static.data.log_entries
        if before is None:
            return
        try:
            await sources.LOG.async_read(self._data)
        except SupermicroRedfishError as error:
            LOGGER.debug("%s: events cannot be read: %s", self._entry.title, error)
        cooldown = _EVENT_COOLDOWN
        if self._data.static.data.log_entries == before:
            cooldown = 2 * self._reader.cooldown
        share = _EVENT_SHARE * (self._hass.loop.time() - started)
        self._reader.cooldown = min(max(cooldown, share), _LONG_COOLDOWN)
