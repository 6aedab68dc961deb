"""The rules of `is_valid`, which are those of the published client."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any, NamedTuple

import pytest

from aiosupermicro import models as m
from aiosupermicro.models import Model

from . import published
from .models.recorded import RECORDED_RESOURCES, RESOURCES
from .pypi import published_client


class Rule(NamedTuple):
    """A rule of `is_valid`."""

    model: type[Model]
    document: dict[str, Any]
    """Minimal document of a valid resource."""
    other: dict[str, Any] | None = None
    """A further document that is valid on its own, if one of two values suffices."""


_ENABLED = {"Status": {"State": "Enabled"}}

RULES = (
    Rule(m.Account, {"UserName": "ADMIN"}),
    Rule(m.AccountService, {}),
    Rule(m.Battery, _ENABLED),
    Rule(m.Chassis, {"Status": {"Health": "Critical"}}),
    Rule(m.EthernetInterface, {"MACAddress": "7C:C2:55:00:00:01"}),
    Rule(m.EventDestination, {"Destination": "0.0.0.0"}),  # noqa: S104 - an unused slot
    Rule(m.EventService, {}),
    Rule(m.Fan, _ENABLED),
    Rule(m.FanMode, {"Mode": "?", "Mode@Redfish.AllowableValues": ["Optimal"]}),
    Rule(m.FirmwareInventory, {"Version": "Not Present"}),
    Rule(m.LLDP, {}),
    Rule(m.License, {}),
    Rule(m.LogEntry, {"Message": "Assertion"}),
    Rule(m.Manager, {"UUID": "1", "FirmwareVersion": "01.04"}),
    Rule(m.Memory, {"CapacityMiB": 16384}),
    Rule(m.NTP, {}),
    Rule(m.NetworkProtocol, {"HTTPS": {"Port": 443}}),
    Rule(m.PCIeDevice, {"Model": "NVMe"}),
    Rule(m.Power, {"PowerControl": [{}]}, {"Voltages": [{}]}),
    Rule(m.PowerControl, {"PowerConsumedWatts": 0}),
    Rule(m.PowerSupply, _ENABLED),
    Rule(m.Processor, {"Model": "Xeon", "TotalCores": 16}),
    Rule(m.Role, {"Id": "Administrator"}),
    Rule(m.ServiceRoot, {"RedfishVersion": "1.8.0"}),
    Rule(m.Session, {"Id": "1"}),
    Rule(m.SessionService, {}),
    Rule(m.Snooping, {"PostCode": "00"}),
    Rule(m.System, {"UUID": "1"}),
    Rule(m.Temperature, _ENABLED),
    Rule(m.Thermal, {"Temperatures": [{}]}, {"Fans": [{}]}),
    Rule(m.UpdateService, {}),
    Rule(m.Voltage, _ENABLED),
)
_RULES = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.model.__name__)

INVALID = (
    (m.Battery, {"Status": {"State": "Unknown"}}),
    (m.Chassis, {"ChassisType": "Unknown", "Status": {"Health": "OK"}}),
    (m.Fan, {"Status": {"State": "Absent"}, "Reading": 0}),
    (m.Manager, {"UUID": "1", "FirmwareVersion": "Unknown"}),
    (m.Memory, {"CapacityMiB": 0, "DeviceLocator": "P1-DIMMA1"}),
    (m.NetworkProtocol, {"HTTPS": {"Port": 0}}),
    (m.Processor, {"Model": "Xeon", "TotalCores": 0}),
    (m.System, {"UUID": "1", "PowerState": "Unknown"}),
)
"""Resources with a value that counts as missing."""

VALUES: dict[type, tuple[Any, ...]] = {
    str: ("", "Unknown", "x"),
    int: (0, 1),
    list: ([],),
}
"""Values to try for each type."""

EMPTY_VALUES = {
    (m.Battery, "State"),
    (m.Chassis, "Health"),
    (m.Manager, "FirmwareVersion"),
}
"""Keys whose empty text or null is a value for the published client only."""


def _published(model: type[Model], document: dict[str, Any]) -> Any:
    """Return a resource as the published client decodes it."""
    return getattr(published_client().models, model.__name__).from_dict(document)


def _without_one_key(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Return copies of a document, each without one of its keys, at any level."""
    for key, value in document.items():
        rest = {name: item for name, item in document.items() if name != key}
        yield rest
        if isinstance(value, dict):
            for part in _without_one_key(value):
                yield rest | {key: part}


def _variants(
    document: dict[str, Any],
) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Return a key, another value for it, and the document with it, for all keys."""
    for key, value in document.items():
        for other in (*VALUES.get(type(value), ()), None):
            yield key, other, document | {key: other}
        if isinstance(value, dict):
            for inner, other, part in _variants(value):
                yield inner, other, document | {key: part}


def test_rules_cover_all_published_models() -> None:
    """Require a rule for each published model with `is_valid`."""
    modules = vars(published_client().models).values()
    named = {item.__name__ for item in modules if hasattr(item, "is_valid")}
    assert {rule.model.__name__ for rule in RULES} == named - {"BaseModel"}


@_RULES
def test_resource_is_valid_with_what_its_rule_states(rule: Rule) -> None:
    """Accept the minimal valid document, but no smaller one."""
    for document in filter(None, (rule.document, rule.other)):
        assert rule.model.from_dict(document).is_valid
        for less in _without_one_key(document):
            assert not rule.model.from_dict(less).is_valid
    is_always = rule.model in published.ALWAYS_VALID
    assert rule.model().is_valid is rule.model.from_dict({}).is_valid is is_always


@pytest.mark.parametrize(("model", "document"), INVALID)
def test_resource_is_invalid(model: type[Model], document: dict[str, Any]) -> None:
    """Treat "Unknown" and 0 as no value, where the published client does."""
    assert not model.from_dict(document).is_valid


@_RULES
def test_rule_is_that_of_the_published_client(rule: Rule) -> None:
    """Compare many documents with the published client."""
    documents = [*filter(None, (rule.document, rule.other)), {}]
    documents += [item for model, item in INVALID if model is rule.model]
    documents += _without_one_key(rule.document)
    documents += [
        variant
        for key, value, variant in _variants(rule.document)
        if value or (rule.model, key) not in EMPTY_VALUES
    ]
    for document in documents:
        try:
            expected = _published(rule.model, document).is_valid
        except (AttributeError, TypeError):
            continue  # null where it expects an object or a number
        assert rule.model.from_dict(document).is_valid is expected, document


def _parts(model: Any) -> Iterator[Any]:
    """Return a resource, and the sensors and supplies in it."""
    yield model
    for name in ("temperatures", "fans", "power_control", "voltages", "power_supplies"):
        yield from getattr(model, name, ())


def test_recorded_resources_are_as_valid_as_in_the_published_client() -> None:
    """Compare each recorded resource with the published client."""
    compared = 0
    for (board, kind), bodies in RECORDED_RESOURCES.items():
        model = RESOURCES[kind]
        if not hasattr(published_client().models, model.__name__):
            continue
        for body in bodies:
            try:
                theirs = _published(model, deepcopy(body))
            except (AttributeError, TypeError):
                continue  # null where it expects an object; licenses are texts
            pairs = zip(_parts(model.from_dict(body)), _parts(theirs), strict=True)
            for own, other in pairs:
                assert own.is_valid is other.is_valid, (board, kind, body)
                compared += 1
    assert compared > 50
