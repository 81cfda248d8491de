"""Home tabs follow the ledger and the store, and Slack is asked no more often than it likes."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.core.approval.changes import State
from bot.core.approval.decisions import Verdict
from bot.core.approval.policy import Policy
from bot.core.errors import NotRecorded
from bot.core.people import Standing
from bot.core.planning.steps import CreateSegment, Naming
from bot.core.summary.history import Size, Snapshot
from bot.engine.home_tab.publisher import A_MINUTE, A_ROUND, RECENT, HomeTabPublisher
from bot.engine.home_tab.queries import HomeTabQueries
from bot.engine.patience import Patience
from bot.engine.ports import Undeliverable
from bot.engine.process import LEASE, Process
from bot.engine.store_overview import TTL, StoreOverviewCache
from bot.ledger.ports.history import History
from tests.core.samples import plan
from tests.engine.bench import Bench, bench
from tests.harness import Stuck

PASSING = Undeliverable("ratelimited")
FINAL = Undeliverable("user_not_found", final=True)


def asked(machine: Bench) -> int:
    """How often the store's segments were listed for the Home tab: each look begins with that."""
    return sum("/v3/segments?" in one["path"] for one in machine.store.requests())


def states(machine: Bench, user: str = "UANA") -> list[State]:
    return [one.state for one in machine.home(user).mine]


async def open_many(machine: Bench, count: int) -> list[str]:
    """So many people open their tab, one second after the other; they see it, and a minute passes."""
    users = [f"U{number:03}" for number in range(count)]
    for user in users:
        await machine.engine.home_tabs.opened(user)
        machine.clock.forward(seconds=1)
    await machine.tasks.settled()
    machine.clock.forward(minutes=1)
    machine.board.homes.clear()
    return users


def stick(machine: Bench) -> Stuck:
    """The store's next answer about segments waits until it is released."""
    machine.store.sleep = stuck = Stuck()
    machine.store.faults.add("GET", "/segments", delay=1)
    return stuck


# Who sees what


async def test_what_waits_shows_for_those_who_may_approve_it_and_have_not(machine: Bench) -> None:
    await machine.delete()
    assert ((await machine.looks("UBEN")).waiting, states(machine, "UBEN")) == (1, [])
    assert ((await machine.looks("UANA")).waiting, states(machine, "UANA")) == (0, [State.WAITING])
    assert (await machine.looks("UDAN")).waiting == 0
    assert machine.home("UDAN").doubt == ""


async def test_whether_something_waits_is_left_open_where_slack_does_not_tell_who_approves(machine: Bench) -> None:
    await machine.delete()
    machine.people.silent = True
    await machine.looks("UDAN")
    assert "Slack couldn't tell me just now" in machine.home("UDAN").doubt


async def test_where_nothing_waits_nothing_is_left_open(machine: Bench) -> None:
    machine.people.silent = True
    assert (await machine.looks("UDAN")).doubt == ""


async def test_who_may_not_use_the_bot_sees_why_and_nothing_else(machine: Bench) -> None:
    machine.people.standings["UDAN"] = Standing.GUEST
    seen = await machine.looks("UDAN")
    assert seen.refusal == "Guests of this workspace cannot use this bot."
    assert (seen.overview, seen.mine, seen.waits) == (None, (), ())


async def test_the_overview_tells_sizes_and_promotions_the_largest_segments_first(machine: Bench) -> None:
    overview = (await machine.looks()).overview
    assert overview
    sizes = {one["name"]: one["shoppers"] for one in machine.store.overview()["segments"]}
    assert (overview.segments, len(overview.largest)) == (len(sizes), len(sizes))
    assert overview.memberships == sum(sizes.values())
    assert [one.shoppers for one in overview.largest] == sorted(sizes.values(), reverse=True)
    assert {one.name: one.shoppers for one in overview.largest} == sizes
    assert any(one.promotions for one in overview.largest)


