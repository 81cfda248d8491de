"""Customers of the emulated store, following customers.v3.yml. Behaviour only: no HTTP."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from bot.sandbox.store.database import Bound, Shop, many, sql_of
from bot.sandbox.store.paging import Page, Window
from bot.sandbox.store.refusals import Invalid, TooLarge
from bot.sandbox.store.resources import attributes

COLUMNS = "email, first_name, last_name, folded, date_created, date_modified, document"
MOST_CUSTOMERS = 10  # "The maximum number of items allowed in the array is 10."
INCLUDES = ("addresses", "storecredit", "attributes", "formfields", "shopper_profile_id", "segment_ids")
SORTS = ("date_created", "date_modified", "last_name")

# The values of fields that were not sent, in responses.
DEFAULTS: Mapping[str, Any] = {
    "company": "",
    "phone": "",
    "registration_ip_address": "",
    "notes": "",
    "tax_exempt_category": "",
    "customer_group_id": 0,
    "address_count": 0,
    "attribute_count": 0,
    "authentication": {"force_password_reset": False},
    "accepts_product_review_abandoned_cart_emails": False,
    "origin_channel_id": 1,
    "channel_ids": None,
}
# Sub-resources, returned only if `include` lists them, under these keys.
SUB_RESOURCES = {
    "addresses": "addresses",
    "storecredit": "store_credit_amounts",
    "attributes": "attributes",
    "formfields": "form_fields",
}


@dataclass(frozen=True)
class Search:
    """Which customers, in which order, with which sub-resources. Empty filters do not filter."""

    ids: Sequence[int] | None = None
    emails: Sequence[str] | None = None
    names: Sequence[str] | None = None  # first and last name, exact
    like: Sequence[str] | None = None  # any of these in first and last name
    fields: Mapping[str, Sequence[object]] = field(default_factory=dict)  # by field of the document
    dates: Sequence[Bound] = ()
    include: frozenset[str] = frozenset()
    sort: str = "id"
    descending: bool = False
    after: str | None = None
    before: str | None = None


def page(shop: Shop, search: Search, window: Window) -> tuple[Page, dict[str, Any]]:
    """Return a page of customers and its `meta`.

    The first page has both kinds of pagination, later ones have `pagination`, pages by cursor have `cursor_pagination`
    (customers.v3.yml, _metaCollectionWithCursorPagination).
    """
    where, values = _filters(shop, search)
    if search.after or search.before:
        found = _by_cursor(shop, search, window, where, values)
        return found, {"cursor_pagination": _cursors(found)}
    found = shop.page("*", f"customers WHERE {where}", values, window, order=_order(search))
    found = _shown(shop, found, search.include)
    if window.number > 1:
        return found, found.meta
    return found, {**found.meta, "cursor_pagination": _cursors(found)}


def create(shop: Shop, drafts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Create at most 10 customers, all or none. Raises TooLarge, Invalid for an e-mail address in use."""
    if len(drafts) > MOST_CUSTOMERS:
        raise TooLarge(f"The maximum number of items allowed in the array is {MOST_CUSTOMERS}.")
    _refuse_taken_emails(shop, [str(draft["email"]) for draft in drafts])
    with shop.db:
        ids = [_insert(shop, draft) for draft in drafts]
    sql = "SELECT * FROM customers WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id"
    rows = shop.rows(sql, many(ids))
    return [_resource(row, frozenset(INCLUDES[:4])) for row in rows]


def folded(first_name: str, last_name: str) -> str:
    """Return the text that `name:like` searches: both names, case-folded (SQLite folds ASCII only)."""
    return f"{first_name} {last_name}".casefold()


def _insert(shop: Shop, draft: Mapping[str, Any]) -> int:
    now = shop.now()
    own = ("email", "first_name", "last_name")
    rest = {key: value for key, value in draft.items() if key not in own}
    names = folded(draft["first_name"], draft["last_name"])
    values = (*(draft[key] for key in own), names, now, now, json.dumps(rest))
    sql = f"INSERT INTO customers ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - our own words
    return int(shop.db.execute(sql, values).lastrowid or 0)


def _refuse_taken_emails(shop: Shop, emails: Sequence[str]) -> None:
    sql = "SELECT email FROM customers WHERE email IN (SELECT value FROM json_each(?))"
    seen = {row["email"].lower() for row in shop.rows(sql, many(emails))}
    errors = {}
    for i, email in enumerate(emails):
        if email.lower() in seen:
            errors[f"{i}.email"] = f"The email address {email} is already in use."
        seen.add(email.lower())
    if errors:
        raise Invalid("Create customers failed.", {".customer_create": "Error creating customers", **errors})


def _filters(shop: Shop, search: Search) -> tuple[str, list[object]]:
    bounds: list[Bound] = [
        ("id", "IN", search.ids),
        ("email", "IN", search.emails),
        ("first_name || ' ' || last_name", "IN", search.names),
        *((f"json_extract(document, '$.{name}')", "IN", wanted) for name, wanted in search.fields.items()),
        *search.dates,
    ]
    where, values = sql_of(shop, bounds)
    if search.like is not None:
        where += " AND id IN (SELECT customers.id FROM json_each(?) CROSS JOIN customers WHERE instr(folded, value))"
        values.append(many(words.casefold() for words in search.like))
    return where, values


