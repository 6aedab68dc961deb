"""Execute PATCH requests, including their effects on other resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .changes import merge
from .resources import JsonObject, resource_type
from .responses import RedfishError, Response
from .validation import SECRETS, validate

if TYPE_CHECKING:
    from .bmc import Bmc

NTP_SERVERS = ("PrimaryNTPServer", "SecondaryNTPServer")

# The rest of a boot override after a PATCH of its target alone. Owners report that the
# BMC falls back to other values. The values here are an assumption.
_BOOT_DEFAULTS = {
    "BootSourceOverrideEnabled": "Disabled",
    "BootSourceOverrideMode": "Legacy",
}

# The types of resources that a task writes to, with the message of the response.
_TASKS = {
    "NTP": "SMC.OemNtpAcceptedMessage",
    "ManagerNetworkProtocol": "SMC.OemNetworkProtocolAcceptedMessage",
}


def execute_patch(bmc: Bmc, path: str, patch: JsonObject) -> Response:
    """Validate and apply a PATCH, and return its response."""
    body = bmc.store[path]
    kind = resource_type(body)
    validate(patch, body)
    if condition := _CONDITIONS.get(kind):
        condition(patch, body)
    if kind in _TASKS and bmc.tasks.enabled:
        name = f"{body.get('Name', kind)} configuration"
        task = bmc.tasks.start(name, lambda: _apply(bmc, path, patch))
        return bmc.response_builder.accepted(_TASKS[kind], task, tuple(patch))
    _apply(bmc, path, patch)
    if bmc.write_response == "resource":
        return Response(200, bmc.resource(path))
    if bmc.write_response == "nothing":
        return Response(204)
    return bmc.response_builder.success()


def _apply(bmc: Bmc, path: str, patch: JsonObject) -> None:
    """Change the body and the state that depends on it."""
    body = bmc.store[path]
    merge(body, {key: value for key, value in patch.items() if key not in SECRETS})
    if effect := _EFFECTS.get(resource_type(body)):
        effect(bmc, path, patch)


def _check_ntp(patch: JsonObject, body: JsonObject) -> None:
    """Reject servers while NTP is off, and NTP without a server."""
    after = body | patch
    if any(key in patch for key in NTP_SERVERS) and not after["NTPEnable"]:
        raise RedfishError("SMC.OemNtpPatchSettingCondition", related=NTP_SERVERS)
    if patch.get("NTPEnable") and not any(after.get(key) for key in NTP_SERVERS):
        raise RedfishError("SMC.OemNtpMissingItem", related=NTP_SERVERS)


def _check_protocols(patch: JsonObject, body: JsonObject) -> None:
    """Reject a protocol setting that changes nothing, and invalid NTP settings."""
    for name, settings in patch.items():
        if isinstance(settings, dict) and any(
            body[name][key] == value for key, value in settings.items()
        ):
            raise RedfishError(
                "SMC.NetworkProtocolServiceConfigureFailed", name, related=(f"/{name}",)
            )
    if "NTP" in patch:
        _check_ntp(_to_oem_ntp(patch["NTP"]), _to_oem_ntp(body["NTP"]))


def _to_oem_ntp(settings: JsonObject) -> JsonObject:
    """Convert the NTP settings of NetworkProtocol to those of the OEM resource."""
    ntp = {}
    if "ProtocolEnabled" in settings:
        ntp["NTPEnable"] = settings["ProtocolEnabled"]
    if "NTPServers" in settings:
        servers = [*settings["NTPServers"], "", ""]
        ntp |= dict(zip(NTP_SERVERS, servers, strict=False))
    return ntp


_CONDITIONS = {"NTP": _check_ntp, "ManagerNetworkProtocol": _check_protocols}


def _mirror_ntp(bmc: Bmc, path: str, _patch: JsonObject) -> None:
    """Copy the OEM NTP settings to NetworkProtocol, where the new family has them."""
    ntp = bmc.store[path]
    settings = {
        "ProtocolEnabled": ntp["NTPEnable"],
        "NTPServers": [ntp.get(key) for key in NTP_SERVERS],
    }
    for other in bmc.store.find("ManagerNetworkProtocol"):
        if "NTP" in bmc.store[other]:
            merge(bmc.store[other], {"NTP": settings})


def _mirror_protocols(bmc: Bmc, path: str, _patch: JsonObject) -> None:
    """Copy the NTP settings of NetworkProtocol to the OEM resource."""
    if settings := bmc.store[path].get("NTP"):
        for other in bmc.store.find("NTP"):
            merge(bmc.store[other], _to_oem_ntp(settings))


def _set_led(bmc: Bmc, path: str, patch: JsonObject) -> None:
    """Keep both properties of the identify LED equal, on the system and the chassis.

    A drive has an LED of its own. No recording has a lit LED: that the location
    indicator blinks is an assumption.
    """
    led: JsonObject = {}
    if "LocationIndicatorActive" in patch:
        active = patch["LocationIndicatorActive"]
        led = {"LocationIndicatorActive": active}
        led["IndicatorLED"] = "Blinking" if active else "Off"
    if "IndicatorLED" in patch:
        led = {"IndicatorLED": patch["IndicatorLED"]}
        led["LocationIndicatorActive"] = patch["IndicatorLED"] != "Off"
    machine = bmc.system_and_chassis
    for other in machine if path in machine else (path,):
        if other in bmc.store:
            body = bmc.store[other]
            body |= {key: value for key, value in led.items() if key in body}


def _set_system(bmc: Bmc, path: str, patch: JsonObject) -> None:
    """Set the LED; reset the parts of a boot override that are not in the PATCH."""
    _set_led(bmc, path, patch)
    boot, patched = bmc.store[path].get("Boot", {}), patch.get("Boot", {})
    if "BootSourceOverrideTarget" in patched and "BootSourceOverrideMode" in boot:
        defaults = _BOOT_DEFAULTS.items()
        boot |= {key: value for key, value in defaults if key not in patched}


def _set_account(bmc: Bmc, path: str, patch: JsonObject) -> None:
    """Change the password of the simulator's account."""
    if "Password" in patch and bmc.store[path].get("UserName") == bmc.username:
        bmc.change_password(patch["Password"])


def _set_session_service(bmc: Bmc, _path: str, patch: JsonObject) -> None:
    """Set the timeout of sessions."""
    bmc.sessions.timeout = float(patch.get("SessionTimeout", bmc.sessions.timeout))


def _mirror_log_entry(bmc: Bmc, path: str, patch: JsonObject) -> None:
    """Copy the changed entry into its collection."""
    for member in bmc.store[path.rpartition("/")[0]].get("Members", ()):
        if member.get("@odata.id") == path:
            merge(member, patch)


_EFFECTS = {
    "LogEntry": _mirror_log_entry,
    "NTP": _mirror_ntp,
    "ManagerNetworkProtocol": _mirror_protocols,
    "ComputerSystem": _set_system,
    "Chassis": _set_led,
    "Drive": _set_led,
    "ManagerAccount": _set_account,
    "SessionService": _set_session_service,
}
