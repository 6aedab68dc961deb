"""Event service and its subscriptions (EventService, EventDestination)."""

from __future__ import annotations

from dataclasses import dataclass

from .base import Model, json_path
from .common import Status
from .enums import EventFormatType, SubscriptionType

__all__ = ["EventDestination", "EventService"]

_UNUSED_ADDRESS = "0.0.0.0"  # noqa: S104 - the address in an unused slot


@dataclass(frozen=True, kw_only=True)
class EventService(Model):
    """Settings for the delivery of events (EventService)."""

    _valid_with = ()

    id: str | None = None
    name: str | None = None
    status: Status = Status()
    service_enabled: bool | None = None
    delivery_retry_attempts: int | None = None
    delivery_retry_interval_seconds: int | None = None
    event_format_types: tuple[EventFormatType | str, ...] = ()
    """Empty except on OpenBMC."""
    event_types_for_subscription: tuple[str, ...] = ()
    """Empty on OpenBMC, where subscriptions select registries and resource types."""
    subscription_types: tuple[SubscriptionType | str, ...] = ()
    """Empty on all recorded boards."""
    server_sent_event_uri: str | None = None
    """Path of the stream of server-sent events; None except on OpenBMC."""


@dataclass(frozen=True, kw_only=True)
class EventDestination(Model):
    """Event subscription, or one of 16 fixed slots for one (EventDestination)."""

    _valid_with = ("destination",)

    id: str | None = None
    name: str | None = None
    status: Status = Status()
    destination: str | None = None
    """Address of the subscriber; "0.0.0.0" in an unused slot."""
    protocol: str | None = None
    subscription_type: SubscriptionType | str | None = None
    context: str | None = None
    event_types: tuple[str, ...] = ()
    event_format_type: EventFormatType | str | None = None
    severity: str | None = json_path("Oem/Supermicro/Severity")
    """Lowest severity of the events that are sent; Information selects all."""
    subscription_enabled: bool | None = json_path("Oem/Supermicro/EnableSubscription")

    @property
    def is_used(self) -> bool:
        """Return whether the subscription has a destination and is not disabled."""
        return (
            self.destination not in (None, _UNUSED_ADDRESS)
            and self.subscription_enabled is not False
        )
