"""Decode resources, and keep their models while the JSON is unchanged."""

from __future__ import annotations

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

    def __init__(self) -> None:
        """Initialize without resources."""
        self._decoded: dict[Endpoint[Any], _Decoded] = {}

    def __contains__(self, endpoint: Endpoint[Any]) -> bool:
        """Return whether a resource was ever decoded."""
        return endpoint in self._decoded

    def clear(self) -> None:
        """Discard all models."""
        self._decoded.clear()

    def get(self, endpoint: Endpoint[ModelT], body: JsonObject) -> ModelT | None:
        """Return the model of a resource, None if it was not decoded from this JSON."""
        decoded = self._decoded.get(endpoint)
        model: Any = decoded.model if decoded and decoded.body is body else None
        return model  # type: ignore[no-any-return]  # a row keeps its model

    def decode(
        self, endpoint: Endpoint[ModelT], body: JsonObject, document: Document | None
    ) -> ModelT:
        """Decode a resource; models of unchanged items stay the same objects.

        Args:
            endpoint: The row of the resource.
            body: The JSON.
            document: The last document of the resource, if there is one.

        """
        former = self._decoded.get(endpoint)
        if document is None or document.content is not body:
            document = None
        model: ModelT
        if former and document and former.version == document.former:
            known: Any = former.model  # a row keeps its model
            model = decode_changes(endpoint.model, body, known, document.changes)
        else:
            model = endpoint.model.from_dict(body)
        version = document.version if document else None
        self._decoded[endpoint] = _Decoded(model, body, version)
        return model
