"""Home tabs that were opened, which are due, and which changes touch which segments."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.core.approval.changes import Event, Run, StepState
from bot.core.approval.need import Approval
from bot.core.planning.steps import Applied, SegmentRef
from bot.ledger.ledger import Ledger
from bot.ledger.ports.home_tabs import HomeTab
from tests.core.samples import NOW, VIPS, add, plan
from tests.ledger.planned import LATER, moved, planned

SECOND = timedelta(seconds=1)
LOYAL = SegmentRef(name="Loyal", id="6a8e0f62-0000-4000-8000-000000000002")
CREATED = Run(position=0, state=StepState.DONE, applied=Applied(created=LOYAL))
APPROVED = (Event.POST, Event.APPROVE)


async def due(ledger: Ledger, **times: Any) -> tuple[str, ...]:
    return await ledger.home_tabs.outdated(**({"since": NOW, "now": NOW} | times))


async def draw(ledger: Ledger, *users: str, shown: str = "x") -> None:
    """Draw these Home tabs, as far as they are free."""
    for user in users:
        tab = await ledger.home_tabs.claim(user, owner="one", now=NOW)
        assert tab
        await ledger.home_tabs.save(replace(tab, drawn=tab.revision, shown=shown))
        await ledger.home_tabs.release(user, owner="one")


async def touching(ledger: Ledger, segment: SegmentRef) -> list[int]:
    return [one.number for one in await ledger.changes.touching(segment.known_id, 9)]


# Which changes touch which segments


async def test_changes_of_a_segment_are_listed_newest_first(ledger: Ledger) -> None:
    for number in range(1, 4):
        await planned(ledger, str(number))
    await planned(ledger, "4", plan=plan(add(1, LOYAL)))
    assert [one.number for one in await ledger.changes.touching(VIPS.known_id, 2)] == [3, 2]
    assert await touching(ledger, LOYAL) == [4]
    assert await ledger.changes.touching("unknown", 9) == ()


async def test_a_replaced_plan_touches_its_segments_no_more(ledger: Ledger) -> None:
    found = await moved(ledger, await planned(ledger), Event.POST)
    await ledger.changes.move(found, Event.REPLAN, at=NOW, update={"plan": plan(add(1, LOYAL))})
    assert (await touching(ledger, VIPS), await touching(ledger, LOYAL)) == ([], [1])
    (shown,) = await ledger.changes.latest("all", "", 9)
    assert shown.headline == plan(add(1, LOYAL)).headline


async def test_a_change_touches_the_segment_that_it_created(ledger: Ledger) -> None:
    found = await moved(ledger, await planned(ledger), *APPROVED, Event.START)
    found = await ledger.changes.save_run(found, CREATED, at=NOW, detail={})
    await ledger.changes.save_run(found, CREATED, at=NOW, detail={})
    assert await touching(ledger, LOYAL) == [1]


# What waits, and for whom


async def test_a_change_waits_for_all_but_requester_and_signers(ledger: Ledger) -> None:
    await planned(ledger, "1")
    late = await planned(ledger, "2", expires_at=NOW + timedelta(hours=30))
    signed = await planned(ledger, "3", expires_at=NOW + timedelta(hours=20))
    await moved(ledger, late, Event.POST)
    signed = await moved(ledger, signed, Event.POST)
    await ledger.changes.move(signed, Event.SIGN, at=NOW, update={"approvals": (Approval(actor="UBEN", at=NOW),)})

    async def waiting(user: str) -> list[int]:
        return [one.number for one in await ledger.changes.waiting_for(user)]

    assert await waiting("UANA") == []
    assert await waiting("UBEN") == [2]
    assert await waiting("UCLEO") == [3, 2]


async def test_of_what_i_asked_for_that_which_waits_comes_first(ledger: Ledger) -> None:
    await moved(ledger, await planned(ledger, "1"), Event.POST)
    await moved(ledger, await planned(ledger, "2"), Event.CANCEL)
    await planned(ledger, "3", requester="UBEN")
    await planned(ledger, "4")
    assert [one.number for one in await ledger.changes.requested_by("UANA", 9)] == [1, 4, 2]
    assert [one.number for one in await ledger.changes.requested_by("UANA", 1)] == [1]


# Home tabs


async def test_a_home_tab_is_outdated_from_opening_to_rendering(ledger: Ledger) -> None:
    assert await ledger.home_tabs.claim("UANA", owner="one", now=NOW) is None
    await ledger.home_tabs.mark_opened("UANA", at=NOW)
    assert await due(ledger) == ("UANA",)
    await draw(ledger, "UANA")
    assert await due(ledger) == ()
    await ledger.home_tabs.mark_opened("UANA", at=NOW)
    assert await due(ledger) == ("UANA",)
    assert await ledger.home_tabs.claim("UANA", owner="one", now=NOW) == HomeTab("UANA", revision=2, drawn=1, shown="")


async def test_the_last_opened_home_tab_comes_first(ledger: Ledger) -> None:
    for seconds, user in enumerate(("UANA", "UBEN", "UCLEO")):
        await ledger.home_tabs.mark_opened(user, at=NOW + seconds * SECOND)
    assert await due(ledger) == ("UCLEO", "UBEN", "UANA")
    assert await due(ledger, since=NOW + SECOND) == ("UCLEO", "UBEN")


async def test_a_move_makes_those_due_whom_it_concerns(ledger: Ledger) -> None:
    for user in ("UANA", "UBEN"):
        await ledger.home_tabs.mark_opened(user, at=NOW)

    async def concerned() -> set[str]:
        found = await due(ledger)
        await draw(ledger, *found)
        return set(found)

    assert await concerned() == {"UANA", "UBEN"}
    found = await planned(ledger, "1")
    assert await concerned() == {"UANA"}
    for event, whom in (
        (Event.POST, {"UANA", "UBEN"}),
        (Event.APPROVE, {"UANA", "UBEN"}),
        (Event.START, {"UANA"}),
        (Event.FINISH, {"UANA", "UBEN"}),
    ):
        found = await ledger.changes.move(found, event, at=NOW)
        assert await concerned() == whom, event
    await moved(ledger, await planned(ledger, "2"), Event.CANCEL)
    assert await concerned() == {"UANA"}


async def test_a_step_that_ran_makes_nobody_due(ledger: Ledger) -> None:
    found = await moved(ledger, await planned(ledger), *APPROVED, Event.START)
    await ledger.home_tabs.mark_opened("UANA", at=NOW)
    await draw(ledger, "UANA")
    await ledger.changes.save_run(found, CREATED, at=NOW, detail={})
    assert await due(ledger) == ()


async def test_a_home_tab_is_drawn_by_one_process_at_a_time(ledger: Ledger, other: Ledger) -> None:
    await ledger.leases.renew(owner="one", until=LATER, now=NOW)
    await ledger.home_tabs.mark_opened("UANA", at=NOW)
    assert await ledger.home_tabs.claim("UANA", owner="one", now=NOW)
    assert await other.home_tabs.claim("UANA", owner="two", now=NOW) is None
    assert await due(other) == ()
    assert await due(other, now=LATER + SECOND) == ("UANA",)
    await other.home_tabs.release("UANA", owner="two")
    assert await other.home_tabs.claim("UANA", owner="two", now=NOW) is None
    await ledger.home_tabs.release("UANA", owner="one")
    assert await other.home_tabs.claim("UANA", owner="two", now=NOW)


async def test_a_move_during_a_drawing_leaves_the_tab_due(ledger: Ledger) -> None:
    await ledger.home_tabs.mark_opened("UANA", at=NOW)
    tab = await ledger.home_tabs.claim("UANA", owner="one", now=NOW)
    assert tab
    await planned(ledger)
    await ledger.home_tabs.save(replace(tab, drawn=tab.revision, shown="x"))
    await ledger.home_tabs.release("UANA", owner="one")
    assert await due(ledger) == ("UANA",)


async def test_who_is_forgotten_is_not_drawn_again(ledger: Ledger) -> None:
    await ledger.home_tabs.mark_opened("UANA", at=NOW)
    await ledger.home_tabs.forget("UANA")
    await planned(ledger)
    assert await due(ledger) == ()


async def test_the_last_finish_counts_each_way_a_run_ends(ledger: Ledger) -> None:
    assert await ledger.changes.last_finish() == 0
    for event in (Event.FINISH, Event.FAIL, Event.STOP):
        before = await ledger.changes.last_finish()
        await moved(ledger, await planned(ledger, event.value), *APPROVED, Event.START, event)
        assert (
            await ledger.changes.last_finish() == max(entry.number for entry in await ledger.audit.entries()) > before
        )
