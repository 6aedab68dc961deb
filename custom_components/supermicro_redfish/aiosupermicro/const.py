"""Paths, limits and timeouts."""

from __future__ import annotations

from typing import Final

REDFISH_ROOT: Final = "/redfish/v1/"
"""Path of the service root; all other paths are found by following links."""

SESSION_SERVICE: Final = "/redfish/v1/SessionService"
SESSIONS: Final = "/redfish/v1/SessionService/Sessions"
"""Path of the sessions, used if the root has no link to it; Redfish defines it."""

AUTH_TOKEN_HEADER: Final = "X-Auth-Token"  # noqa: S105 - name of a header

DEFAULT_TIMEOUT: Final = 30
"""Timeout of a whole request in seconds; one real board needs 6 s for its manager."""

MAX_CONCURRENT_REQUESTS: Final = 2
"""Maximum number of concurrent requests.

A BMC is mostly serial, and more concurrent requests have crashed boards.
"""

SECOND_REQUEST_DELAY: Final = 0.5
"""Seconds that a request may take before a concurrent one is sent.

A BMC that responds faster never has to open a second TLS connection.
"""

OPTIONAL_BODY_SECONDS: Final = 5
"""Seconds to wait for a body where the status is sufficient."""

MAX_BODY_BYTES: Final = 8 * 1024 * 1024
"""Maximum size of a response body.

It is more than three times the size of a full event log, the largest response. The
largest recorded one has 432,922 bytes: a log of 509 entries.
"""

MAX_EVENT_BYTES: Final = 8 * 1024 * 1024
"""Maximum size of a server-sent event, whose content is not stored."""

KEEP_ALIVE_SECONDS: Final = (60, 15, 4)
"""TCP keep-alive of an event stream, which is idle most of the time.

Seconds until the first probe, seconds between two probes, and number of probes.
"""

MAX_ANONYMOUS_BODY_BYTES: Final = 64 * 1024
"""Maximum size of the response to a request without credentials.

Any device can announce a service root. The largest recorded one has 2,091 bytes.
"""

MAX_VALUES: Final = 300_000
"""Maximum number of values in a JSON document; the largest recorded one has 9,677.

A small value takes 8 bytes of a body, but more than 200 bytes of memory.
"""

PARSE_IN_THREAD_BYTES: Final = 256 * 1024
"""Minimum size of a document that is parsed in a thread; smaller ones take few ms."""

VALUE_BYTES: Final = 200
"""Estimated memory of a JSON value beside its text."""

SMALL_BODY_BYTES: Final = 64 * 1024
"""Maximum size of a body whose number of values is estimated, not counted."""

BYTES_PER_VALUE: Final = 8
"""Estimated bytes per value in a small body; recorded bodies have 30 on average.

Only a body of empty objects has more values.
"""

MAX_CHANGING_BYTES: Final = SMALL_BODY_BYTES
"""Maximum size of a body whose changed values are parsed alone.

The largest recorded readings have 45 KB: the 84 sensors of a processor, expanded.
"""

MAX_CHANGING_DEPTH: Final = 8
"""Maximum nesting depth of a value that is parsed alone.

To copy what contains the values takes much longer than the parsing if it is deeper.
"""

MAX_CHANGING_VALUES: Final = 1_000
"""Maximum number of values that are parsed alone in a body; X13 has up to 42.

Each takes some 200 bytes of memory.
"""

MAX_CACHED_RESOURCES: Final = 5_000
"""Maximum number of cached resources; the largest recorded board has 1,250.

A poll of it reads 887 resources.
"""

MAX_CACHED_BYTES: Final = 128 * 1024 * 1024
"""Maximum estimated memory of the cache; all of the largest board needs 10 MB."""

MAX_REMEMBERED_ERRORS: Final = 5_000
"""Maximum number of resources whose error is remembered."""

MAX_PAGES: Final = 100
"""Maximum number of pages of a collection; recorded collections have one."""

