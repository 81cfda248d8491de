"""The database in bad hours: nobody waits for it for long, nothing is told that is not so, nothing is written twice."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

import psycopg
import pytest

from bot.core.audit.entries import Entry, EntryKind
from bot.core.audit.seal_keys import SealKeys
from bot.core.errors import LedgerLost, NotRecorded
from bot.core.planning.plan import Plan
from bot.core.planning.steps import added
from bot.engine.process import Process
from bot.engine.tasks import Tasks
from bot.ledger.errors import UnusableLedger
from bot.ledger.postgres.connecting import connect, described, is_usable
from bot.ledger.postgres.database import READERS_APART, PostgresDatabase
from bot.ledger.postgres.ledger import open_postgres
from bot.ledger.postgres.outcomes import was_committed
from bot.ledger.postgres.storage_errors import reason
from bot.ledger.postgres.writer import BEGIN
from bot.ledger.sql.audit_log import append
from bot.ledger.sql.database import Connection
from bot.ledger.sql.ledger import ledger_on
from tests.core.samples import NOW, VIPS, uuid
from tests.ledger.planned import planned
from tests.ledger.postgres.wires import wire
from tests.postgres import BOT, ledger_database, own_database, superuser, url_of

WAITS_FOR_LISTS = "SELECT 1 FROM pg_locks WHERE relation = 'segment_bot.lists'::regclass AND NOT granted"
KEYS = SealKeys.parse("k" * 32)
HOURS = (-5, 0, 5)
"""How far a machine's clock may be ahead."""
UNREACHABLE = "postgresql://nobody@127.0.0.1:1/none"


@pytest.fixture
def name() -> Iterator[str]:
    with ledger_database() as made:
        yield made


@pytest.fixture
async def database(name: str) -> AsyncIterator[PostgresDatabase]:
    opened = PostgresDatabase.open(url_of(name, BOT))
    yield opened
    await opened.aclose()


def one(db: Connection) -> int:
    return append(db, Entry(EntryKind.ANSWERED), NOW)


async def count(database: PostgresDatabase) -> int:
    return int(await database.read(lambda db: db.execute("SELECT count(*) FROM entries").fetchone()[0]))


async def test_a_transaction_is_kept_whole_or_not_at_all(database: PostgresDatabase) -> None:
    def fail(db: Connection) -> None:
        one(db)
        raise ValueError

    assert await database.write(one) == 1
    with pytest.raises(ValueError):  # noqa: PT011 - its own
        await database.write(fail)
    assert await database.write(lambda db: (one(db), one(db))) == (2, 3)
    assert await count(database) == 3


async def test_an_error_that_is_passed_over_keeps_nothing(database: PostgresDatabase) -> None:
    def pass_over(db: Connection) -> None:
        one(db)
        with pytest.raises(psycopg.errors.UndefinedColumn):
            db.execute("SELECT nothing").fetchone()

    with pytest.raises(psycopg.errors.InFailedSqlTransaction):
        await database.write(pass_over)
    assert await count(database) == 0


def setting(name: str, db: Connection) -> str:
    told: str = db.execute(f"SHOW {name}").fetchone()[0]
    return told


async def test_locks_statements_and_sleepers_are_waited_for_as_long_as_was_said(name: str) -> None:
    database = PostgresDatabase.open(url_of(name, BOT), patience=0.25)
    limits = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
    told = [await database.read(partial(setting, one)) for one in limits]
    assert told == ["250ms", "500ms", "1250ms"]
    await database.aclose()


async def test_nothing_is_left_of_what_was_closed(name: str) -> None:
    before = set(threading.enumerate())
    database = PostgresDatabase.open(url_of(name, BOT))
    assert (await database.write(one), await count(database)) == (1, 1)
    database.close()
    assert set(threading.enumerate()) <= before


async def test_what_was_closed_is_opened_again(database: PostgresDatabase, name: str) -> None:
    assert (await database.write(one), await count(database)) == (1, 1)
    end_all(name)
    assert (await database.write(one), await count(database)) == (2, 2)


