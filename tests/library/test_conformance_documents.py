"""Agreement of the lists in `published` with the documents that they come from."""

from collections.abc import Iterator
import inspect
from pathlib import Path
import re
from typing import Any, get_args, get_origin

from tests.conftest import RECORDED

from . import published
from .published import members

SEED = RECORDED.parent / "seed.md"
PEERS = RECORDED.parent / "peers.md"

ENUMS = {enum.__name__: names for enum, names in published.ENUMS.items()}


def _texts(path: Path) -> list[str]:
    """Return the text of a document, or nothing if it is not beside the checkout."""
    return [path.read_text(encoding="utf-8")] if path.exists() else []


def _section(seed: str, title: str) -> str:
    """Return a section of the seed."""
    return seed.partition(f"## {title}\n")[2].partition("\n## ")[0]


def _spell(hint: Any) -> str:
    """Spell a type as the documents do."""
    if get_origin(hint) is list:
        return f"list[{_spell(get_args(hint)[0])}]"
    return "|".join(map(_spell, get_args(hint))) or str(hint.__name__)


def _returned(function: Any) -> str:
    """Spell the return type of a stub."""
    spelled = str(inspect.signature(function).return_annotation)
    return re.sub(r"\b(m|aiosupermicro)\.", "", spelled)


def _seed_methods() -> Iterator[str]:
    """Return the methods of the seed as it lists them."""
    for name, method in members(published.SeedClient).items():
        parameters = [*inspect.signature(method).parameters][1:]
        yield f"{name}({', '.join(parameters)}) {_returned(method)}"


def _auth_rows() -> Iterator[str]:
    """Return the classes of the module `auth` as the document lists them."""
    for stub in (published.SessionAuth, published.SessionState):
        yield f"{stub.__name__}{_parameters(stub.__init__)}"
        for name, member in members(stub).items():
            function = getattr(member, "fget", member)
            call = "" if isinstance(member, property) else _parameters(function)
            returned = _returned(function)
            arrow = "" if returned == "Any" else f" -> {returned}"
            yield f"{stub.__name__}.{name}{call}{arrow}"


def _parameters(function: Any) -> str:
    """Spell the parameters of a stub without `self`."""
    signature = inspect.signature(function)
    own = [*signature.parameters.values()][1:]
    bare = signature.replace(parameters=own, return_annotation=inspect.Signature.empty)
    return str(bare).replace("'", "")


def test_lists_have_all_names_of_the_seed() -> None:
    """List every method, enum member, exception, model and module of the seed."""
    for seed in _texts(SEED):
        methods = re.findall(
            r"^- `(async_\w+\(.*\))`(?: → ([\w\[\]]+))?", seed, re.MULTILINE
        )
        listed = [f"{method} {model or 'None'}" for method, model in methods]
        assert listed == [*_seed_methods()]
        enums = re.findall(r"^- (\w+): (.+)$", _section(seed, "Enums"), re.MULTILINE)
        assert len(enums) == 6
        for name, values in enums:
            named = values.removesuffix(", etc.").split(", ")
            assert set(named) <= set(ENUMS[name].values())
        raised = re.findall(
            r"^- (\w+)(?: \((\d+)\))?$", _section(seed, "Exceptions"), re.MULTILINE
        )
        assert [name for name, _ in raised] == list(published.EXCEPTIONS)
        assert {name: int(status) for name, status in raised if status} == {
            name: status
            for name, status in published.EXCEPTIONS.items()
            if isinstance(status, int)
        }
        listed_models = re.findall(
            r"models/(\w+)\.py\]\(.*?\): (.+)$",
            _section(seed, "Model Files"),
            re.MULTILINE,
        )
        assert len(listed_models) == 8
        for module, names in listed_models[:-1]:
            assert {f"{module}.{name}" for name in names.split(", ")} <= set(
                published.MODELS_BY_NAME
            )
        files = re.findall(r"\[src/aiosupermicro/([\w/]+?)(?:\.py|/)\]", seed)
        assert [*files, "models.enums"] == list(published.SEED_MODULES)
        assert [module for module, _ in listed_models][-1:] == ["enums"]


def _published_models(text: str) -> Iterator[tuple[str, dict[str, str], list[str]]]:
    """Return the models of the document: their fields, then their other members."""
    for name, module, rest in re.findall(
        r"^- `(\w+)`[^(\n]*\((\w+)\): (.+)$", text, re.MULTILINE
    ):
        own, *more = re.split(r"; (?:properties|methods) ", rest)
        typed = re.findall(r"`(\w+): ([^`]*?)(?: = [^`]*)?`", own)
        hints = {
            field: hint.replace(" | None", "").replace(" ", "") for field, hint in typed
        }
        others = re.findall(r"`(\w+)(?:\([^`]*\))?`", " ".join(more))
        yield f"{module}.{name}", hints, others


def test_lists_have_all_models_of_the_published_client() -> None:
    """List every model and enum of the published client, with fields and members."""
    for peers in _texts(PEERS):
        text = peers[peers.index("## Appendix") :]
        assert [*_published_models(text)] == [
            (
                name,
                {field: _spell(hint) for field, hint in item.fields.items()},
                [*item.members],
            )
            for name, item in published.MODELS_BY_NAME.items()
        ]
        enums = re.findall(r"^- `(\w+)`: (\w+ = .+)$", text, re.MULTILINE)
        assert {
            name: dict(row.split(" = ") for row in rows.split(", "))
            for name, rows in enums
        } == ENUMS


def test_lists_have_all_names_of_the_published_client() -> None:
    """List every export, module, constant and class of the published client."""
    for peers in _texts(PEERS):
        text = peers[peers.index("## Appendix") :]
        exported, added, *_ = re.findall(r"^\*\*`[\w.]+`\*\*(.+)$", text, re.MULTILINE)
        names = re.findall(r"`(\w+)`", exported)
        assert names == list(published.PUBLISHED_NAMES)
        added, _, rest = added.partition("Modules under `models`: ")
        names = re.findall(r"`(\w+)`", added)
        assert names == list(published.PUBLISHED_MODEL_NAMES)
        modules = rest.partition(".")[0].split(", ")
        assert modules == list(published.PUBLISHED_MODULES)
        classes = re.findall(
            r"^- `(Session(?:Auth|State))(\(.*?\))`: (.+)$", text, re.MULTILINE
        )
        assert [*_auth_rows()] == [
            row
            for name, parameters, others in classes
            for row in (
                name + parameters,
                *(f"{name}.{member}" for member in re.findall(r"`([^`]+)`", others)),
            )
        ]
        constants = re.search(r"^\*\*`const`\*\*: (.+)$", text, re.MULTILINE)
        assert constants
        listed = re.findall(r"`(\w+)\*?` ?(\S*?)[,.]? ", f"{constants[1]} ")
        assert [name for name, _ in listed] == [
            *published.CONSTANTS,
            *published.CONSTANTS_GONE,
        ]
        assert [value for _, value in listed][:-1] == [
            f'"{value}"' if isinstance(value, str) else str(value)
            for value in published.CONSTANTS.values()
        ]
