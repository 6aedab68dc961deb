"""What Home Assistant, hassfest and HACS demand of the files around the code."""

import json
from pathlib import Path
import re
from typing import Any

import pytest

import custom_components.supermicro_redfish
from custom_components.supermicro_redfish import aiosupermicro
from custom_components.supermicro_redfish.const import DOMAIN, LOGGER

FOLDER = Path(str(custom_components.supermicro_redfish.__file__)).parent
ROOT = FOLDER.parents[1]
MANIFEST: dict[str, Any] = json.loads((FOLDER / "manifest.json").read_text("utf-8"))
HACS: dict[str, Any] = json.loads((ROOT / "hacs.json").read_text("utf-8"))

REPOSITORY = "https://github.com/supermicro-redfish/ha-supermicro-redfish"


@pytest.fixture(autouse=True)
def custom_integrations() -> None:
    """Do without Home Assistant."""


def test_the_manifest_is_in_order() -> None:
    """Domain and name go first, then all else by the alphabet."""
    names = list(MANIFEST)
    assert names == ["domain", "name", *sorted(names[2:])]


def test_the_manifest_has_what_is_demanded_and_nothing_unknown() -> None:
    """HACS and Home Assistant want these keys; hassfest refuses any other."""
    demanded = {
        "domain",
        "name",
        "codeowners",
        "config_flow",
        "documentation",
        "integration_type",
        "iot_class",
        "issue_tracker",
        "loggers",
        "requirements",
        "version",
    }
    later = {"dhcp", "quality_scale", "ssdp"}
    assert demanded <= set(MANIFEST) <= demanded | later


def test_the_manifest_says_what_is_true() -> None:
    """A device that is polled, whose library comes with it."""
    assert MANIFEST["domain"] == DOMAIN == FOLDER.name
    assert MANIFEST["name"] == "Supermicro Redfish"
    assert MANIFEST["codeowners"] == ["@supermicro-redfish"]
    assert MANIFEST["config_flow"] is True
    assert MANIFEST["documentation"] == REPOSITORY
    assert MANIFEST["issue_tracker"] == f"{REPOSITORY}/issues"
    assert MANIFEST["integration_type"] == "device"
    assert MANIFEST["iot_class"] == "local_polling"
    assert MANIFEST["requirements"] == []
    assert re.fullmatch(r"\d+\.\d+\.\d+", MANIFEST["version"])


def test_debug_logging_reaches_the_library() -> None:
    """Its loggers are below the integration's, and below the one in the manifest."""
    assert MANIFEST["loggers"] == [aiosupermicro.__name__]
    assert aiosupermicro.__name__.startswith(f"{LOGGER.name}.")


def test_there_is_one_manifest() -> None:
    """Hassfest takes every file of that name for an integration."""
    ours = [
        path
        for folder in ("blueprints", "custom_components", "script", "tests")
        for path in (ROOT / folder).rglob("manifest.json")
    ]
    assert ours == [FOLDER / "manifest.json"]
    assert [
        path.name
        for path in (ROOT / "custom_components").iterdir()
        if (path / "manifest.json").exists()
    ] == [DOMAIN]


def test_hacs_is_told_what_it_needs() -> None:
    """And nothing that it does not know."""
    assert HACS["name"] == MANIFEST["name"]
    assert HACS["homeassistant"] == "2026.10.0"
    known = {"country", "filename", "hacs", "homeassistant", "name", "zip_release"}
    assert set(HACS) <= known
    assert ("zip_release" in HACS) == ("filename" in HACS)
    assert (ROOT / "README.md").read_text("utf-8").startswith("# ")
    assert "MIT License" in (ROOT / "LICENSE").read_text("utf-8")
