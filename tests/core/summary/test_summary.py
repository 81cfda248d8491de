"""What the summary says, and what is read for it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.core.answers import Answer, Chart, Delta, Fields, Sentence, Table
from bot.core.approval.brief import Brief
from bot.core.approval.changes import Emergency, Event, State
from bot.core.approval.need import Approval, Need
from bot.core.audit.entries import Entry, EntryKind
from bot.core.audit.masking import masked
from bot.core.planning.steps import CreateSegment, Naming
from bot.core.store_view.cached_shop import Shop
from bot.core.summary.gather import TRIES, gather
from bot.core.summary.history import Effect, Progress, RuleRuns, Size
from bot.core.summary.message import compose
from bot.core.summary.summary import Coming, Summary
from bot.ledger.sql.history import SqlHistory
from tests.core.samples import NOW, change, delete, plan
from tests.core.summary.days import HEAD, TODAY, days_ago, snapshot, summary
from tests.engine.bench import Bench, bench
from tests.records import database_of, entries_of

BERLIN = ZoneInfo("Europe/Berlin")
YESTERDAY = {"VIPs": 1204, "Wholesale": 100, "Staff": 4}
SIGNED = (Approval(actor="UBEN", at=NOW),)


def brief(**fields: object) -> Brief:
    return Brief.of(change(**fields))


def sentences(found: Summary) -> list[str]:
    return [part.text for part in compose(found).parts if isinstance(part, Sentence)]


def the(kind: type[Table] | type[Chart], answer: Answer) -> Table | Chart:
    (part,) = [part for part in answer.parts if isinstance(part, kind)]
    return part


def moved(**sizes: int) -> Summary:
    return summary(snapshot(0, YESTERDAY | sizes), snapshot(1, YESTERDAY))


# The headline


def test_the_first_day_ever_says_so_instead_of_changes() -> None:
    first = compose(summary(snapshot(0, {"VIPs": 40})))
    assert first.title == "The first summary: 1 segment, 40 memberships. The next one tells what changed since."
    assert the(Table, first) == Table("Segments, the largest first", ("Segment", "Shoppers"), (("VIPs", 40),))
    assert not [part for part in first.parts if isinstance(part, Chart)]


def test_a_day_on_which_nothing_changed_says_so() -> None:
    assert compose(moved()).title == "Nothing changed since yesterday: 3 segments, 1,308 memberships."


def test_who_got_a_profile_only_changed_no_segment() -> None:
    more = summary(snapshot(0, YESTERDAY, shoppers=1907), snapshot(1, YESTERDAY))
    assert compose(more).title == "No segment changed since yesterday: 3 segments, 1,308 memberships."
    assert sentences(more)[0] == "3 of 1,000 segments used; 1,308 memberships, unchanged since yesterday."


@pytest.mark.parametrize(
    ("sizes", "title"),
    [
        ({"VIPs": 1241}, "VIPs grew by 37 to 1,241 since yesterday"),
        ({"VIPs": 1200}, "VIPs shrank by 4 to 1,200 since yesterday"),
        ({"VIPs": 21_204}, "VIPs grew by 20K to 21K since yesterday"),
        ({"VIPs": 1241, "Wholesale": 88}, "VIPs grew by 37 to 1,241 since yesterday, Wholesale lost 12"),
        (
            {"VIPs": 1241, "Wholesale": 112, "Staff": 3},
            "VIPs grew by 37 to 1,241 since yesterday, Wholesale gained 12, 1 other segment moved",
        ),
    ],
)
def test_the_largest_movers_are_the_headline(sizes: dict[str, int], title: str) -> None:
    count = len(sizes)
    outside = f"{count} {'segment' if count == 1 else 'segments'} changed outside it"
    assert compose(moved(**sizes)).title == f"{title}; no change through the bot, {outside}."


def test_changes_through_the_bot_and_outside_are_separate() -> None:
    found = summary(
        snapshot(0, YESTERDAY | {"VIPs": 1241, "Staff": 5}),
        snapshot(1, YESTERDAY),
        effects={"VIPs": Effect(37)},
        ended=(brief(), brief()),
    )
    assert compose(found).title == (
        "VIPs grew by 37 to 1,241 since yesterday, Staff gained 1; "
        "2 changes through the bot, 1 segment changed outside it."
    )


def test_a_change_that_moved_nobody_is_told_all_the_same() -> None:
    found = summary(snapshot(0, YESTERDAY), snapshot(1, YESTERDAY), ended=(brief(),))
    assert compose(found).title == (
        "No segment grew or shrank since yesterday; 1 change through the bot, nothing changed outside it."
    )


def test_new_renamed_and_deleted_segments_go_by_id() -> None:
    before = snapshot(1, (Size("1", "VIPs", 40), Size("2", "Staff", 4)))
    found = summary(snapshot(0, (Size("1", "Best", 40), Size("3", "Staff", 0))), before)
    assert compose(found).title == (
        "Staff was created since yesterday, Best was renamed, Staff was deleted; "
        "no change through the bot, 3 segments changed outside it."
    )
    assert sentences(found)[1:4] == [
        "New: Staff (0 shoppers).",
        "Renamed: Best (was VIPs).",
        "Deleted: Staff (4 shoppers).",
    ]
    table = the(Table, compose(found))
    assert isinstance(table, Table)
    assert [row[0] for row in table.rows] == ["Best (was VIPs)", "Staff (new)"]


@pytest.mark.parametrize(
    ("sizes", "told_first"),
    [
        ({"VIPs": 40}, "VIPs was deleted and restored (change 2) since yesterday; "),
        ({"VIPs": 38}, "VIPs was deleted and restored (change 2), down 2 since yesterday; "),
        (
            {"VIPs": 42, "Staff": 9},
            "Staff grew by 5 to 9 since yesterday, VIPs was deleted and restored (change 2), up 2; ",
        ),
    ],
)
def test_a_restored_segment_is_compared_with_its_former_self(sizes: dict[str, int], told_first: str) -> None:
    before = snapshot(1, {"VIPs": 40, "Staff": 4}, restored={"VIPs": 2})
    found = summary(snapshot(0, {"Staff": 4} | sizes), before, shaped=frozenset({"VIPs"}), ended=(brief(), brief()))
    assert compose(found).title.startswith(told_first)
    assert sentences(found)[1] == "Deleted and restored: VIPs (change 2)."


def test_many_that_were_restored_are_counted_in_the_headline() -> None:
    found = summary(snapshot(0, {"a": 1, "b": 2}), snapshot(1, {"a": 1, "b": 2}, restored={"a": 2, "b": 2}))
    assert compose(found).title.startswith("2 segments were deleted and restored since yesterday; ")


def test_many_that_came_are_counted_in_the_headline() -> None:
    found = summary(snapshot(0, {"a": 1, "b": 2}), snapshot(1))
    assert compose(found).title.startswith("2 segments were created since yesterday; ")


def test_a_day_without_the_bot_is_no_yesterday() -> None:
    found = summary(snapshot(0, YESTERDAY | {"VIPs": 1241}), snapshot(3, YESTERDAY))
    assert compose(found).title.startswith("VIPs grew by 37 to 1,241 since 22 November; ")
    table = the(Table, compose(found))
    assert isinstance(table, Table)
    assert table.columns == ("Segment", "Shoppers", "Since 22 November", "Through the bot", "Outside")


# The numbers


def test_the_table_has_movers_first_with_what_came_from_where() -> None:
    now, before, week = {"VIPs": 41, "Staff": 4}, {"VIPs": 44, "Staff": 4}, {"VIPs": 30}
    found = summary(snapshot(0, now), snapshot(1, before), snapshot(7, week), {"VIPs": Effect(2)})
    assert the(Table, compose(found)) == Table(
        "Segments, the largest movers first",
        ("Segment", "Shoppers", "Since yesterday", "Through the bot", "Outside", "Over 7 days"),
        (
            ("VIPs", 41, Delta(-3), Delta(2), Delta(-5), Delta(11)),
            ("Staff", 4, Delta(0), Delta(0), Delta(0), Delta(4)),
        ),
    )
    assert sentences(found)[0] == (
        "2 of 1,000 segments used; 45 memberships, down 3 since yesterday, up 15 over 7 days."
    )


def test_a_week_that_was_longer_says_since_when() -> None:
    found = summary(snapshot(0, YESTERDAY), snapshot(1, YESTERDAY), snapshot(9, YESTERDAY | {"Staff": 0}))
    assert "up 4 since 16 November" in sentences(found)[0]
    table = the(Table, compose(found))
    assert isinstance(table, Table)
    assert table.columns[-1] == "Since 16 November"


def test_a_chart_shows_the_ten_largest_movers_in_words_too() -> None:
    now = {f"S{number}": number for number in range(13)}
    found = summary(snapshot(0, now), snapshot(1, dict.fromkeys(now, 1)))
    chart = the(Chart, compose(found))
    assert isinstance(chart, Chart)
    assert (chart.kind, chart.title) == ("bar", "Largest movers since yesterday")
    assert chart.labels[:2] == ("S12", "S11")
    assert chart.series == (("Change", (11, 10, 9, 8, 7, 6, 5, 4, 3, 2)),)
    assert chart.description.startswith("Largest movers since yesterday: S12 +11, S11 +10, ")


def test_a_shop_without_segments_has_no_table() -> None:
    answer = compose(summary(snapshot(0)))
    assert answer.title.startswith("The first summary: 0 segments, ")
    assert not [part for part in answer.parts if isinstance(part, Table)]


def test_empty_segments_are_named_and_of_several_their_number() -> None:
    assert "Empty: VIPs." in sentences(summary(snapshot(0, {"VIPs": 0, "Staff": 1})))
    many = {f"S{number:02}": 0 for number in range(12)}
    assert "Empty (12): S00, S01, S02, S03, S04, S05, S06, S07, S08, S09 and 2 more." in sentences(
        summary(snapshot(0, many))
    )


# Who did what, and what is left to do


def rows_of(found: Summary) -> dict[str, str]:
    (fields,) = [part for part in compose(found).parts if isinstance(part, Fields)]
    return dict(fields.pairs)


@pytest.mark.parametrize(
    ("fields", "who"),
    [
        ({"approvals": SIGNED}, "approved by UBEN"),
        ({"need": Need(approvals=0, why="")}, "needed no approval"),
        ({"need": Need(approvals=2, why=""), "approvals": SIGNED}, "approved only by UBEN"),
        ({}, "approved by no one"),
    ],
)
def test_what_ran_says_who_asked_and_who_approved(fields: dict[str, object], who: str) -> None:
    found = summary(snapshot(0), snapshot(1), ended=(brief(state=State.DONE, **fields),))
    assert sentences(found)[1] == "Through the bot since yesterday: 1 change."
    (row,) = rows_of(found).items()
    plain = (row[0], masked(row[1]))
    assert plain == ("Change 42", f"Delete the segment VIPs (empty) (asked by UANA, {who}, done)")


def test_what_waits_says_for_how_long_the_oldest_first() -> None:
    now = snapshot(0)
    old, young = now.at - timedelta(hours=5), now.at - timedelta(minutes=1)
    waiting = (brief(number=7, created_at=old), brief(number=9, created_at=young))
    found = summary(now, waiting=waiting)
    assert "Waiting for approval: 2 changes." in sentences(found)
    assert [(label, masked(words).partition(") (")[2]) for label, words in rows_of(found).items()] == [
        ("Change 7", "asked by UANA, 5 hours ago)"),
        ("Change 9", "asked by UANA, 1 minute ago)"),
    ]


def test_an_emergency_that_nobody_reviewed_says_how_to() -> None:
    found = summary(snapshot(0), unreviewed=(brief(state=State.DONE),))
    assert "Ran without approval, not reviewed yet: 1 change." in sentences(found)
    assert rows_of(found)["Change 42"].endswith("; `/change review 42`)")


def test_of_many_changes_some_are_told_and_all_are_counted() -> None:
    many = tuple(brief(number=number, plan=plan(delete("x" * 1000))) for number in range(1, 10))
    found = summary(snapshot(0), ended=many)
    assert "Through the bot so far: 9 changes." in sentences(found)
    assert list(rows_of(found)) == [f"Change {number}" for number in range(1, 7)]
    assert "… and 3 more; `/change list all` shows them." in sentences(found)


def test_six_changes_are_all_told_and_nothing_is_said_of_more() -> None:
    found = summary(snapshot(0), ended=tuple(brief(number=number) for number in range(1, 7)))
    assert list(rows_of(found)) == [f"Change {number}" for number in range(1, 7)]
    assert not [one for one in sentences(found) if "more" in one]


def test_the_logs_head_stands_at_the_end_in_small_print() -> None:
    last = compose(summary(snapshot(0, entry=1200))).parts[-1]
    assert last == Sentence(f"The log has 1,200 entries; its head is {HEAD}.", quiet=True)


def test_what_somebody_had_posted_says_so_before_all_numbers() -> None:
    first, *_ = compose(summary(snapshot(0)), "UANA").parts
    assert isinstance(first, Sentence)
    assert masked(first.text) == "Today so far, posted because UANA asked for it."


@pytest.mark.parametrize(
    ("doubtful", "doubt"),
    [
        ({"is_steady": False}, "A change ran while the sizes were read"),
        ({"is_certain": False}, "No one can say what an interrupted step did"),
    ],
)
def test_a_split_that_may_be_wrong_is_not_told_as_right(doubtful: dict[str, Any], doubt: str) -> None:
    told_so = f"{doubt}: what came through the bot and what from outside may be mixed up."
    assert told_so in sentences(summary(snapshot(0), snapshot(1), **doubtful))
    assert told_so not in sentences(summary(snapshot(0), snapshot(1)))
    assert told_so not in sentences(summary(snapshot(0), **doubtful))
    assert Sentence(told_so, quiet=True) in compose(summary(snapshot(0), snapshot(1), **doubtful)).parts


async def test_a_step_with_unknown_effect_puts_its_day_in_doubt() -> None:
    async with bench() as machine:
        await machine.ledger.history.save(snapshot(1, entry=1))
        for _ in range(2):
            assert (await gathered(machine)).is_certain
            await machine.ledger.audit.append(Entry(EntryKind.STEP_FAILED, detail={"uncertain": True}), at=NOW)
        assert not (await gathered(machine)).is_certain


def test_what_the_rest_of_the_day_brings_is_listed_with_the_times_of_the_team() -> None:
    noon, evening = (datetime(2026, 11, 25, hour, 30, tzinfo=BERLIN) for hour in (12, 18))
    coming = (Coming(noon, brief(number=4)), Coming(evening, brief(number=3), ends=True))
    answer = compose(replace(moved(), coming=coming))
    (listed,) = [part.pairs for part in answer.parts if isinstance(part, Fields)]
    assert "To come today (Europe/Berlin): 2 changes." in [
        one.text for one in answer.parts if isinstance(one, Sentence)
    ]
    assert [label for label, _ in listed] == ["Change 4", "Change 3"]
    assert "(runs at 12:30, asked by" in listed[0][1]
    assert "(ends at 18:30, asked by" in listed[1][1]


# What is read for it


async def gathered(machine: Bench) -> Summary:
    ledger = machine.ledger
    return await gather(
        Shop(machine.client),
        ledger.history,
        ledger.changes,
        ledger.audit,
        day=TODAY,
        now=machine.clock(),
        zone=BERLIN,
    )


async def test_the_first_reading_has_all_sizes_and_the_logs_head() -> None:
    async with bench() as machine:
        await machine.delete()
        found = await gathered(machine)
        sizes = {one["name"]: one["shoppers"] for one in machine.store.overview()["segments"]}
        assert {one.name: one.shoppers for one in found.now.sizes} == sizes
        assert {one.name: one.segment for one in found.now.sizes} == machine.segments()
        last = entries_of(machine.ledger)[-1]
        assert (found.now.entry, found.head) == (last.number, last.seal)
        assert (found.now.day, found.now.at) == (TODAY, machine.clock())
        assert (found.before, found.week, found.is_steady) == (None, None, True)
        assert [one.number for one in found.waiting] == [1]


async def test_a_day_before_and_a_week_before_are_compared_with() -> None:
    async with bench() as machine:
        for days in (8, 2):
            await machine.ledger.history.save(snapshot(days, {"VIPs": days}))
        found = await gathered(machine)
        assert found.before
        assert found.week
        assert (found.before.day, found.week.day) == (days_ago(2), days_ago(8))


async def test_what_is_gone_since_the_day_before_and_what_nobody_reviewed_is_told() -> None:
    async with bench() as machine:
        found = await gathered(machine)
        await machine.ledger.history.save(replace(found.now, day=days_ago(1)))
        waiting = await machine.delete("VIPs")
        broken = {"emergency": Emergency(actor="UBEN", reason="Fire", at=NOW)}
        await machine.ledger.changes.move(waiting, Event.BREAK, at=NOW, actor="UBEN", update=broken)
        await machine.client.delete_segments(machine.segments()["Lapsed"])
        found = await gathered(machine)
        assert [one.name for one in found.gone] == ["Lapsed"]
        assert [one.number for one in found.unreviewed] == [1]


@pytest.mark.parametrize("days", [8, 11, 400])
async def test_a_week_is_neither_yesterday_nor_a_month(days: int) -> None:
    async with bench() as machine:
        await machine.ledger.history.save(snapshot(days, {"VIPs": 1}))
        found = await gathered(machine)
        assert found.before
        assert found.week is None
        if days > 8:
            await machine.ledger.history.save(snapshot(1))
            assert (await gathered(machine)).week is None


async def test_what_waits_comes_oldest_first_and_what_runs_does_not_wait() -> None:
    async with bench() as machine:
        for name in ("VIPs", "Lapsed", "Newsletter"):
            await machine.delete(name)
        await machine.decides("UBEN", 2)
        await machine.approved(plan(delete("Reviewers")))
        found = await gathered(machine)
        assert [one.number for one in found.waiting] == [1, 3]
        assert [one.number for one in found.ended] == [2]


class Moving(SqlHistory):
    """A history that says what the bot does: the next of ``says`` each time, and then the last one for ever."""

    says: list[Progress]

    async def progress(self, after: int) -> Progress:
        return self.says.pop(0) if len(self.says) > 1 else self.says[0]


STILL, RUNS = Progress(has_moved=False, is_running=False), Progress(has_moved=False, is_running=True)
MOVED, MOVES = Progress(has_moved=True, is_running=False), Progress(has_moved=True, is_running=True)


@pytest.mark.parametrize(
    ("says", "readings", "is_steady"),
    [
        ([STILL], 1, True),
        ([RUNS, STILL], 1, True),
        ([STILL, MOVED, STILL], 2, True),
        ([RUNS, MOVED, STILL], 2, True),
        ([STILL, RUNS, RUNS, STILL], 2, True),
        ([RUNS], 1, False),
        ([RUNS, MOVES], 1, False),
        ([STILL, MOVES], 2, False),
        ([MOVED], TRIES, False),
    ],
)
async def test_sizes_are_read_again_where_a_step_ran_meanwhile(
    says: list[Progress], readings: int, is_steady: bool
) -> None:
    async with bench() as machine:
        ledger = machine.ledger
        history = Moving(database_of(ledger))
        history.says = list(says)
        found = await gather(
            Shop(machine.client), history, ledger.changes, ledger.audit, day=TODAY, now=NOW, zone=BERLIN
        )
        asked = [one["path"] for one in machine.store.requests()]
        assert sum("/v3/segments?" in path for path in asked) == readings
        assert found.is_steady is is_steady


async def test_sizes_are_read_again_where_a_segment_came_meanwhile() -> None:
    """No shopper moves by that, and yet the bot made what would else be told as made outside it."""
    async with bench() as machine:
        create = CreateSegment(segment=Naming(name="Loyal"))

        async def meanwhile(_seconds: float) -> None:
            await machine.carry_out(plan(create))

        await machine.ledger.history.save(snapshot(1, entry=0))
        machine.store.sleep = meanwhile
        machine.store.faults.add("GET", "/shopper-profiles", delay=1)
        found = await gathered(machine)
        last, _ = await machine.ledger.audit.head()
        assert (found.is_steady, found.now.entry) == (True, last)
        assert machine.segments()["Loyal"] in found.shaped


def test_what_rules_did_stands_beside_people_and_outside_hands() -> None:
    now, before = {"VIPs": 41, "Staff": 4, "Lapsed": 9}, {"VIPs": 30, "Staff": 4, "Lapsed": 9, "Gone": 3}
    runs = {"Lapsed": RuleRuns(1, Effect(2, 2)), "VIPs": RuleRuns(2, Effect(12, 3)), "Gone": RuleRuns(1, Effect(0, 1))}
    found = summary(snapshot(0, now), snapshot(1, before), None, {"VIPs": Effect(13, 3), "Lapsed": Effect(2, 2)})
    found = replace(found, by_rules=runs | {"?": RuleRuns(1, Effect(0, 7))})
    table = the(Table, compose(found))
    assert isinstance(table, Table)
    assert table.columns == ("Segment", "Shoppers", "Since yesterday", "Through the bot", "By rules", "Outside")
    assert table.rows == (
        ("VIPs", 41, Delta(11), Delta(1), Delta(9), Delta(1)),
        ("Lapsed", 9, Delta(0), Delta(0), Delta(0), Delta(0)),
        ("Staff", 4, Delta(0), Delta(0), Delta(0), Delta(0)),
    )
    told = "By rules since yesterday, 5 runs: VIPs +12 −3, a deleted segment +0 −7, Lapsed +2 −2 and Gone +0 −1."
    assert told in sentences(found)


def test_what_rules_did_on_the_first_day_is_told_without_a_column() -> None:
    first = replace(summary(snapshot(0, {"VIPs": 40})), by_rules={"VIPs": RuleRuns(1, Effect(1_200))})
    assert "By rules so far, 1 run: VIPs +1,200 −0." in sentences(first)
    assert the(Table, compose(first)) == Table("Segments, the largest first", ("Segment", "Shoppers"), (("VIPs", 40),))


@pytest.mark.parametrize(
    ("sizes", "ended", "effect", "title"),
    [
        (
            {"VIPs": 1213},
            (),
            Effect(12, 3),
            "VIPs grew by 9 to 1,213 since yesterday; 2 runs of rules, nothing changed outside the bot.",
        ),
        (
            {},
            (),
            Effect(2, 2),
            "No segment grew or shrank since yesterday; 2 runs of rules, nothing changed outside the bot.",
        ),
        (
            {"VIPs": 1214},
            (brief(state=State.DONE),),
            Effect(12, 3),
            "VIPs grew by 10 to 1,214 since yesterday; "
            "2 runs of rules, 1 change through the bot, 1 segment changed outside it.",
        ),
    ],
)
def test_runs_of_rules_stand_in_the_headline(
    sizes: dict[str, int], ended: tuple[Brief, ...], effect: Effect, title: str
) -> None:
    found = summary(snapshot(0, YESTERDAY | sizes), snapshot(1, YESTERDAY), None, {"VIPs": effect})
    assert compose(replace(found, by_rules={"VIPs": RuleRuns(2, effect)}, ended=ended)).title == title
