"""/audit: who did what, found, shown, taken away and checked, by those who may."""

import asyncio
import csv
import io
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest

from bot.core.audit.entries import Entry, EntryKind
from bot.core.csv_lines import FORMULA
from bot.ledger.sqlite.audit_file import open_audit_file
from bot.ledger.sqlite.ledger import open_sqlite
from bot.sandbox.workspace.delivery import payloads
from bot.sandbox.workspace.people import ANA, APPROVERS_GROUP, BEN, CLEO, TEAM_ID
from commands.audit.folding import fold
from commands.audit.recent import CARRIED_OUT
from tests.conftest import OpenWorld
from tests.harness import Json, World, buttons
from tests.stories.judge import read


async def asks(slack: World, line: str, *, by: str = "ben") -> str:
    """What this person reads after typing this."""
    await slack.type(line, by=by)
    return read(answer(slack, by=by))


def answer(slack: World, *, by: str = "ben") -> Json:
    """The latest thing shown to this person alone."""
    return [one for one in slack.messages(by=by) if one["ephemeral"]][-1]


def rows(message: Json) -> list[dict[str, str]]:
    """The table in a message, row by row, by its columns."""
    (table,) = (block for block in message["blocks"] if block["type"] == "data_table")
    head, *others = ([read(cell).strip() for cell in row] for row in table["rows"])
    return [dict(zip(head, row, strict=True)) for row in others]


def numbers(slack: World, *, by: str = "ben") -> list[int]:
    """The entries in the latest answer."""
    return [int(row["Entry"].replace(",", "")) for row in rows(answer(slack, by=by))]


async def found(slack: World, filters: str) -> list[int]:
    """The entries that Ben finds with these filters; none without a table."""
    told = await asks(slack, f"/audit recent {filters}")
    return [] if told.startswith("There is no such entry") else numbers(slack)


def numbered(slack: World, *kinds: str, upto: int) -> list[int]:
    """The numbers of the entries of these kinds until this one, the latest first."""
    return [one.number for one in reversed(slack.entries()) if one.kind in kinds and one.number <= upto]


async def note(slack: World, count: int, kind: str = "card lost", **fields: object) -> None:
    """Entries as if they had come about, without the bot's knowing."""
    async with open_sqlite(slack.database) as ledger:
        for _ in range(count):
            await ledger.audit.append(Entry(kind, ANA, **fields), at=slack.clock())  # type: ignore[arg-type]


async def delete_vips(slack: World) -> None:
    """Ana asks for it, Ben approves."""
    await slack.type("/segment delete VIPs", by="ana")
    await slack.press("Delete Segment", by="ben")
    assert "VIPs" not in slack.sizes()


# Who did it


async def test_a_segment_that_never_was_is_looked_for_nowhere(slack: World) -> None:
    told = await asks(slack, "/audit recent segment:Nonesuch")
    assert "No segment is called “Nonesuch”." in told


async def test_who_deleted_vips(slack: World) -> None:
    await delete_vips(slack)
    await slack.type("/segment delete “Coffee lovers”", by="ana")
    told = await asks(slack, "/audit recent segment:vips")
    assert told.startswith("3 entries\nSearched for: about the segment vips. Times are those of UTC.\n")
    seen = [(row["What"], row["Who"], row["Told"]) for row in rows(answer(slack))]
    assert seen == [
        ("finish", "the bot", "change 1 · segment delete"),
        ("approve", f"@{BEN}", "change 1 · segment delete"),
        ("planned", f"@{ANA}", "change 1 · /segment delete segments:VIPs"),
    ]
    assert "`change:` and a number shows each step of a run." in told


