"""Try mutations, each in a copy of the working tree."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
import time

from .contexts import Contexts
from .mutations import Mutation
from .plugin import RECORD, TESTS, read_results
from .tree import ROOT, TIMEOUT, Tree, is_library

_FIRST = 40
"""Number of tests in the first run, which detect nearly all mutations."""

_WITHOUT_HOME_ASSISTANT = ("-p", "no:homeassistant")
"""Omit the test kit of Home Assistant, which takes longer to start than many tests."""

_PASSED = (0, 5)
"""The exit codes of pytest without a failed test; 5 means that it found no tests."""

_START_SECONDS = 60.0
"""The time that pytest may take in addition to the tests."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The result of a mutation."""

    mutation: Mutation
    diff: list[str]
    killer: str | None
    """The test that failed, or the reason; None if the mutation survived."""
    tests: int
    """The number of selected tests."""
    seconds: float


async def try_mutation(
    mutation: Mutation, contexts: Contexts, tree: Tree, limit: float
) -> Verdict:
    """Try a mutation with the tests that run its line.

    `limit` is the duration of all its tests in seconds, without the mutation.
    """
    start = time.perf_counter()
    stages = stage_tests(_within(contexts.tests(mutation), contexts, limit))
    source = (ROOT / mutation.path).read_bytes()
    target = tree.folder / mutation.path
    target.write_bytes(mutation.apply(source))
    killer = None
    try:
        for stage in stages:
            if not killer:
                seconds = sum(contexts.seconds(test) for test in stage)
                most = _START_SECONDS + 3 * seconds
                failed = await run_tests(tree, stage, most, "-x")
                killer = failed[-1] if failed else None
    finally:
        target.write_bytes(source)
    return Verdict(
        mutation=mutation,
        diff=mutation.diff(source),
        killer=killer,
        tests=sum(map(len, stages)),
        seconds=time.perf_counter() - start,
    )


async def run_tests(
    tree: Tree, tests: Sequence[str], seconds: float, *options: str
) -> list[str]:
    """Run tests, and return those that failed, or the reason why all did.

    Those of the library run without Home Assistant if no other test is among them.
    """
    selected = tree.folder.with_suffix(".tests")
    record = tree.folder.with_suffix(".json")
    selected.write_text("\n".join(tests), "utf-8")
    record.unlink(missing_ok=True)
    files = sorted({test.partition("::")[0] for test in tests})
    plugins = _WITHOUT_HOME_ASSISTANT if all(map(is_library, tests)) else ()
    code = await tree.run_pytest(
        *("-q", "--no-cov", "-n", "0", *plugins, *options, *files),
        log=tree.folder.with_suffix(".log"),
        seconds=seconds,
        **{TESTS: str(selected), RECORD: str(record)},
    )
    if code in _PASSED:
        return []
    if code == TIMEOUT:
        return ["timeout"]
    failed = [name for name, item in read_results(record).items() if not item["passed"]]
    return failed or ["import"]


def divide(tests: Iterable[str]) -> tuple[list[str], list[str]]:
    """Divide tests into those of the library and the others."""
    parts: tuple[list[str], list[str]] = ([], [])
    for test in tests:
        parts[not is_library(test)].append(test)
    return parts


def stage_tests(tests: Iterable[str]) -> list[list[str]]:
    """Return the tests to run at once: first those of the library, which start fast.

    If they run the line, a few others are enough.
    """
    library, others = divide(tests)
    stages = [library[:_FIRST], library[_FIRST:], others[:_FIRST]]
    if not library:
        stages.append(others[_FIRST:])
    return [stage for stage in stages if stage]


def _within(tests: Iterable[str], contexts: Contexts, limit: float) -> list[str]:
    """Return the first tests that fit into a time limit."""
    chosen = []
    for test in tests:
        limit -= contexts.seconds(test)
        if limit < 0:
            break
        chosen.append(test)
    return chosen
