"""Classes of sources, which entities read their values from.

A source belongs to a coordinator. It has one item for a single resource, such as the
system, and many for a list, such as fans or drives.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
import re
from typing import Any, Final

from ..aiosupermicro import SupermicroRedfishClient as Client, SupermicroRedfishError
from ..aiosupermicro.models import Model
from ..aiosupermicro.resources.endpoints import Endpoint
from ..const import LOGGER
from ..coordinator import SupermicroCoordinator
from ..runtime_data import SupermicroRuntimeData

type CoordinatorFn = Callable[[SupermicroRuntimeData], SupermicroCoordinator[Any]]


@dataclass(frozen=True, kw_only=True)
class EntitySource[ItemT]:
    """Items of one kind, which entities read their values from."""

    coordinator_fn: CoordinatorFn
    """Return the coordinator that polls the items."""
    items_fn: Callable[[Any], Mapping[str, ItemT]]
    """Return the items in the coordinator's data, by a stable identifier."""
    name_suffix: str = ""
    """Suffix of the board's names that the entity name already contains."""
    measure_pattern: re.Pattern[str] | None = None
    """Suffix with a number, which is left out if the rest of the name is unique."""
    part_fn: Callable[[ItemT], str | None] = lambda _: None
    """Return the name of the part of the server that has a device of its own."""
    name_patterns: Mapping[str, re.Pattern[str]] = field(
        default_factory=dict, hash=False
    )
    """Names with a translation of their own, by the suffix of its key.

    A group is the number in the entity name.
    """
    label_fn: Callable[[ItemT], str | None] = lambda _: None
    """Return the label printed on the hardware, if the board reports it."""
    is_present_fn: Callable[[ItemT], bool] = lambda _: True
    """Return whether the item itself is fitted, not only its bay or slot."""
    is_removable: bool = False
    """Whether an item may be removed for good and come back as a new one."""

    def get_items(self, data: SupermicroRuntimeData) -> Mapping[str, ItemT]:
        """Return the items of the last poll."""
        return self.coordinator_fn(data).get_items(self.items_fn)


@dataclass(frozen=True, kw_only=True)
class ResourceSource[ItemT](EntitySource[ItemT]):
    """Resource that can be read separately, or a part of one."""

    name: str
    """Name of the resource in the coordinator's data."""
    read_fn: Callable[[Client], Awaitable[Any]]
    """Read the resource."""

    async def async_read(self, data: SupermicroRuntimeData) -> Any:
        """Read the resource between two polls, update its entities and return it.

        Raises:
            SupermicroRedfishError: The resource cannot be read.

        """
        resource = await self.read_fn(data.client)
        self.coordinator_fn(data).async_set_resource(self.name, resource)
        return resource

    async def async_read_back(self, data: SupermicroRuntimeData) -> None:
        """Read the resource after a command.

        The command has succeeded, so a failed read is no error: a poll follows.
        """
        coordinator = self.coordinator_fn(data)
        try:
            await self.async_read(data)
        except SupermicroRedfishError as error:
            LOGGER.debug(
                "%s: %s cannot be read back: %s", coordinator.name, self.name, error
            )
            if not coordinator.hass.is_stopping:
                await coordinator.async_request_refresh()


dynamic: Final[CoordinatorFn] = attrgetter("dynamic")
static: Final[CoordinatorFn] = attrgetter("static")
account: Final[CoordinatorFn] = attrgetter("account")


def single_source[ItemT](
    coordinator_fn: CoordinatorFn, item_fn: Callable[[Any], ItemT | None]
) -> EntitySource[ItemT]:
    """Return the source of a single item, which a board may lack."""
    return EntitySource(
        coordinator_fn=coordinator_fn, items_fn=lambda data: _single(item_fn(data))
    )


def resource_source[ItemT](
    coordinator_fn: CoordinatorFn,
    name: str,
    read_fn: Callable[[Client], Awaitable[ItemT]],
) -> ResourceSource[ItemT]:
    """Return the source of a resource in the coordinator's data."""
    return ResourceSource(
        coordinator_fn=coordinator_fn,
        items_fn=lambda data: _single(data.get_resource(name)),
        name=name,
        read_fn=read_fn,
    )


def static_source[ModelT: Model](endpoint: Endpoint[ModelT]) -> ResourceSource[ModelT]:
    """Return the source of a resource that rarely changes, by its row."""
    return resource_source(
        static, endpoint.name, lambda client: client.async_read_resource(endpoint)
    )


def nested_source[ParentT, ItemT](
    parent: ResourceSource[ParentT], item_fn: Callable[[ParentT], ItemT | None]
) -> ResourceSource[ItemT]:
    """Return the source of a part of a resource, which is read with the resource."""
    return ResourceSource(
        coordinator_fn=parent.coordinator_fn,
        items_fn=lambda data: _single(
            next(map(item_fn, parent.items_fn(data).values()), None)
        ),
        name=parent.name,
        read_fn=parent.read_fn,
    )


def _single[ItemT](item: ItemT | None) -> Mapping[str, ItemT]:
    """Return an optional item as a mapping of items."""
    return {} if item is None else {"": item}
