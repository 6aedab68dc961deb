"""How often the BMC is read."""

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
import pytest

from tests.simulator import Bmc

from . import MANAGER, MINUTE, SYSTEM, entry_state, requests_since
from .conftest import Elapse


async def test_the_intervals_are_what_the_user_says(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """They hold at once."""
    form = await hass.config_entries.options.async_init(loaded.entry_id)
    assert form["type"] is FlowResultType.FORM
    result = await hass.config_entries.options.async_configure(
        form["flow_id"], {"dynamic_interval": 120.0, "static_interval": 60.0}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert loaded.options == {"dynamic_interval": 120, "static_interval": 60}
    assert entry_state(loaded) is ConfigEntryState.LOADED

    since = len(bmc.requests)
    await elapse(60 * MINUTE)
    polls = requests_since(bmc, since)
    assert polls.count(f"GET {SYSTEM}") == 30
    assert polls.count(f"GET {MANAGER}") == 1
    assert bmc.open_sessions == 1


async def test_the_form_shows_what_holds_now(
    hass: HomeAssistant, loaded: ConfigEntry
) -> None:
    """At first what is usual, later what was entered."""
    form = await hass.config_entries.options.async_init(loaded.entry_id)
    assert form["data_schema"]
    assert form["data_schema"]({}) == {"dynamic_interval": 30, "static_interval": 15}
    entered = {"dynamic_interval": 10, "static_interval": 5}
    await hass.config_entries.options.async_configure(form["flow_id"], entered)
    await hass.async_block_till_done(wait_background_tasks=True)

    form = await hass.config_entries.options.async_init(loaded.entry_id)
    assert form["data_schema"]
    suggested = {
        str(marker): (marker.description or {})["suggested_value"]
        for marker in form["data_schema"].schema
    }
    assert suggested == entered


@pytest.mark.parametrize(
    "entered",
    [
        {"dynamic_interval": 9, "static_interval": 15},
        {"dynamic_interval": 301, "static_interval": 15},
        {"dynamic_interval": 30, "static_interval": 4},
        {"dynamic_interval": 30, "static_interval": 1441},
    ],
)
async def test_a_bmc_is_not_read_too_often_nor_hardly_ever(
    hass: HomeAssistant, loaded: ConfigEntry, entered: dict[str, int]
) -> None:
    """What is out of bounds is refused, and nothing changes."""
    form = await hass.config_entries.options.async_init(loaded.entry_id)
    with pytest.raises(InvalidData):
        await hass.config_entries.options.async_configure(form["flow_id"], entered)
    assert loaded.options == {}
