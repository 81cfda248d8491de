"""A segment whose rule runs by itself, as a chat: a quiet morning, one on hold, and what is told of both."""

import pytest

from tests.harness import World, buttons, said
from tests.records import verified
from tests.running_rules import RULED, SOURCE, falls, follows_it, next_hour, shown, start_rule


@pytest.fixture
async def ruled(slack: World) -> World:
    """Wholesale follows its rule."""
    await start_rule(slack)
    return slack


async def test_a_quiet_run_is_seen_with_its_segment_and_in_the_summary_and_nowhere_else(ruled: World) -> None:
    assert "Last run" not in await shown(ruled)
    heard = len(ruled.messages(channel="#approvals", by="ben"))
    joining, leaving = ruled.emails(2, outside=SOURCE), ruled.emails(1, inside=SOURCE)
    ruled.join(SOURCE, *joining)
    ruled.leave(SOURCE, *leaving)
    await next_hour(ruled)
    assert follows_it(ruled)
    assert "+2 −1, change 2 is done" in await shown(ruled)
    await next_hour(ruled)
    told = await shown(ruled)
    assert "no one joined or left" in told
    assert "+2 −1, change 2 is done" in told
    await ruled.type("/summary")
    assert f"By rules so far, 1 run: {RULED} +2 −1." in ruled.whisper()
    assert "Through the bot so far: 1 change." in ruled.whisper()
    assert len(ruled.messages(channel="#approvals", by="ben")) == heard
    assert ruled.bot
    assert verified(ruled.bot.engine.process.ledger).holds


async def test_more_than_was_approved_waits_and_is_run_anyway(ruled: World) -> None:
    await falls(ruled)
    card = said(ruled.card(2))
    assert "On hold, waiting for 1 approval" in card
    assert f"Run the rule of {RULED}: 0 join, 10 leave (40 → 30)" in card
    assert "On hold: 4 may leave in 24 hours without asking (10% of 40)" in card
    assert buttons(ruled.card(2)) == ["Run Anyway", "Skip This Run", "Details", "Edit Rule", "Freeze Segment"]
    assert "change 2 is waiting, since 4 may leave in 24 hours without asking (10% of 40)" in await shown(ruled)
    assert not follows_it(ruled)
    await ruled.press("Run Anyway", by="ana")
    assert not follows_it(ruled)
    await ruled.press("Run Anyway", by="ben")
    assert follows_it(ruled)
    assert "Done" in said(ruled.card(2))
    await ruled.type("/summary")
    assert f"By rules so far, 1 run: {RULED} +0 −10." in ruled.whisper()


async def test_a_run_on_hold_is_skipped_and_the_next_one_waits_anew(ruled: World) -> None:
    await falls(ruled)
    await ruled.press("Skip This Run", by="ben")
    form = ruled.form(by="ben")
    assert form
    assert (form["title"]["text"], form["submit"]["text"]) == ("Skip change 2", "Skip This Run")
    await ruled.submit({"reason": "A sale ends."}, by="ben")
    assert "Skipped" in said(ruled.card(2))
    assert "A sale ends." in said(ruled.card(2))
    assert len(ruled.members(RULED)) == 40
    await next_hour(ruled)
    assert "On hold" in said(ruled.card(3))


async def test_from_the_card_of_a_run_on_hold_its_rule_is_edited_or_frozen(ruled: World) -> None:
    await falls(ruled)
    await ruled.press("Edit Rule", by="ben")
    form = ruled.form(by="ben")
    assert form
    assert form["title"]["text"] == "Segment Rule"
    await ruled.press("Freeze Segment", by="ben")
    assert "Done" in said(ruled.card(3))
    await ruled.press("Run Anyway", by="cleo", change=2)
    assert len(ruled.members(RULED)) == 40
    assert "Rule" not in (await shown(ruled)).partition("Latest changes")[0]


async def test_an_undone_run_puts_its_shoppers_back(ruled: World) -> None:
    ruled.leave(SOURCE, *ruled.emails(2, inside=SOURCE))
    await next_hour(ruled)
    assert len(ruled.members(RULED)) == 38
    await ruled.type("/change undo 2")
    assert f"its next run does again what the rule says, unless you freeze {RULED} before" in said(ruled.card(3))
    assert len(ruled.members(RULED)) == 40


async def deleted_and_brought_back(slack: World, name: str, delete: int) -> str:
    """Somebody has it deleted, which this change does, and then undone; return what the undo's card said."""
    await slack.type(f"/segment delete {name}", by="ana")
    await slack.press("Delete Segment", by="ben", change=delete)
    assert name not in slack.sizes()
    await next_hour(slack)
    await slack.type(f"/change undo {delete}", by="ana")
    card = said(slack.card(delete + 1))
    await slack.press("Undo Change", by="ben", change=delete + 1)
    return card


async def test_a_segment_that_is_brought_back_follows_its_rule_again(ruled: World) -> None:
    card = await deleted_and_brought_back(ruled, RULED, 2)
    assert f"Rule: in {SOURCE}" in card
    assert "After that: every hour, without asking again" in card
    assert "lets a segment follow a rule" in card
    assert f"in {SOURCE} (since change 3)" in await shown(ruled)
    heard = len(ruled.messages(channel="#approvals", by="ben"))
    ruled.leave(SOURCE, *ruled.emails(2, inside=SOURCE))
    await next_hour(ruled)
    assert follows_it(ruled)
    assert len(ruled.messages(channel="#approvals", by="ben")) == heard
    await ruled.type("/change show 4")
    assert "covered by change 3" in ruled.whisper()
    await falls(ruled)
    assert "On hold" in said(ruled.card(5))
    assert ruled.bot
    assert verified(ruled.bot.engine.process.ledger).holds


async def test_a_rule_names_a_segment_that_was_brought_back_as_before(ruled: World) -> None:
    await deleted_and_brought_back(ruled, SOURCE, 2)
    ruled.leave(SOURCE, *ruled.emails(2, inside=SOURCE))
    await next_hour(ruled)
    assert follows_it(ruled)


@pytest.mark.parametrize("name", [RULED, SOURCE])
async def test_a_rule_that_keeps_whoever_is_in_its_segment_keeps_them_once_it_is_brought_back(
    ruled: World, name: str
) -> None:
    await ruled.type(f"/segment rule {RULED} in {RULED} or in {SOURCE} hourly", by="ana")
    await ruled.press("Start Rule", by="ben", change=2)
    await deleted_and_brought_back(ruled, name, 3)
    before, leaving = ruled.members(RULED), ruled.emails(2, inside=SOURCE)
    ruled.leave(SOURCE, *leaving)
    ruled.join(SOURCE, *ruled.emails(1, outside=SOURCE))
    await next_hour(ruled)
    assert ruled.members(RULED) > before
    assert f"in {RULED} or {SOURCE} (since" in await shown(ruled)
