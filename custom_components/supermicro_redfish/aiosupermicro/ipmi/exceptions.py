"""Exceptions of IPMI, in addition to those of the library.

ConnectionError
└── SecureSessionUnavailableError   no cipher suite that this library accepts
AuthenticationError
└── BmcKeyError                     wrong BMC key (Kg); the password is right
ResourceError
└── IpmiCommandError                completion code other than 0
"""

from __future__ import annotations

from .. import exceptions

_MEANINGS = {
    0xC0: "the BMC is busy",
    0xC1: "unknown command",
    0xC3: "timeout within the BMC",
    0xC7: "wrong length of data",
    0xC8: "wrong length of data",
    0xC9: "parameter out of range",
    0xCB: "no such sensor or record",
    0xCC: "invalid data",
    0xCF: "duplicate request",
    0xD0: "sensors are not available",
    0xD2: "the BMC is starting",
    0xD3: "the destination is unavailable",
    0xD4: "insufficient privilege or locked down",
    0xD5: "not possible in the current state",
    0xD6: "disabled function",
    0xFF: "unspecified error",
}


class SecureSessionUnavailableError(exceptions.ConnectionError):
    """BMC without IPMI 2.0, or without cipher suites 17 and 3."""


class BmcKeyError(exceptions.AuthenticationError):
    """Wrong BMC key (Kg). The BMC proved that the password is right."""


class IpmiCommandError(exceptions.ResourceError):
    """Command that the BMC rejected with a completion code."""

    def __init__(self, network_function: int, command: int, code: int) -> None:
        """Initialize the exception.

        Args:
            network_function: Network function of the command, such as 0x30.
            command: Number of the command within the network function.
            code: Completion code: 0xC1 for an unknown command, 0xCC for invalid data,
                0xD4 for a missing privilege or a lockdown.

        """
        meaning = _MEANINGS.get(code, "see the IPMI specification")
        super().__init__(
            f"IPMI command 0x{network_function:02X} 0x{command:02X} failed with "
            f"completion code 0x{code:02X} ({meaning})"
        )
        self.network_function = network_function
        self.command = command
        self.completion_code = code


# Status codes of RMCP+ messages.
_NO_FREE_SESSION = (0x01, 0x0B)
_WRONG_LEVEL = (0x09, 0x0A)
_WRONG_ACCOUNT = (0x0C, 0x0D)


def error_from_status(status: int) -> exceptions.SupermicroRedfishError:
    """Return the exception for the status of a refused login."""
    if status in _NO_FREE_SESSION:
        return exceptions.ServiceUnavailableError(
            "The BMC has no free IPMI session; close others or wait for their end"
        )
    if status in _WRONG_ACCOUNT:
        return exceptions.AuthenticationError(
            f"The BMC rejected the IPMI account (RMCP+ status 0x{status:02X})"
        )
    if status in _WRONG_LEVEL:
        return exceptions.AuthorizationError(
            "The BMC allows the account neither as administrator nor as operator"
        )
    return exceptions.ConnectionError(
        f"The BMC rejected the IPMI login (RMCP+ status 0x{status:02X})"
    )
