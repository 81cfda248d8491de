"""What is added until a time: the end is approved with it, comes once, and takes out whom it put in and nobody else."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.conftest import OpenWorld
from tests.engines import ENGINES, Engine
from tests.harness import World, buttons, said
from tests.records import verified
from tests.stories.test_later import arrives, at, opened


async def added(slack: World, words: str = "VIPs #13, #14 until:friday 16:00") -> None:
    """Ana asks for it, and Ben approves it."""
    await slack.type(f"/segment add {words}")
    slack.clock.forward(minutes=1)
    await slack.press("Add Shoppers", by="ben")


@pytest.mark.parametrize("engine", ENGINES)
async def test_an_addition_ends_at_its_time_once_and_not_before(engine: Engine, open_world: OpenWorld) -> None:
    slack = await opened(open_world, engine=engine)
    before = slack.sizes()["VIPs"]
    await slack.type("/segment add VIPs #13, #14 until:friday 16:00")
    card = said(slack.card(1))
    assert "Waiting for 1 approval" in card
    assert "Add 2 shoppers to VIPs until 2027-05-07 14:00 UTC" in card
    assert "whoever of them is still in it then, and was not added again, is taken out" in card
    assert "needs 1 approval: takes out again whom it adds" in card
    slack.clock.forward(minutes=1)
    await slack.press("Add Shoppers", by="ben")
    assert slack.sizes()["VIPs"] == before + 2
    assert "Done" in said(slack.card(1))
    assert "ends" in said(slack.card(1))
    await arrives(slack, at(7, 15, 59))
    assert slack.sizes()["VIPs"] == before + 2
    await arrives(slack, at(7, 16))
    assert slack.sizes()["VIPs"] == before
    assert "Ended by change 2." in said(slack.card(1))
    await slack.type("/change show 2")
    assert "Change 2 is done" in slack.whisper()
    assert "needs no approval: covered by change 1" in slack.whisper()
    await slack.type("/change show 1")
    assert "Ended by" in slack.whisper()
    await slack.type("/change list all")
    assert "End of change 1: remove 2 shoppers from “VIPs”" in slack.whisper()
    await arrives(slack, at(7, 18))
    assert slack.kinds().count("start") == 2


async def test_a_list_shows_what_is_to_end(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    await added(slack)
    await slack.type("/change list")
    assert "ends 2027-05-07 14:00 UTC" in slack.whisper()


async def test_whoever_is_added_again_stays(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    before = slack.sizes()["VIPs"]
    await added(slack)
    await slack.type("/segment add VIPs #13")
    assert "Keep 1 shopper in VIPs" in said(slack.card(2))
    assert "Change 1 would have taken 1 shopper out of VIPs again" in said(slack.card(2))
    await arrives(slack, at(7, 16))
    assert slack.sizes()["VIPs"] == before + 1


async def test_it_begins_at_a_time_and_ends_at_another(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    before = slack.sizes()["VIPs"]
    await added(slack, "VIPs #13 at:tomorrow 9:00 until:friday 16:00")
    assert slack.sizes()["VIPs"] == before
    await arrives(slack, at(4, 9))
    assert slack.sizes()["VIPs"] == before + 1
    await arrives(slack, at(7, 16))
    assert slack.sizes()["VIPs"] == before


async def test_it_cannot_end_before_it_begins(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    await slack.type("/segment add VIPs #13 at:friday 16:00 until:tomorrow 9:00")
    assert "It would end (2027-05-04 09:00) before it runs (2027-05-07 16:00). Say a later time." in slack.whisper()


async def test_what_adds_nobody_has_no_end(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    (who,) = slack.emails(1, inside="VIPs")
    await slack.type(f"/segment import VIPs remove {who} until:friday 16:00")
    assert "No one is added by this, so nothing can end." in slack.whisper()
    assert "create" not in slack.kinds()


async def test_an_imported_list_ends_too(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    before = slack.sizes()["VIPs"]
    await slack.type("/segment import VIPs add #13, #14 until:friday 16:00")
    slack.clock.forward(minutes=1)
    await slack.press("Import List", by="ben")
    assert slack.sizes()["VIPs"] == before + 2
    await arrives(slack, at(7, 16))
    assert slack.sizes()["VIPs"] == before


async def test_the_time_passes_while_the_bot_is_stopped_and_it_ends_at_the_start(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    before = slack.sizes()["VIPs"]
    await added(slack)
    await slack.stop()
    slack.clock.now = at(9, 8)
    await slack.start()
    await slack.sweep()
    assert slack.sizes()["VIPs"] == before


async def test_a_clock_that_is_set_back_ends_nothing_twice(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    await added(slack)
    await arrives(slack, at(7, 16))
    slack.clock.set_by(hours=-2)
    await slack.sweep()
    await slack.type("/segment add VIPs #13, #14")
    size = slack.sizes()["VIPs"]
    slack.clock.forward(hours=3)
    await slack.sweep()
    assert slack.sizes()["VIPs"] == size


async def test_if_the_store_fails_it_is_tried_again_until_it_is_done(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    before = slack.sizes()["VIPs"]
    await added(slack)
    slack.store.faults.add("*", "*", status=503, times=None)
    await arrives(slack, at(7, 16))
    await arrives(slack, at(7, 16, 5))
    slack.store.faults.clear()
    assert slack.sizes()["VIPs"] == before + 2
    for minutes in range(10, 60, 10):
        await arrives(slack, at(7, 16, minutes))
    assert slack.sizes()["VIPs"] == before


async def test_an_addition_that_was_undone_has_nothing_to_end(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    before = slack.sizes()["VIPs"]
    await added(slack)
    await slack.type("/change undo 1")
    slack.clock.forward(minutes=1)
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.sizes()["VIPs"] == before
    starts = slack.kinds().count("start")
    await arrives(slack, at(7, 16))
    await slack.sweep()
    assert slack.kinds().count("start") == starts
    await slack.type("/change list")
    assert "ends 20" not in slack.whisper()


async def test_an_end_can_be_undone(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    before = slack.sizes()["VIPs"]
    await added(slack)
    await arrives(slack, at(7, 16))
    await slack.type("/change undo 2")
    assert "Whom this puts back stay: change 1 has ended." in said(slack.card(3))
    assert slack.sizes()["VIPs"] == before + 2
    await arrives(slack, at(8, 16))
    assert slack.sizes()["VIPs"] == before + 2


async def test_whoever_may_approve_lets_them_stay(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    before = slack.sizes()["VIPs"]
    await added(slack)
    await slack.type("/change show 1", by="ben")
    await slack.press("Let Them Stay", by="ben", channel="#segments")
    assert "Whom it added stay" in said(slack.card(1))
    await arrives(slack, at(7, 16))
    assert slack.sizes()["VIPs"] == before + 2


async def test_a_withdrawal_that_comes_late_lets_nobody_stay(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    before = slack.sizes()["VIPs"]
    await slack.type("/segment add VIPs #13, #14 until:friday 16:00")
    await slack.type("/change show 1")
    await slack.press("Add Shoppers", by="ben")
    await slack.press("Withdraw", by="ana", channel="#segments")
    assert slack.whisper().startswith("Too late: change 1 is already done.")
    assert buttons(slack.messages()[-1]) == ["Take Them Out", "Let Them Stay"]
    for person in ("ana", "ben"):  # buttons of earlier versions that let them stay type the same
        await slack.type("/change withdraw 1", by=person)
        assert "change keep 1  lets them stay" in slack.whisper(by=person)
    await arrives(slack, at(7, 16))
    assert slack.sizes()["VIPs"] == before
    await slack.type("/change keep 1")
    assert slack.whisper() == "Too late: change 2 took out again whom change 1 added."


async def test_nobody_is_told_that_they_stay_who_are_being_taken_out(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    before = slack.sizes()["VIPs"]
    await added(slack)
    await slack.type("/change show 1", by="ben")
    slack.clock.now = at(7, 16)
    stuck = slack.stick("DELETE", "/segments/{id}/shopper-profiles")
    await slack.tick()
    await stuck.reached.wait()
    await slack.client.press("ben", "#segments", "Let Them Stay")
    late = "Too late: change 2 is taking shoppers out of the same segment right now."
    await slack.workspace.changed(lambda _: slack.whisper(by="ben").startswith(late))
    stuck.release.set()
    await slack.settled()
    assert slack.sizes()["VIPs"] == before
    assert "stay" not in said(slack.card(1))


async def test_a_deleted_segment_has_nothing_to_end(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    await added(slack)
    slack.drop("VIPs")
    await arrives(slack, at(7, 16))
    await slack.sweep()
    await slack.type("/change list")
    assert "ends 20" not in slack.whisper()


async def test_a_segment_that_was_deleted_and_brought_back_is_the_same(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    before = slack.sizes()["VIPs"]
    await added(slack)
    await slack.type("/segment delete VIPs")
    slack.clock.forward(minutes=1)
    await slack.press("Delete Segment", by="ben", change=2)
    await slack.type("/change undo 2")
    slack.clock.forward(minutes=1)
    await slack.press("Undo Change", by="ben", change=3)
    assert slack.sizes()["VIPs"] == before + 2
    await arrives(slack, at(7, 16))
    assert slack.sizes()["VIPs"] == before
    assert "Ended by change 4." in said(slack.card(1))


async def test_an_end_that_came_while_its_segment_was_deleted_comes_once_it_is_brought_back(
    open_world: OpenWorld,
) -> None:
    slack = await opened(open_world)
    before = slack.sizes()["VIPs"]
    await added(slack)
    await added(slack, "VIPs #16 until:sunday 16:00")
    await slack.type("/segment delete VIPs")
    slack.clock.forward(minutes=1)
    await slack.press("Delete Segment", by="ben", change=3)
    await arrives(slack, at(7, 16))
    await arrives(slack, at(8, 10))
    await slack.type("/change undo 3")
    told = "Change 1 was to take out of VIPs on 2027-05-07 14:00 UTC again whom it added"
    assert told in said(slack.card(4))
    slack.clock.forward(minutes=1)
    await slack.press("Undo Change", by="ben", change=4)
    for _ in range(2):
        await slack.sweep()
    assert slack.sizes()["VIPs"] == before + 1
    assert "Ended by change 5." in said(slack.card(1))
    await slack.type("/change show 5")
    assert "covered by change 1" in slack.whisper()
    await arrives(slack, at(9, 16))
    assert slack.sizes()["VIPs"] == before
    assert slack.bot
    assert verified(slack.bot.engine.process.ledger).holds


async def deleted_and_brought_back(slack: World, who: str, number: int, *, back_at: datetime | None = None) -> None:
    """Ana has a shopper's profile deleted by the change of this number, and has that undone, at that time."""
    await slack.type(f"/shopper delete {who}")
    slack.clock.forward(minutes=1)
    await slack.press("Delete Profiles", by="ben", change=number)
    if back_at:
        await arrives(slack, back_at)
    await slack.type(f"/change undo {number}")
    slack.clock.forward(minutes=1)
    await slack.press("Undo Change", by="ben")


