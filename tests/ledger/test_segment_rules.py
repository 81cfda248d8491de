"""Which rule a segment follows is what the log says of the last step that was done about it."""

from pathlib import Path
from typing import Any

import pytest

from bot.core.approval.changes import Event, Run, StepState
from bot.core.audit.entries import Entry, EntryKind
from bot.core.planning.steps import AnyStep, Applied, CreateSegment, DropRule, FollowRule, Naming, SegmentRef
from bot.core.segment_rules.followed import Followed, FollowedBy
from bot.core.segment_rules.rule import AcceptsMarketing, InSegment, NeverOrdered
from bot.ledger.ledger import Ledger
from tests.core.samples import NOW, VIPS, plan, uuid
from tests.ledger.logs import DAY, LATER
from tests.ledger.planned import carried_out, running
from tests.ledger.subject import Subject

NEVER = Followed(rule=NeverOrdered(), words="never ordered")
MARKETING = Followed(rule=AcceptsMarketing(), words="accepts marketing")
LOYAL = SegmentRef(name="Loyal", id=uuid(2))
GOLD = SegmentRef(name="Gold", id=uuid(3))


async def ran(ledger: Ledger, id_: str, *steps: AnyStep, state: StepState = StepState.DONE) -> None:
    """A change with these steps, all of which ended like this."""
    await carried_out(ledger, await running(ledger, id_, plan=plan(*steps)), state)


async def test_a_segment_follows_the_rule_of_the_last_change_about_it(ledger: Ledger, other: Ledger) -> None:
    assert (await ledger.segment_rules.of(VIPS.known_id), await ledger.segment_rules.all()) == (None, {})
    await ran(ledger, "1", FollowRule(segment=VIPS, after=NEVER), FollowRule(segment=LOYAL, after=NEVER))
    assert await other.segment_rules.of(VIPS.known_id) == FollowedBy(followed=NEVER, change=1)
    await ran(ledger, "2", FollowRule(segment=VIPS, before=NEVER, after=MARKETING))
    assert await other.segment_rules.all() == {
        VIPS.known_id: FollowedBy(followed=MARKETING, change=2),
        LOYAL.known_id: FollowedBy(followed=NEVER, change=1),
    }
    assert (await ledger.audit.verify()).holds


async def test_the_last_change_may_be_the_one_that_was_asked_for_first(ledger: Ledger) -> None:
    first = await running(ledger, "1", plan=plan(FollowRule(segment=VIPS, after=NEVER)))
    await ran(ledger, "2", FollowRule(segment=VIPS, after=MARKETING))
    await carried_out(ledger, first)
    assert await ledger.segment_rules.of(VIPS.known_id) == FollowedBy(followed=NEVER, change=1)
    assert (await ledger.audit.verify()).holds


async def test_a_segment_whose_rule_was_dropped_is_a_list(ledger: Ledger) -> None:
    await ran(ledger, "1", FollowRule(segment=VIPS, after=NEVER))
    await ran(ledger, "2", DropRule(segment=VIPS, before=NEVER))
    assert await ledger.segment_rules.of(VIPS.known_id) is None
    assert (await ledger.audit.verify()).holds


async def restored(ledger: Ledger, id_: str, follows: Followed = NEVER) -> None:
    """A change that creates VIPs again, as Gold, and lets it follow a rule."""
    creates = CreateSegment(segment=Naming(name="Gold"), restores=True, old_id=VIPS.known_id)
    steps = (creates, FollowRule(segment=SegmentRef(name="Gold"), after=follows))
    found = await running(ledger, id_, plan=plan(*steps, undoes=1))
    runs = (Applied(created=GOLD), Applied())
    for position, (applied, detail) in enumerate(zip(runs, ({"after": {"name": "Gold"}}, {}), strict=True)):
        run, kind = Run(position=position, state=StepState.DONE, applied=applied), steps[position].kind
        subjects = (f"segment:{GOLD.known_id}",)
        found = await ledger.changes.save_run(
            found, run, at=NOW, detail={"kind": kind, "step": position, **detail}, subjects=subjects
        )
    await ledger.changes.move(found, Event.FINISH, at=NOW)


async def test_a_segment_that_was_restored_follows_its_rule_under_its_new_id(ledger: Ledger) -> None:
    await ran(ledger, "1", FollowRule(segment=VIPS, after=NEVER))
    await restored(ledger, "2")
    assert await ledger.segment_rules.all() == {GOLD.known_id: FollowedBy(followed=NEVER, change=2)}
    assert await ledger.segment_rules.of(VIPS.known_id) == FollowedBy(followed=NEVER, change=1)
    assert (await ledger.audit.verify()).holds


async def test_rules_name_a_segment_that_was_restored_by_its_new_id(ledger: Ledger) -> None:
    inside = Followed(rule=InSegment(segment_ids=(VIPS.known_id,)), words="in VIPs")
    await ran(ledger, "1", FollowRule(segment=LOYAL, after=inside))
    await restored(ledger, "2")
    found = await ledger.segment_rules.of(LOYAL.known_id)
    assert found
    assert found.followed.rule == InSegment(segment_ids=(GOLD.known_id,))
    assert found.followed.words == "in VIPs"


@pytest.mark.parametrize("state", [one for one in StepState if one is not StepState.DONE])
async def test_a_rule_that_was_not_set_for_sure_is_not_followed(ledger: Ledger, state: StepState) -> None:
    await ran(ledger, "1", FollowRule(segment=VIPS, after=NEVER), state=state)
    assert await ledger.segment_rules.all() == {}


@pytest.mark.parametrize(
    "edit",
    [
        "DELETE FROM segment_rules",
        "UPDATE segment_rules SET change = 2",
        "UPDATE segment_rules SET position = 1",
        "UPDATE segment_rules SET entry = 1",
        "UPDATE segment_rules SET segment = 'other'",
        "INSERT INTO segment_rules VALUES ('other', 1, 0, 5)",
    ],
)
async def test_a_rule_that_the_log_does_not_say_is_found(ledger: Ledger, edit: str) -> None:
    await ran(ledger, "1", FollowRule(segment=VIPS, after=NEVER))
    await running(ledger, "2", plan=plan(FollowRule(segment=LOYAL, after=NEVER)))
    database: Any = ledger.storage
    await database.write(lambda db: db.execute(edit))
    assert (await ledger.audit.verify()).fault == "The table segment_rules has other rules than the log."


@pytest.mark.parametrize(
    ("edit", "holds"),
    [
        ("", True),
        ("UPDATE segment_rules SET segment = 'other'", False),
        ("UPDATE segment_rules SET position = 1", False),
        ("UPDATE segment_rules SET entry = 999", False),
        ("DELETE FROM runs", False),
        ("UPDATE segment_rules SET entry = (SELECT min(number) FROM entries)", False),  # which says nothing of a rule
    ],
)
async def test_a_rule_whose_entries_are_archived_is_the_one_of_its_change(
    subject: Subject, tmp_path: Path, edit: str, holds: bool
) -> None:
    async with subject.open() as ledger:
        await ran(ledger, "1", FollowRule(segment=VIPS, after=NEVER))
        await ledger.audit.append(Entry(EntryKind.ANSWERED, "UANA"), at=NOW + 30 * DAY)
    with subject.shell() as file:
        await file.archives.archive(tmp_path / "old.sqlite", before=NOW + DAY, at=LATER)
    async with subject.open() as ledger:
        database: Any = ledger.storage
        await database.write(lambda db: edit and db.execute(edit))
        assert (await ledger.audit.verify()).holds is holds
