"""Test that every text exists in every language and follows hassfest's rules."""

import ast
from collections.abc import Iterator
import json
from pathlib import Path
import re
from string import Formatter

import hass_frontend
from homeassistant.components.light import EFFECT_OFF
from homeassistant.util.yaml import load_yaml_dict
import pytest
from voluptuous import Schema

from custom_components.supermicro_redfish import PLATFORMS, event, light
from custom_components.supermicro_redfish.aiosupermicro import (
    CertificateError,
    FanModeType,
    Health,
    ResourceError,
    SupermicroRedfishError,
    exceptions,
)
from custom_components.supermicro_redfish.aiosupermicro.cli.output import SENTENCES
from custom_components.supermicro_redfish.config_flow import SupermicroOptionsFlow
from custom_components.supermicro_redfish.errors import (
    TRANSLATION_KEYS,
    translated,
    translation_key,
)
from custom_components.supermicro_redfish.fan_control.models import TripReason
from custom_components.supermicro_redfish.forms import (
    CERTIFICATE_FORM,
    FAN_CONTROL_FORM,
    LOGIN_FORMS,
    OPTIONS_FORM,
)
from custom_components.supermicro_redfish.util import BOOT_STATES

from . import (
    ENGLISH,
    FOLDER,
    ICONS,
    Description,
    Json,
    descriptions,
    load_translation,
    texts,
)

pytestmark = pytest.mark.all_cases

PAGE_TEXTS = Path(hass_frontend.__file__).parent / "static" / "translations"

LANGUAGES = ("de", "en", "es", "fr", "nl", "zh-Hans")

KEY = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
FORBIDDEN = {
    "HTML": re.compile(r"<[a-zA-Z/]"),
    "an address": re.compile(r"https?://|www\."),
    "spaces around it": re.compile(r"^\s|\s$"),
    "a quoted placeholder": re.compile(r"'\{\w+\}'"),
}
WITHOUT_PLACEHOLDERS = ("state", "state_attributes", "unit_of_measurement")

ROWS = [
    pytest.param(platform, row, id=f"{platform}.{row.key} {place}")
    for place, (platform, row) in enumerate(descriptions())
]
PATTERNS = [
    pytest.param(platform, row, suffix, id=f"{platform}.{row.key}{suffix}")
    for platform, row in descriptions()
    for suffix in row.source.name_patterns
]
"""The descriptions of items whose names have a translation of their own."""
FAN_CONTROL_ERRORS = {
    key
    for file in (FOLDER / "fan_control").glob("*.py")
    for key in re.findall(r'FanControlError\(\s*"(\w+)"', file.read_text("utf-8"))
}
SERVICES = load_yaml_dict(FOLDER / "services.yaml")

every_language = pytest.mark.parametrize("language", LANGUAGES)


def keys(tree: Json) -> Iterator[str]:
    """Return all keys of a file."""
    for key, value in tree.items():
        yield key
        if isinstance(value, dict):
            yield from keys(value)


def placeholders(text: str) -> set[str]:
    """Return the placeholders in a text."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


# Entities


def test_descriptions_cover_all_platforms() -> None:
    """Require that these tests cover all platforms."""
    assert {platform for platform, _ in descriptions()} == set(PLATFORMS)


@pytest.mark.parametrize(("platform", "row"), ROWS)
def test_entity_has_a_name(platform: str, row: Description) -> None:
    """Require a name without placeholders other than the item's name."""
    key = row.text_key
    assert key in ENGLISH["entity"].get(platform, {}), (
        f"Add entity.{platform}.{key}.name to translations/en.json"
    )
    assert placeholders(ENGLISH["entity"][platform][key]["name"]) <= {"name"}


@pytest.mark.parametrize(("platform", "row", "suffix"), PATTERNS)
def test_translated_name_differs_in_the_name_only(
    platform: str, row: Description, suffix: str
) -> None:
    """Require equal states and icons for items with a name and with a number."""
    pattern = row.source.name_patterns[suffix]
    named, translated = _named_and_translated(ENGLISH, platform, row, suffix)
    assert placeholders(translated.pop("name")) == (
        {"number"} if pattern.groups else set()
    )
    assert placeholders(named.pop("name")) == {"name"}
    assert named == translated
    named, translated = _named_and_translated(ICONS, platform, row, suffix)
    assert named == translated


