"""Changes that wait, for a decision or their time, and touch the same as another one, whose card names them.

Cards are drawn again when one comes or goes.
"""

import json
from collections.abc import Iterator

from bot.core.approval.beside import Beside
from bot.core.approval.changes import Change, State
from bot.core.items import texts
from bot.ledger.sql.database import Connection

UNDECIDED = (State.PLANNED, State.WAITING)
"""States in which a card names others: where people may still decide."""
REDRAWN = 5
"""How many cards are drawn again, the latest ones: where sixty wait for one segment, each move would draw sixty."""
_WAITING = """
    SELECT number, state, card_url, briefs.body AS brief FROM changes JOIN briefs ON briefs.change = number
    WHERE state IN ('waiting', 'approved') AND number <> ? ORDER BY number
"""


def others_beside(db: Connection, change: Change) -> tuple[Beside, ...]:
    """Return the others that wait, for a decision or their time, and touch or say the same; of one undecided."""
    return tuple(_beside(db, change)) if change.state in UNDECIDED else ()


def _beside(db: Connection, change: Change) -> Iterator[Beside]:
    own: tuple[frozenset[str], str] | None = None
    for number, state, url, body in db.execute(_WAITING, (change.number,)):
        own = own or (frozenset(texts(change.plan.things)), change.plan.headline)
        things, headline = own
        brief = json.loads(body)
        runs_at = brief.get("due_at") if state == State.APPROVED else None
        if state == State.APPROVED and runs_at is None:  # it begins now
            continue
        # What earlier versions stored has no things; its words have to do.
        if brief["headline"] == headline or not things.isdisjoint(brief.get("things", ())):
            yield Beside(number=number, headline=brief["headline"], url=url or "", runs_at=runs_at)


def outdate_cards_beside(db: Connection, before: Change, moved: Change) -> None:
    """Have the latest cards drawn again that name this change now, or do so no longer; older ones when they move.

    The caller holds the transaction.
    """
    came_or_went = (before.state is not moved.state) and (_is_to_come(before) or _is_to_come(moved))
    if came_or_went or moved.plan is not before.plan:
        plans = (before,) if moved.plan is before.plan else (before, moved)
        numbers = sorted({other.number for one in plans for other in _beside(db, one) if other.runs_at is None})
        db.executemany("UPDATE changes SET drawn = 0 WHERE number = ?", [(number,) for number in numbers[-REDRAWN:]])


def _is_to_come(change: Change) -> bool:
    """Return whether cards of others name it."""
    return change.state is State.WAITING or change.scheduled_for is not None
