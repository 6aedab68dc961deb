"""Virtual media: slots, inserting and ejecting on all firmware families."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any

from aiohttp import ClientSession
import pytest

from aiosupermicro import (
    InvalidRequestError,
    LicenseError,
    NotFoundError,
    ServiceUnavailableError,
    SupermicroRedfishClient,
    VirtualMedia,
)
from aiosupermicro.redaction import redacted
from aiosupermicro.resources import media
from tests.conftest import RECORDINGS
from tests.library import MANAGER, connected_client
from tests.library.boards import load
from tests.simulator import Bmc

X12, X10, X13, OPENBMC = "x12spi-tf", "x10sdv", "x13-sys-821ge-tnhr", "gb300-openbmc"
FAMILIES = [X12, *(name for name in (X10, X13, OPENBMC) if name in RECORDINGS)]

URL = "https://files.example/iso/debian-13.iso"
SHARE = "//files.example/iso/debian-13.iso"
PASSWORD = "s3cret/p@ss:word"

every_family = pytest.mark.parametrize("family", FAMILIES)


@pytest.fixture(autouse=True)
def no_delay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read a slot again without a delay."""
    monkeypatch.setattr(media, "MEDIA_POLL_SECONDS", 0)


@asynccontextmanager
async def connected(
    session: ClientSession, family: str, **options: Any
) -> AsyncIterator[tuple[SupermicroRedfishClient, Bmc]]:
    """Provide a client of a board, and its BMC."""
    bmc = Bmc(load(family), task_seconds=0, **options)
    async with connected_client(bmc, session) as client:
        yield client, bmc


async def inserted(client: SupermicroRedfishClient) -> list[VirtualMedia]:
    """Return the slots that contain a medium."""
    slots = await client.async_get_virtual_media()
    return [slot for slot in slots if slot.is_inserted]


def payloads(bmc: Bmc) -> list[dict[str, Any]]:
    """Return the bodies of all writes but the login."""
    return [
        item.body
        for item in bmc.requests
        if item.method in ("POST", "PATCH") and "Session" not in item.path
    ]


@every_family
async def test_medium_is_inserted_and_ejected(
    session: ClientSession, family: str
) -> None:
    """Return the file name while the image is inserted, and None afterwards."""
    async with connected(session, family) as (client, _):
        empty = await client.async_get_virtual_media()
        assert empty
        assert [slot.is_inserted for slot in empty] == [False] * len(empty)
        await client.async_insert_media(URL)
        (slot,) = await inserted(client)
        assert slot.file_name == "debian-13.iso"
        await client.async_eject_media()
        assert await inserted(client) == []
        after = await client.async_get_virtual_media()
        assert [slot.id for slot in after] == [slot.id for slot in empty]
        assert [slot.file_name for slot in after] == [None] * len(after)


@every_family
async def test_credentials_are_sent_beside_the_address(
    session: ClientSession, family: str
) -> None:
    """Move the credentials from the address, which a BMC may show."""
    address = "http://me:s3cret%2Fp%40ss%3Aword@files.example/debian-13.iso"
    async with connected(session, family) as (client, bmc):
        await client.async_insert_media(address)
        sent = payloads(bmc)[0]
        assert PASSWORD in sent.values()
        assert "me" in sent.values()
        assert not [text for text in sent.values() if "@files" in str(text)]
        (slot,) = await inserted(client)
        # The old family shows the name only.
        assert slot.image in ("http://files.example/debian-13.iso", None)
        assert slot.file_name == "debian-13.iso"
        assert PASSWORD not in str(redacted(client.cached_resources))


async def test_given_account_replaces_that_of_the_address(
    session: ClientSession,
) -> None:
    """Send the account that was given, and no part of the other one."""
    address = "http://me:old@files.example/debian-13.iso"
    async with connected(session, X12) as (client, bmc):
        await client.async_insert_media(address, username="root", password=PASSWORD)
        (sent,) = payloads(bmc)
        assert (sent["UserName"], sent["Password"]) == ("root", PASSWORD)
        assert sent["Image"] == "http://files.example/debian-13.iso"


