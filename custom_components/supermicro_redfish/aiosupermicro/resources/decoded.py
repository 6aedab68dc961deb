"""Decode resources, and keep their models while the JSON is unchanged."""

from __future__ import annotations

from typing import Any

from ..models import Model
from ..payload import JsonObject
from .endpoints import Endpoint, ModelT


class DecodedResources:
    """The models of the resources that were decoded, by row."""

    def __init__(self) -> None:
        """Initialize without resources."""
        self._models: dict[Endpoint[Any], tuple[JsonObject, Model]] = {}

    def __contains__(self, endpoint: Endpoint[Any]) -> bool:
        """Return whether a resource was ever decoded."""
        return endpoint in self._models

    def clear(self) -> None:
        """Discard all models."""
        self._models.clear()

    def decode(self, endpoint: Endpoint[ModelT], body: JsonObject) -> ModelT:
        """Return a decoded resource, the same object while its JSON is the same.

        Where a part has changed, models of unchanged items are the same objects.
        """
        former, known = self._models.get(endpoint, (None, None))
        if former is not body:
            if former is None or not isinstance(known, endpoint.model):
                known = endpoint.model.from_dict(body)
            else:
                known = endpoint.model.from_changed(body, former, known)
            self._models[endpoint] = (body, known)
        return known  # type: ignore[return-value]  # a row keeps its model
