"""Entries that are signed beside the chain: who has no key can seal an entry correctly, and is found all the same."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.core.approval.changes import Change, Event
from bot.core.audit.entries import Entry, EntryKind
from bot.core.audit.hash_chain import Verification, canonical, seal
from bot.core.audit.seal_keys import NO_KEYS, SealKeys
from bot.core.errors import NotRecorded
from bot.ledger.errors import UnusableLedger
from bot.ledger.sql.change_verification import row_facts
from bot.ledger.sql.ledger import ledger_on
from bot.ledger.sql.signatures import signed_since
from bot.ledger.sqlite.audit_file import open_audit_file
from bot.ledger.sqlite.connection import Connection
from bot.ledger.sqlite.ledger import open_sqlite
from bot.ledger.sqlite.restoring import restore
from bot.ledger.stored_changes import digest
from tests.core.samples import NOW, VIPS
from tests.ledger.logs import DAY
from tests.ledger.planned import planned
from tests.ledger.sqlite import test_planted_edits as edits
from tests.ledger.sqlite.files import Shell, unguarded

OLD, NEW = SealKeys.parse("o" * 32), SealKeys.parse(f"{'n' * 32},{'o' * 32}")
ABOUT = str(VIPS.item)
ENTRY = Entry(EntryKind.REFUSED, "UANA")


async def append(path: Path, keys: SealKeys, times: int = 1) -> None:
    async with open_sqlite(path, keys=keys) as ledger:
        for _ in range(times):
            await ledger.audit.append(ENTRY, at=NOW)


async def verify(path: Path, keys: SealKeys) -> Verification:
    with open_audit_file(path, keys=keys) as file:
        return await file.archives.verify()


def forge(path: Path, kind: str, change: int, **detail: object) -> None:
    """Append an entry as the bot would, sealed correctly, indexed, and unsigned."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        number, last = db.execute("SELECT number, seal FROM entries ORDER BY number DESC LIMIT 1").fetchone()
        content = {"number": number + 1, "at": "2026-05-04T09:31:00.000+00:00", "kind": kind, "actor": "UBEN"}
        content |= {"change": change, "detail": detail, "outcome": "approved", "subjects": [ABOUT], "channel": ""}
        body = canonical(content | {"command": "", "ms": None, "workspace": ""})
        db.execute("INSERT INTO entries (number, body, seal) VALUES (?, ?, ?)", (number + 1, body, seal(last, body)))
        db.execute("INSERT INTO subjects VALUES (?, ?, ?, 'UBEN', ?, 1)", (ABOUT, content["at"], number + 1, kind))


async def test_a_key_signs_from_its_first_entry_on(path: Path) -> None:
    await append(path, NO_KEYS, 2)
    await append(path, OLD)
    proof = await verify(path, OLD)
    assert (proof.fault, proof.entries) == ("", 4)
    assert proof.signatures == f"Entries from 3 on have to be signed; they are: from 3 on with the key {OLD.current}."
    async with open_sqlite(path, keys=OLD) as ledger:
        changed = await ledger.audit.entry(3)
        assert (changed.kind, changed.detail) == ("key changed", {"from": "", "to": OLD.current})
        assert (await ledger.audit.verify()).signatures == proof.signatures


async def test_a_roll_of_keys_is_an_entry_and_both_verify(path: Path) -> None:
    await append(path, OLD)
    await append(path, NEW, 2)
    proof = await verify(path, NEW)
    assert (proof.fault, proof.entries) == ("", 5)
    assert f"from 1 on with the key {OLD.current}, from 3 on with the key {NEW.current}" in proof.signatures
    assert (await verify(path, SealKeys.parse("n" * 32))).fault == (
        f"Entry 1 is signed with the key {OLD.current}, which SEAL_KEY does not hold."
    )


@pytest.mark.parametrize("keys", [NO_KEYS, SealKeys.parse("x" * 32)])
async def test_a_signed_ledger_does_not_start_without_its_key(path: Path, keys: SealKeys) -> None:
    await append(path, OLD)
    with pytest.raises(UnusableLedger, match=f"signed with the key {OLD.current}, which SEAL_KEY does not hold"):
        open_sqlite(path, keys=keys)
    with unguarded(path) as db:
        db.execute("UPDATE entries SET mac = ''")
    with pytest.raises(UnusableLedger, match="SEAL_KEY does not hold"):
        open_sqlite(path, keys=keys)


async def test_a_bot_without_the_key_writes_nothing_once_another_signs(path: Path) -> None:
    async with open_sqlite(path) as unsigned:
        await unsigned.audit.append(ENTRY, at=NOW)
        await append(path, OLD)
        with pytest.raises(NotRecorded, match=f"signed with the key {OLD.current} now"):
            await unsigned.audit.append(ENTRY, at=NOW)


async def waiting(path: Path, keys: SealKeys) -> Change:
    async with open_sqlite(path, keys=keys) as ledger:
        return await ledger.changes.move(await planned(ledger), Event.POST, at=NOW)


