"""Promotions of the emulated store, following promotions.v3.yml. Behaviour only: no HTTP."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.sandbox.store.database import Shop
from bot.sandbox.store.paging import Page, Window
from bot.sandbox.store.refusals import Invalid, NotFound

SORTS = ("id", "name", "priority", "start_date")
READ_ONLY = ("id", "redemption_type", "created_from", "current_uses")
READ_ONLY_OF_CODES = ("id", "current_uses", "created")
DEEPEST = 3  # and, or, not nest up to three deep; below them are ids

# The values of fields that a PUT leaves out, where it replaces the stored document.
DEFAULTS: Mapping[str, Any] = {
    "display_name": "",
    "channels": [],
    "customer": {"group_ids": [], "minimum_order_count": 0, "excluded_group_ids": [], "segments": None},
    "max_uses": None,
    "status": "ENABLED",
    "start_date": "1970-01-01T00:00:00+00:00",
    "end_date": None,
    "stop": False,
    "can_be_used_with_other_promotions": True,
    "currency_code": "*",
    "notifications": [],
    "shipping_address": None,
    "schedule": None,
}
COUPON_DEFAULTS: Mapping[str, Any] = {
    "codes": None,
    "coupon_overrides_other_promotions": False,
    "coupon_type": "SINGLE",
    "multiple_codes": {"has_multiple_codes": False},
}
TYPES: Mapping[str, type | tuple[type, ...]] = {
    "name": str,
    "display_name": str,
    "channels": list,
    "customer": dict,
    "rules": list,
    "stop": bool,
    "can_be_used_with_other_promotions": bool,
    "currency_code": str,
    "notifications": list,
    "start_date": str,
    "end_date": (str, type(None)),
    "max_uses": (int, type(None)),
    "schedule": (dict, type(None)),
    "shipping_address": (dict, type(None)),
}


@dataclass(frozen=True)
class Search:
    """Which promotions, in which order. None does not filter."""

    id: int | None = None
    name: str | None = None
    query: str | None = None  # in name or code
    code: str | None = None
    currency_code: str | None = None
    redemption_type: str | None = None  # automatic or coupon
    status: str | None = None
    channels: Sequence[int] | None = None
    sort: str = "id"
    descending: bool = False


def page(shop: Shop, search: Search, window: Window) -> Page:
    """Return a page of promotions."""
    where, values = _filters(search)
    direction = "DESC" if search.descending else "ASC"
    order = f"json_extract(document, '$.{search.sort}') {direction}, id {direction}"
    found = shop.page("document", f"promotions WHERE {where}", values, window, order=order)
    return Page([json.loads(row["document"]) for row in found.rows], found.total, window)


def one(shop: Shop, promotion_id: int) -> dict[str, Any]:
    """Return a promotion. Raises NotFound."""
    rows = shop.rows("SELECT document FROM promotions WHERE id = ?", promotion_id)
    if not rows:
        raise NotFound("The requested resource was not found.")
    document: dict[str, Any] = json.loads(rows[0]["document"])
    return document


def update(shop: Shop, promotion_id: int, draft: Mapping[str, Any]) -> dict[str, Any]:
    """Update a promotion; fields that the draft leaves out keep their values, or get their defaults, by the settings.

    Read-only fields keep their values, whatever the draft contains. Raises NotFound, Invalid.
    """
    before, is_partial = one(shop, promotion_id), shop.settings.promotion_put == "partial"
    draft = {**before, **draft} if is_partial else draft
    _check(before, draft)
    coupon = before["redemption_type"] == "COUPON"
    kept = {key: before[key] for key in READ_ONLY}
    document = {**DEFAULTS, **(COUPON_DEFAULTS if coupon else {}), **draft, **kept}
    if coupon:
        document |= {"codes": _codes(before.get("codes"), document["codes"]), "multiple_codes": _several(before)}
    if before["status"] == "INVALID" and document["status"] == "ENABLED":
        document["status"] = "INVALID"  # the store's own finding, which nobody can set or lift
    saved = document
    if shop.settings.null_segments != "clears" and document["customer"].get("segments") is None:
        saved = {**document, "customer": {**document["customer"], "segments": before["customer"].get("segments")}}
    with shop.db:
        store(shop, saved)
    return document if shop.settings.null_segments == "keeps_silently" else saved


def _codes(before: Any, codes: Any) -> Any:
    if not isinstance(before, dict) or not isinstance(codes, dict):
        return codes
    return {**codes, **{name: before[name] for name in READ_ONLY_OF_CODES if name in before}}


def _several(before: Mapping[str, Any]) -> Any:
    return before.get("multiple_codes", COUPON_DEFAULTS["multiple_codes"])


def store(shop: Shop, document: Mapping[str, Any]) -> None:
    """Write a whole promotion, and the segments that it names, within the caller's transaction."""
    sql = """INSERT INTO promotions (id, document) VALUES (?, ?)
             ON CONFLICT (id) DO UPDATE SET document = excluded.document"""
    shop.db.execute(sql, (document["id"], json.dumps(document)))
    shop.db.execute("DELETE FROM targets WHERE promotion = ?", (document["id"],))
    targets = {(target, document["id"]) for target in segment_ids(document["customer"].get("segments"))}
    shop.db.executemany("INSERT INTO targets (segment_id, promotion) VALUES (?, ?)", sorted(targets))


