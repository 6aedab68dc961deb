"""Match the entities of the published integration to those of this one.

The unique ids of its entities consist of the id of the config entry and a key. The key
of a temperature, fan or voltage ends with its MemberId.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from homeassistant.helpers import entity_registry as er

from . import binary_sensor, button, select, sensor, switch
from .aiosupermicro.models import Sensor
from .entity import ItemDescription, unique_id
from .runtime_data import SupermicroConfigEntry, SupermicroRuntimeData
from .util import is_host_off

type Row = ItemDescription[Any]

_ROWS: Final[Mapping[str, tuple[Row, ...]]] = {
    "binary_sensor": binary_sensor.DESCRIPTIONS,
    "button": button.DESCRIPTIONS,
    "select": select.DESCRIPTIONS,
    "sensor": sensor.DESCRIPTIONS,
    "switch": switch.DESCRIPTIONS,
}
"""Descriptions by platform, for the platforms of the published integration."""

COUNTERPARTS: Final[Mapping[str, str]] = {
    "binary_sensor.system_power": "binary_sensor.host_power",
    "binary_sensor.system_health": "binary_sensor.system_problem",
    "binary_sensor.chassis_health": "binary_sensor.chassis_problem",
    "binary_sensor.bmc_health": "binary_sensor.bmc_problem",
    "binary_sensor.intrusion": "binary_sensor.intrusion",
    "binary_sensor.cmos_battery": "binary_sensor.battery_problem",
    "binary_sensor.license_active": "sensor.licences",
    "binary_sensor.ntp_enabled": "switch.ntp",
    "binary_sensor.lldp_enabled": "switch.lldp",
    "sensor.power_consumption": "sensor.power_consumption",
    "sensor.bios_version": "sensor.bios_version",
    "sensor.bmc_firmware": "sensor.bmc_version",
    "sensor.post_code": "sensor.post_code",
    "sensor.api_response_time": "sensor.response_time",
    "button.power_on": "button.reset_on",
    "button.power_off": "button.reset_force_off",
    "button.graceful_shutdown": "button.reset_graceful_shutdown",
    "button.graceful_restart": "button.reset_graceful_restart",
    "button.force_restart": "button.reset_force_restart",
    "button.send_nmi": "button.reset_nmi",
    "button.bmc_restart": "button.restart_bmc",
    "button.reset_intrusion": "button.rearm_intrusion",
    "switch.indicator_led": "light.identify_led",
    "switch.http_protocol": "switch.protocol_http",
    "switch.ssh_protocol": "switch.protocol_ssh",
    "switch.ipmi_protocol": "switch.protocol_ipmi",
    "switch.snmp_protocol": "switch.protocol_snmp",
    "select.fan_mode": "select.fan_mode",
    "select.boot_source": "select.boot_source",
}
"""Platform and key of an entity, by those in the published integration.

An entity whose counterpart belongs to another platform cannot be kept.
"""

SENSOR_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "temperature": ("temperature",),
    "fan": ("fan", "fan_duty"),
    "voltage": ("voltage",),
}
"""Keys of the sensors of a list, by the key in the published integration."""


class PublishedEntity(NamedTuple):
    """Registry entry of the published integration."""

    entity_id: str
    domain: str
    key: str
    name: str | None
    """Name in the published integration; that of a sensor is the board's own."""


def published_entities(
    registry: er.EntityRegistry, entry: SupermicroConfigEntry
) -> Iterator[PublishedEntity]:
    """Return the registry entries with a unique id of the published integration."""
    prefix = f"{entry.entry_id}_"
    for registered in er.async_entries_for_config_entry(registry, entry.entry_id):
        if registered.unique_id.startswith(prefix):
            yield PublishedEntity(
                registered.entity_id,
                registered.domain,
                registered.unique_id.removeprefix(prefix),
                registered.original_name,
            )


def match_entities(
    entry: SupermicroConfigEntry, published: list[PublishedEntity]
) -> dict[str, str]:
    """Return the new unique ids of the entities that can be kept, by entity id."""
    return {**_match_settings(entry, published), **_match_sensors(entry, published)}


