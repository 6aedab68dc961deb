"""Names that scenarios take from the tests of the integration.

No other module of tests/scenario, tests/faults, tests/soak and tests/security imports
from tests/integration.
"""

from tests.integration import DYNAMIC, STATIC, mac_address
from tests.integration.conftest import (
    Elapse,
    custom_integrations,
    elapse,
    enable_event_loop_debug,
    entity_registry_enabled_by_default,
    impatient as short_timeout,
)
from tests.integration.dialogue import begin as open_dialog, fill_in
from tests.integration.test_discovery import announce, lease
from tests.integration.test_repairs import issues as open_issues, mend as fix_issue

__all__ = [
    "DYNAMIC",
    "STATIC",
    "Elapse",
    "announce",
    "custom_integrations",
    "elapse",
    "enable_event_loop_debug",
    "entity_registry_enabled_by_default",
    "fill_in",
    "fix_issue",
    "lease",
    "mac_address",
    "open_dialog",
    "open_issues",
    "short_timeout",
]
