"""Rows of lists judged at once, by the store that a Shop sees."""

from collections.abc import Sequence

from bot.core.list_files.rows import Row
from bot.core.store_view.cached_shop import Shop
from bot.core.store_view.judged_rows import JudgedRow, judge_rows
from bot.core.store_view.listed_shoppers import ListedShoppers
from bot.core.store_view.named_shoppers import NamedShoppers


async def judged(rows: Sequence[Row], segment_id: str, shop: Shop) -> list[JudgedRow]:
    """Whom each row names, or why nobody; the list is for this segment."""
    named = NamedShoppers(ListedShoppers(segment_id))
    await named.look_up(rows, shop)
    return list(judge_rows(rows, named))