async def test_a_segment_that_came_back_is_found_in_both_its_lives(slack: World) -> None:
    first = slack.id_of("VIPs")
    await delete_vips(slack)
    await slack.type("/change undo 1", by="ana")
    await slack.press("Undo Change", by="ben", change=2)
    second = slack.id_of("VIPs")
    lives = {number for id_ in (first, second) for number in await found(slack, f"segment:{id_}")}
    upto = len(slack.entries())
    assert set(await found(slack, "segment:VIPs")) >= {one for one in lives if one <= upto}
    assert {row["Told"][:8] for row in rows(answer(slack))} >= {"change 1", "change 2"}


async def test_a_segment_that_was_renamed_is_found_by_either_name(slack: World) -> None:
    await slack.type("/segment edit VIPs name:Gold", by="ana")
    renamed = await found(slack, "segment:Gold kind:finish")
    assert renamed == await found(slack, "segment:VIPs kind:finish") != []


async def test_a_name_that_nobody_has_or_had_gets_did_you_mean(slack: World) -> None:
    assert "No segment is called “VIBs”. Did you mean “VIPs”?" in await asks(slack, "/audit recent segment:VIBs")


async def test_an_unknown_segments_id_is_searched_for_all_the_same(slack: World) -> None:
    id_ = "0000AAAA-0000-4000-8000-000000000001"
    slack.store.faults.add("*", "*", status=500, times=None)
    assert (await asks(slack, f"/audit recent segment:{id_}")).startswith("There is no such entry.")
    assert await found(slack, f"segment:{id_.lower()}") == []


# Filters


async def test_each_filter_finds_what_it_says(slack: World) -> None:
    await delete_vips(slack)
    await slack.type("/segment delete Lapsed", by="cleo")
    upto = len(slack.entries())
    asked, planned = [one.number for one in slack.entries() if one.actor == ANA]
    assert await found(slack, "by:@ana") == [planned]
    assert await found(slack, f"by:{ANA} kind:asked") == [asked]
    assert await found(slack, "kind:asked until:0m") == []
    early = len(slack.entries())
    slack.clock.forward(minutes=10)
    assert await found(slack, "kind:approve") == numbered(slack, "approve", upto=upto)
    assert await found(slack, "kind:“Step Done”") == numbered(slack, "step done", upto=upto)
    assert await found(slack, "kind:step-done") == numbered(slack, "step done", upto=upto)
    of_second = [one.number for one in reversed(slack.entries()) if one.change == 2]
    assert await found(slack, "change:2") == of_second
    before = [one.number for one in fold(slack.entries()[:early][::-1]) if one.kind not in CARRIED_OUT]
    assert await found(slack, "until:5m") == before
    assert min(await found(slack, "since:5m")) == early + 2  # what was asked, and its answer


async def test_filters_together_narrow_down(slack: World) -> None:
    await delete_vips(slack)
    await slack.type("/segment delete Lapsed", by="cleo")
    planned = numbered(slack, "planned", upto=99)
    assert await found(slack, "segment:VIPs kind:planned") == planned[1:]
    assert await found(slack, "segment:VIPs kind:planned by:@ana change:1 since:1h") == planned[1:]
    assert await found(slack, "segment:VIPs kind:planned by:@cleo") == []
    assert await found(slack, "segment:Lapsed kind:planned by:@cleo until:today") == planned[:1]
    told = await asks(slack, "/audit recent by:@cleo segment:Lapsed kind:planned change:2 since:2020-01-01")
    assert (
        f"Searched for: by <@{CLEO}>, about the segment Lapsed, of the kind “planned”, since 2020-01-01 00:00:00, "
        "of change 2. Times are those of UTC." in told
    )


async def test_segment_and_shopper_together_mean_entries_about_both(slack: World) -> None:
    one, other = slack.emails(2, inside="VIPs")
    await slack.type(f"/segment remove VIPs {one}", by="ana")
    await slack.type(f"/shopper show {one}", by="ana")
    await slack.type(f"/segment remove VIPs {other}", by="ana")
    both = await found(slack, f"segment:VIPs shopper:{one} by:@ana")
    assert [slack.entries()[number - 1].change for number in both] == [1]
    assert len(await found(slack, f"shopper:{one} by:@ana")) == 2