def approve_by_hand(path: Path, change: Change) -> None:
    """Approve in the tables and in the log, with everything that the bot would have sealed."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        (plan,) = db.execute("SELECT plan FROM changes").fetchone()
        approvals = '[{"actor":"UBEN","at":"2026-05-04T09:31:00Z"}]'
        moved = "state = 'approved', revision = 3, body = json_set(body, '$.approvals', json(?))"
        db.execute(f"UPDATE changes SET {moved}", (approvals,))
        db.row_factory = sqlite3.Row
        sealed = {"signed": ["UBEN"], "version": 1, "approves": digest(plan), **row_facts(db, 1)}
    forge(path, "approve", 1, version=1, fingerprint=change.plan.fingerprint, sealed=sealed)


async def contradiction(path: Path, keys: SealKeys) -> str:
    with Shell.read(path) as shell:
        shell.database.connection.keys = keys
        return await ledger_on(shell.database).changes.contradiction(1)


async def test_a_forged_and_correctly_sealed_entry_is_found_with_a_key_only(path: Path) -> None:
    approve_by_hand(path, await waiting(path, NO_KEYS))
    assert ((await verify(path, NO_KEYS)).fault, await contradiction(path, NO_KEYS)) == ("", "")


async def test_a_forged_entry_without_a_signature_authorises_nothing(path: Path) -> None:
    approve_by_hand(path, await waiting(path, OLD))
    assert (await verify(path, OLD)).fault == "Entry 5 is not signed."
    assert await contradiction(path, OLD) == "Entry 5 is not signed."


async def test_what_was_asked_before_the_first_signature_is_covered_by_it(path: Path) -> None:
    await waiting(path, NO_KEYS)
    await append(path, OLD)
    assert await contradiction(path, OLD) == ""
    with unguarded(path) as db:
        db.execute("UPDATE entries SET mac = ? WHERE number = 4", (NEW.sign("a" * 64),))
    assert "Entry 4 is signed with the key" in await contradiction(path, OLD)


async def test_an_archive_keeps_the_signatures_and_the_ledger_their_beginning(path: Path, tmp_path: Path) -> None:
    for days in range(3):
        async with open_sqlite(path, keys=OLD) as ledger:
            await ledger.audit.append(ENTRY, at=NOW + days * DAY)
    archive = tmp_path / "old.sqlite"
    with open_audit_file(path, to_archive=True, keys=OLD) as file:
        await file.archives.archive(archive, before=NOW + 1.5 * DAY, at=NOW + 100 * DAY)
    assert ((await verify(archive, OLD)).fault, (await verify(path, OLD)).fault) == ("", "")
    assert (await verify(path, OLD)).signatures.startswith("Entries from 1 on have to be signed")
    assert (await verify(archive, OLD)).signatures.startswith("Entries from 1 on have to be signed")
    with unguarded(archive) as db:
        db.execute("UPDATE entries SET mac = '' WHERE number = 2")
    assert (await verify(archive, OLD)).fault == "Entry 2 is not signed."


async def test_a_signed_backup_is_restored_with_its_key_only(path: Path, tmp_path: Path) -> None:
    await waiting(path, OLD)
    backup, restored = tmp_path / "backup.sqlite", tmp_path / "restored.sqlite"
    with open_audit_file(path, keys=OLD) as file:
        await file.archives.backup(backup)
    with pytest.raises(UnusableLedger, match="SEAL_KEY does not hold"):
        await restore(backup, restored, at=NOW)
    assert (await restore(backup, restored, at=NOW, keys=OLD)).closed == (1,)
    assert (await verify(restored, OLD)).fault == ""


def test_a_signed_ledger_with_a_bit_of_everything_holds(path: Path) -> None:
    path.write_bytes(edits.content(OLD))
    with Shell.read(path) as shell:
        shell.database.connection.keys = OLD
        assert shell.verify().fault == ""


@pytest.mark.parametrize(("archived", "rolled", "since"), [(2, 9, 2), (None, 9, 9), (2, None, 2), (None, None, None)])
def test_entries_are_signed_from_the_first_key_on_whatever_was_archived_or_rolled(
    archived: int | None, rolled: int | None, since: int | None
) -> None:
    rows: list[tuple[str, dict[str, Any]]] = [("archived", {"sealed": {"signed_since": archived}})]
    rows += [("key changed", {"to": "new"}), ("key changed", {"to": "newer"})] if rolled else []
    with closing(sqlite3.connect(":memory:", factory=Connection)) as db:
        db.execute("CREATE TABLE entries (number INTEGER, kind TEXT, body TEXT, mac TEXT DEFAULT '')")
        for number, (kind, detail) in enumerate(rows, 8):
            db.execute(
                "INSERT INTO entries (number, kind, body) VALUES (?, ?, ?)",
                (number, kind, canonical({"detail": detail})),
            )
        assert signed_since(db) == since
