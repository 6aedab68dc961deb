"""The repository around the code: what runs by itself, and what people fill in."""

import json
from pathlib import Path
import re
import shutil
import subprocess
from typing import Any
from zipfile import ZipFile

from homeassistant.util.yaml import load_yaml_dict
import pytest

from .test_manifest import FOLDER, HACS, MANIFEST, ROOT

WORKFLOWS = sorted((ROOT / ".github/workflows").iterdir())
PINNED = re.compile(r"[\w./-]+@[0-9a-f]{40} # (v\d+\.\d+\.\d+|main|master)")
ENGLISH: dict[str, Any] = json.loads(
    (FOLDER / "translations/en.json").read_text("utf-8")
)
ICONS: dict[str, Any] = json.loads((FOLDER / "icons.json").read_text("utf-8"))
SERVICES: dict[str, Any] = load_yaml_dict(FOLDER / "services.yaml")


@pytest.fixture(autouse=True)
def custom_integrations() -> None:
    """Do without Home Assistant."""


def workflow(name: str) -> dict[str, Any]:
    """Return a workflow; YAML takes its key `on` for a truth."""
    return {
        "on" if key is True else str(key): value
        for key, value in load_yaml_dict(ROOT / f".github/workflows/{name}.yml").items()
    }


def steps(name: str) -> list[dict[str, Any]]:
    """Return all steps of a workflow."""
    return [step for job in workflow(name)["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_a_workflow_uses_what_cannot_change_under_it(file: Path) -> None:
    """A tag can be moved, a commit cannot; what it is called stands beside it."""
    used = re.findall(r"uses: (.*)", file.read_text("utf-8"))
    assert used
    assert [action for action in used if not PINNED.fullmatch(action)] == []


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_a_workflow_may_do_no_more_than_it_has_to(file: Path) -> None:
    """Only a release writes anything."""
    may = "write" if file.stem == "release" else "read"
    assert workflow(file.stem)["permissions"] == {"contents": may}
    for step in steps(file.stem):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"] == {"persist-credentials": False}


@pytest.mark.parametrize("name", ["tests", "validate"])
def test_every_change_and_every_day_is_checked(name: str) -> None:
    """Home Assistant, hassfest and HACS change without us."""
    on = workflow(name)["on"]
    assert {"push", "pull_request", "schedule"} <= set(on)
    (schedule,) = on["schedule"]
    assert re.fullmatch(r"\d+ \d+ \* \* \*", schedule["cron"])


def test_the_tests_are_those_of_every_machine() -> None:
    """Nothing is tested there that cannot be tested here."""
    assert any(step.get("run") == ".ci/run" for step in steps("tests"))


def test_hassfest_and_hacs_look_at_the_repository() -> None:
    """As an integration."""
    used = {step["uses"].partition("@")[0]: step for step in steps("validate")}
    assert {"home-assistant/actions/hassfest", "hacs/action"} <= set(used)
    assert used["hacs/action"]["with"] == {"category": "integration"}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a copy of what a release is made of."""
    for name in ("script/release", "pyproject.toml", "CHANGELOG.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(FOLDER, tmp_path / FOLDER.relative_to(ROOT))
    return tmp_path


def release(checkout: Path, tag: str) -> int:
    """Make a release, and return how that ended."""
    command = [str(checkout / "script/release"), tag]
    return subprocess.run(command, check=False, capture_output=True).returncode  # noqa: S603 - ours


def test_a_release_carries_the_version_of_its_tag(checkout: Path) -> None:
    """In the manifest, in the library's metadata, and in what HACS downloads."""
    log = checkout / "CHANGELOG.md"
    log.write_text(log.read_text("utf-8").replace("[Unreleased]", "[1.2.3]"), "utf-8")
    assert release(checkout, "v1.2.3") == 0
    assert '\nversion = "1.2.3"\n' in (checkout / "pyproject.toml").read_text("utf-8")
    assert (checkout / "dist/notes.md").read_text("utf-8").strip()
    with ZipFile(checkout / "dist" / HACS["filename"]) as packed:
        packed_manifest = json.loads(packed.read("manifest.json"))
        names = set(packed.namelist())
    assert packed_manifest == MANIFEST | {"version": "1.2.3"}
    assert {
        "aiosupermicro/client.py",
        "brand/icon.png",
        "translations/de.json",
    } <= names
    assert not [name for name in names if "__pycache__" in name]


@pytest.mark.parametrize("tag", ["latest", "v1.2", "v9.9.9"])
def test_a_release_of_something_else_fails(checkout: Path, tag: str) -> None:
    """Of what is no version, and of one that the change log does not know."""
    assert release(checkout, tag) != 0


def test_the_workflow_releases_what_the_script_makes() -> None:
    """HACS looks for an archive of this name."""
    assert list(workflow("release")["on"]["push"]) == ["tags"]
    commands = " ".join(step.get("run", "") for step in steps("release"))
    assert "script/release" in commands
    assert f"dist/{HACS['filename']}" in commands
    assert HACS["zip_release"] is True


def test_the_version_is_written_by_the_release_only() -> None:
    """Until then it is none."""
    assert MANIFEST["version"] == "0.0.0"
    assert '\nversion = "0.0.0"' in (ROOT / "pyproject.toml").read_text("utf-8")


def test_a_report_has_what_it_takes() -> None:
    """To simulate the server of whoever writes it."""
    form = load_yaml_dict(ROOT / ".github/ISSUE_TEMPLATE/bug.yml")
    fields = {field["id"]: field for field in form["body"] if "id" in field}
    for name in ("board", "diagnostics", "firmware", "home_assistant", "version"):
        assert fields[name]["validations"] == {"required": True}


def test_a_commit_is_linted_by_what_is_here() -> None:
    """And by nothing that is fetched from elsewhere."""
    (repository,) = load_yaml_dict(ROOT / ".pre-commit-config.yaml")["repos"]
    assert repository["repo"] == "local"
    for hook in repository["hooks"]:
        assert hook["language"] == "system"
        assert (ROOT / hook["entry"]).exists()


def test_a_container_for_development_is_set_up_by_the_script() -> None:
    """As every machine is."""
    container = json.loads(
        (ROOT / ".devcontainer/devcontainer.json").read_text("utf-8")
    )
    assert container["postCreateCommand"] == "script/setup"


def test_the_change_log_begins_with_what_is_new() -> None:
    """Its first entry compares with the published integration."""
    log = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert log.startswith("# Changelog\n")
    first = log.split("\n## ")[1]
    assert re.match(r"\[(Unreleased|\d+\.\d+\.\d+)\]", first)
    assert "| --- |" in first


def test_every_action_has_its_texts_and_an_icon() -> None:
    """Hassfest looks them up, those of every field, too."""
    assert set(ENGLISH["services"]) == set(ICONS["services"]) == set(SERVICES)
    for name, action in SERVICES.items():
        said = ENGLISH["services"][name]
        assert set(said["fields"]) == set(action["fields"])
        for texts in (said, *said["fields"].values()):
            assert texts["name"]
            assert texts["description"]


def test_a_choice_of_an_action_has_texts() -> None:
    """For each of its options."""
    for action in SERVICES.values():
        for field in action["fields"].values():
            if selector := (field["selector"].get("select") or {}):
                said = ENGLISH["selector"][selector["translation_key"]]["options"]
                assert set(said) == set(selector["options"])
