from datetime import timedelta
from typing import Any

import pytest

from bot.core.answers import MENTION, Answer, Fields, Offer, Offers, Sentence, Table, mention
from bot.core.approval.beside import Beside
from bot.core.approval.changes import Card, Change, Emergency, Run, State, StepState
from bot.core.approval.need import Approval, Need, Requirement
from bot.core.planning.plan import Plan
from bot.core.planning.steps import AnyStep, Applied, CreateCustomer, CreateProfiles, CreateSegment, Naming, SegmentRef
from bot.core.store_view.cached_shop import PromotionUse
from bot.slack import answers, blocks
from bot.slack.action_ids import pack_shown
from bot.slack.card import render_card
from bot.slack.change_notices import (
    compose_broken_glass,
    compose_drift,
    compose_late_write,
    compose_reminder,
    describe_outcome,
)
from tests.core.samples import NOW, add, change, delete, plan, uuid
from tests.harness import buttons, said

REGISTER = CreateCustomer(email="a@x.org", first_name="Ada", last_name="Byron")
BEN = Approval(actor="UBEN", at=NOW)


def words(of: Change) -> str:
    return said({"blocks": render_card(of).blocks, "text": ""})


def results(of: Change) -> list[str]:
    """The lines of the last list on the card."""
    lists = [
        block for block in render_card(of).blocks if block.get("elements", [{}])[0].get("type") == "rich_text_list"
    ]
    return ["".join(part["text"] for part in line["elements"]) for line in lists[-1]["elements"][0]["elements"]]


def texts(of: Change) -> list[str]:
    return buttons({"blocks": render_card(of).blocks})


def test_lines_that_the_headline_has_stand_once() -> None:
    short, two = plan(delete("A"), add(2), CREATE), plan(delete("A" * 60), delete("B" * 60))
    for whole in (short, two):
        told = words(change(state=State.DONE, plan=whole))
        assert [told.count(line) for line in whole.lines] == [1] * len(whole.lines)
    cut = plan(*(delete(name * 30) for name in "ABCDE"))
    assert all(line in words(change(state=State.DONE, plan=cut)) for line in cut.lines)


def test_the_state_stands_first_then_action_and_scope_and_the_number_last() -> None:
    message = render_card(change(state=State.WAITING, plan=plan(delete(members=412))))
    state, title, *_, record, divider = message.blocks
    assert state["elements"][0]["text"] == "*:hourglass_flowing_sand: Waiting for 1 approval*"
    assert state["elements"][1]["text"].startswith("expires <!date^")
    assert title == blocks.header("Delete the segment VIPs (412 shoppers)")
    assert record["elements"][0]["text"] == "Change 42"
    assert divider == {"type": "divider"}
    assert "Change 42" not in str(message.blocks[:-2])
    assert message.text == "Change 42: Delete the segment VIPs (412 shoppers)"


def test_a_destructive_change_is_confirmed_in_red_with_its_verb() -> None:
    waiting = change(state=State.WAITING, version=3)
    value = pack_shown(waiting.shown)
    approve, reject, *_ = render_card(waiting).blocks[-3]["elements"]
    assert (approve["text"]["text"], approve["style"], approve["value"]) == ("Delete Segment", "danger", value)
    assert approve["confirm"]["confirm"]["text"] == "Delete Segment"
    assert (reject["text"]["text"], reject["value"], reject.keys() & {"style", "confirm"}) == ("Reject", value, set())


def test_partial_approval_is_shown_with_names() -> None:
    need = Need(approvals=2, why="needs 2 approvals: deletes a segment")
    assert "0 of 2 approved" in words(change(state=State.WAITING, need=need))
    assert "1 of 2 approved: <@UBEN>" in words(change(state=State.WAITING, need=need, approvals=(BEN,)))


