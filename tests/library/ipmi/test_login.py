"""Test the login: accounts, keys, cipher suites, privilege levels, addresses."""

import asyncio
from collections.abc import Callable
from importlib import import_module
import socket
from time import monotonic

import pytest

from aiosupermicro import (
    AuthenticationError,
    AuthorizationError,
    ConnectionError,  # noqa: A004
    InvalidResponseError,
    ServiceUnavailableError,
    TimeoutError,  # noqa: A004
)
from aiosupermicro.ipmi import (
    BmcKeyError,
    FanMode,
    IpmiClient,
    IpmiCommandError,
    SecureSessionUnavailableError,
)
from aiosupermicro.ipmi.exceptions import error_from_status
from aiosupermicro.ipmi.transport import Endpoint, TimeLimit
from tests.conftest import until
from tests.simulator import Bmc
from tests.simulator.ipmi import IpmiServer, serve_ipmi, server
from tests.simulator.ipmi.packets import parse_header, wrap_plain

Connect = Callable[..., IpmiClient]

RAKP_1, RAKP_2, RAKP_3, RAKP_4 = 0x12, 0x13, 0x14, 0x15


def lose(ipmi: IpmiServer, kind: int, times: int = 1) -> None:
    """Drop the first login messages of a type."""
    left = [None] * times

    def drop(packet: bytes, _is_received: bool) -> bool:  # noqa: FBT001
        """Drop a packet while some are left to drop."""
        if packet[4] == 6 and packet[5] == kind and left:
            left.pop()
            return True
        return False

    ipmi.drop_packet = drop


async def test_wrong_password_is_tried_once(connect: Connect, ipmi: IpmiServer) -> None:
    """Send no packet after a refusal until the next explicit login."""
    client = connect("wrong")
    with pytest.raises(AuthenticationError, match="password") as caught:
        await client.async_connect()
    assert type(caught.value) is AuthenticationError
    await asyncio.sleep(0)
    packets = ipmi.packets
    for _ in range(3):
        with pytest.raises(AuthenticationError):
            await client.async_get_fan_mode()
    assert (ipmi.packets, ipmi.login_attempts, ipmi.logins) == (packets, 1, 0)
    with pytest.raises(AuthenticationError):
        await client.async_connect()
    assert ipmi.login_attempts == 2


async def test_refused_login_is_released_on_the_bmc(
    connect: Connect, ipmi: IpmiServer
) -> None:
    """Send a RAKP 3 with the failure, so that the BMC discards the login."""
    with pytest.raises(AuthenticationError):
        await connect("wrong").async_connect()
    await until(lambda: ipmi.failed_logins == 1)
    assert ipmi.sessions._sessions == {}


async def test_changed_password_ends_the_next_login(
    ipmi_client: IpmiClient, ipmi: IpmiServer, bmc: Bmc, hasten: None
) -> None:
    """Report the refusal of a login that replaces a lost session."""
    await ipmi_client.async_connect()
    bmc.change_password("changed")
    ipmi.sessions.clear()
    for _ in range(2):
        with pytest.raises(AuthenticationError):
            await ipmi_client.async_get_fan_mode()
    assert ipmi.login_attempts == 2


async def test_unknown_account_is_rejected(
    ipmi_client: IpmiClient, ipmi: IpmiServer, bmc: Bmc
) -> None:
    """Raise AuthenticationError after one attempt."""
    bmc.username = "somebody"
    with pytest.raises(AuthenticationError, match="account"):
        await ipmi_client.async_connect()
    assert ipmi.login_attempts == 1


@pytest.mark.parametrize("suites", [(17,), (3,)])
@pytest.mark.parametrize("key", [b"wrong", None])
async def test_wrong_bmc_key_is_rejected(
    connect: Connect, ipmi: IpmiServer, key: bytes | None, suites: tuple[int, ...]
) -> None:
    """Distinguish a wrong or missing key from a wrong password."""
    ipmi.cipher_suites = suites
    ipmi.bmc_key = b"the key of the BMC"
    client = connect(bmc_key=key)
    with pytest.raises(BmcKeyError):
        await client.async_connect()
    with pytest.raises(BmcKeyError):
        await client.async_get_fan_mode()
    assert ipmi.login_attempts == 1


