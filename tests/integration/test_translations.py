"""Every text that the code names exists, in every language, as hassfest wants it."""

import ast
from collections.abc import Iterator
import json
from pathlib import Path
import re
from string import Formatter
from typing import Any

from homeassistant.components.light import EFFECT_OFF
import pytest
from voluptuous import Schema

import custom_components.supermicro_redfish
from custom_components.supermicro_redfish import (
    PLATFORMS,
    binary_sensor,
    button,
    event,
    light,
    number,
    select,
    sensor,
    switch,
)
from custom_components.supermicro_redfish.aiosupermicro import (
    FanModeType,
    Health,
    SupermicroRedfishError,
    exceptions,
)
from custom_components.supermicro_redfish.config_flow import (
    CERTIFICATE_FORM,
    FORMS,
    OPTIONS_FORM,
)
from custom_components.supermicro_redfish.entity import ItemDescription
from custom_components.supermicro_redfish.errors import (
    TRANSLATION_KEYS,
    translated,
    translation_key,
)
from custom_components.supermicro_redfish.util import BOOT_STATES

FOLDER = Path(str(custom_components.supermicro_redfish.__file__)).parent
CONFIG_FLOW = FOLDER / "config_flow.py"
MODULES = (binary_sensor, button, event, light, number, select, sensor, switch)
LANGUAGES = ("de", "en", "es", "fr", "nl", "zh-Hans")

KEY = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
FORBIDDEN = {
    "HTML": re.compile(r"<[a-zA-Z/]"),
    "an address": re.compile(r"https?://|www\."),
    "spaces around it": re.compile(r"^\s|\s$"),
    "a quoted placeholder": re.compile(r"'\{\w+\}'"),
}
WITHOUT_PLACEHOLDERS = ("state", "state_attributes", "unit_of_measurement")

type Json = dict[str, Any]
type Row = ItemDescription[Any]


@pytest.fixture(autouse=True)
def custom_integrations() -> None:
    """Do without Home Assistant."""


def load(name: str) -> Json:
    """Return a JSON file of the integration."""
    body: Json = json.loads((FOLDER / name).read_text("utf-8"))
    return body


