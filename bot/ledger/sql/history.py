"""The history: segment sizes by day, and the bot's effects. See ``bot.ledger.ports.history``."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from bot.core.approval.brief import Brief
from bot.core.segment_rules.followed import RUN
from bot.core.summary.history import Effect, OutsideMove, Progress, Restorations, RuleRuns, Size, Snapshot
from bot.core.timestamps import timestamp
from bot.ledger.sql.change_index import FINISHED, UNREVIEWED
from bot.ledger.sql.database import Connection, Database, placeholders, statement

_CHANGED = "SELECT change FROM changed"
_SHAPED = """
    WITH changed AS MATERIALIZED (
        SELECT DISTINCT change FROM entries WHERE number > ? AND number <= ? AND kind = 'step done'
    )
    SELECT json_extract(body, '$.applied.created.id') AS segment FROM runs WHERE change IN ({changed})
    UNION SELECT json_extract(body, '$.undo[0].old_id') FROM runs WHERE change IN ({changed})
    UNION SELECT json_extract(body, '$.undo[0].segment.id') FROM runs
          WHERE change IN ({changed}) AND json_extract(body, '$.undo[0].kind') = 'update_segment'
"""
"""What a step created, what it deleted (its undo has the id), and what it renamed."""

_UNKNOWN = """
    SELECT EXISTS (
        SELECT 1 FROM entries WHERE kind IN ('step failed', 'step unsure') AND number > ? AND number <= ?
        AND CAST(json_extract(body, '$.detail.uncertain') AS TEXT) IN ('1', 'true')
    )
"""
_SIZES = """
    SELECT at, entry, sizes.shoppers FROM sizes JOIN snapshots ON snapshots.day = sizes.day
    WHERE segment IN ({ids}) AND entry >= (SELECT coalesce(max(last), 0) FROM archives) ORDER BY snapshots.day
"""
_NET = """
    SELECT coalesce(sum(added - removed), 0) FROM effects WHERE entry > ? AND entry <= ? AND segment IN ({ids})
"""
_BY_RULES = f"""
    SELECT segment, sum(added), sum(removed), count(DISTINCT number) FROM effects JOIN (
        SELECT entries.number AS entry, changes.number FROM entries JOIN changes ON changes.number = entries.change
        WHERE covered_by IS NOT NULL AND json_extract(changes.body, '$.command') = '{RUN}'
    ) AS ran ON ran.entry = effects.entry WHERE effects.entry > ? AND effects.entry <= ? GROUP BY segment
"""
_ROUTINE = f"""
    SELECT 1 FROM changes WHERE changes.number = entries.change AND covered_by IS NOT NULL AND state = 'done'
    AND json_extract(body, '$.command') = '{RUN}' AND json_extract(body, '$.approvals') = '[]'
