"""Give the fans back while no controller runs: before a setup, and after a removal.

After a crash, the BMC may hold a low duty in the mode Full, and the controller starts
only once Redfish can be read. A setup that fails before therefore gives the fans back
over IPMI. The record keeps the duties: with the first readings, the control continues.

IPMI does not identify a BMC. Once Redfish has found another BMC or certificate at the
address, nothing is sent over IPMI until a setup succeeds: the fans of another server
would change, and its BMC would get the username.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import replace
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store
from homeassistant.util.hass_dict import HassKey

from ..aiosupermicro import (
    AuthenticationError,
    CertificateError,
    ConnectionError,  # noqa: A004
    FanModeType,
    LogEntry,
    SupermicroRedfishClient,
    SupermicroRedfishError,
)
from ..const import CONF_FAN_CONTROL, CONF_HEADROOM, CONF_ZONES, DOMAIN, LOGGER
from ..identity import OtherServerError
from ..repairs import FAN_ISSUES, async_delete_issues
from ..storage import MALFORMED
from .access import FanAccess
from .fan_watch import FanWatch
from .guard import Guard
from .interfaces import Device, Surroundings
from .issues import async_report_fans_held
from .models import (
    CONTROLLED,
    FULL,
    ControlRecord,
    ControlState,
    FanControlData,
    Trip,
    choose_restore_mode,
)
from .transitions import Transitions

_STORE_VERSION: Final = 1
_SETTLED: Final[HassKey[set[str]]] = HassKey(f"{DOMAIN}_fan_recovery")
"""Config entries whose failed setups need no further attempt over IPMI."""
_UNTRUSTED: Final[HassKey[set[str]]] = HassKey(f"{DOMAIN}_fan_untrusted")
"""Config entries whose last setups have found another BMC or certificate."""


class RecordStore:
    """The stored record of a config entry."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Initialize the store."""
        self._store: Store[dict[str, Any]] = Store(
            hass, _STORE_VERSION, f"{DOMAIN}.{entry_id}.fans"
        )

    async def async_load(self) -> ControlRecord:
        """Return the stored record of the last run; a malformed one gives fans back."""
        try:
            stored = await self._store.async_load()
        except (HomeAssistantError, *MALFORMED) as error:
            LOGGER.debug("%s cannot be used: %s", self._store.key, error)
            return ControlRecord(state=ControlState.RESTORING)
        return ControlRecord() if stored is None else ControlRecord.from_dict(stored)

    async def async_save(self, record: ControlRecord) -> None:
        """Store the record at once."""
        await self._store.async_save(record.as_dict())

    async def async_remove(self) -> None:
        """Remove the store."""
        await self._store.async_remove()


async def async_create_device(
    hass: HomeAssistant, entry: ConfigEntry, settings: Mapping[str, Any]
) -> Device:
    """Create the fans over IPMI; the import reads files."""

    def create() -> Device:
        """Import IPMI and create the fans."""
        from .device import IpmiFans  # noqa: PLC0415 - only while the option is on

        return IpmiFans.from_config(entry.data, settings)

    return await hass.async_add_import_executor_job(create)


@asynccontextmanager
async def async_recover_fans_on_failure(
    hass: HomeAssistant, entry: ConfigEntry
) -> AsyncGenerator[None]:
    """Give the fans back if the setup fails before the controller runs.

    Home Assistant repeats a failed setup, and so this, until IPMI has responded. An
    account that the BMC rejects is tried once.
    """
    settled = hass.data.setdefault(_SETTLED, set())
    untrusted = hass.data.setdefault(_UNTRUSTED, set())
    try:
        yield
    except Exception as error:
        if _is_untrusted(error):
            untrusted.add(entry.entry_id)
        if CONF_FAN_CONTROL in entry.options and entry.entry_id not in settled:
            record = await RecordStore(hass, entry.entry_id).async_load()
            is_released = record.state is ControlState.RELEASED
            if is_released or await _async_recover(hass, entry, record):
                settled.add(entry.entry_id)
        raise
    settled.discard(entry.entry_id)
    untrusted.discard(entry.entry_id)


def _is_untrusted(error: BaseException | None) -> bool:
    """Return whether a setup has failed for another BMC or certificate."""
    while error is not None:
        if isinstance(error, (OtherServerError, CertificateError)):
            return True
        error = error.__cause__
    return False


async def async_end_fan_control(
    hass: HomeAssistant, entry: ConfigEntry, client: SupermicroRedfishClient
) -> None:
    """End the control after the option was turned off, and clear the learned floors.

    The fans are given back over Redfish if that was not done when it was turned off.
    """
    async_delete_issues(hass, entry, *FAN_ISSUES)
    store = RecordStore(hass, entry.entry_id)
    record = await store.async_load()
    ended = replace(record, state=ControlState.RELEASED, targets={}, floors={})
    if record == ended:
        return
    if record.state is not ControlState.RELEASED:
        try:
            await _async_give_back_over_redfish(client, record)
        except SupermicroRedfishError as error:
            _report_failure(hass, entry, error)
            return
        async_report_fans_held(hass, entry, is_held=False)
    await store.async_save(ended)


