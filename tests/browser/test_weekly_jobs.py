"""What people do each week, in the fewest steps: each line, press or form is one, and an approval is one more."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.conftest import Visit, picture
from tests.browser.test_commands import Screen

pytestmark = pytest.mark.asyncio(loop_scope="package")


@pytest_asyncio.fixture(loop_scope="package")
async def screen(visit: Visit, sandbox: str) -> AsyncIterator[Screen]:
    """Ana's page in #segments."""
    async with visit(f"{sandbox}/?as=ana#segments") as page:
        yield Screen(page)


async def test_who_is_in_both_of_two_segments_takes_one_line(screen: Screen) -> None:
    await screen.type("/segment overlap Newsletter and Tea drinkers")
    overlap = screen.message("shoppers in both Newsletter and Tea drinkers")
    await expect(overlap).to_contain_text("@example.com")
    await picture(screen.page, "weekly overlap")


async def test_a_customer_is_found_by_name_with_one_line_and_put_into_three_segments_by_one_form(
    screen: Screen,
) -> None:
    await screen.type("/shopper find Emma Cohen")
    await expect(screen.message("emma.cohen@example.com")).to_contain_text("Promotions that reach them")
    await screen.type("/segment add")
    for segment in ("Spring launch waitlist", "Reviewers", "Lapsed"):
        await screen.choose("Segments", segment, typed=segment[:5].lower())
    await screen.fill("Shopper", "emma.cohen@example.com")
    await picture(screen.page, "weekly form")
    await screen.submit("Add Shoppers")
    card = screen.message("Emma Cohen").filter(has_text="Undo")
    await expect(card).to_contain_text("Done")
    await expect(card).to_contain_text("Undo waits for an approval")
    await picture(screen.page, "weekly added")


async def test_a_segment_is_renamed_with_one_line(screen: Screen) -> None:
    await screen.type("/segment rename Gift buyers to Gift givers")
    await expect(screen.size("Gift givers")).to_be_visible()


async def test_a_promotion_is_paused_with_one_line_and_an_approval(screen: Screen) -> None:
    await screen.type("/promotion pause Tasting week")
    await screen.approve("Disable Promotion", on="Disable the promotion Tasting week", by="ben")
    await picture(screen.page, "weekly paused")


async def test_a_deletion_is_undone_with_its_promotions_by_one_press_and_an_approval(screen: Screen) -> None:
    await screen.type("/segment delete Wholesale")
    deletion = "Delete the segment Wholesale (22 shoppers)"
    await expect(screen.message(deletion)).to_be_visible()
    await screen.become("ben")
    await screen.go("#approvals")
    await expect(screen.message(deletion)).to_contain_text("Wholesale prices (live): 0 shoppers gain it, 22 lose it")
    await picture(screen.page, "weekly deletion")
    await screen.approve("Delete Segment", on=deletion, by="ben")
    await expect(screen.message(deletion)).to_contain_text("Undo waits for an approval")
    await screen.press("Undo", on=deletion)
    await screen.approve("Undo Change", on="Create the segment Wholesale", by="cleo")
    await expect(screen.size("Wholesale")).to_contain_text("3 promos")
    await screen.become("ana")
    await screen.go("home")
    await expect(screen.main).to_contain_text("12 of 1,000 segments used")
    await picture(screen.page, "weekly home")
