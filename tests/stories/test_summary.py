"""The day's numbers: what changed, through the bot or outside it, and where people see it."""

from collections.abc import Mapping
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.core.store_view.cached_shop import Shop
from bot.core.summary.gather import gather
from bot.core.summary.history import Size, Snapshot
from bot.sandbox.workspace.people import RANDOM, SEGMENTS
from tests.conftest import OpenWorld
from tests.harness import Json, World, said
from tests.stories.judge import read

ZONE = ZoneInfo("UTC")
FIRST = "The first summary: 12 segments, 607 memberships. The next one tells what changed since."
QUIET = "Nothing changed since yesterday: 12 segments, 607 memberships."


async def remember(slack: World, days: int = 1, sizes: Mapping[str, int] | None = None) -> None:
    """So many days ago the segments were as they are now, but for the sizes of these."""
    assert slack.bot
    ledger, at = slack.bot.engine.process.ledger, slack.clock() - timedelta(days=days)
    now = slack.store.overview()["segments"]
    found = tuple(Size(one["id"], one["name"], (sizes or {}).get(one["name"], one["shoppers"])) for one in now)
    entry, _ = await ledger.audit.head()
    await ledger.history.save(Snapshot(at.date(), at, entry, 360, found))


async def summary(slack: World, *, by: str = "ana") -> list[str]:
    """What a person reads who types it: the headline, and every other line."""
    await slack.type("/summary", by=by)
    return read(slack.messages(by=by)[-1]).splitlines()


def row(lines: list[str], name: str) -> list[str]:
    """The numbers beside a segment's name in the table of six columns."""
    place = lines.index(name)
    return lines[place + 1 : place + 6]


def charts(view: Json) -> list[Json]:
    return [block for block in view["blocks"] if block["type"] == "data_visualization"]


# What it says


async def test_the_first_day_ever_says_so_and_tells_sizes(slack: World) -> None:
    first, *lines = await summary(slack)
    assert first == FIRST
    assert sum(slack.sizes().values()) == 607
    assert lines[0] == "12 of 1,000 segments used; 607 memberships."
    assert "Empty: Spring launch waitlist." in lines
    assert charts(slack.messages()[-1]) == []
    entries = slack.entries()
    asked = next(one for one in reversed(entries) if one.kind == "asked")
    assert lines[-1] == f"The log has {asked.number} entry; its head is {asked.seal}."


async def test_a_day_without_changes_says_so(slack: World) -> None:
    await remember(slack)
    first, *lines = await summary(slack)
    assert first == QUIET
    assert lines[0] == "12 of 1,000 segments used; 607 memberships, unchanged since yesterday."
    assert charts(slack.messages()[-1]) == []


async def test_changes_through_the_bot_stand_beside_changes_from_outside(slack: World) -> None:
    await remember(slack, 7, {"VIPs": 30})
    await remember(slack)
    added = slack.emails(3, outside="Wholesale")
    await slack.type(f"/segment add Wholesale {' '.join(added)}")
    slack.join("Wholesale", *slack.emails(2, outside="Wholesale"))
    slack.enrol("VIPs", 28)
    first, *lines = await summary(slack)
    assert first == (
        "VIPs shrank by 12 to 28 since yesterday, Wholesale gained 5; "
        "1 change through the bot, 2 segments changed outside it."
    )
    assert row(lines, "Wholesale") == ["27", "+5", "+3", "+2", "+5"]
    assert row(lines, "VIPs") == ["28", "-12", "0", "-12", "-2"]
    assert row(lines, "Newsletter") == ["200", "0", "0", "0", "0"]
    assert "Through the bot since yesterday: 1 change." in lines
    assert "Change 1: Add 3 shoppers to Wholesale (asked by @U0ANA00001, needed no approval, done)" in lines
    assert "Largest movers since yesterday: VIPs -12 and Wholesale +5." in lines
    (chart,) = charts(slack.messages()[-1])
    assert chart["chart"]["series"][0]["data"] == [{"label": "VIPs", "value": -12}, {"label": "Wholesale", "value": 5}]


