"""The table of settings in the README and config/env.py say the same."""

import re

from config.env import SETTINGS
from tests.architecture.tree import ROOT


def test_readme_lists_every_setting() -> None:
    section = (ROOT / "README.md").read_text().partition("## Settings")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.+?) \| (.+?) \| (.+?) \|$", section, re.MULTILINE)
    assert rows == [(setting.name, setting.kind, setting.default, setting.purpose) for setting in SETTINGS]
