"""A segment that follows a rule instead of a list, as a chat: who belongs by it, and when it runs."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.bigcommerce import OrdersForbidden
from bot.core.segment_rules.facts import Freshness
from bot.engine.facts.reading import FactsReading
from bot.engine.patience import Patience
from tests.conftest import OpenWorld
from tests.harness import World, buttons, filled, said
from tests.records import verified

RULE = "spent over 500 in 90 days"
ADA, BEN, CHEN = "ada@example.com", "ben@example.com", "chen@example.com"


async def buy(slack: World, *buyers: str) -> None:
    """These customers buy for 600 each in the store, and what changed there is read."""
    for email in buyers:
        slack.store.act("place_order", customer_id=slack.customer_id(email), total="600.00")
    assert slack.bot
    await FactsReading(slack.bot.engine.process, slack.bot.store).bring_up_to_date()


async def cancel(slack: World, *buyers: str) -> None:
    """Whatever these customers bought is cancelled, and what changed is read."""
    for email in buyers:
        orders = slack.store.shop.rows("SELECT id FROM orders WHERE customer_id = ?", slack.customer_id(email))
        for order in orders:
            slack.store.act("change_order", order_id=order["id"], status_id=5)
    await buy(slack)


async def freshness(slack: World) -> Freshness:
    """How fresh what was read of the store is."""
    assert slack.bot
    return await slack.bot.engine.process.ledger.facts.freshness()


async def told(slack: World, words: str, **where: str) -> None:
    """Wait until somebody is told this, whatever else is under way."""
    await slack.workspace.changed(lambda _: words in str(slack.messages(**where)), within=10)


@pytest.fixture
async def shop(slack: World) -> World:
    """Ada and Ben are in Gold; Ada and Chen, who has no profile yet, bought for 600."""
    for email in (ADA, BEN, CHEN):
        slack.register(email)
    slack.give_profiles(ADA, BEN)
    slack.put("Gold")
    slack.join("Gold", ADA, BEN)
    await buy(slack, ADA, CHEN)
    return slack


def inside(slack: World, name: str = "Gold") -> set[str]:
    """Which of the three are in a segment."""
    found = slack.members(name)
    return {email for email in (ADA, BEN, CHEN) if slack.profile_id(email) in found}


async def start_rule(slack: World, rule: str = RULE) -> None:
    """Ana asks for Gold to follow a rule, and Ben starts it."""
    await slack.type(f"/segment rule Gold {rule}")
    await slack.press("Start Rule", by="ben")


async def test_a_segment_follows_a_rule_once_a_second_person_agrees(shop: World) -> None:
    await shop.type(f"/segment rule Gold {RULE}", by="ana")
    card = said(shop.card(1))
    assert "Let the segment Gold follow a rule" in card
    assert "spent over 500 in 90 days" in card
    assert "Let the segment Gold follow a rule (2 → 2)" in card
    assert "First run: 1 joins, 1 leaves" in card
    assert "After that: every day at 08:00, without asking again" in card
    assert "Asks again: when more than 10% (at most 50) would join or leave in a day" in card
    assert "1 approval" in card
    assert buttons(shop.card(1))[:2] == ["Start Rule", "Reject"]
    assert inside(shop) == {ADA, BEN}

    await shop.press("Start Rule", by="ana")
    assert inside(shop) == {ADA, BEN}
    await shop.press("Start Rule", by="ben")
    assert inside(shop) == {ADA, CHEN}
    assert "Done" in said(shop.card(1))

    await shop.type("/segment show Gold")
    assert f"{RULE} (since change 1)" in shop.whisper()
    assert shop.bot
    assert verified(shop.bot.engine.process.ledger).holds


async def test_the_card_of_a_rule_tells_each_thing_once(shop: World) -> None:
    await shop.type(f"/segment rule Gold {RULE}", by="ana")
    title, moves = "Let the segment Gold follow a rule (2 → 2)", "First run: 1 joins, 1 leaves"
    header, quoted, run, later = [said({**shop.card(1), "blocks": [one]}) for one in shop.card(1)["blocks"][1:5]]
    assert (header, quoted, run) == (title, RULE, f"{moves} Create 1 shopper profile")
    assert later.startswith("After that: every day at 08:00, without asking again")
    assert f"Leaving: {shop.named(BEN)}. Joining: {shop.named(CHEN)}." in said(shop.card(1))
    await shop.type("/change show 1")
    for told in (said(shop.card(1)), shop.whisper()):
        assert (told.count(RULE), told.count(moves)) == (1, 1)
        assert "Add 1" not in told
        assert "Remove 1" not in told


async def test_no_one_is_left_out_of_what_a_rule_says(shop: World) -> None:
    await shop.type(f"/segment rule Gold {RULE}", by="ana")
    assert buttons(shop.card(1)) == ["Start Rule", "Reject", "Details", "Edit"]
    await shop.type(f"/change except 1 {CHEN}", by="ben")
    assert "whoever is left out of it joins or leaves at the next run" in shop.whisper(by="ben")
    await shop.press("Start Rule", by="ben")
    await buy(shop, BEN)
    await cancel(shop, ADA, CHEN)
    await shop.type("/segment run Gold", by="ana")
    assert buttons(shop.card(2)) == ["Run Rule", "Reject", "Details", "Edit"]
    await shop.type(f"/change except 2 {ADA}", by="ben")
    assert "Change 2 goes by a rule" in shop.whisper(by="ben")
    await shop.press("Run Rule", by="ben")
    assert inside(shop) == {BEN}


@pytest.mark.parametrize(
    ("typed", "runs"),
    [
        (f"{RULE} runs:hourly", "every hour, without asking again"),
        (f'{RULE} runs:"daily at 6:30pm"', "every day at 18:30, without asking again"),
        (f"{RULE} runs:every day at 06:00", "every day at 06:00, without asking again"),
        (f"{RULE} every day at 6am", "every day at 06:00, without asking again"),
        (f"{RULE}, hourly", "every hour, without asking again"),
        (f"{RULE} daily", "every day at 08:00, without asking again"),
        (f"{RULE} by hand", "only when you ask"),
    ],
)
async def test_when_it_runs_is_typed_with_a_key_or_behind_the_rule(shop: World, typed: str, runs: str) -> None:
    await shop.type(f"/segment rule Gold {typed}")
    assert f"After that: {runs}" in said(shop.card(1))
    assert RULE in said(shop.card(1))
    assert ("Asks again" in said(shop.card(1))) is ("without asking" in runs)
    assert inside(shop) == {ADA, BEN}


async def test_a_segment_and_the_list_tell_when_its_rule_runs(shop: World) -> None:
    await shop.type("/segment list")
    assert "Rule runs" not in shop.whisper()
    shop.clock.now = datetime(2026, 3, 28, 12, tzinfo=UTC)
    shop.overrides["TIMEZONE"] = "Europe/Berlin"
    await shop.stop()
    await shop.start()
    await buy(shop)
    await start_rule(shop, f"{RULE} every day at 02:30")
    await shop.type("/segment show Gold")
    assert "every day at 02:30, next at 2026-03-29 03:30" in shop.whisper()
    await shop.type("/segment list")
    assert "Rule runs" in shop.whisper()
    assert "every day at 02:30" in shop.whisper()
    await shop.type("/segment rule Gold by hand")
    await shop.press("Start Rule", by="ben", change=2)
    await shop.type("/segment show Gold")
    assert "only when you ask" in shop.whisper()
    assert "next at" not in shop.whisper()


async def test_the_usual_time_is_an_hour_before_the_summary(open_world: OpenWorld) -> None:
    slack = await open_world(SUMMARY_TIME="00:30")
    await slack.type("/segment rule VIPs never ordered")
    await slack.type("/segment rule VIPs never ordered")
    assert "After that: every day at 23:30" in said(slack.card(1))


async def test_a_schedule_alone_is_another_one_for_the_same_rule(shop: World) -> None:
    await shop.type("/segment rule Gold hourly")
    assert "Gold follows no rule yet. Say who belongs to it, too." in shop.whisper()
    await start_rule(shop)
    await shop.type("/segment rule Gold hourly")
    card = said(shop.card(2))
    assert "Let the rule of the segment Gold run every hour (2 → 2)" in card
    assert "Until now it runs every day at 08:00" in card
    assert "First run: no one joins or leaves" in card
    await shop.press("Start Rule", by="ben", change=2)
    await shop.type("/segment rule Gold never ordered")
    assert "Let the segment Gold follow another rule" in said(shop.card(3))
    assert "After that: every hour" in said(shop.card(3))
    assert f"Until now it follows another rule: {RULE}" in said(shop.card(3))
    await shop.type("/segment rule Gold never ordered by hand")
    assert f"Until now it follows another rule: {RULE}, every hour" in said(shop.card(4))


async def test_what_is_no_schedule_is_told_and_nothing_is_asked_for(shop: World) -> None:
    await shop.type(f"/segment rule Gold {RULE} runs:weekly")
    assert "I couldn't read “weekly” as when to run. A rule runs every day at a time" in shop.whisper()
    await shop.type(f"/segment rule Gold {RULE} runs:daily at 25:00")
    assert "“25:00” is no time of the day." in shop.whisper()
    await shop.type(f"/segment rule Gold {RULE} every day at 6")
    assert "At which time is “every day at 6”?" in shop.whisper()
    assert shop.cards(1) == []
    offered = next(one for one in buttons(shop.messages()[-1]) if "06:00" in one)
    await shop.press(offered, by="ana", channel="#segments")
    assert "After that: every day at 06:00" in said(shop.card(1))
    assert RULE in said(shop.card(1))


async def test_other_times_and_words_for_no_rule_are_answered_by_what_can_be_done(shop: World) -> None:
    await shop.type("/segment rule Gold spent over 500 in 90 days every monday at 6")
    assert "No rule can run “every monday at 6”. A rule runs every day at a time" in shop.whisper()
    await shop.type("/segment rule Gold off")
    assert "becomes a plain list once it is frozen" in shop.whisper()
    await shop.press("Freeze Gold", by="ana", channel="#segments")
    assert "Gold is a plain list already" in shop.whisper()


async def test_words_that_may_be_a_value_or_a_schedule_are_asked_about(shop: World) -> None:
    shop.store.act("set_attribute", customer_id=shop.customer_id(BEN), name="Rhythm", value="hourly")
    await buy(shop)
    await shop.type("/segment rule Gold attribute Rhythm is hourly")
    assert "attribute Rhythm is hourly" in said(shop.card(1))
    await shop.type("/segment rule Gold attribute Rhythm is hourly hourly")
    assert "Does “hourly” say when it runs?" in shop.whisper()
    assert shop.cards(2) == []


async def test_words_that_are_a_value_leave_the_schedule_as_it_is(shop: World) -> None:
    shop.store.act("set_attribute", customer_id=shop.customer_id(BEN), name="Rhythm", value="hourly")
    await buy(shop)
    await start_rule(shop, "attribute Rhythm is hourly runs:hourly")
    await shop.type("/segment rule Gold attribute Rhythm is hourly hourly")
    await shop.press("Start Rule: attribute Rhythm is hourly hourly", by="ana", channel="#segments")
    assert "attribute Rhythm is hourly hourly" in said(shop.card(2))
    assert "After that: every hour" in said(shop.card(2))


async def test_asked_about_names_within_a_rule_its_schedule_is_kept(shop: World) -> None:
    shop.put("Gold and accepts marketing")
    await shop.type("/segment rule VIPs in Gold and accepts marketing hourly")
    assert "Which rule did you mean?" in shop.whisper()
    offered = next(one for one in buttons(shop.messages()[-1]) if "“Gold and accepts marketing”" in one)
    await shop.press(offered, by="ana", channel="#segments")
    assert "in “Gold and accepts marketing”" in said(shop.card(1))
    assert "After that: every hour" in said(shop.card(1))


async def test_undoing_it_puts_shoppers_back_and_drops_the_rule(shop: World) -> None:
    await start_rule(shop)
    await shop.type("/change undo 1")
    assert "Make the segment Gold a plain list again" in said(shop.card(2))
    assert "its next run" not in said(shop.card(2))
    await shop.press("Undo Change", by="ben", change=2)
    assert inside(shop) == {ADA, BEN}
    await shop.type("/segment show Gold")
    assert RULE not in shop.whisper()


async def test_what_was_bought_meanwhile_is_asked_about_again(shop: World) -> None:
    await shop.type(f"/segment rule Gold {RULE}")
    await cancel(shop, ADA)
    await buy(shop, BEN)
    await shop.press("Start Rule", by="ben")
    assert "approval again" in said(shop.card(1))
    assert inside(shop) == {ADA, BEN}
    await shop.press("Start Rule", by="cleo")
    assert inside(shop) == {BEN, CHEN}


async def test_the_same_rule_asked_for_again_is_run_again(shop: World) -> None:
    await start_rule(shop)
    await shop.type(f"/segment rule Gold {RULE}")
    assert "Nothing to do: Gold follows this rule already, and no one would join or leave." in shop.whisper()
    await buy(shop, BEN)
    await shop.type(f"/segment rule Gold {RULE}")
    assert "Run the rule of Gold: 1 joins, 0 leave (2 → 3)" in said(shop.card(2))
    assert inside(shop) == {ADA, BEN, CHEN}
    await cancel(shop, BEN, CHEN)
    await shop.type(f"/segment rule Gold {RULE}")
    assert "Run the rule of Gold: 0 join, 2 leave (3 → 1)" in said(shop.card(3))
    assert inside(shop) == {ADA, BEN, CHEN}


async def test_whoever_undoes_what_a_rule_did_is_told_that_its_next_run_does_it_again(shop: World) -> None:
    await start_rule(shop)
    await buy(shop, BEN)
    await shop.type(f"/segment rule Gold {RULE}")
    assert inside(shop) == {ADA, BEN, CHEN}
    await shop.type("/change undo 2")
    told = "Gold follows a rule: its next run does again what the rule says, unless you freeze Gold before"
    assert told in said(shop.card(3))


async def test_whoever_undoes_what_a_rule_did_after_it_was_frozen_is_told_of_no_next_run(shop: World) -> None:
    await start_rule(shop)
    await buy(shop, BEN)
    await shop.type(f"/segment rule Gold {RULE}")
    await shop.type("/segment freeze Gold")
    await shop.type("/change undo 2")
    assert "Remove 1 of 3 shoppers from Gold" in said(shop.card(4))
    assert "its next run" not in said(shop.card(4))


async def test_another_rule_takes_the_place_of_the_first(shop: World) -> None:
    await start_rule(shop)
    await shop.type("/segment rule Gold spent over 500 in 90 days and in Gold")
    card = said(shop.card(2))
    assert "Let the segment Gold follow another rule" in card
    assert "Until now it follows another rule: spent over 500 in 90 days" in card
    await shop.press("Start Rule", by="ben")
    await shop.type("/change undo 2")
    await shop.press("Undo Change", by="ben", change=3)
    await shop.type("/segment show Gold")
    assert f"{RULE} (since change 3)" in shop.whisper()


async def test_freezing_makes_a_list_of_it_again_at_once(shop: World) -> None:
    await shop.type("/segment freeze Gold")
    assert "Gold is a plain list already: it follows no rule." in shop.whisper()
    await start_rule(shop)
    await shop.type("/segment freeze Gold")
    assert "Done" in said(shop.card(2))
    assert inside(shop) == {ADA, CHEN}
    await shop.type("/segment show Gold")
    assert RULE not in shop.whisper()
    await shop.type("/change undo 2")
    assert "1 approval" in said(shop.card(3))


async def test_the_form_shows_the_rule_and_takes_another(shop: World) -> None:
    await shop.type("/segment rule Gold")
    assert filled(shop.form(), "rule-0-kind") is None
    await shop.press("Write It as Text", by="ana", channel="form")
    await shop.submit({"rule": RULE})
    await shop.press("Start Rule", by="ben")
    await shop.type("/segment rule Gold")
    assert (filled(shop.form(), "rule-0-amount"), filled(shop.form(), "rule-0-within")) == ("500", "90 days")
    await shop.submit({"rule-0-amount": "99,999"})
    assert "2 leave" in said(shop.card(2))
    assert "This leaves Gold empty." in said(shop.card(2))
    assert inside(shop) == {ADA, CHEN}


async def test_a_rule_that_is_not_clear_is_answered_and_nothing_is_asked_for(shop: World) -> None:
    await shop.type("/segment rule Gold spent over 1.000 in a year")
    assert "I couldn't read “1.000” as an amount." in shop.whisper()
    await shop.type("/segment rule Gold spent over 500")
    assert "In how many days?" in shop.whisper()
    await shop.type("/segment rule Gold in VIPs or Newsletter and not in Gold")
    assert "can be read in more than one way" in shop.whisper()
    assert shop.cards(1) == []


async def test_what_was_read_too_long_ago_is_read_anew_first(shop: World) -> None:
    shop.store.act("place_order", customer_id=shop.customer_id(BEN), total="600.00")
    shop.clock.forward(hours=25)
    await shop.type(f"/segment rule Gold {RULE}")
    assert "1 joins, 0 leave" in said(shop.card(1))
    assert "By orders and customers as read on" in said(shop.card(1))


async def hurried(slack: World) -> None:
    """Nobody waits for a reading."""
    slack.patience = Patience(rule=0)
    await slack.stop()
    await slack.start()


async def test_whoever_asks_waits_only_a_moment_for_a_large_store(shop: World) -> None:
    await hurried(shop)
    shop.clock.forward(hours=25)
    async with shop.meanwhile(shop.client.type("ana", "#segments", f"/segment rule Gold {RULE}"), "GET", "/orders"):
        await told(shop, "they are being read now: what changed since the last time")
        assert shop.cards(1) == []
    await shop.type(f"/segment rule Gold {RULE}")
    assert "Let the segment Gold follow a rule" in said(shop.card(1))


async def test_what_was_read_too_long_ago_is_read_anew_before_an_approval(shop: World) -> None:
    await hurried(shop)
    shop.clock.forward(hours=20)
    await shop.type(f"/segment rule Gold {RULE}")
    shop.clock.forward(hours=5)
    async with shop.meanwhile(shop.client.press("ben", "#approvals", "Start Rule"), "GET", "/orders"):
        await told(shop, "they are being read now", by="ben", channel="#approvals")
        assert "Waiting for 1 approval" in said(shop.card(1))
    await shop.press("Start Rule", by="ben")
    assert inside(shop) == {ADA, CHEN}


async def test_a_rule_for_later_is_still_possible_when_the_bot_slept_until_then(shop: World) -> None:
    await start_rule(shop, f"{RULE} at:in 3 days")
    shop.clock.forward(days=3)
    await shop.sweep()
    assert inside(shop) == {ADA, CHEN}
    assert "Done" in said(shop.card(1))


async def test_a_scope_that_was_taken_away_is_told_and_changes_nothing(shop: World) -> None:
    scopes = shop.store.scopes
    shop.store.scopes = {scope for scope in scopes if "orders" not in scope}
    with pytest.raises(OrdersForbidden):
        await buy(shop)
    await shop.type(f"/segment rule Gold {RULE}")
    assert "its token lacks  store_v2_orders_read_only" in shop.whisper()
    assert inside(shop) == {ADA, BEN}
    assert shop.cards(1) == []
    shop.store.scopes = scopes
    await shop.type(f"/segment rule Gold {RULE}")
    assert "Let the segment Gold follow a rule" in said(shop.card(1))


async def test_where_segments_follow_rules_what_changed_is_read_each_hour(shop: World) -> None:
    shop.clock.forward(hours=2)
    before = shop.asked()
    await shop.sweep()
    assert shop.asked() == before
    await start_rule(shop)
    shop.store.act("place_order", customer_id=shop.customer_id(BEN), total="600.00")
    shop.clock.forward(minutes=2)
    await shop.sweep()
    await shop.type(f"/segment rule Gold {RULE}")
    assert inside(shop) == {ADA, BEN, CHEN}
    shop.clock.forward(hours=2)
    shop.store.scopes = set()
    await shop.sweep()
    assert (await freshness(shop)).missing == ("store_v2_orders_read_only", "store_v2_customers_read_only")


@pytest.mark.parametrize("refused", ["orders are gone", "a scope is gone"])
async def test_a_reading_that_was_refused_begins_anew_an_hour_later_not_each_minute(shop: World, refused: str) -> None:
    await start_rule(shop)
    if refused == "orders are gone":
        with shop.store.shop.db as db:
            db.execute("DELETE FROM orders")
    else:
        shop.store.scopes = {scope for scope in shop.store.scopes if "orders" not in scope}
    shop.clock.forward(days=8)
    assert await read_pages(shop) > 0
    shop.clock.forward(minutes=2)
    assert await read_pages(shop) == 0
    shop.clock.forward(hours=1)
    assert await read_pages(shop) > 0


async def test_orders_that_the_store_lists_no_more_are_told_to_whoever_asks_for_a_rule(shop: World) -> None:
    with shop.store.shop.db as db:
        db.execute("CREATE TABLE aside AS SELECT * FROM orders")
        db.execute("DELETE FROM orders")
    shop.clock.forward(days=8)
    await shop.type(f"/segment rule Gold {RULE}")
    assert "So many at once may be a mistake of the store's, so they are kept." in shop.whisper()
    assert "facts rebuild" in shop.whisper()
    assert shop.cards(1) == []
    with shop.store.shop.db as db:
        db.execute("INSERT INTO orders SELECT * FROM aside")
    await shop.type(f"/segment rule Gold {RULE}")
    assert "Let the segment Gold follow a rule" in said(shop.card(1))


async def read_pages(slack: World) -> int:
    """How often the store is asked for orders while the bot does what is due."""
    before = len(slack.store.requests())
    await slack.sweep()
    return sum("/v2/orders" in one["path"] for one in slack.store.requests()[before:])


async def test_while_another_bot_reads_nobody_is_warned(shop: World, caplog: pytest.LogCaptureFixture) -> None:
    await start_rule(shop)
    shop.clock.forward(hours=2)
    assert shop.bot
    ledger, now = shop.bot.engine.process.ledger, shop.clock()
    await ledger.leases.renew(owner="another", until=now + timedelta(seconds=15), now=now)
    await ledger.facts.claim(owner="another", now=now)
    assert await read_pages(shop) == 0
    assert "could not be brought up to date" not in caplog.text
    shop.clock.forward(minutes=1)
    assert await read_pages(shop) > 0


async def test_attributes_and_groups_steer_a_segment(shop: World) -> None:
    shop.store.act("set_attribute", customer_id=shop.customer_id(BEN), name="Tier", value="gold")
    shop.store.act("change_customer", customer_id=shop.customer_id(CHEN), group="Trade and Co")
    await buy(shop)
    await shop.type("/segment rule Gold attribute Tier is Gold or customer group is Trade and Co")
    assert "attribute Tier is Gold, or customer group is “Trade and Co”" in said(shop.card(1))
    await shop.press("Start Rule", by="ben")
    assert inside(shop) == {BEN, CHEN}
    await shop.type("/segment rule Gold")
    assert filled(shop.form(), "rule-0-attribute") == "Tier"
    assert filled(shop.form(), "rule-1-groups") == ["Trade and Co"]


async def test_what_was_never_read_is_read_when_somebody_asks_for_a_rule(slack: World) -> None:
    await hurried(slack)
    async with slack.meanwhile(slack.client.type("ana", "#segments", f"/segment rule VIPs {RULE}"), "GET", "/orders"):
        await told(slack, "they are being read now: all of them, for the first time")
        assert slack.cards(1) == []
    await slack.type("/segment rule VIPs country is US")
    assert "Let the segment VIPs follow a rule" in said(slack.card(1))


async def test_a_store_that_lists_no_orders_empties_no_segment(slack: World) -> None:
    with slack.store.shop.db as db:
        db.execute("DELETE FROM orders")
    await buy(slack)
    sizes = slack.sizes()
    for rule in (RULE, "never ordered", "in VIPs and last ordered less than 9 days ago"):
        await slack.type(f"/segment rule VIPs {rule}")
        assert "The store lists no order of any customer that counts" in slack.whisper()
    assert (slack.cards(1), slack.sizes()) == ([], sizes)


async def test_of_whom_nothing_was_read_nobody_leaves(shop: World) -> None:
    shop.register("new@example.com")
    shop.give_profiles("new@example.com")
    shop.join("Gold", "new@example.com")
    await start_rule(shop)
    assert inside(shop) == {ADA, CHEN}
    assert shop.profile_id("new@example.com") in shop.members("Gold")


async def test_whoever_changes_it_by_hand_is_told_that_the_rule_takes_it_back(shop: World) -> None:
    await start_rule(shop)
    warning = "Gold follows a rule: its next run takes back what the rule does not say."
    await shop.type(f"/segment add Gold {BEN}")
    assert warning in said(shop.card(2))
    await shop.type(f"/segment remove Gold {ADA}")
    assert warning in said(shop.card(3))
    await shop.type("/segment clear Gold")
    assert warning in said(shop.card(4))
    await shop.type("/segment combine VIPs Newsletter either Gold")
    assert warning in said(shop.card(5))
    await shop.type("/shopper register new@example.com New One Gold")
    assert warning in said(shop.card(6))
    await shop.type(f"/segment import Gold remove {CHEN}")
    assert warning in said(shop.card(7))
    await shop.type(f"/segment add VIPs {BEN}")
    await shop.type("/segment combine VIPs Gold either Shared")
    assert "follows a rule" not in said(shop.card(8)) + said(shop.card(9))


async def test_of_a_rule_that_keeps_whoever_is_in_no_one_is_told_that_they_leave(shop: World) -> None:
    shop.leave("Gold", BEN)
    await start_rule(shop, "in Gold or spent over 500 in 90 days")
    await shop.type(f"/segment add Gold {BEN}")
    assert "Gold follows a rule: its next run takes out no one, and adds who belongs by it." in said(shop.card(2))
    assert "takes back" not in said(shop.card(2))


async def test_a_rule_too_long_for_a_form_is_to_be_typed(shop: World) -> None:
    ids = shop.put(*(letter * 240 for letter in "abcdefghijklm"))
    await start_rule(shop, f"accepts marketing, or in {' or '.join(ids)}")
    await shop.type("/segment rule Gold")
    assert "The rule of “Gold” is longer than a form holds. Type the whole new rule" in str(shop.form())
    assert "/segment rule Gold …" in str(shop.form())


async def test_deleting_a_segment_tells_which_rules_are_lost_by_it(shop: World) -> None:
    await start_rule(shop, "in VIPs or accepts marketing")
    await shop.type("/segment delete VIPs, Gold")
    card = said(shop.card(2))
    assert "Gold follows a rule, which goes with it; an undo brings it back." in card
    assert "The rule of Gold" not in card
    await shop.type("/segment delete VIPs")
    assert "The rule of Gold names VIPs, and can't be run without." in said(shop.card(3))
    await shop.press("Delete Segment", by="ben", change=3)
    await shop.type("/segment rule Gold")
    assert filled(shop.form(), "rule") == "in a deleted segment, or accepts marketing"
    await shop.press("Delete Segment", by="ben", change=2)
    shop.put("Platinum")
    await shop.type("/segment delete Platinum")
    assert "rule" not in said(shop.card(4))


async def test_somebody_may_run_a_rule_now(shop: World) -> None:
    await shop.type("/segment run Gold")
    assert "Gold follows no rule, so there is nothing to run: it is a plain list." in shop.whisper()
    await start_rule(shop)
    await shop.type("/segment run Gold")
    assert "Nothing to do" in shop.whisper()
    await cancel(shop, CHEN)
    await shop.type("/segment run Gold")
    assert "Run the rule of Gold: 0 join, 1 leaves (2 → 1)" in said(shop.card(2))
    assert "Waiting for 1 approval" in said(shop.card(2))
    await shop.press("Run Rule", by="ben", change=2)
    assert inside(shop) == {ADA}


async def test_the_card_tells_who_steers_a_segment_and_which_values_nobody_has(shop: World) -> None:
    shop.store.act("set_attribute", customer_id=shop.customer_id(BEN), name="Tier", value=" gold ")
    await buy(shop)
    await shop.type("/segment rule Gold attribute Tier is Gold or Gld, or country is AQ, or accepts marketing")
    card = said(shop.card(1))
    assert "Whoever can write the customer attribute Tier steers Gold by it." in card
    assert "No customer fits “attribute Tier is Gld” and “country is AQ” now." in card
    await shop.press("Start Rule", by="ben")
    await shop.type("/segment rule Gold country is US")
    card = said(shop.card(2))
    assert "steers Gold" not in card
    assert "No customer fits" not in card


async def test_a_rule_cannot_leave_out_who_is_in_its_own_segment(shop: World) -> None:
    for rule in ("accepts marketing and not in Gold", "in neither VIPs nor Gold", "not (accepts marketing or Gold)"):
        await shop.type(f"/segment rule Gold {rule}")
        assert "The rule of Gold can't leave out who is in Gold" in shop.whisper()
    assert shop.cards(1) == []
    await shop.type("/segment rule Gold not (not in Gold) or accepts marketing")
    assert "Let the segment Gold follow a rule" in said(shop.card(1))


async def test_whoever_adds_by_hand_to_a_ruled_segment_is_offered_that_they_stay(shop: World) -> None:
    await start_rule(shop)
    await shop.type(f"/segment add Gold {BEN}")
    assert "no one leaves by it then" in said(shop.messages()[-2])
    assert "Keep Whoever Is in Gold waits for an approval" in shop.whisper()
    assert shop.messages(by="ana")[-1]["blocks"][-1]["type"] == "context"
    await shop.press("Keep Whoever Is in Gold", by="ana", channel="#segments")
    card = said(shop.card(3))
    assert "Let the segment Gold follow another rule" in card
    assert f"in Gold, or {RULE}" in card
    await shop.press("Start Rule", by="ben", change=3)
    assert inside(shop) == {ADA, BEN, CHEN}
    await shop.type("/segment remove Gold ada@example.com")
    await shop.press("Remove Shoppers", by="ben")
    await shop.type(f"/segment add Gold {ADA}")
    assert "Keep Whoever" not in str(shop.messages()[-1])
    await shop.type("/segment copy Gold Silver")
    assert "Silver" in shop.sizes()


async def test_where_a_rule_adds_shoppers_or_is_dropped_nobody_is_offered_that_they_stay(shop: World) -> None:
    await start_rule(shop)
    await buy(shop, BEN)
    await shop.type("/segment run Gold")
    assert "1 joins" in said(shop.card(2))
    await shop.type("/segment rule Gold spent over 100 in all")
    await shop.type("/change undo 1")
    assert "Make the segment Gold a plain list again" in said(shop.card(4))
    assert "Keep Whoever" not in str(shop.messages())


async def test_a_rule_that_no_button_holds_is_not_offered(shop: World) -> None:
    shop.put("Ben's friends")
    for rule in ("not in “Ben's friends”", " and ".join(["country is US"] * 150)):
        await start_rule(shop, rule)
        await shop.type(f"/segment add Gold {CHEN}")
        assert "Keep Whoever" not in str(shop.messages())
