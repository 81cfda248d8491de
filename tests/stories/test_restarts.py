"""The bot is stopped or killed, and started again on the same file: nothing is lost and nothing is done twice."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.core.approval.changes import Event, Run, StepState
from bot.core.approval.need import Approval
from bot.ledger.sqlite.ledger import open_sqlite
from bot.sandbox.workspace import people
from tests.conftest import OpenWorld
from tests.harness import ROOT, World, buttons, said
from tests.stories.judge import read


async def test_a_change_that_waited_while_the_bot_was_stopped_can_be_approved_afterwards(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    await slack.stop()
    outcome = await slack.press("Delete Segment", by="ben")
    assert not outcome["ok"]
    await slack.start()
    await slack.press("Delete Segment", by="ben")
    assert "VIPs" not in slack.sizes()
    assert len(slack.writes()) == 1


async def test_a_change_that_expired_while_the_bot_was_stopped_expires_at_the_start(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    await slack.stop()
    slack.clock.forward(hours=30)
    await slack.start()
    await slack.sweep()
    assert "Expired" in said(slack.card(1))
    assert not slack.writes()


async def test_what_was_asked_and_not_yet_planned_is_planned_at_the_next_start(slack: World) -> None:
    async with slack.meanwhile(slack.client.type("ana", "#segments", "/segment delete VIPs"), "GET", "/segments"):
        await slack.stop()
    await slack.start()
    await slack.sweep()
    assert "Waiting for 1 approval" in said(slack.card(1))
    await slack.press("Delete Segment", by="ben")
    assert "VIPs" not in slack.sizes()
    assert slack.kinds().count("planned") == 1


async def test_what_was_asked_too_long_ago_is_refused_instead(slack: World) -> None:
    async with slack.meanwhile(slack.client.type("ana", "#segments", "/segment create Loyal"), "GET", "/segments"):
        await slack.stop()
    slack.clock.forward(minutes=45)
    await slack.start()
    await slack.sweep()
    assert "Ask again if you still want it" in slack.whisper()
    await slack.sweep()
    assert slack.kinds().count("refused") == 1
    assert "Loyal" not in slack.sizes()


async def test_a_recorded_click_is_carried_out_after_a_restart(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    async with slack.meanwhile(slack.client.press("ben", "#approvals", "Delete Segment"), "GET", "/segments"):
        await slack.stop()
    await slack.start()
    await slack.sweep()
    assert "VIPs" not in slack.sizes()
    assert slack.kinds().count("approve") == 1


async def test_an_interrupted_run_continues_and_repeats_nothing(slack: World) -> None:
    await slack.type("/segment delete VIPs, Lapsed, Wholesale")
    async with slack.meanwhile(slack.client.press("ben", "#approvals", "Delete Segment"), "DELETE", "/segments"):
        await slack.stop()
    await slack.start()
    await slack.sweep()
    assert not {"VIPs", "Lapsed", "Wholesale"} & set(slack.sizes())
    assert "Done" in said(slack.card(1))
    assert len(slack.writes()) == len(set(slack.writes()))
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben", change=2)
    assert {"VIPs": 40, "Lapsed": 64, "Wholesale": 22}.items() <= slack.sizes().items()


async def test_a_segment_that_staff_created_meanwhile_is_not_called_the_bots(slack: World) -> None:
    async with slack.meanwhile(
        slack.client.type("ana", "#segments", "/segment create Loyal description:Came back"), "POST", "/segments"
    ):
        await slack.stop()
        (made,) = slack.put("Loyal", description="Came back")
    await slack.start()
    await slack.sweep()
    assert slack.id_of("Loyal") == made
    assert len(slack.sizes()) == 13
    card = slack.card(1)
    assert "no one can tell whether this change made it or someone else did" in said(card)
    assert buttons(card) == ["Try Again"]
    await slack.type("/change undo 1")
    assert "did nothing, so there is nothing to undo" in slack.whisper()
    await slack.press("Try Again", by="ana", channel="#segments")
    assert "“Loyal” exists by now, whoever created it. It is used as it is." in slack.whisper()
    assert slack.id_of("Loyal") == made


async def test_a_copy_that_was_interrupted_at_its_segment_goes_on_once_people_say_whose_it_is(slack: World) -> None:
    members = slack.members("VIPs")
    await slack.type("/segment copy VIPs Readers")
    async with slack.meanwhile(slack.client.press("ben", "#approvals", "Copy Segment"), "POST", "/segments"):
        await slack.stop()
        (vips,) = [one for one in slack.store.overview()["segments"] if one["name"] == "VIPs"]
        (made,) = slack.put("Readers", description=vips["description"])
    await slack.start()
    await slack.sweep()
    await slack.press("Try Again", by="ana", change=1)
    assert "“Readers” exists by now, whoever created it. It is used as it is." in read(slack.card(2))
    await slack.press("Try Again", by="ben", change=2)
    assert (slack.id_of("Readers"), slack.members("Readers")) == (made, members)
    await slack.type("/change undo 2")
    await slack.press("Undo Change", by="cleo", change=3)
    assert (slack.id_of("Readers"), slack.members("Readers")) == (made, set())


async def test_a_promotion_that_was_put_while_the_bot_stopped_is_not_put_again(slack: World) -> None:
    before = slack.promotions()
    await slack.type("/promotion target 4 is VIPs")
    async with slack.meanwhile(
        slack.client.press("ben", "#approvals", "Retarget Promotion"), "PUT", "/promotions/{id}"
    ):
        await slack.stop()
        slack.alter_promotion(4, segments={"id": [slack.id_of("VIPs")]})
    await slack.start()
    await slack.sweep()
    await slack.settled()
    assert "Done" in said(slack.card(1))
    assert slack.writes() == [("PUT", "/promotions/4")]
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.promotions() == before


async def test_a_run_killed_right_after_a_step_failed_starts_no_further_step(slack: World) -> None:
    await slack.type("/segment delete VIPs, Lapsed")
    await slack.stop()
    async with open_sqlite(slack.database) as ledger:
        change, now = await ledger.changes.load(1), slack.clock()
        approvals = (Approval(actor=people.BEN, at=now),)
        update = {"approvals": approvals}
        seen = {"fingerprint": change.plan.fingerprint}
        change = await ledger.changes.move(change, Event.APPROVE, at=now, actor=people.BEN, detail=seen, update=update)
        change = await ledger.changes.move(change, Event.START, at=now)
        failed = Run(position=0, state=StepState.FAILED, error="No.")
        await ledger.changes.save_run(change, failed, at=now, detail={})
    await slack.start()
    await slack.sweep()
    assert not slack.writes()
    assert "Failed" in said(slack.card(1))
    assert "Nothing was changed" in said(slack.card(1))


@asynccontextmanager
async def killable_bot(slack: World) -> AsyncIterator[Process]:
    """A bot in a process of its own, connected to the world's store and workspace; killed (-9) at the end."""
    environment = {
        **{name: value for name, value in os.environ.items() if "COV" not in name},
        "SLACK_BOT_TOKEN": people.BOT_TOKEN,
        "SLACK_APP_TOKEN": people.APP_TOKEN,
        "SLACK_API_URL": f"{slack.url}/api/",
        "BIGCOMMERCE_STORE_HASH": "sandbox",
        "BIGCOMMERCE_ACCESS_TOKEN": "sandbox-token",
        "BIGCOMMERCE_API_URL": slack.url,
        "APPROVALS_CHANNEL": people.APPROVALS,
        "APPROVERS": people.APPROVERS_GROUP,
        "DATABASE": str(slack.database),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "socket", cwd=ROOT, env=environment, stderr=PIPE
    )
    assert process.stderr
    try:
        seen = b""
        while b"Ready" not in seen:
            line = await process.stderr.readline()
            assert line, f"the bot ended before it was ready: {seen.decode()}"
            seen += line
        yield process
    finally:
        process.kill()
        await process.communicate()


