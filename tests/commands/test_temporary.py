"""Shoppers who are in a segment until a time: whoever adds them again keeps them; and what people see of their end."""

import re

from tests.harness import World, buttons, said


async def added(slack: World, who: str, until: str = "in 3 days") -> None:
    """Ana has them added to VIPs until then, and Ben approves it."""
    await slack.type(f"/segment add VIPs {who} until:{until}")
    slack.clock.forward(minutes=1)
    await slack.press("Add Shoppers", by="ben")


async def passes(slack: World, **time: float) -> None:
    """So much time passes, and the bot looks around."""
    slack.clock.forward(**time)
    for _ in range(2):
        await slack.sweep()


async def test_who_is_imported_again_is_kept(slack: World) -> None:
    before = slack.sizes()["VIPs"]
    (inside,) = slack.emails(1, inside="VIPs")
    await added(slack, "#13, #14")
    await slack.type(f"/segment import VIPs add #13, {inside}")
    assert "Keep 1 shopper in VIPs" in said(slack.card(2))
    assert "From the pasted list: 1 of 2 rows." in said(slack.card(2))
    await passes(slack, days=3)
    assert slack.sizes()["VIPs"] == before + 1


async def test_who_is_in_a_segment_that_is_put_into_it_is_kept(slack: World) -> None:
    before = slack.sizes()["VIPs"]
    await slack.type("/segment create Fresh")
    await slack.type("/segment add Fresh #13")
    await added(slack, "#13, #14")
    await slack.type("/segment combine VIPs Fresh both VIPs")
    assert "Keep 1 shopper in VIPs" in said(slack.card(4))
    await passes(slack, days=3)
    assert slack.sizes()["VIPs"] == before + 1


async def test_who_is_registered_into_it_again_is_kept(slack: World) -> None:
    before = slack.sizes()["VIPs"]
    (email,) = slack.emails(1, outside="VIPs")
    await added(slack, email)
    await slack.type(f"/shopper register {email} Ada Byron VIPs")
    assert "Keep 1 shopper in VIPs" in said(slack.card(2))
    await passes(slack, days=3)
    assert slack.sizes()["VIPs"] == before + 1


async def test_what_is_to_end_is_listed_and_can_be_let_go(slack: World) -> None:
    await slack.type("/segment create Later at:in 2 days")
    await added(slack, "#13")
    assert "ends <!date^" in str(slack.card(2))
    await slack.type("/change list")
    assert re.search(r"VIPs until .{16} UTC.* ends .{16} UTC", slack.whisper())
    await slack.type("/change show 2", by="ben")
    assert "Ends:" in slack.whisper(by="ben")
    assert "Let Them Stay" in buttons(slack.messages(by="ben")[-1])
    await slack.type("/change keep 2", by="ben")
    assert slack.whisper(by="ben") == "Whom change 2 added stay: nothing of it ends."
    assert "Whom it added stay:" in said(slack.card(2))
    await slack.type("/change show 2", by="ben")
    assert "Stay, as decided by" in slack.whisper(by="ben")
    await slack.type("/change keep 2", by="ben")
    assert re.fullmatch("Whom change 2 added stay already:  @U0BEN.* decided that.", slack.whisper(by="ben"))
    await slack.type("/change withdraw 2", by="ben")
    assert slack.whisper(by="ben") == "Too late: change 2 is already done."


async def test_a_withdrawal_that_comes_late_asks_what_is_meant(slack: World) -> None:
    await added(slack, "#13")
    await slack.type("/change withdraw 1")
    assert slack.whisper().startswith("Too late: change 1 is already done.  /change end 1  takes out now whom it added")
    assert buttons(slack.messages()[-1]) == ["Take Them Out", "Let Them Stay"]
    await slack.press("Let Them Stay", by="ana", channel="#segments")
    assert slack.whisper() == "Whom change 1 added stay: nothing of it ends."


