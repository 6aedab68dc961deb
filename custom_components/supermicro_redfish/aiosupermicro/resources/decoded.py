"""Decode resources, and keep their models while the JSON is unchanged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ..http.document import Document
from ..models import Model
from ..models.changes import decode_changes
from ..payload import JsonObject
from .endpoints import Endpoint, ModelT


class _Decoded(NamedTuple):
    """Model of a resource, with the JSON that it was decoded from."""

    model: Model
    body: JsonObject
    version: int | None
    """Version of the document of the JSON; None without a document."""


class DecodedResources:
    """The models of the resources that were decoded, by row."""

    def __init__(self, get_document: Callable[[str], Document | None]) -> None:
        """Initialize with the function that returns the last document of a path."""
        self._get_document = get_document
        self._decoded: dict[Endpoint[Any], _Decoded] = {}

    def __contains__(self, endpoint: Endpoint[Any]) -> bool:
        """Return whether a resource was ever decoded."""
        return endpoint in self._decoded

    def clear(self) -> None:
        """Discard all models."""
        self._decoded.clear()

    def decode(
        self, endpoint: Endpoint[ModelT], body: JsonObject, path: str | None
    ) -> ModelT:
        """Return a decoded resource, the same object while its JSON is the same.

        Where a part has changed, models of unchanged items are the same objects.
        """
        former = self._decoded.get(endpoint)
        known: Any = former.model if former else None  # a row keeps its model
        if former and former.body is body:
            return known  # type: ignore[no-any-return]
        document = self._get_document(path) if path else None
        if document and document.content is not body:
            document = None
        model: ModelT
        if former and document and former.version == document.former:
            model = decode_changes(endpoint.model, body, known, document.changes)
        else:
            model = endpoint.model.from_dict(body)
        version = document.version if document else None
        self._decoded[endpoint] = _Decoded(model, body, version)
        return model