async def test_a_bot_killed_twice_ends_a_change_exactly_once(
    open_world: OpenWorld,
) -> None:
    slack = await open_world(running=False)
    async with killable_bot(slack):
        await slack.client.type("ana", "#segments", "/segment delete VIPs, Lapsed, Wholesale")
        # It is told once it is on record that the change waits; its card is there before.
        told = "Change 1 is waiting for approval"
        await slack.workspace.changed(
            lambda state: told in read([one["blocks"] for one in state["channels"]["#segments"]]), within=30
        )
    async with killable_bot(slack):
        stuck = slack.stick("DELETE", "/segments")
        await slack.client.press("ben", "#approvals", "Delete Segment")
        async with asyncio.timeout(30):
            await stuck.reached.wait()
    before = slack.store.version
    stuck.release.set()
    async with asyncio.timeout(30):
        await slack.store.changed(before)
    assert slack.sizes().keys() >= {"Lapsed", "Wholesale"}
    assert slack.kinds().count("approve") == 1
    slack.clock.forward(minutes=2)
    await slack.start()
    await slack.sweep()
    await slack.sweep()
    assert not {"VIPs", "Lapsed", "Wholesale"} & set(slack.sizes())
    assert len(slack.sizes()) == 9
    assert len(slack.writes()) == len(set(slack.writes())) == 3
    assert "Done" in said(slack.card(1))
    assert sum("Change 1 is done" in said(one) for one in slack.messages(channel="dm")) == 1
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="cleo", change=2)
    assert {"VIPs": 40, "Lapsed": 64, "Wholesale": 22}.items() <= slack.sizes().items()
