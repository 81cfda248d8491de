"""Why a shopper is in a segment or not: by which change, rule or outside hand, now and on a day, as a chat."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.summary.history import Size, Snapshot
from bot.ledger.sqlite.audit_file import open_audit_file
from commands.rule_explained import UNREAD
from tests.commands.test_segment_rules import ADA, BEN, CHEN, buy, cancel, shop, start_rule
from tests.harness import World, buttons
from tests.stories.judge import read

__all__ = ["shop"]
EVE = "eve@example.com"
DAYS = 24


def when(slack: World, *, hours: float = 0) -> str:
    """So many hours ago, as the bot writes times."""
    return f"{slack.clock.now - timedelta(hours=hours):%Y-%m-%d %H:%M}"


def edit(slack: World, body: str, *values: str) -> None:
    """Set what is stored of the second change's Step, as somebody with sqlite3 would."""
    with closing(sqlite3.connect(slack.database)) as db:
        db.execute(f"UPDATE runs SET body = {body} WHERE change = 2", values)
        db.commit()


def stored(slack: World) -> str:
    """What is stored of it."""
    with closing(sqlite3.connect(slack.database)) as db:
        return str(db.execute("SELECT body FROM runs WHERE change = 2").fetchone()[0])


@pytest.fixture
async def team(slack: World) -> World:
    """Eve is registered, and in no segment."""
    slack.register(EVE)
    slack.give_profiles(EVE)
    slack.clock.forward(minutes=1)
    return slack


async def why(slack: World, words: str) -> str:
    """What Ana reads when she asks why."""
    await slack.type(f"/shopper why {words}")
    return read(slack.messages()[-1])


async def test_who_was_added_and_taken_out_again_reads_both_changes(team: World) -> None:
    began = when(team)
    never = f"The log knows of no one who ever put them in; the log begins on {began}."
    assert f"Eve Moss (eve@example.com) is not in VIPs\n{never}" in await why(team, f"{EVE} VIPs")
    await team.type(f"/segment add VIPs {EVE}")
    told = await why(team, f"{EVE} VIPs")
    added = f"Change 1 of @U0ANA00001 put them in on {when(team)}: Add 1 shopper to VIPs."
    assert f"Eve Moss (eve@example.com) is in VIPs\n{added}" in told
    assert buttons(team.messages()[-1]) == ["Show Change 1", "Show Shopper", "Show Segment"]

    team.clock.forward(hours=2 * DAYS)
    await team.type(f"/segment remove VIPs {EVE}")
    await team.press("Remove Shoppers", by="ben")
    told = await why(team, f"#{team.customer_id(EVE)} VIPs")
    out = f"Change 2 of @U0ANA00001 took them out on {when(team)}: Remove 1 of 41 shoppers from VIPs."
    assert f"Eve Moss (eve@example.com) is not in VIPs\n{out}" in told
    assert f"{when(team)}\nout: Remove 1 of 41 shoppers from VIPs\n2\n@U0ANA00001\n@U0BEN00001" in told
    assert f"{when(team, hours=2 * DAYS)}\nin: Add 1 shopper to VIPs\n1\n@U0ANA00001\n–" in told

    day = when(team, hours=DAYS)[:10]
    assert f"Eve Moss (eve@example.com) was in VIPs at the end of {day}\nChange 1 of" in await why(
        team, f"{EVE} VIPs on yesterday"
    )
    assert f"was in VIPs at {when(team, hours=1)}\nChange 1" in await why(team, f"{EVE} VIPs on 1h")
    assert "is not in VIPs\nChange 2" in await why(team, f"{EVE} VIPs on today")
    told = await why(team, f"{EVE} VIPs on 1w")
    assert f"Whether Eve Moss (eve@example.com) was in VIPs at {when(team, hours=7 * DAYS)} is not known" in told
    assert f"The log begins on {began}, and does not tell of times before." in told
    assert "That is still to come" in await why(team, f"{EVE} VIPs on:2099-01-01")


async def test_an_outside_hand_is_told_as_far_as_it_is_known(team: World) -> None:
    team.join("VIPs", EVE)
    told = await why(team, f"{EVE} VIPs")
    assert "is in VIPs\nThe log knows of no one who put them in: someone did it outside of Segment Bot" in told
    assert "outside of Segment Bot, or they were in before the log begins on" in told
    team.clock.forward(hours=1)
    team.put("Fresh")
    await team.type("/segment add Fresh #1")
    team.join("Fresh", EVE)
    assert "someone did it outside of Segment Bot.\n" in await why(team, f"{EVE} Fresh")
    await team.type(f"/segment remove VIPs {EVE}")
    await team.press("Remove Shoppers", by="ben")
    told = await why(team, f"{EVE} VIPs on 5m")
    assert "is not known" in told
    assert f"no one who put them in, and they were in on {when(team)}: someone did it outside of Segment Bot" in told


