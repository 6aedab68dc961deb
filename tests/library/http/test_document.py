"""Parsing of bodies: both parsers, and changed values only."""

from collections.abc import Callable, Iterator
from importlib.util import find_spec
import json
import threading
import tracemalloc
from typing import Any
from unittest.mock import patch

from hypothesis import example, given, strategies as st
import pytest

from aiosupermicro import payload
from aiosupermicro.const import (
    MAX_CHANGING_BYTES,
    MAX_CHANGING_DEPTH,
    MAX_CHANGING_VALUES,
    MAX_DEPTH,
    PARSE_IN_THREAD_BYTES,
    VALUE_BYTES,
)
from aiosupermicro.http import document
from aiosupermicro.http.document import Document, async_parse_document, parse_document
from aiosupermicro.payload import parse_json
from tests.library.boards import BOARDS, load

_INNER = st.recursive(
    st.none()
    | st.booleans()
    | st.sampled_from([0, 1, 0.0, 1.0, -0.0])
    | st.integers()
    | st.floats()
    | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4)
    ),
    max_leaves=8,
)
_DOCUMENTS = st.dictionaries(st.text(max_size=3), _INNER, max_size=5)
_SPACING = st.sampled_from([(",", ":"), (", ", ": "), (",\n\t", " :\r\n ")])


def _exact(value: Any) -> str:
    """Return a text that differs for 1, 1.0 and True, which are equal in Python."""
    return repr(value)


def _with_both_parsers(parse: Callable[[], Any]) -> Iterator[Any]:
    """Parse with orjson, where it is installed, and with the standard library."""
    yield parse()
    with patch.object(payload, "_parse_fast", None):
        yield parse()


def _require_equal_results(raw: bytes) -> Any:
    """Parse with both parsers, compare the results and return one."""
    fast, slow = _with_both_parsers(lambda: parse_json(raw))
    assert (fast is raw) is (slow is raw)
    assert _exact(fast) == _exact(slow)
    return fast


