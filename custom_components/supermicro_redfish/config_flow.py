"""How a server is added, and how its address, account and intervals are changed."""

from collections.abc import Mapping
from typing import Any, override
from urllib.parse import urlsplit

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
    OptionsFlowWithReload,
)
from homeassistant.const import (
    CONF_HOST,
    CONF_PASSWORD,
    CONF_USERNAME,
    CONF_VERIFY_SSL,
    UnitOfTime,
)
from homeassistant.core import callback
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.device_registry import format_mac
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
from homeassistant.helpers.service_info.ssdp import SsdpServiceInfo
import voluptuous as vol

from .aiosupermicro import (
    ServerCertificate,
    SupermicroRedfishClient,
    SupermicroRedfishError,
)
from .client import trust
from .const import (
    CERTIFICATE_PIN,
    CERTIFICATE_UNVERIFIED,
    CONF_CERTIFICATE,
    CONF_DYNAMIC_INTERVAL,
    CONF_STATIC_INTERVAL,
    DOMAIN,
    DYNAMIC_INTERVAL,
    LOGGER,
    STATIC_INTERVAL,
)
from .errors import translation_key
from .identity import (
    Probe,
    Server,
    UnsupportedError,
    advertised_mac,
    async_identify,
    async_probe,
    is_likely,
    moved_host,
    tidy_host,
)
from .util import described, shortened

_PASSWORD = TextSelector(
    TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="current-password")
)
_HOST_FIELD = {vol.Required(CONF_HOST): TextSelector()}
_USERNAME_FIELD = {
    vol.Required(CONF_USERNAME): TextSelector(
        TextSelectorConfig(autocomplete="username")
    )
}
_ACCOUNT = _USERNAME_FIELD | {vol.Required(CONF_PASSWORD): _PASSWORD}

FORMS = {
    "user": vol.Schema(_HOST_FIELD | _ACCOUNT),
    "discovery_confirm": vol.Schema(_ACCOUNT),
    "reauth_confirm": vol.Schema(_ACCOUNT),
    "reconfigure": vol.Schema(
        _HOST_FIELD | _USERNAME_FIELD | {vol.Optional(CONF_PASSWORD): _PASSWORD}
    ),
}
"""The forms that end in an attempt to log in."""

CERTIFICATE_FORM = vol.Schema(
    {
        vol.Required(CONF_CERTIFICATE, default=CERTIFICATE_PIN): SelectSelector(
            SelectSelectorConfig(
                options=[CERTIFICATE_PIN, CERTIFICATE_UNVERIFIED],
                mode=SelectSelectorMode.LIST,
                translation_key=CONF_CERTIFICATE,
            )
        )
    }
)


def _interval(first: int, last: int, unit: UnitOfTime) -> NumberSelector:
    """Return a field for an interval."""
    return NumberSelector(
        NumberSelectorConfig(
            min=first,
            max=last,
            step=1,
            mode=NumberSelectorMode.BOX,
            unit_of_measurement=unit,
        )
    )


OPTIONS_FORM = vol.Schema(
    {
        vol.Required(
            CONF_DYNAMIC_INTERVAL, default=DYNAMIC_INTERVAL.seconds
        ): _interval(10, 300, UnitOfTime.SECONDS),
        vol.Required(
            CONF_STATIC_INTERVAL, default=STATIC_INTERVAL.seconds // 60
        ): _interval(5, 1440, UnitOfTime.MINUTES),
    }
)


