"""Diagnostics of a server, without data that identifies the server or its owner."""

from dataclasses import fields
from typing import Any

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.const import (
    CONF_HOST,
    CONF_PASSWORD,
    CONF_USERNAME,
    CONF_VERIFY_SSL,
)
from homeassistant.core import HomeAssistant

from .aiosupermicro import RequestStats
from .aiosupermicro.redaction import Redactor
from .const import (
    CERTIFICATE_PIN,
    CONF_ENTERED_HOST,
    CONF_REMOVED_ENTITIES,
    CONF_SERVICE_UUID,
    CONF_UNVERIFIED_CERTIFICATE,
)
from .coordinator import SupermicroCoordinator
from .fan_control.controller import FanController
from .runtime_data import SupermicroConfigEntry

_TO_REDACT = {
    CONF_HOST,
    CONF_ENTERED_HOST,
    CONF_USERNAME,
    CONF_PASSWORD,
    CONF_REMOVED_ENTITIES,
    CONF_SERVICE_UUID,
    CONF_UNVERIFIED_CERTIFICATE,
}


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: SupermicroConfigEntry
) -> dict[str, Any]:
    """Return diagnostics for a config entry.

    The resources are those of the BMC, with serial numbers, addresses and names
    redacted. The project's simulator can load them.
    """
    runtime_data = entry.runtime_data
    client = runtime_data.client
    board = await hass.async_add_executor_job(
        _redact_board,
        client.cached_resources,
        {
            "coordinators": {
                "dynamic": _coordinator(runtime_data.dynamic),
                "static": _coordinator(runtime_data.static),
            },
            "paths": client.paths,
        },
    )
    return {
        "entry": _entry(entry),
        "statistics": _statistics(client.stats),
        "fan_control": _fan_control(runtime_data.fan_controller),
        **board,
    }


def _entry(entry: SupermicroConfigEntry) -> dict[str, Any]:
    """Return the data and options of an entry, with the kind of trust only.

    The fingerprint of a certificate identifies its BMC.
    """
    verify_ssl = entry.data[CONF_VERIFY_SSL]
    trust = CERTIFICATE_PIN if isinstance(verify_ssl, str) else verify_ssl
    data = {**entry.data, CONF_VERIFY_SSL: trust, "options": dict(entry.options)}
    return async_redact_data(data, _TO_REDACT)


def _redact_board(
    resources: dict[str, dict[str, Any]], names: dict[str, Any]
) -> dict[str, Any]:
    """Redact the resources and their names; a large board takes a second."""
    redactor = Redactor(resources.values())
    return {
        **redactor.redact(names),
        "resources": {
            redactor.redact_text(path): redactor.redact(body)
            for path, body in resources.items()
        },
    }


def _coordinator(coordinator: SupermicroCoordinator[Any]) -> dict[str, Any]:
    """Return the diagnostics of a coordinator."""
    interval = coordinator.update_interval
    errors = coordinator.data.errors if coordinator.data else {}
    return {
        "interval_seconds": interval.total_seconds() if interval else None,
        "last_update_success": coordinator.last_update_success,
        "last_exception": _error_type(coordinator.last_exception),
        "errors": {
            _resource_name(name): _error_type(error) for name, error in errors.items()
        },
    }


def _fan_control(controller: FanController | None) -> dict[str, Any] | None:
    """Return the state of the fan control, None while it is off."""
    if controller is None:
        return None
    zones = controller.data.zones.values()
    return {
        "state": controller.state.value,
        "trip": controller.trip and controller.trip.reason.value,
        "is_responding": controller.is_responding,
        "mode": controller.data.mode,
        "zones": [{"duty": zone.duty, "minimum": zone.minimum} for zone in zones],
    }


def _resource_name(name: str) -> str:
    """Return the name of a resource, or the collection of a member.

    The Id of a drive, for example, may be its serial number.
    """
    return f"{name.rpartition('/')[0]}/*" if name.startswith("/") else name


def _error_type(error: BaseException | None) -> str | None:
    """Return the type of an error; its message may contain addresses."""
    if error is None:
        return None
    cause = error.__cause__
    return f"{type(error).__name__}{f' by {type(cause).__name__}' if cause else ''}"


def _statistics(stats: RequestStats) -> dict[str, Any]:
    """Return the statistics of the requests."""
    counts = {
        field.name: getattr(stats, field.name)
        for field in fields(stats)
        if not field.name.startswith("_")
    }
    return {**counts, "avg_response_time_ms": stats.avg_response_time_ms}
