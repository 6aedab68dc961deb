"""Find the lines that use the names of a statement which runs during the import."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

type Lines = set[tuple[str, int]]


class NameIndex:
    """The lines of a folder by the names in them."""

    def __init__(self, root: Path, folder: str) -> None:
        """Read all files of the folder."""
        self._root = root
        self._lines: dict[str, Lines] = {}
        for file in sorted((root / folder).rglob("*.py")):
            path = str(file.relative_to(root))
            for node in ast.walk(_parse(file)):
                for name in _used(node):
                    line = getattr(node, "lineno", 0)
                    self._lines.setdefault(name, set()).add((path, line))

    def runs_at_import(self, path: str, line: int) -> bool:
        """Return whether a line is outside of all functions."""
        return not any(
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            and node.lineno <= line <= (node.end_lineno or 0)
            for node in ast.walk(_parse(self._root / path))
        )

    def users(self, path: str, line: int) -> Lines:
        """Return the lines that use a name which the statements at a line define."""
        found: Lines = set()
        for name in _defined(_parse(self._root / path), line):
            found |= self._lines.get(name, set())
        return found


@cache
def _parse(file: Path) -> ast.Module:
    """Return the syntax tree of a file."""
    return ast.parse(file.read_bytes())


def _used(node: ast.AST) -> Iterator[str]:
    """Return the names that an expression uses."""
    match node:
        case ast.Name(id=name, ctx=ast.Load()):
            yield name
        case ast.Attribute(attr=name):
            yield name
        case ast.keyword(arg=str(name)):
            yield name


def _defined(tree: ast.AST, line: int) -> Iterator[str]:
    """Return the names that the statements at a line define, from the outermost."""
    for node in ast.iter_child_nodes(tree):
        first = getattr(node, "lineno", 0)
        decorators = getattr(node, "decorator_list", ())
        first = min([first, *(item.lineno for item in decorators)])
        if not first <= line <= getattr(node, "end_lineno", 0):
            continue
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                yield name
            case ast.AsyncFunctionDef(name=name):
                yield name
            case ast.Assign(targets=targets):
                yield from (item.id for item in targets if isinstance(item, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name
        yield from _defined(node, line)
