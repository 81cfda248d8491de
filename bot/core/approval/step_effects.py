"""The effects of a Step that ran on segments and shoppers: derived from its undo, or counted in the store if unsure."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Set
from typing import Any

from bot.bigcommerce import StoreError
from bot.core.approval.changes import Run, StepState
from bot.core.items import Item, ItemKey, item_key, texts
from bot.core.planning.steps import AnyStep, Applied
from bot.core.store_view.cached_shop import Shop


def effects(step: AnyStep, run: Run) -> dict[str, tuple[int, int]]:
    """Count the shoppers added to and removed from each segment, by its id.

    Shoppers whom the undo puts back were removed, and vice versa.
    """
    counts: defaultdict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for id_, inverse in movers(step, run):
        put_back, taken_out = inverse.moves
        added, removed = counts[id_]
        counts[id_] = (added + taken_out, removed + put_back)
    return dict(counts)


def moved(step: AnyStep, run: Run, shopper: Set[ItemKey], segment_ids: Collection[str]) -> bool | None:
    """Return whether a shopper, of these keys, came into a segment, of these ids (True), or went out (False).

    None: they stayed where they were, also if the store shows them unchanged by a Step that failed.
    """
    if not shopper.isdisjoint(map(item_key, run.left)):
        return None
    for id_, inverse in movers(step, run):
        if id_ in segment_ids and not shopper.isdisjoint(inverse.item_keys):
            return inverse.moves.removed > 0
    return None


def movers(step: AnyStep, run: Run) -> Iterator[tuple[str, AnyStep]]:
    """Yield the Steps of its undo that move shoppers, each with the segment."""
    for inverse in run.undo:
        if any(inverse.moves):
            # A segment that the undo creates again is the one that was deleted.
            yield (inverse.target and inverse.target.id) or step.segment_ids[0], inverse


def recorded(step: AnyStep, run: Run) -> dict[str, Any]:
    """Return what the log records of a Step that ran: the values before and after it, its effects, and its notes."""
    counts = effects(step, run)
    # After a crash, the undo that was saved first counts, not the one that was read when the step was applied again.
    applied = (run.applied or Applied()).model_copy(update={"undo": run.undo})
    before, after = step.before_and_after(applied, sum(map(sum, counts.values())))
    notes = {"notes": list(applied.notes)} if applied.notes else {}
    return {"before": before, "after": after, "effects": counts, **notes}


async def counted(step: AnyStep, run: Run, shop: Shop) -> dict[str, Any]:
    """Return what the log records of a Step whose outcome is unknown: ask the store.

    ``uncertain``: the store cannot tell. A Step that is done then counts as done in full, and any other has no effects.
    """
    is_done = run.state is StepState.DONE
    unknown = {**({"effects": effects(step, run)} if is_done else {}), "uncertain": True}
    if not step.in_requests and effects(step, run):
        return unknown
    try:
        confirmed = _without(run, await step.unapplied(shop))
    except StoreError:
        return unknown
    return recorded(step, confirmed) if is_done else {"effects": effects(step, confirmed)}


def _without(run: Run, unapplied: frozenset[Item]) -> Run:
    """Return ``run`` without these items in its undo. The stored run keeps them: lost requests may still run."""
    undo = tuple(filter(None, (inverse.without(unapplied) for inverse in run.undo)))
    return run.model_copy(update={"undo": undo})


def subjects(step: AnyStep, run: Run) -> tuple[str, ...]:
    """Return what the log entry is about: the segments of a Step that starts, everything touched by one that is done.

    For one that failed or is unsure, it is everything that the Step names (one batch). There may be 100,000 shoppers,
    so they are recorded only once.
    """
    if run.state is StepState.STARTED:
        return texts(map(Item.segment, step.segment_ids))
    return texts(_touched(step, run) if run.state is StepState.DONE else step.subjects)


def _touched(step: AnyStep, run: Run) -> tuple[Item, ...]:
    applied = run.applied
    created = (applied.created.item,) if applied and applied.created else ()
    customers = tuple(map(Item.customer, applied.customers.values())) if applied else ()
    others = [inverse for inverse in run.undo if not _is_about_the_same(inverse, step)]
    touched = (*step.subjects, *created, *customers, *(one for inverse in others for one in inverse.subjects))
    return tuple(dict.fromkeys(touched))


def _is_about_the_same(inverse: AnyStep, step: AnyStep) -> bool:
    """Return whether an undo adds nothing to what its Step is about: as a rule it is the same 500 shoppers."""
    return set(inverse.item_keys) <= set(step.item_keys) and set(inverse.segment_ids) <= set(step.segment_ids)
