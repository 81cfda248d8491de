"""Daily summaries of days that differ in what is told of them."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from bot.core.approval.brief import Brief
from bot.core.approval.changes import State
from bot.core.approval.need import Need
from bot.core.store_view.orphaned_promotions import Orphan
from bot.core.summary.history import Effect, Size
from bot.core.summary.message import compose
from bot.core.summary.summary import Summary
from bot.slack.answers import message
from tests.core.samples import change, delete, plan
from tests.core.summary.days import snapshot, summary
from tests.core.told.changes import BEN, TWO

LOYAL, EMPTY = Size("b", "Loyal", 20), Size("e", "E", 0)
BEFORE = (Size("a", "VIPs", 10), LOYAL, Size("c", "Gone", 3), Size("d", "Old name", 4), EMPTY)
AFTER = (Size("a", "VIPs", 15), Size("b", "Loyal", 12), Size("n", "New <one>", 7), Size("d", "New name", 4), EMPTY)
CLUBS = {f"Club {at}": at for at in range(14)}
EFFECTS = {"a": Effect(6, 0), "b": Effect(0, 2)}


def _brief(number: int, hours: int, **fields: Any) -> Brief:
    made = change(number=number, plan=plan(delete("x" * 200)), **fields)
    return Brief.of(made.model_copy(update={"created_at": snapshot().at - timedelta(hours=hours)}))


def _summaries() -> Iterator[tuple[str, Summary]]:
    now, before, week = snapshot(0, AFTER), snapshot(1, BEFORE), snapshot(7, BEFORE[:2])
    yield "the first day", summary(now)
    yield "an empty shop", summary(snapshot())
    yield "a day like the one before", summary(now, snapshot(1, AFTER))
    yield "a day", summary(now, before, effects=EFFECTS)
    yield "a day after a gap, and a week", summary(now, snapshot(3, BEFORE), week, effects=EFFECTS)
    yield "a week that was longer", summary(now, before, snapshot(9, BEFORE))
    yield "many movers", summary(snapshot(0, CLUBS), snapshot(1, dict.fromkeys(CLUBS, 5)))
    yield "many that are new", summary(snapshot(0, CLUBS), snapshot(1, {}))
    yield "many that are gone", summary(snapshot(0, {}), snapshot(1, CLUBS))
    yield "one that came", summary(snapshot(0, {"a": 0}), snapshot(1, {}))
    unneeded = Need(approvals=0, why="needs no approval")
    ended = (
        _brief(1, 3, state=State.DONE, approvals=(BEN,)),
        _brief(2, 3, state=State.FAILED, need=unneeded),
        _brief(3, 3, state=State.CANCELLED, need=TWO, approvals=(BEN,)),
        _brief(4, 3, state=State.DONE, need=TWO),
    )
    waiting = tuple(_brief(10 + at, 50 - 7 * at, state=State.WAITING) for at in range(8))
    yield "what ran and waits", summary(now, before, ended=ended, waiting=waiting, unreviewed=ended[:1])
    yield "what waits, of the most that are listed", summary(now, ended=ended, waiting=waiting[:6])
    orphans = (Orphan(name="Spring <Sale>", live=True), Orphan(name="Welcome", live=False))
    yield "orphans", summary(now, before, orphans=orphans, untold=tuple(range(1, 9)))
    yield "in doubt", summary(now, before, is_steady=False, is_certain=False)
    yield "in doubt of one", summary(now, before, is_certain=False)
    yield "the first day, in doubt", summary(now, is_steady=False)


def summaries() -> dict[str, Any]:
    """Draw every one."""
    drawn = {title: asdict(message(compose(one))) for title, one in _summaries()}
    return drawn | {"by hand": asdict(message(compose(summary(snapshot()), "UANA")))}
