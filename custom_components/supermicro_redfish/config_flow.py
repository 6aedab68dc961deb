"""How a server is added."""

from dataclasses import dataclass
from typing import Any, override

from homeassistant.config_entries import ConfigFlow, ConfigFlowResult
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.device_registry import format_mac
from homeassistant.helpers.selector import (
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import voluptuous as vol

from .aiosupermicro import (
    AuthenticationError,
    Chassis,
    NotFoundError,
    SupermicroRedfishClient,
    SupermicroRedfishError,
)
from .const import DOMAIN, LOGGER
from .device import server_name
from .errors import translation_key

SCHEMA = vol.Schema(
    {
        vol.Required(CONF_HOST): TextSelector(),
        vol.Required(CONF_USERNAME): TextSelector(
            TextSelectorConfig(autocomplete="username")
        ),
        vol.Required(CONF_PASSWORD): TextSelector(
            TextSelectorConfig(
                type=TextSelectorType.PASSWORD, autocomplete="current-password"
            )
        ),
    }
)


class UnsupportedError(Exception):
    """What answers is no BMC of a Supermicro server, or none that can be told apart."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """What the dialogue learns of a server."""

    unique_id: str
    name: str


async def _async_identify(client: SupermicroRedfishClient) -> Server:
    """Log in and find out which server this is.

    The root tells other makers without a login, so that they never see the password.

    Raises:
        UnsupportedError: It is none that this integration is for.
        SupermicroRedfishError: It could not be asked.

    """
    try:
        root = await client.async_get_service_root()
    except AuthenticationError as error:
        # A BMC shows its root to everyone.
        raise UnsupportedError from error
    if root.is_supermicro is False:
        raise UnsupportedError
    system = await client.async_get_system()
    if not (root.is_supermicro or system.is_supermicro):
        raise UnsupportedError
    identifier = await client.async_get_mac_address()
    identifier = identifier or (await client.async_get_manager()).uuid or ""
    if not identifier.strip("0-"):
        raise UnsupportedError
    try:
        chassis = await client.async_get_chassis()
    except NotFoundError:
        chassis = Chassis()
    return Server(unique_id=format_mac(identifier), name=server_name(system, chassis))


async def _async_try(
    hass: HomeAssistant, user_input: dict[str, Any]
) -> tuple[Server | None, dict[str, str]]:
    """Return the server that the user input leads to, or what is wrong with it."""
    session = async_get_clientsession(hass, verify_ssl=False)
    try:
        client = SupermicroRedfishClient(
            session,
            user_input[CONF_HOST],
            user_input[CONF_USERNAME],
            user_input[CONF_PASSWORD],
        )
    except ValueError:
        return None, {CONF_HOST: "invalid_host"}
    try:
        return await _async_identify(client), {}
    except UnsupportedError:
        return None, {"base": "not_supported"}
    except SupermicroRedfishError as error:
        return None, {"base": translation_key(error)}
    except Exception:  # noqa: BLE001 - whatever it is, the dialogue goes on
        LOGGER.exception("Unexpected failure while a server was added")
        return None, {"base": "unknown"}
    finally:
        await client.async_disconnect()


class SupermicroConfigFlow(ConfigFlow, domain=DOMAIN):
    """The dialogue by which a server is added."""

    VERSION = 1
    MINOR_VERSION = 1

    @override
    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the BMC's address and account, and try them."""
        errors: dict[str, str] = {}
        if user_input is not None:
            server, errors = await _async_try(self.hass, user_input)
            if server:
                await self.async_set_unique_id(server.unique_id)
                self._abort_if_unique_id_configured(updates=user_input)
                return self.async_create_entry(title=server.name, data=user_input)
        return self.async_show_form(
            step_id="user",
            data_schema=self.add_suggested_values_to_schema(SCHEMA, user_input),
            errors=errors,
        )
