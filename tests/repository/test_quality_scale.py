"""Test that quality_scale.yaml claims the rules that the integration follows."""

import ast
from collections.abc import Callable
import inspect
import re
import tomllib
from typing import Any

from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util.yaml import load_yaml_dict
import pytest

from custom_components.supermicro_redfish import (
    PLATFORMS,
    async_remove_config_entry_device,
    config_flow,
    const,
    coordinator,
    diagnostics,
    repairs,
)
from custom_components.supermicro_redfish.aiosupermicro import SupermicroRedfishClient

from . import ENGLISH, FOLDER, ICONS, MANIFEST, README, ROOT, Description, descriptions

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
"""All rules of Home Assistant's quality scale in 2026, by level."""

SCALE = FOLDER / "quality_scale.yaml"
RULES: dict[str, Any] = dict(load_yaml_dict(SCALE)["rules"])
ROWS: list[Description] = [row for _, row in descriptions()]
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
    "docs-use-cases": "**What it is for:**",
}
"""The heading or phrase of the README that fulfills a rule."""

TESTED = {
    "action-exceptions": "test_services.py",
    "config-entry-unloading": "test_init.py",
    "config-flow-test-coverage": "test_config_flow.py",
    "dynamic-devices": "test_gb300.py",
    "entity-unavailable": "test_coordinator_outages.py",
    "log-when-unavailable": "test_coordinator_outages.py",
    "stale-devices": "test_gb300.py",
    "unique-config-entry": "test_config_flow.py",
}
"""The file in tests/integration with the test of a rule that no code shows."""


def status(rule: str) -> str:
    """Return the status of a rule: done, exempt or todo."""
    value = RULES[rule]
    return str(value["status"] if isinstance(value, dict) else value)


def code(name: str) -> str:
    """Return the source of a module of the integration."""
    return (FOLDER / f"{name}.py").read_text("utf-8")


def calls(name: str, function: str, called: str) -> bool:
    """Return whether a function of a module uses a name."""
    (body,) = (
        node
        for node in ast.walk(ast.parse(code(name)))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name == function
    )
    return any(
        isinstance(node, ast.Name) and node.id == called for node in ast.walk(body)
    )


def has_steps(*steps: str) -> bool:
    """Return whether the config flow has some steps."""
    flow = config_flow.SupermicroConfigFlow
    return all(f"async_step_{step}" in vars(flow) for step in steps)


def limits_parallel_updates() -> bool:
    """Return whether platforms with commands send one command at a time.

    The commands of fans are ordered by their controller.
    """
    unlimited = {"binary_sensor", "event", "fan", "sensor"}
    return all(
        f"\nPARALLEL_UPDATES = {0 if platform in unlimited else 1}\n" in code(platform)
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
    "config-flow": lambda: MANIFEST["config_flow"] is True and has_steps("user"),
    "devices": lambda: "async_get_or_create" in code("registry"),
    "diagnostics": lambda: callable(diagnostics.async_get_config_entry_diagnostics),
    "discovery": lambda: "ssdp" in MANIFEST and has_steps("ssdp", "discovery_confirm"),
    "discovery-update-info": lambda: (
        {"registered_devices": True} in MANIFEST["dhcp"]
        and has_steps("dhcp")
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
    "parallel-updates": limits_parallel_updates,
    "reauthentication-flow": lambda: has_steps("reauth", "reauth_confirm"),
    "reconfiguration-flow": lambda: has_steps("reconfigure"),
    "repair-issues": lambda: callable(repairs.async_create_fix_flow),
    "runtime-data": lambda: (
        "\ntype SupermicroConfigEntry = ConfigEntry[" in code("runtime_data")
    ),
    "stale-devices": lambda: callable(async_remove_config_entry_device),
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
    "test-coverage": lambda: bool(re.search(r"others=--cov\b", SCRIPT_TEST)),
}


def test_quality_scale_lists_all_rules_by_level() -> None:
    """List every rule below the heading of its level, and no other rule."""
    named = {level: rules.split() for level, rules in LEVELS.items()}
    assert sum(map(len, named.values())) == 54
    assert sorted(RULES) == sorted(rule for rules in named.values() for rule in rules)
    _, *parts = re.split(r"^  # (\w+)$", SCALE.read_text("utf-8"), flags=re.MULTILINE)
    for level, part in zip(parts[::2], parts[1::2], strict=True):
        assert re.findall(r"^  ([a-z-]+):", part, re.MULTILINE) == sorted(named[level])


@pytest.mark.parametrize("rule", RULES)
def test_rule_has_known_status_and_reason(rule: str) -> None:
    """Require a valid status, and a comment for an exemption."""
    assert status(rule) in {"done", "exempt", "todo"}
    if isinstance(RULES[rule], dict):
        assert set(RULES[rule]) == {"status", "comment"}
        assert RULES[rule]["comment"].strip()
    else:
        assert RULES[rule] != "exempt"


@pytest.mark.parametrize("rule", [rule for rule in RULES if status(rule) == "done"])
def test_rule_is_done(rule: str) -> None:
    """Require proof of each claimed rule in code, README or a test."""
    assert {rule} & {*CHECKS, *DOCUMENTED, *TESTED}
    assert rule not in CHECKS or CHECKS[rule]()
    assert DOCUMENTED.get(rule, "") in README
    if rule in TESTED:
        assert (ROOT / "tests/integration" / TESTED[rule]).exists()


def test_checked_rules_are_claimed() -> None:
    """Require a claim for every rule with a check in this file."""
    assert {rule for rule in RULES if status(rule) == "done"} >= {
        *CHECKS,
        *DOCUMENTED,
        *TESTED,
    }


def test_manifest_claims_platinum() -> None:
    """Require platinum in the manifest, and no rule with the status todo."""
    assert MANIFEST["quality_scale"] == "platinum"
    assert not [rule for rule in RULES if status(rule) == "todo"]
