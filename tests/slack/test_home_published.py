"""The Home tab: what waits for me, what I asked for, the segments; drawn when opened and after each change."""

from typing import Any

import pytest

from bot.sandbox.workspace.block_kit.limits import faults_of
from tests.conftest import OpenWorld
from tests.harness import World, said
from tests.stories.judge import read


def seen(slack: World, by: str) -> str:
    """This person's Home tab as it is, without opening it."""
    view = slack.workspace.state(by)["home"]
    assert faults_of("home", {"type": "home", "blocks": view["blocks"]}) == []
    return read(view)


async def opened(slack: World, by: str) -> str:
    """This person's Home tab a moment after it was opened: by then the store has answered, however busy the machine."""
    await slack.home(by=by)
    await slack.sweep()
    return seen(slack, by)


def overviews(slack: World) -> int:
    """How often the store was asked for the Home tab, which reads the promotions once."""
    return sum("/promotions?" in one["path"] for one in slack.store.requests())


async def test_what_waits_shows_for_ben_and_not_for_ana_who_asked(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    ben, ana = read(await slack.home(by="ben")), read(await slack.home(by="ana"))
    assert "1 change is waiting for you" in ben
    assert "Delete the segment VIPs (40 shoppers)" in ben
    assert "Nothing is waiting for you" in ana
    assert "Waiting for 1 approval: Delete the segment VIPs (40 shoppers)" in ana


async def test_after_bens_click_both_tabs_show_it_without_being_opened_again(slack: World) -> None:
    await slack.home(by="ana")
    await slack.home(by="ben")
    await slack.type("/segment delete VIPs")
    assert "1 change is waiting for you" in seen(slack, "ben")
    assert "Waiting for 1 approval" in seen(slack, "ana")
    await slack.press("Delete Segment", by="ben")
    assert "Nothing is waiting for you" in seen(slack, "ben")
    assert "Done: Delete the segment VIPs" in seen(slack, "ana")
    await slack.sweep()
    for by in ("ana", "ben"):
        assert "11 of 1,000 segments" in seen(slack, by)


@pytest.mark.parametrize("fault", [{"status": 429, "retry_after": 0}, {"error": "ratelimited"}, {"status": 500}])
async def test_a_tab_that_slack_did_not_take_is_drawn_by_a_later_sweep(slack: World, fault: dict[str, Any]) -> None:
    await slack.home(by="ana")
    slack.workspace.faults.add("views.publish", times=99, **fault)
    await slack.type("/segment create Loyal")
    assert "Done" in said(slack.card(1, by="ana"))
    assert "You haven't asked for a change yet." in seen(slack, "ana")
    slack.workspace.faults.clear()
    slack.clock.forward(minutes=1)
    await slack.sweep()
    assert "Done: Create the segment Loyal" in seen(slack, "ana")


async def test_a_person_whose_tab_slack_refuses_for_good_is_forgotten(slack: World) -> None:
    slack.workspace.faults.add("views.publish", error="user_not_found", times=99)
    await slack.home(by="ana")
    await slack.type("/segment create Loyal")
    await slack.sweep()
    assert slack.kinds().count("home lost") == 1
    slack.workspace.faults.clear()
    await slack.home(by="ana")
    assert "Done" in seen(slack, "ana")


async def test_a_guest_is_refused_and_shown_nothing_of_what_happens(slack: World) -> None:
    await slack.home(by="dan")
    await slack.type("/segment create Loyal")
    assert seen(slack, "dan") == "Guests of this workspace cannot use this bot."


async def test_a_store_that_is_down_is_told_and_the_rest_is_there(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    slack.store.faults.add("GET", "/segments", status=503, times=99)
    told = await opened(slack, "ben")
    assert "1 change is waiting for you" in told
    assert "The store could not be read just now." in told
    assert "/segment delete <segment> …" in told
    slack.store.faults.clear()
    slack.clock.forward(minutes=1)
    assert "12 of 1,000 segments" in await opened(slack, "ben")


async def test_a_store_that_is_slow_is_not_waited_for(slack: World) -> None:
    async with slack.meanwhile(slack.client.home("ana"), "GET", "/segments"):
        await slack.workspace.changed(lambda _: slack.workspace.state("ana")["home"])
        assert "Loading…" in seen(slack, "ana")
    await slack.sweep()
    assert "12 of 1,000 segments used, 607 memberships." in seen(slack, "ana")


async def test_1000_segments_are_counted_and_the_largest_shown(slack: World) -> None:
    slack.put(*(f"Segment {number:04}" for number in range(988)))
    asked = len(slack.store.requests())
    told = await opened(slack, "ana")
    assert "1,000 of 1,000 segments" in told
    assert "Newsletter" in told
    assert "25 largest segments" in str(slack.workspace.state("ana")["home"])
    assert len(slack.store.requests()) - asked < 12


async def test_of_13_changes_that_wait_those_that_expire_first_are_shown(slack: World) -> None:
    await slack.home(by="ben")
    for email in slack.emails(13, inside="Newsletter"):
        await slack.type(f"/segment remove Newsletter {email}")
        slack.clock.forward(seconds=2)
        await slack.sweep()
    told = seen(slack, "ben")
    assert "13 changes are waiting for you\nThese expire first." in told
    assert told.count("asked by ") == told.count("Review\n") == 10
    assert "3 more" in told


async def test_the_buttons_work_there(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    await slack.home(by="ben")
    await slack.press("Review", by="ben", channel="home")
    await slack.press("Details", by="ben", channel="form")
    assert "Change 1 covers 1 item" in said(slack.messages(by="ben", channel="dm")[-1])
    await slack.press("List Segments", by="ben", channel="home")
    assert "12 segments" in said(slack.messages(by="ben", channel="dm")[-1])
    await slack.press("Create Segment", by="ben", channel="home")
    await slack.submit({"Name": "Loyal"}, by="ben")
    assert "Done: Create the segment Loyal" in seen(slack, "ben")
    await slack.press("Show a Segment", by="ben", channel="home")
    await slack.submit({"Segment": "Loyal"}, by="ben")
    assert "Loyal: 0 shoppers" in said(slack.messages(by="ben", channel="dm")[-1])


async def test_who_opened_the_tab_before_a_restart_is_drawn_after_it(slack: World) -> None:
    await slack.home(by="ana")
    await slack.home(by="ben")
    await slack.stop()
    await slack.start()
    await slack.type("/segment delete VIPs")
    assert "1 change is waiting for you" in seen(slack, "ben")
    assert "Waiting for 1 approval" in seen(slack, "ana")


async def test_a_home_tab_due_at_a_stop_is_published_after_it(slack: World) -> None:
    await slack.home(by="ana")
    slack.workspace.faults.add("views.publish", error="internal_error", times=99)
    await slack.type("/segment create Loyal")
    await slack.stop()
    slack.workspace.faults.clear()
    await slack.start()
    await slack.sweep()
    assert "Done: Create the segment Loyal" in seen(slack, "ana")


async def test_the_store_is_asked_once_for_all_home_tabs(slack: World) -> None:
    for by in ("ana", "ben", "cleo"):
        await slack.home(by=by)
    await slack.sweep()
    assert overviews(slack) == 1
    before, asked = slack.workspace.state("ana")["home"], len(slack.store.requests())
    for _ in range(5):
        slack.clock.forward(minutes=1)
        await slack.sweep()
    assert (slack.workspace.state("ana")["home"], len(slack.store.requests())) == (before, asked)


async def test_a_name_without_power_stays_without_it(open_world: OpenWorld) -> None:
    slack = await open_world()
    slack.put("<!channel> *bold* <https://x|y>")
    slack.enrol("<!channel> *bold* <https://x|y>", 300)
    told = await opened(slack, "ben")
    assert "<!channel> *bold* <https://x|y>" in told
