"""What can be done to a resource (Actions, ActionInfo)."""

from __future__ import annotations

from dataclasses import dataclass
import re

from .base import Model, json_path
from .enums import ResetType

_RESET_TYPES = re.compile("|".join(sorted(ResetType, key=len, reverse=True)))


def reset_types(values: tuple[str, ...]) -> tuple[ResetType | str, ...]:
    """Return the listed reset types as members where they are known.

    Two X12 firmwares glue two values into one: "GracefulShutdownGracefulRestart".
    """
    apart: list[ResetType | str] = []
    for value in values:
        parts = _RESET_TYPES.findall(value)
        apart += map(ResetType, parts) if "".join(parts) == value else [value]
    return tuple(dict.fromkeys(apart))


@dataclass(frozen=True, kw_only=True)
class Action(Model):
    """An action that a resource offers (an entry of Actions)."""

    target: str | None = json_path("target")
    """Where to POST; an absolute URL on some X11."""
    allowable_reset_types: tuple[str, ...] = json_path(
        "ResetType@Redfish.AllowableValues", default=()
    )
    action_info: str | None = json_path("@Redfish.ActionInfo")

    @property
    def reset_types(self) -> tuple[ResetType | str, ...]:
        """The reset types listed beside the action itself."""
        return reset_types(self.allowable_reset_types)


@dataclass(frozen=True, kw_only=True)
class ActionParameter(Model):
    """A parameter of an action (ActionInfo.Parameters)."""

    name: str | None = None
    required: bool | None = None
    allowable_values: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ActionInfo(Model):
    """What an action accepts (ActionInfo)."""

    parameters: tuple[ActionParameter, ...] = ()

    @property
    def reset_types(self) -> tuple[ResetType | str, ...]:
        """The values that the parameter ResetType accepts."""
        return reset_types(
            tuple(
                value
                for parameter in self.parameters
                if parameter.name == "ResetType"
                for value in parameter.allowable_values
            )
        )
