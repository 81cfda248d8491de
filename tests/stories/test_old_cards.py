"""Cards that stay in the channel while the ledger becomes another one, or moves on: a click means one thing."""

from copy import deepcopy
from typing import Any

import pytest

from bot.sandbox.workspace import people
from tests.harness import World, buttons
from tests.stories.judge import read

GONE = "is not on record any more"
Json = dict[str, Any]


def message(slack: World, ts: str) -> Json:
    """The message of #approvals with this time."""
    (found,) = [one for one in slack.messages(by="ben", channel="#approvals") if one["ts"] == ts]
    return found


def told(slack: World, by: str = "ben") -> str:
    return slack.whisper(by=by, channel="#approvals")


async def put_back(slack: World, backup: bytes) -> None:
    """Put a copy of the ledger in its place, as somebody would by hand."""
    await slack.stop()
    slack.database.write_bytes(backup)
    await slack.start()


async def copied(slack: World) -> bytes:
    """What a copy of the ledger holds."""
    await slack.stop()
    content = slack.database.read_bytes()
    await slack.start()
    return content


@pytest.fixture
async def restored(slack: World) -> World:
    """A backup was put back, and the number of a change that its ledger had lost is another change's now."""
    await slack.type("/segment create Loyal")
    backup = await copied(slack)
    await slack.type(f"/segment remove VIPs {slack.emails(1, inside='VIPs')[0]}")
    await put_back(slack, backup)
    await slack.type("/segment delete VIPs")
    assert len(slack.cards(2)) == 2
    return slack


async def test_an_old_card_approves_no_other_change_after_a_backup_was_put_back(restored: World) -> None:
    slack = restored
    writes, old = slack.writes(), slack.cards(2)[0]
    await slack.press("Remove Shoppers", by="ben")
    assert (await slack.change(2)).state == "waiting"
    assert slack.writes() == writes
    assert GONE in told(slack)
    assert buttons(message(slack, old["ts"])) == []
    assert "Nothing can be decided here" in read(message(slack, old["ts"]))
    await slack.press("Delete Segment", by="ben")
    assert "VIPs" not in slack.sizes()


@pytest.mark.parametrize("button", ["Reject", "Edit", "Details"])
async def test_no_button_of_an_old_card_is_about_the_change_of_that_number_now(restored: World, button: str) -> None:
    slack = restored
    old = slack.cards(2)[0]
    who = "ana" if button == "Edit" else "ben"
    await slack.client.press(who, "#approvals", button, ts=old["ts"])
    await slack.settled()
    assert GONE in told(slack, who)
    assert slack.form(by=who) is None
    assert (await slack.change(2)).state == "waiting"
    assert buttons(message(slack, old["ts"])) == []


async def test_a_form_that_an_old_card_opened_rejects_no_other_change(slack: World) -> None:
    await slack.type("/segment create Loyal")
    backup = await copied(slack)
    await slack.type("/segment delete Lapsed")
    old = slack.card(2)["ts"]
    await slack.press("Reject", by="ben")
    await put_back(slack, backup)
    await slack.type("/segment delete VIPs")
    await slack.submit({"Reason": "No"}, by="ben")
    assert (await slack.change(2)).state == "waiting"
    assert GONE in told(slack)
    assert buttons(message(slack, old)) == []


async def test_an_old_card_undoes_nothing_of_a_fresh_ledger(slack: World) -> None:
    await slack.type("/segment create Loyal")
    await slack.stop()
    slack.database.unlink()
    await slack.start()
    await slack.client.press("ana", "#segments", "Undo")
    await slack.settled()
    assert GONE in slack.whisper()
    await slack.type("/segment create Steady")
    old = slack.messages()[0]
    assert old["ts"] != slack.card(1)["ts"]
    assert slack.kinds().count("planned") == 1


async def test_two_ledgers_behind_one_app_share_no_card(slack: World) -> None:
    mine, other = slack.database, slack.database.with_name("other.sqlite")
    await slack.type("/segment delete Lapsed")
    await slack.stop()
    slack.database = other
    await slack.start()
    await slack.type("/segment delete VIPs")
    await slack.press("Reject", by="ben")  # of the other ledger's change, while this one's bot comes back
    await slack.stop()
    slack.database = mine
    await slack.start()
    await slack.submit({"Reason": "No"}, by="ben")
    assert (await slack.change(1)).state == "waiting"
    assert GONE in told(slack)
    await slack.press("Delete Segment", by="ben")
    assert "Lapsed" not in slack.sizes()
    assert "VIPs" in slack.sizes()


async def test_a_form_of_a_version_that_was_replaced_changes_nothing(slack: World) -> None:
    await slack.type("/segment delete VIPs, Lapsed")
    await slack.press("Edit", by="ana")
    await slack.type("/change except 1 Lapsed", by="ben")
    assert (await slack.change(1)).version == 2
    edited = await slack.submit({"Segments": ["Wholesale"]}, by="ana")
    assert "Change 1 has a new version" in str(edited)
    assert (await slack.change(1)).version == 2


async def test_a_refused_click_draws_a_card_that_shows_something_else(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    posting = deepcopy(slack.workspace.archive.find(people.APPROVALS, slack.card(1)["ts"]))
    assert posting
    await slack.press("Delete Segment", by="ben")
    slack.workspace.archive.keep(posting)  # as it was: the update reached nobody
    await slack.sweep()
    assert "Delete Segment" in buttons(slack.card(1))
    await slack.press("Delete Segment", by="cleo")
    assert "Too late: change 1 is already done" in told(slack, "cleo")
    assert buttons(slack.card(1)) == ["Undo"]


async def test_an_outdated_copy_of_a_card_points_to_the_card(slack: World) -> None:
    await slack.type("/segment delete VIPs, Lapsed")
    card = slack.card(1)
    posted = {"type": "message", "user": people.BOT_USER_ID, "bot_id": people.BOT_ID, "text": card["text"]}
    copy = slack.workspace.post(people.APPROVALS, posted | {"blocks": card["blocks"]}, {})
    await slack.type("/change except 1 Lapsed", by="ben")
    await slack.client.press("ben", "#approvals", "Delete Segment", ts=copy.ts)
    await slack.settled()
    assert "Change 1 has a new version" in told(slack)
    assert "This is a copy of the card of change 1" in read(message(slack, copy.ts))
    assert "Open card" in read(message(slack, copy.ts))
    assert "Delete Segment" in buttons(message(slack, card["ts"]))
