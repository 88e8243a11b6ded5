"""A real Chromium before a real server, at the cast's own hour."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize, sync_playwright

from people.models import User
from tests import needs
from tests.cast import NOW, Cast

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
PHONE: ViewportSize = {"width": 390, "height": 844}
TABLET: ViewportSize = {"width": 820, "height": 1180}
DESK: ViewportSize = {"width": 1280, "height": 900}
SENT_BACK = "status of 400"
"""What the console says of a form that is sent back with its errors: that is as it should be."""
PASSWORD = "a long enough word"

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the whole run."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=needs.chromium(), args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield browser
        browser.close()


@pytest.fixture
def cast(transactional_db: None) -> Iterator[Cast]:
    """The fixed cast, kept where the server sees it, while the clock shows their hour and runs on."""
    with time_machine.travel(NOW, tick=True):
        yield Cast()


@pytest.fixture
def open_page(chromium: Browser, live_server: Any, cast: Cast) -> Iterator[Open]:
    """Opens a page of a context of its own: `open_page(PHONE, user=…, javascript=False, **context options)`.

    With a `user` it signs in by the form first. Errors on the page's console fail the test, but for those that hold
    the text of `expects`: a browser reports every request that did not arrive.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def make(
        viewport: ViewportSize,
        *,
        user: User | None = None,
        javascript: bool = True,
        expects: str | None = None,
        **options: Any,
    ) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            viewport=viewport,
            java_script_enabled=javascript,
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if _is_wrong(said, expects) else None)
        if user is not None:
            sign_in(page, user)
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


def _is_wrong(said: ConsoleMessage, expects: str | None) -> bool:
    return said.type == "error" and SENT_BACK not in said.text and (expects is None or expects not in said.text)


def sign_in(page: Page, user: User) -> None:
    """By the form, as people do; the page that follows has loaded, its scripts included."""
    page.goto("/accounts/login/")
    page.fill("[name=login]", user.email)
    page.fill("[name=password]", PASSWORD)
    with page.expect_navigation(wait_until="load"):
        page.click("form[action='/accounts/login/'] button[type=submit]")


AT_REST = """() => !document.querySelector(".htmx-swapping, .htmx-settling") && document.getAnimations().every(
    (one) => one.playState !== "running" || one.effect.getTiming().iterations === Infinity)"""
"""Nothing is half shown: what fades in has less contrast for a moment."""


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong with the page once it rests, as "rule: the elements"; a page without JavaScript cannot
    be asked.
    """
    page.wait_for_function(AT_REST)
    page.evaluate(AXE.read_text())
    found = page.evaluate("async () => (await axe.run()).violations")
    return [f"{one['id']}: {', '.join(str(node['target']) for node in one['nodes'])}" for one in found]
