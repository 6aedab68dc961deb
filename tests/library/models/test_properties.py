"""Properties that models derive from their fields."""

from datetime import UTC, date, datetime
import json
from typing import Any

import pytest

from aiosupermicro.models import (
    LLDP,
    NTP,
    Certificate,
    Chassis,
    Drive,
    EthernetInterface,
    EventDestination,
    FirmwareInventory,
    LeakDetector,
    License,
    LinkStatus,
    LogEntry,
    Manager,
    Memory,
    MetricValue,
    NetworkProtocol,
    PhysicalSecurity,
    Port,
    Power,
    PowerSupply,
    Processor,
    SensorResource,
    Status,
    System,
    Temperature,
    Thermal,
)


def test_missing_state_is_none() -> None:
    """Return None for a missing value, not off, closed or healthy."""
    system, chassis = System.from_dict({}), Chassis.from_dict({})
    assert (system.is_on, system.is_healthy) == (None, None)
    assert (chassis.is_intruded, chassis.power_state) == (None, None)
    assert NTP.from_dict({}).enabled is None


def test_state_may_be_a_plain_text() -> None:
    """Return the same for a member of an enumeration and for its text."""
    assert System(power_state="On").is_on is True
    assert System(power_state="Off").is_on is False
    assert Status(health="OK", state="Enabled").is_healthy is True
    security = PhysicalSecurity(intrusion_sensor="HardwareIntrusion")
    assert Chassis(physical_security=security).is_intruded is True
    assert Port(link_status="Up").is_link_up is True
    assert EthernetInterface(link_status="LinkUp").is_link_up is True
    assert LeakDetector(detector_state="Critical").is_leaking is True


@pytest.mark.parametrize("value", [None, "", "Unknown", "N/A", "NotApplicable", 1, []])
def test_state_that_redfish_does_not_define_is_unknown(value: Any) -> None:
    """Return None for an intrusion or power state that Redfish does not define."""
    chassis = Chassis.from_dict({"PhysicalSecurity": {"IntrusionSensor": value}})
    assert chassis.is_intruded is None
    assert System.from_dict({"PowerState": value}).is_on is None
    status = {"Status": {"State": "Enabled", "Health": value}}
    parts: tuple[Any, ...] = (System, Chassis, Manager, Drive, Memory, PowerSupply)
    for model in parts:
        assert model.from_dict(status).is_healthy is None
    battery = {"Name": "VBAT", "ReadingVolts": 3.1} | status
    assert Power.from_dict({"Voltages": [battery]}).is_battery_healthy is None


@pytest.mark.parametrize(
    ("model", "key"),
    [
        (Thermal, "Temperatures"),
        (Thermal, "Fans"),
        (Power, "PowerControl"),
        (Power, "Voltages"),
    ],
)
def test_readings_of_one_kind_are_valid(model: type[Thermal | Power], key: str) -> None:
    """Accept a chassis that only has fans, for example."""
    assert model.from_dict({key: [{"Name": "A"}]}).is_valid
    assert not model.from_dict({key: []}).is_valid


def test_mac_address_is_part_of_uuid_of_manager() -> None:
    """Return the MAC address from the UUID of Supermicro's firmware."""
    uuid = "00000000-0000-0000-0000-7CC25550A8FF"
    assert Manager.from_dict({"UUID": uuid}).mac_address == "7C:C2:55:50:A8:FF"
    random = "12345678-1234-1234-1234-123456789ABC"
    assert Manager.from_dict({"UUID": random}).mac_address is None


@pytest.mark.parametrize(
    ("sent", "version"),
    [
        ("1.4", "1.4"),
        ("3.1a", "3.1a"),
        ("BIOS Date: 08/04/2023 Ver 1.4", "1.4"),
        ("BIOS Date: 08/04/2023 Ver 2.4b", "2.4b"),
        ("", None),
        (None, None),
    ],
)
def test_version_keeps_its_letter(sent: str | None, version: str | None) -> None:
    """Return the part after "Ver" with its letter, or the whole text."""
    assert System.from_dict({"BiosVersion": sent}).bios_version == version
    inventory = FirmwareInventory.from_dict({"Version": sent})
    assert inventory.installed_version == version
    assert inventory.is_present == (None if version is None else True)


