"""What the documents say of the tree is so."""

import re
from pathlib import Path

from django.conf import settings

from tests.architecture.tree import ROOT

DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
UNITS = {"s": 1, "min": 60, "minute": 60, "hour": 3600, "day": 86400}


def seconds(text: str) -> float:
    number, _, unit = text.rpartition(" ")
    return float(number or 1) * UNITS[unit]


def test_every_sweep_stands_in_the_table_of_operations() -> None:
    rows = re.findall(r"^\| `(\w+\.tasks\.\w+)` \| ([^|]+) \|", (ROOT / "docs/operations.md").read_text(), re.MULTILINE)
    known = {entry["task"]: entry["schedule"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {task: seconds(every.strip()) for task, every in rows} == known


def test_links_lead_somewhere() -> None:
    def missing(document: Path) -> list[str]:
        links = re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text())
        return [link for link in links if not (document.parent / link).exists()]

    assert {document.name: found for document in DOCUMENTS if (found := missing(document))} == {}


def test_files_that_are_named_are_there() -> None:
    def missing(document: Path) -> list[str]:
        named = re.findall(
            r"`((?:people|scheduling|attendance|notifications|api|web|config|tests|bench)/[\w/.]+)`",
            document.read_text(),
        )
        return [path for path in named if not (ROOT / path).exists()]

    assert {document.name: found for document in DOCUMENTS if (found := missing(document))} == {}


def test_every_folder_of_the_product_stands_in_the_tree_of_the_readme() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    named = set(re.findall(r"^\| `(\w+)/` \|", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert packages - named == set()
