"""Subscribers of the emulated store, following subscribers.v3.yml. Behaviour only: no HTTP."""

import json
from collections.abc import Sequence

from bot.sandbox.store.database import Bound, Shop, sql_of
from bot.sandbox.store.paging import Page, Window

COLUMNS = "email, first_name, last_name, source, consents, date_created, date_modified"


def page(shop: Shop, window: Window, bounds: Sequence[Bound]) -> Page:
    """Return a page of subscribers."""
    where, values = sql_of(shop, bounds)
    found = shop.page("*", f"subscribers WHERE {where}", values, window, order=shop.by("id"))
    return Page([{**row, "consents": json.loads(row["consents"])} for row in found.rows], found.total, window)