@pytest.mark.parametrize(
    ("filters", "told"),
    [
        ("by:bert", "No one here is called “bert”. Pick the person from the list that Slack shows while you type @"),
        ("by:@nobody", "Pick the person from the list that Slack shows while you type @"),
        ("by:<!channel>", "Pick the person from the list that Slack shows while you type @"),
        ("since:soon", "I couldn't read “soon” as a date. Type a day (2026-11-24, 24 Nov, monday), a time"),
        ("change:many", "Change must be a whole number."),
        ("shopper:nobody@example.com", "For a deleted shopper, type the customer id or the profile id."),
        ("VIPs", "I didn't expect “VIPs” here."),
    ],
)
async def test_a_filter_that_means_nothing_gets_a_sentence(slack: World, filters: str, told: str) -> None:
    assert told in await asks(slack, f"/audit recent {filters}")
    assert slack.kinds()[-1] == "refused"


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("stepdone", "There is no kind of entry “stepdone”. Did you mean “step done” or"),
        ("zzz", "There is no kind of entry “zzz”. The kinds are asked, form, planned"),
    ],
)
async def test_a_kind_that_is_none_gets_those_that_are(slack: World, kind: str, told: str) -> None:
    assert told in await asks(slack, f"/audit recent kind:{kind}")
    assert slack.kinds()[-1] == "refused"


async def test_an_end_before_the_beginning_gets_a_sentence(slack: World) -> None:
    assert "“since” is later than “until”" in await asks(slack, "/audit recent since:today until:yesterday")
    assert slack.kinds()[-1] == "refused"


async def test_a_shopper_is_one_word(slack: World) -> None:
    told = await asks(slack, '/audit recent shopper:"1 2"')
    assert "it has to be one email, customer id or profile id" in told
    assert slack.kinds()[-1] == "refused"


async def test_people_of_the_same_name_are_told_apart(slack: World) -> None:
    await slack.type("/segment list", by="ana")
    await slack.deliver(slack.command(f"/audit recent by:<@{ANA}|ben>", by="ben"))
    assert {row["Who"] for row in rows(answer(slack))} == {f"@{ANA}"}


async def test_times_are_those_of_the_team(open_world: OpenWorld) -> None:
    slack = await open_world(TIMEZONE="Asia/Tokyo")
    await slack.type("/segment list", by="ana")
    told = await asks(slack, "/audit recent since:today kind:asked")
    (*_, first) = rows(answer(slack))
    at = slack.entries()[0].at
    assert "Times are those of Asia/Tokyo." in told
    local = first["Time (Asia/Tokyo)"]
    assert (int(local[11:13]) - int(at[11:13])) % 24 == 9
    assert await found(slack, f'until:"{local}" since:2020-01-01') == []


async def test_hostile_words_do_nothing(slack: World) -> None:
    slack.put("<!channel>", "*R&D* <b> &amp;")
    await slack.type("/segment show <!channel>", by="ana")
    told = await asks(slack, '/audit recent segment:"<!channel>"')
    assert "<!channel>" in told
    assert numbers(slack) == [2]
    assert await found(slack, 'segment:"*R&D* <b> &amp;"') == []
    assert "about the segment *R&D* <b> &amp;" in read(answer(slack))


# Pages


async def test_no_entry_is_said_so(slack: World) -> None:
    assert (await asks(slack, "/audit recent kind:archived")).startswith("There is no such entry.\n")
    assert (await asks(slack, "/audit recent before:1")).startswith("There is no such entry before entry 1.")


@pytest.mark.parametrize("count", [1, 50])
async def test_a_page_that_holds_all_has_no_next_one(slack: World, count: int) -> None:
    await note(slack, count)
    told = await asks(slack, '/audit recent kind:"card lost"')
    assert told.startswith("1 entry\n" if count == 1 else "50 entries\n")
    assert len(numbers(slack)) == count
    assert buttons(answer(slack)) == ["Show an Entry", "Export These"]