async def test_who_approved_is_told_and_what_waits_and_for_how_long(slack: World) -> None:
    await slack.type("/segment delete Reviewers")
    await slack.press("Delete Segment", by="ben")
    await slack.type("/segment delete VIPs")
    slack.clock.forward(hours=3)
    await slack.type("/segment clear Wholesale", by="cleo")
    slack.clock.forward(minutes=5)
    lines = await summary(slack)
    ran = "Change 1: Delete the segment Reviewers (17 shoppers) (asked by @U0ANA00001, approved by @U0BEN00001, done)"
    assert ran in lines
    place = lines.index("Waiting for approval: 2 changes.")
    assert lines[place + 1 : place + 3] == [
        "Change 2: Delete the segment VIPs (40 shoppers) (asked by @U0ANA00001, 3 hours ago)",
        "Change 3: Remove 22 shoppers from Wholesale (asked by @U0CLEO0001, 5 minutes ago)",
    ]


async def test_an_emergency_stays_in_it_until_somebody_reviewed_it(slack: World) -> None:
    await slack.under('breakers = ["U0CLEO0001"]')
    await slack.type("/segment delete Reviewers")
    await slack.type("/change break-glass 1 The sale starts", by="cleo")
    title = "Ran without approval, not reviewed yet: 1 change."
    assert title in await summary(slack)
    await slack.type("/change review 1", by="ben")
    assert title not in await summary(slack)


async def test_renamed_deleted_and_made_again_past_the_bot(slack: World) -> None:
    await remember(slack)
    slack.rename("VIPs", "Best")
    slack.drop("Reviewers")
    slack.put("Reviewers")
    first, *lines = await summary(slack)
    assert first == (
        "Reviewers was created since yesterday, Best was renamed, Reviewers was deleted; "
        "no change through the bot, 3 segments changed outside it."
    )
    assert lines[1:4] == [
        "New: Reviewers (0 shoppers).",
        "Renamed: Best (was VIPs).",
        "Deleted: Reviewers (17 shoppers).",
    ]
    assert row(lines, "Best (was VIPs)")[:4] == ["40", "0", "0", "0"]


async def test_renamed_deleted_and_made_through_the_bot_is_not_from_outside(slack: World) -> None:
    await remember(slack)
    await slack.type('/segment edit VIPs name:"Best"')
    await slack.type("/segment create Loyal")
    await slack.type("/segment delete Reviewers")
    await slack.press("Delete Segment", by="ben")
    first, *_ = await summary(slack)
    assert first == (
        "Loyal was created since yesterday, Best was renamed, Reviewers was deleted; "
        "3 changes through the bot, nothing changed outside it."
    )


async def restored(slack: World, name: str) -> None:
    """A segment is deleted by change 1, and brought back under another id by change 2."""
    await slack.type(f"/segment delete {name}")
    await slack.press("Delete Segment", by="ben")
    await slack.type("/change undo 1", by="ben")
    await slack.press("Undo Change", by="ben", change=2)
    assert name not in slack.sizes()
    await slack.press("Undo Change", by="cleo", change=2)


async def test_a_segment_that_undo_restored_is_still_the_same_one(slack: World) -> None:
    await remember(slack, 7, {"VIPs": 30})
    await remember(slack, sizes={"VIPs": 38})
    slack.enrol("VIPs", 38)
    await restored(slack, "VIPs")
    slack.enrol("VIPs", 40)
    first, *lines = await summary(slack)
    assert first == (
        "VIPs was deleted and restored (change 2), up 2 since yesterday; "
        "2 changes through the bot, 1 segment changed outside it."
    )
    assert lines[1] == "Deleted and restored: VIPs (change 2)."
    assert row(lines, "VIPs") == ["40", "+2", "0", "+2", "+10"]


async def test_a_segment_that_undo_restored_has_the_course_that_it_had(slack: World) -> None:
    for days in (20, 7, 1):
        await remember(slack, days, {"VIPs": 40 - days})
    await restored(slack, "VIPs")
    await slack.type("/segment show VIPs")
    shown = read(slack.messages()[-1])
    assert "Up 7 over 7 days, from 33 to 40." in shown
    assert "Size over 30 days: 20 shoppers on " in shown
    await slack.type("/segment list VIPs")
    assert "VIPs\n40\n+7\n" in read(slack.messages()[-1])


