from typing import Any

import pytest

from bot.core.answers import MENTION, Answer, Fields, Offer, Offers, Sentence, Table
from bot.core.changes import Approval, Change, Run, State, StepState
from bot.core.policy import Need
from bot.core.steps import Applied
from bot.slack import answers, blocks
from bot.slack.card import card, outcome
from tests.core.samples import NOW, change, delete, plan
from tests.harness import buttons, said

BEN = Approval(actor="UBEN", at=NOW)


def words(of: Change) -> str:
    return said({"blocks": card(of).blocks, "text": ""})


def texts(of: Change) -> list[str]:
    return buttons({"blocks": card(of).blocks})


def test_the_first_line_names_action_and_scope() -> None:
    message = card(change(plan=plan(delete(members=412))))
    assert message.blocks[0] == blocks.header("Delete the segment VIPs (412 shoppers)")
    assert message.text == "Change 42: Delete the segment VIPs (412 shoppers)"


def test_a_destructive_change_asks_in_red_with_its_verb_and_declines_plainly() -> None:
    approve, reject = card(change(state=State.WAITING, version=3)).blocks[-1]["elements"]
    assert (approve["text"]["text"], approve["style"], approve["value"]) == ("Delete Segment", "danger", "42.3")
    assert approve["confirm"]["confirm"]["text"] == "Delete Segment"
    assert (reject["text"]["text"], reject["value"], reject.keys() & {"style", "confirm"}) == ("Reject", "42.3", set())


def test_partial_approval_is_shown_with_names() -> None:
    need = Need(approvals=2, why="needs 2 approvals: deletes a segment")
    assert "0 of 2 approved" in words(change(state=State.WAITING, need=need))
    assert "1 of 2 approved: <@UBEN>" in words(change(state=State.WAITING, need=need, approvals=(BEN,)))


def test_a_plan_that_changed_shows_how_as_long_as_it_can_be_decided() -> None:
    drifted = change(state=State.WAITING, drift=("Was: a", "Now: b"))
    assert "so it needs approval again: Was: a Now: b" in words(drifted)
    assert "Was: a" not in words(drifted.model_copy(update={"state": State.DONE}))


def run(position: int, state: StepState, **fields: Any) -> Run:
    return Run(position=position, state=state, undo=(delete(),), **fields)


def test_a_running_change_shows_its_progress() -> None:
    running = change(state=State.RUNNING, plan=plan(delete("a"), delete("b")), runs=(run(0, StepState.DONE),))
    assert "Running* 1 of 2 steps" in words(running)


@pytest.mark.parametrize(
    ("runs", "told"),
    [
        ((), "3 further steps were not started. Nothing was changed."),
        ((run(0, StepState.FAILED, error="No."),), "No. 2 further steps were not started. Nothing was changed."),
        (
            (run(0, StepState.DONE), run(1, StepState.FAILED, error="No.")),
            "No. 1 further step was not started.",
        ),
    ],
)
def test_a_failed_change_says_what_was_not_done(runs: tuple[Run, ...], told: str) -> None:
    failed = change(state=State.FAILED, plan=plan(delete("a"), delete("b"), delete("c")), runs=runs)
    assert told in words(failed)
    assert ("Nothing was changed." in words(failed)) is ("Nothing" in told)


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
        (change(state=State.DONE, approvals=(BEN,)), "done, approved by @UBEN: Delete the segment VIPs (0 shoppers)."),
        (
            change(state=State.REJECTED, settled_by="UBEN", reason="Not now."),
            "rejected, by @UBEN: Delete the segment VIPs (0 shoppers). Not now.",
        ),
        (
            change(state=State.FAILED, runs=(run(0, StepState.FAILED, error="No."),)),
            "failed: Delete the segment VIPs (0 shoppers). No.",
        ),
        (
            change(state=State.FAILED, runs=(run(0, StepState.UNSURE),)),
            "failed: Delete the segment VIPs (0 shoppers). Look at its card.",
        ),
    ],
)
def test_the_outcome_is_one_line_with_names_and_the_reason(found: Change, told: str) -> None:
    assert MENTION.sub(r"@\1", outcome(found)) == f"Change 42 is {told}"


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
