"""Test that passwords and keys appear in no text."""

import asyncio
from collections.abc import Callable
import logging
import sys
import traceback

import pytest

from aiosupermicro import SupermicroRedfishError
from aiosupermicro.ipmi import IpmiClient
from tests.simulator import Bmc
from tests.simulator.ipmi import IpmiServer

PASSWORD = "Planted-Pa55word"
KEY = b"planted-bmc-key"


def _silence(ipmi: IpmiServer) -> None:
    """Make the BMC ignore all packets."""
    ipmi.is_silent = True


def _change_password(ipmi: IpmiServer) -> None:
    """Change the password on the BMC."""
    ipmi.bmc.change_password("other")


def _change_key(ipmi: IpmiServer) -> None:
    """Change the BMC key of the simulated BMC."""
    ipmi.bmc_key = b"other"


def _downgrade(ipmi: IpmiServer) -> None:
    """Offer IPMI 1.5 only."""
    ipmi.ipmi_2 = False


def _reject_commands(ipmi: IpmiServer) -> None:
    """Reject the fan mode."""
    ipmi.completion_codes[0x30, 0x45] = 0xD4


FAILURES: list[Callable[[IpmiServer], None]] = [
    _silence,
    _change_password,
    _change_key,
    _downgrade,
    _reject_commands,
]


@pytest.mark.parametrize("fail", FAILURES)
async def test_password_and_keys_appear_in_no_text(
    connect: Callable[..., IpmiClient],
    ipmi: IpmiServer,
    bmc: Bmc,
    hasten: None,
    caplog: pytest.LogCaptureFixture,
    fail: Callable[[IpmiServer], None],
) -> None:
    """Search logs, exceptions and representations for the secrets and session keys."""
    caplog.set_level(logging.DEBUG)
    bmc.password, ipmi.bmc_key = PASSWORD, KEY
    client = connect(bmc_key=KEY)
    await client.async_connect()
    session = client._session
    assert session
    secrets = [PASSWORD.encode(), KEY, session._keys.encryption]
    secrets.append(session._keys.authentication)
    texts = [repr(item) for item in (client, session, session._keys, client._account)]
    ipmi.sessions.clear()
    fail(ipmi)
    if fail is _reject_commands:
        await client.async_close()
        await client.async_connect()
    with pytest.raises(SupermicroRedfishError) as caught:
        await client.async_get_fan_mode()
    texts += [repr(client), str(caught.value), repr(caught.value), caplog.text]
    texts += traceback.format_exception(caught.value)
    assert "opened an IPMI session" in caplog.text
    for secret in secrets:
        spellings = (secret.decode("latin-1"), secret.hex(), repr(secret)[2:-1])
        assert not [text for text in texts for item in spellings if item in text]


async def test_library_imports_neither_ipmi_nor_cryptography() -> None:
    """Import the library in another process without loading IPMI."""
    code = (
        "import sys, aiosupermicro, aiosupermicro.cli\n"
        "found = [n for n in sys.modules if n.startswith(('aiosupermicro.ipmi',"
        " 'cryptography'))]\n"
        "print(found)"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    assert (process.returncode, output.strip()) == (0, b"[]")
