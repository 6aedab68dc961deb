"""Test the packets of a session: encryption, authentication, repetition, garbage."""

from contextlib import suppress
from dataclasses import FrozenInstanceError
import os
import tracemalloc

from hypothesis import given, strategies as st
import pytest

from aiosupermicro import TimeoutError  # noqa: A004
from aiosupermicro.ipmi import FanMode, IpmiClient, IpmiCommandError
from aiosupermicro.ipmi.cipher_suites import CIPHER_SUITES, CipherSuite
from aiosupermicro.ipmi.packets import (
    PayloadType,
    Request,
    SecurePacket,
    decode_login,
    decode_message,
    decode_outside_session,
    decode_secure,
)
from aiosupermicro.ipmi.session import ReplayFilter, Session, SessionKeys
from tests.simulator.ipmi import IpmiServer
from tests.simulator.ipmi.packets import Command, build_response

GET_MODE = Request(0x30, 0x45, b"\0")


def _response(sequence: int = 1, code: int = 0, data: bytes = b"\x04") -> bytes:
    """Return the response to a command that reads the fan mode."""
    command = Command(0x30, 0x45, b"\0", sequence << 2, 0x81)
    return build_response(command, code, data)


@pytest.mark.parametrize("packet", [GET_MODE, SecurePacket(1, 2, b"3", b"4", b"5")])
def test_packet_is_immutable(packet: Request | SecurePacket) -> None:
    """Share a packet between attempts, none of which can change it."""
    for name in vars(packet):
        with pytest.raises(FrozenInstanceError):
            setattr(packet, name, None)


async def _open(client: IpmiClient) -> Session:
    """Return the session of a client."""
    await client.async_connect()
    assert client._session
    return client._session


@pytest.mark.parametrize("suite", CIPHER_SUITES, ids=lambda suite: suite.hash_name)
def test_every_message_length_is_encrypted_reversibly(suite: CipherSuite) -> None:
    """Pad messages to whole blocks, and remove the padding."""
    keys = SessionKeys.derive(suite, b"key")
    for length in range(70):
        message = os.urandom(length)
        payload = keys.encrypt(message)
        assert len(payload) % 16 == 0
        assert message not in payload or length < 3
        assert keys.decrypt(payload) == message


async def test_duplicated_packets_are_ignored(
    ipmi_client: IpmiClient, ipmi: IpmiServer
) -> None:
    """Process each response once."""
    ipmi.duplicates = 3
    await ipmi_client.async_connect()
    for mode in (FanMode.FULL, FanMode.HEAVY_IO, FanMode.OPTIMAL):
        await ipmi_client.async_set_fan_mode(mode)
        assert await ipmi_client.async_get_fan_mode() is mode
    assert len(ipmi.sent(0x30, 0x45, 1)) == 3


async def test_packet_is_accepted_once(
    ipmi_client: IpmiClient, ipmi: IpmiServer
) -> None:
    """Drop a repeated packet, and packets that are too old."""
    session = await _open(ipmi_client)
    (other,) = ipmi.sessions.open
    packets = {n: other.keys.wrap(other.console, n, _response()) for n in (50, 60, 10)}
    assert session._open(packets[60]) == _response()
    assert session._open(packets[60]) is None
    assert session._open(packets[50]) == _response()
    assert session._open(packets[10]) is None


@pytest.mark.parametrize("position", [5, 6, 10, 14, 16, 40, -1])
async def test_altered_packet_is_dropped(
    ipmi_client: IpmiClient, ipmi: IpmiServer, position: int
) -> None:
    """Detect a change of any part, before decryption."""
    session = await _open(ipmi_client)
    (other,) = ipmi.sessions.open
    packet = bytearray(other.keys.wrap(other.console, 9, _response()))
    packet[position] ^= 1
    assert session._open(bytes(packet)) is None
    packet[position] ^= 1
    assert session._open(bytes(packet)) == _response()


