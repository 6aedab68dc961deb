"""Conformance of the library to the names in the seed and in the published client."""

import ast
from dataclasses import fields, is_dataclass
from enum import StrEnum
from importlib import import_module
import inspect
from pathlib import Path
import sys
from types import NoneType, UnionType
from typing import Any, Self, Union, get_args, get_origin, get_type_hints

from aiohttp import BasicAuth
import pytest

import aiosupermicro
from aiosupermicro import (
    SupermicroRedfishClient,
    SupermicroRedfishError,
    auth,
    const,
    exceptions,
    models,
)
from aiosupermicro.data import BulkData
from aiosupermicro.models import Model, enums

from . import published
from .models.catalog import ALL_MODELS
from .published import PublishedModel, members

CLIENT_METHODS = members(published.SeedClient) | members(published.PublishedClient)
MODULES = dict.fromkeys(
    [*published.SEED_MODULES, *(f"models.{n}" for n in published.PUBLISHED_MODULES)]
)
AUTH_CLASSES = (published.SessionAuth, published.SessionState)


def _signature(function: Any) -> inspect.Signature:
    """Return the signature of a function or a class, with evaluated annotations."""
    return inspect.signature(function, eval_str=True)


def _alternatives(hint: Any) -> set[Any]:
    """Return the types that a value or the items of an array may have, except None."""
    if get_origin(hint) in (Union, UnionType, tuple, list):
        return {
            alternative
            for argument in get_args(hint)
            if argument not in (Ellipsis, NoneType)
            for alternative in _alternatives(argument)
        }
    return {hint}


def _type_of(owner: type[Any], name: str) -> Any:
    """Return the type of a field or a property."""
    found = inspect.getattr_static(owner, name, None)
    if isinstance(found, property):
        return _signature(found.fget).return_annotation
    return get_type_hints(owner)[name]


@pytest.mark.parametrize("name", CLIENT_METHODS)
def test_client_method_has_published_signature(name: str) -> None:
    """Keep parameters, defaults and return type; allow further optional parameters."""
    stub, method = CLIENT_METHODS[name], getattr(SupermicroRedfishClient, name)
    assert inspect.iscoroutinefunction(method) is inspect.iscoroutinefunction(stub)
    wanted, found = _signature(stub), _signature(method)
    own = list(found.parameters.values())
    for theirs, ours in zip(wanted.parameters.values(), own, strict=False):
        assert (ours.name, ours.kind) == (theirs.name, theirs.kind)
        is_changed = (name, ours.name) in published.PARAMETERS_CHANGED
        assert (ours.default != theirs.default) is is_changed
        assert theirs.annotation in (ours.annotation, *get_args(ours.annotation))
    assert len(own) >= len(wanted.parameters)
    further = own[len(wanted.parameters) :]
    assert all(item.default is not item.empty for item in further)
    assert found.return_annotation in (wanted.return_annotation, Self)


def test_client_has_published_constructor() -> None:
    """Keep four positional arguments; everything else is by keyword, with a default."""
    parameters = inspect.signature(SupermicroRedfishClient).parameters
    assert list(parameters)[:4] == ["session", "host", "username", "password"]
    assert parameters["verify_ssl"].default is False
    assert parameters["timeout"].default == 30
    for name in list(parameters)[4:]:
        assert parameters[name].kind is inspect.Parameter.KEYWORD_ONLY
        assert parameters[name].default is not inspect.Parameter.empty
    assert _type_of(SupermicroRedfishClient, "stats") is aiosupermicro.RequestStats


@pytest.mark.parametrize("enum", published.ENUMS, ids=lambda enum: enum.__name__)
def test_enum_has_published_members(enum: type[StrEnum]) -> None:
    """Keep the name and the value of each member; allow further members."""
    assert issubclass(enum, StrEnum)
    assert enum is getattr(aiosupermicro, enum.__name__)
    assert enum is getattr(enums, enum.__name__)
    for name, value in published.ENUMS[enum].items():
        assert enum[name] == value


@pytest.mark.parametrize("name", published.EXCEPTIONS)
def test_exception_has_published_status_or_builtin_base(name: str) -> None:
    """Raise each exception for its status, or derive it from its builtin base."""
    kind, other = getattr(aiosupermicro, name), published.EXCEPTIONS[name]
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
def test_raise_for_status_accepts_success(status: int) -> None:
    """Raise nothing for a status below 400."""
    exceptions.raise_for_status(status, "fine")


@pytest.mark.parametrize("name", MODULES)
def test_published_module_is_importable(name: str) -> None:
    """Keep the modules that the seed and the published client have."""
    assert import_module(f"aiosupermicro.{name}").__doc__


def test_published_names_are_exported() -> None:
    """Keep every name importable from the package that exported it."""
    names = published.PUBLISHED_NAMES
    assert set(names) <= set(vars(aiosupermicro)["__all__"])
    model_names = set(names[17:]) | set(published.PUBLISHED_MODEL_NAMES)
    assert model_names <= set(vars(models)["__all__"])
    for package in (aiosupermicro, models):
        exported = vars(package)["__all__"]
        assert len(set(exported)) == len(exported)
        assert all(hasattr(package, name) for name in exported)


