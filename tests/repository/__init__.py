"""Paths and files that the tests of the repository read."""

from collections.abc import Iterator
import json
from pathlib import Path
from typing import Any

from homeassistant.util.yaml import load_yaml_dict

import custom_components.supermicro_redfish
from custom_components.supermicro_redfish import (
    binary_sensor,
    button,
    event,
    fan,
    light,
    number,
    select,
    sensor,
    switch,
)
from custom_components.supermicro_redfish.entity import ItemDescription

type Json = dict[str, Any]
type Description = ItemDescription[Any]

FOLDER = Path(str(custom_components.supermicro_redfish.__file__)).parent
LIBRARY = FOLDER / "aiosupermicro"
ROOT = FOLDER.parents[1]
BLUEPRINTS = sorted((ROOT / "blueprints").glob("*/*/*.yaml"))
REPOSITORY = "https://github.com/supermicro-redfish/ha-supermicro-redfish"


def load(path: str) -> Json:
    """Return a JSON file by its path in the repository."""
    body: Json = json.loads((ROOT / path).read_text("utf-8"))
    return body


def load_translation(language: str) -> Json:
    """Return the translations into a language."""
    return load(f"{FOLDER.relative_to(ROOT)}/translations/{language}.json")


MANIFEST = load(f"{FOLDER.relative_to(ROOT)}/manifest.json")
ICONS = load(f"{FOLDER.relative_to(ROOT)}/icons.json")
ENGLISH = load_translation("en")
HACS = load("hacs.json")
README = (ROOT / "README.md").read_text("utf-8")
CHANGELOG = (ROOT / "CHANGELOG.md").read_text("utf-8")

_PLATFORMS = (binary_sensor, button, event, fan, light, number, select, sensor, switch)


def descriptions() -> Iterator[tuple[str, Description]]:
    """Return the entity descriptions of all platforms with the platform's name."""
    for module in _PLATFORMS:
        rows: tuple[Description, ...] = module.DESCRIPTIONS
        for row in rows:
            yield module.__name__.rpartition(".")[2], row


def texts(tree: Json, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Return the texts of a JSON file with their dotted paths."""
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from texts(value, (*path, key))
        else:
            yield ".".join((*path, key)), value


def workflow(name: str) -> Json:
    """Return a workflow of GitHub Actions.

    YAML takes the key `on` for true.
    """
    return {
        "on" if key is True else str(key): value
        for key, value in load_yaml_dict(ROOT / f".github/workflows/{name}.yml").items()
    }


def steps(name: str) -> list[Json]:
    """Return the steps of all jobs of a workflow.

    A job that runs another workflow has no steps.
    """
    jobs = workflow(name)["jobs"].values()
    return [step for job in jobs for step in job.get("steps", ())]