async def test_right_bmc_key_opens_a_session(
    connect: Connect, ipmi: IpmiServer
) -> None:
    """Derive the keys of the session from the BMC key."""
    ipmi.bmc_key = b"the key of the BMC"
    client = connect(bmc_key=ipmi.bmc_key)
    await client.async_connect()
    assert await client.async_get_fan_mode() is FanMode.OPTIMAL


async def test_bmc_that_does_not_know_the_password_gets_no_proof(
    ipmi_client: IpmiClient, ipmi: IpmiServer, bmc: Bmc
) -> None:
    """Verify the BMC first, so that an impostor receives no hash of the password."""
    bmc.password = "impostor"
    received: list[bytes] = []

    def record(packet: bytes, is_received: bool) -> bool:  # noqa: FBT001
        """Record a received RAKP 3."""
        if is_received and packet[4:6] == bytes((6, RAKP_3)):
            received.append(packet)
        return False

    ipmi.drop_packet = record
    with pytest.raises(AuthenticationError):
        await ipmi_client.async_connect()
    await until(lambda: bool(received))
    # Header, tag, status, reserved bytes and session, but no hash.
    assert [len(packet) for packet in received] == [16 + 8]


async def test_ipmi_1_5_is_never_used(
    ipmi_client: IpmiClient, ipmi: IpmiServer
) -> None:
    """Raise an error before a user name is sent."""
    ipmi.ipmi_2 = False
    with pytest.raises(SecureSessionUnavailableError, match=r"1\.5"):
        await ipmi_client.async_connect()
    assert (ipmi.packets, ipmi.login_attempts) == (1, 0)


@pytest.mark.parametrize("suites", [(), (0,)])
async def test_bmc_without_accepted_cipher_suites_is_rejected(
    ipmi_client: IpmiClient, ipmi: IpmiServer, suites: tuple[int, ...]
) -> None:
    """Refuse to fall back to cipher suite 0."""
    ipmi.cipher_suites = suites
    with pytest.raises(SecureSessionUnavailableError, match="17 and 3"):
        await ipmi_client.async_connect()
    assert ipmi.login_attempts == 0


@pytest.mark.parametrize("suite", [0, 3])
async def test_bmc_must_not_choose_another_cipher_suite(
    ipmi_client: IpmiClient, ipmi: IpmiServer, suite: int
) -> None:
    """Reject a weaker suite than the requested one."""
    ipmi.forced_suite = suite
    with pytest.raises(SecureSessionUnavailableError, match="another"):
        await ipmi_client.async_connect()
    assert ipmi.login_attempts == 0


async def test_full_session_table_is_a_temporary_failure(
    connect: Connect, ipmi: IpmiServer
) -> None:
    """Succeed as soon as another session is closed."""
    ipmi.session_limit = 1
    first, second = connect(), connect()
    await first.async_connect()
    with pytest.raises(ServiceUnavailableError, match="no free IPMI session"):
        await second.async_connect()
    await first.async_close()
    assert await second.async_get_fan_mode() is FanMode.OPTIMAL
    assert ipmi.login_attempts == 2


async def test_operator_logs_in_with_a_lower_privilege_level(
    ipmi_client: IpmiClient, ipmi: IpmiServer, bmc: Bmc
) -> None:
    """Use fan commands if the BMC allows them to operators."""
    bmc.role = "Operator"
    await ipmi_client.async_connect()
    assert await ipmi_client.async_get_fan_mode() is FanMode.OPTIMAL
    ipmi.fan_level = 4
    with pytest.raises(IpmiCommandError, match="0xD4"):
        await ipmi_client.async_get_fan_mode()


