"""Actions: what POSTs to a resource's targets do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
import re
from typing import TYPE_CHECKING, NamedTuple

from .board import normalise
from .host import RESET_TYPES
from .messages import Answer, Json, Refusal
from .patch import write

if TYPE_CHECKING:
    from .bmc import Bmc

SEPARATOR = "/Actions/"

_ALLOWABLE = "@Redfish.AllowableValues"
_RESET_TYPE = re.compile("|".join(sorted(RESET_TYPES, key=len, reverse=True)))


class _Parameter(NamedTuple):
    """A parameter of an action, as the board describes it."""

    name: str
    values: list[str] | None
    required: bool = False
    is_array: bool = False


def act(bmc: Bmc, path: str, payload: Json) -> Answer:
    """Carry out the action with this target, and return its answer."""
    owner = path.partition(SEPARATOR)[0]
    name, action = _find(bmc, owner, path)
    for parameter in _parameters(bmc, action):
        _check(name, parameter, payload)
    if effect := _EFFECTS.get(name):
        effect(bmc, owner, payload)
    return bmc.phrases.success()


def _find(bmc: Bmc, owner: str, path: str) -> tuple[str, Json]:
    """Return the name and the description of an action."""
    if bmc.has(owner):
        for name, action in _actions(bmc.resource(owner).get("Actions", {})):
            # The target may be missing or a whole URL on some X11.
            default = f"{owner}{SEPARATOR}{name}"
            if normalise(action.get("target", default)) == path:
                return name, action
    raise Refusal("Base.ResourceMissingAtURI", path)


def _actions(actions: Json) -> Iterator[tuple[str, Json]]:
    """Go through the standard actions and those of the vendor."""
    for name, action in (actions | actions.get("Oem", {})).items():
        if name.startswith("#"):
            yield name[1:], action


def _parameters(bmc: Bmc, action: Json) -> list[_Parameter]:
    """Return what is known about the parameters of an action.

    The ActionInfo goes first: two X12 boards list glued reset types in the resource.
    """
    info = normalise(action.get("@Redfish.ActionInfo", ""))
    if bmc.has(info):
        return [_described(item) for item in bmc.resource(info).get("Parameters", ())]
    return [_listed(key, action[key]) for key in action if key.endswith(_ALLOWABLE)]


def _described(item: Json) -> _Parameter:
    """Return a parameter as an ActionInfo describes it."""
    return _Parameter(
        item["Name"],
        item.get("AllowableValues"),
        bool(item.get("Required")),
        str(item.get("DataType")).endswith("Array"),
    )


def _listed(key: str, values: list[str]) -> _Parameter:
    """Return a parameter of which the resource lists the values; glued ones count."""
    name = key.removesuffix(_ALLOWABLE)
    if name == "ResetType":
        values = [part for value in values for part in _RESET_TYPE.findall(value)]
    return _Parameter(name, values)


def _check(action: str, parameter: _Parameter, payload: Json) -> None:
    """Refuse a parameter that is missing or not among the allowed values."""
    name, values = parameter.name, parameter.values
    if name not in payload:
        if parameter.required:
            raise Refusal("Base.ActionParameterMissing", action, name)
        return
    is_list = parameter.is_array and isinstance(payload[name], list)
    given = payload[name] if is_list else [payload[name]]
    if values is not None and not all(item in values for item in given):
        raise Refusal(
            "Base.ActionParameterValueNotInList", str(payload[name]), name, action
        )


def _reset_system(bmc: Bmc, _owner: str, payload: Json) -> None:
    """Switch the host; what is to be done is always to be said."""
    if "ResetType" not in payload:
        raise Refusal("Base.ActionParameterMissing", "Reset", "ResetType")
    bmc.power(payload["ResetType"])


def _reset_manager(bmc: Bmc, _owner: str, _payload: Json) -> None:
    """Restart the BMC, once this answer is out."""
    bmc.restart()


def _clear_log(bmc: Bmc, owner: str, _payload: Json) -> None:
    """Empty a log."""
    entries = normalise(bmc.store[owner].get("Entries", {}).get("@odata.id", ""))
    if bmc.has(entries):
        bmc.store.clear_below(entries)
        bmc.change(entries, {"Members": []})
        if "Members@odata.count" in bmc.store[entries]:
            bmc.change(entries, {"Members@odata.count": 0})


def _indicate(bmc: Bmc, owner: str, payload: Json) -> None:
    """Light the LED of a drive."""
    write(bmc, owner, {"IndicatorLED": "Lit" if payload.get("Active") else "Off"})


_EFFECTS: dict[str, Callable[[Bmc, str, Json], None]] = {
    "ComputerSystem.Reset": _reset_system,
    "Manager.Reset": _reset_manager,
    "LogService.ClearLog": _clear_log,
    "SmcDrive.Indicate": _indicate,
    "Drive.Indicate": _indicate,
}