async def test_only_image_is_sent_at_first(session: ClientSession) -> None:
    """Omit parameters with a default, as some boards reject them."""
    async with connected(session, X12) as (client, bmc):
        await client.async_insert_media(URL)
        assert payloads(bmc) == [{"Image": URL}]


@pytest.mark.parametrize(
    ("address", "protocol"),
    [
        *((URL, "HTTPS"), ("http://a/b.iso", "HTTP"), ("nfs://a/b.iso", "NFS")),
        *((SHARE, "CIFS"), ("smb://a/b.iso", "CIFS"), ("CIFS://a/b.iso", "CIFS")),
    ],
)
async def test_parameter_is_added_when_error_names_it(
    session: ClientSession, address: str, protocol: str
) -> None:
    """Repeat the request once for each missing parameter."""
    required = ("TransferProtocolType", "TransferMethod")
    async with connected(session, X12, media_parameters=required) as (client, bmc):
        await client.async_insert_media(address)
        assert payloads(bmc)[-1] == {
            "Image": address,
            "TransferProtocolType": protocol,
            "TransferMethod": "Stream",
        }
        assert len(payloads(bmc)) == len(required) + 1


async def test_unknown_required_parameter_is_not_guessed(
    session: ClientSession,
) -> None:
    """Raise the error of the BMC after a single request."""
    async with connected(session, X12, media_parameters=("Token",)) as (client, bmc):
        with pytest.raises(InvalidRequestError, match="Token"):
            await client.async_insert_media(URL)
        assert len(payloads(bmc)) == 1


async def test_error_contains_no_credentials(session: ClientSession) -> None:
    """Remove the credentials from an error that repeats the request."""
    async with connected(session, X12, media_error=True) as (client, _):
        with pytest.raises(InvalidRequestError) as failure:
            await client.async_insert_media(
                f"{URL}?signature=abc123", username="me@home", password=PASSWORD
            )
        texts = f"{failure.value} {failure.value.bmc_message} {failure.value!r}"
        assert "debian-13.iso" in texts
        for secret in (PASSWORD, "me@home", "abc123"):
            assert secret not in texts


@pytest.mark.parametrize("host", ["[::1", "[bad]:99", "::1]"])
@every_family
async def test_malformed_address_is_not_sent(
    session: ClientSession, family: str, host: str
) -> None:
    """Raise an error without credentials before any write."""
    async with connected(session, family) as (client, bmc):
        with pytest.raises(InvalidRequestError, match="malformed") as caught:
            await client.async_insert_media(f"https://bob:s3cret@{host}/x.iso")
        assert payloads(bmc) == []
    assert "s3cret" not in f"{caught.value!r} {caught.value.__cause__!r}"


@pytest.mark.parametrize(
    "address",
    [
        *("", "x.iso", "/x.iso", "//server", "C:\\x.iso", "http://", "http://server"),
        *("https:///x.iso", "https://server:99999/x.iso", "http://server:0/x.iso"),
    ],
)
@every_family
async def test_text_that_is_no_address_is_not_sent(
    session: ClientSession, family: str, address: str
) -> None:
    """Raise an error for an address without a scheme, a host or a path."""
    async with connected(session, family) as (client, bmc):
        with pytest.raises(InvalidRequestError, match="malformed"):
            await client.async_insert_media(address)
        assert payloads(bmc) == []


async def test_unknown_slot_is_an_error(session: ClientSession) -> None:
    """Name the slot, which is not called free when a medium is ejected."""
    async with connected(session, X12) as (client, _):
        with pytest.raises(NotFoundError, match="no slot Z9"):
            await client.async_eject_media("Z9")
        with pytest.raises(NotFoundError, match="no free slot Z9"):
            await client.async_insert_media(URL, "Z9")


@pytest.mark.parametrize("status", [429, 503])
async def test_busy_slot_is_read_again(session: ClientSession, status: int) -> None:
    """Insert and eject an image while the BMC does not show the slot for a moment."""
    async with connected(session, X12) as (client, bmc):
        slot = f"{MANAGER}/VirtualMedia/VirtualMedia1"

        def keep_busy() -> None:
            bmc.fail(slot, status=status, times=2)

        for change in (client.async_insert_media, client.async_eject_media):
            bmc.on_request(f"{slot}/Actions/*", keep_busy)
            await change(*([URL] if change == client.async_insert_media else []))
            assert [item.path for item in bmc.requests[-3:]] == [slot] * 3
            statuses = [item.status for item in bmc.requests[-3:]]
            assert statuses == [status, status, 200]


