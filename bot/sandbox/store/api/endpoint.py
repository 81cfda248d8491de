"""What an endpoint of the emulated store is. No aiohttp here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.sandbox.store.api.request import Request
from bot.sandbox.store.database import Shop
from bot.sandbox.store.paging import Page

# OAuth scopes; `…_read_only` may read.
CUSTOMERS, MARKETING, ORDERS = "store_v2_customers", "store_v2_marketing", "store_v2_orders"


Body = dict[str, Any] | list[dict[str, Any]] | None
"""The JSON of a response; None for none."""


@dataclass(frozen=True)
class Reply:
    """A response: its status and its body."""

    status: int
    body: Body = None


@dataclass(frozen=True)
class Endpoint:
    """The function for one method and path, the scope it needs, and whether it belongs to segmentation."""

    method: str
    path: str
    answer: Callable[[Shop, Request], Reply]
    scope: str = CUSTOMERS
    modifies: bool = False
    segmentation: bool = True
    version: str = "v3"


def paged(page: Page) -> Reply:
    """Reply with a page and its `meta`."""
    return Reply(200, {"data": page.rows, "meta": page.meta})