async def seen(slack: World, *sizes: int) -> None:
    """Each day's summary counts so many in VIPs."""
    assert slack.bot
    vips, ledger = slack.id_of("VIPs"), slack.bot.engine.process.ledger
    for size in sizes:
        slack.clock.forward(hours=DAYS)
        entry, _ = await ledger.audit.head()
        now, counted = slack.clock.now, (Size(vips, "VIPs", size),)
        await ledger.history.save(Snapshot(now.date(), now, entry, 400, counted))


async def test_summaries_narrow_down_when_somebody_did_it(team: World) -> None:
    await team.type(f"/segment add VIPs {EVE}")
    await seen(team, 41, 41, 40, 40)
    team.leave("VIPs", EVE)
    told = await why(team, f"{EVE} VIPs")
    assert "After that, someone took them out outside of Segment Bot: the log knows of no one." in told
    between = f"between {when(team, hours=2 * DAYS)} and {when(team, hours=DAYS)} (-1)"
    assert f"By the summaries, VIPs changed outside of Segment Bot {between}." in told
    told = await why(team, f"{EVE} VIPs on yesterday")
    assert "is not known" in told
    assert f"After that, someone took them out before {when(team)} outside of Segment Bot" in told


@pytest.mark.parametrize(
    ("sizes", "told"),
    [((41, 40, 41, 41), True), ((41, 40, 40, 42), True), ((41, 42, 41, 41), False), ((41, 41, 40, 39), False)],
)
async def test_who_may_have_been_away_meanwhile_is_told_so(team: World, sizes: tuple[int, ...], *, told: bool) -> None:
    await team.type(f"/segment add VIPs {EVE}")
    await seen(team, *sizes)
    away = "Whether someone took them out and put them back meanwhile, the log can't tell: by the summaries, VIPs "
    away += f"changed outside of Segment Bot between {when(team, hours=3 * DAYS)} and {when(team, hours=2 * DAYS)} (-1)"
    said = await why(team, f"{EVE} VIPs")
    assert "is in VIPs\nChange 1 of" in said
    assert (away in said) is told
    assert (away in await why(team, f"{EVE} VIPs on yesterday")) is told
    await team.type(f"/segment remove VIPs {EVE}")
    await team.press("Remove Shoppers", by="ben")
    assert (away in await why(team, f"{EVE} VIPs on 2h")) is told
    assert "Whether someone" not in await why(team, f"{EVE} VIPs")
    await seen(team, 60, 61, 60)
    assert "Whether someone put them in and took them out again meanwhile" in await why(team, f"{EVE} VIPs")


async def test_a_rule_and_its_undo_are_told_with_the_orders(shop: World) -> None:
    await start_rule(shop)
    shop.clock.forward(hours=DAYS)
    told = await why(shop, f"{CHEN} Gold")
    assert "Add 1 shopper to Gold, by its rule." in told
    assert "Gold follows a rule since change 1: spent over 500 in 90 days\nIt holds for them." in told
    assert (
        "spent over 500 in 90 days\nyes\nspent 600 in 90 days: order 2101\nBy orders and customers as read on" in told
    )
    assert "It does not hold for them.\n" in await why(shop, f"{BEN} Gold")
    shop.join("Gold", BEN)
    assert "It does not hold for them: its next run takes them out." in await why(shop, f"{BEN} Gold")
    shop.leave("Gold", CHEN)
    assert "It holds for them: its next run puts them in." in await why(shop, f"{CHEN} Gold")
    await cancel(shop, CHEN)
    told = await why(shop, f"{CHEN} Gold on yesterday")
    assert "By what is known now, it did not hold for them then." in told
    assert "Orders count until the time in question; all else is as it is now." in told
    told = await why(shop, f"{ADA} Gold on 1h")
    assert "By what is known now, it held for them then." in told
    told = await why(shop, f"{ADA} Gold on 1w")
    assert "That was later, so the rule did not decide it." in told
    await shop.type("/change undo 1")
    await shop.press("Undo Change", by="ben", change=2)
    told = await why(shop, f"{BEN} Gold")
    assert "Gold follows a rule" not in told


async def test_the_orders_that_a_run_went_by_are_told_though_time_has_passed(shop: World) -> None:
    await start_rule(shop, "spent over 500 in 3 days")
    shop.clock.forward(hours=5 * DAYS)
    told = await why(shop, f"{CHEN} Gold")
    assert "It does not hold for them: its next run takes them out." in told
    assert "no\nno order in 3 days; the last order, 2101, was on" in told
    assert "yes\nspent 600 in 3 days: order 2101" in told
    assert "yes\nspent 600" not in await why(shop, f"{ADA} Gold")