async def test_days_on_which_the_bot_did_not_run_are_not_called_yesterday(slack: World) -> None:
    await remember(slack, 3)
    slack.clock.now = slack.clock.now.replace(hour=12)
    slack.enrol("VIPs", 41)
    then = (slack.clock() - timedelta(days=3)).date()
    first, *_ = await summary(slack)
    assert first.startswith(f"VIPs grew by 1 to 41 since {then.day} {then:%B}; ")


async def test_a_day_begins_where_the_people_live(open_world: OpenWorld) -> None:
    slack = await open_world(TIMEZONE="Pacific/Kiritimati")
    slack.clock.now = slack.clock.now.replace(hour=9, minute=0)
    await remember(slack, 0)
    assert (await summary(slack))[0] == FIRST
    slack.clock.forward(hours=1)
    assert (await summary(slack))[0] == QUIET


async def test_a_change_running_while_sizes_are_read_is_doubtful(slack: World) -> None:
    assert slack.bot
    await remember(slack)
    await slack.type("/segment delete VIPs")
    press = slack.client.press("ben", "#approvals", "Delete Segment")
    async with slack.meanwhile(press, "DELETE", "/segments"):
        engine = slack.bot.engine
        ledger, shop = engine.process.ledger, engine.planner.context("UANA").shop
        found = await gather(
            shop,
            ledger.history,
            ledger.changes,
            ledger.audit,
            day=slack.clock().date(),
            now=slack.clock(),
            zone=ZONE,
        )
        assert not found.is_steady
    shop = Shop(shop.reader)
    found = await gather(
        shop,
        ledger.history,
        ledger.changes,
        ledger.audit,
        day=slack.clock().date(),
        now=slack.clock(),
        zone=ZONE,
    )
    assert found.is_steady


# What it costs


async def test_1000_segments_fit_and_cost_10_requests(slack: World) -> None:
    slack.put(*(f"{number:04} {'<!channel> ' * 20}" for number in range(988)))
    await remember(slack, 7)
    await remember(slack)
    for name in list(slack.sizes())[12:60]:
        slack.enrol(name, 5)
    first, *lines = await summary(slack)
    assert first.startswith("0000 <!channel>")
    assert "… and 800 more." in lines
    assert lines[-1].startswith("The log has 1 entry; its head is ")
    # 400 customers are 2 pages, which is less than one request for each segment: 1 + 2 tell all sizes.
    # The last page of segments is full, so one more asks whether it was the last.
    asked = {"GET /segments": 4 + 1, "GET /customers": 1 + 2, "GET /shopper-profiles": 1, "GET /promotions": 1}
    assert slack.asked() == asked


async def test_a_few_segments_of_many_customers_cost_a_request_each(open_world: OpenWorld) -> None:
    slack = await open_world(customers=5000)
    first, *_ = await summary(slack)
    memberships = f"{sum(slack.sizes().values()):,}"
    assert first.startswith(f"The first summary: 12 segments, {memberships} memberships.")
    assert slack.asked() == {
        "GET /segments": 1,
        "GET /segments/{id}/shopper-profiles": 12,
        "GET /customers": 1,
        "GET /shopper-profiles": 1,
        "GET /promotions": 1,
    }


@pytest.mark.parametrize("count", [0, 1, 50, 51])
async def test_a_summary_of_any_number_of_segments_is_shown(slack: World, count: int) -> None:
    for name in slack.sizes():
        slack.drop(name)
    slack.put(*(f"Segment {number}" for number in range(count)))
    words = f"{count} {'segment' if count == 1 else 'segments'}"
    assert (await summary(slack))[0].startswith(f"The first summary: {words}, 0 memberships.")


# Who sees it


