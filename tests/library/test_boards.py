"""Nothing that a board was recorded with is lost on its way through the client.

What a board has is found here by walking its recording, not by following links as the
client does; what is no thing of its own stands in `OUT_OF_REACH`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from aiohttp import ClientSession
import pytest

from aiosupermicro import (
    BootOption,
    Drive,
    EthernetInterface,
    FirmwareInventory,
    LogEntry,
    NetworkAdapter,
    NotFoundError,
    PCIeDevice,
    Port,
    SensorResource,
    Storage,
    SupermicroRedfishClient,
)
from aiosupermicro.models import Certificate, Memory, Model, Processor
from tests.simulator import Bmc, serve

from . import OPENBMC, ROOT
from .boards import BOARDS, FULL, OVERLAY, ids, load, read, read_all

pytestmark = pytest.mark.usefixtures("network")


def rows(block: str) -> dict[str, str]:
    """Return the rows of a table whose long rows go on indented."""
    lines = block.strip().replace("\n  ", " ").splitlines()
    return {
        name: columns for name, _, columns in (row.partition(": ") for row in lines)
    }


MODELS: dict[str, type[Model]] = {
    "Memory": Memory,
    "Processor": Processor,
    "Drive": Drive,
    "EthernetInterface": EthernetInterface,
    "SoftwareInventory": FirmwareInventory,
    "LogEntry": LogEntry,
    "PCIeDevice": PCIeDevice,
    "NetworkAdapter": NetworkAdapter,
    "Port": Port,
    "Storage": Storage,
    "Certificate": Certificate,
    "Sensor": SensorResource,
    "BootOption": BootOption,
}

ITEMS = rows("""
Memory: id=Id name=Name capacity_mib=CapacityMiB manufacturer=Manufacturer
  part_number=PartNumber serial_number=SerialNumber status.state=Status/State
  operating_speed_mhz=OperatingSpeedMhz
  device_locator=DeviceLocator|Location/PartLocation/ServiceLabel
Processor: id=Id name=Name model=Model manufacturer=Manufacturer
  total_cores=TotalCores total_threads=TotalThreads max_speed_mhz=MaxSpeedMHz
  status.health=Status/Health
Drive: id=Id name=Name model=Model serial_number=SerialNumber protocol=Protocol
  capacity_bytes=CapacityBytes media_type=MediaType status.state=Status/State
  temperature_celsius=Oem/Supermicro/Temperature status.health=Status/Health
  life_used_percent=Oem/Supermicro/PercentageDriveLifeUsed
EthernetInterface: id=Id name=Name mac_address=MACAddress speed_mbps=SpeedMbps
  link_status=LinkStatus status.health=Status/Health mtu_size=MTUSize
SoftwareInventory: id=Id name=Name version=Version manufacturer=Manufacturer
  updateable=Updateable status.state=Status/State
LogEntry: id=Id name=Name message=Message severity=Severity created=Created
  entry_code=EntryCode message_id=MessageId sensor_number=SensorNumber
  oem.user=Oem/Supermicro/User oem.interface=Oem/Supermicro/Interface
PCIeDevice: id=Id name=Name model=Model manufacturer=Manufacturer
  serial_number=SerialNumber firmware_version=FirmwareVersion
  status.state=Status/State status.health=Status/Health
NetworkAdapter: id=Id name=Name model=Model manufacturer=Manufacturer
  serial_number=SerialNumber part_number=PartNumber
Port: id=Id name=Name link_status=LinkStatus port_id=PortId|PhysicalPortNumber
Storage: id=Id name=Name status.health=Status/Health
Certificate: id=Id certificate_string=CertificateString fingerprint=Fingerprint
  subject.common_name=Subject/CommonName
Sensor: id=Id name=Name reading=Reading reading_type=ReadingType
  reading_units=ReadingUnits status.state=Status/State status.health=Status/Health
  upper_critical=Thresholds/UpperCritical/Reading