MAX_LOG_ENTRIES: Final = 10_000
"""Maximum number of log entries to read, the newest ones; recorded logs have up to 509.

It is more than two full logs of the largest board.
"""

MAX_FIRMWARE_IMAGES: Final = 8
"""Maximum number of stored firmware images to read; X13 has six."""

MAX_LIST_ITEMS: Final = 2_000
"""Maximum number of items in a list of a model; recorded lists have up to 184."""

MAX_IDENTIFIER_LENGTHS: Final = 64
"""Maximum number of different lengths of identifiers with the same first word.

Each word of a text is compared with identifiers of these lengths. Those of further
lengths are not redacted in texts.
"""

MAX_NESTED_DOCUMENTS: Final = 3
"""Maximum depth of JSON in texts; recorded licenses have one level."""

MAX_ERROR_LENGTH: Final = 1_000
"""Maximum length of a message of the BMC in an error; recorded ones have up to 300."""

MAX_DEPTH: Final = 128
"""Maximum nesting depth of a JSON document; the deepest recorded one has 8 levels."""

MAX_REDIRECTS: Final = 3

MAX_RECORDED_REQUESTS: Final = 3_000
"""Maximum number of requests of a recording.

The largest recorded board has 1,250 resources.
"""

MAX_RECORDED_BYTES: Final = 16 * 1024 * 1024
"""Maximum size of a recording; the largest recorded board has 1.3 MB."""

MAX_PATH_SEGMENTS: Final = 32
"""Maximum number of segments of a recorded path; recorded ones have up to 11."""

MAX_SEGMENT_LENGTH: Final = 128
"""Maximum length of a segment of a recorded path; recorded ones have up to 45."""

MAX_SKIPPED_PATHS: Final = 1_000
"""Maximum number of links that a recording names as skipped; real boards have none."""

MAX_POWER_REPORTS: Final = 3
"""Maximum number of reports of the power of the past; X13 has three."""

CLOCK_TOLERANCE_SECONDS: Final = 60
"""Seconds by which times of the BMC's clock may be inexact.

Some of its answers take six seconds.
"""

SESSION_DEFAULT_TIMEOUT: Final = 300
"""Timeout of an idle session in seconds, used until the BMC reports its own.

It is the timeout of X10 to X13.
"""

SESSION_REFRESH_THRESHOLD: Final = 0.8
"""Fraction of the session timeout after which a session is renewed before use."""

LIVE_CONNECTION_SECONDS: Final = 1
"""Seconds after a response in which the connections are not expected to be dead."""

LOGOUT_SECONDS: Final = 5
"""Timeout of a logout in seconds, so that a hung BMC does not delay a disconnect."""

LOGIN_RETRY_SECONDS: Final = 5
"""Seconds until the next login after an error response.

The requests of a poll follow one another, and each of them would log in again.
"""

SESSION_RETRY_SECONDS: Final = 600
"""Seconds until the next attempt to create a session if the session table is full."""

REFUSED_SESSION_RETRY_SECONDS: Final = 86_400
"""Seconds until the next attempt if a session was refused as with a wrong password."""

TASK_POLL_SECONDS: Final = 1.0
"""Interval in seconds between two polls of a task."""

MEDIA_POLL_SECONDS: Final = 1.0
"""Seconds between two reads of a slot for virtual media after a command."""

MEDIA_POLLS: Final = 15
"""Maximum number of reads of a slot until a medium is inserted or ejected."""

TASK_TIMEOUT_SECONDS: Final = 30.0
"""Maximum time in seconds to wait for the end of a task."""

RETRY_UNAVAILABLE_SECONDS: Final = 3600
"""Seconds until a resource that is missing or needs a license is requested again.

A BMC that is starting reports resources as missing, and a license may be installed.
"""

EXPAND_RETRY_SECONDS: Final = 24 * 3600
"""Seconds until a collection whose expansion has failed is expanded again."""

