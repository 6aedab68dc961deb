"""The library has every row of the lists that its users were promised."""

import ast
from dataclasses import fields, is_dataclass
from enum import StrEnum
from importlib import import_module
import inspect
from pathlib import Path
import re
import sys
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from aiohttp import BasicAuth
import pytest

import aiosupermicro
from aiosupermicro import SupermicroRedfishClient, SupermicroRedfishError, exceptions
from aiosupermicro.data import BulkData
from aiosupermicro.models import Model

from .promised import (
    ALWAYS_VALID,
    AUTH_TYPES,
    BULK,
    CONSTANTS,
    CONSTANTS_CHANGED,
    CONSTANTS_GONE,
    ENUMS,
    EXCEPTIONS,
    METHODS,
    MODELS,
    PARAMETERS_CHANGED,
    PROPERTIES,
    PUBLISHED_AUTH,
    PUBLISHED_METHODS,
    PUBLISHED_MODEL_NAMES,
    PUBLISHED_MODULES,
    PUBLISHED_NAMES,
    SEED_ENUMS,
    SEED_MODELS,
    SEED_MODULES,
    TYPES,
)


def _name(hint: Any) -> str:
    """Spell a type as the lists do."""
    if hint is None or hint is type(None):
        return "None"
    if arguments := get_args(hint):
        inner = ", ".join(_name(argument) for argument in arguments)
        return f"{get_origin(hint).__name__}[{inner}]"
    return str(hint.__name__)


def _alternatives(hint: Any) -> set[str]:
    """Return the types that a value may have, those of the items for an array."""
    arguments = [argument for argument in get_args(hint) if argument is not Ellipsis]
    if get_origin(hint) in (Union, UnionType, tuple, list):
        return {name for item in arguments for name in _alternatives(item)} - {"None"}
    return {_name(hint)}


def _is_array(hint: Any) -> bool:
    """Tell whether a value is an array."""
    return get_origin(hint) in (tuple, list)


def _hint(model: type[Any], field: str) -> Any:
    """Return the type of a field or a property."""
    found = inspect.getattr_static(model, field, None)
    if isinstance(found, property):
        return get_type_hints(found.fget)["return"]
    return get_type_hints(model)[field]


@pytest.mark.parametrize("row", METHODS)
def test_the_seeds_methods_are_there(row: str) -> None:
    """Every method, with its parameters in their order and its return type."""
    name, parameters, returned = re.fullmatch(r"(\w+)\((.*)\) (.+)", row).groups()  # type: ignore[union-attr]  # every row is one
    method = getattr(SupermicroRedfishClient, name)
    assert inspect.iscoroutinefunction(method)
    wanted = ["self", *filter(None, parameters.split(", "))]
    assert list(inspect.signature(method).parameters)[: len(wanted)] == wanted
    assert _name(get_type_hints(method)["return"]) == returned


@pytest.mark.parametrize("row", PUBLISHED_METHODS)
def test_the_published_signatures_still_hold(row: str) -> None:
    """What users call today they can call tomorrow."""
    namespace: dict[str, Any] = {}
    exec(f"from __future__ import annotations\ndef {row}: ...", namespace)  # noqa: S102 - a row of the table above
    theirs = inspect.signature(namespace[row.partition("(")[0]])
    method = getattr(SupermicroRedfishClient, row.partition("(")[0])
    ours = inspect.signature(method)
    mine = [item for item in ours.parameters.values() if item.name != "self"]
    for wanted, found in zip(theirs.parameters.values(), mine, strict=False):
        assert (found.name, found.kind) == (wanted.name, wanted.kind)
        is_changed = f"{method.__name__}.{wanted.name}" in PARAMETERS_CHANGED
        assert (found.default != wanted.default) is is_changed
    more = mine[len(theirs.parameters) :]
    assert len(mine) >= len(theirs.parameters)
    assert all(item.default is not item.empty for item in more)
    hints = get_type_hints(method)
    assert _name(hints["return"]) in (theirs.return_annotation, "Self")
    for wanted in theirs.parameters.values():
        assert wanted.annotation in (
            _name(hints[wanted.name]),
            *map(_name, get_args(hints[wanted.name])),
        )


def test_a_client_is_made_as_before() -> None:
    """Four arguments in their order, two by name, and whatever else has a default."""
    parameters = inspect.signature(SupermicroRedfishClient).parameters
    assert list(parameters)[:4] == ["session", "host", "username", "password"]
    assert parameters["verify_ssl"].default is False
    assert parameters["timeout"].default == 30
    for name in list(parameters)[4:]:
        assert parameters[name].kind is inspect.Parameter.KEYWORD_ONLY
        assert parameters[name].default is not inspect.Parameter.empty
    stats = inspect.getattr_static(SupermicroRedfishClient, "stats")
    assert get_type_hints(stats.fget)["return"] is aiosupermicro.RequestStats


