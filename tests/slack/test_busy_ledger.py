"""What cannot be recorded does not happen, and the person hears of it, wherever they look."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import ExitStack, suppress
from pathlib import Path
from time import perf_counter

import pytest

from bot.core.errors import NotRecorded
from bot.ledger.ledger import Ledger
from tests.disks import frozen, full, held
from tests.harness import Json, World, said, world
from tests.stories.judge import judge

HELD = "This could not be put on record (another program holds the ledger's file), so nothing was done."
FULL = "This could not be put on record (the disk is full), so nothing was done."
FROZEN = "This could not be put on record (the ledger's file may only be read), so nothing was done."


@pytest.fixture
async def slack(tmp_path: Path) -> AsyncIterator[World]:
    """A world whose bot is expected to log what it could not record."""
    async with world(tmp_path, customers=40) as made:
        yield made
        await made.settled()
        await judge(made)


def ledger_of(slack: World) -> Ledger:
    """The running bot's own ledger."""
    assert slack.bot
    return slack.bot.engine.process.ledger


# While another program holds the ledger's file


async def test_a_lock_blocks_no_acknowledgement_and_no_health_check(slack: World) -> None:
    """Each of these is recorded by itself; one after the other, they would be refused in a quarter of a minute."""
    assert slack.bot
    commands = [slack.client.type("ana", "#segments", "/segment") for _ in range(16)]
    with held(slack.database):
        answers = asyncio.gather(*commands)
        slowest = 0.0
        while not answers.done():
            began = perf_counter()
            assert await slack.bot.healthy()
            await asyncio.sleep(0)
            slowest = max(slowest, perf_counter() - began)
        acknowledged = [answer["ack_ms"] for answer in await answers if answer["ok"]]
    assert len(acknowledged) == 16
    assert (max(acknowledged) < 3000, slowest < 1) == (True, True)
    assert slack.kinds() == []
    assert [HELD in one["text"] for one in slack.messages()[-16:]] == [True] * 16
    await slack.type("/segment delete VIPs")
    assert slack.kinds() == ["asked", "planned", "post"]


# Where the person looks


async def test_a_command_is_answered_with_the_reason(slack: World, caplog: pytest.LogCaptureFixture) -> None:
    with held(slack.database):
        await slack.type("/segment delete VIPs")
    assert HELD in slack.messages()[-1]["text"]
    assert (slack.kinds(), "database is locked" in caplog.text, "Traceback" in caplog.text) == ([], True, False)


