"""What the tables effects, names, restored and segment_rules hold of steps, compared with the steps' entries."""

from collections.abc import Iterable

from bot.core.audit.entries import RecordedEntry
from bot.core.audit.entry_codec import decode
from bot.core.audit.index_terms import segment_names
from bot.ledger.sql import change_rows
from bot.ledger.sql.database import Connection
from bot.ledger.sql.rule_rows import RuleRows

_OF_RUNS = """
    SELECT json_extract(body, '$.applied.created.name'), json_extract(body, '$.applied.created.id') FROM runs
    UNION SELECT json_extract(body, '$.undo[0].segment.name'), json_extract(body, '$.undo[0].old_id') FROM runs
    UNION SELECT json_extract(body, '$.undo[0].before.name'), json_extract(body, '$.undo[0].segment.id') FROM runs
    UNION SELECT json_extract(body, '$.undo[0].after.name'), json_extract(body, '$.undo[0].segment.id') FROM runs
"""
"""The names that a migration took from the runs of the first releases, which stand with the entry 0."""
_RESTORING = """
    SELECT DISTINCT change FROM runs JOIN changes ON number = change
    WHERE json_extract(runs.body, '$.applied.created.id') IS NOT NULL AND plan LIKE '%"old_id":"%'
    UNION SELECT change FROM restored JOIN changes ON number = change
"""


class StepRows:
    """Compares the entries of all changes with the rows that their steps left, one change after the other."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self._effects = 0
        self._rules = RuleRows(db)

    def fault_of(self, entries: Iterable[RecordedEntry]) -> str:
        """Return the first entry of a change whose rows are missing or different, in a sentence."""
        for entry in entries:
            self._rules.note(entry)
            if not self._has_effects(entry) or not self._has_names(entry):
                return f"What entry {entry.number} says of a step is not in the tables effects and names."
        return ""

    def left_over(self) -> str:
        """Return a row that belongs to none of the entries that were compared, in a sentence."""
        db = self._db
        (effects,) = db.execute("SELECT count(*) FROM effects").fetchone()
        if effects != self._effects:
            return "The table effects has a row that is not in the log."
        return self._strange_name() or self._wrongly_restored() or self._rules.fault()

    def _has_effects(self, entry: RecordedEntry) -> bool:
        sealed = entry.detail.get("effects")
        if not isinstance(sealed, dict):
            return True
        rows = self._db.execute("SELECT segment, added, removed FROM effects WHERE entry = ?", (entry.number,))
        stored = {segment: [added, removed] for segment, added, removed in rows}
        self._effects += len(stored)
        return stored == sealed

    def _has_names(self, entry: RecordedEntry) -> bool:
        named = segment_names(entry.kind, entry.subjects, entry.detail)
        query = "SELECT 1 FROM names WHERE name = ? AND segment = ? AND entry <= ?"
        return all(self._db.execute(query, (*one, entry.number)).fetchone() for one in named)

    def _strange_name(self) -> str:
        (first,) = self._db.execute("SELECT coalesce(min(number), 0) FROM entries").fetchone()
        rows = self._db.execute("SELECT name, segment, entry FROM names WHERE entry >= ?", (first,))
        for name, segment, number in rows:
            if (name, segment) not in self._named_in(number):
                return f"The table names has a name of a segment that entry {number} does not."
        return self._strange_old_name()

    def _named_in(self, number: int) -> list[tuple[str, str]]:
        row = self._db.execute("SELECT body, seal FROM entries WHERE number = ?", (number,)).fetchone()
        entry = decode(*row) if row else None
        return segment_names(entry.kind, entry.subjects, entry.detail) if entry else []

    def _strange_old_name(self) -> str:
        old = {(name, segment) for name, segment in self._db.execute("SELECT name, segment FROM names WHERE entry = 0")}
        if old:
            old -= {(name.casefold(), segment) for name, segment in self._db.execute(_OF_RUNS) if name and segment}
        return "The table names has a name of a segment that no step gave or took." if old else ""

    def _wrongly_restored(self) -> str:
        rows = self._db.execute("SELECT old, segment, change FROM restored")
        stored = {(old, new, change) for old, new, change in rows}
        numbers = [number for (number,) in self._db.execute(_RESTORING)]
        sealed = {
            (old, new, number) for number in numbers for old, new in change_rows.load(self._db, number).restored.items()
        }
        return "The table restored does not say which segments changes created again." if stored != sealed else ""