async def test_account_without_privileges_is_rejected(
    ipmi_client: IpmiClient, bmc: Bmc
) -> None:
    """Raise AuthorizationError for an account that may only read."""
    bmc.role = "ReadOnly"
    with pytest.raises(AuthorizationError):
        await ipmi_client.async_connect()


@pytest.mark.parametrize("kind", [0x10, 0x11, RAKP_1, RAKP_2, RAKP_3, RAKP_4])
async def test_login_survives_a_lost_packet(
    ipmi_client: IpmiClient, ipmi: IpmiServer, hasten: None, kind: int
) -> None:
    """Repeat the message, or start again if the BMC computed other random numbers."""
    lose(ipmi, kind)
    await ipmi_client.async_connect()
    assert await ipmi_client.async_get_fan_mode() is FanMode.OPTIMAL


@pytest.mark.long
async def test_login_of_a_slow_bmc_is_sent_once(
    ipmi_client: IpmiClient, ipmi: IpmiServer
) -> None:
    """Wait longer for RAKP messages, so that no login becomes stale."""
    ipmi.latency = 0.7
    await ipmi_client.async_connect()
    assert (ipmi.login_attempts, ipmi.logins, ipmi.failed_logins) == (1, 1, 0)


async def test_closed_port_is_reported_at_once(connect: Connect) -> None:
    """Raise ConnectionError without waiting for a response."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    began = monotonic()
    with pytest.raises(ConnectionError, match="unreachable"):
        await connect(port=port).async_connect()
    assert monotonic() - began < 1


async def test_unknown_host_is_reported(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Raise ConnectionError for a name without an address."""

    async def fail(*_: object, **__: object) -> None:
        """Raise the error of a resolver."""
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", fail)
    with pytest.raises(ConnectionError, match="Cannot open a UDP socket"):
        await connect(host="bmc.invalid").async_connect()


@pytest.fixture
def ipv6(network: None, request: pytest.FixtureRequest) -> None:
    """Allow connections to ::1, which the test kit of Home Assistant blocks."""
    if request.config.pluginmanager.has_plugin("socket"):
        plugin = import_module("pytest_socket")
        plugin.socket_allow_hosts(["127.0.0.1", "::1"])


@pytest.mark.parametrize("host", ["::1", "[::1]"])
async def test_ipv6_address_with_and_without_brackets(
    ipv6: None, bmc: Bmc, host: str
) -> None:
    """Connect to an IPv6 address."""
    async with serve_ipmi(bmc, host="::1") as ipmi:
        client = IpmiClient(host, bmc.username, bmc.password, port=ipmi.port)
        await client.async_connect()
        assert await client.async_get_fan_mode() is FanMode.OPTIMAL
        await client.async_close()


async def test_packets_from_elsewhere_are_ignored(
    ipmi_client: IpmiClient, ipmi: IpmiServer, hasten: None
) -> None:
    """Ignore packets from a port other than the BMC's."""
    other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    forged: list[bytes] = []
    send = ipmi._send

    def forge(packet: bytes, addr: tuple[str, int]) -> None:
        """Send the response from another port only."""
        forged.append(packet)
        other.sendto(packet, addr)

    ipmi._send = forge  # type: ignore[method-assign]
    ipmi.ipmi_2 = False
    with other, pytest.raises(TimeoutError):
        await ipmi_client.async_connect()
    assert forged
    ipmi._send = send  # type: ignore[method-assign]
    with pytest.raises(SecureSessionUnavailableError):
        await ipmi_client.async_connect()


