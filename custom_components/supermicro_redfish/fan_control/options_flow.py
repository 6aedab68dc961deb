"""Steps of the options flow that turn the fan control on."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import (
    ConfigEntryState,
    ConfigFlowResult,
    OptionsFlowWithReload,
)
from homeassistant.const import (
    CONF_PASSWORD,
    CONF_PORT,
    CONF_USERNAME,
)
from homeassistant.core import HomeAssistant
import voluptuous as vol

from ..aiosupermicro import SupermicroRedfishError
from ..const import (
    CONF_FAN_CONTROL,
    CONF_FLOOR,
    CONF_HEADROOM,
    CONF_ZONES,
    FLOOR_LIMITS,
    HEADROOM_LIMITS,
)
from ..errors import translation_key
from ..forms import FAN_CONTROL_FORM
from ..runtime_data import SupermicroConfigEntry, SupermicroRuntimeData

_CONNECTION: Final = (CONF_PORT, CONF_USERNAME, CONF_PASSWORD)
"""Settings whose change needs a new probe."""


class FanControlOptionsFlow(OptionsFlowWithReload):
    """Ask for the settings of the fan control, and probe the BMC.

    The probe writes nothing. It is left out if only the limits have changed.
    """

    def __init__(self) -> None:
        """Initialize the flow."""
        self._intervals: dict[str, Any] = {}
        """Options of the first step."""
        self._settings: dict[str, Any] = {}
        self._passwords: dict[str, str] = {}
        """Stored and entered passwords by username, until the BMC rejects them."""

    async def async_step_fan_control(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Explain the fan control and ask for its settings."""
        stored = self.config_entry.options.get(CONF_FAN_CONTROL, {})
        if user_input is None:
            if CONF_USERNAME in stored:
                self._passwords = {stored[CONF_USERNAME]: stored[CONF_PASSWORD]}
            return self._show_form(stored, {})
        self._settings = self._read_settings(user_input)
        if CONF_USERNAME in self._settings and not self._settings[CONF_PASSWORD]:
            return self._show_form(self._settings, {CONF_PASSWORD: "password_missing"})
        if all(self._settings.get(key) == stored.get(key) for key in _CONNECTION):
            return self._finish(stored[CONF_ZONES])
        return await self._async_probe()

    async def async_step_ipmi_off(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Offer to switch IPMI over LAN on."""
        if user_input is None:
            return self.async_show_form(step_id="ipmi_off", data_schema=vol.Schema({}))
        if (data := self._runtime_data) is None:
            return self._show_form(self._settings, {"base": "cannot_connect"})
        try:
            await data.client.async_set_protocol_enabled("IPMI", enabled=True)
        except SupermicroRedfishError as error:
            return self._show_form(self._settings, {"base": translation_key(error)})
        await data.static.async_request_refresh()
        return await self._async_probe()

    def _read_settings(self, user_input: Mapping[str, Any]) -> dict[str, Any]:
        """Return the settings that the user has entered.

        An empty password stands for the last one of the account, which is not shown.
        """
        settings: dict[str, Any] = {
            key: int(user_input[key]) for key in (CONF_PORT, CONF_FLOOR, CONF_HEADROOM)
        }
        if username := user_input.get(CONF_USERNAME):
            if password := user_input.get(CONF_PASSWORD):
                self._passwords[username] = password
            settings[CONF_USERNAME] = username
            settings[CONF_PASSWORD] = self._passwords.get(username, "")
        return settings

    @property
    def _runtime_data(self) -> SupermicroRuntimeData | None:
        """Runtime data of the entry, None while it is not loaded."""
        entry: SupermicroConfigEntry = self.config_entry
        is_loaded = entry.state is ConfigEntryState.LOADED
        return entry.runtime_data if is_loaded else None

    async def _async_probe(self) -> ConfigFlowResult:
        """Probe the BMC, and turn the fan control on if its fans can be controlled."""
        if (data := self._runtime_data) is None:
            return self._show_form(self._settings, {"base": "cannot_connect"})
        key, zones = await _async_find_zones(
            self.hass, data, self.config_entry.data, self._settings
        )
        if key == "ipmi_off":
            return await self.async_step_ipmi_off()
        if key == "ipmi_auth":
            self._passwords.pop(self._settings.get(CONF_USERNAME, ""), None)
        if key is not None:
            return self._show_form(self._settings, {"base": key})
        return self._finish(zones)

    def _finish(self, zones: tuple[int, ...]) -> ConfigFlowResult:
        """Store the options; Home Assistant then reloads the entry."""
        settings = {**self._settings, CONF_ZONES: [*zones]}
        return self.async_create_entry(
            data={**self._intervals, CONF_FAN_CONTROL: settings}
        )

    def _show_form(
        self, values: Mapping[str, Any], errors: dict[str, str]
    ) -> ConfigFlowResult:
        """Show the form, without the password."""
        shown = {key: value for key, value in values.items() if key != CONF_PASSWORD}
        return self.async_show_form(
            step_id="fan_control",
            data_schema=self.add_suggested_values_to_schema(FAN_CONTROL_FORM, shown),
            description_placeholders={
                "floor_min": str(FLOOR_LIMITS[0]),
                "floor_max": str(FLOOR_LIMITS[1]),
                "headroom_min": str(HEADROOM_LIMITS[0]),
                "headroom_max": str(HEADROOM_LIMITS[1]),
            },
            errors=errors,
        )


async def _async_find_zones(
    hass: HomeAssistant,
    data: SupermicroRuntimeData,
    entry_data: Mapping[str, Any],
    settings: Mapping[str, Any],
) -> tuple[str | None, tuple[int, ...]]:
    """Return the fan zones, or the key of the reason against them."""

    def load() -> Any:
        """Import IPMI, which reads files."""
        from . import probe  # noqa: PLC0415 - only while the user wants it

        return probe

    probe = await hass.async_add_import_executor_job(load)
    try:
        zones: tuple[int, ...] = await probe.async_probe_fans(
            data.client, entry_data, settings
        )
    except probe.ProbeError as error:
        return error.key, ()
    return None, zones
