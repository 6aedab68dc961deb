"""Exceptions for error responses, and the details that they carry."""

from typing import Any

import pytest

from aiosupermicro import (
    AuthorizationError,
    InvalidRequestError,
    InvalidResponseError,
    LicenseError,
    NotFoundError,
    RateLimitError,
    ServiceUnavailableError,
    SupermicroRedfishClient,
    SupermicroRedfishError,
)
from tests.library import CHASSIS, FAN_MODE, ROOT, THERMAL
from tests.simulator import Bmc


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, InvalidRequestError),
        (403, AuthorizationError),
        (404, NotFoundError),
        (405, InvalidRequestError),
        (412, InvalidRequestError),
        (429, RateLimitError),
        (500, ServiceUnavailableError),
        (503, ServiceUnavailableError),
    ],
)
async def test_error_has_type_and_details_of_response(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    status: int,
    expected: type[SupermicroRedfishError],
) -> None:
    """Raise the exception of a status, with path, status and Retry-After."""
    bmc.fail(THERMAL, status=status, headers={"Retry-After": "7"})
    with pytest.raises(expected) as caught:
        await client.async_get_thermal()
    error = caught.value
    assert (error.status, error.path, error.retry_after) == (status, THERMAL, 7)
    assert str(error).startswith(f"GET {THERMAL} failed with status {status}")


@pytest.mark.parametrize(
    ("fault", "expected", "status"),
    [
        ({"status": 201, "body": {"error": {}}}, InvalidResponseError, 201),
        ({"status": 304}, InvalidResponseError, 304),
        ({"status": 200, "body": "<html>"}, InvalidResponseError, 200),
        (None, ServiceUnavailableError, 200),
    ],
    ids=["error", "not modified", "page", "cut"],
)
async def test_error_has_status_of_unusable_response(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    fault: dict[str, Any] | None,
    expected: type[SupermicroRedfishError],
    status: int,
) -> None:
    """Report the status of each response, also of one without a usable body."""
    if fault is None:
        bmc.cut(THERMAL)
    else:
        bmc.fail(THERMAL, **fault)
    with pytest.raises(expected) as caught:
        await client.async_get_thermal()
    assert caught.value.status == status


@pytest.mark.parametrize(
    "header",
    [
        "Wed, 21 Oct 2026 07:28:00 GMT",
        "soon",
        "-1",
        "",
        pytest.param("9" * 400, id="huge"),
    ],
)
async def test_error_ignores_retry_after_that_is_no_number(
    client: SupermicroRedfishClient, bmc: Bmc, header: str
) -> None:
    """Leave `retry_after` None for a date or an invalid header."""
    bmc.fail(CHASSIS, status=503, headers={"Retry-After": header})
    with pytest.raises(ServiceUnavailableError) as caught:
        await client.async_get_chassis()
    assert caught.value.retry_after is None


@pytest.mark.parametrize("spelling", ["Message", "message"])
async def test_error_has_message_in_both_spellings(
    client: SupermicroRedfishClient, bmc: Bmc, spelling: str
) -> None:
    """Read the key Message, which half of the firmwares spell message."""
    body = {"error": {"code": "Base.1.0.GeneralError", spelling: "Too hot."}}
    bmc.fail(THERMAL, status=400, body=body)
    with pytest.raises(InvalidRequestError) as caught:
        await client.async_get_thermal()
    assert caught.value.bmc_message == "Too hot."


async def test_error_has_most_severe_message(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Report the most severe of several messages."""
    notices = [
        {"MessageId": "Base.1.0.Success", "Severity": "OK", "Message": "Fine."},
        {"MessageId": "Base.1.0.Worse", "Severity": "Critical", "Message": "Bad."},
        {"MessageId": "Base.1.0.Odd", "Severity": "Warning", "Message": "Odd."},
    ]
    body = {"error": {"@Message.ExtendedInfo": notices}}
    bmc.fail(THERMAL, status=400, body=body)
    with pytest.raises(InvalidRequestError) as caught:
        await client.async_get_thermal()
    assert caught.value.message_id == "Base.1.0.Worse"


async def test_error_page_in_html_keeps_its_status(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Map the status of an error with an HTML body."""
    bmc.fail(THERMAL, status=404, body="<html>404</html>", content_type="text/html")
    with pytest.raises(NotFoundError):
        await client.async_get_thermal()


async def test_rejected_command_reports_message_of_bmc(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Include status, path, message and message id of the response."""
    with pytest.raises(InvalidRequestError) as caught:
        await client.async_set_fan_mode("Turbo")
    assert caught.value.status == 400
    assert caught.value.path == FAN_MODE
    assert caught.value.message_id
    assert "Turbo" in (caught.value.bmc_message or "")
    assert bmc.fan_mode == "Optimal"


async def test_missing_license_is_named(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Report the license that old X11 boards require even for the service root.

    It is not reported as a wrong password, and no login is attempted.
    """
    bmc.unlicensed = (ROOT,)
    with pytest.raises(LicenseError) as caught:
        await client.async_connect()
    assert caught.value.license == "SUM DCMS OOB"
    assert bmc.login_attempts == 0


def test_members_with_a_secret_are_dropped() -> None:
    """Drop the members of an error response if they contain a secret."""
    error = SupermicroRedfishError("Refused")
    error.members = ({"Id": "1", "Token": "a-secret"},)
    error.redact("another-secret")
    assert "a-secret" in repr(error.members)
    error.redact("a-secret")
    assert "a-secret" not in repr(error.members)