def test_of_several_rules_the_card_names_who_satisfies_which() -> None:
    rules = (
        Requirement(approvals=1, why="removes <shoppers>", approvers=frozenset({"UCLEO"})),
        Requirement(approvals=1, why="adds shoppers", approvers=frozenset({"UBEN"})),
    )
    need = Need(approvals=1, why="needs approvals under 2 rules: both", requirements=rules)
    both = change(state=State.WAITING, need=need, deciders=("UCLEO", "UBEN"), deciders_by_rule=(("UCLEO",), ("UBEN",)))
    assert "Waiting for approvals under 2 rules" in words(both)
    assert "can approve: removes &lt;shoppers&gt;: <@UCLEO>; adds shoppers: <@UBEN>" in words(both)
    half = both.model_copy(update={"approvals": (BEN.model_copy(update={"counts_for": (1,)}),)})
    assert "can approve: removes &lt;shoppers&gt;: <@UCLEO>" in words(half)
    assert "adds shoppers: " not in words(half)
    assert "1 of 2 rules satisfied: <@UBEN>" in words(half)


def test_an_open_change_shows_how_its_plan_changed() -> None:
    drifted = change(state=State.WAITING, version=2, drift=("Was: a", "Now: b"))
    told = "This is version 2, and needs approval again. What changed since the request: Was: a Now: b"
    assert told in words(drifted)
    assert "Was: a" not in words(drifted.model_copy(update={"state": State.DONE}))


def run(position: int, state: StepState, **fields: Any) -> Run:
    return Run(position=position, state=state, undo=(delete(),), **fields)


def test_a_running_change_shows_its_progress() -> None:
    running = change(state=State.RUNNING, plan=plan(delete("a"), delete("b")), runs=(run(0, StepState.DONE),))
    assert "Running* 1 of 2 steps" in words(running)


FAILED = Run(position=1, state=StepState.FAILED, error="No.")
DELETES = (delete("A"), delete("B"), delete("C"), delete("D"))
ADDS = (add(500), add(7), add(3, SegmentRef(name="Lapsed", id=uuid(9))))
CREATE = CreateSegment(segment=Naming(name="New"))
CREATED = Applied(created=SegmentRef(name="New", id=uuid(1)), undo=(delete(),))
FURTHER = "Undo takes back what was done."


@pytest.mark.parametrize(
    ("steps", "runs", "told"),
    [
        (DELETES, (), ["Nothing was changed."]),
        (DELETES, (FAILED.model_copy(update={"position": 0}),), ["No.", "Nothing was changed."]),
        (
            DELETES,
            (run(0, StepState.DONE), FAILED),
            [
                "No.",
                "Done: Delete the segment A (empty).",
                "Stopped at: Delete the segment B (empty).",
                "Not started: Delete the segment C (empty).",
                "Not started: Delete the segment D (empty).",
                FURTHER,
            ],
        ),
        (
            ADDS,
            (run(0, StepState.DONE), FAILED),
            [
                "No.",
                "Done: Add 500 shoppers to VIPs.",
                "Stopped at: Add 7 shoppers to VIPs.",
                "Not started: Add 3 shoppers to Lapsed.",
                f"Asking again does only what is left. {FURTHER}",
            ],
        ),
        (
            ADDS,
            (run(0, StepState.DONE), run(1, StepState.UNSURE, error="Perhaps.")),
            [
                "Perhaps.",
                "Done: Add 500 shoppers to VIPs.",
                "Stopped at: Add 7 shoppers to VIPs.",
                "Not started: Add 3 shoppers to Lapsed.",
                f"Asking again does only what is left. {FURTHER}",
            ],
        ),
        (
            (REGISTER, CreateProfiles(customers=("a@x.org",)), add(1)),
            (Run(position=0, state=StepState.DONE), FAILED),
            [
                "No.",
                "Done: Register a customer.",
                "Stopped at: Create 1 shopper profile.",
                "Not started: Add 1 shopper to VIPs.",
                "Asking again does only what is left.",
            ],
        ),
        (
            (CREATE, add(1), add(2)),
            (run(0, StepState.DONE, applied=CREATED), FAILED),
            [
                "No.",
                "Done: Create the segment New.",
                "Stopped at: Add 1 shopper to VIPs.",
                "Not started: Add 2 shoppers to VIPs.",
                FURTHER,
            ],
        ),
    ],
)
def test_a_failed_change_says_what_was_done_and_how_to_go_on(
    steps: tuple[AnyStep, ...], runs: tuple[Run, ...], told: list[str]
) -> None:
    assert results(change(state=State.FAILED, plan=plan(*steps), runs=runs)) == told


