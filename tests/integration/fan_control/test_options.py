"""Test the options that turn the fan control on, and the probe of the BMC."""

from collections.abc import Callable
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
import pytest

from tests.integration import entity, reload, requests_since, unload
from tests.integration.dialog import suggested_values
from tests.integration.paths import CHASSIS, FAN_MODE, PROTOCOLS, SYSTEM
from tests.simulator import REMOVED, Bmc
from tests.simulator.ipmi import IpmiServer

from .fans import INTERVALS, ZONE_1, open_fan_form, submit_fan_form, writes

type Change = Callable[[Bmc, IpmiServer], object]


async def test_option_adds_a_fan_for_each_zone(
    hass: HomeAssistant, loaded: ConfigEntry, ipmi: IpmiServer
) -> None:
    """Store the zones that the probe has found, and write nothing."""
    form = await open_fan_form(hass, loaded)
    assert form["step_id"] == "fan_control"
    assert form["data_schema"]
    defaults = form["data_schema"]({})
    assert (defaults["floor"], defaults["headroom"]) == (20, 10)
    result = await submit_fan_form(hass, form, port=ipmi.port)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    settings = {"port": ipmi.port, "floor": 20, "headroom": 10, "zones": [0, 1]}
    assert loaded.options == {**INTERVALS, "fan_control": settings}
    assert loaded.state is ConfigEntryState.LOADED
    assert entity(hass, loaded, ZONE_1).state == "off"
    assert writes(ipmi) == 0
    assert ipmi.open_sessions == 1
    probed = {item.data[2] for item in ipmi.sent(0x30, 0x70, 0x66, 0x00)}
    assert probed == {0, 1, 2, 3}


