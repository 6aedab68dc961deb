"""Config flow and options flow of the Supermicro Redfish integration."""

from collections.abc import Mapping
from typing import Any, override
from urllib.parse import urlsplit

from homeassistant.config_entries import (
    SOURCE_IGNORE,
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
)
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_VERIFY_SSL
from homeassistant.core import callback
from homeassistant.helpers.device_registry import format_mac
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
from homeassistant.helpers.service_info.ssdp import SsdpServiceInfo
import voluptuous as vol

from .aiosupermicro import ServerCertificate, SupermicroRedfishError
from .aiosupermicro.http.credentials import UnsendableError
from .client import async_connect_for_flow, async_create_bmc_session
from .const import (
    CERTIFICATE_PIN,
    CONF_CERTIFICATE,
    CONF_DYNAMIC_INTERVAL,
    CONF_ENTERED_HOST,
    CONF_FAN_CONTROL,
    CONF_STATIC_INTERVAL,
    CONF_UNVERIFIED_CERTIFICATE,
    DOMAIN,
    DYNAMIC_LIMITS,
    LOGGER,
    STATIC_LIMITS,
)
from .errors import translation_key
from .fan_control.options_flow import FanControlOptionsFlow
from .forms import CERTIFICATE_FORM, LOGIN_FORMS, OPTIONS_FORM, PASSWORD_SELECTOR
from .identity import (
    OtherServerError,
    Probe,
    Server,
    UnsupportedError,
    advertised_mac,
    async_has_trusted_certificate,
    async_identify,
    async_probe,
    async_verify_identity,
    find_discovered_entry,
    find_entry,
    is_likely_supermicro,
    moved_host,
    normalize_host,
    service_uuid,
)
from .util import certificate_placeholders, display_text, shorten_name


