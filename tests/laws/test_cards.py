"""Laws over what people see: every card and every answer fits Slack, and no outside text has power in it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.answers import Answer, Fields, Offer, Offers, Sentence, Table, mention
from bot.core.approval.changes import Card, Change, Emergency, Run, State, StepState
from bot.core.approval.need import Approval, Need
from bot.core.approval.orphans import can_be_repointed
from bot.core.approval.run_progress import is_partly_done, shoppers_left
from bot.core.approval.shown_change import Shown
from bot.core.command import Call
from bot.core.planning.plan import Plan
from bot.core.planning.steps import AnyStep, Applied, DeleteSegment, SegmentRef
from bot.core.store_view.cached_shop import PromotionUse
from bot.core.understanding import understand
from bot.engine.approvers import NAMED
from bot.sandbox.workspace.block_kit.limits import faults_of
from bot.slack import answers
from bot.slack.action_ids import APPROVE, EDIT, REJECT, RUN_PATTERN, unpack_shown, unpack_words
from bot.slack.blocks import MESSAGE_TEXT
from bot.slack.card import render_card
from bot.slack.change_notices import (
    compose_broken_glass,
    compose_contradiction,
    compose_late_write,
    compose_outcome,
    compose_reminder,
)
from commands import GROUPS
from tests.core.samples import NOW, change, uuid
from tests.laws.steps import KINDS, planned
from tests.laws.values import FEW, HOSTILE, LAW, texts
from tests.stories.judge import unseen

steps: st.SearchStrategy[AnyStep] = st.one_of(*map(planned, KINDS))
people = st.sampled_from(("UANA", "UBEN", "UCLEO", "UEVE"))
restored = st.none() | st.builds(SegmentRef, name=texts, id=texts)
settlers = st.none() | st.just("UCLEO")
numbers = st.none() | st.integers(1, 99)
several = st.lists(texts, max_size=40).map(tuple)
emergencies = st.none() | st.builds(
    Emergency, actor=people, reason=texts, at=st.just(NOW), reviewed_by=st.none() | people
)
WAITING = ["Delete Segment", "Reject", "Leave Some Out", "Details", "Edit"]
_POWER = re.compile(r"<([^<>]*)>")
_OURS = re.compile(r"!date\^\d+\^\{date_short_pretty\} at \{time\}\|[\d: -]+ UTC|@U[A-Z]+")


def mrkdwn(value: Any) -> Iterator[str]:
    """Every text to which Slack gives power: mentions, links and formats."""
    if isinstance(value, list):
        for one in value:
            yield from mrkdwn(one)
    elif isinstance(value, dict):
        if value.get("type") == "mrkdwn":
            yield value["text"]
        for inner in value.values():
            yield from mrkdwn(inner)


def powerless(value: Any) -> bool:
    """Whether nothing but our own times and people mentions anybody or links anywhere, and all of it is seen."""
    assert not list(unseen(value))
    return all(_OURS.fullmatch(one) for text in mrkdwn(value) for one in _POWER.findall(text))


def fits(message: Any) -> bool:
    assert faults_of("message", message.blocks) == []
    assert 0 < len(message.text) <= MESSAGE_TEXT
    assert not list(unseen(message.text))
    return powerless(message.blocks) and all(_OURS.fullmatch(one) for one in _POWER.findall(message.text))


@st.composite
def changes(draw: st.DrawFn, state: State, count: int) -> Change:
    drawn = draw(st.lists(steps, min_size=min(count, 3), max_size=min(count, 3)))
    plan = Plan(steps=tuple((drawn * count)[:count]), undoes=draw(numbers), remarks=draw(several))
    applied = Applied(created=draw(restored), notes=(draw(texts),))
    runs = tuple(
        Run(
            position=at,
            state=draw(st.sampled_from(StepState)),
            undo=(step,),
            applied=applied,
            error=draw(texts),
            left=step.items[: draw(st.integers(0, 2))],
            others_go_on=draw(st.booleans()),
        )
        for at, step in enumerate(plan.steps[: draw(st.integers(0, min(count, 3)))])
    )
    return change(
        stopped_by=draw(st.just("") | people) if state is State.RUNNING else "",
        behind=draw(st.none() | numbers) if state is State.APPROVED else None,
        started_at=draw(st.none() | st.just(NOW)),
        state=state,
        plan=plan,
        runs=runs,
        need=Need(approvals=draw(st.integers(0, 2)), why=draw(texts)),
        approvals=(Approval(actor="UBEN", at=NOW),) * draw(st.integers(0, 2)),
        settled_by=draw(settlers),
        reason=draw(texts),
        version=draw(st.integers(1, 10**6)),
        deciders=tuple(draw(st.lists(people, max_size=NAMED))),
        emergency=draw(emergencies),
        asked=draw(texts),
        drift=draw(several),
        undone_by=draw(numbers),
        verb=draw(st.sampled_from(("Delete Segment", "x" * 24))),
        card=Card(channel="C1", ts="1.0", url=draw(st.sampled_from(("", "https://x.example")))),
    )


def elements(found: Change) -> list[dict[str, Any]]:
    """The card's buttons."""
    return [one for block in render_card(found).blocks if block["type"] == "actions" for one in block["elements"]]


