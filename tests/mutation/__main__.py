"""Run the command `script/mutate`."""

import argparse
import asyncio
from asyncio import Queue, QueueEmpty
from collections.abc import Callable
from dataclasses import replace
from itertools import chain
import os
from pathlib import Path
from random import Random
import secrets
import sys

from .contexts import Contexts, GatheringError, gather
from .mutations import Mutation, read_mutations, select_mutations
from .report import (
    Summary,
    read_equivalent,
    read_report,
    write_markdown,
    write_report,
)
from .runner import Verdict, run_tests, try_mutation
from .tree import CODE, ROOT, TESTS, Tree, exclusive_cache

_CONFIRM_SECONDS = 1800.0


def parse() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(
        prog="script/mutate",
        description="Change the code at random, and count the changes that no test "
        "notices. Fail if too few are noticed.",
    )
    add = parser.add_argument
    add("--count", type=int, default=200, help="number of mutations (default: 200)")
    add("--seed", type=int, help="seed of the selection (default: a random one)")
    add("--only", default=CODE, metavar="PATH", help="file or folder to mutate")
    add(
        "--tests",
        nargs="+",
        default=TESTS,
        metavar="PATH",
        help=f"files or folders with tests to use (default: {' '.join(TESTS)})",
    )
    add(
        "--cases",
        type=int,
        metavar="N",
        help="use at most N cases of each parametrized test (default: all)",
    )
    add(
        "--limit",
        type=float,
        default=60.0,
        metavar="SECONDS",
        help="duration of the tests of a mutation (default: 60)",
    )
    add(
        "--threshold",
        type=float,
        default=95.0,
        metavar="PERCENT",
        help="share of mutations that tests must notice (default: 95)",
    )
    add("--processes", type=int, default=os.cpu_count(), help="default: one per core")
    add("--again", action="store_true", help="try the survivors of the last run again")
    add("--out", type=Path, metavar="FILE", help="also write the result as Markdown")
    return parser.parse_args()


async def run(options: argparse.Namespace) -> Summary:
    """Try the selected mutations."""
    kept: list[Verdict] = []
    if options.again:
        seed, last = read_report()
        kept = [verdict for verdict in last if verdict.killer]
        mutations = [verdict.mutation for verdict in last if not verdict.killer]
    else:
        seed = secrets.randbelow(10_000) if options.seed is None else options.seed
        found = read_mutations(ROOT, options.only)
        random = Random(seed)  # noqa: S311 - not for cryptography
        mutations = select_mutations(found, options.count, random)
    trees = [Tree(number) for number in range(options.processes)]
    contexts = await gather(trees[0], options.tests, options.processes, options.cases)
    queue: Queue[Mutation] = Queue()
    for mutation in mutations:
        queue.put_nowait(mutation)
    verdicts: list[Verdict] = []

    def record(verdict: Verdict) -> None:
        """Show a verdict, and keep it even if the run is interrupted."""
        verdicts.append(verdict)
        _show(verdict, len(verdicts))
        write_report(Summary(seed, kept + verdicts, read_equivalent()))

    async with asyncio.TaskGroup() as group:
        for tree in trees:
            group.create_task(_work(queue, contexts, tree, options.limit, record))
    verdicts = await _confirm(trees, verdicts)
    return Summary(seed, kept + verdicts, read_equivalent())


async def _work(
    queue: Queue[Mutation],
    contexts: Contexts,
    tree: Tree,
    limit: float,
    record: Callable[[Verdict], None],
) -> None:
    """Try mutations in a copy until none is left."""
    while True:
        try:
            mutation = queue.get_nowait()
        except QueueEmpty:
            return
        record(await try_mutation(mutation, contexts, tree, limit))


def _show(verdict: Verdict, number: int) -> None:
    """Write a verdict to the standard error output."""
    place = f"{verdict.mutation.path}:{verdict.mutation.line}"
    result = verdict.killer or "SURVIVED\n" + "\n".join(verdict.diff)
    sys.stderr.write(
        f"{number} {place} {verdict.seconds:.0f} s, {verdict.tests} tests: {result}\n"
    )


async def _confirm(trees: list[Tree], verdicts: list[Verdict]) -> list[Verdict]:
    """Run the tests that failed again without a mutation, some in each copy.

    A test that fails then as well proves nothing, so its mutations survived.
    """
    killers = {verdict.killer for verdict in verdicts if verdict.killer}
    tests = sorted(killer for killer in killers if "::" in killer)
    parts = [tests[number :: len(trees)] for number in range(len(trees))]
    results = await asyncio.gather(
        *(
            run_tests(tree, part, _CONFIRM_SECONDS)
            for tree, part in zip(trees, parts, strict=True)
            if part
        )
    )
    failed = [*chain.from_iterable(results)]
    if failed:
        sys.stderr.write(f"script/mutate: failed without a mutation: {failed}\n")
    return [
        replace(verdict, killer=None) if verdict.killer in failed else verdict
        for verdict in verdicts
    ]


def main() -> int:
    """Try the mutations, write the report, and return the exit code."""
    options = parse()
    try:
        with exclusive_cache():
            summary = asyncio.run(run(options))
    except BlockingIOError:
        sys.stderr.write("script/mutate: another run is in progress\n")
        return 1
    except GatheringError as error:
        sys.stderr.write(f"script/mutate: {error}\n")
        return 1
    write_report(summary)
    if options.out:
        write_markdown(summary, sys.argv[1:], options.out)
    sys.stdout.write("\n".join([*summary.lines(), ""]))
    return 0 if summary.percent >= options.threshold else 1


if __name__ == "__main__":
    sys.exit(main())