def test_a_failed_change_that_was_undone_gives_no_further_advice() -> None:
    runs = (run(0, StepState.DONE, applied=CREATED), FAILED)
    undone = change(state=State.FAILED, plan=plan(CREATE, add(1)), runs=runs, undone_by=43)
    assert results(undone) == [
        "No.",
        "Done: Create the segment New.",
        "Stopped at: Add 1 shopper to VIPs.",
        "Undone by change 43.",
    ]


def test_remarks_stand_on_the_card_whatever_its_state() -> None:
    remarks = ("1 shopper: Ada Byron (ada@example.com).", "In VIPs already: <!here>.")
    noted = change(plan=Plan(steps=(add(1),), remarks=remarks))
    for state in State:
        assert "1 shopper: Ada Byron. In VIPs already: <!here>." in words(noted.model_copy(update={"state": state}))


USE = PromotionUse(id=1, name="Sale", live=True, way="included")
RESTORE = CreateSegment(segment=Naming(name="VIPs"), restores=True, old_id="old", lost=(USE,))


@pytest.mark.parametrize(
    ("step", "state", "applied", "shown"),
    [
        (RESTORE, State.DONE, CREATED, ["Undo", "Point Promotions"]),
        (RESTORE, State.FAILED, CREATED, ["Undo", "Point Promotions"]),
        (RESTORE, State.RUNNING, CREATED, []),
        (RESTORE.model_copy(update={"lost": ()}), State.DONE, CREATED, ["Undo"]),
        (RESTORE.model_copy(update={"lost": None}), State.DONE, CREATED, ["Undo", "Point Promotions"]),
        (CREATE, State.DONE, CREATED, ["Undo"]),
        (RESTORE, State.FAILED, None, ["Try Again"]),
    ],
)
def test_promotions_can_be_repointed_only_where_they_lost_a_segment(
    step: AnyStep, state: State, applied: Applied | None, shown: list[str]
) -> None:
    ran = run(0, StepState.DONE if applied else StepState.FAILED, applied=applied)
    assert texts(change(state=state, plan=plan(step), runs=(ran,))) == shown


def test_what_ran_can_be_undone_from_its_card_until_it_was() -> None:
    done = change(state=State.DONE, runs=(run(0, StepState.DONE, applied=Applied(notes=("It has a new id.",))),))
    assert texts(done) == ["Undo"]
    assert "It has a new id." in words(done)
    undone = done.model_copy(update={"undone_by": 43})
    assert texts(undone) == []
    assert "Undone by change 43." in words(undone)


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (
            change(state=State.DONE, approvals=(BEN,)),
            "is done, approved by @UBEN: Delete the segment VIPs (empty).",
        ),
        (
            change(state=State.REJECTED, settled_by="UBEN", reason="Not now."),
            "was rejected by @UBEN: Delete the segment VIPs (empty). Reason: Not now.",
        ),
        (
            change(state=State.STALE, reason="No segment is called “VIP”. Did you mean “VIPs”?"),
            "is no longer possible: Delete the segment VIPs (empty). "
            "Reason: No segment is called “VIP”. Did you mean “VIPs”?",
        ),
        (
            change(state=State.FAILED, runs=(run(0, StepState.FAILED, error="No."),)),
            "failed: Delete the segment VIPs (empty). Reason: No.",
        ),
        (
            change(state=State.FAILED, runs=(run(0, StepState.UNSURE),)),
            "failed: Delete the segment VIPs (empty). Look at its card.",
        ),
    ],
)
def test_the_outcome_is_one_line_with_names_and_the_reason(found: Change, told: str) -> None:
    assert MENTION.sub(r"@\1", describe_outcome(found)) == f"Change 42 {told}"