class SupermicroConfigFlow(ConfigFlow, domain=DOMAIN):
    """Config flow: add a server, or change its address and account."""

    VERSION = 1
    MINOR_VERSION = 2

    def __init__(self) -> None:
        """Initialize the flow."""
        self._form = SOURCE_USER
        """Step of the form that is shown again after an error."""
        self._data: dict[str, Any] = {}
        """Data that this flow has collected for the entry; the rest stays."""
        self._entered_password: str | None = None
        """Password to show again after an error, until the BMC rejects it.

        The stored password of an entry is never shown.
        """
        self._certificate: ServerCertificate | None = None
        """Certificate of the BMC, if its verification fails."""
        self._confirmed: str | None = None
        """Fingerprint of the certificate that the user has decided on."""

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> SupermicroOptionsFlow:
        """Return the options flow."""
        return SupermicroOptionsFlow()

    @override
    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Handle a flow initialized by the user."""
        return await self._async_handle_form("user", user_input)

    async def async_step_reauth(self, _: Mapping[str, Any]) -> ConfigFlowResult:
        """Handle rejected credentials of an entry."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for new credentials."""
        return await self._async_handle_form("reauth_confirm", user_input)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for a new address or account of the same BMC."""
        return await self._async_handle_form("reconfigure", user_input)

    @override
    async def async_step_ssdp(
        self, discovery_info: SsdpServiceInfo
    ) -> ConfigFlowResult:
        """Handle an announced Redfish service, which may be of any vendor."""
        advertised = discovery_info.ssdp_location or ""
        advertised = str(discovery_info.ssdp_headers.get("al", advertised))
        url = urlsplit(advertised.strip("<> "))
        return await self._async_discover(
            url.netloc if url.scheme == "https" else url.hostname
        )

    @override
    async def async_step_dhcp(
        self, discovery_info: DhcpServiceInfo
    ) -> ConfigFlowResult:
        """Handle a new address of a known BMC."""
        entry = await self.async_set_unique_id(format_mac(discovery_info.macaddress))
        return await self._async_discover(self._entry_host(entry, discovery_info.ip))

    async def async_step_discovery_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the account of a discovered BMC."""
        return await self._async_handle_form("discovery_confirm", user_input)

    async def async_step_certificate(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show an unverified certificate before the password is sent."""
        assert self._certificate  # noqa: S101 - set by the step before
        if user_input is None:
            return self.async_show_form(
                step_id="certificate",
                data_schema=CERTIFICATE_FORM,
                description_placeholders={
                    **certificate_placeholders(self._certificate),
                    "url": f"https://{self._current_data[CONF_HOST]}",
                },
            )
        self._confirmed = self._certificate.fingerprint
        is_pinned = user_input[CONF_CERTIFICATE] == CERTIFICATE_PIN
        self._data[CONF_VERIFY_SSL] = self._confirmed if is_pinned else False
        return await self._async_log_in()

    @property
    def _current_data(self) -> dict[str, Any]:
        """Current data of the entry, with the data that this flow has collected.

        Discovery may change the address of an entry while its flow waits for the user.
        """
        entry = self._get_own_entry()
        data = {**(entry.data if entry else {}), **self._data}
        if CONF_HOST in self._data:
            data.pop(CONF_ENTERED_HOST, None)
        if self._confirmed is not None:
            data.pop(CONF_UNVERIFIED_CERTIFICATE, None)
        return data

    async def _async_handle_form(
        self, form: str, user_input: dict[str, Any] | None
    ) -> ConfigFlowResult:
        """Show a form, or probe the address that was entered."""
        self._form = form
        if user_input is None:
            return self._show_form({})
        if self._lacks_password(user_input):
            return self._show_form({CONF_PASSWORD: "password_missing"})
        self._data |= user_input
        self._entered_password = user_input.get(CONF_PASSWORD)
        if not self._entered_password:
            self._data.pop(CONF_PASSWORD, None)
        try:
            host = normalize_host(self._current_data[CONF_HOST])
        except ValueError:
            return self._show_form({CONF_HOST: "invalid_host"})
        if CONF_HOST in self._data:
            self._data[CONF_HOST] = host
        try:
            probe = await self._async_probe(host)
        except Exception as error:  # noqa: BLE001 - the form shows any error
            return self._show_form({"base": _error_key(error)})
        self._certificate = probe.certificate
        if probe.certificate is None:
            self._data[CONF_VERIFY_SSL] = True
        elif not self._is_confirmed(probe.certificate):
            return await self.async_step_certificate()
        return await self._async_log_in()

    def _lacks_password(self, user_input: Mapping[str, Any]) -> bool:
        """Return whether the password is missing, except to keep the stored one."""
        return self._form != "reconfigure" and not user_input.get(CONF_PASSWORD)

    def _is_confirmed(self, certificate: ServerCertificate) -> bool:
        """Return whether the user has already decided on a certificate.

        A user who has disabled verification is not asked after each new password.
        """
        verify_ssl = self._current_data.get(CONF_VERIFY_SSL)
        if self.source == SOURCE_REAUTH and verify_ssl is False:
            return True
        return certificate.fingerprint in (verify_ssl, self._confirmed)

    async def _async_probe(self, host: str) -> Probe:
        """Read the service root and the certificate without credentials.

        Each flow has sessions of its own: a cookie or a connection of the device at the
        address must not outlive it.
        """
        async with async_create_bmc_session(self.hass) as session:
            return await async_probe(session, host)

    async def _async_log_in(self) -> ConfigFlowResult:
        """Log in, identify the server and finish the flow.

        The server of an existing entry is verified as by the setup, which accepts the
        identifiers of earlier versions and firmware as well.
        """
        entry = self._get_own_entry()
        try:
            async with async_connect_for_flow(self.hass, self._current_data) as client:
                server = await async_identify(client)
                if entry and entry.unique_id not in (None, *server.identifiers):
                    await async_verify_identity(client, entry.unique_id)
        except OtherServerError:
            return self.async_abort(reason="wrong_device")
        except Exception as error:  # noqa: BLE001 - the form shows any error
            return self._show_form({"base": _error_key(error)})
        if entry is None:
            return await self._async_create(server)
        if entry.unique_id is None and (other := self._find_other(server)):
            return self._abort_configured(other)
        return self.async_update_reload_and_abort(entry, data=self._current_data)

    def _get_own_entry(self) -> ConfigEntry | None:
        """Return the entry that this flow changes, None if it adds one."""
        if self.source == SOURCE_REAUTH:
            return self._get_reauth_entry()
        if self.source == SOURCE_RECONFIGURE:
            return self._get_reconfigure_entry()
        return None

    async def _async_create(self, server: Server) -> ConfigFlowResult:
        """Create an entry for the server, unless it has one.

        A server that is already set up stays as it is: any device can claim its MAC
        address, and would otherwise get its entry.
        """
        if other := self._find_other(server):
            return self._abort_configured(other)
        await self.async_set_unique_id(server.unique_id, raise_on_progress=False)
        for flow in self._async_in_progress(include_uninitialized=True):
            if flow["context"].get("unique_id") in server.identifiers:
                self.hass.config_entries.flow.async_abort(flow["flow_id"])
        return self.async_create_entry(title=server.name, data=self._data)

    def _find_other(self, server: Server) -> ConfigEntry | None:
        """Return an entry that has one of the identifiers of a server."""
        entries = self._async_current_entries(include_ignore=False)
        return find_entry(entries, server.identifiers)

    async def _async_discover(self, host: str | None) -> ConfigFlowResult:
        """Ask for the account of a discovered BMC, or update the host of a known one.

        Devices that are no BMC of a Supermicro server are ignored.
        """
        entries = self._async_current_entries(include_ignore=False)
        try:
            host = normalize_host(host or "")
            for entry in entries:
                if entry.data[CONF_HOST] == host:
                    return self._abort_configured(entry)
            self._data = {CONF_HOST: host}
            probe = await self._async_probe(host)
        except UnsupportedError, SupermicroRedfishError, ValueError:
            return self.async_abort(reason="not_supported")
        root = probe.root
        unique_id = advertised_mac(root) or self.unique_id or service_uuid(root)
        is_other = unique_id != (self.unique_id or unique_id)
        if is_other or not is_likely_supermicro(root):
            return self.async_abort(reason="not_supported")
        if known := find_discovered_entry(entries, unique_id, root):
            unique_id = known.unique_id
        if known := await self.async_set_unique_id(unique_id):
            await self._async_follow(known, host, probe)
        name = shorten_name(root.product or "") or "Supermicro BMC"
        self.context["title_placeholders"] = {"name": f"{name} ({host})"}
        self.context["configuration_url"] = f"https://{host}"
        return await self.async_step_discovery_confirm()

    async def _async_follow(self, entry: ConfigEntry, host: str, probe: Probe) -> None:
        """Abort for a known BMC, and update its address if it surely has moved.

        Any device can announce a new address, with the MAC address of a known BMC. It
        has to show the pinned certificate, or one that verifies. An entry whose
        certificate is not verified stays where the user has set it.
        """
        updates = None
        if (
            entry.source != SOURCE_IGNORE
            and self._entry_host(entry, host) == host
            and await async_has_trusted_certificate(entry, host, probe)
        ):
            entered = entry.data.get(CONF_ENTERED_HOST, entry.data[CONF_HOST])
            updates = {CONF_HOST: host, CONF_ENTERED_HOST: entered}
        self._abort_if_unique_id_configured(
            updates, description_placeholders={"name": display_text(entry.title)}
        )

    def _entry_host(self, entry: ConfigEntry | None, host: str) -> str:
        """Return the host setting of a BMC that was found at an address.

        A host name, and the port, stay as the user has entered them.
        """
        return moved_host(entry.data[CONF_HOST], host) if entry else host

    def _abort_configured(self, entry: ConfigEntry) -> ConfigFlowResult:
        """Abort because the server is already set up."""
        return self.async_abort(
            reason="already_configured",
            description_placeholders={"name": display_text(entry.title)},
        )

    def _show_form(self, errors: dict[str, str]) -> ConfigFlowResult:
        """Show the form of the current step again, without a rejected password.

        The page adds its own error about a required field to those of the form, and
        keeps both. A password that has to be entered again is therefore optional in the
        form, and this flow reports that it is missing.
        """
        values = self._current_data
        values.pop(CONF_PASSWORD, None)
        schema = LOGIN_FORMS[self._form]
        if errors.keys() == {CONF_PASSWORD} or "invalid_auth" in errors.values():
            schema = schema.extend({vol.Optional(CONF_PASSWORD): PASSWORD_SELECTOR})
        elif self._entered_password:
            values[CONF_PASSWORD] = self._entered_password
        return self.async_show_form(
            step_id=self._form,
            data_schema=self.add_suggested_values_to_schema(schema, values),
            description_placeholders={"host": str(values.get(CONF_HOST))},
            errors=errors,
        )


class SupermicroOptionsFlow(FanControlOptionsFlow):
    """Options flow: the intervals of the polls, and the fan control."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the intervals, and whether fans are controlled."""
        options = self.config_entry.options
        if user_input is None:
            values = {**options, CONF_FAN_CONTROL: CONF_FAN_CONTROL in options}
            return self.async_show_form(
                step_id="init",
                data_schema=self.add_suggested_values_to_schema(OPTIONS_FORM, values),
                description_placeholders={
                    "dynamic_min": str(DYNAMIC_LIMITS[0]),
                    "dynamic_max": str(DYNAMIC_LIMITS[1]),
                    "static_min": str(STATIC_LIMITS[0]),
                    "static_max": str(STATIC_LIMITS[1]),
                },
            )
        self._intervals = {
            key: int(user_input[key])
            for key in (CONF_DYNAMIC_INTERVAL, CONF_STATIC_INTERVAL)
        }
        if user_input[CONF_FAN_CONTROL]:
            return await self.async_step_fan_control()
        return self.async_create_entry(data=self._intervals)


def _error_key(error: Exception) -> str:
    """Return the translation key of an error."""
    if isinstance(error, UnsupportedError):
        return "not_supported"
    if isinstance(error, UnsendableError):
        return "invalid_auth"
    if isinstance(error, SupermicroRedfishError):
        return translation_key(error)
    LOGGER.error("Unexpected error in the config flow", exc_info=error)
    return "unknown"
