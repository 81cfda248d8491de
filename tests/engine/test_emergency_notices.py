"""Emergencies are heard of: whoever is in the groups is told, however long Slack does not tell who that is."""

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.core.approval.changes import Change
from bot.core.approval.changes_reader import describe_untold
from bot.core.store_view.cached_shop import Shop
from bot.core.summary.gather import gather
from bot.core.summary.message import compose
from bot.engine.ports import Undeliverable
from tests.engine.bench import Bench, bench

ZONE = ZoneInfo("UTC")
GROUPS: dict[str, Any] = {"approvers": frozenset({"SMANAGERS", "SSUPPORT", "UBEN"}), "breakers": frozenset({"UHEAD"})}


def grouped(machine: Bench) -> Bench:
    machine.people.groups = {"SMANAGERS": frozenset({"UEVE", "UHEAD"}), "SSUPPORT": frozenset({"UEVE", "UCLEO"})}
    return machine


async def broken(machine: Bench) -> Change:
    await machine.asks("change break-glass", "UHEAD", number=1, reason="Now.")
    return await machine.latest()


async def told_later(machine: Bench) -> None:
    machine.people.silent = False
    machine.clock.forward(minutes=5)
    await machine.sweeps()


async def test_everybody_in_the_groups_is_told_once_and_who_broke_it_is_not(path: Path) -> None:
    async with bench(path, **GROUPS) as machine:
        await grouped(machine).delete()
        await broken(machine)
        assert machine.board.notified == [(1, "glass", user) for user in ("UBEN", "UCLEO", "UEVE")]
        assert await machine.ledger.changes.untold() == ()


async def test_nobody_is_forgotten_while_slack_does_not_tell_who_is_in_a_group(path: Path) -> None:
    async with bench(path, **GROUPS) as machine:
        change = await grouped(machine).delete()
        machine.people.silent = True
        change = await broken(machine)
        assert machine.board.notified == [(1, "glass", "UBEN")]
        assert await machine.ledger.changes.untold() == (1,)
        await machine.dies()
        async with machine.another(path, **GROUPS) as other:
            await other.sweeps()
            assert len(machine.board.notified) == 1
            await told_later(other)
        assert machine.board.notified == [(1, "glass", user) for user in ("UBEN", "UCLEO", "UEVE")]
        assert await machine.ledger.changes.untold() == ()
        assert change.number == 1


async def test_who_was_told_by_one_group_is_not_told_again_by_another(path: Path) -> None:
    async with bench(path, **GROUPS) as machine:
        await grouped(machine).delete()
        machine.people.groups["SSUPPORT"] = frozenset({"UBEN", "UCLEO"})
        machine.people.silent = True
        await broken(machine)
        await told_later(machine)
        assert sorted(user for _, _, user in machine.board.notified) == ["UBEN", "UCLEO", "UEVE"]


async def test_a_group_that_another_process_resolved_meanwhile_is_not_read_again(path: Path) -> None:
    async with bench(path, **GROUPS) as machine:
        await grouped(machine).delete()
        machine.people.silent = True
        await broken(machine)
        read = list[int]()

        async def others_resolve_all() -> None:
            read.append(1)
            for number, _, group in await machine.ledger.changes.notices():
                await machine.ledger.changes.resolve_notice(number, group, frozenset({"UEVE"}))

        machine.people.takes_time = others_resolve_all
        await told_later(machine)
        assert read == [1]
        assert [user for _, _, user in machine.board.notified] == ["UBEN", "UEVE"]


async def test_until_then_home_and_summary_say_so(path: Path) -> None:
    async with bench(path, **GROUPS) as machine:
        await grouped(machine).delete()
        machine.people.silent = True
        await broken(machine)
        machine.people.silent = False
        assert (await machine.looks("UCLEO")).untold == (1,)
        assert describe_untold(1) in await summary(machine)
        machine.board.broken["notify"] = Undeliverable("Slack is down")
        await told_later(machine)
        assert (await machine.looks("UCLEO")).untold == (1,)
        del machine.board.broken["notify"]
        await told_later(machine)
        assert machine.home("UCLEO").untold == ()
        assert describe_untold(1) not in await summary(machine)


async def summary(machine: Bench) -> str:
    shop, ledger, now = Shop(machine.client), machine.ledger, machine.clock()
    found = await gather(shop, ledger.history, ledger.changes, ledger.audit, day=now.date(), now=now, zone=ZONE)
    return str(compose(found))
