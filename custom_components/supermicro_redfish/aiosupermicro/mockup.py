"""Recording of a BMC in the DMTF mockup layout, without identifiers."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
import errno
import json
import os
from pathlib import Path
import re
from typing import Any, Self

from .const import (
    MAX_PATH_SEGMENTS,
    MAX_RECORDED_BYTES,
    MAX_RECORDED_REQUESTS,
    MAX_SEGMENT_LENGTH,
    MAX_SKIPPED_PATHS,
    REDFISH_ROOT,
)
from .exceptions import (
    AuthenticationError,
    LicenseError,
    NotFoundError,
    ResourceError,
    SupermicroRedfishError,
)
from .http.connection import Connection
from .payload import normalize_path, one_line
from .redaction import redacted
from .redaction.sensitive_text import redact_secrets
from .resources.collections import async_iterate_pages

# Schemas are equal on all boards, sessions are temporary, IKVM creates console tickets.
_EXCLUDED = re.compile(
    r".*/(JsonSchemas/.+|Sessions/.+|IKVM|\$metadata|odata)", re.IGNORECASE
)

_SEGMENT = re.compile(
    rf"(?!index\.json$)\w[\w.~@+=,()%: -]{{0,{MAX_SEGMENT_LENGTH - 1}}}(?<![. ])",
    re.ASCII | re.IGNORECASE,
)
"""Names of folders in a recording.

