"""What models make of what boards say of their parts."""

from datetime import UTC, date, datetime
import json
from typing import Any

import pytest

from aiosupermicro import (
    NTP,
    Chassis,
    Manager,
    Power,
    PowerSupply,
    System,
    Temperature,
    Thermal,
)
from aiosupermicro.models import (
    LLDP,
    Certificate,
    Drive,
    EthernetInterface,
    EventDestination,
    FirmwareInventory,
    License,
    LinkStatus,
    LogEntry,
    Memory,
    NetworkProtocol,
    Port,
    Processor,
    SensorResource,
)


@pytest.mark.parametrize(
    ("supply", "watts", "delivers"),
    [
        ({"LastPowerOutputWatts": 199}, 199, True),
        ({"PowerOutputWatts": 329, "PowerCapacityWatts": 3000}, 329, True),
        ({"PowerOutputWatts": None, "PowerCapacityWatts": 2200}, None, True),
        ({"PowerOutputWatts": None, "PowerCapacityWatts": None}, None, False),
    ],
    ids=["x11", "x13", "no mains", "fan-only module"],
)
def test_power_supplies_of_all_generations(
    supply: dict[str, Any], watts: float | None, *, delivers: bool
) -> None:
    """What a supply delivers has two names, and a fan-only module delivers nothing."""
    decoded = PowerSupply.from_dict(supply)
    assert decoded.power_output_watts == decoded.last_power_output_watts == watts
    assert decoded.delivers_power is delivers


def test_no_supply_that_measures_means_no_power_draw() -> None:
    """A board whose supplies say nothing reports 0 W while it runs."""
    control = {"PowerControl": [{"PowerConsumedWatts": 0}]}
    assert Power.from_dict(control).total_power_consumed_watts is None
    supplies = {"PowerSupplies": [{"Name": "Power Supply Bay 1"}]}
    assert Power.from_dict(control | supplies).total_power_consumed_watts == 0
    assert Power.from_dict({}).total_power_consumed_watts is None


def test_a_board_that_does_not_say_is_neither_on_nor_closed() -> None:
    """What is absent is unknown: never off, never normal, never healthy."""
    system, chassis = System.from_dict({}), Chassis.from_dict({})
    assert (system.is_on, system.is_healthy) == (None, None)
    assert (chassis.is_intruded, chassis.power_state) == (None, None)
    assert NTP.from_dict({}).enabled is None


def test_the_mac_address_is_in_the_managers_uuid() -> None:
    """Supermicro firmware ends the manager's UUID in the BMC's MAC address."""
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
def test_versions_keep_their_letters(sent: str | None, version: str | None) -> None:
    """A version is what follows "Ver", with its letter, or all there is."""
    assert System.from_dict({"BiosVersion": sent}).bios_version == version
    inventory = FirmwareInventory.from_dict({"Version": sent})
    assert inventory.installed_version == version
    assert inventory.is_present == (None if version is None else True)


def test_a_place_without_firmware_has_no_version() -> None:
    """The BMC calls an empty place Enabled and OK."""
    place = FirmwareInventory.from_dict({"Version": "Not Present"})
    assert (place.is_present, place.installed_version) == (False, None)
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
def test_messages_begin_with_a_code(
    message: str | None, code: str | None, text: str | None
) -> None:
    """New firmware puts a code before the message, old firmware a kind of sensor."""
    entry = LogEntry.from_dict({"Message": message})
    assert (entry.code, entry.text) == (code, text)


@pytest.mark.parametrize(
    ("severity", "error", "critical"),
    [("OK", False, False), ("Warning", True, False), ("Critical", True, True)],
)
def test_log_entries_tell_how_bad_it_is(
    severity: str, *, error: bool, critical: bool
) -> None:
    """Warnings are errors too; what has no severity is none."""
    entry = LogEntry.from_dict({"Severity": severity, "EntryCode": "Deassert"})
    assert (entry.is_error, entry.is_critical) == (error, critical)
    assert entry.is_deassertion
    assert not LogEntry.from_dict({}).is_error


def test_licences_are_documents_in_texts() -> None:
    """What is no licence is skipped; the signature is not kept."""
    node = {"LicenseID": "2", "LicenseName": "SFT-DCMS-SINGLE", "CreateDate": "2023072"}
    good = json.dumps({"ProductKey": {"Node": node, "Signature": "secret"}})
    licence = License.from_dict({"Licenses": ["{", "[]", 7, None, "{}", good]})
    (entry,) = licence.licenses
    assert (entry.license_id, entry.name) == ("2", "SFT-DCMS-SINGLE")
    assert entry.created_on is None
    assert "secret" not in repr(licence)
    node["CreateDate"] = "20230720"
    plain = License.from_dict({"Licenses": [{"ProductKey": {"Node": node}}]})
    assert plain.licenses[0].created_on == date(2023, 7, 20)
    assert not License.from_dict({"Licenses": []}).is_licensed
    assert not License.from_dict({"Licenses": None}).is_licensed


