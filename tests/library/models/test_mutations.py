"""Random faults in documents, each of which affects one field at most."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import fields
from datetime import datetime
import json
from math import inf, isfinite, nan
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from hypothesis import given, settings, strategies as st
import pytest

from aiosupermicro.models import License, Model

from .catalog import ALL_MODELS, JSON, KEYS
from .recorded import RECORDED_RESOURCES, RESOURCES

Place = tuple[str | int, ...]


_DEEP = 500


def _places(value: Any, place: Place = ()) -> Iterator[Place]:
    """Return the keys to every value inside a document."""
    if isinstance(value, (dict, list)):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield (*place, key)
            yield from _places(value[key], (*place, key))


def _samples() -> list[tuple[type[Model], dict[str, Any], list[Place]]]:
    """Return the longest resource of each schema and board."""
    return [
        (RESOURCES[schema], body, list(_places(body)))
        for (_, schema), bodies in RECORDED_RESOURCES.items()
        for body in [max(bodies, key=lambda body: len(json.dumps(body)))]
    ]


SAMPLES = _samples()


def _nested(value: Any, depth: int) -> Any:
    """Nest a value in lists and objects."""
    for level in range(depth):
        value = [value] if level % 2 else {KEYS[level % len(KEYS)]: value}
    return value


_TIMES = (
    *("2024-02-30T00:00:00Z", "0001-01-01T00:00:00+23:59", "T00:00:00Z", ":+"),
    *("9999-12-31T23:59:59-23:59", "20240229", "00000000", "12:13:0", "5:4:3:2"),
)
TEXTS = st.sampled_from(
    [
        *("", " ", "N/A", "null", "(null)", "0", "-1", "1e999", "nan"),
        *("\u0661", "\ud800", "{}", "1" * 5000, "[" * 5000),
        *_TIMES,
        *("[A-1]", "[PWR-0001]", "[ OEM ] x", "Ver ", "BIOS Date: Ver 2.4b"),
        '{"ProductKey": {"Node": [1]}}',
        "-----BEGIN CERTIFICATE-----\x00é-----END CERTIFICATE-----",
    ]
)


NUMBERS = st.sampled_from(
    [0, -0.0, -1, 0.5, 2**63, 10**308, 10**309, -(10**400), 5e-324, inf, -inf, nan]
)


WRONG = st.one_of(
    *(st.none(), st.booleans(), NUMBERS, TEXTS, st.text()),
    *(st.just([]), st.just({}), JSON),
)


def _mutate(draw: st.DrawFn, body: dict[str, Any], place: Place) -> None:
    """Change, remove, repeat or nest a value of a document."""
    *keys, key = place
    inside: Any = body
    for outer in keys:
        inside = inside[outer]
    match draw(st.sampled_from(["change", "remove", "repeat", "nest"])):
        case "change":
            inside[key] = draw(WRONG)
        case "remove":
            del inside[key]
        case "repeat":
            inside[key] = [inside[key]] * draw(st.integers(0, 3))
        case _:
            inside[key] = _nested(inside[key], draw(st.sampled_from([1, 2, _DEEP])))


@st.composite
def mutated(draw: st.DrawFn) -> tuple[type[Model], dict[str, Any]]:
    """Return a resource of some board with a few faults."""
    model, body, places = draw(st.sampled_from(SAMPLES))
    chosen = draw(st.lists(st.sampled_from(places), min_size=1, max_size=4))
    changed = deepcopy(body)
    for place in chosen:
        try:
            _mutate(draw, changed, place)
        except (IndexError, KeyError, TypeError):
            continue  # removed by an earlier fault
    return model, changed


def assert_valid(model: Model) -> None:
    """Verify that fields and properties of a model have the annotated types."""
    hints = get_type_hints(type(model))
    for field in fields(model):
        value = getattr(model, field.name)
        assert _fits(value, hints[field.name]), (type(model), field.name, value)
    for name in dir(type(model)):
        attribute = getattr(type(model), name)
        if isinstance(attribute, property):
            value = getattr(model, name)
            hint = get_type_hints(attribute.fget)["return"]
            assert _fits(value, hint), (type(model), name, value)
    assert model == model.__class__(
        **{f.name: getattr(model, f.name) for f in fields(model)}
    )
    assert hash(model) == hash(deepcopy(model))
    assert repr(model)


def _fits(value: Any, hint: Any) -> bool:
    """Return whether a value has the annotated type."""
    args = get_args(hint)
    if get_origin(hint) in (tuple, list):
        return isinstance(value, get_origin(hint)) and (
            all(_fits(item, args[0]) for item in value)
            if len(args) == 1 or args[-1] is Ellipsis
            else all(map(_fits, value, args))
        )
    if get_origin(hint) is dict:
        return all(map(_fits, value.values(), [args[1]] * len(value)))
    if args:
        return any(_fits(value, arg) for arg in args)
    if isinstance(value, Model):
        assert_valid(value)
    return _has_type(value, hint)


def _has_type(value: Any, hint: Any) -> bool:
    """Return whether a value has a plain type, and is no placeholder."""
    if hint is NoneType:
        return value is None
    if hint is float:
        return type(value) in (int, float) and isfinite(value)
    if hint is str:
        return isinstance(value, str) and value == value.strip() != ""
    if hint is datetime:
        return isinstance(value, datetime) and value.utcoffset() is not None
    return isinstance(value, hint) and (hint is not int or type(value) is int)


@settings(deadline=None)
@given(sample=mutated())
def test_faulty_resource_decodes_to_valid_model(
    sample: tuple[type[Model], dict[str, Any]],
) -> None:
    """Accept nulls, wrong types, missing keys, huge numbers and deep nesting."""
    model, body = sample
    assert_valid(model.from_dict(body))


@settings(deadline=None)
@given(
    model=st.sampled_from(ALL_MODELS),
    document=st.dictionaries(st.sampled_from(KEYS) | st.text(), WRONG),
)
def test_random_document_decodes_to_valid_model(
    model: type[Model], document: dict[str, Any]
) -> None:
    """Accept any value under any key that a model reads."""
    assert_valid(model.from_dict(document))


@pytest.mark.long
def test_recorded_resource_decodes_to_valid_model() -> None:
    """Decode each recorded resource, and an empty one, to the annotated types."""
    for model in ALL_MODELS:
        assert_valid(model.from_dict({}))
    for (_, schema), bodies in RECORDED_RESOURCES.items():
        for body in bodies:
            assert_valid(RESOURCES[schema].from_dict(body))


@settings(deadline=None)
@given(texts=st.lists(TEXTS | st.text() | JSON.map(json.dumps) | JSON, max_size=4))
def test_invalid_license_is_left_out(texts: list[Any]) -> None:
    """Decode a license among any other strings."""
    node = {"LicenseID": "2", "LicenseName": "SFT-DCMS-SINGLE"}
    texts.append(json.dumps({"ProductKey": {"Node": node, "Signature": "x"}}))
    license_ = License.from_dict({"Licenses": texts})
    assert license_.is_licensed
    assert license_.licenses[-1].name == "SFT-DCMS-SINGLE"
