"""A change is decided from Home or ``/change show``, too: a form shows it, and its submit is the verb."""

from bot.sandbox.workspace.block_kit.limits import faults_of
from tests.harness import Json, World, buttons, said
from tests.stories.judge import read

TWO = """
[[rules]]
steps = ["delete_segment"]
approvals = 2
"""


async def review(slack: World, by: str = "ben") -> Json:
    """Press Review on the Home tab; the form that opens."""
    await slack.home(by=by)
    await slack.press("Review", by=by, channel="home")
    form = slack.form(by=by)
    assert form
    return form


async def test_a_change_is_approved_from_the_home_tab(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    form = await review(slack)
    assert (form["title"]["text"], form["submit"]["text"]) == ("Review change 1", "Delete Segment")
    assert "Delete the segment VIPs (40 shoppers)" in read(form)
    assert buttons(form) == ["Reject", "Details"]
    assert faults_of("modal", {key: form[key] for key in ("type", "title", "submit", "blocks")}) == []
    await slack.submit({}, by="ben")
    assert "VIPs" not in slack.sizes()
    assert slack.form(by="ben") is None
    assert "Done" in said(slack.card(1))
    assert "Nothing is waiting for you" in read(slack.workspace.state("ben")["home"])


async def test_a_change_is_approved_from_its_answer(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    await slack.type("/change show 1", by="cleo")
    await slack.press("Review", by="cleo", channel="#segments")
    await slack.submit({}, by="cleo")
    assert "VIPs" not in slack.sizes()


async def test_the_form_rejects_with_a_reason_and_closes_whole(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    await review(slack)
    await slack.press("Reject", by="ben", channel="form")
    form = slack.form(by="ben")
    assert form
    assert form["title"]["text"] == "Reject change 1"
    await slack.submit({"Reason": "Not now"}, by="ben")
    assert (await slack.change(1)).state == "rejected"
    assert slack.form(by="ben") is None


async def test_the_form_shows_details_in_the_direct_messages(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    await review(slack)
    await slack.press("Details", by="ben", channel="form")
    assert "Change 1 covers 1 item" in said(slack.messages(by="ben", channel="dm")[-1])
    assert slack.form(by="ben")


async def test_whoever_asked_or_has_approved_is_not_offered_a_review(slack: World) -> None:
    await slack.under(TWO)
    await slack.type("/segment delete VIPs")
    await slack.type("/change show 1")
    assert "Review" not in buttons(slack.messages()[-1])
    await review(slack)
    await slack.submit({}, by="ben")
    await slack.type("/change show 1", by="ben")
    assert "Review" not in buttons(slack.messages(by="ben")[-1])
    assert "VIPs" in slack.sizes()
    await review(slack, by="cleo")
    await slack.submit({}, by="cleo")
    assert "VIPs" not in slack.sizes()


async def test_whoever_may_not_decide_is_told_why_and_sees_no_form(slack: World) -> None:
    await slack.type("/segment delete VIPs", by="ben")
    await slack.type("/change show 1", by="ana")
    await slack.press("Review", by="ana", channel="#segments")
    assert "You can't approve change 1." in slack.whisper()
    assert slack.form() is None


async def test_a_form_that_shows_an_old_version_decides_nothing(slack: World) -> None:
    await slack.type("/segment delete VIPs, Lapsed")
    await review(slack)
    await slack.type("/change except 1 Lapsed", by="cleo")
    await slack.submit({}, by="ben")
    assert not slack.writes()
    form = slack.form(by="ben")
    assert form
    assert "Change 1 has a new version" in read(form)
    assert form["submit"] is None


async def test_a_change_that_was_decided_meanwhile_is_told_in_the_form(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    await review(slack)
    await slack.press("Delete Segment", by="cleo")
    await slack.submit({}, by="ben")
    assert "Too late: change 1 is already done" in read(slack.form(by="ben"))
    assert len(slack.writes()) == 1


async def test_a_review_that_slack_does_not_open_says_to_press_again(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    await slack.home(by="ben")
    slack.workspace.faults.add("views.open", status=500)
    await slack.press("Review", by="ben", channel="home")
    assert "Press Review again" in said(slack.messages(by="ben", channel="dm")[-1])


async def test_without_any_card_the_change_is_still_decided(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    card = (await slack.change(1)).card
    assert card
    posting = slack.workspace.archive.find(card.channel, card.ts)
    assert posting
    slack.workspace.delete(posting)
    await review(slack)
    await slack.submit({}, by="ben")
    assert "VIPs" not in slack.sizes()
    assert (await slack.change(1)).state == "done"


async def test_a_review_pressed_twice_at_once_opens_one_form(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    await slack.type("/change show 1", by="ben")
    await slack.deliver(slack.click("Review", by="ben", channel="#segments"), times=3)
    assert sum(door == "views.open" for door, _ in slack.sent) == 1


async def test_of_many_that_wait_each_is_reviewed_from_the_home_tab(slack: World) -> None:
    for email in slack.emails(12, inside="VIPs"):
        await slack.type(f"/segment remove VIPs {email}")
    last = (await slack.change(12)).plan.headline
    await slack.home(by="ben")
    assert "12 changes are waiting for you" in read(slack.workspace.state("ben")["home"])
    await slack.press("review", by="ben", channel="home", value=last, block_id="others")
    form = slack.form(by="ben")
    assert form
    assert form["title"]["text"] == "Review change 12"