@pytest.mark.parametrize("row", SEED_ENUMS)
def test_the_seeds_enums_are_there(row: str) -> None:
    """Every enum is a StrEnum with the members that the seed names."""
    name, _, values = row.partition(": ")
    enum = getattr(aiosupermicro, name)
    assert issubclass(enum, StrEnum)
    assert set(values.split(", ")) <= {str(member) for member in enum}


@pytest.mark.parametrize("name", ENUMS)
def test_the_published_members_are_there(name: str) -> None:
    """Every member has its name and its value; ours may have more."""
    enum = getattr(aiosupermicro, name)
    assert issubclass(enum, StrEnum)
    assert enum is getattr(import_module("aiosupermicro.models.enums"), name)
    for member in ENUMS[name]:
        key, _, value = member.partition("=")
        assert enum[key] == value


@pytest.mark.parametrize("name", EXCEPTIONS)
def test_the_exceptions_are_there(name: str) -> None:
    """Each is of the one family, and raised for its status or also the builtin."""
    kind, other = getattr(aiosupermicro, name), EXCEPTIONS[name]
    assert kind is getattr(exceptions, name)
    assert issubclass(kind, SupermicroRedfishError)
    assert issubclass(SupermicroRedfishError, Exception)
    if isinstance(other, int):
        assert exceptions.HTTP_STATUS_EXCEPTIONS[other] is kind
        with pytest.raises(kind, match="no") as caught:
            exceptions.raise_for_status(other, "no")
        assert type(caught.value) is kind
    elif other is not None:
        assert issubclass(kind, other)
        assert kind is not other


@pytest.mark.parametrize("status", [200, 201, 202, 204, 304])
def test_success_raises_nothing(status: int) -> None:
    """A status below 400 is no error."""
    exceptions.raise_for_status(status, "fine")


@pytest.mark.parametrize("row", SEED_MODELS)
def test_the_seeds_models_are_in_their_modules(row: str) -> None:
    """A model can be had from its own module and from the package of models."""
    module, _, names = row.partition(": ")
    home = import_module(f"aiosupermicro.models.{module}")
    for name in names.split(", "):
        assert getattr(home, name) is getattr(aiosupermicro.models, name)


@pytest.mark.parametrize("name", SEED_MODULES)
def test_the_seeds_modules_are_there(name: str) -> None:
    """What the seed calls a source file can be imported."""
    assert import_module(f"aiosupermicro.{name}").__doc__


@pytest.mark.parametrize("name", PUBLISHED_MODULES)
def test_the_published_modules_are_there(name: str) -> None:
    """The modules of models keep their names."""
    assert import_module(f"aiosupermicro.models.{name}").__doc__


def test_the_published_names_are_exported() -> None:
    """What is imported today can be imported tomorrow, from the same place."""
    assert set(PUBLISHED_NAMES) <= set(vars(aiosupermicro)["__all__"])
    others = set(PUBLISHED_NAMES[17:]) | set(PUBLISHED_MODEL_NAMES)
    assert others <= set(vars(aiosupermicro.models)["__all__"])
    for package in (aiosupermicro, aiosupermicro.models):
        assert len(set(package.__all__)) == len(package.__all__)
        assert all(hasattr(package, name) for name in package.__all__)


@pytest.mark.parametrize("place", MODELS)
def test_the_published_fields_are_there(place: str) -> None:
    """Every field with its type, every property and method."""
    module, _, name = place.partition(".")
    model = getattr(import_module(f"aiosupermicro.models.{module}"), name)
    own = {field.name for field in fields(model)}
    words, _, more = " ".join(MODELS[place]).partition(" ; ")
    for word in words.split():
        field, _, wanted = word.partition("=")
        row = f"{place}.{field}"
        is_property = isinstance(inspect.getattr_static(model, field, None), property)
        assert (field in own, is_property) == (row not in PROPERTIES, row in PROPERTIES)
        hint = _hint(model, field)
        inner = wanted.removeprefix("list[").removesuffix("]")
        assert _is_array(hint) is (inner != wanted)
        published = set(inner.split("|"))
        expected, _ = TYPES.get(row, (published, ""))
        assert _alternatives(hint) == expected
        assert row not in TYPES or expected != published
    for attribute in [*more.split(), "is_valid", "from_dict"]:
        assert hasattr(model, attribute)


def _all_models() -> list[type[Model]]:
    """Return every model that there is."""
    names = {id(item): item for item in vars(aiosupermicro.models).values()}
    return [
        item
        for item in names.values()
        if isinstance(item, type) and issubclass(item, Model)
    ]


