"""Responses other than resources: errors, success, accepted tasks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from .message_registry import MESSAGES, OLD_MESSAGES, Message
from .resources import JsonObject, compact_json

Delivery = Literal[
    "whole",
    "trickled",
    "half",
    "stalled",
    "cut",
    "short",
    "chunked_endless",
    "chunked_closed",
    "bad_gzip",
    "events",
]
"""Delivery of a body. All of it arrives at once (whole) or in small pieces (trickled).
Only half of it arrives, with a matching Content-Length (half), before the connection
stalls, is reset (cut) or is closed (short), or in chunks before the connection stalls
(chunked_endless) or is closed (chunked_closed). Or it is invalid gzip (bad_gzip),
or a stream of events (events)."""

JSON_TYPE = "application/json"
HTML_TYPE = "text/html"
XML_TYPE = "application/xml"

GENERAL_ERROR = "A general error has occurred. See ExtendedInfo for more information."
ACCEPTED = (
    "Successfully Accepted Request. Please see the location header and ExtendedInfo "
    "for more information."
)

# The error page of lighttpd, the web server of the BMC.
NOT_FOUND_PAGE = b"""<!DOCTYPE html>
<html lang="en">
 <head>
  <title>404 Not Found</title>
 </head>
 <body>
  <h1>404 Not Found</h1>
 </body>
</html>
"""

WELCOME_PAGE = b"<!DOCTYPE html><html><body>Welcome</body></html>"


@dataclass
class Response:
    """A response of the BMC."""

    status: int
    body: JsonObject | bytes | str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = JSON_TYPE
    delivery: Delivery = "whole"
    seconds: float = 0.0
    """Duration of a trickled delivery."""

    @property
    def payload(self) -> bytes:
        """The serialized body."""
        if self.body is None:
            return b""
        if isinstance(self.body, str):
            return self.body.encode()
        return self.body if isinstance(self.body, bytes) else compact_json(self.body)


class RedfishError(Exception):
    """A rejected request, with a message of the BMC's registries."""

    def __init__(
        self, message: str, *arguments: str, related: tuple[str, ...] = ()
    ) -> None:
        """Initialize with a `Base.…` or `SMC.…` message and its arguments."""
        super().__init__(message, *arguments)
        self.message = message
        self.arguments = arguments
        self.related = related


def license_error() -> RedfishError:
    """Return the rejection of a request that needs a license."""
    return RedfishError("SMC.OemLicenseNotPassed", "DCMS ", related=("",))


class ResponseBuilder:
    """Responses in the wording of one firmware family."""

    def __init__(self, *, old: bool) -> None:
        """Initialize for X10 and X11 (old), or for X12 and later."""
        self.messages = MESSAGES | OLD_MESSAGES if old else MESSAGES
        self._base = "Base.v1_4_0" if old else "Base.v1_10_3"
        # The old family spells the key with a capital letter.
        self._text_key = "Message" if old else "message"

    def from_error(self, error: RedfishError) -> Response:
        """Return the response to a rejected request."""
        message = self.messages[error.message]
        info = self._info(error.message, message, error.arguments, error.related)
        body = {"error": self._envelope(info)}
        # No recording shows the headers of a rejection: the DMTF demands this one.
        challenge = {"WWW-Authenticate": 'Basic realm="Redfish"'}
        return Response(
            message.status, body, challenge if message.status == 401 else {}
        )

    def error(self, status: int) -> Response:
        """Return an error with a status and without a specific message."""
        return Response(status, {"error": self._envelope()})

    def success(self) -> Response:
        """Return the response to a successful write, which is not the resource."""
        text = {
            "code": f"{self._base}.Success",
            self._text_key: "Successfully Completed Request.",
        }
        return Response(200, {"Success": text})

    def accepted(self, name: str, task: str, related: tuple[str, ...] = ()) -> Response:
        """Return the response to a write that a task executes."""
        info = self._info(name, self.messages[name], (task,), related)
        text = {
            "code": f"{self._base}.Accepted",
            self._text_key: ACCEPTED,
            "@Message.ExtendedInfo": [info],
        }
        return Response(202, {"Accepted": text}, {"Location": task})

    def _envelope(self, *infos: JsonObject) -> JsonObject:
        """Wrap messages in the general error."""
        return {
            "code": f"{self._base}.GeneralError",
            self._text_key: GENERAL_ERROR,
            "@Message.ExtendedInfo": list(infos),
        }

    def _info(
        self,
        name: str,
        message: Message,
        arguments: tuple[str, ...],
        related: tuple[str, ...],
    ) -> JsonObject:
        """Return an entry of `@Message.ExtendedInfo`.

        Its key `Message` starts with a capital letter in both families.
        """
        registry, _, key = name.partition(".")
        return {
            "MessageId": f"{self._base if registry == 'Base' else 'SMC.1.0'}.{key}",
            "Severity": message.severity,
            "Resolution": message.resolution,
            "Message": message.text.format(*arguments),
            "MessageArgs": list(arguments),
            "RelatedProperties": list(related),
        }
