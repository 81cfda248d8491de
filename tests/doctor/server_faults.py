"""The faults that are planted into a ledger on PostgreSQL. See ``faults``."""

from bot.core.audit.seal_keys import SealKeys
from bot.ledger.sql.schema_version import SCHEMA
from tests.doctor import servers
from tests.doctor.clinic import Clinic
from tests.doctor.faults import Fault
from tests.doctor.planting import KEY, UNTIL
from tests.doctor.secrets import PASSWORD
from tests.postgres import BOT

SERVER = "ledger server"
LIVES = "INSERT INTO processes (owner, lease_until, schema) VALUES"
RESTORE = (
    "with pg_restore into an empty database, set DATABASE to that, and type segment-bot ledger restore before a bot"
)
_MIGRATE = f"segment-bot ledger migrate --database OWNER_URL --role {BOT},"


def refusal(code: str, message: str, fix: str) -> Fault:
    """A server that refuses the bot."""
    return Fault(servers.refusing(code, message), SERVER, message, fix)


def altered(told: str, fix: str, *statements: str, check: str = SERVER) -> Fault:
    """Something done to a healthy ledger's database."""
    return Fault(servers.altered(*statements), check, told, fix)


def unguarded(told: str, *statements: str) -> Fault:
    """Something done to what keeps the log as it is."""
    return altered(told, "as the tables' owner, into psql: SET search_path", *statements)


def without_driver(clinic: Clinic) -> None:
    clinic.set(DATABASE="postgresql://bot@127.0.0.1:1/ledger")
    clinic.has(is_installed=lambda module: module != "psycopg")


def behind(clinic: Clinic) -> None:
    servers.healthy(clinic)
    clinic.is_ahead(minutes=-7)


