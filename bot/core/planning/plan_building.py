"""How a Plan is built of Steps, for the store as it is now."""

from collections import Counter
from collections.abc import Iterable

from bot.core.errors import Impossible, NothingToDo
from bot.core.kept_lists import fetch_lists
from bot.core.language.phrases import people
from bot.core.planning.plan import KNOWN, Person, Plan, naming
from bot.core.planning.promotion_effects import promotion_effects
from bot.core.planning.steps import AnyStep, Gone
from bot.core.store_view.cached_shop import Shop


async def build_plan(
    steps: tuple[AnyStep, ...],
    shop: Shop,
    *,
    undoes: int | None = None,
    remarks: tuple[str, ...] = (),
    who: tuple[Person, ...] = (),
    is_retry: bool = False,
) -> Plan:
    """Build the Plan of these Steps for the store's current state, without those that have nothing left to do.

    ``who`` are the shoppers that it is about: one is named in its headline, of several the first in a remark. An undo
    restores what it can; anything that cannot be restored becomes a remark. ``is_retry``: some of it may be done
    already. Raises Impossible.
    """
    skipped: list[Impossible] = []
    refreshed: list[AnyStep] = []
    spared: list[str] = []
    for step in steps:
        await fetch_lists(step)
        try:
            rest, told = (step, ()) if undoes is None else await step.sparing(shop)
            spared += told
            refreshed.append(await rest.refreshed(shop))
        except NothingToDo as error:
            skipped.append(error)
        except Gone as error:
            if undoes is None:
                raise
            skipped.append(error)
    if undoes is not None or is_retry:
        refreshed, departed = await _without_departed(refreshed, shop)
        skipped += departed
    if not refreshed:
        raise skipped[0]
    not_restored = dict.fromkeys((*spared, *map(str, skipped))) if undoes else ()
    names = naming(who, len(who), (*remarks, *not_restored))
    effects = await promotion_effects(refreshed, shop)
    return Plan(steps=tuple(refreshed), undoes=undoes, people=who[:KNOWN], effects=effects, **names)


async def _without_departed(steps: Iterable[AnyStep], shop: Shop) -> tuple[list[AnyStep], list[NothingToDo]]:
    """Take the shoppers who have left out of the steps of an undo or a retry; return how many left each segment.

    Shoppers who left by other means are neither removed by this change nor put back if it is undone in turn.
    """
    remaining: list[AnyStep] = []
    counts: Counter[str] = Counter()
    for step in steps:
        await fetch_lists(step)
        departed = await step.departed(shop)
        if step.target:
            counts[step.target.name] += len(departed)
        reduced = step.without(departed)
        remaining += [reduced] if reduced else []
    return remaining, [
        NothingToDo(f"{people(count)} left {name} meanwhile.") for name, count in counts.items() if count
    ]
