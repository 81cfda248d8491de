"""What the table segment_rules holds, compared with the entries of steps that let segments follow rules, or not."""

from collections.abc import Container

from bot.core.audit.entries import RecordedEntry
from bot.ledger.sql import change_rows
from bot.ledger.sql.database import Connection
from bot.ledger.sql.segment_rules import DROP, FOLLOW


class RuleRows:
    """Compares the entries of all changes, which come one change after the other, with the rows of rules in force.

    ``among``: only the rules of these segments, with all entries about them since the Step that is in force.
    """

    def __init__(self, db: Connection, among: Container[str] | None = None) -> None:
        self._db = db
        self._among = among
        self._latest = dict[str, tuple[int, tuple[int, int] | None]]()

    def note(self, entry: RecordedEntry) -> None:
        """Note which Step is in force for a segment by its latest entry."""
        if entry.kind != "step done" or entry.detail.get("kind") not in (FOLLOW, DROP):
            return
        follows = (entry.change or 0, int(entry.detail["step"])) if entry.detail["kind"] == FOLLOW else None
        for subject in entry.subjects:
            kind, _, segment = subject.partition(":")
            if kind == "segment" and self._is_among(segment) and self._latest.get(segment, (0, None))[0] < entry.number:
                self._latest[segment] = (entry.number, follows)

    def fault(self) -> str:
        """Return that there are other rules than by the latest entries, apart from those whose entries are archived."""
        if not self._db.has_column("segment_rules", "segment"):
            return ""  # a file of an earlier version, which is only read
        (first,) = self._db.execute("SELECT coalesce(min(number), 0) FROM entries").fetchone()
        rows = self._db.execute("SELECT segment, change, position, entry FROM segment_rules")
        stored = {
            segment: (entry, (change, position)) for segment, change, position, entry in rows if self._is_among(segment)
        }
        sealed = {segment: rule for segment, rule in self._latest.items() if rule[1]}
        archived = {
            segment: (entry, at)
            for segment, (entry, at) in stored.items()
            if 0 < entry < first and segment not in self._latest and self._is_set(segment, *at)
        }
        return "The table segment_rules has other rules than the log." if stored != sealed | archived else ""

    def _is_among(self, segment: str) -> bool:
        return self._among is None or segment in self._among

    def _is_set(self, segment: str, number: int, position: int) -> bool:
        """Return whether this Step of a change is done, and let this segment follow a rule."""
        change = change_rows.load(self._db, number)
        created_ids = change.created_ids
        done = [
            change.plan.steps[run.position].resolved(created_ids) for run in change.done if run.position == position
        ]
        return any(step.kind == FOLLOW and segment in step.segment_ids for step in done)
