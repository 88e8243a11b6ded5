"""Every icon that a template or a component names is there; one that is not leaves its place empty."""

import re
from pathlib import Path

import pytest

from web import icons

WEB = Path(__file__).parents[2] / "web"
IN_TEMPLATES = re.compile(r"{% icon \"([a-z0-9-]+)\"|icon=\"([a-z0-9-]+)\"|icon\|default:\"([a-z0-9-]+)\"")
IN_CODE = re.compile(r"(?:icon|active_icon)=\"([a-z0-9-]+)\"")


def named_icons() -> list[str]:
    names = {
        next(filter(None, found.groups()))
        for template in WEB.rglob("*.html")
        for found in IN_TEMPLATES.finditer(template.read_text(encoding="utf-8"))
    }
    names |= {name for module in WEB.rglob("*.py") for name in IN_CODE.findall(module.read_text(encoding="utf-8"))}
    return sorted(names)


@pytest.mark.parametrize("name", named_icons())
def test_an_icon_that_is_named_exists(name: str) -> None:
    assert icons.icon_parts(name) != icons.EMPTY


def test_an_icon_that_is_not_there_leaves_its_place() -> None:
    assert icons.icon_parts("no-such-icon") == icons.EMPTY
