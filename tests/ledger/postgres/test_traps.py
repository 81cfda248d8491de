"""Each trap that PostgreSQL sets to a hash chain: what is sprung when it is built the obvious way, and not by ours."""

import asyncio
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from bot.core.audit.entries import Entry, EntryKind
from bot.core.audit.hash_chain import canonical
from bot.ledger.postgres.connecting import connect
from bot.ledger.postgres.database import PostgresDatabase
from bot.ledger.postgres.ledger import open_postgres
from bot.ledger.postgres.tables import FIRST
from bot.ledger.postgres.writer import BEGIN
from bot.ledger.sql.audit_log import append
from bot.ledger.sql.database import Connection
from tests.core.samples import NOW
from tests.postgres import BOT, ledger_database, own_database, superuser, url_of

READ = "SELECT number FROM entries ORDER BY number DESC LIMIT 1"
INSERT = "INSERT INTO entries (number, previous, body, seal) VALUES (%s, %s, '{}', %s)"
FORKING = {
    "no lock": ("BEGIN", READ),
    "lock and read in one statement": (
        "BEGIN",
        f"SELECT last.number FROM tail, ({READ}) AS last WHERE tail.id = 1 FOR UPDATE OF tail",
    ),
    "the lock first, in a snapshot": (
        "BEGIN ISOLATION LEVEL REPEATABLE READ",
        "SELECT version FROM ledger_schema FOR UPDATE",
        READ,
    ),
    "lock on the last entry": ("BEGIN", f"{READ} FOR UPDATE"),
}


@pytest.fixture
def database() -> Iterator[str]:
    with ledger_database() as name:
        yield name


def head_seen_after_waiting(database: str, statements: tuple[str, ...], lock: str) -> object:
    """The last entry's number that these statements find, begun while another writer appends entry 2."""
    with (
        connect(url_of(database), patience=None) as first,
        connect(url_of(database), patience=None) as second,
        ThreadPoolExecutor(1) as thread,
    ):
        first.execute(INSERT, (1, "0", "1"))
        first.execute(BEGIN)
        first.execute(lock)
        read = thread.submit(lambda: [second.execute(one) for one in statements][-1].fetchall())
        while not read.done() and not is_waiting(first, second):
            pass
        first.execute(INSERT, (2, "1", "2"))
        first.execute("COMMIT")
        return read.result()[-1][0]


def is_waiting(server: psycopg.Connection[object], other: psycopg.Connection[object]) -> bool:
    query = "SELECT 1 FROM pg_stat_activity WHERE pid = %s AND wait_event_type = 'Lock'"
    return server.execute(query, (other.info.backend_pid,)).fetchone() is not None


WAITS = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
LOCKS = {name: FORKING[name][1] for name in ("lock on the last entry", "the lock first, in a snapshot")}
"""What the writer before them locked, who does as they do."""


@pytest.mark.parametrize("name", FORKING)
def test_the_obvious_ways_to_append_fork_the_chain(database: str, name: str) -> None:
    assert head_seen_after_waiting(database, FORKING[name], LOCKS.get(name, READ)) == 1


def test_who_waited_for_the_tail_sees_what_was_appended(database: str) -> None:
    assert head_seen_after_waiting(database, (BEGIN, READ), READ) == 2


async def test_a_writer_that_waited_appends_after_what_was_appended_meanwhile(database: str) -> None:
    """What it locks and what it reads stand in statements of its own, which are tried here as they are."""
    holds, go_on = threading.Event(), threading.Event()
    first, second = (PostgresDatabase.open(url_of(database, BOT)) for _ in range(2))

    def append_slowly(db: Connection) -> int:
        holds.set()
        go_on.wait()
        return append(db, Entry(EntryKind.ANSWERED), NOW)

    with superuser(database) as server:
        slow = asyncio.create_task(first.write(append_slowly))
        assert await asyncio.to_thread(holds.wait, 10)
        waiting = asyncio.create_task(second.write(lambda db: append(db, Entry(EntryKind.ANSWERED), NOW)))
        while server.execute(WAITS).fetchone() is None:
            await asyncio.wait({waiting}, timeout=0.01)
            assert not waiting.done()
        go_on.set()
    assert (await slow, await waiting) == (1, 2)
    for one in (first, second):
        await one.aclose()


def test_no_two_entries_follow_the_same_one(database: str) -> None:
    with connect(url_of(database, BOT), patience=None) as bot:
        bot.execute(INSERT, (1, "0", "1"))
        for twin in ((1, "1", "2"), (2, "0", "2")):
            with pytest.raises(psycopg.errors.UniqueViolation):
                bot.execute(INSERT, twin)


ODD = '{"z":"\\u0000","a":1,"a":2, "e":"\\u00e9"}'


