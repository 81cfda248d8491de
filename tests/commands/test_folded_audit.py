"""/audit recent: what people did, each request in one row with its answer, on one kind of page."""

from collections.abc import Sequence

from bot.core.audit.entries import RecordedEntry
from commands.audit.folding import fold
from tests.commands.test_audit import answer, asks, note, rows
from tests.harness import World


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
