"""Home tabs that were opened, which are due, and which changes touch which segments."""

import json
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from bot.core.approval.changes import Approval, Event, Run, StepState
from bot.core.planning.steps import Applied, SegmentRef
from bot.ledger.sqlite.home_tabs import HomeTab
from bot.ledger.sqlite.ledger import Ledger
from bot.ledger.sqlite.schema import FINISHED, migrations
from tests.core.samples import NOW, VIPS, add, change, delete, plan
from tests.ledger.planned import LATER, moved, planned

SECOND = timedelta(seconds=1)
LOYAL = SegmentRef(name="Loyal", id="6a8e0f62-0000-4000-8000-000000000002")
CREATED = Run(position=0, state=StepState.DONE, applied=Applied(created=LOYAL))
APPROVED = (Event.POST, Event.APPROVE)


@pytest.fixture
def other(path: Path, ledger: Ledger) -> Iterator[Ledger]:
    """The same file, opened by another process."""
    with closing(Ledger.open(path)) as opened:
        yield opened


async def due(ledger: Ledger, **times: Any) -> tuple[str, ...]:
    return await ledger.undrawn_homes(**({"since": NOW, "now": NOW} | times))


async def draw(ledger: Ledger, *users: str, shown: str = "x") -> None:
    """Draw these Home tabs, as far as they are free."""
    for user in users:
        tab = await ledger.claim_home(user, owner="one", now=NOW)
        assert tab
        await ledger.drew_home(replace(tab, drawn=tab.revision, shown=shown))
        await ledger.release_home(user, owner="one")


async def touching(ledger: Ledger, segment: SegmentRef) -> list[int]:
    return [one.number for one in await ledger.touching(segment.known_id, 9)]


# Which changes touch which segments


async def test_changes_of_a_segment_come_newest_first_and_no_more_than_asked_for(ledger: Ledger) -> None:
    for number in range(1, 4):
        await planned(ledger, str(number))
    await planned(ledger, "4", plan=plan(add(1, LOYAL)))
    assert [one.number for one in await ledger.touching(VIPS.known_id, 2)] == [3, 2]
    assert await touching(ledger, LOYAL) == [4]
    assert await ledger.touching("unknown", 9) == ()


async def test_a_plan_that_is_replaced_no_longer_touches_what_it_did(ledger: Ledger) -> None:
    found = await moved(ledger, await planned(ledger), Event.POST)
    await ledger.move(found, Event.REPLAN, at=NOW, update={"plan": plan(add(1, LOYAL))})
    assert (await touching(ledger, VIPS), await touching(ledger, LOYAL)) == ([], [1])
    (shown,) = await ledger.latest("all", "", 9)
    assert shown.headline == plan(add(1, LOYAL)).headline


async def test_a_change_touches_the_segment_that_it_created(ledger: Ledger) -> None:
    found = await moved(ledger, await planned(ledger), *APPROVED, Event.START)
    found = await ledger.record_run(found, CREATED, at=NOW, detail={})
    await ledger.record_run(found, CREATED, at=NOW, detail={})
    assert await touching(ledger, LOYAL) == [1]


def as_it_was_before(path: Path) -> sqlite3.Connection:
    """A ledger as the first release left it."""
    connection = sqlite3.connect(path, isolation_level=None)
    migrations.apply(Database(connection, execute_plugins=False), stop_before="0002_homes_and_segments")
    return connection


async def put_away(db: sqlite3.Connection, number: int, kept: str) -> None:
    body = change(number=number).model_dump_json(exclude={"number", "plan", "state", "revision", "runs"})
    db.execute(
        "INSERT INTO changes (number, state, revision, requester, expires_at, plan, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (number, "done", 1, "UANA", "2026-05-05T09:30:00.000+00:00", kept, body),
    )


