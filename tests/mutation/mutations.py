"""Find the mutations of Python source code, and select some at random."""

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from random import Random

_COMPARISONS: dict[type[ast.cmpop], ast.cmpop] = {
    ast.Eq: ast.NotEq(),
    ast.NotEq: ast.Eq(),
    ast.Lt: ast.LtE(),
    ast.LtE: ast.Lt(),
    ast.Gt: ast.GtE(),
    ast.GtE: ast.Gt(),
    ast.Is: ast.IsNot(),
    ast.IsNot: ast.Is(),
    ast.In: ast.NotIn(),
    ast.NotIn: ast.In(),
}
_OPERATORS: dict[type[ast.operator], ast.operator] = {
    ast.Add: ast.Sub(),
    ast.Sub: ast.Add(),
    ast.Mult: ast.Div(),
    ast.Div: ast.Mult(),
    ast.FloorDiv: ast.Mult(),
    ast.Mod: ast.Mult(),
    ast.BitAnd: ast.BitOr(),
    ast.BitOr: ast.BitAnd(),
    ast.LShift: ast.RShift(),
    ast.RShift: ast.LShift(),
}
_NOT_RUN = ("annotation", "returns", "type_params")
"""Fields of the syntax tree that are annotations."""

_LOG_METHODS = {"debug", "info", "warning", "error", "exception", "log"}


type _Kind = type[ast.AST] | tuple[type[ast.AST], ...]


@dataclass(frozen=True, kw_only=True)
class Mutation:
    """A change of one expression or statement."""

    path: str
    """The file, relative to the root of the repository."""
    line: int
    statement: tuple[int, int]
    """The first and the last line of the statement that contains the change."""
    start: int
    """The offset in bytes of the replaced text."""
    end: int
    text: str

    def apply(self, source: bytes) -> bytes:
        """Return the mutated source code."""
        return source[: self.start] + self.text.encode() + source[self.end :]

    def diff(self, source: bytes) -> list[str]:
        """Return the changed lines, with - and + in front."""
        before, after = (
            text.decode().splitlines() for text in (source, self.apply(source))
        )
        return [
            line
            for line in unified_diff(before, after, n=0, lineterm="")
            if not line.startswith(("---", "+++", "@@"))
        ]


@dataclass(frozen=True)
class _Edit:
    """A node of the syntax tree, and the text that replaces it."""

    node: ast.expr | ast.stmt
    text: str


def find_mutations(path: str, source: bytes) -> Iterator[Mutation]:
    """Return all mutations of a file."""
    offsets = [0]
    for line in source.splitlines(keepends=True):
        offsets.append(offsets[-1] + len(line))

    def offset(line: int, column: int) -> int:
        return offsets[line - 1] + column

    for statement, edit in _edits(ast.parse(source)):
        node = edit.node
        end_line, end_column = node.end_lineno, node.end_col_offset
        assert end_line is not None
        assert end_column is not None
        yield Mutation(
            path=path,
            line=node.lineno,
            statement=(statement.lineno, _header_end(statement)),
            start=offset(node.lineno, node.col_offset),
            end=offset(end_line, end_column),
            text=edit.text,
        )


def select_mutations(
    mutations: Iterable[Mutation], count: int, random: Random
) -> list[Mutation]:
    """Select random lines, and one mutation of each."""
    by_line: dict[tuple[str, int], list[Mutation]] = {}
    for mutation in mutations:
        by_line.setdefault((mutation.path, mutation.line), []).append(mutation)
    lines = random.sample(sorted(by_line), min(count, len(by_line)))
    return [random.choice(by_line[line]) for line in lines]


def read_mutations(root: Path, folder: str) -> Iterator[Mutation]:
    """Return the mutations of all files below a folder, or of one file."""
    top = root / folder
    for file in sorted(top.rglob("*.py")) if top.is_dir() else [top]:
        yield from find_mutations(str(file.relative_to(root)), file.read_bytes())


def _header_end(statement: ast.stmt) -> int:
    """Return the last line of a statement, without the statements in it."""
    body: list[ast.stmt] = getattr(statement, "body", [])
    if body:
        return max(statement.lineno, body[0].lineno - 1)
    return statement.end_lineno or statement.lineno


def _edits(tree: ast.Module) -> Iterator[tuple[ast.stmt, _Edit]]:
    """Return the edits of a module, each with its innermost statement."""
    for statement in tree.body:
        yield from _visit(statement, statement)


def _visit(node: ast.AST, statement: ast.stmt) -> Iterator[tuple[ast.stmt, _Edit]]:
    """Return the edits of a node and of everything in it that is run."""
    if _is_skipped(node):
        return
    if isinstance(node, ast.stmt):
        statement = node
    for kind, find in _FINDERS.items():
        if isinstance(node, kind):
            yield from ((statement, edit) for edit in find(node))
    for name, value in ast.iter_fields(node):
        if name not in _NOT_RUN:
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from _visit(child, statement)