def texts(tree: Json, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Return the texts of a file with their dotted paths."""
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from texts(value, (*path, key))
        else:
            yield ".".join((*path, key)), value


def keys(tree: Json) -> Iterator[str]:
    """Return all keys of a file."""
    for key, value in tree.items():
        yield key
        if isinstance(value, dict):
            yield from keys(value)


def placeholders(text: str) -> set[str]:
    """Return the placeholders in a text."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def descriptions() -> Iterator[tuple[str, Row]]:
    """Return all rows of all platforms with the platform's name."""
    for module in MODULES:
        rows: tuple[Row, ...] = module.DESCRIPTIONS
        for row in rows:
            yield module.__name__.rpartition(".")[2], row


ON_OR_OFF = ("on", "off")
ENGLISH = load("translations/en.json")
ICONS = load("icons.json")
ROWS = [
    pytest.param(platform, row, id=f"{platform}.{row.key} {place}")
    for place, (platform, row) in enumerate(descriptions())
]
NUMBERED_ROWS = [
    pytest.param(platform, row, id=f"{platform}.{row.key}")
    for platform, row in descriptions()
    if row.source.number_pattern
]


def test_no_platform_is_forgotten_here() -> None:
    """A new platform is tested, too."""
    assert {platform for platform, _ in descriptions()} == set(PLATFORMS)


@pytest.mark.parametrize(("platform", "row"), ROWS)
def test_every_entity_has_a_name(platform: str, row: Row) -> None:
    """Of the placeholders only that of the item can be filled in."""
    assert row.text_key
    name = ENGLISH["entity"][platform][row.text_key]["name"]
    assert placeholders(name) <= {"name"}


@pytest.mark.parametrize(("platform", "row"), NUMBERED_ROWS)
def test_what_has_nothing_but_a_number_has_a_name_too(platform: str, row: Row) -> None:
    """The same in all else: its states, its icon."""
    named, numbered = _both(ENGLISH, platform, row)
    assert placeholders(numbered.pop("name")) == {"number"}
    assert placeholders(named.pop("name")) == {"name"}
    assert named == numbered
    named, numbered = _both(ICONS, platform, row)
    assert named == numbered


def _both(tree: Json, platform: str, row: Row) -> list[Json]:
    """Return what a file has of a row: of an item with a name, and with a number."""
    entities = tree["entity"].get(platform, {})
    key = str(row.text_key)
    return [dict(entities.get(name, {})) for name in (key, f"{key}_numbered")]


@pytest.mark.parametrize(("platform", "row"), ROWS)
def test_every_entity_has_an_icon(platform: str, row: Row) -> None:
    """Its own, or that of its device class."""
    icons = ICONS["entity"].get(platform, {})
    assert (row.text_key in icons) != bool(row.device_class) or (
        row.device_class == "enum"
    )


def test_no_name_is_there_for_nothing() -> None:
    """An entity that is gone takes its texts and icons along."""
    used = {(platform, row.text_key) for platform, row in descriptions()}
    used |= {
        (platform, f"{row.text_key}_numbered")
        for platform, row in descriptions()
        if row.source.number_pattern
    }
    for tree in (ENGLISH, ICONS):
        assert used >= {
            (platform, key)
            for platform, entities in tree["entity"].items()
            for key in entities
        }


def test_every_state_that_can_be_shown_has_a_text() -> None:
    """Fan modes of the schema, healths, stages of a boot, events, the LED's effect."""
    entities = ENGLISH["entity"]
    modes = {mode.name.lower() for mode in FanModeType}
    assert set(entities["select"]["fan_mode"]["state"]) == modes
    healths = {health.name.lower() for health in Health}
    assert set(entities["sensor"]["power_supply_health"]["state"]) == healths
    assert set(entities["sensor"]["boot_progress"]["state"]) == set(BOOT_STATES)
    (log,) = event.DESCRIPTIONS
    events = entities["event"]["health_log"]["state_attributes"]["event_type"]["state"]
    assert set(events) == set(log.event_types or ())
    effects = entities["light"]["identify_led"]["state_attributes"]["effect"]["state"]
    assert set(effects) == {EFFECT_OFF, light.EFFECT_BLINK}


def _constants(*places: type[ast.AST]) -> set[str]:
    """Return the texts that the dialogue's code has in such places."""
    tree = ast.parse(CONFIG_FLOW.read_text("utf-8"))
    return {
        str(value.value)
        for node in ast.walk(tree)
        if isinstance(node, places)
        for value in ast.walk(node)
        if isinstance(value, ast.Constant) and isinstance(value.value, str)
    }


def test_every_error_of_the_dialogue_has_a_text_and_every_text_its_error() -> None:
    """Those of the library's exceptions included."""
    texts = ENGLISH["config"]["error"]
    own = {"invalid_host", "not_supported", "unknown"}
    assert own <= _constants(ast.Dict, ast.Return)
    assert set(texts) == own | set(TRANSLATION_KEYS.values())


def test_every_end_of_the_dialogue_has_a_text_and_every_text_its_end() -> None:
    """Home Assistant has its own for an account or address that was changed."""
    own = _constants(ast.keyword) & {"not_supported", "wrong_device"}
    assert set(ENGLISH["config"]["abort"]) == own | {"already_configured"}


@pytest.mark.parametrize(
    ("step", "form"),
    [
        *((ENGLISH["config"]["step"][name], form) for name, form in FORMS.items()),
        (ENGLISH["config"]["step"]["certificate"], CERTIFICATE_FORM),
        (ENGLISH["options"]["step"]["init"], OPTIONS_FORM),
    ],
)
def test_every_field_of_the_dialogues_is_described(step: Json, form: Schema) -> None:
    """In the form's own words, and below it."""
    fields = {str(marker) for marker in form.schema}
    assert set(step["data"]) == set(step["data_description"]) == fields


def test_every_step_of_the_dialogue_has_a_form() -> None:
    """And no text is there for nothing."""
    assert set(ENGLISH["config"]["step"]) == {*FORMS, "certificate"}


def test_every_choice_has_a_text() -> None:
    """There is one for each option."""
    (selector,) = CERTIFICATE_FORM.schema.values()
    texts = ENGLISH["selector"][selector.config["translation_key"]]["options"]
    assert set(texts) == set(selector.config["options"])


def test_every_exception_has_a_text_with_the_bmcs_words() -> None:
    """The user is told what failed, and why."""
    for key in TRANSLATION_KEYS.values():
        assert placeholders(ENGLISH["exceptions"][key]["message"]) == {"error"}


def test_every_exception_that_the_code_names_has_a_text() -> None:
    """And every text is named, in the table or where it is raised."""
    named = {
        str(keyword.value.value)
        for file in FOLDER.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and _is_exception(node.func)
        for keyword in node.keywords
        if keyword.arg == "translation_key" and isinstance(keyword.value, ast.Constant)
    }
    assert set(ENGLISH["exceptions"]) == named | set(TRANSLATION_KEYS.values())


def _is_exception(called: ast.expr) -> bool:
    """Tell whether an exception is made."""
    name = called.id if isinstance(called, ast.Name) else ""
    return name.endswith("Error") or name.startswith("ConfigEntry")


@pytest.mark.parametrize(
    "kind",
    [
        kind
        for kind in vars(exceptions).values()
        if isinstance(kind, type) and issubclass(kind, SupermicroRedfishError)
    ],
)
def test_every_exception_of_the_library_is_in_the_table(
    kind: type[SupermicroRedfishError],
) -> None:
    """Or its parent is; only what has none is unknown."""
    error = kind("The request failed", bmc_message="The BMC is on fire")
    is_base = kind is SupermicroRedfishError
    assert (translation_key(error) == "unknown") is is_base
    assert translated(error)["translation_placeholders"] == {
        "error": "The BMC is on fire"
    }
    assert translated(kind("It failed"))["translation_placeholders"] == {
        "error": "It failed"
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_languages_say_the_same(language: str) -> None:
    """The same keys, with the same placeholders."""
    found = dict(texts(load(f"translations/{language}.json")))
    assert {path: placeholders(text) for path, text in found.items()} == {
        path: placeholders(text) for path, text in texts(ENGLISH)
    }
    assert all(found.values())


def test_there_are_no_other_languages() -> None:
    """Nor a strings.json, which is never read."""
    assert {file.stem for file in FOLDER.glob("translations/*")} == set(LANGUAGES)
    assert not (FOLDER / "strings.json").exists()


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_as_hassfest_wants_them(language: str) -> None:
    """No HTML, no addresses, no references that would be shown as they are."""
    tree = load(f"translations/{language}.json")
    for path, text in texts(tree):
        found = [what for what, pattern in FORBIDDEN.items() if pattern.search(text)]
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
    "name", ["icons.json", *(f"translations/{language}.json" for language in LANGUAGES)]
)
def test_keys_are_as_hassfest_wants_them(name: str) -> None:
    """Small letters and digits, parted by single dashes or underscores."""
    assert all(KEY.fullmatch(key) for key in keys(load(name)))


def test_icons_are_as_hassfest_wants_them() -> None:
    """All from one set; one for a state differs from the default."""
    for path, icon in texts(ICONS):
        assert re.fullmatch(r"mdi:[a-z0-9-]+", icon), path
    for entities in ICONS["entity"].values():
        for entity in entities.values():
            for icons in (entity, *entity.get("state_attributes", {}).values()):
                assert icons["default"] not in icons.get("state", {}).values()


def test_an_icon_of_a_state_is_of_one_that_exists() -> None:
    """A switch and a light are on or off."""
    for platform, entities in ICONS["entity"].items():
        for key, icons in entities.items():
            states = ENGLISH["entity"][platform][key].get(
                "state", {"on": "", "off": ""}
            )
            assert set(icons.get("state", {})) <= set(states)
            for name, attribute in icons.get("state_attributes", {}).items():
                texts = ENGLISH["entity"][platform][key]["state_attributes"][name]
                assert set(attribute["state"]) <= set(texts["state"])


def test_what_is_pressed_can_be_told_apart() -> None:
    """No two buttons that do something else look the same."""
    icons = [icon["default"] for icon in ICONS["entity"]["button"].values()]
    assert len(icons) == len(set(icons))
