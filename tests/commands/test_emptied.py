"""A segment that looks empty, though by the latest summary and the changes since it should not be."""

import pytest

from tests.conftest import OpenWorld
from tests.harness import World, said
from tests.stories.test_daily import arrives, at, opened

SHOULD = "Wholesale should have"


@pytest.fixture
async def slack(open_world: OpenWorld) -> World:
    return await opened(open_world)


async def emptied_outside(slack: World, name: str = "Wholesale") -> int:
    """Let a summary count a segment, and somebody empty it past the bot; returns how many were in it."""
    await arrives(slack, at(3, 9))
    size = slack.sizes()[name]
    slack.enrol(name, 0)
    return size


async def test_a_deletion_says_that_there_should_be_shoppers(slack: World) -> None:
    size = await emptied_outside(slack)
    await slack.type("/segment delete Wholesale")
    told = said(slack.card(1))
    day = f"{slack.clock.now.day} {slack.clock.now:%B}"
    assert f"By the count of {day} and the changes since, {SHOULD} {size} shoppers" in told
    assert "the store lists no one in it: look in its control panel, too." in told


async def test_a_copy_of_it_is_refused_and_clearing_it_says_so(slack: World) -> None:
    await emptied_outside(slack)
    await slack.type("/segment copy Wholesale Best")
    assert SHOULD in slack.whisper()
    assert "Nothing was copied." in slack.whisper()
    await slack.type("/segment clear Wholesale")
    assert "Wholesale is already empty. By the count of" in slack.whisper()
    assert SHOULD in slack.whisper()
    assert not slack.writes()


async def test_combined_with_another_one_it_is_told_on_the_card(slack: World) -> None:
    await emptied_outside(slack)
    await slack.type("/segment combine VIPs Wholesale either Lapsed")
    assert SHOULD in said(slack.card(1))


async def test_what_changes_took_out_is_not_missed(slack: World) -> None:
    await arrives(slack, at(3, 9))
    await slack.type("/segment clear Wholesale")
    await slack.press("Clear Segment", by="ben")
    assert slack.sizes()["Wholesale"] == 0
    await slack.type("/segment clear Wholesale")
    assert slack.whisper().endswith("Wholesale is already empty.")
    await slack.type("/segment delete Wholesale")
    assert "should have" not in said(slack.card(2))


async def test_one_without_a_count_is_empty(slack: World) -> None:
    slack.enrol("Wholesale", 0)
    await slack.type("/segment delete Wholesale")
    assert "should have" not in said(slack.card(1))


async def test_ones_own_that_should_not_be_empty_is_not_taken_back_alone(slack: World) -> None:
    await slack.type("/segment create Loyal")
    slack.enrol("Loyal", 3)
    await emptied_outside(slack, "Loyal")
    await slack.type("/change undo 1")
    told = said(slack.card(2))
    assert "needs 1 approval: deletes a segment" in told
    assert "Loyal should have 3 shoppers" in told
    assert "Loyal" in slack.sizes()