async def test_probe_logs_the_firmware(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    ipmi: IpmiServer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Log the IPMI device, which a report of a rejected board needs."""
    form = await open_fan_form(hass, loaded)
    with caplog.at_level("DEBUG", logger="custom_components.supermicro_redfish"):
        await submit_fan_form(hass, form, port=ipmi.port)
    assert "firmware='1.74'" in caplog.text


def _stack(name: str) -> Change:
    """Return a change of the firmware stack."""
    return lambda _, ipmi: setattr(ipmi, "stack", name)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        pytest.param(_stack("aspeed"), None, id="X10 to X13"),
        pytest.param(_stack("x9"), "ipmi_not_supported", id="X9"),
        pytest.param(_stack("unknown"), "ipmi_not_supported", id="unknown command"),
        pytest.param(_stack("locked"), "ipmi_refused", id="locked down"),
        pytest.param(
            lambda bmc, _: bmc.change(CHASSIS, {"Model": "X14SBI-TF"}),
            "ipmi_generation",
            id="name of generation 14",
        ),
        pytest.param(
            lambda bmc, _: bmc.change(
                CHASSIS,
                {"Thermal": REMOVED, "ThermalSubsystem": {"@odata.id": "/x"}},
            ),
            "ipmi_generation",
            id="resources of generation 14",
        ),
        pytest.param(
            lambda _, ipmi: setattr(ipmi, "shown_mode", 0),
            "ipmi_mode_differs",
            id="mode that Redfish denies",
        ),
        pytest.param(
            lambda _, ipmi: setattr(ipmi, "shown_mode", 0x77),
            "ipmi_mode_differs",
            id="unknown mode",
        ),
        pytest.param(
            lambda _, ipmi: setattr(ipmi, "shown_duty", 0xFE),
            "ipmi_not_supported",
            id="duty above 100",
        ),
        pytest.param(
            lambda _, ipmi: ipmi.completion_codes.update({(0x30, 0x70): 0xCC}),
            "ipmi_not_supported",
            id="invalid data",
        ),
        pytest.param(
            lambda bmc, _: bmc.remove(FAN_MODE), "fan_mode_unknown", id="no mode"
        ),
        pytest.param(
            lambda bmc, _: bmc.change(FAN_MODE, {"Mode": None}),
            "fan_mode_unknown",
            id="mode without a value",
        ),
        pytest.param(lambda bmc, _: bmc.remove(PROTOCOLS), None, id="no protocols"),
        pytest.param(
            lambda _, ipmi: ipmi.completion_codes.update({(0x30, 0x70, 0x66, 0, 1): 1}),
            None,
            id="rejected zone",
        ),
        pytest.param(
            lambda bmc, _: setattr(bmc, "role", "ReadOnly"),
            "ipmi_refused",
            id="account without privileges",
        ),
        pytest.param(
            lambda _, ipmi: setattr(ipmi, "session_limit", 0), "ipmi_busy", id="busy"
        ),
    ],
)
async def test_probe_result(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    ipmi: IpmiServer,
    change: Change,
    error: str | None,
) -> None:
    """Reject the option with a reason, change nothing, and close the session."""
    change(bmc, ipmi)
    form = await open_fan_form(hass, loaded)
    result = await submit_fan_form(hass, form, port=ipmi.port)
    assert result.get("errors") == (error and {"base": error})
    assert ("fan_control" in loaded.options) is (error is None)
    assert writes(ipmi) == 0
    assert ipmi.open_sessions == (error is None)


async def test_closed_port_is_reported(
    hass: HomeAssistant, loaded: ConfigEntry, closed_port: str
) -> None:
    """Name the port and firewalls as possible reasons."""
    form = await open_fan_form(hass, loaded)
    port = int(closed_port.rpartition(":")[2])
    result = await submit_fan_form(hass, form, port=port)
    assert result["errors"] == {"base": "ipmi_silent"}


async def test_wrong_password_is_tried_once(
    hass: HomeAssistant, loaded: ConfigEntry, ipmi: IpmiServer
) -> None:
    """Attempt one login with a separate account, and show its name again."""
    form = await open_fan_form(hass, loaded)
    account = {"username": "ADMIN", "password": "wrong"}
    result = await submit_fan_form(hass, form, port=ipmi.port, **account)
    assert result["errors"] == {"base": "ipmi_auth"}
    assert (ipmi.login_attempts, ipmi.logins) == (1, 0)
    values = suggested_values(result)
    assert (values["username"], values["password"]) == ("ADMIN", None)


async def test_entered_password_is_kept_after_an_error(
    hass: HomeAssistant, loaded: ConfigEntry, ipmi: IpmiServer
) -> None:
    """Use the password of the same account for an empty field."""
    ipmi.completion_codes[0x30, 0x45, 0x00] = 0xC3
    form = await open_fan_form(hass, loaded)
    account = {"port": ipmi.port, "username": "ADMIN"}
    form = await submit_fan_form(hass, form, **account, password="ADMIN")
    assert form["errors"] == {"base": "ipmi_not_supported"}
    ipmi.completion_codes.clear()
    result = await submit_fan_form(hass, form, **account)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert loaded.options["fan_control"]["password"] == "ADMIN"


@pytest.mark.parametrize("was_rejected", [False, True])
async def test_missing_password_is_not_tried(
    hass: HomeAssistant, loaded: ConfigEntry, ipmi: IpmiServer, *, was_rejected: bool
) -> None:
    """Send neither an empty password nor a rejected one, which may lock the account."""
    form = await open_fan_form(hass, loaded)
    account = {"port": ipmi.port, "username": "ADMIN"}
    if was_rejected:
        form = await submit_fan_form(hass, form, **account, password="x")
    attempts = ipmi.login_attempts
    form = await submit_fan_form(hass, form, **account)
    assert form["errors"] == {"password": "password_missing"}
    assert suggested_values(form)["username"] == "ADMIN"
    assert ipmi.login_attempts == attempts


@pytest.mark.parametrize("field", ["username", "password"])
async def test_account_that_is_too_long_is_reported(
    hass: HomeAssistant, loaded: ConfigEntry, ipmi: IpmiServer, field: str
) -> None:
    """Send no name or password that IPMI would truncate."""
    form = await open_fan_form(hass, loaded)
    account = {"username": "ADMIN", "password": "ADMIN", field: "x" * 21}
    result = await submit_fan_form(hass, form, port=ipmi.port, **account)
    assert result["errors"] == {"base": "ipmi_account_too_long"}
    assert ipmi.login_attempts == 0


async def test_ipmi_that_is_off_can_be_switched_on(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, ipmi: IpmiServer
) -> None:
    """Offer to switch IPMI on in a separate step, and continue afterwards."""
    bmc.change(PROTOCOLS, {"IPMI": {"ProtocolEnabled": False}})
    form = await open_fan_form(hass, loaded)
    since = len(bmc.requests)
    form = await submit_fan_form(hass, form, port=ipmi.port)
    assert form["step_id"] == "ipmi_off"
    assert f"PATCH {PROTOCOLS}" not in requests_since(bmc, since)
    assert ipmi.packets == 0
    result = await hass.config_entries.options.async_configure(form["flow_id"], {})
    await hass.async_block_till_done(wait_background_tasks=True)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert bmc.resource(PROTOCOLS)["IPMI"]["ProtocolEnabled"]


async def test_limits_are_changed_without_a_probe(
    hass: HomeAssistant, controlled: ConfigEntry, ipmi: IpmiServer
) -> None:
    """Keep the account and the zones; open no second session."""
    logins = ipmi.logins
    form = await open_fan_form(hass, controlled)
    assert suggested_values(form)["floor"] == 20
    await submit_fan_form(hass, form, port=ipmi.port, floor=35, headroom=15)
    settings: dict[str, Any] = controlled.options["fan_control"]
    assert (settings["floor"], settings["headroom"]) == (35, 15)
    assert entity(hass, controlled, ZONE_1).attributes["minimum"] == 35
    assert ipmi.logins == logins + 1


@pytest.mark.parametrize("port", [0, 65_536])
async def test_form_accepts_only_possible_ports(
    hass: HomeAssistant, loaded: ConfigEntry, port: int
) -> None:
    """Reject a port that UDP does not have."""
    form = await open_fan_form(hass, loaded)
    with pytest.raises(InvalidData):
        await submit_fan_form(hass, form, port=port)


@pytest.mark.parametrize(
    ("field", "lowest", "highest"), [("floor", 10, 100), ("headroom", 5, 30)]
)
async def test_form_accepts_only_safe_limits(
    hass: HomeAssistant, controlled: ConfigEntry, field: str, lowest: int, highest: int
) -> None:
    """Accept the limits that the README names, and nothing beyond them."""
    port = controlled.options["fan_control"]["port"]
    form = await open_fan_form(hass, controlled)
    for value in (lowest - 1, highest + 1):
        with pytest.raises(InvalidData):
            await submit_fan_form(hass, form, port=port, **{field: value})
    for value in (lowest, highest):
        form = await open_fan_form(hass, controlled)
        await submit_fan_form(hass, form, port=port, **{field: value})
        assert controlled.options["fan_control"][field] == value


async def test_probe_while_controlling_does_not_end_the_session(
    hass: HomeAssistant, controlled: ConfigEntry, ipmi: IpmiServer
) -> None:
    """Open a session for the probe and close only that one."""
    form = await open_fan_form(hass, controlled)
    account = {"username": "ADMIN", "password": "wrong"}
    result = await submit_fan_form(hass, form, port=ipmi.port, **account)
    assert result["errors"] == {"base": "ipmi_auth"}
    await controlled.runtime_data.dynamic.async_refresh()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entity(hass, controlled, ZONE_1).state == "off"
    assert ipmi.open_sessions == 1
    assert SYSTEM in {item.path for item in ipmi.bmc.requests}


@pytest.mark.parametrize(("seconds", "expected"), [(300, 30), (10, 10)])
async def test_interval_is_limited_while_fans_are_controlled(
    hass: HomeAssistant, controlled: ConfigEntry, seconds: int, expected: int
) -> None:
    """Poll at least every 30 seconds, as the guard needs the temperatures."""
    options = {**controlled.options, "dynamic_interval": seconds}
    hass.config_entries.async_update_entry(controlled, options=options)
    await reload(hass, controlled)
    interval = controlled.runtime_data.dynamic.update_interval
    assert interval.total_seconds() == expected


@pytest.mark.parametrize(
    ("is_loaded", "status", "error"),
    [(False, None, "cannot_connect"), (True, 403, "not_authorized")],
)
async def test_ipmi_that_cannot_be_switched_on_is_reported(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    ipmi: IpmiServer,
    *,
    is_loaded: bool,
    status: int | None,
    error: str,
) -> None:
    """Show the form again with the reason, and keep the option off."""
    bmc.change(PROTOCOLS, {"IPMI": {"ProtocolEnabled": False}})
    form = await open_fan_form(hass, loaded)
    form = await submit_fan_form(hass, form, port=ipmi.port)
    assert form["step_id"] == "ipmi_off"
    if status:
        bmc.fail(PROTOCOLS, status=status, method="PATCH")
    if not is_loaded:
        await unload(hass, loaded)
    result = await hass.config_entries.options.async_configure(form["flow_id"], {})
    assert result["step_id"] == "fan_control"
    assert result["errors"] == {"base": error}
    assert "fan_control" not in loaded.options
    assert not bmc.resource(PROTOCOLS)["IPMI"]["ProtocolEnabled"]


async def test_probe_of_an_unloaded_server_is_reported(
    hass: HomeAssistant, loaded: ConfigEntry, ipmi: IpmiServer
) -> None:
    """Send nothing to a server that was unloaded while the form was open."""
    form = await open_fan_form(hass, loaded)
    await unload(hass, loaded)
    result = await submit_fan_form(hass, form, port=ipmi.port)
    assert result["errors"] == {"base": "cannot_connect"}
    assert ipmi.packets == 0
