"""/audit recent: what people did, each request in one row with its answer, on one kind of page."""

from collections.abc import Sequence

import pytest

from bot.core.audit.entries import RecordedEntry
from bot.sandbox.workspace.people import ANA, BEN
from commands.audit.folding import fold
from tests.commands.test_audit import answer, asks, note, rows
from tests.harness import World
from tests.stories.judge import read


def entry(number: int, kind: str, delivery: str = "") -> RecordedEntry:
    return RecordedEntry(kind, number=number, detail={"sealed": {"delivery": delivery}} if delivery else {})


def folded(*entries: RecordedEntry) -> Sequence[tuple[int, str]]:
    return [(one.number, one.kind) for one in fold(entries)]


def test_a_request_and_its_answer_are_one_row() -> None:
    assert folded(entry(3, "answered", "b"), entry(2, "refused", "a"), entry(1, "asked", "a")) == [
        (3, "answered"),
        (2, "asked, refused"),
    ]


def test_a_request_without_an_answer_stays() -> None:
    others = (entry(3, "finish"), entry(2, "asked", "a"), entry(1, "asked"))
    assert folded(*others) == [(3, "finish"), (2, "asked"), (1, "asked")]


async def test_recent_shows_what_people_did_once(slack: World) -> None:
    await slack.type("/segment list", by="ana")
    await slack.type("/segment create Loyal", by="ana")
    told = await asks(slack, "/audit recent by:@ana")
    assert told.startswith("2 entries\n")
    seen = [(row["What"], row["Told"]) for row in rows(answer(slack))]
    assert seen == [
        ("asked, planned", "change 1 · /segment create name:Loyal"),
        ("asked, answered", "/segment list"),
    ]


async def test_a_request_whose_answer_is_on_the_page_before_is_not_shown_again(slack: World) -> None:
    await slack.type("/segment list", by="ana")
    await note(slack, 60)
    assert (await asks(slack, "/audit recent before:3")).startswith("1 entry before entry 3")
    assert rows(answer(slack))[0]["What"] == "asked, answered"
    for last in (False, True):
        assert (await asks(slack, "/audit recent before:2")).startswith("There is no such entry"), last
        await slack.type("/segment list", by="ana")


async def test_a_page_of_the_log_has_no_pages_of_its_own(slack: World) -> None:
    await note(slack, 51)
    await asks(slack, '/audit recent kind:"card lost"')
    (table,) = (block for block in answer(slack)["blocks"] if block["type"] == "data_table")
    assert table["page_size"] == len(table["rows"]) - 1 == 50


async def test_a_run_is_one_row_unless_its_steps_are_asked_for(slack: World) -> None:
    await slack.type("/segment delete VIPs, Lapsed, Reviewers", by="ana")
    await slack.press("Delete Segment", by="ben")
    await asks(slack, "/audit recent")
    assert [row["What"] for row in rows(answer(slack))] == [
        "asked",
        "finish",
        "asked, answered",
        "approve",
        "asked, planned",
    ]
    await asks(slack, "/audit recent change:1")
    assert [row["What"] for row in rows(answer(slack))].count("step done") == 3
    await asks(slack, "/audit recent kind:“step started”")
    assert len(rows(answer(slack))) == 3


async def test_a_step_that_failed_is_no_mere_step(slack: World) -> None:
    await slack.type("/segment delete VIPs", by="ana")
    slack.store.faults.add("DELETE", "/segments", status=409)
    await slack.press("Delete Segment", by="ben")
    await asks(slack, "/audit recent segment:VIPs")
    assert [row["What"] for row in rows(answer(slack))][:2] == ["fail", "step failed"]


@pytest.mark.parametrize("line", ["by:me", "by me"])
async def test_people_call_themselves_me(slack: World, line: str) -> None:
    await shows_what_ben_did(slack, line)


@pytest.mark.parametrize("line", ["by:Ben", "by @ben", 'by:"ben brandt"', "by Ben Brandt", "by:brandt"])
async def test_a_person_is_named_as_people_do(slack: World, line: str) -> None:
    await shows_what_ben_did(slack, line)


async def shows_what_ben_did(slack: World, line: str) -> None:
    await slack.type("/segment list", by="ana")
    await slack.type("/segment list", by="ben")
    await slack.deliver(slack.command(f"/audit recent {line}", by="ben"))
    assert {row["Who"] for row in rows(answer(slack))} == {f"@{BEN}"}


async def test_of_several_of_a_name_it_asks_whom(slack: World) -> None:
    slack.workspace.directory.change("ana", real_name="Ana Brandt")
    await slack.type("/segment list", by="ana")
    await slack.type("/audit recent by:brandt since:1h", by="ben")
    assert f"Whom did you mean by “brandt”: @{ANA} and @{BEN}?" in read(answer(slack))
    await slack.press("Ana Brandt", by="ben", channel="#segments")
    assert {row["Who"] for row in rows(answer(slack))} == {f"@{ANA}"}


async def test_people_whom_slack_does_not_tell_are_to_be_picked(slack: World) -> None:
    slack.workspace.faults.add("users.list", error="internal_error", times=None)
    assert "No one here is called “ana”. Pick the person" in await asks(slack, "/audit recent by:ana kind:asked")


@pytest.mark.parametrize(
    ("line", "since"),
    [
        ("since monday", "2026-"),
        ("since 13/11/2026", "since 2026-11-13 00:00:00"),
        ("SINCE 2026-11-13 until 2026-11-14", "since 2026-11-13 00:00:00, before 2026-11-15 00:00:00"),
        ("by ben since 13 Nov 2026", f"by <@{BEN}>, since 2026-11-13 00:00:00"),
        ("segment:VIPs since 2026-11-13", "about the segment VIPs, since 2026-11-13 00:00:00"),
    ],
)
async def test_keys_need_no_colon(slack: World, line: str, since: str) -> None:
    assert since in await asks(slack, f"/audit recent {line}")


async def test_a_name_with_such_a_word_stays_a_name(slack: World) -> None:
    slack.put("Paid by card")
    assert "about the segment Paid by card." in await asks(slack, "/audit recent segment:Paid by card")