def counterpart(
    entry: SupermicroConfigEntry, published: PublishedEntity, new_id: str | None
) -> str:
    """Return the platform and key of the entity that replaces a removed one, or "".

    With a new unique id, this is the entity that has it already.
    """
    platform = published.domain
    if new_id is None:
        return COUNTERPARTS.get(f"{platform}.{published.key}", "")
    return f"{platform}.{new_id.removeprefix(f'{entry.unique_id}_')}"


def _match_settings(
    entry: SupermicroConfigEntry, published: list[PublishedEntity]
) -> dict[str, str]:
    """Return the new unique ids of entities that a server has once, by entity id."""
    new_ids = {}
    for entity_id, domain, key, _ in published:
        platform, _, new_key = COUNTERPARTS.get(f"{domain}.{key}", "").partition(".")
        rows = [row for row in _ROWS.get(domain, ()) if row.key == new_key]
        if platform == domain and _is_supported(entry.runtime_data, rows[0]):
            new_ids[entity_id] = unique_id(entry, rows[0], "")
    return new_ids


def _is_supported(data: SupermicroRuntimeData, row: Row) -> bool:
    """Return whether the server supports an entity, or may do so.

    A resource that could not be read, or the data of a host that is off, decides
    nothing.
    """
    if not data.privileges.allow(row.privilege):
        return False
    if any(map(row.has, row.source.get_items(data).values())):
        return True
    coordinator = row.source.coordinator_fn(data)
    if coordinator is data.dynamic and is_host_off(data.dynamic.data):
        return True
    # The source of a reset button is a part of the static data, without a name.
    resource = getattr(row.source, "name", "reset_types")
    return resource in coordinator.data.errors


class _Item(NamedTuple):
    """Sensor that the board lists."""

    row: Row
    key: str
    sensor: Sensor


def _match_sensors(
    entry: SupermicroConfigEntry, published: list[PublishedEntity]
) -> dict[str, str]:
    """Return the new unique ids of temperatures, fans and voltages, by entity id."""
    new_ids = {}
    for kind, keys in SENSOR_KEYS.items():
        rows = [row for row in sensor.DESCRIPTIONS if row.key in keys]
        waiting = {
            item: item.key.removeprefix(f"{kind}_")
            for item in published
            if item.domain == "sensor" and item.key.startswith(f"{kind}_")
        }
        items = [
            _Item(row, key, item)
            for row in rows
            for key, item in row.source.get_items(entry.runtime_data).items()
        ]
        for entity, item in _match_items(waiting, items):
            new_ids[entity.entity_id] = unique_id(entry, item.row, item.key)
        if not _is_complete(entry.runtime_data, items):
            for entity in waiting:
                if entity.name and entity.entity_id not in new_ids:
                    new_ids[entity.entity_id] = unique_id(entry, rows[0], entity.name)
    return new_ids


def _is_complete(data: SupermicroRuntimeData, items: list[_Item]) -> bool:
    """Return whether the list of the board is complete: unlisted sensors are gone.

    A BMC that has just started lists no sensors, and some boards list fewer sensors
    while the host is off.
    """
    dynamic = data.dynamic.data
    return bool(items) and dynamic.is_complete and not is_host_off(dynamic)


def _match_items(
    waiting: Mapping[PublishedEntity, str], items: list[_Item]
) -> Iterator[tuple[PublishedEntity, _Item]]:
    """Match published sensors, with their MemberIds, to the items of the board.

    The name identifies a sensor if it is unique on the board, because the MemberId is
    a position that may have changed. The MemberId decides between sensors of the same
    name, and identifies a sensor that was renamed. No item is matched twice.
    """
    names = Counter(item.sensor.name for item in items)
    rules: tuple[Callable[[PublishedEntity, str, Sensor], bool], ...] = (
        lambda entity, member_id, sensor: (
            sensor.name == entity.name and sensor.member_id == member_id
        ),
        lambda entity, _, sensor: (
            sensor.name == entity.name and names[sensor.name] == 1
        ),
        lambda entity, member_id, sensor: (
            sensor.member_id == member_id and not names[entity.name]
        ),
    )
    waiting, free = dict(waiting), list(items)
    for rule in rules:
        for entity, member_id in list(waiting.items()):
            found = [item for item in free if rule(entity, member_id, item.sensor)]
            if len(found) == 1:
                yield entity, found[0]
                free.remove(found[0])
                del waiting[entity]
