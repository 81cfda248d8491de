"""What an entry of the log tells: who, where, what, about whom, what became of it, and how long it took."""

from typing import Any

from bot.core.audit.audit_reader import AuditFilter
from bot.core.audit.entries import RecordedEntry
from bot.sandbox.workspace import people
from tests.harness import World


def last(slack: World, kind: str) -> RecordedEntry:
    return [one for one in slack.entries() if one.kind == kind][-1]


async def about(slack: World, subject: str) -> list[str]:
    """Kinds of the entries about this segment or shopper, the newest first."""
    assert slack.bot
    return [
        one.kind
        for one in await slack.bot.engine.process.ledger.audit.recent(AuditFilter(subjects=(subject,)), limit=50)
    ]


async def test_words_are_on_record_with_ids_in_the_place_of_addresses(slack: World) -> None:
    inside, outside = slack.emails(1, inside="VIPs")[0], slack.emails_without_profile(1)[0]
    ids = [slack.customer_id(email) for email in (inside, outside)]
    await slack.type(f"/segment add VIPs {inside}, {outside.upper()}, nobody@example.com")
    assert last(slack, "asked").detail["said"] == "/segment add segment:[…] shoppers:[…]"
    said = f"/segment add segment:VIPs shoppers:{ids[0]} shoppers:{ids[1]} shoppers:[…]"
    assert last(slack, "planned").detail["said"] == said
    await slack.type(f"/shopper show {inside}")
    assert last(slack, "answered").detail["said"] == f"/shopper show shopper:{ids[0]}"
    await slack.type(f"/segment add VIPs {inside}")
    assert last(slack, "refused").detail["said"] == f"/segment add segment:VIPs shoppers:{ids[0]}"


async def test_an_entry_tells_who_where_and_how_long_it_took(slack: World) -> None:
    await slack.type("/segment delete VIPs", by="ana")
    slack.clock.forward(minutes=5)
    await slack.press("Delete Segment", by="ben")
    planned, approved = last(slack, "planned"), last(slack, "approve")
    ana, ben = slack.workspace.directory.human("ana"), slack.workspace.directory.human("ben")
    assert (planned.actor, approved.actor) == (ana.id, ben.id)
    assert {one.workspace for one in slack.entries()} == {people.TEAM_ID}
    assert (planned.outcome, approved.outcome, last(slack, "finish").outcome) == ("planned", "approved", "done")
    assert (planned.ms, approved.ms) == (0, 300_000)
    assert slack.entries()[0].channel == slack.workspace.directory.place("#segments", ana).id


async def test_somebody_from_elsewhere_is_on_record_with_their_workspace(slack: World) -> None:
    command = slack.command("/segment list") | {"team_id": "T0OTHER001"}
    await slack.deliver(command)
    assert [one.workspace for one in slack.entries()] == ["T0OTHER001"] * 2


async def test_a_step_is_recorded_with_before_after_and_request_ids(slack: World) -> None:
    vips, size = slack.id_of("VIPs"), slack.sizes()["VIPs"]
    await slack.type("/segment edit VIPs name:Stars")
    assert (step(slack)["before"]["name"], step(slack)["after"]["name"]) == ("VIPs", "Stars")
    await slack.type("/segment clear Stars")
    await slack.press("Clear Segment", by="ben")
    told = step(slack)
    assert (told["before"], told["after"]) == ({"members": size}, {"members": 0})
    assert told["effects"] == {vips: [0, size]}
    assert len(told["requests"]) == len(set(told["requests"])) > 0
    await slack.type("/segment delete Stars")
    await slack.press("Delete Segment", by="ben")
    told = step(slack)
    assert (told["before"]["id"], told["before"]["name"], told["after"]) == (vips, "Stars", None)


def step(slack: World) -> dict[str, Any]:
    return last(slack, "step done").detail


async def test_a_deleted_segments_entries_are_found_by_its_id(slack: World) -> None:
    vips = slack.id_of("VIPs")
    await slack.type("/segment show VIPs")
    await slack.type("/segment delete VIPs")
    await slack.press("Delete Segment", by="ana")
    await slack.press("Delete Segment", by="ben")
    kinds = await about(slack, f"segment:{vips}")
    assert kinds == ["finish", "step done", "step started", "start", "approve", "post", "planned", "answered"]


async def test_people_are_found_by_the_segment_that_an_undo_restored(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    await slack.press("Delete Segment", by="ben")
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben")
    kinds = await about(slack, f"segment:{slack.id_of('VIPs')}")
    assert kinds[-2:] == ["post", "planned"]
    assert {"finish", "step done", "step started", "start", "approve"} <= set(kinds)


async def test_all_that_happened_to_a_shopper_is_found_by_their_ids(slack: World) -> None:
    email = slack.emails(1, inside="VIPs")[0]
    await slack.type(f"/shopper show {email}")
    await slack.type("/segment delete VIPs")
    await slack.press("Delete Segment", by="ben")
    assert await about(slack, f"customer:{slack.customer_id(email)}") == ["answered"]
    assert await about(slack, f"profile:{slack.profile_id(email)}") == ["step done"]
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben")
    assert (await about(slack, f"profile:{slack.profile_id(email)}"))[0] == "step done"
