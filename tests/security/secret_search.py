"""All that somebody could read, and what of it nobody may read."""

from base64 import b64encode
from collections.abc import Iterable, Iterator
import json
from typing import Any
from urllib.parse import quote

from tests.simulator import Bmc


def spellings(secret: str) -> set[str]:
    """Return a secret as texts show it: as it is, in JSON, in Python, in a URL."""
    texts = {secret, quote(secret), quote(secret, safe="")}
    texts |= {json.dumps(secret, ensure_ascii=plain)[1:-1] for plain in (True, False)}
    texts |= {repr(text.encode())[2:-1] for text in texts}
    for _ in range(2):
        texts |= {repr(text)[1:-1] for text in texts}
    return texts


def basic(username: str, password: str) -> str:
    """Return what basic authentication shows."""
    return b64encode(f"{username}:{password}".encode()).decode()


class Evidence:
    """Texts, each with the place that it was found in."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.texts: dict[str, list[str]] = {}

    def add(self, place: str, *things: Any) -> None:
        """Keep what a thing looks like, in all ways that it can be shown."""
        for thing in things:
            shown = [thing] if isinstance(thing, str) else [repr(thing), str(thing)]
            self.texts.setdefault(place, []).extend(shown)
            if isinstance(thing, BaseException):
                self.add(place, *told(thing))

    def leaks(self, secrets: dict[str, str]) -> set[tuple[str, str]]:
        """Return which secret stands in which place."""
        return {
            (name, place)
            for name, secret in secrets.items()
            for place, texts in self.texts.items()
            if any(spelt in text for spelt in spellings(secret) for text in texts)
        }


def told(error: BaseException | None, seen: Iterable[int] = ()) -> Iterator[str]:
    """Return all that an exception shows, with those that led to it."""
    if error is None or id(error) in seen:
        return
    yield f"{error!r} {error} {error.args} {vars(error)}"
    yield from getattr(error, "__notes__", ())
    for other in (error.__cause__, error.__context__):
        yield from told(other, {*seen, id(error)})


def told_to(thief: Bmc) -> list[str]:
    """Return what of credentials the thief was told."""
    shown = ("x-auth-token", "authorization", "cookie")
    return [
        f"{request.method} {request.path}"
        for request in thief.requests
        if request.body is not None
        or request.method != "GET"
        or any(name in request.headers for name in shown)
    ]