BootOption: id=Id display_name=DisplayName boot_option_enabled=BootOptionEnabled
  boot_option_reference=BootOptionReference
""")
"""The things a board consists of, and the values of them that count."""

LISTS = rows("""
Temperatures: name=Name reading_celsius=ReadingCelsius status.state=Status/State
  upper_threshold_critical=UpperThresholdCritical sensor_number=SensorNumber
Fans: name=Name|FanName reading_rpm=Reading status.state=Status/State
  lower_threshold_critical=LowerThresholdCritical sensor_number=SensorNumber
Voltages: name=Name reading_volts=ReadingVolts status.state=Status/State
  upper_threshold_fatal=UpperThresholdFatal sensor_number=SensorNumber
PowerSupplies: name=Name power_output_watts=PowerOutputWatts|LastPowerOutputWatts
  line_input_voltage=LineInputVoltage power_capacity_watts=PowerCapacityWatts
  model=Model serial_number=SerialNumber status.health=Status/Health
  power_input_watts=PowerInputWatts status.state=Status/State
PowerControl: name=Name power_consumed_watts=PowerConsumedWatts
  power_metrics.max_consumed_watts=PowerMetrics/MaxConsumedWatts
""")
"""The lists in Thermal and Power, and the values of their entries."""

PLACES = {
    "Temperatures": "thermal.temperatures",
    "Fans": "thermal.fans",
    "Voltages": "power.voltages",
    "PowerSupplies": "power.power_supplies",
    "PowerControl": "power.power_control",
}
"""Where those lists are in the bulk reads."""

_ALL = ["On", "ForceOff", "GracefulShutdown", "GracefulRestart", "ForceRestart", "Nmi"]

RESET_TYPES = {
    "x12spi-tf": [*_ALL, "ForceOn", "PowerCycle"],
    "x10sdv": [*_ALL, "ForceOn"],
    "x11dpu": [],
    "x12-fw0104": [*_ALL, "ForceOn"],
    FULL: [*_ALL, "ForceOn", "PowerCycle"],
}

OUT_OF_REACH = {
    OPENBMC: {"/SoftwareInventory/": "the host's drivers, no part of the board"},
    FULL: {"/NetworkPorts/": "each is a Port as well, in the later schema"},
    OVERLAY: {
        "/NetworkPorts/": "as above",
        "/Drives/Disk.Bay.22": "of the other machine: no collection here lists it",
    },
}
"""What of a board the client does not read, by what its path contains, and why."""

Row = tuple[Any, ...]


def kind(body: dict[str, Any]) -> str:
    """Return the schema of a resource; the older NetworkPort is a Port."""
    schema = str(body.get("@odata.type", "")).lstrip("#").partition(".")[0]
    return "Port" if schema == "NetworkPort" else schema


def walk(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return all recorded resources, also those written out in a collection."""
    board = load(name)
    for path, body in board.resources.items():
        if path not in board.synthesized or kind(body) == "LogEntry":
            yield path, body


def value(body: Any, places: str) -> Any:
    """Return what stands at the first of some places, as absent where it is blank."""
    for place in places.split("|"):
        found = body
        for key in place.split("/"):
            found = found.get(key) if isinstance(found, dict) else None
        found = found.strip() or None if isinstance(found, str) else found
        if found is not None:
            return found
    return None


def recorded_row(body: Any, columns: str) -> Row:
    """Return the values of a recorded thing."""
    return tuple(value(body, item.partition("=")[2]) for item in columns.split())


def read_row(model: Any, columns: str) -> Row:
    """Return the same values of what was read."""
    row = []
    for item in columns.split():
        found = model
        for attribute in item.partition("=")[0].split("."):
            found = getattr(found, attribute)
        row.append(found)
    return tuple(row)


def is_out_of_reach(name: str, path: str) -> bool:
    """Tell whether the client is not to find a resource."""
    return any(part in path for part in OUT_OF_REACH.get(name, {}))