def test_an_empty_neighbour_is_none() -> None:
    """The BMC sends {} both without a neighbour and with LLDP off."""
    assert LLDP.from_dict({"LLDPEnabled": True, "LLDPReceive": {}}).neighbor is None
    assert LLDP.from_dict({"LLDPReceive": {"ChassisId": None}}).neighbor is None
    neighbour = LLDP.from_dict({"LLDPReceive": {"SystemName": "switch"}}).neighbor
    assert neighbour is not None
    assert neighbour.system_name == "switch"


def test_name_servers_leave_out_what_is_none() -> None:
    """Boards fill the list with "(null)", "0.0.0.0" and nothing."""
    servers = ["192.168.126.14", "(null)", "0.0.0.0", "", "::"]  # noqa: S104 - what boards write for none
    interface = EthernetInterface.from_dict({"NameServers": servers})
    assert interface.dns_servers == ("192.168.126.14",)


@pytest.mark.parametrize(
    ("status", "up"),
    [("LinkUp", True), ("LinkDown", False), ("NoLink", False), (None, None)],
)
def test_links_are_up_down_or_unknown(status: str | None, *, up: bool | None) -> None:
    """A board that does not say has neither a link nor none."""
    assert EthernetInterface.from_dict({"LinkStatus": status}).is_link_up is up
    assert Port.from_dict({"LinkStatus": status}).is_link_up is up


def test_older_ports_have_other_keys() -> None:
    """NetworkPort is read as Port is."""
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


def test_internal_links_are_known_by_their_address() -> None:
    """The USB link between BMC and host has an address that nobody sold."""
    assert EthernetInterface.from_dict({"MACAddress": "BE:3A:F2:B6:05:9F"}).is_internal
    assert not EthernetInterface.from_dict({"MACAddress": "ac:1f:6b:0"}).is_internal
    assert not EthernetInterface.from_dict({"MACAddress": "?"}).is_internal


def test_only_the_boards_own_protocols_are_listed() -> None:
    """A protocol that the board does not have is not one that is off."""
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


def test_subscription_slots_may_be_unused() -> None:
    """X13 has sixteen of them, which all lead nowhere."""
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
    ids=["well", "failing", "not read", "absent"],
)
def test_only_drives_that_are_read_can_be_failing(
    drive: dict[str, Any], *, failing: bool | None
) -> None:
    """OpenBMC predicts the failure of drives that it knows nothing of."""
    assert Drive.from_dict(drive).is_failing is failing


def test_memory_is_told_apart_by_its_slot() -> None:
    """The name is no help, and OpenBMC has the slot in another place."""
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
def test_delays_have_a_range(listed: Any, expected: range | None) -> None:
    """What a delay may be set to stands beside it, as text."""
    for name in ("On", "Off", "Cycle"):
        system = System.from_dict(
            {f"Power{name}DelaySeconds@Redfish.AllowableNumbers": listed}
        )
        assert getattr(system, f"power_{name.lower()}_delay_range") == expected


def test_a_distance_to_a_limit_is_no_temperature() -> None:
    """GPUs of OpenBMC have a sensor in degrees that grows as they cool down."""
    assert SensorResource.from_dict({"ReadingBasis": "Headroom"}).is_headroom
    assert not SensorResource.from_dict({"ReadingType": "Temperature"}).is_headroom


def test_processors_work_or_not() -> None:
    """A processor is enabled and well by its status."""
    processor = Processor.from_dict({"Status": {"State": "Enabled", "Health": "OK"}})
    assert processor.is_enabled
    assert processor.is_healthy


def test_a_certificate_by_itself_says_who_made_it() -> None:
    """Who signs for himself is his own issuer; no word about it is no answer."""
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


def test_details_of_a_temperature_may_be_no_numbers() -> None:
    """A part that gives no number is there, without a reading."""
    details = {"GPU 1 Temp": "37", "GPU 2 Temp": "N/A", "GPU 3 Temp": None}
    temperature = Temperature.from_dict({"Oem": {"Supermicro": {"Details": details}}})
    assert [(part.name, part.reading_celsius) for part in temperature.details] == [
        ("GPU 1 Temp", 37),
        ("GPU 2 Temp", None),
        ("GPU 3 Temp", None),
    ]
    odd = {"Oem": {"Supermicro": {"Details": ["37"]}}}
    assert Temperature.from_dict(odd).details == ()


@pytest.mark.parametrize(
    ("healths", "redundant"),
    [(["OK", "OK"], True), (["OK", "Critical"], False), (["OK"], False), ([], None)],
)
def test_redundancy_is_counted_by_the_supplies(
    healths: list[str], *, redundant: bool | None
) -> None:
    """The board calls its redundancy OK whatever its supplies do."""
    supplies = [
        {"PowerCapacityWatts": 1600, "Status": {"State": "Enabled", "Health": health}}
        for health in healths
    ]
    fans = {"Status": {"State": "Enabled", "Health": "OK"}}
    group = {"MinNumNeeded": 1, "Status": {"Health": "OK"}}
    body = {"PowerSupplies": [*supplies, fans], "Redundancy": [group]}
    assert Power.from_dict(body).is_redundant is redundant
    assert Power.from_dict({"PowerSupplies": supplies}).is_redundant is None


def test_entries_are_found_by_their_id() -> None:
    """Each list can be asked for one entry, and for one that it does not have."""
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
