"""A store answers what no document foresees: what people are told is so all the same, and nothing stays half done."""

from typing import Any

import pytest

from bot.core.approval.changes import State
from tests.harness import World, buttons, said
from tests.stories.judge import read

MEMBERS = "/segments/{id}/shopper-profiles"
DEEP = "[" * 100_000 + "]" * 100_000
NESTED = {"title": "No.", "errors": {"0": {"code": 17, "message": "Too odd", "why": [{"x": None}]}}}
ODD: dict[str, dict[str, Any]] = {
    "a page": {"status": 200, "body": "<html><title>Welcome</title></html>"},
    "nothing": {"status": 204, "body": ""},
    "null": {"status": 200, "body": "null"},
    "no rows": {"status": 200, "body": {"data": [], "meta": {}}},
    "rows of nothing": {"status": 200, "body": {"data": [{"id": None, "name": None}], "meta": {}}},
    "an object": {"status": 200, "body": {"data": {"id": "x"}}},
    "a redirection": {"status": 302, "body": "", "headers": {"Location": "https://login.example.com/"}},
    "too deep": {"status": 200, "body": DEEP},
    "too deep a refusal": {"status": 422, "body": DEEP},
    "a refusal in pieces": {"status": 422, "body": NESTED},
    "a list of refusals": {"status": 409, "body": {"errors": [{"title": "One."}, NESTED, "Two"]}},
    "a part": {"status": 207, "body": {"data": [], "meta": {"total": 1, "success": 0, "failed": 1}}},
    "a conflict": {"status": 409, "body": "<html><title>Conflict</title></html>"},
    "not found": {"status": 404, "body": {"title": "Not found."}},
    "over the plan": {"status": 507, "body": {"title": "Limit reached."}},
    "half a sign": {"status": 400, "body": {"title": "Zo\ud800"}},
}
odd = pytest.mark.parametrize("answer", ODD.values(), ids=ODD.keys())


def writing(slack: World) -> list[tuple[str, str, str]]:
    """Give what people type, and which request of it is answered oddly, each about something else."""
    (outside,), (inside,) = slack.emails(1, outside="VIPs"), slack.emails(1, inside="Wholesale")
    return [
        ("POST", "/segments", "/segment create Loyal"),
        ("PUT", "/segments", "/segment edit Lapsed name:Sleepers"),
        ("POST", MEMBERS, f"/segment add VIPs {outside}"),
        ("POST", "/customers", "/shopper register new@example.com first_name:New last_name:One"),
        ("POST", "/shopper-profiles", f"/segment add Reviewers {slack.emails_without_profile(1)[0]}"),
        ("DELETE", MEMBERS, f"/segment remove Wholesale {inside}"),
        ("DELETE", "/segments", "/segment delete Subscribers"),
        ("PUT", "/promotions/{id}", '/promotion disable "Free shipping over 40"'),
    ]


def state(slack: World) -> list[Any]:
    """Say what is in the store."""
    members = {name: sorted(slack.members(name)) for name in slack.sizes()}
    profiles = slack.store.shop.rows("SELECT id FROM profiles")
    return [members, slack.promotions(), [one["id"] for one in profiles], slack.customers_called("new@example.com")]


async def becomes_of(slack: World, number: int, line: str) -> str:
    """Ask for this, and have it approved; return what its card tells."""
    await slack.type(line)
    if "Waiting" in said(slack.card(number)):
        await slack.press(buttons(slack.card(number))[0], by="ben", change=number)
    return read(slack.card(number))


@odd
async def test_whatever_is_answered_to_a_write_what_is_told_is_so(slack: World, answer: dict[str, Any]) -> None:
    """No odd answer here carries anything out: nothing is called done."""
    for number, (method, path, line) in enumerate(writing(slack), 1):
        before = state(slack)
        slack.store.faults.add(method, path, times=None, **answer)
        told = await becomes_of(slack, number, line)
        slack.store.faults.clear()
        assert (await slack.change(number)).state in (State.DONE, State.FAILED), (line, told)
        assert not any(word in told for word in ("{'", "None", "Something went wrong")), told
        if "Done" in told:
            assert state(slack) != before, (line, told)
        else:
            words = ("Nothing was changed", "may have been carried out", "Stopped at: ")
            assert any(word in told for word in words), (line, told)
            assert state(slack) == before or path in ("/customers", "/shopper-profiles"), (line, told)


@odd
async def test_whatever_is_answered_to_a_write_that_was_carried_out_it_is_not_told_as_undone(
    slack: World, answer: dict[str, Any]
) -> None:
    """As by something between the bot and its store that sends a request again, and answers for the second one."""
    for number, (method, path, line) in enumerate(writing(slack), 1):
        before = state(slack)
        slack.store.faults.add(method, path, carried_out=True, **answer)
        told = await becomes_of(slack, number, line)
        assert state(slack) != before, (line, told)
        assert "Nothing was changed" not in told, (line, told)
        change = await slack.change(number)
        is_told = change.state is State.DONE or "no one can tell" in told or "carried out anyway" in told
        assert is_told, (line, told)