def test_an_answer_is_drawn_part_by_part() -> None:
    parts = (
        Sentence("Type `x`."),
        Sentence("small <!here>", quiet=True),
        Sentence("its card", url="https://x.example"),
        Fields((("Id", "7"),)),
        Fields(()),
        Table("Nobody", ("A",), ()),
        Table("Rows", ("A",), (("a",),)),
        Offers(()),
        Offers((Offer("Edit", "segment edit x"),)),
    )
    drawn = answers.message(Answer("VIPs", parts)).blocks
    kinds = [block["type"] for block in drawn]
    assert kinds == ["rich_text", "rich_text", "context", "rich_text", "rich_text", "data_table", "actions"]
    assert drawn[0] == blocks.section([{"type": "text", "text": "VIPs", "style": {"bold": True}}])
    assert drawn[2] == blocks.context("small &lt;!here&gt;")
    assert drawn[-1]["elements"][0]["value"] == "segment edit x"


def test_an_answer_of_one_sentence_is_not_a_title() -> None:
    assert answers.message(Answer("Done.")).blocks == [blocks.section([{"type": "text", "text": "Done."}])]


@pytest.mark.parametrize(("count", "whole"), [(1, True), (2, True), (3, True), (15, True), (16, False)])
def test_a_card_says_where_the_rest_of_a_long_plan_is(count: int, whole: bool) -> None:
    long = change(plan=plan(*(delete(str(at)) for at in range(count))))
    assert ("`/change show 42` shows the whole of it." not in words(long)) is whole


@pytest.mark.parametrize(
    ("remarks", "whole"),
    [
        (("x" * 1500,), True),
        (("x" * 1501,), False),
        (("x",) * 15, True),
        (("x",) * 16, False),
    ],
)
def test_remarks_that_the_card_cuts_can_be_read_whole(remarks: tuple[str, ...], whole: bool) -> None:
    noted = change(plan=Plan(steps=(add(1),), remarks=remarks))
    assert ("`/change show 42` shows the whole of it." not in words(noted)) is whole


def shown(answer: Answer) -> str:
    """What is said, part by part, with mentions as people see them."""
    return " ".join(said({"blocks": answers.message(answer).blocks, "text": ""}).split())


def test_those_who_can_decide_are_named_until_they_did() -> None:
    waiting = change(state=State.WAITING, deciders=("UBEN", "UCLEO"))
    assert "can approve: <@UBEN>, <@UCLEO>" in words(waiting)
    assert "can approve: <@UCLEO>" in words(waiting.model_copy(update={"approvals": (BEN,)}))
    assert "can decide" not in words(waiting.model_copy(update={"state": State.DONE}))
    assert "can decide" not in words(change(state=State.WAITING))


def test_an_ended_change_shows_what_was_asked_for_at_first() -> None:
    first = "Delete the segment <Best> (9 shoppers)"
    over = change(state=State.DONE, asked=first)
    assert "Originally requested: Delete the segment &lt;Best&gt; (9 shoppers)" in words(over)
    for other in (
        over.model_copy(update={"state": State.WAITING}),
        over.model_copy(update={"asked": over.plan.headline}),
        change(state=State.DONE),
    ):
        assert "Asked for at first" not in words(other)


EMERGENCY = Emergency(actor="UEVE", reason="Wrong <price>.", at=NOW)