def _named_and_translated(
    tree: Json, platform: str, row: Description, suffix: str
) -> list[Json]:
    """Return the entries of a row: for the board's name and for a translated one."""
    entities = tree["entity"].get(platform, {})
    key = str(row.text_key)
    found = []
    for text_key in (key, f"{key}{suffix}"):
        path = f"entity.{platform}.{text_key}"
        is_text = tree is ENGLISH
        assert not is_text or text_key in entities, (
            f"Add {path} to translations/en.json"
        )
        found.append(dict(entities.get(text_key, {})))
    return found


def test_entity_texts_and_icons_are_all_used() -> None:
    """Reject texts and icons of entities that do not exist."""
    used = {(platform, row.text_key) for platform, row in descriptions()}
    used |= {
        (platform, f"{row.text_key}{suffix}")
        for platform, row in descriptions()
        for suffix in row.source.name_patterns
    }
    for file, tree in (("translations/en.json", ENGLISH), ("icons.json", ICONS)):
        unused = [
            f"entity.{platform}.{key}"
            for platform, entities in tree["entity"].items()
            for key in entities
            if (platform, key) not in used
        ]
        assert not unused, f"Remove {unused} from {file}: no row has this key"


def test_entity_states_are_all_translated() -> None:
    """Translate fan modes, healths, boot stages, event types and light effects."""
    entities = ENGLISH["entity"]
    modes = {mode.name.lower() for mode in FanModeType}
    assert set(entities["select"]["fan_mode"]["state"]) == modes
    presets = entities["fan"]["fan_zone"]["state_attributes"]["preset_mode"]["state"]
    assert presets == entities["select"]["fan_mode"]["state"]
    healths = {health.name.lower() for health in Health}
    assert set(entities["sensor"]["power_supply_health"]["state"]) == healths
    assert set(entities["sensor"]["boot_progress"]["state"]) == set(BOOT_STATES)
    (log,) = event.DESCRIPTIONS
    events = entities["event"]["health_log"]["state_attributes"]["event_type"]["state"]
    assert set(events) == set(log.event_types or ())
    effects = entities["light"]["identify_led"]["state_attributes"]["effect"]["state"]
    assert set(effects) == {EFFECT_OFF, light.EFFECT_BLINK}


# Config flow


def _constants(*places: type[ast.AST]) -> set[str]:
    """Return the strings inside some kinds of nodes of the config flow's code."""
    tree = ast.parse((FOLDER / "config_flow.py").read_text("utf-8"))
    return {
        str(value.value)
        for node in ast.walk(tree)
        if isinstance(node, places)
        for value in ast.walk(node)
        if isinstance(value, ast.Constant) and isinstance(value.value, str)
    }


def test_config_flow_errors_match_the_texts() -> None:
    """Translate the flow's own errors and those of the library's exceptions."""
    own = {"invalid_host", "not_supported", "password_missing", "unknown"}
    assert own <= _constants(ast.Dict, ast.Return)
    assert set(ENGLISH["config"]["error"]) == own | set(TRANSLATION_KEYS.values())


def test_config_flow_aborts_match_the_texts() -> None:
    """Translate all abort reasons but those that Home Assistant translates."""
    own = _constants(ast.keyword) & {"not_supported", "wrong_device"}
    assert set(ENGLISH["config"]["abort"]) == own | {"already_configured"}


@pytest.mark.parametrize(
    ("step", "form"),
    [
        *(
            (ENGLISH["config"]["step"][name], form)
            for name, form in LOGIN_FORMS.items()
        ),
        (ENGLISH["config"]["step"]["certificate"], CERTIFICATE_FORM),
        (ENGLISH["options"]["step"]["init"], OPTIONS_FORM),
        (ENGLISH["options"]["step"]["fan_control"], FAN_CONTROL_FORM),
    ],
)
def test_form_fields_have_label_and_description(step: Json, form: Schema) -> None:
    """Label and describe every field of a form."""
    fields = {str(marker) for marker in form.schema}
    assert set(step["data"]) == set(step["data_description"]) == fields


def test_config_flow_steps_match_the_texts() -> None:
    """Require a form for every step that has texts."""
    assert set(ENGLISH["config"]["step"]) == {*LOGIN_FORMS, "certificate"}


