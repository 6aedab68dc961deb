"""Order tests by the words that they share with a mutated line."""

import ast
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from pathlib import Path
import re

from .mutations import Mutation
from .plugin import Result, is_usable
from .tree import ROOT

_WORD = re.compile(r"[A-Za-z_]{4,}")


class Mentions:
    """The words of tests, to find those that are about a table's row."""

    def __init__(self, results: Mapping[str, Result], root: Path = ROOT) -> None:
        """Initialize with the results of the tests, which omit some."""
        self._results = results
        self._root = root

    def order(self, tests: Collection[str], mutation: Mutation) -> list[str]:
        """Return the usable tests with a common word, that with the rarest first."""
        lines = (self._root / mutation.path).read_text("utf-8").splitlines()
        wanted = _words(lines[mutation.line - 1])
        shared = {test: wanted & self._read(test) for test in tests}
        counts = Counter(word for words in shared.values() for word in words)
        rarest = {
            test: min(counts[word] for word in words)
            for test, words in shared.items()
            if words and is_usable(self._results.get(test))
        }
        return sorted(rarest, key=lambda test: (rarest[test], self._seconds(test)))

    def _seconds(self, test: str) -> float:
        """Return the duration of a test."""
        return self._results[test]["seconds"]

    def _read(self, test: str) -> frozenset[str]:
        """Return the words of a test."""
        file, _, name = test.partition("::")
        return _read_tests(self._root / file).get(name.partition("[")[0], frozenset())


@cache
def _read_tests(file: Path) -> dict[str, frozenset[str]]:
    """Return the words of each test in a file, with its decorators."""
    return dict(_find_tests(file.read_text("utf-8"))) if file.exists() else {}


def _find_tests(source: str) -> Iterator[tuple[str, frozenset[str]]]:
    """Return the name and the words of each test."""
    lines = source.splitlines()
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(item.lineno for item in node.decorator_list)])
            yield node.name, _words("\n".join(lines[first - 1 : node.end_lineno]))


def _words(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(_WORD.findall(text))