def test_empty_firmware_slot_has_no_version() -> None:
    """Detect an empty slot, which the BMC reports as enabled and healthy."""
    slot = FirmwareInventory.from_dict({"Version": "Not Present"})
    assert (slot.is_present, slot.installed_version) == (False, None)
    dated = FirmwareInventory.from_dict({"ReleaseDate": "2023-11-17T00:00:00Z"})
    assert dated.released_at == datetime(2023, 11, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("message", "code", "text"),
    [
        (
            "[PWR-0001] PS5 Status, Failure detected",
            "PWR-0001",
            "PS5 Status, Failure detected",
        ),
        ("[MEL-0051]", "MEL-0051", None),
        ("[ OEM ] Correctable ECC @DIMMB1", None, "[ OEM ] Correctable ECC @DIMMB1"),
        (None, None, None),
    ],
)
def test_log_message_is_split_into_code_and_text(
    message: str | None, code: str | None, text: str | None
) -> None:
    """Separate the code of new firmware; keep the sensor type of old firmware."""
    entry = LogEntry.from_dict({"Message": message})
    assert (entry.code, entry.text) == (code, text)


@pytest.mark.parametrize(
    ("severity", "error", "critical"),
    [("OK", False, False), ("Warning", True, False), ("Critical", True, True)],
)
def test_log_entry_with_warning_is_error(
    severity: str, *, error: bool, critical: bool
) -> None:
    """Count warnings as errors, and entries without a severity as none."""
    entry = LogEntry.from_dict({"Severity": severity, "EntryCode": "Deassert"})
    assert (entry.is_error, entry.is_critical) == (error, critical)
    assert entry.is_deassertion
    assert not LogEntry.from_dict({}).is_error


def test_licenses_are_decoded_from_documents() -> None:
    """Ignore everything that is no license, and keep no signature."""
    node = {"LicenseID": "2", "LicenseName": "SFT-DCMS-SINGLE", "CreateDate": "2023072"}
    good = json.dumps({"ProductKey": {"Node": node, "Signature": "secret"}})
    license_ = License.from_dict({"Licenses": ["{", "[]", 7, None, "{}", good]})
    (entry,) = license_.licenses
    assert (entry.license_id, entry.name) == ("2", "SFT-DCMS-SINGLE")
    assert entry.created_on is None
    assert "secret" not in repr(license_)
    node["CreateDate"] = "20230720"
    plain = License.from_dict({"Licenses": [{"ProductKey": {"Node": node}}]})
    assert plain.licenses[0].created_on == date(2023, 7, 20)
    assert not License.from_dict({"Licenses": []}).is_licensed
    assert not License.from_dict({"Licenses": None}).is_licensed


def test_neighbor_is_decoded_from_lldp() -> None:
    """Return None for the empty object that the BMC sends without a neighbor."""
    empty: tuple[dict[str, Any], ...] = ({}, {"ChassisId": None})
    for received in empty:
        sent = {"LLDPEnabled": True, "LLDPReceive": received}
        assert LLDP.from_dict(sent).neighbor is None
    received = {"ChassisId": "00:11:22:33:44:55", "PortId": "Gi1/0/7"}
    received |= {"SystemName": "switch", "ManagementVlanId": 4095}
    neighbor = LLDP.from_dict({"LLDPReceive": received}).neighbor
    assert neighbor
    assert neighbor.chassis_id == "00:11:22:33:44:55"
    assert neighbor.port_id == "Gi1/0/7"
    assert neighbor.system_name == "switch"
    alone = LLDP.from_dict({"LLDPReceive": {"SystemName": "switch"}}).neighbor
    assert alone
    assert alone.system_name == "switch"


def test_name_servers_have_no_placeholders() -> None:
    """Leave out "(null)", "0.0.0.0" and empty strings."""
    servers = ["192.168.126.14", "(null)", "0.0.0.0", "", "::"]  # noqa: S104 - what boards write for none
    interface = EthernetInterface.from_dict({"NameServers": servers})
    assert interface.dns_servers == ("192.168.126.14",)


@pytest.mark.parametrize(
    ("status", "up"),
    [
        *(("LinkUp", True), ("LinkDown", False), ("NoLink", False)),
        *((None, None), ("Unknown", None), ("N/A", None), (1, None)),
    ],
)
def test_link_state_is_up_down_or_none(status: str | None, *, up: bool | None) -> None:
    """Return None where a board has no link status that Redfish defines."""
    assert EthernetInterface.from_dict({"LinkStatus": status}).is_link_up is up
    assert Port.from_dict({"LinkStatus": status}).is_link_up is up


