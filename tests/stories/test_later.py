"""What is asked for a time to come: it runs then and once, if it still holds, and can be taken back before."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.sandbox.workspace import people
from tests.conftest import OpenWorld
from tests.engines import ENGINES, Engine
from tests.harness import World, buttons, said

BERLIN = ZoneInfo("Europe/Berlin")


def at(day: int, hour: int, minute: int = 0, *, month: int = 5) -> datetime:
    """A time of 2027 in Berlin; May 3rd is a Monday."""
    return datetime(2027, month, day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


async def opened(open_world: OpenWorld, begun: datetime | None = None, **options: object) -> World:
    """A world in Berlin, on a Monday at 8 unless ``begun`` says otherwise."""
    slack = await open_world(running=False, **{"TIMEZONE": "Europe/Berlin"} | options)
    slack.clock.now = begun or at(3, 8)
    await slack.start()
    return slack


async def arrives(slack: World, time: datetime) -> None:
    """It is this time, and the bot looks around."""
    slack.clock.now = time
    await slack.sweep()


def under_the_card(slack: World) -> list[str]:
    """What the bot said in #approvals apart from cards."""
    seen = slack.messages(by="ben", channel="#approvals")
    return [said(one) for one in seen if not re.match(r"Change \d+:", one["text"]) and not one["ephemeral"]]


@pytest.mark.parametrize("engine", ENGINES)
async def test_an_approved_change_runs_at_its_time_once_and_not_before(engine: Engine, open_world: OpenWorld) -> None:
    slack = await opened(open_world, engine=engine)
    await slack.type("/segment delete VIPs at:friday 16:00")
    assert "Waiting for 1 approval" in said(slack.card(1))
    assert "runs" in said(slack.card(1))
    assert "2027-05-07 14:00 UTC" in said(slack.card(1))
    assert "runs <!date^" in str(await slack.home(by="ben"))
    slack.clock.forward(minutes=1)
    await slack.press("Delete Segment", by="ben")
    assert "Approved, runs" in said(slack.card(1))
    assert buttons(slack.card(1)) == ["Stop"]
    await arrives(slack, at(7, 15, 59))
    assert not slack.writes()
    await arrives(slack, at(7, 16))
    assert "VIPs" not in slack.sizes()
    assert "Done" in said(slack.card(1))
    await arrives(slack, at(7, 17))
    assert slack.kinds().count("start") == 1
    assert len(slack.writes()) == 1


@pytest.mark.parametrize("line", ["delete VIPs at:today 9:00", "add VIPs #13, #14 until:today 9:00"])
async def test_what_waits_until_a_near_time_is_reminded_of_in_the_last_quarter_of_it(
    line: str, open_world: OpenWorld
) -> None:
    slack = await opened(open_world)
    await slack.type(f"/segment {line}")
    await arrives(slack, at(3, 8, 44))
    assert under_the_card(slack) == []
    await arrives(slack, at(3, 8, 45))
    (told,) = under_the_card(slack)
    assert "expires at 07:00 UTC, and no one has decided yet" in told


async def test_an_edit_to_a_near_time_is_reminded_of_in_the_last_quarter_of_that(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    await slack.type("/segment delete VIPs at:friday 16:00")
    await arrives(slack, at(3, 10))
    await slack.press("Edit", by="ana")
    await slack.submit({"Segments": ["Lapsed"], "Run at": "today 11:00"})
    await arrives(slack, at(3, 10, 44))
    assert under_the_card(slack) == []
    await arrives(slack, at(3, 10, 45))
    assert len(under_the_card(slack)) == 1


@pytest.mark.parametrize("line", ["create Loyal at:", "clear VIPs at: ", "delete VIPs Run at:"])
async def test_where_the_time_is_missing_nothing_is_done(line: str, open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    await slack.type(f"/segment {line}")
    assert "Say when, as in  at:friday 16:00 . Nothing was done." in slack.whisper()
    assert not slack.writes()
    assert "create" not in slack.kinds()


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("delete Lapsed tomorrow 9am", "Segments: “Lapsed”; Run at: “tomorrow 9am”"),
        ("delete Lapsed on friday 16:00", "Run at: “friday 16:00”"),
        ("clear Lapsed please tomorrow 9am", "Run at: “tomorrow 9am”"),
    ],
)
async def test_a_time_that_is_typed_without_its_key_is_offered_with_what_it_is_for(
    line: str, offered: str, open_world: OpenWorld
) -> None:
    slack = await opened(open_world)
    await slack.type(f"/segment {line}")
    assert offered in slack.whisper()
    assert "create" not in slack.kinds()