def test_an_emergency_stays_on_the_card_also_after_its_review() -> None:
    broken = change(state=State.DONE, emergency=EMERGENCY)
    told = " ".join(words(broken).split())
    assert "Emergency: @UEVE ran this without approval. Reason: Wrong <price>. /change review 42 once someone" in told
    reviewed = broken.model_copy(update={"emergency": EMERGENCY.model_copy(update={"reviewed_by": "UCLEO"})})
    assert "ran this without approval. Reason: Wrong <price>. Reviewed by @UCLEO ." in " ".join(words(reviewed).split())
    assert "without approval" not in words(change(state=State.DONE))


@pytest.mark.parametrize("state", [State.REJECTED, State.CANCELLED, State.EXPIRED, State.STALE])
def test_the_reason_of_what_was_not_done_stands_on_the_card(state: State) -> None:
    assert "Reason: Not now." in words(change(state=state, reason="Not now."))


@pytest.mark.parametrize(
    ("steps", "more"),
    [
        ((delete(),), []),
        (
            (delete("A"), delete("B").model_copy(update={"segment": SegmentRef(name="B", id=uuid(2))})),
            ["Leave Some Out"],
        ),
        ((add(1),), []),
        ((add(2),), ["Leave Some Out"]),
        ((CREATE,), []),
    ],
)
def test_some_can_be_taken_out_where_there_are_several(steps: tuple[AnyStep, ...], more: list[str]) -> None:
    waiting = change(state=State.WAITING, plan=plan(*steps))
    assert texts(waiting) == ["Delete Segment", "Reject", *more, "Details", "Edit"]


def test_what_runs_can_be_stopped_where_a_step_is_left() -> None:
    assert texts(change(state=State.RUNNING, plan=plan(delete("A"), delete("B")))) == ["Stop"]
    assert texts(change(state=State.RUNNING)) == []


def test_what_was_stopped_can_be_tried_again_and_undone() -> None:
    stopped = change(
        state=State.CANCELLED, plan=plan(add(1), add(2)), runs=(run(0, StepState.DONE),), settled_by="UBEN"
    )
    assert texts(stopped) == ["Try Again", "Undo"]
    assert ":warning: *Stopped* by <@UBEN>" in words(stopped)
    assert ":octagonal_sign: Cancelled" in words(change(state=State.CANCELLED))
    assert texts(change(state=State.CANCELLED)) == []


def test_a_reminder_says_until_when_and_who_can_decide() -> None:
    waiting = change(state=State.WAITING, deciders=("UBEN", "UCLEO"))
    assert shown(compose_reminder(waiting)) == (
        "Change 42 expires at 09:30 UTC, and no one has decided yet. @UBEN , @UCLEO can approve."
    )
    need = Need(approvals=2, why="needs 2 approvals")
    assert shown(compose_reminder(waiting.model_copy(update={"need": need, "approvals": (BEN,)}))) == (
        "Change 42 expires at 09:30 UTC, and 1 of 2 approved. @UCLEO can approve."
    )
    assert shown(compose_reminder(change())) == "Change 42 expires at 09:30 UTC, and no one has decided yet."


def test_a_late_write_is_told_to_whoever_can_approve() -> None:
    lost = (
        "A paused process of the bot lost change 42 while a write was on its way, and another one went on. "
        "The store may differ from the log. "
    )
    look = "Compare the store with /change show 42 ."
    assert shown(compose_late_write(change(deciders=("UBEN", "UCLEO")))) == f"{lost}@UBEN , @UCLEO {look}"
    assert shown(compose_late_write(change())) == f"{lost}{look}"


def test_approvers_hear_who_broke_the_glass_and_why() -> None:
    broken = change(emergency=EMERGENCY, card=Card(channel="C1", ts="1.0", url="https://slack.example/1"))
    assert shown(compose_broken_glass(broken)) == (
        "Change 42 runs without approval: Delete the segment VIPs (empty) "
        "Emergency: @UEVE ran this without approval. Reason: Wrong <price>. "
        "Look at it, then type /change review 42 . Open card"
    )
    renewed = broken.model_copy(update={"emergency": None, "card": None})
    assert shown(compose_broken_glass(renewed)).endswith(
        "It runs unapproved. Look at it, then type /change review 42 ."
    )


