"""Redaction of all secrets and identifiers in all places, in linear time."""

from collections.abc import Callable
import json
from time import thread_time
from typing import Any

import pytest

from aiosupermicro import InvalidRequestError
from aiosupermicro.const import MAX_ERROR_LENGTH
from aiosupermicro.exceptions import error_from_response
from aiosupermicro.redaction import Redactor, redacted
from aiosupermicro.redaction.sensitive_text import redact_secrets

PATH = "/redfish/v1/Systems/1"

BLOB = "AAAAC3NzaC1lZDI1NTE5AAAAIPlantedPlantedPlantedPlantedPlanted"

SECRET_SHAPES = {
    "url user and password": ("see https://bob:Pl4nted@192.0.2.9/x", "Pl4nted"),
    "url with slash": ("ftp://bob:Pl4/nted@nas/x", "nted"),
    "url with user": ("https://Pl4nted@nas.lan/", "Pl4nted"),
    "ssh key": (f"ssh-ed25519 {BLOB} bob@nas", "bob@nas"),
    "ssh key only": (BLOB, BLOB[8:]),
    "ecdsa key": (f"ecdsa-sha2-nistp256 {BLOB} planted", "planted"),
    "ssh fingerprint": (f"SHA256:{'Pl4nted' * 6}x", "Pl4nted"),
    "private key": ("-----BEGIN RSA PRIVATE KEY-----\nPl4nted\n", "Pl4nted"),
    "pgp key": ("-----BEGIN PGP PRIVATE KEY BLOCK-----\nPl4nted\n", "Pl4nted"),
    "bearer": ("sent Authorization: Bearer Pl4nted=", "Pl4nted"),
    "bearer only": ("Bearer Pl4ntedPl4nted", "Pl4nted"),
    "basic": ("Basic cGxhbnRlZDE6cGxhbnRlZA==", "cGxhbnRl"),
    "jwt": ("eyJhbGciOiJIUzI1NiJ9.eyJQbDRudGVkIjoxfQ.Pl4nted", "Pl4nted"),
    "query": ("/login?user=x&passwd=Pl4nted&y=1", "Pl4nted"),
    "assignment": ("psk = Pl4nted", "Pl4nted"),
    "json in a text": ('Login {"Password": "Pl4nted"} failed', "Pl4nted"),
    "escaped json": (r"{\"Token\":\"Pl4nted\"} failed", "Pl4nted"),
    "cookie": ("Set-Cookie: a=1; SID=Pl4nted", "Pl4nted"),
    "pin": ("PIN: 48213", "48213"),
}
"""Texts with a secret, and the part that must not remain."""

IDENTIFIER_SHAPES = {
    "share": (r"Image \\nas7\my files\a.iso was inserted", "nas7"),
    "folder of a share": (r"\\nas7\my files\a.iso", "files"),
    "escaped share": (r"Image=\\\\nas7\\files\\a.iso", "nas7"),
    "uuid": ("C01DC250-5678-11ED-9B6A-0242AC120002", "0242AC120002"),
    "uuid in lower case": ("c01dc250-5678-11ed-9b6a-0242ac120002", "0242ac120002"),
    "uuid with underscores": ("C01DC250_5678_11ED_9B6A_0242AC120002", "0242AC120002"),
    "mac": ("AC:1F:6B:18:A1:C3", "18:A1:C3"),
    "mac with dashes": ("ac-1f-6b-18-a1-c3", "18-a1-c3"),
    "mac with dots": ("ac1f.6b18.a1c3", "a1c3"),
    "bare mac": ("ac1f6b18a1c3", "18a1c3"),
    "bare mac in capitals": ("AC1F6B18A1C3", "18A1C3"),
    "bare mac of digits": ("002590181234", "181234"),
    "mac in a name": ("bmc-ac1f6b18a1c3", "18a1c3"),
    "uuid of a mac": ("00000000-0000-0000-0000-AC1F6B18A1C3", "18A1C3"),
    "eui": ("AC:1F:6B:FF:FE:18:A1:C3", "18:A1:C3"),
    "ipv4": ("203.0.113.77", "203.0.113.77"),
    "ipv4 in a list": ("servers 203.0.113.77,203.0.113.78.", "203.0.113.7"),
    "ipv6": ("2a02:810d:1::77", "810d"),
    "ipv6 in a url": ("https://[2a02:810d:1::77]:443/", "810d"),
    "long ipv6": ("2a02:810d:0001:0000:0000:0000:0000:0077", "810d"),
    "ipv6 with colon": ("from 2a02:810d:1::77: refused", "810d"),
    "mapped ipv4": ("::ffff:203.0.113.77", "203.0.113.77"),
    "mail": ("bob.planted@home.example", "bob.planted"),
    "mail in a text": ("Mail to <bob.planted@home.example>.", "bob.planted"),
    "mail without dot": ("bob.planted@nas", "bob.planted"),
}

