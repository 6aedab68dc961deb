"""Test icons.json: which entities have an icon, and hassfest's rules."""

import re

import pytest

from . import ENGLISH, ICONS, Description, descriptions, texts

pytestmark = pytest.mark.all_cases


@pytest.mark.parametrize(
    ("platform", "row"),
    [
        pytest.param(platform, row, id=f"{platform}.{row.key} {place}")
        for place, (platform, row) in enumerate(descriptions())
    ],
)
def test_entity_has_an_icon(platform: str, row: Description) -> None:
    """Require an icon or a device class."""
    path = f"entity.{platform}.{row.text_key}"
    has_icon = row.text_key in ICONS["entity"].get(platform, {})
    if not row.device_class:
        assert has_icon, f"Add {path} to icons.json: it has no device class"
    elif row.device_class != "enum":
        assert not has_icon, f"Remove {path} from icons.json: its class has an icon"


def test_icons_follow_the_rules_of_hassfest() -> None:
    """Require Material Design icons, and state icons that differ from the default."""
    for path, icon in texts(ICONS):
        assert re.fullmatch(r"mdi:[a-z0-9-]+", icon), path
    for entities in ICONS["entity"].values():
        for entity in entities.values():
            for icons in (entity, *entity.get("state_attributes", {}).values()):
                assert icons["default"] not in icons.get("state", {}).values()


def test_state_icons_belong_to_existing_states() -> None:
    """Require an existing state for each state icon."""
    for platform, entities in ICONS["entity"].items():
        for key, icons in entities.items():
            states = ENGLISH["entity"][platform][key].get(
                "state", {"on": "", "off": ""}
            )
            assert set(icons.get("state", {})) <= set(states)
            for name, attribute in icons.get("state_attributes", {}).items():
                texts = ENGLISH["entity"][platform][key]["state_attributes"][name]
                assert set(attribute["state"]) <= set(texts["state"])


def test_buttons_have_different_icons() -> None:
    """Require a different icon for every button."""
    icons = [icon["default"] for icon in ICONS["entity"]["button"].values()]
    assert len(icons) == len(set(icons))
