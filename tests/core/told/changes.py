"""Changes in every state that their cards draw otherwise."""

from collections.abc import Iterator
from datetime import timedelta

from bot.core.answers import mention
from bot.core.approval.beside import Beside
from bot.core.approval.changes import Card, Change, Emergency, Run, State, StepState
from bot.core.approval.covering import Covered
from bot.core.approval.need import Approval, Need, Requirement
from bot.core.people import Place
from bot.core.planning.steps import (
    Applied,
    CreateCustomer,
    CreateSegment,
    FollowRule,
    Naming,
    RemoveMembers,
    SegmentRef,
)
from bot.core.segment_rules.followed import RUN, Followed
from bot.core.segment_rules.rule import NeverOrdered
from bot.core.store_view.cached_shop import PromotionUse
from tests.core.samples import NOW, VIPS, add, change, delete, plan, uuid

BEN, CLEO = Approval(actor="UBEN", at=NOW), Approval(actor="UCLEO", at=NOW, counts_for=(1,))
TWO = Need(approvals=2, why="needs 2 approvals: deletes <a> segment")
RULES = Need(
    approvals=1,
    why="needs approvals under 2 rules: removes shoppers and adds shoppers",
    requirements=(
        Requirement(approvals=1, why=f"removes <shoppers>, {'and so on ' * 30}", approvers=frozenset({"UCLEO"})),
        Requirement(approvals=1, why="adds shoppers", approvers=frozenset({"UBEN"})),
    ),
)
LONG = plan(add(500), add(500), add(500), add(380))
USES = (
    PromotionUse(id=7, name="Spring <Sale>", live=True, way="included"),
    PromotionUse(id=8, name="Welcome", live=False, way="excluded"),
)
TAKEN = RemoveMembers(segment=SegmentRef(name="VIPs", id=uuid(1)), profile_ids=tuple(map(uuid, range(30))), out_of=40)
RESTORES = CreateSegment(segment=Naming(name="VIPs"), restores=True, old_id=uuid(5), lost=USES)
NEW = SegmentRef(name="VIPs", id=uuid(6))
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def run(at: int, state: StepState = StepState.DONE, **others: object) -> Run:
    """A run of the step at this place, which can be undone."""
    return Run.model_validate({"position": at, "state": state, "undo": (delete(),), **others})


def waiting() -> Iterator[tuple[str, Change]]:
    """Changes that wait for people."""
    others = tuple(
        Beside(number=at, headline=f"Delete <{at}>", url="https://s.example/c" * (at % 2)) for at in range(9)
    )
    many = tuple(delete(f"Club {at}", members=at) for at in range(40))
    base = change(state=State.WAITING)
    yield "waiting", base
    yield (
        "waiting, of the second version",
        change(
            state=State.WAITING, version=2, drift=("Was: 1 shopper.", "Now: 2 shoppers."), deciders=("UBEN", "UCLEO")
        ),
    )
    yield "half approved", change(state=State.WAITING, need=TWO, approvals=(BEN,), deciders=("UBEN", "UCLEO"))
    yield "approved by the last who may", change(state=State.WAITING, need=TWO, approvals=(BEN,), deciders=("UBEN",))
    yield (
        "under two rules",
        change(
            state=State.WAITING,
            need=RULES,
            approvals=(CLEO,),
            deciders=("UCLEO", "UBEN"),
            deciders_by_rule=(("UCLEO",), ("UBEN", "UDAN")),
        ),
    )
    yield (
        "under two rules, unsigned",
        change(state=State.WAITING, need=RULES, deciders=("UBEN",), deciders_by_rule=(("UCLEO",), ("UBEN",))),
    )
    yield "beside one", change(state=State.WAITING, beside=others[:1])
    yield "beside many", change(state=State.WAITING, beside=others)
    timed = tuple(one.model_copy(update={"runs_at": NOW}) for one in others[:2])
    yield "beside one that runs later, and others", change(state=State.WAITING, beside=(*timed, *others[2:4]))
    yield "beside as many as are named", change(state=State.WAITING, beside=others[:3])
    yield "of many steps", change(state=State.WAITING, plan=plan(*many))
    yield "of three steps", change(state=State.WAITING, plan=plan(*many[:3]))
    yield "of one very long name", change(state=State.WAITING, plan=plan(delete("x" * 160), add(3)))
    warned = (delete(members=3, promotions=USES), TAKEN)
    yield "with warnings", change(state=State.WAITING, plan=plan(*warned), place=Place(channel="C1", is_shell=True))
    remarked = plan(add(2)).model_copy(
        update={"remarks": ("Ada, ada@x.org.", *("Left out: 3 rows." for _ in range(30)))}
    )
    yield "with remarks", change(state=State.WAITING, plan=remarked)
    follows = FollowRule(segment=VIPS, after=Followed(rule=NeverOrdered(), words="never ordered, in <VIPs>"))
    moves = plan(follows, add(4)).model_copy(update={"size": 52}).titled("Let the segment VIPs follow a rule")
    yield "of a rule", change(state=State.WAITING, command="segment rule", verb="Start Rule", plan=moves)
    yield "of one item", change(state=State.WAITING, verb="Add Shoppers", plan=plan(add(1)))
    yield (
        "that registers",
        change(state=State.WAITING, plan=plan(CreateCustomer(email="ada@x.org", first_name="Ada", last_name="Byron"))),
    )


