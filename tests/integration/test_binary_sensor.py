"""Test the binary sensors for host power, intrusion and certificate expiry."""

from datetime import timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from tests.conftest import Clock
from tests.simulator import Bmc

from . import (
    DYNAMIC,
    STATIC,
    Mutation,
    available_keys,
    entity,
    entity_id,
    recorded,
    requests_since,
    set_up,
)
from .conftest import Elapse
from .paths import (
    BAY_1,
    BAY_2,
    BMC_CONNECTION,
    CERTIFICATES,
    CHASSIS,
    HOST_POWER,
    POWER,
    SYSTEM,
)

INTRUSION = "binary_sensor.intrusion"
CERTIFICATE = f"{CERTIFICATES}/1"
EXPIRING = "binary_sensor.certificate_expiring"


async def test_host_power_follows_power_state(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Show the power state of the host with the next poll."""
    assert entity(hass, loaded, HOST_POWER).state == STATE_ON
    bmc.power("ForceOff")
    await elapse(DYNAMIC)
    assert entity(hass, loaded, HOST_POWER).state == STATE_OFF
    bmc.power("On")
    await elapse(DYNAMIC)
    assert entity(hass, loaded, HOST_POWER).state == STATE_ON


@pytest.mark.parametrize(
    ("power_state", "expected"),
    [
        ("PoweringOn", STATE_ON),
        ("PoweringOff", STATE_ON),
        ("Off", STATE_OFF),
        ("Hibernating", STATE_UNKNOWN),
        (None, STATE_UNKNOWN),
    ],
)
async def test_host_power_is_off_only_for_a_host_without_power(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    power_state: str | None,
    expected: str,
) -> None:
    """Show `on` during transitions, as automations may cut the mains when it is off."""
    bmc.host.state = power_state  # type: ignore[assignment]  # a board may report anything
    await elapse(DYNAMIC)
    assert entity(hass, loaded, HOST_POWER).state == expected


async def test_host_power_is_unavailable_without_the_bmc(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Show `unavailable`, not `off`, while the BMC is unreachable."""
    bmc.fail("*", status=503)
    await elapse(DYNAMIC)
    assert entity(hass, loaded, HOST_POWER).state == STATE_UNAVAILABLE


@pytest.mark.parametrize(
    "mutate",
    [
        pytest.param(lambda bmc: bmc.drop("*"), id="no connection"),
        pytest.param(lambda bmc: bmc.fail("*", status=503), id="starting"),
    ],
)
async def test_connection_is_available_without_the_bmc(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, mutate: Mutation
) -> None:
    """Show a state during an outage, so that automations can react to it."""
    assert entity(hass, loaded, BMC_CONNECTION).state == STATE_ON
    mutate(bmc)
    await elapse(DYNAMIC)
    assert entity(hass, loaded, BMC_CONNECTION).state == STATE_OFF
    assert available_keys(hass, loaded) == {BMC_CONNECTION}
    bmc.heal()
    await elapse(DYNAMIC)
    assert entity(hass, loaded, BMC_CONNECTION).state == STATE_ON


@pytest.mark.parametrize("path", [SYSTEM, POWER, CHASSIS])
async def test_connection_remains_if_a_resource_fails(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, path: str
) -> None:
    """Show a connection as long as the BMC responds to some of the requests."""
    bmc.fail(path, status=503)
    await elapse(STATIC)
    assert entity(hass, loaded, BMC_CONNECTION).state == STATE_ON


@pytest.mark.parametrize(
    "board", [recorded("x10sdv"), recorded("x11dpu")], indirect=True
)
async def test_host_power_is_off_on_recorded_board(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, clock: Clock
) -> None:
    """Report a host that is off, also for a chassis without a power state."""
    bmc.power("ForceOff")
    clock.tick(DYNAMIC)
    await set_up(hass, entry)
    assert entity(hass, entry, HOST_POWER).state == STATE_OFF


async def test_intrusion_is_on_when_case_was_opened(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Show `on` until the sensor is re-armed."""
    assert entity(hass, loaded, INTRUSION).state == STATE_OFF
    bmc.change(CHASSIS, {"PhysicalSecurity": {"IntrusionSensor": "HardwareIntrusion"}})
    await elapse(STATIC)
    assert entity(hass, loaded, INTRUSION).state == STATE_ON


@pytest.mark.parametrize(
    ("days", "expected"),
    [(400, STATE_OFF), (31, STATE_OFF), (29, STATE_ON), (-1, STATE_ON)],
)
async def test_certificate_is_expiring_for_its_last_month(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, days: int, expected: str
) -> None:
    """Show `on` from 30 days before the certificate expires."""
    expires = (dt_util.utcnow() + timedelta(days=days)).isoformat()
    bmc.change(CERTIFICATE, {"ValidNotAfter": expires})
    await set_up(hass, entry)
    assert entity(hass, entry, EXPIRING).state == expected


@pytest.mark.parametrize("value", [None, "", "Unknown", "N/A", "HoodOpen?", 1])
async def test_intrusion_is_unknown_for_undefined_value(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, value: Any
) -> None:
    """Show neither an intrusion nor a closed case."""
    bmc.change(CHASSIS, {"PhysicalSecurity": {"IntrusionSensor": value}})
    await elapse(STATIC)
    assert entity(hass, loaded, INTRUSION).state == STATE_UNKNOWN


@pytest.mark.parametrize("expires", [None, "", "never", "1970-01-01T00:00:00Z", 0])
async def test_certificate_without_date_is_unknown(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, expires: Any
) -> None:
    """Show neither a valid nor an expiring certificate."""
    bmc.change(CERTIFICATE, {"ValidNotAfter": expires})
    await elapse(24 * 3600, step=6 * 3600)
    assert entity(hass, loaded, EXPIRING).state == STATE_UNKNOWN


@pytest.mark.long
async def test_certificate_is_read_once_a_day(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Read the certificate rarely, because it costs two requests and hardly changes."""
    await elapse(24 * 3600 - STATIC, step=2 * STATIC)
    assert requests_since(bmc).count(f"GET {CERTIFICATE}") == 1
    expires = (dt_util.utcnow() + timedelta(days=3)).isoformat()
    bmc.change(CERTIFICATE, {"ValidNotAfter": expires})
    await elapse(STATIC)
    assert requests_since(bmc).count(f"GET {CERTIFICATE}") == 2
    assert entity(hass, loaded, EXPIRING).state == STATE_ON


@pytest.mark.parametrize(
    ("board", "expected"),
    [
        recorded(
            "x11dpu",
            {
                "system_problem": STATE_ON,
                "chassis_problem": STATE_ON,
                "intrusion": STATE_ON,
                f"power_supply_problem_{BAY_1}": STATE_ON,
                f"power_supply_problem_{BAY_2}": STATE_OFF,
                "redundancy_problem": STATE_ON,
                "battery_problem": STATE_OFF,
                "certificate_expiring": None,
                "drive_problem_Disk.Bay.0": None,
            },
        ),
        recorded(
            "x12-fw0104",
            {
                "system_problem": STATE_ON,
                "processor_problem": STATE_OFF,
                f"power_supply_problem_{BAY_1}": STATE_OFF,
                f"power_supply_problem_{BAY_2}": STATE_ON,
                "redundancy_problem": STATE_ON,
            },
        ),
        recorded(
            "x13-sys-821ge-tnhr",
            {
                "system_problem": STATE_OFF,
                "intrusion": None,
                "drive_problem_Disk.Bay.5": STATE_OFF,
            },
        ),
        recorded(
            "x10sdv",
            {
                "host_power": STATE_ON,
                "system_problem": STATE_OFF,
                "intrusion": STATE_OFF,
                "redundancy_problem": None,
                "certificate_expiring": None,
            },
        ),
        recorded(
            "gb300-openbmc",
            {
                "host_power": STATE_ON,
                "processor_problem": None,
                "redundancy_problem": None,
                "drive_problem_NVMe_SSD_200": None,
            },
        ),
    ],
    indirect=["board"],
)
async def test_binary_sensors_of_recorded_board(
    hass: HomeAssistant, loaded: ConfigEntry, expected: dict[str, str | None]
) -> None:
    """Show the recorded states; None stands for an entity that must not exist."""
    found = {
        key: entity(hass, loaded, full_key).state
        if entity_id(hass, loaded, full_key := f"binary_sensor.{key}")
        else None
        for key in expected
    }
    assert found == expected
