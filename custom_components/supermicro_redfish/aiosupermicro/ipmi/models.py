"""Values that IPMI commands return: the device id and fan modes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from .. import exceptions
from ..models.enums import FanModeType

_DEVICE_ID_LENGTH = 11


class FanMode(IntEnum):
    """Fan mode of Supermicro boards with an ASPEED or ATEN BMC, as its byte."""

    STANDARD = 0
    FULL = 1
    """Constant duty of each zone; the BMC does not react to temperatures."""
    OPTIMAL = 2
    PUE = 3
    HEAVY_IO = 4

    @property
    def redfish_mode(self) -> FanModeType:
        """The name of this mode in Redfish (FanMode.Mode)."""
        return _REDFISH_MODES[self]

    @classmethod
    def from_redfish(cls, mode: str | None) -> FanMode | None:
        """Return the mode with a Redfish name; None if its byte is unknown."""
        return next((key for key, name in _REDFISH_MODES.items() if name == mode), None)


_REDFISH_MODES = {
    FanMode.STANDARD: FanModeType.STANDARD,
    FanMode.FULL: FanModeType.FULL_SPEED,
    FanMode.OPTIMAL: FanModeType.OPTIMAL,
    FanMode.PUE: FanModeType.PUE2,
    FanMode.HEAVY_IO: FanModeType.HEAVY_IO,
}


def fan_mode_from_byte(value: int) -> FanMode | int:
    """Return the fan mode of a byte; an unknown byte is returned unchanged."""
    try:
        return FanMode(value)
    except ValueError:
        return value


@dataclass(frozen=True)
class DeviceId:
    """Identity of a BMC, from the command Get Device ID."""

    manufacturer_id: int
    """IANA enterprise number; 10876 is Supermicro."""
    product_id: int
    """Number that the manufacturer assigned to the board."""
    firmware: str
    """Version of the firmware, such as "1.74"."""
    ipmi_version: str
    """Version of the protocol, such as "2.0"."""

    @classmethod
    def decode(cls, data: bytes) -> DeviceId:
        """Decode the data of a response.

        Raises:
            InvalidResponseError: The data are too short.

        """
        if len(data) < _DEVICE_ID_LENGTH:
            raise exceptions.InvalidResponseError(
                f"The IPMI device id has {len(data)} bytes instead of 11 or more"
            )
        return cls(
            manufacturer_id=int.from_bytes(data[6:9], "little"),
            product_id=int.from_bytes(data[9:11], "little"),
            firmware=f"{data[2] & 0x7F}.{data[3]:02x}",
            ipmi_version=f"{data[4] & 0x0F}.{data[4] >> 4}",
        )
