"""Run clients and jobs under given conditions for the measurements."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
import re
import sys
from typing import Any

from .boards import board_name
from .plan import Plan, Repetitions
from .processes import BenchError, Conditions, run_job, simulated_bmcs
from .stats import Samples

_EXCEPTION = re.compile(r"[\w.]+(Error|Exception)\b")


@dataclass(frozen=True)
class Variant:
    """Operation of a client, with its column of the table."""

    column: str
    client: str
    """Key of the client's environment."""
    module: str
    """Module in `clients`."""
    operation: str


DYNAMIC_REFRESH = (
    Variant("ours", "ours", "supermicro", "dynamic"),
    Variant("published", "published", "supermicro", "minimal"),
    Variant("published_poll", "published", "supermicro", "dynamic"),
    Variant("published_single", "published", "supermicro", "minimal_single"),
    Variant("sushy", "sushy", "openstack", "minimal"),
    Variant("dmtf", "dmtf", "dmtf", "minimal"),
    Variant("aiohttp", "ours", "aiohttp_only", "minimal"),
)
"""`report` explains the choice of operations."""

STATIC_REFRESH = (
    Variant("ours", "ours", "supermicro", "static"),
    Variant("published", "published", "supermicro", "static"),
    Variant("sushy", "sushy", "openstack", "static"),
    Variant("dmtf", "dmtf", "dmtf", "static"),
)


@dataclass(frozen=True)
class Bench:
    """One run of the benchmark."""

    plan: Plan
    environments: dict[str, Path]
    """Interpreter of each client."""
    failures: list[str] = field(default_factory=list)
    """Errors of clients that could not perform an operation."""

    async def run_sequentially(
        self,
        variants: tuple[Variant, ...],
        conditions: Conditions,
        *,
        cold: bool = False,
        repetitions: Repetitions | None = None,
    ) -> dict[str, Samples]:
        """Run variants one by one against one BMC and return samples by column.

        Several passes expose all variants to changes of the machine's speed.
        """
        results: list[Samples | str] = [[] for _ in variants]
        async with simulated_bmcs(conditions) as group:
            for _ in range(self.plan.passes):
                for number, variant in enumerate(variants):
                    if isinstance(former := results[number], str):
                        continue
                    added = await self._run_variant(
                        variant, group, repetitions or self.plan.refreshes, cold=cold
                    )
                    is_error = isinstance(added, str)
                    results[number] = added if is_error else [*former, *added]
        return self._by_column(variants, results, conditions)

    async def run_concurrently(
        self, variants: tuple[Variant, ...], conditions: Conditions
    ) -> dict[str, Samples]:
        """Run variants concurrently, each with a BMC, and return samples by column.

        This is for conditions under which the clients wait most of the time.
        """

        async def run(variant: Variant) -> Samples | str:
            async with simulated_bmcs(conditions) as group:
                return await self._run_variant(variant, group, self.plan.refreshes)

        results = await asyncio.gather(*map(run, variants))
        return self._by_column(variants, results, conditions)

    async def _run_variant(
        self,
        variant: Variant,
        group: dict[str, Any],
        repetitions: Repetitions,
        *,
        cold: bool = False,
    ) -> Samples | str:
        """Return the samples of a variant, or the last line of its error."""
        job = {
            "host": group["bmcs"][0]["host"],
            "control_port": group["control_port"],
            "times": repetitions.measured,
            "warm_ups": repetitions.warm_ups,
            "client": variant.client,
            "operation": variant.operation,
            "cold": cold,
        }
        python = self.environments[variant.client]
        try:
            samples: Samples = await run_job(python, f"clients.{variant.module}", job)
        except BenchError as error:
            return error_line(error)
        return samples

    def _by_column(
        self,
        variants: tuple[Variant, ...],
        results: list[Samples | str],
        conditions: Conditions,
    ) -> dict[str, Samples]:
        """Return the samples by column and store the errors."""
        samples = {}
        for variant, result in zip(variants, results, strict=True):
            if isinstance(result, str):
                board = board_name(conditions.board)
                self.failures.append(f"{variant.column} on {board}: {result}")
            else:
                samples[variant.column] = result
        return samples

    async def run_in_home_assistant(
        self, module: str, conditions: Conditions, **job: object
    ) -> dict[str, Any]:
        """Run a job in a Home Assistant with the integration."""
        async with simulated_bmcs(conditions) as group:
            result: dict[str, Any] = await run_job(
                sys.executable, f"home_assistant.{module}", group | job
            )
            return result


def error_line(error: BenchError) -> str:
    """Return the line of an exception in the output of a process, or the last line.

    Warnings about open connections may follow the exception.
    """
    lines = str(error).strip().splitlines()
    found = [line for line in lines if _EXCEPTION.match(line)]
    return (found or lines)[-1]


def print_progress(text: str) -> None:
    """Print the current step."""
    sys.stderr.write(f"script/bench: {text}\n")
