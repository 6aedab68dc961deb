"""Responses with a truncated body, of which the status is used."""

from time import monotonic

import pytest

from aiosupermicro import (
    AuthenticationError,
    AuthorizationError,
    InvalidRequestError,
    LicenseError,
    NotFoundError,
    RateLimitError,
    ResourceError,
    ServiceUnavailableError,
    SupermicroRedfishClient,
    SupermicroRedfishError,
)
from aiosupermicro.http import response
from tests.library import (
    SESSIONS,
    SYSTEM,
    THERMAL,
    light_led,
    requested_paths,
    set_timeout,
    statuses,
)
from tests.simulator import Bmc
from tests.simulator.faults import BROKEN_BODIES
from tests.simulator.responses import Delivery, license_error

ERRORS: dict[int, type[SupermicroRedfishError]] = {
    400: InvalidRequestError,
    403: AuthorizationError,
    404: NotFoundError,
    405: InvalidRequestError,
    429: RateLimitError,
    500: ServiceUnavailableError,
    502: ServiceUnavailableError,
    503: ServiceUnavailableError,
}
RETRY_AFTER = {"Retry-After": "60"}

deliveries = pytest.mark.parametrize("delivery", BROKEN_BODIES)
readable = pytest.mark.parametrize(
    "delivery", [name for name in BROKEN_BODIES if "coding" not in name]
)
"""Ways to truncate a body so that its first half can be read."""


@pytest.fixture(autouse=True)
def short_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait only briefly for a body where the status is sufficient."""
    monkeypatch.setattr(response, "OPTIONAL_BODY_SECONDS", 0.05)


@deliveries
async def test_error_status_counts_without_its_body(
    client: SupermicroRedfishClient, bmc: Bmc, delivery: str
) -> None:
    """Raise the error of the status with its Retry-After; read the next resource."""
    await client.async_get_thermal()
    for status, error in ERRORS.items():
        bmc.requests.clear()
        bmc.fail(
            THERMAL,
            status=status,
            headers=RETRY_AFTER,
            delivery=BROKEN_BODIES[delivery],
        )
        with pytest.raises(error) as caught:
            await client.async_get_thermal()
        assert type(caught.value) is error
        assert caught.value.status == status
        assert caught.value.retry_after == 60
        assert (await client.async_get_system()).is_on
        bmc.heal()
        assert (await client.async_get_thermal()).temperatures
    assert bmc.login_attempts == 1


@pytest.mark.parametrize("delivery", ["stalled", "chunked_endless"])
async def test_body_of_an_error_is_not_waited_for(
    client: SupermicroRedfishClient, bmc: Bmc, delivery: Delivery
) -> None:
    """Raise the error soon after the status line, not at the time-out."""
    set_timeout(client, 30)
    bmc.fail(THERMAL, status=503, delivery=delivery)
    began = monotonic()
    with pytest.raises(ServiceUnavailableError):
        await client.async_get_thermal()
    assert monotonic() - began < 10


async def test_status_counts_if_the_time_is_up_within_the_body(
    client: SupermicroRedfishClient, bmc: Bmc, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Raise the error of the status, not a time-out, at the end of the time."""
    monkeypatch.setattr(response, "OPTIONAL_BODY_SECONDS", 60)
    set_timeout(client, 0.3)
    bmc.fail(THERMAL, status=503, delivery="stalled")
    with pytest.raises(ServiceUnavailableError):
        await client.async_get_thermal()


@deliveries
@pytest.mark.parametrize("body", [None, b""], ids=["half a body", "no body"])
async def test_broken_401_leads_to_one_login(
    client: SupermicroRedfishClient, bmc: Bmc, delivery: str, body: bytes | None
) -> None:
    """Log in once and repeat the read; report a second 401 as a refused resource."""
    await client.async_get_system()
    kind = BROKEN_BODIES[delivery]
    bmc.fail("*", status=401, body=body, delivery=kind, times=1)
    assert (await client.async_get_thermal()).temperatures
    assert bmc.login_attempts == 2
    bmc.fail(THERMAL, status=401, body=body, delivery=kind)
    with pytest.raises(AuthorizationError):
        await client.async_get_thermal()
    assert bmc.login_attempts == 3
    bmc.heal()
    assert (await client.async_get_thermal()).temperatures


@deliveries
async def test_all_reads_of_a_poll_recover_from_broken_401(
    client: SupermicroRedfishClient, bmc: Bmc, delivery: str
) -> None:
    """Renew the expired session of a whole poll with one login."""
    before = await client.async_get_dynamic_data()
    bmc.expire_sessions()
    bmc.fail(SYSTEM, status=401, delivery=BROKEN_BODIES[delivery], times=1)
    assert await client.async_get_dynamic_data() == before
    assert bmc.login_attempts == 2


