"""Laws over the long lists of changes: each is kept once, and a change comes back with the same people in it."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from bot.core.approval.changes import Event, Run, StepState
from bot.core.items import Item
from bot.core.kept_lists import kept_list, kept_map
from bot.core.planning.plan import Plan
from bot.core.planning.steps import Applied, added, created, removed
from bot.ledger.ledger import Ledger
from bot.ledger.sql.kept_lists import LONG
from tests.core.samples import NOW, VIPS, uuid
from tests.laws.values import FEW
from tests.ledger.planned import planned, running
from tests.ledger.subject import SUBJECTS

IDS = tuple(map(uuid, range(1_200)))
PEOPLE = st.lists(st.integers(0, 9_999), unique=True, max_size=1_100)


@given(profiles=PEOPLE, newcomers=PEOPLE, removals=PEOPLE)
@FEW
def test_a_change_comes_back_with_the_same_people(
    profiles: list[int], newcomers: list[int], removals: list[int]
) -> None:
    ids = tuple(map(uuid, profiles))
    made = (*created(newcomers), *added(VIPS, ids, newcomers), *removed(VIPS, tuple(map(uuid, removals))))

    async def go() -> None:
        for kind in SUBJECTS:
            with kind.fresh() as subject:
                async with subject.open() as ledger:
                    plan = Plan(steps=made)
                    found = (await ledger.changes.load((await planned(ledger, plan=plan)).number)).plan
                    assert (found, found.fingerprint, found.items) == (plan, plan.fingerprint, plan.items)
                    out = plan.items[::3]
                    assert (await found.without(out)).items == (await plan.without(out)).items

    if made and len({*ids, *newcomers, *removals}) > 1:
        asyncio.run(go())


async def test_a_run_comes_back_with_its_undo_and_what_it_created(ledger: Ledger) -> None:
    change = await running(ledger, plan=Plan(steps=added(VIPS, IDS)))
    applied = Applied(undo=removed(VIPS, IDS[:500]), profiles=kept_map(dict(enumerate(IDS[:500]))))
    run = Run(position=0, state=StepState.DONE, undo=removed(VIPS, IDS[:500]), applied=applied)
    saved = await ledger.changes.save_run(change, run, at=NOW, detail={})
    found = await ledger.changes.load(change.number)
    assert (saved.runs, found.runs) == ((run,), (run,))
    (back,) = found.runs
    assert back.applied
    assert dict(back.applied.profiles) == dict(enumerate(IDS[:500]))
    assert [list(step.item_keys) for step in back.undo] == [list(IDS[:500])]


async def test_the_values_of_a_command_come_back_with_their_lists(ledger: Ledger) -> None:
    args = {"segment": "VIPs", "found": {"profiles": kept_list(IDS), "source": "a.csv"}}
    change = await planned(ledger, args=args)
    found = await ledger.changes.load(change.number)
    assert (found.args, tuple(found.args["found"]["profiles"])) == (args, IDS)
    moved = await ledger.changes.move(found, Event.POST, at=NOW)
    assert tuple(moved.args["found"]["profiles"]) == IDS


async def test_a_list_that_was_read_ahead_is_the_same(ledger: Ledger) -> None:
    many = tuple(map(uuid, range(LONG // len(uuid(1)))))
    args = {"found": {"profiles": kept_list(many), "others": kept_list(IDS)}}
    found = (await ledger.changes.load((await planned(ledger, args=args)).number)).args["found"]
    for _ in range(2):
        for one in found.values():
            await one.fetch()
    assert (tuple(found["profiles"]), tuple(found["others"])) == (many, IDS)


async def test_shoppers_who_are_left_out_are_out_of_what_is_stored(ledger: Ledger) -> None:
    change = await planned(ledger, plan=Plan(steps=removed(VIPS, IDS)))
    change = await ledger.changes.move(change, Event.POST, at=NOW)
    left = await change.plan.without([Item.profile(IDS[7])])
    await ledger.changes.move(change, Event.NARROW, at=NOW, update={"plan": left, "version": 2})
    found = (await ledger.changes.load(change.number)).plan
    assert [item.id for item in found.items] == [one for one in IDS if one != IDS[7]]