def test_a_connection_is_used_again_whatever_a_transaction_left(name: str) -> None:
    connection = connect(url_of(name, BOT), patience=None)
    assert is_usable(connection)
    connection.execute("BEGIN")
    assert is_usable(connection)
    with suppress(psycopg.Error):
        connection.execute("BEGIN; SELECT nothing")
    assert is_usable(connection)
    connection.close()
    assert not is_usable(connection)


def end_all(name: str) -> None:
    with superuser() as server:
        query = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s AND usename = %s"
        server.execute(query, (name, BOT))


async def test_who_is_cut_off_within_a_transaction_wrote_nothing(database: PostgresDatabase, name: str) -> None:
    def cut_off(db: Connection) -> None:
        one(db)
        end_all(name)

    with pytest.raises(NotRecorded, match="cannot be reached"):
        await database.write(cut_off)
    assert await count(database) == 0


@pytest.mark.parametrize(("loses", "kept"), [("answer", 1), ("commit", 0)])
async def test_a_commit_without_answer_is_asked_about(name: str, loses: str, kept: int) -> None:
    with wire(url_of(name, BOT)) as (cut, url):
        async with open_postgres(url) as ledger:
            cut.loses = loses
            written = asyncio.create_task(ledger.audit.append(Entry(EntryKind.ANSWERED), at=NOW))
            if kept:
                await written
            else:
                with pytest.raises(NotRecorded):
                    await written
            assert not cut.loses
            assert (await ledger.audit.head())[0] == kept


def test_a_commit_that_nobody_can_tell_of_stops_the_bot() -> None:
    def unreachable() -> psycopg.Connection[object]:
        raise psycopg.OperationalError

    with pytest.raises(LedgerLost, match="whether it was"):
        was_committed("5", unreachable, seconds=0.01, pause=0)  # type: ignore[arg-type]


def test_a_transaction_under_way_is_waited_for(name: str) -> None:
    def reader() -> psycopg.Connection[object]:
        asked.append(1)
        if len(asked) == 2:
            writer.execute("COMMIT")
        return connect(url_of(name), patience=None)

    asked: list[int] = []
    with connect(url_of(name), patience=None) as writer:
        writer.execute("BEGIN")
        (number,) = writer.execute("SELECT pg_current_xact_id()::text").fetchone() or ("",)
        assert was_committed(number, reader, pause=0)  # type: ignore[arg-type]
    assert len(asked) == 2


async def test_who_waits_for_another_writer_is_told_soon(name: str) -> None:
    impatient = PostgresDatabase.open(url_of(name, BOT), patience=0.05)
    with connect(url_of(name), patience=None) as other:
        other.execute(BEGIN)
        with pytest.raises(NotRecorded, match="another program holds the ledger"):
            await impatient.write(one)
        other.execute("ROLLBACK")
    assert await impatient.write(one) == 1
    await impatient.aclose()


async def test_what_takes_too_long_is_given_up_and_not_kept(name: str) -> None:
    begun, go_on = threading.Event(), threading.Event()
    impatient = PostgresDatabase.open(url_of(name, BOT), patience=0.1)

    def wait(db: Connection) -> int:
        begun.set()
        go_on.wait()
        return one(db)

    waiting = asyncio.create_task(impatient.write(wait))
    assert await asyncio.to_thread(begun.wait, 10)
    with pytest.raises(NotRecorded, match="took too long"):
        await impatient.write(one)
    with pytest.raises(NotRecorded, match="took too long"):
        await waiting
    go_on.set()
    assert await count(impatient) == 0
    await impatient.aclose()


async def test_who_stops_waiting_writes_nothing(database: PostgresDatabase) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def wait(db: Connection) -> int:
        begun.set()
        go_on.wait()
        return one(db)

    waiting = asyncio.create_task(database.write(wait))
    assert await asyncio.to_thread(begun.wait, 10)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    go_on.set()
    assert await database.write(one) == 1


async def test_long_reads_have_so_many_connections_and_others_wait(database: PostgresDatabase) -> None:
    all_read, go_on = threading.Barrier(READERS_APART + 1), threading.Event()
    reads = list[int]()

    def read(number: int, _: Connection) -> None:
        reads.append(number)
        if number < READERS_APART:
            all_read.wait(10)
            go_on.wait(10)

    reading = [asyncio.create_task(database.read_apart(partial(read, number))) for number in range(READERS_APART + 1)]
    await asyncio.to_thread(all_read.wait, 10)
    assert sorted(reads) == [*range(READERS_APART)]
    assert await database.write(one) == 1
    go_on.set()
    await asyncio.gather(*reading)
    assert reads[-1] == READERS_APART


