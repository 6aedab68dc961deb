"""Test that the fans are given back to the BMC in all cases of doubt."""

from collections.abc import Callable

from homeassistant.components.repairs import DOMAIN as REPAIRS
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
import pytest

from custom_components.supermicro_redfish.const import DOMAIN
from tests.integration import DYNAMIC, HOUR, MINUTE, call, entity, reload, unload
from tests.integration.conftest import Elapse
from tests.integration.paths import SYSTEM, THERMAL
from tests.integration.repair_flow import fix_issue, issue_keys, open_issues
from tests.simulator import Bmc, Server
from tests.simulator.certificate import Certificate
from tests.simulator.ipmi import IpmiServer

from .fans import SELECT, ZONE_1, mode_writes, refuse_modes, set_percentage, writes

type Trigger = Callable[[Bmc], object]


def lose_limit(bmc: Bmc) -> None:
    """Remove the critical limit of a temperature."""
    change = {"CPU Temp": {"UpperThresholdCritical": None}}
    bmc.change(THERMAL, {"Temperatures": change})


def lose_temperature(bmc: Bmc) -> None:
    """Remove the reading of a temperature."""
    absent = {"ReadingCelsius": None, "Status": {"State": "Absent", "Health": None}}
    bmc.change(THERMAL, {"Temperatures": {"System Temp": absent}})


@pytest.fixture(autouse=True)
def constant_readings(ipmi: IpmiServer, bmc: Bmc) -> None:
    """Stop the simulation of the readings, so that tests can set them."""
    bmc.scheduler.cancel("cooling")


@pytest.mark.parametrize(
    ("trigger", "reason"),
    [
        (lambda bmc: bmc.set_reading("CPU Temp", 86), "headroom"),
        (lose_temperature, "sensor_lost"),
        (lose_limit, "sensor_lost"),
        (lambda bmc: bmc.set_reading("FAN1", 0), "fan_critical"),
        (lambda bmc: bmc.set_reading("FANA", 100), "fan_critical"),
    ],
    ids=["hot", "lost temperature", "lost limit", "stopped fan", "slow fan"],
)
async def test_trigger_restores_mode_within_one_poll(
    hass: HomeAssistant,
    held: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    trigger: Trigger,
    reason: str,
) -> None:
    """Create an issue with the reason, and keep the control off until it is fixed."""
    assert bmc.fan_mode == "FullSpeed"
    trigger(bmc)
    await elapse(DYNAMIC)
    assert bmc.fan_mode == "Optimal"
    assert entity(hass, held, SELECT).state == "optimal"
    (issue,) = open_issues(hass)
    assert issue.translation_key == f"fan_control_{reason}"
    assert issue.is_persistent
    with pytest.raises(HomeAssistantError) as error:
        await set_percentage(hass, held, 40)
    assert error.value.translation_key == "fan_control_tripped"
    assert bmc.fan_mode == "Optimal"


