"""Constructors and attributes of the published client's classes."""

from dataclasses import fields, is_dataclass, replace
from enum import Enum
import inspect
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

import pytest

import aiosupermicro
from aiosupermicro import DynamicData, RedfishData, StaticData, models as m
from aiosupermicro.auth import SessionState
from aiosupermicro.models import (
    Action,
    Battery,
    Fan,
    License,
    LicenseEntry,
    Model,
    OdataResource,
    PowerSupply,
    ResetType,
    Status,
    System,
)

from . import published
from .models.catalog import ALL_MODELS
from .pypi import published_client

MODELS = {name: item.model for name, item in published.MODELS_BY_NAME.items()}
POSITIONAL = (Status, OdataResource, LicenseEntry)
"""Models whose constructor takes positional arguments."""

_SCALARS: dict[Any, Any] = {str: "x", int: 3, float: 1.5, bool: True}


def _published(model: type[Any]) -> Any:
    """Return a class of the published client by the name of its counterpart."""
    package = published_client()
    return getattr(package, model.__name__, getattr(package.models, model.__name__, 0))


def _value(hint: Any) -> Any:
    """Return a value of a published type, with this library's own classes."""
    arguments = [item for item in get_args(hint) if item is not NoneType]
    if get_origin(hint) is list:
        return (_value(arguments[0]),)
    if arguments:
        return _value(arguments[0])
    if issubclass(hint, Enum):
        return next(iter(getattr(m, hint.__name__)))
    return _SCALARS[hint] if hint in _SCALARS else getattr(m, hint.__name__)()


def _published_fields(model: type[Any]) -> dict[str, Any]:
    """Return the published fields of a class with a value for each."""
    theirs = _published(model)
    hints = get_type_hints(theirs)
    return {
        item.name: _value(hints[item.name])
        for item in fields(theirs)
        if not item.name.startswith("_")
    }


@pytest.mark.parametrize(
    "model", [model for model in ALL_MODELS if model not in POSITIONAL]
)
def test_other_models_take_names_only(model: type[Model]) -> None:
    """Accept no positional arguments, so that a new field may have any place."""
    assert all(field.kw_only for field in fields(model))


@pytest.mark.parametrize("name", MODELS)
def test_constructor_accepts_each_published_field(name: str) -> None:
    """Accept the name of each field as a keyword, and return its value."""
    model = MODELS[name]
    values = _published_fields(model)
    assert values
    for field, value in values.items():
        assert getattr(model(**{field: value}), field) == value
        assert getattr(replace(model(), **{field: value}), field) == value
        getattr(model(**{field: None}), field)
    everything = model(**values)
    assert {field: getattr(everything, field) for field in values} == values
    assert hash(everything) == hash(model(**values))


@pytest.mark.parametrize("name", MODELS)
def test_model_has_each_published_attribute(name: str) -> None:
    """Keep the properties, and the parameters of the methods."""
    model, theirs = MODELS[name], _published(MODELS[name])
    for member, attribute in inspect.getmembers_static(theirs):
        if member.startswith("_") or member in ("from_dict", "is_valid"):
            continue
        own = inspect.getattr_static(model, member)
        if inspect.isfunction(attribute):
            assert [*inspect.signature(own).parameters] == [
                *inspect.signature(attribute).parameters
            ]
        elif isinstance(attribute, property):
            assert isinstance(own, property)


@pytest.mark.parametrize("name", MODELS)
def test_constructor_takes_published_positional_arguments(name: str) -> None:
    """Accept positional arguments where the published client does, in its order."""
    model, theirs = MODELS[name], _published(MODELS[name])
    positional = [
        field.name
        for field in fields(theirs)
        if not field.kw_only and field.name != "_is_valid"
    ]
    assert bool(positional) is (model in POSITIONAL)
    values = _published_fields(model)
    arguments = [values[field] for field in positional]
    assert model(*arguments) == model(**{field: values[field] for field in positional})


def test_other_constructors_take_only_keywords() -> None:
    """Stay free to reorder the fields of all other models."""
    positional = {
        model
        for model in ALL_MODELS
        for item in inspect.signature(model).parameters.values()
        if item.kind is not inspect.Parameter.KEYWORD_ONLY
    }
    assert positional == {*POSITIONAL}


def test_new_dynamic_data_is_complete_and_has_no_age() -> None:
    """Start like the data of a board whose values were all just read."""
    data = DynamicData()
    assert (data.is_complete, data.is_read_in_turns) == (True, False)
    assert data.reading_age == 0


def test_unknown_keyword_is_rejected() -> None:
    """Raise TypeError for a keyword that is neither a field nor a published name."""
    with pytest.raises(TypeError, match="reading_percent"):
        Fan(reading_percent=30)  # type: ignore[call-arg]