SHAPES: dict[str, tuple[str, str]] = {**SECRET_SHAPES, **IDENTIFIER_SHAPES}

SECRET_KEYS = [
    *(
        "apikey",
        "ApiKey",
        "API_KEY",
        "api-key",
        "Passwd",
        "PASSWORD",
        "Pwd",
        "AdminPwd",
    ),
    *("Pin", "PIN", "UserPin", "PinCode", "pin", "PSK", "WifiPsk", "Cookie"),
    *("Set-Cookie", "SessionToken", "x_auth_token", "SSHKeys", "AuthorizedKeys"),
    *("sshkey", "PrivateKey", "SharedSecret", "snmpCommunity", "Credential", "OTP"),
]
SERIAL_KEYS = [
    *("SerialNo", "serial_no", "SN", "sn", "S/N", "BoardSN", "board_sn", "ServiceTag"),
    *("SERVICETAG", "Serial", "SerialNumber", "AssetTag", "WWPN", "SystemGUID"),
]
NAME_KEYS = ["HostName", "hostname", "host_name", "FQDN", "UserName", "contact"]

Place = Callable[[str, Any], dict[str, Any]]

VALUE_PLACES: dict[str, Place] = {
    "value": lambda key, value: {PATH: {key: value}},
    "list": lambda key, value: {PATH: {key: [value, value]}},
    "nested value": lambda key, value: {PATH: {"Oem": [{"X": {key: value}}]}},
    "nested JSON text": lambda key, value: {
        PATH: {"Blob": json.dumps({"A": [{key: value}]})}
    },
    "JSON in JSON": lambda key, value: {
        PATH: {"Blob": json.dumps([json.dumps({"A": {key: value}})])}
    },
}
"""Places of a value under its own key."""

OTHER_PLACES: dict[str, Place] = {
    "text": lambda key, value: {PATH: {key: value, "Message": f"(of {value})"}},
    "list of texts": lambda key, value: {PATH: {key: value, "X": ["a", f"b {value}"]}},
    "path": lambda key, value: {f"{PATH}/{value}": {key: value}},
    "link": lambda key, value: {
        PATH: {key: value, "L": [{"@odata.id": f"/a/{value}"}]}
    },
    "dict key": lambda key, value: {PATH: {key: value, "X": {f"{value}": 1}}},
    "JSON text": lambda key, value: {
        PATH: {key: value, "X": json.dumps({value: value})}
    },
}
"""Places of a value beside the one that reveals it."""

PLACES = {**VALUE_PLACES, **OTHER_PLACES}


def _check(place: Place, key: str, value: Any, secret: str) -> None:
    """Redact a document with a secret, and require that the secret is gone."""
    resources = place(key, value)
    assert secret in json.dumps(resources, ensure_ascii=False)
    result = redacted(resources)
    assert secret not in json.dumps(result, ensure_ascii=False)
    (path,) = result
    assert path.startswith(PATH)


def test_version_keeps_what_looks_like_an_address() -> None:
    """Redact a mail address beside a version, which itself stays."""
    body = {"FirmwareVersion": "1.2.3.4 bob@corp.example"}
    shown = str(redacted({"/a": body}))
    assert "1.2.3.4 mail" in shown
    assert "bob" not in shown