async def test_packet_without_protection_is_dropped(
    ipmi_client: IpmiClient, ipmi: IpmiServer
) -> None:
    """Accept no plain packet within a session, whatever its flags are."""
    session = await _open(ipmi_client)
    (other,) = ipmi.sessions.open
    packet = other.keys.wrap(other.console, 9, _response())
    for flags in (0x00, 0x40, 0x80):
        plain = packet[:5] + bytes([flags]) + packet[6:14]
        plain += len(_response()).to_bytes(2, "little") + _response()
        assert session._open(plain) is None


async def test_late_response_does_not_answer_the_next_command(
    ipmi_client: IpmiClient, ipmi: IpmiServer, hasten: None
) -> None:
    """Compare the sequence numbers of command and response."""
    await ipmi_client.async_connect()
    (other,) = ipmi.sessions.open
    endpoint = ipmi_client._endpoint
    assert endpoint
    for number in range(5):
        late = _response(sequence=63 - number, data=b"\x04")
        packet = other.keys.wrap(other.console, 20 + number, late)
        endpoint.datagram_received(packet, None)
    assert await ipmi_client.async_get_fan_mode() is FanMode.OPTIMAL


async def test_flood_of_garbage_ends_with_a_timeout(
    ipmi_client: IpmiClient, ipmi: IpmiServer, hasten: None
) -> None:
    """Limit the duration of an operation although packets arrive all the time."""
    await ipmi_client.async_connect()
    ipmi._respond = lambda packet: packet[:4] * 8  # type: ignore[method-assign]
    ipmi.duplicates = 50
    with pytest.raises(TimeoutError):
        await ipmi_client.async_get_fan_mode()


async def test_flood_between_commands_takes_little_memory(
    ipmi_client: IpmiClient, ipmi: IpmiServer
) -> None:
    """Keep less than 3 MB of packets of the maximum size, and use the session."""
    await ipmi_client.async_connect()
    endpoint = ipmi_client._endpoint
    assert endpoint
    tracemalloc.start()
    for _ in range(1_000):
        endpoint.datagram_received(bytes(65_507), None)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 3_000_000
    assert await ipmi_client.async_get_fan_mode() is FanMode.OPTIMAL
    assert ipmi.logins == 1


@given(st.lists(st.integers(1, 120)))
def test_replay_filter_accepts_each_number_once(numbers: list[int]) -> None:
    """Reject repeated numbers, and those far below the highest one."""
    replays = ReplayFilter()
    accepted: list[int] = []
    for number in numbers:
        if replays.accept(number):
            assert number not in accepted
            accepted.append(number)
        else:
            assert number in accepted or number <= max(accepted) - 32


@pytest.mark.parametrize(
    "response",
    [
        _response(sequence=2),
        _response()[:-1],
        b"\x82" + _response()[1:],
        build_response(Command(0x30, 0x46, b"", 1 << 2, 0x81), 0, b"\x04"),
        build_response(Command(0x32, 0x45, b"", 1 << 2, 0x81), 0, b"\x04"),
        b"",
    ],
)
def test_other_messages_are_no_response(response: bytes) -> None:
    """Ignore other numbers, commands and functions, and wrong checksums."""
    assert decode_message(response, GET_MODE, 1) is None
    assert decode_message(_response(), GET_MODE, 1) == b"\x04"


@given(st.binary(max_size=120), st.integers(0, 5))
def test_garbage_raises_no_unexpected_exception(data: bytes, start: int) -> None:
    """Decode random packets, some with a valid beginning."""
    header = b"\x06\x00\xff\x07\x06\xc0"[: start + 1]
    for packet in (data, header + data):
        for kind in PayloadType:
            decode_login(packet, kind)
        decode_outside_session(packet)
        if secure := decode_secure(packet, 16):
            SessionKeys.derive(CIPHER_SUITES[0], b"key").decrypt(secure.payload)
        with suppress(IpmiCommandError):
            decode_message(packet, GET_MODE, 1)


@pytest.mark.parametrize("length", [0, 15, 16, 33])
def test_payload_without_whole_blocks_is_malformed(length: int) -> None:
    """Return None for a payload with an incomplete block."""
    keys = SessionKeys.derive(CIPHER_SUITES[0], b"key")
    assert keys.decrypt(bytes(length)) is None