def test_options_flow_texts_match_steps_and_errors() -> None:
    """Require texts for the steps and errors of the options flow."""
    steps = {"init", "fan_control", "ipmi_off"}
    assert set(ENGLISH["options"]["step"]) == steps
    assert all(hasattr(SupermicroOptionsFlow, f"async_step_{step}") for step in steps)
    probe = (FOLDER / "fan_control/probe.py").read_text("utf-8")
    own = set(re.findall(r'"((?:ipmi|fan)_\w+)"', probe)) - {"ipmi_off"}
    own |= {"password_missing", *TRANSLATION_KEYS.values()}
    assert set(ENGLISH["options"]["error"]) == own


def test_fan_control_texts_match_reasons_and_errors() -> None:
    """Require an issue for each reason and a message for each error."""
    issues = {key for key in ENGLISH["issues"] if key.startswith("fan_control_")}
    assert issues == {f"fan_control_{reason.value}" for reason in TripReason}
    assert set(ENGLISH["exceptions"]) >= FAN_CONTROL_ERRORS


def test_certificate_choices_match_the_texts() -> None:
    """Translate every option of the selector."""
    (selector,) = CERTIFICATE_FORM.schema.values()
    texts = ENGLISH["selector"][selector.config["translation_key"]]["options"]
    assert set(texts) == set(selector.config["options"])


# Exceptions


def test_library_exceptions_show_the_error_of_the_bmc() -> None:
    """Require the error's own message in every text."""
    for key in TRANSLATION_KEYS.values():
        assert placeholders(ENGLISH["exceptions"][key]["message"]) == {"error"}


def test_raised_translation_keys_match_the_texts() -> None:
    """Require that the error table or an exception uses each text."""
    raised = {
        str(keyword.value.value)
        for file in FOLDER.rglob("*.py")
        if "aiosupermicro" not in file.parts
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and _is_exception(node.func)
        for keyword in node.keywords
        if keyword.arg == "translation_key" and isinstance(keyword.value, ast.Constant)
    }
    own = raised | FAN_CONTROL_ERRORS
    assert set(ENGLISH["exceptions"]) == own | set(TRANSLATION_KEYS.values())


def _is_exception(called: ast.expr) -> bool:
    """Return whether a call creates an exception."""
    name = called.id if isinstance(called, ast.Name) else ""
    return name.endswith("Error") or name.startswith("ConfigEntry")


@pytest.mark.parametrize(
    "error_class",
    [
        value
        for value in vars(exceptions).values()
        if isinstance(value, type) and issubclass(value, SupermicroRedfishError)
    ],
)
def test_library_exception_has_a_translation_key(
    error_class: type[SupermicroRedfishError],
) -> None:
    """Map every exception but the base classes, and prefer the BMC's message."""
    error = error_class("The request failed", bmc_message="The BMC is on fire")
    is_base = error_class in (SupermicroRedfishError, ResourceError)
    assert (translation_key(error) == "unknown") is is_base
    assert translated(error)["translation_placeholders"] == {
        "error": "The BMC is on fire"
    }
    assert translated(error_class("It failed"))["translation_placeholders"] == {
        "error": "It failed"
    }


# Actions


def test_actions_match_texts_and_icons() -> None:
    """Translate name and description of every action and of each of its fields."""
    assert set(ENGLISH["services"]) == set(ICONS["services"]) == set(SERVICES)
    for name, action in SERVICES.items():
        text = ENGLISH["services"][name]
        assert set(text["fields"]) == set(action["fields"])
        for part in (text, *text["fields"].values()):
            assert part["name"]
            assert part["description"]


def test_action_selectors_match_the_texts() -> None:
    """Translate every option of a selector."""
    for action in SERVICES.values():
        for field in action["fields"].values():
            if selector := (field["selector"].get("select") or {}):
                options = ENGLISH["selector"][selector["translation_key"]]["options"]
                assert set(options) == set(selector["options"])


# Repair issues

MAX_ROW = 33
"""Maximum length of a name and its state: one row of a device page with columns."""
CONTROLS = {"button": 7, "light": 5, "switch": 5}
"""Width of the controls at the end of a row, in characters."""
MESSAGE_NAMES = 11
"""Maximum length of a name beside a message, which takes most of the row."""


