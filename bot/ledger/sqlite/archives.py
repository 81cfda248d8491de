"""Copies of the ledger's file, and archives: files of their own, to which the oldest entries are moved."""

import os
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from bot.core.audit.entries import Entry, EntryKind
from bot.core.audit.hash_chain import GENESIS, Verification
from bot.core.errors import Refusal
from bot.ledger.sqlite import audit_index
from bot.ledger.sqlite.audit_log import Log, append, stamp
from bot.ledger.sqlite.file import Connection
from bot.ledger.sqlite.schema import removal_guard

KEPT = timedelta(days=10)
"""Entries of these last days stay: the daily summary compares with the week before, and with a few days more."""
PART = 1_000
"""Entries removed in one transaction: whoever writes meanwhile waits for a moment, and not for a million entries."""
_UNREVIEWED = """
    kind = 'break glass'
    AND NOT EXISTS (SELECT 1 FROM entries AS other WHERE other.change = entries.change AND other.kind = 'review')
"""
_COMPARED = "number > (SELECT entry FROM snapshots ORDER BY day DESC LIMIT 1)"
_SUBJECTS = "SELECT DISTINCT value, at, number, actor, kind, 1 FROM entries, json_each(entries.subjects)"
_PARTED = {"subjects": "entry", "effects": "entry", "entries": "number"}
"""What goes to an archive, by which column."""
_TOUCHED = "SELECT * FROM touches WHERE change IN (SELECT change FROM entries WHERE number BETWEEN ? AND ?)"


class NotCopied(Refusal):
    """A backup or an archive that is not made; the sentence says why."""


@dataclass(frozen=True)
class Stretch:
    """Entries from the ``first`` to the ``last``, both included; ``head`` is the seal of the last one."""

    first: int
    last: int
    head: str


class Archives(Log):
    """The log of a ledger or of an archive; an archive is closed: its last entry is on its own list of archives."""

    patience = 30.0

    @property
    def is_archive(self) -> bool:
        """Whether this is such a file, and no ledger: nobody worked with it, whatever its list of archives says."""
        query = """
            SELECT 1 FROM archives WHERE last = (SELECT max(number) FROM entries)
            AND NOT EXISTS (SELECT 1 FROM changes) AND NOT EXISTS (SELECT 1 FROM processes)
        """
        return self._db.execute(query).fetchone() is not None

    def proof(self, against: str = "") -> Verification:
        """The chain checked from where it begins; a ledger also has to say what was archived before."""
        with self._moment():
            return self.chain(against) if self.is_archive else self.verify(against)

    def backup(self, target: Path) -> Verification:
        """Copy the whole file as it is at one moment, whoever writes meanwhile, and check the copy.

        Raises NotCopied where there is a file already, or the copy's chain does not hold: then none is left.
        """
        with _arriving(target) as beside:
            with closing(sqlite3.connect(beside)) as copy:
                self._db.backup(copy)
                _settle(copy)
            return _checked(beside)

    def archive(self, target: Path, *, before: datetime, at: datetime) -> Stretch:
        """Move the oldest entries, as far as all are from before this time, to a file of their own. ``at``: now.

        Nothing is removed before the file is whole, checked and on the disk. Where that was as far as it went the last
        time, it goes on from there. The last entry stays, and so does all since an emergency that nobody reviewed,
        and since the last snapshot, with which the next summary compares.

        Raises NotCopied where nothing is that old, or another file is there; NotRecorded.
        """
        if before > at - KEPT:
            latest = (at - KEPT).date()
            raise NotCopied(f"Entries of the last {KEPT.days} days stay in the ledger: {latest} is the latest date.")
        last = self._last_before(before)
        if not target.exists():
            self._write_archive(target, last)
        stretch = self._written(target, last)
        begin, _ = self.anchor()
        for part in (*range(begin + PART, stretch.last, PART), stretch.last):
            self._remove(part, target.name, at)
        return replace(stretch, first=begin + 1)

    def _last_before(self, before: datetime) -> int:
        """Number of the last entry that may go."""
        head, _ = self.last()
        queries = (("at >= ?", (stamp(before),)), (_UNREVIEWED, ()), (_COMPARED, ()))
        kept = [self._db.execute(f"SELECT min(number) FROM entries WHERE {which}", one) for which, one in queries]
        return min([head, *(int(number) for found in kept for (number,) in found if number is not None)]) - 1

    def _write_archive(self, target: Path, last: int) -> None:
        begin, _ = self.anchor()
        if last <= begin:
            raise NotCopied("There are no entries from before that date which could be archived.")
        with _arriving(target) as beside:
            with closing(Archives.open(beside)) as archive:
                archive._take(self._db, begin + 1, last)
                _settle(archive._db)
            _checked(beside)

    def _take(self, ledger: Connection, first: int, last: int) -> None:
        span = (first, last)
        with self._transaction() as db:
            rows = ledger.execute("SELECT number, body, seal FROM entries WHERE number BETWEEN ? AND ?", span)
            db.executemany("INSERT INTO entries (number, body, seal) VALUES (?, ?, ?)", rows)
            db.execute(f"INSERT INTO subjects {_SUBJECTS}")
            db.executemany("INSERT INTO touches VALUES (?, ?)", ledger.execute(_TOUCHED, span))
            audit_index.belong_all(db)
            rows = ledger.execute("SELECT * FROM effects WHERE entry BETWEEN ? AND ?", span)
            db.executemany("INSERT INTO effects VALUES (?, ?, ?, ?)", rows)
            db.executemany("INSERT INTO archives VALUES (?, ?)", ledger.execute("SELECT * FROM archives"))
            db.execute("INSERT INTO archives SELECT number, seal FROM entries ORDER BY number DESC LIMIT 1")

    def _written(self, target: Path, last: int) -> Stretch:
        """What stands in this archive. Raises NotCopied unless it is the oldest entries of this very log."""
        begin, _ = self.anchor()
        stretch = _stretch(target)
        if stretch and stretch.first <= begin + 1 <= stretch.last <= last and self._seal(stretch.last) == stretch.head:
            return stretch
        raise NotCopied(f"There is a file {target} already, and it holds something else. Choose another name.")

    def _remove(self, last: int, name: str, at: datetime) -> None:
        with self._transaction() as db:
            head, (begin, _) = self._seal(last), self.anchor()
            if not head:
                raise NotCopied("Somebody else archives just now. The archive holds; try again to go on with it.")
            for table, column in _PARTED.items():
                db.execute(f"DROP TRIGGER IF EXISTS {table}_are_never_removed")
                db.execute(f"DELETE FROM {table} WHERE {column} <= ?", (last,))
                db.execute(removal_guard(table))
            db.execute("DELETE FROM unindexed WHERE entry <= ?", (last,))
            db.execute("INSERT INTO archives VALUES (?, ?)", (last, head))
            detail = {"first": begin + 1, "last": last, "head": head, "file": name, "entries": last - begin}
            append(db, Entry(EntryKind.ARCHIVED, detail=detail, outcome="archived"), at)

    def _seal(self, number: int) -> str:
        """The seal of this entry; an empty text where it is not here."""
        row = self._db.execute("SELECT seal FROM entries WHERE number = ?", (number,)).fetchone()
        return str(row["seal"]) if row else ""


