"""What the quality scale says of the integration is so."""

import ast
from collections.abc import Callable
import inspect
from pathlib import Path
import re
import tomllib
from typing import Any

from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util.yaml import load_yaml_dict
import pytest

from custom_components.supermicro_redfish import (
    PLATFORMS,
    config_flow,
    const,
    coordinator,
    diagnostics,
    repairs,
)
from custom_components.supermicro_redfish.aiosupermicro import SupermicroRedfishClient
from custom_components.supermicro_redfish.entity import ItemDescription

from .test_manifest import FOLDER, MANIFEST, ROOT
from .test_translations import ENGLISH, ICONS, descriptions

LEVELS = {
    "Bronze": """
        action-setup appropriate-polling brands common-modules config-flow
        config-flow-test-coverage dependency-transparency docs-actions docs-conditions
        docs-high-level-description docs-installation-instructions
        docs-removal-instructions docs-triggers entity-event-setup entity-unique-id
        has-entity-name runtime-data test-before-configure test-before-setup
        unique-config-entry
    """,
    "Silver": """
        action-exceptions config-entry-unloading docs-configuration-parameters
        docs-installation-parameters entity-unavailable integration-owner
        log-when-unavailable parallel-updates reauthentication-flow test-coverage
    """,
    "Gold": """
        devices diagnostics discovery discovery-update-info docs-data-update
        docs-examples docs-known-limitations docs-supported-devices
        docs-supported-functions docs-troubleshooting docs-use-cases dynamic-devices
        entity-category entity-device-class entity-disabled-by-default
        entity-translations exception-translations icon-translations
        reconfiguration-flow repair-issues stale-devices
    """,
    "Platinum": "async-dependency inject-websession strict-typing",
}
"""All rules, as Home Assistant has them in 2026."""

SCALE = FOLDER / "quality_scale.yaml"
RULES: dict[str, Any] = dict(load_yaml_dict(SCALE)["rules"])
ROWS: list[ItemDescription[Any]] = [row for _, row in descriptions()]
README = (ROOT / "README.md").read_text("utf-8")
SCRIPT_TEST = (ROOT / "script/test").read_text("utf-8")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))

DOCUMENTED = {
    "docs-actions": "**Actions.**",
    "docs-configuration-parameters": "under *Configure*",
    "docs-data-update": "## Options and update intervals",
    "docs-examples": "## Automations",
    "docs-high-level-description": "# Supermicro Redfish for Home Assistant\n\nMonitor",
    "docs-installation-instructions": "## Installation",
    "docs-installation-parameters": "## Adding a server",
    "docs-known-limitations": "## Known limits",
    "docs-removal-instructions": "## Removing a server",
    "docs-supported-devices": "## Supported boards",
    "docs-supported-functions": "## What you get",
    "docs-troubleshooting": "## Troubleshooting",
    "docs-use-cases": "**What people use it for:**",
}
"""Where the README keeps to a rule."""

TESTED = {
    "action-exceptions": "test_services.py",
    "config-entry-unloading": "test_init.py",
    "config-flow-test-coverage": "test_config_flow.py",
    "entity-unavailable": "test_outages.py",
    "log-when-unavailable": "test_outages.py",
    "unique-config-entry": "test_config_flow.py",
}
"""What cannot be seen in the code alone, and where it is tried."""


@pytest.fixture(autouse=True)
def custom_integrations() -> None:
    """Do without Home Assistant."""


def status(rule: str) -> str:
    """Return whether a rule is kept, or why not."""
    said = RULES[rule]
    return str(said["status"] if isinstance(said, dict) else said)


def code(name: str) -> str:
    """Return a module of the integration."""
    return (FOLDER / f"{name}.py").read_text("utf-8")


def calls(name: str, function: str, called: str) -> bool:
    """Tell whether a function of a module calls another one."""
    (body,) = (
        node
        for node in ast.walk(ast.parse(code(name)))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name == function
    )
    return any(
        isinstance(node, ast.Name) and node.id == called for node in ast.walk(body)
    )


def asks(*steps: str) -> bool:
    """Tell whether the dialogue has some steps."""
    flow = config_flow.SupermicroConfigFlow
    return all(f"async_step_{step}" in vars(flow) for step in steps)


def keeps_parallel_updates() -> bool:
    """Whatever commands the BMC does one thing at a time."""
    reading = {"binary_sensor", "event", "sensor"}
    return all(
        f"\nPARALLEL_UPDATES = {0 if platform in reading else 1}\n" in code(platform)
        for platform in PLATFORMS
    )