@every_language
def test_names_and_states_fit_on_a_row(language: str) -> None:
    """Limit the length of names of entities that are enabled by default."""
    entities = load_translation(language)["entity"]
    for platform, row in descriptions():
        text = entities.get(platform, {}).get(row.text_key)
        is_select = platform in {"select", "number"}
        if not text or is_select or not row.entity_registry_enabled_default:
            continue
        longest = max(map(len, text.get("state", {"": ""}).values()))
        length = len(text["name"]) + CONTROLS.get(platform, longest)
        assert length <= MAX_ROW, f"entity.{platform}.{row.text_key}"
    assert len(entities["sensor"]["last_event"]["name"]) <= MESSAGE_NAMES


@every_language
def test_texts_name_buttons_as_the_page_does(language: str) -> None:
    """Require bold labels of buttons, as in Home Assistant's page."""
    (file,) = PAGE_TEXTS.glob(f"{language}-{'[0-9a-f]' * 32}.json")
    labels = set(json.loads(file.read_text("utf-8")).values())
    for path, text in texts(load_translation(language)):
        unknown = set(re.findall(r"\*\*(.+?)\*\*", text)) - labels
        assert not unknown, f"{path} names {unknown}"


MAX_TITLE = 34
"""Maximum length of a title without the name of the server: one line."""


@every_language
def test_issue_titles_fit_on_a_line(language: str) -> None:
    """Limit the length of titles, as the name of the server precedes them."""
    issues = load_translation(language)["issues"]
    for key, issue in issues.items():
        steps = issue.get("fix_flow", {}).get("step", {}).values()
        for title in (issue["title"], *(step["title"] for step in steps)):
            assert len(title.removeprefix("{name}")) <= MAX_TITLE, f"issues.{key}"


# Languages


@every_language
def test_language_has_the_same_keys_and_placeholders(language: str) -> None:
    """Reject keys that English lacks; require equal placeholders."""
    file = f"translations/{language}.json"
    found, english = dict(texts(load_translation(language))), dict(texts(ENGLISH))
    unknown = sorted(found.keys() - english.keys())
    assert not unknown, f"Remove {unknown} from {file}, or add it to en.json"
    for path, text in found.items():
        expected = placeholders(english[path])
        assert placeholders(text) == expected, f"{path} in {file}"


@every_language
def test_language_has_every_text(language: str) -> None:
    """List missing texts, for which Home Assistant shows the English ones.

    A contributor needs no other language than English.
    """
    found = dict(texts(load_translation(language)))
    if missing := [path for path, _ in texts(ENGLISH) if not found.get(path)]:
        pytest.xfail(f"Add {missing} to translations/{language}.json")


def test_languages_are_complete() -> None:
    """Reject further languages, and strings.json, which is never read."""
    assert {file.stem for file in FOLDER.glob("translations/*")} == set(LANGUAGES)
    assert not (FOLDER / "strings.json").exists()


@every_language
def test_texts_follow_the_rules_of_hassfest(language: str) -> None:
    """Reject HTML, addresses and unresolved references."""
    tree = load_translation(language)
    for path, text in texts(tree):
        found = [name for name, pattern in FORBIDDEN.items() if pattern.search(text)]
        assert not found, f"{path} has {found}"
        assert "[%key" not in text
        assert all(name.isidentifier() for name in placeholders(text)), path
        if set(path.split(".")) & set(WITHOUT_PLACEHOLDERS):
            assert not placeholders(text), path
    assert set(tree) <= {
        "config",
        "device",
        "entity",
        "exceptions",
        "issues",
        "options",
        "selector",
        "services",
        "system_health",
        "title",
    }


@pytest.mark.parametrize(
    "tree",
    [
        pytest.param(ICONS, id="icons.json"),
        *(
            pytest.param(load_translation(language), id=language)
            for language in LANGUAGES
        ),
    ],
)
def test_keys_follow_the_rules_of_hassfest(tree: Json) -> None:
    """Require lowercase letters and digits, separated by single dashes or _."""
    assert all(KEY.fullmatch(key) for key in keys(tree))


def test_command_line_uses_the_sentences_of_the_dialogs() -> None:
    """Require equal messages for the same error."""
    own = {CertificateError, SupermicroRedfishError}
    expected = {
        error: ENGLISH["config"]["error"][TRANSLATION_KEYS[error]].replace(
            "Home Assistant cannot", "The command cannot"
        )
        for error in SENTENCES
        if error not in own
    }
    assert {error: SENTENCES[error] for error in expected} == expected
