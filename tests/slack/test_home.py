"""The Home tab as a function of what one person may see."""

from itertools import pairwise

from bot.core.answers import Chart
from bot.core.approval.brief import Brief
from bot.core.approval.changes import State
from bot.core.approval.need import Approval, Need
from bot.engine.home_tab.model import Home, SegmentSize, StoreOverview
from bot.sandbox.workspace.block_kit.limits import faults_of
from bot.slack.home import HOME_BLOCKS, render_home
from commands import GROUPS
from tests.core.samples import NOW, change
from tests.stories.judge import read

VIPS = SegmentSize(name="VIPs", shoppers=40, promotions=2)
STAFF = SegmentSize(name="Staff", shoppers=4, promotions=0)


def shown(told: Home) -> str:
    view = render_home(told, GROUPS)
    assert faults_of("home", view) == []
    return read(view)


def test_what_waits_comes_first_then_mine_then_the_segments_then_help() -> None:
    waits, mine = Brief.of(change(number=7)), Brief.of(change(number=8, state=State.DONE))
    told = shown(Home(waiting=1, waits=(waits,), mine=(mine,), overview=StoreOverview(segments=1, largest=(STAFF,))))
    order = ("1 change is waiting for you", "change 7", "Done: ", "change 8", "Segments", "Staff", "/segment")
    assert sorted(order, key=told.index) == list(order)


def test_where_nothing_is_it_says_so() -> None:
    told = shown(Home(overview=StoreOverview()))
    assert "Nothing is waiting for you" in told
    assert "You haven't asked for a change yet." in told
    assert "0 of 1,000 segments used, 0 memberships." in told


def test_what_waits_is_counted_and_says_who_asked_and_until_when() -> None:
    one = Brief.of(change(approvals=(Approval(actor="UBEN", at=NOW),)))
    assert "1 change is waiting for you" in shown(Home(waiting=1, waits=(one,)))
    told = shown(Home(waiting=60, waits=(one,) * 10))
    assert "60 changes are waiting for you\nThese expire first." in told
    assert "asked by <@UANA>" in told
    assert "1 of 1 approved" in told
    assert "expires <!date^" in told
    assert "runs <!date^" not in told
    later = Brief.of(change(due_at=NOW))
    assert "runs <!date^" in shown(Home(waiting=1, waits=(later,)))


def test_my_own_change_that_waits_says_for_whom() -> None:
    signed = change(
        state=State.WAITING,
        need=Need(approvals=2, why="needs 2 approvals"),
        approvals=(Approval(actor="UBEN", at=NOW),),
    )
    told = shown(Home(mine=(Brief.of(change(number=1, state=State.WAITING)), Brief.of(signed))))
    assert "Waiting for 1 approval: Delete the segment VIPs (empty) · change 1\n" in told
    assert "Waiting for 1 more approval: Delete the segment VIPs (empty) · change 42\n" in told


def test_why_it_cannot_be_told_what_waits_is_said() -> None:
    assert "Try again in a minute." in shown(Home(doubt="Try again in a minute."))


def test_the_segments_are_told_in_words_before_the_table() -> None:
    told = shown(Home(overview=StoreOverview(segments=1000, memberships=12_345, largest=(VIPS,) * 25)))
    assert "1,000 of 1,000 segments used, 12,345 memberships." in told
    blocks = render_home(Home(overview=StoreOverview(segments=1000, largest=(VIPS,) * 25)), GROUPS)["blocks"]
    (table,) = [block for block in blocks if block["type"] == "data_table"]
    assert (table["caption"], len(table["rows"])) == ("25 largest segments", 26)


def test_the_largest_movers_are_drawn_below_the_table() -> None:
    movers = Chart("bar", "Largest movers", ("VIPs",), (("Change", (3,)),), "Largest movers: VIPs +3.")
    overview = StoreOverview(segments=1, largest=(VIPS,), movers=movers)
    assert shown(Home(overview=overview)).index("Shoppers") < shown(Home(overview=overview)).index(
        "Largest movers: VIPs +3."
    )
    blocks = render_home(Home(overview=overview), GROUPS)["blocks"]
    assert [one["title"] for one in blocks if one["type"] == "data_visualization"] == ["Largest movers"]
    assert Home(overview=overview).digest != Home(overview=overview.model_copy(update={"movers": None})).digest


def test_promotions_that_cannot_be_read_are_no_zeros() -> None:
    unread = VIPS.model_copy(update={"promotions": None})
    told = shown(Home(overview=StoreOverview(segments=1, largest=(unread,))))
    assert "Promotions cannot be read" in told
    assert "Promotions cannot be read" not in shown(Home(overview=StoreOverview(segments=1, largest=(VIPS,))))


def test_the_home_tab_says_where_the_store_is_late_or_unreadable() -> None:
    assert "Loading…" in shown(Home())
    assert "The store could not be read just now. It is away." in shown(
        Home(overview=StoreOverview(fault="It is away."))
    )


def test_the_home_tab_says_of_which_emergency_not_everyone_was_told() -> None:
    told = "Change 42 ran without approval, and not everyone who can approve it could be told yet."
    assert told in shown(Home(untold=(42,)))
    assert told not in shown(Home())
    assert Home(untold=(42,)).digest != Home().digest


def test_who_may_not_use_the_bot_sees_only_why() -> None:
    view = render_home(Home(refusal="Guests of this workspace cannot use this bot."), GROUPS)
    assert read(view) == "Guests of this workspace cannot use this bot."
    assert faults_of("home", view) == []


def test_however_many_groups_there_are_it_fits() -> None:
    one = Brief.of(change())
    full = Home(waiting=10, waits=(one,) * 10, mine=(one,) * 10, overview=StoreOverview(segments=1, largest=(VIPS,)))
    view = render_home(full, GROUPS * 20)
    assert len(view["blocks"]) == HOME_BLOCKS
    assert faults_of("home", view) == []
    assert len(render_home(full, GROUPS)["blocks"]) < HOME_BLOCKS


def test_those_that_have_no_row_can_be_reviewed_from_a_menu() -> None:
    every = tuple(Brief.of(change(number=at)) for at in range(1, 121))
    view = render_home(Home(waiting=120, waits=every[:10], others=every[10:]), GROUPS)
    assert faults_of("home", view) == []
    (menu,) = (
        one for block in view["blocks"] if block["type"] == "actions" for one in block["elements"] if "options" in one
    )
    assert (menu["action_id"], menu["placeholder"]["text"]) == ("review", "110 more")
    assert [one["value"] for one in menu["options"]] == [str(at) for at in range(11, 111)]


def test_rows_stand_apart_and_the_help_still_fits() -> None:
    waits, mine = (Brief.of(change()),) * 10, (Brief.of(change(state=State.DONE)),) * 10
    overview = StoreOverview(segments=12, largest=(VIPS,) * 25)
    told = Home(waiting=60, waits=waits, others=waits, mine=mine, untold=tuple(range(5)), overview=overview)
    blocks = render_home(told, GROUPS)["blocks"]
    kinds = [(before["type"], after["type"]) for before, after in pairwise(blocks)]
    assert kinds.count(("context", "divider")) >= 9  # between what waits
    assert ("section", "section") not in kinds
    assert len(blocks) <= HOME_BLOCKS
    assert f"/{GROUPS[-1].name}" in read(blocks[-1]) + read(blocks[-2])
