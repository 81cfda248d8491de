"""The sandbox's page in a real browser: what the README tells a newcomer to do."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser.conftest import Visit, sandbox_in, type_

pytestmark = pytest.mark.asyncio(loop_scope="package")


@pytest_asyncio.fixture(loop_scope="package")
async def page(visit: Visit, sandbox: str) -> AsyncIterator[Page]:
    """A page of the sandbox that all these stories share, but for the one that counts changes."""
    async with visit(sandbox) as page:
        yield page


@pytest_asyncio.fixture(loop_scope="package")
async def own_page(visit: Visit, tmp_path: Path) -> AsyncIterator[Page]:
    """The page of a sandbox of its own."""
    with sandbox_in(tmp_path) as url:
        async with visit(url) as page:
            yield page


async def approve(page: Page, button: str) -> None:
    """Press the latest card's button, and say yes when asked."""
    await page.locator("[data-ts]").get_by_role("button", name=button, exact=True).last.click()
    await page.get_by_test_id("confirm").get_by_role("button", name=button, exact=True).click()


async def test_two_people_delete_a_segment_and_bring_it_back(own_page: Page) -> None:
    page = own_page
    vips = page.locator('#segments-pane [data-segment="VIPs"]')
    await expect(vips).to_contain_text("40")
    await type_(page, "/segment delete VIPs")
    await expect(page.locator("[data-ts]").last).to_contain_text("Change 1 is waiting for approval")

    await page.locator('[data-place="#approvals"]').click()
    await approve(page, "Delete Segment")
    await expect(page.locator("[data-ts]").last).to_contain_text("You asked for change 1, so someone else")
    await expect(vips).to_be_visible()

    await page.locator('[data-user="ben"]').click()
    await approve(page, "Delete Segment")
    await expect(page.locator("[data-ts]").first).to_contain_text("Done")
    await expect(vips).to_have_count(0)
    await expect(page.locator("#audit-pane [data-entry]").first).to_contain_text("finish")

    await page.locator('[data-user="ana"]').click()
    await type_(page, "/change undo 1")
    await expect(page.locator("[data-ts]").last).to_contain_text("Undo change 1")
    await page.locator('[data-user="ben"]').click()
    await approve(page, "Undo Change")
    await expect(vips).to_contain_text("40")


async def test_a_form_creates_a_segment_and_shows_what_is_wrong_in_its_field(page: Page) -> None:
    await type_(page, "/segment create")
    form = page.get_by_test_id("form")
    await form.get_by_label("Name").fill("VIPs")
    await form.get_by_role("button", name="Create Segment").click()
    await expect(form).to_contain_text("There is already a segment named “VIPs”")
    await form.get_by_label("Name").fill("<b>Big</b> <!channel>")
    await form.get_by_role("button", name="Create Segment").click()
    await expect(form).to_have_count(0)
    await expect(page.locator('#segments-pane [data-segment="<b>Big</b> <!channel>"]')).to_be_visible()
    await expect(page.locator("[data-ts]").last).to_contain_text("Create the segment <b>Big</b> <!channel>")


async def test_a_guest_is_refused_in_words(page: Page) -> None:
    await page.locator('[data-user="dan"]').click()
    await type_(page, "/segment list")
    await expect(page.locator("[data-ts]").last).to_contain_text("Guests of this workspace cannot use this bot.")


async def test_the_home_tab_shows_what_waits(page: Page) -> None:
    await type_(page, "/segment delete VIPs")
    await expect(page.locator("[data-ts]").last).to_contain_text("is waiting for approval")
    await page.locator('[data-place="home"]').click()
    await expect(page.get_by_role("main")).to_contain_text("Waiting for 1 approval")
    await expect(page.get_by_role("main")).to_contain_text("Delete the segment VIPs (40 shoppers)")
