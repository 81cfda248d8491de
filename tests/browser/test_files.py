"""A list comes as a file: dropped on a conversation, chosen in a form, used from a message's menu."""

import re
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Locator, expect

from tests.browser.conftest import Visit, picture, sandbox_in
from tests.browser.test_commands import Screen

pytestmark = pytest.mark.asyncio(loop_scope="package")

ROWS = 5000
DIRT = ("bob-at-example.com", "nobody@nowhere.example", "")
SEGMENT = "Spring launch waitlist"
READY_SECONDS = 10
"""From the drop of 5,000 rows until their change can be approved; the emulated store answers at once."""
DROP = """(node, [name, text]) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([text], name));
    for (const type of ["dragover", "drop"])
        node.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
}"""


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the sandbox of these tests keeps its shop."""
    return tmp_path_factory.mktemp("sandbox")


@pytest.fixture(scope="module")
def large(directory: Path) -> Iterator[str]:
    """The address of a sandbox whose shop has more customers than a file will have rows."""
    with sandbox_in(directory, "--customers", "6000") as url:
        yield url


@pytest.fixture(scope="module")
def emails(large: str, directory: Path) -> list[str]:
    """The addresses of the shop's customers."""
    assert large
    with closing(sqlite3.connect(directory / "store.sqlite")) as db:
        return [email for (email,) in db.execute("SELECT email FROM customers ORDER BY id")]


@pytest_asyncio.fixture(loop_scope="package")
async def screen(visit: Visit, large: str) -> AsyncIterator[Screen]:
    """Ana's page in her messages with the bot."""
    async with visit(f"{large}/?as=ana#dm") as page:
        yield Screen(page)


async def drop(screen: Screen, name: str, text: str) -> None:
    await screen.page.locator("#composer").evaluate(DROP, [name, text])


async def choose(screen: Screen, segment: str, mode: str) -> None:
    """Fill in the form what a file leaves open."""
    await screen.choose("Segment", segment, typed=segment[:5].lower())
    await screen.choose("What to do", mode)


async def delay(url: str, **fault: Any) -> None:
    """Let the store take its time, or not any more."""
    async with aiohttp.ClientSession() as session:
        assert (await session.post(f"{url}/control/fault", json=fault)).status == 200


async def number_in(where: Locator) -> int:
    """The last number of what stands there."""
    return int(re.findall(r"[\d,]+", await where.inner_text())[-1].replace(",", ""))


async def test_5000_rows_are_dropped_approved_stopped_tried_again_and_undone(
    screen: Screen, large: str, emails: list[str]
) -> None:
    began = time.monotonic()
    listed = emails[: ROWS - len(DIRT) - 2]
    await drop(screen, "spring-list.csv", "\n".join(("email", *listed, *DIRT, *listed[:3])))
    await screen.press("Use This List", on="Use spring-list.csv as a list of shoppers?")
    await expect(screen.form).to_contain_text("File: spring-list.csv")
    await choose(screen, SEGMENT, "Add these")
    await picture(screen.page, "files form")
    await screen.submit("Import List")
    preview = screen.message("To add")
    await expect(preview).to_contain_text("5,000 rows read from spring-list.csv")
    for row in ("To add4,995", "Duplicates3", "Not in the store1", "Unreadable1"):
        assert row in re.sub(r"\s", "", await preview.inner_text()).replace(
            "Notinthestore", "Not in the store"
        ).replace("Toadd", "To add")
    await picture(screen.page, "files preview")
    await screen.become("ben")
    await screen.go("#approvals")
    card = screen.message("From spring-list.csv: 4,995 of 5,000 rows")
    await expect(card).to_contain_text(f"Add 4,995 shoppers to {SEGMENT}")
    await expect(card.get_by_role("button", name="Import List", exact=True)).to_be_visible()
    assert time.monotonic() - began < READY_SECONDS
    await delay(large, target="store", method="POST", path="/segments/{id}/shopper-profiles", delay=0.3, times=None)
    await card.get_by_role("button", name="Import List", exact=True).click()
    await screen.page.get_by_test_id("confirm").get_by_role("button", name="Import List", exact=True).click()
    await expect(card).to_contain_text("Running")
    await card.get_by_role("button", name="Stop", exact=True).click()
    await expect(card).to_contain_text("Stopped", timeout=20_000)
    await delay(large, clear=True)
    await picture(screen.page, "files stopped")
    assert 0 < await number_in(screen.size(SEGMENT)) < len(listed)
