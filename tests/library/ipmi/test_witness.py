"""Test the IPMI client against the independent simulator of OpenIPMI."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
import socket

import pytest

from aiosupermicro import AuthenticationError, SupermicroRedfishError
from aiosupermicro.ipmi import DeviceId, IpmiClient, IpmiCommandError
from tests.witness import require_witness

LAN = """\
name "witness"
set_working_mc 0x20
startlan 1
  addr 127.0.0.1 {port}
  priv_limit admin
  allowed_auths_callback none md2 md5 straight
  allowed_auths_user none md2 md5 straight
  allowed_auths_operator none md2 md5 straight
  allowed_auths_admin none md2 md5 straight
  guid a123456789abcdefa123456789abcdef
endlan
user 1 true "" "" user 10 none md2 md5 straight
user 2 true "ADMIN" "Secret-9" admin 10 none md2 md5 straight
user 3 true "operator" "Secret-9" operator 10 none md2 md5 straight
"""

BOARD = """\
mc_setbmc 0x20
mc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02
mc_enable 0x20
"""


@pytest.fixture
async def witness(network: None, tmp_path: Path) -> AsyncIterator[int]:
    """Run ipmi_sim, and return its UDP port."""
    program = require_witness("ipmi_sim")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    (tmp_path / "lan").write_text(LAN.format(port=port))
    (tmp_path / "board").write_text(BOARD)
    (tmp_path / "state").mkdir()
    process = await asyncio.create_subprocess_exec(
        *(program, "-n", "-c", tmp_path / "lan", "-f", tmp_path / "board"),
        *("-s", tmp_path / "state"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield port
    finally:
        process.kill()
        await process.wait()


async def connect(port: int, username: str, password: str) -> IpmiClient:
    """Log in as soon as the port is open; fail after five seconds."""
    client = IpmiClient("127.0.0.1", username, password, port=port)
    for _ in range(50):
        try:
            await client.async_connect()
        except AuthenticationError:
            raise
        except SupermicroRedfishError:
            await asyncio.sleep(0.1)
        else:
            return client
    pytest.fail("ipmi_sim does not respond")


async def test_ipmi_sim_accepts_login_and_commands(witness: int) -> None:
    """Log in, read the device id, receive a refusal, log out, and log in again."""
    for _ in range(2):
        client = await connect(witness, "ADMIN", "Secret-9")
        expected = DeviceId(0x1291, 0xF02, "9.08", "2.0")
        assert await client.async_get_device_id() == expected
        with pytest.raises(IpmiCommandError, match="0xC1"):
            await client.async_get_fan_mode()
        await client.async_close()


async def test_ipmi_sim_accepts_operator(witness: int) -> None:
    """Log in with an account that is not an administrator."""
    client = await connect(witness, "operator", "Secret-9")
    assert (await client.async_get_device_id()).ipmi_version == "2.0"
    await client.async_close()


@pytest.mark.parametrize(
    ("username", "password"), [("ADMIN", "wrong"), ("stranger", "Secret-9")]
)
async def test_ipmi_sim_refuses_wrong_accounts(
    witness: int, username: str, password: str
) -> None:
    """Report a wrong password and an unknown name as AuthenticationError."""
    with pytest.raises(AuthenticationError):
        await connect(witness, username, password)