def segment_ids(limitation: Any) -> Iterator[str]:
    """Yield the segment ids in `customer.segments`, included or excluded."""
    for key, value in (limitation or {}).items():
        if key == "id":
            yield from value
        else:
            for part in value if isinstance(value, list) else [value]:
                yield from segment_ids(part)


def _filters(search: Search) -> tuple[str, list[object]]:
    clauses, values = ["1"], list[object]()
    for key in ("id", "name", "status", "currency_code"):
        if (wanted := getattr(search, key)) is not None:
            clauses.append(f"json_extract(document, '$.{key}') = ?")
            values.append(wanted)
    if search.redemption_type is not None:
        clauses.append("json_extract(document, '$.redemption_type') = ?")
        values.append(search.redemption_type.upper())
    if search.code is not None:
        clauses.append("json_extract(document, '$.codes.code') = ?")
        values.append(search.code)
    if search.query is not None:
        texts = [f"lower(coalesce(json_extract(document, '$.{key}'), ''))" for key in ("name", "codes.code")]
        clauses.append(f"(instr({texts[0]}, ?) OR instr({texts[1]}, ?))")
        values += [search.query.lower()] * 2
    if search.channels is not None:
        clauses.append("""(json_array_length(document, '$.channels') = 0 OR EXISTS (
            SELECT 1 FROM json_each(document, '$.channels') WHERE json_extract(value, '$.id')
            IN (SELECT value FROM json_each(?))))""")
        values.append(json.dumps(list(search.channels)))
    return " AND ".join(clauses), values


def _check(before: Mapping[str, Any], draft: Mapping[str, Any]) -> None:
    errors = {key: f"{key} is required." for key in ("name", "rules") if key not in draft}
    for key, kind in TYPES.items():
        if key in draft and not _is(draft[key], kind):
            errors[key] = f"{key} has a wrong type."
    if draft.get("status", "ENABLED") not in ("ENABLED", "DISABLED") and draft["status"] != before["status"]:
        errors["status"] = "status can be set to ENABLED or DISABLED."
    if not errors and not _limits(draft.get("customer", {}).get("segments"), DEEPEST):
        errors["customer.segments"] = "customer.segments is not a valid customer segment limitation."
    combines = draft.get("can_be_used_with_other_promotions", True)
    if draft.get("coupon_overrides_other_promotions") and combines:
        errors["coupon_overrides_other_promotions"] = "can_be_used_with_other_promotions must be false for it."
    if errors:
        raise Invalid("Promotion is not valid.", errors)


def _is(value: object, kind: type | tuple[type, ...]) -> bool:
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def _limits(limitation: object, depth: int) -> bool:
    """Return whether this is a CustomerSegmentLimitation with at most `depth` operators, or null."""
    if limitation is None:
        return depth == DEEPEST
    if not isinstance(limitation, dict) or len(limitation) != 1:
        return False
    [(key, value)] = limitation.items()
    if key == "id":
        return isinstance(value, list) and bool(value) and all(_is_id(one) for one in value)
    if key == "not":
        return depth > 0 and _limits(value or {}, depth - 1)
    parts = value if key in ("and", "or") and isinstance(value, list) else []
    return depth > 0 and len(parts) >= 2 and all(_limits(part or {}, depth - 1) for part in parts)


def _is_id(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 36
