"""The SQL for searching the audit log with a filter."""

from typing import Any

from bot.core.audit.audit_reader import AuditFilter
from bot.core.audit.index_terms import is_segment, narrowest_first
from bot.core.timestamps import timestamp
from bot.ledger.sql.audit_index import OF_SEGMENTS

FEW = 100
"""The most subjects that are searched one by one; more come from a name that a whole series of segments had."""
_CONDITIONS = {
    "actor": "actor = :actor",
    "kind": "kind = :kind",
    "change": "change = :change",
    "since": "at >= :since",
    "until": "at < :until",
    "before": "(at, {number}) < (SELECT at, number FROM entries WHERE number = :before)",
    "after": "(at, {number}) > (:after_at, :after)",  # by value: that entry may be archived meanwhile
}
"""The rows of subjects contain not only the subject, but also what narrows a search."""
_ABOUT = """
    EXISTS (SELECT 1 FROM subjects AS b WHERE subject IN ({among}) AND b.at = {table}.at AND b.entry = {table}.{number})
"""


def search(audit_filter: AuditFilter, *, limit: int, before: int | None = None) -> tuple[str, dict[str, Any]]:
    """Return the query for the latest matching entries, newest first, with its parameters.

    It uses the index by subject, which is in order already; and the entries if a change is named, too: a change has few
    entries, while a tenth of all may be about a busy segment.
    """
    audit_filter = narrowest_first(audit_filter)
    values = _values(audit_filter) | {"limit": limit} | ({} if before is None else {"before": before})
    return _query(audit_filter, values, "DESC"), values


def search_oldest(
    audit_filter: AuditFilter, *, limit: int, after: tuple[str, int] | None = None
) -> tuple[str, dict[str, Any]]:
    """Return the query for the first matching entries, oldest first, with its parameters.

    ``after``: only those behind the row of this time and number.
    """
    audit_filter = narrowest_first(audit_filter)
    behind = dict(zip(("after_at", "after"), after, strict=True)) if after else {}
    values = _values(audit_filter) | {"limit": limit} | behind
    return _query(audit_filter, values, "ASC"), values


def _query(audit_filter: AuditFilter, values: dict[str, Any], order: str) -> str:
    """Return the query for number, text and seal of entries, and for the time that they are in order of."""
    conditions = [condition for name, condition in _CONDITIONS.items() if name in values]
    without = _names("without", audit_filter.without)
    conditions += [f"kind NOT IN ({', '.join(without)})"] if without else []
    subjects, besides = _names("subject", audit_filter.subjects), _names("beside", audit_filter.besides)
    if not subjects or audit_filter.change is not None:
        where = _all_of(*conditions, *_about(subjects, "e", "number"), *_about(besides, "e", "number"))
        where = f"WHERE {where.format(number='number')} ORDER BY at {order}, number {order} LIMIT :limit"
        return f"SELECT number, body, seal, at FROM entries AS e {where}"
    indexed = [OF_SEGMENTS] if all(map(is_segment, audit_filter.subjects)) else []
    each = _all_of(*indexed, *conditions, *_about(besides, "s", "entry")).format(number="entry")
    found = _of_each(subjects, each) if len(subjects) <= FEW else _of_many(subjects, each, order)
    return f"""
        SELECT e.number, body, seal, s.at FROM ({found} ORDER BY at {order}, entry {order} LIMIT :limit) AS s
        CROSS JOIN entries AS e WHERE e.number = s.entry ORDER BY s.at {order}, s.entry {order}
    """


def _of_each(subjects: list[str], conditions: str) -> str:
    """Return the query for a few subjects: each has its entries in order, and no more are read than needed."""
    return " UNION ".join(
        f"SELECT at, entry FROM subjects AS s WHERE subject = {one} AND {conditions}" for one in subjects
    )


def _of_many(subjects: list[str], conditions: str, order: str) -> str:
    """Return the query for many subjects, too many for one statement: merge the first entries of each."""
    each = ", ".join(f"({one})" for one in subjects)
    first = f"""
        SELECT at, entry FROM subjects AS s WHERE subject = one.value AND {conditions}
        ORDER BY at {order}, entry {order} LIMIT :limit
    """
    return f"""
        SELECT DISTINCT a.at, a.entry FROM (SELECT column1 AS value FROM (VALUES {each}) AS given) AS one
        CROSS JOIN subjects AS a WHERE a.subject = one.value AND (a.at, a.entry) IN ({first})
    """


def _all_of(*conditions: str) -> str:
    return " AND ".join(conditions) or "true"


def _about(subjects: list[str], table: str, number: str) -> list[str]:
    return [_ABOUT.format(among=", ".join(subjects), table=table, number=number)] if subjects else []


def _names(name: str, values: tuple[str, ...]) -> list[str]:
    return [f":{name}{place}" for place, _ in enumerate(values)]


def _values(audit_filter: AuditFilter) -> dict[str, Any]:
    values = {
        "actor": audit_filter.actor or None,
        "kind": audit_filter.kind,
        "change": audit_filter.change,
        "since": timestamp(audit_filter.since) if audit_filter.since else None,
        "until": timestamp(audit_filter.until) if audit_filter.until else None,
    }
    lists = {"subject": audit_filter.subjects, "beside": audit_filter.besides, "without": audit_filter.without}
    each = {f"{name}{place}": one for name, listed in lists.items() for place, one in enumerate(listed)}
    return {name: value for name, value in values.items() if value is not None} | each