CHECKS: dict[str, Callable[[], bool]] = {
    "action-setup": lambda: calls("__init__", "async_setup", "async_setup_services"),
    "appropriate-polling": lambda: const.DYNAMIC_INTERVAL.total_seconds() >= 30,
    "async-dependency": lambda: all(
        inspect.iscoroutinefunction(method)
        for name, method in vars(SupermicroRedfishClient).items()
        if name.startswith("async_")
    ),
    "brands": (FOLDER / "brand/icon.png").exists,
    "common-modules": lambda: bool(code("coordinator") and code("entity")),
    "config-flow": lambda: MANIFEST["config_flow"] is True and asks("user"),
    "devices": lambda: "async_get_or_create" in code("registry"),
    "diagnostics": lambda: callable(diagnostics.async_get_config_entry_diagnostics),
    "discovery": lambda: "ssdp" in MANIFEST and asks("ssdp", "discovery_confirm"),
    "discovery-update-info": lambda: (
        {"registered_devices": True} in MANIFEST["dhcp"]
        and asks("dhcp")
        and "CONNECTION_NETWORK_MAC" in code("registry")
    ),
    "entity-category": lambda: len({row.entity_category for row in ROWS}) == 3,
    "entity-device-class": lambda: any(row.device_class for row in ROWS),
    "entity-disabled-by-default": lambda: any(
        not row.entity_registry_enabled_default for row in ROWS
    ),
    "entity-event-setup": lambda: (
        "def async_added_to_hass" in code("event")
        and "self.async_on_remove(" in code("event")
    ),
    "entity-translations": lambda: all(row.text_key for row in ROWS),
    "entity-unique-id": lambda: "self._attr_unique_id = " in code("entity"),
    "exception-translations": lambda: bool(ENGLISH["exceptions"]),
    "has-entity-name": lambda: "_attr_has_entity_name = True" in code("entity"),
    "icon-translations": lambda: (
        bool(ICONS["entity"]) and not any(row.icon for row in ROWS)
    ),
    "inject-websession": lambda: (
        next(iter(inspect.signature(SupermicroRedfishClient).parameters)) == "session"
    ),
    "integration-owner": lambda: bool(MANIFEST["codeowners"]),
    "log-when-unavailable": lambda: issubclass(
        coordinator.SupermicroCoordinator, DataUpdateCoordinator
    ),
    "parallel-updates": keeps_parallel_updates,
    "reauthentication-flow": lambda: asks("reauth", "reauth_confirm"),
    "reconfiguration-flow": lambda: asks("reconfigure"),
    "repair-issues": lambda: callable(repairs.async_create_fix_flow),
    "runtime-data": lambda: (
        "\ntype SupermicroConfigEntry = ConfigEntry[" in code("coordinator")
    ),
    "strict-typing": lambda: (
        PYPROJECT["tool"]["mypy"]["strict"] is True
        and (FOLDER / "aiosupermicro/py.typed").exists()
    ),
    "test-before-configure": lambda: (
        {"cannot_connect", "invalid_auth", "unknown"} <= set(ENGLISH["config"]["error"])
    ),
    "test-before-setup": lambda: (
        calls("__init__", "_async_verify_server", "ConfigEntryNotReady")
        and calls("errors", "translate_update_errors", "ConfigEntryAuthFailed")
    ),
    "test-coverage": lambda: "pytest --cov" in SCRIPT_TEST,
}


def test_every_rule_is_there_and_no_other() -> None:
    """In the order of the levels."""
    named = {level: rules.split() for level, rules in LEVELS.items()}
    assert sum(map(len, named.values())) == 54
    assert sorted(RULES) == sorted(rule for rules in named.values() for rule in rules)
    _, *parts = re.split(r"^  # (\w+)$", SCALE.read_text("utf-8"), flags=re.MULTILINE)
    for level, part in zip(parts[::2], parts[1::2], strict=True):
        assert re.findall(r"^  ([a-z-]+):", part, re.MULTILINE) == sorted(named[level])


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_is_kept_or_it_is_said_why_not(rule: str) -> None:
    """Home Assistant knows these answers, and wants a reason for an exemption."""
    assert status(rule) in {"done", "exempt", "todo"}
    if isinstance(RULES[rule], dict):
        assert set(RULES[rule]) == {"status", "comment"}
        assert RULES[rule]["comment"].strip()
    else:
        assert RULES[rule] != "exempt"


@pytest.mark.parametrize("rule", [rule for rule in RULES if status(rule) == "done"])
def test_what_is_done_is_done(rule: str) -> None:
    """It can be seen in the code, in the README or in a test."""
    assert {rule} & {*CHECKS, *DOCUMENTED, *TESTED}
    assert rule not in CHECKS or CHECKS[rule]()
    assert DOCUMENTED.get(rule, "") in README
    if rule in TESTED:
        assert (Path(__file__).parent / TESTED[rule]).exists()


def test_nothing_is_checked_that_is_not_claimed() -> None:
    """A rule that is given up is given up here, too."""
    assert {rule for rule in RULES if status(rule) == "done"} >= {
        *CHECKS,
        *DOCUMENTED,
        *TESTED,
    }


def test_the_manifest_claims_what_is_reached() -> None:
    """Platinum is reached when nothing is left to do."""
    assert MANIFEST["quality_scale"] == "platinum"
    assert not [rule for rule in RULES if status(rule) == "todo"]