async def test_a_server_that_is_not_there_is_told_in_words() -> None:
    database = PostgresDatabase(UNREACHABLE)
    for ask in (database.write(one), database.read(one), database.read_apart(one)):
        with pytest.raises(NotRecorded, match="the database cannot be reached"):
            await ask
    await database.aclose()
    with pytest.raises(UnusableLedger, match=r"127\.0\.0\.1"):
        open_postgres(UNREACHABLE)


async def test_a_standby_takes_nothing_and_is_left_again(name: str) -> None:
    with own_database() as made:
        database = PostgresDatabase.open(url_of(made, BOT))
        await database.write(one)
        with superuser(made) as server:
            server.execute(f"ALTER DATABASE {made} SET default_transaction_read_only = on")
            end_all(made)
            with pytest.raises(NotRecorded, match="may only be read"):
                await database.write(lambda db: db.execute("DELETE FROM asks"))
            server.execute(f"SET default_transaction_read_only = off; ALTER DATABASE {made} RESET ALL")
        assert await database.write(one) == 2
        await database.aclose()


async def test_a_database_that_forgot_an_entry_stops_the_bot(database: PostgresDatabase, name: str) -> None:
    await database.write(lambda db: (one(db), one(db)))
    with superuser(name) as server:
        server.execute("SET session_replication_role = replica; SET search_path = segment_bot")
        server.execute("DELETE FROM entries WHERE number = 2")
        server.execute("UPDATE tail SET (number, seal) = (SELECT number, seal FROM entries)")
    with pytest.raises(LedgerLost) as lost:
        await database.write(one)
    assert "no longer holds entry 2" in lost.value.for_operator
    async with open_postgres(url_of(name, BOT)) as ledger:
        assert (await ledger.audit.verify()).holds


async def test_a_database_that_holds_another_entry_in_its_place_stops_the_bot(
    database: PostgresDatabase, name: str
) -> None:
    """It was restored, and another bot wrote meanwhile: as many entries, and others."""
    await database.write(lambda db: (one(db), one(db)))
    with superuser(name) as server:
        server.execute("SET session_replication_role = replica; SET search_path = segment_bot")
        server.execute("UPDATE entries SET seal = repeat('f', 64) WHERE number = 2")
        server.execute("UPDATE tail SET seal = repeat('f', 64)")
    with pytest.raises(LedgerLost, match="forgot what it had on record") as caught:
        await database.write(one)
    assert caught.value.for_operator.startswith(
        "The database no longer holds entry 2 as it confirmed it; its last one is entry 2."
    )


async def test_tables_that_are_gone_stop_the_bot() -> None:
    with own_database() as made:
        database = PostgresDatabase.open(url_of(made, BOT))
        with superuser(made) as server:
            server.execute("DROP SCHEMA segment_bot CASCADE")
        for ask in (database.write(one), database.read(one)):
            with pytest.raises(LedgerLost, match="tables were removed"):
                await ask
        await database.aclose()


async def test_a_later_schema_stops_the_bot(database: PostgresDatabase, name: str) -> None:
    with superuser(name) as server:
        as_made = server.execute("SELECT version, oldest_writer FROM segment_bot.ledger_schema").fetchone()
        setting = "UPDATE segment_bot.ledger_schema SET version = %s, oldest_writer = %s"
        try:
            server.execute(setting, (99, 99))
            with pytest.raises(LedgerLost, match="too old"):
                await database.write(one)
        finally:
            server.execute(setting, as_made)