@readable
async def test_truncated_license_error_is_a_missing_license(
    client: SupermicroRedfishClient, bmc: Bmc, delivery: str
) -> None:
    """Find the message in the received part of the body; do not log in again."""
    await client.async_get_thermal()
    kind = BROKEN_BODIES[delivery]
    bmc.fail(THERMAL, status=403, body=license_error(), delivery=kind)
    with pytest.raises(LicenseError):
        await client.async_get_thermal()
    assert bmc.login_attempts == 1


@deliveries
async def test_broken_success_fails_for_its_resource_alone(
    client: SupermicroRedfishClient, bmc: Bmc, delivery: str
) -> None:
    """Report an error of the resource, and read it in the next poll."""
    before = await client.async_get_dynamic_data()
    set_timeout(client, 0.5)
    bmc.not_modified = False
    bmc.deliver(THERMAL, BROKEN_BODIES[delivery], times=1)
    data = await client.async_get_dynamic_data()
    assert data.thermal is None
    assert isinstance(data.errors["thermal"], ResourceError)
    assert data.system
    assert data.power
    set_timeout(client, 5)
    assert await client.async_get_dynamic_data() == before
    assert bmc.login_attempts == 1


async def test_cut_body_is_a_temporary_failure(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Report a body that breaks off as such, not as one of the wrong kind."""
    bmc.deliver(THERMAL, "cut", times=1)
    with pytest.raises(ServiceUnavailableError, match="incomplete body"):
        await client.async_get_thermal()


@deliveries
async def test_write_succeeds_without_its_body(
    client: SupermicroRedfishClient, bmc: Bmc, delivery: str
) -> None:
    """Use the status of a write, also that of a rejection."""
    await client.async_get_system()
    kind = BROKEN_BODIES[delivery]
    bmc.deliver(SYSTEM, kind, times=1)
    await light_led(client)
    assert bmc.indicator_led == "Lit"
    bmc.fail(SYSTEM, status=403, method="PATCH", delivery=kind)
    with pytest.raises(AuthorizationError):
        await client.async_set_indicator_led("Off")


@deliveries
async def test_broken_login_keeps_its_session(
    client: SupermicroRedfishClient, bmc: Bmc, delivery: str
) -> None:
    """Use the token and the location in the headers, and delete the session later."""
    bmc.deliver(SESSIONS, BROKEN_BODIES[delivery], times=1)
    assert (await client.async_get_system()).is_on
    assert bmc.login_attempts == 1
    await client.async_disconnect()
    assert bmc.open_sessions == 0


@deliveries
async def test_broken_refusal_of_login_is_a_refusal(
    client: SupermicroRedfishClient, bmc: Bmc, delivery: str
) -> None:
    """Send a refused password once; retry later after any other error."""
    kind = BROKEN_BODIES[delivery]
    for status, error in ((503, ServiceUnavailableError), (429, RateLimitError)):
        bmc.fail(
            SESSIONS,
            status=status,
            method="POST",
            headers=RETRY_AFTER,
            delivery=kind,
            times=1,
        )
        with pytest.raises(error) as caught:
            await client.async_connect()
        assert caught.value.retry_after == 60
        await client.async_connect()
        assert (await client.async_get_system()).is_on
        await client.async_disconnect()
    await client.async_connect()
    bmc.expire_sessions()
    bmc.requests.clear()
    bmc.fail(SESSIONS, status=401, method="POST", delivery=kind)
    for _ in range(2):
        with pytest.raises(AuthenticationError):
            await client.async_get_system()
    assert requested_paths(bmc).count(SESSIONS) == 1


@deliveries
async def test_broken_logout_ends(
    client: SupermicroRedfishClient, bmc: Bmc, delivery: str
) -> None:
    """Log out without an error, whatever the BMC responds, and log in again."""
    kind = BROKEN_BODIES[delivery]
    for status in (200, 401, 404, 500):
        await client.async_connect()
        bmc.requests.clear()
        if status == 200:
            bmc.deliver(f"{SESSIONS}/*", kind, times=1)
        else:
            bmc.fail(f"{SESSIONS}/*", status=status, delivery=kind, times=1)
        await client.async_disconnect()
        assert statuses(bmc, "DELETE") == [status]
        bmc.expire_sessions()
    await client.async_connect()
    assert (await client.async_get_system()).is_on
