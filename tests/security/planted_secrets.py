"""Insert secrets into all resources of a BMC that can hold secrets."""

from dataclasses import dataclass
from itertools import count
import json
import re
from typing import Any, Final

import pytest

from tests.integration.paths import (
    CHASSIS,
    LOG,
    MANAGER,
    NICS,
    OEM,
    PROTOCOLS,
    ROOT,
    SYSTEM,
)
from tests.simulator import Bmc
from tests.simulator.sessions import Session, Sessions

from .secret_search import basic

USERNAME: Final = "planted-user"
PASSWORD: Final = 'Plänted "pass\\word" 9&'

_NIC: Final = f"{NICS}/1"
_NEW: Final = f"{OEM}/Planted"
_LICENSES: Final = f"{MANAGER}/LicenseManager/QueryLicense"
_PEM: Final = "-----BEGIN {0}-----\nPLANTED{1}\n-----END {0}-----\n"

# In these tables, each secret is the word PLANTED with a name of lower-case letters.
_CHANGES: dict[str, dict[str, Any]] = {
    PROTOCOLS: {
        "SNMP": {
            "CommunityStrings": [{"CommunityString": "PLANTEDcommunity", "Name": "a"}],
            "ROCommunity": "PLANTEDrocommunity",
            "RWCommunityString": "PLANTEDrwcommunity",
            "SNMPv3Users": [
                {
                    "AuthenticationKey": "PLANTEDauthkey",
                    "EncryptionKey": "PLANTEDenckey",
                }
            ],
            "TrapCommunity": "PLANTEDtrapcommunity",
        },
        "HostName": "planted-host",
    },
    f"{PROTOCOLS}/HTTPS/Certificates/1": {
        "CertificateString": _PEM.format("CERTIFICATE", "")
        + _PEM.format("PRIVATE KEY", "own"),
        "PrivateKey": _PEM.format("RSA PRIVATE KEY", "rsa"),
        "Oem": {"Pem": _PEM.format("EC PRIVATE KEY", "loose")},
    },
    f"{ROOT}/EventService/Subscriptions/1": {
        "Destination": "https://x:PLANTEDdestination@collector.planted/",
        "Context": "PLANTEDcontext",
        "HttpHeaders": [{"Authorization": "Bearer PLANTEDbearer"}],
        "Oem": {"Supermicro": {"SnmpCommunityName": "PLANTEDsnmpname"}},
    },
    f"{OEM}/RADIUS": {"RadiusSecret": "PLANTEDradius"},
    MANAGER: {"Oem": {"Supermicro": {"Planted": {"@odata.id": _NEW}}}},
    _NIC: {"HostName": "planted-host", "FQDN": "planted-host.planted.lan"},
    f"{ROOT}/AccountService/Accounts/2": {"UserName": USERNAME},
    LOG: {"Members": {0: {"Message": f"Login of {USERNAME} from 198.51.100.77"}}},
    CHASSIS: {"SerialNumber": "PLANTEDSERIAL", "AssetTag": "PLANTEDTAG"},
}
_RESOURCES: dict[str, dict[str, Any]] = {
    _NEW: {
        "@odata.id": _NEW,
        "SmtpPassword": "PLANTEDsmtp",
        "password": "PLANTEDsmall",
        "LDAPPassword": "PLANTEDldap",
        "BindPasswordText": "PLANTEDbind",
        "SharedSecretValue": "PLANTEDshared",
        "AccessTokenString": "PLANTEDaccess",
        "passphrase": "PLANTEDpassphrase",
        "X-Auth-Token": "PLANTEDxauth",
        "PreSharedKey": "PLANTEDpsk",
        "KeyString": "PLANTEDssh",
        "Passwords": ["PLANTEDfirst"],
        "Nested": json.dumps({"Inner": {"Password": "PLANTEDnested"}}),
    },
    # License keys are JSON in strings.
    _LICENSES: {
        "@odata.id": _LICENSES,
        "Licenses": [
            json.dumps(
                {
                    "ProductKey": {
                        "Node": {"LicenseID": "1", "LicenseName": "SFT-OOB-LIC"},
                        "Signature": "PLANTEDsignature",
                    }
                }
            ),
            json.dumps({"LicenseName": "SFT-DCMS", "LicenseKey": "PLANTEDlicensekey"}),
        ],
    },
}


@dataclass(frozen=True)
class PlantedSecrets:
    """Secrets by their name."""

    credentials: dict[str, str]
    """Credentials of the integration, which appear in no text."""
    stored: dict[str, str]
    """Secrets that the BMC stores, which appear in no text either."""
    identities: dict[str, str]
    """Names of the owner and the server, which appear in no exported text."""

    @property
    def all(self) -> dict[str, str]:
        """All secrets and identities."""
        return self.credentials | self.stored | self.identities


def plant_secrets(bmc: Bmc, monkeypatch: pytest.MonkeyPatch) -> PlantedSecrets:
    """Give a BMC secrets that can be found in any text."""
    bmc.username, bmc.password = USERNAME, PASSWORD
    _plant_sessions(monkeypatch)
    for path, body in _RESOURCES.items():
        bmc.put(path, body)
    for path, changes in _CHANGES.items():
        bmc.change(path, changes)
    tables = json.dumps((_RESOURCES, _CHANGES))
    mac = str(bmc.resource(_NIC)["MACAddress"])
    return PlantedSecrets(
        credentials={
            "password": PASSWORD,
            "basic": basic(USERNAME, PASSWORD),
            "token": "PLANTEDTOKEN",
            "location": "PLANTEDLOCATION",
        },
        stored={secret[7:]: secret for secret in re.findall(r"PLANTED[a-z]+", tables)},
        identities={
            "user": USERNAME,
            "host": "planted-host",
            "address": "198.51.100.77",
            "serial": str(bmc.resource(SYSTEM)["SerialNumber"]),
            "chassis": "PLANTEDSERIAL",
            "tag": "PLANTEDTAG",
            "mac": mac,
            "mac_small": mac.lower(),
            "mac_plain": mac.replace(":", ""),
            "mac_plain_small": mac.replace(":", "").lower(),
        },
    )


def _plant_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each session a token and an id that can be found."""
    create, numbers = Sessions.create, count(1)

    def create_named(self: Sessions, user: str) -> Session:
        session, number = create(self, user), next(numbers)
        session.token, session.id = f"PLANTEDTOKEN{number}", f"PLANTEDLOCATION{number}"
        return session

    monkeypatch.setattr(Sessions, "create", create_named)