@pytest.mark.parametrize(
    "item", published.MODELS_BY_NAME.values(), ids=published.MODELS_BY_NAME
)
def test_model_has_published_fields(item: PublishedModel) -> None:
    """Keep each field with its type, and each property and method."""
    model = item.model
    assert getattr(models, model.__name__) is model
    own = {field.name for field in fields(model)}
    for name, published_type in item.fields.items():
        row = (model, name)
        is_property = isinstance(inspect.getattr_static(model, name, None), property)
        assert is_property is (row in published.PROPERTIES)
        assert (name in own) is not is_property
        hint = _type_of(model, name)
        is_list = get_origin(published_type) is list
        assert (get_origin(hint) in (tuple, list)) is is_list
        wanted, _ = published.TYPES.get(row, (published_type, ""))
        assert _alternatives(hint) == _alternatives(wanted)
        is_changed = _alternatives(wanted) != _alternatives(published_type)
        assert is_changed is (row in published.TYPES)
    for name in (*item.members, "is_valid", "from_dict"):
        assert hasattr(model, name)


@pytest.mark.parametrize("model", ALL_MODELS, ids=lambda model: model.__name__)
def test_model_is_frozen_and_decodes_empty_resource(model: type[Model]) -> None:
    """Return frozen dataclasses, as the seed promises, even for an empty resource."""
    assert is_dataclass(model)
    empty = model.from_dict({})
    assert type(empty) is model
    assert empty.is_valid is (model in published.ALWAYS_VALID)
    assert hash(empty) == hash(model())
    for field in fields(empty):
        with pytest.raises(AttributeError):
            setattr(empty, field.name, None)


@pytest.mark.parametrize("data", published.BULK, ids=lambda data: data.__name__)
def test_bulk_data_has_published_fields(data: type[BulkData]) -> None:
    """Require one model per field, or None if it is missing or failed."""
    assert issubclass(data, BulkData)
    own = {field.name for field in fields(data)}
    for name in published.BULK[data]:
        assert name in own
        hint = _type_of(data, name)
        (model,) = _alternatives(hint)
        assert issubclass(model, Model)
        assert hint == model | None
    assert "errors" in own


def test_cache_and_stats_have_published_methods() -> None:
    """Keep the methods of ETagCache and RequestStats."""
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


@pytest.mark.parametrize("stub", AUTH_CLASSES, ids=lambda stub: stub.__name__)
def test_auth_class_has_published_constructor(stub: type[Any]) -> None:
    """Keep the parameters with their defaults; allow further optional ones."""
    found: type[Any] = getattr(auth, stub.__name__)
    theirs, ours = _signature(stub).parameters, _signature(found).parameters
    assert [*ours][: len(theirs)] == [*theirs]
    for name in [*ours][4:]:
        assert ours[name].default is not inspect.Parameter.empty
    for name, wanted in theirs.items():
        assert (ours[name].kind, ours[name].default) == (wanted.kind, wanted.default)
        is_same = ours[name].annotation == wanted.annotation
        assert is_same is ((stub, name) not in published.AUTH_TYPES)
    if is_dataclass(found):
        with pytest.raises(AttributeError):
            setattr(found(), next(iter(theirs)), None)


@pytest.mark.parametrize(
    ("stub", "name"),
    [
        pytest.param(stub, name, id=f"{stub.__name__}.{name}")
        for stub in AUTH_CLASSES
        for name in members(stub)
    ],
)
def test_auth_class_has_published_member(stub: type[Any], name: str) -> None:
    """Keep the properties and methods of the module `auth`."""
    found = getattr(auth, stub.__name__)
    attribute, wanted = inspect.getattr_static(found, name), members(stub)[name]
    assert isinstance(attribute, property) is isinstance(wanted, property)
    method, wanted = (getattr(item, "fget", item) for item in (attribute, wanted))
    assert inspect.iscoroutinefunction(method) is inspect.iscoroutinefunction(wanted)
    returned = _signature(wanted).return_annotation
    own = inspect.signature(method).return_annotation
    own = {"BasicAuth": BasicAuth}.get(own) or _signature(method).return_annotation
    if returned is published.SessionState:
        returned = auth.SessionState
    assert returned in (Any, own)


def test_constant_has_published_value() -> None:
    """Keep the value of each constant that is not listed as a deviation."""
    for name, value in published.CONSTANTS.items():
        is_same = getattr(const, name, None) == value
        assert is_same is (name not in published.CONSTANTS_CHANGED)
    gone = tuple(published.CONSTANTS_GONE)
    assert not [name for name in vars(const) if name.startswith(gone)]


def test_library_imports_only_standard_library_and_aiohttp() -> None:
    """Depend on nothing but the standard library, aiohttp and yarl.

    orjson is used where it is installed. The optional part that speaks IPMI also needs
    cryptography.
    """
    package = Path(aiosupermicro.__file__).parent
    assert (package / "py.typed").exists()
    allowed = {*sys.stdlib_module_names, "aiohttp", "yarl", "orjson"}
    for file in package.rglob("*.py"):
        own = {"cryptography"} if file.parent.name == "ipmi" else set()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                names = [] if node.level else [node.module or ""]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            else:
                continue
            assert {name.partition(".")[0] for name in names} <= allowed | own