@pytest.mark.parametrize(
    ("username", "password", "port", "bmc_key", "message"),
    [
        ("x" * 17, "x", 623, None, "user name exceeds the limit of IPMI: 16 bytes"),
        ("x", "x" * 21, 623, None, "password exceeds the limit of IPMI: 20 bytes"),
        ("x", "ü" * 11, 623, None, "password exceeds the limit of IPMI: 20 bytes"),
        ("x", "x", 623, b"x" * 21, "BMC key exceeds the limit of IPMI: 20 bytes"),
        ("x", "x", 0, None, "port 0 is out of range"),
        ("x", "x", 65536, None, "port 65536 is out of range"),
    ],
)
def test_impossible_arguments_are_rejected(
    username: str, password: str, port: int, bmc_key: bytes | None, message: str
) -> None:
    """Raise ValueError without the value in its message."""
    with pytest.raises(ValueError, match=message):
        IpmiClient("bmc", username, password, port=port, bmc_key=bmc_key)


async def test_longest_account_is_accepted(
    connect: Connect, ipmi: IpmiServer, bmc: Bmc
) -> None:
    """Log in with a name of 16 bytes and a password of 20 bytes."""
    bmc.username, bmc.password = "n" * 16, "p" * 20
    client = connect()
    await client.async_connect()
    assert ipmi.logins == 1


def test_status_that_ipmi_does_not_define_is_an_error() -> None:
    """Report the status, not a wrong account or password."""
    error = error_from_status(0x2A)
    assert type(error) is ConnectionError
    assert "0x2A" in str(error)


async def test_bmc_without_capabilities_is_not_trusted(
    ipmi_client: IpmiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Send no user name to a BMC that rejects the request for capabilities."""
    monkeypatch.setattr(server, "capabilities", lambda *_: (0xC1, b""))
    with pytest.raises(SecureSessionUnavailableError):
        await ipmi_client.async_connect()


async def test_rejected_privilege_level_is_an_error(
    ipmi_client: IpmiClient, ipmi: IpmiServer
) -> None:
    """Close the session, unless the account merely has no higher level."""
    ipmi.completion_codes[0x06, 0x3B] = 0xC3
    with pytest.raises(IpmiCommandError):
        await ipmi_client.async_connect()
    await until(lambda: ipmi.open_sessions == 0)
    ipmi.completion_codes[0x06, 0x3B] = 0x81
    await ipmi_client.async_connect()
    assert ipmi.open_sessions == 1


@pytest.mark.parametrize(
    ("length", "error"),
    [(39, InvalidResponseError), (40, AuthenticationError), (71, AuthenticationError)],
)
async def test_short_rakp_2_is_an_error(
    ipmi_client: IpmiClient,
    ipmi: IpmiServer,
    monkeypatch: pytest.MonkeyPatch,
    length: int,
    error: type[Exception],
) -> None:
    """Send no proof of the password to a BMC with an incomplete proof.

    A missing proof, and one that is cut off, count as those of another password.
    """
    answer = ipmi.sessions.rakp1

    def shorten(payload: bytes) -> bytes:
        header = parse_header(answer(payload))
        assert header
        return wrap_plain(RAKP_2, header.payload[:length])

    monkeypatch.setattr(ipmi.sessions, "rakp1", shorten)
    with pytest.raises(error):
        await ipmi_client.async_connect()
    assert ipmi.logins == 0


async def test_name_server_that_does_not_respond_is_an_error(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, hasten: None
) -> None:
    """Limit the wait for the address of a host name."""

    async def wait(*_: object, **_options: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(asyncio.get_running_loop(), "create_datagram_endpoint", wait)
    with pytest.raises(TimeoutError, match=r"bmc\.example"):
        await connect(host="bmc.example").async_connect()


async def test_closed_socket_sends_nothing(ipmi: IpmiServer) -> None:
    """Raise an error for a request after the end of the connection."""
    limit = TimeLimit(1)
    endpoint = await Endpoint.async_open("127.0.0.1", ipmi.port, limit)
    endpoint.close()
    with pytest.raises(ConnectionError, match="closed"):
        await endpoint.async_exchange(lambda: b"packet", lambda packet: packet, limit)
    assert ipmi.packets == 0
