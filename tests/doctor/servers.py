"""Ledgers on PostgreSQL to be examined, and servers that refuse. Each lets the bot of a clinic use it."""

import asyncio
from collections.abc import Awaitable, Callable
from struct import pack, unpack
from urllib.parse import urlsplit

from psycopg import pq

from bot.core.audit.entries import Entry, EntryKind
from bot.core.audit.seal_keys import NO_KEYS, SealKeys
from bot.ledger.postgres.ledger import open_postgres
from bot.ledger.postgres.schema import migrate
from bot.sandbox.workspace import people
from tests.core.samples import NOW
from tests.doctor.clinic import Clinic
from tests.doctor.secrets import PASSWORD
from tests.postgres import BOT, address_of, ledger_database, own_database, superuser, url_of

Plant = Callable[[Clinic], Awaitable[None]]
_WHOLE_SERVER = 2
"""The lock of whoever does something that all who are examined would see."""
_STARTUP = 196_608
"""Version 3.0 of the protocol; a message with another number asks for encryption first."""


def healthy(clinic: Clinic, *, role: str = BOT) -> str:
    """Use an empty ledger; return the database's name."""
    _lock(clinic, "pg_advisory_lock_shared")
    name = clinic.until_then.enter_context(ledger_database())
    clinic.set(DATABASE=address_of(name, role))
    return name


def changeable(clinic: Clinic, *, empty: bool = False, lock: str = "pg_advisory_lock_shared") -> str:
    """Use an empty ledger, or an empty database, that nobody uses afterwards."""
    _lock(clinic, lock)
    name = clinic.until_then.enter_context(own_database(empty=empty))
    clinic.set(DATABASE=address_of(name, BOT))
    return name


def database_of(clinic: Clinic) -> str:
    """The name of the database that the bot uses."""
    return urlsplit(clinic.environment["DATABASE"]).path[1:]


def _lock(clinic: Clinic, function: str) -> None:
    clinic.until_then.enter_context(superuser()).execute(f"SELECT {function}({_WHOLE_SERVER})")


def altered(*statements: str, empty: bool = False) -> Callable[[Clinic], str]:
    """The superuser did this to the database ``{name}`` and the bot's role ``{role}``."""

    def plant(clinic: Clinic) -> str:
        name = changeable(clinic, empty=empty)
        with superuser(name) as server:
            server.execute("SET search_path = segment_bot")
            for one in statements:
                server.execute(one.format(name=name, role=BOT))
        return name

    return plant


def held(clinic: Clinic) -> None:
    other = clinic.until_then.enter_context(superuser(healthy(clinic)))
    other.execute("BEGIN")
    other.execute("LOCK TABLE segment_bot.entries")


def in_latin(clinic: Clinic) -> None:
    name = f"{changeable(clinic, empty=True)}_latin"
    with superuser() as server:
        server.execute(f"CREATE DATABASE {name} ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'")
    clinic.until_then.callback(_drop, name)
    migrate(url_of(name), role=BOT)
    clinic.set(DATABASE=address_of(name, BOT))


def _drop(name: str) -> None:
    with superuser() as server:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def with_standby(clinic: Clinic) -> None:
    """Beside a standby that nobody waits for: the server knows it from the first message on."""
    name = changeable(clinic, lock="pg_advisory_lock")
    standby = pq.PGconn.connect(f"{url_of(name)} replication=true".encode())
    assert standby.status == pq.ConnStatus.OK, standby.error_message
    clinic.until_then.callback(standby.finish)
    clinic.until_then.callback(_end, standby.backend_pid)


def _end(process: int) -> None:
    with superuser() as server:
        server.execute("SELECT pg_terminate_backend(%s, 5000)", (process,))


def without_database(clinic: Clinic) -> None:
    clinic.set(DATABASE=address_of(f"{healthy(clinic)}_gone", BOT))


def refusing(code: str, message: str) -> Plant:
    """Use a server that refuses whoever comes."""

    async def plant(clinic: Clinic) -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        clinic.until_then.callback(server.close)
        clinic.set(DATABASE=f"postgresql://bot:{PASSWORD}@127.0.0.1:{server.sockets[0].getsockname()[1]}/ledger")

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await _first_number(reader) != _STARTUP:
            writer.write(b"N")
        fields = b"".join(
            f"{kind}{text}\0".encode() for kind, text in zip("SCM", ("FATAL", code, message), strict=True)
        )
        writer.write(b"E" + pack("!i", len(fields) + 5) + fields + b"\0")
        writer.close()

    return plant


async def _first_number(reader: asyncio.StreamReader) -> int:
    (length,) = unpack("!i", await reader.readexactly(4))
    number: int = unpack("!i", (await reader.readexactly(length - 4))[:4])[0]
    return number


def written(*, workspace: str = people.TEAM_ID, keys: SealKeys = NO_KEYS, edit: str = "", set_key: str = "") -> Plant:
    """Use a ledger of four entries. ``edit``: what somebody did to it past its guards."""

    async def plant(clinic: Clinic) -> None:
        name = healthy(clinic)
        async with open_postgres(url_of(name, BOT), keys=keys) as ledger:
            for _ in range(4):
                await ledger.audit.append(Entry(EntryKind.SUMMARY_POSTED, workspace=workspace), at=NOW)
        with superuser(name) as server:
            server.execute("SET session_replication_role = replica; SET search_path = segment_bot")
            server.execute(edit or "SELECT 1")
        clinic.set(SEAL_KEY=set_key)

    return plant
