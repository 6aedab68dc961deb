"""Find secrets and identifiers in texts by their shape, and replace them.

All patterns are bounded or start at the start of a word, so that the time is linear in
the length of a text.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address
import re

from ..const import MAX_IDENTIFIER_LENGTHS

REDACTED = "REDACTED"
SHORT_NAMES = (
    "(?:root|admin|user|bind|login|account|bmc|ipmi|ldap|smtp|snmp|bios)_?(?:pass|pw)"
)
"""Short names of passwords, such as BindPW and RootPass."""

_PRIVATE_KEY = "PRIVATE KEY"
_BEGIN = "-----BEGIN"
_KEEP = re.compile(
    r"[0.:]*|::1|127\..*|255\..*|localhost|\(null\)|null|None", re.IGNORECASE
)

_PRIVATE_SHAPES = r"""
    (?P<url>(?<=://)(?:[^\s/?\#"'<>]{1,256}|[^\s:/@]{0,128}:[^\s@"'<>]{1,256})@)
    |(?P<ssh>\b(?:ssh|ecdsa|sk)-[a-z0-9@.-]{2,60}[\ \t]+AAAA[^\r\n"]*
        |\bAAAA[0-9A-Za-z+/]{28,}={0,2}|\bSHA256:[0-9A-Za-z+/]{43})
    |(?P<jwt>\beyJ[\w-]{8,}\.[\w.-]{8,})
    |(?P<scheme>\b(?:Bearer|Basic)[\ \t]{1,8}(?=[^\s"',;]{0,200}[\d=])[^\s"',;]{6,})
    |(?P<cookie>(?i:cookie)["']?\s{0,4}[:=][^\r\n]*)
    |(?P<assigned>(?i:passw(?:or)?d|pwd|passphrase|passcode|secret|token|api[_-]?key
        |\bpsk|\bpin|community|authorization|SHORT_NAMES)
        \\?["']?\s{0,4}[=:]\s{0,4}\\?["']?
        (?:(?:Bearer|Basic|Digest)\s{1,8})?[^\s"'&;,<>\\]{1,2000})
""".replace("SHORT_NAMES", SHORT_NAMES)
_IDENTIFIER_SHAPES = r"""
    |(?P<share>(?<![\w\\])\\{2,8}[^\\/\s"'<>]{1,256}\\{1,8}[^\r\n"'<>]*)
    |(?P<mail>(?<![\w.+-])[\w.+-]+@(?!(?:odata|Redfish|Message)\.|Allowable)
        [A-Za-z][\w-]{0,62}(?:\.[\w-]{1,63}){0,6})
    |(?P<uuid>[0-9A-Fa-f]{8}(?:[-_][0-9A-Fa-f]{4}){3}[-_][0-9A-Fa-f]{12})
    |(?P<mac>[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5,63}
        |(?<![\w.-])[0-9A-Fa-f]{4}(?:[.-][0-9A-Fa-f]{4}){2}(?![\w-]|\.\w))
    |(?P<ipv4>(?<![0-9A-Za-z.])\d{1,3}(?:\.\d{1,3}){3}(?![0-9A-Za-z]|\.\d))
    |(?P<ipv6>(?<![0-9A-Za-z:.])(?=[0-9A-Fa-f]{0,4}:)[0-9A-Fa-f:]{2,40}
        (?:(?:\.\d{1,3}){3})?(?![0-9A-Za-z:]))
    |(?P<word>[^\W_]+)
"""
_SECRETS = re.compile(_PRIVATE_SHAPES, re.VERBOSE)
_ALL = re.compile(_PRIVATE_SHAPES + _IDENTIFIER_SHAPES, re.VERBOSE)
_WORD = re.compile(r"[^\W_]+")
_MACS = re.compile(r"[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}")
_HEX_RUN = re.compile(r"[0-9A-Fa-f]{12,}")
_SEPARATORS = re.compile("[:._-]")
_MAC_DIGITS = 12
_MAC_UUID = "00000000-0000-0000-0000-"
_OWN_DIGITS_ONLY = "002590"
"""MAC prefix of Supermicro without a letter; other bare numbers are kept."""
_SECRET_SHAPES = frozenset(("ssh", "jwt"))
_MEMO_LENGTH = 200
_V4_POOL = 254


def redact_secrets(text: str) -> str:
    """Return a text without passwords, tokens and keys, for errors and logs."""
    return _SECRETS.sub(_replace_secret, _cut_private_key(text))


def shorten(text: str, limit: int) -> str:
    """Return a text of limited length, without a partial word that may be a secret."""
    if len(text) <= limit:
        return text
    return f"{text[: limit - 2].rpartition(' ')[0]} …".strip()


def is_address(value: str) -> bool:
    """Return whether a text is an IP address, with or without a prefix length."""
    return _parse_address(value.partition("/")[0]) is not None


def is_kept(value: str) -> bool:
    """Return whether a value identifies nothing, such as an empty address."""
    return bool(_KEEP.fullmatch(value))


class TextRedactor:
    """Replace secrets and identifiers in texts, equal ones by equal replacements."""

    def __init__(self) -> None:
        """Initialize without known identifiers."""
        self._known: dict[str, str] = {}
        self._lengths: dict[str, list[int]] = {}
        """Lengths of the known identifiers, by their first word."""
        self._numbers: dict[tuple[str, str], int] = {}
        """Number of each identifier, by category."""
        self._counts: dict[str, int] = {}
        self._macs: set[str] = set()
        self._memo: dict[tuple[str, bool], str] = {}

    def number(self, category: str, value: str) -> int:
        """Return the number of a value among those of its category, from 1 on."""
        if (key := (category, value)) not in self._numbers:
            self._counts[category] = self._counts.get(category, 0) + 1
            self._numbers[key] = self._counts[category]
        return self._numbers[key]

    def add(self, identifier: str, replacement: str) -> None:
        """Register an identifier to replace between other words."""
        words = list(_WORD.finditer(identifier))
        if not words:
            return
        start = words[0].start()
        lengths = self._lengths.setdefault(words[0][0], [])
        for end in {words[-1].end(), len(identifier)}:
            core = identifier[start:end]
            if len(lengths) < MAX_IDENTIFIER_LENGTHS:
                self._known.setdefault(core, replacement)
                if len(core) not in lengths:
                    lengths.append(len(core))
                    lengths.sort(reverse=True)

    def is_known(self, identifier: str) -> bool:
        """Return whether an identifier is replaced already."""
        return identifier in self._known

    def add_macs(self, text: str) -> None:
        """Register the MAC addresses in a text to replace, also within words."""
        self._macs.update(
            _SEPARATORS.sub("", mac).lower() for mac in _MACS.findall(text)
        )

    def redact(self, text: str, *, has_addresses: bool = True) -> str:
        """Return a text without secrets and identifiers.

        Args:
            text: A text, path or key.
            has_addresses: False for a version, which looks like an IP address.

        """
        text = _cut_private_key(text)
        memo = (text, has_addresses)
        if (done := self._memo.get(memo)) is not None:
            return done
        parts, end, position = [], 0, 0
        while match := _ALL.search(text, position):
            old, new = self._replace(match, has_addresses=has_addresses)
            position = max(match.start() + len(old), match.start() + 1)
            if new is not None:
                parts += [text[end : match.start()], new]
                end = position
        done = "".join([*parts, text[end:]])
        if len(text) < _MEMO_LENGTH:
            self._memo[memo] = done
        return done

    def _replace(
        self, match: re.Match[str], *, has_addresses: bool
    ) -> tuple[str, str | None]:
        """Return the processed part of a match, and its replacement if it has one."""
        kind, old = str(match.lastgroup), match[0]
        if kind in _SECRETS.groupindex:
            return old, _replace_secret(match)
        if known := self._find_known(match.string, match.start()):
            return known, self._known[known]
        if kind.startswith("ip") and not has_addresses:
            return self._keep(old)
        replaced: tuple[str, str | None] = getattr(self, f"_replace_{kind}")(old)
        return replaced

    def _keep(self, old: str) -> tuple[str, None]:
        """Keep the first word of a match, and search the rest again."""
        word = _WORD.match(old)
        return (word[0] if word else old[:1]), None

    def _find_known(self, text: str, start: int) -> str | None:
        """Return the longest known identifier that begins at a word of a text."""
        word = _WORD.match(text, start)
        for length in self._lengths.get(word[0], ()) if word else ():
            found = text[start : start + length]
            if found in self._known and not _WORD.match(text, start + length):
                return found
        return None

    def _replace_mail(self, old: str) -> tuple[str, str]:
        """Replace an e-mail address."""
        return old, f"mail{self.number('mail', old.lower())}@mail.example"

    def _replace_share(self, old: str) -> tuple[str, str]:
        """Replace the UNC path of a share, up to the end of the line."""
        number = self.number("share", old.strip().lower())
        return old, rf"\\share{number}.example\path"

    def _replace_uuid(self, old: str) -> tuple[str, str]:
        """Replace a UUID; many boards derive it from the BMC's MAC address."""
        if old.startswith(_MAC_UUID):
            return old, _MAC_UUID + self._new_mac(old.removeprefix(_MAC_UUID))
        number = self.number("uuid", _SEPARATORS.sub("", old).lower())
        digits = iter(f"00000000000040008000{number:012d}")
        return old, "".join(c if c in "-_" else next(digits) for c in old)

    def _replace_mac(self, old: str) -> tuple[str, str]:
        """Replace a MAC address in its notation, except for the manufacturer's half."""
        return old, self._new_mac(old)

    def _new_mac(self, old: str) -> str:
        """Return the replacement of a MAC address or of a longer one, as EUI-64."""
        digits = _SEPARATORS.sub("", old).lower()
        if not digits.strip("0"):
            return old
        number = self.number("mac", digits)
        new = iter(f"{digits[:6]}{number:0{len(digits) - 6}x}"[: len(digits)])
        is_upper = old != old.lower()
        text = "".join(c if c in ":.-" else next(new) for c in old)
        return text.upper() if is_upper else text

    def _replace_ipv4(self, old: str) -> tuple[str, str | None]:
        """Replace an IPv4 address by one from a range for documentation or tests."""
        if is_kept(old) or not isinstance(_parse_address(old), IPv4Address):
            return self._keep(old)
        number = self.number("ip4", old)
        if number <= _V4_POOL:
            return old, f"192.0.2.{number}"
        return old, str(IPv4Address("198.18.0.0") + number % 0x20000)

    def _replace_ipv6(self, old: str) -> tuple[str, str | None]:
        """Replace an IPv6 address by one from the range for documentation."""
        for text in (old, old.removesuffix(":")):
            address = _parse_address(text)
            if isinstance(address, IPv6Address) and not is_kept(text):
                return text, f"2001:db8::{self.number('ip6', str(address)):x}"
        return self._keep(old)

    def _replace_word(self, old: str) -> tuple[str, str | None]:
        """Replace a MAC address without separators, also a known one in a word."""
        if len(old) < _MAC_DIGITS:
            return old, None
        if _HEX_RUN.fullmatch(old) and len(old) == _MAC_DIGITS:
            is_mixed = not old.isdecimal() and not old.isalpha()
            if is_mixed or old.startswith(_OWN_DIGITS_ONLY):
                return old, self._new_mac(old)
        new = _HEX_RUN.sub(self._replace_known_macs, old)
        return old, None if new == old else new

    def _replace_known_macs(self, match: re.Match[str]) -> str:
        """Replace the known MAC addresses in hexadecimal digits."""
        text, position = match[0], 0
        while position + _MAC_DIGITS <= len(text):
            part = text[position : position + _MAC_DIGITS]
            if part.lower() in self._macs:
                after = text[position + _MAC_DIGITS :]
                text = text[:position] + self._new_mac(part) + after
                position += _MAC_DIGITS
            else:
                position += 1
        return text


def _cut_private_key(text: str) -> str:
    """Cut a text at the file that contains a private key."""
    if _PRIVATE_KEY not in text:
        return text
    before, mark, _ = text.partition(_BEGIN)
    return before + REDACTED if mark else REDACTED


def _replace_secret(match: re.Match[str]) -> str:
    """Return the replacement of a secret, with the name before it."""
    kind, text = match.lastgroup, match[0]
    if kind == "url":
        return f"{REDACTED}@"
    if kind in _SECRET_SHAPES:
        return REDACTED
    if kind == "scheme":
        return f"{text.split()[0]} {REDACTED}"
    name = re.match(r"[^=:]*[=:]\s*\\?[\"']?", text)
    return f"{name[0] if name else ''}{REDACTED}"


def _parse_address(text: str) -> IPv4Address | IPv6Address | None:
    """Return an IP address, None for another text."""
    try:
        return ip_address(text)
    except ValueError:
        return None
