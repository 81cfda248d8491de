"""Pagination: the rows that a request selects, and their `meta`. Pure."""

from dataclasses import dataclass, field
from typing import Any

DEFAULT_LIMIT = 50
LARGEST_LIMIT = 250  # "limit: default 50, at most 250"
NO_META: dict[str, Any] = {"pagination": {"total": 0}}  # of version 2, which sends none
LARGEST_OFFSET = 2**62  # above every row, and still a valid number for SQLite


@dataclass(frozen=True)
class Window:
    """Page number (from 1) and rows per page."""

    number: int = 1
    limit: int = DEFAULT_LIMIT

    @property
    def offset(self) -> int:
        """The number of rows before this page."""
        return min((self.number - 1) * self.limit, LARGEST_OFFSET)


@dataclass(frozen=True)
class Page:
    """The rows of one window, and the number of rows in all."""

    rows: list[dict[str, Any]]
    total: int
    window: Window = field(default_factory=Window)

    @property
    def meta(self) -> dict[str, Any]:
        """The vendor's CollectionMeta: `{"pagination": {...}}`."""
        number, limit = self.window.number, self.window.limit
        pages = -(-self.total // limit)
        links = {"current": _link(number, limit)}
        if number > 1:
            links["previous"] = _link(number - 1, limit)
        if number < pages:
            links["next"] = _link(number + 1, limit)
        return {
            "pagination": {
                "total": self.total,
                "count": len(self.rows),
                "per_page": limit,
                "current_page": number,
                "total_pages": pages,
                "links": links,
            }
        }


def misrepresented(rows: list[Any], meta: dict[str, Any], way: str) -> dict[str, Any]:
    """Return `data` and `meta` of a page as a store that is wrong about it answers; see StoreFault's `pages`."""
    pagination = meta["pagination"]
    if way == "alone":
        claims = {"total": min(pagination["total"], LARGEST_LIMIT), "total_pages": 1}
        return {"data": rows, "meta": {**meta, "pagination": {**pagination, **claims}}}
    if way in ("empty", "hidden"):
        none = {**pagination, "total": 0, "count": 0, "total_pages": 0}
        return {"data": [], "meta": meta if way == "empty" else {**meta, "pagination": none}}
    if way == "uncounted":
        meta = {**meta, "pagination": {name: value for name, value in pagination.items() if name != "total"}}
    return {"data": [*rows[:-1], *rows[:1]] if way in ("twice", "uncounted") else rows, "meta": meta}


def _link(number: int, limit: int) -> str:
    return f"?page={number}&limit={limit}"