async def test_a_shopper_who_was_deleted_and_brought_back_is_the_same(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    (who,), before = slack.emails(1, outside="VIPs"), slack.sizes()["VIPs"]
    await added(slack, f"VIPs {who} until:friday 16:00")
    for number in (2, 4):
        await deleted_and_brought_back(slack, who, number)
    assert slack.sizes()["VIPs"] == before + 1
    await arrives(slack, at(7, 16))
    assert slack.sizes()["VIPs"] == before
    assert "Ended by change 6." in said(slack.card(1))


async def test_a_shopper_who_was_deleted_after_they_were_taken_out_is_in_by_the_addition_once_both_are_undone(
    open_world: OpenWorld,
) -> None:
    slack = await opened(open_world)
    (who,), before = slack.emails(1, outside="VIPs"), slack.sizes()["VIPs"]
    await added(slack, f"VIPs {who} until:friday 16:00")
    await slack.type(f"/segment remove VIPs {who}")
    await slack.press("Remove Shoppers", by="ben", change=2)
    await deleted_and_brought_back(slack, who, 3)
    await slack.type("/change undo 2")
    slack.clock.forward(minutes=1)
    await slack.press("Undo Change", by="ben", change=5)
    assert slack.sizes()["VIPs"] == before + 1
    await arrives(slack, at(7, 16))
    assert slack.sizes()["VIPs"] == before


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("others", ["", "#14"])
async def test_an_end_that_came_while_a_shopper_was_deleted_comes_once_they_are_brought_back(
    engine: Engine, others: str, open_world: OpenWorld
) -> None:
    slack = await opened(open_world, engine=engine)
    (who,), before = slack.emails(1, outside="VIPs"), slack.sizes()["VIPs"]
    await added(slack, f"VIPs {who} {others} until:friday 16:00")
    await deleted_and_brought_back(slack, who, 2, back_at=at(8, 10))
    told = "Change 1 was to take out of VIPs on 2027-05-07 14:00 UTC again whom it added"
    assert told in said(slack.card(4 if others else 3))
    for _ in range(2):
        await slack.sweep()
    assert slack.sizes()["VIPs"] == before
    assert slack.bot
    assert verified(slack.bot.engine.process.ledger).holds


async def test_a_renamed_segment_is_the_same(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    before = slack.sizes()["VIPs"]
    await added(slack)
    await slack.type("/segment edit VIPs name:Gold")
    await arrives(slack, at(7, 16))
    assert slack.sizes()["Gold"] == before


@pytest.mark.parametrize(("month", "day", "hour"), [(3, 28, 7), (10, 31, 8)])
async def test_an_end_is_that_of_clocks_on_walls_also_beyond_their_change(
    month: int, day: int, hour: int, open_world: OpenWorld
) -> None:
    slack = await opened(open_world, at(day, 8, month=month) - timedelta(days=1))
    before = slack.sizes()["VIPs"]
    await added(slack, "VIPs #13 until:tomorrow 9:00")
    await arrives(slack, datetime(2027, month, day, hour - 1, 59, 59, tzinfo=UTC))
    assert slack.sizes()["VIPs"] == before + 1
    await arrives(slack, datetime(2027, month, day, hour, tzinfo=UTC))
    assert slack.sizes()["VIPs"] == before


async def test_where_whoever_approved_may_not_any_more_the_end_waits(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    before = slack.sizes()["VIPs"]
    await added(slack)
    slack.workspace.directory.change("ben", deleted=True)
    await arrives(slack, at(7, 16))
    assert slack.sizes()["VIPs"] == before + 2
    assert "On hold, waiting for 1 approval" in said(slack.card(2))
    assert buttons(slack.card(2))
    await slack.type("/change list")
    assert "was to end 2027-05-07 14:00 UTC" in slack.whisper()
    await slack.type("/summary show")
    assert "To come today" not in slack.whisper()
    await slack.press("Reject", by="cleo", change=2)
    await slack.submit({"Reason": "They stay."}, by="cleo")
    assert "Rejected" in said(slack.card(2))
    assert "Ended by" not in said(slack.card(1))
    assert slack.sizes()["VIPs"] == before + 2


# Said in other ways


@pytest.mark.parametrize("key", ["until:", "until: ", "until=", "until = ", "Until: "])
async def test_an_end_is_read_whatever_stands_between_its_key_and_it(slack: World, key: str) -> None:
    (email,) = slack.emails(1, outside="Reviewers")
    await slack.type(f"/segment add Reviewers {email} {key}24 Dec 9am")
    assert "Add 1 shopper to Reviewers until 20" in slack.whisper()


@pytest.mark.parametrize("words", ["until: 31 Feb", "until = yesterday 10:00"])
async def test_an_end_that_never_comes_is_refused(slack: World, words: str) -> None:
    (email,) = slack.emails(1, outside="Reviewers")
    await slack.type(f"/segment add Reviewers {email} {words}")
    assert slack.whisper().startswith("I couldn't read ")
    assert not slack.writes()


@pytest.mark.parametrize("words", ["expires", "expiring", "ends", "ending", "end", "before", "until"])
async def test_no_answer_makes_a_start_of_what_was_said_as_an_end(slack: World, words: str) -> None:
    (email,) = slack.emails(1, outside="Reviewers")
    await slack.type(f"/segment add Reviewers {email} {words} friday 9am")
    assert slack.whisper().startswith("Only an addition can end by itself, with ")
    now, later = buttons(slack.messages()[-1])
    assert now == f"Now, {email}"
    await slack.press(later, channel="#segments", by="ana")
    change = await slack.change(1)
    assert (change.due_at, change.plan.until is None) == (None, False)


async def test_what_takes_away_offers_no_time_for_an_end(slack: World) -> None:
    (email,) = slack.emails(1, inside="VIPs")
    for words in ("until:Friday 9am", "until: Friday 9am", "expires Friday 9am", "before Friday"):
        await slack.type(f"/segment remove VIPs {email} {words}")
        assert buttons(slack.messages()[-1]) == [f"Now, {email}"]


async def test_a_time_with_a_blank_before_it_is_that_of_the_start(slack: World) -> None:
    await slack.type("/segment delete Lapsed at: tomorrow 9am")
    assert "is waiting for approval, and then runs 20" in slack.whisper()
