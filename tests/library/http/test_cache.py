"""Conditional requests: ETags, cached resources and their invalidation."""

from collections.abc import Awaitable, Callable
import json
from typing import Any

from aiohttp import ClientSession
import pytest

from aiosupermicro import ResetType, SupermicroRedfishClient, SupermicroRedfishError
from tests.conftest import Clock
from tests.library import CHASSIS, FAN_MODE, SYSTEM, THERMAL, connected_client, statuses
from tests.simulator import Bmc, Board
from tests.simulator.testing import as_old


@pytest.mark.parametrize("etag_header", [True, False])
@pytest.mark.parametrize("not_modified", [True, False])
async def test_second_read_is_conditional(
    session: ClientSession, clock: Clock, *, etag_header: bool, not_modified: bool
) -> None:
    """Send the ETag of a resource with the next read, from header or body."""
    bmc = Bmc(
        Board.load("x12spi-tf"),
        clock=clock,
        etag_header=etag_header,
        not_modified=not_modified,
    )
    async with connected_client(bmc, session) as client:

        async def everything() -> list[Any]:
            return [
                await client.async_get_service_root(),
                await client.async_get_account_service(),
                await client.async_get_memory(),
                await client.async_get_log_entries(),
                vars(await client.async_get_dynamic_data()),
                vars(await client.async_get_static_data()),
            ]

        first = await everything()
        await everything()
        bmc.requests.clear()
        client.stats.cache_hits = 0
        again = await everything()
        assert again == first
        statuses = {item.status for item in bmc.requests}
        assert statuses == {304 if not_modified else 200}
        assert all("if-none-match" in item.headers for item in bmc.requests)
        assert client.stats.cache_hits == not_modified * len(bmc.requests)
        assert again[4]["system"] is first[4]["system"]


async def test_resource_without_etag_is_read_again(session: ClientSession) -> None:
    """Send no condition to X11 boards, which have no ETags."""
    bmc = Bmc(as_old(Board.load("x12spi-tf")))
    async with connected_client(bmc, session) as client:
        first = await client.async_get_dynamic_data()
        bmc.set_reading("CPU Temp", 83)
        second = await client.async_get_dynamic_data()
        assert second != first
        assert second.thermal
        assert 83 in {t.reading for t in second.thermal.temperatures}
    assert not [item for item in bmc.requests if "if-none-match" in item.headers]


async def test_unchanged_resource_is_not_decoded_again(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Return the same object after a 304, and a new one after a change."""
    thermal = await client.async_get_thermal()
    assert await client.async_get_thermal() is thermal
    assert bmc.requests[-1].status == 304
    bmc.set_reading("CPU Temp", 71)
    changed = await client.async_get_thermal()
    assert "CPU Temp" in {t.name for t in changed.temperatures if t.reading == 71}


@pytest.mark.parametrize("change", [lambda board: board, as_old])
async def test_only_changed_items_are_decoded_again(
    session: ClientSession, change: Callable[[Board], Board]
) -> None:
    """Keep the models of all items but one, with ETags or without."""
    bmc = Bmc(change(Board.load("x12spi-tf")))
    async with connected_client(bmc, session) as client:
        before = await client.async_get_dynamic_data()
        for celsius in (71, 72, 73):
            bmc.set_reading("CPU Temp", celsius)
            former, before = before, await client.async_get_dynamic_data()
    old, new = former.thermal, before.thermal
    assert old
    assert new
    assert before.power is former.power
    assert before.system is former.system
    assert new.fans is old.fans
    changed = [
        sensor.reading
        for sensor, known in zip(new.temperatures, old.temperatures, strict=True)
        if sensor is not known
    ]
    assert changed == [73]


async def test_command_invalidates_resource(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Read a resource unconditionally after a command, accepted or rejected."""
    await client.async_get_all_data()
    commands: list[tuple[str, Callable[[], Awaitable[None]]]] = [
        (SYSTEM, lambda: client.async_set_indicator_led("Lit")),
        (SYSTEM, lambda: client.async_set_indicator_led("Purple")),
        (SYSTEM, lambda: client.async_system_reset(ResetType.FORCE_OFF)),
        (FAN_MODE, lambda: client.async_set_fan_mode("FullSpeed")),
        (CHASSIS, client.async_reset_intrusion_sensor),
    ]
    bmc.change(CHASSIS, {"PhysicalSecurity": {"IntrusionSensor": "HardwareIntrusion"}})
    for path, command in commands:
        try:
            await command()
        except SupermicroRedfishError:
            assert statuses(bmc, "PATCH", SYSTEM)[-1] == 400
        bmc.requests.clear()
        await client.async_get_all_data()
        (read,) = (item for item in bmc.requests if item.path == path)
        assert (read.status, "if-none-match" in read.headers) == (200, False)


@pytest.mark.parametrize("etag", ['"a\r\nX-Evil: 1"', '"a\x00"', '"\ud800"'])
async def test_etag_that_is_no_valid_header_is_ignored(
    client: SupermicroRedfishClient, bmc: Bmc, etag: str
) -> None:
    """Read the resource unconditionally, and send no invalid header."""
    body = json.dumps({"@odata.etag": etag, "Name": "T"})
    bmc.fail(THERMAL, status=200, body=body)
    for _ in range(2):
        assert (await client.async_get_thermal()).name == "T"
        assert "if-none-match" not in bmc.requests[-1].headers
