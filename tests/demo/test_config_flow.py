"""Test the forms and the error messages of the config flow."""

from typing import Any

import pytest

from tests.demo.config_flow import error_messages, fill_form
from tests.demo.console import DemoError

FORM_DATA = {"host": "bmc", "password": "secret"}
PREFIX = "component.supermicro_redfish.config"


def test_form_uses_values_then_defaults_then_suggestions() -> None:
    """Omit an optional field that has no value."""
    schema = [
        {"name": "host", "required": True, "default": "other"},
        {"name": "certificate", "required": True, "default": "ab:cd"},
        {"name": "port", "optional": True, "description": {"suggested_value": 443}},
        {"name": "note", "optional": True},
    ]
    expected = {"host": "bmc", "certificate": "ab:cd", "port": 443}
    assert fill_form(schema, FORM_DATA) == expected


def test_form_accepts_false_as_default() -> None:
    """Do not confuse False with a missing default."""
    schema = [{"name": "verify_ssl", "required": True, "default": False}]
    assert fill_form(schema, FORM_DATA) == {"verify_ssl": False}


def test_form_nests_expandable_sections() -> None:
    """Put the values of an expandable section into an object of their own."""
    section = {
        "type": "expandable",
        "name": "advanced",
        "schema": [{"name": "password", "required": True}],
    }
    assert fill_form([section], FORM_DATA) == {"advanced": {"password": "secret"}}


def test_form_rejects_required_field_without_default() -> None:
    """Raise an error, since the demo has no value for the field."""
    with pytest.raises(DemoError, match="'token'"):
        fill_form([{"name": "token", "required": True}], FORM_DATA)


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
def test_error_messages_match_the_web_page(
    step: dict[str, Any], expected: list[str]
) -> None:
    """Show the key of a missing translation, as the web page does."""
    texts = {
        f"{PREFIX}.error.cannot_connect": "No connection to {host}.",
        f"{PREFIX}.abort.known": "Known already.",
    }
    step |= {"description_placeholders": {"host": "bmc"}}
    assert error_messages(step, texts) == expected
