"""What people do with segments, shoppers and promotions, through the sandbox's page: one shop for all these stories.

Each story keeps to segments and promotions of its own, and leaves no change waiting.
"""

import csv
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import Visit, picture, type_

pytestmark = pytest.mark.asyncio(loop_scope="package")


class Screen:
    """The page, and what a person does on it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.form = page.get_by_test_id("form")
        self.main = page.get_by_role("main")

    async def type(self, text: str) -> None:
        await type_(self.page, text)

    async def become(self, person: str) -> None:
        await self.page.locator(f'[data-user="{person}"]').click()

    async def go(self, place: str) -> None:
        await self.page.locator(f'[data-place="{place}"]').click()

    def message(self, words: str) -> Locator:
        """The latest message with these words."""
        return self.page.locator("[data-ts]").filter(has_text=words).last

    def size(self, segment: str) -> Locator:
        """The segment in the store, at the right, with its size."""
        return self.page.locator(f'#segments-pane [data-segment="{segment}"]')

    async def press(self, button: str, *, on: str) -> None:
        """Press a button of the latest message with these words."""
        await self.message(on).get_by_role("button", name=button, exact=True).click()

    async def approve(self, button: str, *, on: str, by: str) -> None:
        """Press a card's button in #approvals as another person, say yes when asked, and see it done."""
        await self.become(by)
        await self.go("#approvals")
        await self.press(button, on=on)
        await self.page.get_by_test_id("confirm").get_by_role("button", name=button, exact=True).click()
        await expect(self.message(on)).to_contain_text("Done")

    async def fill(self, label: str, text: str) -> None:
        await self.form.get_by_label(label).fill(text)

    async def choose(self, label: str, offered: str, *, typed: str = "") -> None:
        """Choose in a select, after typing part of the name."""
        box = self.form.get_by_label(label)
        await box.click()
        await box.fill(typed)
        await self.form.get_by_role("option").filter(has_text=offered).first.click()

    async def submit(self, button: str) -> None:
        await self.form.get_by_role("button", name=button, exact=True).click()


@pytest_asyncio.fixture(loop_scope="package")
async def screen(visit: Visit, sandbox: str) -> AsyncIterator[Screen]:
    """Ana's page in #segments."""
    async with visit(f"{sandbox}/?as=ana#segments") as page:
        yield Screen(page)


async def test_shoppers_are_counted_while_they_are_typed_and_added_by_form(screen: Screen) -> None:
    await screen.type("/segment add")
    await screen.choose("Segment", "Spring launch waitlist", typed="waitl")
    await screen.fill("Shopper", "nobody@example.com")
    await expect(screen.form).to_contain_text("1 shopper recognised: 1 email.")
    await screen.submit("Add Shoppers")
    await expect(screen.form.get_by_text("Not in the store: nobody@example.com.")).to_be_visible()
    await screen.choose("Find by name", "Emma Cohen", typed="cohen")
    await screen.fill("Shopper", "sara.novak@example.com, Olga.Ricci@example.com\nxyz")
    await expect(screen.form).to_contain_text("2 shoppers recognised: 2 emails.")
    await expect(screen.form).to_contain_text("Not understood: xyz.")
    await screen.submit("Add Shoppers")
    card = screen.message("Add 3 shoppers to Spring launch waitlist")
    await expect(card).to_contain_text("Emma Cohen")
    await expect(card).to_contain_text("Done")
    await expect(screen.size("Spring launch waitlist")).to_contain_text("3")


async def test_a_member_is_removed_by_form_when_a_second_person_approves(screen: Screen) -> None:
    await screen.type("/segment show Reviewers")
    await screen.press("Members", on="Reviewers: 17 shoppers")
    someone = await screen.message("Email").locator("tbody td").first.inner_text()
    await screen.press("Remove Shoppers", on=someone)
    await screen.fill("Shopper", someone)
    await screen.submit("Remove Shoppers")
    await expect(screen.message("is waiting for approval: Remove 1 of 17 shoppers from Reviewers")).to_be_visible()
    await screen.approve("Remove Shoppers", on="Remove 1 of 17 shoppers from Reviewers", by="ben")
    await expect(screen.size("Reviewers")).to_contain_text("16")
    await screen.become("ana")
    await screen.go("dm")
    await expect(screen.message("Remove 1 of 17 shoppers from Reviewers")).to_contain_text("approved by @Ben Brandt")


