"""A segment's rule, built in the page by somebody who does not know the language of rules."""

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


async def test_a_rule_is_built_of_conditions_approved_and_opened_again(screen: Screen) -> None:
    await screen.type("/segment rule Reviewers")
    await screen.choose("Condition", "Spent more than", typed="spent more")
    await screen.fill("Amount", "500")
    await screen.fill("In the last", "90 days")
    await expect(screen.form).to_contain_text("In words: spent over 500 in 90 days")
    await screen.submit("Add Condition")
    second = screen.form.get_by_label("Condition").nth(1)
    await second.click()
    await second.fill("not in the segment")
    await screen.form.get_by_role("option").filter(has_text="Is not in the segment").click()
    await screen.choose("Segments", "Wholesale", typed="whole")
    await expect(screen.form).to_contain_text("In words: spent over 500 in 90 days, and not in Wholesale")
    await picture(screen.page, "rule conditions")
    await screen.submit("Start Rule")
    await expect(screen.message("Let the segment Reviewers follow a rule")).to_be_visible()
    await screen.approve("Start Rule", on="Let the segment Reviewers follow a rule", by="ben")
    await screen.become("ana")
    await screen.go("#segments")
    await screen.type("/segment rule Reviewers")
    await expect(screen.form.get_by_label("Amount")).to_have_value("500")
    await screen.form.get_by_role("button", name="Remove Condition").first.click()
    await expect(screen.form).to_contain_text("In words: not in Wholesale")
    await screen.submit("Write It as Text")
    await expect(screen.form.get_by_label("Shoppers who")).to_have_value("not in Wholesale")
    await picture(screen.page, "rule text")
    await screen.submit("Cancel")
