"""Names that scenarios take from the tests of the integration, besides its paths.

No other module of tests/scenario, tests/faults, tests/soak and tests/security imports
them from tests/integration.
"""

from tests.integration import (
    DYNAMIC,
    STATIC,
    logged_problems,
    mac_address,
    requests_since,
)
from tests.integration.conftest import (
    Elapse,
    custom_integrations,
    elapse,
    enable_event_loop_debug,
    entity_registry_enabled_by_default,
    short_timeout,
)
from tests.integration.dialog import begin, fill_in
from tests.integration.discovery import announce, lease
from tests.integration.repair_flow import fix_issue, open_issues

__all__ = [
    "DYNAMIC",
    "STATIC",
    "Elapse",
    "announce",
    "begin",
    "custom_integrations",
    "elapse",
    "enable_event_loop_debug",
    "entity_registry_enabled_by_default",
    "fill_in",
    "fix_issue",
    "lease",
    "logged_problems",
    "mac_address",
    "open_issues",
    "requests_since",
    "short_timeout",
]
