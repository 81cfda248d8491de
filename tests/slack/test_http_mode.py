"""The same story over signed HTTP; what is not signed by Slack, or is old, does nothing."""

import pytest

from bot.sandbox.workspace import people
from bot.sandbox.workspace.delivery import payloads
from bot.sandbox.workspace.delivery.signed_http import SignedRequests
from bot.sandbox.workspace.delivery.transport import Parcel, Undelivered
from tests.conftest import OpenWorld
from tests.harness import World, said


@pytest.fixture
async def http(open_world: OpenWorld) -> World:
    """A world whose bot is reached by signed HTTP requests."""
    return await open_world(signed_http=True)


async def test_a_second_person_deletes_a_segment_and_it_comes_back_by_undo(http: World) -> None:
    assert http.workspace.link()["transport"] == "http"
    assert not len(http.workspace.sockets)
    members = http.members("VIPs")
    await http.type("/segment delete VIPs", by="ana")
    await http.press("Delete Segment", by="ana")
    assert "You asked for change 1, so someone else" in http.whisper(by="ana", channel="#approvals")
    await http.press("Delete Segment", by="ben")
    assert "VIPs" not in http.sizes()
    await http.type("/change undo 1", by="ana")
    await http.press("Undo Change", by="cleo", change=2)
    assert http.members("VIPs") == members


async def test_forms_type_ahead_and_home_work_too(http: World) -> None:
    await http.type("/segment show")
    assert await http.suggest("vip", field="segment") == ["VIPs"]
    await http.submit({"Segment": "VIPs"})
    assert "VIPs: 40 shoppers" in http.whisper()
    await http.type("/segment create")
    assert "already a segment named" in (await http.submit({"Name": "VIPs"}))["errors"]["name"]
    await http.client.cancel("ana")
    await http.type("/promotion show")
    assert await http.suggest("early", field="promotion", action="promotions") == ["VIP early access"]
    await http.client.cancel("ana")
    await http.type("/segment combine")
    assert await http.suggest("New one", field="into", action="new-segment") == ["New: New one"]
    assert await http.home(by="ana")


@pytest.mark.parametrize(
    ("secret", "age"),
    [("another secret", 0), (people.SIGNING_SECRET, 6 * 60), (people.SIGNING_SECRET, -6 * 60)],
    ids=["wrongly signed", "6 minutes old", "6 minutes early"],
)
async def test_a_request_that_slack_did_not_send_just_now_is_refused(http: World, secret: str, age: int) -> None:
    assert http.workspace.http
    forger = SignedRequests(http.request_url, secret, lambda: http.clock.timestamp() - age)
    try:
        with pytest.raises(Undelivered, match="http_client_error"):
            await forger.carry(Parcel("slash_commands", http.command("/segment create Loyal")))
        with pytest.raises(Undelivered, match="http_client_error"):
            await forger.carry(Parcel("slash_commands", http.command("/segment delete VIPs")))
    finally:
        await forger.close()
    await http.settled()
    assert http.kinds() == []
    assert not http.writes()


async def test_the_same_request_delivered_again_runs_once(http: World) -> None:
    await http.type("/segment delete VIPs")
    await http.deliver(http.click("Delete Segment", by="ben"), times=3)
    assert len(http.writes()) == 1
    assert "Done" in said(http.card(1))


async def test_a_replay_changes_nothing_and_adds_no_entries(http: World) -> None:
    """The very same bytes, since no time passes: to the same process, and to one that was started anew."""
    await http.type("/segment delete VIPs")
    await http.type("/segment create")
    ana = http.workspace.directory.human("ana")
    unfilled = payloads.view_submission(ana, http.form() or {}, trigger_id=http.workspace.triggers.issue(ana.id))
    lines = ("/segment list", "/segment create", "/segment help", "/segment nonsense", "/segment show Nobody")
    clicks = [http.click(button, by="ben") for button in ("Reject", "Edit", "Details", "Delete Segment")]
    requests = [*map(http.command, lines), unfilled, *clicks]
    acks = [(await http.deliver(request))[0].body for request in requests]
    kinds = http.kinds()
    assert {"asked", "answered", "form", "refused", "approve", "finish"} <= set(kinds)
    assert [(await http.deliver(request))[0].body for request in requests] == acks
    assert http.kinds() == kinds
    await http.stop()
    await http.start()
    for request in requests:
        await http.deliver(request)
    assert http.kinds() == kinds
    assert len(http.writes()) == 1
