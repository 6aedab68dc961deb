"""Test manifest.json and hacs.json against Home Assistant, hassfest and HACS."""

import re

from custom_components.supermicro_redfish import aiosupermicro
from custom_components.supermicro_redfish.const import DOMAIN, LOGGER

from . import FOLDER, HACS, MANIFEST, README, REPOSITORY, ROOT


def test_manifest_keys_are_sorted() -> None:
    """List domain and name first, then all other keys alphabetically."""
    names = list(MANIFEST)
    assert names == ["domain", "name", *sorted(names[2:])]


def test_manifest_has_required_keys_and_no_unknown_ones() -> None:
    """Require the keys of HACS and Home Assistant; reject all others."""
    required = {
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
    optional = {"dhcp", "quality_scale", "ssdp"}
    assert required <= set(MANIFEST) <= required | optional


def test_manifest_describes_a_local_polling_device() -> None:
    """Describe a polled device with a bundled library."""
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


def test_debug_logging_includes_the_library() -> None:
    """Require loggers of the library below the integration's in the manifest."""
    assert MANIFEST["loggers"] == [aiosupermicro.__name__]
    assert aiosupermicro.__name__.startswith(f"{LOGGER.name}.")


def test_repository_has_one_manifest() -> None:
    """Reject a second manifest.json, which hassfest would check."""
    manifests = [
        path
        for folder in ("blueprints", "custom_components", "script", "tests")
        for path in (ROOT / folder).rglob("manifest.json")
    ]
    assert manifests == [FOLDER / "manifest.json"]
    assert [
        path.name
        for path in (ROOT / "custom_components").iterdir()
        if (path / "manifest.json").exists()
    ] == [DOMAIN]


def test_hacs_manifest_has_known_keys_only() -> None:
    """Provide name, minimum version, README and license to HACS."""
    assert HACS["name"] == MANIFEST["name"]
    assert HACS["homeassistant"] == "2026.10.0"
    known = {"country", "filename", "hacs", "homeassistant", "name", "zip_release"}
    assert set(HACS) <= known
    assert ("zip_release" in HACS) == ("filename" in HACS)
    assert README.startswith("# ")
    assert "MIT License" in (ROOT / "LICENSE").read_text("utf-8")
