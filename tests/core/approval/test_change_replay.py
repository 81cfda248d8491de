"""The life of a change, replayed from its sealed entries: what they cannot have said is refused."""

from typing import Any

import pytest

from bot.core.approval.change_replay import BrokenLife, Life, SealedRun, replay
from bot.core.approval.changes import State
from bot.core.audit.entries import RecordedEntry

Said = tuple[str, str, dict[str, Any]]
PLANNED: Said = ("planned", "planned", {"sealed": {"fingerprint": "f1", "plan": "p1", "approvals": 2, "row": "r"}})
UNTOLD: Said = ("planned", "planned", {"fingerprint": "f1"})
"""What it needs is not told: it needs an approval."""
POST: Said = ("post", "waiting", {})
START: Said = ("start", "running", {})


def sign(kind: str = "sign", version: int = 1, fingerprint: str = "f1", **sealed: Any) -> Said:
    detail = {"version": version, "fingerprint": fingerprint, **({"sealed": sealed} if sealed else {})}
    return kind, "approved" if kind == "approve" else "waiting", detail


def entries(*said: Said | tuple[str, Said]) -> list[RecordedEntry]:
    """Entries of one change; before one may stand who it is by."""
    made = []
    for number, one in enumerate(said, 1):
        actor, (kind, outcome, detail) = one if len(one) == 2 else ("UANA" if number == 1 else "", one)
        subjects = ("segment:v", "customer:1")
        made.append(RecordedEntry(kind, actor, outcome=outcome, detail=detail, number=number, subjects=subjects))
    return made


def life(*said: Said | tuple[str, Said]) -> Life:
    return replay(entries(*said))


APPROVED = (PLANNED, POST, ("UBEN", sign()), ("UCLEO", sign("approve")))


def test_a_life_tells_plan_approvals_state_and_runs() -> None:
    step = ("step done", "done", {"step": 1, "sealed": {"run": "d"}})
    told = life(*APPROVED, START, step, ("UBEN", ("stop asked", "running", {})))
    assert (told.requester, told.state, told.version, told.fingerprint) == ("UANA", State.RUNNING, 1, "f1")
    assert (told.wanted, told.approvals, told.plan, told.row) == (2, ("UBEN", "UCLEO"), "p1", "r")
    assert (told.runs, told.stopped_by, told.segments) == ({1: SealedRun("done", "d")}, "UBEN", frozenset({"v"}))


def test_a_new_plan_is_a_version_without_approvals() -> None:
    renewed = {"fingerprint": "f2", "version": 2, "sealed": {"plan": "p2", "approvals": 1, "row": "s", "revision": 4}}
    told = life(PLANNED, POST, ("UBEN", sign()), ("narrow", "waiting", renewed))
    assert (told.version, told.fingerprint, told.plan, told.wanted) == (2, "f2", "p2", 1)
    assert (told.approvals, told.revision) == ((), 4)


@pytest.mark.parametrize(
    ("need", "wanted"), [("needs 2 approvals: x", 2), ("needs no approval", 0), ("needs 1 approval: y", 1), ("", None)]
)
def test_entries_of_earlier_versions_tell_the_need_in_words(need: str, wanted: int | None) -> None:
    told = life(("planned", "planned", {"fingerprint": "f", "need": need}))
    assert (told.wanted, told.fingerprint, told.row, told.plan) == (wanted, "f", "", "")
    assert life(PLANNED).revision == told.revision == 0


def test_a_life_that_began_in_an_archive_is_not_whole() -> None:
    told = life(("UBEN", sign("approve", sealed=1, row="r")), START, ("step done", "done", {}))
    assert (told.is_whole, told.state, told.row) == (False, State.RUNNING, "r")
    assert not replay([]).is_whole


def test_the_glass_lets_a_change_run_without_approvals() -> None:
    told = life(PLANNED, POST, ("UHEAD", ("break glass", "approved", {"version": 1, "fingerprint": "f1"})), START)
    assert (told.state, told.breaker, told.approvals) == (State.RUNNING, "UHEAD", ())


def test_a_new_plan_is_not_the_one_for_which_the_glass_was_broken() -> None:
    broken = (PLANNED, POST, ("UHEAD", ("break glass", "approved", {"version": 1, "fingerprint": "f1"})))
    renewed = (*broken, ("replan", "waiting", {"fingerprint": "f2", "version": 2, "sealed": {"approvals": 2}}))
    assert life(*renewed).breaker == ""
    with pytest.raises(BrokenLife, match="was approved in entry 5 without the approvals that it needs"):
        life(*renewed, ("UBEN", sign("approve", version=2, fingerprint="f2")))


def test_what_contradicted_its_life_is_held_to_what_it_was_then() -> None:
    sealed = {"plan": "q", "requester": "UEVE", "stopped_by": "UBEN", "runs": {"0": ["done", "d"]}, "row": "s"}
    told = life(PLANNED, POST, ("contradict", "cancelled", {"sealed": sealed}))
    assert (told.state, told.plan, told.requester, told.row) == (State.CANCELLED, "q", "UEVE", "s")
    assert (told.stopped_by, told.runs) == ("UBEN", {0: SealedRun("done", "d")})


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ((PLANNED, START), "cannot have moved as entry 2 says: start after planned"),
        ((PLANNED, ("post", "approved", {})), "cannot have moved as entry 2 says"),
        ((PLANNED, POST, ("UBEN", sign("approve"))), "was approved in entry 3 without the approvals that it needs"),
        ((UNTOLD, POST, ("UBEN", sign("approve", signed=[]))), "was approved in entry 3 without the approvals"),
        ((PLANNED, ("clear", "approved", {})), "was approved in entry 2 without the approvals that it needs"),
        ((PLANNED, POST, ("UBEN", sign(version=2))), "was approved in entry 3 with another plan than the log has"),
        ((PLANNED, POST, ("UBEN", sign(fingerprint="f2"))), "with another plan than the log has"),
        ((PLANNED, POST, ("UANA", sign())), "by someone whose approval does not count"),
        ((PLANNED, POST, ("UBEN", sign()), ("UBEN", sign("approve"))), "by someone whose approval does not count"),
        ((PLANNED, POST, ("", sign())), "by someone whose approval does not count"),
        ((PLANNED, POST, ("UBEN", sign("approve", signed=["UBEN", "UEVE"]))), "has an approval in entry 3 that no one"),
        ((PLANNED, POST, ("step done", "done", {})), "has a step in entry 3, and did not run then"),
    ],
)
def test_a_life_that_no_change_can_have_is_broken(said: tuple[Said, ...], why: str) -> None:
    with pytest.raises(BrokenLife, match=why):
        life(*said)
