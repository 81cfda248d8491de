"""Who edits a segment, or undoes an edit, changes what they mean to change: the rest stays as others made it."""

from itertools import product

import pytest

from tests.harness import World
from tests.running_rules import RULED, start_rule
from tests.stories.judge import read

WAYS = ("name", "description", "both")
Naming = tuple[str, str]


def naming(slack: World, id_: str) -> Naming:
    """What the store calls a segment, and how it describes it."""
    (row,) = (one for one in slack.store.shop.rows("SELECT * FROM segments") if one["id"] == id_)
    return row["name"], row["description"]


def edited(before: Naming, by: str, what: str) -> Naming:
    """What it is called and how it is described once this person edited this much of it."""
    name = f"{by}'s" if what != "description" else before[0]
    description = f"By {by}." if what != "name" else before[1]
    return name, description


async def edits(slack: World, id_: str, by: str, what: str) -> None:
    """This person types it."""
    name, description = edited(("", ""), by, what)
    typed = [f'name:"{name}"' if name else "", f'description:"{description}"' if description else ""]
    await slack.type(f"/segment edit {id_} {' '.join(typed)}", by=by)


@pytest.mark.parametrize(("hers", "others", "described"), [*product(WAYS, WAYS, ("", "Our best.\nSince 2020."))])
async def test_a_form_changes_what_was_typed_into_it(slack: World, hers: str, others: str, described: str) -> None:
    (id_,) = slack.put("Best", description=described)
    await slack.type(f"/segment edit {id_}")
    await edits(slack, id_, "cleo", others)
    name, description = edited(("", ""), "ana", hers)
    await slack.submit(({"Name": name} if name else {}) | ({"Description": description} if description else {}))
    assert naming(slack, id_) == edited(edited(("Best", described), "cleo", others), "ana", hers)


@pytest.mark.parametrize(("hers", "others"), [*product(WAYS, WAYS)])
async def test_an_undo_restores_what_its_change_changed_and_nobody_since(slack: World, hers: str, others: str) -> None:
    before = "Best", "Our best."
    (id_,) = slack.put(before[0], description=before[1])
    await edits(slack, id_, "ana", hers)
    await edits(slack, id_, "cleo", others)
    now = naming(slack, id_)
    await slack.type("/change undo 1")
    mine, theirs = ({"name", "description"} if who == "both" else {who} for who in (hers, others))
    both = zip(("name", "description"), before, now, strict=True)
    assert naming(slack, id_) == tuple(was if what in mine - theirs else is_now for what, was, is_now in both)
    for what in mine & theirs:
        told = f"“{now[0]}” got another {what} since, so it keeps this one."
        assert told in (read(slack.card(3)) if mine - theirs else slack.whisper())


async def test_what_the_store_saved_differently_is_no_other_hand(slack: World) -> None:
    (id_,) = slack.put("Best", description="Our best.")
    spelt = {"data": [{"id": id_, "name": "Gold!", "description": "Our best."}]}
    slack.store.faults.add("PUT", "/segments", status=200, body=spelt, carried_out=True)
    await slack.type(f"/segment edit {id_} name:Gold")
    with slack.store.shop.db as db:
        db.execute("UPDATE segments SET name = 'Gold!' WHERE id = ?", (id_,))
    await slack.type("/change undo 1")
    assert naming(slack, id_) == ("Best", "Our best.")


async def test_a_description_that_was_cleared_in_a_form_is_dropped(slack: World) -> None:
    (id_,) = slack.put("Best", description="Our best.")
    await slack.type(f"/segment edit {id_}")
    await slack.submit({"Description": None})
    assert naming(slack, id_) == ("Best", "")


async def test_a_change_that_is_edited_keeps_what_it_asked_for_and_nothing_else(slack: World) -> None:
    await slack.under('[[rules]]\nsteps = ["update_segment"]\napprovals = 1\n')
    (id_,) = slack.put("Best", description="Our best.")
    await slack.type(f"/segment edit {id_} name:Gold")
    await slack.press("Edit", by="ana", channel="#approvals", change=1)
    await edits(slack, id_, "cleo", "description")
    await slack.press("Save Segment", by="ben", change=2)
    await slack.submit({})
    await slack.press("Save Segment", by="ben", change=1)
    assert naming(slack, id_) == ("Gold", "By cleo.")


async def test_a_rule_keeps_running_when_others_had_it_run(slack: World) -> None:
    await start_rule(slack)
    await slack.type(f"/segment rule {RULED}")
    await slack.type(f"/segment rule {RULED} in VIPs every day at 07:00", by="cleo")
    await slack.press("Start Rule", by="ben", change=2)
    await slack.submit({"Segments": ["Lapsed"]})
    await slack.press("Start Rule", by="ben", change=3)
    await slack.type(f"/segment show {RULED}")
    assert "07:00" in slack.whisper()
    assert "Lapsed" in slack.whisper()
