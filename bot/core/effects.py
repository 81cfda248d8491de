"""What a Step that ran did to segments and shoppers, told from its way back. Pure."""

from collections import defaultdict
from typing import Any

from bot.core.changes import Run, StepState
from bot.core.entries import segment_subject, shopper_subject
from bot.core.steps import AddMembers, AnyStep, Applied, RemoveMembers


def effects(step: AnyStep, run: Run) -> dict[str, tuple[int, int]]:
    """How many shoppers came into and went out of each segment, by its id.

    Who is put back by undoing it was taken out, and the other way round.
    """
    moved: defaultdict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for back in run.undo:
        if isinstance(back, AddMembers | RemoveMembers):
            # A segment that undoing creates again is the one that was deleted.
            id_ = back.segment.id or step.segment_ids[0]
            added, removed = moved[id_]
            is_added = isinstance(back, RemoveMembers)
            moved[id_] = (added + back.shoppers, removed) if is_added else (added, removed + back.shoppers)
    return dict(moved)


def recorded(step: AnyStep, run: Run) -> dict[str, Any]:
    """What the log says about a Step that ran: what was so before and afterwards, and its effects."""
    moved = effects(step, run)
    before, after = step.before_and_after(run.applied or Applied(), sum(map(sum, moved.values())))
    return {"before": before, "after": after, "effects": moved}


def subjects(step: AnyStep, run: Run) -> tuple[str, ...]:
    """What the log says it is about: its segments where it starts; all whom it touched where it ran.

    One that failed, or may have run, is about whom its Step names: a batch. Whom it touched is said once, since there
    may be 100,000 of them.
    """
    if run.state is StepState.STARTED:
        return tuple(map(segment_subject, step.segment_ids))
    return _touched(step, run) if run.state is StepState.DONE else step.subjects


def _touched(step: AnyStep, run: Run) -> tuple[str, ...]:
    applied = run.applied
    made = (segment_subject(applied.created.known_id),) if applied and applied.created else ()
    customers = tuple(map(shopper_subject, applied.customers.values())) if applied else ()
    touched = (*step.subjects, *made, *customers, *(one for back in run.undo for one in back.subjects))
    return tuple(dict.fromkeys(touched))
