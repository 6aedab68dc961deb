"""Test the workflows of GitHub Actions and the tools for developers."""

import json
from pathlib import Path
import re

from homeassistant.util.yaml import load_yaml_dict
import pytest

from . import ROOT, steps, workflow

PINNED = re.compile(r"[\w./-]+@[0-9a-f]{40} # (v\d+\.\d+\.\d+|main|master)")

every_workflow = pytest.mark.parametrize(
    "file", sorted((ROOT / ".github/workflows").iterdir()), ids=lambda file: file.stem
)


@every_workflow
def test_workflow_pins_actions_by_commit(file: Path) -> None:
    """Require commits and a version comment, because tags can be moved.

    A workflow of this repository is that of the same commit.
    """
    used = re.findall(r"uses: (?!\./)(.*)", file.read_text("utf-8"))
    assert used
    assert [action for action in used if not PINNED.fullmatch(action)] == []


@every_workflow
def test_workflow_has_minimal_permissions(file: Path) -> None:
    """Allow only the release to write; store no credentials in the checkout."""
    assert workflow(file.stem)["permissions"] == {"contents": "read"}
    extended = {
        f"{file.stem}/{name}": job["permissions"]
        for name, job in workflow(file.stem)["jobs"].items()
        if "permissions" in job
    }
    release = {"release/release": {"contents": "write"}}
    assert extended == (release if file.stem == "release" else {})
    for step in steps(file.stem):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"] == {"persist-credentials": False}


@pytest.mark.parametrize("name", ["tests", "validate"])
def test_workflow_runs_on_every_change_and_every_day(name: str) -> None:
    """Run daily as well, because Home Assistant, hassfest and HACS change."""
    on = workflow(name)["on"]
    assert {"push", "pull_request", "schedule"} <= set(on)
    (schedule,) = on["schedule"]
    assert re.fullmatch(r"\d+ \d+ \* \* \*", schedule["cron"])


def test_workflow_runs_the_same_tests_as_every_machine() -> None:
    """Run .ci/run and nothing that a developer cannot run."""
    assert any(step.get("run") == ".ci/run" for step in steps("tests"))


def test_nightly_workflow_runs_on_schedule_and_on_request() -> None:
    """Run script/nightly every night and by hand."""
    assert workflow("nightly")["on"].keys() == {"schedule", "workflow_dispatch"}
    assert any(step.get("run") == "script/nightly" for step in steps("nightly"))


def test_workflow_validates_with_hassfest_and_hacs() -> None:
    """Validate the repository as an integration."""
    used = {step["uses"].partition("@")[0]: step for step in steps("validate")}
    assert {"home-assistant/actions/hassfest", "hacs/action"} <= set(used)
    assert used["hacs/action"]["with"] == {"category": "integration"}


@pytest.mark.parametrize(
    ("form", "required"),
    [
        ("bug", {"board", "diagnostics", "firmware", "home_assistant", "version"}),
        ("board", {"board", "diagnostics"}),
    ],
)
def test_issue_form_requires_the_data_for_a_simulation(
    form: str, required: set[str]
) -> None:
    """Require the diagnostics, which script/demo can serve, and the missing data."""
    body = load_yaml_dict(ROOT / f".github/ISSUE_TEMPLATE/{form}.yml")["body"]
    fields = {field["id"]: field for field in body if "id" in field}
    for name in required:
        assert fields[name]["validations"] == {"required": True}


def test_commit_hooks_are_local() -> None:
    """Lint commits with the repository's own scripts and download nothing."""
    (repository,) = load_yaml_dict(ROOT / ".pre-commit-config.yaml")["repos"]
    assert repository["repo"] == "local"
    for hook in repository["hooks"]:
        assert hook["language"] == "system"
        assert (ROOT / hook["entry"]).exists()


def test_development_container_runs_setup_script() -> None:
    """Set up the container with script/setup, as on every machine."""
    container = json.loads(
        (ROOT / ".devcontainer/devcontainer.json").read_text("utf-8")
    )
    assert container["postCreateCommand"] == "script/setup"
