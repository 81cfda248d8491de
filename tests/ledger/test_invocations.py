"""What people ask for is recorded once, and answered once."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.core.approval.changes import Event, Run, StepState
from bot.core.audit.entries import Entry, EntryKind
from bot.core.errors import NotRecorded, TooLate
from bot.core.people import Place
from bot.ledger.ledger import Ledger
from bot.ledger.sql.database import statement
from bot.ledger.sql.invocations import QUIET_TURNS
from bot.ledger.sqlite.ledger import open_sqlite
from tests.core.samples import NOW, change, delete
from tests.ledger.planned import LATER, ask, asked, kinds
from tests.ledger.subject import Subject

APPROVED = (Event.POST, Event.APPROVE)
SECOND = timedelta(seconds=1)
STEP_RUN = Run(position=0, state=StepState.STARTED, undo=(delete(),))


async def test_the_same_delivery_is_recorded_once(ledger: Ledger, other: Ledger) -> None:
    assert await asked(ledger, "1")
    assert not await asked(other, "1", owner="two")
    assert await asked(other, "2", owner="two")
    assert await kinds(ledger) == ["asked", "asked"]


async def test_what_needs_no_planning_is_recorded_once(ledger: Ledger, other: Ledger) -> None:
    form = Entry(EntryKind.FORM, "UANA")
    assert await ledger.invocations.record_once("1", form, at=NOW)
    assert not await other.invocations.record_once("1", form, at=NOW)
    assert await other.invocations.record_once("2", None, at=NOW)
    assert not await ledger.invocations.record_once("2", form, at=NOW)
    assert await kinds(ledger) == ["form"]
    assert await ledger.invocations.claim_abandoned(owner="two", now=LATER + SECOND) == ()


async def test_invocations_that_arrive_together_are_each_recorded_once(ledger: Ledger) -> None:
    recorded = await asyncio.gather(asked(ledger, "1"), asked(ledger, "2"), asked(ledger, "1"))
    assert list(recorded) == [True, True, False]
    assert [entry.number for entry in await ledger.audit.entries()] == [1, 2]


async def test_an_invocation_that_cannot_be_stored_raises(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="surrogates not allowed"):
        await asked(ledger, "1", values={"name": "\ud800"})
    assert await asked(ledger, "2")
    assert await kinds(ledger) == ["asked"]


async def test_an_invocation_is_claimed_only_when_its_owner_is_gone(ledger: Ledger, other: Ledger) -> None:
    await asked(ledger, "b")
    await ledger.invocations.record(ask("a"), owner="one", at=NOW + SECOND, detail={})
    claim: dict[str, Any] = {"owner": "two"}
    await other.leases.renew(owner="two", until=LATER + timedelta(seconds=6), now=NOW)
    assert await other.invocations.claim_abandoned(now=LATER, **claim) == ()
    found = await other.invocations.claim_abandoned(now=LATER + SECOND, **claim)
    assert found == ((ask("b"), NOW), (ask("a"), NOW + SECOND))
    assert await other.invocations.claim_abandoned(now=LATER + SECOND, **claim) == ()


async def test_an_invocation_that_somebody_edited_keeps_no_other_from_being_claimed(
    ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    for one in ("a", "b", "c"):
        await asked(ledger, one)
    database: Any = ledger.storage
    await database.write(statement("UPDATE asks SET body = '{' WHERE id = 'b'"))
    claimed = await ledger.invocations.claim_abandoned(owner="two", now=LATER + SECOND)
    assert [one.id for one, _ in claimed] == ["a", "c"]
    assert "cannot be read as it is in the ledger" in caplog.text


async def test_an_invocation_is_found_by_its_id_while_it_waits(ledger: Ledger, other: Ledger) -> None:
    assert await ledger.invocations.waiting("1") is None
    await asked(ledger, "1")
    assert await other.invocations.waiting("1") == (ask("1"), NOW)
    assert await other.invocations.is_recorded("1")
    await ledger.invocations.settle(ask("1"), EntryKind.ANSWERED, at=NOW, detail={})
    assert await other.invocations.waiting("1") is None
    assert await other.invocations.is_recorded("1")
    assert not await other.invocations.is_recorded("2")


async def test_a_settled_invocation_cannot_be_claimed(ledger: Ledger) -> None:
    await asked(ledger, "1", values={"shoppers": ["ann@example.com"]})
    await ledger.invocations.settle(ask("1"), EntryKind.ANSWERED, at=NOW, detail={})
    assert await kinds(ledger) == ["asked", "answered"]
    assert await ledger.invocations.claim_abandoned(owner="two", now=LATER + SECOND) == ()


async def test_an_invocation_becomes_one_change_only(ledger: Ledger, other: Ledger) -> None:
    await asked(ledger, "1")
    made = await ledger.changes.create(ask("1"), change(), owner="one", detail={})
    assert made.number == 1
    with pytest.raises(TooLate, match=r"This was answered already."):
        await other.changes.create(ask("1"), change(), owner="two", detail={})
    assert len(await ledger.changes.latest("all", "", 9)) == 1
    assert await kinds(ledger) == ["asked", "planned"]


async def test_settled_deliveries_are_forgotten_after_a_while(ledger: Ledger) -> None:
    await asked(ledger, "1")
    await asked(ledger, "2")
    assert await ledger.invocations.settle(ask("1"), EntryKind.ANSWERED, at=NOW, detail={})
    assert not await ledger.invocations.settle(ask("1"), EntryKind.ANSWERED, at=NOW, detail={})
    await ledger.tidy(LATER + SECOND)
    assert (await asked(ledger, "1"), await asked(ledger, "2")) == (True, False)


async def test_answers_that_cannot_be_recorded_now_are_recorded_later(subject: Subject, ledger: Ledger) -> None:
    await asked(ledger, "1")
    await asked(ledger, "2")
    with subject.jammed(ledger):
        assert await ledger.invocations.settle(ask("1"), EntryKind.ANSWERED, at=NOW, detail={})
        with pytest.raises(NotRecorded):
            await ledger.invocations.settle_at_once(ask("1"), EntryKind.REFUSED, at=NOW, detail={})
        assert await ledger.invocations.settle(ask("2"), EntryKind.REFUSED, at=NOW, detail={})
        with pytest.raises(NotRecorded):
            await ledger.catch_up()
    await ledger.catch_up()
    await ledger.catch_up()
    assert await kinds(ledger) == ["asked", "asked", "answered", "refused"]


@pytest.mark.parametrize(("before", "shares"), [((), False), (("1",), False), (("1", "2"), True)])
async def test_only_who_comes_after_several_at_once_waits_for_others(
    tmp_path: Path, before: tuple[str, ...], *, shares: bool
) -> None:
    async with open_sqlite(tmp_path / "ledger.sqlite") as ledger:
        await asyncio.gather(*(asked(ledger, one) for one in before))
        first = asyncio.create_task(asked(ledger, "3"))
        await turns(QUIET_TURNS)
        later = asyncio.create_task(asked(ledger, "4"))
        await first
        assert await ledger.invocations.is_recorded("4") is shares
        await later


async def test_whoever_waits_for_others_does_not_wait_for_ever(tmp_path: Path) -> None:
    async with open_sqlite(tmp_path / "ledger.sqlite") as ledger:
        await asyncio.gather(asked(ledger, "1"), asked(ledger, "2"))
        first, others = asyncio.create_task(asked(ledger, "3")), list[asyncio.Task[bool]]()
        while not first.done() and len(others) < 20_000:
            others.append(asyncio.create_task(asked(ledger, f"later {len(others)}")))
            await turns(1)
        assert first.done()
        assert all(await asyncio.gather(*others))


async def turns(number: int) -> None:
    """Let the event loop go on so often."""
    for _ in range(number):
        await asyncio.sleep(0)


@pytest.mark.parametrize("kind", [EntryKind.ANSWERED, EntryKind.REFUSED])
async def test_what_was_answered_and_refused_says_where_it_was_asked(ledger: Ledger, kind: EntryKind) -> None:
    place = Place(channel="CSEGMENTS")
    await asked(ledger, "1", place=place)
    await ledger.invocations.settle(ask("1", place=place), kind, at=NOW, detail={})
    for entry in await ledger.audit.entries():
        assert (entry.actor, entry.channel, entry.command) == ("UANA", "CSEGMENTS", "segment delete")