async def test_control_stays_off_until_user_confirms(
    hass: HomeAssistant, held: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Keep the trip over a reload; confirm its issue to allow control again."""
    bmc.set_reading("CPU Temp", 86)
    await elapse(DYNAMIC)
    bmc.set_reading("CPU Temp", 40)
    await reload(hass, held)
    (issue,) = open_issues(hass)
    with pytest.raises(HomeAssistantError):
        await set_percentage(hass, held, 40)
    assert (await fix_issue(hass, issue))["sensor"] == "CPU Temp"
    assert open_issues(hass) == []
    await set_percentage(hass, held, 40)
    assert bmc.fan_mode == "FullSpeed"


async def test_new_control_compares_with_its_own_start(
    hass: HomeAssistant, held: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Accept that a temperature was lost while the BMC controlled its fans."""
    await call(hass, held, SELECT, "select_option", option="optimal")
    lose_temperature(bmc)
    await elapse(2 * DYNAMIC)
    await set_percentage(hass, held, 40)
    await elapse(2 * DYNAMIC)
    assert bmc.fan_mode == "FullSpeed"
    assert open_issues(hass) == []


async def test_issue_ends_with_the_option(
    hass: HomeAssistant, held: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Delete the issue of a trip when the fan control is turned off."""
    bmc.set_reading("CPU Temp", 86)
    await elapse(DYNAMIC)
    assert len(open_issues(hass)) == 1
    hass.config_entries.async_update_entry(held, options={})
    await reload(hass, held)
    assert open_issues(hass) == []


async def test_missing_polls_restore_mode(
    hass: HomeAssistant, held: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Restore the mode over IPMI once Redfish has failed for 90 seconds."""
    bmc.fail(THERMAL, status=503)
    await elapse(75, step=15)
    assert bmc.fan_mode == "FullSpeed"
    await elapse(30, step=15)
    assert bmc.fan_mode == "Optimal"
    (issue,) = open_issues(hass)
    assert issue.translation_key == "fan_control_no_readings"


async def test_new_certificate_restores_mode_over_ipmi(
    hass: HomeAssistant,
    held: ConfigEntry,
    server: Server,
    bmc: Bmc,
    new_certificate: Certificate,
    elapse: Elapse,
) -> None:
    """Give the fans back, though nothing is sent over Redfish anymore."""
    server.renew_certificate(new_certificate)
    await server.refuse()
    await server.listen()
    since = len(bmc.requests)
    await elapse(120, step=15)
    assert bmc.fan_mode == "Optimal"
    assert "fan_control_no_readings" in issue_keys(hass)
    assert bmc.requests[since:] == []


async def test_missing_polls_restore_mode_despite_single_ipmi_failures(
    held: ConfigEntry, bmc: Bmc, ipmi: IpmiServer, elapse: Elapse
) -> None:
    """Restart the 90 seconds after a long silence, not after a single failed read."""
    bmc.fail(THERMAL, status=503)
    for _ in range(4):
        ipmi.completion_codes[0x30, 0x45] = 0xD5
        await elapse(15, step=15)
        ipmi.completion_codes.clear()
        await elapse(15, step=15)
    assert bmc.fan_mode == "Optimal"


async def test_missing_ipmi_restores_mode_over_redfish(
    hass: HomeAssistant,
    held: ConfigEntry,
    bmc: Bmc,
    ipmi: IpmiServer,
    elapse: Elapse,
) -> None:
    """Use Redfish when the BMC rejects all commands over IPMI."""
    ipmi.completion_codes |= {(0x30, 0x45): 0xD4, (0x30, 0x70): 0xD4}
    await elapse(5 * DYNAMIC)
    assert bmc.fan_mode == "Optimal"
    (issue,) = open_issues(hass)
    assert issue.translation_key == "fan_control_no_ipmi"


async def test_host_that_is_switched_off_is_no_reason(
    hass: HomeAssistant,
    held: ConfigEntry,
    bmc: Bmc,
    ipmi: IpmiServer,
    elapse: Elapse,
) -> None:
    """Wait without a write while the host is off, and continue when it runs again."""
    before = writes(ipmi)
    bmc.power("ForceOff")
    await elapse(10 * MINUTE)
    assert (open_issues(hass), writes(ipmi)) == ([], before)
    bmc.power("On")
    await elapse(5 * MINUTE)
    assert open_issues(hass) == []
    assert (bmc.fan_mode, ipmi.cooling.duties[0]) == ("FullSpeed", 40)


@pytest.mark.long
async def test_nothing_is_written_after_reset_until_fan_reads(
    hass: HomeAssistant,
    controlled: ConfigEntry,
    bmc: Bmc,
    ipmi: IpmiServer,
    elapse_finely: Elapse,
) -> None:
    """Write the duties, but not the mode Full in which the BMC comes back."""
    ipmi.cooling._schedule()
    await set_percentage(hass, controlled, 40)
    await elapse_finely(DYNAMIC)
    before = writes(ipmi), len(mode_writes(ipmi))
    bmc.restart(30)
    await elapse_finely(30 + ipmi.cooling.recovery_seconds)
    assert writes(ipmi) == before[0]
    assert ipmi.cooling.duties == {0: 100, 1: 100}
    await elapse_finely(3 * DYNAMIC)
    assert len(mode_writes(ipmi)) == before[1]
    assert ipmi.cooling.duties == {0: 40, 1: 30}
    assert entity(hass, controlled, ZONE_1).attributes["percentage"] == 40
    assert open_issues(hass) == []


def _blank_fans(bmc: Bmc, *, is_blank: bool = True) -> None:
    """Remove the readings of all fans, as after a reset, or restore them."""
    fans = bmc.resource(THERMAL)["Fans"]
    fan = {"Reading": None if is_blank else 1400}
    bmc.change(THERMAL, {"Fans": {item["Name"]: fan for item in fans}})


@pytest.mark.long
async def test_fans_without_reading_are_waited_for(
    hass: HomeAssistant, held: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Wait up to five minutes for readings, also later, and then restore the mode."""
    await elapse(HOUR)
    _blank_fans(bmc)
    await elapse(4 * MINUTE)
    assert (open_issues(hass), bmc.fan_mode) == ([], "FullSpeed")
    _blank_fans(bmc, is_blank=False)
    await elapse(2 * DYNAMIC)
    assert held.runtime_data.fan_controller.state == "in_control"
    _blank_fans(bmc)
    await elapse(4 * MINUTE)
    assert bmc.fan_mode == "FullSpeed"
    await elapse(2 * MINUTE)
    assert bmc.fan_mode == "Optimal"
    (issue,) = open_issues(hass)
    assert issue.translation_key == "fan_control_no_readings"


@pytest.mark.long
async def test_missing_redfish_after_reset_restores_mode(
    hass: HomeAssistant,
    held: ConfigEntry,
    bmc: Bmc,
    ipmi: IpmiServer,
    elapse_finely: Elapse,
) -> None:
    """Wait for five minutes, in which the BMC drives all fans at 100 %."""
    before = writes(ipmi)
    bmc.fail(THERMAL, status=503)
    bmc.restart(30)
    await elapse_finely(280)
    assert (bmc.fan_mode, writes(ipmi), open_issues(hass)) == ("FullSpeed", before, [])
    await elapse_finely(90)
    assert bmc.fan_mode == "Optimal"
    (issue,) = open_issues(hass)
    assert issue.translation_key == "fan_control_no_readings"


async def test_zone_that_vanishes_with_reset_restores_mode(
    hass: HomeAssistant, held: ConfigEntry, bmc: Bmc, ipmi: IpmiServer, elapse: Elapse
) -> None:
    """Restore the mode if a duty is rejected after a reset; do not wait forever."""
    ipmi.completion_codes |= {(0x30, 0x70, 0x66, code, 1): 0xCC for code in (0, 1)}
    _blank_fans(bmc)
    await elapse(DYNAMIC)
    _blank_fans(bmc, is_blank=False)
    await elapse(2 * MINUTE)
    assert bmc.fan_mode == "FullSpeed"
    await elapse(4 * MINUTE)
    assert bmc.fan_mode == "Optimal"
    assert len(open_issues(hass)) == 1


async def test_failed_restoring_is_repeated(
    hass: HomeAssistant,
    held: ConfigEntry,
    bmc: Bmc,
    ipmi: IpmiServer,
    elapse: Elapse,
) -> None:
    """Repeat the attempt with each poll until the mode was read back."""
    refuse_modes(bmc, ipmi)
    bmc.set_reading("CPU Temp", 86)
    await elapse(2 * DYNAMIC)
    assert bmc.fan_mode == "FullSpeed"
    keys = {issue.translation_key for issue in open_issues(hass)}
    assert keys == {"fan_control_headroom", "fans_not_given_back"}
    ipmi.completion_codes.clear()
    await elapse(DYNAMIC)
    assert bmc.fan_mode == "Optimal"
    assert len(open_issues(hass)) == 1


async def test_guard_is_inactive_while_bmc_is_in_control(
    hass: HomeAssistant, held: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Report no hot server while Home Assistant does not control its fans."""
    await call(hass, held, ZONE_1, "turn_off")
    bmc.set_reading("CPU Temp", 90)
    lose_temperature(bmc)
    await elapse(HOUR / 20)
    assert open_issues(hass) == []
    assert bmc.power_state == "On"
    assert bmc.resource(SYSTEM)["PowerState"] == "On"


async def test_issue_of_an_unloaded_server_is_not_confirmed(
    hass: HomeAssistant, held: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Keep the trip, which cannot be cleared while the server is not loaded."""
    bmc.set_reading("CPU Temp", 86)
    await elapse(DYNAMIC)
    await unload(hass, held)
    (issue,) = open_issues(hass)
    await async_setup_component(hass, REPAIRS, {})
    flows = hass.data[REPAIRS]["flow_manager"]
    form = await flows.async_init(DOMAIN, data={"issue_id": issue.issue_id})
    result = await flows.async_configure(form["flow_id"], {})
    assert (result["type"], result["reason"]) == ("abort", "not_loaded")
    assert open_issues(hass) == [issue]
