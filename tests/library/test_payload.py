"""JSON documents, as they are parsed from responses."""

import json
from typing import Any

import pytest

from aiosupermicro.const import MAX_DEPTH
from aiosupermicro.documents import parsed


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": "), (",\n", ":")])
@pytest.mark.parametrize(
    "beside", [[], [{}] * 3, [{"Text": "},{"}, {}], ["}, {" * 20], ["[[{{" * 20]]
)
@pytest.mark.parametrize("levels", [1, 2, MAX_DEPTH - 1, MAX_DEPTH, 2 * MAX_DEPTH])
def test_parser_rejects_too_deep_document(
    levels: int, beside: list[Any], separators: tuple[str, str]
) -> None:
    """Count nested levels only, neither neighbors nor brackets in strings."""
    document: list[Any] = []
    for _ in range(levels - 1):
        document = [*beside, document, *beside]
    raw = json.dumps(document, separators=separators).encode()
    assert parsed(raw) == (document if levels < MAX_DEPTH else raw)