async def test_whom_nothing_takes_out_again_is_not_let_stay(slack: World) -> None:
    await slack.type("/segment add VIPs #14")
    await slack.type("/change keep 1")
    assert slack.whisper() == "Change 1 adds no one until a time, so it has no end."
    await slack.type("/segment add VIPs #13 until:in 3 days")
    await slack.type("/change keep 2")
    assert slack.whisper() == "Change 2 is waiting, so there is nothing to end yet."
    slack.clock.forward(minutes=1)
    await slack.press("Add Shoppers", by="ben", change=2)
    await passes(slack, days=3)
    await slack.type("/change keep 2")
    assert slack.whisper() == "Too late: change 3 took out again whom change 2 added."


async def test_where_nobody_was_left_to_take_out_nothing_is_to_end(slack: World) -> None:
    (who,) = slack.emails(1, outside="VIPs")
    await added(slack, who)
    slack.leave("VIPs", who)
    await passes(slack, days=3)
    await slack.type("/change keep 1")
    assert slack.whisper() == "Nothing of change 1 is to end."


async def test_whoever_asked_does_not_let_them_stay_where_that_needs_somebody(slack: World) -> None:
    await slack.under('[[rules]]\nsteps = ["add_members"]\nshoppers = 1\napprovals = 1\n')
    await added(slack, "#13")
    await slack.type("/change keep 1")
    assert "You asked for change 1, and to let them stay needs 1 approval" in slack.whisper()


async def test_an_end_can_be_asked_for_before_its_time(slack: World) -> None:
    before = slack.sizes()["VIPs"]
    await added(slack, "#13, #14")
    await slack.type("/change end 1")
    assert "End of change 1: remove 2 shoppers from “VIPs”" in said(slack.card(2))
    slack.clock.forward(minutes=1)
    await slack.press("Take Them Out", by="ben", change=2)
    assert slack.sizes()["VIPs"] == before
    await slack.type("/change end 1")
    assert "No one is left whom change 1 would take out again." in slack.whisper()


async def test_a_copy_that_ends_is_left_empty(slack: World) -> None:
    await slack.type("/segment copy Wholesale Gold until:in 3 days")
    slack.clock.forward(minutes=1)
    await slack.press("Copy Segment", by="ben")
    assert slack.sizes()["Gold"] == slack.sizes()["Wholesale"]
    await passes(slack, days=3)
    assert slack.sizes()["Gold"] == 0


async def test_whoever_undoes_an_end_is_told_whether_they_stay(slack: World) -> None:
    before = slack.sizes()["VIPs"]
    await added(slack, "#13, #14")
    await slack.type("/change end 1")
    await slack.press("Take Them Out", by="ben", change=2)
    await slack.type("/change undo 2")
    assert "Whom this puts back stay" not in said(slack.card(3))
    await slack.press("Undo Change", by="ben", change=3)
    assert slack.sizes()["VIPs"] == before + 2
    await passes(slack, days=3)
    assert slack.sizes()["VIPs"] == before
    await slack.type("/change undo 4")
    assert "Whom this puts back stay: change 1 has ended." in said(slack.card(5))
    await passes(slack, days=3)
    assert slack.sizes()["VIPs"] == before + 2


async def test_what_failed_and_added_nobody_is_not_to_end(slack: World) -> None:
    slack.store.faults.add("POST", "*/shopper-profiles*", status=422, times=None)
    await added(slack, "#13")
    assert "Failed" in said(slack.card(1))
    assert "ends <!date^" not in str(slack.card(1))
    await slack.type("/change list")
    assert slack.whisper() == "No change is pending."


async def test_an_undo_tells_what_ended_while_the_segment_was_gone(slack: World) -> None:
    await added(slack, "#13", "in 3 days")
    await added(slack, "#14", "in 9 days")
    await slack.type("/segment delete VIPs")
    await slack.press("Delete Segment", by="ben", change=3)
    await slack.type("/change undo 3")
    assert "was to take out of VIPs" not in said(slack.card(4))
    await slack.type("/change withdraw 4")
    await passes(slack, days=4)
    await slack.type("/change undo 3")
    remark = r"Change 1 was to take out of VIPs on .{16} UTC again whom it added: whoever of them comes back is taken"
    assert re.search(remark, said(slack.card(5)))
    assert "Change 2 was to take" not in said(slack.card(5))