async def test_51_entries_are_two_pages(slack: World) -> None:
    await note(slack, 51)
    assert (await asks(slack, '/audit recent kind:"card lost" by:@ana')).startswith("The latest 50 entries\n")
    assert numbers(slack) == list(range(51, 1, -1))
    await slack.press("Next Page", by="ben", channel="#segments")
    assert read(answer(slack)).startswith("1 entry before entry 2\n")
    assert numbers(slack) == [1]
    assert buttons(answer(slack)) == ["Show an Entry", "Export These"]


async def test_pages_have_no_gap_and_no_double_while_entries_come_in(slack: World) -> None:
    await note(slack, 130)
    await asks(slack, '/audit recent kind:"card lost" since:1h')
    seen = numbers(slack)
    for _ in range(2):
        await note(slack, 30)
        await slack.press("Next Page", by="ben", channel="#segments")
        seen += numbers(slack)
    assert seen == list(range(130, 0, -1))


async def test_the_next_page_asks_for_the_same(slack: World) -> None:
    slack.put("Big & “Bold”, too")
    id_ = slack.id_of("Big & “Bold”, too")
    await note(slack, 51, subjects=(f"segment:{id_}",))
    line = f'/audit recent segment:{id_} by:@ana kind:"card lost" since:"2020-01-01 00:00" until:today'
    await asks(slack, line)
    before = read(answer(slack)).splitlines()[1]
    await slack.press("Next Page", by="ben", channel="#segments")
    assert read(answer(slack)).splitlines()[1] == before
    assert numbers(slack) == [1]


async def test_what_was_found_can_be_exported_at_a_click(slack: World) -> None:
    await note(slack, 3)
    await asks(slack, '/audit recent kind:"card lost"')
    await slack.press("Export These", by="ben", channel="#segments")
    assert read(answer(slack)).startswith("3 entries exported")


# Shoppers, also those who are gone


async def test_a_shopper_is_found_by_address_and_by_either_id(slack: World) -> None:
    (email,) = slack.emails(1, inside="VIPs")
    customer, profile = slack.customer_id(email), slack.profile_id(email)
    await slack.type(f"/segment remove VIPs {profile}", by="ana")
    await slack.type(f"/shopper show {customer}", by="ana")
    for word in (email, str(customer), str(profile)):
        numbers_found = await found(slack, f"shopper:{word} by:@ana")
        assert {slack.entries()[one - 1].command for one in numbers_found} == {"segment remove", "shopper show"}


async def test_entries_about_a_shopper_are_found_by_id_after_the_erasure(slack: World) -> None:
    (email,) = slack.emails(1, inside="VIPs")
    customer, profile = slack.customer_id(email), slack.profile_id(email)
    await slack.type(f"/segment remove VIPs {email}", by="ana")
    await slack.press("Remove Shoppers", by="ben")
    slack.close_account(email)
    for word, kind in ((customer, "planned"), (profile, "step done")):
        assert await found(slack, f'shopper:{word} kind:"{kind}"') == numbered(slack, kind, upto=99)
    assert "Not in the store" in await asks(slack, f"/audit recent shopper:{email}")
    log = "".join(str(one) for one in slack.entries())
    assert email not in log
    exported = await asks(slack, "/audit export")
    assert "exported" in exported
    assert email not in "".join(slack.files(by="ben").values())


# One entry