def flat(outcomes: list[Any], model: type[Model]) -> list[Any]:
    """Return everything of one kind in the lists that were read."""
    lists = (outcome for outcome in outcomes if isinstance(outcome, list))
    return [item for found in lists for item in found if type(item) is model]


@pytest.mark.parametrize("name", BOARDS)
async def test_what_a_board_has_can_be_read(name: str) -> None:
    """What its recording has a resource of is no NotFoundError."""
    outcomes = (await read(name)).outcomes
    kinds = {kind(body) for path, body in walk(name) if "HGX_" not in path}
    singles = {
        "Thermal": "thermal",
        "Power": "power",
        "Manager": "manager",
        "Chassis": "chassis",
        "ComputerSystem": "system",
        "ManagerNetworkProtocol": "network_protocol",
        "AccountService": "account_service",
        "EventService": "event_service",
        "SessionService": "session_service",
        "UpdateService": "update_service",
        "FanMode": "fan_mode",
        "NTP": "ntp",
        "LldpService": "lldp",
        "Snooping": "snooping",
        "QueryLicense": "license",
        "SysLockdown": "sys_lockdown",
        "SmcNodeManager": "node_manager",
    }
    for schema, read_as in singles.items():
        outcome = outcomes[f"async_get_{read_as}"]
        if schema in kinds:
            assert isinstance(outcome, Model)
            assert outcome.is_valid


def expected_rows(name: str, schema: str) -> Counter[Row]:
    """Return the rows of all recorded things of a kind that are in reach."""
    found = Counter[Row]()
    for path, body in walk(name):
        if kind(body) != schema or is_out_of_reach(name, path):
            continue
        if schema == "Certificate" and "/NetworkProtocol/" not in path:
            continue  # of the boot loader and of other chips
        if schema == "Port" and "/Processors/" in path:
            continue  # of a GPU or a CPU, no network card's
        if path.endswith("/Settings"):
            continue  # what a processor is to become
        found[recorded_row(body, ITEMS[schema])] += 1
    return found


@pytest.mark.parametrize("schema", ITEMS)
@pytest.mark.parametrize("name", BOARDS)
async def test_nothing_that_a_board_has_is_lost(name: str, schema: str) -> None:
    """Every DIMM, CPU, drive, log entry, firmware, card, port and sensor is read."""
    outcomes = await read_all(name)
    found = Counter(
        read_row(item, ITEMS[schema]) for item in flat(outcomes, MODELS[schema])
    )
    expected = expected_rows(name, schema)
    # A thing that two systems share is read twice.
    assert set(found) == set(expected)
    if len(ids(name, "system")) == 1:
        assert found == expected


DEVICES = {
    "async_get_drives": 1 + 1 + 1 + 10,
    "async_get_pcie_devices": 16,
    "async_get_network_adapters": 3 + 5,
    "async_get_ports": 3 + 5 + 5 + 6,
}
"""How many requests a GB300's host needs for the devices of its twenty chassis."""


@pytest.mark.parametrize("name", BOARDS)
async def test_the_devices_of_all_chassis(name: str, session: ClientSession) -> None:
    """Where a chassis contains no other, none but its own collections are asked for."""
    bmc = Bmc(load(name))
    async with (
        serve(bmc) as server,
        SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN") as client,
    ):
        with suppress(NotFoundError):
            await client.async_get_chassis()
        for method, most in DEVICES.items():
            bmc.requests.clear()
            with suppress(NotFoundError):
                await getattr(client, method)()
            if name == OPENBMC:
                bmc.requests.clear()
                await getattr(client, method)()
                assert len(bmc.requests) <= most
            asked = Counter(request.path for request in bmc.requests)
            assert set(asked.values()) <= {1}
            if name != OPENBMC:
                assert f"{ROOT}/Chassis" not in asked


