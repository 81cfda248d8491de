"""Decisions and ``/change stop`` wait for nothing that only shows something, however much of that there is."""

import asyncio

from bot.bigcommerce.shares import AT_ONCE, RESERVED
from tests.conftest import OpenWorld
from tests.harness import World, said

LISTS = 40


class Jam:
    """A store that answers nobody who has to wait, until it is released; ``full`` once that many wait."""

    def __init__(self, places: int) -> None:
        self._places = places
        self.full = asyncio.Event()
        self.release = asyncio.Event()

    async def __call__(self, seconds: float) -> None:
        if seconds:
            self._places -= 1
            if not self._places:
                self.full.set()
            await self.release.wait()


async def jammed(slack: World) -> Jam:
    """Forty lists of segments that the store does not answer."""
    places = AT_ONCE - RESERVED
    jam = Jam(places)
    slack.store.sleep = jam
    slack.store.faults.add("GET", "/customers", delay=1, times=None)
    for _ in range(LISTS):
        outcome = await slack.client.type("cleo", "#segments", "/segment list")
        assert outcome["ok"], outcome
    await jam.full.wait()
    return jam


async def test_an_approval_goes_through_while_forty_lists_wait(slack: World) -> None:
    await slack.type("/segment delete Reviewers")
    jam = await jammed(slack)
    await slack.client.press("ben", "#approvals", "Delete Segment")
    await slack.workspace.changed(lambda _: "Done" in said(slack.card(1)))
    assert "Reviewers" not in slack.sizes()
    assert slack.kinds().count("answered") == 1
    jam.release.set()
    await slack.settled()
    assert slack.kinds().count("answered") == LISTS + 1


async def test_a_run_is_stopped_while_forty_lists_wait(slack: World) -> None:
    await slack.type("/segment delete VIPs, Lapsed")
    async with slack.meanwhile(slack.client.press("ben", "#approvals", "Delete Segment"), "DELETE", "/segments"):
        release = slack.store.sleep.release  # type: ignore[attr-defined]  # the harness has just put it there
        jam = await jammed(slack)
        await slack.client.type("ana", "#segments", "/change stop 1")
        await slack.workspace.changed(lambda _: "is stopping after this batch" in str(slack.messages()))
        assert slack.kinds().count("answered") == 1
        release.set()
        await slack.workspace.changed(lambda _: "Stopped" in said(slack.card(1)))
        jam.release.set()
    assert {"Lapsed"} <= slack.sizes().keys()


async def test_people_are_answered_while_a_long_run_waits_for_the_stores_next_window(open_world: OpenWorld) -> None:
    slack = await open_world(customers=1550, running=False)
    waiting, next_window = asyncio.Event(), asyncio.Event()

    async def pause(seconds: float) -> None:
        if seconds > 5:
            waiting.set()
            await next_window.wait()

    slack.pause = pause
    await slack.start()
    slack.enrol("VIPs", 1500)
    await slack.type("/segment clear VIPs")
    slack.store.quota = 45
    approval = await slack.client.press("ben", "#approvals", "Clear Segment")
    assert approval["ok"], approval
    await waiting.wait()
    outcome = await slack.client.type("ana", "#segments", "/segment show Lapsed")
    assert outcome["ok"], outcome
    await slack.workspace.changed(lambda _: "Lapsed" in str(slack.messages()[-1]))

    assert not any(one["status"] == 429 for one in slack.store.requests())
    slack.store.quota = None
    next_window.set()
    await slack.settled()
    assert slack.sizes()["VIPs"] == 0