async def test_an_entry_is_shown_with_all_that_it_has(slack: World) -> None:
    (email,) = slack.emails(1, inside="VIPs")
    vips, customer = slack.id_of("VIPs"), slack.customer_id(email)
    await slack.type(f"/segment remove VIPs {customer}", by="ana")
    await slack.press("Remove Shoppers", by="ben")
    entries = slack.entries()
    (planned, done) = (next(one for one in entries if one.kind == kind) for kind in ("planned", "step done"))
    told = await asks(slack, f"/audit show {planned.number}")
    at = f"{planned.at[:10]} {planned.at[11:23]} UTC"
    for line in (
        f"Entry {planned.number}: planned",
        f"Who: @{ANA}",
        f"Workspace: {TEAM_ID}",
        "Where: C0SEGMENT1",
        f"When: {at}",
        "Command: segment remove",
        "Change: 1",
        "Outcome: planned",
        "Took: 0 ms",
        f"Said: /segment remove segment:VIPs shoppers:{customer}",
        "Policy: needs 1 approval: removes shoppers from a segment that 2 live promotions use",
        f"Seal: {planned.seal}",
    ):
        assert line in told.splitlines()
    assert buttons(answer(slack)) == ["Show Change 1", "Entries Before"]
    told = await asks(slack, f"/audit show {done.number}")
    assert 'Before: {"members": 1}' in told
    assert 'After: {"members": 0}' in told
    assert f"The store's request ids: {done.detail['requests'][0]}" in told
    assert f"segment VIPs and profile {slack.profile_id(email)}" in told
    assert rows(answer(slack)) == [{"Segment": "VIPs", "Added": "0", "Removed": "1"}]
    slack.drop("VIPs")
    assert f"segment {vips}" in await asks(slack, f"/audit show {done.number}")
    slack.store.faults.add("*", "*", status=500, times=None)
    assert f"segment {vips}" in await asks(slack, f"/audit show {done.number}")


async def test_an_entry_about_many_comes_whole_as_a_file(slack: World) -> None:
    await slack.type("/segment clear VIPs", by="ana")
    await slack.press("Clear Segment", by="ben")
    done = next(one for one in slack.entries() if one.kind == "step done")
    told = await asks(slack, f"/audit show {done.number}")
    assert "About: 41 segments and shoppers: segment VIPs, profile " in told
    assert "This is only part of it; the file has everything." in told
    whole = json.loads(slack.files(by="ben")[f"entry {done.number}.json"])
    assert len(whole["subjects"]) == 41
    assert whole["seal"] == done.seal


async def test_an_entry_of_each_kind_is_shown_and_listed(slack: World) -> None:
    detail = {"said": "`x` <!channel>", "reason": "r" * 5000, "plan": ["a", "b"], "none": None, "odd": [1, {"a": "<"}]}
    for number, kind in enumerate(EntryKind, 1):
        await note(slack, 1, kind, detail=detail, ms=1234, change=number)
    for number, kind in enumerate(EntryKind, 1):
        told = await asks(slack, f"/audit show {number}")
        for line in (f"Entry {number}: {kind}", "Took: 1,234 ms", "Plan: a; b", "None: null", 'Odd: [1, {"a": "<"}]'):
            assert line in told.splitlines()
        assert f"Reason: {'r' * 299}…" in told
        assert json.loads(slack.files(by="ben")[f"entry {number}.json"])["detail"] == detail
        assert await found(slack, f'kind:"{kind}" change:{number}') == [number]


async def test_an_entry_of_nobody_and_nothing_is_shown(slack: World) -> None:
    async with open_sqlite(slack.database) as ledger:
        await ledger.audit.append(Entry(EntryKind.ARCHIVED), at=slack.clock())
    told = await asks(slack, "/audit show 1")
    assert "Who: the bot" in told
    assert "Workspace" not in told
    assert buttons(answer(slack)) == ["Entries Before"]


async def test_an_entry_that_is_not_there_gets_a_sentence(slack: World) -> None:
    assert "There is no entry 99 in the log. `/audit recent` shows the latest ones." in await asks(
        slack, "/audit show 99"
    )
    assert "Which entry did you mean by “first”?" in await asks(slack, "/audit show first")


async def test_the_button_opens_a_form_that_asks_for_the_entry(slack: World) -> None:
    await asks(slack, "/audit recent")
    await slack.press("Show an Entry", by="ben", channel="#segments")
    await slack.submit({"Entry": "1"}, by="ben")
    assert "Entry 1: asked" in read(slack.messages(by="ben")[-1])


