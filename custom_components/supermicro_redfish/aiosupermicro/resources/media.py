"""Insert and eject virtual media.

Most boards have a slot for each medium, with the actions InsertMedia and EjectMedia.
The old family has a single configuration instead, with Mount and UnMount. Its slot is
a resource only while a medium is inserted.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
import re
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from ..const import MEDIA_POLL_SECONDS, MEDIA_POLLS
from ..exceptions import (
    InvalidRequestError,
    InvalidResponseError,
    NotFoundError,
    RateLimitError,
    ResourceError,
    ServiceUnavailableError,
    SupermicroRedfishError,
    TimeoutError,  # noqa: A004 - the library's own
)
from ..models import BootSource, VirtualMedia
from ..payload import JsonObject, find_link
from .endpoints import MEDIA_CONFIGURATION, SYSTEM, VIRTUAL_MEDIA
from .reader import ResourceReader

_MOUNT = "Actions/#IsoConfig.Mount/target"
_UNMOUNT = "Actions/#IsoConfig.UnMount/target"
_SHARE: Final = re.compile(
    r"(?:(?:smb|cifs):)?[/\\]{2}([^/\\]+)[/\\](.+)", re.IGNORECASE
)
_CD: Final = "CD"
_PROTOCOLS: Final[Mapping[str, str]] = {
    "http": "HTTP",
    "https": "HTTPS",
    "nfs": "NFS",
    "smb": "CIFS",
    "cifs": "CIFS",
    "": "CIFS",
}
"""TransferProtocolType by scheme; a share may be given without one."""

_BUSY: Final = (
    InvalidResponseError,
    RateLimitError,
    ServiceUnavailableError,
    TimeoutError,
)
"""Errors of a BMC that is busy with a medium."""

_MAX_TIMEOUTS: Final = 2

_BOOT_SOURCES: Final = (
    BootSource.USB_CD,
    BootSource.UEFI_USB_CD,
    BootSource.CD,
    BootSource.CD_DVD,
    BootSource.UEFI_CD,
)
"""Boot sources that can be a virtual medium, which is a drive at the USB port."""


@dataclass(frozen=True)
class Image:
    """Address of an image, and the credentials for it."""

    address: str
    username: str | None = None
    password: str | None = None

    @classmethod
    def from_address(
        cls, address: str, username: str | None, password: str | None
    ) -> Image:
        """Move the credentials in an address to their own fields.

        Raises:
            InvalidRequestError: The address is malformed.

        """
        scheme, mark, rest = address.strip().partition("://")
        authority, slash, path = rest.partition("/")
        login, at, host = authority.rpartition("@")
        if not mark or not at:
            return cls(_check_address(address.strip()), username, password)
        name, _, secret = login.partition(":")
        return cls(
            _check_address(f"{scheme}://{host}{slash}{path}"),
            username or unquote(name) or None,
            password or unquote(secret) or None,
        )

    @property
    def protocol(self) -> str | None:
        """TransferProtocolType of the address, None for an unknown scheme."""
        scheme, mark, _ = self.address.partition("://")
        return _PROTOCOLS.get(scheme.lower() if mark else "")


def _check_address(address: str) -> str:
    """Return an address without credentials.

    Raises:
        InvalidRequestError: It is malformed.

    """
    with suppress(ValueError):
        url = urlsplit(address)
        is_address = url.hostname and url.path.strip("/") and url.port != 0
        if _SHARE.fullmatch(address) or (url.scheme and is_address):
            return address
    raise InvalidRequestError("The address of the image is malformed")


@dataclass(frozen=True)
class _Slot:
    """A slot, and the path of its resource."""

    path: str
    media: VirtualMedia
    configuration: JsonObject | None = None
    """Configuration of the old family, which replaces the slot's own actions."""

    @property
    def can_insert(self) -> bool:
        """Return whether a medium can be inserted now."""
        has_action = self.configuration is not None or self.media.insert is not None
        return has_action and self.media.is_inserted is not True

    @property
    def insert_target(self) -> str:
        """Path of InsertMedia."""
        target = self.media.insert.target if self.media.insert else None
        return target or f"{self.path}/Actions/VirtualMedia.InsertMedia"

    @property
    def accepts_cd(self) -> bool:
        """Return whether the slot accepts images of CDs."""
        return not self.media.media_types or _CD in self.media.media_types


