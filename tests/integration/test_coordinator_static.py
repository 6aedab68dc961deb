"""Test the static polls: resources fail independently, and delay no dynamic poll."""

import asyncio

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
import pytest

from tests.conftest import until
from tests.simulator import Bmc

from . import STATIC, entity, entity_id, logged_problems, requests_since, set_up
from .conftest import Elapse
from .paths import (
    BACKPLANE,
    CERTIFICATES,
    DRIVE,
    DRIVE_TEMPERATURE,
    GET_DYNAMIC,
    LOG,
    STORAGE,
    SYSTEM,
    THERMAL,
)
from .repair_flow import open_issues

ENTITIES = {
    STORAGE: DRIVE_TEMPERATURE,
    f"{SYSTEM}/LogServices": "event.health_log",
    CERTIFICATES: "binary_sensor.certificate_expiring",
}
"""By path of a group of resources, an entity that needs it."""
every_group = pytest.mark.parametrize("path", ENTITIES)


@every_group
@pytest.mark.parametrize("status", [500, 503, 403, 404])
async def test_failed_resources_do_not_prevent_others(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, path: str, status: int
) -> None:
    """Create the entities of the other resources."""
    bmc.fail(f"{path}*", status=status)
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    for other, key in ENTITIES.items():
        assert (entity_id(hass, entry, key) is None) is (other == path)


@every_group
async def test_entities_are_created_when_failed_resources_recover(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse, path: str
) -> None:
    """Require no reload."""
    bmc.fail(f"{path}*", status=503)
    await set_up(hass, entry)
    bmc.heal()
    await elapse(STATIC)
    assert entity(hass, entry, ENTITIES[path]).state != STATE_UNAVAILABLE


@every_group
@pytest.mark.parametrize("status", [404, 403])
async def test_missing_or_unlicensed_resources_are_read_once(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
    path: str,
    status: int,
) -> None:
    """Read them only at setup, and log no problem."""
    if status == 404:
        for resource in list(bmc.board.resources):
            if resource.startswith(path):
                bmc.remove(resource)
    else:
        bmc.unlicensed = (path,)
    await set_up(hass, entry)
    await elapse(2 * STATIC)
    assert requests_since(bmc).count(f"GET {path}") == 1
    assert entity_id(hass, entry, ENTITIES[path]) is None
    assert logged_problems(caplog) == []


async def test_unlicensed_drives_are_read_once(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Stop reading the storage as well, if only its drives require a license."""
    bmc.unlicensed = (f"{BACKPLANE}/Drives",)
    await set_up(hass, entry)
    since = len(bmc.requests)
    await elapse(STATIC)
    requests = requests_since(bmc, since)
    assert not [r for r in requests if STORAGE in r or BACKPLANE in r]
    assert open_issues(hass)


async def test_dynamic_poll_runs_between_slow_static_reads(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Read static resources one after the other, so that a dynamic poll can run."""
    await set_up(hass, entry)
    static, dynamic = entry.runtime_data.static, entry.runtime_data.dynamic
    for path in (DRIVE, LOG):
        bmc.hang(path, 0.5)
    since = len(bmc.requests)
    slow = hass.async_create_task(static.async_refresh())
    while f"GET {DRIVE}" not in requests_since(bmc, since):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    await dynamic.async_refresh()
    assert dynamic.last_update_success
    assert f"GET {THERMAL}" in requests_since(bmc, since)
    assert f"GET {LOG}" not in requests_since(bmc, since)
    await slow
    assert f"GET {LOG}" in requests_since(bmc, since)


async def test_dynamic_poll_has_priority_over_static_poll(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Keep one of the two concurrent requests free, however much is read."""
    await set_up(hass, entry)
    bmc.hang("*", 0.02)
    since = len(bmc.requests)
    runtime_data = entry.runtime_data
    rest = hass.async_create_task(runtime_data.static.async_refresh())
    await until(lambda: len(bmc.requests) > since + 1)
    before = len(bmc.requests)
    await runtime_data.dynamic.async_refresh()
    meanwhile = requests_since(bmc, before)
    assert set(GET_DYNAMIC) <= set(meanwhile)
    assert len(meanwhile) <= 2 * 3
    await rest
    assert len(bmc.requests) - before > len(meanwhile)
