"""What is installed is pinned by digest, and comes from wherever the machine's own package managers look."""

import json
import re
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, tracked_files

REGISTRIES = [
    ".".join(parts)
    for parts in (
        ("registry", "npmjs", "org"),
        ("registry", "yarnpkg", "com"),
        ("pypi", "org"),
        ("pypi", "python", "org"),
        ("pythonhosted", "org"),
        ("docker", "io"),
        ("ghcr", "io"),
        ("unpkg", "com"),
        ("jsdelivr", "net"),
    )
]
REQUIREMENTS = sorted((ROOT / "requirements").glob("*.txt"))


def test_no_file_names_a_registry() -> None:
    naming = [
        f"{path.relative_to(ROOT)}: {host}"
        for path in tracked_files()
        for host in REGISTRIES
        if host in path.read_text(encoding="utf-8", errors="replace")
    ]
    assert naming == []


def test_package_lock_holds_digests_and_no_addresses() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages, "the lock names no package"
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    assert [name for name, entry in packages.items() if not entry.get("integrity", "").startswith("sha512-")] == []


def test_package_lock_matches_package_json() -> None:
    declared = json.loads((ROOT / "package.json").read_text())
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"][""]
    for group in ("dependencies", "devDependencies"):
        assert locked[group] == declared[group]


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.name)
def test_every_requirement_is_one_version_with_its_digests(path: Path) -> None:
    lines = re.sub(r"\s*\\\n\s*", " ", path.read_text()).splitlines()
    pins = [line for line in lines if line and not line.lstrip().startswith("#")]
    assert pins, f"{path.name} pins nothing"
    form = r"^[A-Za-z0-9._-]+(\[[a-z0-9,-]+\])?==[^\s;]+( ; [^#]+?)?( --hash=sha256:[0-9a-f]{64})+$"
    assert [pin for pin in pins if not re.match(form, pin.strip())] == []


def test_tests_install_what_the_product_runs_on() -> None:
    """One environment serves both: the product's pins stand among the tests' pins, to the letter."""
    product, everything = (
        set(re.findall(r"^([A-Za-z0-9._-]+==\S+)", (ROOT / "requirements" / name).read_text(), re.MULTILINE))
        for name in ("base.txt", "dev.txt")
    )
    assert product <= everything