@pytest.mark.parametrize("kind", SHAPES)
def test_redactor_replaces_every_shape_in_every_place(kind: str) -> None:
    """Find a secret by its shape under any key, and where there is no key."""
    text, secret = SHAPES[kind]
    for place in PLACES.values():
        _check(place, "Note", text, secret)


@pytest.mark.parametrize("key", SECRET_KEYS)
def test_redactor_replaces_secret_by_key(key: str) -> None:
    """Ignore the case and the separators of a key; numbers are secrets as well."""
    for value in ("Pl4nted", "with spaces", 4821377, 48213.77):
        for place in VALUE_PLACES.values():
            _check(place, key, value, str(value))


@pytest.mark.parametrize("key", [*SERIAL_KEYS, *NAME_KEYS])
def test_redactor_replaces_identifier_of_key_everywhere(key: str) -> None:
    """Replace a value that its key reveals, also in paths, keys and other texts."""
    for value in ("PL4NTED-77", "PL4NTED 77 B"):
        for place in PLACES.values():
            _check(place, key, value, value)


@pytest.mark.parametrize("key", SERIAL_KEYS)
def test_redactor_replaces_numeric_serial(key: str) -> None:
    """Replace serial numbers that are sent as numbers."""
    for place in VALUE_PLACES.values():
        _check(place, key, 4821377, "4821377")


def test_redactor_replaces_secret_object() -> None:
    """Replace the value of a secret that is an object, but no link in it."""
    link = {"@odata.id": f"{PATH}/Keys"}
    body = {"Password": {"Value": "Pl4nted", "Type": "Hash"}, "SSHKeys": link}
    redacted_body = {"Password": {"Value": "REDACTED", "Type": "Hash"}, "SSHKeys": link}
    assert Redactor([]).redact(body) == redacted_body


ORDINARY = {
    "@odata.type": "#ComputerSystem.v1_14_0.ComputerSystem",
    "@odata.etag": '"abcd1234"',
    "Members@odata.count": 2,
    "Message@Message.ExtendedInfo": [],
    "ResetType@Redfish.AllowableValues": ["On"],
    "BasicAuth@AllowableValues": ["On"],
    "FirmwareVersion": "70.01.00.09",
    "BiosVersion": "1.2.3.4",
    "Created": "2026-10-02T19:00:00+02:00",
    "Time": "12:34:56",
    "Netmask": "255.255.255.0",
    "Localhost": "127.0.0.1 and ::1",
    "MACAddress": "00:00:00:00:00:00",
    "MinPasswordLength": 8,
    "PasswordExpiration": None,
    "SessionTokenTimeout": 300,
    "PasswordChangeRequired": False,
    "Pinned": 3,
    "PinOut": "Cyclades",
    "Description": "Basic Input/Output System, USB 3.0::A, 16GB@4800",
    "Steps": "202210050832",
    "SerialConsole": {"MaxConcurrentSessions": 1},
    "Target": "/redfish/v1/Systems/1/Actions/ComputerSystem.Reset",
    "ServerSentEventUri": "/redfish/v1/EventService/SSE",
}


def test_redactor_keeps_ordinary_values() -> None:
    """Keep types, annotations, versions, times and rules about passwords."""
    assert redacted({PATH: ORDINARY}) == {PATH: ORDINARY}


def test_redactor_keeps_relations_in_every_notation() -> None:
    """Give a MAC address the same number in every notation."""
    notations = ["AC:1F:6B:18:A1:C3", "ac-1f-6b-18-a1-c3", "ac1f.6b18.a1c3"]
    notations += ["AC1F6B18A1C3", "xxAC1F6B18A1C3yy"]
    assert Redactor([notations]).redact(notations) == [
        *("AC:1F:6B:00:00:01", "ac-1f-6b-00-00-01", "ac1f.6b00.0001"),
        *("AC1F6B000001", "xxAC1F6B000001yy"),
    ]


