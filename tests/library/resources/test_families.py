"""The index of firmware families."""

import re

from tests.library.pypi import ROOT

LIBRARY = ROOT / "custom_components/supermicro_redfish/aiosupermicro"
ROW = re.compile(r"\| .+ \| .+ \| `([\w/.]+)` `(\w+)` \|")


def test_index_names_code_that_exists() -> None:
    """Name a file and a word in it for each deviation."""
    text = (LIBRARY / "resources/families.md").read_text("utf-8")
    rows = [line for line in text.splitlines() if line.endswith("` |")]
    assert len(rows) > 30
    for row in rows:
        found = ROW.fullmatch(row)
        assert found, row
        file, name = found.groups()
        code = (LIBRARY / file).read_text("utf-8")
        assert re.search(rf"\b{name}\b", code), row
