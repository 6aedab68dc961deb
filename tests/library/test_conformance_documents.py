"""What users were promised is listed as the documents say it."""

from collections.abc import Iterator
from pathlib import Path
import re

from tests.conftest import RECORDED

from .published import (
    CONSTANTS,
    CONSTANTS_GONE,
    ENUMS,
    EXCEPTIONS,
    METHODS,
    MODELS,
    PUBLISHED_AUTH,
    PUBLISHED_MODEL_NAMES,
    PUBLISHED_MODULES,
    PUBLISHED_NAMES,
    SEED_ENUMS,
    SEED_MODELS,
    SEED_MODULES,
)

SEED = RECORDED.parent / "seed.md"
PEERS = RECORDED.parent / "peers.md"


def _documents(path: Path) -> list[str]:
    """Return the text of a document, if it is beside the checkout."""
    return [path.read_text(encoding="utf-8")] if path.exists() else []


def test_the_seed_says_so() -> None:
    """No row of the seed's lists is missing here."""
    for seed in _documents(SEED):
        methods = re.findall(
            r"^- `(async_\w+\(.*\))`(?: → ([\w\[\]]+))?", seed, re.MULTILINE
        )
        assert [f"{method} {model or 'None'}" for method, model in methods] == METHODS
        enums = re.findall(r"^- (\w+): (.+)$", _section(seed, "Enums"), re.MULTILINE)
        assert [
            f"{name}: {members}".removesuffix(", etc.") for name, members in enums
        ] == SEED_ENUMS
        raised = re.findall(
            r"^- (\w+)(?: \((\d+)\))?$", _section(seed, "Exceptions"), re.MULTILINE
        )
        assert [name for name, _ in raised] == list(EXCEPTIONS)
        assert {name: int(status) for name, status in raised if status} == {
            name: status
            for name, status in EXCEPTIONS.items()
            if isinstance(status, int)
        }
        listed = _section(seed, "Model Files")
        models = re.findall(r"models/(\w+)\.py\]\(.*?\): (.+)$", listed, re.MULTILINE)
        assert [f"{module}: {names}" for module, names in models][:-1] == SEED_MODELS
        files = re.findall(r"\[src/aiosupermicro/([\w/]+?)(?:\.py|/)\]", seed)
        assert [*files, "models.enums"] == list(SEED_MODULES)
        assert [module for module, _ in models][-1:] == ["enums"]


def test_the_published_api_says_so() -> None:
    """No model, field, enum or name of the published client is missing here."""
    for peers in _documents(PEERS):
        text = peers[peers.index("## Appendix") :]
        found = {}
        for name, module, rest in re.findall(
            r"^- `(\w+)`[^(\n]*\((\w+)\): (.+)$", text, re.MULTILINE
        ):
            own, *more = re.split(r"; (?:properties|methods) ", rest)
            typed = re.findall(r"`(\w+): ([^`]*?)(?: = [^`]*)?`", own)
            words = [
                f"{field}={hint.replace(' | None', '').replace(' ', '')}"
                for field, hint in typed
            ]
            names = re.findall(r"`(\w+)(?:\([^`]*\))?`", " ".join(more))
            found[f"{module}.{name}"] = [*words, *([";", *names] if names else [])]
        assert found == MODELS
        enums = re.findall(r"^- `(\w+)`: (\w+ = .+)$", text, re.MULTILINE)
        assert {
            name: members.replace(" = ", "=").split(", ") for name, members in enums
        } == ENUMS
        exported, added, *_ = re.findall(r"^\*\*`[\w.]+`\*\*(.+)$", text, re.MULTILINE)
        assert re.findall(r"`(\w+)`", exported) == PUBLISHED_NAMES
        assert re.findall(r"`(\w+)`", added.partition("Modules")[0]) == (
            PUBLISHED_MODEL_NAMES
        )
        assert [*_classes_of_auth(text)] == PUBLISHED_AUTH
        constants = re.search(r"^\*\*`const`\*\*: (.+)$", text, re.MULTILINE)
        assert constants
        listed = re.findall(r"`(\w+)\*?` ?(\S*?)[,.]? ", f"{constants[1]} ")
        assert [name for name, _ in listed] == [*CONSTANTS, *CONSTANTS_GONE]
        assert [value for _, value in listed][:-1] == [
            f'"{value}"' if isinstance(value, str) else str(value)
            for value in CONSTANTS.values()
        ]
        modules = re.search(r"Modules under `models`: ([\w, ]+)\.", added)
        assert modules
        assert modules[1].split(", ") == PUBLISHED_MODULES


def _classes_of_auth(text: str) -> Iterator[str]:
    """Return the rows of the module `auth` as they are in the document."""
    for name, parameters, rest in re.findall(
        r"^- `(Session(?:Auth|State))\((.*?)\)`: (.+)$", text, re.MULTILINE
    ):
        yield f"{name}({parameters})"
        for member in re.findall(r"`([^`]+)`", rest):
            yield f"{name}.{member}"


def _section(seed: str, title: str) -> str:
    """Return a section of the seed."""
    return seed.partition(f"## {title}\n")[2].partition("\n## ")[0]