async def test_a_run_without_a_click_is_told_with_the_rule(shop: World) -> None:
    shop.enrol("Gold", 40)
    await start_rule(shop, "in Gold or spent over 500 in 90 days runs:hourly")
    await buy(shop, BEN)
    shop.clock.forward(hours=1)
    for _ in range(3):  # what is not read yet is read before
        await shop.sweep()
        shop.clock.forward(minutes=5)
    told = await why(shop, f"{BEN} Gold")
    assert "is in Gold\nChange 2 of @U0ANA00001 put them in" in told
    assert "Add 1 shopper to Gold, by its rule." in told


async def test_the_end_of_an_addition_is_told(team: World) -> None:
    await team.type(f'/segment add VIPs {EVE} until:"in 3 hours"')
    await team.press("Add Shoppers", by="ben")
    team.clock.forward(hours=3, minutes=1)
    await team.sweep()
    told = await why(team, f"{EVE} VIPs")
    assert "is not in VIPs\nChange 2 of @U0ANA00001 took them out" in told
    assert "from VIPs, at the end of change 1." in told
    assert "in: Add 1 shopper to VIPs\n1" in told


async def test_a_profile_that_was_lost_outside_is_told(team: World) -> None:
    await team.type(f"/segment add VIPs {EVE}")
    team.drop_profile(EVE)
    lost = "They have no profile now; if one was deleted outside of Segment Bot, its segments are not known."
    assert lost in await why(team, f"{EVE} VIPs")


async def test_who_is_not_known_yet_is_read_about_first(shop: World) -> None:
    await start_rule(shop)
    shop.register(EVE)
    assert "It does not hold for them." in await why(shop, f"{EVE} Gold")
    shop.register("new@example.com")
    assert shop.bot
    ledger, now = shop.bot.engine.process.ledger, shop.clock()
    await ledger.leases.renew(owner="another", until=now + timedelta(hours=1), now=now)
    await ledger.facts.claim(owner="another", now=now)
    told = await why(shop, "new@example.com Gold")
    assert UNREAD in told
    await ledger.facts.release(owner="another")


async def test_names_that_the_bot_may_not_read_are_told(shop: World) -> None:
    await start_rule(shop, "customer group is Wholesale or spent over 500 in 90 days")
    shop.store.faults.add("GET", "/customer_groups", status=403, times=None)
    told = await why(shop, f"{ADA} Gold")
    assert "Why it holds for them or not can't be told now: " in told
    shop.store.faults.clear()


async def test_a_deleted_and_restored_segment_goes_on_as_one(team: World) -> None:
    await team.type(f"/segment add VIPs {EVE}")
    await team.type("/segment delete VIPs")
    await team.press("Delete Segment", by="ben")
    await team.type("/change undo 2")
    await team.press("Undo Change", by="ben", change=3)
    told = await why(team, f"{EVE} VIPs")
    assert "Change 3 of @U0ANA00001 put them in" in told
    assert "Add 41 shoppers to VIPs, to undo change 2." in told
    assert "out: Delete the segment VIPs (41 shoppers)\n2" in told
    assert "in: Add 1 shopper to VIPs\n1" in told


async def test_a_shopper_whose_profile_was_deleted_and_came_back_goes_on_as_one(team: World) -> None:
    (newcomer,) = team.emails_without_profile(1)
    await team.type(f"/segment add VIPs {newcomer}")
    await team.type(f"/shopper delete {newcomer}")
    await team.press("Delete Profiles", by="ben")
    told = await why(team, f"{newcomer} VIPs")
    assert "is not in VIPs\nChange 2 of @U0ANA00001 took them out" in told
    assert "Delete 1 shopper profile." in told
    assert "in: Add 1 shopper to VIPs\n1" in told
    team.give_profiles(newcomer)
    assert "in: Add 1 shopper to VIPs\n1" in await why(team, f"{newcomer} VIPs")
    team.drop_profile(newcomer)
    await team.type("/change undo 2")
    await team.press("Undo Change", by="ben", change=3)
    told = await why(team, f"{newcomer} VIPs")
    assert "is in VIPs\nChange 3 of" in told
    assert "in: Add 1 shopper to VIPs\n1" in told


@pytest.mark.parametrize("carried_out", [True, False])
async def test_what_got_no_answer_counts_if_the_store_agrees(team: World, carried_out: bool) -> None:
    await team.type("/segment add VIPs #1")
    team.store.faults.add("POST", "/segments/{id}/shopper-profiles", drop=True, carried_out=carried_out, times=None)
    team.store.faults.add("GET", "/segments/{id}/shopper-profiles", status=500, times=None)
    await team.type(f"/segment add VIPs {EVE}")
    team.store.faults.clear()
    told = await why(team, f"{EVE} VIPs")
    if carried_out:
        assert "is in VIPs\nChange 2 of @U0ANA00001 may have put them in on" in told
        assert "The store gave no answer then." in told
    else:
        assert "is not in VIPs\nThe log knows of no one who ever put them in" in told
    assert "perhaps in: Add 1 shopper to VIPs\n2" in told