async def test_a_signed_ledger_needs_its_key(name: str) -> None:
    async with open_postgres(url_of(name, BOT), keys=KEYS) as ledger:
        await ledger.audit.append(Entry(EntryKind.ANSWERED), at=NOW)
        verified = await ledger.audit.verify()
        assert (verified.fault, "Entries from 1 on" in verified.signatures) == ("", True)
    with pytest.raises(UnusableLedger, match="SEAL_KEY"):
        open_postgres(url_of(name, BOT))


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        ("UPDATE entries SET actor = 'UEVE' WHERE number = 2", "the columns of entry 2 are not what its text says"),
        ("UPDATE entries SET previous = 'x' WHERE number = 2", "the columns of entry 2 are not what its text says"),
        ("UPDATE tail SET seal = 'x'", "the table tail does not hold the last entry"),
    ],
)
async def test_columns_beside_the_sealed_texts_are_verified(
    database: PostgresDatabase, name: str, edit: str, told: str
) -> None:
    await database.write(lambda db: [one(db) for _ in range(3)])
    with superuser(name) as server:
        server.execute("SET session_replication_role = replica; SET search_path = segment_bot")
        server.execute(edit)
    found = await ledger_on(database).audit.verify()
    assert told in found.fault


async def test_a_read_sees_one_moment(database: PostgresDatabase) -> None:
    def read(db: Connection) -> list[int]:
        query = "SELECT count(*) AS so_many FROM entries"
        before = db.execute(query).fetchone()["so_many"]
        other.write(one)
        return [before, db.execute(query).fetchone()[0]]

    class Other:
        """Writes from the reader's thread."""

        def write(self, write: object) -> None:
            asyncio.run_coroutine_threadsafe(database.write(one), loop).result()

    loop, other = asyncio.get_running_loop(), Other()
    assert await database.read(read) == [0, 0]
    assert await database.read_apart(read) == [1, 1]
    assert await database.read_apart(read, at_one_moment=False) == [2, 3]


async def test_long_results_come_piece_by_piece(database: PostgresDatabase) -> None:
    query = "SELECT number FROM entries ORDER BY number"
    await database.write(lambda db: [one(db) for _ in range(3)])
    assert await database.read(lambda db: next(db.stream(query))) == (1,)
    for at_one_moment in (True, False):
        found = await database.read_apart(lambda db: list(db.stream(query)), at_one_moment=at_one_moment)
        assert found == [(1,), (2,), (3,)]
    assert await database.write(lambda db: list(db.stream(query))) == [(1,), (2,), (3,)]


async def test_a_result_is_asked_for_within_its_transaction(database: PostgresDatabase) -> None:
    insert = "INSERT INTO lists VALUES ('a', '1')"
    late = await database.write(lambda db: db.execute(insert))
    with pytest.raises(RuntimeError, match="transaction was over"):
        assert late.rowcount == 1
    assert await database.read(lambda db: db.execute("SELECT count(*) FROM lists").fetchone()[0]) == 1


async def test_a_list_can_be_read_when_the_function_is_over(database: PostgresDatabase) -> None:
    db = await database.write(lambda db: (db.execute("INSERT INTO lists VALUES ('d', '[]')"), db.afterwards)[1])
    for _ in range(2):
        assert list(db.execute("SELECT body FROM lists WHERE digest = :digest", {"digest": "d"})) == [("[]",)]


async def test_the_event_loop_goes_on_while_lists_are_read(name: str) -> None:
    """The server takes its time: somebody holds the table. Whoever waits for a list keeps nobody else waiting."""
    ids = tuple(map(uuid, range(700)))
    async with open_postgres(url_of(name, BOT)) as ledger:
        plan = (await planned(ledger, plan=Plan(steps=added(VIPS, ids)))).plan
        found = (await ledger.changes.load(1)).plan
        with superuser(name) as other, superuser(name) as server:
            other.execute("BEGIN; LOCK TABLE segment_bot.lists IN ACCESS EXCLUSIVE MODE")
            looking = asyncio.create_task(found.item_keys())
            while server.execute(WAITS_FOR_LISTS).fetchone() is None:
                await asyncio.wait({looking}, timeout=0.01)
                assert not looking.done()
            other.execute("COMMIT")
        assert await looking == await plan.item_keys()


async def test_postgresql_looks_after_its_own_files(database: PostgresDatabase) -> None:
    await database.trim()
    assert await database.damage() == ""


