"""A real browser for pages: Debian's Chromium, driven by Playwright; tests that ask for it are skipped where either is absent."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.speed.gate_page import CHROMIUM


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip(f"there is no Chromium at {CHROMIUM}")
    with playwright.sync_playwright() as player:
        made = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield made
        made.close()


@pytest.fixture
def visit(browser: Any) -> Iterator[Any]:
    """Opens a page; at the end nothing may have been complained of on the console or asked of any server."""
    said: list[str] = []
    opened: list[Any] = []

    def to(address: str, **context: Any) -> Any:
        page = browser.new_page(**{"viewport": {"width": 1280, "height": 900}, **context})
        opened.append(page)
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: None if request.url.startswith("file:") else said.append(request.url))
        page.goto(address)
        page.wait_for_selector("#rows tbody tr")
        return page

    yield to
    for page in opened:
        page.close()
    assert said == []
