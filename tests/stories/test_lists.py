"""Lists of any length: what they show, what they offer next, and how few requests they cost."""

import pytest

from tests.conftest import OpenWorld
from tests.harness import World, buttons, said
from tests.stories.judge import read

CUSTOMERS_A_PAGE = 250
ROWS = 50
"""Segments in one table."""


def fill(slack: World, segments: int) -> None:
    """Make it as many segments in all."""
    slack.put(*(f"Segment {number:04}" for number in range(segments - len(slack.sizes()))))


async def test_1000_segments_and_their_sizes_take_few_requests(
    slack: World,
) -> None:
    fill(slack, 1000)
    await slack.type("/segment list")
    assert "1,000 segments, 1 to 50 shown" in slack.whisper()
    # 400 customers are 2 pages, which is less than one request for each of the 50 rows: 1 + 2 tell all sizes.
    # The last page of segments is full, so one more asks whether it was the last.
    assert slack.asked() == {"GET /segments": 4 + 1, "GET /customers": 1 + 2, "GET /promotions": 1}


@pytest.mark.parametrize(("words", "rows"), [("segment list", ROWS), ("segment list tea", 1), ("segment list re", 3)])
async def test_sizes_take_the_cheaper_way_to_count(slack: World, words: str, rows: int) -> None:
    fill(slack, 100)
    await slack.type(f"/{words}")
    asked = slack.asked()
    pages = -(-400 // CUSTOMERS_A_PAGE)
    assert asked.total() - asked["GET /segments"] - asked["GET /promotions"] <= min(rows, pages + 1)
    assert asked["GET /segments"] == asked["GET /promotions"] == 1


async def test_a_shop_of_many_customers_is_asked_for_each_shown_row_instead(open_world: OpenWorld) -> None:
    slack = await open_world(customers=5000)
    await slack.type("/segment list")
    assert "Newsletter 2,500" in slack.whisper()
    assert slack.asked()["GET /segments/{id}/shopper-profiles"] == 12
    # One request only counts the customers: 20 pages of them would be more than the 12 rows.
    assert slack.asked()["GET /customers"] == 1


async def test_sizes_are_the_same_whichever_way_they_were_counted(open_world: OpenWorld) -> None:
    for customers in (400, 5000):
        slack = await open_world(customers=customers)
        await slack.type("/segment list")
        for name, size in slack.sizes().items():
            assert f"{name}\n{size:,}\n" in read(slack.messages()[-1])


async def test_every_page_of_1000_segments_is_reached_by_buttons(slack: World) -> None:
    fill(slack, 120)
    await slack.type("/segment list")
    await slack.press("Next Page", by="ana", channel="#segments")
    await slack.press("Next Page", by="ana", channel="#segments")
    pages = [read(one) for one in slack.messages()]
    assert [page.partition("\n")[0] for page in pages] == [
        "120 segments, 1 to 50 shown",
        "120 segments, 51 to 100 shown",
        "120 segments, 101 to 120 shown",
    ]
    for name in slack.sizes():
        assert sum(f"\n{name}\n" in page for page in pages) == 1
    assert "Next Page" not in buttons(slack.messages()[-1])


async def test_segment_1001_is_refused_by_the_store(
    slack: World,
) -> None:
    fill(slack, 999)
    await slack.type("/segment create The last one")
    assert len(slack.sizes()) == 1000
    await slack.type("/segment create One too many")
    card = read(slack.messages()[-1])
    assert "Failed" in card
    assert "1000" in card.replace(",", "")
    assert "Nothing was changed" in card
    assert len(slack.sizes()) == 1000
    await slack.type("/segment copy VIPs One too many")
    await slack.press("Copy Segment", by="ben")
    assert "Nothing was changed" in read(slack.card(3))
    assert len(slack.sizes()) == 1000


async def test_a_shop_without_promotions_says_so_everywhere(slack: World) -> None:
    slack.drop_promotions(*slack.promotions())
    await slack.type("/promotion list")
    assert said(slack.messages()[-1]) == "There are no promotions."
    await slack.type("/segment promotions VIPs")
    assert "No promotion uses VIPs" in slack.whisper()
    await slack.type("/promotion show Win back")
    assert "No promotion is called “Win back”" in slack.whisper()
    await slack.type("/promotion show")
    assert await slack.suggest("", field="promotion", action="promotions") == []


async def test_one_promotion_is_listed_in_the_singular(slack: World) -> None:
    slack.drop_promotions(*range(2, 7))
    await slack.type("/promotion list")
    assert "1 promotion " in slack.whisper()
    await slack.type("/segment promotions VIPs")
    assert "1 promotion uses VIPs, 1 of them live" in slack.whisper()


async def test_60_long_promotions_are_listed_with_two_requests(
    slack: World,
) -> None:
    ids = [slack.id_of(name) for name in slack.sizes()]
    slack.put_promotions(*(f"{number} {'Sale ' * 40}" for number in range(54)), segments={"not": {"id": ids}})
    await slack.type("/promotion list")
    assert "60 promotions, 1 to 50 shown" in slack.whisper()
    assert slack.asked() == {"GET /promotions": 1, "GET /segments": 1}
    await slack.press("Next Page", by="ana", channel="#segments")
    assert "60 promotions, 51 to 60 shown" in slack.whisper()
    assert buttons(slack.messages()[-1]) == ["Show a Promotion"]
    await slack.type("/promotion list Sale sale")
    await slack.press("Next Page", by="ana", channel="#segments")
    assert "55 promotions, 51 to 55 shown" in slack.whisper()


async def test_a_segment_in_60_promotions_fits_slack(
    slack: World,
) -> None:
    vips = slack.id_of("VIPs")
    slack.put_promotions(*(f"{number} {'Sale ' * 40}" for number in range(57)), segments={"id": [vips]})
    await slack.type("/segment promotions VIPs")
    assert "60 promotions use VIPs, 59 of them live" in slack.whisper()
    await slack.type("/segment show VIPs")
    assert "VIPs: 40 shoppers" in slack.whisper()
    await slack.type("/segment delete VIPs")
    assert "deletes a segment that 59 live promotions use" in read(slack.card(1))
    await slack.press("Delete Segment", by="ben")
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben", change=2)
    assert "Done" in said(slack.card(2))
    new = slack.id_of("VIPs")
    assert all(slack.targeting(number) == {"id": [new]} for number in range(7, 64))


async def test_type_ahead_of_150_promotions_offers_what_slack_shows(slack: World) -> None:
    slack.put_promotions(*(f"Sale {number:03} {'x' * 90}" for number in range(144)))
    await slack.type("/promotion show")
    assert len(await slack.suggest("sale", field="promotion", action="promotions")) == 100
    (offered,) = await slack.suggest("sale 143", field="promotion", action="promotions")
    assert offered.startswith("Sale 143 xxx")
    await slack.submit({"Promotion": "150"})
    assert "Sale 143" in slack.whisper()


async def test_change_list_and_home_hold_whatever_waits(slack: World) -> None:
    for number in slack.put_promotions(*(f"Sale {number}" for number in range(60))):
        await slack.client.type("ana", "#segments", f"/promotion target {number} is Newsletter")
    await slack.settled()
    await slack.type("/change list", by="ben")
    assert "60 pending changes, 1 to 50 shown" in slack.whisper(by="ben")
    await slack.press("Next Page", by="ben", channel="#segments")
    shown = slack.messages(by="ben")[-1]
    assert "60 pending changes, 51 to 60 shown" in said(shown)
    assert buttons(shown) == ["Show a Change"]
    (table,) = [block for block in shown["blocks"] if block["type"] == "data_table"]
    assert [row[0]["value"] for row in table["rows"][1:]] == list(range(10, 0, -1))
    await slack.type("/change list pending page:3", by="ben")
    told = read(slack.messages(by="ben")[-1])
    assert told.startswith("There are only 2 pages. Type `/change list [mine|pending|all] [page:…]`.")
    await slack.type("/change list mine page:2", by="ana")
    assert "60 changes, 51 to 60 shown" in slack.whisper(by="ana")
    await slack.type("/change list all page:2", by="ben")
    assert "60 changes, 51 to 60 shown" in slack.whisper(by="ben")
    assert "60 changes are waiting for you" in read(await slack.home(by="ben"))