@odd
async def test_whatever_is_answered_to_a_reading_it_is_told_and_nothing_is_done(
    slack: World, answer: dict[str, Any]
) -> None:
    if answer["body"] == {"data": [], "meta": {}}:
        pytest.skip("a list may be empty")
    slack.store.faults.add("GET", "*", times=None, **answer)
    for _, _, line in writing(slack):
        await slack.type(line)
        told = slack.whisper()
        assert not any(word in told for word in ("{'", "None", "Something went wrong")), told
    assert not slack.writes()


async def test_a_filter_that_is_ignored_takes_nobodys_profile(slack: World) -> None:
    (email, other) = slack.emails(2, inside="VIPs")
    await slack.type(f"/shopper delete #{slack.customer_id(email)}")
    row = {"id": slack.customer_id(other), "email": other, "shopper_profile_id": slack.profile_id(other)}
    body = {"data": [{**row, "segment_ids": []}], "meta": {"pagination": {"total": 1}}}
    slack.store.faults.add("GET", "/customers", status=200, body=body, times=None)
    await slack.press("Delete Profiles", by="ben")
    slack.store.faults.clear()
    assert slack.profile_id(other)
    assert slack.profile_id(email)
    assert "contradict each other" in slack.whisper(by="ben", channel="#approvals")


@pytest.mark.parametrize("when", ["planned", "approved"])
async def test_a_profile_stays_whose_segments_are_not_listed(slack: World, when: str) -> None:
    (email,) = slack.emails(1, inside="VIPs")
    nothing = {"status": 200, "body": {"data": [], "meta": {"pagination": {"total": 0}}}}
    if when == "planned":
        slack.store.faults.add("GET", "/segments", times=None, **nothing)
    await slack.type(f"/shopper delete {email}")
    told = slack.whisper() if when == "planned" else ""
    if when == "approved":
        slack.store.faults.add("GET", "/segments", times=None, **nothing)
        await slack.press("Delete Profiles", by="ben")
        told = slack.whisper(by="ben", channel="#approvals")
    assert "It lists no segments, and customers who are in some" in told
    assert not slack.writes()


async def test_an_id_that_is_none_is_not_called_the_askers_mistake(slack: World) -> None:
    body = {"data": [{"id": "../x y", "name": "VIPs"}], "meta": {"pagination": {"total": 1}}}
    slack.store.faults.add("GET", "/segments", status=200, body=body, times=None)
    for line in ("/segment show VIPs", "/segment clear VIPs", "/segment delete VIPs"):
        await slack.type(line)
        told = "The store lists this under an id that no request can name. Tell whoever runs the bot. It is “../x y”."
        assert slack.whisper() == told
    await slack.type(f"/shopper find {'é' * 250}")
    assert "BigCommerce says" not in slack.whisper()


async def test_an_undo_deletes_what_was_created_and_not_what_the_answer_named(slack: World) -> None:
    lapsed = {"id": slack.id_of("Lapsed"), "name": "Lapsed"}
    slack.store.faults.add("POST", "/segments", status=201, body={"data": [lapsed]}, carried_out=True)
    await slack.type("/segment create Loyal")
    await slack.type("/change undo 1")
    if "Waiting" in said(slack.card(2)):
        await slack.press("Undo Change", by="ben", change=2)
    assert {"Lapsed", "Loyal"} & slack.sizes().keys() == {"Lapsed"}


async def test_another_customer_gets_no_profile_of_who_is_registered(slack: World) -> None:
    (email,) = slack.emails_without_profile(1)
    other = {"id": slack.customer_id(email), "email": email}
    slack.store.faults.add("POST", "/customers", status=200, body={"data": [other]}, carried_out=True)
    await slack.type("/shopper register new@example.com first_name:New last_name:One")
    assert slack.profile_id(email) is None
    assert slack.profile_id("new@example.com")
    assert "Done" in said(slack.card(1))


@pytest.mark.parametrize("answer", [{"status": 204}, {"status": 200, "body": {"data": []}}])
async def test_an_edit_that_is_ignored_is_not_called_done(slack: World, answer: dict[str, Any]) -> None:
    slack.store.faults.add("PUT", "/segments", times=None, **answer)
    await slack.type("/segment edit VIPs name:Gold")
    told = read(slack.card(1))
    assert "The store kept “VIPs” as it was" in told
    assert "Nothing was changed" in told
    assert "Failed" in told


async def test_a_company_that_a_store_does_not_look_for_is_nobodys(slack: World) -> None:
    row: dict[str, Any] = {"company": "Tea", "shopper_profile_id": None, "segment_ids": []}
    rows = [{**row, "id": at, "email": f"c{at}@example.com"} for at in (1, 2)]
    body = {"data": rows, "meta": {"pagination": {"total": 2}}}
    slack.store.faults.add("GET", "/customers", status=200, body=body, times=None)
    await slack.type("/shopper find acme")
    assert "No shopper matches “acme”." in slack.whisper()
    await slack.type("/shopper find tea")
    assert "2 shoppers found" in slack.whisper()
