"""Checks of what is on record: whatever engine keeps the ledger, it is opened only to be read."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import UTC, datetime, timedelta

from bot.core.audit.audit_reader import AuditFilter
from bot.core.language.phrases import and_list, counted
from bot.core.threads import in_thread
from bot.doctor.case import Case
from bot.doctor.findings import Check, Finding, NotChecked
from bot.doctor.ledger_engine import Engine
from bot.doctor.living_bots import look_at_bots
from bot.doctor.postgres_checks import POSTGRES
from bot.doctor.server_checks import SERVER_CHECKS
from bot.doctor.sqlite_checks import SQLITE, SQLITE_CHECKS
from bot.ledger.errors import UnusableLedger
from bot.ledger.ports.checkup import Checkup, Schema

LATE = timedelta(minutes=10)
"""How old what a message tells of may be: the bot tries again every five minutes at least."""
LONG = 600.0
"""Seconds for checks that read all of a ledger: a million entries take about half a minute."""
OWN_ENTRIES = 200
"""Entries in which the bot's workspace is looked for."""
_READABLE = (Schema.OLDER, Schema.CURRENT)
"""Whose log this version reads. Other tables may be missing from an older ledger."""
Look = Callable[[Case, Checkup], Awaitable[Sequence[Finding]]]


def _check(name: str, look: Look, *schemas: Schema) -> Check[Case]:
    """Return a check that looks into the ledger, if it has one of these schemas."""
    return Check(name, lambda case: look_into(case, look, *schemas), LONG)


def _engine(case: Case) -> Engine:
    return SQLITE if case.settings.ledger_file else POSTGRES


async def look_into(case: Case, look: Look, *schemas: Schema) -> Sequence[Finding]:
    """Look into the ledger in a thread of its own. Raises NotChecked unless it has one of these schemas."""
    return await _in_turn(case, lambda: _look(case, look, schemas))


async def _in_turn(case: Case, look: Callable[[], Coroutine[None, None, Sequence[Finding]]]) -> Sequence[Finding]:
    """Open the ledger in a thread of its own, which may read for long."""
    async with _engine(case).turn(case):
        return await in_thread(lambda: asyncio.run(look()))


async def _look(case: Case, look: Look, schemas: tuple[Schema, ...]) -> Sequence[Finding]:
    engine = _engine(case)
    try:
        with engine.opened(case) as checkup:
            if checkup.schema not in schemas:
                raise NotChecked(f"the ledger is not ready for it. {engine.schemas[checkup.schema].told}")
            return await look(case, checkup)
    except UnusableLedger as error:
        raise NotChecked(f"the ledger cannot be read ({error}).") from error


async def _pages(case: Case) -> Sequence[Finding]:
    """Look for damage; what cannot even be opened is no ledger."""
    return await _in_turn(case, lambda: _damage(case))


async def _damage(case: Case) -> Sequence[Finding]:
    engine = _engine(case)
    try:
        with engine.opened(case) as checkup:
            damage = await checkup.ledger.storage.damage()
            if damage:
                return (Finding(f"It is damaged ({damage}).", engine.damaged),)
            return (engine.schemas[checkup.schema],)
    except UnusableLedger as error:
        return (Finding(f"It cannot be read ({error}).", engine.unreadable(str(error))),)


async def _kind(_: Case, checkup: Checkup) -> Sequence[Finding]:
    if await checkup.archives.is_archive():
        return (Finding("It is an archive.", "Set DATABASE to the ledger: nothing may be added to an archive."),)
    return (Finding("It is a ledger."),)


async def _key(_: Case, checkup: Checkup) -> Sequence[Finding]:
    if checkup.key_fault:
        told = f"The bot cannot write to it: {checkup.key_fault}."
        return (
            Finding(told, "Set SEAL_KEY to the key that signed it; an old one stands behind the new, after a comma."),
        )
    return (Finding("It can be written with SEAL_KEY as it is."),)


async def _chain(case: Case, checkup: Checkup) -> Sequence[Finding]:
    if checkup.key_fault:
        raise NotChecked("SEAL_KEY lacks the key that signed it.")
    result = await checkup.archives.verify()
    if result.holds:
        return (Finding(f"As sealed: {counted(result.entries, 'entry', 'entries')}."),)
    if await checkup.ledger.storage.damage():
        raise NotChecked("the ledger is damaged.")
    return (Finding(result.fault, _engine(case).rewritten),)


async def _emergencies(_: Case, checkup: Checkup) -> Sequence[Finding]:
    numbers = [one.number for one in await checkup.ledger.history.unreviewed()]
    if numbers:
        changes = and_list([f"change {number}" for number in numbers])
        review = and_list([f"/change review {number}" for number in numbers])
        return (
            Finding(f"Run without approval, and not reviewed: {changes}.", f"In Slack, someone else types {review}."),
        )
    return (Finding("None waits for review."),)


async def _messages(case: Case, checkup: Checkup) -> Sequence[Finding]:
    changes, now = checkup.ledger.changes, case.machine.clock()
    waiting = [(number, f"a notice of change {number}") for number, _, _ in await changes.notices()]
    waiting += [(number, f"the card of change {number}") for number in await changes.outdated_cards()]
    waiting += [(number, f"the outcome of change {number}") for number in await changes.unreported_outcomes()]
    late = [what for number, what in waiting if await _last_move(checkup, number) < now - LATE]
    if not late:
        return (Finding("None is late."),)
    fix = (
        "Mend what is told here of Slack: the bot sends it again by itself."
        if await checkup.ledger.leases.living(case.lease_time())
        else "Start the bot: it sends them."
    )
    return (Finding(f"Slack did not get {and_list(list(dict.fromkeys(late)))}.", fix),)


async def _last_move(checkup: Checkup, number: int) -> datetime:
    """Return when a change moved last; the first time there is, where all that it did was archived."""
    entries = await checkup.ledger.audit.recent(AuditFilter(change=number), limit=1)
    return datetime.fromisoformat(entries[0].at) if entries else datetime.min.replace(tzinfo=UTC)


async def _workspace(case: Case) -> Sequence[Finding]:
    """Compare the workspace of the token with the one that the bot wrote its own entries for."""
    team = (await case.slack.signed_in()).team_id

    async def look(_: Case, checkup: Checkup) -> Sequence[Finding]:
        entries = await checkup.ledger.audit.recent(AuditFilter(), limit=OWN_ENTRIES)
        written_for = [one.workspace for one in entries if not one.actor and one.workspace]
        if written_for and team not in written_for:
            told = f"It was written for the workspace {written_for[0]}, and SLACK_BOT_TOKEN is of {team}."
            return (Finding(told, f"Set the tokens of that workspace, or DATABASE to {_engine(case).elsewhere}."),)
        return (Finding("It is of the token's workspace."),)

    return await look_into(case, look, *_READABLE)


LEDGER_CHECKS = (
    *SQLITE_CHECKS,
    *SERVER_CHECKS,
    Check("ledger", _pages, LONG),
    _check("ledger kind", _kind, *_READABLE),
    _check("ledger key", _key, *_READABLE),
    _check("ledger chain", _chain, *_READABLE),
    Check("ledger workspace", _workspace, LONG),
    _check("bots", look_at_bots, Schema.CURRENT),
    _check("emergencies", _emergencies, Schema.CURRENT),
    _check("messages", _messages, Schema.CURRENT),
)
