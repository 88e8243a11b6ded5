"""`make screenshots`: photograph the demo clinic's pages into docs/images, from a clinic made up for the purpose.

1. A fresh database in a temporary folder, filled by `seed_demo` with a fixed seed.
2. A server of its own on a free port.
3. One signed-in browser for each picture, at the size of a phone or a desktop.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests import needs

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
SIZES = {"phone": (390, 844), "desktop": (1280, 900)}
SIGN_IN = """
import sys, django
django.setup()
from django.contrib.auth import get_user_model
from django.test import Client
client = Client()
client.force_login(get_user_model().objects.get(email=sys.argv[1]), "django.contrib.auth.backends.ModelBackend")
print(client.cookies["sessionid"].value)
"""


@dataclass(frozen=True)
class Picture:
    """One page as one account sees it; its file is `NAME-SIZE[-dark].png`."""

    name: str
    path: str
    account: str
    size: str
    dark: bool = False
    opens: str = ""
    """What is clicked first, where the address depends on the hour at which the clinic is made up."""

    @property
    def file(self) -> Path:
        """Where the picture is kept."""
        return IMAGES / f"{self.name}-{self.size}{'-dark' if self.dark else ''}.png"


PICTURES = (
    Picture("board", "/compliance/", "coordinator", "desktop"),
    Picture("board", "/compliance/", "coordinator", "desktop", dark=True),
    Picture("week", "/week/", "patient", "phone"),
    Picture("week", "/week/", "patient", "phone", dark=True),
    Picture("week", "/week/", "patient", "desktop"),
    Picture("book", "/book/", "patient", "phone"),
    Picture("work-hours", "/work-hours/", "patient", "phone"),
    Picture("today", "/today/", "counselor", "phone"),
    Picture("family", "/family/", "patient", "phone"),
    Picture("roster", "/today/", "counselor", "phone", opens="text=Take roster"),
    Picture("schedule", "/schedule/", "coordinator", "desktop"),
    Picture("flags", "/flags/", "coordinator", "desktop"),
    Picture("map", "/compliance/heat/", "coordinator", "desktop"),
    Picture("plan", "/patients/1/plan/", "coordinator", "desktop"),
    Picture("ledger", "/patients/1/ledger/", "coordinator", "desktop"),
    Picture("reports", "/reports/", "director", "desktop"),
)


def main() -> int:
    """Take every picture; 1 when the machine has no Chromium, or a page answers anything but 200."""
    chromium = needs.chromium()
    if chromium is None:
        print("Chromium is needed: install it, or name it by CHROMIUM.")
        return 1
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        environment = {key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "REDIS_URL"}}
        environment |= {"STEADYWEEK_VAR_DIR": folder, "DJANGO_SETTINGS_MODULE": "config.settings.dev", "DEBUG": "no"}
        _manage(environment, "migrate", "--verbosity", "0")
        _manage(environment, "seed_demo", "--patients", "60", "--weeks", "8", "--seed", "7")
        accounts = {picture.account for picture in PICTURES}
        cookies = {account: _python(environment, "-c", SIGN_IN, f"{account}@demo.example") for account in accounts}
        with _server(environment) as address:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            answers = {picture.file.name: _take(browser, picture, address, cookies) for picture in PICTURES}
            browser.close()
    for file, status in answers.items():
        print(f"{status} {file}")
    return int(any(status != 200 for status in answers.values()))


def _take(browser: Browser, picture: Picture, address: str, cookies: dict[str, str]) -> int:
    width, height = SIZES[picture.size]
    page = browser.new_page(
        viewport={"width": width, "height": height},
        color_scheme="dark" if picture.dark else "light",
        reduced_motion="reduce",
    )
    page.context.add_cookies([{"name": "sessionid", "value": cookies[picture.account], "url": address}])
    response = page.goto(address + picture.path, wait_until="networkidle")
    if picture.opens:
        with page.expect_navigation(wait_until="networkidle") as opened:
            page.locator(picture.opens).first.click()
        response = opened.value
    status = response.status if response else 0
    if status == 200:
        page.screenshot(path=picture.file)
    page.close()
    return status


@contextmanager
def _server(environment: dict[str, str]) -> Iterator[str]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{listener.getsockname()[1]}"
    gunicorn = str(Path(sys.executable).with_name("gunicorn"))
    process = subprocess.Popen([gunicorn, "config.wsgi", "--bind", address], cwd=ROOT, env=environment)
    try:
        _wait_until_healthy(f"http://{address}/healthz", seconds=60)
        yield f"http://{address}"
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_until_healthy(url: str, *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()  # noqa: S310 - our own address
            return
        except OSError:  # refused so far, or no answer in time
            if time.monotonic() > deadline:
                raise
            time.sleep(0.3)


def _manage(environment: dict[str, str], *words: str) -> str:
    return _python(environment, "manage.py", *words)


def _python(environment: dict[str, str], *words: str) -> str:
    ran = subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    return ran.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
