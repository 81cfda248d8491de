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
DIRT = ("bob-at-example.com", "nobody@nowhere.example")
DOUBLES = (0, 1, 2)
SEGMENT = "Spring launch waitlist"
CARD = "From spring-list.csv: 4,995 of 5,000 rows"
READY_SECONDS = 10
"""From the drop of 5,000 rows until their change can be approved; the emulated store answers at once."""
BAR = re.compile(r"▰+▱+ [1-9]\d*%\s*[\d,]+ of [\d,]+ · [\d,]+ a second · about \d+ seconds? left")
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


async def fault(url: str, **fault: Any) -> None:
    """Order a bad day of the store, or the end of all."""
    async with aiohttp.ClientSession() as session:
        assert (await session.post(f"{url}/control/fault", json=fault)).status == 200


async def size(screen: Screen) -> int:
    """How many shoppers the segment has in the store."""
    return int(re.findall(r"[\d,]+", await screen.size(SEGMENT).inner_text())[-1].replace(",", ""))


async def approve(screen: Screen, on: str, button: str, by: str) -> Locator:
    """Press a card's button as another person, and say yes; returns the card."""
    await screen.become(by)
    await screen.go("#approvals")
    card = screen.message(on)
    await card.get_by_role("button", name=button, exact=True).click()
    await screen.page.get_by_test_id("confirm").get_by_role("button", name=button, exact=True).click()
    return card


async def test_5000_rows_are_dropped_approved_stopped_tried_again_and_undone(
    screen: Screen, large: str, emails: list[str]
) -> None:
    began = time.monotonic()
    listed = emails[: ROWS - len(DIRT) - len(DOUBLES)]
    await drop(screen, "spring-list.csv", "\n".join(("email", *listed, *DIRT, *(listed[at] for at in DOUBLES))))
    await screen.press("Use This List", on="Use spring-list.csv as a list of shoppers?")
    await expect(screen.form).to_contain_text("File: spring-list.csv")
    await choose(screen, SEGMENT, "Add these")
    await picture(screen.page, "files form")
    await screen.submit("Import List")
    preview = screen.message("5,000 rows read from spring-list.csv")
    for rows, count in (("To add", "4,995"), ("Duplicates", "3"), ("Not in the store", "1"), ("Unreadable", "1")):
        await expect(preview.get_by_role("row").filter(has_text=rows)).to_contain_text(count)
    await picture(screen.page, "files preview")
    await screen.become("ben")
    await screen.go("#approvals")
    await expect(screen.message(CARD).get_by_role("button", name="Import List", exact=True)).to_be_visible()
    assert time.monotonic() - began < READY_SECONDS

    await fault(large, target="store", method="POST", path="/segments/{id}/shopper-profiles", delay=0.7, times=None)
    card = await approve(screen, CARD, "Import List", by="ben")
    await expect(card).to_contain_text("Running")
    await expect(card).to_contain_text(BAR, timeout=10_000)
    await picture(screen.page, "files running")
    await card.get_by_role("button", name="Stop", exact=True).click()
    await expect(card).to_contain_text("Stopped", timeout=20_000)
    await picture(screen.page, "files stopped")
    await fault(large, clear=True)
    first = await size(screen)
    assert 0 < first < len(listed)
    await screen.become("ana")
    await card.get_by_role("button", name=re.compile("Try .*Again|Continue")).click()
    rest = f"Add {len(listed) - first:,} shoppers to {SEGMENT}"
    card = await approve(screen, rest, "Try Again", by="ben")
    await expect(card).to_contain_text("Done", timeout=20_000)
    await picture(screen.page, "files done")
    assert await size(screen) == len(listed)
    await card.get_by_role("button", name="Undo", exact=True).click()
    undo = f"Remove {len(listed) - first:,} of {len(listed):,} shoppers from {SEGMENT}"
    card = await approve(screen, undo, "Undo Change", by="cleo")
    await expect(card).to_contain_text("Done", timeout=20_000)
    await picture(screen.page, "files undone")
    assert await size(screen) == first


async def test_a_file_is_used_from_the_menu_of_its_message(screen: Screen, emails: list[str]) -> None:
    await screen.become("ben")
    await screen.go("#segments")
    await screen.page.get_by_label("Share a file").set_input_files(
        {"name": "two.csv", "mimeType": "text/csv", "buffer": "\n".join(emails[:2]).encode()}
    )
    await expect(screen.message("two.csv")).to_be_visible()
    await screen.become("ana")
    await screen.message("two.csv").hover()
    await screen.message("two.csv").get_by_role("button", name="Message menu").click()
    await picture(screen.page, "files menu")
    await screen.page.get_by_role("menuitem").filter(has_text="Use This List").click()
    await expect(screen.form).to_contain_text("File: two.csv")
    await choose(screen, "Reviewers", "Remove these")
    await screen.submit("Import List")
    await expect(screen.message("2 rows read from two.csv")).to_be_visible()


async def test_a_file_in_a_form_has_at_most_10_mb_and_stays_when_there_is_trouble(
    screen: Screen, emails: list[str]
) -> None:
    await screen.type("/segment import VIPs")
    await screen.choose("What to do", "Add these")
    zone = screen.form.locator(".drop-zone")
    await zone.evaluate(f"(node) => ({DROP})(node, ['large.csv', 'x'.repeat({10 * 1024 * 1024 + 1})])")
    await screen.submit("Import List")
    await expect(screen.form).to_contain_text("Please choose files of at most 10 MB.")
    await screen.form.get_by_role("button", name="Remove large.csv").click()
    await zone.evaluate(DROP, ["list.csv", "\n".join(emails[:2])])
    await screen.page.route("**/control/submit", lambda route: route.fulfill(json={"ok": False, "error": "Trouble."}))
    await screen.submit("Import List")
    await expect(screen.form.get_by_role("alert")).to_have_text("Trouble.")
    await screen.page.unroute("**/control/submit")
    await screen.submit("Import List")
    await expect(screen.message("2 rows read from list.csv")).to_be_visible()