class SupermicroConfigFlow(ConfigFlow, domain=DOMAIN):
    """The dialogue by which a server is added, and its account and address changed."""

    VERSION = 1
    MINOR_VERSION = 1

    def __init__(self) -> None:
        """Begin with nothing known."""
        self._form = SOURCE_USER
        """The form that the user comes back to when something is wrong."""
        self._data: dict[str, Any] = {}
        """What the entry is to hold."""
        self._certificate: ServerCertificate | None = None
        """What the BMC shows, where nobody vouches for it."""
        self._decided: str | None = None
        """The fingerprint that the user was asked about and has decided on."""

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> SupermicroOptionsFlow:
        """Return the dialogue for the intervals."""
        return SupermicroOptionsFlow()

    @override
    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the BMC's address and account, and try them."""
        return await self._async_fill_in("user", user_input)

    async def async_step_reauth(
        self, entry_data: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Begin when the BMC has refused the password of an entry."""
        self._data = dict(entry_data)
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the account anew, and try it."""
        return await self._async_fill_in("reauth_confirm", user_input)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for another address or account of the same BMC, and try it."""
        stored = self._get_reconfigure_entry().data
        password = {CONF_PASSWORD: stored[CONF_PASSWORD]}
        self._data = {**stored, **self._data, **password}
        return await self._async_fill_in("reconfigure", user_input)

    @override
    async def async_step_ssdp(
        self, discovery_info: SsdpServiceInfo
    ) -> ConfigFlowResult:
        """Look at what has announced a Redfish service: any maker may have."""
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
        """Follow a BMC to the address that it was given."""
        await self.async_set_unique_id(format_mac(discovery_info.macaddress))
        return await self._async_discover(self._moved(discovery_info.ip))

    async def async_step_discovery_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the account of a BMC that was found, and try it."""
        return await self._async_fill_in("discovery_confirm", user_input)

    async def async_step_certificate(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show a certificate that nobody vouches for, before the password is sent."""
        assert self._certificate  # noqa: S101 - what leads here has read it
        if user_input is None:
            return self.async_show_form(
                step_id="certificate",
                data_schema=CERTIFICATE_FORM,
                description_placeholders={
                    **described(self._certificate),
                    "url": f"https://{self._data[CONF_HOST]}",
                },
            )
        self._decided = self._certificate.fingerprint
        is_pinned = user_input[CONF_CERTIFICATE] == CERTIFICATE_PIN
        self._data[CONF_VERIFY_SSL] = self._decided if is_pinned else False
        return await self._async_log_in()

    async def _async_fill_in(
        self, form: str, user_input: dict[str, Any] | None
    ) -> ConfigFlowResult:
        """Show a form, or go on with what was entered there."""
        self._form = form
        if user_input is None:
            return self._show_form({})
        self._data |= user_input
        try:
            self._data[CONF_HOST] = tidy_host(self._data[CONF_HOST])
        except ValueError:
            return self._show_form({CONF_HOST: "invalid_host"})
        try:
            probe = await self._async_probe()
        except Exception as error:  # noqa: BLE001 - whatever it is, the dialogue goes on
            return self._show_form({"base": _error_key(error)})
        self._certificate = probe.certificate
        if probe.certificate is None:
            self._data[CONF_VERIFY_SSL] = True
        elif not self._is_decided(probe.certificate):
            return await self.async_step_certificate()
        return await self._async_log_in()

    def _is_decided(self, certificate: ServerCertificate) -> bool:
        """Tell whether the user has said what to do about a certificate.

        Whoever wants it unverified is not asked for it each time the password changes.
        """
        before = self._data.get(CONF_VERIFY_SSL)
        if self.source == SOURCE_REAUTH and before is False:
            return True
        return certificate.fingerprint in (before, self._decided)

    async def _async_probe(self) -> Probe:
        """Look at what answers at the address."""
        session = async_get_clientsession(self.hass)
        return await async_probe(session, self._data[CONF_HOST])

    async def _async_log_in(self) -> ConfigFlowResult:
        """Log in, find out which server it is, and end the dialogue."""
        client = SupermicroRedfishClient(
            async_get_clientsession(self.hass),
            self._data[CONF_HOST],
            self._data[CONF_USERNAME],
            self._data[CONF_PASSWORD],
            verify_ssl=trust(self._data[CONF_VERIFY_SSL]),
        )
        try:
            server = await async_identify(client)
        except Exception as error:  # noqa: BLE001 - whatever it is, the dialogue goes on
            return self._show_form({"base": _error_key(error)})
        finally:
            await client.async_disconnect()
        return await self._async_finish(server)

    async def _async_finish(self, server: Server) -> ConfigFlowResult:
        """Make an entry for the server, or change the one that it has."""
        await self.async_set_unique_id(server.unique_id, raise_on_progress=False)
        if self.source in (SOURCE_REAUTH, SOURCE_RECONFIGURE):
            self._abort_if_unique_id_mismatch(reason="wrong_device")
            is_reauth = self.source == SOURCE_REAUTH
            entry = (
                self._get_reauth_entry() if is_reauth else self._get_reconfigure_entry()
            )
            return self.async_update_reload_and_abort(entry, data=self._data)
        self._abort_if_unique_id_configured(updates=self._data)
        return self.async_create_entry(title=server.name, data=self._data)

    async def _async_discover(self, host: str | None) -> ConfigFlowResult:
        """Ask for the account of a BMC that was found, or follow one that has moved.

        Whatever is no BMC of a Supermicro server is passed over in silence.
        """
        try:
            host = tidy_host(host or "")
            self._async_abort_entries_match({CONF_HOST: host})
            self._data = {CONF_HOST: host}
            probe = await self._async_probe()
        except UnsupportedError, SupermicroRedfishError, ValueError:
            return self.async_abort(reason="not_supported")
        identity = advertised_mac(probe.root) or self.unique_id or probe.root.uuid
        if not is_likely(probe.root) or identity != (self.unique_id or identity):
            return self.async_abort(reason="not_supported")
        await self.async_set_unique_id(identity)
        self._abort_if_unique_id_configured(updates={CONF_HOST: self._moved(host)})
        name = shortened(probe.root.product or "Supermicro BMC")
        self.context["title_placeholders"] = {"name": f"{name} ({host})"}
        self.context["configuration_url"] = f"https://{host}"
        return await self.async_step_discovery_confirm()

    def _moved(self, host: str) -> str:
        """Return the address of a BMC that was seen at a host, as its entry has it.

        Anybody can say that it has moved, and what is left unverified would be told
        the password there: it stays where the user said.
        """
        known = self.hass.config_entries.async_entry_for_domain_unique_id(
            DOMAIN, self.unique_id or ""
        )
        if known is None:
            return host
        before: str = known.data[CONF_HOST]
        return moved_host(before, host) if known.data[CONF_VERIFY_SSL] else before

    def _show_form(self, errors: dict[str, str]) -> ConfigFlowResult:
        """Show the form again that this began with, without the password."""
        known = {
            key: value for key, value in self._data.items() if key != CONF_PASSWORD
        }
        return self.async_show_form(
            step_id=self._form,
            data_schema=self.add_suggested_values_to_schema(FORMS[self._form], known),
            description_placeholders={"host": str(known.get(CONF_HOST))},
            errors=errors,
        )


class SupermicroOptionsFlow(OptionsFlowWithReload):
    """The dialogue for how often the BMC is read."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the intervals."""
        if user_input is not None:
            whole = {key: int(value) for key, value in user_input.items()}
            return self.async_create_entry(data=whole)
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(
                OPTIONS_FORM, self.config_entry.options
            ),
        )


def _error_key(error: Exception) -> str:
    """Return the key of what the user is told about a failure."""
    if isinstance(error, UnsupportedError):
        return "not_supported"
    if isinstance(error, SupermicroRedfishError):
        return translation_key(error)
    LOGGER.error("Unexpected failure while a server was set up", exc_info=error)
    return "unknown"
