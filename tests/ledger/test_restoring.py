"""A ledger that was put in its place by the engine's own means: what is open in it is closed there."""

from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.core.approval.changes import Event, Run, State, StepState
from bot.ledger.ledger import Ledger
from bot.ledger.ports.audit_file import NotCopied, RestoredLedger
from bot.ledger.postgres.database import PostgresDatabase
from bot.ledger.postgres.writer import utc_now
from bot.ledger.sql.ledger import ledger_on
from bot.ledger.sql.restoring import UNANSWERED, WAS_OPEN, WAS_RUNNING, close_restored
from tests.core.samples import NOW
from tests.ledger.mortal import KilledError, Mortal
from tests.ledger.planned import asked, moved, planned, running
from tests.postgres import BOT, ledger_database, url_of

LATER = NOW + timedelta(hours=1)


async def with_open_changes(ledger: Ledger) -> None:
    """A change in each open state, a finished one, and a request that nobody answered."""
    await planned(ledger, "1")
    await moved(ledger, await planned(ledger, "2"), Event.POST)
    await moved(ledger, await planned(ledger, "3"), Event.POST, Event.APPROVE)
    begun = await running(ledger, "4")
    await ledger.changes.save_run(begun, Run(position=0, state=StepState.STARTED), at=NOW, detail={})
    await moved(ledger, await running(ledger, "5"), Event.FINISH)
    await asked(ledger, "6")


async def close(ledger: Ledger, database: Any = None) -> RestoredLedger:
    storage: Any = database or ledger.storage
    return await close_restored(storage, "the ledger", clock=lambda: LATER)


async def test_what_was_open_is_closed_and_the_log_says_so_and_holds(ledger: Ledger) -> None:
    await with_open_changes(ledger)
    entries, head = await ledger.audit.head()
    outcome = await close(ledger)
    assert outcome.closed == (1, 2, 3, 4)
    assert (outcome.entries, outcome.head) == await ledger.audit.head()
    changes = [await ledger.changes.load(number) for number in range(1, 6)]
    assert [(one.state, one.reason) for one in changes[:4]] == [(State.CLOSED, WAS_OPEN)] * 4
    assert (changes[4].state, [(one.state, one.error) for one in changes[3].runs]) == (
        State.DONE,
        [(StepState.UNSURE, WAS_RUNNING)],
    )
    added = [one for one in await ledger.audit.entries() if one.number > entries]
    assert [one.kind for one in added] == ["restored", *["restore"] * 3, "step unsure", "restore", "refused"]
    told = {"database": "the ledger", "entries": entries, "head": head, "changes": [1, 2, 3, 4]}
    assert (added[0].detail, added[-1].detail["reason"]) == (told, UNANSWERED)
    assert (await ledger.audit.verify(head)).witness == entries


async def test_nothing_of_it_is_run_or_answered_again(ledger: Ledger) -> None:
    await with_open_changes(ledger)
    await close(ledger)
    assert await ledger.changes.count("pending", "") == 0
    for state in State:
        if state not in (State.CLOSED, State.DONE):
            assert await ledger.leases.unattended(state, now=LATER) == ()
    assert await ledger.invocations.claim_abandoned(owner="two", now=LATER) == ()


async def test_closing_that_is_killed_is_finished_by_the_next(ledger: Ledger) -> None:
    await with_open_changes(ledger)
    kills = 0
    while True:
        try:
            outcome = await close(ledger, database=Mortal(ledger.storage, 4))
        except KilledError:
            kills += 1
        else:
            break
    assert kills > 1
    assert outcome.closed == ()
    assert await ledger.changes.count("pending", "") == 0
    assert await ledger.invocations.claim_abandoned(owner="two", now=LATER) == ()
    assert (await ledger.audit.verify()).holds


async def test_nothing_is_closed_while_a_bot_lives(ledger: Ledger) -> None:
    await with_open_changes(ledger)
    await ledger.leases.renew(owner="bot", until=LATER + timedelta(seconds=15), now=LATER)
    with pytest.raises(NotCopied, match=r"A bot uses the ledger\. Stop it, wait for a minute, and type this again"):
        await close(ledger)
    assert await ledger.changes.count("pending", "") == 4


async def test_nothing_is_closed_where_the_log_is_broken(ledger: Ledger) -> None:
    await with_open_changes(ledger)
    database: Any = ledger.storage
    await database.write(lambda db: db.execute("UPDATE changes SET requester = 'UEVE' WHERE number = 1"))
    with pytest.raises(NotCopied, match=r"The log is not intact: restore another backup\. .*hange 1"):
        await close(ledger)
    assert await ledger.changes.count("pending", "") == 4


@pytest.mark.parametrize("ahead", [-60, 60])
async def test_who_lives_is_judged_by_the_databases_clock(ahead: int) -> None:
    def clock() -> datetime:
        return utc_now() + timedelta(seconds=ahead)

    with ledger_database() as name, closing(PostgresDatabase(url_of(name, BOT), clock=clock)) as shell:
        leases, now = ledger_on(shell).leases, utc_now()
        await leases.renew(owner="bot", until=now + timedelta(seconds=15), now=now)
        with pytest.raises(NotCopied, match="A bot uses"):
            await close_restored(shell, "the ledger", clock=clock)
        await leases.resign(owner="bot")
        assert (await close_restored(shell, "the ledger", clock=clock)).closed == ()