async def async_get_slots(reader: ResourceReader) -> list[VirtualMedia]:
    """Return the slots for virtual media, an empty list where there are none."""
    return [slot.media for slot in await _async_get_slots(reader)]


async def async_insert_media(
    reader: ResourceReader, image: Image, slot_id: str | None
) -> None:
    """Insert an image into a slot, and wait until the BMC has connected it.

    Raises:
        NotFoundError: There is no such slot, or none is free.
        InvalidRequestError: The BMC rejected the image, or did not connect it.

    """
    slots = await _async_get_slots(reader)
    free = [slot for slot in slots if slot.can_insert]
    slot = _find_slot(free, slot_id, "free slot")
    async with _redact_errors(image):
        if slot.configuration is not None:
            await _async_mount(reader, slot, image)
        else:
            await _async_insert(reader, slot, image)
        await _async_wait(reader, slot, is_inserted=True)


async def async_eject_media(reader: ResourceReader, slot_id: str | None) -> None:
    """Eject the medium of a slot, or that of all slots.

    Raises:
        NotFoundError: There is no such slot.

    """
    slots = await _async_get_slots(reader)
    if slot_id is not None:
        slots = [_find_slot(slots, slot_id, "slot")]
    for slot in slots:
        if slot.media.is_inserted is False:
            continue
        if slot.configuration is not None:
            await _async_unmount(reader, slot)
        elif (eject := slot.media.eject) and eject.target:
            await reader.async_post(eject.target, {})
        else:
            continue
        await _async_wait(reader, slot, is_inserted=False)


async def async_find_boot_source(reader: ResourceReader) -> str:
    """Return the boot source of a virtual medium, from those that the board lists.

    Raises:
        NotFoundError: The board cannot boot from one.

    """
    offered = (await reader.async_get(SYSTEM, cached=True)).boot.boot_source_options
    for source in _BOOT_SOURCES:
        if source in offered:
            return source
    raise NotFoundError("This board cannot boot from virtual media")


async def _async_get_slots(reader: ResourceReader) -> list[_Slot]:
    """Return the slots, or that of the old family's configuration."""
    paths = await reader.members.async_list(VIRTUAL_MEDIA)
    bodies = await reader.members.async_get(paths)
    slots = [_Slot(path, VirtualMedia.from_dict(body)) for path, body in bodies.items()]
    if any(slot.media.insert for slot in slots):
        return slots
    try:
        configuration = await reader.async_get_json(MEDIA_CONFIGURATION, cached=True)
    except NotFoundError:
        return slots
    return [_from_configuration(reader, configuration, slots)]


def _from_configuration(
    reader: ResourceReader, configuration: JsonObject, slots: list[_Slot]
) -> _Slot:
    """Return the slot of the old family, with the medium of its only member."""
    path = reader.path(MEDIA_CONFIGURATION) or ""
    inserted = [slot.media for slot in slots if slot.media.is_inserted]
    medium = inserted[0] if inserted else VirtualMedia(inserted=False)
    own = VirtualMedia.from_dict(configuration)
    return _Slot(path, replace(medium, id=own.id, name=own.name), configuration)


def _find_slot(slots: list[_Slot], slot_id: str | None, kind: str) -> _Slot:
    """Return a slot by its Id, or else the first one for CDs."""
    if slot_id is not None:
        slots = [slot for slot in slots if slot.media.id == slot_id]
    slots.sort(key=lambda slot: not slot.accepts_cd)
    if not slots:
        name = kind if slot_id is None else f"{kind} {slot_id}"
        raise NotFoundError(f"There is no {name} for virtual media")
    return slots[0]


