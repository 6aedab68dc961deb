"""Plant secrets in all resources of a BMC that hold any."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
import json
from typing import Final

import pytest

from tests.scenario.paths import (
    CHASSIS,
    LOG,
    MANAGER,
    NIC,
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

_LICENSES: Final = f"{MANAGER}/LicenseManager/QueryLicense"
_PEM: Final = "-----BEGIN {0}-----\nPLANTED{1}\n-----END {0}-----\n"

type NewSecret = Callable[[str], str]


@dataclass(frozen=True)
class PlantedSecrets:
    """Secrets by their name."""

    credentials: dict[str, str]
    """Credentials of the integration, which appear in no text."""
    stored: dict[str, str] = field(default_factory=dict)
    """Secrets that the BMC stores, which appear in no text either."""
    identities: dict[str, str] = field(default_factory=dict)
    """Names of the owner and the server, which appear in no exported text."""

    @property
    def all(self) -> dict[str, str]:
        """All secrets and identities."""
        return self.credentials | self.stored | self.identities


def plant_secrets(bmc: Bmc, monkeypatch: pytest.MonkeyPatch) -> PlantedSecrets:
    """Give a BMC secrets that can be found in any text."""
    bmc.username, bmc.password = USERNAME, PASSWORD
    _plant_sessions(monkeypatch)
    stored: dict[str, str] = {}

    def new_secret(name: str) -> str:
        stored[name] = f"PLANTED{name}"
        return stored[name]

    for plant in (_plant_network, _plant_directory, _plant_licenses, _plant_keys):
        plant(bmc, new_secret)
    credentials = {
        "password": PASSWORD,
        "basic": basic(USERNAME, PASSWORD),
        "token": "PLANTEDTOKEN",
        "location": "PLANTEDLOCATION",
    }
    return PlantedSecrets(credentials, stored, _plant_identities(bmc))


def _plant_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each session a token and an id that can be found."""
    create, numbers = Sessions.create, count(1)

    def create_named(self: Sessions, user: str) -> Session:
        session, number = create(self, user), next(numbers)
        session.token, session.id = f"PLANTEDTOKEN{number}", f"PLANTEDLOCATION{number}"
        return session

    monkeypatch.setattr(Sessions, "create", create_named)


def _plant_network(bmc: Bmc, new_secret: NewSecret) -> None:
    """Plant the secrets of network services."""
    snmp = {
        "CommunityStrings": [
            {
                "CommunityString": new_secret("community"),
                "AccessMode": "Full",
                "Name": "a",
            }
        ],
        "ROCommunity": new_secret("rocommunity"),
        "RWCommunityString": new_secret("rwcommunity"),
        "SNMPv3Users": [
            {
                "AuthenticationKey": new_secret("authkey"),
                "EncryptionKey": new_secret("enckey"),
            }
        ],
        "TrapCommunity": new_secret("trapcommunity"),
    }
    bmc.change(PROTOCOLS, {"SNMP": snmp})
    bmc.change(
        f"{ROOT}/EventService/Subscriptions/1",
        {
            "Destination": f"https://x:{new_secret('destination')}@collector.planted/",
            "Context": new_secret("context"),
            "HttpHeaders": [{"Authorization": f"Bearer {new_secret('bearer')}"}],
            "Oem": {"Supermicro": {"SnmpCommunityName": new_secret("snmpname")}},
        },
    )


def _plant_directory(bmc: Bmc, new_secret: NewSecret) -> None:
    """Plant the credentials for other services."""
    bmc.change(f"{OEM}/RADIUS", {"RadiusSecret": new_secret("radius")})
    path = f"{OEM}/Planted"
    body = {
        "@odata.id": path,
        "SmtpPassword": new_secret("smtp"),
        "password": new_secret("small"),
        "LDAPPassword": new_secret("ldap"),
        "BindPasswordText": new_secret("bind"),
        "SharedSecretValue": new_secret("shared"),
        "AccessTokenString": new_secret("access"),
        "passphrase": new_secret("passphrase"),
        "X-Auth-Token": new_secret("xauth"),
        "PreSharedKey": new_secret("psk"),
        "KeyString": new_secret("ssh"),
        "Passwords": [new_secret("first")],
        "Nested": json.dumps({"Inner": {"Password": new_secret("nested")}}),
    }
    bmc.put(path, body)
    bmc.change(MANAGER, {"Oem": {"Supermicro": {"Planted": {"@odata.id": path}}}})


def _plant_licenses(bmc: Bmc, new_secret: NewSecret) -> None:
    """Plant license keys, which are JSON in strings."""
    node = {"LicenseID": "1", "LicenseName": "SFT-OOB-LIC", "CreateDate": "20250304"}
    key = {"ProductKey": {"Node": node, "Signature": new_secret("signature")}}
    bare = {"LicenseName": "SFT-DCMS", "LicenseKey": new_secret("licensekey")}
    licenses = [json.dumps(key), json.dumps(bare)]
    bmc.put(_LICENSES, {"@odata.id": _LICENSES, "Licenses": licenses})


def _plant_keys(bmc: Bmc, new_secret: NewSecret) -> None:
    """Plant private keys beside the certificates."""
    for name in ("own", "rsa", "loose"):
        new_secret(name)
    chain = _PEM.format("CERTIFICATE", "") + _PEM.format("PRIVATE KEY", "own")
    bmc.change(
        f"{PROTOCOLS}/HTTPS/Certificates/1",
        {
            "CertificateString": chain,
            "PrivateKey": _PEM.format("RSA PRIVATE KEY", "rsa"),
            "Oem": {"Pem": _PEM.format("EC PRIVATE KEY", "loose")},
        },
    )


def _plant_identities(bmc: Bmc) -> dict[str, str]:
    """Plant names, and return all texts that identify this server."""
    bmc.change(NIC, {"HostName": "planted-host", "FQDN": "planted-host.planted.lan"})
    bmc.change(PROTOCOLS, {"HostName": "planted-host"})
    bmc.change(f"{ROOT}/AccountService/Accounts/2", {"UserName": USERNAME})
    message = f"Login of {USERNAME} from 198.51.100.77"
    bmc.change(LOG, {"Members": {0: {"Message": message}}})
    bmc.change(CHASSIS, {"SerialNumber": "PLANTEDSERIAL", "AssetTag": "PLANTEDTAG"})
    mac = str(bmc.resource(NIC)["MACAddress"])
    return {
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
    }