The file of a resource is `index.json`. A folder of this name would clash with it.
"""

_TEXTS = re.compile(r".*/(LogServices|TaskService|EventService)(/.*)?")
"""Resources with texts in which identifiers of other resources occur."""

_NEXT_PAGE = "Members@odata.nextLink"
_MAX_REJECTIONS = 3
"""Maximum number of resources in a row that reject a new session."""

_FILE = "index.json"
_HAS_FOLDER_DESCRIPTORS = {os.open, os.mkdir} <= os.supports_dir_fd
_OPEN_FOLDER = getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
_UNUSABLE_NAMES = frozenset(
    (errno.EEXIST, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.EINVAL)
)
"""Errors of a single file: its name is invalid, taken or a link."""


@dataclass
class Recording:
    """Resources of a BMC that were recorded."""

    resources: dict[str, Any] = field(default_factory=dict, repr=False)
    """The resources by path, with all identifiers and secrets."""
    skipped: dict[str, str] = field(default_factory=dict)
    """Paths of resources that are not recorded, with the reason."""
    requests: int = 0
    """The number of requests, including those for missing resources."""
    size: int = 0
    """The size of the resources in bytes."""
    has_failed: bool = False
    """Whether a resource, or a part of one, could not be read."""
    is_complete: bool = False
    """Whether all links have been followed, and led to a resource or to none."""

    @property
    def has_room(self) -> bool:
        """Return whether the limits allow another resource."""
        return self.requests < MAX_RECORDED_REQUESTS and self.size < MAX_RECORDED_BYTES

    def add(self, path: str, body: dict[str, Any]) -> None:
        """Add a resource."""
        self.resources[path] = body
        self.size += len(json.dumps(body))

    def extend(self, path: str, page: Mapping[str, Any]) -> None:
        """Add the members of a further page to a collection."""
        body = {key: v for key, v in self.resources[path].items() if key != _NEXT_PAGE}
        lists = [part.get("Members") for part in (body, page)]
        body["Members"] = [m for part in lists if isinstance(part, list) for m in part]
        if _NEXT_PAGE in page:
            body[_NEXT_PAGE] = page[_NEXT_PAGE]
        self.resources[path] = body
        self.size += len(json.dumps(page))

    def fail(self, path: str, error: SupermicroRedfishError) -> None:
        """Record that a resource, or a further page of one, cannot be read.

        A missing one is a dead link, and one that needs a license is skipped only.
        """
        is_part = path in self.resources
        if isinstance(error, NotFoundError) and not is_part:
            return
        self.has_failed |= is_part or not isinstance(error, LicenseError)
        self.skip(path, redact_secrets(one_line(str(error))))

    def skip(self, path: str, reason: str) -> None:
        """Record a path as skipped, up to a limit.

        A hostile BMC may have any number of them.
        """
        if len(self.skipped) < MAX_SKIPPED_PATHS:
            self.skipped[one_line(path)[:MAX_SEGMENT_LENGTH]] = reason


class _Queue:
    """Paths to read, each once.

    Logs come last. Their texts contain identifiers, and those are only known after the
    resources that they belong to. A recording that ends early has no logs, or has the
    identifiers as well.
    """

    def __init__(self, path: str) -> None:
        """Initialize with one path."""
        self._seen: set[str] = set()
        self._paths: deque[str] = deque()
        self._texts: deque[str] = deque()
        self.is_full = False
        """Whether there were more paths than requests are allowed."""
        self.add([path])

    def add(self, paths: Iterable[str]) -> None:
        """Add the paths that are new."""
        for path in paths:
            if path in self._seen:
                continue
            if len(self._seen) >= MAX_RECORDED_REQUESTS:
                self.is_full = True
                return
            self._seen.add(path)
            (self._texts if _TEXTS.fullmatch(path) else self._paths).append(path)

    def take(self) -> str | None:
        """Return the next path, or None at the end."""
        for paths in (self._paths, self._texts):
            if paths:
                return paths.popleft()
        return None


async def async_read_all(
    connection: Connection, progress: Callable[[int, str], None], recording: Recording
) -> None:
    """Read all linked resources one after the other.

    A resource that fails is skipped; also one that rejects a session which the BMC has
    just opened, unless several in a row do. The reading ends at the limits of a
    recording.

    Args:
        connection: Connection to the BMC.
        progress: Function that is called before each read, with the number of resources
            so far and the path of the next one.
        recording: Recording that receives each resource once it is read.

    Raises:
        AuthenticationError: The credentials were rejected.
        ConnectionError: The connection failed.
        ResourceError: The service root, which has all other links, cannot be read.

    """
    queue = _Queue(normalize_path(REDFISH_ROOT))
    rejections = 0
    while path := queue.take():
        if not recording.has_room:
            return
        progress(len(recording.resources), path)
        try:
            await _async_record(connection, path, recording, queue)
            rejections = 0
        except (ResourceError, AuthenticationError) as error:
            if isinstance(error, AuthenticationError):
                rejections += 1
                if not error.is_session_error or rejections >= _MAX_REJECTIONS:
                    raise
            if not recording.resources:
                raise
            recording.fail(path, error)
    recording.is_complete = not queue.is_full and not recording.has_failed


async def _async_record(
    connection: Connection, path: str, recording: Recording, queue: _Queue
) -> None:
    """Record a resource; a collection with the members of all its pages."""

    async def read(page_path: str) -> dict[str, Any]:
        recording.requests += 1
        return await connection.async_get(page_path)

    async for page in async_iterate_pages(path, read):
        if path in recording.resources:
            recording.extend(path, page)
        else:
            recording.add(path, dict(page))
        queue.add(_recorded_links(page, recording))
        if _NEXT_PAGE in page and not recording.has_room:
            recording.has_failed = True
            return


def _recorded_links(body: Mapping[str, Any], recording: Recording) -> Iterator[str]:
    """Return the paths of linked resources that belong in a recording."""
    for link in _links(body):
        path = normalize_path(link)
        if not path.startswith(REDFISH_ROOT) or _EXCLUDED.fullmatch(path):
            continue
        if _is_valid(path):
            yield path
        else:
            recording.skip(path, "invalid path")


def _links(value: Any) -> Iterator[str]:
    """Return all links.

    An embedded member, such as an entry of a log, is complete and not read again.
    """
    if isinstance(value, Mapping):
        links = [value.get("@Redfish.ActionInfo")]
        links += [value.get("@odata.id")] if len(value) == 1 else []
        yield from (link for link in links if isinstance(link, str))
        for inner in value.values():
            yield from _links(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _links(inner)


def _is_valid(path: str) -> bool:
    """Return whether a path can become a folder."""
    segments = path.strip("/").split("/")
    return len(segments) <= MAX_PATH_SEGMENTS and all(map(_SEGMENT.fullmatch, segments))


class MockupFolder:
    """New folder for a recording that only its owner can access.

    The folder may lie in one that other users can change, such as /tmp. No link is
    followed: every folder and file is opened relative to the one above it, by a name
    that must not be a link. Windows has no such functions; there, files are written by
    their paths.
    """

    def __init__(self, path: Path) -> None:
        """Initialize; nothing is created yet."""
        self._path = path
        self._descriptor = -1
        self._is_new = False
        self._is_used = False

    def __enter__(self) -> Self:
        """Create the folder, or use an empty one.

        Raises:
            ValueError: The folder is not empty, a link, or of another user.
            OSError: The folder cannot be created.

        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            self._path.mkdir(mode=0o700)
            self._is_new = True
        if self._path.is_symlink() or not self._path.is_dir():
            raise ValueError(f"{self._path} is not a folder. Choose a new folder.")
        if _HAS_FOLDER_DESCRIPTORS:
            self._descriptor = os.open(self._path, _OPEN_FOLDER)
            try:
                self._protect()
            except BaseException:
                os.close(self._descriptor)
                raise
        elif any(self._path.iterdir()):
            raise ValueError(f"{self._path} is not empty. Choose a new folder.")
        return self

    def _protect(self) -> None:
        """Deny other users any access, and require an empty folder."""
        if os.fstat(self._descriptor).st_uid != os.geteuid():
            raise ValueError(f"{self._path} belongs to another user.")
        os.fchmod(self._descriptor, 0o700)
        if os.listdir(self._descriptor):  # noqa: PTH208 - a descriptor has no path
            raise ValueError(f"{self._path} is not empty. Choose a new folder.")

    def __exit__(self, *args: object) -> None:
        """Close the folder. Remove it if it is new and was not used."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
        if self._is_new and not self._is_used:
            with suppress(OSError):
                self._path.rmdir()

    def write(self, path: str, text: str) -> None:
        """Write a new file to the folder of a path.

        Raises:
            FileExistsError: The file exists, or its name is a link.
            OSError: The file cannot be written, or a name in the path is a link.

        """
        self._is_used = True
        names = path.strip("/").split("/")
        if not _HAS_FOLDER_DESCRIPTORS:
            folder = self._path.joinpath(*names)
            folder.mkdir(parents=True, exist_ok=True)
            with (folder / _FILE).open("x", encoding="utf-8") as file:
                file.write(text)
            return
        descriptor = self._open_folder(names)
        try:
            new = os.open(_FILE, _NEW_FILE, 0o600, dir_fd=descriptor)
        finally:
            os.close(descriptor)
        with os.fdopen(new, "w", encoding="utf-8") as file:
            file.write(text)

    def _open_folder(self, names: Iterable[str]) -> int:
        """Return the descriptor of a folder inside this one, and create it first."""
        descriptor = os.dup(self._descriptor)
        for name in names:
            try:
                with suppress(FileExistsError):
                    os.mkdir(name, 0o700, dir_fd=descriptor)
                inner = os.open(name, _OPEN_FOLDER, dir_fd=descriptor)
            finally:
                os.close(descriptor)
            descriptor = inner
        return descriptor


def write_mockup(
    recording: Recording, folder: MockupFolder, known: Mapping[str, str]
) -> int:
    """Write the resources of a recording without identifiers.

    Nothing is written before all resources have been searched for identifiers.

    Args:
        recording: The recording; paths that cannot be written are added to its skipped
            ones.
        folder: The folder to write to.
        known: Further identifiers by the key under which they occur, such as HostName.

    Returns:
        The number of resources that were written.

    Raises:
        OSError: The folder cannot be written.

    """
    # Names such as "redfish" are also parts of paths, which must stay.
    paths = "\n".join(recording.resources)
    further = {key: text for key, text in known.items() if text and text not in paths}
    resources = redacted({**recording.resources, "": further})
    written = 0
    for path, body in resources.items():
        if not path:
            continue
        text = json.dumps(body, indent=1, ensure_ascii=False)
        if _is_valid(path) and _write_if_new(folder, path, text + "\n"):
            written += 1
        else:
            recording.skip(path, "not a valid file name, or taken")
    return written


def _write_if_new(folder: MockupFolder, path: str, text: str) -> bool:
    """Write a file, and return whether its name was valid and not taken."""
    try:
        folder.write(path, text)
    except OSError as error:
        if error.errno not in _UNUSABLE_NAMES:
            raise
        return False
    return True
