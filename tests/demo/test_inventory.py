"""The table shows what Home Assistant shows."""

import dataclasses

from tests.demo.console import table
from tests.demo.inventory import Entity

FAN = Entity(
    entity_id="sensor.server_fan1_speed",
    unique_id="1",
    name="Server FAN1 speed",
    state="980",
    unit="rpm",
    device_class=None,
    platform="sensor",
    category=None,
    disabled=False,
)
OFF = dataclasses.replace(FAN, name="FAN2 speed", state=None, unit=None, disabled=True)


def test_names_go_without_the_server_and_states_with_their_unit() -> None:
    """The names of disabled entities never had the server's name."""
    assert list(table([FAN, OFF], prefix="Server ")) == [
        "Entity                    Name        State",
        "sensor.server_fan1_speed  FAN1 speed  980 rpm",
        "sensor.server_fan1_speed  FAN2 speed  (disabled)",
    ]