def test_jsonb_keeps_no_text_as_it_was_sealed() -> None:
    with superuser() as server:
        with pytest.raises(psycopg.errors.UntranslatableCharacter):
            server.execute("SELECT %s::jsonb", (ODD,))
        kept = server.execute("SELECT %s::jsonb::text", (ODD.replace("\\u0000", ""),)).fetchone()
        assert kept == ('{"a": 2, "e": "é", "z": ""}',)


def test_a_sealed_text_is_kept_to_the_byte(database: str) -> None:
    with connect(url_of(database, BOT), patience=None) as bot:
        bot.execute("INSERT INTO entries (number, previous, body, seal) VALUES (1, '0', %s, '1')", (ODD,))
        assert bot.execute("SELECT body, json_extract(body, '$.a') AS a FROM entries").fetchone() == (ODD, "2")


def test_json_is_read_as_sqlite_reads_it(database: str) -> None:
    document = canonical({"a": [{"b": "\0\0 \\u0000 ü"}, 3], "c": None, "d": {"e": 1.5}, "f": "x.y"})
    paths = {"$.a[0].b": "\ufffd\ufffd \\u0000 ü", "$.a[1]": "3", "$.c": None, "$.d.e": "1.5", "$.nothing.here": None}
    with connect(url_of(database, BOT), patience=None) as bot:
        for path, value in paths.items():
            assert bot.execute("SELECT json_extract(%s, %s)", (document, path)).fetchone() == (value,), path


COLLATIONS = "SELECT collname FROM pg_collation WHERE collname IN ('en-x-icu', 'en_US.utf8')"
"""Those that people's databases have by default; a server may be built without."""


def test_texts_are_ordered_by_their_bytes(database: str) -> None:
    names = ["a", "B", "_", "é", "z", "Z", "a b", "a-b", "ab"]
    with connect(url_of(database, BOT), patience=None) as bot:
        for name in names:
            bot.execute("INSERT INTO lists VALUES (%s, '')", (name,))
        ours = [name for (name,) in bot.execute("SELECT digest FROM lists ORDER BY digest")]
        assert ours == sorted(names, key=str.encode)
        for (collation,) in bot.execute(COLLATIONS).fetchall():
            other = bot.execute(f'SELECT digest FROM lists ORDER BY digest COLLATE "{collation}"').fetchall()
            assert [name for (name,) in other] != ours


def test_every_text_column_is_compared_by_bytes(database: str) -> None:
    query = """
        SELECT c.relname, a.attname FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
        WHERE c.relnamespace = 'segment_bot'::regnamespace AND c.relkind = 'r' AND a.atttypid = 'text'::regtype
        AND a.attcollation <> '"C"'::regcollation
    """
    with superuser(database) as server:
        assert server.execute(query).fetchall() == []
        assert any("TEXT" in statement for statement in FIRST)


async def test_a_text_with_a_zero_in_it_is_recorded(database: str) -> None:
    async with open_postgres(url_of(database, BOT)) as ledger:
        await ledger.audit.append(Entry(EntryKind.ANSWERED, command="a\0", detail={"said": "a\0b"}), at=NOW)
        verified = await ledger.audit.verify()
        assert (verified.entries, verified.fault) == (1, "")
        assert (await ledger.audit.entry(1)).detail == {"said": "a\0b"}


@pytest.mark.parametrize("table", ["entries", "subjects", "effects", "names"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}"])
def test_not_even_the_owner_changes_the_log(database: str, table: str, verb: str) -> None:
    column = {"entries": "number", "names": "name", "subjects": "subject", "effects": "segment"}[table]
    with (
        connect(url_of(database), patience=None) as owner,
        pytest.raises(psycopg.errors.RaiseException, match="append-only"),
    ):
        owner.execute(verb.format(table, column, column))


def test_the_bots_role_owns_nothing_and_may_only_append() -> None:
    with own_database() as database, connect(url_of(database, BOT), patience=None) as bot:
        rights = """
            SELECT table_name, string_agg(privilege_type, ', ' ORDER BY privilege_type)
            FROM information_schema.role_table_grants WHERE grantee = current_user GROUP BY 1
        """
        granted: list[tuple[str, str]] = [(one[0], one[1]) for one in bot.execute(rights)]
        told = dict(granted)
        assert {told[table] for table in ("entries", "subjects", "effects", "names")} == {"INSERT, SELECT"}
        assert {told[table] for table in ("audit", "archives", "ledger_schema")} == {"SELECT"}
        assert told["tail"] == "SELECT, UPDATE"
        for forbidden in ("DROP TABLE lists", "ALTER TABLE entries DISABLE TRIGGER ALL", "CREATE TABLE mine (a int)"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                bot.execute(forbidden)


def test_the_view_shows_plain_columns(database: str) -> None:
    with connect(url_of(database), patience=None) as owner:
        cursor = owner.execute("SELECT * FROM audit")
        assert [one.name for one in cursor.description or ()][:4] == ["number", "at", "kind", "actor"]
        assert json.loads("[]") == cursor.fetchall()
