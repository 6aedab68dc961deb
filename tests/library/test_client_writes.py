"""Commands take as few requests as it takes: none is sent in vain."""

from typing import Any

import pytest

from aiosupermicro import (
    InvalidRequestError,
    ServiceUnavailableError,
    SupermicroRedfishClient,
)
from tests.simulator import Bmc

from . import PROTOCOLS, SYSTEM, answers, light


async def test_a_command_and_its_outcome_are_two_requests(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """What was read last tells that the command changes something."""
    await client.async_get_all_data()
    answers(bmc)
    await light(client)
    assert (await client.async_get_system()).indicator_led == "Lit"
    assert [item[:2] for item in answers(bmc)] == [("PATCH", SYSTEM), ("GET", SYSTEM)]


async def test_that_a_command_changes_nothing_only_the_bmc_can_tell(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """What was read last may be old: somebody may have put the LED out meanwhile."""
    bmc.change(SYSTEM, {"IndicatorLED": "Lit"})
    await client.async_get_all_data()
    answers(bmc)
    await light(client)
    assert [item[:2] for item in answers(bmc)] == [("GET", SYSTEM)]
    bmc.change(SYSTEM, {"IndicatorLED": "Off"})
    await light(client)
    assert [item[:2] for item in answers(bmc)] == [("GET", SYSTEM), ("PATCH", SYSTEM)]
    assert bmc.indicator_led == "Lit"


async def test_a_protocol_is_read_before_it_is_changed(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Boards refuse to set one to what it is already."""
    await client.async_get_network_protocol()
    answers(bmc)
    await client.async_set_protocol_enabled("SSH", enabled=False)
    assert [item[:2] for item in answers(bmc)][:2] == [
        ("GET", PROTOCOLS),
        ("PATCH", PROTOCOLS),
    ]
    await client.async_get_network_protocol()
    bmc.change(PROTOCOLS, {"SSH": {"ProtocolEnabled": True}})
    answers(bmc)
    await client.async_set_protocol_enabled("SSH", enabled=True)
    assert [item[:2] for item in answers(bmc)] == [("GET", PROTOCOLS)]


async def test_a_change_that_somebody_else_has_made_is_no_failure(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Even where a board refuses to make it again; otherwise the refusal counts."""
    for state, is_error in (("Lit", False), ("Off", True)):
        await client.async_get_system()
        bmc.change(SYSTEM, {"IndicatorLED": state})
        bmc.fail(SYSTEM, status=400, method="PATCH")
        error: Any = None
        try:
            await light(client)
        except InvalidRequestError as raised:
            error = raised
        assert bool(error) is is_error
        bmc.change(SYSTEM, {"IndicatorLED": "Off"})
        bmc.heal()


async def test_a_refusal_is_told_even_where_nothing_else_can_be(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """The read that follows it fails, and the refusal is what is raised."""
    await client.async_get_system()
    bmc.fail(SYSTEM, status=503, method="GET")
    bmc.fail(SYSTEM, status=400, method="PATCH")
    with pytest.raises(InvalidRequestError):
        await light(client)
    bmc.heal()
    bmc.fail(SYSTEM, status=503, method="PATCH")
    await client.async_get_system()
    with pytest.raises(ServiceUnavailableError):
        await light(client)