@pytest.mark.parametrize(
    "text",
    [
        *('{"a": 1, "b": 2, "a": 3}', '{"a": {"b": 1}, "a": {"c": 2}}'),
        *('{"a": NaN}', "[Infinity, -Infinity]", "[1e400, -1E400, 1e-400]"),
        *("[18446744073709551615]", "[18446744073709551616]", "[-0, -0.0, 0]"),
        *("[-9223372036854775808]", "[-9223372036854775809]", "[9007199254740993]"),
        *(f"[{'9' * 400}]", f"[{'9' * 5_000}]", f"[{'1' * 30}.5]", "[1E5]"),
        *('{"a": "\x01\x1f\x7f"}', '{"a": "b\nc"}', '"\\u0000"', '"\\ud83d\\ude00"'),
        *('"\\ud83d"', '{"\\udc00": 1}', "\ufeff{}", '"\ud800"', '"\x80"'),
        *("[" * n + "]" * n for n in (MAX_DEPTH - 1, MAX_DEPTH, MAX_DEPTH + 1, 1_025)),
        *("[1,]", "[01]", "[+1]", "[.5]", "[1.]", "[1_0]", "{'a': 1}", "[1] 2"),
        *("", " \n", "nul", "null", "true", "[1]\x0c", "[1]\x00", "/**/[1]"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32-le"])
def test_parsers_agree(text: str, encoding: str) -> None:
    """Accept and reject the same documents, and return the same values."""
    _require_equal_results(text.encode(encoding, "surrogatepass"))


@given(value=_DOCUMENTS | _INNER, spacing=_SPACING, is_ascii=st.booleans())
def test_parsers_agree_on_any_document(
    value: Any, spacing: tuple[str, str], *, is_ascii: bool
) -> None:
    """Return the document that was sent, with or without escapes."""
    text = json.dumps(value, separators=spacing, ensure_ascii=is_ascii)
    parsed = _require_equal_results(text.encode(errors="surrogatepass"))
    if "\\ud" not in text:
        assert _exact(parsed) == _exact(json.loads(text))


@given(st.binary(max_size=40), st.text(alphabet='{}[]":,1e.-ntf \\u\x00é', max_size=30))
def test_parsers_agree_on_any_bytes(raw: bytes, text: str) -> None:
    """Reject the same malformed bytes."""
    _require_equal_results(raw)
    _require_equal_results(text.encode())


def test_orjson_is_used_where_it_is_installed() -> None:
    """Parse with orjson, and with the standard library where orjson is stricter."""
    with patch.object(payload, "_parse_text", wraps=json.loads) as parse_text:
        assert parse_json(b'{"a": [1, 2.5, "x"]}') == {"a": [1, 2.5, "x"]}
        assert parse_text.called is (find_spec("orjson") is None)
        parse_text.side_effect = json.JSONDecoder(strict=False).decode
        assert parse_json(b'{"a": "\x01"}') == {"a": "\x01"}
        assert parse_text.called


@given(st.lists(_DOCUMENTS, min_size=2, max_size=6), _SPACING)
@example([{"a": True}, {"a": 1}, {"a": 1.0}, {"a": True}], (", ", ": "))
@example([{"a": [2, 3]}, {"a": [29, 3]}, {"a": [2, 3]}, {"a": []}], (",", ":"))
@example([{"a": {"b": "x"}}, {"a": {"b": "]}"}}, {"a": {}}, {"a": 1}], (",", ":"))
def test_changed_document_is_that_of_a_new_parser(
    values: list[dict[str, Any]], spacing: tuple[str, str]
) -> None:
    """Return the content of the new body, independent of the former one."""
    known: Document | None = None
    for value in [*values, *values]:
        raw = json.dumps(value, separators=spacing).encode()
        known = parse_document(raw, known)
        assert _exact(known.content) == _exact(parse_document(raw).content)


@given(
    st.dictionaries(
        st.sampled_from("abc"), st.lists(_INNER, min_size=1, max_size=3) | _INNER
    ),
    st.data(),
)
def test_changed_value_is_that_of_a_new_parser(
    value: dict[str, Any], data: st.DataObject
) -> None:
    """Replace one value after another, and keep the structure of the document."""
    known: Document | None = None
    for _ in range(6):
        for key, part in list(value.items()):
            if data.draw(st.booleans()):
                value[key] = data.draw(_INNER)
            elif isinstance(part, list) and part:
                value[key] = [data.draw(_INNER), *part[1:]]
        raw = json.dumps(value).encode()
        known = parse_document(raw, known)
        assert _exact(known.content) == _exact(parse_document(raw).content)


_REPEATED = [
    '{"a":[1],"a":[5,6],"b":%d}',
    '{"a":[1,2,3],"a":[4],"b":%d}',
    '{"a":[1,2],"a":7,"b":%d}',
    '{"a":7,"a":[1,2],"b":%d}',
    '{"b":%d,"b":{"c":1}}',
]


_TEXTS = [
    *(r'{"a":"x,\"k\":%d,y","b":1}', '{"a":"x, %d, y","b":1}', '{"a":"x,y%d"}'),
    *(r'{"a":"\\","b":%d,"c":"\\"}', r'{"a":",\\","b":[%d,"\\",0],"c":","}'),
    *(r'{"a":"\u00000","b":%d}', '{"a":"\x000","b":%d}', '{"a":"é","b":%d}'),
    *('{"a":{"b":[%d,{"c":[]}]}}', '{"a":[{"b":{"c":%d}}],"d":{}}', '{"%d":0}'),
]


@pytest.mark.parametrize(
    "text", [*_REPEATED, *_TEXTS, '{"b":%d} ', ' {"b" : [ %d ] }', "[%d]"]
)
def test_document_of_any_form_is_read_again(text: str) -> None:
    """Return the last value of a repeated key; accept any white space."""
    known: Document | None = None
    for number in (1, 2, 10, 1, 3):
        raw = (text % number).encode()
        known = parse_document(raw, known)
        assert known.content == json.loads(raw, strict=False)


def _parse_each(bodies: list[Any]) -> list[bool]:
    """Parse one body after the other; return which were made from the former one."""
    known: Document | None = None
    is_made: list[bool] = []
    for body in bodies:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        former, known = known, parse_document(raw, known)
        assert known.content == json.loads(raw)
        is_made.append(former is not None and known.former == former.version)
    return is_made


def test_scalar_values_are_changed_in_the_former_document() -> None:
    """Parse a value of any kind alone, also one that had not changed before."""
    values = [1, "text", None, True, 2.5, "", "a,b", -3]
    bodies = [{"a": value, "b": {"c": [{"d": 0}, value]}} for value in values]
    assert _parse_each([*bodies, bodies[-1] | {"a": 4, "e": 5}]) == [
        *(False, True, True, True, True, True, True, True, False)
    ]
    assert _parse_each([{"a": 0, "b": 0}, {"a": 1, "b": 0}, {"a": 1, "b": 2}]) == [
        *(False, True, True)
    ]


def test_body_that_changes_its_form_is_parsed_as_a_whole() -> None:
    """Change values again once the form stays the same."""
    forms = [{"a": [0] * (number % 2)} for number in range(4)]
    values = [{"a": [], "b": number} for number in range(4)]
    assert _parse_each(forms + values) == [*[False] * 5, True, True, True]


@pytest.mark.parametrize("name", BOARDS)
def test_unchanged_parts_of_recorded_resources_stay_the_same_objects(name: str) -> None:
    """Parse only the changed value of Thermal and Power."""
    bodies = [
        body
        for body in load(name).resources.values()
        if body.get("Temperatures") or body.get("PowerControl")
    ]
    for body in bodies:
        key = "Temperatures" if body.get("Temperatures") else "PowerControl"
        former: Document | None = None
        known: Document | None = None
        for reading in range(4):
            body[key][0]["Reading"] = reading
            former, known = known, parse_document(json.dumps(body).encode(), known)
        assert former is not None
        assert known is not None
        assert known.content == body
        for other, value in known.content.items():
            if isinstance(value, (dict, list)):
                assert (value is former.content[other]) is (other != key)
        assert known.content[key][0] is not former.content[key][0]
        pairs = zip(known.content[key][1:], former.content[key][1:], strict=True)
        assert all(new is old for new, old in pairs)


def test_equal_body_is_not_parsed() -> None:
    """Return the known document for the same bytes."""
    known = parse_document(b'{"a": {"b": 1}}')
    with patch.object(document, "parse_json") as parse:
        assert parse_document(b'{"a": {"b": 1}}', known) is known
    parse.assert_not_called()


@pytest.mark.parametrize(
    ("levels", "is_accepted"), [(MAX_DEPTH - 2, True), (MAX_DEPTH - 1, False)]
)
@pytest.mark.parametrize("is_item", [True, False])
def test_changed_value_that_is_too_deep_is_rejected(
    levels: int, *, is_item: bool, is_accepted: bool
) -> None:
    """Apply the depth limit of a whole document to each value."""
    levels -= is_item
    known = None
    for deep in ("1", "2", "[" * levels + "]" * levels):
        raw = (f'{{"a": [{deep}]}}' if is_item else f'{{"a": {deep}}}').encode()
        known = parse_document(raw, known)
    assert known is not None
    assert (known.content is not raw) is is_accepted
    assert (parse_json(raw) is not raw) is is_accepted
    assert levels + 1 + is_item in (MAX_DEPTH - 1, MAX_DEPTH)


def test_known_document_is_not_changed() -> None:
    """Keep the former document unchanged, since others may use it."""
    bodies = [b'{"a": [1, {"b": %d}], "c": %d}' % (n, n) for n in range(5)]
    documents: list[Document] = []
    for raw in bodies:
        documents.append(parse_document(raw, documents[-1] if documents else None))
    assert documents[-1].layout
    assert [item.content for item in documents] == [*map(json.loads, bodies)]


@pytest.mark.parametrize(
    ("items", "is_made"),
    [
        ([*["x" * 100] * (MAX_CHANGING_BYTES // 100), 0], False),
        ([0] * MAX_CHANGING_VALUES, True),
        ([0] * (MAX_CHANGING_VALUES + 1), False),
    ],
)
def test_large_document_is_parsed_as_a_whole(
    items: list[Any], *, is_made: bool
) -> None:
    """Use the faster parser for a log; use little memory for many small values."""
    bodies = [{"a": [n if item == 0 else item for item in items]} for n in range(4)]
    assert _parse_each(bodies) == [False, is_made, is_made, is_made]


def test_document_that_grows_or_shrinks_is_parsed_as_a_whole() -> None:
    """Limit the size of a body even if only one of its texts has changed."""
    large = "x" * MAX_CHANGING_BYTES
    bodies = [{"a": value} for value in (0, 1, large, 2, 3, 4)]
    assert _parse_each(bodies) == [False, True, False, False, True, True]


@pytest.mark.parametrize(
    ("levels", "is_made"), [(MAX_CHANGING_DEPTH, True), (MAX_CHANGING_DEPTH + 1, False)]
)
def test_deep_value_is_parsed_with_its_document(levels: int, *, is_made: bool) -> None:
    """Copy few objects and lists for each changed value."""
    text = "[" * levels + "%d" + "]" * levels
    bodies = [(f'{{"a":{text}}}' % number).encode() for number in range(4)]
    assert _parse_each(bodies) == [False, is_made, *(is_made, is_made)]


def _measure_update(bodies: list[bytes]) -> tuple[int, Document]:
    """Return the peak memory of the parsing of the last body, and its document."""
    known: Document | None = None
    for raw in bodies:
        tracemalloc.start()
        known = parse_document(raw, known)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert known
    return peak, known


def test_long_text_takes_no_more_memory_than_estimated() -> None:
    """Count the memory of changed values, and match a text without going back."""
    longest = b"x" * (MAX_CHANGING_BYTES - 100)
    bodies = [b'{"a":%s,"b":[0]}' % text for text in (b"0", b"1", b'"%s"' % longest)]
    peak, known = _measure_update(bodies)
    assert known.former
    assert peak < 20 * len(longest) < known.memory


def test_places_of_changed_values_count_as_memory() -> None:
    """Estimate more memory for many short values than they have bytes."""
    bodies = [json.dumps({"a": [n] * 999}).encode() for n in range(3)]
    _, known = _measure_update(bodies)
    assert known.former
    assert known.memory > 999 * VALUE_BYTES


@pytest.mark.parametrize("size", [10, PARSE_IN_THREAD_BYTES])
async def test_large_document_does_not_block_the_event_loop(size: int) -> None:
    """Parse a large body in another thread."""
    threads = []

    def parse(raw: bytes) -> Any:
        threads.append(threading.get_ident())
        return parse_json(raw)

    with patch.object(document, "parse_json", parse):
        await async_parse_document(json.dumps(["x" * size]).encode())
    assert (threads == [threading.get_ident()]) is (size < PARSE_IN_THREAD_BYTES)


@pytest.mark.parametrize("end", [b"x", b" {}", b"\xff", b"\xff}"])
def test_changed_document_with_a_malformed_end_is_rejected(end: bytes) -> None:
    """Return the same result as for a new body, also if its end is malformed."""
    known = None
    for number in range(3):
        known = parse_document(b'{"a": {"b": 0}, "c": %d}' % number, known)
    assert known
    assert known.layout
    raw = b'{"a": {"b": 0}, "c": 3}' + end
    assert parse_document(raw, known).content == parse_json(raw) == raw
