"""Execute actions: POST requests to the targets that resources list."""

from __future__ import annotations

from collections.abc import Callable, Iterator
import re
from typing import TYPE_CHECKING, NamedTuple

from . import media
from .host import RESET_TYPES
from .patch import execute_patch
from .resources import JsonObject, normalize_path
from .responses import RedfishError, Response

if TYPE_CHECKING:
    from .bmc import Bmc

SEPARATOR = "/Actions/"

_ALLOWABLE = "@Redfish.AllowableValues"
_RESET_TYPE = re.compile("|".join(sorted(RESET_TYPES, key=len, reverse=True)))


class _Parameter(NamedTuple):
    """Parameter of an action, as the board describes it."""

    name: str
    values: list[str] | None
    required: bool = False
    is_array: bool = False


def execute_action(bmc: Bmc, path: str, payload: JsonObject) -> Response:
    """Validate and execute the action with a target, and return its response."""
    owner = path.partition(SEPARATOR)[0]
    name, action = _find_action(bmc, owner, path)
    for parameter in _parameters(bmc, action):
        _validate(name, parameter, payload)
    if condition := _CONDITIONS.get(name):
        condition(bmc, owner, payload)
    effect = _EFFECTS.get(name, _do_nothing)
    if name in _TASKS and bmc.tasks.enabled:
        task = bmc.tasks.start(name, lambda: effect(bmc, owner, payload))
        return bmc.response_builder.accepted(_TASKS[name], task)
    effect(bmc, owner, payload)
    return bmc.response_builder.success()


def _find_action(bmc: Bmc, owner: str, path: str) -> tuple[str, JsonObject]:
    """Return the name and the description of the action with a target."""
    if bmc.has(owner):
        for name, action in _actions(bmc.resource(owner).get("Actions", {})):
            # Some X11 boards have no target, or a target that is a complete URL.
            default = f"{owner}{SEPARATOR}{name}"
            if normalize_path(action.get("target", default)) == path:
                return name, action
    raise RedfishError("Base.ResourceMissingAtURI", path)


def _actions(actions: JsonObject) -> Iterator[tuple[str, JsonObject]]:
    """Return the standard and the OEM actions by name."""
    for name, action in (actions | actions.get("Oem", {})).items():
        if name.startswith("#"):
            yield name[1:], action


def _parameters(bmc: Bmc, action: JsonObject) -> list[_Parameter]:
    """Return the known parameters of an action.

    The ActionInfo takes precedence: two X12 boards list glued reset types in the
    resource.
    """
    info = normalize_path(action.get("@Redfish.ActionInfo", ""))
    if bmc.has(info):
        parameters = bmc.resource(info).get("Parameters", ())
        return [_from_action_info(item) for item in parameters]
    lists = [(key, action[key]) for key in action if key.endswith(_ALLOWABLE)]
    return [_from_allowable_values(key, values) for key, values in lists]


def _from_action_info(item: JsonObject) -> _Parameter:
    """Return a parameter that an ActionInfo describes."""
    return _Parameter(
        item["Name"],
        item.get("AllowableValues"),
        bool(item.get("Required")),
        str(item.get("DataType")).endswith("Array"),
    )


def _from_allowable_values(key: str, values: list[str]) -> _Parameter:
    """Return a parameter of an inline list; split joined reset types."""
    name = key.removesuffix(_ALLOWABLE)
    if name == "ResetType":
        values = [part for value in values for part in _RESET_TYPE.findall(value)]
    return _Parameter(name, values)


def _validate(action: str, parameter: _Parameter, payload: JsonObject) -> None:
    """Reject a required parameter that is missing, and a value that is not allowed."""
    name, values = parameter.name, parameter.values
    if name not in payload:
        if parameter.required:
            raise RedfishError("Base.ActionParameterMissing", action, name)
        return
    is_list = parameter.is_array and isinstance(payload[name], list)
    given = payload[name] if is_list else [payload[name]]
    if values is not None and not all(item in values for item in given):
        raise RedfishError(
            "Base.ActionParameterValueNotInList", str(payload[name]), name, action
        )


def _do_nothing(_bmc: Bmc, _owner: str, _payload: JsonObject) -> None:
    """Execute an action without an effect."""


def _reset_system(bmc: Bmc, _owner: str, payload: JsonObject) -> None:
    """Reset the host. The reset type is always required."""
    if "ResetType" not in payload:
        raise RedfishError("Base.ActionParameterMissing", "Reset", "ResetType")
    bmc.power(payload["ResetType"])


def _reset_manager(bmc: Bmc, _owner: str, _payload: JsonObject) -> None:
    """Restart the BMC. The response is still sent."""
    bmc.restart()


def _clear_log(bmc: Bmc, owner: str, _payload: JsonObject) -> None:
    """Remove all entries of a log."""
    entries = normalize_path(bmc.store[owner].get("Entries", {}).get("@odata.id", ""))
    if bmc.has(entries):
        bmc.store.clear_below(entries)
        bmc.change(entries, {"Members": []})
        if "Members@odata.count" in bmc.store[entries]:
            bmc.change(entries, {"Members@odata.count": 0})


def _indicate(bmc: Bmc, owner: str, payload: JsonObject) -> None:
    """Turn the LED of a drive on or off."""
    led = {"IndicatorLED": "Lit" if payload.get("Active") else "Off"}
    execute_patch(bmc, owner, led)


_EFFECTS: dict[str, Callable[[Bmc, str, JsonObject], None]] = {
    "ComputerSystem.Reset": _reset_system,
    "Manager.Reset": _reset_manager,
    "LogService.ClearLog": _clear_log,
    "SmcDrive.Indicate": _indicate,
    "Drive.Indicate": _indicate,
    "VirtualMedia.InsertMedia": media.insert,
    "VirtualMedia.EjectMedia": media.eject,
    "IsoConfig.Mount": media.mount,
    "IsoConfig.UnMount": media.unmount,
}

_CONDITIONS = {"VirtualMedia.InsertMedia": media.check_insert}

# The actions that a task executes, with the message of the response. Its id is an
# assumption.
_TASKS = {"VirtualMedia.InsertMedia": "SMC.OemVirtualMediaAcceptedMessage"}