# mypy knows the fields, but not the keywords that are translated to them.
_CONSTRUCTORS: tuple[tuple[type[Model], dict[str, Any], Model], ...] = (
    (Fan, {"reading_rpm": 900}, Fan(speed=900)),
    (PowerSupply, {"last_power_output_watts": 9}, PowerSupply(power_output_watts=9)),
    (
        Battery,
        {"health": "OK", "state": "Enabled"},
        Battery(status=Status("Enabled", "OK")),
    ),
    (
        Battery,
        {"health": "OK", "status": Status("Enabled", "Warning", "OK")},
        Battery(status=Status("Enabled", "OK", "OK")),
    ),
    (
        System,
        {"reset_types": [ResetType.ON, "Other"]},
        System(reset=Action(allowable_reset_types=("On", "Other"))),
    ),
    (License, {"is_licensed": False}, License()),
    (License, {"is_licensed": True}, License(licenses=(LicenseEntry(),))),
    (
        License,
        {"is_licensed": True, "licenses": [LicenseEntry("1")]},
        License(licenses=(LicenseEntry("1"),)),
    ),
)


@pytest.mark.parametrize(("model", "values", "expected"), _CONSTRUCTORS)
def test_published_keyword_sets_the_field(
    model: type[Model], values: dict[str, Any], expected: Model
) -> None:
    """Set the field that the published one is derived from here."""
    assert model(**values) == expected


def test_replace_changes_field_and_published_name() -> None:
    """Change a model by either name; the other one follows."""
    fan = Fan(name="FAN1", speed=900)
    changes: dict[str, Any] = {"reading_rpm": 1200}
    assert replace(fan, speed=1000).reading_rpm == 1000
    assert replace(fan, **changes) == Fan(name="FAN1", speed=1200)


def test_decoded_and_constructed_models_are_equal() -> None:
    """Return the same model from the constructor as from the JSON of a BMC."""
    body = {"Name": "FAN1", "Reading": 900, "Status": {"State": "Enabled"}}
    values: dict[str, Any] = {"reading_rpm": 900}
    assert Fan(name="FAN1", status=Status("Enabled"), **values) == Fan.from_dict(body)


def test_license_without_levels_is_decoded() -> None:
    """Decode a license in the format that the published client expects."""
    entry = {
        "LicenseID": "SFT-OOB-LIC",
        "LicenseType": "OOB",
        "LicenseStatus": "Active",
        "Description": "out of band",
        "Expiration": "never",
    }
    license_ = License.from_dict({"Licenses": [entry, {"other": 1}, "?"]})
    assert license_.is_licensed
    assert license_.licenses == (
        LicenseEntry("SFT-OOB-LIC", "OOB", "Active", "out of band", "never"),
    )


@pytest.mark.parametrize("data", [RedfishData, StaticData, DynamicData])
def test_bulk_data_has_published_positional_fields(data: type[Any]) -> None:
    """Accept the published fields by position, and all other fields by keyword."""
    theirs = [field.name for field in fields(_published(data))]
    own = [field.name for field in fields(data) if not field.kw_only]
    assert own == theirs == list(published.BULK[data])
    values = [object() for _ in theirs]
    found = data(*values)
    assert [getattr(found, name) for name in theirs] == values
    assert data() == data(errors={"power": KeyError()}, missing={"ntp": KeyError()})
    with pytest.raises(TypeError):
        data(*values, None)


@pytest.mark.parametrize("name", ["ETagCache", "RequestStats"])
def test_other_class_has_published_constructor(name: str) -> None:
    """Keep the parameters of the cache and of the statistics."""
    theirs = inspect.signature(getattr(published_client(), name)).parameters
    own = inspect.signature(getattr(aiosupermicro, name)).parameters
    assert [*own][: len(theirs)] == [*theirs]
    assert is_dataclass(getattr(aiosupermicro, name))


def test_session_state_has_published_fields() -> None:
    """Accept the four published fields by position."""
    theirs = inspect.signature(published_client().auth.SessionState).parameters
    assert [*inspect.signature(SessionState).parameters][: len(theirs)] == [*theirs]
    state = SessionState("token", "/path", 1.0, 300)
    assert (state.token, state.session_uri) == ("token", "/path")


def test_response_time_is_zero_before_the_first_response() -> None:
    """Return a number that can be rounded, as the published integration does."""
    stats, theirs = aiosupermicro.RequestStats(), published_client().RequestStats()
    assert stats.avg_response_time_ms == theirs.avg_response_time_ms == 0.0
    assert isinstance(stats.avg_response_time_ms, float)
    for each in (stats, theirs):
        each.record_response_time(0.25)
    assert stats.avg_response_time_ms == theirs.avg_response_time_ms == 250