async def _async_insert(reader: ResourceReader, slot: _Slot, image: Image) -> None:
    """Invoke InsertMedia.

    Some boards reject a parameter that they do not need, and others require it. So it
    is sent only after an error that names it.
    """
    parameters = _given({"Image": image.address}, image, "UserName", "Password")
    optional = {
        name: value
        for name, value in {
            "TransferProtocolType": image.protocol,
            "TransferMethod": "Stream",
        }.items()
        if value
    }
    while True:
        try:
            await reader.async_post(slot.insert_target, parameters)
        except InvalidRequestError as error:
            named = [name for name in optional if name in str(error)]
            if not named:
                raise
            parameters |= {name: optional.pop(name) for name in named}
        else:
            return


async def _async_mount(reader: ResourceReader, slot: _Slot, image: Image) -> None:
    """Configure the share of the image, and mount it."""
    host, path = _split_share(image.address)
    settings = _given(
        {"Host": host, "Path": path}, image, "Username", "Password", default=""
    )
    await reader.async_patch(MEDIA_CONFIGURATION, settings)
    await _async_invoke(reader, slot, _MOUNT)


async def _async_unmount(reader: ResourceReader, slot: _Slot) -> None:
    """Unmount the image, and clear the credentials that the BMC keeps.

    A board that rejects empty settings keeps them.
    """
    await _async_invoke(reader, slot, _UNMOUNT)
    empty = dict.fromkeys(("Host", "Path", "Username", "Password"), "")
    with suppress(ResourceError):
        await reader.async_patch(MEDIA_CONFIGURATION, empty)


async def _async_invoke(reader: ResourceReader, slot: _Slot, pointer: str) -> None:
    """Invoke an action of the old family's configuration."""
    name = pointer.split("/")[1].removeprefix("#")
    target = find_link(slot.configuration or {}, pointer)
    await reader.async_post(target or f"{slot.path}/Actions/{name}", {})


def _given(
    parameters: dict[str, Any],
    image: Image,
    username_key: str,
    password_key: str,
    default: str | None = None,
) -> dict[str, Any]:
    """Return parameters with the credentials of an image, if it has any."""
    login = {
        username_key: image.username or default,
        password_key: image.password or default,
    }
    return parameters | {key: text for key, text in login.items() if text is not None}


def _split_share(address: str) -> tuple[str, str]:
    """Return the host and the path of an address, as the old family expects them.

    The host of a share has no scheme, and that of a web server has one.
    """
    if match := _SHARE.fullmatch(address):
        return match[1], "/" + match[2].replace("\\", "/")
    url = urlsplit(address)
    path = f"{url.path}?{url.query}" if url.query else url.path
    return f"{url.scheme}://{url.netloc}", path


async def _async_wait(
    reader: ResourceReader, slot: _Slot, *, is_inserted: bool
) -> None:
    """Wait until a slot has a medium or none, after an action that may be delayed.

    A BMC that is busy with the medium may not show its slots for some seconds.
    """
    error: ResourceError | None = None
    polls = timeouts = 0
    while (polls := polls + 1) <= MEDIA_POLLS and timeouts < _MAX_TIMEOUTS:
        try:
            if await _async_is_inserted(reader, slot) in (is_inserted, None):
                return
            error = None
        except _BUSY as busy:
            error = busy
            timeouts += isinstance(busy, TimeoutError)
        await asyncio.sleep(MEDIA_POLL_SECONDS)
    if error:
        raise error
    state = "still empty" if is_inserted else "still occupied"
    raise InvalidRequestError(
        f"The BMC accepted the request, but {slot.media.id} is {state}"
    )


async def _async_is_inserted(reader: ResourceReader, slot: _Slot) -> bool | None:
    """Return whether a slot has a medium; some boards list a slot only then."""
    if slot.configuration is None:
        body = await reader.async_find_json(slot.path)
        return False if body is None else VirtualMedia.from_dict(body).is_inserted
    return any(other.media.is_inserted for other in await _async_get_slots(reader))


@asynccontextmanager
async def _redact_errors(image: Image) -> AsyncIterator[None]:
    """Remove the credentials of an image from errors: a BMC may repeat them."""
    try:
        yield
    except SupermicroRedfishError as error:
        for secret in _secrets(image):
            error.redact(secret)
        raise


def _secrets(image: Image) -> Iterable[str]:
    """Return the texts that no error may contain."""
    query = urlsplit(image.address).query
    return filter(None, (image.password, image.username, query))
