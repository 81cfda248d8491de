"""Segments named where shoppers belong are told apart from the other words of the list."""

from bot.bigcommerce import NewSegment
from bot.core.store_view.cached_shop import Shop
from bot.core.store_view.segments_meant import Among, segments_among
from tests.engine.bench import bench


async def test_segments_among_other_words_are_found_and_the_rest_stays() -> None:
    async with bench(customers=20) as machine:
        (gold,) = await machine.client.create_segments(NewSegment(name="VIPs Gold"))
        shop = Shop(machine.client)
        texts = ("a@b.c 17, VIPs Gold and, Nobody here of VIPs Gold, some one", "#18")
        assert await segments_among(texts, shop) == Among((gold,), "a@b.c #18, 17, Nobody here, some one")
        assert await segments_among(("or VIPs Gold a@b.c",), shop) == Among((gold,), "a@b.c", is_open=True)
        assert await segments_among(("a@b.c #18",), shop) == Among((), "a@b.c #18")


async def test_where_nobody_can_be_asked_no_word_is_a_segment() -> None:
    async with bench(customers=20) as machine:
        shop = Shop(machine.client, can_ask=False)
        assert await segments_among(("VIPs", "a@b.c"), shop) == Among((), "a@b.c")
        assert machine.store.requests() == []
