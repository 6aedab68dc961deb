"""All models, the keys that they read, and the folders of all boards."""

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

PATHS = {
    (model, step.name): step.paths for model in ALL_MODELS for step in field_plan(model)
}
"""Paths that the fields of all models are read from."""

KEYS = sorted({key for paths in PATHS.values() for path in paths for key in path})

JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(KEYS), inner),
    max_leaves=20,
)

UNRECORDED = {
    **dict.fromkeys(("MemberID", "FanName"), "boards of 2017, hardware.md"),
    "OemLastState": "X12 at Redfish 1.14 and B200, hardware.md",
    "PowerRestorePolicy@Redfish.AllowableValues": "DMTF's ComputerSystem",
    "CapacityWatts": "the vendor's guide for Gen 14, hardware.md",
    "Family": "the published client; DMTF's ProcessorId has EffectiveFamily",
    **dict.fromkeys(
        ("TotalEnabledCores", "ProcessorMemory"),
        "the published client; DMTF's Processor",
    ),
    **dict.fromkeys(
        (
            "TotalCacheMiB",
            "SubscriptionTypes",
            "TransferProtocol@Redfish.AllowableValues",
        ),
        "the published client",
    ),
    "UefiTargetBootSourceOverride": "the published client; DMTF's ComputerSystem",
    **dict.fromkeys(("VolatileSizeMiB", "NonVolatileSizeMiB"), "DMTF's Memory"),
    "Telnet": "the published client; DMTF's ManagerNetworkProtocol",
    **dict.fromkeys(
        ("SessionType", "CreatedTime"), "the published client; DMTF's Session"
    ),
    **dict.fromkeys(("RAIDType", "VolumeType"), "DMTF's Volume"),
    "Resolved": "DMTF's LogEntry, for OpenBMC",
    "SpeedPercent": "DMTF's Fan",
    **dict.fromkeys(
        (
            *("PowerSupplyRedundancy", "RedundancyType"),
            *("MinNeededInGroup", "MaxSupportedInGroup"),
        ),
        "DMTF's PowerSubsystem",
    ),
    **dict.fromkeys(
        ("LicenseType", "LicenseStatus", "Expiration"), "the published client"
    ),
    **dict.fromkeys(
        (
            *("InputVoltage", "InputCurrentAmps", "InputPowerWatts"),
            *("OutputPowerWatts", "FanSpeedPercent"),
        ),
        "DMTF's PowerSupplyMetrics",
    ),
    **dict.fromkeys(
        (
            *("ChassisId", "ChassisIdSubtype", "PortIdSubtype"),
            *("SystemName", "SystemDescription", "SystemCapabilities"),
            *("ManagementAddressIPv4", "ManagementAddressIPv6"),
            *("ManagementAddressMAC", "ManagementVlanId"),
        ),
        "DMTF's Port.LLDPReceive, by the firmware's schema",
    ),
}
"""Keys that models read and no recorded board has, with their sources."""

needs_recordings = pytest.mark.skipif(
    not RECORDINGS, reason="No recorded boards in reach"
)


def boards() -> list[Path]:
    """Return the folders of all boards, shipped and recorded."""
    shipped = [Path("tests/simulator/boards") / name for name in Board.names()]
    return [*shipped, *(path for path in RECORDED.glob("*") if path.is_dir())]
