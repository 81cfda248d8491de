"""Typed summaries: one's own, and one for everybody. What stands in them is told in ``tests/stories``."""

from bot.sandbox.workspace.people import SEGMENTS
from tests.conftest import OpenWorld
from tests.harness import World, said


async def test_a_summary_is_shown_to_who_asks(slack: World) -> None:
    await slack.type("/summary")
    assert slack.whisper().startswith("The first summary: 12 segments")


async def test_a_summary_is_posted_for_everybody(open_world: OpenWorld) -> None:
    slack = await open_world(SUMMARY_CHANNEL=SEGMENTS)
    await slack.type("/summary post", by="ben")
    (posted,) = [one for one in slack.messages(by="ana") if not one["ephemeral"]]
    assert said(posted).startswith("The first summary: 12 segments")
