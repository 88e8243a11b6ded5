"""The files of the project, as the tests of its architecture read them."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PRODUCT = ("config", "people", "scheduling", "attendance", "notifications", "api", "web")


def tracked_files() -> list[Path]:
    """Every text file that belongs to the project: tracked, or new and not ignored."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    paths = [ROOT / name for name in listed.split("\0") if name]
    return [path for path in paths if path.is_file() and not _is_binary(path)]


def python_files(*packages: str) -> list[Path]:
    """Every Python file of these packages, in order."""
    return sorted(path for package in packages for path in (ROOT / package).rglob("*.py"))


def _is_binary(path: Path) -> bool:
    with path.open("rb") as file:
        return b"\0" in file.read(8192)
