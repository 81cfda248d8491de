"""A second look at what an approved Step goes by, after a pause: the store may not be as people saw it."""

from collections.abc import Iterable

from bot.core.errors import Impossible, NothingToDo
from bot.core.items import ItemKey
from bot.core.kept_lists import BY_DIGEST
from bot.core.language.phrases import counted, sentence
from bot.core.planning.drift import drift
from bot.core.planning.plan import Plan
from bot.core.planning.steps import AnyStep
from bot.core.store_view.cached_shop import Shop

_BESIDE = {"out_of", "reach"}
"""What is shown, but does not change what is done: as in a Plan's fingerprint."""
_COUNTED = {"memberships"}
"""What is compared shopper by shopper, in the undo, once a Step may have been carried out in part."""


class Drifted(Impossible):
    """The store is not as it was when a Step was approved, and the Step was not run: people have to look again."""

    def __init__(self, differences: Iterable[str]) -> None:
        before = "The store changed after this was approved, so it was not done."
        asked = "“Try Again” plans what is left anew, and asks for approval."
        super().__init__(" ".join((before, *differences, asked)), for_log=before)


async def look_again(step: AnyStep, shop: Shop, saved: tuple[AnyStep, ...] | None) -> tuple[AnyStep, ...]:
    """Return the undo of this Step, read again. Raises Drifted, or another Impossible, where the store differs.

    ``saved``: the undo with which it began, if it may have been carried out since. What it may have done itself is no
    difference then, and that undo stays: nobody knows who else may have done it.
    """
    if saved is not None and step.in_requests:
        await _refuse_more(step, shop, saved)
        return saved
    now = await step.refreshed(shop)
    if _shown(now) != _shown(step):
        raise Drifted(map(sentence, await drift(Plan(steps=(step,)), Plan(steps=(now,)))))
    if settled := await step.settled(shop):
        raise Drifted([f"Someone else has seen to {counted(len(settled), 'item')} of it."])
    return await step.inverse(shop.reader)


async def _refuse_more(step: AnyStep, shop: Shop, saved: tuple[AnyStep, ...]) -> None:
    """Raise Drifted if the rest of a Step does anything that it would not have done when it began."""
    try:
        now = await step.refreshed(shop)
    except NothingToDo:
        return
    rest = step.without(set(step.items) - set(now.items))
    if rest is None or _shown(now, _COUNTED) != _shown(rest, _COUNTED):
        raise Drifted(map(sentence, await drift(Plan(steps=(step,)), Plan(steps=(now,)))))
    still = now.without(await now.departed(shop))
    if more := _moved(await still.inverse(shop.reader) if still else ()) - _moved(saved):
        raise Drifted([f"It would take {counted(len(more), 'membership')} more with it."])


def _shown(step: AnyStep, beside: set[str] | None = None) -> str:
    return step.model_dump_json(exclude=_BESIDE | (beside or set()), context=BY_DIGEST)


def _moved(undo: tuple[AnyStep, ...]) -> frozenset[tuple[str, str, ItemKey]]:
    """Return whom an undo moves, and where."""
    return frozenset((one.kind, one.target.name if one.target else "", key) for one in undo for key in one.item_keys)
