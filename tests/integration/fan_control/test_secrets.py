"""Verify that the account for IPMI appears in no text."""

import json
import logging
from typing import Any

from homeassistant.components.diagnostics import DOMAIN as DIAGNOSTICS
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from tests.integration import DYNAMIC, entity_id, reload, unload
from tests.integration.conftest import Elapse
from tests.integration.repair_flow import open_issues
from tests.security.secret_search import SecretSearch
from tests.simulator.ipmi import IpmiServer

from .fans import ZONE_1, open_fan_form, set_percentage, submit_fan_form

PASSWORD = 'PLANT"ed\\ipmi9'
WRONG = "PLANTwrongipmi"


async def turn_on(
    hass: HomeAssistant, entry: ConfigEntry, ipmi: IpmiServer, search: SecretSearch
) -> None:
    """Turn the control on with a separate account, at the second attempt."""
    ipmi.bmc.change_password(PASSWORD)
    data = {**entry.data, "password": PASSWORD}
    hass.config_entries.async_update_entry(entry, data=data)
    form = await open_fan_form(hass, entry)
    for password in (WRONG, PASSWORD):
        account = {"username": ipmi.bmc.username, "password": password}
        form = await submit_fan_form(hass, form, port=ipmi.port, **account)
        search.add("flow", {key: form.get(key) for key in ("errors", "data_schema")})


@pytest.mark.usefixtures("without_waits")
async def test_ipmi_password_appears_in_no_text(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
    loaded: ConfigEntry,
    ipmi: IpmiServer,
    elapse: Elapse,
) -> None:
    """Search all texts, logs and files of a session for the password."""
    caplog.set_level(logging.DEBUG)
    search = SecretSearch()
    await turn_on(hass, loaded, ipmi, search)
    await set_percentage(hass, loaded, 40)
    await elapse(DYNAMIC)
    controller = loaded.runtime_data.fan_controller
    device = controller._access._device
    for item in (controller, controller._control.record, device, device._client):
        search.add("reprs", repr(item))
    ipmi.completion_codes[0x30, 0x70] = 0xD4
    with pytest.raises(HomeAssistantError) as caught:
        await set_percentage(hass, loaded, 50)
    search.add("error", caught.value)
    await elapse(5 * DYNAMIC)
    assert await async_setup_component(hass, DIAGNOSTICS, {})
    diagnostics = await get_diagnostics_for_config_entry(hass, hass_client, loaded)
    fan_control: Any = diagnostics["fan_control"]
    assert fan_control["is_responding"] is False
    search.add("diagnostics", json.dumps(diagnostics))
    search.add("issues", [repr(issue) for issue in open_issues(hass)])
    search.add("states", [state.as_dict() for state in hass.states.async_all()])
    await reload(hass, loaded)
    await unload(hass, loaded)
    stored = {
        key: value
        for key, value in hass_storage.items()
        if key != "core.config_entries"
    }
    assert any(key.endswith(".fans") for key in stored)
    search.add("stored", json.dumps(stored, default=repr))
    search.add("log", caplog.text)
    assert entity_id(hass, loaded, ZONE_1)
    assert search.find({"password": PASSWORD, "wrong": WRONG}) == set()