"""
_NOT_POSTED = "SELECT 1 FROM days WHERE days.day = snapshots.day AND state NOT IN ('begun', 'posted')"
"""Days before the first summary have no row, and did not have to be posted."""


class SqlHistory:
    """The history in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, snapshot: Snapshot) -> None:
        """Save this snapshot as its day's."""
        await self._database.write(lambda db: save_snapshot(db, snapshot))

    async def last_reported(self, before: date) -> Snapshot | None:
        """Return the snapshot of the latest day before this one whose summary was posted."""
        return await self._latest_of(before, f"AND NOT EXISTS ({_NOT_POSTED})")

    async def latest(self, before: date) -> Snapshot | None:
        """Return the latest snapshot of a day before this one."""
        return await self._latest_of(before)

    async def _latest_of(self, before: date, which: str = "") -> Snapshot | None:
        query = f"SELECT * FROM snapshots WHERE day < ? {which} ORDER BY day DESC LIMIT 1"

        def read(db: Connection) -> Snapshot | None:
            row = db.execute(query, (before.isoformat(),)).fetchone()
            return _snapshot(db, row) if row else None

        return await self._database.read(read)

    async def sizes_of(self, segment_id: str, since: date) -> tuple[tuple[date, int], ...]:
        """Return the sizes of one segment from this day on, oldest first."""
        query = "SELECT day, shoppers FROM sizes WHERE segment = ? AND day >= ? ORDER BY day"

        def read(db: Connection) -> dict[str, int]:
            ids = reversed(restorations(db).all_ids(segment_id))
            return {day: shoppers for id_ in ids for day, shoppers in db.execute(query, (id_, since.isoformat()))}

        days = await self._database.read(read)
        return tuple((date.fromisoformat(day), shoppers) for day, shoppers in sorted(days.items()))

    async def ids_of(self, segment_id: str) -> tuple[str, ...]:
        """Return all ids that this segment has had, its current one first."""
        return await self._database.read(lambda db: restorations(db).all_ids(segment_id))

    async def current_ids(self) -> Mapping[str, str]:
        """Return the ids that restored segments have now, by each that they had before."""
        restored = await self._database.read(restorations)
        return {old: restored.current_id(old)[0] for old in restored.by_old}

    async def moved_outside(self, segment_id: str, since: datetime | None, until: datetime) -> tuple[OutsideMove, ...]:
        """Return how the segment's size changed outside the bot from snapshot to snapshot, oldest first."""
        return await self._database.read(lambda db: tuple(_moved_outside(db, segment_id, since, until)))

    async def effects(self, after: int, until: int) -> dict[str, Effect]:
        """Return the effects of steps on each segment, in the entries after ``after`` and up to ``until``."""
        query = """
            SELECT segment, sum(added) AS added, sum(removed) AS removed FROM effects
            WHERE entry > ? AND entry <= ? GROUP BY segment
        """
        found: dict[str, Effect] = {}
        for id_, (added, removed) in await self._by_current_id(query, after, until):
            found[id_] = found.get(id_, Effect()) + Effect(added, removed)
        return found

    async def by_rules(self, after: int, until: int) -> dict[str, RuleRuns]:
        """Return what runs of rules did to each segment, by id, of these effects."""
        found: dict[str, RuleRuns] = {}
        for id_, (added, removed, runs) in await self._by_current_id(_BY_RULES, after, until):
            found[id_] = found.get(id_, RuleRuns()) + RuleRuns(runs, Effect(added, removed))
        return found

    async def _by_current_id(self, query: str, after: int, until: int) -> list[tuple[str, tuple[int, ...]]]:
        """Return rows of numbers behind the id that their segment has now."""
        rows = await self._database.read(statement(query, (after, until)))
        restored = await self._database.read(restorations)
        return [(restored.current_id(segment)[0], tuple(map(int, numbers))) for segment, *numbers in rows]

    async def has_unknown_effects(self, after: int, until: int) -> bool:
        """Return whether the effects of any step in these entries are unknown."""
        return await self._is_so(_UNKNOWN, after, until)

    async def segments_shaped(self, after: int, until: int) -> frozenset[str]:
        """Return ids of the segments created, renamed or deleted by changes with a step in these entries."""
        rows = await self._database.read(statement(_SHAPED.format(changed=_CHANGED), (after, until)))
        return frozenset(row["segment"] for row in rows if row["segment"])

    async def ended(self, after: int, until: int) -> tuple[Brief, ...]:
        """Return the changes whose run ended in these entries, oldest first."""
        query = f"""
            SELECT briefs.body FROM entries JOIN briefs ON briefs.change = entries.change
            WHERE number > ? AND number <= ? AND {FINISHED} AND NOT EXISTS ({_ROUTINE}) ORDER BY number
        """
        return await self._briefs(query, after, until)

    async def unreviewed(self) -> tuple[Brief, ...]:
        """Return the changes that ran without their approvals and have not been reviewed, oldest first."""
        query = f"""
            SELECT briefs.body FROM changes JOIN briefs ON change = number WHERE {UNREVIEWED} ORDER BY number
        """
        return await self._briefs(query)

    async def _briefs(self, query: str, *values: int) -> tuple[Brief, ...]:
        rows = await self._database.read(statement(query, values))
        return tuple(Brief.model_validate_json(row["body"]) for row in rows)

    async def _is_so(self, query: str, *values: int) -> bool:
        ((found,),) = await self._database.read(statement(query, values))
        return bool(found)

    async def progress(self, after: int) -> Progress:
        """Return what the bot is doing now, and has done since this entry; steps without effects count, too."""
        moved = "SELECT EXISTS (SELECT 1 FROM entries WHERE number > ? AND kind LIKE 'step %')"
        runs = "SELECT EXISTS (SELECT 1 FROM changes WHERE state = 'running')"
        return Progress(await self._is_so(moved, after), await self._is_so(runs))


def _moved_outside(db: Connection, segment_id: str, since: datetime | None, until: datetime) -> Iterator[OutsideMove]:
    ids = restorations(db).all_ids(segment_id)
    sizes, net = (query.format(ids=placeholders(ids)) for query in (_SIZES, _NET))
    for before, after in pairwise(db.execute(sizes, ids).fetchall()):
        begins, ends = (datetime.fromisoformat(one["at"]) for one in (before, after))
        between = (before["entry"], after["entry"])
        if begins < until and (since is None or since < ends) and not db.execute(_UNKNOWN, between).fetchone()[0]:
            (by_bot,) = db.execute(net, (*between, *ids)).fetchone()
            if by := after["shoppers"] - before["shoppers"] - int(by_bot):
                yield OutsideMove(begins, ends, by)


def _snapshot(db: Connection, row: Any) -> Snapshot:
    found = db.execute("SELECT segment, name, shoppers FROM sizes WHERE day = ?", (row["day"],))
    sizes, at = tuple(Size(*size) for size in found), datetime.fromisoformat(row["at"])
    taken = Snapshot(date.fromisoformat(row["day"]), at, row["entry"], row["shoppers"], sizes)
    return taken.with_current_ids(restorations(db))


def restorations(db: Connection) -> Restorations:
    """Return which segments changes restored under other ids."""
    rows = db.execute("SELECT old, segment, change FROM restored ORDER BY change")
    return Restorations({old: (segment, change) for old, segment, change in rows})


def save_snapshot(db: Connection, snapshot: Snapshot) -> None:
    """Save this snapshot as its day's. The caller holds the transaction."""
    day = snapshot.day.isoformat()
    row = (day, timestamp(snapshot.at), snapshot.entry, snapshot.shoppers)
    db.execute(
        "INSERT INTO snapshots VALUES (?, ?, ?, ?) ON CONFLICT (day) DO UPDATE "
        "SET at = excluded.at, entry = excluded.entry, shoppers = excluded.shoppers",
        row,
    )
    db.execute("DELETE FROM sizes WHERE day = ?", (day,))
    rows = [(day, one.segment, one.name, one.shoppers) for one in snapshot.sizes]
    db.executemany("INSERT INTO sizes VALUES (?, ?, ?, ?)", rows)
