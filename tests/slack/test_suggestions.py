import asyncio
import logging

import pytest

from bot.bigcommerce import NewSegment, Promotion, Segment
from bot.sandbox.store.resources import customers as store_customers
from bot.slack import blocks
from bot.slack.action_ids import NEW_SEGMENT, PROMOTIONS, SEGMENTS, SHOPPER_SEARCH
from bot.slack.blocks import Block
from bot.slack.suggestions import TTL, Suggestions, promotion_options, segment_options
from tests.core.samples import uuid
from tests.engine.bench import bench
from tests.harness import Stuck

FOUR = tuple(Segment(id=uuid(at), name=name) for at, name in enumerate(("VIPs", "Lapsed", "Best VIPs", "x" * 200)))


def texts(options: list[Block]) -> list[str]:
    return [one["text"]["text"] for one in options]


async def offered(suggestions: Suggestions, action_id: str, query: str) -> list[str]:
    return [one["text"]["text"] for one in await suggestions.options(action_id, query)]


@pytest.mark.parametrize(
    ("action_id", "query", "names"),
    [
        (SEGMENTS, "tea", ["Tea drinkers"]),
        (SEGMENTS, "nobody", []),
        (NEW_SEGMENT, "tea", ["Tea drinkers", "New: tea"]),
        (
            PROMOTIONS,
            "",
            [
                "Free shipping over 40",
                "Gift wrap on us",
                "Tasting week",
                "VIP early access",
                "Wholesale prices",
                "Win back",
            ],
        ),
        (PROMOTIONS, "wi", ["Win back"]),
        (SHOPPER_SEARCH, "xyzzy", []),
    ],
)
async def test_each_kind_of_field_offers_its_own(action_id: str, query: str, names: list[str]) -> None:
    async with bench(customers=8) as machine:
        suggestions = Suggestions(machine.client, clock=machine.clock)
        assert await offered(suggestions, action_id, query) == names


async def test_a_list_is_read_once_for_a_while_of_typing() -> None:
    async with bench(customers=8) as machine:
        suggestions = Suggestions(machine.client, clock=machine.clock)
        for query in ("n", "ne", "new"):
            await suggestions.options(SEGMENTS, query)
            await suggestions.options(NEW_SEGMENT, query)
            await suggestions.options(PROMOTIONS, query)
        assert len(machine.store.requests()) == 2
        await machine.client.create_segments(NewSegment(name="Newest"))
        assert "Newest" not in await offered(suggestions, SEGMENTS, "new")
        machine.clock.forward(seconds=TTL.total_seconds())
        assert "Newest" in await offered(suggestions, SEGMENTS, "new")


async def test_shoppers_are_suggested_by_name_and_chosen_by_id() -> None:
    async with bench(customers=8) as machine:
        drafts = [{"email": f"{name or 'y'}@example.com", "first_name": name, "last_name": ""} for name in ("Zqx", "")]
        first, second = (one["id"] for one in store_customers.create(machine.store.shop, drafts))
        suggestions = Suggestions(machine.client, clock=machine.clock)
        (option,) = await suggestions.options(SHOPPER_SEARCH, "zqx")
        assert (option["text"]["text"], option["value"]) == ("Zqx", f"#{first}")
        assert option["description"]["text"] == f"Zqx@example.com, customer {first}"
        assert await offered(suggestions, SHOPPER_SEARCH, f"#{second}") == ["y@example.com"]


async def test_keystrokes_during_a_reading_wait_for_it() -> None:
    async with bench(customers=8) as machine:
        suggestions = Suggestions(machine.client, clock=machine.clock)
        told = await asyncio.gather(*(offered(suggestions, SEGMENTS, query) for query in ("t", "te", "tea")))
        assert told[-1] == ["Tea drinkers"]
        assert len(machine.store.requests()) == 1


async def test_a_slow_reading_serves_the_next_keystroke() -> None:
    async with bench(customers=8) as machine:
        stuck = Stuck()
        machine.store.sleep = stuck
        machine.store.faults.add("GET", "/segments", delay=1)
        suggestions = Suggestions(machine.client, clock=machine.clock)
        impatient = asyncio.create_task(suggestions.options(SEGMENTS, "t"))
        await stuck.reached.wait()
        impatient.cancel()
        with pytest.raises(asyncio.CancelledError):
            await impatient
        stuck.release.set()
        assert await offered(suggestions, SEGMENTS, "tea") == ["Tea drinkers"]
        assert len(machine.store.requests()) == 1


async def test_a_silent_store_offers_nothing_and_is_asked_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with bench(customers=8) as machine:
        suggestions = Suggestions(machine.client, clock=machine.clock)
        machine.store.faults.add("GET", "/promotions", status=403)
        with caplog.at_level(logging.WARNING):
            assert await suggestions.options(PROMOTIONS, "") == []
        assert "No suggestions" in caplog.text
        assert await offered(suggestions, PROMOTIONS, "win") == ["Win back"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Best VIPs", "Lapsed", "VIPs", "x" * 74 + "…"]),
        (" vip ", ["VIPs", "Best VIPs"]),
        (uuid(1), ["Lapsed"]),
        ("nobody", []),
    ],
)
def test_type_ahead_offers_beginnings_before_other_matches(query: str, names: list[str]) -> None:
    assert texts(segment_options(FOUR, query)) == names


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Best VIPs", "Lapsed", "VIPs", "x" * 74 + "…"]),
        (" VIP ", ["VIPs", "Best VIPs", "New: VIP"]),
        ("vips", ["VIPs", "Best VIPs"]),
        (uuid(1).upper(), ["Lapsed"]),
        ("nobody", ["New: nobody"]),
        ("y" * 150, ["New: " + "y" * 69 + "…"]),
        ("y" * 151, []),
    ],
)
def test_a_new_name_can_be_chosen_where_a_segment_is_created(query: str, names: list[str]) -> None:
    offered = segment_options(FOUR, query, new=True)
    assert texts(offered) == names
    assert [one["value"] for one in offered if one["text"]["text"].startswith("New: ")] == [
        query.strip() for name in names if name.startswith("New: ")
    ]


def test_promotions_are_offered_by_name_or_number_with_their_status_and_id() -> None:
    promotions = tuple(
        Promotion(id=at, name=name, status=status, document={})
        for at, name, status in ((4, "Win back", "DISABLED"), (5, "Sale", "ENABLED"))
    )
    assert promotion_options(promotions, "win") == [blocks.option("Win back", "4", "off, id 4")]
    assert texts(promotion_options(promotions, "5")) == ["Sale"]
    assert texts(promotion_options(promotions, "")) == ["Sale", "Win back"]


@pytest.mark.parametrize("new", [True, False])
def test_type_ahead_offers_no_more_than_slack_takes(new: bool) -> None:
    many = tuple(Segment(id=uuid(at), name=f"Group {at}") for at in range(101))
    assert len(segment_options(many, "group", new=new)) == 100