EXPAND_BUSY_SECONDS: Final = 60
"""Seconds until a collection is expanded again after the BMC was busy, at first."""

EXPAND_MAX_SECONDS: Final = 10
"""Duration of an expansion in seconds, above which single reads are better.

Single reads leave the BMC to other requests in between.
"""

EXPAND_FRESH_SECONDS: Final = 60
"""Seconds for which the members in an expansion count as just read."""

LINK_FRESH_SECONDS: Final = 30
"""Seconds for which a resource that was read for its links counts as just read."""

TELEMETRY_RETRY_SECONDS: Final = 24 * 3600
"""Seconds until the next search for metric reports that name sensors."""

METRIC_STALE_SECONDS: Final = 5
"""Seconds after which a metric with an unchanged timestamp is stale."""

MAX_REPORTS: Final = 16
"""Maximum number of metric reports to try; the largest recorded board has 10.
"""

MAX_REPORT_SENSORS: Final = 100
"""Maximum number of sensors in a report that are identified one by one."""

MAX_VALUE_SOURCES: Final = 4
"""Maximum number of resources that a poll reads for the values of sensors.

With the system and the leak detectors that is six requests, and one more where these
resources leave out a sensor.
"""

MAX_UNEXPANDED_SOURCES: Final = 3
"""The same where collections cannot be expanded: a poll also reads single resources."""

USUAL_SOURCES: Final = 2
"""Number of sources that a poll may read without reading fewer single resources."""

MAX_FALLBACK_REQUESTS: Final = 6
"""Maximum number of requests for values of sensors in a poll with a failed source.

These are requests for sources, and for collections that are expanded in their place.
"""

MAX_FIRST_SOURCES: Final = 2
"""Maximum number of sources in the first poll after a restart."""

SOURCE_RETRY_SECONDS: Final = 60
"""Seconds until a source of sensor values is retried after a failed first read."""

KEPT_READING_SECONDS: Final = 300
"""Maximum age in seconds of a value from before an outage that is still shown."""

FAILING_LINK_SECONDS: Final = 60
"""Seconds for which a linked resource has to fail before another link is followed.

A failure that passes must not lead to another part of the machine.
"""

IPMI_PORT: Final = 623

IPMI_RETRANSMIT_SECONDS: Final = 0.3
"""Seconds until an unanswered IPMI packet is sent again.

With it, a command succeeds within two seconds although a tenth of all packets is lost.
"""

IPMI_WRITE_SECONDS: Final = 0.6
"""Seconds to wait for the response to a write that must not be sent twice."""

IPMI_SILENCE_SECONDS: Final = 5.0
"""Seconds without any packet from the BMC after which an operation fails."""

IPMI_OPERATION_SECONDS: Final = 10.0
"""Maximum duration of an operation in seconds, including a new login."""

IPMI_LOGIN_STEP_SECONDS: Final = 3.0
"""Seconds to wait for a step of an IPMI login before the login starts again."""

IPMI_RAKP_SECONDS: Final = 1.0
"""Seconds until an unanswered message of an IPMI login is sent again.

A BMC may compute other random numbers for the second copy, which ends the login. So
this is longer than its computation takes.
"""

IPMI_SESSION_SECONDS: Final = 4.0
"""Seconds without response after which an IPMI session is replaced by a new one.

A login needs five responses. If half of all packets are lost, waiting for a single one
is the better choice.
"""

IPMI_IDLE_SECONDS: Final = 45.0
"""Seconds without a command after which a BMC may have closed the session.

It is less than 60 s, the usual timeout. The BMC ignores packets of a closed session.
"""

IPMI_IDLE_SESSION_SECONDS: Final = 1.0
"""Seconds without response after which an idle IPMI session is replaced."""

IPMI_CLOSE_SECONDS: Final = 1.0
"""Maximum duration of closing an IPMI session in seconds."""

IPMI_MAX_QUEUED_PACKETS: Final = 32
"""Maximum number of received packets that wait for their evaluation."""
