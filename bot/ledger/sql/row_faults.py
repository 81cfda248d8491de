"""Rows of tables that say something else than the log. The log is what counts: rows are caches of it."""

from typing import Any

from bot.core.audit.hash_chain import canonical
from bot.ledger.sql import change_verification, invocation_rows, kept_lists
from bot.ledger.sql.database import Connection
from bot.ledger.stored_changes import digest

_SUMMARIES = """
    SELECT json_extract(body, '$.detail.day') AS day, outcome, json_extract(body, '$.detail.reason') AS reason,
        json_extract(body, '$.detail.sealed.row') AS row, json_extract(body, '$.detail.sealed.snapshot') AS snapshot
    FROM entries
    WHERE kind IN ('summary begun', 'summary posted', 'summary skipped', 'summary failed', 'summary unsure')
    AND actor = '' AND json_extract(body, '$.detail.day') IS NOT NULL ORDER BY number
"""
_ARCHIVINGS = """
    SELECT CAST(json_extract(body, '$.detail.last') AS BIGINT) AS last, json_extract(body, '$.detail.head') AS head,
        json_extract(body, '$.detail.sealed.earlier') AS earlier
    FROM entries WHERE kind = 'archived' AND json_extract(body, '$.detail.last') IS NOT NULL ORDER BY number
"""


def first(db: Connection) -> str:
    """Return the first row that says something else than the log, as a sentence; empty if there is none."""
    return (
        change_verification.first_fault(db)
        or kept_lists.fault(db)
        or invocation_rows.first_fault(db)
        or _wrong_day(db)
        or _wrong_archive(db)
    )


# Days of the summary


def day_facts(db: Connection, day: str) -> dict[str, Any]:
    """Return what is sealed of a day with its summary: its row, and the sizes that were saved for it."""
    row = db.execute("SELECT state, first_at, reason FROM days WHERE day = ?", (day,)).fetchone()
    return {"row": digest(*row), "snapshot": _snapshot_digest(db, day)}


def _snapshot_digest(db: Connection, day: str) -> str:
    taken = db.execute("SELECT at, entry, shoppers FROM snapshots WHERE day = ?", (day,)).fetchone()
    sizes = db.execute("SELECT segment, name, shoppers FROM sizes WHERE day = ? ORDER BY segment", (day,))
    return digest(canonical({"taken": list(taken or ()), "sizes": [list(size) for size in sizes]}))


def _wrong_day(db: Connection) -> str:
    if not db.has_column("days", "day"):
        return ""  # a file of an earlier version, which is only read
    sealed = {row["day"]: row for row in db.execute(_SUMMARIES)}
    stored = {row["day"]: row for row in db.execute("SELECT day, state, first_at, reason FROM days")}
    wrong = [day for day, row in sealed.items() if not _is_sealed_day(db, row, stored.get(day))]
    wrong += [day for day in stored.keys() - sealed.keys() if _has_to_be_sealed(db, stored[day])]
    wrong += [day for (day,) in db.execute("SELECT DISTINCT day FROM sizes EXCEPT SELECT day FROM snapshots")]
    where = "is not in the tables days, snapshots and sizes as it is in the log."
    return f"The summary of {min(wrong)} {where}" if wrong else ""


def _is_sealed_day(db: Connection, sealed: Any, stored: Any) -> bool:
    if stored is None:
        return False
    is_begun_again = sealed["outcome"] == "begun" and stored["state"] != "begun"
    if is_begun_again or stored["state"] in ("under way", "posting"):
        # A first day that lay ahead became a day like any other, or what was unsure is being told.
        return sealed["outcome"] in ("begun", "unsure")
    same = (stored["state"], stored["reason"]) == (sealed["outcome"], sealed["reason"] or "")
    day = day_facts(db, sealed["day"])
    return same and sealed["row"] in (None, day["row"]) and sealed["snapshot"] in (None, day["snapshot"])


def _has_to_be_sealed(db: Connection, stored: Any) -> bool:
    """Return whether a day without an entry should have one: it is settled, and later than what was archived."""
    if stored["state"] in ("under way", "posting"):
        return False
    archived = db.execute("SELECT 1 FROM archives").fetchone()
    first = db.execute("SELECT at FROM entries ORDER BY number LIMIT 1").fetchone()
    return not archived or first is None or stored["first_at"] >= first["at"]


# Archives


def archives_digest(db: Connection, last: int) -> str:
    """Return the digest of the list of archives, without those from entry ``last`` on."""
    rows = db.execute("SELECT last, seal FROM archives WHERE last < ? ORDER BY last", (last,))
    return digest(canonical({"archives": [list(row) for row in rows]}))


def _wrong_archive(db: Connection) -> str:
    archived = db.execute(_ARCHIVINGS).fetchall()
    stored = {(last, head) for last, head in db.execute("SELECT last, seal FROM archives")}
    sealed = {(row["last"], row["head"]) for row in archived}
    oldest = min((last for last, _ in sealed), default=0)
    is_whole = all(last < oldest for last, _ in stored - sealed) and sealed <= stored
    earlier = [row for row in archived if row["earlier"]]
    if is_whole and all(archives_digest(db, row["last"]) == row["earlier"] for row in earlier):
        return ""
    return "The table archives lists other archives than the log."
