"""Limits and well-known names of the conversation with a BMC."""

from __future__ import annotations

from typing import Final

REDFISH_ROOT: Final = "/redfish/v1/"
"""The only path that is known beforehand; everything else is linked from it."""

SESSION_SERVICE: Final = "/redfish/v1/SessionService"
SESSIONS: Final = "/redfish/v1/SessionService/Sessions"
"""Where to log in if the root does not say; the standard fixes this path too."""

AUTH_TOKEN_HEADER: Final = "X-Auth-Token"  # noqa: S105 - a header's name

DEFAULT_TIMEOUT: Final = 30
"""Seconds for a whole request; one real board takes 6 s for its manager."""

MAX_CONCURRENT_REQUESTS: Final = 2
"""A BMC is mostly serial: more requests at a time have crashed boards."""

SECOND_REQUEST_DELAY: Final = 0.5
"""How long a request may take before another is sent beside it.

A BMC that answers faster than that is never asked for a second TLS connection.
"""

OPTIONAL_BODY_SECONDS: Final = 5
"""Seconds to wait for a body where the status already says it all."""

MAX_BODY_BYTES: Final = 8 * 1024 * 1024
"""More than three times a full event log, the largest answer there is."""

MAX_DEPTH: Final = 100
"""Levels of a document; the deepest recorded one has eight."""

MAX_REDIRECTS: Final = 3

SESSION_DEFAULT_TIMEOUT: Final = 300
"""Seconds that X10 to X13 keep an idle session, for as long as none says otherwise."""

SESSION_REFRESH_THRESHOLD: Final = 0.8
"""The part of that time after which an idle session is renewed before it is used."""

LOGOUT_SECONDS: Final = 5
"""How long a BMC that hangs may hold up whoever wants to be gone."""

SESSION_RETRY_SECONDS: Final = 600
"""How long a BMC whose table of sessions is full is not asked for one again."""

TASK_POLL_SECONDS: Final = 1.0
TASK_TIMEOUT_SECONDS: Final = 30.0

RETRY_UNAVAILABLE_SECONDS: Final = 3600
"""Seconds until a resource that is missing or needs a license is requested again.

A BMC that is starting reports resources as missing, and a license may be installed.
"""
