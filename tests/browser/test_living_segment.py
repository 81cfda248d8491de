"""A segment that follows a rule, seen over four mornings in the page; the test sets the shop's clock and the page's."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import expect

from bot.sandbox.workspace import people
from tests.browser.conftest import Visit, picture
from tests.browser.test_commands import Screen
from tests.harness import World, world
from tests.stories.judge import judge

pytestmark = pytest.mark.asyncio(loop_scope="package")

RULED, RULE = "Gift buyers", "spent over 800 in all"


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A time in April 2026, right after the shop's latest order; rules run at 8, and the summary comes at 9."""
    return datetime(2026, 4, day, hour, minute, tzinfo=UTC)


class Days:
    """The shop, its bot and the page, at times that the test says."""

    def __init__(self, slack: World, screen: Screen) -> None:
        self.slack, self.screen = slack, screen

    async def come_to(self, time: datetime) -> None:
        """It is this time, and the bot looks around: once to read what changed, once to act."""
        self.slack.clock.now = time
        await self.screen.page.clock.set_fixed_time(time)
        for _ in range(2):
            await self.slack.sweep()
            self.slack.clock.forward(seconds=6)

    async def morning(self, day: int) -> None:
        """The time of rules passes, and then that of the summary."""
        await self.come_to(at(day, 8, 1))
        await self.come_to(at(day, 9, 1))

    def buy(self, shoppers: int) -> None:
        """So many who did not belong to the segment order for 900."""
        for email in self.slack.emails(shoppers, outside=RULED):
            self.slack.store.act("place_order", customer_id=self.slack.customer_id(email), total=900)


async def test_a_rule_is_made_runs_by_itself_asks_for_more_is_undone_and_frozen(visit: Visit, tmp_path: Path) -> None:
    async with world(tmp_path, running=False, SUMMARY_CHANNEL=people.SEGMENTS) as slack:
        slack.clock.now = at(1, 8, 30)
        await slack.start()
        async with visit(f"{slack.url}/?as=ana#segments") as page:
            await _live(Days(slack, Screen(page)))
        await slack.settled()
        await judge(slack)


async def _live(days: Days) -> None:
    screen = days.screen
    await days.come_to(at(1, 9, 1))
    await days.come_to(at(1, 14))
    await _make_the_rule(screen)
    size = days.slack.sizes()[RULED]

    days.buy(2)
    await days.morning(2)
    await screen.become("ana")
    await screen.go("#segments")
    summary = screen.message("By rules so far, 1 run")
    await expect(summary).to_contain_text(f"{RULED} +2 \N{MINUS SIGN}0")
    await expect(screen.size(RULED)).to_contain_text(str(size + 2))
    await picture(screen.page, "living summary")
    await screen.type(f"/segment show {RULED}")
    await expect(screen.message(f"{RULED}: {size + 2} shoppers")).to_contain_text(RULE)
    await picture(screen.page, "living shown")

    days.buy(10)
    await days.morning(3)
    await expect(screen.size(RULED)).to_contain_text(str(size + 2))
    await screen.go("#approvals")
    held = f"Run the rule of {RULED}: 10 join, 0 leave"
    await expect(screen.message(held)).to_contain_text("On hold, waiting for 1 approval")
    await picture(screen.page, "living hold")
    await screen.approve("Run Anyway", on=held, by="ben")
    await expect(screen.size(RULED)).to_contain_text(str(size + 12))
    await picture(screen.page, "living run anyway")

    await screen.press("Undo", on=held)
    await screen.approve("Undo Change", on=f"Remove 10 of {size + 12} shoppers from {RULED}", by="cleo")
    await expect(screen.size(RULED)).to_contain_text(str(size + 2))
    await expect(screen.size(RULED)).to_contain_text("\N{MINUS SIGN}10")
    await picture(screen.page, "living undone")

    await days.morning(4)
    await expect(screen.message(held)).to_contain_text("On hold, waiting for 1 approval")
    await screen.press("Freeze Segment", on=held)
    await expect(screen.message(f"Make the segment {RULED} a plain list again")).to_contain_text("Done")
    await picture(screen.page, "living frozen")
    await days.morning(5)
    await expect(screen.size(RULED)).to_contain_text(str(size + 2))
    await screen.go("#segments")
    await screen.type(f"/segment show {RULED}")
    shown = screen.message(f"{RULED}: {size + 2} shoppers")
    await expect(shown).to_contain_text("a plain list again")
    await expect(shown).not_to_contain_text(RULE)
    await picture(screen.page, "living shown frozen")


async def _make_the_rule(screen: Screen) -> None:
    """Ana builds it of one condition; Ben approves it."""
    await screen.type(f"/segment rule “{RULED}”")
    await screen.choose("Condition", "Spent more than", typed="spent more")
    await screen.fill("Amount", "800")
    await expect(screen.form).to_contain_text(f"In words: {RULE}")
    await picture(screen.page, "living form")
    await screen.submit("Start Rule")
    await screen.become("ben")
    await screen.go("#approvals")
    await expect(screen.message(f"Let the segment {RULED} follow a rule")).to_contain_text("every day at 08:00")
    await picture(screen.page, "living start")
    await screen.approve("Start Rule", on=f"Let the segment {RULED} follow a rule", by="ben")