async def test_a_click_is_answered_beside_the_button(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    with held(slack.database):
        await slack.press("Delete Segment", by="ben")
    assert HELD in slack.whisper(by="ben", channel="#approvals")
    assert "VIPs" in slack.sizes()
    await slack.press("Delete Segment", by="ben")
    assert "VIPs" not in slack.sizes()


async def test_a_form_stays_open_and_says_so(slack: World) -> None:
    await slack.type("/segment create")
    with held(slack.database):
        outcome = await slack.submit({"Name": "Loyal"})
    assert HELD in outcome["errors"]["name"]
    assert slack.form() is not None
    await slack.submit({"Name": "Loyal"})
    assert "Create the segment Loyal" in said(slack.card(1))


async def test_an_approval_in_a_form_that_cannot_be_recorded_is_told_there(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    await slack.home(by="ben")
    await slack.press("Review", by="ben", channel="home")
    with held(slack.database):
        await slack.submit({}, by="ben")
    assert HELD in str(slack.form(by="ben"))
    assert "VIPs" in slack.sizes()


async def test_a_click_for_a_form_is_answered_beside_the_button(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    with frozen(ledger_of(slack)):
        await slack.press("Reject", by="ben")
    assert FROZEN in slack.whisper(by="ben", channel="#approvals")
    assert slack.form(by="ben") is None


async def test_a_refusal_that_comes_after_the_acknowledgement_is_told_privately(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    slack.clock.forward(minutes=1)  # who Ana is has to be asked again, once the click is on record
    with ExitStack() as trouble:
        overheard = slack.workspace.overheard

        def freeze(door: str, body: Json) -> None:
            overheard(door, body)
            if door == "users.info":
                slack.workspace.overheard = overheard
                trouble.enter_context(frozen(ledger_of(slack)))

        slack.workspace.overheard = freeze
        await slack.press("Reject", by="ana")
        assert slack.workspace.overheard is overheard
    assert FROZEN in slack.whisper(by="ana", channel="#approvals")
    await slack.press("Reject", by="ana")
    assert "You asked for change 1, so someone else" in slack.whisper(by="ana", channel="#approvals")


async def test_on_a_full_disk_nothing_happens_and_with_room_all_does(
    slack: World, caplog: pytest.LogCaptureFixture
) -> None:
    await slack.type("/segment delete VIPs")
    with full(ledger_of(slack)):
        await slack.type("/segment create Loyal")
        assert FULL in slack.messages()[-1]["text"]
        await slack.press("Delete Segment", by="ben")
        assert FULL in slack.whisper(by="ben", channel="#approvals")
        slack.clock.forward(hours=30)
        with suppress(NotRecorded):
            await slack.sweep()
        await slack.settled()
    errors = [one for one in caplog.records if one.name.startswith("bot.") and one.levelno >= logging.ERROR]
    assert (len(errors), "Traceback" in caplog.text) == (1, False)
    assert "Waiting for 1 approval" in said(slack.card(1))
    assert not slack.writes()
    await slack.sweep()
    assert "Expired" in said(slack.card(1))
    await slack.type("/segment create Loyal")
    assert "Loyal" in slack.sizes()


async def test_a_home_tab_is_published_once_the_ledger_is_free(slack: World) -> None:
    with frozen(ledger_of(slack)):
        assert await slack.home(by="ana") is None
    assert await slack.home(by="ana")


async def test_a_sweep_that_can_record_nothing_is_due_again(slack: World) -> None:
    with frozen(ledger_of(slack)), pytest.raises(NotRecorded):
        await slack.sweep()
    await slack.sweep()


# What was asked, and whose answer cannot be put on record


async def test_an_unrecorded_plan_is_no_change_and_is_reported_later(slack: World) -> None:
    with ExitStack() as trouble:
        async with slack.meanwhile(slack.client.type("ana", "#segments", "/segment create Loyal"), "GET", "/segments"):
            trouble.enter_context(frozen(ledger_of(slack)))
        assert FROZEN in slack.whisper()
    assert slack.kinds() == ["asked"]
    await slack.sweep()
    await slack.sweep()
    assert slack.kinds() == ["asked", "refused"]
    assert FROZEN in slack.entries()[-1].detail["reason"]
    assert "Loyal" not in slack.sizes()
    await slack.type("/segment create Loyal")
    assert "Loyal" in slack.sizes()


async def test_an_approval_that_cannot_be_recorded_does_not_count(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    with ExitStack() as trouble:
        click = slack.client.press("ben", "#approvals", "Delete Segment")
        async with slack.meanwhile(click, "GET", "/segments"):
            trouble.enter_context(frozen(ledger_of(slack)))
        assert FROZEN in slack.whisper(by="ben", channel="#approvals")
    await slack.sweep()
    assert "Waiting for 1 approval" in said(slack.card(1))
    assert not slack.writes()
    await slack.press("Delete Segment", by="cleo")
    assert "VIPs" not in slack.sizes()


async def test_a_form_whose_plan_cannot_be_recorded_says_so_in_the_form(slack: World) -> None:
    await slack.type("/segment create")
    stuck = slack.stick("GET", "/segments")
    submitting = asyncio.create_task(slack.client.submit("ana", {"Name": "Loyal"}))
    await stuck.reached.wait()
    with frozen(ledger_of(slack)):
        stuck.release.set()
        assert FROZEN in (await submitting)["errors"]["name"]
    await slack.settled()
    assert "Loyal" not in slack.sizes()


# A change that runs


async def test_a_step_waits_until_its_start_can_be_recorded(slack: World) -> None:
    await slack.type("/segment delete Reviewers")
    members = ("GET", "/segments/{id}/shopper-profiles")
    planning = slack.stick(*members)
    await slack.client.press("ben", "#approvals", "Delete Segment")
    await planning.reached.wait()
    starting = slack.stick(*members)
    planning.release.set()
    await starting.reached.wait()
    with frozen(ledger_of(slack)):
        starting.release.set()
        await slack.settled()
        assert (slack.kinds()[-1], slack.writes()) == ("start", [])
    await slack.sweep()
    assert "Reviewers" not in slack.sizes()
    assert "Done" in said(slack.card(1))


async def test_a_step_with_an_unrecorded_end_is_checked_and_continued(slack: World) -> None:
    await slack.type("/segment delete VIPs, Lapsed, Wholesale")
    with ExitStack() as trouble:
        click = slack.client.press("ben", "#approvals", "Delete Segment")
        async with slack.meanwhile(click, "DELETE", "/segments"):
            trouble.enter_context(full(ledger_of(slack)))
        assert len(slack.writes()) == 1
        with suppress(NotRecorded):
            await slack.sweep()
        assert len(slack.writes()) == 1
    await slack.sweep()
    await slack.sweep()
    assert not {"VIPs", "Lapsed", "Wholesale"} & set(slack.sizes())
    assert len(slack.writes()) == len(set(slack.writes()))
    assert "Done" in said(slack.card(1))
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben", change=2)
    assert {"VIPs", "Lapsed", "Wholesale"} <= set(slack.sizes())
