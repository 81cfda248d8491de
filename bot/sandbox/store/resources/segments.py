"""Segments of the emulated store, following segments.v3.yml. Behaviour only: no HTTP."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from bot.sandbox.store.database import Shop, many
from bot.sandbox.store.paging import Page, Window
from bot.sandbox.store.refusals import Conflict, Malformed, NotFound

COLUMNS = "id, name, description, created_at, updated_at"


class Draft(NamedTuple):
    """A segment to create."""

    name: str
    description: str = ""


class Revision(NamedTuple):
    """A change of a segment; None leaves a field as it is."""

    id: str
    name: str | None = None
    description: str | None = None


def page(shop: Shop, window: Window, ids: Sequence[str] | None = None) -> Page:
    """Return a page of all segments, oldest first, or of those with these ids; unknown ids are left out."""
    if ids is None:
        return shop.page(COLUMNS, "segments", (), window)
    return shop.page(COLUMNS, "segments WHERE id IN (SELECT value FROM json_each(?))", (many(ids),), window)


def create(shop: Shop, drafts: Sequence[Draft]) -> list[dict[str, Any]]:
    """Create all of them or none. Raises Conflict for a name in use, Malformed above the most segments of a store."""
    _refuse_taken_names(shop, [draft.name for draft in drafts], set(), total=len(drafts))
    shop.refuse_large_batch(len(drafts))
    most = shop.settings.most_segments
    if shop.count("SELECT count(*) FROM segments") + len(drafts) > most:
        raise Malformed(f"A store can have at most {most} segments.")
    now = shop.now()
    rows = [(shop.new_id(), draft.name, draft.description, now, now) for draft in drafts]
    with shop.db:
        shop.db.executemany(f"INSERT INTO segments ({COLUMNS}) VALUES (?, ?, ?, ?, ?)", rows)  # noqa: S608
    return found(shop, [row[0] for row in rows])


def update(shop: Shop, revisions: Sequence[Revision]) -> list[dict[str, Any]]:
    """Update all of them or none. Raises NotFound for an unknown id, Conflict for a name in use."""
    shop.refuse_large_batch(len(revisions))
    ids = [revision.id for revision in revisions]
    known = {row["id"] for row in found(shop, ids)}
    if missing := [i for i, segment_id in enumerate(ids) if segment_id not in known]:
        raise NotFound("Segment not found.", {str(i): f"Segment `{ids[i]}` does not exist." for i in missing})
    named = [revision for revision in revisions if revision.name is not None]
    own = {revision.id for revision in named}
    _refuse_taken_names(shop, [str(revision.name) for revision in named], own, total=len(revisions))
    with shop.db:
        _rename(shop, revisions)
    return found(shop, ids)


def delete(shop: Shop, ids: Sequence[str] | None) -> None:
    """Delete segments with these ids. None deletes every segment of the store, as the vendor's API does."""
    with shop.db:
        if ids is None:
            shop.db.execute("DELETE FROM segments")
        else:
            shop.db.execute("DELETE FROM segments WHERE id IN (SELECT value FROM json_each(?))", (many(ids),))


def position(shop: Shop, segment_id: str) -> int:
    """Return the row number of a segment. Raises NotFound."""
    rows = shop.rows("SELECT position FROM segments WHERE id = ?", segment_id)
    if not rows:
        raise NotFound("Segment not found.")
    return int(rows[0]["position"])


def found(shop: Shop, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return segments in the order of `ids`, without those that do not exist."""
    sql = f"SELECT {COLUMNS} FROM segments WHERE id IN (SELECT value FROM json_each(?))"  # noqa: S608
    rows = {row["id"]: row for row in shop.rows(sql, many(ids))}
    return [rows[key] for key in dict.fromkeys(ids) if key in rows]


def _rename(shop: Shop, revisions: Sequence[Revision]) -> None:
    # Two segments may swap names in one request: names pass through values that nobody can have typed.
    for revision in revisions:
        if revision.name is not None:
            shop.db.execute("UPDATE segments SET name = char(0) || id WHERE id = ?", (revision.id,))
    sql = """UPDATE segments SET name = coalesce(?, name), description = coalesce(?, description),
             updated_at = ? WHERE id = ?"""
    now = shop.now()
    shop.db.executemany(sql, [(one.name, one.description, now, one.id) for one in revisions])


def _refuse_taken_names(shop: Shop, names: Sequence[str], own: set[str], *, total: int) -> None:
    # "The same name" is compared exactly, so `VIPs` and `vips` may coexist: the vendor publishes no rule about case,
    # and a client that copes with both copes with a stricter store, too.
    sql = "SELECT id, name FROM segments WHERE name IN (SELECT value FROM json_each(?))"
    taken = [row["name"] for row in shop.rows(sql, many(names)) if row["id"] not in own]
    if taken or any(times > 1 for times in Counter(names).values()):
        raise Conflict("Cannot have multiple segments with the same name.", total=total)
