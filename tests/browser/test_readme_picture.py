"""The picture in the README: made by ``PICTURES=.pictures python -m pytest tests/browser/test_readme_picture.py``."""

import re
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, expect

from tests.browser.conftest import picture, sandbox_in, type_
from tests.processes import ROOT

pytestmark = pytest.mark.asyncio(loop_scope="package")
MOST_BYTES = 200_000


async def test_the_readme_shows_a_card_that_waits(browser: BrowserContext, tmp_path: Path) -> None:
    with sandbox_in(tmp_path) as url:
        page = await browser.new_page()
        await page.set_viewport_size({"width": 1180, "height": 680})
        await page.goto(url)
        await type_(page, "/segment delete VIPs")
        await page.locator('[data-place="#approvals"]').click()
        await page.locator('[data-user="ben"]').click()
        await expect(page.get_by_role("button", name="Delete Segment", exact=True)).to_be_visible()
        await page.locator("#composer").blur()
        await picture(page, "sandbox")
        await page.close()
    (named,) = re.findall(r"!\[.+\]\((\S+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))
    content = (ROOT / named).read_bytes()
    assert content.startswith(b"\x89PNG")
    assert len(content) < MOST_BYTES
