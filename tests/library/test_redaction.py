"""Removal of secrets from errors and logs, and of identifiers from recordings."""

import json

from aiohttp import ClientSession
import pytest

from aiosupermicro import (
    InvalidRequestError,
    LicenseError,
    SupermicroRedfishClient,
    SupermicroRedfishError,
)
from aiosupermicro.const import MAX_NESTED_DOCUMENTS
from aiosupermicro.redaction import Redactor, redacted
from aiosupermicro.redaction.sensitive_text import redact_secrets
from tests.library import CHASSIS, MANAGER, SESSIONS, THERMAL
from tests.simulator import Bmc, Server


def _everything_in(error: BaseException | None) -> str:
    """Return all texts of an exception and of its causes."""
    if error is None:
        return ""
    own = f"{error!r} {error} {vars(error)} {error.args}"
    return own + _everything_in(error.__cause__) + _everything_in(error.__context__)


async def test_error_does_not_contain_token(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Redact a token that the BMC repeats, or that aiohttp keeps with the request."""
    await client.async_get_chassis()
    token = bmc.requests[-1].headers["x-auth-token"]
    notice = {"Message": f"Token {token}", "MessageId": token, "MessageArgs": [token]}
    body = json.dumps({"error": {"@Message.ExtendedInfo": [notice]}})
    bmc.fail(THERMAL, status=400, body=body, times=1)
    bmc.fail(CHASSIS, status=200, body=f"<p>X-Auth-Token: {token}", times=1)
    bmc.fail(MANAGER, status=200, body="{}", headers={"X": "a" * 20_000}, times=1)
    for read in (
        client.async_get_thermal,
        client.async_get_chassis,
        client.async_get_manager,
    ):
        with pytest.raises(SupermicroRedfishError) as caught:
            await read()
        assert token not in _everything_in(caught.value)
        assert len(str(caught.value).splitlines()) == 1


def test_error_redacts_secret_in_every_spelling() -> None:
    """Redact a secret as text, as JSON, and as the representation of its bytes."""
    secret = 'a"\\é'
    texts = [secret, json.dumps(secret), json.dumps(secret, ensure_ascii=False)]
    texts += [repr(text.encode()) for text in texts]
    error = LicenseError(" ".join(texts), bmc_message=secret, message_id=secret)
    error.license = secret
    error.redact(secret)
    assert str(error) == """*** "***" "***" b'***' b'"***"' b'"***"'"""
    assert (error.bmc_message, error.message_id, error.license) == ("***",) * 3


async def test_error_does_not_contain_password(
    session: ClientSession, server: Server, bmc: Bmc
) -> None:
    """Redact a password in the message of a BMC and in the start of its response."""
    bmc.change_password("Secret-9")
    client = SupermicroRedfishClient(session, server.host, "ADMIN", "Secret-9")
    notice = {
        "Message": "Secret-9 is no value for Password.",
        "MessageId": "Base.1.0.X",
    }
    body = {"error": {"@Message.ExtendedInfo": [notice]}}
    bmc.fail(SESSIONS, status=400, body=body)
    with pytest.raises(InvalidRequestError) as caught:
        await client.async_connect()
    assert "Secret-9" not in f"{caught.value!r} {vars(caught.value)}"
    assert "no value for Password" in str(caught.value)
    bmc.fail(SESSIONS, status=200, body='"Secret-9"')
    with pytest.raises(SupermicroRedfishError) as broken:
        await client.async_connect()
    assert "Secret-9" not in f"{broken.value!r} {vars(broken.value)}"


async def test_log_does_not_contain_token_or_password(
    client: SupermicroRedfishClient, bmc: Bmc, caplog: pytest.LogCaptureFixture
) -> None:
    """Omit token, session id and password from log messages and representations."""
    caplog.set_level("DEBUG")
    await client.async_get_all_data()
    token = bmc.requests[-1].token
    assert token
    opening = client._connection._authenticator._login_task
    assert opening
    assert token not in repr(await opening)
    await client.async_disconnect()
    deleted = bmc.requests[-1]
    assert deleted.method == "DELETE"
    own = [r.getMessage() for r in caplog.records if r.name.startswith("aiosuper")]
    assert own
    secrets = (token, bmc.password, deleted.path)
    assert not [line for line in own if any(secret in line for secret in secrets)]


@pytest.mark.parametrize(
    "key",
    ["BindPW", "RootPass", "rootpass", "UserPass", "BIND_PW", "Smtp-pass", "ldapPw"],
)
def test_short_forms_of_password_are_secret(key: str) -> None:
    """Redact a password by a short key, in JSON and in a text."""
    assert redacted({"/a": {key: "hunter22x"}}) == {"/a": {key: "REDACTED"}}
    hashed, hidden = {key: {"Hash": "5f4dcc3b"}}, {key: {"Hash": "REDACTED"}}
    assert redacted({"/a": hashed}) == {"/a": hidden}
    text = f"{key.replace('-', '_')}=hunter22x was rejected"
    assert "hunter22x" not in redact_secrets(text)


@pytest.mark.parametrize(
    "item",
    [
        {"SelfTestState": "Pass"},
        {"Bypass": "Enabled"},
        {"NicByPass": "Enabled"},
        {"PPINControl": "Lock/Disable"},
        {"DurableNameFormat": "EUI"},
        {"EngineId": {"PrivateEnterpriseId": "8000"}},
        {"PassThrough": "Supported"},
    ],
    ids=str,
)
def test_similar_keys_are_kept(item: dict[str, object]) -> None:
    """Keep values that identify nothing."""
    assert redacted({"/a": item}) == {"/a": item}


@pytest.mark.parametrize(
    ("key", "identifier"),
    [
        ("DurableName", "5002538B71C3F1A0"),
        ("DurableName", "36344730526000780025384100000001"),
        ("DurableName", "50:02:53:8B:71:C3:F1:A0"),
        ("ProtectedIdentificationNumber", "0x1A2B3C4D5E6F7081"),
        ("PPIN", "1A2B3C4D5E6F7081"),
        ("SubsystemNQN", "nqn.2019-10.com.example:S4EVNX0M123456"),
        ("EngineId", "800001370300259012345678"),
        ("SSID", "Upstairs"),
    ],
)
def test_identifiers_of_parts_are_redacted(key: str, identifier: str) -> None:
    """Redact the unique names of drives and processors, in texts as well."""
    body = {"Identifiers": [{key: identifier}], "Message": f"{identifier} was removed"}
    text = json.dumps(redacted({f"/Drives/{identifier}": body}))
    assert identifier.lower() not in text.lower()
    assert identifier.rpartition(":")[2].lower() not in text.lower()


def test_redactor_replaces_identifier_consistently() -> None:
    """Replace an identifier by the same value in every spelling, key and text."""
    body = {
        "MACAddress": "AC:1F:6B:18:A1:C3",
        "UUID": "00000000-0000-0000-0000-AC1F6B18A1C3",
        "Message": "ac:1f:6b:18:a1:c3 is down",
        "Address": "198.51.100.7",
        "NameServers": ["198.51.100.7", "0.0.0.0", "(null)"],  # noqa: S104 - what boards write for none
        "FirmwareVersion": "70.01.00.09",
        "Password": "hunter2",
        "SmtpPassword": "hunter3",
        "ROCommunity": "our-public",
        "SmtpSenderAddress": "nas@home.example",
        "Source": "198.51.100.8",
        "MessageArgs": ["from 198.51.100.9.", "from 1.2.3.4.5"],
        "SystemGUID": "eb44fbf94830a74e",
        "UserName": "bob",
        "Description": "bob",
        "SerialNumber": "S1",
    }
    assert Redactor([body]).redact(body) == {
        "MACAddress": "AC:1F:6B:00:00:01",
        "UUID": "00000000-0000-0000-0000-AC1F6B000001",
        "Message": "ac:1f:6b:00:00:01 is down",
        "Address": "192.0.2.1",
        "NameServers": ["192.0.2.1", "0.0.0.0", "(null)"],  # noqa: S104 - what boards write for none
        "FirmwareVersion": "70.01.00.09",
        "Password": "REDACTED",
        "SmtpPassword": "REDACTED",
        "ROCommunity": "REDACTED",
        "SmtpSenderAddress": "name1.example",
        "Source": "192.0.2.2",
        "MessageArgs": ["from 192.0.2.3.", "from 1.2.3.4.5"],
        "SystemGUID": "REDACTED0001",
        "UserName": "name2.example",
        "Description": "bob",
        "SerialNumber": "S1",
    }


@pytest.mark.parametrize("name", ["redfish", "Chassis", "supermicro"])
def test_redactor_keeps_paths_of_account_named_like_one(name: str) -> None:
    """Replace such a name only at its own keys, so that paths stay valid."""
    path = "/redfish/v1/Chassis/1"
    board = {path: {"@odata.id": path, "Oem": {"Supermicro": {"UserName": name}}}}
    ((found, body),) = redacted(board).items()
    assert (found, body["@odata.id"]) == (path, path)
    assert name not in body["Oem"]["Supermicro"].values()


def test_redactor_replaces_documents_that_are_nested_too_deep() -> None:
    """Redact nested documents up to a depth; replace deeper ones."""
    text = json.dumps({"Note": "harmless"})
    for _ in range(MAX_NESTED_DOCUMENTS - 1):
        text = json.dumps({"Text": text})
    assert "harmless" in str(Redactor([]).redact({"Text": text}))
    redacted_text = str(Redactor([]).redact({"Text": json.dumps({"Text": text})}))
    assert "harmless" not in redacted_text
    assert "REDACTED" in redacted_text


def test_redactor_replaces_secret_numbers() -> None:
    """Replace a number by the key of a secret, and keep one that is a setting."""
    document = {"Password": 123456, "MinPasswordLength": 8, "Reading": 7}
    assert Redactor([document]).redact(document) == document | {"Password": "REDACTED"}


def test_redactor_ignores_identifier_without_words() -> None:
    """Keep all dashes of a board whose name consists of dashes."""
    body = {"HostName": "--", "Message": "a -- b"}
    assert Redactor([body]).redact(body)["Message"] == "a -- b"
