"""One browser for all that is tried in one, and the pages that it opens."""

import os
import re
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Page, async_playwright, expect

from tests.processes import running

Visit = Callable[[str], AbstractAsyncContextManager[Page]]
SIZE = (1440, 900)
PATIENCE = 10_000  # milliseconds: what cannot be clicked by then is named, before the test's own time is over
KEPT = "() => localStorage.length + sessionStorage.length + document.cookie.length"
# No sandbox: CI runs as root. The rest keeps a browser quiet that has no network.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def browser() -> AsyncIterator[BrowserContext]:
    """Debian's chromium, headless; tests that are in its loop share it.

    They share a profile too, since a new one for each takes longer than its test. The page keeps nothing in it.
    """
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Debian's chromium is not installed")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield await browser.new_context(viewport={"width": SIZE[0], "height": SIZE[1]})
        await browser.close()


@pytest.fixture
def visit(browser: BrowserContext, request: pytest.FixtureRequest) -> Visit:
    """Opens the page at an address for as long as the block lasts; the page reports no error of its own."""

    @asynccontextmanager
    async def visited(url: str) -> AsyncIterator[Page]:
        errors: list[str] = []
        page = await browser.new_page()
        page.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)  # with five seconds, a busy machine failed a test
        page.on("pageerror", lambda error: errors.append(str(error)))
        await page.goto(url)
        yield page
        assert not await page.evaluate(KEPT)
        await picture(page, request.node.name)
        await page.close()
        assert not errors

    return visited


async def picture(page: Page, name: str) -> None:
    """Keep a picture of the page, all that moves at its end, in the directory ``PICTURES``, where there is one."""
    if pictures := os.environ.get("PICTURES"):
        await page.screenshot(path=f"{pictures}/{name}.png", animations="disabled")


@contextmanager
def sandbox_in(directory: Path, *options: str) -> Iterator[str]:
    """A sandbox that begins in this directory; yields the address of its page."""
    with running("bot", "sandbox", "--port", "0", "--data", str(directory), *options, ready="stops it") as (_, line):
        yield re.findall(r"http://\S+", line)[0]


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the page of a sandbox that the tests of a module share."""
    with sandbox_in(tmp_path_factory.mktemp("sandbox")) as url:
        yield url


async def type_(page: Page, text: str) -> None:
    """Type a line into the composer and send it."""
    await page.locator("#composer").fill(text)
    await page.locator("#send").click()
