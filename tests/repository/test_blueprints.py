"""Test that Home Assistant can import the blueprints."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from homeassistant.components.automation.config import AUTOMATION_BLUEPRINT_SCHEMA
from homeassistant.components.blueprint.importer import fetch_blueprint_from_github_url
from homeassistant.components.blueprint.models import Blueprint
from homeassistant.components.blueprint.schemas import BLUEPRINT_SCHEMA
from homeassistant.core import HomeAssistant
from homeassistant.util.yaml import load_yaml_dict
import pytest

from custom_components.supermicro_redfish.const import DOMAIN

from . import BLUEPRINTS, REPOSITORY, ROOT

SCHEMAS: dict[str, Callable[[Any], Any]] = {
    "automation": AUTOMATION_BLUEPRINT_SCHEMA,
    "script": BLUEPRINT_SCHEMA,
}
DASHBOARD = ROOT / "blueprints/dashboard.yaml"
DASHBOARDS = sorted(DASHBOARD.parent.glob("dashboard*.yaml"))

TEXTS = {file: file.read_text("utf-8") for file in BLUEPRINTS}

every_blueprint = pytest.mark.parametrize(
    "file", BLUEPRINTS, ids=lambda file: file.stem
)


@every_blueprint
async def test_blueprint_can_be_imported_from_its_source_url(
    hass: HomeAssistant, file: Path, aioclient_mock: Any
) -> None:
    """Import the blueprint from the URL that it names, without validation errors."""
    url = str(load_yaml_dict(file)["blueprint"]["source_url"])
    assert url == f"{REPOSITORY}/blob/main/{file.relative_to(ROOT).as_posix()}"
    raw = url.replace("github.com", "raw.githubusercontent.com")
    aioclient_mock.request("get", raw.replace("/blob/", "/"), text=TEXTS[file])
    imported = await fetch_blueprint_from_github_url(hass, url)
    assert imported.suggested_filename == f"supermicro-redfish/{file.stem}"
    assert imported.blueprint.domain == file.parents[1].name
    assert imported.blueprint.validate() is None


@every_blueprint
def test_blueprint_selectors_are_limited_to_the_integration(file: Path) -> None:
    """Require a name for every input, and selectors limited to the integration."""
    schema = SCHEMAS[file.parents[1].name]
    blueprint = Blueprint(load_yaml_dict(file), path=file.name, schema=schema)
    assert blueprint.metadata["homeassistant"] == {"min_version": "2026.10.0"}
    integrations = set()
    for choice in blueprint.inputs.values():
        assert choice["name"]
        for kind, selector in choice["selector"].items():
            filters = selector.get("filter", [])
            assert kind == "device" or all("domain" in offered for offered in filters)
            integrations |= {offered.get("integration") for offered in filters}
            integrations |= {selector.get("integration")}
    assert integrations <= {DOMAIN, None}
    assert DOMAIN in integrations


every_dashboard = pytest.mark.parametrize(
    "file", DASHBOARDS, ids=lambda file: file.stem
)


@every_dashboard
def test_dashboard_asks_twice_before_the_log_is_cleared(file: Path) -> None:
    """Require a confirmation before the separate view, and another one in it."""
    page, confirmation = load_yaml_dict(file)["views"]
    cards = [
        card
        for view in (page, confirmation)
        for section in view["sections"]
        for card in section["cards"]
    ]
    (button,) = {card["entity"] for card in cards if "visibility" in card}
    actions = [card["tap_action"] for card in cards if card.get("entity") == button]
    assert all(action["confirmation"]["text"] for action in actions)
    assert [action["action"] for action in actions] == ["navigate", "perform-action"]
    assert actions[0]["navigation_path"] == confirmation["path"]
    assert confirmation["subview"]


def without_texts(tree: Any) -> Any:
    """Return a dashboard without its texts and the names in its entity ids."""
    if isinstance(tree, list):
        return [without_texts(item) for item in tree]
    if isinstance(tree, dict):
        return {
            key: without_texts(value)
            for key, value in tree.items()
            if key not in {"title", "heading", "name", "text", "content"}
        }
    return str(tree).partition(".")[0]


@every_dashboard
def test_dashboards_of_all_languages_have_the_same_cards(file: Path) -> None:
    """Require dashboards that are equal except for texts and entity ids."""
    expected = without_texts(load_yaml_dict(DASHBOARD))
    assert without_texts(load_yaml_dict(file)) == expected
