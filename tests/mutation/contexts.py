"""Find the tests that run a line, from the lines that each test has run."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import chain, zip_longest
import json
from pathlib import Path
import sys
from typing import Any

from .mentions import Mentions
from .mutations import Mutation
from .names import NameIndex
from .plugin import RECORD, Result, is_usable, read_results
from .tree import CACHE, CODE, LIBRARY, ROOT, Tree, is_library, list_files

_TIMEOUT = 5400.0
_FEW = 10
"""Number of tests below which related tests are added."""

_LARGEST_NESTING = 3
"""The number of tables of which each is part of the next."""


class GatheringError(Exception):
    """Failure of a test run that collects contexts."""


class Contexts:
    """The tests by the lines that they run."""

    def __init__(self, folder: Path) -> None:
        """Read the contexts in a folder."""
        self._results = read_results(folder / "results.json")
        self._names = NameIndex(ROOT, CODE)
        self._mentions = Mentions(self._results)
        self._lines = {
            test: {path: int(bits, 16) for path, bits in result["lines"].items()}
            for test, result in self._results.items()
            if "lines" in result
        }
        """The lines that each test runs by file, as the bits of a number."""
        self._static = self._results.keys() - self._lines.keys()

    def tests(self, mutation: Mutation) -> list[str]:
        """Return the passing tests that run a mutated line, the most likely first.

        A line that runs during the import has only those that start a process, and one
        whose result is cached has only the first test. Then take also the tests of
        the lines that use its names. Tests that run no code at all check tables, which
        run during the import.
        """
        path = mutation.path
        found = self._at(path, [mutation.line])
        found = found or self._at(path, range(*_range(mutation.statement)))
        at_import = self._names.runs_at_import(path, mutation.line)
        if len(found) >= _FEW and not at_import:
            return self._order(found, path)
        used = self._users(path, mutation.line)
        others = found if at_import else used
        if at_import or not found:
            others |= {test for test in self._static if _may_check(test, path)}
        first = used if at_import else found
        orders = (
            self._mentions.order(first | others, mutation),
            self._order(first, path),
            self._order(others - first, path),
        )
        turns = chain.from_iterable(zip_longest(*orders))
        return [test for test in dict.fromkeys(turns) if test]

    def _users(self, path: str, line: int) -> set[str]:
        """Return the tests of the lines that use the names of a statement.

        If no test runs them, they may be part of another table, whose users count.
        """
        lines = {(path, line)}
        for _ in range(_LARGEST_NESTING):
            lines = {user for known in lines for user in self._names.users(*known)}
            tests: set[str] = set()
            for user in lines:
                tests |= self._at(user[0], [user[1]])
            if tests:
                return tests
        return set()

    def _order(self, tests: set[str], path: str) -> list[str]:
        """Return tests alternately: the fastest, and the most specific of a file."""
        fastest = spread(tests, self._results)
        shares = {test: self._share(test, path) for test in fastest}
        focused = take_turns(sorted(fastest, key=lambda test: -shares[test]), "[")
        turns = chain.from_iterable(zip(focused, fastest, strict=True))
        return [*dict.fromkeys(turns)]

    def _share(self, test: str, path: str) -> float:
        """Return the share of a file in the lines that a test runs."""
        files = self._lines.get(test, {})
        total = sum(bits.bit_count() for bits in files.values())
        return files.get(path, 0).bit_count() / max(total, 1)

    def seconds(self, test: str) -> float:
        """Return the duration of a test."""
        return self._results[test]["seconds"]

    def _at(self, path: str, lines: Iterable[int]) -> set[str]:
        """Return the tests that run one of some lines."""
        wanted = sum(1 << line for line in {*lines})
        return {
            test for test, files in self._lines.items() if files.get(path, 0) & wanted
        }


def _may_check(test: str, path: str) -> bool:
    """Return whether a test may read a table: those of the library only its own."""
    return path.startswith(LIBRARY) or not is_library(test)


def spread(tests: Iterable[str], results: Mapping[str, Result]) -> list[str]:
    """Order tests so that the fastest of each file come first.

    Omit tests that failed, that were skipped, or that are slow.
    """
    usable = [
        test
        for test in sorted(tests, key=lambda test: (_seconds(test, results), test))
        if is_usable(results.get(test))
    ]
    return take_turns(usable, "::")


def take_turns(tests: Iterable[str], separator: str) -> list[str]:
    """Return the tests of all groups alternately; a group shares a name prefix."""
    groups: dict[str, list[str]] = {}
    for test in tests:
        groups.setdefault(test.partition(separator)[0], []).append(test)
    turns = zip_longest(*groups.values())
    return [test for turn in turns for test in turn if test]


def _seconds(test: str, results: Mapping[str, Result]) -> float:
    """Return the duration of a test, or 0 if it is not known."""
    return results[test]["seconds"] if test in results else 0


def _range(statement: tuple[int, int]) -> tuple[int, int]:
    """Return the arguments of `range` for the lines of a statement."""
    return statement[0], statement[1] + 1


async def gather(
    tree: Tree, paths: Sequence[str], processes: int, cases: int | None
) -> Contexts:
    """Return the contexts of the tests in some folders.

    Run the tests only if the code has changed since the last time, and then all of
    them; or only the changed files of tests.
    """
    digest = sha256(repr((*paths, cases)).encode()).hexdigest()
    folder = CACHE / f"contexts-{digest[:8]}"
    folder.mkdir(parents=True, exist_ok=True)
    state = folder / "state.json"
    new = _state(paths)
    old: dict[str, Any] = json.loads(state.read_text()) if state.exists() else {}
    if old.get("code") == new["code"]:
        files = [name for name in new["tests"] if _has_changed(name, old, new)]
    else:
        (folder / "results.json").unlink(missing_ok=True)
        files = [*paths]
    if files:
        options = ["-n", str(processes), *([f"--cases={cases}"] if cases else [])]
        await _run(tree, folder, files, options)
        state.write_text(json.dumps(new))
    return Contexts(folder)


def _has_changed(name: str, old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Return whether a file of tests is new or was changed."""
    return bool(old["tests"].get(name) != new["tests"][name])