async def test_a_token_that_may_not_read_promotions_sees_sizes_all_the_same(machine: Bench) -> None:
    machine.store.faults.add("GET", "/promotions", status=403, times=99)
    overview = (await machine.looks()).overview
    assert overview
    assert {one.promotions for one in overview.largest} == {None}


async def test_the_overview_tells_the_largest_movers_since_the_last_day_on_record(machine: Bench) -> None:
    overview = (await machine.looks()).overview
    assert overview
    assert overview.movers is None
    ids, at = machine.segments(), machine.clock() - timedelta(days=1)
    sizes = (Size(ids["VIPs"], "VIPs", 1), Size("gone", "Gone", 9))
    await machine.ledger.history.save(Snapshot(at.date(), at, 0, 9, sizes))
    machine.clock.forward(seconds=TTL.total_seconds())
    overview = (await machine.looks()).overview
    assert overview
    assert overview.movers
    moved = dict(zip(overview.movers.labels, overview.movers.series[0][1], strict=True))
    assert moved["VIPs"] == len(machine.members("VIPs")) - 1
    assert moved["Newsletter"] == len(machine.members("Newsletter"))


async def test_where_no_segment_moved_there_is_no_chart(machine: Bench) -> None:
    at = machine.clock() - timedelta(days=1)
    now = machine.store.overview()["segments"]
    sizes = tuple(Size(one["id"], one["name"], one["shoppers"]) for one in now)
    await machine.ledger.history.save(Snapshot(at.date(), at, 0, 9, sizes))
    overview = (await machine.looks()).overview
    assert overview
    assert overview.movers is None


# When it is drawn


async def test_who_opened_the_tab_sees_each_move_without_opening_it_again(machine: Bench) -> None:
    await machine.looks("UANA")
    await machine.looks("UBEN")
    await machine.delete()
    assert (states(machine), machine.home("UBEN").waiting) == ([State.WAITING], 1)
    await machine.decides("UBEN")
    assert (states(machine), machine.home("UBEN").waiting) == ([State.DONE], 0)
    for user in ("UANA", "UBEN"):
        overview = machine.home(user).overview
        assert overview
        assert "VIPs" not in [one.name for one in overview.largest]


async def test_who_never_opened_the_tab_is_drawn_none(machine: Bench) -> None:
    await machine.delete()
    await machine.sweeps()
    assert machine.board.homes == []


async def test_who_opened_it_long_ago_is_drawn_none_until_they_open_it_again(machine: Bench) -> None:
    await machine.looks()
    machine.clock.forward(seconds=RECENT.total_seconds() + 1)
    machine.board.homes.clear()
    await machine.delete()
    await machine.sweeps()
    assert machine.board.homes == []
    assert [one.number for one in (await machine.looks()).mine] == [1]


async def test_a_tab_that_looks_the_same_is_published_again_only_when_it_is_opened(machine: Bench) -> None:
    await machine.looks("UDAN")
    await machine.delete()
    await machine.decides("UBEN", verdict=Verdict.REJECT, reason="No.")
    assert len(machine.board.homes) == 1
    await machine.looks("UDAN")
    assert len(machine.board.homes) == 2


async def test_while_nothing_changes_sweeps_publish_nothing_and_ask_the_store_nothing(machine: Bench) -> None:
    await machine.looks()
    machine.board.homes.clear()
    before = len(machine.store.requests())
    for _ in range(5):
        machine.clock.forward(minutes=1)
        await machine.sweeps()
    assert (machine.board.homes, len(machine.store.requests())) == ([], before)


async def test_many_moves_at_once_become_one_drawing(machine: Bench) -> None:
    await machine.looks("UBEN")
    machine.board.homes.clear()
    for name in list(machine.segments())[:5]:
        await machine.engine.intake.take(machine.ask("segment delete", segments=[name]))
    machine.board.homes.clear()
    await machine.tasks.settled()
    drawn = [home.waiting for user, home in machine.board.homes if user == "UBEN"]
    assert drawn[-1] == 5
    assert len(drawn) < 5


