"""The bodies a BMC sends besides resources: errors, successes, accepted tasks."""

from __future__ import annotations

from dataclasses import dataclass, field
import json
from typing import Any, Literal

from .message_registry import MESSAGES, OLD_MESSAGES, Message

Json = dict[str, Any]

Delivery = Literal["whole", "cut", "stalled", "trickled"]
"""How a body goes over the wire: at once, until the connection is reset in the middle,
until nothing comes any more, or in small pieces."""

JSON_TYPE = "application/json"
HTML_TYPE = "text/html"

GENERAL_ERROR = "A general error has occurred. See ExtendedInfo for more information."
ACCEPTED = (
    "Successfully Accepted Request. Please see the location header and ExtendedInfo "
    "for more information."
)

# What lighttpd, the web server of the BMC, says by itself.
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


def compact(body: Json) -> bytes:
    """Return JSON as the BMC writes it, and as its ETags are computed over."""
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()


def parse(payload: bytes) -> Any:
    """Return the JSON of a request; None if it is none."""
    try:
        return json.loads(payload)
    except (ValueError, RecursionError):
        return None


@dataclass
class Answer:
    """What a request is answered with."""

    status: int
    body: Json | bytes | str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = JSON_TYPE
    delivery: Delivery = "whole"
    seconds: float = 0.0
    """For how long a body trickles."""

    @property
    def payload(self) -> bytes:
        """The bytes that go over the wire."""
        if self.body is None:
            return b""
        if isinstance(self.body, str):
            return self.body.encode()
        return self.body if isinstance(self.body, bytes) else compact(self.body)


class Refusal(Exception):  # noqa: N818 - it is an answer rather than an error
    """The BMC refuses a request, with a message of its registries."""

    def __init__(
        self, message: str, *arguments: str, related: tuple[str, ...] = ()
    ) -> None:
        """Refuse with the message `Base.…` or `SMC.…` and its arguments."""
        super().__init__(message, *arguments)
        self.message = message
        self.arguments = arguments
        self.related = related


class Phrasebook:
    """How one family of firmware words its bodies."""

    def __init__(self, *, old: bool) -> None:
        """Speak as X10 and X11 do, or as X12 and later."""
        self._messages = MESSAGES | OLD_MESSAGES if old else MESSAGES
        self._base = "Base.v1_4_0" if old else "Base.v1_10_3"
        # The old family spells the key with a capital letter.
        self._text_key = "Message" if old else "message"

    def refuse(self, refusal: Refusal) -> Answer:
        """Return the error body of a refusal."""
        message = self._messages[refusal.message]
        info = self._info(refusal.message, message, refusal.arguments, refusal.related)
        return Answer(message.status, {"error": self._envelope(info)})

    def error(self, status: int) -> Answer:
        """Return an error that says nothing but its status."""
        return Answer(status, {"error": self._envelope()})

    def success(self) -> Answer:
        """Return what an accepted write is answered with: not the resource."""
        text = {
            "code": f"{self._base}.Success",
            self._text_key: "Successfully Completed Request.",
        }
        return Answer(200, {"Success": text})

    def accepted(self, name: str, task: str, related: tuple[str, ...] = ()) -> Answer:
        """Return the answer to a write that a task carries out."""
        info = self._info(name, self._messages[name], (task,), related)
        text = {
            "code": f"{self._base}.Accepted",
            self._text_key: ACCEPTED,
            "@Message.ExtendedInfo": [info],
        }
        return Answer(202, {"Accepted": text}, {"Location": task})

    def _envelope(self, *infos: Json) -> Json:
        """Wrap messages in the general error they always come in."""
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
    ) -> Json:
        """Return one entry of `@Message.ExtendedInfo`, whose key is always capital."""
        registry, _, key = name.partition(".")
        return {
            "MessageId": f"{self._base if registry == 'Base' else 'SMC.1.0'}.{key}",
            "Severity": message.severity,
            "Resolution": message.resolution,
            "Message": message.text.format(*arguments),
            "MessageArgs": list(arguments),
            "RelatedProperties": list(related),
        }