async def test_slot_that_stays_unreadable_is_an_error(session: ClientSession) -> None:
    """Raise the error of the slot if its state remains unknown."""
    async with connected(session, X12) as (client, bmc):
        slot = f"{MANAGER}/VirtualMedia/VirtualMedia1"
        bmc.on_request(f"{slot}/Actions/*", lambda: bmc.fail(slot, status=503))
        with pytest.raises(ServiceUnavailableError):
            await client.async_insert_media(URL)


async def test_missing_license_is_named(session: ClientSession) -> None:
    """Raise an error with the missing license, after one request."""
    slot = "/redfish/v1/Managers/1/VirtualMedia/VirtualMedia1"
    unlicensed = (f"{slot}/Actions/VirtualMedia.InsertMedia",)
    async with connected(session, X12, unlicensed=unlicensed) as (client, bmc):
        with pytest.raises(LicenseError) as failure:
            await client.async_insert_media(URL)
        assert failure.value.license == "DCMS"
        assert len(payloads(bmc)) == 1
        assert await inserted(client) == []


async def test_slot_is_selected_by_id(session: ClientSession) -> None:
    """Use the first free slot by default, and reject an occupied or unknown one."""
    async with connected(session, X12) as (client, _):
        await client.async_insert_media(URL, "VirtualMedia2")
        await client.async_insert_media(SHARE)
        assert [slot.id for slot in await inserted(client)] == [
            "VirtualMedia1",
            "VirtualMedia2",
        ]
        for slot in ("VirtualMedia2", "VirtualMedia9", None):
            with pytest.raises(NotFoundError, match="no free slot"):
                await client.async_insert_media(URL, slot)
        await client.async_eject_media("VirtualMedia1")
        assert [slot.id for slot in await inserted(client)] == ["VirtualMedia2"]


async def test_slot_for_cds_comes_first(session: ClientSession) -> None:
    """Use a later slot if the first one takes no CDs."""
    async with connected(session, X12) as (client, bmc):
        (first,) = [path for path in bmc.store.paths if path.endswith("VirtualMedia1")]
        bmc.change(first, {"MediaTypes": ["USBStick"]})
        await client.async_insert_media(URL)
        assert [slot.id for slot in await inserted(client)] == ["VirtualMedia2"]


async def test_ejecting_an_empty_slot_sends_nothing(session: ClientSession) -> None:
    """Send no request for an empty slot; reject an unknown slot."""
    async with connected(session, X12) as (client, bmc):
        await client.async_eject_media("VirtualMedia1")
        await client.async_eject_media()
        with pytest.raises(NotFoundError):
            await client.async_eject_media("VirtualMedia9")
        assert payloads(bmc) == []