# Where Slack does not take it


async def test_a_tab_that_cannot_be_drawn_now_is_drawn_by_the_next_sweep_and_holds_up_nobody(machine: Bench) -> None:
    await machine.looks("UANA")
    await machine.looks("UBEN")
    machine.board.broken["home UBEN"] = PASSING
    await machine.delete()
    assert (states(machine), machine.home("UBEN").waiting) == ([State.WAITING], 0)
    machine.board.broken.clear()
    machine.clock.forward(seconds=2)
    await machine.sweeps()
    assert machine.home("UBEN").waiting == 1


async def test_who_can_be_shown_nothing_any_more_is_forgotten_and_on_record_once(machine: Bench) -> None:
    machine.board.broken["home"] = FINAL
    await machine.engine.home_tabs.opened("UANA")
    await machine.tasks.settled()
    machine.board.broken.clear()
    await machine.delete()
    await machine.sweeps()
    assert (machine.board.homes, machine.kinds().count("home lost")) == ([], 1)


async def test_a_tab_that_breaks_holds_up_no_other(machine: Bench) -> None:
    for user in ("UANA", "UBEN"):
        await machine.looks(user)
    machine.board.broken["home UANA"] = ValueError("a tab that cannot be drawn")
    await machine.delete()
    assert machine.home("UBEN").waiting == 1


async def test_a_tab_that_another_process_draws_is_not_drawn_by_one_whose_clock_was_set_ahead(machine: Bench) -> None:
    hasty = Process("hasty", machine.clock, machine.tasks, machine.ledger, elapsed=lambda: 1000.0)
    await hasty.live()
    await machine.ledger.leases.renew(owner="other", until=machine.clock() + LEASE, now=machine.clock())
    await machine.ledger.home_tabs.mark_opened("UANA", at=machine.clock())
    assert await machine.ledger.home_tabs.claim("UANA", owner="other", now=machine.clock())
    machine.clock.forward(minutes=1)
    queries = HomeTabQueries(Policy(approvers=frozenset()), machine.ledger, machine.people)
    overviews = StoreOverviewCache(hasty, machine.client, zone=ZoneInfo("UTC"), patience=1)
    HomeTabPublisher(hasty, machine.board, queries, overviews).wake()
    await machine.tasks.settled()
    assert machine.board.homes == []


async def test_a_tab_opened_while_it_is_drawn_is_drawn_again(machine: Bench) -> None:
    await machine.ledger.home_tabs.mark_opened("UANA", at=machine.clock())
    tab = await machine.ledger.home_tabs.claim("UANA", owner=machine.engine.process.owner, now=machine.clock())
    assert tab
    await machine.engine.home_tabs.opened("UANA")
    await machine.tasks.settled()
    assert machine.board.homes == []
    await machine.ledger.home_tabs.release("UANA", owner=machine.engine.process.owner)
    await machine.sweeps()
    assert states(machine) == []


# How often


async def test_of_200_people_those_who_opened_it_last_are_first_and_slack_is_never_asked_too_often(
    machine: Bench,
) -> None:
    users = await open_many(machine, 200)
    await machine.asks("segment create", by="UZOE", name="Loyal")
    rounds = [len(machine.board.homes)]
    for _ in range(180):
        machine.clock.forward(seconds=1)
        before = len(machine.board.homes)
        await machine.sweeps()
        rounds.append(len(machine.board.homes) - before)
    assert [user for user, _ in machine.board.homes] == users[::-1]
    assert max(rounds[1:]) <= A_ROUND
    assert max(sum(rounds[start : start + 60]) for start in range(len(rounds))) == A_MINUTE


async def test_where_more_people_open_it_than_slack_likes_what_is_outdated_waits(machine: Bench) -> None:
    for number in range(A_MINUTE + 1):
        await machine.engine.home_tabs.opened(f"U{number:03}")
    await machine.tasks.settled()
    opened = len(machine.board.homes)
    await machine.asks("segment create", by="UZOE", name="Loyal")
    await machine.sweeps()
    assert len(machine.board.homes) == opened