# Files


async def test_an_export_is_a_file_for_the_asker_alone(slack: World) -> None:
    await delete_vips(slack)
    told = await asks(slack, "/audit export segment:VIPs")
    at = f"{slack.clock():%Y-%m-%d %H%M%S}"
    assert told.startswith("7 entries exported, the oldest first\nSearched for: about the segment VIPs.")
    (name, content), *others = slack.files(by="ben").items()
    assert (name, others) == (f"audit {at}.csv", [])
    exported = list(csv.DictReader(io.StringIO(content, newline="")))
    assert [row["kind"] for row in exported][:3] == ["planned", "post", "approve"]
    assert {row["number"]: row["seal"] for row in exported}.items() <= {
        str(one.number): one.seal for one in slack.entries()
    }.items()
    assert slack.files(by="ana") == {}


async def test_no_cell_of_an_export_is_a_formula(slack: World) -> None:
    slack.put("=HYPERLINK(1)", "@SUM(1)")
    for name in ("=HYPERLINK(1)", "@SUM(1)"):
        await slack.type(f'/segment delete "{name}"', by="ana")
    await note(slack, 1, outcome="=1+1", command="@SUM(1)")
    await asks(slack, "/audit export")
    (content,) = slack.files(by="ben").values()
    cells = [cell for row in csv.reader(io.StringIO(content, newline="")) for cell in row]
    assert not [cell for cell in cells if cell.startswith(FORMULA)]
    assert "'=1+1" in cells
    assert "=HYPERLINK(1)" in content


async def test_an_export_as_lines_of_json_has_the_whole_entries(slack: World) -> None:
    await delete_vips(slack)
    upto = slack.entries()
    slack.clock.forward(minutes=1)
    await asks(slack, "/audit export format:jsonl until:30m")
    assert slack.files(by="ben") == {}
    await asks(slack, "/audit export format:JSONL until:0m")
    (lines,) = slack.files(by="ben").values()
    told = [json.loads(line) for line in lines.splitlines()]
    assert [one["seal"] for one in told[: len(upto)]] == [one.seal for one in upto]


async def test_an_export_of_nothing_is_no_file(slack: World) -> None:
    assert "nothing to export" in await asks(slack, "/audit export kind:archived")
    assert slack.files(by="ben") == {}


async def test_the_bot_answers_others_while_an_export_is_read(slack: World) -> None:
    await note(slack, 2000, detail={"said": "x" * 200})
    exporting = asyncio.ensure_future(slack.type("/audit export", by="ben"))
    await asyncio.gather(*(slack.type("/segment help", by="ana") for _ in range(5)))
    await exporting
    assert "What you can type" in slack.whisper(by="ana")
    assert "2,0" in read(answer(slack))


# Proof


async def test_the_log_holds_and_its_head_is_told(slack: World) -> None:
    await delete_vips(slack)
    told = await asks(slack, "/audit verify")
    asked = slack.entries()[-2]
    assert told.splitlines()[:4] == [
        f"The log is intact: {asked.number} entries, each as it was sealed.",
        f"Entries: {asked.number}",
        "Archived: 0",
        f"Head: {asked.seal}",
    ]
    assert "The head in each daily summary can be given so, too." in told


async def test_a_signed_log_tells_which_key_signed_it(open_world: OpenWorld) -> None:
    slack = await open_world(SEAL_KEY="k" * 32)
    told = await asks(slack, "/audit verify")
    assert "Signed: Entries from 1 on have to be signed; they are: from 1 on with the key" in told


async def head(slack: World) -> str:
    """The head that ``/audit verify`` tells."""
    told = await asks(slack, "/audit verify")
    return next(line.removeprefix("Head: ") for line in told.splitlines() if line.startswith("Head: "))