def _order(search: Search) -> str:
    direction = "DESC" if search.descending else "ASC"
    return f"{search.sort} {direction}, id {direction}"


def _by_cursor(shop: Shop, search: Search, window: Window, where: str, values: list[object]) -> Page:
    # A cursor names a customer; the rows after or before it follow the sort order, then the id.
    backwards = search.before is not None
    anchor = _anchor(search.before or search.after or "")
    operator = "<" if backwards != search.descending else ">"
    total = shop.count(f"SELECT count(*) FROM customers WHERE {where}", *values)  # noqa: S608 - our own words
    column, direction = search.sort, "DESC" if operator == "<" else "ASC"
    sql = f"""SELECT * FROM customers WHERE {where}
              AND ({column}, id) {operator} (SELECT {column}, id FROM customers WHERE id = ?)
              ORDER BY {column} {direction}, id {direction} LIMIT ?"""  # noqa: S608 - our own words
    rows = shop.rows(sql, *values, anchor, window.limit)
    return _shown(shop, Page(rows[::-1] if backwards else rows, total, window), search.include)


def _anchor(cursor: str) -> int:
    try:
        anchor = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))["id"]
    except (ValueError, TypeError, KeyError, RecursionError):
        anchor = None
    if not isinstance(anchor, int) or not 0 < anchor < 2**63:
        raise Invalid("Invalid cursor.", {"cursor": "A cursor is one that an earlier answer gave."})
    return anchor


def _cursors(found: Page) -> dict[str, Any]:
    limit = found.window.limit
    cursors: dict[str, Any] = {"count": len(found.rows), "per_page": limit, "links": {}}
    if found.rows:
        start, end = _cursor(found.rows[0]["id"]), _cursor(found.rows[-1]["id"])
        links = {"previous": f"?limit={limit}&before={start}", "next": f"?limit={limit}&after={end}"}
        cursors |= {"start_cursor": start, "end_cursor": end, "links": links}
    return cursors


def _cursor(customer_id: int) -> str:
    return base64.urlsafe_b64encode(f'{{"id":{customer_id}}}'.encode()).decode().rstrip("=")


def _shown(shop: Shop, found: Page, include: frozenset[str]) -> Page:
    rows = [_resource(row, include) for row in found.rows]
    _add_attributes(shop, rows)
    if shop.settings.beta_fields and include & {"shopper_profile_id", "segment_ids"}:
        _add_segmentation(shop, rows, include)
    return Page(rows, found.total, found.window)


def _resource(row: Mapping[str, Any], include: frozenset[str]) -> dict[str, Any]:
    own = {key: row[key] for key in ("id", "email", "first_name", "last_name")}
    dates = {"date_created": row["date_created"], "date_modified": row["date_modified"]}
    return {**own, **_shown_document(row["document"], include), **dates}


@lru_cache(maxsize=256)  # most customers have said nothing else
def _shown_document(text: str, include: frozenset[str]) -> Mapping[str, Any]:
    document = json.loads(text)
    authentication = document.get("authentication", {})
    return {
        **{key: document.get(key, default) for key, default in DEFAULTS.items()},
        "authentication": {"force_password_reset": authentication.get("force_password_reset", False)},
        "address_count": len(document.get("addresses", [])),
        "attribute_count": len(document.get("attributes", [])),
        **{key: document.get(key, []) for name, key in SUB_RESOURCES.items() if name in include},
    }


def _add_attributes(shop: Shop, rows: list[dict[str, Any]]) -> None:
    """Add the attributes that customers were given after they were registered."""
    found = attributes.of_customers(shop, [row["id"] for row in rows])
    for row in rows:
        if values := found.get(row["id"]):
            row["attribute_count"] += len(values)
            if "attributes" in row:
                row["attributes"] = [*row["attributes"], *values]


def _add_segmentation(shop: Shop, rows: list[dict[str, Any]], include: frozenset[str]) -> None:
    ids = many(row["id"] for row in rows)
    sql = "SELECT customer_id, id FROM profiles WHERE customer_id IN (SELECT value FROM json_each(?))"
    profiles = {row["customer_id"]: row["id"] for row in shop.rows(sql, ids)}
    memberships = _memberships(shop, ids) if "segment_ids" in include else {}
    for row in rows:
        if "shopper_profile_id" in include:
            row["shopper_profile_id"] = profiles.get(row["id"])
        if "segment_ids" in include:
            row["segment_ids"] = memberships.get(row["id"], [])


def _memberships(shop: Shop, customer_ids: str) -> dict[int, list[str]]:
    sql = """SELECT profiles.customer_id, segments.id FROM profiles
             JOIN members ON members.profile = profiles.position
             JOIN segments ON segments.position = members.segment
             WHERE profiles.customer_id IN (SELECT value FROM json_each(?)) ORDER BY members.segment"""
    memberships: dict[int, list[str]] = {}
    for row in shop.rows(sql, customer_ids):
        memberships.setdefault(row["customer_id"], []).append(row["id"])
    return memberships