@pytest.mark.parametrize("count", [1, 50, 51])
@pytest.mark.parametrize("state", State)
@given(data=st.data())
@FEW
def test_the_card_of_any_change_fits_slack(state: State, count: int, data: st.DataObject) -> None:
    found = data.draw(changes(state, count))
    assert fits(render_card(found))
    compose = (compose_reminder, compose_broken_glass, compose_late_write, compose_contradiction)
    composed = tuple(one(found) for one in compose)
    for told in (compose_outcome(found), *composed):
        assert fits(answers.message(told))
    stored = found.model_copy(update={"behind": None})  # that is found anew when it is loaded
    assert Change.model_validate_json(found.model_dump_json()) == stored


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("state", State)
@given(data=st.data())
@LAW
def test_a_card_has_exactly_the_buttons_of_what_can_happen_next(state: State, count: int, data: st.DataObject) -> None:
    found = data.draw(changes(state, count))
    follows = any(step.kind == "follow_rule" for step in found.plan.steps)
    possible = (
        (found.verb, state is State.WAITING),
        ("Reject", state is State.WAITING),
        ("Leave Some Out", state is State.WAITING and found.plan.has_several_items and not follows),
        ("Details", state is State.WAITING),
        ("Edit", state is State.WAITING),
        ("Stop", state is State.RUNNING and count > 1 and not found.stopped_by),
        (f"Try {shoppers_left(found):,} Again" if is_partly_done(found) else "Try Again", found.can_be_retried),
        ("Undo", found.can_be_undone),
        ("Point Promotions", can_be_repointed(found)),
    )
    shown = elements(found)
    assert [one["text"]["text"] for one in shown] == [label for label, is_possible in possible if is_possible]
    assert len({one["action_id"] for one in shown}) == len(shown)


@pytest.mark.parametrize("state", State)
@given(data=st.data())
@LAW
def test_each_button_carries_the_change_that_it_was_drawn_for(state: State, data: st.DataObject) -> None:
    found = data.draw(changes(state, 2))
    carried = Shown(number=42, version=found.version, nonce=found.nonce, fingerprint=found.plan.fingerprint[:16])
    for one in elements(found):
        if RUN_PATTERN.fullmatch(one["action_id"]):
            words, shown = unpack_words(one["value"])
            assert shown == carried
            call = understand(GROUPS, words)
            assert isinstance(call, Call)
            assert (call.command.group, call.values) == ("change", {"number": "42"})
        else:
            assert one["action_id"] in (APPROVE, REJECT, EDIT)
            assert unpack_shown(one["value"]) == carried


@given(st.lists(people, max_size=NAMED, unique=True), st.sets(people, max_size=2), st.sampled_from(State))
@LAW
def test_the_card_names_those_who_can_decide_and_did_not_yet(deciders: list[str], by: set[str], state: State) -> None:
    need, approvals = Need(approvals=2, why="needs 2"), tuple(Approval(actor=one, at=NOW) for one in sorted(by))
    found = change(state=state, need=need, deciders=tuple(deciders), approvals=approvals)
    told = [text for text in mrkdwn(render_card(found).blocks) if text.startswith("can approve: ")]
    left = ", ".join(f"<@{one}>" for one in deciders if one not in by)
    assert told == ([f"can approve: {left}"] if left and state is State.WAITING else [])


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: name[:10])
def test_a_card_with_too_much_of_everything_keeps_its_buttons(name: str) -> None:
    uses = tuple(PromotionUse(id=at, name=name, live=True, way="included") for at in range(40))
    deletes = tuple(
        DeleteSegment(segment=SegmentRef(name=f"{at} {name}", id=uuid(at)), members=9, promotions=uses)
        for at in range(50)
    )
    waiting = change(
        state=State.WAITING, plan=Plan(steps=deletes), drift=(name,) * 40, reason=name, need=Need(approvals=2, why=name)
    )
    drawn = render_card(waiting)
    assert fits(drawn)
    assert [one["text"]["text"] for one in elements(waiting)] == WAITING


@pytest.mark.parametrize("state", State)
def test_every_state_has_a_sign_of_its_own(state: State) -> None:
    def signs(of: State) -> list[str]:
        return [text for text in mrkdwn(render_card(change(state=of)).blocks) if text.startswith("*:")]

    assert len(signs(state)) == 1
    assert all(signs(other) != signs(state) for other in State if other is not state)


@pytest.mark.parametrize("state", State)
def test_only_a_waiting_change_has_buttons_that_decide(state: State) -> None:
    decide = "approve" in str(
        [block for block in render_card(change(state=state)).blocks if block["type"] == "actions"]
    )
    assert decide is (state is State.WAITING)


cells = st.one_of(texts, st.integers(0, 10**9), st.none(), st.just(mention("UBEN")))


@pytest.mark.parametrize("count", [0, 1, 50, 200, 1000])
@given(data=st.data())
@LAW
def test_an_answer_of_any_length_fits_slack(count: int, data: st.DataObject) -> None:
    row = tuple(data.draw(st.lists(cells, min_size=4, max_size=4)))
    pairs = tuple(data.draw(st.lists(st.tuples(st.sampled_from(("Id", "Promotions")), texts), max_size=6)))
    sentences = data.draw(
        st.lists(st.builds(Sentence, texts, st.booleans(), st.sampled_from(("", "https://x.example"))), max_size=20)
    )
    offers = tuple(data.draw(st.lists(st.builds(Offer, texts, texts), max_size=30)))
    answer = Answer(
        data.draw(texts),
        (Table("Rows", ("A", "B", "C", "D"), (row,) * count), Fields(pairs), *sentences, Offers(offers)),
    )
    message = answers.message(answer)
    assert fits(message)
    assert any(block["type"] == "actions" for block in message.blocks) is bool(offers)


@pytest.mark.parametrize("count", [201, 1000])
def test_rows_that_are_left_out_are_counted(count: int) -> None:
    drawn = answers.message(Answer("Rows", (Table("Rows", ("A",), (("x",),) * count),)))
    assert f"… and {count - 200} more." in str(drawn.blocks[-1])