async def test_image_that_does_not_appear_is_an_error(
    session: ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Raise an error if the slot does not contain the image after several reads."""
    monkeypatch.setattr(media, "MEDIA_POLLS", 2)
    monkeypatch.setattr(media, "MEDIA_POLL_SECONDS", 0.1)
    async with connected(session, X12) as (client, bmc):
        bmc.task_seconds = 3600
        monkeypatch.setattr("aiosupermicro.http.task_monitor.TASK_TIMEOUT_SECONDS", 0)
        started = monotonic()
        with pytest.raises(InvalidRequestError, match="VirtualMedia1 is still empty"):
            await client.async_insert_media(URL)
        assert monotonic() - started >= 0.2


@pytest.mark.parametrize(
    ("options", "source"),
    [
        (["Pxe", "Cd", "UsbCd"], "UsbCd"),
        (["None", "Pxe", "Cd", "Usb"], "Cd"),
        (["CD/DVD", "UefiUsbCd"], "UefiUsbCd"),
        (["Pxe", "Hdd"], None),
    ],
)
async def test_boot_source_is_one_that_the_board_lists(
    session: ClientSession, options: list[str], source: str | None
) -> None:
    """Prefer the USB drive that represents the virtual medium."""
    key = "BootSourceOverrideTarget@Redfish.AllowableValues"
    async with connected(session, X12) as (client, bmc):
        bmc.change("/redfish/v1/Systems/1", {"Boot": {key: options}})
        if source is None:
            with pytest.raises(NotFoundError):
                await client.async_get_media_boot_source()
        else:
            assert await client.async_get_media_boot_source() == source


@pytest.mark.skipif(X10 not in RECORDINGS, reason="the recording is not here")
@pytest.mark.parametrize(
    ("address", "host", "path"),
    [
        (SHARE, "files.example", "/iso/debian-13.iso"),
        (r"\\files.example\iso\debian-13.iso", "files.example", "/iso/debian-13.iso"),
        ("smb://files.example/iso/a.iso", "files.example", "/iso/a.iso"),
        (URL, "https://files.example", "/iso/debian-13.iso"),
    ],
)
async def test_old_family_gets_host_and_path(
    session: ClientSession, address: str, host: str, path: str
) -> None:
    """Configure the share, mount it, and clear the credentials after it."""
    async with connected(session, X10) as (client, bmc):
        await client.async_insert_media(address, username="me", password=PASSWORD)
        assert payloads(bmc) == [
            {"Host": host, "Path": path, "Username": "me", "Password": PASSWORD},
            {},
        ]
        await client.async_eject_media()
        empty = dict.fromkeys(("Host", "Path", "Username", "Password"), "")
        assert payloads(bmc)[2:] == [{}, empty]


@pytest.mark.parametrize(
    ("body", "is_inserted", "file_name"),
    [
        ({"Inserted": True, "Image": "//a/b/c.iso"}, True, "c.iso"),
        ({"Inserted": True, "ImageName": "c.iso"}, True, "c.iso"),
        ({"Inserted": True, "Image": "https://me:pw@host"}, True, "host"),
        ({"Inserted": True, "Image": "https://h/c.iso?token=1"}, True, "c.iso"),
        ({"Inserted": True, "Image": r"\\a\b\c.iso"}, True, "c.iso"),
        ({"Inserted": True}, True, None),
        ({"Inserted": False, "ImageName": "c.iso"}, False, None),
        ({"ImageName": "c.iso", "ConnectedVia": "NotConnected"}, False, None),
        ({"ImageName": "c.iso"}, None, None),
    ],
)
def test_image_name_of_an_ejected_medium_is_ignored(
    body: dict[str, Any], *, is_inserted: bool | None, file_name: str | None
) -> None:
    """Use Inserted and ConnectedVia, as the name remains after ejection."""
    slot = VirtualMedia.from_dict(body)
    assert slot.is_inserted is is_inserted
    assert slot.file_name == file_name


@pytest.mark.skipif(X10 not in RECORDINGS, reason="the recording is not here")
async def test_old_family_is_sent_the_action_that_it_lists(
    session: ClientSession,
) -> None:
    """Mount the image by the target in the configuration, wherever that is."""
    async with connected(session, X10) as (client, bmc):
        (path,) = [path for path in bmc.store.paths if path.endswith("/CfgCD")]
        target = f"{path}/Mount"
        bmc.change(path, {"Actions": {"#IsoConfig.Mount": {"target": target}}})
        with pytest.raises(NotFoundError):
            await client.async_insert_media(SHARE)
        sent = [item.path for item in bmc.requests if item.method == "POST"]
        assert sent[-1] == target


async def test_medium_without_eject_action_is_skipped(session: ClientSession) -> None:
    """Skip a slot without an eject action, and eject all others."""
    async with connected(session, X12) as (client, bmc):
        for number in (1, 2):
            await client.async_insert_media(f"{URL}{number}")
        slot = next(path for path in bmc.store.paths if path.endswith("VirtualMedia1"))
        bmc.change(slot, {"Actions": None})
        await client.async_eject_media()
        assert [slot.id for slot in await inserted(client)] == ["VirtualMedia1"]
