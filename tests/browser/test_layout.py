"""The page in windows of several widths: nothing is cut, and all can be reached."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser.conftest import Visit, type_

pytestmark = pytest.mark.asyncio(loop_scope="package")

CUT = """() => [...document.querySelectorAll(".table-frame")]
    .filter((frame) => frame.scrollWidth > frame.clientWidth)
    .map((frame) => frame.querySelector("caption").textContent)"""
IS_TOO_WIDE = "() => document.documentElement.scrollWidth > innerWidth"


@pytest_asyncio.fixture(loop_scope="package")
async def page(visit: Visit, sandbox: str) -> AsyncIterator[Page]:
    """Ana's page in #segments."""
    async with visit(f"{sandbox}/?as=ana#segments") as page:
        yield page


async def test_no_column_is_cut_in_a_window_of_1400_pixels(page: Page) -> None:
    await page.set_viewport_size({"width": 1400, "height": 900})
    await type_(page, "/segment list")
    await type_(page, "/promotion list")
    await type_(page, "/summary show")
    await expect(page.locator(".data-table")).to_have_count(3)
    assert await page.evaluate(CUT) == []
    await page.locator('[data-place="home"]').click()
    await expect(page.locator(".data-table")).to_have_count(1)
    assert await page.evaluate(CUT) == []


async def test_all_can_be_reached_in_a_window_of_480_pixels(page: Page) -> None:
    await page.set_viewport_size({"width": 480, "height": 900})
    await page.reload()
    for link in await page.locator("[data-place], [data-user], #panes-toggle, #composer").all():
        await expect(link).to_be_in_viewport(ratio=1)
    await expect(page.locator("#panes")).to_be_hidden()
    await page.locator("#panes-toggle").click()
    await expect(page.locator('[data-segment="VIPs"]')).to_be_in_viewport(ratio=1)
    await page.locator("#panes-toggle").click()
    await type_(page, "/segment add")
    form = page.get_by_test_id("form")
    await form.get_by_label("Segment").click()
    await expect(form.get_by_role("option").first).to_be_in_viewport(ratio=1)
    await expect(form.get_by_role("button", name="Add Shoppers")).to_be_in_viewport(ratio=1)
    assert not await page.evaluate(IS_TOO_WIDE)
