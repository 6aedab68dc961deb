"""Test the options flow, which sets the intervals between polls."""

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
import pytest

from tests.simulator import Bmc

from . import MINUTE, entry_state, requests_since
from .conftest import Elapse
from .dialog import suggested_values
from .paths import MANAGER, SYSTEM


async def test_options_flow_changes_intervals(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Apply the new intervals immediately."""
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
    await elapse(60 * MINUTE, step=MINUTE)
    polls = requests_since(bmc, since)
    assert polls.count(f"GET {SYSTEM}") == 30
    assert polls.count(f"GET {MANAGER}") == 1
    assert bmc.open_sessions == 1


async def test_options_flow_shows_current_intervals(
    hass: HomeAssistant, loaded: ConfigEntry
) -> None:
    """Show the defaults at first and the stored intervals later."""
    form = await hass.config_entries.options.async_init(loaded.entry_id)
    assert form["data_schema"]
    defaults = {"dynamic_interval": 30, "static_interval": 15, "fan_control": False}
    assert form["data_schema"]({}) == defaults
    ranges = form["description_placeholders"] or {}
    assert [*ranges.values()] == ["10", "300", "5", "1440"]
    user_input = {"dynamic_interval": 10, "static_interval": 5}
    await hass.config_entries.options.async_configure(form["flow_id"], user_input)
    await hass.async_block_till_done(wait_background_tasks=True)

    form = await hass.config_entries.options.async_init(loaded.entry_id)
    assert suggested_values(form) == {**user_input, "fan_control": False}


@pytest.mark.parametrize(
    "user_input",
    [
        {"dynamic_interval": 9, "static_interval": 15},
        {"dynamic_interval": 301, "static_interval": 15},
        {"dynamic_interval": 30, "static_interval": 4},
        {"dynamic_interval": 30, "static_interval": 1441},
    ],
)
async def test_options_flow_rejects_interval_out_of_range(
    hass: HomeAssistant, loaded: ConfigEntry, user_input: dict[str, int]
) -> None:
    """Change nothing for an interval that is too short or too long."""
    form = await hass.config_entries.options.async_init(loaded.entry_id)
    with pytest.raises(InvalidData):
        await hass.config_entries.options.async_configure(form["flow_id"], user_input)
    assert loaded.options == {}