async def test_a_seal_that_was_seen_earlier_is_found_however_it_was_copied(slack: World) -> None:
    await slack.type("/segment list", by="ana")
    seen, number = await head(slack), len(slack.entries()) - 1
    await delete_vips(slack)
    split = " ".join(seen[place : place + 8] for place in range(0, 64, 8))
    for copied in (seen, seen[:16], seen.upper(), f'"{split}"', f"“{split[:20].upper()}”"):
        told = await asks(slack, f"/audit verify against:{copied}")
        assert f"The seal that you gave is that of entry {number}: nothing up to it is missing." in told


@pytest.mark.parametrize("seal", ["0123456789abcde", "x" * 16, "0" * 65, "<!channel>", "entry-7"])
async def test_what_is_no_seal_gets_a_sentence(slack: World, seal: str) -> None:
    assert "a seal is 16 to 64 of the digits 0-9 and a-f" in await asks(slack, f"/audit verify against:{seal}")


@contextmanager
def edited(slack: World, *statements: str) -> Iterator[None]:
    """Somebody takes down the guards and edits the log; afterwards it is as it was, since each world is judged."""
    with closing(sqlite3.connect(slack.database, isolation_level=None)) as db:
        for table, guard in product(("entries", "subjects"), ("changed", "removed")):
            db.execute(f"DROP TRIGGER {table}_are_never_{guard}")
        subjects = db.execute("SELECT * FROM subjects").fetchall()
        kept = db.execute("SELECT number, body, seal FROM entries").fetchall()
        for statement in statements:
            db.execute(statement)
        yield
        for table in ("entries", "subjects"):
            db.execute(f"DELETE FROM {table}")
        db.executemany("INSERT INTO entries (number, body, seal) VALUES (?, ?, ?)", kept)
        db.executemany("INSERT INTO subjects VALUES (?, ?, ?, ?, ?, ?)", subjects)


async def test_a_tail_that_was_cut_off_is_found_by_a_seal_seen_before(slack: World) -> None:
    await delete_vips(slack)
    last = slack.entries()[-1].number
    await slack.type("/segment list")
    seen = await head(slack)
    with edited(slack, f"DELETE FROM entries WHERE number > {last}", f"DELETE FROM subjects WHERE entry > {last}"):
        assert (await asks(slack, "/audit verify")).startswith("The log is intact: ")
        told = await asks(slack, f"/audit verify against:{seen}")
    assert told.splitlines()[0] == "THE LOG DOES NOT HAVE THAT SEAL"
    assert f"No entry has the seal {seen[:16]}…: entries were cut off or changed since it was noted" in told
    assert "Tell whoever runs the bot now." in told


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        (f"UPDATE entries SET body = replace(body, '{BEN}', '{CLEO}') WHERE number = 5", "Entry 5 is not what was"),
        ("DELETE FROM entries WHERE number = 2", "Entry 2 is missing: entry 3 is in its place."),
    ],
)
async def test_a_fault_is_told_loudly_with_what_to_do(slack: World, statement: str, fault: str) -> None:
    await delete_vips(slack)
    with edited(slack, statement):
        told = await asks(slack, "/audit verify")
    assert told.splitlines()[0] == "THE LOG IS NOT INTACT"
    assert fault in told
    assert "keep the database file" in told


async def test_a_seal_of_archived_entries_may_be_in_the_archives(slack: World, tmp_path: Path) -> None:
    await slack.type("/segment list")
    slack.clock.forward(days=20)
    await slack.type("/segment list")
    with open_audit_file(slack.database, to_archive=True) as file:
        now = slack.clock()
        moved = await file.archives.archive(tmp_path / "old.sqlite", before=now - timedelta(days=15), at=now)
    assert f"\nArchived: {moved.last}\n" in await asks(slack, "/audit verify")
    told = await asks(slack, f"/audit verify against:{'a' * 16}")
    assert f"one of {moved.last} archived entries: whoever runs the bot can check the archives." in told
    assert f"is that of entry {moved.last}:" in await asks(slack, f"/audit verify against:{moved.head}")


