"""Tests of boards whose lists and members have an unusual structure."""

from collections.abc import AsyncIterator
import os
from random import Random
import re

import pytest

from tests.conftest import RECORDED, RECORDINGS
from tests.simulator import Bmc, Board, serve

from .structure import (
    LISTS,
    StructureFuzzer,
    Variant,
    create_client,
    create_session,
    false_problems,
    has_identity,
    shown_drives,
    shown_parts,
)

VARIANTS = int(os.environ.get("STRUCTURE_VARIANTS", "2000"))
"""The number of variants of all boards; script/nightly tests 50,000."""
BOARDS = ["x12spi-tf", *(name for name in RECORDINGS if re.match(r"x1\d", name))]


@pytest.fixture(params=BOARDS)
async def fuzzer(
    request: pytest.FixtureRequest, network: None
) -> AsyncIterator[StructureFuzzer]:
    """Return a fuzzer of a shipped or recorded board."""
    folder = RECORDED / request.param
    bmc = Bmc(Board.load(folder if folder.exists() else request.param))
    async with serve(bmc) as server, create_session() as session:
        client = create_client(session, server, bmc)
        fuzzer = StructureFuzzer(bmc, client)
        await fuzzer.async_prepare()
        yield fuzzer
        await client.async_disconnect()


@pytest.fixture(autouse=True)
def custom_integrations() -> None:
    """Run these tests without Home Assistant."""


@pytest.mark.long
@pytest.mark.parametrize("seed", range(4))
async def test_no_part_is_lost_or_takes_the_place_of_another(
    fuzzer: StructureFuzzer, seed: int
) -> None:
    """Create one stable entity for each part, and report no false problem.

    Parts may have the same name, repeated or missing Ids and unknown health, and a
    drive may fail in ten ways.
    """
    for number in range(VARIANTS // (4 * len(BOARDS))):
        random = Random(f"{seed}/{number}")  # noqa: S311 - not for a secret
        variant = fuzzer.make_variant(random)
        fuzzer.apply(variant, random)
        data = await fuzzer.async_read()
        first = {key: shown_parts(data, key) for key in variant.lists}
        for key, parts in variant.lists.items():
            expected = sorted(part[LISTS[key][1]] for part in parts)
            assert sorted(first[key].values()) == expected, (seed, number, key)
        drives = shown_drives(data)
        expected = sorted(body["CapacityBytes"] for body in variant.drives.values())
        assert sorted(drives.values()) == expected, (seed, number)
        assert [*false_problems(data, variant)] == [], (seed, number)
        await _check_reversed(fuzzer, variant, first)


async def _check_reversed(
    fuzzer: StructureFuzzer, variant: Variant, first: dict[str, dict[str, float]]
) -> None:
    """Check that a part with an identity has the same item in a reversed list."""
    for parts in variant.lists.values():
        parts.reverse()
    fuzzer.apply(Variant(variant.lists), Random(0))  # noqa: S311 - not for a secret
    data = await fuzzer.async_read()
    for key, parts in variant.lists.items():
        reading = LISTS[key][1]
        second = {value: name for name, value in shown_parts(data, key).items()}
        before = {value: name for name, value in first[key].items()}
        for part in parts:
            if has_identity(part, parts, reading):
                assert second[part[reading]] == before[part[reading]], (key, part)
