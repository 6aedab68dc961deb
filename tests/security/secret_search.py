"""Search texts for secrets, in all spellings."""

from base64 import b64encode
from collections.abc import Iterable, Iterator
import json
from typing import Any
from urllib.parse import quote


def spellings(secret: str) -> set[str]:
    """Return a secret as plain text, JSON, Python literal and URL."""
    texts = {secret, quote(secret), quote(secret, safe="")}
    texts |= {json.dumps(secret, ensure_ascii=plain)[1:-1] for plain in (True, False)}
    texts |= {repr(text.encode())[2:-1] for text in texts}
    for _ in range(2):
        texts |= {repr(text)[1:-1] for text in texts}
    return texts


def basic(username: str, password: str) -> str:
    """Return the credentials of Basic authentication."""
    return b64encode(f"{username}:{password}".encode()).decode()


class SecretSearch:
    """Texts by their source, and a search for secrets in them."""

    def __init__(self) -> None:
        """Initialize without texts."""
        self.texts: dict[str, list[str]] = {}

    def add(self, source: str, *objects: Any) -> None:
        """Add all texts that can be made of some objects."""
        for item in objects:
            texts = [item] if isinstance(item, str) else [repr(item), str(item)]
            self.texts.setdefault(source, []).extend(texts)
            if isinstance(item, BaseException):
                self.add(source, *_exception_texts(item))

    def find(self, secrets: dict[str, str]) -> set[tuple[str, str]]:
        """Return the name and the source of each secret that is found."""
        return {
            (name, source)
            for name, secret in secrets.items()
            for source, texts in self.texts.items()
            if any(spelling in text for spelling in spellings(secret) for text in texts)
        }


def _exception_texts(
    error: BaseException | None, seen: Iterable[int] = ()
) -> Iterator[str]:
    """Return all texts of an exception, its causes and its context."""
    if error is None or id(error) in seen:
        return
    yield f"{error!r} {error} {error.args} {vars(error)}"
    yield from getattr(error, "__notes__", ())
    for other in (error.__cause__, error.__context__):
        yield from _exception_texts(other, {*seen, id(error)})
