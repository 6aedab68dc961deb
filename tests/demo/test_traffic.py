"""Test the assignment of requests to polls."""

import dataclasses

import pytest

from tests.demo.inventory import Entity
from tests.demo.traffic import find_dynamic, find_static, without_poll

THERMAL = "GET /redfish/v1/Chassis/1/Thermal"
POWER = "GET /redfish/v1/Chassis/1/Power"
NTP = "GET /redfish/v1/Managers/1/Oem/Supermicro/NTP"

TEMPERATURE = Entity(
    entity_id="sensor.server_cpu_temperature",
    unique_id="1",
    name="CPU temperature",
    state="44",
    unit="°C",
    device_class="temperature",
    platform="sensor",
    category=None,
    disabled=False,
)
WATTS = dataclasses.replace(TEMPERATURE, device_class="power")
HEALTH = dataclasses.replace(TEMPERATURE, device_class="enum")
LIGHT = dataclasses.replace(TEMPERATURE, platform="light", device_class=None)
BUTTON = dataclasses.replace(LIGHT, platform="button")
SELECT = dataclasses.replace(LIGHT, platform="select")


@pytest.mark.parametrize(
    ("requests", "others", "expected"),
    [
        ([THERMAL, POWER], [], [THERMAL, POWER]),
        ([NTP], [THERMAL, POWER], [NTP]),
        ([NTP, POWER], [THERMAL, POWER], [NTP, POWER]),
        ([NTP, THERMAL, POWER], [THERMAL, POWER], [NTP]),
        ([POWER, NTP, THERMAL, POWER], [THERMAL, POWER], [POWER, NTP]),
        ([THERMAL, POWER], [THERMAL, POWER], []),
    ],
)
def test_other_poll_is_left_out_if_it_is_complete(
    requests: list[str], others: list[str], expected: list[str]
) -> None:
    """Keep the requests of a poll that shares only some resources with another one."""
    assert without_poll(requests, others) == expected


def test_polled_entities_belong_to_the_cadence() -> None:
    """Prefer power to temperature, which may be that of a drive, and that to a light.

    The others may be of both cadences, so that all are polled.
    """
    entities = [BUTTON, LIGHT, SELECT, HEALTH, TEMPERATURE, WATTS]
    assert find_dynamic(entities) == [WATTS]
    assert find_dynamic([BUTTON, LIGHT, TEMPERATURE]) == [TEMPERATURE]
    assert find_dynamic([BUTTON, LIGHT]) == [LIGHT]
    assert find_dynamic([BUTTON, HEALTH]) == []
    assert find_static(entities) == [BUTTON, SELECT]
