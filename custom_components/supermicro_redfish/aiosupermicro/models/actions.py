"""Actions of resources (Actions, ActionInfo)."""

from __future__ import annotations

from dataclasses import dataclass
import re

from .base import Model, json_path
from .enums import ResetType

__all__ = ["Action", "ActionInfo", "ActionParameter"]

_RESET_TYPES = re.compile("|".join(sorted(ResetType, key=len, reverse=True)))


def _parse_reset_types(values: tuple[str, ...]) -> tuple[ResetType | str, ...]:
    """Convert known reset types to enum members and drop duplicates.

    Two X12 firmware versions join two values: "GracefulShutdownGracefulRestart".
    """
    reset_types: list[ResetType | str] = []
    for value in values:
        parts = _RESET_TYPES.findall(value)
        reset_types += map(ResetType, parts) if "".join(parts) == value else [value]
    return tuple(dict.fromkeys(reset_types))


@dataclass(frozen=True, kw_only=True)
class Action(Model):
    """Action of a resource (an entry of Actions)."""

    target: str | None = json_path("target")
    """Path for the POST request; an absolute URL on some X11 boards."""
    allowable_reset_types: tuple[str, ...] = json_path(
        "ResetType@Redfish.AllowableValues", default=()
    )
    action_info: str | None = json_path("@Redfish.ActionInfo")
    """Path of the ActionInfo resource; None on boards without one."""

    @property
    def reset_types(self) -> tuple[ResetType | str, ...]:
        """Supported reset types (ResetType@Redfish.AllowableValues)."""
        return _parse_reset_types(self.allowable_reset_types)


@dataclass(frozen=True, kw_only=True)
class ActionParameter(Model):
    """Parameter of an action (ActionInfo.Parameters)."""

    name: str | None = None
    required: bool | None = None
    allowable_values: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ActionInfo(Model):
    """Supported parameters of an action (ActionInfo)."""

    parameters: tuple[ActionParameter, ...] = ()

    @property
    def reset_types(self) -> tuple[ResetType | str, ...]:
        """Supported values of the parameter ResetType."""
        return _parse_reset_types(
            tuple(
                value
                for parameter in self.parameters
                if parameter.name == "ResetType"
                for value in parameter.allowable_values
            )
        )