@pytest.mark.parametrize("tampered", ["json_set(body, '$.error', 'x')", "json_set(body, '$.undo', json('[]'))", "'{}'"])
async def test_what_the_tables_tell_otherwise_than_the_log_is_not_believed(team: World, tampered: str) -> None:
    await team.type(f"/segment add VIPs {EVE}")
    await team.type(f"/segment remove VIPs {EVE}")
    await team.press("Remove Shoppers", by="ben")
    sealed = stored(team)
    edit(team, tampered)
    told = await why(team, f"{EVE} VIPs")
    assert (
        "What the database holds of change 2 differs from the log, so it does not count here: see `/audit verify`."
        in told
    )
    assert "After that, someone took them out outside of Segment Bot" in told
    edit(team, "?", sealed)
    assert "Change 2 of @U0ANA00001 took them out" in await why(team, f"{EVE} VIPs")


async def test_a_step_that_the_database_lacks_does_not_count(team: World) -> None:
    await team.type(f"/segment add VIPs {EVE}")
    with closing(sqlite3.connect(team.database)) as db:
        lost = db.execute("DELETE FROM runs RETURNING change, position, body").fetchall()
        db.commit()
        told = await why(team, f"{EVE} VIPs")
        db.executemany("INSERT INTO runs (change, position, body) VALUES (?, ?, ?)", lost)
        db.commit()
    assert "What the database holds of change 1 differs from the log" in told


async def test_what_is_in_an_archive_is_told_to_be_there(team: World, tmp_path: Path) -> None:
    await team.type(f"/segment add VIPs {EVE}")
    before = len(team.entries())
    team.clock.forward(hours=30 * DAYS)
    await team.type("/segment list")
    with open_audit_file(team.database, to_archive=True) as file:
        cut = team.clock() - timedelta(days=15)
        await file.archives.archive(tmp_path / "old.sqlite", before=cut, at=team.clock())
    told = await why(team, f"{EVE} VIPs")
    assert "The log knows of no one who put them in" in told
    assert f"they were in before the log begins on {when(team)}." in told
    assert f"{before} entries before are in an archive, which is not looked at." in told


async def test_of_many_moves_the_latest_are_shown(team: World) -> None:
    for _ in range(11):
        await team.type(f"/segment add VIPs {EVE}")
        await team.type(f"/segment remove VIPs {EVE}")
        await team.press("Remove Shoppers", by="ben")
    told = await why(team, f"{EVE} VIPs")
    assert told.count("\nin: ") + told.count("\nout: ") == 10
    assert "Change 22 of @U0ANA00001 took them out" in told


@pytest.mark.parametrize(
    "words",
    [
        f"{EVE} in VIPs",
        f"{EVE} VIPs?",
        f"is {EVE} not in VIPs",
        f"isn’t {EVE} in VIPs?",
        f"was {EVE} removed from VIPs",
        f"did {EVE} leave VIPs",
        f"{EVE} isn't in VIPs",
        f"has {EVE} been added to VIPs",
        "shopper:#{id} segment:VIPs",
        "{profile} VIPs",
    ],
)
async def test_words_are_read_as_people_ask(team: World, words: str) -> None:
    words = words.format(id=team.customer_id(EVE), profile=team.profile_id(EVE))
    assert "Eve Moss (eve@example.com) is not in VIPs" in await why(team, words)


async def test_names_and_another_order_are_asked_about(team: World) -> None:
    assert "Whom did you mean by “Eve Moss”" in await why(team, "Eve Moss in Coffee lovers")
    await why(team, f"Coffee lovers {EVE}")
    assert buttons(team.messages()[-1]) == ["Explain: Coffee lovers"]
    await team.press("Explain: Coffee lovers", channel="#segments", by="ana")
    assert "Eve Moss (eve@example.com) is not in Coffee lovers" in read(team.messages()[-1])
    await why(team, "VIPs")
    assert "No segment is called “Nobody”" in await why(team, f"{EVE} Nobody")


async def test_of_a_change_of_several_segments_only_the_step_in_question_counts(team: World) -> None:
    await why(team, f"{EVE} VIPs")
    team.clock.forward(minutes=10)
    await team.type(f"/segment add Lapsed VIPs {EVE}")
    assert f"was not in VIPs at {when(team, hours=1 / 12)}\nThe log knows of no one" in await why(
        team, f"{EVE} VIPs on 5m"
    )
    told = await why(team, f"{EVE} VIPs")
    assert "in: Add 1 shopper to VIPs\n1" in told
    assert "to Lapsed" not in told
