"""Parsing of responses to JSON documents."""

from importlib.util import find_spec, module_from_spec
import json
import sys
from typing import Any

import pytest

from aiosupermicro import InvalidResponseError, SupermicroRedfishClient
from aiosupermicro.const import MAX_DEPTH
from aiosupermicro.payload import parse_json
from tests.library import SYSTEM, THERMAL
from tests.simulator import Bmc


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": "), (",\n", ":")])
@pytest.mark.parametrize(
    "beside", [[], [{}] * 3, [{"Text": "},{"}, {}], ["}, {" * 20], ["[[{{" * 20]]
)
@pytest.mark.parametrize("levels", [1, 2, MAX_DEPTH - 1, MAX_DEPTH, 2 * MAX_DEPTH])
def test_too_deep_document_is_rejected(
    levels: int, beside: list[Any], separators: tuple[str, str]
) -> None:
    """Count only nested levels, not neighbors or brackets in strings."""
    document: list[Any] = []
    for _ in range(levels - 1):
        document = [*beside, document, *beside]
    raw = json.dumps(document, separators=separators).encode()
    assert parse_json(raw) == (document if levels < MAX_DEPTH else raw)


BODIES = {
    "html": b"<html>Sign in</html>",
    "empty": b"",
    "truncated": b'{"Temperatures": [{"Na',
    "list": b"[1, 2]",
    "null": b"null",
    "bottomless": b"[" * 100_000,
    "deep": b'{"a":' * 500 + b"1" + b"}" * 500,
    "huge": b" " * (9 * 1024 * 1024) + b"{}",
    "binary": b"\xff\xfe\x00",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_body_that_is_no_json_object_is_rejected(
    client: SupermicroRedfishClient, bmc: Bmc, body: bytes
) -> None:
    """Reject the body even if the status is a success."""
    content_type = "text/html" if b"html" in body else "application/json"
    bmc.fail(THERMAL, status=200, body=body, content_type=content_type)
    with pytest.raises(InvalidResponseError) as caught:
        await client.async_get_thermal()
    assert caught.value.path == THERMAL
    assert THERMAL in str(caught.value)


async def test_content_type_is_ignored(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Parse JSON under any content type."""
    bmc.fail(THERMAL, status=200, body='{"Name": "T"}', content_type="text/plain")
    assert (await client.async_get_thermal()).name == "T"


async def test_error_body_with_status_200_is_rejected(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Reject an error body that is sent in place of a resource."""
    body = {"error": {"code": "Base.v1_10_3.GeneralError", "message": "Busy."}}
    bmc.fail(SYSTEM, status=200, body=body)
    with pytest.raises(InvalidResponseError, match="with an error"):
        await client.async_get_system()


@pytest.mark.parametrize("raw", [b'{"a": [1, "\xc3\xa9"]}', b'{"a": 1} x', b"[1e400]"])
def test_documents_are_parsed_alike_without_orjson(
    raw: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Load the module where the faster parser is not installed."""
    monkeypatch.setitem(sys.modules, "orjson", None)
    spec = find_spec("aiosupermicro.payload")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module._parse_fast is None
    assert module.parse_json(raw) == parse_json(raw)