# Who may


READING = ("/audit recent", "/audit show 1", "/audit export", "/audit verify")


@pytest.mark.parametrize("line", READING)
async def test_who_may_not_read_the_log_is_refused_and_that_is_on_record(slack: World, line: str) -> None:
    await slack.type("/segment list", by="cleo")
    for name, why in (
        ("ana", "You can't read the audit log."),
        ("dan", "Guests of this workspace cannot read the audit log."),
    ):
        assert await asks(slack, line, by=name) == why
        refused = slack.entries()[-1]
        assert (refused.kind, refused.command) == ("refused", line.removeprefix("/").removesuffix(" 1"))
        assert refused.detail["reason"] == why
    assert slack.files(by="ana") == {}


async def test_a_form_is_no_way_around_it(slack: World) -> None:
    await slack.type("/audit show", by="ana")
    assert "You can't read the audit log." in read(slack.form(by="ana"))
    assert slack.kinds() == ["form", "refused"]


async def test_a_type_ahead_is_no_way_around_it(slack: World) -> None:
    view = {"view": {"private_metadata": json.dumps({"command": "audit recent"})}}
    for name, count in (("ana", 0), ("dan", 0), ("ben", 12)):
        person = slack.workspace.directory.human(name)
        asked = payloads.block_suggestion(person, view, block_id="segment", action_id="segments", value="")
        ack = await slack.workspace.send("interactive", asked)
        assert len(ack.body["options"]) == count


async def test_what_one_can_type_is_no_secret(slack: World) -> None:
    for line in ("/audit", "/audit help", "/audit recent help"):
        assert "/audit recent [by:…]" in await asks(slack, line, by="ana")


async def test_auditors_read_the_log_and_others_do_not_even_if_they_approve(slack: World) -> None:
    await slack.under(f'auditors = ["{ANA}"]')
    assert "entr" in await asks(slack, "/audit recent", by="ana")
    assert "You can't read the audit log." in await asks(slack, "/audit recent", by="ben")
    assert f"Who may read the audit log: @{ANA}." in await asks(slack, "/change policy")


async def test_auditors_by_group_are_read_and_need_not_be_requesters(slack: World) -> None:
    slack.overrides["REQUESTERS"] = slack.overrides["APPROVERS"] = CLEO
    await slack.under(f'auditors = ["{APPROVERS_GROUP}"]')
    assert "entr" in await asks(slack, "/audit recent")
    assert "You can't use this bot." in await asks(slack, "/segment list")
    slack.clock.forward(minutes=1)
    slack.workspace.faults.add("usergroups.users.list", error="internal_error", times=99)
    assert "Slack couldn't tell me just now who is in the group" in await asks(slack, "/audit recent")


async def test_whoever_may_approve_reads_the_log_and_the_policy_says_so(slack: World) -> None:
    assert "Who may read the audit log: the group “Segment approvers”." in await asks(slack, "/change policy")
    assert "entr" in await asks(slack, "/audit recent", by="cleo")


async def test_each_reading_of_the_log_is_on_record(slack: World) -> None:
    for line in READING:
        await slack.type(line, by="ben")
    assert [(one.kind, one.command) for one in slack.entries()] == [
        (kind, line.removeprefix("/").removesuffix(" 1")) for line in READING for kind in ("asked", "answered")
    ]


async def test_a_reading_about_a_shopper_is_on_record_as_being_about_them(slack: World) -> None:
    (email,) = slack.emails(1, inside="VIPs")
    await asks(slack, f"/audit recent shopper:{email}")
    asked, answered = slack.entries()
    assert asked.detail["said"] == "/audit recent shopper:[…]"
    assert answered.detail["said"] == f"/audit recent shopper:{slack.customer_id(email)}"
    assert f"customer:{slack.customer_id(email)}" in answered.subjects