def test_redactor_numbers_many_addresses() -> None:
    """Replace a thousand addresses by different valid ones."""
    addresses = [f"10.0.{n // 250}.{n % 250 + 1}" for n in range(1_000)]
    replaced = Redactor([]).redact(addresses)
    assert len(set(replaced)) == 1_000
    assert replaced[253:255] == ["192.0.2.254", "198.18.0.255"]


@pytest.mark.parametrize("kind", SECRET_SHAPES)
def test_error_contains_no_secret_shape(kind: str) -> None:
    """Redact secrets in errors, which appear in logs and in the user interface."""
    text, secret = SECRET_SHAPES[kind]
    assert secret not in redact_secrets(text)
    info = {"Message": f"Bad value: {text}", "MessageId": "Base.1.0.X"}
    body = {"error": {"@Message.ExtendedInfo": [info]}}
    error = error_from_response(400, "PATCH", PATH, body)
    assert secret not in f"{error!r} {vars(error)}"
    assert secret not in repr(InvalidRequestError(text, bmc_message=text))


def test_error_has_limited_length() -> None:
    """Shorten a message without leaving a part of a word."""
    error = InvalidRequestError("a " * 5_000, bmc_message="b" * 1_000_000)
    assert len(str(error)) <= MAX_ERROR_LENGTH
    assert str(error).endswith("a …")
    assert error.bmc_message == "…"


SIZE = 304_000


def _repeat(part: str) -> dict[str, Any]:
    """Return resources with a text of many equal parts."""
    return {PATH: {"Message": part * (SIZE // len(part))}}


SLOW: dict[str, Callable[[], dict[str, Any]]] = {
    "serials": lambda: {
        PATH: {
            "Parts": [{"SerialNumber": f"{'A' * 20}{n}"} for n in range(6_000)],
            "Message": ("A" * 20 + " ") * 7_000,
        }
    },
    "names of many words": lambda: {
        PATH: {
            "Parts": [{"HostName": "a " * n + "b"} for n in range(2, 400)],
            "Message": "a " * 70_000,
        }
    },
    "nested JSON": lambda: {PATH: {"Message": _nest(12)}},
    "one word": lambda: _repeat("a"),
    "hex": lambda: {
        PATH: {"MAC": "ac:1f:6b:18:a1:c3", "Message": "ac1f6b18a1c" * 27_000}
    },
    **{
        f"repeated {part!r}": lambda part=part: _repeat(part)  # type: ignore[misc]
        for part in (
            *(
                "://",
                "://a:",
                "a@",
                "@",
                "a.",
                "ssh-",
                "ssh-a ",
                "AAAA",
                "eyJ",
                "eyJa.",
            ),
            *("Bearer ", "Bearer 1", "password", "password=", "password =  ", "pin "),
            *("cookie:", "1.", "1.1.1.", "a:", "::", ":", "ab:", "ab-", "abcd.", "[{"),
            *(
                "{",
                '"',
                "\\",
                " ",
                "\n",
                "1234567890ab",
                "token'",
                "SHA256:",
                "a-",
                "ä",
            ),
        )
    },
}


def _nest(levels: int) -> str:
    """Return JSON that is nested in strings."""
    text = "x"
    for _ in range(levels):
        text = json.dumps(["[" * 40 + "]" * 40, {"Password": text}])
    return text


def _cpu_seconds(run: Callable[[], object]) -> float:
    """Return the CPU time of a function."""
    started = thread_time()
    run()
    return thread_time() - started


def _add_a_million() -> int:
    """Add as many numbers one by one, as a measure of the machine's speed."""
    total = 0
    for number in range(1_000_000):
        total += number
    return total


@pytest.mark.parametrize("name", SLOW)
def test_redactor_takes_linear_time(name: str) -> None:
    """Redact 304 kB of worst-case input in the time of a hundred million additions."""
    resources = SLOW[name]()
    seconds = _cpu_seconds(lambda: redacted(resources))
    assert seconds < 100 * _cpu_seconds(_add_a_million)