SERVER_FAULTS: dict[str, Fault] = {
    # The way to it
    "no driver": Fault(without_driver, "extras", "PostgreSQL: not installed", "segment-bot[postgres]"),
    "no server": Fault(
        lambda clinic: clinic.set(DATABASE="postgresql://bot@127.0.0.1:1/ledger"),
        SERVER,
        "port 1 failed: Connection refused.",
        "Start the server, or set host and port",
    ),
    "unreadable address": Fault(
        lambda clinic: clinic.set(DATABASE=f"postgresql://bot:{PASSWORD}%s@db/ledger"),
        SERVER,
        "not one that PostgreSQL reads",
        "Write DATABASE like postgresql://",
    ),
    "unwritten sign in the password": Fault(
        lambda clinic: clinic.set(DATABASE=f"postgresql://bot:p@{PASSWORD}@db/ledger"),
        SERVER,
        "is written like %40",
        "Write DATABASE like postgresql://",
    ),
    "no database": Fault(servers.without_database, SERVER, "does not exist", "Make it with createdb"),
    "no role": Fault(
        lambda clinic: servers.healthy(clinic, role="stranger"), SERVER, '"stranger" does not exist', "CREATE ROLE"
    ),
    "no login": refusal("28000", 'role "bot" is not permitted to log in', "CREATE ROLE … LOGIN"),
    "wrong password": refusal("28P01", 'password authentication failed for user "bot"', "Set user and password"),
    "not admitted": refusal("28000", 'no pg_hba.conf entry for host "10.0.0.5", no encryption', "pg_hba.conf admit"),
    "all taken": refusal("53300", "sorry, too many clients already", "raise max_connections"),
    "starting server": refusal("57P03", "the database system is starting up", "Wait until the server has started"),
    "busy server": refusal("57014", "canceling statement due to statement timeout", "what keeps the server busy"),
    "unencrypted": refusal("28000", "connection requires a valid client certificate", "Set sslmode"),
    "kept out": altered(
        "permission denied for database", "GRANT CONNECT", "REVOKE CONNECT ON DATABASE {name} FROM PUBLIC"
    ),
    # What it promises
    "standby": altered(
        "may only be read",
        "target_session_attrs=read-write",
        "ALTER DATABASE {name} SET default_transaction_read_only = on",
    ),
    "held tables": Fault(servers.held, SERVER, "holds entries.", "end the transaction"),
    "Latin letters": Fault(servers.in_latin, SERVER, "encoding is LATIN1", "--encoding UTF8"),
    "few connections": altered("Only 9 connections", "CONNECTION LIMIT", "ALTER DATABASE {name} CONNECTION LIMIT 9"),
    "forgetful failover": Fault(servers.with_standby, SERVER, "of 1 connected", "Set synchronous_standby_names"),
    "forgetful crash": altered(
        "synchronous_commit is off",
        "Reset synchronous_commit",
        "ALTER DATABASE {name} SET synchronous_commit = off",
    ),
    "database's clock": Fault(behind, "clock", "7 minutes behind the database's", "timedatectl"),
    # The bot's role
    "owner": Fault(
        lambda clinic: servers.healthy(clinic, role=""), SERVER, "owns segment_bot and", "a role for the bot that owns"
    ),
    "owner of one table": altered("owns entries,", "that owns nothing", "ALTER TABLE entries OWNER TO {role}"),
    "owner of the schema": altered(
        "owns segment_bot,", "that owns nothing", "ALTER SCHEMA segment_bot OWNER TO {role}"
    ),
    "ungranted": altered("lacks USAGE on schema", _MIGRATE, "REVOKE USAGE ON SCHEMA segment_bot FROM {role}"),
    "one right less": altered("lacks INSERT on entries.", _MIGRATE, "REVOKE INSERT ON entries FROM {role}"),
    "no function": altered(
        "lacks EXECUTE on json_extract.",
        _MIGRATE,
        "REVOKE EXECUTE ON FUNCTION json_extract FROM {role}, PUBLIC",
    ),
    # What keeps the log as it is
    "disabled guard": unguarded(": entries_never_change.", "ALTER TABLE entries DISABLE TRIGGER entries_never_change"),
    "missing guard": unguarded(": names_never_change.", "DROP TRIGGER names_never_change ON names"),
    "disabled triggers": unguarded(
        ": changes_are_numbered.", "ALTER TABLE changes DISABLE TRIGGER USER", "ALTER TABLE runs DISABLE TRIGGER USER"
    ),
    "weaker guard": unguarded(
        ": effects_never_change.",
        "CREATE OR REPLACE TRIGGER effects_never_change BEFORE UPDATE ON effects "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    ),
    "guard on a condition": unguarded(
        ": entries_never_change.",
        "CREATE OR REPLACE TRIGGER entries_never_change BEFORE UPDATE OR DELETE OR TRUNCATE ON entries "
        "FOR EACH STATEMENT WHEN (false) EXECUTE FUNCTION refuse_change()",
    ),
    "guard that refuses nothing": unguarded(
        ": refuse_change.",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
    ),
    "role without triggers": altered(
        "no trigger fires",
        "Reset session_replication_role",
        "ALTER ROLE {role} IN DATABASE {name} SET session_replication_role = replica",
    ),
    "still tail": unguarded(": entries_move_tail.", "ALTER TABLE entries DISABLE TRIGGER entries_move_tail"),
    # The ledger
    "no tables": Fault(
        lambda clinic: servers.changeable(clinic, empty=True), "ledger", "holds no ledger", "segment-bot ledger migrate"
    ),
    "another's schema": Fault(
        servers.altered(
            "CREATE SCHEMA segment_bot",
            "CREATE TABLE segment_bot.notes (text TEXT)",
            "GRANT USAGE ON SCHEMA segment_bot TO {role}",
            "GRANT ALL ON segment_bot.notes TO {role}",
            empty=True,
        ),
        "ledger",
        "another program's tables",
        "a database of the bot's own",
    ),
    "earlier schema": altered(
        "older than this version's",
        "segment-bot ledger migrate",
        "UPDATE ledger_schema SET version = 11",
        check="ledger",
    ),
    "later schema": altered(
        "Only later versions",
        "Install the newer version",
        "UPDATE ledger_schema SET version = 99, oldest_writer = 99",
        check="ledger",
    ),
    "six bots": altered(
        "6 bots live, and 5 at most can share a ledger",
        "Stop all but 5",
        *(f"{LIVES} ('{number}', '{UNTIL}', {SCHEMA})" for number in range(6)),
        check="bots",
    ),
    "missing tables": altered("it lacks briefs, homes", RESTORE, "DROP TABLE briefs, homes", check="ledger"),
    "missing column": altered(
        'column "mac" does not exist', RESTORE, "ALTER TABLE entries DROP COLUMN mac", check="ledger"
    ),
    "no schema's number": altered("it lacks ledger_schema", RESTORE, "DROP TABLE ledger_schema", check="ledger"),
    "edited entry": Fault(
        servers.written(edit="UPDATE entries SET body = replace(body, 'posted', 'Posted') WHERE number = 2"),
        "ledger chain",
        "not what was sealed",
        "Keep the database as evidence",
    ),
    "edited column": Fault(
        servers.written(edit="UPDATE entries SET actor = 'U' WHERE number = 2"),
        "ledger chain",
        "the columns of entry 2",
        "Keep the database as evidence",
    ),
    "no key": Fault(servers.written(keys=SealKeys.parse(KEY)), "ledger key", "SEAL_KEY does not hold", "Set SEAL_KEY"),
    "wrong key": Fault(
        servers.written(keys=SealKeys.parse(KEY), set_key="o" * 40),
        "ledger key",
        "SEAL_KEY does not hold",
        "Set SEAL_KEY",
    ),
    "other workspace": Fault(
        servers.written(workspace="T0OTHER001"), "ledger workspace", "the workspace T0OTHER001", "to another database"
    ),
}
