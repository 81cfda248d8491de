"""How the faults are planted that take a function of their own."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from bot.core.audit.entries import Entry, EntryKind
from bot.core.audit.seal_keys import SealKeys
from bot.ledger.sql.schema_version import SCHEMA
from bot.ledger.sqlite.audit_file import open_audit_file
from bot.sandbox.store.api.endpoint import CUSTOMERS, MARKETING
from bot.sandbox.workspace import people
from bot.sandbox.workspace.people import Group
from tests.core.samples import NOW
from tests.doctor.clinic import MOUNTS, Clinic
from tests.ledger.sqlite.files import damage
from tests.records import opened, record
from tests.running_rules import start_rule

OTHER_APP = "xapp-1-A0OTHERAPP-token"
KEY = "k" * 40
LIVES = "INSERT INTO processes (owner, lease_until, schema) VALUES (?, ?, ?)"
UNTIL = "9999-01-01T00:00:00.000+00:00"
PEOPLE = f"{people.ANA},{people.BEN},{people.CLEO}"
TWO = '[[rules]]\nsteps = ["delete_segment"]\napprovals = 2\n'
ONE = TWO.replace("2", "1")


def write_dotenv(content: bytes, mode: int = 0o600) -> Callable[[Clinic], None]:
    def plant(clinic: Clinic) -> None:
        clinic.dotenv.write_bytes(content)
        clinic.dotenv.chmod(mode)

    return plant


def misname_approvals_channel(clinic: Clinic) -> None:
    write_dotenv(b"APPROVAL_CHANNEL=C0APPROVE1\n")(clinic)
    clinic.set(APPROVALS_CHANNEL="")


def other_app(clinic: Clinic) -> None:
    clinic.slack.app_tokens.add(OTHER_APP)
    clinic.set(SLACK_APP_TOKEN=OTHER_APP)


def unknown_channel(clinic: Clinic) -> None:
    clinic.set(SUMMARY_CHANNEL="C0NOWHERE1")


def private_channel(clinic: Clinic) -> None:
    room = clinic.slack.directory.conversations[people.APPROVALS]
    room.private, room.members = True, {people.BEN}


def empty_group(clinic: Clinic) -> None:
    clinic.slack.directory.groups["S0EMPTY001"] = Group("S0EMPTY001", "empty", "Empty", [])
    clinic.set(APPROVERS=f"{people.APPROVERS_GROUP},S0EMPTY001")


def person(name: str, **fields: Any) -> Callable[[Clinic], None]:
    def plant(clinic: Clinic) -> None:
        clinic.slack.directory.change(name, **fields)
        clinic.set(APPROVERS=PEOPLE)

    return plant


def everyone_left(clinic: Clinic) -> None:
    for name in ("ben", "cleo"):
        clinic.slack.directory.change(name, deleted=True)


def quota_used_up(clinic: Clinic) -> None:
    clinic.store.quota = 0


def read_only_token(clinic: Clinic) -> None:
    clinic.store.scopes = {"store_v2_customers_read_only", "store_v2_marketing"}


def marketing_only(clinic: Clinic) -> None:
    clinic.store.scopes = {"store_v2_marketing"}


def customers_only(clinic: Clinic) -> None:
    clinic.store.scopes = {"store_v2_customers"}


async def rule_without_orders(clinic: Clinic) -> None:
    """Wholesale follows a rule, and then the token loses a scope."""
    await clinic.world.start()
    await start_rule(clinic.world)
    await clinic.world.settled()
    await clinic.world.sweep()
    await clinic.world.stop()
    clinic.store.scopes = {CUSTOMERS, MARKETING}


async def rule_that_lacked_orders(clinic: Clinic) -> None:
    """A rule was asked for, and the token lacked a scope."""
    clinic.store.scopes = {CUSTOMERS, MARKETING}
    await clinic.world.start()
    await clinic.world.type("/segment rule Wholesale in VIPs")
    await clinic.world.settled()
    await clinic.world.stop()


def lesser_plan(clinic: Clinic) -> None:
    clinic.store.plan = "Pro"


def no_ledger(clinic: Clinic) -> None:
    clinic.ledger.write_text("no database at all, but long enough to be read as one" * 20)


def foreign_tables(clinic: Clinic) -> None:
    clinic.ledger.unlink()
    with closing(sqlite3.connect(clinic.ledger)) as other:
        other.execute("CREATE TABLE notes (text)")
    clinic.ledger.chmod(0o600)


def newer_schema(clinic: Clinic) -> None:
    with closing(sqlite3.connect(clinic.ledger, isolation_level=None)) as later:
        later.execute("UPDATE ledger_schema SET version = ?, oldest_writer = ?", (SCHEMA + 1, SCHEMA + 1))


def living(*schemas: int) -> Callable[[Clinic], None]:
    """Bots of these schemas live on the ledger."""

    def plant(clinic: Clinic) -> None:
        with closing(sqlite3.connect(clinic.ledger)) as db, db:
            db.executemany(LIVES, [(f"bot {number}", UNTIL, schema) for number, schema in enumerate(schemas)])

    return plant


def keep_out(clinic: Clinic) -> None:
    living(SCHEMA, SCHEMA - 1)(clinic)
    with closing(sqlite3.connect(clinic.ledger)) as db, db:
        db.execute("UPDATE ledger_schema SET oldest_writer = ?", (SCHEMA,))


def write_log(clinic: Clinic, workspace: str = people.TEAM_ID) -> None:
    one_a_day = [(Entry(EntryKind.SUMMARY_POSTED, workspace=workspace), NOW + timedelta(days=day)) for day in range(4)]
    record(clinic.ledger, one_a_day)


def held(clinic: Clinic) -> None:
    other = clinic.until_then.enter_context(closing(sqlite3.connect(clinic.ledger, isolation_level=None)))
    other.execute("SELECT count(*) FROM entries")
    other.execute("PRAGMA locking_mode=EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    other.execute("UPDATE ledger_schema SET version = version")
    other.execute("COMMIT")


def damaged(clinic: Clinic) -> None:
    damage(clinic.ledger, "changes_by_requester")


def edited(clinic: Clinic) -> None:
    write_log(clinic)
    content = clinic.ledger.read_bytes()
    clinic.ledger.write_bytes(content.replace(b'"kind":"summary posted"', b'"kind":"summary Posted"', 1))


async def sign(clinic: Clinic) -> None:
    with opened(clinic.ledger, keys=SealKeys.parse(KEY)) as ledger:
        await ledger.audit.append(Entry(EntryKind.SUMMARY_POSTED, workspace=people.TEAM_ID), at=NOW)


async def sign_and_set_another(clinic: Clinic) -> None:
    await sign(clinic)
    clinic.set(SEAL_KEY=f"{'o' * 40}")


async def archive_instead(clinic: Clinic) -> None:
    write_log(clinic)
    target = clinic.ledger.with_name("2025.sqlite")
    with open_audit_file(clinic.ledger, to_archive=True) as file:
        await file.archives.archive(target, before=NOW + timedelta(days=2), at=NOW + timedelta(days=30))
    clinic.set(DATABASE=str(target))


def one_of_two_left(clinic: Clinic) -> None:
    clinic.slack.directory.groups[people.APPROVERS_GROUP].members = [people.BEN]


async def emergency(clinic: Clinic) -> None:
    await clinic.world.under(f'breakers = ["{people.CLEO}"]\n{ONE}')
    await clinic.world.type("/segment delete VIPs")
    await clinic.world.type("/change break-glass 1 Fire", by="cleo")
    await clinic.world.settled()
    await clinic.world.sweep()
    await clinic.world.stop()


async def undrawn_card(clinic: Clinic) -> None:
    await undrawn_beside_a_bot(clinic)
    await clinic.world.stop()


async def undrawn_and_archived(clinic: Clinic) -> None:
    await undrawn_beside_a_bot(clinic, minutes_ago=30 * 24 * 60)
    await clinic.world.stop()
    now = clinic.world.clock()
    with open_audit_file(clinic.ledger, to_archive=True) as file:
        await file.archives.archive(clinic.ledger.with_name("old.sqlite"), before=now - timedelta(days=11), at=now)


async def undrawn_beside_a_bot(clinic: Clinic, minutes_ago: int = 20) -> None:
    clinic.world.clock.set_by(minutes=-minutes_ago)
    await clinic.world.start()
    await clinic.world.type("/segment delete VIPs")
    clinic.slack.faults.add("chat.update", error="internal_error", times=None)
    await clinic.world.press("Delete Segment", by="ben")
    await clinic.world.settled()
    clinic.world.clock.set_by(minutes=minutes_ago)
    await clinic.world.sweep()


def port_of_another(clinic: Clinic) -> None:
    port = urlsplit(clinic.world.url).port
    clinic.set(SLACK_APP_TOKEN="", PORT=str(port), HOST="127.0.0.1")


def moved_and_linked(where: str) -> Callable[[Clinic], None]:
    """The ledger lies in another folder, with something wrong there, and a link leads to it."""

    def plant(clinic: Clinic) -> None:
        folder = clinic.ledger.parent / where
        folder.mkdir()
        real = clinic.ledger.rename(folder / "ledger.sqlite")
        clinic.ledger.symlink_to(real)
        if where == "nfs":
            clinic.has(mounts=lambda: f"{MOUNTS}\n9 8 0:9 / {folder} rw - nfs4 srv:/x rw")
        elif where == "unwritable":
            clinic.has(is_writable=lambda path: path != folder)
        else:
            (folder / "ledger.sqlite-backup").touch(0o644)

    return plant


def linked_to_nowhere(clinic: Clinic) -> None:
    clinic.ledger.unlink()
    clinic.ledger.symlink_to("/nowhere/ledger.sqlite")
