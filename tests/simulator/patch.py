"""What a PATCH does beyond changing the body it was sent to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .changes import merge
from .messages import Answer, Json, Refusal
from .validation import SECRETS, check, type_of

if TYPE_CHECKING:
    from .bmc import Bmc

NTP_SERVERS = ("PrimaryNTPServer", "SecondaryNTPServer")

# What a boot override falls back to of which a PATCH names the target alone. That the
# BMC falls back was said by owners; to what is ours.
_BOOT_DEFAULTS = {
    "BootSourceOverrideEnabled": "Disabled",
    "BootSourceOverrideMode": "Legacy",
}

# The writes that a task carries out, with the message that says so.
_TASKS = {
    "NTP": "SMC.OemNtpAcceptedMessage",
    "ManagerNetworkProtocol": "SMC.OemNetworkProtocolAcceptedMessage",
}


def write(bmc: Bmc, path: str, patch: Json) -> Answer:
    """Check a PATCH, carry it out, and return its answer."""
    body = bmc.store[path]
    kind = type_of(body)
    check(patch, body)
    if condition := _CONDITIONS.get(kind):
        condition(patch, body)
    if kind in _TASKS and bmc.tasks.enabled:
        name = f"{body.get('Name', kind)} configuration"
        task = bmc.tasks.start(name, lambda: _apply(bmc, path, patch))
        return bmc.phrases.accepted(_TASKS[kind], task, tuple(patch))
    _apply(bmc, path, patch)
    if bmc.write_answer == "resource":
        return Answer(200, bmc.resource(path))
    return Answer(204) if bmc.write_answer == "nothing" else bmc.phrases.success()


def _apply(bmc: Bmc, path: str, patch: Json) -> None:
    """Change the body, and what depends on it."""
    body = bmc.store[path]
    merge(body, {key: value for key, value in patch.items() if key not in SECRETS})
    if effect := _EFFECTS.get(type_of(body)):
        effect(bmc, path, patch)


def _check_ntp(patch: Json, body: Json) -> None:
    """Refuse servers while NTP is off, and NTP without a server."""
    after = body | patch
    if any(key in patch for key in NTP_SERVERS) and not after["NTPEnable"]:
        raise Refusal("SMC.OemNtpPatchSettingCondition", related=NTP_SERVERS)
    if patch.get("NTPEnable") and not any(after.get(key) for key in NTP_SERVERS):
        raise Refusal("SMC.OemNtpMissingItem", related=NTP_SERVERS)


def _check_protocols(patch: Json, body: Json) -> None:
    """Refuse to set a protocol to what it is already, and the rules of NTP."""
    for name, settings in patch.items():
        if isinstance(settings, dict) and any(
            body[name][key] == value for key, value in settings.items()
        ):
            raise Refusal(
                "SMC.NetworkProtocolServiceConfigureFailed", name, related=(f"/{name}",)
            )
    if "NTP" in patch:
        _check_ntp(_as_ntp(patch["NTP"]), _as_ntp(body["NTP"]))


def _as_ntp(settings: Json) -> Json:
    """Return the NTP settings of NetworkProtocol as the NTP resource has them."""
    ntp = {}
    if "ProtocolEnabled" in settings:
        ntp["NTPEnable"] = settings["ProtocolEnabled"]
    if "NTPServers" in settings:
        servers = [*settings["NTPServers"], "", ""]
        ntp |= dict(zip(NTP_SERVERS, servers, strict=False))
    return ntp


_CONDITIONS = {"NTP": _check_ntp, "ManagerNetworkProtocol": _check_protocols}


def _mirror_ntp(bmc: Bmc, path: str, _patch: Json) -> None:
    """Repeat the NTP settings in NetworkProtocol, where the new family has them."""
    ntp = bmc.store[path]
    settings = {
        "ProtocolEnabled": ntp["NTPEnable"],
        "NTPServers": [ntp.get(key) for key in NTP_SERVERS],
    }
    for other in bmc.store.find("ManagerNetworkProtocol"):
        if "NTP" in bmc.store[other]:
            merge(bmc.store[other], {"NTP": settings})


def _mirror_protocols(bmc: Bmc, path: str, _patch: Json) -> None:
    """Repeat the NTP settings of NetworkProtocol in the NTP resource."""
    if settings := bmc.store[path].get("NTP"):
        for other in bmc.store.find("NTP"):
            merge(bmc.store[other], _as_ntp(settings))


def _light(bmc: Bmc, path: str, patch: Json) -> None:
    """Let the two properties of the one LED agree, on the system and the chassis.

    Nobody recorded a lit LED: that the location indicator blinks is ours.
    """
    led: Json = {}
    if "LocationIndicatorActive" in patch:
        active = patch["LocationIndicatorActive"]
        led = {"LocationIndicatorActive": active}
        led["IndicatorLED"] = "Blinking" if active else "Off"
    if "IndicatorLED" in patch:
        led = {"IndicatorLED": patch["IndicatorLED"]}
        led["LocationIndicatorActive"] = patch["IndicatorLED"] != "Off"
    for other in bmc.machine if path in bmc.machine else (path,):
        if other in bmc.store:
            body = bmc.store[other]
            body |= {key: value for key, value in led.items() if key in body}


def _set_system(bmc: Bmc, path: str, patch: Json) -> None:
    """Light the LED, and complete a boot override that was not whole."""
    _light(bmc, path, patch)
    boot, asked = bmc.store[path].get("Boot", {}), patch.get("Boot", {})
    if "BootSourceOverrideTarget" in asked and "BootSourceOverrideMode" in boot:
        boot |= {key: _BOOT_DEFAULTS[key] for key in _BOOT_DEFAULTS if key not in asked}


def _set_account(bmc: Bmc, path: str, patch: Json) -> None:
    """Change the password of the account that logs in here."""
    if "Password" in patch and bmc.store[path].get("UserName") == bmc.username:
        bmc.change_password(patch["Password"])


def _set_sessions(bmc: Bmc, _path: str, patch: Json) -> None:
    """Let sessions last as long as was asked."""
    bmc.sessions.timeout = float(patch.get("SessionTimeout", bmc.sessions.timeout))


_EFFECTS = {
    "NTP": _mirror_ntp,
    "ManagerNetworkProtocol": _mirror_protocols,
    "ComputerSystem": _set_system,
    "Chassis": _light,
    "Drive": _light,
    "ManagerAccount": _set_account,
    "SessionService": _set_sessions,
}