def test_errors_are_told_in_words() -> None:
    for code, why in {
        "53100": "the disk is full",
        "53300": "the database takes no more connections",
        "28P01": "the database refuses the bot's role",
        "57P01": "the database cannot be reached",
        "57014": "the database took too long",
        "40P01": "another program holds the ledger",
        "XX001": "the ledger's database is damaged",
        "22012": "",
    }.items():
        assert reason(psycopg.errors.lookup(code)()) == why, code
    assert reason(psycopg.ProgrammingError()) == ""


async def test_it_is_known_how_many_rows_were_written(database: PostgresDatabase) -> None:
    await database.write(lambda db: db.executemany("INSERT INTO lists VALUES (?, ?)", [("a", "1"), ("b", "2")]))
    assert await database.write(lambda db: db.execute("DELETE FROM lists").rowcount) == 2
    assert await database.write(lambda db: db.execute("DELETE FROM lists").rowcount) == 0


async def test_who_is_cut_off_while_reading_reads_again(database: PostgresDatabase, name: str) -> None:
    await database.read(lambda _: end_all(name))
    assert await count(database) == 0


async def test_who_appends_beside_the_turn_is_refused(database: PostgresDatabase) -> None:
    def stray(db: Connection) -> None:
        one(db)
        db.execute("INSERT INTO entries (number, previous, body, seal) VALUES (1, 'x', '{}', 'y')")

    with pytest.raises(NotRecorded, match="another program holds the ledger"):
        await database.write(stray)


async def test_whole_numbers_stay_whole_numbers(database: PostgresDatabase) -> None:
    await database.write(lambda db: [one(db) for _ in range(3)])
    total = await database.read(lambda db: db.execute("SELECT sum(number) AS total FROM entries").fetchone()["total"])
    assert (total, type(total)) == (6, int)


def test_a_database_is_named_without_its_password() -> None:
    assert described("postgresql://bot:secret@db.example.com/ledger") == "ledger at db.example.com"
    assert described("postgresql:///ledger?host=@bots") == "ledger at @bots"


async def test_leases_are_judged_by_the_databases_clock(name: str) -> None:
    def process(owner: str, hours: int) -> Process:
        def clock() -> datetime:
            return datetime.now(UTC) + timedelta(hours=hours)

        ledger = ledger_on(PostgresDatabase(url_of(name, BOT), clock=clock))
        return Process(owner, clock, Tasks(), ledger)

    ahead, behind = process("ahead", 5), process("behind", -5)
    for one_after_the_other in (ahead, behind, ahead, behind):
        await one_after_the_other.renew()
    for one_of_them in (ahead, behind):
        assert abs(one_of_them.lease_time() - datetime.now(UTC)) < timedelta(seconds=5)
        leases = one_of_them.ledger.leases
        assert await leases.others_live(owner=one_of_them.owner, now=one_of_them.lease_time())
        await one_of_them.ledger.close()


@pytest.mark.parametrize("first", HOURS)
@pytest.mark.parametrize("then", HOURS)
async def test_whoever_starts_by_a_wrong_clock_or_whose_clock_is_set_takes_nothing_from_the_living(
    name: str, first: int, then: int
) -> None:
    hours = {"one": 0, "two": first}

    def process(owner: str) -> Process:
        def clock() -> datetime:
            return datetime.now(UTC) + timedelta(hours=hours[owner])

        return Process(owner, clock, Tasks(), ledger_on(PostgresDatabase(url_of(name, BOT), clock=clock)))

    one, two = process("one"), process("two")
    async with one.ledger, two.ledger:
        await planned(one.ledger)
        await one.renew()
        assert await one.claim(1, role="renderer")
        assert not await two.claim(1, role="renderer")
        for each in (two, one):
            hours[each.owner] = then
            assert not await two.claim(1, role="renderer")
            await each.live()
            assert not await two.claim(1, role="renderer")
        for each in (one, two):
            assert await each.ledger.leases.others_live(owner=each.owner, now=each.lease_time())


def test_now_stands_still_where_the_clock_goes_on(name: str) -> None:
    with connect(url_of(name), patience=None) as db:
        cursor = db.execute(BEGIN)
        cursor.nextset(), cursor.nextset()
        (*_, time) = cursor.fetchone() or (0,)
        later = db.execute("SELECT extract(epoch FROM now()) < %s, now() < transaction_timestamp()", (time,))
        assert later.fetchone() == (True, False)
