"""Test which mutations a source has, and the selection at random."""

from pathlib import Path
from random import Random

import pytest

from .mutations import Mutation, find_mutations, read_mutations, select_mutations
from .tree import CODE, ROOT


def mutants(source: str) -> list[str]:
    """Return the mutated sources of one line."""
    code = source.encode()
    return [item.apply(code).decode() for item in find_mutations("a.py", code)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a < b", ["(a <= b)"]),
        ("a is not b", ["(a is b)"]),
        ("a not in b", ["(a in b)"]),
        ("a + b", ["(a - b)"]),
        ("not a", ["(a)"]),
        ("a and b", ["(a or b)", "(b)", "(a)"]),
        ("a if b else c", ["(a)", "(c)"]),
        ("x = 3", ["x = 6"]),
        ("x = 0", ["x = 1"]),
        ("x = 0.5", ["x = 1.5"]),
        ("x = True", ["x = False"]),
        ("x = 'name'", ["x = 'xname'"]),
        ("x += y", ["pass"]),
        ("x.y = z", ["pass"]),
        ("call()", ["pass"]),
        ("await call()", ["pass"]),
        ("raise error", ["pass"]),
        ("[a for a in b if a]", ["[a for a in b if True]"]),
        ("if a: b", ["if (not a): b"]),
        ("def f(): return a", ["def f(): return None"]),
        ("é = 'ü' == b", ["é = ('ü' != b)", "é = 'xü' == b"]),
    ],
)
def test_source_has_mutations(source: str, expected: list[str]) -> None:
    """Replace operators, constants, conditions and statements with effects."""
    assert mutants(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        '"""Documentation."""',
        "x = 'a text for people'",
        "x: 'Annotation'",
        "def f(x: Literal['a']) -> Literal['b']: ...",
        "type Name = Literal['a']",
        "__all__ = ['name']",
        "_LOGGER.debug('text')",
        "import name",
        "if TYPE_CHECKING: call()",
        "x = f'{y}z'",
        "x = y",
    ],
)
def test_source_has_no_mutation(source: str) -> None:
    """Keep texts for people and type annotations."""
    assert mutants(source) == []


def test_exception_handler_catches_nothing() -> None:
    """Replace the exceptions of a handler."""
    source = "try: a\nexcept OSError: b"
    assert mutants(source) == ["try: a\nexcept (): b"]


def test_mutation_names_its_statement() -> None:
    """Return the lines of the innermost statement, without its body."""
    source = b"if a:\n    x = f(\n        1,\n    )\n"
    found = {(item.line, item.statement) for item in find_mutations("a.py", source)}
    assert found == {(1, (1, 1)), (3, (2, 4))}


def test_diff_shows_changed_lines() -> None:
    """Show the line before and after the change."""
    source = b"a = 1\nb = 2\n"
    second = list(find_mutations("a.py", source))[1]
    assert second.diff(source) == ["-b = 2", "+b = 4"]


def _mutation(line: int, text: str) -> Mutation:
    """Return a mutation of a line."""
    return Mutation(
        path="a.py", line=line, statement=(line, line), start=0, end=1, text=text
    )


def test_selection_takes_each_line_once() -> None:
    """Select lines and not mutations, so that long expressions count once."""
    mutations = [_mutation(line, text) for line in range(5) for text in "abc"]
    first, second, every = (
        select_mutations(mutations, count, Random(1))  # noqa: S311 - not for secrets
        for count in (4, 4, 9)
    )
    assert len({item.line for item in first}) == 4
    assert first == second
    assert len(every) == 5


def test_all_mutants_of_a_module_can_be_compiled() -> None:
    """Produce no syntax errors in real code."""
    path = f"{CODE}/supermicro_redfish/errors.py"
    source = (ROOT / path).read_bytes()
    found = list(read_mutations(ROOT, path))
    assert len(found) > 30
    for mutation in found:
        compile(mutation.apply(source), path, "exec")


def test_folder_has_mutations_of_all_files(tmp_path: Path) -> None:
    """Read a folder including its subfolders."""
    for name in ("one.py", "folder/two.py", "other.txt"):
        (tmp_path / "code" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "code" / name).write_text("x = 1\n", "utf-8")
    found = {item.path for item in read_mutations(tmp_path, "code")}
    assert found == {"code/one.py", "code/folder/two.py"}