@pytest.mark.parametrize("model", _all_models(), ids=lambda model: model.__name__)
def test_models_are_frozen_and_made_by_from_dict(model: type[Model]) -> None:
    """The seed promises frozen dataclasses; nothing at all makes one too."""
    assert is_dataclass(model)
    empty = model.from_dict({})
    assert type(empty) is model
    assert empty.is_valid is (model.__name__ in ALWAYS_VALID)
    assert hash(empty) == hash(model())
    for field in fields(empty):
        with pytest.raises(AttributeError):
            setattr(empty, field.name, None)


@pytest.mark.parametrize("name", BULK)
def test_the_bulk_reads_give_the_published_fields(name: str) -> None:
    """Each holds a model, or None where the board has none or it failed."""
    data = getattr(aiosupermicro, name)
    assert issubclass(data, BulkData)
    own = {field.name for field in fields(data)}
    for field in BULK[name].split():
        assert field in own
        hint = get_type_hints(data)[field]
        (model,) = _alternatives(hint)
        assert hint == getattr(aiosupermicro.models, model) | None
    assert "errors" in own


def test_the_other_published_classes() -> None:
    """The cache and the statistics have their methods."""
    cache = aiosupermicro.ETagCache(etags={}, cached_data={})
    cache.store("/a", "1", {"b": 2})
    assert (cache.get_etag("/a"), cache.get_cached("/a")) == ("1", {"b": 2})
    cache.invalidate("/a")
    cache.store("/c", "1", {})
    cache.invalidate_all()
    assert (cache.get_etag("/a"), cache.get_cached("/c")) == (None, None)
    stats = aiosupermicro.RequestStats(total_requests=4, cache_hits=1, errors=0)
    stats.record_response_time(0.25)
    assert stats.cache_hit_rate == 25
    assert stats.avg_response_time_ms == 250
    assert stats.recent_response_times_ms == [250]


@pytest.mark.parametrize("row", PUBLISHED_AUTH)
def test_the_published_login_still_holds(row: str) -> None:
    """Each class is made as before, and has its properties and methods."""
    auth = import_module("aiosupermicro.auth")
    name, parameters, returned = re.fullmatch(
        r"([\w.]+)(?:\((.*)\))?(?: -> (.+))?", row
    ).groups()  # type: ignore[union-attr]  # every row is one
    place, _, member = name.partition(".")
    found = getattr(auth, place)
    if not member:
        _check_class(found, parameters)
        return
    attribute = inspect.getattr_static(found, member)
    assert isinstance(attribute, property) is (parameters is None)
    method = attribute.fget if parameters is None else attribute
    assert inspect.iscoroutinefunction(method) is member.startswith("async_")
    if returned:
        names = {"BasicAuth": BasicAuth}
        assert _name(get_type_hints(method, localns=names)["return"]) == returned


def _check_class(found: type[Any], parameters: str) -> None:
    """Check that a class is made with these parameters, or with more of its own."""
    namespace: dict[str, Any] = {}
    exec(f"from __future__ import annotations\ndef made({parameters}): ...", namespace)  # noqa: S102 - a row of the table above
    theirs = inspect.signature(namespace["made"]).parameters
    ours = inspect.signature(found).parameters
    assert [*ours][: len(theirs)] == [*theirs]
    assert all(
        ours[name].default is not inspect.Parameter.empty for name in [*ours][4:]
    )
    for name, wanted in theirs.items():
        assert (ours[name].kind, ours[name].default) == (wanted.kind, wanted.default)
        is_same = ours[name].annotation == wanted.annotation
        assert is_same is (f"{found.__name__}.{name}" not in AUTH_TYPES)
    if is_dataclass(found):
        with pytest.raises(AttributeError):
            setattr(found(), next(iter(theirs)), None)


def test_the_constants() -> None:
    """A constant has its published value, or a reason for another."""
    const = import_module("aiosupermicro.const")
    for name, value in CONSTANTS.items():
        same = getattr(const, name, None) == value
        assert same is (name not in CONSTANTS_CHANGED)
    assert not [name for name in vars(const) if name.startswith((*CONSTANTS_GONE,))]


def test_the_library_stands_alone() -> None:
    """It imports the standard library, aiohttp and what that is made of."""
    package = Path(aiosupermicro.__file__).parent
    assert (package / "py.typed").exists()
    allowed = {*sys.stdlib_module_names, "aiohttp", "yarl"}
    for file in package.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in getattr(node, "names", ())]
            if isinstance(node, ast.ImportFrom):
                names = [] if node.level else [node.module or ""]
            elif not isinstance(node, ast.Import):
                continue
            assert {name.partition(".")[0] for name in names} <= allowed
