"""What whoever watches the bot reads from its ledger and its process when they ask, and nobody pays for otherwise."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.bigcommerce import Reader
from bot.core.summary.summary_run import SummaryState
from bot.engine.engine import Engine
from bot.ledger.ledger import Ledger

SETTLED = "settled"
"""The state of each change that is not open any more, whatever became of it: the log says that."""
MONTH = timedelta(days=30)
"""How far back a summary is looked for."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LedgerReadings:
    """What the ledger says. Ages are in seconds; None is what is not there yet."""

    changes: Mapping[str, int]
    undelivered: int
    chain_height: int
    head_age: float | None
    summary_age: float | None


@dataclass(frozen=True)
class Readings:
    """One reading. ``ledger``: None while that cannot be read; ``quota_left``: None until the store has said it."""

    invocations_waiting: int
    ledger: LedgerReadings | None
    quota_left: int | None
    places: int
    living: int


async def read(engine: Engine, store: Reader) -> Readings:
    """Read everything: a few look-ups by an index each, however long the log is."""
    share = engine.process.share
    ledger = await _readable(engine)
    return Readings(engine.gate.unanswered, ledger, store.quota_left, share.usable, share.allotment.living)


async def _readable(engine: Engine) -> LedgerReadings | None:
    """Read what the ledger says; None while it cannot be read: what the process knows by itself is told still."""
    try:
        return await _of_ledger(engine)
    except Exception as error:  # noqa: BLE001 - whatever it is, whoever watches is told the rest
        log.warning("The ledger cannot be read for the metrics: %s", error)
        return None


async def _of_ledger(engine: Engine) -> LedgerReadings:
    ledger, now = engine.process.ledger, engine.process.clock()
    height, _ = await ledger.audit.head()
    return LedgerReadings(
        changes=await _changes(ledger),
        undelivered=await _undelivered(engine),
        chain_height=height,
        head_age=_age(await _last_entry(ledger, height), now),
        summary_age=_age(await _last_summary(ledger, now), now),
    )


def _age(at: datetime | None, now: datetime) -> float | None:
    return (now - at) / timedelta(seconds=1) if at else None


async def _last_entry(ledger: Ledger, height: int) -> datetime | None:
    return datetime.fromisoformat((await ledger.audit.entry(height)).at) if height else None


async def _changes(ledger: Ledger) -> dict[str, int]:
    """Return how many changes are in each open state, and how many in any other."""
    by_state, settled = await ledger.changes.by_state()
    return {str(state): changes for state, changes in by_state.items()} | {SETTLED: settled}


async def _undelivered(engine: Engine) -> int:
    """Return how many cards, outcomes, notices and answers are due to people and not delivered yet."""
    changes = engine.process.ledger.changes
    due = await changes.outdated_cards(), await changes.unreported_outcomes(), await changes.notices()
    return sum(map(len, due)) + engine.answering.replies.late.waiting


async def _last_summary(ledger: Ledger, now: datetime) -> datetime | None:
    """Return when the latest summary that is in the channel was begun."""
    run = await ledger.summaries.previous(date.max)
    while run and run.state is SummaryState.FAILED and now - run.first_at < MONTH:
        run = await ledger.summaries.previous(run.day)
    return run.first_at if run and run.state is SummaryState.POSTED else None
