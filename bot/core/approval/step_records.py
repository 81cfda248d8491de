"""What a Step that ran did to segments and shoppers: known from its way back, and counted where it is in doubt."""

from collections import defaultdict
from typing import Any

from bot.bigcommerce import StoreError
from bot.core.approval.changes import Run, StepState
from bot.core.items import Item, texts
from bot.core.planning.steps import AnyStep, Applied
from bot.core.store_view.shop import Shop


def effects(step: AnyStep, run: Run) -> dict[str, tuple[int, int]]:
    """Count the shoppers who came into and went out of each segment, by its id.

    Who is put back by undoing it was taken out, and the other way round.
    """
    moved: defaultdict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for back in run.undo:
        put_back, taken_out = back.moves
        if put_back or taken_out:
            # A segment that undoing creates again is the one that was deleted.
            id_ = (back.target and back.target.id) or step.segment_ids[0]
            added, removed = moved[id_]
            moved[id_] = (added + taken_out, removed + put_back)
    return dict(moved)


def recorded(step: AnyStep, run: Run) -> dict[str, Any]:
    """Return what the log says of a Step that ran: what was so before and afterwards, its effects, and its notes."""
    moved = effects(step, run)
    # After a crash the way back saved before stands, and not what was found when the step was carried out again.
    applied = (run.applied or Applied()).model_copy(update={"undo": run.undo})
    before, after = step.before_and_after(applied, sum(map(sum, moved.values())))
    notes = {"notes": list(applied.notes)} if applied.notes else {}
    return {"before": before, "after": after, "effects": moved, **notes}


async def counted(step: AnyStep, run: Run, shop: Shop) -> dict[str, Any]:
    """Return what the log says of a Step of which nobody knows how much was carried out: the store is asked.

    ``uncertain``: it cannot be told. Then a Step that is done counts as wholly done, and any other has no effects.
    """
    is_done = run.state is StepState.DONE
    unknown = {**({"effects": effects(step, run)} if is_done else {}), "uncertain": True}
    if not step.in_requests and effects(step, run):
        return unknown
    try:
        real = _without(run, await step.unapplied(shop))
    except StoreError:
        return unknown
    return recorded(step, real) if is_done else {"effects": effects(step, real)}


def _without(run: Run, unapplied: frozenset[Item]) -> Run:
    """Return ``run`` without these in its way back. The real one stays whole: lost requests may yet be done."""
    undo = tuple(filter(None, (back.without(unapplied) for back in run.undo)))
    return run.model_copy(update={"undo": undo})


def subjects(step: AnyStep, run: Run) -> tuple[str, ...]:
    """Return what the log says it is about: its segments where it starts; all whom it touched where it ran.

    One that failed, or may have run, is about whom its Step names: a batch. Whom it touched is said once, since there
    may be 100,000 of them.
    """
    if run.state is StepState.STARTED:
        return texts(map(Item.segment, step.segment_ids))
    return texts(_touched(step, run) if run.state is StepState.DONE else step.subjects)


def _touched(step: AnyStep, run: Run) -> tuple[Item, ...]:
    applied = run.applied
    made = (applied.created.item,) if applied and applied.created else ()
    customers = tuple(map(Item.customer, applied.customers.values())) if applied else ()
    touched = (*step.subjects, *made, *customers, *(one for back in run.undo for one in back.subjects))
    return tuple(dict.fromkeys(touched))
