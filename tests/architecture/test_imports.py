"""Imports go one way, and the domain is pure."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.tree import PRODUCT, ROOT, python_files

DOMAIN_FILES = [path for path in python_files(*PRODUCT) if "domain" in path.relative_to(ROOT).parts]
CLOCKS = {"now", "utcnow", "today", "time", "time_ns", "monotonic"}
SOLVERS = ("highspy", "ortools", "pulp", "scipy")


def test_imports_go_one_way() -> None:
    """The contracts stand in pyproject.toml."""
    linter = Path(sys.executable).with_name("lint-imports")
    checked = subprocess.run([str(linter), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("path", DOMAIN_FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_domain_imports_only_the_standard_library_dateutil_and_domains(path: Path) -> None:
    foreign = [
        name
        for name in _imported(path)
        if (top := name.partition(".")[0]) not in sys.stdlib_module_names
        and top not in {"dateutil", *SOLVERS}
        and not (top in PRODUCT and name.split(".")[1:2] == ["domain"])
    ]
    assert foreign == []


@pytest.mark.parametrize("path", DOMAIN_FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_domain_has_no_clock(path: Path) -> None:
    read = [
        f"{path.name}:{node.lineno} {ast.unparse(node)}"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CLOCKS
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in {"datetime", "date", "time", "timezone"}
    ]
    assert read == []


def test_only_config_reads_the_environment() -> None:
    """Entry points may name the settings module before there are settings."""
    readers = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in python_files(*(package for package in PRODUCT if package != "config"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
    ]
    assert readers == []


def test_the_web_process_loads_no_integer_solver(tmp_path: Path) -> None:
    """Solvers belong to workers: a request must neither wait for one nor pay for its memory."""
    script = (
        "import sys, config.wsgi\n"
        "from django.urls import get_resolver\n"
        "assert len(get_resolver().url_patterns) > 3\n"
        f"print([name for name in sys.modules if name.partition('.')[0] in {SOLVERS!r}])"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.dev", "STEADYWEEK_VAR_DIR": str(tmp_path)}
    loaded = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert (loaded.returncode, loaded.stdout) == (0, "[]\n"), loaded.stderr


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports relatively"
            yield node.module or ""
