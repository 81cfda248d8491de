"""The store answers 429, 500 or nothing, while planning, at the click, and while running."""

from typing import Any

import pytest

from tests.conftest import OpenWorld
from tests.harness import World, buttons, said
from tests.stories.judge import read
from tests.stories.test_summary import remember, row, summary

TROUBLE: dict[str, dict[str, Any]] = {
    "429 of an overloaded platform": {"status": 429},
    "500": {"status": 500},
    "503": {"status": 503},
    "no answer": {"drop": True},
    "a garbled answer": {"status": 200, "body": {"data": "?"}},
}
trouble = pytest.mark.parametrize("fault", TROUBLE.values(), ids=TROUBLE.keys())
passing = pytest.mark.parametrize(
    "fault", [fault for name, fault in TROUBLE.items() if "garbled" not in name], ids=list(TROUBLE)[:4]
)


@trouble
async def test_trouble_that_lasts_while_planning_is_told_and_nothing_is_asked_for(
    slack: World, fault: dict[str, Any]
) -> None:
    slack.store.faults.add("GET", "/segments", times=None, **fault)
    for line in ("/segment list", "/segment show VIPs", "/segment delete VIPs", "/segment create Loyal"):
        await slack.type(line)
        assert "again" in slack.whisper()
    slack.store.faults.clear()
    assert "planned" not in slack.kinds()
    assert not slack.writes()
    await slack.type("/segment delete VIPs")
    assert "Waiting for 1 approval" in said(slack.card(1))


@passing
async def test_trouble_that_passes_while_planning_is_not_noticed(slack: World, fault: dict[str, Any]) -> None:
    slack.store.faults.add("GET", "*", times=3, **fault)
    await slack.type("/segment delete VIPs")
    assert "Delete the segment VIPs (40 shoppers)" in said(slack.card(1))


@trouble
async def test_trouble_at_the_click_leaves_the_change_waiting(slack: World, fault: dict[str, Any]) -> None:
    await slack.type("/segment delete VIPs")
    slack.store.faults.add("GET", "/segments", times=None, **fault)
    await slack.press("Delete Segment", by="ben")
    assert "again" in slack.whisper(by="ben", channel="#approvals")
    assert buttons(slack.card(1)) == ["Delete Segment", "Reject", "Details", "Edit"]
    slack.store.faults.clear()
    await slack.press("Delete Segment", by="ben")
    assert "VIPs" not in slack.sizes()


@passing
async def test_trouble_that_passes_while_running_is_not_noticed(slack: World, fault: dict[str, Any]) -> None:
    await slack.type("/segment delete VIPs")
    slack.store.faults.add("DELETE", "/segments", times=3, **fault)
    await slack.press("Delete Segment", by="ben")
    assert "VIPs" not in slack.sizes()
    assert "Done" in said(slack.card(1))


@passing
async def test_trouble_that_lasts_while_running_fails_honestly_and_can_be_asked_again(
    slack: World, fault: dict[str, Any]
) -> None:
    await slack.type("/segment delete VIPs")
    slack.store.faults.add("DELETE", "/segments", times=None, **fault)
    await slack.press("Delete Segment", by="ben")
    card = read(slack.card(1))
    assert "Failed" in card
    assert "Nothing was changed" in card
    assert "VIPs" in slack.sizes()
    assert "Change 1 failed" in said(slack.messages(channel="dm")[-1])
    slack.store.faults.clear()
    await slack.type("/segment delete VIPs")
    await slack.press("Delete Segment", by="ben", change=2)
    assert "VIPs" not in slack.sizes()


@pytest.mark.parametrize("fault", [{"status": 500}, {"drop": True}], ids=["500", "no answer"])
async def test_a_create_that_was_carried_out_without_an_answer_is_sent_once_and_asks_people(
    slack: World, fault: dict[str, Any]
) -> None:
    slack.store.faults.add("POST", "/segments", carried_out=True, **fault)
    await slack.type("/segment create Loyal")
    assert slack.sizes()["Loyal"] == 0
    assert slack.writes() == [("POST", "/segments")]
    assert "no one can tell whether this change made it or someone else did" in said(slack.messages()[-1])
    assert buttons(slack.messages()[-1]) == ["Try Again"]