async def _async_give_back_over_redfish(
    client: SupermicroRedfishClient, record: ControlRecord
) -> None:
    """Restore the mode if it is Full."""
    fan_mode = await client.async_get_fan_mode()
    if fan_mode.mode == FULL:
        mode = choose_restore_mode(record.restore_mode, fan_mode.available_modes)
        await client.async_set_fan_mode(mode or FanModeType.OPTIMAL)


async def async_remove_fan_control(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Give the fans back unless the unload did, and remove the store of an entry."""
    store = RecordStore(hass, entry.entry_id)
    record = await store.async_load()
    if record.state is not ControlState.RELEASED:
        has_option = CONF_FAN_CONTROL in entry.options
        if not (
            has_option and await _async_recover(hass, entry, record, is_final=True)
        ):
            _report_failure(hass, entry, "no response")
    await store.async_remove()


def _report_failure(
    hass: HomeAssistant, entry: ConfigEntry, reason: Exception | str
) -> None:
    """Log that the fans could not be given back, and create an issue."""
    LOGGER.error("%s: the fans could not be given back: %s", entry.title, reason)
    async_report_fans_held(hass, entry, is_held=True)


async def _async_recover(
    hass: HomeAssistant,
    entry: ConfigEntry,
    record: ControlRecord,
    *,
    is_final: bool = False,
) -> bool:
    """Give the fans back over IPMI, and return whether that needs no other attempt.

    Args:
        hass: Home Assistant.
        entry: The config entry, with the option on.
        record: The stored record of fans that were not given back.
        is_final: Whether the control ends instead of waiting for the entry.

    """
    if entry.entry_id in hass.data.get(_UNTRUSTED, ()):
        _report_failure(hass, entry, "another BMC or certificate is at the address")
        return not is_final
    settings = entry.options[CONF_FAN_CONTROL]
    surroundings = _StoreOnly(hass, entry, RecordStore(hass, entry.entry_id))
    device = await async_create_device(hass, entry, settings)
    zones = tuple(settings[CONF_ZONES])
    access = FanAccess(device, surroundings, zones, lambda *_: None)
    try:
        await access.async_read(is_required=True)
        if access.is_cooling and record.state in CONTROLLED and not is_final:
            return access.mode != FULL  # at 100 %, the BMC has just been reset
        guard, watch = Guard(settings[CONF_HEADROOM]), FanWatch({})
        control = Transitions(access, surroundings, guard, watch, record)
        return await _async_give_back(control, is_final=is_final)
    except AuthenticationError as error:
        _report_failure(hass, entry, error)
        return not is_final
    except SupermicroRedfishError as error:
        LOGGER.debug("%s: the fans cannot be given back yet: %s", entry.title, error)
        return False
    finally:
        await access.async_close()


async def _async_give_back(control: Transitions, *, is_final: bool) -> bool:
    """Restore the mode and return the success; keep the duties in the state waiting."""
    record = control.record
    await control.async_save(state=ControlState.RESTORING)
    if not await control.async_restore():
        return False
    LOGGER.warning("The fans were given back, as their temperatures cannot be read")
    if record.state in CONTROLLED and not is_final:
        await control.async_save(state=record.state, targets=record.targets)
    return True


class _StoreOnly(Surroundings):
    """Surroundings of the controller without Redfish and without entities."""

    modes = ()

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry, store: RecordStore
    ) -> None:
        """Initialize for a config entry."""
        self._hass = hass
        self._entry = entry
        self._store = store

    @override
    def publish(self, data: FanControlData) -> None:
        """Do nothing, as there are no entities."""

    @override
    async def async_save(self, record: ControlRecord) -> None:
        """Store the record at once."""
        await self._store.async_save(record)

    @override
    def report_trip(self, trip: Trip | None) -> None:
        """Keep the issue of an earlier trip."""

    @override
    def report_floors(self, floors: Mapping[int, int]) -> None:
        """Keep the issue of learned floors."""

    @override
    def report_held(self, *, is_held: bool) -> None:
        """Create the issue of fans that could not be given back, or delete it."""
        async_report_fans_held(self._hass, self._entry, is_held=is_held)

    @override
    def exclusive(self) -> AbstractAsyncContextManager[None]:
        """Return a context without effect."""
        return nullcontext()

    @override
    async def async_set_mode(self, mode: str) -> None:
        """Raise an error, as Redfish cannot be used."""
        raise ConnectionError("Redfish is not available")

    @override
    async def async_is_host_on(self) -> bool:
        """Return True, the worse case, as the state is unknown."""
        return True

    @override
    async def async_get_log(self) -> tuple[LogEntry, ...]:
        """Return no entries."""
        return ()
