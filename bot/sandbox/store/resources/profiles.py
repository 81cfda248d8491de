"""Shopper profiles and their memberships in segments, following segments.v3.yml. No HTTP here."""

from collections.abc import Sequence
from typing import Any

from bot.sandbox.store.database import Shop, many
from bot.sandbox.store.paging import Page, Window
from bot.sandbox.store.refusals import Conflict, NotFound, TooLarge
from bot.sandbox.store.resources.segments import COLUMNS as SEGMENT_COLUMNS
from bot.sandbox.store.resources.segments import position as segment_position

COLUMNS = "id, customer_id, created_at, updated_at"
MOST_MEMBERS = 50  # "Limit of Shopper Profiles per request is 50."


def page(shop: Shop, window: Window) -> Page:
    """Return a page of all profiles, oldest first."""
    return shop.page(COLUMNS, "profiles", (), window)


def create(shop: Shop, customer_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Create a profile for each customer, or none. Raises NotFound (customer), Conflict (has one already)."""
    shop.refuse_large_batch(len(customer_ids))
    packed = many(customer_ids)
    sql = "SELECT id FROM customers WHERE id IN (SELECT value FROM json_each(?))"
    known = {row["id"] for row in shop.rows(sql, packed)}
    if unknown := [i for i, customer_id in enumerate(customer_ids) if customer_id not in known]:
        errors = {str(i): f"Customer `{customer_ids[i]}` does not exist." for i in unknown}
        raise NotFound("Customer not found.", errors)
    sql = "SELECT customer_id FROM profiles WHERE customer_id IN (SELECT value FROM json_each(?))"
    taken = {row["customer_id"] for row in shop.rows(sql, packed)}
    _refuse_second_profiles(customer_ids, taken)
    now = shop.now()
    rows = [(shop.new_id(), customer_id, now, now) for customer_id in customer_ids]
    with shop.db:
        shop.db.executemany(f"INSERT INTO profiles ({COLUMNS}) VALUES (?, ?, ?, ?)", rows)  # noqa: S608
    return found(shop, [row[0] for row in rows])


def delete(shop: Shop, ids: Sequence[str] | None) -> None:
    """Delete profiles and their memberships. None deletes every profile, as the vendor's API does."""
    with shop.db:
        if ids is None:
            shop.db.execute("DELETE FROM profiles")
        else:
            shop.db.execute("DELETE FROM profiles WHERE id IN (SELECT value FROM json_each(?))", (many(ids),))


def members(shop: Shop, segment_id: str, window: Window) -> Page:
    """Return a page of a segment's shopper profiles. Raises NotFound."""
    segment = segment_position(shop, segment_id)
    page = shop.page("profile", "members WHERE segment = ?", (segment,), window, order=shop.by("profile"))
    sql = f"""SELECT {COLUMNS} FROM profiles
              WHERE position IN (SELECT value FROM json_each(?)) ORDER BY {shop.by("position")}"""  # noqa: S608
    return Page(shop.rows(sql, many(row["profile"] for row in page.rows)), page.total, window)


def add_members(shop: Shop, segment_id: str, profile_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Add profiles to a segment: all or, by the shop's settings, all but those that are named as members already.

    Raises NotFound (segment or profile), TooLarge (over 50), Conflict (a member already).
    """
    segment = segment_position(shop, segment_id)
    if len(profile_ids) > MOST_MEMBERS:
        raise TooLarge(f"The maximum number of shopper profiles per request is {MOST_MEMBERS}.")
    positions = _positions(shop, profile_ids)
    conflict = _conflict(shop, segment_id, segment, profile_ids, positions)
    if conflict is None or shop.settings.conflict_adds == "rest":
        with shop.db:
            sql = "INSERT OR IGNORE INTO members (segment, profile) VALUES (?, ?)"
            shop.db.executemany(sql, [(segment, position) for position in positions.values()])
    if conflict is not None:
        raise conflict
    return found(shop, profile_ids)


def remove_members(shop: Shop, segment_id: str, profile_ids: Sequence[str] | None) -> None:
    """Remove profiles from a segment. None empties the segment, as the vendor's API does. Raises NotFound."""
    segment = segment_position(shop, segment_id)
    with shop.db:
        if profile_ids is None:
            shop.db.execute("DELETE FROM members WHERE segment = ?", (segment,))
            return
        sql = """DELETE FROM members WHERE segment = ? AND profile IN
                 (SELECT position FROM profiles WHERE id IN (SELECT value FROM json_each(?)))"""
        shop.db.execute(sql, (segment, many(profile_ids)))


def add_another_member(shop: Shop, segment_id: str, *, but: str) -> None:
    """Add the last profile that is not in a segment, if there is one ``but`` this."""
    segment = segment_position(shop, segment_id)
    with shop.db:
        sql = """INSERT INTO members (segment, profile) SELECT ?1, position FROM profiles
                 WHERE id != ?2 AND position NOT IN (SELECT profile FROM members WHERE segment = ?1)
                 ORDER BY position DESC LIMIT 1"""
        shop.db.execute(sql, (segment, but))


def segments(shop: Shop, profile_id: str, window: Window) -> Page:
    """Return a page of the segments that a profile is in. Raises NotFound."""
    rows = shop.rows("SELECT position FROM profiles WHERE id = ?", profile_id)
    if not rows:
        raise NotFound("Shopper profile not found.")
    source = "members JOIN segments ON segments.position = members.segment WHERE members.profile = ?"
    return shop.page(SEGMENT_COLUMNS, source, (rows[0]["position"],), window, order=shop.by("segment"))


def found(shop: Shop, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return profiles in the order of `ids`, without duplicates and without those that do not exist."""
    sql = f"SELECT {COLUMNS} FROM profiles WHERE id IN (SELECT value FROM json_each(?))"  # noqa: S608
    rows = {row["id"]: row for row in shop.rows(sql, many(ids))}
    return [rows[key] for key in dict.fromkeys(ids) if key in rows]


def _positions(shop: Shop, ids: Sequence[str]) -> dict[str, int]:
    sql = "SELECT id, position FROM profiles WHERE id IN (SELECT value FROM json_each(?))"
    positions = {row["id"]: int(row["position"]) for row in shop.rows(sql, many(ids))}
    if unknown := [i for i, profile_id in enumerate(ids) if profile_id not in positions]:
        errors = {str(i): f"Shopper profile `{ids[i]}` does not exist." for i in unknown}
        raise NotFound("Shopper profile not found.", errors)
    return positions


def _conflict(
    shop: Shop, segment_id: str, segment: int, ids: Sequence[str], positions: dict[str, int]
) -> Conflict | None:
    sql = "SELECT profile FROM members WHERE segment = ? AND profile IN (SELECT value FROM json_each(?))"
    inside = {row["profile"] for row in shop.rows(sql, segment, many(positions.values()))}
    errors = {
        str(i): f"Shopper profile `{profile_id}` already exists for segment `{segment_id}`."
        for i, profile_id in enumerate(ids)
        if positions[profile_id] in inside
    }
    if not errors:
        return None
    added = [one for one in ids if positions[one] not in inside] if shop.settings.conflict_adds == "rest" else []
    title = "Unable to add shopper profiles to segment due to conflicts."
    return Conflict(title, errors, total=len(ids), carried_out=found(shop, added))


def _refuse_second_profiles(customer_ids: Sequence[int], taken: set[int]) -> None:
    seen, errors = set(taken), {}
    for i, customer_id in enumerate(customer_ids):
        if customer_id in seen:
            errors[str(i)] = f"Shopper profile already exists for customer `{customer_id}`."
        seen.add(customer_id)
    if errors:
        raise Conflict("Unable to create shopper profiles due to conflicts.", errors, total=len(customer_ids))
