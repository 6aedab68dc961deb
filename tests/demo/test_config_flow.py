"""Forms are filled as a user would, and failures told in the page's own words."""

from typing import Any

import pytest

from tests.demo.config_flow import explanations, filled
from tests.demo.errors import DemoError

ANSWERS = {"host": "bmc", "password": "secret"}
PREFIX = "component.supermicro_redfish.config"


def test_fields_take_answers_then_defaults_then_suggestions() -> None:
    """What nobody fills in and nobody must fill in stays out."""
    schema = [
        {"name": "host", "required": True, "default": "other"},
        {"name": "certificate", "required": True, "default": "ab:cd"},
        {"name": "port", "optional": True, "description": {"suggested_value": 443}},
        {"name": "note", "optional": True},
    ]
    expected = {"host": "bmc", "certificate": "ab:cd", "port": 443}
    assert filled(schema, ANSWERS) == expected


def test_a_default_may_be_false() -> None:
    """False is a value like any other."""
    schema = [{"name": "verify_ssl", "required": True, "default": False}]
    assert filled(schema, ANSWERS) == {"verify_ssl": False}


def test_sections_are_filled_in_their_own_objects() -> None:
    """Home Assistant nests the values of an expandable section."""
    section = {
        "type": "expandable",
        "name": "advanced",
        "schema": [{"name": "password", "required": True}],
    }
    assert filled([section], ANSWERS) == {"advanced": {"password": "secret"}}


def test_a_required_field_without_default_ends_the_dialogue() -> None:
    """The demo does not make up what only a user can know."""
    with pytest.raises(DemoError, match="'token'"):
        filled([{"name": "token", "required": True}], ANSWERS)


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (
            {"type": "form", "errors": {"base": "cannot_connect", "host": "bad"}},
            ["No connection to bmc.", f"host: {PREFIX}.error.bad"],
        ),
        ({"type": "abort", "reason": "known"}, ["Known already."]),
        ({"type": "form", "errors": None}, []),
    ],
)
def test_failures_are_told_as_the_page_tells_them(
    step: dict[str, Any], expected: list[str]
) -> None:
    """A text that is missing in the translations shows its key, as in the page."""
    texts = {
        f"{PREFIX}.error.cannot_connect": "No connection to {host}.",
        f"{PREFIX}.abort.known": "Known already.",
    }
    step |= {"description_placeholders": {"host": "bmc"}}
    assert explanations(step, texts) == expected
