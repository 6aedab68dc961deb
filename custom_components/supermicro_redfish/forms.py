"""Forms of the config flow and the options flow."""

from homeassistant.const import (
    CONF_HOST,
    CONF_PASSWORD,
    CONF_PORT,
    CONF_USERNAME,
    UnitOfTemperature,
    UnitOfTime,
)
from homeassistant.helpers.selector import (
    BooleanSelector,
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
import voluptuous as vol

from .const import (
    CERTIFICATE_PIN,
    CERTIFICATE_UNVERIFIED,
    CONF_CERTIFICATE,
    CONF_DYNAMIC_INTERVAL,
    CONF_FAN_CONTROL,
    CONF_FLOOR,
    CONF_HEADROOM,
    CONF_STATIC_INTERVAL,
    DYNAMIC_INTERVAL,
    DYNAMIC_LIMITS,
    FLOOR,
    FLOOR_LIMITS,
    HEADROOM,
    HEADROOM_LIMITS,
    IPMI_PORT,
    STATIC_INTERVAL,
    STATIC_LIMITS,
)

_MAX_PORT = 65535

_USERNAME = TextSelector(TextSelectorConfig(autocomplete="username"))
PASSWORD_SELECTOR = TextSelector(
    TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="current-password")
)

_HOST_FIELD = {vol.Required(CONF_HOST): TextSelector()}
_USERNAME_FIELD = {vol.Required(CONF_USERNAME): _USERNAME}
_ACCOUNT = _USERNAME_FIELD | {vol.Required(CONF_PASSWORD): PASSWORD_SELECTOR}

LOGIN_FORMS = {
    "user": vol.Schema(_HOST_FIELD | _ACCOUNT),
    "discovery_confirm": vol.Schema(_ACCOUNT),
    "reauth_confirm": vol.Schema(_ACCOUNT),
    "reconfigure": vol.Schema(
        _HOST_FIELD | _USERNAME_FIELD | {vol.Optional(CONF_PASSWORD): PASSWORD_SELECTOR}
    ),
}
"""Forms by step."""

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


def _number(first: int, last: int, unit: str | None = None) -> NumberSelector:
    """Return a selector for an integer."""
    config = NumberSelectorConfig(
        min=first, max=last, step=1, mode=NumberSelectorMode.BOX
    )
    if unit:
        config["unit_of_measurement"] = unit
    return NumberSelector(config)


OPTIONS_FORM = vol.Schema(
    {
        vol.Required(CONF_DYNAMIC_INTERVAL, default=DYNAMIC_INTERVAL.seconds): _number(
            *DYNAMIC_LIMITS, UnitOfTime.SECONDS
        ),
        vol.Required(
            CONF_STATIC_INTERVAL, default=STATIC_INTERVAL.seconds // 60
        ): _number(*STATIC_LIMITS, UnitOfTime.MINUTES),
        vol.Required(CONF_FAN_CONTROL, default=False): BooleanSelector(),
    }
)

FAN_CONTROL_FORM = vol.Schema(
    {
        vol.Required(CONF_PORT, default=IPMI_PORT): _number(1, _MAX_PORT),
        vol.Optional(CONF_USERNAME): _USERNAME,
        vol.Optional(CONF_PASSWORD): PASSWORD_SELECTOR,
        vol.Required(CONF_FLOOR, default=FLOOR): _number(*FLOOR_LIMITS, "%"),
        vol.Required(CONF_HEADROOM, default=HEADROOM): _number(
            *HEADROOM_LIMITS, UnitOfTemperature.CELSIUS
        ),
    }
)