@pytest.mark.parametrize("list_name", LISTS)
@pytest.mark.parametrize("name", [name for name in BOARDS if name != OPENBMC])
async def test_no_sensor_is_lost(name: str, list_name: str) -> None:
    """Every temperature, fan, voltage and power supply, in its order."""
    resource, _, attribute = PLACES[list_name].partition(".")
    columns = LISTS[list_name]
    data = (await read(name)).outcomes["async_get_all_data"]
    recorded = [
        entry
        for _, body in walk(name)
        if kind(body) in ("Thermal", "Power")
        for entry in body.get(list_name, ())
    ]
    model = getattr(data, resource)
    sensors = getattr(model, attribute) if model else ()
    assert [read_row(sensor, columns) for sensor in sensors] == [
        recorded_row(entry, columns) for entry in recorded
    ]


async def test_no_temperature_of_the_many_chassis_is_lost() -> None:
    """What dozens of chassis measure is in the one document or in the inner ones."""
    for name in filter(OPENBMC.__eq__, BOARDS):
        data = (await read(name)).outcomes["async_get_all_data"]
        expected = defaultdict(set)
        for _, body in walk(name):
            for excerpt in body.get("TemperatureReadingsCelsius", ()):
                sensor = excerpt["DataSourceUri"].rpartition("/")[2]
                expected[sensor.replace("_", " ")].add(excerpt["Reading"])
        documents = [data.thermal, *data.inner_thermal.values()]
        found = {
            sensor.name: sensor.reading_celsius
            for document in documents
            for sensor in document.temperatures
        }
        assert len(expected) > 40
        assert found.keys() == expected.keys()
        # One was recorded twice, and had warmed up meanwhile.
        assert all(reading in expected[sensor] for sensor, reading in found.items())


@pytest.mark.parametrize("name", [name for name in BOARDS if name in RESET_TYPES])
async def test_the_ways_to_reset_a_board(name: str) -> None:
    """From the list, from the ActionInfo, and with the glued ones taken apart."""
    outcomes = (await read(name)).outcomes
    expected = RESET_TYPES[name]
    assert outcomes["async_get_reset_types"] == expected
    assert [*outcomes["async_get_all_data"].reset_types] == expected


@pytest.mark.parametrize("name", BOARDS)
async def test_supermicros_own_resources(name: str) -> None:
    """Fan mode, NTP, POST code, licences and power statistics as they were recorded."""
    outcomes = (await read(name)).outcomes
    own = {kind(body): body for _, body in walk(name)}
    if fan_mode := own.get("FanMode"):
        read_as = outcomes["async_get_fan_mode"]
        assert read_as.mode == fan_mode["Mode"]
        assert [*read_as.available_modes] == fan_mode["Mode@Redfish.AllowableValues"]
    if ntp := own.get("NTP"):
        read_as = outcomes["async_get_ntp"]
        assert read_as.enabled is ntp["NTPEnable"]
        assert read_as.primary_server == value(ntp, "PrimaryNTPServer")
        assert read_as.secondary_server == value(ntp, "SecondaryNTPServer")
    if snooping := own.get("Snooping"):
        assert outcomes["async_get_snooping"].post_code == snooping["PostCode"]
    if lldp := own.get("LldpService"):
        assert outcomes["async_get_lldp"].enabled is lldp["LLDPEnabled"]
    if licences := own.get("QueryLicense"):
        found = outcomes["async_get_license"].licenses
        assert len(found) == len(licences["Licenses"]) > 0
        for licence, text in zip(found, licences["Licenses"], strict=True):
            assert f'"{licence.name}"' in text
            assert f'"{licence.license_id}"' in text
    if manager := own.get("SmcNodeManager"):
        (statistics,) = outcomes["async_get_node_manager"].statistics
        assert statistics.maximum_value == manager["Statistics"][0]["MaximumValue"]


def test_what_is_out_of_reach_is_there() -> None:
    """A reason that no resource needs any more is to be taken out."""
    for name in filter(OUT_OF_REACH.__contains__, BOARDS):
        paths = [path for path, body in walk(name) if kind(body) in ITEMS]
        for part in OUT_OF_REACH[name]:
            assert any(part in path for path in paths)
