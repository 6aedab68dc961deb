"""Secrets in all places of a BMC that have any, and in nothing else."""

from dataclasses import dataclass, field
from itertools import count
import json
from typing import Any, Final

import pytest

from tests.simulator import Bmc
from tests.simulator.sessions import Session, Sessions
from tests.simulator.testing import CHASSIS, MANAGER, OEM, SYSTEM

from .secret_search import basic

ROOT: Final = "/redfish/v1"
PROTOCOLS: Final = f"{MANAGER}/NetworkProtocol"
NIC: Final = f"{MANAGER}/EthernetInterfaces/1"

USERNAME: Final = "planted-user"
PASSWORD: Final = 'Plänted "pass\\word" 9&'

_PEM = "-----BEGIN {0}-----\nPLANTED{1}\n-----END {0}-----\n"


@dataclass(frozen=True)
class Planted:
    """What nobody may read, by what it is."""

    credentials: dict[str, str]
    """What lets somebody in: nobody may read it anywhere."""
    kept: dict[str, str] = field(default_factory=dict)
    """What the BMC keeps to itself: the same."""
    identities: dict[str, str] = field(default_factory=dict)
    """What names the owner: it does not leave the house."""


def plant(bmc: Bmc, monkeypatch: pytest.MonkeyPatch) -> Planted:
    """Give a BMC secrets that are found wherever they get to."""
    bmc.username, bmc.password = USERNAME, PASSWORD
    _plant_sessions(monkeypatch)
    kept: dict[str, str] = {}

    def secret(name: str) -> str:
        """Return a new secret."""
        kept[name] = f"PLANTED{name}"
        return kept[name]

    _plant_network(bmc, secret)
    _plant_directory(bmc, secret)
    _plant_licenses(bmc, secret)
    _plant_certificates(bmc, secret)
    return Planted(
        {
            "password": PASSWORD,
            "basic": basic(USERNAME, PASSWORD),
            "token": "PLANTEDTOKEN",
            "location": "PLANTEDLOCATION",
        },
        kept,
        _plant_identities(bmc),
    )


def _plant_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give every session a token and a name that can be found."""
    create, numbers = Sessions.create, count(1)

    def named(self: Sessions, user: str) -> Session:
        """Open a session, and name it."""
        session, number = create(self, user), next(numbers)
        session.token, session.id = f"PLANTEDTOKEN{number}", f"PLANTEDLOCATION{number}"
        return session

    monkeypatch.setattr(Sessions, "create", named)


def _plant_network(bmc: Bmc, secret: Any) -> None:
    """Plant what services on the network are opened with."""
    snmp = {
        "CommunityStrings": [
            {"CommunityString": secret("community"), "AccessMode": "Full", "Name": "a"}
        ],
        "ROCommunity": secret("rocommunity"),
        "RWCommunityString": secret("rwcommunity"),
        "SNMPv3Users": [
            {"AuthenticationKey": secret("authkey"), "EncryptionKey": secret("enckey")}
        ],
    }
    bmc.change(PROTOCOLS, {"SNMP": {**snmp, "TrapCommunity": secret("trapcommunity")}})
    bmc.change(
        f"{ROOT}/EventService/Subscriptions/1",
        {
            "Destination": f"https://x:{secret('destination')}@collector.planted/",
            "Context": secret("context"),
            "HttpHeaders": [{"Authorization": f"Bearer {secret('bearer')}"}],
            "Oem": {"Supermicro": {"SnmpCommunityName": secret("snmpname")}},
        },
    )


def _plant_directory(bmc: Bmc, secret: Any) -> None:
    """Plant what other services are logged in to with."""
    bmc.change(f"{OEM}/RADIUS", {"RadiusSecret": secret("radius")})
    bmc.put(
        f"{OEM}/Planted",
        {
            "@odata.id": f"{OEM}/Planted",
            "SmtpPassword": secret("smtp"),
            "password": secret("small"),
            "LDAPPassword": secret("ldap"),
            "BindPasswordText": secret("bind"),
            "SharedSecretValue": secret("shared"),
            "AccessTokenString": secret("access"),
            "passphrase": secret("passphrase"),
            "X-Auth-Token": secret("xauth"),
            "PreSharedKey": secret("psk"),
            "KeyString": secret("ssh"),
            "Passwords": [secret("first")],
            "Nested": json.dumps({"Inner": {"Password": secret("nested")}}),
        },
    )
    bmc.change(MANAGER, {"Oem": {"Supermicro": {"Planted": link(f"{OEM}/Planted")}}})


def _plant_licenses(bmc: Bmc, secret: Any) -> None:
    """Plant the keys that unlock the BMC's features, which are texts in texts."""
    node = {"LicenseID": "1", "LicenseName": "SFT-OOB-LIC", "CreateDate": "20250304"}
    key = {"ProductKey": {"Node": node, "Signature": secret("signature")}}
    bare = {"LicenseName": "SFT-DCMS", "LicenseKey": secret("licensekey")}
    bmc.put(
        f"{MANAGER}/LicenseManager/QueryLicense",
        {
            "@odata.id": f"{MANAGER}/LicenseManager/QueryLicense",
            "Licenses": [json.dumps(key), json.dumps(bare)],
        },
    )


def _plant_certificates(bmc: Bmc, secret: Any) -> None:
    """Plant private keys beside the certificates."""
    chain = _PEM.format("CERTIFICATE", "") + _PEM.format("PRIVATE KEY", "own")
    secret("own")
    bmc.change(
        f"{PROTOCOLS}/HTTPS/Certificates/1",
        {
            "CertificateString": chain,
            "PrivateKey": _PEM.format("RSA PRIVATE KEY", "rsa"),
            "Oem": {"Pem": _PEM.format("EC PRIVATE KEY", "loose")},
        },
    )
    secret("rsa")
    secret("loose")


def _plant_identities(bmc: Bmc) -> dict[str, str]:
    """Plant names, and return with them what tells this server from others."""
    bmc.change(NIC, {"HostName": "planted-host", "FQDN": "planted-host.planted.lan"})
    bmc.change(PROTOCOLS, {"HostName": "planted-host"})
    bmc.change(f"{ROOT}/AccountService/Accounts/2", {"UserName": USERNAME})
    bmc.change(
        f"{SYSTEM}/LogServices/Log1/Entries",
        {"Members": {0: {"Message": f"Login of {USERNAME} from 198.51.100.77"}}},
    )
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


def link(path: str) -> dict[str, str]:
    """Return a link to a resource."""
    return {"@odata.id": path}