def joined(paths: Sequence[Path], against: str = "") -> Verification:
    """Check archives and a ledger as one chain, from the very first entry on. Raises sqlite3.Error."""
    with ExitStack() as stack:
        files = [(path.name, stack.enter_context(closing(Archives.read(path)))) for path in paths]
        whole = Verification(0, GENESIS)
        for name, file in sorted(files, key=lambda one: one[1].anchor()):
            whole = _followed(whole, name, file, against)
            if not whole.holds:
                break
        return whole


def _followed(whole: Verification, name: str, file: Archives, against: str) -> Verification:
    begin, seal = file.anchor()
    if (begin, seal) != (whole.entries, whole.head):
        fault = f"{name} begins behind entry {begin}, and the entries before it end with entry {whole.entries}."
        told = f"{name} does not go on from the seal of entry {begin}." if begin == whole.entries else fault
        return replace(whole, fault=told)
    proof = file.proof(against)
    fault = proof.fault and f"{name}: {proof.fault}"
    witness = whole.witness if proof.witness is None else proof.witness
    return Verification(whole.entries + proof.entries, proof.head, fault, witness=witness)


def _stretch(path: Path) -> Stretch | None:
    """The entries of an archive; None where it is none, or does not hold."""
    try:
        with closing(Archives.read(path)) as file:
            proof = file.chain()
            first = proof.archived + 1
            return Stretch(first, proof.archived + proof.entries, proof.head) if _is_sound(file, proof) else None
    except sqlite3.Error:
        return None


def _is_sound(file: Archives, proof: Verification) -> bool:
    return proof.holds and file.is_archive


def _checked(path: Path) -> Verification:
    with closing(Archives.read(path)) as copy:
        proof = copy.proof()
    if not proof.holds:
        raise NotCopied(f"The log does not hold, so nothing was written. {proof.fault}")
    return proof


@contextmanager
def _arriving(target: Path) -> Iterator[Path]:
    """A file beside ``target`` that takes its place when it is whole and on the disk. Raises NotCopied, OSError."""
    _refuse_overwriting(target)
    if not target.parent.is_dir():
        raise NotCopied(f"There is no directory {target.parent}.")
    handle, name = tempfile.mkstemp(prefix=f"{target.name}.", suffix=".part", dir=target.parent)
    os.close(handle)
    beside = Path(name)
    try:
        yield beside
        _sync(beside)
        _take_place(beside, target)
        _sync(target.parent)
    finally:
        for ending in ("", "-wal", "-shm", "-journal"):
            Path(f"{name}{ending}").unlink(missing_ok=True)


def _take_place(beside: Path, target: Path) -> None:
    """Unlike a renaming, this does not overwrite what appeared there meanwhile. Raises NotCopied."""
    try:
        target.hardlink_to(beside)
    except FileExistsError:
        raise _taken(target) from None


def _refuse_overwriting(target: Path) -> None:
    if target.exists():
        raise _taken(target)


def _taken(target: Path) -> NotCopied:
    return NotCopied(f"There is a file {target} already. Choose another name.")


def _settle(db: sqlite3.Connection) -> None:
    """One file without companions, which can be read wherever it is put."""
    db.execute("PRAGMA journal_mode=DELETE")


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
