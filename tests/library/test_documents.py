"""What is taken for a document."""

import json
from typing import Any

import pytest

from aiosupermicro.const import MAX_DEPTH
from aiosupermicro.payload import parse_json


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": "), (",\n", ":")])
@pytest.mark.parametrize(
    "beside", [[], [{}] * 3, [{"Text": "},{"}, {}], ["}, {" * 20], ["[[{{" * 20]]
)
@pytest.mark.parametrize("levels", [1, 2, MAX_DEPTH - 1, MAX_DEPTH, 2 * MAX_DEPTH])
def test_a_document_is_as_deep_as_it_goes(
    levels: int, beside: list[Any], separators: tuple[str, str]
) -> None:
    """What stands beside, and brackets in a text, neither add to it nor hide it."""
    document: list[Any] = []
    for _ in range(levels - 1):
        document = [*beside, document, *beside]
    raw = json.dumps(document, separators=separators).encode()
    assert parse_json(raw) == (document if levels < MAX_DEPTH else raw)