async def test_those_whose_turn_failed_come_after_the_others(machine: Bench) -> None:
    users = await open_many(machine, A_ROUND + 5)
    for user in users[5:]:
        machine.board.broken[f"home {user}"] = PASSING
    await machine.asks("segment create", by="UZOE", name="Loyal")
    await machine.sweeps()
    assert {user for user, _ in machine.board.homes} == set(users[:5])
    machine.board.broken.clear()
    machine.clock.forward(seconds=2)
    await machine.sweeps()
    assert sorted(user for user, _ in machine.board.homes) == users


async def test_a_tab_that_slack_refuses_is_tried_ever_more_rarely(machine: Bench) -> None:
    await machine.looks("UANA")
    machine.board.broken["home"] = Undeliverable("account_inactive", refused=True)
    tried = 0

    def counted(verb: str) -> None:
        nonlocal tried
        tried += verb == "home"
        if verb in machine.board.broken:
            raise machine.board.broken[verb]

    machine.board._say = counted  # type: ignore[method-assign]  # the board's one door
    await machine.asks("segment create", by="UZOE", name="Loyal")
    for _ in range(3600):
        machine.clock.forward(seconds=1)
        machine.engine.home_tabs.wake()
        await machine.tasks.settled()
    assert 15 < tried < 40
    machine.board.broken.clear()
    machine.clock.forward(minutes=5)
    await machine.sweeps()
    assert machine.home("UANA").overview


# The store


async def test_the_store_is_asked_once_for_everybody_and_again_after_a_while_or_a_finish(machine: Bench) -> None:
    for user in ("UANA", "UBEN", "UCLEO"):
        await machine.engine.home_tabs.opened(user)
    await machine.tasks.settled()
    assert asked(machine) == 1
    machine.clock.forward(seconds=TTL.total_seconds() - 1)
    await machine.looks()
    assert asked(machine) == 1
    machine.clock.forward(seconds=1)
    await machine.looks()
    assert asked(machine) == 2


async def test_a_store_that_is_slow_is_not_waited_for_and_shown_when_it_answers(path: Path) -> None:
    async with bench(path, patience=Patience(home=0)) as machine:
        stuck = stick(machine)
        await machine.engine.home_tabs.opened("UANA")
        await stuck.reached.wait()
        await machine.board.published.wait()
        assert machine.home().overview is None
        await machine.engine.housekeeper.run_due()
        stuck.release.set()
        await machine.tasks.settled()
        assert [home.overview for _, home in machine.board.homes] == [None]
        await machine.sweeps()
        assert machine.home().overview
        published = len(machine.board.homes)
        await machine.sweeps()
        assert (len(machine.board.homes), asked(machine)) == (published, 1)


async def test_a_change_that_finishes_while_the_store_is_asked_makes_it_asked_again(machine: Bench) -> None:
    stuck = stick(machine)
    await machine.engine.home_tabs.opened("UBEN")
    await stuck.reached.wait()
    await machine.carry_out(plan(CreateSegment(segment=Naming(name="Loyal"))))
    stuck.release.set()
    await machine.tasks.settled()
    await machine.sweeps()
    overview = machine.home("UBEN").overview
    assert overview
    assert "Loyal" in [one.name for one in overview.largest]


async def test_a_store_that_cannot_be_read_is_told_and_asked_again_when_the_tab_is_opened_later(machine: Bench) -> None:
    machine.store.faults.add("GET", "/segments", status=500, times=99)
    overview = (await machine.looks()).overview
    assert overview
    assert overview.fault
    assert overview.largest == ()
    machine.store.faults.clear()
    await machine.sweeps()
    assert machine.home().overview == overview
    machine.clock.forward(seconds=TTL.total_seconds())
    again = (await machine.looks()).overview
    assert again
    assert (again.fault, len(again.largest)) == ("", 12)


