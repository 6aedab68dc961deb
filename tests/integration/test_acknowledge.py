"""Test the acknowledgment of log entries, by the button and by the action."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from tests.simulator import Bmc

from . import STATIC, call, call_action, entity, entity_id, requests_since, set_up
from .conftest import Elapse
from .health_log import log_entries, log_entry, set_log
from .paths import LOG

BUTTON = "button.acknowledge_events"
COUNT = "sensor.unacknowledged_events"


def mark(*, is_acknowledged: bool) -> dict[str, Any]:
    """Return the mark of an entry."""
    return {"Oem": {"Supermicro": {"MarkAsAcknowledged": is_acknowledged}}}


@pytest.fixture
def bmc(bmc: Bmc) -> Bmc:
    """Return a BMC whose log has entries with and without a mark."""
    set_log(
        bmc,
        [
            log_entry(1, "A", **mark(is_acknowledged=False)),
            log_entry(2, "B", Severity="OK", Oem={}),
            log_entry(3, "C", **mark(is_acknowledged=True)),
            log_entry(4, "D", Severity="Warning", **mark(is_acknowledged=False)),
            log_entry(5, "E", **mark(is_acknowledged=False)),
        ],
    )
    return bmc


def marks(bmc: Bmc) -> list[Any]:
    """Return the marks of the entries in the log."""
    return [
        entry["Oem"].get("Supermicro", {}).get("MarkAsAcknowledged")
        for entry in log_entries(bmc)
    ]


def patches(bmc: Bmc, since: int) -> list[str]:
    """Return the ids of the entries that were changed."""
    return [
        request.removeprefix(f"PATCH {LOG}/")
        for request in requests_since(bmc, since)
        if request.startswith("PATCH")
    ]


async def finish(hass: HomeAssistant) -> None:
    """Wait for the acknowledgments in the background."""
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_button_acknowledges_all_events(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """Send one PATCH for each unacknowledged entry, and read the log at the end."""
    assert entity(hass, loaded, COUNT).state == "3"
    since = len(bmc.requests)
    await call(hass, loaded, BUTTON, "press")
    await finish(hass)
    assert patches(bmc, since) == ["1", "4", "5"]
    assert requests_since(bmc, since)[-1] == f"GET {LOG}"
    assert len(requests_since(bmc, since)) == 4
    assert marks(bmc) == [True, None, True, True, True]
    assert entity(hass, loaded, COUNT).state == "0"
    assert len(log_entries(bmc)) == 5


async def test_button_sends_nothing_without_events(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """Send no PATCH if all entries are acknowledged."""
    for _ in range(2):
        since = len(bmc.requests)
        await call(hass, loaded, BUTTON, "press")
        await finish(hass)
    assert patches(bmc, since) == []


@pytest.mark.parametrize(
    ("ids", "acknowledged"), [(["2", "3", "4", "99"], ["4"]), ([], [])]
)
async def test_action_acknowledges_some_entries(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    ids: list[str],
    acknowledged: list[str],
) -> None:
    """Acknowledge the entries with the given ids, and none for an empty list."""
    since = len(bmc.requests)
    response = await call_action(hass, loaded, "acknowledge_log_entries", entries=ids)
    await finish(hass)
    assert response == {"entries": len(acknowledged)}
    assert patches(bmc, since) == acknowledged


async def test_action_acknowledges_all_entries(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """Acknowledge all warnings and critical events without ids."""
    response = await call_action(hass, loaded, "acknowledge_log_entries")
    await finish(hass)
    assert response == {"entries": 3}
    assert marks(bmc) == [True, None, True, True, True]


@pytest.mark.parametrize("status", [400, 405])
async def test_refusal_is_shown(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, status: int
) -> None:
    """Raise an error with the BMC's message; send no further request."""
    bmc.fail(f"{LOG}/1", status=status)
    since = len(bmc.requests)
    with pytest.raises(HomeAssistantError):
        await call(hass, loaded, BUTTON, "press")
    await finish(hass)
    assert patches(bmc, since) == ["1"]


async def test_deleted_entry_is_skipped(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """Acknowledge the other entries if one was deleted meanwhile."""
    bmc.fail(f"{LOG}/4", status=404)
    await call(hass, loaded, BUTTON, "press")
    await finish(hass)
    assert marks(bmc) == [True, None, True, False, True]


async def test_openbmc_entries_are_resolved(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Set `Resolved` where the entries have it."""
    set_log(
        bmc,
        [
            log_entry(1, "A", Oem=None, Resolved=False),
            log_entry(2, "B", Oem=None, Resolved=False, Severity="OK"),
            log_entry(3, "C", Oem=None, Resolved=True),
        ],
    )
    await set_up(hass, entry)
    assert entity(hass, entry, COUNT).state == "1"
    await call(hass, entry, BUTTON, "press")
    await finish(hass)
    resolved = [item["Resolved"] for item in log_entries(bmc)]
    assert resolved == [True, False, True]


async def test_board_without_marks_has_no_button(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entry: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
) -> None:
    """Create the button as soon as an entry has the mark."""
    set_log(bmc, [log_entry(1, "A", Oem=None)])
    await set_up(hass, entry)
    assert entity_id(hass, entry, BUTTON) is None
    set_log(bmc, [log_entry(1, "A", **mark(is_acknowledged=False))])
    await elapse(STATIC)
    assert entity_id(hass, entry, BUTTON)


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        ({}, ["5", "4", "3", "2", "1"]),
        ({"unacknowledged": True}, ["5", "4", "1"]),
        ({"unacknowledged": True, "severity": "warning"}, ["4"]),
        ({"unacknowledged": True, "limit": 1}, ["5"]),
        ({"since": "2026-11-20T10:00:00+00:00"}, ["5", "4", "3", "2", "1"]),
        ({"since": "2026-11-20T10:00:01+00:00"}, []),
    ],
)
async def test_log_entries_are_filtered(
    hass: HomeAssistant, loaded: ConfigEntry, options: dict[str, Any], ids: list[str]
) -> None:
    """Combine all filters before the limit."""
    response = await call_action(hass, loaded, "get_log_entries", **options)
    assert [item["id"] for item in response["entries"]] == ids


async def test_filter_by_time_uses_the_local_time_zone(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """Leave out older entries, and those without a time."""
    await hass.config.async_set_time_zone("Europe/Berlin")
    times = ("2026-11-20T09:30:00Z", "2026-11-20T10:30:00Z", None, "nonsense")
    set_log(
        bmc, [log_entry(number, "A", Created=at) for number, at in enumerate(times)]
    )
    response = await call_action(
        hass, loaded, "get_log_entries", since="2026-11-20 11:00:00"
    )
    assert [item["id"] for item in response["entries"]] == ["1"]


async def test_failure_after_the_first_entry_is_logged(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Send no requests for the other entries; keep them unacknowledged."""
    bmc.fail(f"{LOG}/4", status=503)
    since = len(bmc.requests)
    await call(hass, loaded, BUTTON, "press")
    await finish(hass)
    assert patches(bmc, since) == ["1", "4"]
    assert marks(bmc) == [True, None, True, False, False]
    assert entity(hass, loaded, COUNT).state == "2"
    assert "not all log entries were acknowledged" in caplog.text