async def test_a_typed_summary_is_private_to_the_asker(slack: World) -> None:
    await summary(slack)
    assert slack.messages()[-1]["ephemeral"]
    assert slack.messages(by="ben") == []
    await slack.type("/summary", by="dan")
    assert slack.whisper(by="dan") == "Guests of this workspace cannot use this bot."
    await slack.type("/summary help")
    assert "/summary post" in slack.whisper()


async def test_a_posted_summary_is_seen_by_everybody_in_its_channel(open_world: OpenWorld) -> None:
    slack = await open_world(SUMMARY_CHANNEL=SEGMENTS)
    await slack.type("/summary post", channel="#approvals")
    for person in ("ana", "ben"):
        (posted,) = [one for one in slack.messages(by=person) if not one["ephemeral"]]
        assert said(posted).startswith(FIRST)
        assert "Today so far, posted because <@U0ANA00001> asked for it." in read(posted).splitlines()
    assert slack.whisper(channel="#approvals") == "Posted in the summary channel."
    assert slack.kinds() == ["asked", "answered", "summary posted"]
    asked, _, entry = slack.entries()
    assert (entry.actor, entry.detail["entry"], entry.detail["head"]) == ("U0ANA00001", 1, asked.seal)
    assert entry.detail["day"] == slack.clock().date().isoformat()


async def test_without_a_channel_nothing_is_posted_and_it_says_what_to_do(slack: World) -> None:
    await slack.type("/summary post")
    assert slack.whisper() == "There is no channel for summaries. Whoever runs the bot can name one (SUMMARY_CHANNEL)."
    assert slack.kinds() == ["asked", "answered", "answer not delivered"]


async def test_a_channel_that_the_bot_is_not_in_is_told(open_world: OpenWorld) -> None:
    slack = await open_world(SUMMARY_CHANNEL=RANDOM)
    await slack.type("/summary post")
    assert slack.whisper().startswith("It could not be posted in the summary channel (not_in_channel).")
    assert slack.messages(channel="#random") == []


# The numbers elsewhere


async def test_the_list_has_the_change_over_7_days(slack: World) -> None:
    await slack.type("/segment list")
    assert read(slack.messages()[-1]).splitlines()[6:10] == ["Coffee lovers", "84", "–", "1"]
    await remember(slack, 7, {"Coffee lovers": 47, "Gift buyers": 40})
    await remember(slack, 1)
    slack.put("Loyal")
    slack.enrol("Loyal", 5)
    await slack.type("/segment list")
    lines = read(slack.messages()[-1]).splitlines()
    assert lines[1:6] == ["Segment", "Shoppers", "Change over 7 days", "Promotions", "Updated"]
    changes = {lines[place]: lines[place + 2] for place in range(6, len(lines) - 2, 5)}
    assert (changes["Coffee lovers"], changes["Gift buyers"], changes["VIPs"]) == ("+37", "-4", "0")
    assert changes["Loyal"] == "+5"


async def test_a_segment_shows_its_size_over_time(slack: World) -> None:
    await slack.type("/segment show VIPs")
    assert charts(slack.messages()[-1]) == []
    for days in range(31, 0, -1):
        await remember(slack, days, {"VIPs": days})
    await slack.type("/segment show VIPs")
    shown = slack.messages()[-1]
    assert "Up 33 over 7 days, from 7 to 40." in read(shown).splitlines()
    ((line,),) = [one["chart"]["series"] for one in charts(shown)]
    values = [point["value"] for point in line["data"]]
    assert (len(values), values[0], values[-1]) == (20, 30, 40)


async def test_the_home_tab_has_the_largest_movers(slack: World) -> None:
    view = await slack.home(by="ana")
    assert view
    assert charts(view) == []
    slack.clock.forward(minutes=1)
    await remember(slack, 1, {"VIPs": 37, "Wholesale": 30})
    view = await slack.home(by="ana")
    assert view
    (chart,) = charts(view)
    assert chart["title"] == "Largest movers since yesterday"
    assert [one["label"] for one in chart["chart"]["series"][0]["data"]] == ["Wholesale", "VIPs"]
    assert "Largest movers since yesterday: Wholesale -8 and VIPs +3." in read(view)