@pytest.mark.parametrize("fault", [{"status": 500}, {"drop": True}], ids=["500", "no answer"])
async def test_a_create_that_was_not_carried_out_is_not_sent_twice(slack: World, fault: dict[str, Any]) -> None:
    slack.store.faults.add("POST", "/segments", **fault)
    await slack.type("/segment create Loyal")
    assert "Loyal" not in slack.sizes()
    assert slack.writes() == [("POST", "/segments")]
    assert "Failed" in said(slack.messages()[-1])
    assert "Nothing was changed" in said(slack.messages()[-1])


@pytest.mark.parametrize("times", [1, None], ids=["once", "every time"])
async def test_a_delete_that_was_carried_out_without_an_answer_is_done(slack: World, times: int | None) -> None:
    members = slack.members("VIPs")
    await slack.type("/segment delete VIPs")
    slack.store.faults.add("DELETE", "/segments", drop=True, carried_out=True, times=times)
    await slack.press("Delete Segment", by="ben")
    slack.store.faults.clear()
    assert "VIPs" not in slack.sizes()
    assert len(slack.sizes()) == 11
    assert "Done" in said(slack.card(1))
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.members("VIPs") == members


async def test_what_nobody_can_tell_is_called_unsure_and_can_be_undone(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    async with slack.meanwhile(
        slack.client.press("ben", "#approvals", "Delete Segment"),
        "DELETE",
        "/segments",
        drop=True,
        carried_out=True,
        times=None,
    ):
        slack.store.faults.add("GET", "/segments", status=500, times=None)
    slack.store.faults.clear()
    card = read(slack.card(1))
    assert "may have been carried out" in card
    assert "Nothing was changed" not in card
    assert buttons(slack.card(1)) == ["Try Again", "Undo"]
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.sizes()["VIPs"] == 40


@pytest.mark.parametrize("carried_out", [True, False])
async def test_an_edit_without_any_answer_is_told_as_it_is_in_the_store(slack: World, carried_out: bool) -> None:
    slack.store.faults.add("PUT", "/segments", drop=True, carried_out=carried_out, times=None)
    await slack.type("/segment edit VIPs name:VIP")
    slack.store.faults.clear()
    card = read(slack.card(1))
    assert ("VIP" in slack.sizes()) is carried_out
    assert ("Nothing was changed" in card) is not carried_out


async def test_members_added_in_doubt_are_unsure_and_can_be_undone(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    await slack.press("Delete Segment", by="ben")
    await slack.type("/change undo 1")
    slack.store.faults.add("POST", "/segments/{id}/shopper-profiles", drop=True, carried_out=True, times=None)
    await slack.press("Undo Change", by="ben", change=2)
    slack.store.faults.clear()
    assert slack.sizes()["VIPs"] == 40
    card = read(slack.card(2))
    assert "Failed" in card
    assert "may have been carried out" in card
    await slack.type("/change undo 2")
    await slack.press("Undo Change", by="ben", change=3)
    assert "VIPs" not in slack.sizes()


async def test_a_step_that_failed_stops_what_follows_and_what_ran_can_be_undone(slack: World) -> None:
    await slack.type("/segment delete Lapsed, VIPs, Wholesale")
    first, second = slack.id_of("Lapsed"), slack.id_of("VIPs")
    async with slack.meanwhile(slack.client.press("ben", "#approvals", "Delete Segment"), "DELETE", "/segments"):
        slack.store.faults.add("DELETE", "/segments", status=422, times=None)
    slack.store.faults.clear()
    assert set(slack.sizes()) & {"Lapsed", "VIPs", "Wholesale"} == {"VIPs", "Wholesale"}
    card = read(slack.card(1))
    assert "Done: Delete the segment Lapsed (64 shoppers)." in card
    assert "Not started: Delete the segment Wholesale (22 shoppers)." in card
    assert "Undo takes back what was done." in card
    assert "Asking again" not in card
    assert [path.split("=")[-1] for _, path in slack.writes()] == [first, second]
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.sizes()["Lapsed"] == 64


async def test_a_quota_that_is_used_up_is_waited_for_as_told(open_world: OpenWorld) -> None:
    slack = await open_world(running=False)
    waits = []

    async def wait(seconds: float) -> None:
        waits.append(seconds)
        slack.clock.forward(seconds=seconds)

    slack.pause = wait
    slack.store.quota = 4
    await slack.start()
    await slack.type("/segment list")
    assert "12 segments" in slack.whisper()
    assert waits
    assert max(waits) <= 31


@pytest.mark.parametrize(("status", "told"), [(401, "access token"), (403, "Enterprise"), (422, "does not accept")])
async def test_what_the_store_refuses_is_told_with_its_remedy(slack: World, status: int, told: str) -> None:
    slack.store.faults.add("GET", "/segments", status=status, times=None)
    await slack.type("/segment list")
    assert told in slack.whisper()


async def test_without_the_right_to_read_promotions_the_card_says_so(slack: World) -> None:
    slack.store.scopes.discard("store_v2_marketing")
    await slack.type("/segment delete VIPs")
    assert "could not be read" in read(slack.card(1))
    await slack.type("/segment list")
    assert "12 segments" in slack.whisper()


async def test_type_ahead_of_a_store_that_does_not_answer_is_empty_and_quick(slack: World) -> None:
    await slack.type("/segment show")
    slack.store.faults.add("GET", "/segments", status=500, times=None)
    assert await slack.suggest("VIP", field="segment") == []


async def test_a_form_whose_segment_cannot_be_looked_up_says_why(slack: World) -> None:
    slack.store.faults.add("GET", "/segments", drop=True, times=None)
    await slack.type("/segment edit VIPs")
    form = slack.form()
    assert form
    assert "can't be reached" in read(form)


async def test_a_form_keeps_its_values_while_the_store_is_silent(slack: World) -> None:
    await slack.type("/segment create")
    slack.store.faults.add("GET", "/segments", status=500, times=None)
    outcome = await slack.submit({"Name": "Loyal"})
    assert "problem on its side" in outcome["errors"]["name"]
    slack.store.faults.clear()
    await slack.submit({})
    assert "Loyal" in slack.sizes()


async def test_a_failed_changes_effects_count_as_the_bots(slack: World) -> None:
    await remember(slack)
    members = f"/segments/{slack.id_of('Wholesale')}/shopper-profiles"
    *added, one, other = slack.emails(122, outside="Wholesale")
    slack.store.faults.add("POST", members)
    slack.store.faults.add("POST", members, status=500, times=None)
    await slack.type(f"/segment add Wholesale {' '.join(added)}")
    await slack.press("Add Shoppers", by="ben")
    assert (await slack.change(1)).state == "failed"
    slack.store.faults.clear()
    slack.join("Wholesale", one, other)
    _, *lines = await summary(slack)
    assert row(lines, "Wholesale")[1:4] == ["+52", "+50", "+2"]
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben")
    _, *lines = await summary(slack)
    assert row(lines, "Wholesale")[1:4] == ["+2", "0", "+2"]


async def test_a_removal_that_is_tried_again_is_for_those_who_are_left(slack: World) -> None:
    size = slack.sizes()["VIPs"]
    members = f"/segments/{slack.id_of('VIPs')}/shopper-profiles"
    slack.store.faults.add("DELETE", members, status=500, times=None)
    await slack.type("/segment clear VIPs")
    await slack.press("Clear Segment", by="ben")
    slack.store.faults.clear()
    slack.leave("VIPs", *slack.emails(3, inside="VIPs"))
    await slack.type("/change retry 1")
    assert f"Remove {size - 3} shoppers from VIPs" in read(slack.card(2))
    await slack.press("Try Again", by="ben", change=2)
    effects = [one.detail["effects"] for one in slack.entries() if one.detail.get("effects")]
    assert effects == [{slack.id_of("VIPs"): [0, size - 3]}]