def covered() -> Iterator[tuple[str, Change]]:
    """Changes that the bot began itself, and that wait, or waited, since they are not covered after all."""
    moves = plan(add(4), TAKEN.model_copy(update={"promotions": USES})).model_copy(update={"size": 52})
    beyond = Covered(change=12, slot=NOW, lapse="5 may leave in 24 hours without asking (10% of 52)")
    waits = Need(approvals=1, why=f"needs 1 approval: {beyond.lapse}, and removes shoppers from a segment")
    held = change(
        state=State.WAITING,
        command=RUN,
        verb="Run Rule",
        plan=moves.titled("Run the rule of VIPs: 4 join, 30 leave"),
        need=waits,
        covered_by=beyond,
        deciders=("UBEN",),
    )
    yield "a run of a rule, on hold", held
    yield "a run of a rule, skipped", held.model_copy(update={"state": State.REJECTED, "settled_by": "UBEN"})
    yield "a run of a rule, run anyway", held.model_copy(update={"state": State.RUNNING, "approvals": (BEN,)})
    yield "something else, on hold", held.model_copy(update={"command": "change end", "verb": "End Addition"})


def running() -> Iterator[tuple[str, Change]]:
    """Changes on their way."""
    begun = (run(0), Run(position=1, state=StepState.STARTED))
    deletes = plan(delete("A"), delete("B"))
    yield "planned", change()
    yield "approved", change(state=State.APPROVED, approvals=(BEN,))
    yield "behind another", change(state=State.APPROVED, approvals=(BEN,), behind=41)
    yield "without approval", change(state=State.APPROVED, need=Need(approvals=0, why="needs no approval"))
    yield "running", change(state=State.RUNNING, plan=deletes, runs=begun, approvals=(BEN,))
    yield "running its only step", change(state=State.RUNNING)
    yield "running and stopped", change(state=State.RUNNING, plan=deletes, runs=begun, stopped_by="UCLEO")
    for rate in (0.0, 0.99, 1.0, 25.4, 3000.0):
        yield f"long, {rate} a second", change(state=State.RUNNING, plan=LONG, runs=begun, per_second=rate)
    unapproved = Emergency(actor="UCLEO", reason="Black Friday.", at=NOW)
    yield "in an emergency", change(state=State.RUNNING, emergency=unapproved)


def ended() -> Iterator[tuple[str, Change]]:
    """Changes that have ended."""
    later = {"updated_at": NOW + HOUR, "started_at": NOW + MINUTE}
    reviewed = Emergency(actor="UCLEO", reason="x" * 700, at=NOW, reviewed_by="UBEN")
    deletes, failed = plan(delete("A"), delete("B"), delete("C")), Run(position=1, state=StepState.FAILED, error="No.")
    yield "done", change(state=State.DONE, runs=(run(0, applied=Applied(notes=("2 were there.",))),), approvals=(BEN,))
    yield "done, otherwise than asked", change(state=State.DONE, asked="Delete <A>", settled_by="UBEN", **later)
    yield "done, as asked", change(state=State.DONE, asked="Delete the segment VIPs (empty)")
    yield "done and undone", change(state=State.DONE, runs=(run(0),), undone_by=50)
    yield "done, reviewed", change(state=State.DONE, emergency=reviewed, card=Card(channel="C1", ts="1.2"))
    yield "done, long", change(state=State.DONE, plan=LONG, runs=tuple(map(run, range(4))), **later)
    orphaned = plan(delete(promotions=USES))
    yield "done with orphans", change(state=State.DONE, plan=orphaned, runs=(run(0),))
    restored = run(0, applied=Applied(created=NEW))
    yield "restored with orphans", change(state=State.DONE, plan=plan(RESTORES), runs=(restored,))
    yield "failed at once", change(state=State.FAILED, plan=deletes, runs=(failed.model_copy(update={"position": 0}),))
    yield "failed on its way", change(state=State.FAILED, plan=deletes, runs=(run(0), failed))
    adds = plan(add(2), add(3), add(4))
    yield "failed, can be asked again", change(state=State.FAILED, plan=adds, runs=(run(0), failed), reason="Away.")
    created = run(0, applied=Applied(created=NEW, notes=("Created.", "Created.")))
    yield "failed after creating", change(state=State.FAILED, plan=adds, runs=(created, failed))
    unsure = run(1, StepState.UNSURE, error="Perhaps.")
    yield "unsure", change(state=State.FAILED, plan=adds, runs=(run(0), unsure))
    refused = {
        "state": StepState.FAILED,
        "error": "2 were refused.",
        "left": adds.steps[1].items[:2],
        "others_go_on": True,
    }
    partly = (run(0), Run.model_validate({"position": 1, **refused}), run(2))
    yield "partly done", change(state=State.FAILED, plan=adds, runs=partly, **later)
    yield "stopped", change(state=State.CANCELLED, plan=adds, runs=(run(0),), settled_by="UANA")
    yield "cancelled before it ran", change(state=State.CANCELLED, reason=f"Asked by {mention('UCLEO')}.")
    for state in (State.REJECTED, State.WITHDRAWN, State.EXPIRED, State.STALE, State.CLOSED):
        yield state.value, change(state=state, settled_by="UBEN", reason="Why not?", approvals=(BEN,))


def every() -> Iterator[tuple[str, Change]]:
    """All of them."""
    yield from waiting()
    yield from covered()
    yield from running()
    yield from ended()
