"""Test the table of entities."""

import dataclasses

from tests.demo.inventory import Entity, format_table

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


def test_table_omits_device_name_and_adds_units() -> None:
    """Accept the names of disabled entities, which have no device name."""
    assert list(format_table([FAN, OFF], prefix="Server ")) == [
        "Entity                    Name        State",
        "sensor.server_fan1_speed  FAN1 speed  980 rpm",
        "sensor.server_fan1_speed  FAN2 speed  (disabled)",
    ]
