"""The blueprints: Home Assistant takes them, and they are for this integration."""

from pathlib import Path
from typing import Any

from homeassistant.components.automation.config import AUTOMATION_BLUEPRINT_SCHEMA
from homeassistant.components.blueprint.importer import fetch_blueprint_from_github_url
from homeassistant.components.blueprint.models import Blueprint
from homeassistant.core import HomeAssistant
from homeassistant.util.yaml import load_yaml_dict
import pytest

from custom_components.supermicro_redfish.const import DOMAIN

from .automations import BLUEPRINTS
from .test_manifest import ROOT

FILES = sorted(BLUEPRINTS.iterdir())
TEXTS = {file: file.read_text("utf-8") for file in FILES}
REPOSITORY = "https://github.com/supermicro-redfish/ha-supermicro-redfish"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
async def test_home_assistant_takes_it(
    hass: HomeAssistant, file: Path, aioclient_mock: Any
) -> None:
    """It imports it from the address that it names, and finds nothing wrong."""
    address = str(load_yaml_dict(file)["blueprint"]["source_url"])
    assert address == f"{REPOSITORY}/blob/main/{file.relative_to(ROOT).as_posix()}"
    raw = address.replace("github.com", "raw.githubusercontent.com")
    aioclient_mock.request("get", raw.replace("/blob/", "/"), text=TEXTS[file])
    imported = await fetch_blueprint_from_github_url(hass, address)
    assert imported.suggested_filename == f"supermicro-redfish/{file.stem}"
    assert imported.blueprint.domain == "automation"
    assert imported.blueprint.validate() is None


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_is_for_this_integration(file: Path) -> None:
    """Every choice is described, and one of a server offers no others' entities."""
    blueprint = Blueprint(
        load_yaml_dict(file), path=file.name, schema=AUTOMATION_BLUEPRINT_SCHEMA
    )
    assert blueprint.metadata["homeassistant"] == {"min_version": "2026.10.0"}
    integrations = set()
    for choice in blueprint.inputs.values():
        assert choice["name"]
        for selector in choice["selector"].values():
            filters = selector.get("filter", [])
            assert all("domain" in offered for offered in filters)
            integrations |= {offered.get("integration") for offered in filters}
    assert integrations <= {DOMAIN, None}
    assert DOMAIN in integrations