@dataclass
class DoubtfulHistory:
    """The history of a ledger, while this is ``broken`` or not."""

    kept: History
    broken: Exception | None = None
    asked: int = 0

    async def last_reported(self, before: date) -> Snapshot | None:
        self.asked += 1
        if self.broken:
            raise self.broken
        return await self.kept.last_reported(before)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.kept, name)


def process_beside(machine: Bench, history: DoubtfulHistory) -> Process:
    """A process that the ledger does not always tell of the days before."""
    return replace(machine.engine.process, ledger=replace(machine.ledger, history=history))


def overviews_of(process: Process, machine: Bench) -> StoreOverviewCache:
    return StoreOverviewCache(process, machine.client, zone=ZoneInfo("UTC"), patience=30)


def tabs_of(process: Process, machine: Bench) -> HomeTabPublisher:
    """What publishes its tabs."""
    queries = HomeTabQueries(Policy(approvers=machine.people.approvers), process.ledger, machine.people)
    return HomeTabPublisher(process, machine.board, queries, overviews_of(process, machine))


async def test_a_tab_whose_overview_broke_once_shows_it_a_moment_later(machine: Bench) -> None:
    history = DoubtfulHistory(machine.ledger.history, NotRecorded("the database took too long"))
    tabs = tabs_of(process_beside(machine, history), machine)
    await tabs.opened("UANA")
    await machine.tasks.settled()
    assert machine.home().overview is None
    history.broken = None
    machine.clock.forward(seconds=2)
    tabs.wake()
    await machine.tasks.settled()
    assert machine.home().overview


async def test_sizes_of_before_a_change_are_late_where_the_reading_after_it_broke(machine: Bench) -> None:
    history = DoubtfulHistory(machine.ledger.history)
    overviews = overviews_of(process_beside(machine, history), machine)
    before = await overviews.soon()
    await machine.carry_out(plan(CreateSegment(segment=Naming(name="Loyal"))))
    history.broken = NotRecorded("the database took too long")
    assert await overviews.soon() == replace(before, is_late=True)
    history.broken = None
    machine.clock.forward(seconds=2)
    after = await overviews.soon()
    assert not after.is_late
    assert after.overview
    assert "Loyal" in [one.name for one in after.overview.largest]


async def test_an_overview_that_breaks_for_an_hour_is_read_ever_more_rarely_and_no_tab_published_again(
    machine: Bench,
) -> None:
    history = DoubtfulHistory(machine.ledger.history, NotRecorded("the database took too long"))
    tabs = tabs_of(process_beside(machine, history), machine)
    await tabs.opened("UANA")
    for _ in range(3600):
        await machine.tasks.settled()
        machine.clock.forward(seconds=1)
        tabs.wake()
    await machine.tasks.settled()
    assert 15 < history.asked < 40
    assert len(machine.board.homes) == 1


# Another process


async def test_a_tab_whose_painter_was_killed_is_drawn_by_another_process(machine: Bench, path: Path) -> None:
    await machine.ledger.home_tabs.mark_opened("UANA", at=machine.clock())
    assert await machine.ledger.home_tabs.claim("UANA", owner=machine.engine.process.owner, now=machine.clock())
    async with machine.another(path) as other:
        await other.sweeps()
        assert other.board.homes == []
        await machine.dies()
        await other.sweeps()
        assert [user for user, _ in other.board.homes] == ["UANA"]


async def test_a_move_in_one_process_is_drawn_by_another_for_those_who_opened_their_tab_there(
    machine: Bench, path: Path
) -> None:
    async with machine.another(path) as other:
        await other.looks("UBEN")
        await machine.delete()
        await machine.decides("UBEN")
        await other.sweeps()
        overview = machine.home("UBEN").overview
        assert overview
        assert "VIPs" not in [one.name for one in overview.largest]