def test_network_port_is_decoded_as_port() -> None:
    """Decode the keys of the older schema."""
    port = Port.from_dict(
        {
            "PhysicalPortNumber": "1",
            "LinkStatus": "Up",
            "ActiveLinkTechnology": "Ethernet",
            "AssociatedNetworkAddresses": ["94:6D:AE:91:FB:22"],
        }
    )
    assert (port.port_id, port.link_status) == ("1", LinkStatus.UP)
    assert port.is_link_up
    assert port.link_network_technology == "Ethernet"
    assert port.mac_addresses == ("94:6D:AE:91:FB:22",)


def test_internal_interface_has_local_mac_address() -> None:
    """Detect the USB link between BMC and host by its locally administered address."""
    assert EthernetInterface.from_dict({"MACAddress": "BE:3A:F2:B6:05:9F"}).is_internal
    assert not EthernetInterface.from_dict({"MACAddress": "ac:1f:6b:0"}).is_internal
    assert not EthernetInterface.from_dict({"MACAddress": "?"}).is_internal
    addresses = [{"Address": "169.254.3.1"}, {"Address": None}, {}]
    assert EthernetInterface.from_dict({"IPv4Addresses": addresses}).is_internal
    assert not EthernetInterface.from_dict({"IPv4Addresses": addresses[1:]}).is_internal


def test_protocols_are_those_of_the_board() -> None:
    """Return None, not disabled, for a missing protocol."""
    services = NetworkProtocol.from_dict(
        {
            "HTTP": {"ProtocolEnabled": False, "Port": None},
            "NTP": {"ProtocolEnabled": True, "NTPServers": ["pool.ntp.org"]},
            "KVMIP": {"Port": 5900},
        }
    )
    assert set(services.protocols) == {"HTTP", "NTP"}
    assert services.http.protocol_enabled is False
    assert services.https.protocol_enabled is None
    assert services.telnet is services.ssdp is None
    assert services.ntp is not None
    assert services.ntp.ntp_servers == ("pool.ntp.org",)


def test_unused_subscription_is_detected() -> None:
    """Distinguish the sixteen slots of X13, which exist without a destination."""
    slot = {"Destination": "0.0.0.0", "Oem": {"Supermicro": {"EnableSubscription": 0}}}  # noqa: S104 - what boards write for none
    assert not EventDestination.from_dict(slot).is_used
    assert not EventDestination.from_dict({}).is_used
    used = {"Destination": "192.0.2.1"}
    assert EventDestination.from_dict(used).is_used
    off = {"Oem": {"Supermicro": {"EnableSubscription": False}}}
    assert not EventDestination.from_dict(used | off).is_used


@pytest.mark.parametrize(
    ("drive", "failing"),
    [
        ({"Model": "MZQL27T6HBLA", "FailurePredicted": False}, False),
        ({"Model": "MZQL27T6HBLA", "FailurePredicted": True}, True),
        ({"Model": "", "FailurePredicted": True}, None),
        (
            {
                "Model": "MZQL27T6HBLA",
                "FailurePredicted": True,
                "Status": {"State": "Absent"},
            },
            None,
        ),
    ],
    ids=["healthy", "failing", "unknown", "absent"],
)
def test_failure_is_predicted_for_known_drives_only(
    drive: dict[str, Any], *, failing: bool | None
) -> None:
    """Ignore the prediction that OpenBMC makes for drives without a model."""
    assert Drive.from_dict(drive).is_failing is failing


def test_memory_has_slot_of_any_generation() -> None:
    """Decode the slot in both places; the name is the same for all modules."""
    module = Memory.from_dict({"Name": "Memory", "DeviceLocator": "P1-DIMMA1"})
    assert (module.device_locator, module.capacity_gib) == ("P1-DIMMA1", None)
    label = {"PartLocation": {"ServiceLabel": "GPU_0_DRAM_0"}}
    module = Memory.from_dict({"Location": label, "CapacityMiB": 65536})
    assert (module.device_locator, module.capacity_gib) == ("GPU_0_DRAM_0", 64)


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        (["3:254:1"], range(3, 255)),
        (["5:254:1"], range(5, 255)),
        (["3:254:0"], None),
        (["3:254"], None),
        (["x"], None),
        ([], None),
        (None, None),
    ],
)
def test_power_delay_has_range(listed: Any, expected: range | None) -> None:
    """Decode the range of allowed values, which is a string."""
    for name in ("On", "Off", "Cycle"):
        system = System.from_dict(
            {f"Power{name}DelaySeconds@Redfish.AllowableNumbers": listed}
        )
        assert getattr(system, f"power_{name.lower()}_delay_range") == expected