async def test_whoever_asks_for_a_time_is_told_it_again(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    await slack.type("/segment delete Lapsed tomorrow 9am")
    await slack.press("Delete Segment: Lapsed", by="ana", channel="#segments")
    assert "Change 1 is waiting for approval, and then runs 20" in slack.whisper()


async def test_what_needs_no_approval_waits_for_its_time_too(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    await slack.type("/segment create Loyal at:tomorrow 9am")
    assert "Approved, runs" in said(slack.card(1))
    await arrives(slack, at(4, 8, 59))
    assert "Loyal" not in slack.sizes()
    await arrives(slack, at(4, 9))
    assert "Loyal" in slack.sizes()


async def test_the_time_passes_while_the_bot_is_stopped_and_it_runs_at_the_start(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    await slack.type("/segment create Loyal at:in 3 hours")
    await slack.stop()
    slack.clock.forward(hours=1)
    await slack.start()
    await slack.sweep()
    assert "Loyal" not in slack.sizes()
    await slack.stop()
    slack.clock.forward(hours=4)
    await slack.start()
    await slack.sweep()
    assert "Loyal" in slack.sizes()
    assert slack.kinds().count("start") == 1


async def test_a_clock_that_is_set_back_makes_nothing_run_twice(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    await slack.type("/segment create Loyal at:in 3 hours")
    slack.clock.forward(hours=3)
    await slack.sweep()
    slack.clock.set_by(hours=-2)
    await slack.sweep()
    slack.clock.forward(hours=3)
    await slack.sweep()
    assert slack.kinds().count("start") == 1


async def test_what_differs_before_the_time_is_decided_before_it(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    await slack.type("/segment clear VIPs at:friday 16:00")
    slack.clock.forward(minutes=1)
    await slack.press("Clear Segment", by="ben")
    await arrives(slack, at(6, 15))
    slack.enrol("VIPs", 30)
    await arrives(slack, at(6, 17))
    assert "Waiting for 1 approval" in said(slack.card(1))
    (told,) = under_the_card(slack)
    assert "was to run 2027-05-07 14:00 UTC, and needs approval again first" in told
    await arrives(slack, at(7, 10))
    await slack.press("Clear Segment", by="ben")
    assert "Approved, runs" in said(slack.card(1))
    assert not slack.writes()
    await arrives(slack, at(7, 16))
    assert slack.sizes()["VIPs"] == 0


async def test_what_differs_at_the_time_waits_again_and_runs_once_it_is_approved(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    await slack.type("/segment clear VIPs at:friday 16:00")
    slack.clock.forward(minutes=1)
    await slack.press("Clear Segment", by="ben")
    await arrives(slack, at(7, 15, 50))
    slack.enrol("VIPs", 30)
    await arrives(slack, at(7, 16))
    assert not slack.writes()
    assert "It was to run 2027-05-07 14:00 UTC, and runs once it is approved." in said(slack.card(1))
    await arrives(slack, at(7, 18))
    await slack.press("Clear Segment", by="ben")
    assert slack.sizes()["VIPs"] == 0


async def test_what_needed_no_approval_asks_for_one_if_it_differs(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    await slack.type("/segment add VIPs #13, #14 at:friday 16:00")
    assert "Approved, runs" in said(slack.card(1))
    slack.enrol("VIPs", 12)
    await arrives(slack, at(6, 17))
    assert "Waiting for 1 approval" in said(slack.card(1))
    slack.clock.forward(minutes=1)
    await slack.press("Add Shoppers", by="ben")
    assert "Approved, runs" in said(slack.card(1))
    await arrives(slack, at(7, 16))
    assert "Done" in said(slack.card(1))


async def test_what_can_no_longer_be_done_is_told_before_its_time(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    await slack.type("/segment edit VIPs name:Gold at:friday 16:00")
    slack.drop("VIPs")
    await arrives(slack, at(6, 17))
    assert "No longer possible" in said(slack.card(1))
    assert slack.heard("Change 1 is no longer possible")


async def test_approval_is_waited_for_until_the_time_and_no_longer(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    await slack.type("/segment delete VIPs at:in 3 hours")
    slack.clock.forward(hours=3)
    await slack.sweep()
    assert "Expired" in said(slack.card(1))
    assert not slack.writes()


async def test_the_requester_can_withdraw_what_is_approved_for_later(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    await slack.type("/segment delete VIPs at:friday 16:00")
    slack.clock.forward(minutes=1)
    await slack.press("Delete Segment", by="ben")
    await slack.type("/change show 1")
    assert "Change 1 is approved and runs 2027-05-07 14:00 UTC" in slack.whisper()
    await slack.press("Withdraw", by="ana", channel="#segments")
    assert "Withdrawn" in said(slack.card(1))
    await arrives(slack, at(7, 16))
    assert not slack.writes()


async def test_whoever_may_approve_can_stop_it_before_its_time(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    await slack.type("/segment create Loyal at:friday 16:00")
    await slack.type("/change stop 1", by="dan")
    assert "Approved, runs" in said(slack.card(1))
    await slack.type("/change stop 1", by="ben")
    assert slack.whisper(by="ben") == "You stopped change 1 before it ran."
    assert "Stopped" in said(slack.card(1))
    await arrives(slack, at(7, 16))
    assert not slack.writes()


async def test_the_same_for_another_time_is_another_change(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    await slack.type("/segment delete VIPs")
    await slack.type("/segment delete VIPs at:friday 16:00")
    assert "2027-05-07 14:00 UTC" in said(slack.card(2))
    await slack.type("/segment delete VIPs at:friday 17:00")
    assert "2027-05-07 15:00 UTC" in said(slack.card(3))
    await slack.type("/segment delete VIPs at:friday 4pm")
    assert "You asked for this already: change 2 is waiting for 1 approval." in slack.whisper()


async def test_an_emergency_waits_for_no_time(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    await slack.under(f'breakers = ["{people.BEN}"]\n')
    await slack.type("/segment delete VIPs at:friday 16:00")
    await slack.type("/change break-glass 1 It cannot wait", by="ben")
    assert "VIPs" not in slack.sizes()


async def test_an_edit_can_move_it_to_another_time(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    await slack.type("/segment delete VIPs at:friday 16:00")
    await slack.press("Edit", by="ana", change=1)
    await slack.submit({"at": "tomorrow 10:00"})
    slack.clock.forward(minutes=1)
    await slack.press("Delete Segment", by="ben")
    await arrives(slack, at(4, 10))
    assert "VIPs" not in slack.sizes()


async def test_a_list_shows_what_is_to_come_the_next_first(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    await slack.type("/segment create Later at:friday 16:00")
    await slack.type("/segment create Sooner at:tomorrow 10:00")
    await slack.type("/change list")
    shown = slack.whisper()
    assert shown.index("Sooner") < shown.index("Later")
    assert "approved, runs 2027-05-04 08:00 UTC" in shown
    home = await slack.home(by="ana")
    assert home
    assert "Approved, runs 2027-05-04 08:00 UTC: Create the segment Sooner" in said(home)


async def test_the_morning_s_summary_lists_what_comes_on_that_day_alone(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    await slack.type("/segment add VIPs #13 until:today 23:30")
    slack.clock.forward(minutes=1)
    await slack.press("Add Shoppers", by="ben")
    await slack.type("/segment create Today at:today 18:00")
    await slack.type("/segment create Tomorrow at:tomorrow 0:10")
    await slack.type("/summary")
    _, _, coming = slack.whisper().partition("To come today (Europe/Berlin): 2 changes.")
    assert coming.index("Create the segment Today (runs at 18:00") < coming.index("(ends at 23:30")
    assert "Create the segment Tomorrow" not in coming
    await arrives(slack, at(3, 18))
    await slack.type("/summary")
    assert "To come today (Europe/Berlin): 1 change." in slack.whisper()
    await arrives(slack, at(3, 23, 30))
    await slack.type("/summary")
    assert "To come today" not in slack.whisper()


REFUSED = {
    "yesterday 10:00": "I couldn't read “yesterday 10:00” as a time to come.",
    "2027-05-01 10:00": "2027-05-01 10:00 (Europe/Berlin) is past. Say a time to come.",
    "2029-05-01 10:00": "2029-05-01 10:00 is more than a year ahead.",
    "2028-03-26 02:30": "Clocks in Europe/Berlin skip 02:30 on 2028-03-26: say 03:30, or another time.",
}


@pytest.mark.parametrize("words", REFUSED)
async def test_a_time_at_which_nothing_can_be_done_is_refused(words: str, open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    await slack.type(f"/segment create Loyal at:{words}")
    assert REFUSED[words] in slack.whisper()
    assert not slack.kinds().count("planned")


async def test_a_day_without_a_time_is_asked_about(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    await slack.type("/segment create Loyal at:friday")
    assert (
        "At what time on Friday, 2027-05-07? Nothing was done yet. Times are those of Europe/Berlin." in slack.whisper()
    )
    await slack.press("Create Segment: 2027-05-07 09:00", by="ana", channel="#segments")
    await arrives(slack, at(7, 9))
    assert "Loyal" in slack.sizes()


async def test_of_a_time_that_clocks_show_twice_the_first_is_told_and_meant(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    await slack.type("/segment create Loyal at:2027-10-31 02:30")
    assert "Clocks in Europe/Berlin show 02:30 twice on 2027-10-31: this is the first time." in said(slack.card(1))
    await arrives(slack, datetime(2027, 10, 31, 0, 29, tzinfo=UTC))
    assert "Loyal" not in slack.sizes()
    await arrives(slack, datetime(2027, 10, 31, 0, 30, tzinfo=UTC))
    assert "Loyal" in slack.sizes()
    assert "this is the first time" in said(slack.card(1))


@pytest.mark.parametrize(("month", "day", "hour"), [(3, 28, 7), (10, 31, 8)])
async def test_a_time_is_that_of_clocks_on_walls_also_beyond_their_change(
    month: int, day: int, hour: int, open_world: OpenWorld
) -> None:
    slack = await opened(open_world, at(day, 8, month=month) - timedelta(days=1))
    await slack.type("/segment create Loyal at:tomorrow 9:00")
    await arrives(slack, datetime(2027, month, day, hour - 1, 59, 59, tzinfo=UTC))
    assert "Loyal" not in slack.sizes()
    await arrives(slack, datetime(2027, month, day, hour, tzinfo=UTC))
    assert "Loyal" in slack.sizes()


LIMITED = '[[rules]]\nsteps = ["add_members"]\nshoppers = 4\nper = "24h"\napprovals = 1\n'


async def test_several_for_one_time_are_counted_together(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    await slack.under(LIMITED)
    before = slack.sizes()["VIPs"]
    await slack.type("/segment add VIPs #13, #14 at:friday 16:00")
    await arrives(slack, at(5, 8))
    await slack.type("/segment add VIPs #15, #16 at:friday 16:00")
    await arrives(slack, at(7, 16))
    assert slack.sizes()["VIPs"] == before + 2
