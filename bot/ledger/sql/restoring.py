"""Closes what is open in a restored ledger: nobody can tell what became of it since the backup was made."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from bot.core.approval.changes import Change, Event, Run, StepState
from bot.core.approval.step_effects import subjects
from bot.core.audit.entries import Entry, EntryKind
from bot.core.audit.hash_chain import Verification
from bot.ledger.ledger import Ledger
from bot.ledger.ports.audit_file import NotCopied, RestoredLedger
from bot.ledger.sql.database import Database
from bot.ledger.sql.ledger import ledger_on

WAS_OPEN = (
    "A backup was restored in which this was still open. What became of it since is not known: look at the store, "
    "then ask again."
)
WAS_RUNNING = "A backup was restored in which this step had begun: it may have been carried out."
UNANSWERED = "A backup was restored in which this was not answered yet."


async def close_restored(database: Database, name: str, *, clock: Callable[[], datetime]) -> RestoredLedger:
    """Close what is open in a ledger that was just put in its place, while no bot lives on it. ``name``: for people.

    Killed, it goes on with what is left when it is called again. Raises NotCopied and NotRecorded.
    """
    ledger = ledger_on(database)
    await _refuse_while_used(database, name, clock)
    copied = await _verified(ledger)
    await _refuse_while_used(database, name, clock)  # one may have started meanwhile: a long log takes minutes
    closed = await close_all(ledger, {"database": name}, copied, clock())
    whole = await _verified(ledger)
    return RestoredLedger(whole.entries, whole.head, closed)


async def _refuse_while_used(database: Database, name: str, clock: Callable[[], datetime]) -> None:
    await database.compare_clocks()
    if await ledger_on(database).leases.living(clock() + database.clock_ahead):
        raise NotCopied(f"A bot uses {name}. Stop it, wait for a minute, and type this again.")


async def _verified(ledger: Ledger) -> Verification:
    result = await ledger.audit.verify()
    if not result.holds:
        raise NotCopied(f"The log is not intact: restore another backup. {result.fault}")
    return result


async def close_all(ledger: Ledger, backup: Mapping[str, str], copied: Verification, at: datetime) -> tuple[int, ...]:
    """Record that this is a restored copy, and close what is open in it. Return the numbers of the changes.

    ``backup``: what it was restored from, in the entry's words.
    """
    await ledger.leases.forget_silent(at + timedelta(days=1))  # no process lives on a copy
    count = await ledger.changes.count("pending", "")
    numbers = tuple(sorted(brief.number for brief in await ledger.changes.latest("pending", "", count)))
    detail = {**backup, "entries": copied.archived + copied.entries, "head": copied.head, "changes": list(numbers)}
    await ledger.audit.append(Entry(EntryKind.RESTORED, detail=detail, outcome="restored"), at=at)
    for number in numbers:
        await _close(ledger, await ledger.changes.load(number), at)
    for invocation, _ in await ledger.invocations.claim_abandoned(owner="", now=at):
        settle_at_once = ledger.invocations.settle_at_once
        await settle_at_once(invocation, EntryKind.REFUSED, at=at, detail={"reason": UNANSWERED})
    return numbers


async def _close(ledger: Ledger, change: Change, at: datetime) -> None:
    for run in change.runs:
        if run.state is StepState.STARTED:
            change = await _leave_unsure(ledger, change, run, at)
    await ledger.changes.move(change, Event.RESTORE, at=at, detail={"reason": WAS_OPEN}, update={"reason": WAS_OPEN})


async def _leave_unsure(ledger: Ledger, change: Change, run: Run, at: datetime) -> Change:
    step = change.plan.steps[run.position]
    unsure = run.model_copy(update={"state": StepState.UNSURE, "error": WAS_RUNNING})
    detail = {"kind": step.kind, "told": step.describe(step.shoppers), "result": WAS_RUNNING, "uncertain": True}
    return await ledger.changes.save_run(change, unsure, at=at, detail=detail, subjects=subjects(step, unsure))