def test_a_waiting_card_links_to_the_others_that_touch_the_same() -> None:
    others = tuple(
        Beside(number=at, headline=f"Do {at}", url="https://x.example" if at == 1 else "") for at in range(1, 6)
    )
    waiting = change(state=State.WAITING, beside=others)
    told = words(waiting)
    assert "Also waiting for a decision on the same: change 1 : Do 1 change 2 : Do 2 change 3 : Do 3 2 more" in told
    assert "'url': 'https://x.example'" in str(render_card(waiting).blocks)
    assert "Also waiting" not in words(waiting.model_copy(update={"state": State.DONE}))
    assert "1 more" in words(waiting.model_copy(update={"beside": others[:4]}))
    assert "more" not in words(waiting.model_copy(update={"beside": others[:3]}))


def test_a_waiting_card_tells_when_others_run_that_are_approved_already() -> None:
    scheduled = Beside(number=1, headline="Do 1", runs_at=NOW)
    told = words(change(state=State.WAITING, beside=(scheduled, Beside(number=2, headline="Do 2"))))
    assert "Also waiting for a decision on the same: change 2 : Do 2 " in told
    assert f"Approved already, and to run later on the same: change 1 : Do 1, {NOW:%Y-%m-%d %H:%M} UTC" in told


def test_whatever_a_card_tells_it_names_no_address() -> None:
    who = "Ada Byron (ada@example.com)"
    told = change(
        state=State.FAILED,
        plan=Plan(steps=(delete(who), REGISTER), remarks=(f"In VIPs already: {who}.", "Not in: b@x.org"), named=who),
        reason=f"Ask {who}",
        asked=who,
        drift=(f"Was: {who}",),
        need=Need(approvals=1, why=who),
        emergency=Emergency(actor="UEVE", reason=who, at=NOW),
        beside=(Beside(number=1, headline=who),),
        runs=(Run(position=0, state=StepState.FAILED, error=f"No {who}", applied=Applied(notes=(who,))),),
    )
    for state in State:
        shown = render_card(told.model_copy(update={"state": state}))
        assert "@example.com" not in f"{shown}"
        assert "@x.org" not in f"{shown}"
        assert "Ada Byron" in words(told.model_copy(update={"state": state}))
        assert "`/change details 42` shows the emails, only to you." in words(told.model_copy(update={"state": state}))


def test_a_plan_of_up_to_three_thousand_letters_is_shown_whole() -> None:
    names = [f"{at} {'x' * 180}" for at in range(11)]
    steps = tuple(CreateSegment(segment=Naming(name=name)) for name in names)
    rendered = str(render_card(change(plan=Plan(steps=steps))).blocks)
    assert all(name in rendered for name in names)


def test_what_runs_later_says_when_and_can_be_stopped_until_then() -> None:
    due = NOW + timedelta(hours=48)
    when = f"{due:%Y-%m-%d %H:%M} UTC"
    waits, later = change(state=State.WAITING, due_at=due), change(state=State.APPROVED, due_at=due)
    assert f"runs {blocks.time(due)}" in words(waits)
    assert f"Approved, runs {blocks.time(due)}" in words(later)
    assert texts(later) == ["Stop"]
    assert when not in words(change(state=State.DONE, due_at=due))
    again = compose_drift(waits.model_copy(update={"deciders": ("UBEN",), "drift": ("Was: x",)}))
    needs = f"{mention('UANA')}: change 42 was to run {when}, and needs approval again first."
    asked = f"{needs} {mention('UBEN')} can approve."
    assert (again.title, again.parts) == (asked, (Sentence("Was: x"),))
    assert compose_drift(change(state=State.WAITING)).title == (
        f"{mention('UANA')}: change 42 should have run by now, and needs approval again first."
    )