async def _run(tree: Tree, folder: Path, files: list[str], options: list[str]) -> None:
    """Run tests, and add their lines and durations to the results in a folder."""
    record = folder / "new.json"
    sys.stderr.write(f"script/mutate: gathering the contexts of {len(files)} paths\n")
    with tree.record_lines():
        code = await tree.run_pytest(
            *("-q", "--no-cov", *options, "--dist", "loadfile", *files),
            log=folder / "pytest.log",
            seconds=_TIMEOUT,
            **{RECORD: str(record)},
        )
    if code not in (0, 1):
        raise GatheringError(f"pytest ended with {code}: see {folder / 'pytest.log'}")
    results = read_results(folder / "results.json") | read_results(record)
    (folder / "results.json").write_text(json.dumps(results), "utf-8")


def _state(paths: Sequence[str]) -> dict[str, Any]:
    """Return digests of the mutated code and of each file of tests."""
    names = list_files()
    code = sha256()
    for name in names:
        if name.startswith(f"{CODE}/"):
            code.update(name.encode() + (ROOT / name).read_bytes())
    tests = {
        name: sha256((ROOT / name).read_bytes()).hexdigest()
        for name in _test_files(names)
        if any(Path(name).is_relative_to(path) for path in paths)
    }
    return {"code": code.hexdigest(), "tests": tests}


def _test_files(names: list[str]) -> Iterator[str]:
    """Return the files of tests, without those of the browser."""
    for name in names:
        file = Path(name)
        is_test = file.name.startswith("test_") and file.suffix == ".py"
        if is_test and file.parts[:2] != ("tests", "browser"):
            yield name