async def test_an_approver_sees_details_takes_some_out_and_approves_what_the_requester_edited(screen: Screen) -> None:
    await screen.type("/segment members Lapsed")
    members = screen.message("Lapsed: 64 shoppers")
    one, two, three = re.findall(r"\S+@example\.com", await members.inner_text())[:3]
    await screen.type(f"/segment remove Lapsed {one} {two} {three}")
    await expect(screen.message("is waiting for approval: Remove 3 of 64 shoppers from Lapsed")).to_be_visible()
    await screen.become("ben")
    await screen.go("#approvals")
    card = screen.message("asked by @Ana Alvarez").filter(has_text="from Lapsed")
    await card.get_by_role("button", name="Details", exact=True).click()
    await expect(screen.message("covers 3 items")).to_contain_text(three)
    await card.get_by_role("button", name="Leave Some Out", exact=True).click()
    await screen.fill("Items", three)
    await expect(screen.form).to_contain_text("1 shopper recognised: 1 email.")
    await screen.submit("Leave These Out")
    await expect(card).to_contain_text("Remove 2 of 64 shoppers from Lapsed")
    await expect(card).to_contain_text("This is version 2, and needs approval again.")
    await expect(card).to_contain_text("@Ben Brandt left out 1 item. Before: Remove 3 of 64 shoppers from Lapsed")
    await screen.become("ana")
    await card.get_by_role("button", name="Edit", exact=True).click()
    await expect(screen.form.get_by_label("Shoppers")).to_have_value(f"{one} {two} {three}")
    await screen.fill("Shoppers", two)
    await screen.submit("Remove Shoppers")
    await expect(card).to_contain_text("This is version 3, and needs approval again.")
    await picture(screen.page, "card")
    await screen.approve("Remove Shoppers", on="Remove 1 of 64 shoppers from Lapsed", by="cleo")
    await expect(card).to_contain_text("Originally requested: Remove 3 of 64 shoppers from Lapsed")
    await expect(screen.size("Lapsed")).to_contain_text("63")


async def test_two_segments_are_combined_by_form_into_a_new_one(screen: Screen) -> None:
    await screen.type("/segment overlap Newsletter “Tea drinkers”")
    overlap = screen.message("in both Newsletter and Tea drinkers")
    both = int((await overlap.get_by_text("shoppers in both Newsletter and Tea drinkers").inner_text()).split()[0])
    await screen.press("Combine These", on="in both Newsletter and Tea drinkers")
    await expect(screen.form.get_by_label("Second segment")).to_have_value("Tea drinkers")
    await screen.choose("Take shoppers who are in", "The first but not the second")
    await screen.choose("Put them into", "New: Tea <b>readers</b>", typed="Tea <b>readers</b>")
    await screen.submit("Combine Segments")
    await screen.approve("Combine Segments", on="Create the segment Tea <b>readers</b>", by="cleo")
    await expect(screen.size("Tea <b>readers</b>")).to_contain_text(str(200 - both))


async def test_a_rule_is_edited_by_form_and_its_mistakes_are_shown_in_the_field(screen: Screen) -> None:
    await screen.type("/promotion rule")
    await screen.choose("Promotion", "Win back", typed="back")
    await screen.submit("Continue")
    rule = screen.form.get_by_label("Rule")
    await expect(rule).to_have_value("in Lapsed")
    await rule.fill("in Lapsed and not in Subscriber")
    await screen.submit("Set Rule")
    await expect(screen.form).to_contain_text("No segment is called “Subscriber”. Did you mean “Subscribers”?")
    await rule.fill("in Lapsed and not in Subscribers")
    await screen.submit("Set Rule")
    told = "shoppers in Lapsed, and not in Subscribers"
    await screen.approve("Set Rule", on=f"Retarget the promotion Win back to {told}", by="cleo")
    await screen.go("#segments")
    await screen.type("/promotion show win back")
    await expect(screen.message(f"Win back reaches {told}")).to_be_visible()


async def test_a_shopper_is_registered_by_form_and_is_in_the_segments_at_once(screen: Screen) -> None:
    await screen.type("/shopper register")
    await screen.fill("Email", "ada.byron")
    await screen.fill("First name", "Ada")
    await screen.fill("Last name", "Byron")
    await screen.choose("Segments", "New this quarter", typed="new")
    await screen.choose("Segments", "Subscribers", typed="subs")
    await screen.submit("Register Shopper")
    await expect(screen.form).to_contain_text("it has to look like ada@example.com")
    await screen.fill("Email", "ada.byron+tea@example.com")
    await screen.submit("Register Shopper")
    await expect(screen.message("Register a customer · Create 1 shopper profile")).to_contain_text("Done")
    await screen.type("/shopper show ADA.byron+tea@example.com")
    await expect(screen.message("Segments: New this quarter, Subscribers")).to_contain_text("Ada Byron")


