"""Checks of the server that holds a ledger on PostgreSQL: the way to it, what it promises, and the bot's role."""

import re
from collections.abc import Sequence
from shlex import quote

from bot.core.language.phrases import and_list, counted
from bot.doctor.case import Case
from bot.doctor.findings import Check, Finding
from bot.ledger.errors import UnusableLedger
from bot.ledger.ports.checkup import Server

LEAST_CONNECTIONS = 10
"""A bot takes six at most; while one replaces another, both do."""
_MIGRATE = "Type segment-bot ledger migrate --database OWNER_URL --role {}, as the role that owns the tables."
MIGRATE = _MIGRATE.format("BOT_ROLE")
_NO_ANSWER = "Start the server, or set host and port in DATABASE to where it answers; see the firewall between."
_DRIVERS_GUESS = " Is the server running on that host and accepting TCP/IP connections?"
_REFUSALS = {
    "its address is not": "Write DATABASE like postgresql://user:password@host:5432/database.",
    "password|authentication failed": (
        "Set user and password in DATABASE to those that the server knows; all but letters and digits is written "
        "like %40."
    ),
    'role ".*" (does not exist|is not permitted)': (
        "Make that role with CREATE ROLE … LOGIN, or set DATABASE to another."
    ),
    'database ".*" does not exist': f"Make it with createdb, or correct DATABASE; then: {MIGRATE}",
    "permission denied for database": "Let the role in: GRANT CONNECT ON DATABASE.",
    "too many|remaining connection slots": "End what holds the connections, or raise max_connections.",
    "pg_hba.conf": "Let the server's pg_hba.conf admit the role from this machine.",
    "starting up|shutting down|recovery": "Wait until the server has started; if it lasts, see its log.",
    "canceling statement": "See what keeps the server busy, and try again.",
    "SSL|certificate": "Set sslmode and sslrootcert in DATABASE as the server wants them.",
}
"""What mends it, by what the server or its driver says; other words are of a server that is not there."""


async def _server(case: Case) -> Sequence[Finding]:
    if case.settings.ledger_file:
        return (Finding("None is needed: the ledger is in a file."),)
    try:
        server = await case.server.look()
    except UnusableLedger as error:
        return (_unreachable(" ".join(str(error).split())),)
    return [look(server) for look in (*LOOKS, *(LOOKS_AT_TABLES if server.has_log else ()))]


def _unreachable(error: str) -> Finding:
    fix = next((fix for words, fix in _REFUSALS.items() if re.search(words, error)), _NO_ANSWER)
    said = error.removesuffix(_DRIVERS_GUESS).rstrip(".")
    return Finding(f"The database cannot be reached: {said}.", fix)


def _writes(server: Server) -> Finding:
    if server.only_reads:
        return Finding(
            "The database may only be read: it is a standby, or default_transaction_read_only is set.",
            "Name all hosts in DATABASE, with target_session_attrs=read-write; or reset default_transaction_read_only.",
        )
    return Finding("The database can be written.")


def _turns(server: Server) -> Finding:
    if server.held:
        return Finding(
            f"Another program holds {_some(server.held)}.",
            "Wait for the migration, or end the transaction; pg_locks and pg_stat_activity tell whose it is.",
        )
    return Finding("No other program holds its tables.")


def _encoding(server: Server) -> Finding:
    if server.encoding != "UTF8":
        return Finding(
            f"The database's encoding is {server.encoding}, which lacks what people write.",
            "Make another with createdb --encoding UTF8 --template template0, and move the ledger there.",
        )
    return Finding("Its encoding is UTF8.")


def _connections(server: Server) -> Finding:
    left = counted(max(server.free_connections, 0), "connection")
    if server.free_connections < LEAST_CONNECTIONS:
        return Finding(
            f"Only {left} can still be opened.",
            "End what holds the others, or raise max_connections, or the CONNECTION LIMIT of database and role.",
        )
    return Finding(f"{left} can still be opened.")


def _failover(server: Server) -> Finding:
    if not server.waits_for_disk:
        return Finding(
            "synchronous_commit is off: a crash of the server forgets what was confirmed.",
            "Reset synchronous_commit, for the role and the database, too.",
        )
    if server.standbys and not server.waits_for_standbys:
        return Finding(
            f"No standby is waited for, of {server.standbys} connected: a failover forgets what was confirmed.",
            "Set synchronous_standby_names to the standbys, and synchronous_commit to on.",
        )
    told = "standbys are waited for" if server.waits_for_standbys else "there is no standby"
    return Finding(f"What it confirms it keeps; {told}.")


def _owner(server: Server) -> Finding:
    if server.owned:
        return Finding(
            f"The bot's own role {server.role} owns {_some(server.owned)}, and could take the log's guards away.",
            "Make a role for the bot that owns nothing and is no superuser, type segment-bot ledger migrate --database "
            "OWNER_URL --role BOT_ROLE, and set DATABASE to it.",
        )
    return Finding(f"The bot's role {server.role} owns nothing of the ledger.")


def _rights(server: Server) -> Finding:
    if server.lacking:
        return Finding(
            f"The bot's role {server.role} lacks {_some(server.lacking)}.", _MIGRATE.format(quote(server.role))
        )
    return Finding("It has the rights that a bot needs.")


def _guards(server: Server) -> Finding:
    if not server.fires_triggers:
        return Finding(
            "session_replication_role is replica: no trigger fires, and the log has no guard.",
            "Reset session_replication_role, for the role and the database, too.",
        )
    if server.silent:
        statements = "; ".join(("SET search_path = segment_bot", *server.silent.values()))
        return Finding(
            f"These triggers do not do their work: {and_list([*server.silent])}.",
            f"Find out who did that, type segment-bot audit verify, and as the tables' owner, into psql: {statements};",
        )
    return Finding("Triggers keep the log as it is.")


def _some(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


LOOKS = (_writes, _encoding, _connections, _failover)
LOOKS_AT_TABLES = (_turns, _owner, _rights, _guards)
SERVER_CHECKS = (Check("ledger server", _server),)