async def test_an_older_file_learns_what_its_changes_touch(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    with closing(as_it_was_before(path)) as db:
        await put_away(db, 1, plan(delete(members=3)).model_dump_json())
        await put_away(db, 2, json.dumps({"steps": [{"kind": "of another time"}]}))
        for number, run in ((1, CREATED), (2, Run(position=0, state=StepState.STARTED))):
            db.execute("INSERT INTO runs VALUES (?, ?, ?)", (number, 0, run.model_dump_json()))
    with closing(Ledger.open(path)) as ledger:
        assert (await touching(ledger, VIPS), await touching(ledger, LOYAL)) == ([1], [1])
        headlines = [one.headline for one in await ledger.latest("all", "", 9)]
    assert headlines == [plan(delete(members=3)).headline]
    assert [one.getMessage().split(":")[0] for one in caplog.records] == ["Change 2 is left out of all lists"]


async def test_lists_do_not_read_what_100000_shoppers_are_called(ledger: Ledger, path: Path) -> None:
    made = await planned(ledger)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE changes SET plan = 'not even JSON'")
    (shown,) = await ledger.latest("all", "", 9)
    assert (shown.number, shown.headline, shown.need) == (1, made.plan.headline, made.need)


# What waits, and for whom


async def test_a_change_waits_for_everybody_but_its_requester_and_who_signed_it(ledger: Ledger) -> None:
    await planned(ledger, "1")
    late = await planned(ledger, "2", expires_at=NOW + timedelta(hours=30))
    signed = await planned(ledger, "3", expires_at=NOW + timedelta(hours=20))
    await moved(ledger, late, Event.POST)
    signed = await moved(ledger, signed, Event.POST)
    await ledger.move(signed, Event.SIGN, at=NOW, update={"approvals": (Approval(actor="UBEN", at=NOW),)})

    async def waiting(user: str) -> list[int]:
        return [one.number for one in await ledger.waiting_for(user)]

    assert await waiting("UANA") == []
    assert await waiting("UBEN") == [2]
    assert await waiting("UCLEO") == [3, 2]


async def test_of_what_i_asked_for_that_which_waits_comes_first(ledger: Ledger) -> None:
    await moved(ledger, await planned(ledger, "1"), Event.POST)
    await moved(ledger, await planned(ledger, "2"), Event.CANCEL)
    await planned(ledger, "3", requester="UBEN")
    await planned(ledger, "4")
    assert [one.number for one in await ledger.asked_for("UANA", 9)] == [1, 4, 2]
    assert [one.number for one in await ledger.asked_for("UANA", 1)] == [1]


# Home tabs


async def test_a_home_tab_is_due_when_opened_and_until_it_is_drawn(ledger: Ledger) -> None:
    assert await ledger.claim_home("UANA", owner="one", now=NOW) is None
    await ledger.opened("UANA", at=NOW)
    assert await due(ledger) == ("UANA",)
    await draw(ledger, "UANA")
    assert await due(ledger) == ()
    await ledger.opened("UANA", at=NOW)
    assert await due(ledger) == ("UANA",)
    assert await ledger.claim_home("UANA", owner="one", now=NOW) == HomeTab("UANA", revision=2, drawn=1, shown="")


async def test_who_opened_last_comes_first_and_who_did_long_ago_not_at_all(ledger: Ledger) -> None:
    for seconds, user in enumerate(("UANA", "UBEN", "UCLEO")):
        await ledger.opened(user, at=NOW + seconds * SECOND)
    assert await due(ledger) == ("UCLEO", "UBEN", "UANA")
    assert await due(ledger, since=NOW + SECOND) == ("UCLEO", "UBEN")


async def test_a_move_makes_those_due_whom_it_concerns(ledger: Ledger) -> None:
    for user in ("UANA", "UBEN"):
        await ledger.opened(user, at=NOW)

    async def concerned() -> set[str]:
        found = await due(ledger)
        await draw(ledger, *found)
        return set(found)

    assert await concerned() == {"UANA", "UBEN"}
    found = await planned(ledger, "1")
    assert await concerned() == {"UANA"}
    for event, whom in (
        (Event.POST, {"UANA", "UBEN"}),
        (Event.APPROVE, {"UANA", "UBEN"}),
        (Event.START, {"UANA"}),
        (Event.FINISH, {"UANA", "UBEN"}),
    ):
        found = await ledger.move(found, event, at=NOW)
        assert await concerned() == whom, event
    await moved(ledger, await planned(ledger, "2"), Event.CANCEL)
    assert await concerned() == {"UANA"}


async def test_a_step_that_ran_makes_nobody_due(ledger: Ledger) -> None:
    found = await moved(ledger, await planned(ledger), *APPROVED, Event.START)
    await ledger.opened("UANA", at=NOW)
    await draw(ledger, "UANA")
    await ledger.record_run(found, CREATED, at=NOW, detail={})
    assert await due(ledger) == ()


async def test_a_home_tab_is_drawn_by_one_process_at_a_time(ledger: Ledger, other: Ledger) -> None:
    await ledger.renew(owner="one", until=LATER)
    await ledger.opened("UANA", at=NOW)
    assert await ledger.claim_home("UANA", owner="one", now=NOW)
    assert await other.claim_home("UANA", owner="two", now=NOW) is None
    assert await due(other) == ()
    assert await due(other, now=LATER + SECOND) == ("UANA",)
    await other.release_home("UANA", owner="two")
    assert await other.claim_home("UANA", owner="two", now=NOW) is None
    await ledger.release_home("UANA", owner="one")
    assert await other.claim_home("UANA", owner="two", now=NOW)


async def test_a_move_during_a_drawing_leaves_the_tab_due(ledger: Ledger) -> None:
    await ledger.opened("UANA", at=NOW)
    tab = await ledger.claim_home("UANA", owner="one", now=NOW)
    assert tab
    await planned(ledger)
    await ledger.drew_home(replace(tab, drawn=tab.revision, shown="x"))
    await ledger.release_home("UANA", owner="one")
    assert await due(ledger) == ("UANA",)


async def test_who_is_forgotten_is_not_drawn_again(ledger: Ledger) -> None:
    await ledger.opened("UANA", at=NOW)
    await ledger.forget_home("UANA")
    await planned(ledger)
    assert await due(ledger) == ()


async def test_the_last_finish_counts_what_is_done_what_failed_and_what_was_stopped(ledger: Ledger) -> None:
    assert await ledger.last_finish() == 0
    for event in (Event.FINISH, Event.FAIL, Event.STOP):
        before = await ledger.last_finish()
        await moved(ledger, await planned(ledger, event.value), *APPROVED, Event.START, event)
        assert await ledger.last_finish() == max(entry.number for entry in ledger.entries()) > before


def test_the_last_finish_is_found_without_reading_the_log(path: Path, ledger: Ledger) -> None:
    with closing(sqlite3.connect(path)) as db:
        asked = f"SELECT max(number) FROM entries INDEXED BY entries_finished WHERE {FINISHED}"
        (told,) = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {asked}")]
    assert "entries_finished" in told