async def test_an_export_comes_as_a_file_to_the_one_who_asked(screen: Screen) -> None:
    await screen.type('/segment show "Friends & family"')
    shown = screen.message("Friends & family: 8 shoppers")
    await shown.get_by_role("button", name="More actions").click()
    await shown.get_by_role("menuitem", name="Export").click()
    await expect(screen.message("Friends & family: 8 shoppers exported")).to_contain_text("in your direct messages")
    await screen.go("dm")
    async with screen.page.expect_download() as download:
        await screen.page.get_by_role("link", name="Download Friends & family.csv").click()
    rows = list(csv.DictReader((await (await download.value).path()).read_text("utf-8").splitlines()))
    assert len(rows) == 8
    assert all(row["email"].endswith("@example.com") and row["profile_id"] for row in rows)
    await screen.become("ben")
    await screen.go("dm")
    await expect(screen.main.get_by_text("This is your conversation")).to_be_visible()
    await expect(screen.page.get_by_role("link", name="Download Friends & family.csv")).to_have_count(0)


async def test_promotions_are_pointed_to_a_segment_that_was_deleted_and_brought_back(screen: Screen) -> None:
    await screen.type("/segment delete Wholesale")
    await expect(screen.message("is waiting for approval: Delete the segment Wholesale")).to_be_visible()
    await screen.go("#approvals")
    card = screen.message("Delete the segment Wholesale (22 shoppers)")
    await expect(card).to_contain_text("Wholesale prices (live): 0 shoppers gain it, 22 lose it, 0 keep it.")
    await expect(card).to_contain_text("Undo restores the segment, and points these promotions to it.")
    await screen.approve("Delete Segment", on="Delete the segment Wholesale (22 shoppers)", by="ben")
    await expect(screen.size("Wholesale")).to_have_count(0)
    await screen.press("Undo", on="Delete the segment Wholesale (22 shoppers)")
    await screen.approve("Undo Change", on="Create the segment Wholesale", by="cleo")
    await expect(screen.size("Wholesale")).to_contain_text("22")
    await expect(screen.size("Wholesale")).to_contain_text("3 promos")


async def test_the_home_tab_tells_who_has_to_decide_and_then_what_became_of_it(screen: Screen) -> None:
    clear = "Remove 36 shoppers from Gift buyers"
    await screen.type("/segment clear “Gift buyers”")
    await expect(screen.message(f"is waiting for approval: {clear}")).to_be_visible()
    await screen.go("home")
    await expect(screen.main).to_contain_text("Nothing is waiting for you")
    await expect(screen.main).to_contain_text(f"Waiting for 1 approval: {clear}")
    await screen.become("ben")
    await expect(screen.main).to_contain_text("1 change is waiting for you")
    await screen.main.get_by_role("button", name="Review").first.click()
    await expect(screen.page.get_by_role("dialog")).to_contain_text(clear)
    await screen.page.keyboard.press("Escape")
    await screen.go("#approvals")
    await screen.press("Reject", on=clear)
    await screen.fill("Reason", "The campaign is not over.")
    await screen.submit("Reject")
    await expect(screen.message(clear)).to_contain_text("Rejected by @Ben Brandt")
    await screen.go("home")
    await expect(screen.main).to_contain_text("Nothing is waiting for you")
    await screen.become("ana")
    await expect(screen.main).to_contain_text(f"Rejected: {clear}")
    await screen.go("dm")
    await expect(screen.message(clear)).to_contain_text("The campaign is not over.")


async def test_the_home_tab_opens_forms_and_answers_in_the_messages(screen: Screen) -> None:
    await screen.become("cleo")
    await screen.go("home")
    await expect(screen.main.get_by_role("rowheader", name="Newsletter")).to_be_visible()
    await screen.main.get_by_role("button", name="Show a Segment").click()
    await screen.choose("Segment", "Coffee lovers", typed="coff")
    await screen.submit("Show Segment")
    await screen.go("dm")
    await expect(screen.message("Coffee lovers: 84 shoppers")).to_contain_text("Tasting week (live, included)")