def test_headroom_is_no_temperature() -> None:
    """Detect sensors of OpenBMC that measure the distance to a limit."""
    assert SensorResource.from_dict({"ReadingBasis": "Headroom"}).is_headroom
    assert not SensorResource.from_dict({"ReadingType": "Temperature"}).is_headroom


def test_processor_has_status() -> None:
    """Derive enabled and healthy from the status."""
    processor = Processor.from_dict({"Status": {"State": "Enabled", "Health": "OK"}})
    assert processor.is_enabled
    assert processor.is_healthy


def test_self_signed_certificate_is_detected() -> None:
    """Compare subject and issuer; return None if one is missing or invalid."""
    name = {"CommonName": "IPMI"}
    assert Certificate.from_dict({"Subject": name, "Issuer": name}).is_self_signed
    other = {"Subject": name, "Issuer": {"CommonName": "CA"}}
    assert Certificate.from_dict(other).is_self_signed is False
    assert Certificate.from_dict({"Subject": name}).is_self_signed is None
    assert Certificate.from_dict({}).sha256_fingerprint is None
    junk = "-----BEGIN CERTIFICATE-----\n?x-----END CERTIFICATE-----"
    for text in (junk, junk.replace("?", "é")):
        certificate = Certificate.from_dict({"CertificateString": text})
        assert certificate.sha256_fingerprint is None


def test_temperature_detail_without_number_has_no_reading() -> None:
    """Keep the part, without a reading; read a number as well as its text."""
    details = {
        "GPU 1 Temp": "37",
        "GPU 2 Temp": "N/A",
        "GPU 3 Temp": None,
        "GPU 4 Temp": 38,
        "GPU 5 Temp": " 39.5 ",
        "GPU 6 Temp": "1_0",
    }
    temperature = Temperature.from_dict({"Oem": {"Supermicro": {"Details": details}}})
    assert [(part.name, part.reading_celsius) for part in temperature.details] == [
        ("GPU 1 Temp", 37),
        ("GPU 2 Temp", None),
        ("GPU 3 Temp", None),
        ("GPU 4 Temp", 38),
        ("GPU 5 Temp", 39.5),
        ("GPU 6 Temp", None),
    ]
    odd = {"Oem": {"Supermicro": {"Details": ["37"]}}}
    assert Temperature.from_dict(odd).details == ()


def test_sensor_is_found_by_member_id() -> None:
    """Return the sensor of each list, and None for an unknown Id."""
    entries = [{"MemberId": "0", "Name": "A"}, {"MemberId": "1", "Name": "B"}]
    thermal = Thermal.from_dict({"Temperatures": entries, "Fans": entries})
    power = Power.from_dict({"Voltages": entries, "PowerSupplies": entries})
    for find in (
        thermal.get_temperature,
        thermal.get_fan,
        power.get_voltage,
        power.get_power_supply,
    ):
        found = find("1")
        assert found is not None
        assert found.name == "B"
        assert find("2") is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [("2162", 2162), ("52.000000", 52), ("nan", None), ("", None), ("Enabled", None)],
)
def test_metric_value_is_read_from_its_text(value: str, expected: float | None) -> None:
    """Return no reading for a text that is no number."""
    metric = MetricValue.from_dict({"MetricValue": value})
    assert metric.reading == expected


def test_metric_value_has_the_time_of_its_measurement() -> None:
    """Return no time without a UTC offset."""
    metric = MetricValue.from_dict({"Timestamp": "2023-11-30T21:06:16+00:00"})
    assert metric.measured_at == datetime(2023, 11, 30, 21, 6, 16, tzinfo=UTC)
    metric = MetricValue.from_dict({"Timestamp": "2023-11-30T21:06:16"})
    assert metric.measured_at is None


MARKED: dict[str, Any] = {"Oem": {"Supermicro": {"MarkAsAcknowledged": True}}}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"Severity": "Critical", "Resolved": False}, False),
        ({"Severity": "Warning", "Resolved": True}, True),
        ({"Severity": "OK", "Resolved": False}, None),
        ({"Severity": "Critical"}, None),
        (MARKED, True),
        (MARKED | {"Resolved": False}, True),
    ],
)
def test_entry_is_acknowledged_by_mark_or_resolution(
    body: dict[str, Any],
    expected: bool | None,  # noqa: FBT001 - a value
) -> None:
    """Prefer the mark of Supermicro's own firmware."""
    assert LogEntry.from_dict(body).is_acknowledged is expected
