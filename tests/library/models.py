"""All models, the keys that they read, and the boards that have them."""

from pathlib import Path

from hypothesis import strategies as st
import pytest

from aiosupermicro import models
from aiosupermicro.models import Model
from aiosupermicro.models.base import field_plan
from tests.conftest import RECORDED, RECORDINGS
from tests.simulator import Board

ALL_MODELS = sorted(
    {
        model
        for model in vars(models).values()
        if isinstance(model, type) and issubclass(model, Model)
    },
    key=lambda model: model.__name__,
)

KEYS = sorted(
    {
        key
        for model in ALL_MODELS
        for step in field_plan(model)
        for path in step.paths
        for key in path
    }
)

JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(KEYS), inner),
    max_leaves=20,
)

UNRECORDED = {
    "MemberID": "boards of 2017, hardware.md",
    "FanName": "boards of 2017, hardware.md",
    "OemLastState": "X12 at Redfish 1.14 and B200, hardware.md",
    "CapacityWatts": "the vendor's guide for Gen 14, hardware.md",
    "Family": "the published client; DMTF's ProcessorId has EffectiveFamily",
    "TotalEnabledCores": "the published client; DMTF's Processor",
    "ProcessorMemory": "the published client; DMTF's Processor",
    "TotalCacheMiB": "the published client",
    "UefiTargetBootSourceOverride": "the published client; DMTF's ComputerSystem",
    "Telnet": "the published client; DMTF's ManagerNetworkProtocol",
    "SubscriptionTypes": "the published client",
    "LicenseType": "the published client",
    "LicenseStatus": "the published client",
    "Expiration": "the published client",
    "TransferProtocol@Redfish.AllowableValues": "the published client",
    "SessionType": "the published client; DMTF's Session",
    "CreatedTime": "the published client; DMTF's Session",
    "RAIDType": "DMTF's Volume",
    "VolumeType": "DMTF's Volume",
    "SpeedPercent": "DMTF's Fan",
    "PowerSupplyRedundancy": "DMTF's PowerSubsystem",
    "RedundancyType": "DMTF's PowerSubsystem",
    "MinNeededInGroup": "DMTF's PowerSubsystem",
    "MaxSupportedInGroup": "DMTF's PowerSubsystem",
    "InputVoltage": "DMTF's PowerSupplyMetrics",
    "InputCurrentAmps": "DMTF's PowerSupplyMetrics",
    "InputPowerWatts": "DMTF's PowerSupplyMetrics",
    "OutputPowerWatts": "DMTF's PowerSupplyMetrics",
    "FanSpeedPercent": "DMTF's PowerSupplyMetrics",
    "ChassisId": "DMTF's Port.LLDPReceive, by the firmware's schema",
    "ChassisIdSubtype": "DMTF's Port.LLDPReceive, by the firmware's schema",
    "PortIdSubtype": "DMTF's Port.LLDPReceive, by the firmware's schema",
    "SystemName": "DMTF's Port.LLDPReceive, by the firmware's schema",
    "SystemDescription": "DMTF's Port.LLDPReceive, by the firmware's schema",
    "SystemCapabilities": "DMTF's Port.LLDPReceive, by the firmware's schema",
    "ManagementAddressIPv4": "DMTF's Port.LLDPReceive, by the firmware's schema",
    "ManagementAddressIPv6": "DMTF's Port.LLDPReceive, by the firmware's schema",
    "ManagementAddressMAC": "DMTF's Port.LLDPReceive, by the firmware's schema",
    "ManagementVlanId": "DMTF's Port.LLDPReceive, by the firmware's schema",
}

needs_recordings = pytest.mark.skipif(
    not RECORDINGS, reason="No recorded boards in reach"
)


def boards() -> list[Path]:
    """Return the folders of all boards, shipped and recorded."""
    shipped = [Path("tests/simulator/boards") / name for name in Board.names()]
    return [*shipped, *(path for path in RECORDED.glob("*") if path.is_dir())]
