"""Test the IPMI service of the simulator with ipmitool, an independent program."""

import asyncio
from collections.abc import AsyncIterator
import re

import pytest

from tests.witness import require_witness

from . import Bmc, serve
from .ipmi import STACKS, IpmiServer, serve_ipmi
from .testing import FAN_MODE, connected

SUITES = ("3", "17")


@pytest.fixture
async def ipmi(network: None, bmc: Bmc) -> AsyncIterator[IpmiServer]:
    """Serve IPMI of the simulated BMC."""
    async with serve_ipmi(bmc) as server:
        yield server


async def ipmitool(
    ipmi: IpmiServer,
    *command: str,
    suite: str = "3",
    password: str | None = None,
    options: tuple[str, ...] = (),
) -> tuple[int | None, str]:
    """Run ipmitool, and return its exit code and its output."""
    account = ("-U", ipmi.bmc.username, "-P", password or ipmi.bmc.password)
    process = await asyncio.create_subprocess_exec(
        *(require_witness("ipmitool"), "-I", "lanplus", "-C", suite),
        *("-H", "127.0.0.1", "-p", str(ipmi.port), "-N", "1", "-R", "3"),
        *(*account, *options, *command),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return process.returncode, output.decode().strip()


@pytest.mark.parametrize("suite", SUITES)
async def test_ipmitool_reads_and_writes_mode_and_duty(
    ipmi: IpmiServer, bmc: Bmc, suite: str
) -> None:
    """Use the commands of hardware.md with both cipher suites."""

    async def raw(*data: str) -> tuple[int | None, str]:
        return await ipmitool(ipmi, "raw", "0x30", *data, suite=suite)

    assert await raw("0x45", "0x00") == (0, "02")
    assert (await raw("0x45", "0x01", "0x01"))[0] == 0
    assert bmc.fan_mode == "FullSpeed"
    assert (await raw("0x70", "0x66", "0x01", "0x00", "37"))[0] == 0
    assert ipmi.cooling.duties[0] == 37
    assert await raw("0x70", "0x66", "0x00", "0x00") == (0, "25")
    code, output = await raw("0x70", "0x66", "0x00", "0x05")
    assert (code, "rsp=0xcc" in output) == (1, True)
    assert ipmi.open_sessions == 0


async def test_ipmitool_identifies_the_board(ipmi: IpmiServer) -> None:
    """Read the device id and the cipher suites of the channel."""
    code, output = await ipmitool(ipmi, "mc", "info")
    assert code == 0
    fields = dict(re.findall(r"^(\S.*?) +: (.*)$", output, re.MULTILINE))
    assert fields["Manufacturer ID"] == "10876"
    assert fields["Firmware Revision"] == "1.74"
    assert fields["IPMI Version"] == "2.0"


@pytest.mark.parametrize("suite", SUITES)
async def test_ipmitool_is_refused(ipmi: IpmiServer, suite: str) -> None:
    """Reject a wrong password, a wrong BMC key, and a full session table."""
    assert (await ipmitool(ipmi, "mc", "info", suite=suite, password="wrong"))[0] == 1
    assert (ipmi.login_attempts, ipmi.logins) == (1, 0)
    ipmi.bmc_key = b"key"
    assert (await ipmitool(ipmi, "mc", "info", suite=suite))[0] == 1
    key = ("-k", "key")
    assert (await ipmitool(ipmi, "mc", "info", suite=suite, options=key))[0] == 0
    ipmi.session_limit = 0
    code, output = await ipmitool(ipmi, "mc", "info", suite=suite, options=key)
    assert (code, "insufficient resources" in output.lower()) == (1, True)


async def test_ipmitool_is_refused_without_encryption(ipmi: IpmiServer) -> None:
    """Reject cipher suite 0."""
    code, output = await ipmitool(ipmi, "mc", "info", suite="0")
    assert (code, "no matching cipher suite" in output.lower()) == (1, True)


@pytest.mark.parametrize("stack", STACKS)
async def test_stacks_answer_the_fan_mode_in_their_own_way(
    ipmi: IpmiServer, stack: str
) -> None:
    """Return the mode, a constant, or a completion code."""
    expected = {"aspeed": "04", "x9": "04", "gen14": "00"}
    codes = {"locked": "rsp=0xd4", "unknown": "rsp=0xc1"}
    ipmi.stack = stack
    ipmi.cooling.set_mode("HeavyIO")
    code, output = await ipmitool(ipmi, "raw", "0x30", "0x45", "0x00")
    if stack in expected:
        assert (code, output) == (0, expected[stack])
    else:
        assert (code, codes[stack] in output) == (1, True)


async def test_ipmitool_sees_a_mode_that_redfish_has_set(
    network: None, bmc: Bmc
) -> None:
    """Share the fan mode between IPMI and Redfish, in both directions."""
    async with connected(bmc) as client, serve_ipmi(bmc) as ipmi:
        await client.login()
        await client.patch(FAN_MODE, {"Mode": "HeavyIO"})
        assert await ipmitool(ipmi, "raw", "0x30", "0x45", "0x00") == (0, "04")
        await ipmitool(ipmi, "raw", "0x30", "0x45", "0x01", "0x02")
        assert (await client.get(FAN_MODE)).body["Mode"] == "Optimal"


@pytest.mark.long
async def test_silent_bmc_responds_to_nothing(ipmi: IpmiServer, bmc: Bmc) -> None:
    """Ignore all packets while silent, while restarting, and while all are lost."""
    once = ("-R", "1")
    ipmi.is_silent = True
    assert (await ipmitool(ipmi, "mc", "info", options=once))[0] == 1
    ipmi.is_silent, ipmi.loss = False, 1
    assert (await ipmitool(ipmi, "mc", "info", options=once))[0] == 1
    ipmi.loss = 0
    bmc.restart(60)
    assert (await ipmitool(ipmi, "mc", "info", options=once))[0] == 1


async def test_both_services_run_side_by_side(network: None, bmc: Bmc) -> None:
    """Serve Redfish and IPMI together, as documented in the package."""
    async with serve(bmc) as server, serve_ipmi(bmc) as ipmi:
        assert server.port
        assert ipmi.port