def _is_skipped(node: ast.AST) -> bool:
    """Return whether a node is not executed, or only contains text for people.

    These are documentation, log messages, f-strings and code for type checkers.
    """
    match node:
        case ast.Expr(value=ast.Constant()) | ast.JoinedStr() | ast.TypeAlias():
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
        case ast.Assign(targets=[ast.Name(id="__all__" | "__slots__")]):
            return True
        case ast.Call(func=ast.Attribute(attr=attr)) if attr in _LOG_METHODS:
            return "log" in ast.unparse(node.func).lower()
        case ast.Call(func=ast.Name(id="cast" | "TypeVar")):
            return True
    return isinstance(node, ast.Import | ast.ImportFrom)


def _constant(node: ast.Constant) -> Iterator[_Edit]:
    """Change a constant; skip texts with spaces, which are for people."""
    match node.value:
        case bool() as value:
            yield _Edit(node, str(not value))
        case int() | float() as value:
            yield _Edit(node, repr(value + max(value, 1)))
        case str() as value if value and " " not in value:
            yield _Edit(node, repr(f"x{value}"))


def _compare(node: ast.Compare) -> Iterator[_Edit]:
    """Change the limit of a comparison, or reverse the comparison."""
    for index, operator in enumerate(node.ops):
        ops = [*node.ops[:index], _COMPARISONS[type(operator)], *node.ops[index + 1 :]]
        yield _expression(node, ast.Compare(node.left, ops, node.comparators))


def _operation(node: ast.BinOp) -> Iterator[_Edit]:
    """Replace an operator."""
    if other := _OPERATORS.get(type(node.op)):
        yield _expression(node, ast.BinOp(node.left, other, node.right))


def _bool_operation(node: ast.BoolOp) -> Iterator[_Edit]:
    """Exchange `and` and `or`, and omit each operand."""
    other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    yield _expression(node, ast.BoolOp(other, node.values))
    for index in range(len(node.values)):
        rest = node.values[:index] + node.values[index + 1 :]
        yield _expression(node, ast.BoolOp(node.op, rest) if rest[1:] else rest[0])


def _negation(node: ast.UnaryOp) -> Iterator[_Edit]:
    """Remove a `not` or a sign."""
    yield _expression(node, node.operand)


def _choice(node: ast.IfExp) -> Iterator[_Edit]:
    """Replace a conditional expression by one of its sides."""
    yield _expression(node, node.body)
    yield _expression(node, node.orelse)


def _condition(node: ast.If | ast.While) -> Iterator[_Edit]:
    """Reverse a condition."""
    yield _expression(node.test, ast.UnaryOp(ast.Not(), node.test))


def _filter(node: ast.comprehension) -> Iterator[_Edit]:
    """Remove the condition of a comprehension."""
    yield from (_Edit(test, "True") for test in node.ifs)


def _handler(node: ast.ExceptHandler) -> Iterator[_Edit]:
    """Replace the exceptions of a handler, so that it catches none."""
    if node.type:
        yield _Edit(node.type, "()")


def _return(node: ast.Return) -> Iterator[_Edit]:
    """Replace a returned value by None."""
    if node.value and not isinstance(node.value, ast.Constant):
        yield _Edit(node.value, "None")


def _statement(node: ast.stmt) -> Iterator[_Edit]:
    """Remove a statement that has an effect."""
    match node:
        case (
            ast.AugAssign()
            | ast.Raise()
            | ast.Delete()
            | ast.Break()
            | ast.Continue()
            | ast.Expr(value=ast.Call() | ast.Await())
            | ast.Assign(targets=[ast.Attribute() | ast.Subscript()])
        ) if not (isinstance(node, ast.Expr) and _is_skipped(node.value)):
            yield _Edit(node, "pass")


def _expression(node: ast.expr, other: ast.expr) -> _Edit:
    """Replace an expression by another one, in parentheses."""
    return _Edit(node, f"({ast.unparse(ast.fix_missing_locations(other))})")


_FINDERS: dict[_Kind, Callable[..., Iterator[_Edit]]] = {
    ast.Constant: _constant,
    ast.Compare: _compare,
    ast.BinOp: _operation,
    ast.BoolOp: _bool_operation,
    ast.UnaryOp: _negation,
    ast.IfExp: _choice,
    (ast.If, ast.While): _condition,
    ast.comprehension: _filter,
    ast.ExceptHandler: _handler,
    ast.Return: _return,
    ast.stmt: _statement,
}
