"""Whom the BMC tells of events (EventService, EventDestination)."""

from __future__ import annotations

from dataclasses import dataclass

from .base import Model, json_path
from .common import Status
from .enums import EventFormatType, SubscriptionType

_NOWHERE = "0.0.0.0"  # noqa: S104  # what an unused slot says


@dataclass(frozen=True, kw_only=True)
class EventService(Model):
    """How the BMC delivers events (EventService)."""

    id: str | None = None
    name: str | None = None
    status: Status = Status()
    service_enabled: bool | None = None
    delivery_retry_attempts: int | None = None
    delivery_retry_interval_seconds: int | None = None
    event_format_types: tuple[EventFormatType | str, ...] = ()
    """Empty but on OpenBMC."""
    event_types_for_subscription: tuple[str, ...] = ()
    """Empty on OpenBMC, which subscribes by registry and resource type."""
    subscription_types: tuple[SubscriptionType | str, ...] = ()
    """Empty on every recorded board."""
    server_sent_event_uri: str | None = None
    """Where events can be listened to; None but on OpenBMC."""


@dataclass(frozen=True, kw_only=True)
class EventDestination(Model):
    """A subscriber, or one of the sixteen fixed slots for one (EventDestination)."""

    id: str | None = None
    name: str | None = None
    status: Status = Status()
    destination: str | None = None
    """An address; "0.0.0.0" in a slot that nobody uses."""
    protocol: str | None = None
    subscription_type: SubscriptionType | str | None = None
    context: str | None = None
    event_types: tuple[str, ...] = ()
    event_format_type: EventFormatType | str | None = None
    severity: str | None = json_path("Oem/Supermicro/Severity")
    """The least severity that is told; Information is the lowest."""
    subscription_enabled: bool | None = json_path("Oem/Supermicro/EnableSubscription")

    @property
    def is_used(self) -> bool:
        """Whether somebody is told of events."""
        return (
            self.destination not in (None, _NOWHERE)
            and self.subscription_enabled is not False
        )
